//! A new name for what is exported, given up again if it does not come to its end.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// More of one name are not tried.
const MOST: u32 = 10_000;

/// A file or folder that was not there before; removed when this is dropped unkept.
pub(super) struct Place {
    path: PathBuf,
    is_folder: bool,
    kept: bool,
}

impl Place {
    /// A new file in `folder`.
    pub(super) fn file(folder: &Path, name: &str, ending: &str) -> Result<(Self, File)> {
        let (path, file) = new(folder, name, &format!(".{ending}"), |path| {
            File::options().write(true).create_new(true).open(path)
        })?;
        Ok((Self::of(path, false), file))
    }

    /// A new folder in `folder`.
    pub(super) fn folder(folder: &Path, name: &str) -> Result<Self> {
        let (path, ()) = new(folder, name, "", |path| fs::create_dir(path))?;
        Ok(Self::of(path, true))
    }

    fn of(path: PathBuf, is_folder: bool) -> Self {
        Self {
            path,
            is_folder,
            kept: false,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// It came to its end and stays.
    pub(super) fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // It was made here, so all that is in it was as well.
        let _ = match self.is_folder {
            true => fs::remove_dir_all(&self.path),
            false => fs::remove_file(&self.path),
        };
    }
}

/// The first of the names that is free, made by `make`.
fn new<T>(
    folder: &Path,
    name: &str,
    ending: &str,
    make: impl Fn(&Path) -> std::io::Result<T>,
) -> Result<(PathBuf, T)> {
    let mut number = 1;
    loop {
        let path = match number {
            1 => folder.join(format!("{name}{ending}")),
            _ => folder.join(format!("{name} ({number}){ending}")),
        };
        match make(&path) {
            Ok(made) => return Ok((path, made)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MOST => number += 1,
            Err(error) => return Err(Error::Io { path, error }),
        }
    }
}
