//! The audio thread's side of playback.

use super::channel::{CUES, CueReceiver, PlaybackCounts, Started};
use super::cue::{Cue, Role};
use super::fade::FadeCurve;
use super::voice::Voice;
use crate::units::{ChunkId, SampleRate, Seconds};

/// Voices that may sound at once, besides those fading out because they were
/// stolen.
const POLYPHONY: usize = 8;

/// Room for the sounding voices and as many that were stolen.
const VOICES: usize = 2 * POLYPHONY;

/// How long a stolen voice fades: short enough to be gone before the next can
/// be stolen, long enough not to click.
const STEAL: Seconds = Seconds(0.008);

/// How long before the end of a snippet's head the rest has to be there: the fade-out
/// without it, and the glide to the level that is known with it.
const HANDOVER: Seconds = Seconds(0.02);

/// Triggers that fit into one call of [`Player::render`].
const TRIGGERS: usize = 16;

/// Samples below which a clip can't be faded in and out.
const MIN_LEN: usize = 64;

/// What makes a snippet start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nothing does; what sounds fades out.
    Off,
    /// While the player is [active](Player::set_active), one snippet follows
    /// the other: a new cue crossfades in as soon as the interval allows, and
    /// a clip that ends is followed by the cue that is ready.
    #[default]
    Continuous,
    /// [`Player::trigger`] starts the cue that is ready; it plays to its end
    /// or until the next one.
    Triggered,
}

/// How snippets start and end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayerSettings {
    /// What starts them.
    pub mode: Mode,
    /// Fade-in of a triggered snippet, and of a continuous one that starts out
    /// of silence.
    pub attack: Seconds,
    /// Fade-out of a triggered snippet, at its end and when the next starts.
    pub release: Seconds,
    /// Length of a crossfade in continuous mode.
    pub crossfade: Seconds,
    /// The least time between two starts in continuous mode; a crossfade is
    /// never cut short by the next, so it is at least `crossfade`.
    pub interval: Seconds,
}

impl Default for PlayerSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Continuous,
            attack: Seconds(0.003),
            release: Seconds(0.25),
            crossfade: Seconds(0.5),
            interval: Seconds(2.0),
        }
    }
}

/// The settings in samples.
#[derive(Clone, Copy, Debug)]
struct Lengths {
    attack: usize,
    release: usize,
    crossfade: usize,
    interval: usize,
    steal: usize,
    handover: usize,
}

impl Lengths {
    fn new(settings: &PlayerSettings, rate: SampleRate) -> Self {
        let samples = |time: Seconds| ((time.0.max(0.0) * rate.hz()).round() as usize).max(1);
        let crossfade = samples(settings.crossfade);
        Self {
            attack: samples(settings.attack),
            release: samples(settings.release),
            crossfade,
            interval: samples(settings.interval).max(crossfade),
            steal: samples(STEAL),
            handover: samples(HANDOVER),
        }
    }
}

/// The cue that plays next.
#[derive(Clone, Copy, Debug)]
struct Armed {
    slot: usize,
    /// True until it has been started; then it stays armed, so that there is
    /// something to play when the worker is late.
    fresh: bool,
}

/// The snippet heard now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NowPlaying {
    /// The cue's serial.
    pub serial: u64,
    /// The chunk.
    pub chunk: ChunkId,
    /// How far into the chunk.
    pub position: Seconds,
    /// Place in its fade, 0 = silent, 1 = full.
    pub fade: f32,
}

/// Plays cues on the audio thread: never allocates, frees, locks or waits.
/// Dropping it frees cues, so drop it elsewhere.
#[derive(Debug)]
pub struct Player {
    rate: SampleRate,
    settings: PlayerSettings,
    lengths: Lengths,
    curve: FadeCurve,
    cues: CueReceiver,
    /// Every cue that is here: armed, in reserve, sounding, or waiting for room
    /// on its way back.
    slots: [Option<Box<Cue>>; CUES],
    armed: Option<Armed>,
    reserve: Option<usize>,
    voices: [Option<Voice>; VOICES],
    /// Offsets into the next block, ascending.
    triggers: [usize; TRIGGERS],
    trigger_count: usize,
    active: bool,
    /// Samples since the last start.
    since_start: usize,
    starts: u64,
}

impl Player {
    /// A silent player at the host's `rate` that gets its cues from `cues`.
    pub fn new(rate: SampleRate, cues: CueReceiver) -> Self {
        let settings = PlayerSettings::default();
        Self {
            rate,
            settings,
            lengths: Lengths::new(&settings, rate),
            curve: FadeCurve::new(),
            cues,
            slots: Default::default(),
            armed: None,
            reserve: None,
            voices: [None; VOICES],
            triggers: [0; TRIGGERS],
            trigger_count: 0,
            active: true,
            since_start: usize::MAX,
            starts: 0,
        }
    }

    /// Changes how snippets start and end, from the next block on.
    pub fn set_settings(&mut self, settings: PlayerSettings) {
        if settings == self.settings {
            return;
        }
        if settings.mode != self.settings.mode {
            self.release_all(self.lengths.crossfade);
        }
        self.lengths = Lengths::new(&settings, self.rate);
        self.settings = settings;
    }

    /// In continuous mode: whether snippets shall sound, as while the brush
    /// does. When it ends, what sounds fades out over one crossfade.
    pub fn set_active(&mut self, active: bool) {
        if self.active && !active && self.settings.mode == Mode::Continuous {
            self.release_all(self.lengths.crossfade);
        }
        self.active = active;
    }

    /// In triggered mode: starts the cue that is ready at sample `offset` of
    /// the next block rendered (clamped into it). Offsets come in ascending
    /// order. Ignored in the other modes.
    pub fn trigger(&mut self, offset: usize) {
        if self.settings.mode != Mode::Triggered {
            return;
        }
        if self.trigger_count == TRIGGERS {
            self.cues.counts().add_triggers_dropped();
            return;
        }
        self.triggers[self.trigger_count] = offset;
        self.trigger_count += 1;
    }

    /// Silences everything at once, as when the host resets; armed cues stay.
    pub fn reset(&mut self) {
        self.voices = [None; VOICES];
        self.trigger_count = 0;
        self.since_start = usize::MAX;
        self.return_spent();
    }

    /// Adds the next block to `left` and `right` (of one length, any length).
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len().min(right.len());
        self.receive();
        let mut at = 0;
        let mut fired = 0;
        while at < frames {
            while fired < self.trigger_count && self.triggers[fired].min(frames - 1) <= at {
                self.start(self.lengths.attack, self.lengths.release);
                fired += 1;
            }
            if self.wants_next() {
                self.start_crossfade();
            }
            let next_trigger = self.triggers[fired..self.trigger_count].first();
            let end = next_trigger.map_or(frames, |offset| (*offset).min(frames - 1));
            let run = (end - at).min(self.until_next());
            self.render_run(&mut left[at..at + run], &mut right[at..at + run]);
            at += run;
        }
        self.trigger_count = 0;
        self.return_spent();
    }

    /// The snippet that started last and still sounds.
    pub fn now_playing(&self) -> Option<NowPlaying> {
        let voice = self
            .voices
            .iter()
            .flatten()
            .max_by_key(|voice| voice.order)?;
        let cue = self.slots[voice.slot].as_ref()?;
        Some(NowPlaying {
            serial: cue.serial,
            chunk: cue.chunk,
            position: Seconds(voice.position as f64 / self.rate.hz()),
            fade: voice.fade() as f32,
        })
    }

    /// True if a trigger would start something.
    pub fn is_ready(&self) -> bool {
        self.armed.is_some()
    }

    /// What happened so far.
    pub fn counts(&self) -> &PlaybackCounts {
        self.cues.counts()
    }

    /// Takes in new cues and drops those made invalid.
    fn receive(&mut self) {
        while let Some(slot) = self.slots.iter().position(Option::is_none) {
            let Some(cue) = self.cues.receive() else {
                break;
            };
            let role = cue.role;
            // Decoders work at whole hertz; less than one is no audible pitch.
            let same_rate = (cue.audio.rate().hz() - self.rate.hz()).abs() < 1.0;
            let playable = same_rate && cue.audio.head().len() >= MIN_LEN;
            // Into a slot even if it can't be used: from there it goes back.
            self.slots[slot] = Some(cue);
            if !playable {
                self.cues.counts().add_unplayable();
                continue;
            }
            match role {
                Role::Best => self.armed = Some(Armed { slot, fresh: true }),
                Role::Reserve => self.reserve = Some(slot),
            }
        }
        let valid = |slot: usize| {
            self.slots[slot]
                .as_ref()
                .is_some_and(|cue| self.cues.is_valid(cue))
        };
        self.armed = self.armed.filter(|armed| valid(armed.slot));
        self.reserve = self.reserve.filter(|slot| valid(*slot));
        // A worker that sent only a reserve, or a best made invalid meanwhile.
        if self.armed.is_none() {
            self.armed = self.reserve.take().map(|slot| Armed { slot, fresh: true });
        }
    }

    /// Whether continuous mode starts a snippet right now.
    fn wants_next(&self) -> bool {
        if self.settings.mode != Mode::Continuous || !self.active {
            return false;
        }
        let Some(armed) = self.armed else {
            return false;
        };
        // What has played already and still has no rest would stutter.
        let cue = self.slots[armed.slot].as_ref();
        if !armed.fresh && cue.is_none_or(|cue| cue.audio.whole().is_none()) {
            return false;
        }
        match self.lead() {
            None => true,
            Some(lead) => {
                self.end_fade_due(&lead)
                    || (armed.fresh && self.since_start >= self.lengths.interval)
            }
        }
    }

    /// The newest voice that is not fading out.
    fn lead(&self) -> Option<Voice> {
        let sounding = self
            .voices
            .iter()
            .flatten()
            .filter(|voice| !voice.is_releasing());
        sounding.max_by_key(|voice| voice.order).copied()
    }

    fn end_fade_due(&self, voice: &Voice) -> bool {
        self.until_end_fade(voice) == 0
    }

    fn until_end_fade(&self, voice: &Voice) -> usize {
        let len = self.slots[voice.slot]
            .as_ref()
            .map_or(0, |cue| cue.audio.len());
        voice.until_end_fade(len)
    }

    /// Samples until continuous mode may want to start a snippet; at least 1.
    fn until_next(&self) -> usize {
        if self.settings.mode != Mode::Continuous || !self.active {
            return usize::MAX;
        }
        let (Some(armed), Some(lead)) = (self.armed, self.lead()) else {
            return usize::MAX;
        };
        let mut samples = self.until_end_fade(&lead);
        if armed.fresh {
            samples = samples.min(self.lengths.interval.saturating_sub(self.since_start));
        }
        samples.max(1)
    }

    /// Continuous mode's start: against what sounds as a crossfade, else with
    /// the attack.
    fn start_crossfade(&mut self) {
        let crossfade = self.lengths.crossfade;
        let out_of_silence = self.voices.iter().all(Option::is_none);
        self.start(
            if out_of_silence {
                self.lengths.attack
            } else {
                crossfade
            },
            crossfade,
        );
    }

    /// Starts the armed cue; what sounds fades out over `fade_out` samples.
    fn start(&mut self, fade_in: usize, fade_out: usize) {
        let Some(armed) = self.armed else {
            self.cues.counts().add_without_cue();
            return;
        };
        self.steal();
        let Some(free) = self.voices.iter().position(Option::is_none) else {
            self.cues.counts().add_without_voice();
            return;
        };
        self.release_all(fade_out);
        let Some(cue) = &self.slots[armed.slot] else {
            return;
        };
        let started = Started {
            serial: cue.serial,
            chunk: cue.chunk,
        };
        self.starts += 1;
        let (fades, handover) = ((fade_in, fade_out), self.lengths.handover);
        let voice = Voice::new((armed.slot, cue), self.starts, fades, handover);
        self.voices[free] = Some(voice);
        self.since_start = 0;
        self.armed = Some(match self.reserve.take() {
            Some(slot) => Armed { slot, fresh: true },
            None => Armed {
                fresh: false,
                ..armed
            },
        });
        self.cues.counts().add_started();
        self.cues.report(started);
    }

    /// Makes room for one more voice: the faintest fades out fast.
    fn steal(&mut self) {
        let sounding = self
            .voices
            .iter()
            .flatten()
            .filter(|voice| !voice.stolen)
            .count();
        if sounding < POLYPHONY {
            return;
        }
        let faintest = self
            .voices
            .iter_mut()
            .flatten()
            .filter(|voice| !voice.stolen)
            .min_by(|a, b| a.fade().total_cmp(&b.fade()).then(a.order.cmp(&b.order)));
        if let Some(voice) = faintest {
            voice.stolen = true;
            voice.release(self.lengths.steal);
            self.cues.counts().add_stolen();
        }
    }

    fn release_all(&mut self, samples: usize) {
        for voice in self.voices.iter_mut().flatten() {
            voice.release(samples);
        }
    }

    fn render_run(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.settings.mode == Mode::Off {
            self.release_all(self.lengths.crossfade);
        }
        for voice in &mut self.voices {
            let Some(sounding) = voice else { continue };
            let starved = sounding.starved;
            let goes_on = self.slots[sounding.slot]
                .as_ref()
                .is_some_and(|cue| sounding.render(cue, &self.curve, left, right));
            if sounding.starved && !starved {
                self.cues.counts().add_without_rest();
            }
            if !goes_on {
                *voice = None;
            }
        }
        self.since_start = self.since_start.saturating_add(left.len());
    }

    /// Sends back every cue that is neither armed nor in reserve nor sounding.
    fn return_spent(&mut self) {
        for slot in 0..CUES {
            let kept = self.armed.is_some_and(|armed| armed.slot == slot)
                || self.reserve == Some(slot)
                || self.voices.iter().flatten().any(|voice| voice.slot == slot);
            if !kept && let Some(cue) = self.slots[slot].take() {
                self.slots[slot] = self.cues.give_back(cue);
            }
        }
    }
}
