//! One signal as the worker hears it.

use crate::Result;
use crate::analysis::{BANDS, FLOOR_DB, FRAMES, MelFrame, MelWindow};
use crate::inference::{Embedder, MusicFeatures};

use super::settings::{Settings, frames_in};
use crate::units::Seconds;

/// A signal that sounds counts as silent once no band comes within this of
/// where it began to sound: a decay does not flicker at the threshold.
pub const HYSTERESIS_DB: f32 = 6.0;

/// And only after this long: the gaps between strokes are no silence.
const HOLD: Seconds = Seconds(0.25);

/// What is known of a signal now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Whether it sounds.
    pub sounding: bool,
    /// The loudest band of the last frame, in dB; a full-scale sine reads 0.
    pub level_db: f32,
    /// Frames of sound among the last 4 s.
    pub sound_frames: usize,
}

/// What becomes of what was heard once the signal is silent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// It is nothing then: silence says nothing of the music.
    Forgets,
    /// It stands: the stroke after a pause is to find a cue. Before the first sound
    /// it is the silence itself, so that even the first stroke finds one.
    Keeps,
}

/// The last 4 s of a signal, whether it sounds, and what the network made of
/// it.
pub(super) struct Ear {
    memory: Memory,
    window: MelWindow,
    input: Vec<f32>,
    level_db: f32,
    sounding: bool,
    /// Frames since the last that was loud enough to keep sounding.
    quiet: usize,
    /// For each frame of the window, whether it sounded; the next is replaced
    /// at `next`.
    sounded: Box<[bool; FRAMES]>,
    next: usize,
    sound_frames: usize,
    /// Frames since the last look.
    new: usize,
    /// Frames since `features` were made of sound; `None` if they never were.
    age: Option<usize>,
    features: Option<MusicFeatures>,
}

impl Ear {
    pub(super) fn new(memory: Memory) -> Self {
        Self {
            memory,
            window: MelWindow::new(),
            input: vec![FLOOR_DB; BANDS * FRAMES],
            level_db: FLOOR_DB,
            sounding: false,
            quiet: 0,
            sounded: Box::new([false; FRAMES]),
            next: 0,
            sound_frames: 0,
            new: 0,
            age: None,
            features: None,
        }
    }

    pub(super) fn push(&mut self, frame: &MelFrame, silence_db: f32) {
        self.window.push(frame);
        self.level_db = frame.iter().copied().fold(FLOOR_DB, f32::max);
        self.gate(silence_db);
        let loud = self.sounding && self.quiet == 0;
        let before = std::mem::replace(&mut self.sounded[self.next], loud);
        self.next = (self.next + 1) % FRAMES;
        self.sound_frames += usize::from(loud);
        self.sound_frames -= usize::from(before);
        self.new += 1;
        self.age = self.age.map(|age| age.saturating_add(1));
    }

    fn gate(&mut self, silence_db: f32) {
        let threshold = if self.sounding {
            silence_db - HYSTERESIS_DB
        } else {
            silence_db
        };
        if self.level_db >= threshold {
            self.sounding = true;
            self.quiet = 0;
        } else {
            self.quiet = self.quiet.saturating_add(1);
            self.sounding &= self.quiet < frames_in(HOLD);
        }
    }

    /// Frames since the last look.
    pub(super) fn new_frames(&self) -> usize {
        self.new
    }

    /// Embeds the window if `interval` frames have come, at least 1; true if it
    /// looked. What was found is in [`features`](Self::features). Nothing new is
    /// found if it is not `wanted`, while the signal is silent, or before enough of
    /// it has been heard; what was found before then goes by the [`Memory`].
    pub(super) fn look(
        &mut self,
        embedder: &mut dyn Embedder,
        settings: &Settings,
        interval: usize,
        wanted: bool,
    ) -> Result<bool> {
        if self.new < interval.max(1) {
            return Ok(false);
        }
        self.new = 0;
        let enough = self.sound_frames >= settings.min_sound_frames();
        if self.memory == Memory::Forgets {
            self.features = None;
        }
        let first = self.memory == Memory::Keeps && self.features.is_none();
        let sound = self.sounding && enough;
        if wanted && (first || sound) {
            self.window.write_input(&mut self.input);
            self.features = embedder.embed(&self.input, 1)?.pop();
            self.age = sound.then_some(0);
        }
        Ok(true)
    }

    pub(super) fn features(&self) -> Option<&MusicFeatures> {
        self.features.as_ref()
    }

    /// How many frames ago the sound ended that [`features`](Self::features) are of;
    /// `None` if they are of silence.
    pub(super) fn age(&self) -> Option<usize> {
        self.age.filter(|_| self.features.is_some())
    }

    /// The window that [`features`](Self::features) are of, as the network had it.
    pub(super) fn input(&self) -> &[f32] {
        &self.input
    }

    pub(super) fn heard(&self) -> Heard {
        Heard {
            sounding: self.sounding,
            level_db: self.level_db,
            sound_frames: self.sound_frames,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ear: &mut Ear, frames: usize, level_db: f32, sounding: bool, sound_frames: usize) {
        for _ in 0..frames {
            ear.push(&[level_db; BANDS], -70.0);
        }
        let heard = ear.heard();
        assert_eq!(
            (heard.sounding, heard.sound_frames),
            (sounding, sound_frames)
        );
    }

    #[test]
    fn the_gate_has_hysteresis_in_level_and_time() {
        let mut ear = Ear::new(Memory::Forgets);
        check(&mut ear, 10, -73.0, false, 0); // below where it opens
        check(&mut ear, 1, -70.0, true, 1);
        check(&mut ear, 9, -73.0, true, 10); // above where it closes
        check(&mut ear, 19, -80.0, true, 10); // held: no sound, no silence yet
        check(&mut ear, 1, -80.0, false, 10);
        check(&mut ear, 1, -20.0, true, 11);
        check(&mut ear, FRAMES, -100.0, false, 0); // out of the window
    }
}
