//! Files of music to samples: streaming for the index, pieces for playback.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::{Error, Result};
use crate::units::{SampleRate, Seconds};

use super::Reason;
use super::clip::StereoClip;
use super::clip_reader::whole_hertz;
use super::resample::{Resampler, gcd};
use super::source::{Block, Source};

/// Extensions of files that are tried, in lower case. Those that no decoder
/// takes are among them so that their owner learns why they are not played.
pub const EXTENSIONS: [&str; 16] = [
    "wav", "wave", "aif", "aiff", "aifc", "flac", "mp3", "ogg", "oga", "m4a", "m4b", "m4p", "aac",
    "opus", "wma", "ape",
];

/// What a file may ask of the indexer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Longer recordings are refused: they are usually session tapes.
    pub duration: Seconds,
}

impl Default for Limits {
    /// Six hours.
    fn default() -> Self {
        Self {
            duration: Seconds(6.0 * 3600.0),
        }
    }
}

/// What was learnt while decoding a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// From the tags.
    pub title: Option<String>,
    /// From the tags.
    pub artist: Option<String>,
    /// What was decoded; the whole file unless the sink broke off.
    pub duration: Seconds,
    /// As stored.
    pub rate: SampleRate,
    /// As stored.
    pub channels: usize,
    /// Whether the sink broke off.
    pub stopped: bool,
}

/// Decodes a file to 16 kHz mono and gives the samples to `sink` in blocks as
/// they come. Memory does not depend on the file's length.
///
/// # Errors
///
/// [`Error::Audio`] with the [`Reason`]. A file that turns out truncated or
/// damaged says so at its end, after the sink has had its good part.
pub fn decode_16k_mono(
    path: &Path,
    limits: Limits,
    sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> Result<Decoded> {
    decode_mono(path, SampleRate::ANALYSIS, limits, sink)
}

/// As [`decode_16k_mono`], at `rate` (rounded to whole hertz).
///
/// # Errors
///
/// As [`decode_16k_mono`].
pub fn decode_mono(
    path: &Path,
    rate: SampleRate,
    limits: Limits,
    sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> Result<Decoded> {
    mono(path, rate, limits, sink).map_err(|reason| Error::Audio {
        path: path.to_owned(),
        reason,
    })
}

fn mono(
    path: &Path,
    to: SampleRate,
    limits: Limits,
    sink: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
) -> std::result::Result<Decoded, Reason> {
    let too_long = Reason::TooLong {
        limit: limits.duration,
    };
    let mut source = Source::open(path)?;
    if source.announced().is_some_and(|d| d > limits.duration) {
        return Err(too_long);
    }
    let rate = source.rate();
    let to = to.hz().round().clamp(1.0, 1e6) as u32;
    let mut resampler = Resampler::new(rate, to, 1).map_err(Reason::DecoderFailed)?;
    let limit = (limits.duration.0 * f64::from(rate)) as u64;
    let mut block = Vec::new();
    let mut frames = 0;
    let mut flow = ControlFlow::Continue(());
    let mut emit = |samples: &[f32]| {
        if flow.is_continue() && !samples.is_empty() {
            flow = sink(samples);
        }
        flow.is_break()
    };
    let mut stopped = false;
    while let Some(stereo) = source.next()? {
        block.clear();
        block.extend(
            stereo
                .frames
                .iter()
                .map(|[left, right]| 0.5 * (left + right)),
        );
        frames += block.len() as u64;
        if frames > limit {
            return Err(too_long);
        }
        let mut give = |samples: &[f32]| stopped = emit(samples);
        resampler
            .push(&block, &mut give)
            .map_err(Reason::DecoderFailed)?;
        if stopped {
            break;
        }
    }
    let duration = Seconds(frames as f64 / f64::from(rate));
    if !stopped {
        let mut give = |samples: &[f32]| stopped = emit(samples);
        resampler.finish(&mut give).map_err(Reason::DecoderFailed)?;
        source.check_end(duration)?;
    }
    let (title, artist) = source.names();
    let rate = SampleRate::new(f64::from(rate)).unwrap_or(SampleRate::ANALYSIS);
    Ok(Decoded {
        title,
        artist,
        duration,
        rate,
        channels: source.channels(),
        stopped,
    })
}

/// How a file is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stored {
    /// Of the samples.
    pub rate: SampleRate,
    /// As many as there are.
    pub channels: usize,
    /// As its header says, which may be an estimate; `None` where it says nothing.
    pub duration: Option<Seconds>,
}

/// How the file at `path` is stored, by its header alone.
///
/// # Errors
///
/// [`Error::Audio`] with the [`Reason`].
pub fn stored_as(path: &Path) -> Result<Stored> {
    let source = Source::open(path).map_err(|reason| Error::Audio {
        path: path.to_owned(),
        reason,
    })?;
    let rate = SampleRate::new(f64::from(source.rate()));
    Ok(Stored {
        // A file without a rate is refused when it is opened.
        rate: rate.unwrap_or(SampleRate::ANALYSIS),
        channels: source.channels(),
        duration: source.announced(),
    })
}

/// Decodes `len` of a file from `start` on, in stereo, at `rate` (rounded to
/// whole hertz). Where the track ends earlier, the clip is shorter.
///
/// # Errors
///
/// [`Error::Audio`] with the [`Reason`]; one that ends before `start` reads as
/// [`Reason::Truncated`].
pub fn decode_stereo(
    path: &Path,
    start: Seconds,
    len: Seconds,
    rate: SampleRate,
) -> Result<StereoClip> {
    stereo(path, start, len, rate).map_err(|reason| Error::Audio {
        path: path.to_owned(),
        reason,
    })
}

fn stereo(
    path: &Path,
    start: Seconds,
    len: Seconds,
    rate: SampleRate,
) -> std::result::Result<StereoClip, Reason> {
    clip_of(&mut Source::open(path)?, start, len, rate)
}

/// As [`decode_stereo`], from a source that has not gone past the clip's beginning.
pub(super) fn clip_of(
    source: &mut Source,
    start: Seconds,
    len: Seconds,
    rate: SampleRate,
) -> std::result::Result<StereoClip, Reason> {
    let to = whole_hertz(rate);
    let span = Span::new(start, len, source.rate(), to);
    source.seek(span.first)?;
    let mut resampler = Resampler::new(source.rate(), to, 2).map_err(Reason::DecoderFailed)?;
    let mut clip = StereoClip {
        rate,
        left: Vec::new(),
        right: Vec::new(),
    };
    let mut skip = span.lead_out;
    let mut emit = |samples: &[f32]| {
        let frames = samples.chunks_exact(2);
        let dropped = skip.min(frames.len());
        skip -= dropped;
        let room = span.len_out - clip.left.len();
        for frame in frames.skip(dropped).take(room) {
            clip.left.push(frame[0]);
            clip.right.push(frame[1]);
        }
    };
    let mut end = 0;
    while let Some(Block { at, frames }) = source.next()? {
        end = at + frames.len() as u64;
        let from = span.first.saturating_sub(at).min(frames.len() as u64) as usize;
        let to = span.last.saturating_sub(at).min(frames.len() as u64) as usize;
        if from < to {
            let wanted = frames[from..to].as_flattened();
            resampler
                .push(wanted, &mut emit)
                .map_err(Reason::DecoderFailed)?;
        }
        if end >= span.last {
            break;
        }
    }
    resampler.finish(&mut emit).map_err(Reason::DecoderFailed)?;
    if clip.is_empty() && span.len_out > 0 {
        let read = Seconds(end as f64 / f64::from(source.rate()));
        return Err(Reason::Truncated {
            read,
            promised: Some(start),
        });
    }
    Ok(clip)
}

/// Which frames of the file make a clip.
///
/// The resampler gets frames before and after the clip, where the track has
/// them, so that the clip's edges are those of the track and not of a cut.
pub(super) struct Span {
    /// First frame to feed.
    first: u64,
    /// Past the last frame to feed.
    last: u64,
    /// Frames at the new rate that lie before the clip.
    lead_out: usize,
    /// Frames at the new rate of the clip.
    len_out: usize,
}

impl Span {
    const MARGIN: Seconds = Seconds(0.15);

    /// Of `len` from `start` on, in a file at `from` hertz, to be played at `to`.
    pub(super) fn new(start: Seconds, len: Seconds, from: u32, to: u32) -> Self {
        let frames = |s: Seconds| (s.0.max(0.0) * f64::from(from)).round() as u64;
        let begin = frames(start);
        // A whole number of frames at both rates lies between the first frame
        // and the clip, so that the clip begins on a frame at the new rate.
        let step = u64::from(from / gcd(from, to));
        let mut lead = frames(Self::MARGIN).next_multiple_of(step);
        if lead > begin {
            lead = begin - begin % step;
        }
        Self {
            first: begin - lead,
            last: begin + frames(len) + frames(Self::MARGIN),
            lead_out: (lead * u64::from(to) / u64::from(from)) as usize,
            len_out: (len.0.max(0.0) * f64::from(to)).round() as usize,
        }
    }

    /// First frame of the file that is needed.
    pub(super) fn first(&self) -> u64 {
        self.first
    }
}
