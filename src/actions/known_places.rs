//! What imported areas tell an import of a directory.

use crate::domain::country::CountryCode;
use crate::domain::geography::commune_name::commune_name;
use crate::domain::place::{Area, AreaCode, Position};
use crate::geography::Geography;
use crate::geography::areas::{AreaOfPoint, KnownArea};
use crate::import::{Commune, FoundArea, PlaceKnowledge};
use std::sync::Arc;

/// The level of countries.
const COUNTRIES: u8 = 0;
/// The level of French communes.
const COMMUNES: u8 = 3;

/// Areas and places as they are known at the moment.
pub(super) struct KnownPlaces(pub Arc<Geography>);

impl std::fmt::Debug for KnownPlaces {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KnownPlaces")
    }
}

impl PlaceKnowledge for KnownPlaces {
    fn knows_country(&self, country: CountryCode) -> bool {
        self.0.areas.find(country.as_str()).is_some_and(|area| area.area.shape.is_some())
    }

    fn country_at(&self, at: Position) -> Option<CountryCode> {
        let inside = self.0.areas.areas_at(at).into_iter().find_map(country_of);
        inside.or_else(|| {
            // Off a simplified coast the nearest area's country has it.
            let nearest = self.0.areas.area_of(at)?.code;
            let around = self.0.areas.ancestors(&nearest);
            self.0.areas.find(nearest.as_str()).into_iter().chain(around).find_map(country_of)
        })
    }

    fn position_of_commune(&self, commune: &Commune<'_>) -> Option<Position> {
        let by_code = || self.middle(self.0.areas.find(&format!("FR-{}", commune.code?))?);
        let by_name = || {
            let (postcode, name) = (commune.postcode?, commune_name(commune.name?));
            let is_called = |area: &&KnownArea| {
                let names = area.area.name.iter().chain(&area.area.other_names);
                names.map(|other| commune_name(other)).any(|other| other == name)
            };
            let mut called = self.0.areas.of_postcode(postcode).into_iter().filter(is_called);
            // Of two with one name nobody knows which is meant.
            let only = called.next().filter(|_| called.next().is_none());
            self.middle(only?)
        };
        by_code().or_else(by_name)
    }

    fn area_at(&self, at: Position) -> Option<FoundArea> {
        let AreaOfPoint { code, outside_by_meters } = self.0.areas.area_of(at)?;
        let area = self.0.areas.find(code.as_str())?.published();
        Some(FoundArea { area, outside_by_meters })
    }

    fn area_of_code(&self, code: &AreaCode) -> Option<Area> {
        self.0.areas.find(code.as_str()).map(KnownArea::published)
    }
}

impl KnownPlaces {
    /// The middle of an area; of an arrondissement without one that of its commune, and of nothing larger.
    fn middle(&self, area: &KnownArea) -> Option<Position> {
        let is_commune = |known: &&KnownArea| known.area.level.is_some_and(|level| level >= COMMUNES);
        let around = std::iter::once(area).chain(self.0.areas.ancestors(&area.area.code));
        around.filter(is_commune).find_map(|known| known.area.center)
    }
}

fn country_of(area: &KnownArea) -> Option<CountryCode> {
    let is_country = area.area.level == Some(COUNTRIES);
    is_country.then(|| CountryCode::parse(area.area.code.as_str()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geography::AdminArea;
    use crate::domain::geography::shape::Shape;

    fn at(latitude: f64, longitude: f64) -> Position {
        Position::new(latitude, longitude).expect("a valid position")
    }

    fn code(text: &str) -> AreaCode {
        AreaCode::parse(text).expect("a valid code")
    }

    fn area(own: &str, level: u8, name: &str, parent: Option<&str>, postcodes: &[&str]) -> AdminArea {
        AdminArea {
            level: Some(level),
            name: Some(name.to_owned()),
            parent: parent.map(code),
            postcodes: postcodes.iter().map(|postcode| (*postcode).to_owned()).collect(),
            ..AdminArea::new(code(own))
        }
    }

    fn square(west: f64, south: f64, side: f64) -> Option<Shape> {
        let (east, north) = (west + side, south + side);
        let ring = vec![[west, south], [east, south], [east, north], [west, north], [west, south]];
        Shape::try_from(vec![vec![ring]]).ok()
    }

    /// A country of one region, with communes out of a register, and middles beside.
    fn known() -> KnownPlaces {
        let point = |own: &str, center: Position| AdminArea { center: Some(center), ..AdminArea::new(code(own)) };
        let former = |area: AdminArea, alias: &str, name: &str| AdminArea {
            aliases: vec![code(alias)],
            other_names: vec![name.to_owned()],
            ..area
        };
        let areas = vec![
            AdminArea { shape: square(0.0, 44.0, 4.0), ..area("FR", 0, "France", None, &[]) },
            AdminArea { shape: square(0.0, 44.0, 1.0), ..area("FR-R75", 1, "Nouvelle-Aquitaine", Some("FR"), &[]) },
            AdminArea { shape: square(8.0, 44.0, 1.0), ..area("IT", 0, "Italy", None, &[]) },
            area("LY", 0, "Libya", None, &[]),
            area("FR-33063", 3, "Bordeaux", Some("FR-R75"), &["33000", "33800"]),
            area("FR-33394", 3, "Saint-Émilion", Some("FR-R75"), &["33330"]),
            area("FR-33999", 3, "Saint Emilion", Some("FR-R75"), &["33331"]),
            area("FR-33998", 3, "Saint-Émilion", Some("FR-R75"), &["33331"]),
            former(area("FR-01033", 3, "Valserhône", Some("FR-R75"), &["01200"]), "FR-01205", "Lancrans"),
            area("FR-75056", 3, "Paris", Some("FR-R75"), &["75001", "75012"]),
            area("FR-75112", 4, "Paris 12e Arrondissement", Some("FR-75056"), &["75012"]),
            area("FR-33001", 3, "Abzac", Some("FR-R75"), &["33230"]),
            point("FR-33063", at(44.86, 0.58)),
            point("FR-33394", at(44.88, 0.15)),
            point("FR-33998", at(44.1, 0.1)),
            point("FR-01033", at(46.1, 0.8)),
            point("FR-75056", at(47.5, 2.3)),
        ];
        KnownPlaces(Arc::new(Geography::new(1, areas, Vec::new())))
    }

    #[test]
    fn the_middle_of_a_commune_is_found_by_code_or_by_postcode_and_name() {
        let bordeaux = Some((44.86, 0.58));
        let paris = Some((47.5, 2.3));
        let known = known();
        for (told, postcode, name, expected) in [
            ("33063", "", "", bordeaux),
            ("", "33800", "BORDEAUX CEDEX", bordeaux),
            ("", "33000", "bordeaux", bordeaux),
            // Neither half alone is a commune.
            ("", "33000", "", None),
            ("", "", "Bordeaux", None),
            ("", "33330", "Bordeaux", None),
            ("", "33330", "ST EMILION", Some((44.88, 0.15))),
            // Two of one name.
            ("", "33331", "ST EMILION", None),
            // A code that no register has does not hide what the address says.
            ("99999", "33000", "Bordeaux", bordeaux),
            ("01205", "", "", Some((46.1, 0.8))),
            ("", "01200", "LANCRANS", Some((46.1, 0.8))),
            ("75112", "", "", paris),
            ("", "75012", "PARIS 12", paris),
            // Without a middle of its own a commune does not stand at that of its region.
            ("33001", "33230", "ABZAC", None),
            ("R75", "", "", None),
            ("", "", "", None),
        ] {
            let told_or_none = |text: &'static str| (!text.is_empty()).then_some(text);
            let commune =
                Commune { code: told_or_none(told), postcode: told_or_none(postcode), name: told_or_none(name) };
            let found = known.position_of_commune(&commune).map(|at| (at.latitude(), at.longitude()));
            assert_eq!(found, expected, "{told} {postcode} {name}");
        }
    }

    #[test]
    fn a_country_is_known_by_its_shape_and_reaches_a_little_into_the_sea() {
        let known = known();
        let knows = |text: &str| known.knows_country(CountryCode::parse(text).expect("a country"));
        assert_eq!(["FR", "IT", "LY", "SN"].map(knows), [true, true, false, false]);
        for (latitude, longitude, country) in [
            (44.5, 0.5, Some("FR")),
            (47.0, 3.0, Some("FR")),
            (44.5, 8.5, Some("IT")),
            (43.98, 0.5, Some("FR")),
            (43.98, 8.5, Some("IT")),
            (43.9, 0.5, None),
            (0.5, 0.5, None),
        ] {
            let found = known.country_at(at(latitude, longitude));
            assert_eq!(found.as_ref().map(CountryCode::as_str), country, "{latitude} {longitude}");
        }
    }

    #[test]
    fn a_point_has_the_smallest_area_and_a_code_its_middle_and_radius() {
        let known = known();
        let found = |latitude, longitude| {
            let found = known.area_at(at(latitude, longitude))?;
            Some((found.area.code.to_string(), found.outside_by_meters.map(f64::round)))
        };
        assert_eq!(found(44.5, 0.5), Some(("FR-R75".to_owned(), None)));
        assert_eq!(found(47.0, 3.0), Some(("FR".to_owned(), None)));
        assert_eq!(found(43.98, 0.5), Some(("FR-R75".to_owned(), Some(2_224.0))));
        assert_eq!(found(43.9, 0.5), None);
        let region = known.area_of_code(&code("FR-R75")).expect("known");
        assert_eq!((region.name.as_deref(), region.center), (Some("Nouvelle-Aquitaine"), Some(at(44.5, 0.5))));
        assert!(region.radius_meters.is_some_and(|meters| meters > 60_000.0));
        let bordeaux = known.area_of_code(&code("FR-33063")).expect("known");
        assert_eq!((bordeaux.center, bordeaux.radius_meters), (Some(at(44.86, 0.58)), None));
        assert_eq!(known.area_of_code(&code("FR-33064")), None);
    }
}
