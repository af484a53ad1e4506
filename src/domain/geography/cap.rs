//! Spherical caps: what lies within a distance of a point, seen from the centre of the earth. An index of unit vectors
//! asks with one comparison whether a shape is worth a closer look, at the poles and the antimeridian as elsewhere.

/// Added to the chord of every cap: more than rounding puts between two unit vectors of one position, and 6 µm.
const CHORD_SLACK: f64 = 1e-12;

/// A part of the unit sphere around a point of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SphericalCap {
    /// Unit vector of the middle.
    pub center: [f64; 3],
    /// Square of the straight line, through the unit sphere, from the middle to the edge: 4 for the whole sphere.
    pub squared_chord: f64,
}

impl SphericalCap {
    /// True when the unit vector lies in the cap.
    pub fn contains(&self, unit_vector: [f64; 3]) -> bool {
        squared_distance(self.center, unit_vector) <= self.squared_chord
    }

    /// A small cap around everything from `south` to `north` and from `west` eastwards through `width`, in degrees.
    pub(super) fn of_box(south: f64, north: f64, west: f64, width: f64) -> Self {
        let middle = Self::around(south.midpoint(north), width, south, north).turned(west + width / 2.0);
        let is_northern = south + north >= 0.0;
        let polar_center = [0.0, 0.0, if is_northern { 1.0 } else { -1.0 }];
        let farthest = unit_vector(if is_northern { south } else { north }, 0.0);
        let polar = Self { center: polar_center, squared_chord: widened(squared_distance(polar_center, farthest)) };
        if polar.squared_chord < middle.squared_chord { polar } else { middle }
    }

    /// A cap around a box that is centred on the meridian 0, from its middle on that meridian.
    fn around(latitude: f64, width: f64, south: f64, north: f64) -> Self {
        let center = unit_vector(latitude, 0.0);
        // On a parallel the distance grows with the longitude, so the farthest point lies on the eastern edge. Along a
        // meridian the cosine of the distance is a wave, lowest at the point across from its top: where the edge holds
        // that point it is the farthest, else one of the corners is.
        let half = width / 2.0;
        let top = center[2].atan2(center[0] * half.to_radians().cos()).to_degrees();
        let lowest = [top + 180.0, top - 180.0].into_iter().filter(|latitude| (south..=north).contains(latitude));
        let edge = [south, north].into_iter().chain(lowest);
        let farthest = edge.map(|latitude| squared_distance(center, unit_vector(latitude, half))).fold(0.0, f64::max);
        Self { center, squared_chord: widened(farthest) }
    }

    fn turned(self, longitude: f64) -> Self {
        let (sine, cosine) = longitude.to_radians().sin_cos();
        let [x, y, z] = self.center;
        Self { center: [x * cosine - y * sine, x * sine + y * cosine, z], ..self }
    }
}

fn widened(squared_chord: f64) -> f64 {
    (squared_chord.sqrt() + CHORD_SLACK).powi(2)
}

fn unit_vector(latitude: f64, longitude: f64) -> [f64; 3] {
    let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

fn squared_distance(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other) * (one - other)).sum()
}
