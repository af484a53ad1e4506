//! What an import knows beside the file: the country that the feed is of, and what is known of places.

use super::problem::ProblemReason;
use crate::domain::country::CountryCode;
use crate::domain::directory::Service;
use crate::domain::place::{Area, Position};
use std::fmt;

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
    pub(super) fn settle(&self, service: &mut Service) {
        service.country = service.country.or(self.country);
        for place in &mut service.places {
            if place.area.is_none()
                && let Some(at) = place.position
            {
                place.area = self.places.area_at(at);
            }
        }
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
}
