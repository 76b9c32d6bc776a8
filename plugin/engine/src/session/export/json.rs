//! A session as one JSON document, a line for each event.

use std::fs::File;
use std::io::{BufWriter, Result, Write};

use super::super::Session;

pub(super) fn write(session: &Session, file: File) -> Result<()> {
    let mut out = BufWriter::new(file);
    let header = serde_json::to_string(&session.header)?;
    let damage = serde_json::to_string(&session.damage)?;
    write!(
        out,
        "{{\"session\":{header},\n\"damage\":{damage},\n\"events\":["
    )?;
    for (place, entry) in session.entries.iter().enumerate() {
        out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, entry)?;
    }
    out.write_all(b"\n]}\n")?;
    out.into_inner()?.sync_all()
}
