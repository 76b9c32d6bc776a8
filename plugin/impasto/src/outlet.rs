//! The signals' way out by the audio thread: automation, control change, control voltage.

use outputs::automation::Emitter;
use outputs::cc::{CcStream, ControlChange};
use outputs::cv::Voltage;
use outputs::settings::AudioSettings;
use outputs::{PerSignal, Shaper, Signal, Values};

use crate::output::HostLink;
use crate::params::Automation;

/// The brush's level that is 0, in dB of full scale.
const QUIETEST_DB: f32 = -60.0;

/// The signal of a brush at `level_db`, 0..=1.
pub fn brush_signal(level_db: f32) -> f32 {
    (1.0 - level_db / QUIETEST_DB).clamp(0.0, 1.0)
}

/// All that the audio thread owns of it.
pub struct Outlet {
    /// In hertz.
    rate: f32,
    incoming: rtrb::Consumer<AudioSettings>,
    settings: AudioSettings,
    shapers: PerSignal<Shaper>,
    shaped: Values,
    controllers: CcStream,
    voltages: [Voltage; 2],
    automation: Emitter,
    /// No block was processed since the activation.
    fresh: bool,
}

impl Outlet {
    /// For blocks at `rate` hertz, with everything off until settings come.
    pub fn new(rate: f32, incoming: rtrb::Consumer<AudioSettings>) -> Self {
        Self {
            rate,
            incoming,
            settings: AudioSettings::default(),
            shapers: PerSignal::default(),
            shaped: Values::default(),
            controllers: CcStream::default(),
            voltages: [Voltage::default(); 2],
            automation: Emitter::default(),
            fresh: true,
        }
    }

    /// Forgets what was shaped, as when the host starts or jumps.
    pub fn reset(&mut self) {
        self.shapers = PerSignal::default();
        self.shaped = Values::default();
        for voltage in &mut self.voltages {
            voltage.reset();
        }
    }

    /// Takes over the newest settings.
    pub fn follow_settings(&mut self) {
        while let Ok(settings) = self.incoming.pop() {
            if settings.cc != self.settings.cc {
                self.controllers.reset();
            }
            self.settings = settings;
        }
    }

    /// The next span: shapes the signals, sends controllers, writes the voltages.
    /// `values` are the signals as they were found; all unknown holds what goes out.
    pub fn span(
        &mut self,
        values: &Values,
        control: [&mut [f32]; 2],
        send: &mut impl FnMut(ControlChange),
    ) {
        let elapsed = control[0].len() as f32 / self.rate;
        for signal in Signal::ALL {
            let shape = &self.settings.shapes[signal];
            self.shaped[signal] = self.shapers[signal].next(values[signal], elapsed, shape);
        }
        self.controllers
            .next(&self.shaped, elapsed, &self.settings.cc, send);
        let channels = self.voltages.iter_mut().zip(&self.settings.cv);
        for ((voltage, channel), output) in channels.zip(control) {
            voltage.set(&self.shaped, channel, self.rate);
            voltage.render(output);
        }
    }

    /// The end of a block of `frames`: leaves what the host is to be told in `link`.
    pub fn end_block(&mut self, frames: usize, link: &HostLink) {
        for (signal, value) in self.shaped.iter() {
            link.shaped.set(signal, *value);
        }
        // The host may just have set the parameters itself.
        if std::mem::take(&mut self.fresh) {
            return;
        }
        let tell = &mut |edit| link.tell_at_end(edit);
        if link.params.automation.value() == Automation::Native {
            let elapsed = frames as f32 / self.rate;
            let settings = &self.settings.automation;
            self.automation.next(&self.shaped, elapsed, settings, tell);
        } else {
            self.automation.stop(tell);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nice_plug::prelude::Param;

    use super::*;
    use crate::output::HostEdit;

    /// 10 ms at 48 kHz.
    const FRAMES: usize = 480;

    struct Rig {
        link: HostLink,
        outlet: Outlet,
        settings: rtrb::Producer<AudioSettings>,
        controllers: Vec<ControlChange>,
        control: [Vec<f32>; 2],
    }

    impl Rig {
        fn new(mode: Automation) -> Self {
            let (_, view) = crate::view::channel();
            let link = HostLink::new(Arc::default(), view);
            let param = &link.params.automation;
            let value = param.preview_normalized(mode);
            // SAFETY: a parameter of `link`.
            unsafe { param.as_ptr()._internal_set_normalized_value(value) };
            let (settings, incoming) = rtrb::RingBuffer::new(4);
            Self {
                link,
                outlet: Outlet::new(48_000.0, incoming),
                settings,
                controllers: Vec::new(),
                control: [vec![0.0; FRAMES], vec![0.0; FRAMES]],
            }
        }

        /// A block with this congruity; the values that the host was told.
        fn block(&mut self, congruity: Option<f32>) -> Vec<f32> {
            let mut values = Values::default();
            values[Signal::Congruity] = congruity;
            self.outlet.follow_settings();
            let [left, right] = &mut self.control;
            let controllers = &mut self.controllers;
            self.outlet.span(&values, [left, right], &mut |message| {
                controllers.push(message)
            });
            self.outlet.end_block(FRAMES, &self.link);
            let told = std::iter::from_fn(|| self.link.take_told());
            told.filter_map(|edit| match edit {
                HostEdit::Value(_, value) => Some(value),
                HostEdit::Begin(_) | HostEdit::End(_) => None,
            })
            .collect()
        }
    }

    #[test]
    fn a_new_value_is_told_in_its_block_and_is_the_parameters_own() {
        let mut rig = Rig::new(Automation::Native);
        assert!(rig.block(Some(0.5)).is_empty(), "the first block");
        assert_eq!(rig.block(Some(0.5)), [0.5]);
        assert_eq!(rig.link.params.congruity.value(), 0.5);
        assert!(rig.block(Some(0.9)).is_empty(), "10 ms later");
        rig.block(Some(0.9));
        rig.block(Some(0.9));
        assert_eq!(rig.block(Some(0.9)), [0.9]);
        assert!(rig.block(None).is_empty(), "unknown");
    }

    #[test]
    fn nothing_is_told_while_off_or_by_another_way() {
        for mode in [Automation::Off, Automation::Compatibility] {
            let mut rig = Rig::new(mode);
            // Ten minutes.
            for step in 0..60_000 {
                assert!(rig.block(Some(step as f32 % 100.0 / 100.0)).is_empty());
            }
            assert_eq!(rig.link.params.congruity.value(), 0.0);
            assert!(rig.controllers.is_empty());
            assert_eq!(rig.control, [vec![0.0; FRAMES], vec![0.0; FRAMES]]);
        }
    }

    #[test]
    fn controllers_and_voltages_go_out_as_they_are_set() {
        let mut rig = Rig::new(Automation::Off);
        let mut settings = AudioSettings::default();
        settings.cc.enabled = true;
        settings.cv[1].source = Some(Signal::Congruity);
        rig.settings.push(settings).expect("room");
        rig.block(Some(0.5));
        let message = rig.controllers[0];
        assert_eq!((message.controller, message.value), (1, 64));
        assert_eq!(rig.control[0], vec![0.0; FRAMES]);
        assert_eq!(rig.control[1].last(), Some(&0.5));
        rig.block(None);
        assert_eq!(rig.control[1], vec![0.5; FRAMES], "held while unknown");
    }

    #[test]
    fn the_brush_is_measured_in_decibels() {
        assert_eq!(brush_signal(-100.0), 0.0);
        assert_eq!(brush_signal(-60.0), 0.0);
        assert_eq!(brush_signal(-30.0), 0.5);
        assert_eq!(brush_signal(0.0), 1.0);
        assert_eq!(brush_signal(6.0), 1.0);
    }
}
