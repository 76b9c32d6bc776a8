//! Musical time, as the host tells it.

use serde::{Deserialize, Serialize};

use crate::units::SampleRate;

/// Positions this far apart, in seconds, are one: hosts round.
const SAME: f64 = 0.0005;

/// Where the host is at a sample. What it does not tell is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostTime {
    /// Whether the position moves.
    pub playing: bool,
    /// Quarter notes a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f64>,
    /// Over and under the line: 6 and 8 in 6/8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<[u32; 2]>,
    /// The position in quarter notes; below zero in a pre-roll.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarters: Option<f64>,
    /// Where the bar that the position is in begins, in quarter notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bar_start: Option<f64>,
    /// The number of that bar; the song's first is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bar: Option<i32>,
    /// The position in samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<i64>,
    /// The position in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

impl HostTime {
    /// Whether it says more than that the host stands still or moves.
    pub fn is_known(&self) -> bool {
        self.quarters.is_some() || self.seconds.is_some() || self.samples.is_some()
    }

    /// The same `samples` later, at `rate`, if nothing happens before. Allocates nothing.
    #[must_use]
    pub fn after(&self, samples: i64, rate: SampleRate) -> Self {
        let mut later = *self;
        if !self.playing {
            return later;
        }
        let passed = samples as f64 / rate.hz();
        later.samples = self.samples.map(|at| at.saturating_add(samples));
        later.seconds = self.seconds.map(|at| at + passed);
        if let (Some(at), Some(tempo)) = (self.quarters, self.tempo) {
            later.quarters = Some(at + passed * tempo / 60.0);
        }
        if let (Some(at), Some(start), Some(length)) =
            (later.quarters, self.bar_start, self.bar_length())
        {
            let bars = ((at - start) / length).floor();
            later.bar_start = Some(start + bars * length);
            later.bar = self.bar.map(|bar| bar.saturating_add(bars as i32));
        }
        later
    }

    /// Whether this is where the host would be, had nothing happened to `expected`.
    /// Allocates nothing.
    pub fn agrees(&self, expected: &Self) -> bool {
        let near = |a: Option<f64>, b: Option<f64>, tolerance: f64| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= tolerance,
            (None, None) => true,
            _ => false,
        };
        let quarter = self.tempo.unwrap_or(120.0).max(1.0) / 60.0;
        self.playing == expected.playing
            && self.tempo == expected.tempo
            && self.signature == expected.signature
            && near(self.seconds, expected.seconds, SAME)
            && near(self.quarters, expected.quarters, SAME * quarter)
            && self.samples.is_some() == expected.samples.is_some()
    }

    /// How long a bar is, in quarter notes.
    fn bar_length(&self) -> Option<f64> {
        let [over, under] = self.signature?;
        (over > 0 && under > 0).then(|| 4.0 * f64::from(over) / f64::from(under))
    }

    /// The beat within its bar, in the unit that the signature counts; the first is 1.
    pub fn beat(&self) -> Option<f64> {
        let ([_, under], at, start) = (self.signature?, self.quarters?, self.bar_start?);
        Some(1.0 + (at - start) * f64::from(under) / 4.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> SampleRate {
        SampleRate::new(48_000.0).unwrap()
    }

    fn at_bar_three() -> HostTime {
        HostTime {
            playing: true,
            tempo: Some(90.0),
            signature: Some([6, 8]),
            quarters: Some(6.0),
            bar_start: Some(6.0),
            bar: Some(3),
            samples: Some(192_000),
            seconds: Some(4.0),
        }
    }

    #[test]
    fn time_goes_on_over_the_bar_line() {
        let later = at_bar_three().after(3 * 48_000, rate());
        // 4.5 quarter notes: one bar of three, and half of the next.
        assert_eq!(later.quarters, Some(10.5));
        assert_eq!((later.bar, later.bar_start), (Some(4), Some(9.0)));
        assert_eq!(later.beat(), Some(4.0));
        assert_eq!((later.samples, later.seconds), (Some(336_000), Some(7.0)));
        assert_eq!(later.after(-3 * 48_000, rate()), at_bar_three());
    }

    #[test]
    fn standing_still_it_stays_and_a_jump_is_told_from_going_on() {
        let still = HostTime {
            playing: false,
            ..at_bar_three()
        };
        assert_eq!(still.after(480, rate()), still);
        let expected = at_bar_three().after(480, rate());
        let rounded = HostTime {
            seconds: expected.seconds.map(|s| s + 0.000_1),
            ..expected
        };
        assert!(rounded.agrees(&expected));
        let jumped = HostTime {
            seconds: Some(1.0),
            quarters: Some(1.5),
            ..expected
        };
        assert!(!jumped.agrees(&expected));
        assert!(!still.agrees(&at_bar_three()));
        assert!(!HostTime::default().agrees(&at_bar_three()));
    }
}
