//! What a player sets.

use crate::units::Seconds;

use super::Calibration;

/// What a stroke is, to a [`StrokeDetector`](super::StrokeDetector).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrokeSettings {
    /// 0..=1: how soft a stroke may be. What is below
    /// [`gate_db`](StrokeSettings::gate_db) is none, however clear it is.
    pub sensitivity: f32,
    /// How long the brush must be silent until its stroke counts as ended; 5 ms at
    /// least. A new start after a silence of half of this, or 35 ms if that is more,
    /// ends it too: longer for tools that crackle, shorter for fast dabs.
    pub hold: Seconds,
    /// Level, in dB of full scale (RMS), of a stroke of strength 0.
    pub softest_db: f32,
    /// Level, in dB of full scale (RMS), of a stroke of strength 1.
    pub hardest_db: f32,
}

impl Default for StrokeSettings {
    /// A sensitivity of 0.5, 60 ms, -50 to -10 dB.
    fn default() -> Self {
        Self {
            sensitivity: 0.5,
            hold: Seconds(0.06),
            softest_db: -50.0,
            hardest_db: -10.0,
        }
    }
}

impl StrokeSettings {
    /// The level, in dB of full scale (RMS), below which nothing is a stroke: -30 dB
    /// for a sensitivity of 0, -90 dB for 1.
    pub fn gate_db(&self) -> f32 {
        -30.0 - 60.0 * self.sensitivity.clamp(0.0, 1.0)
    }

    /// The same with what a calibration found.
    #[must_use]
    pub fn calibrated(self, found: &Calibration) -> Self {
        Self {
            sensitivity: found.sensitivity,
            softest_db: found.softest_db,
            hardest_db: found.hardest_db,
            ..self
        }
    }

    /// The strength, in 0..=1, of a level in dB of full scale.
    pub fn strength(&self, level_db: f32) -> f32 {
        // Never a division by zero, and a level that is not a number is no strength.
        let span = (self.hardest_db - self.softest_db).max(1.0);
        let share = (level_db - self.softest_db) / span;
        if share > 0.0 { share.min(1.0) } else { 0.0 }
    }
}
