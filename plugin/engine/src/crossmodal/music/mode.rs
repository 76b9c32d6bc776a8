//! Major or minor, by key profiles.

use super::pitch::{BINS_AN_OCTAVE, Salience};

/// How often each note is heard in a major key, the tonic first (Temperley 2007, *Music
/// and probability*, ch. 6: excerpts of the Kostka-Payne textbook). Measured on the
/// melodies of the stimulus suite, it tells the mode better than the profiles of
/// Krumhansl & Kessler 1982; see `models/cards/crossmodal.md`.
pub const MAJOR_PROFILE: [f32; 12] = [
    0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400,
];

/// How often each note is heard in a minor key; as [`MAJOR_PROFILE`].
pub const MINOR_PROFILE: [f32; 12] = [
    0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330,
];

/// Saliences are sharpened by this power before they are folded into an octave: the
/// subharmonics of a note, which are other notes, are less salient than itself.
const SHARPEN: i32 = 4;

/// [`majorness`] of the notes heard.
pub(super) fn of(saliences: &[Salience]) -> Option<f32> {
    majorness(&chroma(saliences))
}

/// How much there is of each note name, A first. Each frame counts the same.
fn chroma(saliences: &[Salience]) -> [f32; 12] {
    let mut chroma = [0.0; 12];
    for salience in saliences {
        let most = salience.iter().copied().fold(0.0, f32::max);
        if most <= 0.0 {
            continue;
        }
        let mut frame = [0.0f32; 12];
        for (bin, value) in salience.iter().enumerate() {
            let quarter = bin % BINS_AN_OCTAVE;
            let weight = (value / most).powi(SHARPEN);
            // Quarter tones between two notes speak for both.
            let note = quarter / 2;
            if quarter.is_multiple_of(2) {
                frame[note] += weight;
            } else {
                frame[note] += weight / 2.0;
                frame[(note + 1) % 12] += weight / 2.0;
            }
        }
        let sum: f32 = frame.iter().sum();
        for (all, one) in chroma.iter_mut().zip(frame) {
            *all += one / sum;
        }
    }
    chroma
}

/// The correlation of `chroma` with the best fitting major key less that with the
/// best fitting minor key (Krumhansl 1990, *Cognitive foundations of musical pitch*, ch. 4;
/// the difference as in MIRtoolbox's `mirmode`, Lartillot & Toiviainen 2007). `None` if no note stands out.
pub fn majorness(chroma: &[f32; 12]) -> Option<f32> {
    let best = |profile: &[f32; 12]| {
        let keys = (0..12).map(|tonic| correlation(chroma, profile, tonic));
        keys.fold(None, |best: Option<f32>, key| {
            let key = key?;
            Some(best.map_or(key, |best| best.max(key)))
        })
    };
    Some(best(&MAJOR_PROFILE)? - best(&MINOR_PROFILE)?)
}

/// Pearson's, with the profile turned so that its tonic is note `tonic`.
fn correlation(chroma: &[f32; 12], profile: &[f32; 12], tonic: usize) -> Option<f32> {
    let mean = |values: &[f32; 12]| values.iter().sum::<f32>() / 12.0;
    let (a, b) = (mean(chroma), mean(profile));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for note in 0..12 {
        let x = chroma[(note + tonic) % 12] - a;
        let y = profile[note] - b;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    (aa > 1e-12).then(|| ab / (aa * bb).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_of_its_own_mode_in_every_key() {
        for tonic in 0..12 {
            let turned =
                |profile: &[f32; 12]| std::array::from_fn(|note| profile[(note + 12 - tonic) % 12]);
            assert!(majorness(&turned(&MAJOR_PROFILE)) > Some(0.1));
            assert!(majorness(&turned(&MINOR_PROFILE)) < Some(-0.1));
        }
        assert_eq!(majorness(&[1.0; 12]), None);
    }
}
