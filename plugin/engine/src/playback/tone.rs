//! The low-pass that makes a soft touch dark.

/// Added to what goes in, so that what is left of it after a sound never becomes so
/// small that processors take a hundred times as long: −360 dB.
const TINY: f32 = 1e-18;

/// Two one-pole low-passes in series (12 dB an octave) for both channels.
///
/// `y += (1 - pole) * (x - y)` twice: no overshoot, no resonance, and any movement of
/// the pole is stable, as each output lies between the last one and the input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tone {
    /// Left and right after the first and the second pole.
    first: [f32; 2],
    second: [f32; 2],
}

impl Tone {
    /// The next samples of both channels; `pole` changes by `step` with each.
    #[inline]
    pub(super) fn next(&mut self, input: [f32; 2], pole: f32) -> [f32; 2] {
        let poles = self.first.iter_mut().zip(&mut self.second);
        for (x, (first, second)) in input.into_iter().zip(poles) {
            let x = x + TINY;
            *first = x + pole * (*first - x);
            *second = *first + pole * (*second - *first);
        }
        self.second
    }

    /// It was open, and `last` was the last that went through.
    pub(super) fn pass(&mut self, last: [f32; 2]) {
        (self.first, self.second) = (last, last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain(hertz: f64, pole: f32) -> f64 {
        let mut tone = Tone::default();
        let sample = |at: u32| (std::f64::consts::TAU * hertz * f64::from(at) / 48e3).sin() as f32;
        let mut energy = 0.0;
        for at in 0..48_000 {
            let [left, right] = tone.next([sample(at), -sample(at)], pole);
            assert!((left + right).abs() < 1e-6);
            energy += f64::from(left).powi(2);
        }
        10.0 * (energy / 24_000.0).log10()
    }

    #[test]
    fn it_is_down_by_6_db_at_its_cutoff() {
        let pole = (-std::f64::consts::TAU * 700.0 / 48e3).exp() as f32;
        assert!(
            (gain(700.0, pole) + 6.0).abs() < 0.3,
            "{}",
            gain(700.0, pole)
        );
        assert!(gain(70.0, pole).abs() < 0.2);
        assert!(gain(7_000.0, pole) < -36.0);
    }

    #[test]
    fn open_it_changes_nothing() {
        let mut tone = Tone::default();
        for at in 1..1000i16 {
            let sample = f32::from(at) / 1000.0;
            assert_eq!(tone.next([sample, -sample], 0.0), [sample, -sample]);
        }
    }

    #[test]
    fn silence_never_becomes_denormal() {
        let mut tone = Tone::default();
        tone.next([1.0, -1.0], 0.9);
        for _ in 0..100_000 {
            let out = tone.next([0.0, 0.0], 0.9);
            assert!(out.iter().all(|sample| sample.is_normal()));
        }
    }
}
