//! Where the bundles under test are, and how a CLAP bundle is opened.

use crate::host::Instance;
use crate::{Error, Result};
use clack_host::prelude::*;
use std::ffi::CString;
use std::path::{Path, PathBuf};

/// The folder that holds the bundles: `IMPASTO_BUNDLES`, else `bundled` in the
/// workspace's target folder.
pub fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("IMPASTO_BUNDLES") {
        return PathBuf::from(folder);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    target.join("bundled")
}

/// The CLAP plug-in's binary inside [`folder`].
pub fn clap_path() -> PathBuf {
    let inner = if cfg!(target_os = "macos") {
        "Impasto/Impasto.clap/Contents/MacOS/Impasto"
    } else {
        "Impasto/Impasto.clap"
    };
    folder().join(inner)
}

/// A CLAP plug-in's library, loaded.
pub struct Bundle {
    entry: PluginEntry,
    id: CString,
    path: PathBuf,
}

impl Bundle {
    /// Loads the plug-in that `cargo xtask bundle` built.
    pub fn load() -> Result<Bundle> {
        Bundle::load_from(&clap_path())
    }

    /// Loads the first plug-in of the `.clap` at `path`.
    pub fn load_from(path: &Path) -> Result<Bundle> {
        if !path.exists() {
            return Err(Error::MissingBundle(path.to_owned()));
        }
        let load = |reason: String| Error::Load {
            path: path.to_owned(),
            reason,
        };
        // SAFETY: loading a library runs its initialisers. The path is the
        // caller's own plug-in, which is what this program is made to run.
        let entry = unsafe { PluginEntry::load(path) }.map_err(|e| load(e.to_string()))?;
        let id = {
            let factory = entry
                .get_plugin_factory()
                .ok_or_else(|| load("it has no plug-in factory".into()))?;
            let descriptor = factory
                .plugin_descriptors()
                .next()
                .ok_or_else(|| load("its factory lists no plug-in".into()))?;
            descriptor
                .id()
                .ok_or_else(|| load("its plug-in has no id".into()))?
                .to_owned()
        };
        Ok(Bundle {
            entry,
            id,
            path: path.to_owned(),
        })
    }

    /// Makes one instance, on the calling thread, which becomes its main thread.
    pub fn instantiate(&self) -> Result<Instance> {
        Instance::new(&self.entry, &self.id)
    }

    /// The plug-in's CLAP id.
    pub fn id(&self) -> &str {
        self.id.to_str().unwrap_or("(not UTF-8)")
    }

    /// The file that was loaded.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
