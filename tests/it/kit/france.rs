//! What is known of places, read from the folder of real data: countries by polygons, French communes by
//! code, or by postcode and name.

use relais::domain::country::CountryCode;
use relais::domain::geography::commune_name::commune_name;
use relais::domain::place::{Area, AreaCode, Position};
use relais::import::{Commune, FoundArea, PlaceKnowledge};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

/// A ring of longitudes and latitudes with the box around it, which most points are outside of.
#[derive(Debug)]
struct Ring {
    points: Vec<(f64, f64)>,
    west: f64,
    east: f64,
}

/// Countries and French communes.
#[derive(Debug)]
pub struct France {
    countries: Vec<(CountryCode, Vec<Ring>)>,
    points: BTreeMap<String, Position>,
    by_postcode: BTreeMap<(String, String), BTreeSet<String>>,
}

fn json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl France {
    /// The folder, read once.
    pub fn read(folder: &Path) -> &'static Self {
        static FRANCE: OnceLock<France> = OnceLock::new();
        FRANCE.get_or_init(|| Self::read_anew(folder))
    }

    fn read_anew(folder: &Path) -> Self {
        let mut by_postcode: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for commune in json(&folder.join("france-geo/cog-communes-2026.json")).as_array().expect("a list") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            for postcode in commune["codesPostaux"].as_array().into_iter().flatten() {
                let key = (text(postcode), commune_name(&text(&commune["nom"])));
                by_postcode.entry(key).or_default().insert(text(&commune["code"]));
            }
        }
        let mut points = BTreeMap::new();
        let table = std::fs::read_to_string(folder.join("france-geo/communes-points-2018.csv")).expect("the points");
        for row in table.lines().skip(1) {
            // The name may be quoted and hold a comma: the point is counted from the end.
            let fields: Vec<&str> = row.split(',').collect();
            if let [code, .., latitude, longitude, _] = fields.as_slice()
                && let (Ok(latitude), Ok(longitude)) = (latitude.parse(), longitude.parse())
                && let Ok(at) = Position::new(latitude, longitude)
            {
                points.insert((*code).to_owned(), at);
            }
        }
        let world = json(&folder.join("boundaries/world-countries-ne10m.geojson"));
        let countries = world["features"].as_array().into_iter().flatten().filter_map(country).collect();
        Self { countries, points, by_postcode }
    }
}

fn country(feature: &Value) -> Option<(CountryCode, Vec<Ring>)> {
    let properties = &feature["properties"];
    let code = ["ISO_A2_EH", "ISO_A2", "iso_a2", "iso2"].iter().find_map(|name| properties[*name].as_str())?;
    let coordinates = feature["geometry"]["coordinates"].as_array()?;
    let polygons: Vec<&Value> = match feature["geometry"]["type"].as_str()? {
        "Polygon" => vec![&feature["geometry"]["coordinates"]],
        _ => coordinates.iter().collect(),
    };
    let ring = |polygon: &Value| -> Ring {
        let outer = polygon[0].as_array().into_iter().flatten();
        let points: Vec<(f64, f64)> =
            outer.filter_map(|point| Some((point[0].as_f64()?, point[1].as_f64()?))).collect();
        let west = points.iter().map(|(x, _)| *x).fold(f64::MAX, f64::min);
        let east = points.iter().map(|(x, _)| *x).fold(f64::MIN, f64::max);
        Ring { points, west, east }
    };
    Some((CountryCode::parse(code).ok()?, polygons.into_iter().map(ring).collect()))
}

/// Counts how often a ray to the east crosses the ring.
fn holds(ring: &Ring, at: Position) -> bool {
    let (x, y) = (at.longitude(), at.latitude());
    let mut is_inside = false;
    if !(ring.west..=ring.east).contains(&x) {
        return false;
    }
    for (index, (x1, y1)) in ring.points.iter().enumerate() {
        let (x2, y2) = ring.points[(index + 1) % ring.points.len()];
        if (*y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
            is_inside = !is_inside;
        }
    }
    is_inside
}

impl PlaceKnowledge for France {
    fn knows_country(&self, country: CountryCode) -> bool {
        self.countries.iter().any(|(code, _)| *code == country)
    }

    fn country_at(&self, at: Position) -> Option<CountryCode> {
        let holds = |rings: &Vec<Ring>| rings.iter().any(|ring| holds(ring, at));
        self.countries.iter().find(|(_, rings)| holds(rings)).map(|(code, _)| *code)
    }

    fn position_of_commune(&self, commune: &Commune<'_>) -> Option<Position> {
        if let Some(at) = commune.code.and_then(|code| self.points.get(code)) {
            return Some(*at);
        }
        let key = (commune.postcode?.to_owned(), commune_name(commune.name?));
        let codes = self.by_postcode.get(&key)?;
        match codes.iter().collect::<Vec<_>>().as_slice() {
            [only] => self.points.get(*only).copied(),
            _ => None,
        }
    }

    fn area_at(&self, _: Position) -> Option<FoundArea> {
        None
    }

    fn area_of_code(&self, _: &AreaCode) -> Option<Area> {
        None
    }
}
