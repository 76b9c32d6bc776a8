//! A rehearsal's recording with timed snapshots of the painting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::library::Span;
use crate::units::Seconds;

use super::super::TeachProblem;
use super::folder::{Kind, files};
use super::table::{Row, Table};
use super::{Pair, Pairs, RehearsalOptions, folder_of};

/// A snapshot whose music lasts less would be mostly the next one's.
const SHORTEST: Seconds = Seconds(1.0);

/// Reads the table of snapshots.
pub(super) fn read(path: &Path, options: &RehearsalOptions) -> Result<Pairs> {
    let table = Table::read(path, &["time", "picture"], &["recording", "work"])?;
    let root = folder_of(path);
    let mut by_recording: BTreeMap<PathBuf, Vec<(Seconds, &Row)>> = BTreeMap::new();
    for row in table.rows() {
        table.needed(row, "time")?;
        let at = table.time(row, "time")?.unwrap_or(Seconds(0.0));
        let recording = match table.cell(row, "recording") {
            Some(name) => PathBuf::from(name),
            None => the_recording(&root, path, options)?,
        };
        by_recording.entry(recording).or_default().push((at, row));
    }
    let mut pairs = Vec::new();
    for (recording, mut shots) in by_recording {
        shots.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
        for (place, (at, row)) in shots.iter().enumerate() {
            let next = shots.get(place + 1).map(|(next, _)| *next);
            if next.is_some_and(|next| next.0 - at.0 < SHORTEST.0) {
                let reason = format!(
                    "less than {} s pass to the next snapshot; remove one of the two",
                    SHORTEST.0
                );
                return Err(table.fault(row.line, reason));
            }
            let window = options.window.map(|window| Seconds(at.0 + window.0));
            let end = match (next, window) {
                (Some(next), Some(window)) => Some(Seconds(next.0.min(window.0))),
                (next, window) => next.or(window),
            };
            pairs.push(Pair {
                picture: table.needed(row, "picture")?.into(),
                music: recording.clone(),
                span: Span { start: *at, end },
                work: table.cell(row, "work").map(str::to_owned),
            });
        }
    }
    Ok(Pairs {
        root,
        pairs,
        rehearsal: true,
        ..Pairs::default()
    })
}

/// The recording of a table that names none: the one given, or the folder's only sound.
fn the_recording(root: &Path, table: &Path, options: &RehearsalOptions) -> Result<PathBuf> {
    if let Some(recording) = &options.recording {
        return std::path::absolute(recording).map_err(super::io(recording));
    }
    let (found, _) = files(root, false)?;
    let sounds: Vec<_> = found
        .into_iter()
        .filter(|(_, kind)| *kind == Kind::Music)
        .collect();
    match sounds.as_slice() {
        [(sound, _)] => Ok(sound.clone()),
        sounds => {
            let reason = format!(
                "the rehearsal's table names no recording, and there are {} sounds beside it \
                 instead of one. Add a column \"recording\"",
                sounds.len()
            );
            Err(TeachProblem::NoPairs(reason).at(table))
        }
    }
}
