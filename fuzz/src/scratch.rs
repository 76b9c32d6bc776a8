//! A file for inputs of what only takes paths.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of this process's own, in memory where the system has such a place; gone
/// when it is dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder whose name says what it is `of`.
    pub fn new(of: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let dir = parent.join(format!("impasto-fuzz-{of}-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a folder for temporary files");
        Self(dir)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// Writes `bytes` to the file `name` in it.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("room for an input");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
