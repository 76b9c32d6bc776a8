//! Where in a picture the painting lies.

use serde::{Deserialize, Deserializer, Serialize};

/// What the picture of the painting takes of the frame at least, as a share of its area:
/// below it nothing could be seen, and the numbers below would run away.
const LEAST_AREA: f32 = 0.001;

/// How far a corner must lie from the line between its neighbours, as twice the area of
/// their triangle: a quadrangle that folds is no picture of a canvas.
const LEAST_TURN: f32 = 1e-4;

/// The four corners of the painting in a picture: top left, top right, bottom right,
/// bottom left as they lie in the *painting*; each from 0 to 1, from the left and from the
/// top of the picture. Always convex, in this order clockwise, and not too small.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Corners([[f32; 2]; 4]);

impl Corners {
    /// The whole picture.
    pub const WHOLE: Self = Self([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);

    /// `None` if they are not the corners of a convex quadrangle within the picture, in
    /// their order, or enclose next to nothing.
    pub fn new(points: [[f32; 2]; 4]) -> Option<Self> {
        let inside = |value: f32| (0.0..=1.0).contains(&value);
        if !points.as_flattened().iter().copied().all(inside) {
            return None;
        }
        let turns = (0..4).all(|at| {
            let [a, b, c] = [0, 1, 2].map(|step| points[(at + step) % 4]);
            let turn = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);
            turn > LEAST_TURN
        });
        (turns && area(&points) >= LEAST_AREA).then_some(Self(points))
    }

    /// As they were given to [`Corners::new`].
    pub fn points(&self) -> [[f32; 2]; 4] {
        self.0
    }

    /// Whether they are the picture's own.
    pub fn is_whole(&self) -> bool {
        *self == Self::WHOLE
    }

    /// With corner `at` (0..=3) moved to `to`, kept within the picture; `None` where that
    /// would fold the quadrangle.
    pub fn moved(&self, at: usize, to: [f32; 2]) -> Option<Self> {
        let mut points = self.0;
        *points.get_mut(at)? = to.map(|value| value.clamp(0.0, 1.0));
        Self::new(points)
    }

    /// Where the unit square's points lie in the picture.
    pub fn homography(&self) -> Homography {
        Homography::to_quadrangle(&self.0.map(|point| point.map(f64::from)))
    }
}

impl Default for Corners {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl<'de> Deserialize<'de> for Corners {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let points = <[[f32; 2]; 4]>::deserialize(deserializer)?;
        Self::new(points).ok_or_else(|| serde::de::Error::custom("not the corners of a painting"))
    }
}

/// The shoelace formula; positive clockwise, as y points down.
fn area(points: &[[f32; 2]; 4]) -> f32 {
    let twice: f32 = (0..4)
        .map(|at| {
            let (a, b) = (points[at], points[(at + 1) % 4]);
            a[0] * b[1] - b[0] * a[1]
        })
        .sum();
    twice / 2.0
}

/// A projective map of the plane, as nine numbers by rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography([f64; 9]);

impl Homography {
    /// From the unit square to a quadrangle whose corners are given clockwise from the
    /// image of (0, 0). In closed form: P. Heckbert, *Fundamentals of Texture Mapping and
    /// Image Warping* (1989), section 2.2.3.
    pub fn to_quadrangle(points: &[[f64; 2]; 4]) -> Self {
        let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = *points;
        let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let det = dx1 * dy2 - dx2 * dy1;
        let (g, h) = ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det);
        Self([
            x1 - x0 + g * x1,
            x3 - x0 + h * x3,
            x0,
            y1 - y0 + g * y1,
            y3 - y0 + h * y3,
            y0,
            g,
            h,
            1.0,
        ])
    }

    /// Where `point` comes to lie.
    pub fn apply(&self, [u, v]: [f64; 2]) -> [f64; 2] {
        let m = &self.0;
        let w = m[6] * u + m[7] * v + m[8];
        [
            (m[0] * u + m[1] * v + m[2]) / w,
            (m[3] * u + m[4] * v + m[5]) / w,
        ]
    }

    /// The way back, by the adjugate: a scale does not matter to a projective map.
    pub fn inverse(&self) -> Self {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        Self([
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A quadrangle as a camera before an easel sees it.
    pub fn seen_askew() -> impl Strategy<Value = [[f32; 2]; 4]> {
        prop::array::uniform4(prop::array::uniform2(0.0f32..0.3)).prop_map(|inset| {
            let [a, b, c, d] = inset;
            [
                a,
                [1.0 - b[0], b[1]],
                [1.0 - c[0], 1.0 - c[1]],
                [d[0], 1.0 - d[1]],
            ]
        })
    }

    proptest! {
        #[test]
        fn the_unit_square_s_corners_come_to_lie_on_the_painting_s(points in seen_askew()) {
            let Some(corners) = Corners::new(points) else { return Ok(()) };
            let map = corners.homography();
            let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
            for (from, to) in square.into_iter().zip(points) {
                let found = map.apply(from);
                prop_assert!((found[0] - f64::from(to[0])).abs() < 1e-9);
                prop_assert!((found[1] - f64::from(to[1])).abs() < 1e-9);
            }
        }

        #[test]
        fn the_inverse_leads_back(points in seen_askew(), u in 0.0..1.0f64, v in 0.0..1.0f64) {
            let Some(corners) = Corners::new(points) else { return Ok(()) };
            let map = corners.homography();
            let [x, y] = map.inverse().apply(map.apply([u, v]));
            prop_assert!((x - u).abs() < 1e-7 && (y - v).abs() < 1e-7);
        }

        #[test]
        fn nothing_that_is_read_back_is_worse_than_what_new_allows(
            points in prop::array::uniform4(prop::array::uniform2(-0.5f32..1.5))
        ) {
            let text = serde_json::to_string(&points).expect("written");
            let read: Option<Corners> = serde_json::from_str(&text).ok();
            prop_assert_eq!(read, Corners::new(points));
        }
    }

    #[test]
    fn what_is_no_picture_of_a_canvas_is_refused() {
        let [a, b, c, d] = Corners::WHOLE.points();
        assert!(Corners::new([a, b, c, d]).is_some());
        assert!(Corners::new([b, a, c, d]).is_none(), "it folds");
        assert!(Corners::new([a, d, c, b]).is_none(), "mirrored");
        assert!(Corners::new([a, a, c, d]).is_none(), "a triangle");
        assert!(Corners::new([a, b, c, [f32::NAN, 1.0]]).is_none());
        assert!(Corners::new([a, b, c, [0.0, 1.1]]).is_none());
        let speck = Corners::WHOLE.points().map(|p| p.map(|v| 0.5 + v * 0.02));
        assert!(Corners::new(speck).is_none(), "too small");
        assert!(Corners::WHOLE.moved(0, [0.9, 0.9]).is_none());
        assert!(Corners::WHOLE.moved(0, [-3.0, 0.2]).is_some());
        // Turned by a quarter: a camera may stand on its side.
        assert!(Corners::new([b, c, d, a]).is_some());
    }
}
