//! How much of the library the first filter keeps.

/// The part of a library that the first filter keeps, 0.1–100 %.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Fraction(f64);

impl Fraction {
    /// The least fraction, 0.1 %.
    pub const MIN_PERCENT: f32 = 0.1;
    /// The whole library.
    pub const MAX_PERCENT: f32 = 100.0;
    /// What the paper keeps (§3.1): 1 %.
    pub const PAPER: Self = Self(1.0);

    /// Clamps `percent` into 0.1..=100 and rounds it to 0.0001; `None` if it
    /// is not a number.
    pub fn percent(percent: f32) -> Option<Self> {
        if percent.is_nan() {
            return None;
        }
        let clamped = f64::from(percent.clamp(Self::MIN_PERCENT, Self::MAX_PERCENT));
        // As f32, 0.1 is a little more than that: 0.1 % of 1,000 would be 2.
        Some(Self((clamped * 1e4).round() / 1e4))
    }

    /// In percent, 0.1..=100.
    pub fn as_percent(self) -> f32 {
        self.0 as f32
    }

    /// How many of `chunks` pass: the fraction rounded up, at least one chunk
    /// unless there is none.
    pub fn of(self, chunks: usize) -> usize {
        let exact = chunks as f64 * self.0 / 100.0;
        // Slack for the last bits of the division.
        let kept = (exact * (1.0 - 1e-12)).ceil() as usize;
        kept.max(1).min(chunks)
    }
}

impl Default for Fraction {
    fn default() -> Self {
        Self::PAPER
    }
}

#[cfg(test)]
mod tests {
    use super::Fraction;

    fn check(percent: f32, chunks: usize, expected: usize) {
        let fraction = Fraction::percent(percent).expect("a number");
        assert_eq!(fraction.of(chunks), expected, "{percent} % of {chunks}");
    }

    #[test]
    fn keeps_the_fraction_rounded_up_and_at_least_one() {
        check(1.0, 0, 0);
        check(1.0, 1, 1);
        check(1.0, 100, 1);
        check(1.0, 101, 2);
        check(1.0, 10_000, 100);
        check(0.1, 1_000, 1);
        check(0.1, 100_000, 100);
        check(0.3, 1_000, 3);
        check(33.3, 3, 1);
        check(100.0, 7, 7);
        check(100.0, 1_000_000_003, 1_000_000_003);
    }

    #[test]
    fn clamps_and_refuses_what_is_not_a_number() {
        assert_eq!(Fraction::percent(0.0).expect("a number").as_percent(), 0.1);
        assert_eq!(
            Fraction::percent(1e9).expect("a number").as_percent(),
            100.0
        );
        assert!(Fraction::percent(f32::NAN).is_none());
    }
}
