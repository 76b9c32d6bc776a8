//! The last 4 s of frames: the networks' live input.

use super::{BANDS, FLOOR_DB, FRAMES, MelFrame};

/// A signal none of whose bands exceeds this level, in dB, is silent. White noise
/// at an RMS of -64 dBFS reads this much at its loudest within 4 s.
pub const SILENCE_DB: f32 = -70.0;

/// The last [`FRAMES`] frames. What is older than the first frame pushed reads
/// [`FLOOR_DB`], as if there had been silence before.
#[derive(Clone)]
pub struct MelWindow {
    frames: Box<[MelFrame]>,
    /// Where the next frame goes, which is where the oldest one is.
    next: usize,
    len: usize,
}

impl Default for MelWindow {
    fn default() -> Self {
        Self::new()
    }
}

impl MelWindow {
    /// An empty window.
    pub fn new() -> Self {
        Self {
            frames: vec![[FLOOR_DB; BANDS]; FRAMES].into_boxed_slice(),
            next: 0,
            len: 0,
        }
    }

    /// Appends a frame; the oldest one goes once the window is full.
    pub fn push(&mut self, frame: &MelFrame) {
        self.frames[self.next] = *frame;
        self.next = (self.next + 1) % FRAMES;
        self.len = (self.len + 1).min(FRAMES);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.frames.fill([FLOOR_DB; BANDS]);
        (self.next, self.len) = (0, 0);
    }

    /// Frames held, at most [`FRAMES`].
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no frame has come yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The window's frames, the oldest first; always [`FRAMES`] of them.
    pub fn frames(&self) -> impl Iterator<Item = &MelFrame> {
        let (newer, older) = self.frames.split_at(self.next);
        older.iter().chain(newer)
    }

    /// Writes the audio network's input: [`BANDS`] rows of [`FRAMES`] values in
    /// dB, the oldest first.
    ///
    /// # Panics
    /// If `out` is not [`BANDS`] × [`FRAMES`] long.
    pub fn write_input(&self, out: &mut [f32]) {
        assert_eq!(out.len(), BANDS * FRAMES, "length of the network's input");
        for (column, frame) in self.frames().enumerate() {
            for (band, &db) in frame.iter().enumerate() {
                out[band * FRAMES + column] = db;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(n: usize) -> MelFrame {
        std::array::from_fn(|band| -(band as f32) + n as f32 / 1000.0)
    }

    #[track_caller]
    fn check(pushed: usize) {
        let mut window = MelWindow::new();
        (0..pushed).for_each(|n| window.push(&frame(n)));
        assert_eq!(window.len(), pushed.min(FRAMES));
        let mut input = vec![f32::NAN; BANDS * FRAMES];
        window.write_input(&mut input);
        for column in 0..FRAMES {
            let expected = (pushed + column)
                .checked_sub(FRAMES)
                .map_or([FLOOR_DB; BANDS], frame);
            for band in 0..BANDS {
                assert_eq!(input[band * FRAMES + column], expected[band]);
            }
        }
    }

    #[test]
    fn input_is_the_newest_frames_band_by_band() {
        [0, 1, 2, FRAMES - 1, FRAMES, FRAMES + 1, 3 * FRAMES + 7]
            .into_iter()
            .for_each(check);
    }

    #[test]
    fn what_was_cleared_reads_as_silence() {
        let mut window = MelWindow::new();
        assert!(window.is_empty());
        (0..10).for_each(|_| window.push(&[-20.0; BANDS]));
        assert_eq!(window.len(), 10);
        window.clear();
        assert!(window.is_empty());
        assert!(window.frames().flatten().all(|&db| db == FLOOR_DB));
    }
}
