//! The audio thread: analysis of both inputs, the instrument, the mix.
//!
//! A host's block is cut at multiples of [`SPAN`] samples counted from the last
//! reset, whatever the host's own block size: where cues come in and where the
//! worker is met offline does not depend on it. In real time nothing here waits,
//! allocates or frees; offline the worker is met after every mel frame, so that the
//! same input gives the same bytes.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam::channel::Sender;
use engine::analysis::level::LevelMeter;
use engine::analysis::stroke::{Calibrator, StrokeSettings};
use engine::analysis::{FrontEnd, MelSender, downmix};
use engine::instrument::{
    CONTROL, Instrument, InstrumentSettings, KeyEvent, NoteSettings, Play, Span,
};
use engine::playback::sync::Transport;
use engine::playback::{Mode, Player, PlayerSettings};
use engine::session::HostTime;
use engine::units::{SampleRate, Seconds};
use outputs::Signal;

use crate::bridge::{AudioEnd, Calibrated, Shared, StartedAt};
use crate::events::Sent;
use crate::outlet::Outlet;
use crate::output::HostLink;
use crate::params::{ImpastoParams, PlayMode};
use crate::reports::ReportSender;
use crate::worker::Message;

/// Samples between two places where a block may be cut.
pub const SPAN: usize = CONTROL;

/// A snippet that a stroke starts comes in at once: a longer fade would blunt it.
const ATTACK: Seconds = Seconds(0.003);

/// Bypass comes and goes with a crossfade as long as this.
const BYPASS_FADE: Seconds = Seconds(0.02);

/// How long a snippet is.
const SNIPPET: Seconds = Seconds(4.0);

/// How long painting is listened to for a calibration.
const CALIBRATION: Seconds = Seconds(10.0);

/// Channels of the main buses and of the snippets' own.
type Stereo<'a> = [&'a mut [f32]; 2];

/// A block as the host hands it over. All slices but the brush's are of one length.
pub struct Block<'a> {
    /// The music; the mix is written over it.
    pub main: Stereo<'a>,
    /// The sidechain's channels, each of any length.
    pub brush: [&'a [f32]; 2],
    /// How many of them the bus has.
    pub brush_channels: usize,
    /// The snippets alone, at their matched level.
    pub snippets: Stereo<'a>,
    /// Signals as control voltage.
    pub control: Stereo<'a>,
    /// Keys that the host sends, in order.
    pub keys: &'a [KeyEvent],
    /// Where the host is at the first sample, if it says so.
    pub transport: Option<Transport>,
}

/// One input's analysis.
struct Input {
    front: FrontEnd,
    meter: LevelMeter,
    frames: MelSender,
    /// Where what the networks hear is kept for teaching; only of the music.
    heard: Option<rtrb::Producer<f32>>,
    mono: [f32; SPAN],
}

impl Input {
    fn new(
        rate: SampleRate,
        frames: MelSender,
        heard: Option<rtrb::Producer<f32>>,
    ) -> engine::Result<Self> {
        Ok(Self {
            front: FrontEnd::new(rate)?,
            meter: LevelMeter::new(rate),
            frames,
            heard,
            mono: [0.0; SPAN],
        })
    }

    fn reset(&mut self) {
        self.front.reset();
        self.meter.reset();
    }

    /// Hears the next `length` samples; how many frames that completed.
    fn hear(&mut self, channels: &[&[f32]], length: usize) -> usize {
        let mono = &mut self.mono[..length];
        downmix(channels, mono);
        self.meter.process(mono);
        let mut count = 0;
        let (frames, kept) = (&mut self.frames, &mut self.heard);
        let mut keep = |samples: &[f32]| {
            if let Some(kept) = kept {
                // What does not fit is a gap in what can be taught.
                let _ = kept.push_partial_slice(samples);
            }
        };
        self.front.process_heard(mono, &mut keep, &mut |frame| {
            frames.push(frame);
            count += 1;
        });
        count
    }
}

/// All that the audio thread owns between activation and deactivation.
pub struct Processor {
    rate: SampleRate,
    params: Arc<ImpastoParams>,
    link: Arc<HostLink>,
    shared: Arc<Shared>,
    /// Used offline only.
    inbox: Sender<Message>,
    brush: Input,
    music: Input,
    instrument: Instrument,
    calibrator: Calibrator,
    /// Calibrations asked for and begun.
    calibrations_seen: u64,
    audition: Player,
    outlet: Outlet,
    starts: rtrb::Producer<StartedAt>,
    calibrated: rtrb::Producer<Calibrated>,
    reports: ReportSender,
    /// The last start that was reported.
    reported: Option<u64>,
    /// Auditions asked for and started.
    auditions_seen: u64,
    /// Samples since the last reset.
    position: u64,
    /// Samples since the activation.
    elapsed: u64,
    /// Strokes that were counted for the editor.
    strokes_told: u64,
    /// 0 = in use, 1 = bypassed; and what a sample adds on the way.
    bypass: f32,
    bypass_step: f32,
    /// Offline, the worker has not been met since the last reset.
    unmet: bool,
    /// The worker did not answer since the last reset.
    alone: bool,
    left: [f32; SPAN],
    right: [f32; SPAN],
}

impl Processor {
    /// For blocks at `rate`.
    ///
    /// # Errors
    /// If the front end can't take the rate.
    pub fn new(
        rate: SampleRate,
        end: AudioEnd,
        link: &Arc<HostLink>,
        shared: &Arc<Shared>,
        inbox: Sender<Message>,
    ) -> engine::Result<Self> {
        let mut audition = Player::new(rate, end.auditions);
        audition.set_settings(PlayerSettings {
            mode: Mode::Triggered,
            ..PlayerSettings::default()
        });
        Ok(Self {
            rate,
            params: Arc::clone(&link.params),
            link: Arc::clone(link),
            auditions_seen: shared.auditions.load(Ordering::Acquire),
            shared: Arc::clone(shared),
            inbox,
            brush: Input::new(rate, end.brush, None)?,
            music: Input::new(rate, end.music, Some(end.heard))?,
            instrument: Instrument::new(rate, end.cues),
            calibrator: Calibrator::new(rate),
            calibrations_seen: shared.calibrations.load(Ordering::Acquire),
            audition,
            outlet: Outlet::new(rate.hz() as f32, end.outputs),
            starts: end.starts,
            calibrated: end.calibrated,
            reports: end.reports,
            reported: None,
            position: 0,
            elapsed: 0,
            strokes_told: 0,
            bypass: 0.0,
            bypass_step: (1.0 / (BYPASS_FADE.0 * rate.hz())) as f32,
            unmet: true,
            alone: false,
            left: [0.0; SPAN],
            right: [0.0; SPAN],
        })
    }

    /// Silences and forgets everything heard, as when the host starts or jumps.
    pub fn reset(&mut self) {
        self.brush.reset();
        self.music.reset();
        self.instrument.reset();
        self.audition.reset();
        self.outlet.reset();
        self.position = 0;
        self.reported = None;
        (self.unmet, self.alone) = (true, false);
        self.shared.resets.fetch_add(1, Ordering::Release);
    }

    /// Where the host is at the first sample of the next block.
    pub fn note_host(&mut self, host: HostTime) {
        self.reports.note_host(self.elapsed, host);
    }

    /// One block of any length; `send` is given the notes and controllers that go out in
    /// it, in order.
    pub fn process(&mut self, mut block: Block<'_>, send: &mut impl FnMut(Sent)) {
        self.apply_settings();
        let offline = self.link.is_offline();
        if offline && std::mem::take(&mut self.unmet) {
            self.meet();
        }
        self.outlet.follow_settings();
        let length = block.main[0].len();
        let mut start = 0;
        while start < length {
            let to_cut = SPAN - (self.position % SPAN as u64) as usize;
            let end = length.min(start + to_cut);
            let frames = self.span(&mut block, start, end, send);
            start = end;
            if offline && frames > 0 {
                self.meet();
            }
        }
        self.outlet.end_block(length, &self.link);
        self.publish_levels();
        self.publish_places();
        self.shared.blocks.fetch_add(1, Ordering::Release);
    }

    /// Offline: waits until the worker has dealt with everything so far. If it does
    /// not answer, the render goes on without it until the next reset.
    fn meet(&mut self) {
        if !self.alone {
            self.publish_levels();
            self.alone = !self.shared.meet(&self.inbox);
        }
    }

    /// The samples from `start` to `end` of `block`, at most [`SPAN`]; how many mel
    /// frames they completed.
    fn span(
        &mut self,
        block: &mut Block<'_>,
        start: usize,
        end: usize,
        send: &mut impl FnMut(Sent),
    ) -> usize {
        let length = end - start;
        let within = |channel: &[f32]| start.min(channel.len())..end.min(channel.len());
        let brush = block.brush.map(|channel| &channel[within(channel)]);
        let level_db = self.brush.meter.rms_db();
        let mut frames = self.brush.hear(&brush[..block.brush_channels], length);
        let [left, right] = &block.main;
        frames += self
            .music
            .hear(&[&left[start..end], &right[start..end]], length);
        self.calibrate(length);
        self.play(block, start..end, level_db, send);
        self.put_out(block, start..end, send);
        self.audition(length);
        self.report_stroke();
        self.report_start(length);
        self.mix(block, start, end);
        self.position += length as u64;
        self.elapsed += length as u64;
        frames
    }

    /// The instrument's part of a span.
    fn play(
        &mut self,
        block: &Block<'_>,
        within: Range<usize>,
        level_db: f32,
        send: &mut impl FnMut(Sent),
    ) {
        let (start, length) = (within.start, within.len());
        let (left, right) = (&mut self.left[..length], &mut self.right[..length]);
        left.fill(0.0);
        right.fill(0.0);
        let before = |sample: usize| block.keys.partition_point(|key| key.offset() < sample);
        let span = Span {
            brush: &self.brush.mono[..length],
            level_db,
            keys: &block.keys[before(within.start)..before(within.end)],
            start,
            transport: block
                .transport
                .map(|transport| transport.after(start, self.rate)),
            output: [left, right],
        };
        self.instrument
            .play(span, &mut |note| send(Sent::Note(note.later(start))));
    }

    /// The signals' way out in a span. They are looked at where a raster of [`SPAN`] samples
    /// ends, whatever the host's blocks. Bypassed, they stay where they are.
    fn put_out(
        &mut self,
        block: &mut Block<'_>,
        within: Range<usize>,
        send: &mut impl FnMut(Sent),
    ) {
        let length = within.len();
        let offset = within.end - 1;
        self.outlet.hear_brush(&self.brush.mono[..length]);
        let [left, right] = &mut block.control;
        self.outlet
            .render([&mut left[within.clone()], &mut right[within]]);
        if !(self.position + length as u64).is_multiple_of(SPAN as u64) {
            return;
        }
        let brush = self.outlet.brush();
        let known = self.link.brush_connected().then_some(brush);
        self.link.signals.set(Signal::Brush, known);
        self.outlet.look(&self.link.offered(), &mut |change| {
            send(Sent::Controller { offset, change });
        });
    }

    /// Listens to how somebody paints, if it was asked for.
    fn calibrate(&mut self, length: usize) {
        let asked = self.shared.calibrations.load(Ordering::Acquire);
        if asked != self.calibrations_seen {
            self.calibrations_seen = asked;
            self.calibrator.begin(CALIBRATION);
        }
        if !self.calibrator.is_listening() {
            return;
        }
        self.calibrator.process(&self.brush.mono[..length]);
        let progress = self.calibrator.progress();
        self.shared.calibration_progress.set(progress);
        if let Some(result) = self.calibrator.result() {
            // A full ring means that nobody fetched the results before.
            let _ = self.calibrated.push(Calibrated { asked, result });
        }
    }

    /// What the editor asked to hear, whatever the brush does.
    fn audition(&mut self, length: usize) {
        let (left, right) = (&mut self.left[..length], &mut self.right[..length]);
        let asked = self.shared.auditions.load(Ordering::Acquire);
        if asked != self.auditions_seen && self.audition.is_ready() {
            self.auditions_seen = asked;
            self.audition.trigger(0);
        }
        self.audition.render(left, right);
    }

    /// Tells the worker of strokes, to a span's length.
    fn report_stroke(&mut self) {
        let (begun, (down, ..)) = (self.instrument.strokes(), self.instrument.touch());
        let strength = self.instrument.strength();
        self.reports.note_brush(self.elapsed, begun, down, strength);
    }

    /// Tells the worker when what sounds now began.
    fn report_start(&mut self, length: usize) {
        let Some(playing) = self.instrument.player().now_playing() else {
            return;
        };
        if self.reported == Some(playing.serial) {
            return;
        }
        self.reported = Some(playing.serial);
        let played = (playing.position.0 * self.rate.hz()).round() as u64;
        let sample = (self.elapsed + length as u64).saturating_sub(played);
        // A full ring drops; the worker then takes the time of its own.
        let _ = self.starts.push(StartedAt {
            serial: playing.serial,
            sample,
        });
    }

    /// How long it sounds on when both inputs end, in samples; `None`: without end.
    pub fn tail(&self) -> Option<u32> {
        let longest = SNIPPET.0 + f64::from(self.params.fade.value()) / 1000.0;
        (!self.params.freeze.value()).then(|| (longest * self.rate.hz()).ceil() as u32)
    }

    fn mix(&mut self, block: &mut Block<'_>, start: usize, end: usize) {
        let (params, [left, right]) = (&self.params, &mut block.main);
        let target = f32::from(u8::from(params.bypass.value()));
        let wet = self.left.iter_mut().zip(&mut self.right);
        let music = left[start..end].iter_mut().zip(&mut right[start..end]);
        for ((left, right), (wet_left, wet_right)) in music.zip(wet) {
            let (dry, level) = (params.dry.smoothed.next(), params.snippets.smoothed.next());
            if self.bypass != target {
                let to = (target - self.bypass).clamp(-self.bypass_step, self.bypass_step);
                self.bypass += to;
            }
            let used = 1.0 - self.bypass;
            let dry = dry * used + self.bypass;
            *wet_left *= used;
            *wet_right *= used;
            *left = *left * dry + *wet_left * level;
            *right = *right * dry + *wet_right * level;
        }
        let [left, right] = &mut block.snippets;
        left[start..end].copy_from_slice(&self.left[..end - start]);
        right[start..end].copy_from_slice(&self.right[..end - start]);
    }

    /// Takes the parameters over at the beginning of a block.
    fn apply_settings(&mut self) {
        let settings = instrument_settings(&self.params);
        self.instrument.set_settings(&settings);
    }

    /// How far the snippets are that are heard.
    fn publish_places(&self) {
        let place = |player: &Player| player.now_playing().map(|now| (now.chunk, now.position));
        self.shared.sounding.set(place(self.instrument.player()));
        self.shared.auditioned.set(place(&self.audition));
    }

    fn publish_levels(&mut self) {
        let (down, pressure, brightness) = self.instrument.touch();
        self.reports.note_elapsed(self.elapsed);
        self.shared.brush_down.store(down, Ordering::Relaxed);
        self.shared.pressure.set(pressure);
        self.shared.brightness.set(brightness);
        self.shared.strength.set(self.instrument.strength());
        let strokes = self.instrument.strokes();
        let new = strokes - std::mem::replace(&mut self.strokes_told, strokes);
        self.shared.strokes.fetch_add(new, Ordering::Relaxed);
        self.shared.brush_peak.set(self.brush.meter.peak_db());
        self.shared.music_peak.set(self.music.meter.peak_db());
        self.shared.music_rms.set(self.music.meter.rms_db());
    }
}

/// What the parameters say of the instrument.
fn instrument_settings(params: &ImpastoParams) -> InstrumentSettings {
    let milliseconds = |value: f32| Seconds(f64::from(value) / 1000.0);
    let fade = milliseconds(params.fade.value());
    let small = |value: i32| u8::try_from(value).unwrap_or(0);
    InstrumentSettings {
        play: match params.mode.value() {
            PlayMode::Stroke => Play::Stroke,
            PlayMode::Triggered => Play::OneShot,
            PlayMode::Continuous => Play::Continuous,
            PlayMode::Notes => Play::Keys,
        },
        strokes: StrokeSettings {
            sensitivity: params.sensitivity.value(),
            hold: milliseconds(params.hold.value()),
            softest_db: params.softest.value(),
            hardest_db: params.hardest.value(),
        },
        player: PlayerSettings {
            attack: Seconds(ATTACK.0.min(fade.0)),
            release: fade,
            crossfade: fade,
            interval: Seconds(f64::from(params.interval.value())),
            polyphony: usize::from(small(params.voices.value())),
            touch_level: params.touch_level.value(),
            touch_tone: params.touch_tone.value(),
            ..PlayerSettings::default()
        },
        division: params.sync.value().division(),
        frozen: params.freeze.value(),
        button: params.trigger.value(),
        notes: NoteSettings {
            enabled: params.notes_out.value(),
            channel: small(params.note_channel.value() - 1),
            key: small(params.note.value()),
            range: small(params.note_range.value()),
        },
        muted: params.bypass.value(),
    }
}
