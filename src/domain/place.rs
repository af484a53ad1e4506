//! Places on the earth: checked positions, great-circle distance, and areas by code.
//!
//! Invariant: x is never said: a position has a latitude and a longitude by name, and there is one
//! conversion to `geo::Point` (x = longitude).

use super::code::code_list;
use geo::{Distance, Haversine, Point};
use serde::{Deserialize, Serialize};

/// Mean earth radius in metres, R1 of IUGG, as `geo::Haversine` uses it.
pub const EARTH_RADIUS_METERS: f64 = 6_371_008.8;

/// A checked position, WGS 84, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Coordinates", into = "Coordinates")]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

/// Which coordinate lies outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPosition {
    /// Not a number from -90 to 90.
    #[error("latitude must be a number from -90 to 90")]
    Latitude,
    /// Not a number from -180 to 180.
    #[error("longitude must be a number from -180 to 180")]
    Longitude,
}

#[derive(Serialize, Deserialize)]
struct Coordinates {
    latitude: f64,
    longitude: f64,
}

impl TryFrom<Coordinates> for Position {
    type Error = InvalidPosition;
    fn try_from(given: Coordinates) -> Result<Self, InvalidPosition> {
        Self::new(given.latitude, given.longitude)
    }
}

impl From<Position> for Coordinates {
    fn from(position: Position) -> Self {
        Self { latitude: position.latitude, longitude: position.longitude }
    }
}

impl Position {
    /// Checks the ranges: latitude -90 to 90, longitude -180 to 180, both finite.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidPosition> {
        if !(-90.0..=90.0).contains(&latitude) {
            Err(InvalidPosition::Latitude)
        } else if !(-180.0..=180.0).contains(&longitude) {
            Err(InvalidPosition::Longitude)
        } else {
            Ok(Self { latitude, longitude })
        }
    }

    /// Degrees north of the equator.
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east of Greenwich.
    pub const fn longitude(self) -> f64 {
        self.longitude
    }

    /// Great-circle distance in metres on the sphere of mean radius (haversine formula, R1 of IUGG).
    /// A straight line: it knows no road, fare, border or checkpoint.
    pub fn distance_meters(self, other: Self) -> f64 {
        // Close to the antipode rounding can ask for the arcsine of more than 1; `min` prefers a number.
        Haversine.distance(self.point(), other.point()).min(std::f64::consts::PI * EARTH_RADIUS_METERS)
    }

    /// The position as a unit vector from the centre of the sphere: x to (0°, 0°), z to the north pole.
    pub fn unit_vector(self) -> [f64; 3] {
        let (latitude, longitude) = (self.latitude.to_radians(), self.longitude.to_radians());
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
    }

    fn point(self) -> Point {
        Point::new(self.longitude, self.latitude)
    }
}

/// Great-circle metres that belong to the squared length of a chord of the unit sphere.
pub fn chord_meters(squared_chord: f64) -> f64 {
    2.0 * EARTH_RADIUS_METERS * (squared_chord.sqrt() / 2.0).clamp(0.0, 1.0).asin()
}

code_list! {
    /// How far the published centre of a redacted place's area lies. The place itself may be nearer or
    /// farther by the radius of the area; no finer distance of it is ever told (P-11).
    DistanceBand prefix "BAND_" {
        Under5Km = "under_5_km": "the centre of its area is less than 5 km away",
        From5To20Km = "5_to_20_km": "the centre of its area is 5 km or more and less than 20 km away",
        From20To50Km = "20_to_50_km": "the centre of its area is 20 km or more and less than 50 km away",
        From50To200Km = "50_to_200_km": "the centre of its area is 50 km or more and less than 200 km away",
        Over200Km = "over_200_km": "the centre of its area is 200 km or more away",
    }
}

impl DistanceBand {
    /// The band of a place whose area has its centre this far away.
    pub fn of_center(distance_meters: f64) -> Self {
        match distance_meters {
            ..5_000.0 => Self::Under5Km,
            5_000.0..20_000.0 => Self::From5To20Km,
            20_000.0..50_000.0 => Self::From20To50Km,
            50_000.0..200_000.0 => Self::From50To200Km,
            _ => Self::Over200Km,
        }
    }
}

/// An administrative area by its code, with the centre and radius that stand for it in public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Code of the area: INSEE with `FR-` before it, ISO 3166-2, or a P-code.
    pub code: AreaCode,
    /// Name of the area as its source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Published centre of the area; a redacted place is sorted by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub center: Option<Position>,
    /// Radius of the area around its centre, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_meters: Option<f64>,
}

/// The code of an administrative area: two to sixteen characters out of A–Z, 0–9 and `-`, at most three
/// letters in a row. INSEE, ISO 3166-2, NUTS and P-codes keep to that; a word, which could be a name,
/// does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(Box<str>);

/// The text is not the code of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an area code has 2 to 16 characters out of A–Z, 0–9 and `-`, no word among them, such as FR-93055, TN-11 or LY002"
)]
pub struct InvalidAreaCode;

impl AreaCode {
    /// Checks and keeps the code; lower-case letters are raised.
    pub fn parse(text: &str) -> Result<Self, InvalidAreaCode> {
        let code = text.trim().to_ascii_uppercase();
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        let has_word = code.split(|c: char| !c.is_ascii_uppercase()).any(|letters| letters.len() > 3);
        if (2..=16).contains(&code.len()) && code.chars().all(allowed) && !has_word {
            Ok(Self(code.into()))
        } else {
            Err(InvalidAreaCode)
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AreaCode {
    type Error = InvalidAreaCode;
    fn try_from(text: String) -> Result<Self, InvalidAreaCode> {
        Self::parse(&text)
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.0.into()
    }
}

impl std::fmt::Display for AreaCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Which administrative areas lie in which.
pub trait AreaTree: std::fmt::Debug + Sync {
    /// True when the second area is the first one or a part of it, whatever scheme their codes are of.
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool;

    /// True where the two are known to have no ground in common. Of areas that the tree does not know, or of which it
    /// does not know what they are parts of, nobody can tell: then neither this nor [`covers`](Self::covers) is true.
    fn are_apart(&self, one: &AreaCode, other: &AreaCode) -> bool;
}

/// Knows no area, as a fresh installation does: each covers itself.
#[derive(Clone, Copy, Debug)]
pub struct NoAreas;

impl AreaTree for NoAreas {
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool {
        whole == part
    }

    fn are_apart(&self, _: &AreaCode, _: &AreaCode) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Position {
        Position::new(latitude, longitude).expect("a valid position")
    }

    #[test]
    fn distances_are_those_of_the_worked_examples() {
        for (from, to, kilometers) in [
            (at(48.8566, 2.3522), at(50.9513, 1.8587), 235.585),
            (at(32.8872, 13.1913), at(32.9312, 12.0819), 103.680),
            (at(18.0735, -15.9582), at(20.9310, -17.0347), 337.174),
            (at(50.9513, 1.8587), at(51.0344, 2.3768), 37.420),
            (at(50.9513, 1.8587), at(50.6292, 3.0573), 91.549),
        ] {
            let distance = from.distance_meters(to) / 1000.0;
            assert!((distance - kilometers).abs() < 0.01, "{distance} against {kilometers}");
        }
    }

    #[test]
    fn chords_and_haversine_agree_within_a_metre() {
        for (from, to) in
            [(at(90.0, 0.0), at(-90.0, 77.0)), (at(0.0, 179.9), at(0.0, -179.9)), (at(48.0, 2.0), at(48.0, 2.0))]
        {
            let (a, b) = (from.unit_vector(), to.unit_vector());
            let squared: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
            assert!((chord_meters(squared) - from.distance_meters(to)).abs() < 1.0);
        }
    }

    #[test]
    fn close_to_the_antipode_the_distance_is_half_the_circumference_and_a_number() {
        for (from, to) in [
            (at(60.98840425630556, -128.62594328827677), at(-60.988404240900785, 51.37405675976335)),
            (at(-57.415615219423486, 87.65382247646647), at(57.41561521702054, -92.34617754870345)),
        ] {
            assert!((from.distance_meters(to) - 20_015_114.4).abs() < 1.0, "{}", from.distance_meters(to));
        }
    }

    #[test]
    fn each_band_starts_at_the_distance_that_its_code_tells() {
        use crate::domain::code::CodeList;
        let starts_meters = [0.0, 5_000.0, 20_000.0, 50_000.0, 200_000.0, f64::INFINITY];
        for (band, limits) in DistanceBand::ALL.iter().zip(starts_meters.windows(2)) {
            assert_eq!(DistanceBand::of_center(limits[0]), *band);
            assert_eq!(DistanceBand::of_center(limits[1].next_down()), *band);
        }
        assert_eq!(DistanceBand::From5To20Km.symbol(), "BAND_5_TO_20_KM");
    }

    #[test]
    fn what_is_not_on_the_earth_is_refused() {
        assert_eq!(Position::new(100.0, 101.0), Err(InvalidPosition::Latitude));
        assert_eq!(Position::new(f64::NAN, 0.0), Err(InvalidPosition::Latitude));
        assert_eq!(Position::new(0.0, 180.5), Err(InvalidPosition::Longitude));
        assert!(Position::new(-90.0, -180.0).is_ok());
        for (text, valid) in [
            ("fr-93055", true),
            ("TN-11", true),
            ("FR-2A004", true),
            ("MR-NKC", true),
            ("LY0203", true),
            ("FRK26", true),
            ("X", false),
            ("Calais", false),
            ("AMINATA-D", false),
            ("Pantin centre", false),
            ("", false),
        ] {
            assert_eq!(AreaCode::parse(text).is_ok(), valid, "{text}");
        }
    }
}
