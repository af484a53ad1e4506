//! Where those that were found are, as numbered pins on a picture made here: the outlines of areas that have been imported,
//! and a scale. Nothing of it is fetched from anywhere; the list tells the same in words.

use super::Team;
use crate::actions::outlines::outlines;
use crate::domain::place::Position;
use crate::web::words::Words;
use std::fmt::Write as _;

/// The size of the picture, in units of its own.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 240.0;
/// What is left free around the outermost pin, as a part of the size.
const MARGIN: f64 = 0.12;
/// Kilometres across that are shown at least.
const LEAST_KILOMETERS: f64 = 2.0;
/// Kilometres of a degree of latitude.
const KILOMETERS_A_DEGREE: f64 = 111.2;
/// Lengths that a scale may have, in kilometres.
const SCALES: [f64; 12] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0];

/// A picture of where things are.
pub(super) struct Map {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The outlines, as one path.
    pub(super) outlines: String,
    pub(super) pins: Vec<Pin>,
    /// From where distances are measured.
    pub(super) origin: Option<(String, String)>,
    /// How long the scale is, and what it says.
    pub(super) scale: Option<(String, String)>,
}

/// One pin, by the number that it has in the list.
pub(super) struct Pin {
    pub(super) number: usize,
    pub(super) x: String,
    pub(super) y: String,
}

/// How degrees become units of the picture: straight, with longitudes as narrow as they are at its middle.
struct Projection {
    west: f64,
    north: f64,
    narrowing: f64,
    units_a_degree: f64,
}

impl Projection {
    fn around(positions: &[Position]) -> Option<Self> {
        let bounds = |of: fn(&Position) -> f64| {
            let all = positions.iter().map(of);
            (all.clone().fold(f64::INFINITY, f64::min), all.fold(f64::NEG_INFINITY, f64::max))
        };
        positions.first()?;
        let ((south, north), (west, east)) = (bounds(|at| at.latitude()), bounds(|at| at.longitude()));
        let middle = (south + north) / 2.0;
        let narrowing = middle.to_radians().cos().max(0.05);
        let least = LEAST_KILOMETERS / KILOMETERS_A_DEGREE;
        let (high, wide) = ((north - south).max(least), ((east - west) * narrowing).max(least));
        let free = 1.0 - 2.0 * MARGIN;
        let units_a_degree = (WIDTH * free / wide).min(HEIGHT * free / high);
        Some(Self {
            west: (west + east) / 2.0 - WIDTH / 2.0 / units_a_degree / narrowing,
            north: middle + HEIGHT / 2.0 / units_a_degree,
            narrowing,
            units_a_degree,
        })
    }

    /// So many kilometres across, around a position.
    fn window(center: Position, kilometers_across: f64) -> Self {
        let narrowing = center.latitude().to_radians().cos().max(0.05);
        let units_a_degree = WIDTH * KILOMETERS_A_DEGREE / kilometers_across;
        Self {
            west: center.longitude() - WIDTH / 2.0 / units_a_degree / narrowing,
            north: center.latitude() + HEIGHT / 2.0 / units_a_degree,
            narrowing,
            units_a_degree,
        }
    }

    /// What lies at a point of the picture, in degrees of latitude and longitude.
    fn degrees(&self, x: f64, y: f64) -> (f64, f64) {
        (self.north - y / self.units_a_degree, self.west + x / self.units_a_degree / self.narrowing)
    }

    fn place(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        ((longitude - self.west) * self.narrowing * self.units_a_degree, (self.north - latitude) * self.units_a_degree)
    }

    fn corners(&self) -> [[f64; 2]; 2] {
        let (wide, high) = (WIDTH / self.units_a_degree / self.narrowing, HEIGHT / self.units_a_degree);
        [[self.west, self.north - high], [self.west + wide, self.north]]
    }
}

impl Map {
    /// The picture of numbered positions; `None` where none is known.
    pub(super) fn of(
        team: &Team<'_>,
        words: Words,
        origin: Option<Position>,
        numbered: &[(usize, Position)],
    ) -> Option<Self> {
        numbered.first()?;
        let all: Vec<Position> = numbered.iter().map(|(_, position)| *position).chain(origin).collect();
        let projection = Projection::around(&all)?;
        let place = |position: &Position| {
            let (x, y) = projection.place(position.longitude(), position.latitude());
            (unit(x), unit(y))
        };
        let pin = |(number, position): &(usize, Position)| {
            let (x, y) = place(position);
            Pin { number: *number, x, y }
        };
        Some(Self {
            width: WIDTH,
            height: HEIGHT,
            outlines: path(&projection, &outlines(team.context, projection.corners()).lines),
            pins: numbered.iter().map(pin).collect(),
            origin: origin.as_ref().map(place),
            scale: scale(words, &projection),
        })
    }
}

/// A picture of outlines and names around a position, of which somebody chooses a point.
pub(super) struct Chart(Projection);

impl Chart {
    /// The size in pixels, as which it has to be shown: the point that a finger has met is counted in them.
    pub(super) const SIZE: (u32, u32) = (320, 240);

    pub(super) fn new(center: Position, kilometers_across: f64) -> Self {
        Self(Projection::window(center, kilometers_across))
    }

    /// The degrees of latitude and longitude at a pixel; `None` outside of the picture.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let is_inside = (0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y);
        is_inside.then(|| self.0.degrees(x, y))
    }

    /// The picture as the address of an image that holds itself; `None` where nothing is known to be drawn.
    pub(super) fn image(&self, team: &Team<'_>, words: Words) -> Option<String> {
        let drawn = outlines(team.context, self.0.corners());
        if drawn.lines.is_empty() && drawn.names.is_empty() {
            return None;
        }
        let mut picture = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} \
             {HEIGHT}\" font-family=\"sans-serif\" font-size=\"10\"><rect width=\"100%\" height=\"100%\" fill=\"#f4f5f7\"/>\
             <path fill=\"none\" stroke=\"#5a6575\" d=\"{}\"/>",
            path(&self.0, &drawn.lines)
        );
        for (name, middle) in &drawn.names {
            let (x, y) = self.0.place(middle.longitude(), middle.latitude());
            write!(picture, "<text text-anchor=\"middle\" x=\"{x:.0}\" y=\"{y:.0}\">{}</text>", escaped(name))
                .expect("a string takes all");
        }
        if let Some((length, text)) = scale(words, &self.0) {
            write!(
                picture,
                "<path stroke=\"#000\" stroke-width=\"2\" d=\"M8 230h{length}\"/><text x=\"8\" y=\"225\">{text}</text>"
            )
            .expect("a string takes all");
        }
        picture.push_str("</svg>");
        Some(format!("data:image/svg+xml;base64,{}", data_encoding::BASE64.encode(picture.as_bytes())))
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A length with one decimal: finer than anybody sees.
fn unit(length: f64) -> String {
    format!("{length:.1}")
}

fn path(projection: &Projection, lines: &[Vec<[f64; 2]>]) -> String {
    let mut path = String::new();
    for line in lines {
        for (number, [longitude, latitude]) in line.iter().enumerate() {
            let (x, y) = projection.place(*longitude, *latitude);
            let step = if number == 0 { 'M' } else { 'L' };
            write!(path, "{step}{x:.0} {y:.0}").expect("a string takes all");
        }
    }
    path
}

/// The longest scale that takes up to a third of the width.
fn scale(words: Words, projection: &Projection) -> Option<(String, String)> {
    let units = |kilometers: f64| kilometers / KILOMETERS_A_DEGREE * projection.units_a_degree;
    let kilometers = SCALES.into_iter().rev().find(|kilometers| units(*kilometers) <= WIDTH / 3.0)?;
    let number = if kilometers < 1.0 { words.decimal(kilometers) } else { format!("{kilometers:.0}") };
    Some((unit(units(kilometers)), format!("{number} km")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    fn at(latitude: f64, longitude: f64) -> Position {
        Position::new(latitude, longitude).expect("a position")
    }

    #[test]
    fn everything_lies_inside_and_north_is_up() {
        let positions = [at(48.86, 2.35), at(48.93, 2.50), at(48.79, 2.20)];
        let projection = Projection::around(&positions).expect("a picture");
        for position in positions {
            let (x, y) = projection.place(position.longitude(), position.latitude());
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
        }
        let (_, south) = projection.place(2.35, 48.79);
        let (_, north) = projection.place(2.35, 48.93);
        assert!(north < south);
        let (west, _) = projection.place(2.20, 48.86);
        let (east, _) = projection.place(2.50, 48.86);
        assert!(west < east);
    }

    #[test]
    fn one_place_has_a_picture_too_and_its_scale_can_be_read() {
        let projection = Projection::around(&[at(33.0, 12.1)]).expect("a picture");
        let (x, y) = projection.place(12.1, 33.0);
        assert!((x - WIDTH / 2.0).abs() < 0.1 && (y - HEIGHT / 2.0).abs() < 0.1, "{x} {y}");
        let words = Words::by_clock(Language::French, None);
        assert_eq!(scale(words, &projection).map(|(_, text)| text).as_deref(), Some("1 km"));
        assert!(Projection::around(&[]).is_none());
    }

    #[test]
    fn the_point_that_was_met_is_where_the_finger_was() {
        let chart = Chart::new(at(33.0, 12.1), 40.0);
        assert_eq!(chart.at(160.0, 120.0).map(|(x, y)| ((x * 1e6).round(), (y * 1e6).round())), Some((33e6, 12.1e6)));
        let (latitude, longitude) = chart.at(320.0, 0.0).expect("a corner");
        let (x, y) = chart.0.place(longitude, latitude);
        assert!((x - 320.0).abs() < 1e-6 && y.abs() < 1e-6, "{x} {y}");
        let east = at(33.0, longitude);
        assert!((at(33.0, 12.1).distance_meters(east) - 20_000.0).abs() < 100.0, "40 km across");
        assert_eq!(chart.at(321.0, 5.0), None);
    }

    #[test]
    fn a_scale_is_as_long_as_it_says() {
        let projection = Projection::around(&[at(48.0, 2.0), at(49.0, 2.0)]).expect("a picture");
        let (units, text) = scale(Words::by_clock(Language::English, None), &projection).expect("a scale");
        let kilometers: f64 = text.trim_end_matches(" km").parse().expect("a number");
        let (_, north) = projection.place(2.0, 49.0);
        let (_, south) = projection.place(2.0, 48.0);
        let expected = kilometers / KILOMETERS_A_DEGREE * (south - north);
        assert!((units.parse::<f64>().expect("a length") - expected).abs() < 0.1, "{units} {expected}");
    }
}
