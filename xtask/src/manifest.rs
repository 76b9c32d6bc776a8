//! What xtask reads of `models/manifest.toml`; the engine reads the rest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The networks and the runtimes.
#[derive(Deserialize)]
pub struct Manifest {
    #[serde(rename = "model")]
    models: Vec<Model>,
    #[serde(rename = "runtime")]
    runtimes: Vec<Runtime>,
}

/// One network file.
#[derive(Deserialize)]
pub struct Model {
    /// File name inside `models/`.
    pub file: String,
    /// Card that says where it comes from, relative to `models/`.
    pub card: String,
    /// Of the file.
    pub sha256: String,
}

/// The inference runtime for one target.
#[derive(Deserialize)]
pub struct Runtime {
    target: String,
    /// What pip calls the target.
    pub pip_platform: String,
    /// File name of the wheel that holds the library.
    pub wheel: String,
    /// Of the wheel.
    pub wheel_sha256: String,
    /// Path of the library inside the wheel.
    pub member: String,
    /// Paths of its licences inside the wheel.
    pub licence_members: Vec<String>,
    /// File name of the library.
    pub library: String,
    /// Of the library.
    pub sha256: String,
}

impl Manifest {
    /// Reads the manifest at `path`.
    pub fn load(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| format!("{} is not a manifest", path.display()))
    }

    /// The network files.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The runtime for a Rust target triple.
    pub fn runtime_for(&self, target: &str) -> Result<&Runtime> {
        self.runtimes
            .iter()
            .find(|runtime| runtime.target == target)
            .with_context(|| {
                format!("models/manifest.toml names no inference runtime for {target}: the plug-in builds, but can't run its networks there")
            })
    }
}
