//! Reading a session, whatever a crash or another program did to its file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use super::event::{Entry, Event, Header};
use super::{FORMAT, SessionProblem, line};
use crate::{Error, Result};

/// More is no session: several times as much as is ever written into one.
const MOST_BYTES: u64 = 256 << 20;

/// What of a file could not be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The last line is not whole, as after a crash.
    pub torn: bool,
    /// Lines before it that are not whole, or not Impasto's.
    pub foreign: usize,
}

/// A session as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its first line.
    pub header: Header,
    /// In the order of their moments.
    pub entries: Vec<Entry>,
    /// What could not be used.
    pub damage: Damage,
}

impl Session {
    /// Reads the file at `path`. Lines that are not whole are passed over and counted.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Session`] if the file is something else or of a later version.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io(path))?;
        let meta = file.metadata().map_err(Error::io(path))?;
        if !meta.is_file() || meta.len() > MOST_BYTES {
            return Err(SessionProblem::NotASession.at(path));
        }
        let mut lines = Lines(BufReader::new(file));
        let first = lines.next().map_err(Error::io(path))?;
        let header: Header = first
            .and_then(|line| line::decode(&line.bytes))
            .ok_or_else(|| SessionProblem::NotASession.at(path))?;
        if header.impasto_session > FORMAT {
            let problem = SessionProblem::Newer {
                found: header.impasto_session,
                known: FORMAT,
            };
            return Err(problem.at(path));
        }
        let (mut entries, mut damage) = (Vec::new(), Damage::default());
        while let Some(found) = lines.next().map_err(Error::io(path))? {
            match line::decode::<Entry>(&found.bytes).filter(|entry| entry.t.is_finite()) {
                Some(entry) => entries.push(entry),
                None if found.ended => damage.foreign += 1,
                None => damage.torn = true,
            }
        }
        // A stroke is written when it ends, and stands where it began.
        entries.sort_by(|a, b| a.t.total_cmp(&b.t));
        Ok(Self {
            header,
            entries,
            damage,
        })
    }

    /// How long it lasts, in seconds.
    pub fn length(&self) -> f64 {
        self.entries.last().map_or(0.0, |entry| entry.t.max(0.0))
    }

    /// Events that happened in it, its own end not counted.
    pub fn events(&self) -> usize {
        let counted = |entry: &&Entry| !matches!(entry.event, Event::End | Event::Lost { .. });
        self.entries.iter().filter(counted).count()
    }
}

struct Line {
    /// Without its end; empty if it was too long to be one.
    bytes: Vec<u8>,
    /// Whether its end was there.
    ended: bool,
}

/// Lines of bounded length.
struct Lines<R>(R);

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> std::io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let limit = line::LONGEST as u64;
        (&mut self.0).take(limit).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut ended = bytes.pop_if(|byte| *byte == b'\n').is_some();
        if !ended && bytes.len() as u64 == limit {
            bytes.clear();
            ended = self.skip()?;
        }
        Ok(Some(Line { bytes, ended }))
    }

    /// Goes past the rest of a line; whether it ended.
    fn skip(&mut self) -> std::io::Result<bool> {
        loop {
            let held = self.0.fill_buf()?;
            if held.is_empty() {
                return Ok(false);
            }
            let end = held.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(held.len(), |end| end + 1);
            self.0.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}
