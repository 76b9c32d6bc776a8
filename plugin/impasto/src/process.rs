//! The audio thread: analysis of both inputs, playback, the mix.
//!
//! A host's block is cut at multiples of [`SPAN`] samples counted from the last
//! reset, whatever the host's own block size: where cues come in and where the
//! worker is met offline does not depend on it. In real time nothing here waits,
//! allocates or frees; offline the worker is met after every mel frame, so that the
//! same input gives the same bytes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam::channel::Sender;
use engine::analysis::level::{LevelMeter, Onset};
use engine::analysis::{FrontEnd, MelSender, downmix};
use engine::playback::{Mode, Player, PlayerSettings};
use engine::units::{SampleRate, Seconds};

use crate::bridge::{AudioEnd, Shared, StartedAt};
use crate::output::HostLink;
use crate::params::{ImpastoParams, PlayMode};
use crate::worker::Message;

/// Samples between two places where a block may be cut.
pub const SPAN: usize = 64;

/// A snippet that a stroke starts comes in at once: a longer fade would blunt it.
const ATTACK: Seconds = Seconds(0.003);

/// How far below the threshold a sounding brush may fall before it counts as silent.
const HYSTERESIS_DB: f32 = 6.0;

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
}

/// One input's analysis.
struct Input {
    front: FrontEnd,
    meter: LevelMeter,
    frames: MelSender,
    mono: [f32; SPAN],
}

impl Input {
    fn new(rate: SampleRate, frames: MelSender) -> engine::Result<Self> {
        Ok(Self {
            front: FrontEnd::new(rate)?,
            meter: LevelMeter::new(rate),
            frames,
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
        let frames = &mut self.frames;
        self.front.process(mono, &mut |frame| {
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
    onset: Onset,
    player: Player,
    audition: Player,
    starts: rtrb::Producer<StartedAt>,
    /// The last start that was reported.
    reported: Option<u64>,
    /// Auditions asked for and started.
    auditions_seen: u64,
    /// Samples since the last reset.
    position: u64,
    /// Samples since the activation.
    elapsed: u64,
    /// Whether the brush sounds, for continuous playing.
    brush_sounds: bool,
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
            brush: Input::new(rate, end.brush)?,
            music: Input::new(rate, end.music)?,
            onset: Onset::new(rate),
            player: Player::new(rate, end.cues),
            audition,
            starts: end.starts,
            reported: None,
            position: 0,
            elapsed: 0,
            brush_sounds: false,
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
        self.onset.reset();
        self.player.reset();
        self.audition.reset();
        self.position = 0;
        self.reported = None;
        self.brush_sounds = false;
        (self.unmet, self.alone) = (true, false);
        self.shared.resets.fetch_add(1, Ordering::Release);
    }

    /// One block of any length.
    pub fn process(&mut self, mut block: Block<'_>) {
        let threshold = self.apply_settings();
        let offline = self.link.is_offline();
        if offline && std::mem::take(&mut self.unmet) {
            self.meet();
        }
        let length = block.main[0].len();
        let mut start = 0;
        while start < length {
            let to_cut = SPAN - (self.position % SPAN as u64) as usize;
            let end = length.min(start + to_cut);
            let frames = self.span(&mut block, start, end, threshold);
            start = end;
            if offline && frames > 0 {
                self.meet();
            }
        }
        self.publish_levels();
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
    fn span(&mut self, block: &mut Block<'_>, start: usize, end: usize, threshold: f32) -> usize {
        let length = end - start;
        let within = |channel: &[f32]| start.min(channel.len())..end.min(channel.len());
        let brush = block.brush.map(|channel| &channel[within(channel)]);
        let mut frames = self.brush.hear(&brush[..block.brush_channels], length);
        let [left, right] = &block.main;
        frames += self
            .music
            .hear(&[&left[start..end], &right[start..end]], length);
        self.follow_brush(length, threshold);
        self.render(length);
        self.mix(block, start, end);
        self.position += length as u64;
        self.elapsed += length as u64;
        frames
    }

    /// Strokes start snippets, or the brush's sounding keeps them going.
    fn follow_brush(&mut self, length: usize, threshold: f32) {
        if let Some(offset) = self.onset.process(&self.brush.mono[..length]) {
            self.player.trigger(offset);
            self.shared.strokes.fetch_add(1, Ordering::Relaxed);
        }
        let enough = if self.brush_sounds {
            threshold - HYSTERESIS_DB
        } else {
            threshold
        };
        self.brush_sounds = self.brush.meter.rms_db() >= enough;
        self.player.set_active(self.brush_sounds);
    }

    fn render(&mut self, length: usize) {
        let (left, right) = (&mut self.left[..length], &mut self.right[..length]);
        left.fill(0.0);
        right.fill(0.0);
        self.player.render(left, right);
        let asked = self.shared.auditions.load(Ordering::Acquire);
        if asked != self.auditions_seen && self.audition.is_ready() {
            self.auditions_seen = asked;
            self.audition.trigger(0);
        }
        self.audition.render(left, right);
        self.report_start(length);
    }

    /// Tells the worker when what sounds now began.
    fn report_start(&mut self, length: usize) {
        let Some(playing) = self.player.now_playing() else {
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

    fn mix(&mut self, block: &mut Block<'_>, start: usize, end: usize) {
        let (params, [left, right]) = (&self.params, &mut block.main);
        let wet = self.left.iter().zip(&self.right);
        let music = left[start..end].iter_mut().zip(&mut right[start..end]);
        for ((left, right), (wet_left, wet_right)) in music.zip(wet) {
            let (dry, level) = (params.dry.smoothed.next(), params.snippets.smoothed.next());
            *left = *left * dry + wet_left * level;
            *right = *right * dry + wet_right * level;
        }
        let [left, right] = &mut block.snippets;
        left[start..end].copy_from_slice(&self.left[..end - start]);
        right[start..end].copy_from_slice(&self.right[..end - start]);
    }

    /// Takes the parameters over at the beginning of a block; the brush's threshold.
    fn apply_settings(&mut self) -> f32 {
        let params = &self.params;
        let fade = Seconds(f64::from(params.fade.value()) / 1000.0);
        self.player.set_settings(PlayerSettings {
            mode: match params.mode.value() {
                PlayMode::Triggered => Mode::Triggered,
                PlayMode::Continuous => Mode::Continuous,
            },
            attack: Seconds(ATTACK.0.min(fade.0)),
            release: fade,
            crossfade: fade,
            interval: Seconds(f64::from(params.interval.value())),
            ..PlayerSettings::default()
        });
        let threshold = threshold_db(params.sensitivity.value());
        self.onset.set_threshold_db(threshold);
        threshold
    }

    fn publish_levels(&self) {
        self.shared.brush_peak.set(self.brush.meter.peak_db());
        self.shared.music_peak.set(self.music.meter.peak_db());
        self.shared.music_rms.set(self.music.meter.rms_db());
    }
}

/// The level below which nothing is a stroke: from -30 dB down to -90 dB.
fn threshold_db(sensitivity: f32) -> f32 {
    -30.0 - 60.0 * sensitivity
}
