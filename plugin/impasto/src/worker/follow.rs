//! Following what is played: when to look, and what first.
//!
//! Offline the worker steps at every interval, whatever it takes, so that a render is
//! the same twice. In real time the newest window counts: all frames that came are taken
//! in and the worker steps once; the brush is embedded, searched with and cued before
//! the music is looked at.

use std::time::{Duration, Instant};

use crossbeam::channel::RecvTimeoutError;
use engine::translate::{BrushOutcome, Outcome};

use super::desk::Desk;
use super::stage::Stage;

/// While the editor is open, what it shows is to move; so are the parameters that the host
/// is told of from here, and what is asked for over the network is not to wait.
const SHOWN: Duration = Duration::from_millis(16);

/// While what was found is being decoded it is asked for so often, and for so long.
const AWAITED: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(100)];

/// Then, and while the editor waits to hear something.
const PATIENT: Duration = Duration::from_millis(10);

/// The longest that the host's and the editor's wishes wait while nothing is to be
/// refreshed.
const LONGEST: Duration = Duration::from_millis(50);

/// A cue may be so old before a late result is better than none: under a lasting
/// overload cues follow at the pace that the machine can keep.
const STALE: Duration = Duration::from_millis(500);

impl Desk {
    /// Sleeps until a message comes, or it is time to look at the rings.
    pub(super) fn wait(&mut self) {
        let begin = Instant::now();
        loop {
            let now = Instant::now();
            match self.messages.recv_timeout(self.pause(now)) {
                Ok(message) => {
                    self.take(message);
                    break;
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The owner stops before it lets go of its end.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LONGEST),
            }
            // Looking again is cheap, going round is not.
            let found = self.stage.as_ref().is_some_and(|stage| stage.waiting() > 0);
            let awaited = self.stage.as_ref().is_some_and(Stage::is_waiting);
            let now = Instant::now();
            if found || awaited || now.duration_since(begin) >= self.longest() {
                break;
            }
            self.pace.missed(now);
        }
        while let Ok(message) = self.messages.try_recv() {
            self.take(message);
        }
    }

    /// How long the rings may be looked at alone.
    fn longest(&self) -> Duration {
        if self.publisher.editor_open() || self.is_compatible() || self.is_listening() {
            SHOWN
        } else {
            LONGEST
        }
    }

    /// How long to sleep before the next look.
    fn pause(&self, now: Instant) -> Duration {
        let mut pause = self.longest();
        if let Some(stage) = &self.stage {
            if self.is_refresh_due(stage.waiting()) {
                return Duration::ZERO;
            }
            pause = pause.min(self.pace.pause(now, self.wanted_frames()));
            if stage.is_waiting() {
                let fresh = stage.fed().is_some_and(|fed| fed.elapsed() < AWAITED[1]);
                pause = pause.min(if fresh { AWAITED[0] } else { PATIENT });
            }
        }
        pause
    }

    /// Frames that are missing until the brush is to be embedded, if anyone waits for it.
    fn wanted_frames(&self) -> Option<usize> {
        let translator = self.translator.as_ref().filter(|_| self.brush_sounds)?;
        let interval = translator.settings().interval;
        Some(interval.saturating_sub(translator.brush_frames()).max(1))
    }

    /// Whether the brush is to be embedded now. Where frames come in bursts, as in long
    /// blocks of the host's, one more burst may be too long to wait for.
    fn is_refresh_due(&self, coming: usize) -> bool {
        let Some(translator) = &self.translator else {
            return false;
        };
        let (new, burst) = (translator.brush_frames() + coming, self.pace.burst());
        let interval = translator.settings().interval.max(1);
        new >= interval || (new > 0 && burst > 1 && new + burst > interval)
    }

    /// Takes in the frames that came, and finds what is to be cued.
    pub(super) fn follow_audio(&mut self) {
        let Some(mut stage) = self.stage.take() else {
            return;
        };
        if stage.take_reset() {
            self.forget_heard();
        }
        // Set before the frames of an offline render were sent, so known by now.
        let offline = self.link.is_offline();
        stage.set_offline(offline);
        self.hear_reports(&mut stage);
        self.hear_music(&mut stage);
        let started = self.note_starts(&mut stage);
        if offline {
            self.follow_offline(&mut stage);
        } else {
            self.follow_live(&mut stage, started);
        }
        let (failed, clips) = stage.follow_decoder();
        if let Some(error) = failed {
            self.view.warning = Some(error.to_string());
        }
        if let Some(clips) = clips {
            self.view.clips = clips;
        }
        self.view.dropped_frames = stage.dropped();
        self.follow_silence(&mut stage);
        self.stage = Some(stage);
    }

    fn follow_offline(&mut self, stage: &mut Stage) {
        while !self.shared.stopping() && self.take_frames(stage) {
            if self.translator.as_ref().is_some_and(|t| t.due()) {
                self.step(stage);
            }
        }
    }

    fn follow_live(&mut self, stage: &mut Stage, started: bool) {
        let wanted = self.wanted_frames();
        let mut taken = 0;
        while self.take_frames(stage) {
            taken += 1;
        }
        if taken > 0 {
            self.pace.found(Instant::now(), taken, wanted);
        }
        if self.is_refresh_due(0) {
            self.refresh(stage);
        } else if started {
            self.cue_next(stage);
        }
        if self.translator.as_ref().is_some_and(|t| t.music_due()) {
            self.follow_music();
        }
    }

    /// Takes in the next frames; false if there are none.
    fn take_frames(&mut self, stage: &mut Stage) -> bool {
        let Some((brush, music)) = stage.next_frames() else {
            return false;
        };
        if let Some(brush) = &brush {
            self.shown_brush.push(brush);
        }
        if let Some(translator) = &mut self.translator {
            if let Some(brush) = &brush {
                translator.push_brush(brush);
            }
            if let Some(music) = &music {
                translator.push_music(music);
            }
        }
        true
    }

    /// Takes over the parameters as they are now.
    fn follow_settings(&mut self, stage: &mut Stage) {
        let settings = self.settings();
        let Some(translator) = &mut self.translator else {
            return;
        };
        if translator.settings().fraction != settings.fraction {
            // What is cued may not belong to the pool any more.
            stage.clear();
        }
        if *translator.settings() != settings {
            translator.set_settings(settings);
        }
    }

    /// A whole step, for a render.
    fn step(&mut self, stage: &mut Stage) {
        self.follow_settings(stage);
        let Some(translator) = &mut self.translator else {
            return;
        };
        let outcome = translator.step(translator.pending());
        stage.follow_pool(translator.pool());
        match outcome {
            Ok(outcome) => {
                self.take_music(&outcome);
                self.view.pool = outcome.pool_size;
                self.brush_sounds = outcome.brush.sounding;
                self.feed(stage, &outcome.snippets);
            }
            Err(error) => self.view.warning = Some(error.to_string()),
        }
        self.note_starts(stage);
    }

    /// The brush's half of a step, as soon as its frames are there. What is older than
    /// the next refresh is late, and not cued unless there is nothing else.
    fn refresh(&mut self, stage: &mut Stage) {
        self.follow_settings(stage);
        let Some(translator) = &mut self.translator else {
            return;
        };
        let interval = translator.settings().interval;
        let outcome = translator.step_brush();
        stage.follow_pool(translator.pool());
        let late = stage.waiting() > interval;
        self.view.late_cues += u64::from(late);
        let stale = || stage.fed().is_none_or(|fed| fed.elapsed() > STALE);
        let drop = late && stage.has_cue() && !stale();
        self.take_brush(stage, outcome, drop);
        self.note_starts(stage);
    }

    /// What a snippet that began to sound was is held back, so another is next.
    fn cue_next(&mut self, stage: &mut Stage) {
        if let Some(translator) = &mut self.translator {
            let outcome = translator.search_again();
            self.take_brush(stage, outcome, false);
        }
    }

    fn take_brush(&mut self, stage: &mut Stage, outcome: engine::Result<BrushOutcome>, drop: bool) {
        match outcome {
            Ok(outcome) => {
                self.view.pool = outcome.pool_size;
                self.brush_sounds = outcome.brush.sounding;
                if !drop {
                    self.feed(stage, &outcome.snippets);
                }
            }
            Err(error) => self.view.warning = Some(error.to_string()),
        }
    }

    fn feed(&mut self, stage: &mut Stage, snippets: &[engine::retrieval::Hit]) {
        if let Some(error) = stage.feed(snippets) {
            self.view.warning = Some(error.to_string());
        }
    }

    /// The music's half of a step.
    fn follow_music(&mut self) {
        let Some(translator) = &mut self.translator else {
            return;
        };
        match translator.step_music(translator.pending()) {
            Ok(outcome) => self.take_music(&outcome),
            Err(error) => self.view.warning = Some(error.to_string()),
        }
    }

    fn take_music(&mut self, outcome: &Outcome) {
        self.take_signals(outcome);
        self.view.congruity = outcome.congruity;
        self.follow_suggestion(outcome.suggested_painting.as_ref());
    }

    /// Notes what began to sound: it is held back, listed and told. True if anything did.
    fn note_starts(&mut self, stage: &mut Stage) -> bool {
        let starts = stage.collect();
        for start in &starts {
            self.note_start(start);
        }
        !starts.is_empty()
    }
}
