//! Where things lie in the checkout and in its target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::manifest::{Manifest, Runtime};
use crate::shell;

/// The checkout and its target folder.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where Cargo builds; honours `CARGO_TARGET_DIR`.
    pub target: PathBuf,
    /// The parsed `models/manifest.toml`.
    pub manifest: Manifest,
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

impl Workspace {
    /// Finds the workspace that this program was built in.
    pub fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no parent folder")?
            .to_path_buf();
        let metadata = shell::output(
            Command::new("cargo")
                .args([
                    "metadata",
                    "--format-version",
                    "1",
                    "--no-deps",
                    "--offline",
                ])
                .current_dir(&root),
        )?;
        let Metadata { target_directory } = serde_json::from_str(&metadata)?;
        let manifest = Manifest::load(&root.join("models/manifest.toml"))?;
        Ok(Self {
            root,
            target: target_directory,
            manifest,
        })
    }

    /// `cargo` in the workspace, with the environment that tests and benches read.
    pub fn cargo(&self) -> Command {
        self.with_environment(Command::new("cargo"))
    }

    /// `command` in the workspace, told where models, runtime and bundles lie.
    pub fn with_environment(&self, mut command: Command) -> Command {
        command
            .current_dir(&self.root)
            .env("IMPASTO_MODELS", self.models())
            .env("IMPASTO_BUNDLES", self.bundles());
        if let Ok(runtime) = self.runtime() {
            command.env("IMPASTO_RUNTIME", self.runtime_library(runtime));
        }
        command
    }

    /// The networks and their manifest.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// Where the finished bundles lie.
    pub fn bundles(&self) -> PathBuf {
        self.target.join("bundled")
    }

    /// The inference runtime for the machine this runs on.
    pub fn runtime(&self) -> Result<&Runtime> {
        self.manifest.runtime_for(env!("XTASK_TARGET"))
    }

    /// Where `runtime`'s library lies once it has been fetched.
    pub fn runtime_library(&self, runtime: &Runtime) -> PathBuf {
        self.target.join("runtime").join(&runtime.library)
    }
}
