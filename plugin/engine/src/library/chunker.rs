//! Cuts a track's samples into chunks as they come.

use crate::analysis::{BANDS, CHUNK_SAMPLES, FRAMES, mel::Mel};
use crate::units::{SampleRate, Seconds};

use super::SILENCE_DB;

/// Values of one chunk's network input.
pub(super) const MEL_LEN: usize = BANDS * FRAMES;

/// The track's last piece is kept from half a chunk on: less would be mostly
/// the silence that fills it up.
const SHORTEST: usize = CHUNK_SAMPLES / 2;

/// Four seconds of a track, before they are embedded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) start: Seconds,
    /// Over the samples that the track has.
    pub(super) rms_db: f32,
}

impl Piece {
    /// Too quiet to be in the pool.
    pub(super) fn is_silent(&self) -> bool {
        self.rms_db < SILENCE_DB
    }
}

/// Takes samples at 16 kHz and gives chunks one after the other. Of the last
/// one, half a chunk must be there, unless it is the track's only one; zeros
/// fill it up.
pub(super) struct Chunker {
    mel: Mel,
    /// From the next chunk's first sample on.
    samples: Vec<f32>,
    cut: u64,
}

impl Chunker {
    pub(super) fn new() -> Self {
        Self {
            mel: Mel::new(),
            samples: Vec::new(),
            cut: 0,
        }
    }

    /// Samples that a chunk's frames read: the last ones reach past its end.
    fn reach(&self) -> usize {
        CHUNK_SAMPLES + self.mel.window_len()
    }

    /// Takes samples; gives each complete chunk to `sink`, which asks for its
    /// mel frames by the second argument where it wants them.
    pub(super) fn push(&mut self, samples: &[f32], sink: &mut impl FnMut(Piece, MelOf<'_>)) {
        self.samples.extend_from_slice(samples);
        while self.samples.len() >= self.reach() {
            self.cut(CHUNK_SAMPLES, sink);
        }
    }

    /// At the track's end.
    pub(super) fn finish(&mut self, sink: &mut impl FnMut(Piece, MelOf<'_>)) {
        if self.samples.len() >= CHUNK_SAMPLES {
            self.cut(CHUNK_SAMPLES, sink);
        }
        let left = self.samples.len();
        if left >= SHORTEST || (left > 0 && self.cut == 0) {
            self.cut(left, sink);
        }
        self.samples.clear();
    }

    fn cut(&mut self, len: usize, sink: &mut impl FnMut(Piece, MelOf<'_>)) {
        let start = self.cut as f64 * CHUNK_SAMPLES as f64 / SampleRate::ANALYSIS.hz();
        let piece = Piece {
            start: Seconds(start),
            rms_db: rms_db(&self.samples[..len]),
        };
        sink(
            piece,
            MelOf {
                mel: &mut self.mel,
                samples: &self.samples,
            },
        );
        self.samples.drain(..len);
        self.cut += 1;
    }
}

/// The mel frames of a chunk, made when asked for.
pub(super) struct MelOf<'a> {
    mel: &'a mut Mel,
    samples: &'a [f32],
}

impl MelOf<'_> {
    /// Appends [`MEL_LEN`] values.
    pub(super) fn append_to(self, out: &mut Vec<f32>) {
        self.mel.chunk(self.samples, 0, out);
    }
}

/// Root mean square in dBFS; -200 for digital silence.
fn rms_db(samples: &[f32]) -> f32 {
    let sum: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    let power = sum / samples.len().max(1) as f64;
    (10.0 * power.max(1e-20).log10()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(samples: &[f32], block: usize) -> (Vec<Piece>, Vec<f32>) {
        let (mut pieces, mut mels) = (Vec::new(), Vec::new());
        let mut sink = |piece: Piece, mel: MelOf<'_>| {
            pieces.push(piece);
            mel.append_to(&mut mels);
        };
        let mut chunker = Chunker::new();
        for part in samples.chunks(block) {
            chunker.push(part, &mut sink);
        }
        chunker.finish(&mut sink);
        (pieces, mels)
    }

    fn starts(len: usize) -> Vec<f64> {
        let (pieces, _) = pieces(&vec![0.1; len], 5000);
        pieces.iter().map(|p| p.start.0).collect()
    }

    #[test]
    fn the_last_piece_is_kept_from_two_seconds_on() {
        assert_eq!(starts(0), [0.0; 0]);
        assert_eq!(starts(10), [0.0]);
        assert_eq!(starts(64_000), [0.0]);
        assert_eq!(starts(64_000 + 31_999), [0.0]);
        assert_eq!(starts(64_000 + 32_000), [0.0, 4.0]);
        assert_eq!(starts(128_000 + 600), [0.0, 4.0]);
        assert_eq!(starts(192_000 - 1), [0.0, 4.0, 8.0]);
    }

    #[test]
    fn blocks_do_not_matter_and_frames_read_on() {
        let noise: Vec<f32> = (0..150_000u32)
            .map(|k| (k.wrapping_mul(2_654_435_761) >> 8) as f32 / 1.7e7)
            .collect();
        let (whole, mels) = pieces(&noise, usize::MAX);
        assert_eq!(pieces(&noise, 777), (whole, mels.clone()));
        let mut expected = Vec::new();
        for start in [0, 64_000] {
            Mel::new().chunk(&noise, start, &mut expected);
        }
        assert_eq!(mels, expected);
    }

    #[test]
    fn levels() {
        let (one, _) = pieces(&[0.1; 64_000], 64_000);
        assert!((one[0].rms_db + 20.0).abs() < 1e-3);
        assert!(!one[0].is_silent());
        let (one, _) = pieces(&[0.000_9; 64_000], 64_000);
        assert!(one[0].is_silent());
        let (one, _) = pieces(&[0.0; 100], 64_000);
        assert!(one[0].is_silent());
    }
}
