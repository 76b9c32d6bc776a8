//! A test of one route: for some seconds a known movement goes out there in the place of
//! what was found, so that a person sees at the other end what arrives, and a program that
//! learns by movement learns the right thing.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::signal::{Signal, Values};

/// A way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// The host's automation.
    Automation,
    /// MIDI control change.
    Midi,
    /// The control voltage.
    Voltage,
    /// Open Sound Control.
    Osc,
    /// Light.
    Light,
}

impl Way {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::Automation,
        Self::Midi,
        Self::Voltage,
        Self::Osc,
        Self::Light,
    ];

    /// Whether what is not tested must go on: there what is unknown falls to nothing, and
    /// elsewhere it stands still.
    fn needs_the_others(self) -> bool {
        matches!(self, Self::Voltage | Self::Light)
    }
}

/// What is tested, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// Where.
    pub way: Way,
    /// One signal, with the others still; `None` for all that take the way.
    pub signal: Option<Signal>,
}

impl Test {
    /// In seconds: once up and down for a look, five times for a program that learns.
    pub fn lasting(&self) -> f32 {
        match self.signal {
            None => PERIOD,
            Some(_) => 5.0 * PERIOD,
        }
    }
}

/// Seconds from 0 to 1 and back.
const PERIOD: f32 = 2.0;

/// Where the movement is after `elapsed` seconds, in 0..=1: up and down in straight lines.
pub fn sweep(elapsed: f32) -> f32 {
    let phase = (elapsed.max(0.0) / PERIOD).fract();
    1.0 - (2.0 * phase - 1.0).abs()
}

/// The test of an instance as one thread writes it and others read it, without waiting.
#[derive(Debug, Default)]
pub struct Probe(AtomicU64);

impl Probe {
    /// Has `test` stand at `value` now; `None` ends it.
    pub fn set(&self, test: Option<(Test, f32)>) {
        // From the top: the way and the signal, each plus one, and the value's bits.
        let packed = test.map_or(0, |(test, value)| {
            let way = test.way as u64 + 1;
            let signal = test.signal.map_or(0, |signal| signal as u64 + 1);
            way << 40 | signal << 32 | u64::from(value.clamp(0.0, 1.0).to_bits())
        });
        self.0.store(packed, Ordering::Relaxed);
    }

    /// The test now, and where it stands.
    pub fn get(&self) -> Option<(Test, f32)> {
        let packed = self.0.load(Ordering::Relaxed);
        let way = *Way::ALL.get(((packed >> 40) as usize).checked_sub(1)?)?;
        let signal = (packed >> 32 & 0xff) as usize;
        let signal = signal.checked_sub(1).and_then(|at| Signal::ALL.get(at));
        let test = Test {
            way,
            signal: signal.copied(),
        };
        Some((test, f32::from_bits(packed as u32)))
    }
}

/// What goes out by `way` while `test` is on: the shaped `values`, if it is not that way's.
pub fn probed(test: Option<(Test, f32)>, way: Way, values: &Values) -> Values {
    let Some((test, value)) = test.filter(|(test, _)| test.way == way) else {
        return *values;
    };
    let mut probed = *values;
    for signal in Signal::ALL {
        if test.signal.is_none_or(|tested| tested == signal) {
            probed[signal] = Some(value);
        } else if !way.needs_the_others() {
            probed[signal] = None;
        }
    }
    probed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_up_and_down() {
        for (elapsed, value) in [
            (-1.0, 0.0),
            (0.0, 0.0),
            (0.5, 0.5),
            (1.0, 1.0),
            (1.5, 0.5),
            (2.0, 0.0),
            (3.0, 1.0),
        ] {
            assert!((sweep(elapsed) - value).abs() < 1e-6, "{elapsed}");
        }
    }

    #[test]
    fn what_is_set_is_got() {
        let probe = Probe::default();
        assert_eq!(probe.get(), None);
        for way in Way::ALL {
            for signal in Signal::ALL.map(Some).into_iter().chain([None]) {
                let test = Test { way, signal };
                probe.set(Some((test, 0.3)));
                assert_eq!(probe.get(), Some((test, 0.3)));
            }
        }
        probe.set(None);
        assert_eq!(probe.get(), None);
    }

    #[test]
    fn one_way_moves_and_the_others_do_not_notice() {
        let mut found = Values::default();
        found[Signal::Congruity] = Some(0.5);
        found[Signal::Brush] = Some(0.1);
        let one = |way| {
            Some((
                Test {
                    way,
                    signal: Some(Signal::Brush),
                },
                0.9,
            ))
        };
        for way in Way::ALL {
            assert_eq!(probed(None, way, &found), found);
            for other in Way::ALL.into_iter().filter(|other| *other != way) {
                assert_eq!(probed(one(way), other, &found), found);
            }
            let moved = probed(one(way), way, &found);
            assert_eq!(moved[Signal::Brush], Some(0.9));
            // What is still is held where it stands, or goes on.
            let still = match way {
                Way::Voltage | Way::Light => Some(0.5),
                Way::Automation | Way::Midi | Way::Osc => None,
            };
            assert_eq!(moved[Signal::Congruity], still);
            let all = probed(Some((Test { way, signal: None }, 0.2)), way, &found);
            assert_eq!(all.0, [Some(0.2); Signal::COUNT]);
        }
    }
}
