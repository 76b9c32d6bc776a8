//! The audio thread's side of playback.

use super::channel::{CueReceiver, PlaybackCounts};
use super::fade::FadeCurve;
use super::gestures::{Gesture, Gestures};
use super::settings::{Lengths, Mode, PlayerSettings};
use super::touch::{Expression, Response, Touch};
use super::tray::Tray;
use super::voice::{Gate, Start, Voice};
use super::voices::{VOICES, Voices};
use super::waiting::Waiting;
use crate::units::{ChunkId, SampleRate, Seconds};

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
///
/// What it is told at a sample of the next block ([`start`](Self::start),
/// [`end`](Self::end), [`advance`](Self::advance)) happens at that sample, in order of
/// the samples and, at one sample, in the order in which it was told. However a stretch
/// of time is cut into blocks, it sounds the same.
#[derive(Debug)]
pub struct Player {
    rate: SampleRate,
    settings: PlayerSettings,
    lengths: Lengths,
    response: Response,
    curve: FadeCurve,
    tray: Tray,
    voices: Voices,
    gestures: Gestures,
    waiting: Waiting,
    active: bool,
    frozen: bool,
    /// Of what starts in continuous mode, 0..=1.
    pressure: f32,
    /// Samples since continuous mode started something.
    since_start: usize,
}

impl Player {
    /// A silent player at the host's `rate` that gets its cues from `cues`.
    pub fn new(rate: SampleRate, cues: CueReceiver) -> Self {
        let settings = PlayerSettings::default();
        Self {
            rate,
            settings,
            lengths: Lengths::new(&settings, rate),
            response: Response::new(&settings, rate),
            curve: FadeCurve::new(),
            tray: Tray::new(cues),
            voices: Voices::new(),
            gestures: Gestures::new(),
            waiting: Waiting::new(),
            active: true,
            frozen: false,
            pressure: 1.0,
            since_start: usize::MAX,
        }
    }

    /// Changes how snippets start and end, from the next block on. Another mode fades
    /// out what sounds, even what is frozen.
    pub fn set_settings(&mut self, settings: PlayerSettings) {
        if settings == self.settings {
            return;
        }
        if settings.mode != self.settings.mode {
            self.voices.release_all(self.lengths.crossfade);
            self.waiting.clear();
        }
        self.lengths = Lengths::new(&settings, self.rate);
        self.response = Response::new(&settings, self.rate);
        self.settings = settings;
        let follow = self.lengths.follow;
        for voice in self.voices.iter_mut() {
            if matches!(voice.gate, Gate::Held | Gate::Flow) {
                let strength = voice.expression.strength;
                self.response
                    .follow(&mut voice.expression, strength, follow);
            }
        }
    }

    /// In continuous mode: whether snippets shall sound, as while the brush
    /// does. When it ends, what sounds fades out over one crossfade.
    pub fn set_active(&mut self, active: bool) {
        if self.active && !active && !self.frozen {
            self.end_flow();
        }
        self.active = active;
    }

    /// Holds what sounds for as long as it is on: what has to end waits, a snippet that
    /// comes to its end crossfades into itself, and nothing else starts. If nothing
    /// sounds, the first start plays what was armed when freezing began, and that is
    /// held. Afterwards what was to end meanwhile ends.
    pub fn set_frozen(&mut self, frozen: bool) {
        if frozen == self.frozen {
            return;
        }
        self.frozen = frozen;
        self.tray.pin(frozen);
        if frozen {
            return;
        }
        if !self.active {
            self.end_flow();
        }
        let release = self.lengths.release;
        for voice in self.voices.iter_mut() {
            if voice.gate == Gate::Ended {
                voice.release(release);
            }
        }
    }

    /// In triggered and gated mode: `touch` starts the cue that is ready at sample
    /// `offset` of the next block rendered (clamped into it). Ignored in the other
    /// modes. A gated stroke that finds no cue waits for one until it ends.
    pub fn start(&mut self, offset: usize, touch: Touch) {
        if self.gestures.push(offset, Gesture::Start(touch)).is_err() {
            self.counts().add_triggers_dropped();
        }
    }

    /// In gated mode: the stroke of `key` ends at sample `offset` of the next block, and
    /// what it started is released. A key that nothing was started with is ignored.
    pub fn end(&mut self, offset: usize, key: u32) {
        if self.gestures.push(offset, Gesture::End { key }).is_ok() {
            return;
        }
        // Nothing may hang because too much happens at once: it ends a block too early.
        for _ in 0..self.gestures.forget(key) {
            self.counts().add_triggers_dropped();
        }
        self.end_stroke(key);
    }

    /// How hard the stroke of `key` presses from sample `offset` of the next block on,
    /// 0..=1: level and tone of what it holds follow within 15 ms. [`Touch::CONTINUOUS`]
    /// is what sounds in continuous mode.
    pub fn set_pressure(&mut self, offset: usize, key: u32, strength: f32) {
        self.press(offset, key, strength, false);
    }

    /// How hard the touch of `key` turned out to be, 0..=1: as
    /// [`set_pressure`](Self::set_pressure), but what was only struck follows as well.
    pub fn set_strength(&mut self, offset: usize, key: u32, strength: f32) {
        self.press(offset, key, strength, true);
    }

    fn press(&mut self, offset: usize, key: u32, strength: f32, struck: bool) {
        // Without room for it, the next one counts.
        let _ = self.gestures.push(
            offset,
            Gesture::Press {
                key,
                strength,
                struck,
            },
        );
    }

    /// In continuous mode [on the grid](PlayerSettings::on_grid): a new cue may crossfade
    /// in at sample `offset` of the next block.
    pub fn advance(&mut self, offset: usize) {
        if self.gestures.push(offset, Gesture::Advance).is_err() {
            self.counts().add_triggers_dropped();
        }
    }

    /// [Starts](Self::start) the cue that is ready, as hard as can be.
    pub fn trigger(&mut self, offset: usize) {
        let touch = Touch {
            key: 0,
            strength: 1.0,
        };
        self.start(offset, touch);
    }

    /// Silences everything at once, as when the host resets; armed cues stay, and so
    /// does whether it is frozen.
    pub fn reset(&mut self) {
        self.voices.clear();
        self.gestures.clear();
        self.waiting.clear();
        self.since_start = usize::MAX;
        self.return_spent();
    }

    /// Adds the next block to `left` and `right` (of one length, any length).
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len().min(right.len());
        if frames == 0 {
            return;
        }
        self.tray.receive(self.rate);
        let (mut at, mut told) = (0, 0);
        while at < frames {
            while let Some((offset, gesture)) = self.gestures.get(told)
                && offset.min(frames - 1) <= at
            {
                self.apply(gesture);
                told += 1;
            }
            self.follow_up();
            let next = self.gestures.get(told);
            let end = next.map_or(frames, |(offset, _)| offset.min(frames - 1));
            let run = (end - at).min(self.until_next());
            self.render_run(&mut left[at..at + run], &mut right[at..at + run]);
            at += run;
        }
        self.gestures.clear();
        self.return_spent();
    }

    /// The snippet that started last and still sounds.
    pub fn now_playing(&self) -> Option<NowPlaying> {
        let voice = self.voices.newest()?;
        let cue = self.tray.cue(voice.slot)?;
        Some(NowPlaying {
            serial: cue.serial,
            chunk: cue.chunk,
            position: Seconds(voice.position as f64 / self.rate.hz()),
            fade: voice.fade() as f32,
        })
    }

    /// True if a start would start something.
    pub fn is_ready(&self) -> bool {
        self.tray.armed().is_some()
    }

    /// What happened so far.
    pub fn counts(&self) -> &PlaybackCounts {
        self.tray.counts()
    }

    fn apply(&mut self, gesture: Gesture) {
        match gesture {
            Gesture::Start(touch) => self.begin_stroke(touch),
            Gesture::End { key } => self.end_stroke(key),
            Gesture::Press {
                key,
                strength,
                struck,
            } => self.follow_pressure(key, strength, struck),
            Gesture::Advance => {
                if self.settings.on_grid && self.wants_flow(self.lengths.early) {
                    self.start_flow();
                }
            }
        }
    }

    fn begin_stroke(&mut self, touch: Touch) {
        let gate = match self.settings.mode {
            Mode::Triggered => Gate::OneShot,
            Mode::Gated => Gate::Held,
            Mode::Off | Mode::Continuous => return,
        };
        if self.is_held_fast() {
            self.counts().add_ignored_frozen();
            return;
        }
        let slot = if self.frozen {
            self.tray.pinned()
        } else {
            self.tray.armed().map(|armed| armed.slot)
        };
        match slot {
            Some(slot) => self.play(slot, touch, gate),
            None => {
                self.counts().add_without_cue();
                if gate == Gate::Held {
                    self.waiting.push(touch, self.settings.voices());
                }
            }
        }
    }

    fn end_stroke(&mut self, key: u32) {
        self.waiting.remove(key);
        let fade = (!self.frozen).then_some(self.lengths.release);
        self.voices.end(key, fade);
    }

    fn follow_pressure(&mut self, key: u32, strength: f32, struck: bool) {
        if key == Touch::CONTINUOUS {
            self.pressure = strength;
        }
        self.waiting.press(key, strength);
        for voice in self.voices.iter_mut().filter(|voice| voice.key == key) {
            let follows = match voice.gate {
                Gate::Held | Gate::Flow => true,
                Gate::OneShot => struck && !voice.is_releasing(),
                Gate::Ended => false,
            };
            if follows {
                let length = self.lengths.follow;
                self.response
                    .follow(&mut voice.expression, strength, length);
            }
        }
    }

    fn end_flow(&mut self) {
        if self.settings.mode == Mode::Continuous {
            self.voices.release_all(self.lengths.crossfade);
        }
    }

    /// True if what sounds is frozen, so that nothing else starts.
    fn is_held_fast(&self) -> bool {
        self.frozen && self.voices.any_lasts()
    }

    /// What follows without being told: the next snippet of a stroke or of the flow,
    /// what is frozen again, a cue for those that wait for one.
    fn follow_up(&mut self) {
        for place in 0..VOICES {
            let voice = self.voices.get(place);
            if voice.is_some_and(|voice| self.is_carried(voice) && self.until_end(voice) == 0) {
                self.hand_on(place);
            }
        }
        while !self.waiting.is_empty() && !self.is_held_fast() {
            let Some(armed) = self.tray.follower() else {
                break;
            };
            if let Some(touch) = self.waiting.pop() {
                self.play(armed.slot, touch, Gate::Held);
            }
        }
        if !self.settings.on_grid && self.wants_flow(0) || self.flow_ends() {
            self.start_flow();
        }
    }

    /// True if something has to follow `voice` at its end.
    fn is_carried(&self, voice: &Voice) -> bool {
        voice.may_be_followed() && (self.frozen || voice.gate == Gate::Held)
    }

    fn until_end(&self, voice: &Voice) -> usize {
        let cue = self.tray.cue(voice.slot);
        cue.map_or(0, |cue| voice.until_end(cue))
    }

    /// The voice at `place` comes to its end: the next one crossfades in and inherits
    /// its stroke.
    fn hand_on(&mut self, place: usize) {
        let Some(voice) = self.voices.get_mut(place) else {
            return;
        };
        voice.followed = true;
        let voice = *voice;
        let rest = self.tray.cue(voice.slot).map_or(0, |cue| voice.rest(cue));
        let again = Some(voice.slot).filter(|slot| self.tray.is_whole(*slot));
        let next = self.tray.follower();
        let slot = if self.frozen {
            again.or(next.map(|armed| armed.slot))
        } else {
            let fresh = next.filter(|armed| armed.fresh).map(|armed| armed.slot);
            let again = again.filter(|slot| self.tray.is_valid(*slot));
            fresh.or(again).or(next.map(|armed| armed.slot))
        };
        let fades = (rest.max(self.lengths.steal), self.lengths.crossfade);
        let start = self.start_of(voice.key, voice.gate, voice.expression, fades);
        let goes_on = slot.is_some_and(|slot| {
            let is_new = slot != voice.slot;
            self.start_voice(slot, &start, None, is_new)
        });
        if !goes_on && voice.gate == Gate::Held {
            let (key, strength) = (voice.key, voice.expression.strength);
            self.waiting
                .push(Touch { key, strength }, self.settings.voices());
        }
    }

    /// Starts the cue in `slot` for `touch`.
    fn play(&mut self, slot: usize, touch: Touch, gate: Gate) {
        let (limit, lengths) = (self.settings.voices(), self.lengths);
        let mut release = None;
        if limit == 1 {
            self.waiting.clear();
            release = Some(lengths.release);
        } else {
            // One stroke of a key ends the one before.
            self.voices.end(touch.key, Some(lengths.release));
            let stolen = self.voices.leave_room(limit, lengths.steal);
            self.count_stolen(stolen);
        }
        let at_end = match gate {
            Gate::OneShot => lengths.release,
            _ => lengths.crossfade,
        };
        let expression = self.response.expression(touch.strength);
        let start = self.start_of(touch.key, gate, expression, (lengths.attack, at_end));
        self.start_voice(slot, &start, release, true);
    }

    fn start_of(
        &self,
        key: u32,
        gate: Gate,
        expression: Expression,
        (fade_in, fade_out): (usize, usize),
    ) -> Start {
        Start {
            key,
            gate,
            expression,
            fade_in,
            fade_out,
            handover: self.lengths.handover,
        }
    }

    /// Starts the cue in `slot`, and lets all else fade out within `release`; false if
    /// there is no voice for it. What is not `new` only goes on, of which the worker is
    /// not told.
    fn start_voice(
        &mut self,
        slot: usize,
        start: &Start,
        release: Option<usize>,
        new: bool,
    ) -> bool {
        let limit = self.settings.voices();
        let stolen = self.voices.thin_out(limit, self.lengths.steal);
        self.count_stolen(stolen);
        let Some(place) = self.voices.free() else {
            self.counts().add_without_voice();
            return false;
        };
        if let Some(release) = release {
            self.voices.release_all(release);
        }
        self.voices.start(place, &self.tray, slot, start);
        if new {
            self.tray.started(slot);
        } else {
            self.counts().add_repeated();
        }
        true
    }

    fn count_stolen(&self, stolen: usize) {
        for _ in 0..stolen {
            self.counts().add_stolen();
        }
    }

    /// Whether continuous mode may start something at all.
    fn flows(&self) -> bool {
        self.settings.mode == Mode::Continuous && self.active && !self.is_held_fast()
    }

    /// Whether continuous mode starts a snippet now, `early` samples before the
    /// interval is over at most.
    fn wants_flow(&self, early: usize) -> bool {
        let Some(armed) = self.tray.follower().filter(|_| self.flows()) else {
            return false;
        };
        self.voices.lead().is_none()
            || (armed.fresh && self.since_start.saturating_add(early) >= self.lengths.interval)
    }

    /// Whether continuous mode has to start a snippet as one ends.
    fn flow_ends(&self) -> bool {
        let lead = self.voices.lead().filter(|_| self.flows());
        lead.is_some_and(|lead| self.until_end(lead) == 0) && self.tray.follower().is_some()
    }

    /// Samples until something may have to follow; at least 1.
    fn until_next(&self) -> usize {
        let carried = self.voices.iter().filter(|voice| self.is_carried(voice));
        let mut samples = carried
            .map(|voice| self.until_end(voice))
            .min()
            .unwrap_or(usize::MAX);
        if let (Some(armed), Some(lead)) = (self.tray.armed(), self.voices.lead())
            && self.flows()
        {
            samples = samples.min(self.until_end(lead));
            if armed.fresh && !self.settings.on_grid {
                samples = samples.min(self.lengths.interval.saturating_sub(self.since_start));
            }
        }
        samples.max(1)
    }

    /// Continuous mode's start: against what sounds as a crossfade, else with
    /// the attack.
    fn start_flow(&mut self) {
        let frozen = self.frozen.then(|| self.tray.pinned()).flatten();
        let armed = self.tray.armed().map(|armed| armed.slot);
        let Some(slot) = frozen.or(armed) else { return };
        let crossfade = self.lengths.crossfade;
        let out_of_silence = self.voices.iter().next().is_none();
        let fade_in = if out_of_silence {
            self.lengths.attack
        } else {
            crossfade
        };
        let expression = self.response.expression(self.pressure);
        let fades = (fade_in, crossfade);
        let start = self.start_of(Touch::CONTINUOUS, Gate::Flow, expression, fades);
        if self.start_voice(slot, &start, Some(crossfade), true) {
            self.since_start = 0;
        }
    }

    fn render_run(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.settings.mode == Mode::Off {
            self.voices.release_all(self.lengths.crossfade);
        }
        self.voices.render(&self.tray, &self.curve, left, right);
        self.since_start = self.since_start.saturating_add(left.len());
    }

    fn return_spent(&mut self) {
        let sounding = self.voices.iter().map(|voice| voice.slot);
        self.tray.return_spent(sounding);
    }
}
