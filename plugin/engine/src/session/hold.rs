//! Holding on to a session's file, so that nobody deletes it meanwhile.
//!
//! The lock is on a file beside it: on Windows a locked file can't be written, not even by
//! whoever locked it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// While this lives, no instance deletes the session.
#[derive(Debug)]
pub(super) struct Hold {
    /// `None` where the place allows no locks; then nothing keeps the file.
    _file: Option<File>,
}

impl Hold {
    pub(super) fn on(session: &Path) -> Self {
        let file = open(session).filter(|file| file.lock_shared().is_ok());
        Self { _file: file }
    }
}

/// Deletes a session that nobody holds; false if somebody does, or it can't be deleted.
pub(super) fn delete(session: &Path) -> bool {
    let lock = open(session);
    if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
        return false;
    }
    let gone = fs::remove_file(session).is_ok();
    if gone {
        // Whoever waits for it finds the session gone.
        let _ = fs::remove_file(lock_of(session));
    }
    gone
}

/// Where the lock of a session is.
pub(super) fn lock_of(session: &Path) -> PathBuf {
    session.with_added_extension("lock")
}

fn open(session: &Path) -> Option<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    options.open(lock_of(session)).ok()
}
