//! Small signals, and what a detector says of them.

use engine::analysis::stroke::{StrokeDetector, StrokeEvent};
use engine::units::SampleRate;

use super::RATE;
use super::noise::Random;

/// A detector at the usual rate with the default settings.
pub fn detector() -> StrokeDetector {
    StrokeDetector::new(SampleRate::new(RATE).unwrap())
}

/// Noise at the level of a preamplifier.
pub fn silence(seconds: f64) -> Vec<f32> {
    let mut random = Random::new(5);
    (0..(seconds * RATE) as usize)
        .map(|_| 1e-4 * random.gauss() as f32)
        .collect()
}

/// Adds noise of an RMS of `level` from `start` to `end`, in seconds: the plainest friction.
pub fn rub(signal: &mut [f32], start: f64, end: f64, level: f32) {
    let mut random = Random::new((1e6 * start) as u64);
    for x in &mut signal[(start * RATE) as usize..(end * RATE) as usize] {
        *x += level * random.gauss() as f32;
    }
}

/// The events of a signal given whole, their offsets from its beginning.
pub fn events(detector: &mut StrokeDetector, signal: &[f32]) -> Vec<StrokeEvent> {
    let mut events = Vec::new();
    detector.process(signal, &mut |event| events.push(event));
    events
}

/// Times of the starts, in seconds.
pub fn starts(events: &[StrokeEvent]) -> Vec<f64> {
    let start = |event: &StrokeEvent| match event {
        StrokeEvent::Start { offset, .. } => Some(*offset as f64 / RATE),
        _ => None,
    };
    events.iter().filter_map(start).collect()
}

/// Times of the ends, in seconds.
pub fn ends(events: &[StrokeEvent]) -> Vec<f64> {
    let end = |event: &StrokeEvent| match event {
        StrokeEvent::End { offset } => Some(*offset as f64 / RATE),
        _ => None,
    };
    events.iter().filter_map(end).collect()
}
