//! Where the models and the runtime lie: beside the binary, never the system's.

use std::path::{Path, PathBuf};

use crate::manifest::{FILE_NAME, Manifest};
use crate::{Error, Result};

/// The environment variable that names the models' folder, for development and
/// tests.
pub const MODELS_VARIABLE: &str = "IMPASTO_MODELS";

/// The environment variable that names the runtime's library, for development
/// and tests.
pub const RUNTIME_VARIABLE: &str = "IMPASTO_RUNTIME";

/// The models' folder: the one that [`MODELS_VARIABLE`] names, else `models` in the
/// folder of the binary, else `models` in the bundle's `Resources`.
///
/// `beside` is the plug-in's own file or its folder; `None` stands for the program
/// that runs.
///
/// # Errors
/// [`Error::NoModels`] with the places looked at.
pub fn locate(beside: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(MODELS_VARIABLE) {
        return choose(vec![PathBuf::from(named)]);
    }
    let own = std::env::current_exe().ok();
    choose(beside.or(own.as_deref()).map_or_else(Vec::new, candidates))
}

fn candidates(binary: &Path) -> Vec<PathBuf> {
    let folder = if binary.is_dir() {
        binary
    } else {
        binary.parent().unwrap_or(binary)
    };
    vec![
        folder.join("models"),
        // `Contents/x86_64-linux/` or `Contents/MacOS/` beside `Contents/Resources/`.
        folder.with_file_name("Resources").join("models"),
    ]
}

fn choose(tried: Vec<PathBuf>) -> Result<PathBuf> {
    let found = tried.iter().find(|dir| dir.join(FILE_NAME).is_file());
    // Absolute, so that a host that changes its working folder changes nothing.
    found.map_or_else(
        || {
            Err(Error::NoModels {
                tried: tried.clone(),
            })
        },
        |dir| absolute(dir),
    )
}

/// The runtime's library: the one that [`RUNTIME_VARIABLE`] names, else the
/// manifest's in the folder `runtime` beside the models'. Not opened yet.
pub(super) fn runtime_library(manifest: &Manifest) -> Result<PathBuf> {
    let beside = || {
        let runtime = manifest.runtime().ok_or(Error::NoRuntime)?;
        let folder = manifest.dir().with_file_name("runtime");
        Ok(folder.join(&runtime.library))
    };
    let path = std::env::var_os(RUNTIME_VARIABLE).map_or_else(beside, |named| Ok(named.into()))?;
    absolute(&path)
}

/// The system searches for libraries that are named without their folder.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(Error::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files in it, all empty.
    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        dir
    }

    #[track_caller]
    fn check(files: &[&str], binary: &str, expected: Option<&str>) {
        let dir = folder(files);
        let found = choose(candidates(&dir.path().join(binary))).ok();
        assert_eq!(found, expected.map(|path| dir.path().join(path)));
    }

    #[test]
    fn beside_the_binary_or_in_the_bundle() {
        let clap = ["Impasto/Impasto.clap", "Impasto/models/manifest.toml"];
        check(&clap, "Impasto/Impasto.clap", Some("Impasto/models"));
        check(&clap, "Impasto", Some("Impasto/models"));
        let vst3 = [
            "I.vst3/Contents/x86_64-linux/Impasto.so",
            "I.vst3/Contents/Resources/models/manifest.toml",
        ];
        check(&vst3, vst3[0], Some("I.vst3/Contents/Resources/models"));
        check(&["a/b", "models/manifest.toml"], "a/b", None);
    }

    #[test]
    fn what_was_tried_is_said() {
        let dir = folder(&["x/binary"]);
        let error = choose(candidates(&dir.path().join("x/binary"))).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("x/models") && text.contains("Resources/models"),
            "{text}"
        );
    }
}
