//! Puts the bundles where hosts look for them.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::bundle::copy_all;
use crate::workspace::Workspace;

/// Installs both bundles for this user. An older copy is moved aside until the
/// new one is whole, so a failure leaves a plug-in that loads.
pub fn run(workspace: &Workspace) -> Result<()> {
    let (clap, vst3) = folders()?;
    for (bundle, folder) in [("Impasto", clap), ("Impasto.vst3", vst3)] {
        fs::create_dir_all(&folder)?;
        let target = folder.join(bundle);
        let old = folder.join(format!(".{bundle}.old"));
        let new = folder.join(format!(".{bundle}.new"));
        for leftover in [&old, &new] {
            if leftover.exists() {
                fs::remove_dir_all(leftover)?;
            }
        }
        copy_all(&workspace.bundles().join(bundle), &new)?;
        if target.exists() {
            fs::rename(&target, &old)?;
        }
        fs::rename(&new, &target)?;
        if old.exists() {
            fs::remove_dir_all(&old)?;
        }
        println!("installed {}", target.display());
    }
    println!("Let your host scan its plug-ins again.");
    Ok(())
}

/// The user's CLAP and VST3 folders, as the formats' documents name them.
fn folders() -> Result<(PathBuf, PathBuf)> {
    if cfg!(windows) {
        let local = variable("LOCALAPPDATA")?.join("Programs/Common");
        return Ok((local.join("CLAP"), local.join("VST3")));
    }
    let home = variable("HOME")?;
    if cfg!(target_os = "macos") {
        let plugins = home.join("Library/Audio/Plug-Ins");
        return Ok((plugins.join("CLAP"), plugins.join("VST3")));
    }
    Ok((home.join(".clap"), home.join(".vst3")))
}

fn variable(name: &str) -> Result<PathBuf> {
    env::var_os(name)
        .map(PathBuf::from)
        .with_context(|| format!("{name} is not set, so the plug-in folders can't be found"))
}
