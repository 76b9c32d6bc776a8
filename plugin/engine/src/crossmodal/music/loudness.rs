//! Loudness from mel bands.

use crate::analysis::mel::band_hz;
use crate::analysis::{BANDS, FRAMES};

use super::{STRIDE, Sound};

/// The exponent of loudness over power for which 10 dB are a doubling (Stevens 1957,
/// *On the psychophysical law*).
const EXPONENT: f32 = std::f32::consts::LOG10_2;

/// Bands further below the loudest moment, in dB, are masked and add nothing; nor does
/// the floor of the mel frames.
const MASKED_DB: f32 = 50.0;

/// Loudness in dB: each band's power is weighted as the ear does (A-weighting, IEC
/// 61672), raised to Stevens' exponent and summed over bands, averaged over the
/// frames that sound, and brought back to dB. A change of level by some dB changes
/// it by as much.
pub(super) fn of(sound: &Sound) -> f32 {
    let mut total = 0.0f64;
    let mut count = 0usize;
    let mut loudness = [0.0f32; FRAMES];
    for band in 0..BANDS {
        let weight = a_weighting_db(band_hz(band as f64));
        let row = sound.row(band);
        for frame in sound.frames().step_by(STRIDE) {
            if row[frame] < sound.peak - MASKED_DB {
                continue;
            }
            // 10^(EXPONENT · dB / 10) = 2^(dB / 10)
            loudness[frame] += ((row[frame] + weight) / 10.0).exp2();
        }
    }
    for frame in sound.frames().step_by(STRIDE) {
        total += f64::from(loudness[frame]);
        count += 1;
    }
    let mean = (total / count.max(1) as f64).max(f64::MIN_POSITIVE);
    (10.0 / EXPONENT) * mean.log10() as f32
}

/// Gain of the A-weighting at `hz` in dB, 0 at 1 kHz (IEC 61672-1, annex E).
fn a_weighting_db(hz: f64) -> f32 {
    let f = hz * hz;
    let gain = 12_194f64.powi(2) * f * f
        / ((f + 20.6f64.powi(2))
            * ((f + 107.7f64.powi(2)) * (f + 737.9f64.powi(2))).sqrt()
            * (f + 12_194f64.powi(2)));
    (20.0 * gain.log10() + 2.0) as f32
}

#[cfg(test)]
mod tests {
    use super::a_weighting_db;

    #[test]
    fn weighting_is_the_standard_s() {
        // IEC 61672-1, table 3.
        for (hz, db) in [(100.0, -19.1), (1000.0, 0.0), (2500.0, 1.3), (6300.0, -0.1)] {
            assert!((a_weighting_db(hz) - db).abs() < 0.1, "{hz} Hz");
        }
    }
}
