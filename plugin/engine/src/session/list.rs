//! The sessions that there are.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::macros::format_description;

use super::event::{Entry, Header};
use super::{hold, line};

/// Of a session's file.
pub(super) const ENDING: &str = "impasto.jsonl";

/// Bytes at a file's end that its length is read from.
const END: u64 = 4096;

/// A session on disk, as far as a look at its ends tells.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionFile {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its ending: the date and time (UTC) of its beginning.
    pub name: String,
    /// When it began (RFC 3339, UTC); empty if the file does not say.
    pub began: String,
    /// How long it lasts, in seconds, up to its last whole line.
    pub length: f64,
    /// Of the file.
    pub bytes: u64,
}

/// The sessions in `folder`, newest first. Files that are none, and those that can't be
/// read, are passed over; no folder is no session.
pub fn sessions(folder: &Path) -> Vec<SessionFile> {
    let mut all = files(folder);
    all.reverse();
    all.into_iter().filter_map(look).collect()
}

/// The files in `folder` that are named as sessions are, oldest first.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let named = |path: &PathBuf| name_of(path).is_some() && path.is_file();
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(named)
        .collect();
    // By the names without their ending, so that the second of a second comes second.
    files.sort_by_cached_key(|path| name_of(path));
    files
}

/// The name of a session's file without its ending, which is the date and time (UTC) of its
/// beginning; `None` for a file that is none.
pub fn name_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let name = name.strip_suffix(ENDING)?.strip_suffix('.')?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// Keeps the newest `most` sessions: of the others those go that nobody holds.
pub(super) fn prune(folder: &Path, most: usize) {
    let all = files(folder);
    let mut over = all.len().saturating_sub(most.max(1));
    for path in all {
        if over == 0 {
            break;
        }
        over -= usize::from(hold::delete(&path));
    }
}

/// A new file for a session that begins `now`; never one that is there.
pub(super) fn create(folder: &Path, now: OffsetDateTime) -> crate::Result<(PathBuf, File)> {
    fs::create_dir_all(folder).map_err(crate::Error::io(folder))?;
    let format = format_description!("[year]-[month]-[day] [hour].[minute].[second]");
    // PANIC: every date has these parts.
    let date = now.format(&format).expect("a date");
    // After all of this second, of which the first may be deleted already.
    let of_date = files(folder).iter().rev().find_map(|path| {
        let rest = name_of(path)?.strip_prefix(&date)?.trim().to_owned();
        Some(rest.parse().unwrap_or(1))
    });
    let mut number = of_date.map_or(1, |number: u32| number + 1);
    loop {
        let name = match number {
            1 => format!("{date}.{ENDING}"),
            // After the one of the same second also in the order of names.
            _ => format!("{date} {number:03}.{ENDING}"),
        };
        let path = folder.join(name);
        match File::options().append(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 999 => {
                number += 1;
            }
            Err(error) => return Err(crate::Error::Io { path, error }),
        }
    }
}

fn look(path: PathBuf) -> Option<SessionFile> {
    let mut file = File::open(&path).ok()?;
    let bytes = file.metadata().ok()?.len();
    let mut ends = vec![0; bytes.min(END) as usize];
    file.read_exact(&mut ends).ok()?;
    let first = ends.split(|&byte| byte == b'\n').next()?;
    let header: Header = line::decode(first)?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(END))).ok()?;
    ends.clear();
    file.take(END).read_to_end(&mut ends).ok()?;
    let lines = ends.split(|&byte| byte == b'\n').rev();
    let last = lines.filter_map(line::decode::<Entry>).next();
    Some(SessionFile {
        name: name_of(&path)?,
        path,
        began: header.began,
        length: last.map_or(0.0, |entry| entry.t.max(0.0)),
        bytes,
    })
}
