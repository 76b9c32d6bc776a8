//! Some chunks of a track, without an index.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::{Error, Result};
use crate::units::Seconds;

use super::Reason;
use super::chunker::{Chunker, MelOf, Piece};
use super::decode::{Limits, decode_16k_mono};

/// Chunks kept for each one that is wanted: with fewer, they can't be spread evenly.
const SPARE: usize = 4;

/// Chunks of one track, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Where each begins.
    pub starts: Vec<Seconds>,
    /// Their network inputs one after the other, as
    /// [`Embedder::embed`](crate::inference::Embedder::embed) takes them.
    pub mel: Vec<f32>,
}

/// At most `most` (at least 1) of the chunks that an index of the track would hold,
/// spread evenly over it; `None` if `goes_on` broke it off. Memory does not depend on the
/// track's length.
///
/// # Errors
/// [`Error::Audio`] if the track can't be decoded, or has no chunk that sounds.
pub fn sample(
    path: &Path,
    most: usize,
    goes_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<Sample>> {
    let mut thinned = Thinned::new(most.max(1));
    let mut chunker = Chunker::new();
    let decoded = decode_16k_mono(path, Limits::default(), &mut |samples| {
        chunker.push(samples, &mut |piece, mel| thinned.take(piece, mel));
        goes_on()
    })?;
    if decoded.stopped {
        return Ok(None);
    }
    chunker.finish(&mut |piece, mel| thinned.take(piece, mel));
    let silent = thinned.silent;
    let sample = thinned.finish();
    if sample.starts.is_empty() {
        return Err(Error::Audio {
            path: path.to_owned(),
            reason: if silent {
                Reason::Silent
            } else {
                Reason::Empty
            },
        });
    }
    Ok(Some(sample))
}

/// Every `stride`-th chunk; the stride doubles when [`SPARE`] times as many are kept as
/// are wanted, since how many will come is not known before the track's end.
struct Thinned {
    most: usize,
    stride: usize,
    seen: usize,
    silent: bool,
    kept: Vec<(Seconds, Vec<f32>)>,
}

impl Thinned {
    fn new(most: usize) -> Self {
        Self {
            most,
            stride: 1,
            seen: 0,
            silent: false,
            kept: Vec::new(),
        }
    }

    fn take(&mut self, piece: Piece, mel: MelOf<'_>) {
        if piece.is_silent() {
            self.silent = true;
            return;
        }
        if self.seen.is_multiple_of(self.stride) {
            let mut values = Vec::new();
            mel.append_to(&mut values);
            self.kept.push((piece.start, values));
        }
        self.seen += 1;
        if self.kept.len() > SPARE * self.most {
            let mut even = false;
            self.kept.retain(|_| {
                even = !even;
                even
            });
            self.stride *= 2;
        }
    }

    fn finish(self) -> Sample {
        let (kept, most) = (self.kept.len(), self.most.min(self.kept.len()));
        let mut sample = Sample::default();
        for place in 0..most {
            // The middle of each of `most` equal parts.
            let (start, mel) = &self.kept[(2 * place + 1) * kept / (2 * most)];
            sample.starts.push(*start);
            sample.mel.extend_from_slice(mel);
        }
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::super::chunker::MEL_LEN;
    use super::*;
    use crate::analysis::CHUNK_SAMPLES;

    /// `count` chunks of noise, all alike but those of digital silence.
    fn starts(count: usize, most: usize, silent: &[usize]) -> Vec<f64> {
        let mut chunker = Chunker::new();
        let mut thinned = Thinned::new(most);
        for chunk in 0..count {
            let level = if silent.contains(&chunk) { 0.0 } else { 0.1 };
            let samples = vec![level; CHUNK_SAMPLES];
            chunker.push(&samples, &mut |piece, mel| thinned.take(piece, mel));
        }
        chunker.finish(&mut |piece, mel| thinned.take(piece, mel));
        let sample = thinned.finish();
        assert_eq!(sample.mel.len(), sample.starts.len() * MEL_LEN);
        sample.starts.iter().map(|start| start.0 / 4.0).collect()
    }

    #[test]
    fn all_chunks_of_a_short_track() {
        assert_eq!(starts(3, 16, &[]), [0.0, 1.0, 2.0]);
        assert_eq!(starts(4, 16, &[1, 3]), [0.0, 2.0]);
        assert_eq!(starts(2, 16, &[0, 1]), [0.0; 0]);
    }

    #[test]
    fn chunks_are_spread_evenly_over_a_long_track() {
        assert_eq!(starts(9, 1, &[]), [4.0]);
        for count in [5, 8, 9, 17, 40, 67] {
            let starts = starts(count, 4, &[]);
            assert_eq!(starts.len(), 4, "{count}");
            let part = count as f64 / 4.0;
            for (place, start) in starts.iter().enumerate() {
                let (from, to) = (place as f64 * part, (place + 1) as f64 * part);
                assert!(
                    (from - 1.5..to + 1.5).contains(start),
                    "{count}: {start} not in {from}..{to}"
                );
            }
        }
    }
}
