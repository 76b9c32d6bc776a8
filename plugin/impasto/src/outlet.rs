//! The signals' way out by the audio thread: automation, control change, control voltage.

use outputs::automation::Emitter;
use outputs::cc::{CcStream, ControlChange};
use outputs::cv::Voltage;
use outputs::probe::probed;
use outputs::settings::AudioSettings;
use outputs::{PerSignal, Shaper, Test, Values, Way};

use crate::output::HostLink;
use crate::params::Automation;
use crate::process::SPAN;

/// The brush's level that is 0, in dB of full scale.
const QUIETEST_DB: f32 = -60.0;

/// Time constant of the brush's mean square, in seconds: shorter than a dab, so that what
/// follows it is the gesture. Who wants it slower has the shape's release.
const BRUSH_SECONDS: f32 = 0.03;

/// The signal of a brush at `level_db`, 0..=1.
fn brush_signal(level_db: f32) -> f32 {
    (1.0 - level_db / QUIETEST_DB).clamp(0.0, 1.0)
}

/// How loud the brush is, looked at on the raster.
#[derive(Clone, Copy, Debug, Default)]
struct BrushLevel {
    /// Of the raster that is being heard.
    squares: f32,
    count: usize,
    mean_square: f32,
}

impl BrushLevel {
    fn hear(&mut self, mono: &[f32]) {
        for sample in mono {
            self.squares += sample * sample;
        }
        self.count += mono.len();
    }

    /// The signal at the end of a raster; `rate` in hertz.
    fn take(&mut self, rate: f32) -> f32 {
        let count = std::mem::take(&mut self.count);
        let squares = std::mem::take(&mut self.squares);
        if count > 0 {
            let keep = (-(count as f32) / (BRUSH_SECONDS * rate)).exp();
            // Neither what is no number nor what is too large for one is a level.
            let sound = if squares.is_finite() { squares } else { 0.0 };
            let now = sound / count as f32;
            self.mean_square = now + (self.mean_square - now) * keep;
        }
        // Nothing at all is no level; and never a denormal.
        if self.mean_square < 1e-12 {
            self.mean_square = 0.0;
            return 0.0;
        }
        brush_signal(10.0 * self.mean_square.log10())
    }
}

/// All that the audio thread owns of it.
pub struct Outlet {
    /// In hertz.
    rate: f32,
    incoming: rtrb::Consumer<AudioSettings>,
    settings: AudioSettings,
    brush: BrushLevel,
    shapers: PerSignal<Shaper>,
    shaped: Values,
    controllers: CcStream,
    voltages: [Voltage; 2],
    automation: Emitter,
    /// Control changes of this block.
    sent: u64,
    /// The test of a way out, as it stood at the end of the last block.
    test: Option<(Test, f32)>,
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
            brush: BrushLevel::default(),
            shapers: PerSignal::default(),
            shaped: Values::default(),
            controllers: CcStream::default(),
            voltages: [Voltage::default(); 2],
            automation: Emitter::default(),
            sent: 0,
            test: None,
            fresh: true,
        }
    }

    /// Forgets what was shaped, as when the host starts or jumps.
    pub fn reset(&mut self) {
        self.brush = BrushLevel::default();
        self.shapers = PerSignal::default();
        // The voltages follow without a jump.
        self.shaped = Values::default();
    }

    /// Takes over the newest settings.
    pub fn follow_settings(&mut self) {
        while let Ok(settings) = self.incoming.pop() {
            if settings.cc != self.settings.cc {
                self.controllers.forget();
            }
            self.settings = settings;
        }
    }

    /// Takes in the sidechain's next samples.
    pub fn hear_brush(&mut self, mono: &[f32]) {
        self.brush.hear(mono);
    }

    /// How loud the brush is at the end of a raster, 0..=1.
    pub fn brush(&mut self) -> f32 {
        self.brush.take(self.rate)
    }

    /// Writes the next samples of the voltages.
    pub fn render(&mut self, control: [&mut [f32]; 2]) {
        for (voltage, output) in self.voltages.iter_mut().zip(control) {
            voltage.render(output);
        }
    }

    /// The end of a raster of [`SPAN`] samples: shapes the signals and sends controllers.
    /// `values` are the signals as they were found; all unknown holds what goes out.
    pub fn look(&mut self, values: &Values, send: &mut impl FnMut(ControlChange)) {
        let elapsed = SPAN as f32 / self.rate;
        let shapes = &self.settings.shapes;
        self.shaped = self.shapers.shape(values, elapsed, shapes);
        let notes = probed(self.test, Way::Midi, &self.shaped);
        let sent = &mut self.sent;
        let send = &mut |message| {
            *sent += 1;
            send(message);
        };
        self.controllers
            .next(&notes, elapsed, &self.settings.cc, send);
        let volts = probed(self.test, Way::Voltage, &self.shaped);
        for (voltage, channel) in self.voltages.iter_mut().zip(&self.settings.cv) {
            voltage.set(&volts, channel, self.rate);
        }
    }

    /// The end of a block of `frames`: leaves what the host is to be told in `link`.
    pub fn end_block(&mut self, frames: usize, link: &HostLink) {
        self.test = link.signals.probe.get();
        link.count_controllers(std::mem::take(&mut self.sent));
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
            let moved = probed(self.test, Way::Automation, &self.shaped);
            self.automation.next(&moved, elapsed, settings, tell);
        } else {
            self.automation.stop(tell);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nice_plug::prelude::Param;
    use outputs::Signal;

    use super::*;
    use crate::output::HostEdit;

    /// 10 ms at 48 kHz, nearly.
    const FRAMES: usize = 7 * SPAN;

    /// In blocks.
    const TEN_MINUTES: usize = 10 * 60 * 48_000 / FRAMES;

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
            for (left, right) in left.chunks_mut(SPAN).zip(right.chunks_mut(SPAN)) {
                self.outlet.render([left, right]);
                self.outlet
                    .look(&values, &mut |message| controllers.push(message));
            }
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
            for step in 0..TEN_MINUTES {
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
        assert_eq!(rig.link.controllers(), rig.controllers.len() as u64);
        assert_eq!(rig.control[0], vec![0.0; FRAMES]);
        assert_eq!(rig.control[1].last(), Some(&0.5));
        rig.block(None);
        assert_eq!(rig.control[1], vec![0.5; FRAMES], "held while unknown");
    }

    #[test]
    fn a_test_moves_one_way_and_then_what_was_found_is_back() {
        let mut rig = Rig::new(Automation::Native);
        let mut settings = AudioSettings::default();
        settings.cc.enabled = true;
        settings.cv[1].source = Some(Signal::Congruity);
        rig.settings.push(settings).expect("room");
        rig.block(Some(0.5));
        rig.block(Some(0.5));
        let test = |way, value| Some((Test { way, signal: None }, value));
        // The test of the block before is what a block is made of.
        rig.link.signals.probe.set(test(Way::Midi, 1.0));
        for _ in 0..5 {
            assert!(rig.block(Some(0.5)).is_empty(), "automation stands still");
        }
        assert_eq!(rig.controllers.last().map(|sent| sent.value), Some(127));
        assert_eq!(rig.control[1].last(), Some(&0.5));
        rig.link.signals.probe.set(test(Way::Voltage, 0.25));
        for _ in 0..5 {
            rig.block(Some(0.5));
        }
        assert_eq!(rig.controllers.last().map(|sent| sent.value), Some(64));
        assert_eq!(rig.control[1].last(), Some(&0.25));
        rig.link.signals.probe.set(test(Way::Automation, 0.75));
        let told: Vec<f32> = (0..9).flat_map(|_| rig.block(Some(0.5))).collect();
        assert_eq!(told, [0.75]);
        rig.link.signals.probe.set(None);
        let told: Vec<f32> = (0..9).flat_map(|_| rig.block(Some(0.5))).collect();
        assert_eq!(told, [0.5]);
        assert_eq!(rig.control[1].last(), Some(&0.5));
    }

    #[test]
    fn the_brush_is_measured_in_decibels_and_falls_in_tenths_of_a_second() {
        assert_eq!(brush_signal(-100.0), 0.0);
        assert_eq!(brush_signal(-30.0), 0.5);
        assert_eq!(brush_signal(6.0), 1.0);
        let mut level = BrushLevel::default();
        let mut after = |amplitude: f32, seconds: f32| {
            let mut last = 0.0;
            for _ in 0..(seconds * 48_000.0) as usize / SPAN {
                level.hear(&[amplitude; SPAN]);
                last = level.take(48_000.0);
            }
            last
        };
        assert!((after(0.1, 0.5) - (1.0 - 20.0 / 60.0)).abs() < 1e-3);
        assert_eq!(after(0.0, 0.35), 0.0, "40 dB down in 0.3 s");
        after(0.5, 0.1);
        assert_eq!(after(f32::NAN, 0.6), 0.0, "it falls");
        assert_eq!(after(f32::INFINITY, 0.1), 0.0);
    }
}
