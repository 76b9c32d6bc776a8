use std::path::PathBuf;

use image::Rgb;
use image::imageops::FilterType;
use proptest::prelude::*;

use super::*;
use crate::inference::Picture;

/// The demonstration's paintings, as large as a camera sees them.
fn paintings() -> Vec<RgbImage> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/assets/paintings");
    let mut files: Vec<PathBuf> = (std::fs::read_dir(folder).expect("the paintings"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let open = |path: &PathBuf| Picture::decode(path, Default::default()).expect("a painting");
    let seen = |painting: image::DynamicImage| painting.resize(900, 900, FilterType::Triangle);
    (files.iter().map(|path| seen(open(path)).into_rgb8())).collect()
}

/// Normal deviates by the sum of uniform ones, from a linear congruence.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sum += (self.0 >> 8) as f32 / (1 << 24) as f32;
        }
        // Four uniform deviates have a variance of a third.
        (sum - 2.0) * 3f32.sqrt()
    }
}

/// Another frame of `painting`: with noise of `sigma`, a gain of each channel, and shaken
/// to the right by `shake` pixels.
fn frame(painting: &RgbImage, sigma: f32, gains: [f32; 3], shake: u32, seed: u32) -> RgbImage {
    let mut noise = Noise(seed);
    let width = painting.width();
    RgbImage::from_fn(width, painting.height(), |x, y| {
        let pixel = painting.get_pixel((x + shake).min(width - 1), y).0;
        Rgb(std::array::from_fn(|at| {
            (f32::from(pixel[at]) * gains[at] + sigma * noise.next()).clamp(0.0, 255.0) as u8
        }))
    })
}

/// A stroke of `share` of the area at (u, v), `aspect` times as wide as it is high, mixed
/// into what lies beneath by `cover`.
fn stroke(painting: &mut RgbImage, share: f32, aspect: f32, at: [f32; 2], color: [u8; 3]) {
    let (w, h) = (painting.width() as f32, painting.height() as f32);
    let area = share * w * h;
    let (across, down) = ((area * aspect).sqrt().min(w), (area / aspect).sqrt().min(h));
    let (left, top) = (at[0] * (w - across), at[1] * (h - down));
    for y in top as u32..(top + down) as u32 {
        for x in left as u32..(left + across) as u32 {
            painting.put_pixel(x, y, Rgb(color));
        }
    }
}

#[test]
fn noise_and_drift_are_no_change() {
    for (nth, painting) in paintings().iter().enumerate() {
        let before = Canvas::of(&frame(painting, 6.0, [1.0; 3], 0, 1));
        for (seed, gains) in [
            [1.0; 3],
            [1.08, 1.08, 1.08],
            [0.9, 0.9, 0.9],
            [1.03, 1.0, 0.97],
        ]
        .into_iter()
        .enumerate()
        {
            let after = Canvas::of(&frame(painting, 6.0, gains, 1, 50 + seed as u32));
            let change = after.change(&before, Sensitivity::default());
            assert!(
                !change.is_one(),
                "painting {nth}, gains {gains:?}: {change:?}"
            );
        }
    }
}

#[test]
fn a_stroke_of_one_percent_is_one() {
    for (nth, painting) in paintings().iter().enumerate() {
        let before = Canvas::of(&frame(painting, 6.0, [1.0; 3], 0, 1));
        for (aspect, at) in [(1.0, [0.5, 0.5]), (4.0, [0.1, 0.8]), (0.25, [0.9, 0.3])] {
            let mut painted = painting.clone();
            // Ultramarine or white: whatever the ground is, one of them can be seen.
            let (w, h) = painting.dimensions();
            let under = painting.get_pixel((at[0] * w as f32) as u32, (at[1] * h as f32) as u32);
            let color = if under.0[2] > 140 {
                [30, 30, 90]
            } else {
                [235, 230, 215]
            };
            stroke(&mut painted, 0.01, aspect, at, color);
            let after = Canvas::of(&frame(&painted, 6.0, [1.04; 3], 1, 99));
            let change = after.change(&before, Sensitivity::default());
            assert!(
                change.is_one(),
                "painting {nth}, aspect {aspect}: {change:?}"
            );
        }
    }
}

#[test]
fn light_that_is_switched_off_is_a_change() {
    let painting = &paintings()[0];
    let before = Canvas::of(painting);
    let dark = Canvas::of(&frame(painting, 2.0, [0.2; 3], 0, 1));
    assert!(dark.change(&before, Sensitivity::default()).is_one());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_picture_of_any_size_has_not_changed_by_itself(
        width in 1u32..90, height in 1u32..90, seed in any::<u32>(), sensitivity in 0f32..=1.0
    ) {
        let mut noise = Noise(seed);
        let picture = RgbImage::from_fn(width, height, |_, _| {
            Rgb(std::array::from_fn(|_| (128.0 + 60.0 * noise.next()).clamp(0.0, 255.0) as u8))
        });
        let canvas = Canvas::of(&picture);
        let change = canvas.change(&canvas, Sensitivity::new(sensitivity));
        prop_assert_eq!(change, Change::default());
    }

    #[test]
    fn the_more_sensitive_the_more_cells_count(gain in 0.5f32..1.5, seed in any::<u32>()) {
        let mut noise = Noise(seed);
        let mut picture = |level: f32| RgbImage::from_fn(64, 64, |_, _| {
            Rgb(std::array::from_fn(|_| (level + 40.0 * noise.next()).clamp(0.0, 255.0) as u8))
        });
        let (a, b) = (Canvas::of(&picture(120.0)), Canvas::of(&picture(120.0 * gain)));
        let shares = [0.0, 0.3, 0.6, 1.0].map(|s| b.change(&a, Sensitivity::new(s)).share);
        prop_assert!(shares.is_sorted(), "{:?}", shares);
    }
}

#[test]
fn a_sensitivity_that_is_no_number_is_the_usual() {
    assert_eq!(Sensitivity::new(f32::NAN), Sensitivity::default());
    assert_eq!(Sensitivity::new(7.0).get(), 1.0);
    let read: Sensitivity = serde_json::from_str("-3").expect("a number");
    assert_eq!(read.get(), 0.0);
}
