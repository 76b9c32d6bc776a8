//! Brings a snippet to the level of what it is played with.

use crate::library::StereoClip;

/// How loud a clip is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipLevel {
    /// Root mean square over both channels, linear.
    pub rms: f32,
    /// Largest absolute sample of both channels, linear.
    pub peak: f32,
}

impl ClipLevel {
    /// Measures `clip`.
    pub fn of(clip: &StereoClip) -> Self {
        let samples = || clip.left.iter().chain(&clip.right);
        let energy: f64 = samples().map(|sample| f64::from(*sample).powi(2)).sum();
        let count = samples().count().max(1);
        Self {
            rms: (energy / count as f64).sqrt() as f32,
            peak: samples().fold(0.0, |peak, sample| peak.max(sample.abs())),
        }
    }
}

/// How snippets are matched in level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelMatch {
    /// Where a snippet's RMS shall lie, in dB above the reference (the brush
    /// or the music).
    pub offset_db: f32,
    /// A quiet snippet is raised by no more than this, in dB.
    pub max_boost_db: f32,
    /// A loud snippet is lowered by no more than this, in dB.
    pub max_cut_db: f32,
    /// No sample of a matched snippet passes this, in dBFS. It goes before the
    /// other limits.
    pub ceiling_db: f32,
}

impl Default for LevelMatch {
    /// At the reference, by ±18 dB at most, peaks at −3 dBFS: the loudest sum
    /// of two clips in an equal-power crossfade is √2 times one, so a crossfade
    /// can't clip either.
    fn default() -> Self {
        Self {
            offset_db: 0.0,
            max_boost_db: 18.0,
            max_cut_db: 18.0,
            ceiling_db: -3.02,
        }
    }
}

impl LevelMatch {
    /// The linear gain for a clip of `level` beside a reference whose RMS is
    /// `reference_db` (dBFS). Without a reference (`None`, or one that is not
    /// finite) the clip keeps its level below the ceiling.
    pub fn gain(&self, level: ClipLevel, reference_db: Option<f32>) -> f32 {
        let wanted = match reference_db.filter(|reference| reference.is_finite()) {
            Some(reference) if level.rms > 0.0 => {
                let boost = reference + self.offset_db - 20.0 * level.rms.log10();
                amplitude(boost.max(-self.max_cut_db).min(self.max_boost_db))
            }
            _ => 1.0,
        };
        if level.peak > 0.0 {
            wanted.min(amplitude(self.ceiling_db) / level.peak)
        } else {
            wanted
        }
    }
}

fn amplitude(db: f32) -> f32 {
    10.0f32.powf(db / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rms_db: f32, peak_db: f32, reference_db: Option<f32>, expected_db: f32) {
        let level = ClipLevel {
            rms: amplitude(rms_db),
            peak: amplitude(peak_db),
        };
        let matching = LevelMatch {
            offset_db: -6.0,
            ..LevelMatch::default()
        };
        let gain_db = 20.0 * matching.gain(level, reference_db).log10();
        assert!(
            (gain_db - expected_db).abs() < 1e-3,
            "rms {rms_db}, peak {peak_db}, reference {reference_db:?}: {gain_db} dB"
        );
    }

    #[test]
    fn matches_within_its_limits_and_below_the_ceiling() {
        check(-20.0, -10.0, Some(-20.0), -6.0);
        check(-30.0, -25.0, Some(-18.0), 6.0);
        check(-60.0, -50.0, Some(-10.0), 18.0); // boost limited
        check(-6.0, -3.0, Some(-70.0), -18.0); // cut limited
        check(-20.0, -4.0, Some(-10.0), 0.98); // the peak caps it
        check(-20.0, -10.0, None, 0.0);
        check(-20.0, 0.0, Some(f32::NEG_INFINITY), -3.02);
    }

    #[test]
    fn a_silent_clip_is_left_alone() {
        let level = ClipLevel {
            rms: 0.0,
            peak: 0.0,
        };
        assert_eq!(LevelMatch::default().gain(level, Some(-20.0)), 1.0);
    }
}
