//! Areas from GeoJSON: which property tells what is given, or comes with the publisher's preset.

use super::{Faulty, RowFault, add_new, area_code, missing, name, point};
use crate::domain::geography::AdminArea;
use crate::domain::geography::shape::{PolygonCoordinates, Shape};
use crate::domain::place::AreaCode;
use crate::domain::words::fold;
use crate::import::problem::Excerpt;
use geojson::{Feature, GeometryValue};
use serde_json::Value as JsonValue;

/// A property that holds a code, and what stands before it in the area's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyCode {
    /// Name of the property.
    pub property: String,
    /// Such as `FR-`; empty where the property holds the whole code.
    pub prefix: String,
}

impl PropertyCode {
    /// A property, written with its prefix before a colon where it has one: `FR-:code`.
    pub fn parse(text: &str) -> Self {
        let (prefix, property) = text.split_once(':').unwrap_or(("", text));
        Self { property: property.to_owned(), prefix: prefix.to_owned() }
    }
}

/// Where the code of the area above comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The file does not tell.
    Untold,
    /// All areas are parts of this one.
    Fixed(AreaCode),
    /// A property tells.
    Property(PropertyCode),
    /// The department whose number a French commune's code begins with: two characters, overseas three.
    InseeDepartment,
}

/// Which property tells what.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureProperties {
    /// The code: of the first of these that holds one.
    pub codes: Vec<PropertyCode>,
    /// Property with the country, where areas without any code get one of our own out of country and name:
    /// `X-SN-` and six digits, the same in the next file.
    pub country: Option<String>,
    /// Further codes of the same area.
    pub aliases: Vec<PropertyCode>,
    /// The name, and after the first property other names.
    pub names: Vec<String>,
    /// The area above.
    pub parent: Parent,
    /// How deep the areas lie in their country.
    pub level: u8,
}

/// French regions with their ISO 3166-2 code. Those overseas have the code of their one department.
const REGIONS_ISO: &[(&str, &str)] = &[
    ("11", "FR-IDF"),
    ("24", "FR-CVL"),
    ("27", "FR-BFC"),
    ("28", "FR-NOR"),
    ("32", "FR-HDF"),
    ("44", "FR-GES"),
    ("52", "FR-PDL"),
    ("53", "FR-BRE"),
    ("75", "FR-NAQ"),
    ("76", "FR-OCC"),
    ("84", "FR-ARA"),
    ("93", "FR-PAC"),
    ("94", "FR-20R"),
];

/// The code of a French region. Its number alone would be that of a department.
pub(super) const REGION_PREFIX: &str = "FR-R";

/// The ISO 3166-2 code of a French region by its number.
pub(super) fn region_iso(number: &str) -> Option<AreaCode> {
    let (_, iso) = REGIONS_ISO.iter().find(|(region, _)| *region == number)?;
    AreaCode::parse(iso).ok()
}

impl FeatureProperties {
    fn of(codes: &[&str], aliases: &[&str], names: &[&str], parent: Parent, level: u8) -> Self {
        let parsed = |codes: &[&str]| codes.iter().map(|code| PropertyCode::parse(code)).collect();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Self { codes: parsed(codes), country: None, aliases: parsed(aliases), names, parent, level }
    }

    /// Natural Earth, countries.
    pub fn natural_earth_countries() -> Self {
        Self::of(&["iso_a2"], &["ISO_A3"], &["NAME"], Parent::Untold, 0)
    }

    /// Natural Earth, first level. Where it tells neither an ISO nor a P-code, country and name make one: its FIPS codes
    /// lack some areas, repeat others, and look like other countries' P-codes. A crosswalk leads from there to a P-code.
    pub fn natural_earth_admin1() -> Self {
        let codes = ["iso_3166_2", "pcode"];
        let parent = Parent::Property(PropertyCode::parse("iso_a2"));
        let properties = Self::of(&codes, &["pcode"], &["name", "gn_name", "ocha_name"], parent, 1);
        Self { country: Some("iso_a2".to_owned()), ..properties }
    }

    /// French communes by their INSEE code.
    pub fn french_communes() -> Self {
        Self::of(&["FR-:code"], &[], &["nom"], Parent::InseeDepartment, 3)
    }

    /// French departments by their INSEE number, which is their ISO code.
    pub fn french_departments() -> Self {
        Self::of(&["FR-:code"], &[], &["nom"], Parent::Untold, 2)
    }

    /// French regions by their INSEE number, with their ISO code as an alias.
    pub fn french_regions() -> Self {
        Self::of(&["FR-R:code"], &[], &["nom"], AreaCode::parse("FR").map_or(Parent::Untold, Parent::Fixed), 1)
    }

    /// Governorates of Jordan.
    pub fn jordan_governorates() -> Self {
        let names = ["adm1_nam", "adm1_name", "adm1_nam_alt", "adm1_ar"];
        Self::of(&["adm1_pro"], &[], &names, AreaCode::parse("JO").map_or(Parent::Untold, Parent::Fixed), 1)
    }

    /// The area of a feature.
    pub(super) fn read(&self, value: JsonValue) -> Result<AdminArea, Faulty> {
        let feature: Feature = serde_json::from_value(value)
            .map_err(|error| (None, RowFault::Feature(Excerpt::of(&error.to_string()))))?;
        let code = self.code(&feature).map_err(|fault| (None, fault))?;
        let key = code.to_string();
        self.describe(&feature, code).map_err(|fault| (Some(key), fault))
    }

    /// The first code that is one. A property that holds another thing is passed over for the next.
    fn code(&self, feature: &Feature) -> Result<AreaCode, RowFault> {
        let mut fault = None;
        for property in &self.codes {
            match code_of(feature, property) {
                Ok(Some(code)) => return Ok(code),
                Ok(None) => {}
                Err(found) => fault = fault.or(Some(found)),
            }
        }
        if fault.is_none()
            && let Some(own) = self.own_code(feature)
        {
            return Ok(own);
        }
        let names: Vec<&str> = self.codes.iter().map(|code| code.property.as_str()).collect();
        Err(fault.unwrap_or_else(|| missing(&names.join(", "))))
    }

    fn own_code(&self, feature: &Feature) -> Option<AreaCode> {
        let text = |property: &String| feature.property(property)?.as_str();
        let (country, own_name) = (text(self.country.as_ref()?)?, text(self.names.first()?)?);
        // FNV-1a: a name keeps its digits, however it is accented next time.
        let step = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        let digits = fold(own_name).bytes().fold(0x811c_9dc5, step) % 1_000_000;
        AreaCode::parse(&format!("X-{country}-{digits:06}")).ok()
    }

    fn describe(&self, feature: &Feature, code: AreaCode) -> Result<AdminArea, RowFault> {
        let mut area = AdminArea { level: Some(self.level), ..AdminArea::new(code) };
        area.parent = match &self.parent {
            Parent::Untold => None,
            Parent::Fixed(parent) => Some(parent.clone()),
            Parent::Property(property) => code_of(feature, property)?,
            Parent::InseeDepartment => insee_department(&area.code),
        };
        let region = area.code.as_str().strip_prefix(REGION_PREFIX).and_then(region_iso);
        area.aliases.extend(region);
        for property in &self.aliases {
            let alias = code_of(feature, property)?.filter(|alias| *alias != area.code);
            alias.into_iter().for_each(|alias| add_new(&mut area.aliases, alias));
        }
        for property in &self.names {
            let Some(JsonValue::String(text)) = feature.property(property) else { continue };
            match name(property, text)? {
                Some(found) if area.name.is_none() => area.name = Some(found),
                Some(found) if area.name.as_ref() != Some(&found) => add_new(&mut area.other_names, found),
                _ => {}
            }
        }
        match feature.geometry.as_ref().map(|geometry| &geometry.value) {
            None => {}
            Some(GeometryValue::Polygon { coordinates }) => {
                area.shape = Some(shape(std::slice::from_ref(coordinates))?)
            }
            Some(GeometryValue::MultiPolygon { coordinates }) => area.shape = Some(shape(coordinates)?),
            Some(GeometryValue::Point { coordinates }) => {
                let [longitude, latitude] = planar(coordinates)?;
                area.center = Some(point(latitude, longitude)?);
            }
            Some(other) => return Err(RowFault::Geometry(other.type_name())),
        }
        Ok(area)
    }
}

/// The department of a French commune.
pub(super) fn insee_department(commune: &AreaCode) -> Option<AreaCode> {
    let number = commune.as_str().strip_prefix("FR-").filter(|number| number.len() == 5)?;
    let length = if number.starts_with("97") || number.starts_with("98") { 3 } else { 2 };
    AreaCode::parse(&format!("FR-{}", &number[..length])).ok()
}

/// What Natural Earth writes where there is no code.
const NO_CODE: [&str; 2] = ["-1", "-99"];

fn code_of(feature: &Feature, PropertyCode { property, prefix }: &PropertyCode) -> Result<Option<AreaCode>, RowFault> {
    match feature.property(property) {
        None | Some(JsonValue::Null) => Ok(None),
        Some(JsonValue::String(text)) if text.trim().is_empty() || NO_CODE.contains(&text.trim()) => Ok(None),
        Some(JsonValue::String(text)) => area_code(&format!("{prefix}{}", text.trim())).map(Some),
        Some(JsonValue::Number(_)) => Err(RowFault::NumericCode(Excerpt::of(property))),
        Some(other) => Err(RowFault::Code(Excerpt::of(&other.to_string()))),
    }
}

fn shape(polygons: &[Vec<Vec<geojson::Position>>]) -> Result<Shape, RowFault> {
    let ring = |ring: &Vec<geojson::Position>| ring.iter().map(planar).collect::<Result<Vec<_>, _>>();
    let rings = |polygon: &Vec<Vec<geojson::Position>>| polygon.iter().map(ring).collect::<Result<Vec<_>, _>>();
    let coordinates: PolygonCoordinates = polygons.iter().map(rings).collect::<Result<_, _>>()?;
    Ok(Shape::try_from(coordinates)?)
}

/// Longitude and latitude; a height is nothing that a map of areas needs.
fn planar(position: &geojson::Position) -> Result<[f64; 2], RowFault> {
    match position.as_slice() {
        [longitude, latitude, ..] => Ok([*longitude, *latitude]),
        _ => Err(RowFault::PointOutOfRange),
    }
}
