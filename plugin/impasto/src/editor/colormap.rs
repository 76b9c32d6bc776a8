//! Mel frames as a picture, in the colours of *inferno*: even steps in dB look like even
//! steps, and they do so in grey and to colour-blind eyes too.

use egui::{Color32, ColorImage};

use crate::view::MelFrame;

/// Frames across the picture: 4 s at a hop of 12.5 ms.
pub const WIDTH: usize = 320;
/// Bands up the picture.
pub const HEIGHT: usize = 100;

/// Drawn black. A contact microphone's own noise mostly lies below it.
const QUIETEST_DB: f32 = -90.0;
/// Drawn brightest.
const LOUDEST_DB: f32 = -10.0;

/// Every 32nd colour of matplotlib's *inferno* (S. van der Walt, N. Smith; CC0).
const INFERNO: [[u8; 3]; 9] = [
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
];

/// The colour of `share` in 0..=1.
pub fn inferno(share: f32) -> Color32 {
    let share = if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0)
    };
    let place = share * (INFERNO.len() - 1) as f32;
    let low = (place as usize).min(INFERNO.len() - 2);
    let [r, g, b] = std::array::from_fn(|channel| {
        let (from, to) = (INFERNO[low][channel], INFERNO[low + 1][channel]);
        (f32::from(from) + (f32::from(to) - f32::from(from)) * (place - low as f32)).round() as u8
    });
    Color32::from_rgb(r, g, b)
}

/// The newest [`WIDTH`] of `frames`, oldest first; the newest lies at the right edge and
/// the lowest band at the bottom. What is not there yet is drawn as silence.
pub fn mel_picture(frames: &[MelFrame]) -> ColorImage {
    let newest = &frames[frames.len().saturating_sub(WIDTH)..];
    let mut pixels = vec![inferno(0.0); WIDTH * HEIGHT];
    for (column, frame) in (WIDTH - newest.len()..).zip(newest) {
        for (band, &db) in frame.iter().enumerate() {
            let share = (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB);
            pixels[(HEIGHT - 1 - band) * WIDTH + column] = inferno(share);
        }
    }
    ColorImage::new([WIDTH, HEIGHT], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn louder_is_always_brighter() {
        let brightness = |color: Color32| {
            let [r, g, b, _] = egui::Rgba::from(color).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let steps: Vec<f32> = (0..=64)
            .map(|at| brightness(inferno(at as f32 / 64.0)))
            .collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
        assert_eq!(inferno(f32::NAN), inferno(0.0));
    }

    #[test]
    fn the_newest_frame_is_at_the_right_and_low_bands_at_the_bottom() {
        let mut loud_low = [-100.0; HEIGHT];
        loud_low[0] = 0.0;
        let picture = mel_picture(&[[-100.0; HEIGHT], loud_low]);
        assert_eq!(picture[(WIDTH - 1, HEIGHT - 1)], inferno(1.0));
        assert_eq!(picture[(WIDTH - 1, 0)], inferno(0.0));
        assert_eq!(picture[(WIDTH - 2, HEIGHT - 1)], inferno(0.0));
        // More frames than fit: the oldest fall off at the left.
        let mut many = vec![loud_low; WIDTH];
        many.push([-100.0; HEIGHT]);
        let picture = mel_picture(&many);
        assert_eq!(picture[(0, HEIGHT - 1)], inferno(1.0));
        assert_eq!(picture[(WIDTH - 1, HEIGHT - 1)], inferno(0.0));
    }
}
