//! An audio file, opened: container, codec and tags behind one small face.
//!
//! Whatever a file holds, what comes out is a run of stereo frames or a
//! [`Reason`]. The decoders are pure Rust; should one panic on a damaged file,
//! that is a reason too.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as StreamError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{
    FormatOptions, FormatReader, SeekMode, SeekTo, TrackType, well_known as formats,
};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::{MetadataOptions, StandardTag, StandardVisualKey, Tag};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Time, TimeBase};

use crate::units::Seconds;

use super::Reason;
use super::clip_reader::Pulse;
use super::codec_name::codec_name;
use super::drm;
use super::fold::Fold;

/// Rates that music is stored at, with room on both sides.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=768_000;
/// More channels than any layout in use.
const MAX_CHANNELS: usize = 64;
/// A stream in which more packets than this are damaged is not played.
const MAX_BAD_SHARE: f64 = 0.1;
/// Before a seek's target, so that decoders whose packets lean on earlier
/// ones (mp3's bit reservoir, overlapping windows) are in step at the target.
const WARM_UP: Seconds = Seconds(0.25);
/// Longer names are cut.
const MAX_TAG_CHARS: usize = 300;

/// Frames that were decoded together.
pub(super) struct Block<'a> {
    /// Where they begin, in frames from the track's start.
    pub(super) at: u64,
    /// Left and right.
    pub(super) frames: &'a [[f32; 2]],
}

/// An opened audio file, read from front to back.
pub(super) struct Source {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: Option<TimeBase>,
    /// Frames a coded block; above one, container seeks are not to be trusted
    /// for uncompressed containers.
    frames_per_block: u64,
    /// Whether the same place sounds the same whatever was decoded before. Not AAC: the
    /// noise that it puts in the place of noise is drawn on.
    repeats: bool,
    /// What the header promises; only where it is not an estimate.
    promised: Option<Seconds>,
    /// As `promised`, or an estimate.
    announced: Option<Seconds>,
    title: Option<String>,
    artist: Option<String>,
    rate: u32,
    channels: usize,
    fold: Fold,
    /// Decoded frames that were not taken yet.
    frames: Vec<[f32; 2]>,
    interleaved: Vec<f32>,
    /// Where the frames in hand begin, in frames from the start.
    position: u64,
    primed: bool,
    /// Next packet's place is to be read from its time stamp.
    resync: bool,
    good: u64,
    bad: u64,
    damage: Option<String>,
    cut_off: bool,
    ended: bool,
}

impl Source {
    /// Opens the file and decodes its first frames.
    pub(super) fn open(path: &Path) -> Result<Self, Reason> {
        Self::open_watched(path, None)
    }

    /// As [`Self::open`]; `pulse` beats with each read that comes back.
    pub(super) fn open_watched(path: &Path, pulse: Option<Arc<Pulse>>) -> Result<Self, Reason> {
        guarded(|| {
            let mut source = Self::probe(path, pulse)?;
            source.prime()?;
            Ok(source)
        })
    }

    fn container(path: &Path, pulse: Option<Arc<Pulse>>) -> Result<Box<dyn FormatReader>, Reason> {
        // Before it is opened: a pipe would have us wait for whoever writes to it.
        let meta = fs::metadata(path).map_err(|e| Reason::from_io(&e))?;
        if !meta.is_file() {
            return Err(Reason::Unreadable("not a file".to_owned()));
        }
        let mut file = File::open(path).map_err(|e| Reason::from_io(&e))?;
        if meta.len() == 0 {
            return Err(Reason::Empty);
        }
        if let Some(kind) = drm::protection(&mut file) {
            return Err(Reason::Protected(kind));
        }
        file.rewind().map_err(|e| Reason::from_io(&e))?;
        let stream = MediaSourceStream::new(
            Box::new(Budgeted::new(file, meta.len(), pulse)),
            Default::default(),
        );
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
            hint.with_extension(extension);
        }
        symphonia::default::get_probe()
            .probe(
                &hint,
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(refused)
    }

    /// The picture that the file carries, as it is stored: its front cover, or else the
    /// first. Nothing is decoded.
    pub(super) fn picture(path: &Path) -> Result<Option<Box<[u8]>>, Reason> {
        guarded(|| Ok(front_cover(Self::container(path, None)?.as_mut())))
    }

    fn probe(path: &Path, pulse: Option<Arc<Pulse>>) -> Result<Self, Reason> {
        let mut format = Self::container(path, pulse)?;
        let (title, artist) = tags(format.as_mut());
        let track = format
            .default_track(TrackType::Audio)
            .ok_or(Reason::NoAudio)?;
        let codec = track
            .codec_params
            .as_ref()
            .and_then(|c| c.audio())
            .ok_or(Reason::NoAudio)?;
        // Before a decoder takes memory for each of them.
        let channels = codec
            .channels
            .as_ref()
            .map_or(0, |channels| channels.count());
        if channels > MAX_CHANNELS {
            return Err(Reason::UnsupportedCodec(format!("{channels} channels")));
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(codec, &AudioDecoderOptions::default())
            .map_err(|_| Reason::UnsupportedCodec(codec_name(codec.codec)))?;
        let announced = track
            .duration
            .zip(track.time_base)
            .and_then(|(duration, base)| base.calc_duration(duration))
            .map(|time| Seconds(time.as_secs_f64()));
        // A bare MPEG or ADTS stream has no header: its length is guessed from
        // the bit rate, unless an encoder left its delay beside the length.
        let bare = matches!(
            format.format_info().format,
            formats::FORMAT_ID_MP1
                | formats::FORMAT_ID_MP2
                | formats::FORMAT_ID_MP3
                | formats::FORMAT_ID_ADTS
        );
        let promised = announced.filter(|_| !bare || track.delay.is_some());
        Ok(Self {
            track: track.id,
            time_base: track.time_base,
            frames_per_block: codec.frames_per_block.unwrap_or(1),
            repeats: codec.codec != CODEC_ID_AAC,
            promised,
            announced,
            title,
            artist,
            format,
            decoder,
            rate: 0,
            channels: 0,
            fold: Fold::new(&Default::default()),
            frames: Vec::new(),
            interleaved: Vec::new(),
            position: 0,
            primed: false,
            resync: false,
            good: 0,
            bad: 0,
            damage: None,
            cut_off: false,
            ended: false,
        })
    }

    /// The rate and the layout are the decoder's, not the header's: they can
    /// differ, and only the decoder's are true.
    fn prime(&mut self) -> Result<(), Reason> {
        while self.frames.is_empty() && !self.ended {
            self.decode_packet()?;
        }
        self.primed = true;
        if self.good == 0 {
            self.check_end(Seconds(0.0))?;
            return Err(Reason::Empty);
        }
        Ok(())
    }

    /// In hertz.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// As stored.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// What the header says or the container guesses.
    pub(super) fn announced(&self) -> Option<Seconds> {
        self.announced
    }

    /// From the tags: title and artist.
    pub(super) fn names(&mut self) -> (Option<String>, Option<String>) {
        let (title, artist) = tags(self.format.as_mut());
        (self.title.take().or(title), self.artist.take().or(artist))
    }

    /// The next frames; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Block<'_>>, Reason> {
        if !self.primed {
            self.position += self.frames.len() as u64;
            self.frames.clear();
        }
        self.primed = false;
        guarded(|| {
            while self.frames.is_empty() && !self.ended {
                self.decode_packet()?;
            }
            Ok(())
        })?;
        let (at, frames) = (self.position, self.frames.as_slice());
        Ok((!frames.is_empty()).then_some(Block { at, frames }))
    }

    /// After the end, with what was decoded: was that the file the header
    /// promised, and was enough of it whole?
    pub(super) fn check_end(&self, read: Seconds) -> Result<(), Reason> {
        let packets = self.good + self.bad;
        if self.bad as f64 > MAX_BAD_SHARE * packets as f64 {
            let what = self.damage.as_deref().unwrap_or("no packet can be decoded");
            return Err(Reason::Corrupt(format!(
                "{} of {packets} packets: {what}",
                self.bad
            )));
        }
        let promised = self.promised;
        // Encoder delays, rounding and lost last blocks are no damage.
        let missing = |p: Seconds| p.0 - read.0 > 0.5 + 0.005 * p.0;
        if promised.is_some_and(missing) || (self.cut_off && read.0 == 0.0) {
            return Err(Reason::Truncated { read, promised });
        }
        Ok(())
    }

    /// Whether `frame` was not gone past yet, and sounds as in a file just opened.
    pub(super) fn reaches(&self, frame: u64) -> bool {
        let taken = if self.primed { 0 } else { self.frames.len() };
        self.repeats && !self.ended && self.position + taken as u64 <= frame
    }

    /// Goes to a frame at or before `frame`; the next [`Source::next`] says which.
    pub(super) fn seek(&mut self, frame: u64) -> Result<(), Reason> {
        let warm_up = (WARM_UP.0 * f64::from(self.rate)) as u64;
        let target = frame.saturating_sub(warm_up);
        if target <= self.position || self.frames_per_block > 1 {
            return Ok(());
        }
        let seconds = target as f64 / f64::from(self.rate);
        let Some(time) = Time::try_from_secs_f64(seconds) else {
            return Ok(());
        };
        guarded(|| {
            let to = SeekTo::Time {
                time,
                track_id: Some(self.track),
            };
            match self.format.seek(SeekMode::Accurate, to) {
                Ok(_) => {
                    self.decoder.reset();
                    self.frames.clear();
                    self.primed = false;
                    self.resync = true;
                    self.ended = false;
                    Ok(())
                }
                Err(StreamError::SeekError(_)) => Err(Reason::Truncated {
                    read: self.announced.unwrap_or_default(),
                    promised: Some(Seconds(frame as f64 / f64::from(self.rate))),
                }),
                Err(error) => Err(refused(error)),
            }
        })
    }

    /// Reads one packet of the track; appends its frames or sets `ended`.
    fn decode_packet(&mut self) -> Result<(), Reason> {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => {
                self.ended = true;
                return Ok(());
            }
            Err(StreamError::IoError(error))
                if error.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                self.ended = true;
                self.cut_off = true;
                return Ok(());
            }
            Err(StreamError::ResetRequired) => {
                return Err(Reason::Corrupt(
                    "the stream begins anew in its middle".to_owned(),
                ));
            }
            Err(error) => return Err(refused(error)),
        };
        if packet.track_id != self.track {
            return Ok(());
        }
        match self.decoder.decode(&packet) {
            Ok(buffer) => {
                let spec = buffer.spec();
                let (rate, channels) = (spec.rate(), spec.channels().count());
                if !RATES.contains(&rate) {
                    return Err(Reason::UnsupportedCodec(format!("{rate} Hz")));
                }
                if channels == 0 || channels > MAX_CHANNELS {
                    return Err(Reason::UnsupportedCodec(format!("{channels} channels")));
                }
                if self.rate != 0 && (self.rate, self.channels) != (rate, channels) {
                    let what = "the rate or the channels change in its middle";
                    return Err(Reason::Corrupt(what.to_owned()));
                }
                if self.rate == 0 {
                    self.fold = Fold::new(spec.channels());
                }
                (self.rate, self.channels) = (rate, channels);
                self.good += 1;
                self.interleaved.resize(buffer.samples_interleaved(), 0.0);
                buffer.copy_to_slice_interleaved(&mut self.interleaved);
                self.fold.extend(&self.interleaved, &mut self.frames);
                self.place(&packet);
                Ok(())
            }
            // Damage in one packet: the next may be whole.
            Err(StreamError::DecodeError(what)) => self.skip(what.to_owned()),
            Err(StreamError::IoError(error)) => self.skip(error.to_string()),
            Err(error) => Err(refused(error)),
        }
    }

    fn skip(&mut self, damage: String) -> Result<(), Reason> {
        self.bad += 1;
        self.damage = Some(damage);
        Ok(())
    }

    /// After a seek: the frames' place, from the packet's time stamp.
    fn place(&mut self, packet: &Packet) {
        if !self.resync || self.frames.is_empty() {
            return;
        }
        self.resync = false;
        let stamp = packet.pts.saturating_add(packet.trim_start);
        if let Some(time) = self.time_base.and_then(|base| base.calc_time(stamp)) {
            let frame = time.as_secs_f64() * f64::from(self.rate);
            self.position = frame.round().max(0.0) as u64;
        }
    }
}

/// Title and artist from all that the container has said so far.
fn tags(format: &mut dyn FormatReader) -> (Option<String>, Option<String>) {
    let (mut title, mut artist) = (None, None);
    let mut log = format.metadata();
    loop {
        if let Some(revision) = log.current() {
            let per_track = revision.per_track.iter().flat_map(|t| &t.metadata.tags);
            for tag in revision.media.tags.iter().chain(per_track) {
                take_tag(tag, &mut title, &mut artist);
            }
        }
        if log.is_latest() {
            return (title, artist);
        }
        log.pop();
    }
}

/// The picture to show of all that the container has said so far.
fn front_cover(format: &mut dyn FormatReader) -> Option<Box<[u8]>> {
    let (mut front, mut first) = (None, None);
    let mut log = format.metadata();
    loop {
        if let Some(revision) = log.current() {
            let per_track = revision.per_track.iter().flat_map(|t| &t.metadata.visuals);
            for visual in revision.media.visuals.iter().chain(per_track) {
                let is_front = visual.usage == Some(StandardVisualKey::FrontCover);
                let slot = if is_front { &mut front } else { &mut first };
                slot.get_or_insert_with(|| visual.data.clone());
            }
        }
        if log.is_latest() {
            return front.or(first);
        }
        log.pop();
    }
}

fn take_tag(tag: &Tag, title: &mut Option<String>, artist: &mut Option<String>) {
    let (slot, text) = match &tag.std {
        Some(StandardTag::TrackTitle(text)) => (title, text),
        Some(StandardTag::Artist(text)) => (artist, text),
        _ => return,
    };
    let text: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_TAG_CHARS)
        .collect();
    let text = text.trim();
    if slot.is_none() && !text.is_empty() {
        *slot = Some(text.to_owned());
    }
}

/// What the container says, as a reason.
fn refused(error: StreamError) -> Reason {
    match error {
        StreamError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Reason::Truncated {
                read: Seconds(0.0),
                promised: None,
            }
        }
        StreamError::IoError(error) => Reason::from_io(&error),
        StreamError::Unsupported(what) => Reason::UnknownFormat(what.to_owned()),
        StreamError::DecodeError(what) | StreamError::LimitError(what) => {
            Reason::Corrupt(what.to_owned())
        }
        error => Reason::Corrupt(error.to_string()),
    }
}

/// Turns a decoder's panic into a reason.
fn guarded<T>(work: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
    // A source that has panicked is dropped by its user, who gets an error:
    // nobody sees the state that the panic has left.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Reason::DecoderFailed(
            text.unwrap_or_else(|| "panic".to_owned()),
        ))
    })
}

/// A file that stops giving bytes when far more were read than it has: a
/// damaged container must not send the demuxer round in circles for ever.
struct Budgeted {
    file: File,
    len: u64,
    left: u64,
    pulse: Option<Arc<Pulse>>,
}

impl Budgeted {
    fn new(file: File, len: u64, pulse: Option<Arc<Pulse>>) -> Self {
        let left = len.saturating_mul(16).saturating_add(64 << 20);
        Self {
            file,
            len,
            left,
            pulse,
        }
    }
}

impl Read for Budgeted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Err(std::io::Error::other("the container leads in circles"));
        }
        let read = self.file.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        if let Some(pulse) = &self.pulse {
            pulse.beat();
        }
        Ok(read)
    }
}

impl Seek for Budgeted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

impl MediaSource for Budgeted {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}
