//! What looks at frames and lets through those that are worth the picture network.

use std::time::{Duration, Instant};

use image::DynamicImage;

use super::{Canvas, Change, Correction, Gains, Sensitivity};
use crate::inference::Picture;

/// While something moves before a camera it is waited for so long at most: a painter may
/// never step aside, and the music is to follow all the same.
pub const RESTLESS: Duration = Duration::from_secs(10);

/// What a look at a frame has shown.
pub enum Sight {
    /// The canvas is as it was.
    Same(Change),
    /// It is not, but something still moves before it.
    Moving(Change),
    /// It is another: a picture for the network.
    New(Box<Picture>, Change),
}

/// Looks at one source's frames.
#[derive(Default)]
pub struct Eye {
    correction: Correction,
    sensitivity: Sensitivity,
    /// The canvas that was let through last. Compared with the last one that was looked
    /// at, a painting that grows slowly would never have changed.
    known: Option<Canvas>,
    /// The canvas that was looked at last, and since when nothing was still.
    restless: Option<(Canvas, Instant)>,
    gains: Option<Gains>,
}

impl Eye {
    /// One that has seen nothing yet: the first frame is new.
    pub fn new(correction: Correction, sensitivity: Sensitivity) -> Self {
        Self {
            correction,
            sensitivity,
            ..Self::default()
        }
    }

    /// Looks otherwise from now on. Another correction makes another picture, so that the
    /// next frame is new.
    pub fn set(&mut self, correction: Correction, sensitivity: Sensitivity) {
        if self.correction != correction {
            *self = Self::new(correction, sensitivity);
        }
        self.sensitivity = sensitivity;
    }

    /// What is done to frames.
    pub fn correction(&self) -> Correction {
        self.correction
    }

    /// Looks at `frame`. If `may_move`, as before a camera, a changed canvas must look the
    /// same twice before it counts, or have been restless for [`RESTLESS`].
    pub fn look(&mut self, frame: &DynamicImage, may_move: bool, now: Instant) -> Sight {
        let corrected = self.correction.apply(frame, self.gains);
        self.gains = Some(corrected.gains);
        let painting = corrected.picture;
        let canvas = Canvas::of(&painting);
        let change = match &self.known {
            Some(known) => canvas.change(known, self.sensitivity),
            None => Change {
                share: 1.0,
                largest: 255.0,
            },
        };
        if !change.is_one() {
            self.restless = None;
            return Sight::Same(change);
        }
        if may_move && self.known.is_some() && !self.is_still(&canvas, now) {
            return Sight::Moving(change);
        }
        self.restless = None;
        self.known = Some(canvas);
        Sight::New(Box::new(Picture::new(painting.into())), change)
    }

    fn is_still(&mut self, canvas: &Canvas, now: Instant) -> bool {
        let Some((last, since)) = self.restless.take() else {
            self.restless = Some((canvas.clone(), now));
            return false;
        };
        let still = !canvas.change(&last, self.sensitivity).is_one();
        let waited = now.saturating_duration_since(since) >= RESTLESS;
        self.restless = Some((canvas.clone(), since));
        still || waited
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb, RgbImage};

    use super::*;

    fn canvas(strokes: u32) -> DynamicImage {
        RgbImage::from_fn(320, 200, |x, y| {
            let painted = (40..90).contains(&y) && x / 32 < strokes;
            Rgb(if painted {
                [20, 40, 160]
            } else {
                [230, 225, 210]
            })
        })
        .into()
    }

    fn is_new(sight: &Sight) -> bool {
        matches!(sight, Sight::New(..))
    }

    #[test]
    fn what_grows_slowly_is_noticed_in_the_end() {
        let mut eye = Eye::new(Correction::default(), Sensitivity::default());
        let now = Instant::now();
        assert!(is_new(&eye.look(&canvas(0), false, now)));
        assert!(matches!(eye.look(&canvas(0), false, now), Sight::Same(_)));
        // Each frame differs from the one before by less than counts.
        let mut fading = canvas(0).into_rgb8();
        let mut noticed = false;
        for _ in 0..40 {
            for (x, y, pixel) in fading.enumerate_pixels_mut() {
                if x < 60 && y < 60 {
                    pixel.0[2] = pixel.0[2].saturating_sub(3);
                }
            }
            noticed |= is_new(&eye.look(&fading.clone().into(), false, now));
        }
        assert!(noticed);
    }

    #[test]
    fn an_arm_that_passes_is_not_the_painting() {
        let mut eye = Eye::new(Correction::default(), Sensitivity::default());
        let begin = Instant::now();
        let at = |second: u64| begin + Duration::from_secs(second);
        assert!(is_new(&eye.look(&canvas(0), true, at(0))));
        // The arm comes, moves, and is gone.
        assert!(matches!(
            eye.look(&canvas(3), true, at(1)),
            Sight::Moving(_)
        ));
        assert!(matches!(
            eye.look(&canvas(6), true, at(2)),
            Sight::Moving(_)
        ));
        assert!(matches!(eye.look(&canvas(0), true, at(3)), Sight::Same(_)));
        // A stroke stays.
        assert!(matches!(
            eye.look(&canvas(2), true, at(4)),
            Sight::Moving(_)
        ));
        assert!(is_new(&eye.look(&canvas(2), true, at(5))));
        // Somebody stays in the picture.
        for second in 0..10 {
            let strokes = 3 + 2 * (second as u32 % 2);
            let sight = eye.look(&canvas(strokes), true, at(6 + second));
            assert!(matches!(sight, Sight::Moving(_)), "{second}");
        }
        assert!(is_new(&eye.look(&canvas(3), true, at(16))));
    }

    #[test]
    fn other_corners_make_another_picture() {
        let mut eye = Eye::new(Correction::default(), Sensitivity::default());
        let now = Instant::now();
        eye.look(&canvas(1), false, now);
        eye.set(Correction::default(), Sensitivity::new(0.9));
        assert!(!is_new(&eye.look(&canvas(1), false, now)));
        let corners = crate::painting::Corners::WHOLE.moved(0, [0.1, 0.1]);
        let correction = Correction {
            corners: corners.expect("convex"),
            ..Correction::default()
        };
        eye.set(correction, Sensitivity::default());
        assert!(is_new(&eye.look(&canvas(1), false, now)));
        assert_eq!(eye.correction(), correction);
    }
}
