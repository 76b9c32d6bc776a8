//! A session as a folder: the snippets cut out of the composer's own files, and markers
//! that say when they were heard.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::super::{Entry, Event, Session, Snippet};
use super::{Missing, Progress, csv, json, markers, midi};
use crate::library::StereoClip;
use crate::library::decode::{decode_stereo, stored_as};
use crate::units::{SampleRate, Seconds};
use crate::{Error, Result};

/// How long a snippet is (paper, section 3).
const LENGTH: Seconds = Seconds(4.0);

/// Characters of a title in a file's name at most.
const TITLE: usize = 60;

/// A chunk of a track, whatever its number was when it was played.
type Key<'a> = (&'a str, u64);

fn key(snippet: &Snippet) -> Key<'_> {
    (&snippet.track, snippet.start.to_bits())
}

/// Writes all into `folder`: how many snippets were cut, and what is missing. `None` if it
/// was broken off.
pub(super) fn write(
    session: &Session,
    folder: &Path,
    progress: &mut Progress<'_>,
) -> Result<Option<(usize, Vec<Missing>)>> {
    let file = |name: &str| {
        let path = folder.join(name);
        File::create_new(&path).map_err(Error::io(&path))
    };
    let at = |name: &str| Error::io(folder.join(name));
    csv::write(session, file("events.csv")?).map_err(at("events.csv"))?;
    json::write(session, file("session.json")?).map_err(at("session.json"))?;
    markers::write(session, folder)?;
    midi::write(session, folder)?;
    let Some(cut) = cut_all(session, folder, progress)? else {
        return Ok(None);
    };
    table(session, &cut, file("snippets.csv")?).map_err(at("snippets.csv"))?;
    if !cut.missing.is_empty() {
        let lines = cut.missing.iter();
        let lines = lines.map(|m| format!("{}\n    {}\n", m.track.display(), m.reason));
        let path = folder.join("missing.txt");
        fs::write(&path, lines.collect::<String>()).map_err(Error::io(&path))?;
    }
    Ok(Some((cut.files.len(), cut.missing)))
}

/// What was cut.
struct Cut<'a> {
    /// The file's path from the folder on, for each chunk.
    files: HashMap<Key<'a>, String>,
    missing: Vec<Missing>,
}

/// Cuts each chunk once, in the order of their first sounding.
fn cut_all<'a>(
    session: &'a Session,
    folder: &Path,
    progress: &mut Progress<'_>,
) -> Result<Option<Cut<'a>>> {
    let mut chunks: Vec<&Snippet> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (_, snippet) in snippets(session) {
        if known.insert(key(snippet)) {
            chunks.push(snippet);
        }
    }
    let place = folder.join("snippets");
    fs::create_dir(&place).map_err(Error::io(&place))?;
    let mut cut = Cut {
        files: HashMap::new(),
        missing: Vec::new(),
    };
    for (done, snippet) in chunks.iter().enumerate() {
        if let ControlFlow::Break(()) = progress(done as f64 / chunks.len() as f64) {
            return Ok(None);
        }
        let track = PathBuf::from(&snippet.track);
        // A track that is gone is gone for all its snippets.
        if cut.missing.iter().any(|missing| missing.track == track) {
            continue;
        }
        match cut_one(&track, Seconds(snippet.start)) {
            Ok((clip, channels)) => {
                let name = file_name(cut.files.len() + 1, snippet);
                write_wav(&place.join(&name), &clip, channels)?;
                cut.files.insert(key(snippet), format!("snippets/{name}"));
            }
            Err(error) => cut.missing.push(Missing {
                track,
                reason: error.to_string(),
            }),
        }
    }
    Ok(Some(cut))
}

/// All snippets, in the order in which they sounded.
pub(super) fn snippets(session: &Session) -> impl Iterator<Item = (&Entry, &Snippet)> {
    session
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Snippet(snippet) => Some((entry, snippet)),
            _ => None,
        })
}

/// At the rate that the track is stored at, so that nothing is computed anew.
fn cut_one(track: &Path, start: Seconds) -> Result<(StereoClip, usize)> {
    let stored = stored_as(track)?;
    let clip = decode_stereo(track, start, LENGTH, stored.rate)?;
    Ok((clip, stored.channels))
}

/// 32-bit float, so that nothing is rounded or cut off; one channel if the track has one.
fn write_wav(path: &Path, clip: &StereoClip, channels: usize) -> Result<()> {
    let io = |error: hound::Error| {
        let error = match error {
            hound::Error::IoError(error) => error,
            other => std::io::Error::other(other),
        };
        Error::io(path)(error)
    };
    let file = File::create_new(path).map_err(Error::io(path))?;
    let spec = WavSpec {
        channels: if channels == 1 { 1 } else { 2 },
        sample_rate: whole(clip.rate),
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut wav = WavWriter::new(BufWriter::new(file), spec).map_err(io)?;
    for (left, right) in clip.left.iter().zip(&clip.right) {
        wav.write_sample(*left).map_err(io)?;
        if channels != 1 {
            wav.write_sample(*right).map_err(io)?;
        }
    }
    wav.finalize().map_err(io)
}

fn whole(rate: SampleRate) -> u32 {
    rate.hz().round() as u32
}

/// Such as `0007 Harbour 1m20.000s.wav`: on every system a name, and in order.
fn file_name(number: usize, snippet: &Snippet) -> String {
    let safe = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() => '-',
        letter => letter,
    };
    let title: String = snippet.title.chars().take(TITLE).map(safe).collect();
    let (minutes, seconds) = (
        (snippet.start / 60.0).floor(),
        snippet.start.rem_euclid(60.0),
    );
    format!("{number:04} {} {minutes}m{seconds:06.3}s.wav", title.trim())
}

/// When each snippet was heard, and which file it is.
fn table(session: &Session, cut: &Cut<'_>, file: File) -> std::io::Result<()> {
    let mut out = BufWriter::new(file);
    let mut names = vec!["t", "utc"];
    let host = super::super::HostTime::default();
    names.extend(csv::host_cells(&host).map(|(name, _)| name));
    names.extend([
        "file", "title", "track", "start", "length", "distance", "score",
    ]);
    csv::row(&mut out, names.into_iter().map(str::to_owned))?;
    for (entry, snippet) in snippets(session) {
        let mut cells = vec![entry.t.to_string(), entry.utc.clone()];
        match &entry.host {
            Some(host) => cells.extend(csv::host_cells(host).map(|(_, cell)| cell)),
            None => cells.extend(vec![String::new(); 8]),
        }
        cells.extend([
            csv::optional(cut.files.get(&key(snippet))),
            snippet.title.clone(),
            snippet.track.clone(),
            snippet.start.to_string(),
            LENGTH.0.to_string(),
            csv::optional(snippet.distance),
            csv::optional(snippet.score),
        ]);
        csv::row(&mut out, cells.into_iter())?;
    }
    out.into_inner()?.sync_all()
}
