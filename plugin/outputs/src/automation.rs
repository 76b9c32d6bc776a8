//! Signals as automation of the plug-in's own parameters: values within gestures.
//!
//! A gesture begins with the first value that moves and ends when none has come for
//! [`REST`]: a host that records touches the lane for as long as the signal moves, and
//! its undo history has one entry for a movement, not one for a value.

use crate::gate::{Gate, Limits};
use crate::settings::AutomationSettings;
use crate::signal::{PerSignal, Signal, Values};

/// How long a signal must stand still before its gesture ends, in seconds.
pub const REST: f32 = 0.5;

/// What a host is told of a signal's parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    /// It begins to move.
    Begin(Signal),
    /// It has this value, in 0..=1.
    Value(Signal, f32),
    /// It stands still.
    End(Signal),
}

/// Decides what a host is told. Neither allocates nor locks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Emitter {
    gates: PerSignal<Gate>,
    /// Seconds since the last value, while a gesture lasts.
    moving: PerSignal<Option<f32>>,
}

impl Emitter {
    /// Calls `send` with what the shaped `values` give, `elapsed` seconds after the last
    /// call: never more values a second for a signal than the settings' rate, none
    /// within the deadband of the last, none where a value is unknown.
    pub fn next(
        &mut self,
        values: &Values,
        elapsed: f32,
        settings: &AutomationSettings,
        send: &mut impl FnMut(Edit),
    ) {
        let limits = Limits {
            rate: settings.rate,
            deadband: settings.deadband,
        };
        for signal in Signal::ALL {
            let wanted = values[signal].filter(|_| settings.signals[signal]);
            let passing =
                wanted.filter(|value| self.gates[signal].passes(*value, elapsed, &limits));
            let moving = &mut self.moving[signal];
            if let Some(value) = passing {
                if moving.is_none() {
                    send(Edit::Begin(signal));
                }
                send(Edit::Value(signal, value));
                *moving = Some(0.0);
            } else if let Some(rest) = moving {
                *rest += elapsed;
                if *rest >= REST || !settings.signals[signal] {
                    send(Edit::End(signal));
                    *moving = None;
                }
            }
        }
    }

    /// Ends every gesture and forgets what was sent, as when automation is switched off.
    pub fn stop(&mut self, send: &mut impl FnMut(Edit)) {
        for (signal, _) in self.moving.iter().filter(|(_, moving)| moving.is_some()) {
            send(Edit::End(signal));
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a host is told of congruity's `values`, each 50 ms after the last.
    fn told(values: &[Option<f32>]) -> Vec<Edit> {
        let mut emitter = Emitter::default();
        let mut told = Vec::new();
        for value in values {
            let mut all = Values::default();
            // Not chosen in the settings, so never heard of.
            all[Signal::Brush] = *value;
            all[Signal::Congruity] = *value;
            emitter.next(&all, 0.05, &AutomationSettings::default(), &mut |edit| {
                told.push(edit);
            });
        }
        told
    }

    #[test]
    fn a_movement_is_one_gesture() {
        let mut values = vec![None, Some(0.2), Some(0.3), Some(0.304), Some(0.4)];
        values.extend([Some(0.4); 30]);
        values.push(Some(0.1));
        let congruity = Signal::Congruity;
        let expected = [
            Edit::Begin(congruity),
            Edit::Value(congruity, 0.2),
            Edit::Value(congruity, 0.3),
            Edit::Value(congruity, 0.4),
            Edit::End(congruity),
            Edit::Begin(congruity),
            Edit::Value(congruity, 0.1),
        ];
        assert_eq!(told(&values), expected);
    }

    #[test]
    fn a_signal_that_becomes_unknown_rests() {
        let mut values = vec![Some(0.2)];
        values.extend([None; 20]);
        assert_eq!(told(&values).last(), Some(&Edit::End(Signal::Congruity)));
    }

    #[test]
    fn what_does_not_change_is_not_told() {
        let told = told(&vec![Some(0.5); 12_000]);
        assert_eq!(told.len(), 3, "ten minutes: one value in one gesture");
    }

    #[test]
    fn stopping_ends_what_moves_and_nothing_else() {
        let mut emitter = Emitter::default();
        let mut all = Values::default();
        all[Signal::Congruity] = Some(0.5);
        let mut told = Vec::new();
        emitter.next(&all, 0.05, &AutomationSettings::default(), &mut |_| {});
        emitter.stop(&mut |edit| told.push(edit));
        emitter.stop(&mut |edit| told.push(edit));
        assert_eq!(told, [Edit::End(Signal::Congruity)]);
    }
}
