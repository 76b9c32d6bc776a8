//! Finds the files of a music folder.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::error::{Error, Result};

use super::Reason;
use super::decode::EXTENSIONS;

/// Deeper folders are not entered.
const MAX_DEPTH: usize = 64;

/// A file that may be music.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundFile {
    /// From the music folder on.
    pub(super) relative: PathBuf,
    pub(super) stamp: Stamp,
}

/// What tells that a file is the one that was indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// In bytes.
    pub(super) size: i64,
    /// Last modification, nanoseconds since 1970.
    pub(super) modified: i64,
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        let since = meta
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        Self {
            size: i64::try_from(meta.len()).unwrap_or(i64::MAX),
            modified: since.map_or(0, |d| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX)),
        }
    }
}

/// What a walk has found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Sorted by path.
    pub(super) files: Vec<FoundFile>,
    /// Files and folders (from the music folder on) that cannot be read. What
    /// was indexed below such a folder is not known to be gone.
    pub(super) unreadable: Vec<(PathBuf, Reason)>,
}

impl Walk {
    /// Whether the path lies in a folder that could not be read.
    pub(super) fn hides(&self, relative: &Path) -> bool {
        self.unreadable
            .iter()
            .any(|(path, _)| relative.starts_with(path))
    }
}

/// Finds all files below `root` with one of [`EXTENSIONS`], in whatever case.
/// Hidden files and folders are left out; links are followed, but no folder is
/// entered twice.
pub(super) fn walk(root: &Path) -> Result<Walk> {
    let mut found = Walk::default();
    let mut entered = HashSet::new();
    // The root itself must be readable: an unplugged drive is not an empty folder.
    fs::read_dir(root).map_err(Error::io(root))?;
    let mut folders = vec![(PathBuf::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let path = root.join(&folder);
        if let Ok(place) = path.canonicalize()
            && !entered.insert(place)
        {
            continue;
        }
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => {
                found.unreadable.push((folder, Reason::from_io(&error)));
                continue;
            }
        };
        // Sorted, so that which of two ways to a folder is taken does not depend
        // on the file system.
        let mut names: Vec<_> = entries
            .filter_map(|e| e.ok().map(|e| e.file_name()))
            .collect();
        names.sort();
        for name in names {
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let relative = folder.join(&name);
            let music = is_music(&relative);
            match fs::metadata(root.join(&relative)) {
                Ok(meta) if meta.is_dir() && depth < MAX_DEPTH => {
                    folders.push((relative, depth + 1));
                }
                Ok(meta) if meta.is_file() && music => {
                    found.files.push(FoundFile {
                        relative,
                        stamp: Stamp::of(&meta),
                    });
                }
                Err(error) if music => {
                    let reason = if root.join(&relative).is_symlink() {
                        Reason::BrokenLink
                    } else {
                        Reason::from_io(&error)
                    };
                    found.unreadable.push((relative, reason));
                }
                _ => {}
            }
        }
    }
    found.files.sort_by(|a, b| a.relative.cmp(&b.relative));
    Ok(found)
}

fn is_music(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(walk: &Walk) -> Vec<String> {
        walk.files
            .iter()
            .map(|f| f.relative.to_string_lossy().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn finds_music_in_whatever_case_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("b/.hidden")).unwrap();
        for name in [
            "b/two.FLAC",
            "a.Wav",
            "b/.hidden/x.wav",
            "._a.wav",
            "note.txt",
            "wav",
        ] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let walk = walk(dir.path()).unwrap();
        assert_eq!(names(&walk), ["a.Wav", "b/two.FLAC"]);
        assert_eq!(walk.files[0].stamp.size, 1);
        assert!(walk.files[0].stamp.modified > 0);
    }

    #[test]
    fn a_missing_root_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            walk(&dir.path().join("gone")),
            Err(Error::Io { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("music")).unwrap();
        fs::write(dir.path().join("music/a.wav"), "x").unwrap();
        symlink(dir.path(), dir.path().join("music/loop")).unwrap();
        symlink(dir.path().join("music"), dir.path().join("again")).unwrap();
        symlink(dir.path().join("gone.wav"), dir.path().join("broken.wav")).unwrap();
        symlink("circle.wav", dir.path().join("circle.wav")).unwrap();
        let walk = walk(dir.path()).unwrap();
        assert_eq!(walk.files.len(), 1, "{walk:?}");
        assert_eq!(
            walk.unreadable,
            ["broken.wav", "circle.wav"].map(|name| (name.into(), Reason::BrokenLink))
        );
    }
}
