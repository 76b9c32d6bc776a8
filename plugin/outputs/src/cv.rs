//! Signals as control voltage: samples of an audio bus that hold a value.
//!
//! A sample of 1 is what the interface's output makes of full scale; 5 V or 10 V with
//! DC-coupled ones. The bus carries direct current, which loudspeakers must not get, so
//! a channel without a source is silent, and all are without one at first.

use crate::settings::{CvChannel, Polarity};
use crate::signal::Values;

/// How long a channel takes from any value to any other at least, in seconds: a jump
/// would be a click in an envelope follower, and in whatever it moves.
pub const SLEW: f32 = 0.002;

/// One channel. Lives on the audio thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Voltage {
    sample: f32,
    target: f32,
    step: f32,
}

impl Voltage {
    /// Takes the shaped `values` over for the next samples at `rate` hertz. Unknown from
    /// the beginning is 0 V.
    pub fn set(&mut self, values: &Values, channel: &CvChannel, rate: f32) {
        let value = channel.source.and_then(|signal| values[signal]);
        let target = value.map_or(0.0, |value| channel.sample(value));
        if target != self.target {
            self.target = target;
            self.step = (target - self.sample).abs() / (SLEW * rate).max(1.0);
        }
    }

    /// Writes the next samples.
    pub fn render(&mut self, output: &mut [f32]) {
        for sample in output {
            if self.sample != self.target {
                let to = (self.target - self.sample).clamp(-self.step, self.step);
                // Rounding must not leave it beside its target for ever.
                self.sample = if to.abs() < self.step || to == 0.0 {
                    self.target
                } else {
                    self.sample + to
                };
            }
            *sample = self.sample;
        }
    }
}

impl CvChannel {
    /// The sample that holds a shaped `value` in 0..=1.
    pub fn sample(&self, value: f32) -> f32 {
        match self.polarity {
            Polarity::Unipolar => self.scale * value,
            Polarity::Bipolar => self.scale * (2.0 * value - 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Signal;

    const RATE: f32 = 48_000.0;

    fn channel(polarity: Polarity) -> CvChannel {
        CvChannel {
            source: Some(Signal::Congruity),
            polarity,
            scale: 0.5,
        }
    }

    fn values(congruity: f32) -> Values {
        let mut values = Values::default();
        values[Signal::Congruity] = Some(congruity);
        values
    }

    #[test]
    fn holds_the_value_by_polarity_and_scale() {
        #[track_caller]
        fn check(polarity: Polarity, congruity: f32, expected: f32) {
            let mut voltage = Voltage::default();
            let mut output = [0.0; 200];
            voltage.set(&values(congruity), &channel(polarity), RATE);
            voltage.render(&mut output);
            assert_eq!(output[199], expected);
        }
        check(Polarity::Unipolar, 1.0, 0.5);
        check(Polarity::Unipolar, 0.0, 0.0);
        check(Polarity::Bipolar, 1.0, 0.5);
        check(Polarity::Bipolar, 0.5, 0.0);
        check(Polarity::Bipolar, 0.0, -0.5);
    }

    #[test]
    fn never_jumps_and_is_the_same_in_any_blocks() {
        let render = |block: usize| {
            let mut voltage = Voltage::default();
            let mut output = vec![0.0; 1920];
            for (at, part) in output.chunks_mut(64).enumerate() {
                let target = [0.0, 1.0, 1.0, 0.3][at / 4 % 4];
                voltage.set(&values(target), &channel(Polarity::Unipolar), RATE);
                for piece in part.chunks_mut(block) {
                    voltage.render(piece);
                }
            }
            output
        };
        let whole = render(64);
        assert_eq!(whole, render(7));
        let steps = whole.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let largest = steps.fold(0.0, f32::max);
        assert!(largest <= 0.5 / (SLEW * RATE) + 1e-6, "{largest}");
    }

    #[test]
    fn a_channel_without_a_source_is_silent() {
        let mut voltage = Voltage::default();
        let mut output = [1.0; 64];
        voltage.set(&values(1.0), &CvChannel::default(), RATE);
        voltage.render(&mut output);
        assert_eq!(output, [0.0; 64]);
    }
}
