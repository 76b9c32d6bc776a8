//! What is worth sending: no more often than a limit, and only what differs.

/// When a value is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The most values a second, above zero.
    pub rate: f32,
    /// What differs by less from the last value sent is not sent; 0 sends every change.
    pub deadband: f32,
}

/// Decides for one stream of values.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    last: Option<f32>,
    /// Seconds since the last value, as far as that matters.
    since: f32,
}

impl Default for Gate {
    /// Nothing was sent, ever.
    fn default() -> Self {
        Self {
            last: None,
            since: f32::INFINITY,
        }
    }
}

impl Gate {
    /// Whether `value` is sent, `elapsed` seconds after the last question. The first is
    /// sent at once.
    pub fn passes(&mut self, value: f32, elapsed: f32, limits: &Limits) -> bool {
        let interval = 1.0 / limits.rate;
        // Bounded, as a sum over days would lose the small steps.
        self.since = (self.since + elapsed).min(2.0 * interval);
        let differs = self
            .last
            .is_none_or(|last| value != last && (value - last).abs() >= limits.deadband);
        if !differs || self.since < interval {
            return false;
        }
        // What was waited too long is not made good: the rate is a limit, not an aim.
        (self.last, self.since) = (Some(value), 0.0);
        true
    }

    /// The last value that was sent.
    pub fn last(&self) -> Option<f32> {
        self.last
    }

    /// The next value is sent whatever it is, but no sooner than the rate allows.
    pub fn forget(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits {
        rate: 10.0,
        deadband: 0.01,
    };

    #[test]
    fn what_does_not_change_is_sent_once() {
        let mut gate = Gate::default();
        assert!(gate.passes(0.5, 0.0, &LIMITS));
        for _ in 0..100_000 {
            assert!(!gate.passes(0.509, 0.1, &LIMITS));
        }
        assert!(gate.passes(0.52, 0.1, &LIMITS));
    }

    #[test]
    fn what_is_sent_anew_still_keeps_to_the_rate() {
        let mut gate = Gate::default();
        let mut sent = 0;
        for _ in 0..100 {
            gate.forget();
            sent += usize::from(gate.passes(0.5, 0.01, &LIMITS));
        }
        assert_eq!(sent, 10, "of a second");
    }

    #[test]
    fn without_a_deadband_only_an_equal_value_is_held_back() {
        let limits = Limits {
            deadband: 0.0,
            ..LIMITS
        };
        let mut gate = Gate::default();
        assert!(gate.passes(0.5, 1.0, &limits));
        assert!(!gate.passes(0.5, 1.0, &limits));
        assert!(gate.passes(0.500_001, 1.0, &limits));
    }

    proptest! {
        #[test]
        fn the_rate_is_never_above_the_limit_and_near_it_where_all_changes(
            rate in 1.0f32..100.0,
            block in 0.0005f32..0.02,
        ) {
            let limits = Limits { rate, deadband: 0.0 };
            let mut gate = Gate::default();
            let blocks = (20.0 / block) as usize;
            let mut sent = 0;
            for at in 0..blocks {
                sent += usize::from(gate.passes(at as f32, block, &limits));
            }
            let seconds = blocks as f32 * block;
            prop_assert!(sent as f32 <= seconds * rate + 1.5, "{sent} in {seconds} s at {rate}");
            // Every interval is rounded up to whole blocks.
            let possible = 1.0 / (1.0 / rate + block);
            prop_assert!(sent as f32 >= seconds * possible * 0.95 - 2.0, "{sent} of {possible}/s");
        }
    }
}
