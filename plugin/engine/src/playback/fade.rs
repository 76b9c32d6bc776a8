//! The equal-power fade.

/// Segments of the table; linear between them it is within 3e-7 of the sine.
const SEGMENTS: usize = 1024;

/// A quarter of a sine wave: gain over the position in a fade-in.
///
/// Run backwards it is the cosine, so the squares of a fade-in and of a
/// fade-out of one length add up to 1: uncorrelated sounds keep their power.
/// A table, because sixteen sines a sample would be felt on the audio thread.
#[derive(Debug)]
pub(super) struct FadeCurve {
    table: Box<[f32]>,
}

impl FadeCurve {
    pub(super) fn new() -> Self {
        let quarter = std::f64::consts::FRAC_PI_2 / SEGMENTS as f64;
        // One more than the end, for the segment that would begin there.
        let table = (0..SEGMENTS + 2)
            .map(|place| (place.min(SEGMENTS) as f64 * quarter).sin() as f32)
            .collect();
        Self { table }
    }

    /// The gain at `position`, 0 = silent, 1 = full.
    pub(super) fn gain(&self, position: f64) -> f32 {
        let scaled = position.clamp(0.0, 1.0) * SEGMENTS as f64;
        let place = scaled as usize;
        let part = (scaled - place as f64) as f32;
        let (from, to) = (self.table[place], self.table[place + 1]);
        from + (to - from) * part
    }
}

#[cfg(test)]
mod tests {
    use super::FadeCurve;

    #[test]
    fn squares_of_both_directions_add_up_to_one() {
        let curve = FadeCurve::new();
        assert_eq!(curve.gain(0.0), 0.0);
        assert_eq!(curve.gain(1.0), 1.0);
        for step in 0..=10_000 {
            let position = f64::from(step) / 10_000.0;
            let power = curve.gain(position).powi(2) + curve.gain(1.0 - position).powi(2);
            assert!((power - 1.0).abs() < 2e-6, "{position}: {power}");
        }
    }
}
