//! Markers as text: labels for Audacity, and a table that REAPER's region and marker
//! manager imports.
//!
//! Audacity's labels are `begin TAB end TAB text` in seconds. REAPER's table has the columns
//! `#,Name,Start,End,Length`, regions `R1`, markers `M1`; its times are read in the project's
//! unit, of which minutes and seconds are the usual one.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::{Entry, Event, HostTime, Session};
use super::csv::quoted;
use crate::{Error, Result};

/// What a marker says and where it is.
pub(super) struct Marker {
    /// In seconds.
    pub(super) begin: f64,
    /// In seconds; `None`: a moment.
    pub(super) length: Option<f64>,
    pub(super) text: String,
}

/// A snippet sounds this long if nothing ends it.
const SNIPPET: f64 = 4.0;

pub(super) fn write(session: &Session, folder: &Path) -> Result<()> {
    let put = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(Error::io(&path))
    };
    let of_session = markers(session, |entry| Some(entry.t));
    put("labels.txt", labels(&of_session))?;
    put("markers.csv", reaper(&of_session))?;
    let of_song = markers(session, |entry| entry.host.as_ref().and_then(moving));
    if !of_song.is_empty() {
        put("labels in the song.txt", labels(&of_song))?;
        put("markers in the song.csv", reaper(&of_song))?;
    }
    Ok(())
}

/// Where in the song it is, if the song moves.
fn moving(host: &HostTime) -> Option<f64> {
    host.seconds.filter(|_| host.playing)
}

/// Snippets, paintings and what was held, at the times that `at` gives.
pub(super) fn markers(session: &Session, at: impl Fn(&Entry) -> Option<f64>) -> Vec<Marker> {
    let mut markers = Vec::new();
    for entry in &session.entries {
        let Some((text, length)) = text(&entry.event) else {
            continue;
        };
        if let Some(begin) = at(entry) {
            markers.push(Marker {
                begin: begin.max(0.0),
                length,
                text,
            });
        }
    }
    markers.sort_by(|a, b| a.begin.total_cmp(&b.begin));
    markers
}

fn text(event: &Event) -> Option<(String, Option<f64>)> {
    Some(match event {
        Event::Snippet(snippet) => {
            let (minutes, seconds) = ((snippet.start / 60.0).floor(), snippet.start % 60.0);
            let place = format!("{minutes}:{seconds:04.1}");
            (format!("{} at {place}", snippet.title), Some(SNIPPET))
        }
        Event::Painting { name, .. } => {
            let name = name.as_deref().unwrap_or("none");
            (format!("painting: {name}"), None)
        }
        Event::Freeze { on: true } => ("freeze".to_owned(), None),
        Event::Freeze { on: false } => ("freeze ends".to_owned(), None),
        Event::Head { name, .. } => {
            let name = name.as_deref().unwrap_or("shipped");
            (format!("head: {name}"), None)
        }
        _ => return None,
    })
}

/// On one line.
fn one_line(text: &str) -> String {
    text.replace(|letter: char| letter.is_control(), " ")
}

fn labels(markers: &[Marker]) -> String {
    let mut out = String::new();
    for marker in markers {
        let end = marker.begin + marker.length.unwrap_or(0.0);
        let text = one_line(&marker.text);
        // A string takes everything.
        let _ = writeln!(out, "{:.6}\t{end:.6}\t{text}", marker.begin);
    }
    out
}

fn reaper(markers: &[Marker]) -> String {
    let mut out = "#,Name,Start,End,Length\n".to_owned();
    let (mut regions, mut points) = (0, 0);
    for marker in markers {
        let (name, begin) = (quoted(&one_line(&marker.text)), clock(marker.begin));
        let _ = match marker.length {
            Some(length) => {
                regions += 1;
                let (end, length) = (clock(marker.begin + length), clock(length));
                writeln!(out, "R{regions},{name},{begin},{end},{length}")
            }
            None => {
                points += 1;
                writeln!(out, "M{points},{name},{begin},,")
            }
        };
    }
    out
}

/// Minutes and seconds, to the millisecond.
fn clock(seconds: f64) -> String {
    let milliseconds = (seconds * 1e3).round().max(0.0) as u64;
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
    format!("{minutes}:{:02}.{:03}", rest / 1000, rest % 1000)
}
