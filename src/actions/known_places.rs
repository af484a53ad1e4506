//! What imported areas tell an import of a directory.

use crate::domain::country::CountryCode;
use crate::domain::place::{Area, AreaCode, Position};
use crate::domain::words::fold;
use crate::geography::Geography;
use crate::geography::areas::{AreaOfPoint, KnownArea};
use crate::import::{Commune, FoundArea, PlaceKnowledge};
use std::sync::Arc;

/// The level of countries.
const COUNTRIES: u8 = 0;

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
        let by_code = commune.code.and_then(|code| self.0.areas.find(&format!("FR-{code}")));
        let found = by_code.or_else(|| {
            let (postcode, name) = (commune.postcode?, fold(commune.name?));
            let is_called = |area: &&KnownArea| {
                let names = area.area.name.iter().chain(&area.area.other_names);
                names.map(|other| fold(other)).any(|other| other == name)
            };
            let mut called = self.0.areas.of_postcode(postcode).into_iter().filter(is_called);
            // Of two with one name nobody knows which is meant.
            called.next().filter(|_| called.next().is_none())
        });
        found?.area.center
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

fn country_of(area: &KnownArea) -> Option<CountryCode> {
    let is_country = area.area.level == Some(COUNTRIES);
    is_country.then(|| CountryCode::parse(area.area.code.as_str()).ok()).flatten()
}
