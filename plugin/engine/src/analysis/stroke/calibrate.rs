//! "Paint for ten seconds": levels found from how somebody paints.

use thiserror::Error;

use crate::units::{SampleRate, Seconds};

use super::bands::Bands;
use super::floor::step;
use super::lanes::{LANES, Lanes, decibels, follow};

/// Range of the histogram of levels, in dB, one bin a dB.
const LOWEST_DB: i32 = -120;
const BINS: usize = 130;
/// Time constant of the levels, in seconds: slips are not parted.
const LEVEL_SECONDS: f64 = 0.005;
/// The filters settle this long before anything counts, in seconds.
const SETTLE_SECONDS: f64 = 0.05;
/// A level, in dB, that nothing reaches where no microphone is.
const NOTHING_DB: f32 = -85.0;
/// Samples at or above this magnitude are clipped, ...
const CLIPPED: f32 = 0.99;
/// ... and this many a second are too many.
const CLIPPED_A_SECOND: f64 = 20.0;
/// How far strokes must lie above the noise, in dB.
const LEAST_DIFFERENCE_DB: f32 = 12.0;
/// Each of the two must have been heard for this share of the time.
const LEAST_SHARE: f64 = 0.03;

/// What painting for some seconds says about microphone, brush and hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Level of the noise between strokes, in dB of full scale (RMS).
    pub floor_db: f32,
    /// Level of the softest painting, in dB of full scale (RMS).
    pub softest_db: f32,
    /// Level of the hardest painting, in dB of full scale (RMS).
    pub hardest_db: f32,
    /// 0..=1, as in [`StrokeSettings`](super::StrokeSettings): puts the gate between
    /// noise and strokes.
    pub sensitivity: f32,
}

/// Why painting said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CalibrationError {
    /// No signal.
    #[error("nothing was heard: check the microphone's cable and the side chain's routing")]
    NothingHeard,
    /// The signal clips.
    #[error("too loud: turn the microphone's preamplifier down and paint again")]
    TooLoud,
    /// Brush and silence can't be told apart.
    #[error(
        "no difference between brush and silence: paint some strokes with pauses between, \
         and keep the microphone away from hum"
    )]
    NoDifference,
}

/// Listens for some seconds on the audio thread, beside a
/// [`StrokeDetector`](super::StrokeDetector). Nothing is allocated after
/// [`Calibrator::new`]; while nobody has begun it costs nothing.
#[derive(Clone)]
pub struct Calibrator {
    bands: Bands,
    level: Lanes,
    level_step: f32,
    counts: [u32; BINS],
    rate: f64,
    /// Samples heard and wanted; as many once it is done.
    heard: u64,
    wanted: u64,
    settle: u64,
    clipped: u64,
}

impl Calibrator {
    /// For a signal of `rate`; nothing is begun.
    pub fn new(rate: SampleRate) -> Self {
        let bands = Bands::new(rate);
        Self {
            level: [0.0; LANES],
            level_step: step(LEVEL_SECONDS, bands.hop_seconds()),
            bands,
            counts: [0; BINS],
            rate: rate.hz(),
            heard: 0,
            wanted: 0,
            settle: (SETTLE_SECONDS * rate.hz()) as u64,
            clipped: 0,
        }
    }

    /// Begins anew, to listen for `duration` (0.5 s to 10 minutes; ten seconds are good).
    pub fn begin(&mut self, duration: Seconds) {
        self.bands.reset();
        self.level = [0.0; LANES];
        self.counts = [0; BINS];
        (self.heard, self.clipped) = (0, 0);
        self.wanted = (duration.0.clamp(0.5, 600.0) * self.rate) as u64;
    }

    /// Forgets what was begun.
    pub fn cancel(&mut self) {
        (self.heard, self.wanted) = (0, 0);
    }

    /// Whether it is listening.
    pub fn is_listening(&self) -> bool {
        self.heard < self.wanted
    }

    /// How much of the time has passed, in 0..=1; 0 if nothing was begun.
    pub fn progress(&self) -> f32 {
        self.heard as f32 / self.wanted.max(1) as f32
    }

    /// Takes the next samples; those after its time, or before it began, are let pass.
    pub fn process(&mut self, mono: &[f32]) {
        let left = (self.wanted - self.heard).min(mono.len() as u64) as usize;
        let mut mono = &mono[..left];
        while !mono.is_empty() {
            let (count, powers) = self.bands.take(mono);
            let clipped = mono[..count].iter().filter(|x| x.abs() >= CLIPPED);
            self.clipped += clipped.count() as u64;
            self.heard += count as u64;
            mono = &mono[count..];
            if let Some(powers) = powers {
                self.hop(&powers);
            }
        }
    }

    fn hop(&mut self, powers: &Lanes) {
        follow(&mut self.level, powers, self.level_step);
        if self.heard > self.settle {
            let db = decibels(self.bands.friction(&self.level)).round() as i32;
            let bin = (db - LOWEST_DB).clamp(0, BINS as i32 - 1);
            self.counts[bin as usize] += 1;
        }
    }

    /// What was found, once the time is over: `None` while it listens or if nothing was
    /// begun.
    ///
    /// # Errors
    ///
    /// What to do about a signal that says nothing.
    pub fn result(&self) -> Option<Result<Calibration, CalibrationError>> {
        (self.wanted > 0 && !self.is_listening()).then(|| self.judge())
    }

    fn judge(&self) -> Result<Calibration, CalibrationError> {
        let all = 0..BINS;
        if self.quantile(all.clone(), 0.98) < NOTHING_DB {
            return Err(CalibrationError::NothingHeard);
        }
        if self.clipped as f64 > CLIPPED_A_SECOND * self.heard as f64 / self.rate {
            return Err(CalibrationError::TooLoud);
        }
        let split = self.split();
        let (noise, strokes) = (0..split, split..BINS);
        let floor_db = self.quantile(noise.clone(), 0.5);
        let middle = self.quantile(strokes.clone(), 0.5);
        let share = |bins| self.count(bins) as f64 / self.count(0..BINS).max(1) as f64;
        let rare = share(noise.clone()) < LEAST_SHARE || share(strokes.clone()) < LEAST_SHARE;
        if rare || middle - floor_db < LEAST_DIFFERENCE_DB {
            return Err(CalibrationError::NoDifference);
        }
        let softest_db = self.quantile(strokes.clone(), 0.1);
        let hardest_db = self.quantile(strokes, 0.97).max(softest_db + 6.0);
        // Nearer to the noise than to the strokes, whose beginning is softer still; but
        // above noise that comes and goes, as music from a loudspeaker does.
        let restless_db = self.quantile(noise, 0.9) + 4.0;
        let gate_db = (floor_db + 0.4 * (softest_db - floor_db))
            .max(restless_db)
            .min(softest_db - 6.0);
        Ok(Calibration {
            floor_db,
            softest_db,
            hardest_db,
            sensitivity: ((-30.0 - gate_db) / 60.0).clamp(0.0, 1.0),
        })
    }

    fn count(&self, bins: std::ops::Range<usize>) -> u64 {
        self.counts[bins].iter().map(|n| u64::from(*n)).sum()
    }

    /// The level, in dB, that the share `q` of what is in `bins` does not exceed.
    fn quantile(&self, bins: std::ops::Range<usize>, q: f64) -> f32 {
        let wanted = (q * self.count(bins.clone()) as f64) as u64;
        let mut passed = 0;
        for bin in bins.clone() {
            passed += u64::from(self.counts[bin]);
            if passed > wanted {
                return (bin as i32 + LOWEST_DB) as f32;
            }
        }
        (bins.end as i32 - 1 + LOWEST_DB) as f32
    }

    /// The bin at which the levels fall apart into two groups that differ most from one
    /// another, and least within (Otsu 1979, *A Threshold Selection Method from
    /// Gray-Level Histograms*).
    fn split(&self) -> usize {
        let total = self.count(0..BINS) as f64;
        let weighted = |(bin, n): (usize, &u32)| bin as f64 * f64::from(*n);
        let sum: f64 = self.counts.iter().enumerate().map(weighted).sum();
        let (mut below, mut sum_below) = (0.0, 0.0);
        let (mut best, mut split) = (-1.0, 1);
        for (bin, n) in self.counts.iter().enumerate().take(BINS - 1) {
            below += f64::from(*n);
            sum_below += bin as f64 * f64::from(*n);
            let above = total - below;
            if below == 0.0 || above == 0.0 {
                continue;
            }
            let apart = sum_below / below - (sum - sum_below) / above;
            let variance = below * above * apart * apart;
            if variance > best {
                (best, split) = (variance, bin + 1);
            }
        }
        split
    }
}
