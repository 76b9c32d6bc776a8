//! Spectral peaks between mel bands.

use crate::analysis::BANDS;
use crate::analysis::mel::band_hz;

use super::Sound;

/// How far below the loudest band of its frame a peak may lie, in dB.
const BELOW_FRAME_DB: f32 = 40.0;
/// How far below the loudest moment of the window, in dB.
const BELOW_WINDOW_DB: f32 = 50.0;

/// A local maximum of a frame's spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    pub hz: f32,
    /// Relative to the loudest band of the frame, 0..=1.
    pub amplitude: f32,
}

/// The peaks of a frame from low to high. Their frequency is interpolated by a
/// parabola through the dB of three bands: below 1 kHz bands lie 29 Hz apart, and the
/// parabola puts a single tone within some Hz (Smith & Serra 1987, *PARSHL*).
pub(super) fn of(sound: &Sound, frame: usize) -> Vec<Peak> {
    let db: [f32; BANDS] = std::array::from_fn(|band| sound.row(band)[frame]);
    let loudest = sound.levels[frame];
    let least = (loudest - BELOW_FRAME_DB).max(sound.peak - BELOW_WINDOW_DB);
    let mut peaks = Vec::new();
    for band in 1..BANDS - 1 {
        let [left, top, right] = [db[band - 1], db[band], db[band + 1]];
        if top < least || top <= left || top < right {
            continue;
        }
        let curve = left - 2.0 * top + right;
        let offset = if curve < 0.0 {
            (0.5 * (left - right) / curve).clamp(-0.5, 0.5)
        } else {
            0.0
        };
        peaks.push(Peak {
            hz: band_hz(band as f64 + f64::from(offset)) as f32,
            amplitude: 10f32.powf((top - loudest) / 20.0),
        });
    }
    peaks
}
