//! What an import knows beside the file: the country that the feed is of, and what is known of places.

use super::problem::ProblemReason;
use crate::domain::country::CountryCode;
use crate::domain::directory::Service;
use crate::domain::place::{Area, AreaCode, Position};
use std::fmt;

/// Smallest radius of an area whose centre a feed may tell, in metres: in a smaller one the centre is the place.
const LEAST_AREA_RADIUS_METERS: f64 = 1_000.0;

/// What an import knows beside the file.
#[derive(Clone, Copy, Debug)]
pub struct FeedContext<'a> {
    /// The country of the feed: phones without `+` are read as its numbers, and its points are to lie in it.
    pub country: Option<CountryCode>,
    /// What is known of places.
    pub places: &'a dyn PlaceKnowledge,
}

impl FeedContext<'static> {
    /// Nothing is known: of phones only what needs no country is read, and no point is judged.
    pub const UNKNOWN: Self = Self { country: None, places: &NoPlaceKnowledge };
}

/// A commune as a row tells it. What is not told is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commune<'a> {
    /// Code of the national register, such as INSEE's `33063`.
    pub code: Option<&'a str>,
    /// Postcode.
    pub postcode: Option<&'a str>,
    /// Name, in any spelling.
    pub name: Option<&'a str>,
}

/// What is known of places: a seam for the gazetteer and the areas.
pub trait PlaceKnowledge: fmt::Debug + Sync {
    /// True where [`country_at`](Self::country_at) tells points of this country from all others.
    fn knows_country(&self, country: CountryCode) -> bool;

    /// The country that a point lies in.
    fn country_at(&self, at: Position) -> Option<CountryCode>;

    /// The middle of a commune, by its code, or by postcode and name together. Where these leave more than
    /// one commune there is none.
    fn position_of_commune(&self, commune: &Commune<'_>) -> Option<Position>;

    /// The smallest area that a point lies in.
    fn area_at(&self, at: Position) -> Option<Area>;

    /// The area with this code, with the centre and the radius that are known of it.
    fn area_of_code(&self, code: &AreaCode) -> Option<Area>;
}

/// Knows nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoPlaceKnowledge;

impl PlaceKnowledge for NoPlaceKnowledge {
    fn knows_country(&self, _: CountryCode) -> bool {
        false
    }

    fn country_at(&self, _: Position) -> Option<CountryCode> {
        None
    }

    fn position_of_commune(&self, _: &Commune<'_>) -> Option<Position> {
        None
    }

    fn area_at(&self, _: Position) -> Option<Area> {
        None
    }

    fn area_of_code(&self, _: &AreaCode) -> Option<Area> {
        None
    }
}

/// Parts of France with codes of their own: a French feed may tell their points.
const PARTS_OF_FRANCE: [&str; 12] = ["BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"];

/// How a point lies to the country of its feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// Inside, or nobody can tell.
    Fits,
    /// Outside.
    Outside,
    /// Outside, and inside once latitude and longitude are exchanged.
    Swapped,
}

impl FeedContext<'_> {
    /// The warning that a point deserves; it stays as it is told.
    pub(super) fn warning_of(&self, at: Position) -> Option<ProblemReason> {
        match self.lie_of(at) {
            Lie::Fits => None,
            Lie::Outside => Some(ProblemReason::PointOutside),
            Lie::Swapped => Some(ProblemReason::PointSwapped),
        }
    }

    fn lie_of(&self, at: Position) -> Lie {
        let Some(country) = self.country.filter(|country| self.places.knows_country(*country)) else {
            return Lie::Fits;
        };
        let is_inside = |at: Position| self.places.country_at(at).is_some_and(|found| is_part_of(found, country));
        if is_inside(at) {
            return Lie::Fits;
        }
        let swapped = Position::new(at.longitude(), at.latitude()).ok();
        if swapped.is_some_and(is_inside) { Lie::Swapped } else { Lie::Outside }
    }

    /// Gives a service what its country and its places decide, once all of its row is read: the one place for it.
    /// Returns what that leaves out.
    pub(super) fn settle(&self, service: &mut Service) -> Vec<ProblemReason> {
        service.country = service.country.or(self.country);
        let mut left_out = Vec::new();
        for place in &mut service.places {
            match (&mut place.area, place.position) {
                (Some(area), _) => left_out.extend(self.settle_area(area)),
                (none, Some(at)) => *none = self.places.area_at(at),
                (None, None) => {}
            }
            if place.redacted && place.search_position().is_none() {
                left_out.push(ProblemReason::RedactedWithoutArea);
            }
        }
        left_out
    }

    /// The centre of an area stands for the redacted places in it, so it is taken from what is known of the area, and a
    /// feed is believed where nothing is and where it tells an area in which a house is not found.
    fn settle_area(&self, area: &mut Area) -> Option<ProblemReason> {
        if let Some(known) = self.places.area_of_code(&area.code).filter(|known| known.center.is_some()) {
            (area.center, area.radius_meters) = (known.center, known.radius_meters);
            return None;
        }
        let is_wide = area.radius_meters.is_some_and(|meters| meters >= LEAST_AREA_RADIUS_METERS);
        if area.center.is_none() || is_wide {
            return None;
        }
        (area.center, area.radius_meters) = (None, None);
        Some(ProblemReason::AreaTooSmall)
    }
}

fn is_part_of(found: CountryCode, country: CountryCode) -> bool {
    found == country || (country.as_str() == "FR" && PARTS_OF_FRANCE.contains(&found.as_str()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Knows one country: latitudes 42 to 51 and longitudes -5 to 8 are France, and Réunion stands aside.
    #[derive(Debug)]
    pub(in crate::import) struct Boxes;

    impl PlaceKnowledge for Boxes {
        fn knows_country(&self, country: CountryCode) -> bool {
            country.as_str() == "FR"
        }

        fn country_at(&self, at: Position) -> Option<CountryCode> {
            let code = match (at.latitude(), at.longitude()) {
                (42.0..=51.0, -5.0..=8.0) => "FR",
                (-22.0..=-20.0, 55.0..=56.0) => "RE",
                (36.0..=42.0, 8.0..=18.0) => "IT",
                _ => return None,
            };
            CountryCode::parse(code).ok()
        }

        fn position_of_commune(&self, commune: &Commune<'_>) -> Option<Position> {
            let is_known = commune.code == Some("33063")
                || (commune.postcode == Some("33000") && commune.name == Some("BORDEAUX"));
            is_known.then(|| Position::new(44.8624, -0.5848).ok())?
        }

        fn area_at(&self, _: Position) -> Option<Area> {
            None
        }

        /// Knows Bordeaux.
        fn area_of_code(&self, code: &AreaCode) -> Option<Area> {
            let center = Position::new(44.8624, -0.5848).ok();
            let bordeaux = Area { code: code.clone(), name: None, center, radius_meters: Some(6_000.0) };
            (code.as_str() == "FR-33063").then_some(bordeaux)
        }
    }

    #[test]
    fn a_point_is_judged_by_the_country_of_its_feed() {
        for (country, latitude, longitude, expected) in [
            ("FR", 48.8, 2.3, Lie::Fits),
            ("FR", 2.3, 48.8, Lie::Swapped),
            ("FR", -21.1, 55.5, Lie::Fits),
            ("FR", 38.0, 13.0, Lie::Outside),
            ("FR", 45.5, -73.5, Lie::Outside),
            ("LY", 48.8, 2.3, Lie::Fits),
            ("", 2.3, 48.8, Lie::Fits),
        ] {
            let context = FeedContext { country: CountryCode::parse(country).ok(), places: &Boxes };
            let at = Position::new(latitude, longitude).expect("a valid position");
            assert_eq!(context.lie_of(at), expected, "{country} {latitude} {longitude}");
        }
        let at = Position::new(0.5, 0.5).expect("a valid position");
        let context = FeedContext { country: CountryCode::parse("FR").ok(), places: &NoPlaceKnowledge };
        assert_eq!(context.lie_of(at), Lie::Fits);
    }

    #[test]
    fn the_centre_of_an_area_is_the_known_one_and_else_that_of_an_area_in_which_no_house_is_found() {
        let house = Position::new(44.84, -0.57).ok();
        let bordeaux = Position::new(44.8624, -0.5848).ok();
        for (code, radius, expected, is_told) in [
            ("FR-33063", Some(1.0), (bordeaux, Some(6_000.0)), false),
            ("FR-33063", Some(50_000.0), (bordeaux, Some(6_000.0)), false),
            ("FR-33522", Some(1.0), (None, None), true),
            ("FR-33522", Some(999.0), (None, None), true),
            ("FR-33522", None, (None, None), true),
            ("FR-33522", Some(1_000.0), (house, Some(1_000.0)), false),
        ] {
            let context = FeedContext { country: None, places: &Boxes };
            let code = AreaCode::parse(code).expect("a code");
            let mut area = Area { code, name: None, center: house, radius_meters: radius };
            let left_out = context.settle_area(&mut area);
            assert_eq!(((area.center, area.radius_meters), left_out.is_some()), (expected, is_told), "{radius:?}");
        }
    }
}
