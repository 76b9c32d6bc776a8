//! Pitch salience by subharmonic summation, and pitch height.

use super::peaks::Peak;

/// Bins of the salience in an octave: quarter tones.
pub(super) const BINS_AN_OCTAVE: usize = 24;
/// Octaves of pitches that are told apart.
const OCTAVES: usize = 6;
/// The lowest pitch: A1. Bin 0 is in its middle, so that bins 0, 2, 4.. are notes.
const LOWEST_HZ: f32 = 55.0;
/// Harmonics that a peak may be.
const HARMONICS: usize = 8;
/// How much less a peak speaks for each further harmonic that it would be (Hermes
/// 1988, *Measurement of pitch by subharmonic summation*).
const DECAY: f32 = 0.84;

/// How salient each pitch is.
pub(super) type Salience = [f32; OCTAVES * BINS_AN_OCTAVE];

/// Subharmonic summation: each peak speaks for the pitches of which it may be a
/// harmonic. Amplitudes are compressed to their square root, so that a melody shows
/// beside a loud bass.
pub(super) fn salience(peaks: &[Peak]) -> Salience {
    let mut salience = [0.0; OCTAVES * BINS_AN_OCTAVE];
    for peak in peaks {
        let octave = (peak.hz / LOWEST_HZ).log2();
        let mut weight = peak.amplitude.sqrt();
        for harmonic in 1..=HARMONICS {
            let position = (octave - (harmonic as f32).log2()) * BINS_AN_OCTAVE as f32;
            spread(&mut salience, position, weight);
            weight *= DECAY;
        }
    }
    salience
}

/// A triangle three bins wide at its foot, so that small errors of frequency matter
/// little.
fn spread(salience: &mut Salience, position: f32, weight: f32) {
    let nearest = position.round();
    for bin in [nearest - 1.0, nearest, nearest + 1.0] {
        if bin >= 0.0 && (bin as usize) < salience.len() {
            let share = 1.0 - (position - bin).abs() / 1.5;
            salience[bin as usize] += weight * share.max(0.0);
        }
    }
}

/// The pitch of a frame's salience in octaves above 1 Hz, and how salient it is.
pub(super) fn strongest(salience: &Salience) -> Option<(f32, f32)> {
    let bins = salience.iter().copied().enumerate();
    let (bin, value) = bins.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let octave = bin as f32 / BINS_AN_OCTAVE as f32;
    (value > 0.0).then(|| (LOWEST_HZ.log2() + octave, value))
}

/// The salience-weighted mean over the frames, in octaves above 1 Hz.
pub(super) fn height(saliences: &[Salience]) -> Option<f32> {
    let (mut total, mut weights) = (0.0, 0.0);
    for (pitch, weight) in saliences.iter().filter_map(strongest) {
        total += pitch * weight;
        weights += weight;
    }
    (weights > 0.0).then(|| total / weights)
}
