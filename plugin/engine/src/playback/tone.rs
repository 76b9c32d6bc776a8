//! The low-pass that makes a soft touch dark.

/// Added to what goes in, so that what is left of it after a sound never becomes so
/// small that processors take a hundred times as long: −360 dB.
const TINY: f32 = 1e-18;

/// Two one-pole low-passes in series (12 dB an octave) for both channels.
///
/// `y = (1 - pole) * x + pole * y` twice: no overshoot, no resonance, and any movement
/// of the pole is stable, as each output lies between the last one and the input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tone {
    /// After the first pole and after the second, left and right.
    first: [f32; 2],
    second: [f32; 2],
}

impl Tone {
    /// Filters the next samples of both channels, of one length, in place. The pole is
    /// at `pole` for the first and moves by `step` with each; where it is now.
    pub(super) fn filter(
        &mut self,
        [left, right]: [&mut [f32]; 2],
        mut pole: f32,
        step: f32,
    ) -> f32 {
        // In registers, as four sums that do not wait for each other.
        let [mut left_first, mut right_first] = self.first;
        let [mut left_second, mut right_second] = self.second;
        for (left, right) in left.iter_mut().zip(right) {
            let rest = 1.0 - pole;
            left_first = rest * (*left + TINY) + pole * left_first;
            right_first = rest * (*right + TINY) + pole * right_first;
            left_second = rest * left_first + pole * left_second;
            right_second = rest * right_first + pole * right_second;
            (*left, *right) = (left_second, right_second);
            pole += step;
        }
        self.first = [left_first, right_first];
        self.second = [left_second, right_second];
        pole
    }

    /// It was open, and `last` was the last that went through.
    pub(super) fn pass(&mut self, last: [f32; 2]) {
        (self.first, self.second) = (last, last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(mut left: Vec<f32>, pole: f32) -> Vec<f32> {
        let mut right: Vec<f32> = left.iter().map(|sample| -sample).collect();
        let now = Tone::default().filter([&mut left, &mut right], pole, 0.0);
        assert_eq!(now, pole);
        assert!(left.iter().zip(&right).all(|(l, r)| (l + r).abs() < 1e-6));
        left
    }

    fn gain(hertz: f64, pole: f32) -> f64 {
        let sample = |at: u32| (std::f64::consts::TAU * hertz * f64::from(at) / 48e3).sin() as f32;
        let out = filtered((0..48_000).map(sample).collect(), pole);
        let energy: f64 = out.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        10.0 * (energy / 24_000.0).log10()
    }

    #[test]
    fn it_is_down_by_6_db_at_its_cutoff() {
        let pole = (-std::f64::consts::TAU * 700.0 / 48e3).exp() as f32;
        let cutoff = gain(700.0, pole);
        assert!((cutoff + 6.0).abs() < 0.3, "{cutoff}");
        assert!(gain(70.0, pole).abs() < 0.2);
        assert!(gain(7_000.0, pole) < -36.0);
    }

    #[test]
    fn open_it_changes_nothing() {
        let samples: Vec<f32> = (1..1000i16).map(|at| f32::from(at) / 1000.0).collect();
        assert_eq!(filtered(samples.clone(), 0.0), samples);
    }

    #[test]
    fn silence_never_becomes_denormal() {
        let mut samples = vec![0.0; 100_000];
        samples[0] = 1.0;
        assert!(
            filtered(samples, 0.9)
                .iter()
                .all(|sample| sample.is_normal())
        );
    }
}
