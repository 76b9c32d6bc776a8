//! A frame's whole way to the painting alone.

use std::borrow::Cow;

use image::{DynamicImage, RgbImage};
use serde::{Deserialize, Serialize};

use crate::inference::opaque;

use super::{Balance, Corners, Gains, LONGEST, rectify};

/// What is done to a picture before it is the painting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// Where the painting lies in the picture.
    pub corners: Corners,
    /// How white is found, in the whole picture.
    pub balance: Balance,
}

/// The painting alone.
pub struct Corrected {
    /// As it was where nothing was to be corrected; else no side longer than [`LONGEST`].
    pub picture: RgbImage,
    /// What its channels were multiplied by.
    pub gains: Gains,
}

impl Correction {
    /// Whether pictures stay as they are.
    pub fn is_none(&self) -> bool {
        self.corners.is_whole() && self.balance == Balance::Off
    }

    /// Corrects `picture`; transparent pixels show grey. `before` are the gains of the
    /// frame before, which stay where this one can't tell.
    pub fn apply(&self, picture: &DynamicImage, before: Option<Gains>) -> Corrected {
        let seen = match picture.as_rgb8() {
            Some(seen) => Cow::Borrowed(seen),
            None => Cow::Owned(opaque(picture.clone())),
        };
        if self.is_none() {
            return Corrected {
                picture: seen.into_owned(),
                gains: Gains::ONE,
            };
        }
        let gains = self.balance.gains(&seen).or(before).unwrap_or(Gains::ONE);
        let mut painting = rectify(&seen, &self.corners, LONGEST);
        gains.apply(&mut painting);
        Corrected {
            picture: painting,
            gains,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn without_correction_a_picture_is_handed_on_as_it_is() {
        let picture = DynamicImage::from(RgbImage::from_pixel(2000, 30, Rgb([1, 2, 3])));
        let same = Correction::default().apply(&picture, None);
        assert_eq!(DynamicImage::from(same.picture), picture);
        assert_eq!(same.gains, Gains::ONE);
    }

    #[test]
    fn gains_stay_while_a_hand_lies_over_the_card() {
        let warm = DynamicImage::from(RgbImage::from_pixel(300, 200, Rgb([200, 150, 100])));
        let dark = DynamicImage::from(RgbImage::from_pixel(300, 200, Rgb([3, 3, 3])));
        let correction = Correction {
            balance: Balance::Neutral([0.1, 0.1]),
            ..Correction::default()
        };
        let first = correction.apply(&warm, None);
        assert_ne!(first.gains, Gains::ONE);
        let covered = correction.apply(&dark, Some(first.gains));
        assert_eq!(covered.gains, first.gains);
        assert_eq!(correction.apply(&dark, None).gains, Gains::ONE);
    }

    #[test]
    fn a_later_version_s_record_does_not_get_in_the_way() {
        let odd = r#"{"balance": {"neutral": [0.25, 0.5]}, "lens": 3}"#;
        let read: Correction = serde_json::from_str(odd).expect("a correction");
        assert_eq!(read.balance, Balance::Neutral([0.25, 0.5]));
        assert!(read.corners.is_whole());
    }
}
