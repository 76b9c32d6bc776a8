//! Paths in the database and the index's usual place.
//!
//! File names need not be Unicode, so paths are stored as the system's own
//! bytes. An index stays on the machine it was made on.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::inference::Models;
use crate::manifest::hex;

use super::database;

/// The system's own bytes of a path.
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        path.as_os_str().as_bytes().to_vec()
    }
    #[cfg(windows)]
    {
        use std::os::windows::ffi::OsStrExt;
        path.as_os_str()
            .encode_wide()
            .flat_map(u16::to_le_bytes)
            .collect()
    }
}

/// The path of [`to_bytes`].
pub(super) fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    #[cfg(unix)]
    let name: OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes);
    #[cfg(windows)]
    let name: OsString = {
        use std::os::windows::ffi::OsStringExt;
        let (wide, _) = bytes.as_chunks::<2>();
        let wide: Vec<u16> = wide.iter().map(|b| u16::from_le_bytes(*b)).collect();
        OsString::from_wide(&wide)
    };
    name.into()
}

/// One spelling for one folder, so that a link or a trailing slash does not
/// make a second index of it.
pub(super) fn canonical(folder: &Path) -> PathBuf {
    folder
        .canonicalize()
        .or_else(|_| std::path::absolute(folder))
        .unwrap_or_else(|_| folder.to_owned())
}

/// The folder of an index that lies beside its music, in the music's own folder.
const PORTABLE: &str = ".impasto";

/// How a music folder is written into an index in `dir`: as nothing where the index
/// lies in it, since both may be found under another name tomorrow.
pub(super) fn stored(dir: &Path, folder: &Path) -> Vec<u8> {
    match canonical(dir).parent() == Some(folder) {
        true => Vec::new(),
        false => to_bytes(folder),
    }
}

/// The music folder that [`stored`] wrote into the index in `dir`.
pub(super) fn resolve(dir: &Path, stored: PathBuf) -> PathBuf {
    if !stored.as_os_str().is_empty() {
        return stored;
    }
    let dir = canonical(dir);
    dir.parent().unwrap_or(&dir).to_owned()
}

/// Where the index of `folder` lies unless the user says otherwise: in the
/// platform's cache folder, `impasto/index/`, under a name made from the
/// folder's path. Without a home, in the folder for temporary files.
pub fn default_index_dir(folder: &Path) -> PathBuf {
    let cache = directories::BaseDirs::new()
        .map_or_else(std::env::temp_dir, |dirs| dirs.cache_dir().to_owned());
    let digest = Sha256::digest(to_bytes(&canonical(folder)));
    let name: String = digest[..12]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    cache.join("impasto").join("index").join(name)
}

/// Where an index of `folder` lies that goes with the music from drive to drive: in
/// the folder itself, hidden.
pub fn portable_index_dir(folder: &Path) -> PathBuf {
    folder.join(PORTABLE)
}

/// Where the index of `folder` is looked for: beside the music if there is one, else
/// at the [default place](default_index_dir). Where `models` hold a pair of encoders it
/// is one beside that: an index made with one pair is emptied when it is opened for
/// writing with another.
pub fn index_dir_of(folder: &Path, models: &Models) -> PathBuf {
    find_index_dir(folder, |dir| with_encoders(dir, models))
}

/// As [`index_dir_of`], of the index for the shipped networks.
pub fn shipped_index_dir_of(folder: &Path) -> PathBuf {
    find_index_dir(folder, |dir| dir)
}

fn find_index_dir(folder: &Path, variant: impl Fn(PathBuf) -> PathBuf) -> PathBuf {
    let portable = variant(portable_index_dir(folder));
    if database::path_in(&portable).is_file() {
        return portable;
    }
    variant(default_index_dir(folder))
}

/// `dir` itself, or the one beside it for the encoders that `models` hold.
pub fn with_encoders(dir: PathBuf, models: &Models) -> PathBuf {
    let Some(encoders) = models.encoders() else {
        return dir;
    };
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push("-");
    name.push(&hex(&encoders.identity())[..12]);
    dir.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_place() {
        let dir = tempfile::tempdir().unwrap();
        let place = default_index_dir(dir.path());
        assert_eq!(place, default_index_dir(&dir.path().join(".")));
        assert_ne!(place, default_index_dir(&dir.path().join("other")));
        assert!(place.is_absolute());
    }

    #[test]
    fn an_index_beside_the_music_follows_it() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = (dir.path().join("here"), dir.path().join("there"));
        let index = portable_index_dir(&here);
        std::fs::create_dir_all(&index).unwrap();
        let inside = stored(&index, &canonical(&here));
        assert_eq!(
            resolve(&index, from_bytes(inside.clone())),
            canonical(&here)
        );
        std::fs::rename(&here, &there).unwrap();
        let moved = resolve(&portable_index_dir(&there), from_bytes(inside));
        assert_eq!(moved, canonical(&there));
        let elsewhere = stored(dir.path(), &there);
        assert_eq!(resolve(dir.path(), from_bytes(elsewhere)), there);
    }

    #[cfg(unix)]
    #[test]
    fn names_need_not_be_unicode() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.wav");
        let path = Path::new(name);
        assert_eq!(from_bytes(to_bytes(path)), path);
    }
}
