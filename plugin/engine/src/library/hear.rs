//! Pieces of a recording to features, without an index.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::Result;
use crate::inference::{Embedder, MusicFeatures};
use crate::units::{SampleRate, Seconds};

use super::chunker::{Chunker, MelOf, Piece};
use super::decode::{Limits, decode_16k_mono};

/// A part of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Where it begins.
    pub start: Seconds,
    /// Where it ends; `None`: with the recording.
    pub end: Option<Seconds>,
}

impl Span {
    /// All of a recording.
    pub const WHOLE: Self = Self {
        start: Seconds(0.0),
        end: None,
    };

    /// First sample and the one after the last, at the analysis rate.
    fn samples(&self) -> (u64, u64) {
        let at = |seconds: Seconds| (seconds.0.max(0.0) * SampleRate::ANALYSIS.hz()).round() as u64;
        (at(self.start), self.end.map_or(u64::MAX, at))
    }
}

/// The features of the chunks of each of `spans`, as the index would cut them from a
/// file that holds that part alone. Chunks that are silent are left out, so a part may
/// come out empty. The recording is decoded once, and not past the last span.
///
/// `goes_on` gets how far into the recording the work is; `None` if it broke it off.
///
/// # Errors
/// [`Error::Audio`](crate::Error::Audio) if the recording can't be decoded,
/// [`Error::Network`](crate::Error::Network).
pub fn hear(
    path: &Path,
    spans: &[Span],
    embedder: &mut dyn Embedder,
    goes_on: &mut dyn FnMut(Seconds) -> ControlFlow<()>,
) -> Result<Option<Vec<Vec<MusicFeatures>>>> {
    let mut parts: Vec<Part> = spans.iter().map(Part::new).collect();
    let last = parts.iter().map(|part| part.last).max().unwrap_or(0);
    let (mut at, mut broken_off, mut failed) = (0u64, false, Ok(()));
    decode_16k_mono(path, Limits::default(), &mut |samples| {
        for part in &mut parts {
            if failed.is_ok() {
                failed = part.push(at, samples, embedder);
            }
        }
        at += samples.len() as u64;
        broken_off = goes_on(Seconds(at as f64 / SampleRate::ANALYSIS.hz())).is_break();
        match broken_off || failed.is_err() || at >= last {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    failed?;
    if broken_off {
        return Ok(None);
    }
    let features = parts.into_iter().map(|part| part.finish(embedder));
    features.collect::<Result<_>>().map(Some)
}

/// One span on its way.
struct Part {
    first: u64,
    last: u64,
    chunker: Chunker,
    features: Vec<MusicFeatures>,
}

impl Part {
    fn new(span: &Span) -> Self {
        let (first, last) = span.samples();
        Self {
            first,
            last,
            chunker: Chunker::new(),
            features: Vec::new(),
        }
    }

    /// Takes what of `samples`, which begin at `at`, lies in the span.
    fn push(&mut self, at: u64, samples: &[f32], embedder: &mut dyn Embedder) -> Result<()> {
        let place = |sample: u64| sample.saturating_sub(at).min(samples.len() as u64) as usize;
        let inside = place(self.first)..place(self.last);
        if inside.is_empty() {
            return Ok(());
        }
        let (mut result, features) = (Ok(()), &mut self.features);
        self.chunker.push(&samples[inside], &mut |piece, mel| {
            if result.is_ok() {
                result = embed(piece, mel, embedder, features);
            }
        });
        result
    }

    fn finish(mut self, embedder: &mut dyn Embedder) -> Result<Vec<MusicFeatures>> {
        let (mut result, features) = (Ok(()), &mut self.features);
        self.chunker.finish(&mut |piece, mel| {
            if result.is_ok() {
                result = embed(piece, mel, embedder, features);
            }
        });
        result.map(|()| self.features)
    }
}

fn embed(
    piece: Piece,
    mel: MelOf<'_>,
    embedder: &mut dyn Embedder,
    features: &mut Vec<MusicFeatures>,
) -> Result<()> {
    if !piece.is_silent() {
        let mut input = Vec::new();
        mel.append_to(&mut input);
        features.extend(embedder.embed(&input, 1)?);
    }
    Ok(())
}
