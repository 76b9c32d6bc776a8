//! From a file of music to the points of its chunks.

use std::ops::ControlFlow;
use std::path::Path;

use super::ChunkEncoder;
use crate::Result;
use crate::inference::Placing;
use crate::library::decode::{Limits, decode_mono};
use crate::units::Seconds;

/// Length of a chunk (paper, §3).
pub(super) const CHUNK: Seconds = Seconds(4.0);

/// The points of the chunks of the file at `path` that begin at `starts`, in ascending
/// order. The file is decoded once more, at the encoder's rate.
pub(super) fn place(
    encoder: &mut ChunkEncoder,
    path: &Path,
    starts: &[Seconds],
    goes_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Placing> {
    let mut cutter = Cutter {
        rate: encoder.rate.hz(),
        len: encoder.chunk_len(),
        starts,
        samples: Vec::new(),
        first: 0,
    };
    let mut points = Vec::with_capacity(starts.len());
    let mut failed = None;
    let decoded = decode_mono(path, encoder.rate, Limits::default(), &mut |samples| {
        cutter.samples.extend_from_slice(samples);
        while let Some(chunk) = cutter.next(false) {
            match encoder.point(&encoder.listener.inputs(&chunk)) {
                Ok(point) => points.push(point),
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            goes_on()?;
        }
        // What lies behind the last chunk need not be decoded.
        match cutter.starts {
            [] => ControlFlow::Break(()),
            _ => goes_on(),
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    if decoded.stopped && points.len() < starts.len() {
        return Ok(Placing::Stopped);
    }
    while let Some(chunk) = cutter.next(true) {
        points.push(encoder.point(&encoder.listener.inputs(&chunk))?);
    }
    Ok(Placing::Points(points))
}

/// Cuts chunks out of samples as they come.
struct Cutter<'a> {
    rate: f64,
    len: usize,
    /// Of the chunks that are not cut yet.
    starts: &'a [Seconds],
    samples: Vec<f32>,
    /// The place of the first of them in the file.
    first: usize,
}

impl Cutter<'_> {
    /// The next chunk, once all of it is there; at the file's `end` also a shorter one.
    fn next(&mut self, end: bool) -> Option<Vec<f32>> {
        let (start, rest) = self.starts.split_first()?;
        let begin = (start.0 * self.rate).round() as usize;
        let gone = begin.saturating_sub(self.first).min(self.samples.len());
        self.samples.drain(..gone);
        self.first += gone;
        let there = self.samples.len() >= self.len && self.first == begin;
        if !there && !end {
            return None;
        }
        self.starts = rest;
        let mut chunk = self.samples[..self.len.min(self.samples.len())].to_vec();
        if chunk.is_empty() {
            // The track is a little shorter at this rate.
            chunk.push(0.0);
        }
        Some(chunk)
    }
}
