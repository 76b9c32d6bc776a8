//! A session as a table (RFC 4180): a row for each event, with the columns of all kinds.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Result, Write};

use super::super::{Entry, Event, HostTime, Session};

/// The columns of every table, before those of the parts of congruity.
const COLUMNS: [&str; 24] = [
    "event",
    "t",
    "utc",
    "bar",
    "beat",
    "quarters",
    "tempo",
    "signature",
    "host_seconds",
    "host_samples",
    "playing",
    "strength",
    "length",
    "track",
    "title",
    "start",
    "chunk",
    "distance",
    "score",
    "path",
    "name",
    "on",
    "count",
    "congruity",
];

pub(super) fn write(session: &Session, file: File) -> Result<()> {
    let parts = parts(session);
    let mut out = BufWriter::new(file);
    let names = parts.iter().map(|part| format!("part_{part}"));
    let header = COLUMNS.map(str::to_owned).into_iter().chain(names);
    row(&mut out, header)?;
    for entry in &session.entries {
        row(&mut out, cells(entry, &parts).into_iter())?;
    }
    out.into_inner()?.sync_all()
}

/// The parts of congruity that the session knows.
fn parts(session: &Session) -> BTreeSet<&str> {
    let mut parts = BTreeSet::new();
    for entry in &session.entries {
        if let Event::Congruity { parts: known, .. } = &entry.event {
            parts.extend(known.keys().map(String::as_str));
        }
    }
    parts
}

fn cells(entry: &Entry, parts: &BTreeSet<&str>) -> Vec<String> {
    let mut cells = vec![String::new(); COLUMNS.len() + parts.len()];
    let mut set = |column: &str, value: String| {
        let place = COLUMNS.iter().position(|known| *known == column);
        // PANIC: callers below name columns of the table.
        cells[place.expect("a column")] = value;
    };
    set("event", entry.event.name().to_owned());
    set("t", entry.t.to_string());
    set("utc", entry.utc.clone());
    if let Some(host) = &entry.host {
        for (column, value) in host_cells(host) {
            set(column, value);
        }
    }
    match &entry.event {
        Event::Audio { rate } => set("name", format!("{rate} Hz")),
        Event::Stroke { strength, length } => {
            set("strength", strength.to_string());
            set("length", length.to_string());
        }
        Event::Snippet(snippet) => {
            set("track", snippet.track.clone());
            set("title", snippet.title.clone());
            set("start", snippet.start.to_string());
            set("chunk", snippet.chunk.to_string());
            set("distance", optional(snippet.distance));
            set("score", optional(snippet.score));
        }
        Event::Painting { path, name } | Event::Head { path, name } => {
            set("path", optional(path.as_ref()));
            set("name", optional(name.as_ref()));
        }
        Event::Library { path } => set("path", optional(path.as_ref())),
        Event::Freeze { on } => set("on", on.to_string()),
        Event::Lost { count } => set("count", count.to_string()),
        Event::Congruity { value, .. } => set("congruity", optional(*value)),
        Event::End | Event::Unknown => {}
    }
    if let Event::Congruity { parts: known, .. } = &entry.event {
        for (cell, part) in cells[COLUMNS.len()..].iter_mut().zip(parts) {
            *cell = optional(known.get(*part));
        }
    }
    cells
}

/// What the host tells, by column.
pub(super) fn host_cells(host: &HostTime) -> [(&'static str, String); 8] {
    let signature = host
        .signature
        .map(|[over, under]| format!("{over}/{under}"));
    [
        ("bar", optional(host.bar)),
        // Bars and beats are read by people: a thousandth of a beat is enough.
        (
            "beat",
            optional(host.beat().map(|beat| (beat * 1e3).round() / 1e3)),
        ),
        ("quarters", optional(host.quarters)),
        ("tempo", optional(host.tempo)),
        ("signature", optional(signature)),
        ("host_seconds", optional(host.seconds)),
        ("host_samples", optional(host.samples)),
        ("playing", host.playing.to_string()),
    ]
}

/// What is unknown is an empty cell.
pub(super) fn optional(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Writes one row of any table.
pub(super) fn row(out: &mut impl Write, cells: impl Iterator<Item = String>) -> Result<()> {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        out.write_all(quoted(&cell).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A cell as it is written.
pub(super) fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
