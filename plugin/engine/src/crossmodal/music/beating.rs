//! Auditory roughness.
//!
//! A mel frame covers 50 ms every 12.5 ms: beating up to 40 times a second shows as
//! levels that go up and down from frame to frame, that of partials further apart as
//! peaks beside each other. Roughness is greatest at 70 beats a second (Fastl & Zwicker
//! 2007, ch. 11), which shows in neither in full; this is a stand-in.

use crate::analysis::{BANDS, FRAMES};

use super::Sound;
use super::peaks::Peak;

/// Bands further below the loudest of their frame, in dB, are masked.
const MASKED_DB: f32 = 30.0;
/// The most that a band's beating counts, in dB: past it lie onsets.
const LARGEST_DB: f32 = 3.0;
/// What sensory dissonance weighs beside the beating's dB: over the melodies of the
/// stimulus suite both then spread alike.
const DISSONANCE: f32 = 20.0;

/// Beating in dB plus weighted sensory dissonance.
pub(super) fn roughness(sound: &Sound, spectra: &[Vec<Peak>]) -> f32 {
    let dissonances = spectra.iter().map(|peaks| dissonance(peaks));
    let mean = dissonances.sum::<f32>() / spectra.len().max(1) as f32;
    beating(sound) + DISSONANCE * mean
}

/// How far the bands that are heard go up and down, in dB: the second difference where
/// it changes its sign from one frame to the next, which it does for 20 to 40 beats a
/// second. The median over the frames, so that onsets do not count.
fn beating(sound: &Sound) -> f32 {
    let mut squares = [0.0f32; FRAMES];
    let mut bands = [0u32; FRAMES];
    for band in 0..BANDS {
        let row = sound.row(band);
        let bend = |frame: usize| row[frame] - (row[frame - 1] + row[frame + 1]) / 2.0;
        let heard = |frame: usize| row[frame] >= sound.levels[frame] - MASKED_DB;
        for frame in 2..FRAMES - 1 {
            if heard(frame) && heard(frame - 1) {
                let turn = -bend(frame) * bend(frame - 1);
                squares[frame] += turn.clamp(0.0, LARGEST_DB * LARGEST_DB);
                bands[frame] += 1;
            }
        }
    }
    let mut depths: Vec<f32> = sound
        .frames()
        .filter(|&frame| bands[frame] > 0)
        .map(|frame| (squares[frame] / bands[frame] as f32).sqrt())
        .collect();
    depths.sort_by(f32::total_cmp);
    depths.get(depths.len() / 2).copied().unwrap_or(0.0)
}

/// Sensory dissonance of neighbouring peaks relative to the amplitude of all: Plomp &
/// Levelt 1965 in the formula of Sethares 2005, *Tuning, timbre, spectrum, scale*, app.
/// E.
fn dissonance(peaks: &[Peak]) -> f32 {
    let energy: f32 = peaks.iter().map(|peak| peak.amplitude.powi(2)).sum();
    let pairs = peaks.windows(2).map(|pair| {
        let scale = 0.24 / (0.0207 * pair[0].hz + 18.96);
        let apart = scale * (pair[1].hz - pair[0].hz);
        let curve = (-3.51 * apart).exp() - (-5.75 * apart).exp();
        pair[0].amplitude.min(pair[1].amplitude) * curve
    });
    let sum: f32 = pairs.sum();
    if energy > 0.0 {
        sum / energy.sqrt()
    } else {
        0.0
    }
}
