//! Signals as MIDI control change, with 7 or 14 bits.
//!
//! By MIDI 1.0 (detailed specification, table 3), controllers 0 to 31 carry the upper
//! seven bits of a value and those 32 above them the lower seven. A receiver takes the
//! lower ones as zero when upper ones come, so the upper are sent first, and the lower
//! after them, always.

use crate::gate::{Gate, Limits};
use crate::settings::{CcResolution, CcSettings};
use crate::signal::{PerSignal, Signal, Values};

/// From one controller's upper seven bits to its lower.
pub const LSB_OFFSET: u8 = 32;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlChange {
    /// 0..=15.
    pub channel: u8,
    /// 0..=119.
    pub controller: u8,
    /// 0..=127.
    pub value: u8,
}

/// Decides which messages are sent. Lives on the audio thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct CcStream {
    gates: PerSignal<Gate>,
}

impl CcStream {
    /// Calls `send` with what the shaped `values`, `elapsed` seconds after the last call,
    /// give: nothing where a value is unknown or rounds to the last one sent, and no more
    /// often than the settings' rate for each signal.
    pub fn next(
        &mut self,
        values: &Values,
        elapsed: f32,
        settings: &CcSettings,
        send: &mut impl FnMut(ControlChange),
    ) {
        if !settings.enabled {
            self.forget();
            return;
        }
        let limits = Limits {
            rate: settings.rate,
            deadband: 0.0,
        };
        for signal in Signal::ALL {
            let (Some(value), Some(controller)) = (values[signal], settings.controllers[signal])
            else {
                continue;
            };
            let fine = is_fine(settings, controller);
            let steps = if fine { 16_383.0 } else { 127.0 };
            let rounded = (value * steps).round();
            if self.gates[signal].passes(rounded, elapsed, &limits) {
                let message = |controller, value| ControlChange {
                    channel: settings.channel - 1,
                    controller,
                    value,
                };
                let number = rounded as u16;
                if fine {
                    send(message(controller, (number >> 7) as u8));
                    send(message(controller + LSB_OFFSET, (number & 127) as u8));
                } else {
                    send(message(controller, number as u8));
                }
            }
        }
    }

    /// All controllers are sent anew, as after a change of the settings.
    pub fn forget(&mut self) {
        for gate in &mut self.gates.0 {
            gate.forget();
        }
    }
}

/// Whether `controller` has 14 bits: only the lower 32 have a partner for it.
pub fn is_fine(settings: &CcSettings, controller: u8) -> bool {
    settings.resolution == CcResolution::Fine && controller < LSB_OFFSET
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sent of congruity's `values`, each 50 ms after the last.
    fn sent(settings: &CcSettings, values: &[Option<f32>]) -> Vec<(u8, u8, u8)> {
        let mut stream = CcStream::default();
        let mut sent = Vec::new();
        for value in values {
            let mut all = Values::default();
            all[Signal::Congruity] = *value;
            stream.next(&all, 0.05, settings, &mut |message| {
                sent.push((message.channel, message.controller, message.value));
            });
        }
        sent
    }

    fn settings() -> CcSettings {
        CcSettings {
            enabled: true,
            ..CcSettings::default()
        }
    }

    #[test]
    fn sends_seven_bits_when_they_change() {
        let values = [None, Some(0.0), Some(0.001), Some(0.5), None, Some(1.0)];
        assert_eq!(
            sent(&settings(), &values),
            [(0, 1, 0), (0, 1, 64), (0, 1, 127)]
        );
    }

    #[test]
    fn sends_fourteen_bits_upper_first() {
        let settings = CcSettings {
            resolution: CcResolution::Fine,
            channel: 3,
            ..settings()
        };
        // 0.5 · 16383 = 8191.5, rounded 8192 = 64 · 128.
        let expected = [(2, 1, 64), (2, 33, 0), (2, 1, 127), (2, 33, 127)];
        assert_eq!(sent(&settings, &[Some(0.5), Some(1.0)]), expected);
    }

    #[test]
    fn a_controller_without_a_partner_has_seven_bits() {
        let mut settings = CcSettings {
            resolution: CcResolution::Fine,
            ..settings()
        };
        settings.controllers[Signal::Congruity] = Some(74);
        assert_eq!(sent(&settings, &[Some(1.0)]), [(0, 74, 127)]);
    }

    #[test]
    fn sends_nothing_while_off_and_the_value_once_when_on_again() {
        assert!(sent(&CcSettings::default(), &[Some(0.1), Some(0.9)]).is_empty());
        let mut stream = CcStream::default();
        let mut all = Values::default();
        all[Signal::Congruity] = Some(0.5);
        let mut count = 0;
        for on in [true, true, false, true, true] {
            let settings = CcSettings {
                enabled: on,
                ..settings()
            };
            stream.next(&all, 0.05, &settings, &mut |_| count += 1);
        }
        assert_eq!(count, 2);
    }
}
