//! The last minute of music, as the networks hear it.

use std::collections::VecDeque;

use engine::units::{SampleRate, Seconds};
use rtrb::Consumer;

/// How much is remembered.
const LENGTH: usize = 60 * RATE;

/// At 16 kHz.
const RATE: usize = 16_000;

/// Music is looked at in pieces as long as this: a tenth of a second.
const PIECE: usize = RATE / 10;

/// A piece below this level, in dB of full scale, is silent: that of the library.
const SILENCE_DB: f32 = engine::library::SILENCE_DB;

/// Silence longer than this is left out: a breath is music, a walk to the mouse is not.
const BREATH: usize = 2 * RATE;

/// What the networks hear at once: less says nothing.
const LEAST: usize = 4 * RATE;

/// The music that was heard last, silence left out.
#[derive(Default)]
pub(super) struct MusicMemory {
    heard: VecDeque<f32>,
    /// Of the piece that is not whole yet.
    piece: Vec<f32>,
    /// Silent samples at the end.
    silent: usize,
}

impl MusicMemory {
    /// Takes all that came.
    pub(super) fn hear(&mut self, music: &mut Consumer<f32>) {
        let count = music.slots();
        let Ok(chunk) = music.read_chunk(count) else {
            return;
        };
        self.take(chunk.into_iter());
    }

    fn take(&mut self, samples: impl Iterator<Item = f32>) {
        for sample in samples {
            self.piece.push(sample);
            if self.piece.len() == PIECE {
                self.end_piece();
            }
        }
    }

    fn end_piece(&mut self) {
        let energy: f32 = self.piece.iter().map(|x| x * x).sum();
        let level = 10.0 * (energy / PIECE as f32).max(1e-12).log10();
        let is_silent = level < SILENCE_DB;
        let silent = if is_silent { self.silent + PIECE } else { 0 };
        if silent <= BREATH && (!is_silent || !self.heard.is_empty()) {
            self.silent = silent;
            let over = (self.heard.len() + PIECE).saturating_sub(LENGTH);
            self.heard.drain(..over);
            self.heard.extend(&self.piece);
        }
        self.piece.clear();
    }

    /// How much music there is, without the silence at its end.
    pub(super) fn length(&self) -> Seconds {
        Seconds((self.heard.len() - self.silent) as f64 / SampleRate::ANALYSIS.hz())
    }

    /// Whether a pair can be made of it.
    pub(super) fn is_enough(&self) -> bool {
        self.heard.len() - self.silent >= LEAST
    }

    /// A copy of it, oldest first.
    pub(super) fn last_minute(&self) -> Vec<f32> {
        let end = self.heard.len() - self.silent;
        self.heard.range(..end).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: usize, level: f32) -> impl Iterator<Item = f32> {
        (0..seconds * RATE).map(move |n| level * (n as f32 * 0.3).sin())
    }

    #[test]
    fn a_minute_is_kept_and_no_more() {
        let mut memory = MusicMemory::default();
        memory.take(tone(3, 0.5));
        assert!(!memory.is_enough());
        memory.take(tone(87, 0.25));
        assert_eq!(memory.length(), Seconds(60.0));
        let kept = memory.last_minute();
        assert_eq!(kept.len(), LENGTH);
        let whole: Vec<f32> = tone(3, 0.5).chain(tone(87, 0.25)).collect();
        assert_eq!(kept, whole[30 * RATE..]);
    }

    #[test]
    fn breaths_are_music_and_a_walk_is_not() {
        let mut memory = MusicMemory::default();
        memory.take(tone(10, 0.0));
        assert_eq!(memory.length(), Seconds(0.0));
        memory.take(tone(5, 0.5));
        memory.take(tone(1, 0.0));
        memory.take(tone(5, 0.5));
        assert_eq!(memory.length(), Seconds(11.0));
        memory.take(tone(300, 0.0001));
        assert_eq!(memory.length(), Seconds(11.0), "without what follows");
        memory.take(tone(5, 0.5));
        assert_eq!(
            memory.length(),
            Seconds(18.0),
            "two seconds of the rest are kept"
        );
    }
}
