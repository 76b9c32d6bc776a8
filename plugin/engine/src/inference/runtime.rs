//! The inference runtime: one private library and one environment a process.

use std::path::{Path, PathBuf};

use ort::environment::Environment;
use parking_lot::Mutex;

use crate::manifest::{Manifest, verify};
use crate::{Error, Result};

/// The environment and the library that it came from. Kept until the process ends:
/// a process can make only one.
static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

/// Loads the library at `path`, unless this process has loaded it before, and gives
/// the environment for sessions.
///
/// Only the library that the manifest names by its hash is ever loaded: later
/// versions of it report home.
///
/// # Errors
/// [`Error::NoRuntime`], [`Error::RuntimeMissing`], [`Error::Hash`] or
/// [`Error::Runtime`]; what failed can be tried again.
pub(super) fn environment(manifest: &Manifest, path: &Path) -> Result<Environment> {
    let mut loaded = LOADED.lock();
    if let Some((_, environment)) = &*loaded {
        return Ok(environment.clone());
    }
    let runtime = manifest.runtime().ok_or(Error::NoRuntime)?;
    if !path.is_file() {
        return Err(Error::RuntimeMissing { path: path.into() });
    }
    verify(path, &runtime.sha256)?;
    let failed = |reason: String| Error::Runtime {
        path: path.into(),
        reason,
    };
    let environment = ort::init_from(path)
        .map_err(|error| failed(error.to_string()))?
        .with_name("impasto")
        .with_telemetry(false)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    *loaded = Some((path.into(), environment.clone()));
    Ok(environment)
}
