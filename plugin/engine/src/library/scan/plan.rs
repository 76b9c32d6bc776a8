//! What has changed in the music folder since the last scan.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::library::IndexProblem;
use crate::library::files::{Changes, FileId, FileState, Known};
use crate::library::walk::{FoundFile, Walk};

use super::exclude::Exclusions;

/// SHA-256 of a file's contents.
pub(super) type Digest = [u8; 32];

/// Compares what was found with what is known. Contents are read only of files that are
/// new, or have a new stamp, and have the size of one that is no longer as it was: such a
/// file may be that one, moved. `goes_on` is asked while it reads; none of it is of use if
/// that breaks off, so nothing is given then.
///
/// # Errors
///
/// [`IndexProblem::FolderEmptied`].
pub(super) fn plan(
    root: &Path,
    found: &Walk,
    known: &BTreeMap<PathBuf, Known>,
    exclusions: &Exclusions,
    goes_on: &mut dyn FnMut(&Path) -> ControlFlow<()>,
) -> Result<Option<Changes>> {
    if found.files.is_empty() && !known.is_empty() {
        // More likely a drive that is not there than a library thrown away.
        return Err(IndexProblem::FolderEmptied { known: known.len() }.at(root));
    }
    let mut changes = Changes {
        unreadable: found.unreadable.clone(),
        ..Changes::default()
    };
    let mut new = Vec::new();
    let mut kept = HashSet::new();
    for file in &found.files {
        let known = known.get(&file.relative);
        if exclusions.contain(&file.relative) {
            kept.extend(known.map(|known| known.id));
            if known.is_none_or(|known| known.state != FileState::Excluded) {
                changes.excluded.push(file.clone());
            }
            continue;
        }
        let Some(known) = known.filter(|known| known.stamp == file.stamp) else {
            new.push(file);
            continue;
        };
        kept.insert(known.id);
        match known.state {
            FileState::Missing | FileState::Excluded => changes.back.push(known.id),
            // It could not be read for a while.
            FileState::Failed if known.digest.is_some() => changes.back.push(known.id),
            FileState::Failed if !known.settled => changes.queue.push(file.clone()),
            _ => {}
        }
    }
    let mut moves = Moves::new(known, &kept, found);
    for file in new {
        match moves.find(root, file, goes_on) {
            Err(Stopped) => return Ok(None),
            Ok(Some(id)) => changes.moved.push((id, file.clone())),
            Ok(None) => changes.queue.push(file.clone()),
        }
    }
    changes.missing = missing(found, known, &changes);
    Ok(Some(changes))
}

/// Known files that are gone, and not found elsewhere.
fn missing(found: &Walk, known: &BTreeMap<PathBuf, Known>, changes: &Changes) -> Vec<FileId> {
    let is_found = |path: &Path| {
        let place = |file: &FoundFile| file.relative.as_path().cmp(path);
        found.files.binary_search_by(place).is_ok()
    };
    let moved: HashSet<FileId> = changes.moved.iter().map(|(id, _)| *id).collect();
    known
        .iter()
        .filter(|(path, file)| {
            file.state != FileState::Missing
                && !is_found(path)
                && !found.hides(path)
                && !moved.contains(&file.id)
        })
        .map(|(_, file)| file.id)
        .collect()
}

struct Stopped;

/// Files whose contents are known and no longer where they were, by size.
struct Moves(HashMap<i64, Vec<(Digest, FileId)>>);

impl Moves {
    fn new(known: &BTreeMap<PathBuf, Known>, kept: &HashSet<FileId>, found: &Walk) -> Self {
        let mut by_size: HashMap<_, Vec<_>> = HashMap::new();
        for (path, file) in known {
            // What lies in a folder that can't be read now has not moved.
            if let Some(digest) = file.digest
                && !kept.contains(&file.id)
                && !found.hides(path)
            {
                let same = by_size.entry(file.stamp.size).or_default();
                same.push((digest, file.id));
            }
        }
        Self(by_size)
    }

    /// The known file that `file` is; none is given twice.
    fn find(
        &mut self,
        root: &Path,
        file: &FoundFile,
        goes_on: &mut dyn FnMut(&Path) -> ControlFlow<()>,
    ) -> std::result::Result<Option<FileId>, Stopped> {
        let Some(same_size) = self.0.get_mut(&file.stamp.size) else {
            return Ok(None);
        };
        if same_size.is_empty() {
            return Ok(None);
        }
        let path = root.join(&file.relative);
        // One that can't be read gets its reason when it is decoded.
        let Ok(digest) = digest(&path, &mut || goes_on(&path)) else {
            return Ok(None);
        };
        let digest = digest.ok_or(Stopped)?;
        let place = same_size.iter().position(|(known, _)| *known == digest);
        Ok(place.map(|place| same_size.swap_remove(place).1))
    }
}

/// SHA-256 of a file's contents; `None` if `goes_on`, asked for each megabyte, breaks off.
pub(super) fn digest(
    path: &Path,
    goes_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> io::Result<Option<Digest>> {
    let mut file = File::open(path)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        if goes_on().is_break() {
            return Ok(None);
        }
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Some(hasher.finalize().into())),
            Ok(read) => hasher.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
