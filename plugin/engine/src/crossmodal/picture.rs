//! Eight quantities of a picture.
//!
//! They are measured on the picture network's input, 224 × 224 pixels whatever the
//! painting's size, so that "fine" and "dense" mean the same part of every painting.

use std::sync::OnceLock;

use crate::inference::{PICTURE_SIZE, Picture};
use crate::manifest::PictureParams;

use super::norms::Norm;
use super::quantity::PictureQuantity;

const SIDE: usize = PICTURE_SIZE as usize;

/// Halvings of the picture whose loss of contrast counts as roughness: details of 2, 4
/// and 8 pixels.
const SCALES: usize = 3;
/// A pixel lies on an edge if lightness changes by more than this there, in L* a
/// pixel.
const EDGE: f32 = 4.0;

/// The quantities of a picture, in their own units; `None` is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureMeasure {
    values: [Option<f32>; PictureQuantity::ALL.len()],
}

impl PictureMeasure {
    /// Measures all but valence and arousal, which [`with_emotion`](Self::with_emotion)
    /// adds.
    pub fn of(picture: &Picture) -> Self {
        let (lightness, colour) = lab(picture);
        let mut measure = Self::default();
        let count = lightness.len() as f32;
        let mean = |values: &mut dyn Iterator<Item = f32>| values.sum::<f32>() / count;
        let set = [
            (
                PictureQuantity::Lightness,
                mean(&mut lightness.iter().copied()),
            ),
            (
                PictureQuantity::Saturation,
                mean(&mut colour.iter().map(|[a, b]| a.hypot(*b))),
            ),
            (
                PictureQuantity::Redness,
                mean(&mut colour.iter().map(|[a, _]| *a)),
            ),
            (
                PictureQuantity::Yellowness,
                mean(&mut colour.iter().map(|[_, b]| *b)),
            ),
            (PictureQuantity::Density, density(&lightness)),
            (PictureQuantity::Roughness, roughness(lightness)),
        ];
        for (quantity, value) in set {
            measure.set(quantity, Some(value));
        }
        measure
    }

    /// Adds valence and arousal by the regressions on standardised brightness B and
    /// saturation S of Valdez & Mehrabian 1994 (*Effects of color on emotions*):
    /// pleasure = .69 B + .22 S, arousal = −.31 B + .60 S. Theirs are Munsell value and
    /// chroma of colour chips; here they are L* and C* of the picture's mean.
    pub fn with_emotion(&self, lightness: Norm, saturation: Norm) -> Self {
        let mut measure = self.clone();
        let brightness = self.get(PictureQuantity::Lightness).map(|l| lightness.z(l));
        let saturation = self
            .get(PictureQuantity::Saturation)
            .map(|s| saturation.z(s));
        let both = brightness.zip(saturation);
        let valence = both.map(|(b, s)| 0.69 * b + 0.22 * s);
        let arousal = both.map(|(b, s)| -0.31 * b + 0.60 * s);
        measure.set(PictureQuantity::Valence, valence);
        measure.set(PictureQuantity::Arousal, arousal);
        measure
    }

    /// The value in its own unit, or unknown.
    pub fn get(&self, quantity: PictureQuantity) -> Option<f32> {
        self.values[quantity as usize]
    }

    /// Says what a quantity is; what is not a number is unknown.
    pub fn set(&mut self, quantity: PictureQuantity, value: Option<f32>) {
        self.values[quantity as usize] = value.filter(|value| value.is_finite());
    }
}

/// L*, and a* and b*, of every pixel: CIELAB under D65 (CIE 15:2004) from sRGB (IEC
/// 61966-2-1).
fn lab(picture: &Picture) -> (Vec<f32>, Vec<[f32; 2]>) {
    let params = PictureParams::built_in();
    let linear = linear_light();
    let (red, others) = picture.input().split_at(SIDE * SIDE);
    let (green, blue) = others.split_at(SIDE * SIDE);
    let light = |value: f32| {
        let byte = (value * params.scale + params.mean).round();
        linear[byte.clamp(0.0, 255.0) as usize]
    };
    let pixels = red.iter().zip(green).zip(blue);
    pixels
        .map(|((&r, &g), &b)| {
            let (r, g, b) = (light(r), light(g), light(b));
            // Tristimulus values over those of the white point.
            let x = (0.412_456 * r + 0.357_576 * g + 0.180_438 * b) / 0.950_47;
            let y = 0.212_673 * r + 0.715_152 * g + 0.072_175 * b;
            let z = (0.019_334 * r + 0.119_192 * g + 0.950_304 * b) / 1.088_83;
            let (x, y, z) = (response(x), response(y), response(z));
            (116.0 * y - 16.0, [500.0 * (x - y), 200.0 * (y - z)])
        })
        .unzip()
}

/// The response of CIELAB.
fn response(t: f32) -> f32 {
    const KNEE: f32 = 6.0 / 29.0;
    if t > KNEE * KNEE * KNEE {
        t.cbrt()
    } else {
        t / (3.0 * KNEE * KNEE) + 4.0 / 29.0
    }
}

/// Linear light of each byte of sRGB.
fn linear_light() -> &'static [f32; 256] {
    static TABLE: OnceLock<[f32; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        std::array::from_fn(|byte| {
            let value = byte as f32 / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    })
}

/// log2(1 + contrast lost by three halvings), the contrast as RMS in L*. People call a
/// surface rough the more fine detail it has (Padilla et al. 2008, *Perceived
/// roughness of 1/fᵝ noise surfaces*).
fn roughness(mut plane: Vec<f32>) -> f32 {
    let mut side = SIDE;
    let mut lost = 0.0;
    for _ in 0..SCALES {
        let half = side / 2;
        let mut smaller = vec![0.0; half * half];
        let mut total = 0.0;
        for y in 0..half {
            for x in 0..half {
                let at = 2 * y * side + 2 * x;
                let block = [
                    plane[at],
                    plane[at + 1],
                    plane[at + side],
                    plane[at + side + 1],
                ];
                let mean = block.iter().sum::<f32>() / 4.0;
                total += block.iter().map(|l| (l - mean).powi(2)).sum::<f32>();
                smaller[y * half + x] = mean;
            }
        }
        lost += total / (4 * half * half) as f32;
        (plane, side) = (smaller, half);
    }
    (1.0 + lost.sqrt()).log2()
}

/// The share of pixels on an edge: where the gradient of lightness (Sobel) is steep
/// and steeper than beside it. The edge density stands for visual clutter (Mack &
/// Oliva 2004; Rosenholtz, Li & Nakano 2007).
fn density(plane: &[f32]) -> f32 {
    let mut steepness = vec![(0.0f32, false); SIDE * SIDE];
    for y in 1..SIDE - 1 {
        for x in 1..SIDE - 1 {
            let l = |dx: usize, dy: usize| plane[(y + dy - 1) * SIDE + x + dx - 1];
            let across = l(2, 0) + 2.0 * l(2, 1) + l(2, 2) - l(0, 0) - 2.0 * l(0, 1) - l(0, 2);
            let down = l(0, 2) + 2.0 * l(1, 2) + l(2, 2) - l(0, 0) - 2.0 * l(1, 0) - l(2, 0);
            let gradient = across.hypot(down) / 8.0;
            steepness[y * SIDE + x] = (gradient, across.abs() >= down.abs());
        }
    }
    let mut edges = 0;
    for y in 1..SIDE - 1 {
        for x in 1..SIDE - 1 {
            let at = y * SIDE + x;
            let (gradient, across) = steepness[at];
            let step = if across { 1 } else { SIDE };
            let steepest = gradient > steepness[at - step].0 && gradient >= steepness[at + step].0;
            edges += usize::from(gradient > EDGE && steepest);
        }
    }
    edges as f32 / ((SIDE - 2) * (SIDE - 2)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn field(rgb: [u8; 3]) -> PictureMeasure {
        PictureMeasure::of(&Picture::new(RgbImage::from_pixel(32, 32, Rgb(rgb)).into()))
    }

    /// L*, C*, a*, b* of the primaries under D65 (Lindbloom's calculator).
    #[test]
    fn colours_are_those_of_cielab() {
        for (rgb, [l, c, a, b]) in [
            ([0, 0, 0], [0.0, 0.0, 0.0, 0.0]),
            ([255, 255, 255], [100.0, 0.0, 0.0, 0.0]),
            ([119, 119, 119], [50.03, 0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 104.55, 80.09, 67.20]),
            ([0, 255, 0], [87.73, 119.78, -86.18, 83.18]),
            ([0, 0, 255], [32.30, 133.81, 79.19, -107.86]),
        ] {
            let measure = field(rgb);
            for (quantity, expected) in [
                (PictureQuantity::Lightness, l),
                (PictureQuantity::Saturation, c),
                (PictureQuantity::Redness, a),
                (PictureQuantity::Yellowness, b),
            ] {
                let found = measure.get(quantity).expect("known");
                assert!(
                    (found - expected).abs() < 0.05,
                    "{rgb:?} {quantity:?}: {found}"
                );
            }
        }
    }

    #[test]
    fn a_plain_field_has_no_texture() {
        let measure = field([90, 120, 40]);
        let roughness = measure.get(PictureQuantity::Roughness).expect("known");
        assert!(roughness.abs() < 1e-3, "{roughness}");
        assert_eq!(measure.get(PictureQuantity::Density), Some(0.0));
        assert_eq!(measure.get(PictureQuantity::Valence), None);
    }

    #[test]
    fn density_counts_edges_once() {
        let stripes = |width: u32| {
            RgbImage::from_fn(224, 224, |x, _| {
                Rgb([if (x / width).is_multiple_of(2) {
                    40
                } else {
                    200
                }; 3])
            })
        };
        for width in [14, 28, 56] {
            let measure = PictureMeasure::of(&Picture::new(stripes(width).into()));
            let found = measure.get(PictureQuantity::Density).expect("known");
            let edges = (224 / width - 1) as f32 / 222.0;
            assert!((found - edges).abs() < 1e-4, "{width}: {found} {edges}");
        }
    }

    #[test]
    fn emotion_is_valdez_and_mehrabian_s() {
        let norm = |mean, spread| Norm { mean, spread };
        let mut measure = PictureMeasure::default();
        measure.set(PictureQuantity::Lightness, Some(70.0));
        let known = |measure: &PictureMeasure| {
            let measure = measure.with_emotion(norm(50.0, 10.0), norm(20.0, 5.0));
            let [v, a] = [PictureQuantity::Valence, PictureQuantity::Arousal];
            measure.get(v).zip(measure.get(a))
        };
        assert_eq!(known(&measure), None);
        measure.set(PictureQuantity::Saturation, Some(15.0));
        let (valence, arousal) = known(&measure).expect("both known");
        assert!((valence - 1.16).abs() < 1e-6 && (arousal + 1.22).abs() < 1e-6);
    }
}
