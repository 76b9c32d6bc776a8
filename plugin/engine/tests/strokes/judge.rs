//! Found strokes against known ones.

use engine::analysis::stroke::{StrokeDetector, StrokeEvent, StrokeSettings};
use engine::units::SampleRate;

use super::energy::Onset;
use super::scene::Scene;

/// How far a start may lie from the contact, in seconds.
pub const TOLERANCE: f64 = 0.02;

/// Starts and ends, in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub starts: Vec<f64>,
    /// When each start's stroke ended; the signal's length if it did not.
    pub ends: Vec<f64>,
    /// Of each stroke that lasted long enough to be sized.
    pub strengths: Vec<f32>,
}

/// What the detector finds, in blocks of 64 samples.
pub fn detect(scene: &Scene, settings: &StrokeSettings) -> Found {
    let mut detector = StrokeDetector::new(SampleRate::new(scene.rate).unwrap());
    detector.set_settings(settings);
    let mut found = Found::default();
    for (n, block) in scene.signal.chunks(64).enumerate() {
        let time = |offset: usize| (n * 64 + offset) as f64 / scene.rate;
        detector.process(block, &mut |event| match event {
            StrokeEvent::Start { offset, .. } => found.starts.push(time(offset)),
            StrokeEvent::Sized { strength, .. } => found.strengths.push(strength),
            StrokeEvent::End { offset } => found.ends.push(time(offset)),
        });
    }
    found
        .ends
        .resize(found.starts.len(), scene.signal.len() as f64 / scene.rate);
    found
}

/// What a detector of energy alone finds.
pub fn detect_energy(scene: &Scene, threshold_db: f32) -> Found {
    let mut onset = Onset::new(SampleRate::new(scene.rate).unwrap());
    onset.set_threshold_db(threshold_db);
    let starts = scene
        .signal
        .chunks(64)
        .enumerate()
        .filter_map(|(n, block)| {
            let offset = onset.process(block)?;
            Some((n * 64 + offset) as f64 / scene.rate)
        });
    Found {
        starts: starts.collect(),
        ..Found::default()
    }
}

/// Counts and errors over some scenes.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub hits: usize,
    pub missed: usize,
    pub false_starts: usize,
    /// From contact to start, in seconds.
    pub latencies: Vec<f64>,
    /// From the lift to the end, in seconds, less the hold time.
    pub end_errors: Vec<f64>,
    /// What the strokes were that were found, as `latencies`, and that were missed.
    pub found_of: Vec<&'static str>,
    pub missed_of: Vec<&'static str>,
    /// Knocks, and those that began a stroke within 50 ms.
    pub knocks: usize,
    pub knocks_taken: usize,
}

impl Score {
    /// Takes a scene in. Each known stroke is matched with the first start within the
    /// tolerance that no other has.
    pub fn add(&mut self, scene: &Scene, found: &Found, hold: f64) {
        let mut taken = vec![false; found.starts.len()];
        for stroke in &scene.strokes {
            let hit = (0..taken.len())
                .find(|n| !taken[*n] && (found.starts[*n] - stroke.start).abs() <= TOLERANCE);
            let Some(n) = hit else {
                self.missed += 1;
                self.missed_of.push(stroke.of);
                continue;
            };
            taken[n] = true;
            self.hits += 1;
            self.found_of.push(stroke.of);
            self.latencies.push(found.starts[n] - stroke.start);
            if let Some(end) = found.ends.get(n) {
                self.end_errors.push(end - hold - stroke.end);
            }
        }
        self.false_starts += taken.iter().filter(|taken| !**taken).count();
        self.knocks += scene.knocks.len();
        let near = |knock: &&f64| {
            let mut free = found
                .starts
                .iter()
                .zip(&taken)
                .filter(|(_, taken)| !**taken);
            free.any(|(start, _)| (0.0..0.05).contains(&(start - **knock)))
        };
        self.knocks_taken += scene.knocks.iter().filter(near).count();
    }

    /// Share of the found that are strokes; 1 if nothing was found.
    pub fn precision(&self) -> f64 {
        share(self.hits, self.hits + self.false_starts)
    }

    /// Share of the strokes that are found.
    pub fn recall(&self) -> f64 {
        share(self.hits, self.hits + self.missed)
    }

    /// Harmonic mean of the two.
    pub fn f(&self) -> f64 {
        share(
            2 * self.hits,
            2 * self.hits + self.false_starts + self.missed,
        )
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 {
        1.0
    } else {
        part as f64 / of as f64
    }
}

/// The value that the share `q` does not exceed.
pub fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (q * sorted.len() as f64).ceil() as usize;
    sorted
        .get(at.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Standard deviation.
pub fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}
