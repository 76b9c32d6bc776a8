//! Pictures and music that stand together by name or by folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::library::{Span, decode};
use crate::retrieval::PICTURE_EXTENSIONS;

use super::super::TeachProblem;
use super::{LeftOut, Pair, Pairs, io};

/// The folder in which pairs lie that were taken away, which is not read.
pub(super) const REMOVED: &str = "removed";

/// Deeper folders are not entered.
const MAX_DEPTH: usize = 8;

/// What a file may hold, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Picture,
    Music,
}

/// A file, by its path from the folder on.
pub(super) type Found = (PathBuf, Kind);

fn kind_of(path: &Path) -> Option<Kind> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    if PICTURE_EXTENSIONS.contains(&ending.as_str()) {
        Some(Kind::Picture)
    } else {
        decode::EXTENSIONS
            .contains(&ending.as_str())
            .then_some(Kind::Music)
    }
}

/// Pictures and music in `root`, as paths from it on, sorted; with `deep` also in the
/// folders in it. And the folders directly in it. Hidden ones are left out.
pub(super) fn files(root: &Path, deep: bool) -> Result<(Vec<Found>, Vec<PathBuf>)> {
    let (mut found, mut folders) = (Vec::new(), Vec::new());
    let mut waiting = vec![(PathBuf::new(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let place = root.join(&folder);
        for entry in fs::read_dir(&place).map_err(io(&place))? {
            let entry = entry.map_err(io(&place))?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let relative = folder.join(entry.file_name());
            // Of the link itself: a folder that links to its parent would never end.
            let is_folder = entry.file_type().map_err(io(&place))?.is_dir();
            if is_folder && depth == 0 {
                folders.push(relative.clone());
            }
            if is_folder && deep && depth < MAX_DEPTH {
                waiting.push((relative, depth + 1));
            } else if !is_folder && let Some(kind) = kind_of(&relative) {
                found.push((relative, kind));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    folders.sort();
    Ok((found, folders))
}

/// Reads a folder without a table.
pub(super) fn read(root: &Path) -> Result<Pairs> {
    let mut pairs = Pairs {
        root: root.to_owned(),
        ..Pairs::default()
    };
    let (beside, folders) = files(root, false)?;
    by_name(&beside, None, &mut pairs);
    for folder in folders {
        if folder.as_os_str() == REMOVED {
            continue;
        }
        let (inside, _) = files(&root.join(&folder), true)?;
        let inside: Vec<_> = inside
            .into_iter()
            .map(|(path, kind)| (folder.join(path), kind))
            .collect();
        of_one_work(&folder, &inside, &mut pairs);
    }
    if pairs.pairs.is_empty() {
        let reason = "put music of the same name beside each picture, or pictures and music of \
                      one painting into a folder of their own, or write a table pairs.tsv";
        return Err(TeachProblem::NoPairs(reason.to_owned()).at(root));
    }
    Ok(pairs)
}

/// Pairs pictures and music of one name; the rest is left out.
fn by_name(files: &[Found], work: Option<&str>, pairs: &mut Pairs) {
    let mut names: BTreeMap<PathBuf, (Vec<&PathBuf>, Vec<&PathBuf>)> = BTreeMap::new();
    for (path, kind) in files {
        let name = names.entry(path.with_extension("")).or_default();
        match kind {
            Kind::Picture => name.0.push(path),
            Kind::Music => name.1.push(path),
        }
    }
    for (pictures, music) in names.values() {
        if !dealt_out(pictures, music, work, pairs) {
            leave_out(pictures, "no music has its name", pairs);
            leave_out(music, "no picture has its name", pairs);
        }
    }
}

/// Pairs what is in the folder of a work: by name where names agree, else all of it.
fn of_one_work(folder: &Path, files: &[Found], pairs: &mut Pairs) {
    let work = folder.to_string_lossy();
    let (before, left) = (pairs.pairs.len(), pairs.left_out.len());
    by_name(files, Some(&work), pairs);
    if pairs.pairs.len() > before {
        return;
    }
    pairs.left_out.truncate(left);
    let of = |wanted| {
        let of_kind = files.iter().filter(move |(_, kind)| *kind == wanted);
        of_kind.map(|(path, _)| path).collect::<Vec<_>>()
    };
    let (pictures, music) = (of(Kind::Picture), of(Kind::Music));
    if !dealt_out(&pictures, &music, Some(&work), pairs) {
        leave_out(&pictures, "no music is in its folder", pairs);
        leave_out(&music, "no picture is in its folder", pairs);
    }
}

/// As many pairs as there are of the more numerous kind, so that each file is in one;
/// false if there is only one kind.
fn dealt_out(
    pictures: &[&PathBuf],
    music: &[&PathBuf],
    work: Option<&str>,
    pairs: &mut Pairs,
) -> bool {
    if pictures.is_empty() || music.is_empty() {
        return false;
    }
    for place in 0..pictures.len().max(music.len()) {
        pairs.pairs.push(Pair {
            picture: pictures[place % pictures.len()].clone(),
            music: music[place % music.len()].clone(),
            span: Span::WHOLE,
            work: work.map(str::to_owned),
        });
    }
    true
}

fn leave_out(files: &[&PathBuf], reason: &str, pairs: &mut Pairs) {
    let left_out = files.iter().map(|path| LeftOut {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    });
    pairs.left_out.extend(left_out);
}
