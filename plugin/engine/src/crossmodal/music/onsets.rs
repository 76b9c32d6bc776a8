//! How many events a second.

use crate::analysis::{BANDS, FRAMES, HOP};
use crate::units::SampleRate;

use super::Sound;

/// Frames over which a band's rise is taken.
const LAG: usize = 2;
/// Bands below the loudest moment by more than this, in dB, are left out: what
/// flickers at the foot of the spectrum is no event.
const RANGE_DB: f32 = 45.0;
/// A maximum of the rise is an onset if nothing is greater this many frames on either
/// side (50 ms)...
const NEIGHBOURS: usize = 4;
/// ...and it exceeds the mean over this many frames on either side (0.25 s)...
const SURROUNDINGS: usize = 20;
/// ...by this much, in dB averaged over the bands.
const ABOVE_MEAN_DB: f32 = 0.5;
/// Less than this is not heard for long enough, in frames (1 s).
const LEAST_FRAMES: usize = 80;

/// log2 of the onsets a second over what sounds, at least one in 4 s. `None` if less
/// than 1 s sounds.
pub(super) fn rate(sound: &Sound) -> Option<f32> {
    let (first, last) = (sound.frames().next()?, sound.frames().last()?);
    let heard = last - first + 1;
    if heard < LEAST_FRAMES {
        return None;
    }
    let seconds = (heard * HOP) as f32 / SampleRate::ANALYSIS.hz() as f32;
    let onsets = count(&rises(sound));
    Some((onsets.max(1) as f32 / seconds).log2())
}

/// The mean over bands of how much each rose above the loudest of itself and its
/// neighbours two frames before: the maximum keeps vibrato from reading as notes
/// (SuperFlux; Böck & Widmer 2013).
fn rises(sound: &Sound) -> [f32; FRAMES] {
    let foot = sound.peak - RANGE_DB;
    let mut rises = [0.0; FRAMES];
    for band in 0..BANDS {
        let row = sound.row(band);
        let below = sound.row(band.saturating_sub(1));
        let above = sound.row((band + 1).min(BANDS - 1));
        for frame in LAG..FRAMES {
            let before = row[frame - LAG]
                .max(below[frame - LAG])
                .max(above[frame - LAG]);
            rises[frame] += (row[frame] - before.max(foot)).max(0.0);
        }
    }
    rises.map(|rise| rise / BANDS as f32)
}

/// Picks the maxima that stand out.
fn count(rises: &[f32; FRAMES]) -> usize {
    let around = |frame: usize, width: usize| {
        &rises[frame.saturating_sub(width)..(frame + width + 1).min(FRAMES)]
    };
    let mut last = None;
    let mut onsets = 0;
    for (frame, &rise) in rises.iter().enumerate() {
        let highest = around(frame, NEIGHBOURS).iter().all(|&other| other <= rise);
        let surroundings = around(frame, SURROUNDINGS);
        let mean = surroundings.iter().sum::<f32>() / surroundings.len() as f32;
        let apart = last.is_none_or(|last| frame - last > NEIGHBOURS);
        if highest && rise > mean + ABOVE_MEAN_DB && apart {
            onsets += 1;
            last = Some(frame);
        }
    }
    onsets
}
