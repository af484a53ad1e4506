//! What an import knows beside the file: the country that the feed is of, and what is known of places.

use super::parts_of_france::{is_france, is_metropolitan, is_part_of, overseas, postcode};
use super::problem::ProblemReason;
use crate::domain::country::CountryCode;
use crate::domain::directory::{Place, Service};
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

/// The area of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundArea {
    /// The area.
    pub area: Area,
    /// How far the point lies outside of it, in metres; `None` for a point inside.
    pub outside_by_meters: Option<f64>,
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

    /// The smallest area that a point lies in, or the nearest one where it lies in none, as off a simplified coast.
    fn area_at(&self, at: Position) -> Option<FoundArea>;

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

    fn area_at(&self, _: Position) -> Option<FoundArea> {
        None
    }

    fn area_of_code(&self, _: &AreaCode) -> Option<Area> {
        None
    }
}

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
    /// Returns what that leaves out or could not find.
    pub(super) fn settle(&self, service: &mut Service) -> Vec<ProblemReason> {
        let mut left_out = Vec::new();
        for place in &mut service.places {
            match (&mut place.area, place.position) {
                (Some(area), _) => left_out.extend(self.settle_area(area)),
                (none, Some(at)) => {
                    let found = self.places.area_at(at);
                    let outside = found.as_ref().and_then(|found| found.outside_by_meters);
                    left_out.extend(outside.map(ProblemReason::outside_of_every_area));
                    *none = found.map(|found| found.area);
                }
                (None, None) => {}
            }
            if place.redacted && place.search_position().is_none() {
                left_out.push(ProblemReason::RedactedWithoutArea);
            }
        }
        service.country = service.country.or_else(|| self.country_of(service));
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

    /// The country whose clock and holidays a service keeps; `None` where nobody can tell which, for then its hours are
    /// to be unknown rather than those of Paris.
    fn country_of(&self, service: &Service) -> Option<CountryCode> {
        let country = self.country?;
        if !is_france(country) {
            return Some(country);
        }
        let mut told = service.places.iter().filter_map(|place| self.part_of_place(place, country));
        let Some(first) = told.next() else { return Some(country) };
        // Hours do not say which one of two clocks they are told by.
        first.filter(|_| told.all(|other| other == first))
    }

    /// The part of France that a place lies in, `Some(None)` where it lies somewhere else; `None` where it tells nothing.
    fn part_of_place(&self, place: &Place, france: CountryCode) -> Option<Option<CountryCode>> {
        let at = place.search_position();
        let by_area = place.area.as_ref().and_then(|area| overseas(area.code.as_str().strip_prefix("FR-")?));
        // A map of countries may draw the parts overseas as France itself.
        let by_map = || at.and_then(|at| self.places.country_at(at)).filter(|found| *found != france);
        let by_map = || by_map().filter(|found| is_part_of(*found, france));
        let postcode = place.address.as_deref().and_then(postcode);
        match (by_area.or_else(by_map).or_else(|| overseas(postcode?)), at) {
            (Some(part), _) => Some(Some(part)),
            (None, Some(at)) => Some(Some(france).filter(|_| is_metropolitan(at))),
            (None, None) => postcode.map(|_| Some(france)),
        }
    }

    /// The part of France overseas that an INSEE code or a postcode of a French feed tells.
    pub(super) fn overseas(&self, code: &str) -> Option<CountryCode> {
        self.country.filter(|country| is_france(*country)).and_then(|_| overseas(code))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::directory::LocationKind;
    use crate::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
    use crate::domain::place::AreaCode;

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

        fn area_at(&self, at: Position) -> Option<FoundArea> {
            // Off the coast of Brittany.
            let is_near = (47.9..48.0).contains(&at.latitude()) && (-5.0..-4.7).contains(&at.longitude());
            let code = AreaCode::parse("FR-29").ok().filter(|_| is_near)?;
            let area = Area { code, name: None, center: None, radius_meters: None };
            Some(FoundArea { area, outside_by_meters: Some(1_111.6) })
        }

        /// Knows Bordeaux.
        fn area_of_code(&self, code: &AreaCode) -> Option<Area> {
            let center = Position::new(44.8624, -0.5848).ok();
            let bordeaux = Area { code: code.clone(), name: None, center, radius_meters: Some(6_000.0) };
            (code.as_str() == "FR-33063").then_some(bordeaux)
        }
    }

    fn place(point: Option<(f64, f64)>, address: Option<&str>) -> Place {
        Place {
            position: point.map(|(latitude, longitude)| Position::new(latitude, longitude).expect("a valid position")),
            address: address.map(str::to_owned),
            ..Place::new(LocationId::derived("test", "place"), LocationKind::Physical)
        }
    }

    #[test]
    fn a_service_overseas_keeps_the_clock_of_its_part_and_one_that_nobody_can_place_none() {
        let (paris, reunion) = (Some((48.8, 2.3)), Some((-21.1, 55.5)));
        for (places, by_map, without_map) in [
            (vec![], Some("FR"), Some("FR")),
            (vec![place(None, None)], Some("FR"), Some("FR")),
            (vec![place(paris, None)], Some("FR"), Some("FR")),
            (vec![place(reunion, None)], Some("RE"), None),
            (vec![place(reunion, Some("1 rue X, 97400 Saint-Denis"))], Some("RE"), Some("RE")),
            (vec![place(None, Some("1 rue X, 97400 Saint-Denis"))], Some("RE"), Some("RE")),
            (vec![place(None, Some("1 rue X, 75011 Paris"))], Some("FR"), Some("FR")),
            (vec![place(Some((45.5, -73.5)), None)], None, None),
            (vec![place(paris, None), place(reunion, None)], None, None),
            (vec![place(None, Some("75011 Paris")), place(None, Some("97400 Saint-Denis"))], None, None),
        ] {
            for (known, expected) in [(&Boxes as &dyn PlaceKnowledge, by_map), (&NoPlaceKnowledge, without_map)] {
                let organization = OrganizationId::derived("test", "organization");
                let mut service = Service::named(ServiceId::derived("test", "key"), organization, "Desk".to_owned());
                service.places.clone_from(&places);
                FeedContext { country: CountryCode::parse("FR").ok(), places: known }.settle(&mut service);
                assert_eq!(service.country.as_ref().map(CountryCode::as_str), expected, "{places:?}");
            }
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
