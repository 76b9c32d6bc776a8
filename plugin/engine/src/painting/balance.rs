//! The colour of the light, taken out of a picture.

use image::RgbImage;
use serde::{Deserialize, Serialize};

/// What a channel is multiplied by at least and at most: the light of a studio is within
/// these, and what asks for more is no light but a painting, or a hand before the lens.
pub const BOUNDS: [f32; 2] = [0.5, 2.0];

/// About as many pixels are looked at for a mean over a picture.
const SAMPLES: u32 = 40_000;

/// Half the side of the square around a neutral point, as a share of the longer side.
const PATCH: f32 = 0.01;

/// A neutral point darker or lighter than this tells nothing of the light, of 255.
const TELLING: [f32; 2] = [16.0, 250.0];

/// How white is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Colours stay as the picture has them.
    #[default]
    Off,
    /// The mean of the whole picture, walls and easel included, is grey. G. Buchsbaum, *A
    /// spatial processor model for object colour perception* (1980).
    GreyWorld,
    /// What lies at this point of the picture (from the left and from the top, 0 to 1) is
    /// grey or white: a card beside the canvas, a wall, the primed edge.
    Neutral([f32; 2]),
}

/// What each channel (red, green, blue) is multiplied by, within [`BOUNDS`].
///
/// They multiply the values as they are stored. Under a transfer curve that is a power,
/// as that of sRGB nearly is, it is the same as to multiply the light itself by a power of
/// the gain (von Kries), and costs a table of 256 values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gains([f32; 3]);

impl Gains {
    /// Nothing changes.
    pub const ONE: Self = Self([1.0; 3]);

    /// Brings the mean colour `found` to grey of the same brightness; `None` if it is too
    /// dark to tell.
    fn to_grey(found: [f32; 3]) -> Option<Self> {
        let grey = found.iter().sum::<f32>() / 3.0;
        if found.iter().any(|channel| *channel < 1.0) {
            return None;
        }
        let [least, most] = BOUNDS;
        Some(Self(
            found.map(|channel| (grey / channel).clamp(least, most)),
        ))
    }

    /// Red, green, blue.
    pub fn get(self) -> [f32; 3] {
        self.0
    }

    /// Multiplies every pixel.
    pub fn apply(self, picture: &mut RgbImage) {
        if self == Self::ONE {
            return;
        }
        let tables = self.0.map(|gain| {
            std::array::from_fn::<u8, 256, _>(|value| {
                (value as f32 * gain).round().clamp(0.0, 255.0) as u8
            })
        });
        for pixel in picture.pixels_mut() {
            for (channel, table) in pixel.0.iter_mut().zip(&tables) {
                *channel = table[usize::from(*channel)];
            }
        }
    }
}

impl Balance {
    /// What is out of range is brought into it.
    #[must_use]
    pub fn checked(self) -> Self {
        match self {
            Self::Neutral(at) if at.iter().all(|value| value.is_finite()) => {
                Self::Neutral(at.map(|value| value.clamp(0.0, 1.0)))
            }
            Self::Neutral(_) => Self::Off,
            other => other,
        }
    }

    /// The gains that `picture`, as the camera gave it, asks for. `None` if it can't tell:
    /// the picture is black, or the neutral point is too dark, burnt out, or something lies
    /// over it. Then the gains found last stay good.
    pub fn gains(self, picture: &RgbImage) -> Option<Gains> {
        match self {
            Self::Off => Some(Gains::ONE),
            Self::GreyWorld => Gains::to_grey(mean_of_all(picture)),
            Self::Neutral(at) => {
                let found = mean_around(picture, at)?;
                let [dark, light] = TELLING;
                let tells = found.iter().all(|value| (dark..=light).contains(value));
                tells.then(|| Gains::to_grey(found)).flatten()
            }
        }
    }
}

/// The mean colour over a raster of pixels.
fn mean_of_all(picture: &RgbImage) -> [f32; 3] {
    let (width, height) = picture.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let step = ((pixels as f64 / f64::from(SAMPLES)).sqrt() as usize).max(1);
    let (mut sums, mut count) = ([0u64; 3], 0u64);
    for y in (0..height).step_by(step) {
        for x in (0..width).step_by(step) {
            let pixel = picture.get_pixel(x, y).0;
            (0..3).for_each(|at| sums[at] += u64::from(pixel[at]));
            count += 1;
        }
    }
    sums.map(|sum| sum as f32 / count.max(1) as f32)
}

/// The mean colour around a point; `None` where it is no plain surface.
fn mean_around(picture: &RgbImage, at: [f32; 2]) -> Option<[f32; 3]> {
    let (width, height) = picture.dimensions();
    let reach = ((width.max(height) as f32 * PATCH) as u32).max(1);
    let range = |share: f32, length: u32| {
        let middle = ((share.clamp(0.0, 1.0) * length as f32) as u32).min(length - 1);
        middle.saturating_sub(reach)..(middle + reach + 1).min(length)
    };
    let (mut sums, mut squares, mut count) = ([0f32; 3], 0f32, 0f32);
    for y in range(at[1], height) {
        for x in range(at[0], width) {
            let pixel = picture.get_pixel(x, y).0.map(f32::from);
            (0..3).for_each(|at| sums[at] += pixel[at]);
            squares += pixel[1] * pixel[1];
            count += 1.0;
        }
    }
    let mean = sums.map(|sum| sum / count);
    let spread = (squares / count - mean[1] * mean[1]).max(0.0).sqrt();
    // Noise and grain are well below it, an edge is above.
    (spread <= 30.0).then_some(mean)
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use proptest::prelude::*;

    use super::*;

    fn card(color: [u8; 3]) -> RgbImage {
        RgbImage::from_pixel(400, 300, Rgb(color))
    }

    proptest! {
        #[test]
        fn gains_are_bounded_and_a_plain_surface_becomes_grey(
            color in prop::array::uniform3(60u8..=140), grey_world in any::<bool>()
        ) {
            let balance = if grey_world { Balance::GreyWorld } else { Balance::Neutral([0.5; 2]) };
            let mut picture = card(color);
            let gains = balance.gains(&picture).expect("light enough");
            for gain in gains.get() {
                prop_assert!((BOUNDS[0]..=BOUNDS[1]).contains(&gain));
            }
            gains.apply(&mut picture);
            let [r, g, b] = picture.get_pixel(7, 7).0;
            prop_assert!(r.abs_diff(g) <= 1 && g.abs_diff(b) <= 1, "{r} {g} {b}");
        }

        #[test]
        fn no_picture_asks_for_too_much(color in prop::array::uniform3(any::<u8>())) {
            for balance in [Balance::GreyWorld, Balance::Neutral([0.2, 0.9])] {
                let gains = balance.gains(&card(color)).unwrap_or(Gains::ONE);
                for gain in gains.get() {
                    prop_assert!((BOUNDS[0]..=BOUNDS[1]).contains(&gain));
                }
            }
        }
    }

    #[test]
    fn a_point_that_tells_nothing_has_no_gains() {
        let at = Balance::Neutral([0.5, 0.5]);
        assert_eq!(at.gains(&card([2, 2, 2])), None, "too dark");
        assert_eq!(at.gains(&card([255, 255, 255])), None, "burnt out");
        let edge = RgbImage::from_fn(400, 300, |x, _| Rgb([if x < 200 { 40 } else { 220 }; 3]));
        assert_eq!(at.gains(&edge), None, "an edge");
        assert!(Balance::Neutral([0.1, 0.5]).gains(&edge).is_some());
        assert_eq!(Balance::Off.gains(&edge), Some(Gains::ONE));
    }

    #[test]
    fn a_point_is_kept_within_the_picture() {
        assert_eq!(
            Balance::Neutral([-1.0, 2.0]).checked(),
            Balance::Neutral([0.0, 1.0])
        );
        assert_eq!(Balance::Neutral([f32::NAN, 0.0]).checked(), Balance::Off);
        assert!(
            Balance::Neutral([1.0, 1.0])
                .gains(&card([90, 100, 110]))
                .is_some()
        );
    }
}
