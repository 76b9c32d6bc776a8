//! The bundles: the plug-in with its networks and its inference runtime inside.
//!
//! The framework's own bundler makes the formats' layouts; what Impasto carries
//! is added to them:
//!
//! ```text
//! target/bundled/Impasto/Impasto.clap          (a folder of its own, where .clap is one file)
//! target/bundled/Impasto/{models,runtime,tour}/
//! target/bundled/Impasto.vst3/Contents/Resources/{models,runtime,tour}/
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{notices, shell};

/// How our own crates are optimised.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// For tests: dependencies optimised, our own crates little.
    Dev,
    /// For users.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    /// What `cargo build` is told.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Release => &["--release"],
        }
    }
}

/// Builds the whole workspace and assembles both bundles.
///
/// The workspace and not the plug-in alone, so that what the tests and the demo
/// link is compiled once, with one set of features.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    shell::run(
        workspace
            .cargo()
            .args(["build", "--workspace"])
            .args(profile.arguments()),
    )?;
    assemble(workspace, profile)
}

/// A program of the workspace, built with `profile`.
pub fn executable(workspace: &Workspace, profile: Profile, name: &str) -> PathBuf {
    workspace
        .target
        .join(profile.folder())
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn assemble(workspace: &Workspace, profile: Profile) -> Result<()> {
    let staged = stage(workspace, profile)?;
    let bundles = workspace.bundles();
    fs::create_dir_all(&bundles)?;

    let clap = bundles.join("Impasto");
    let vst3 = bundles.join("Impasto.vst3");
    for old in [&clap, &vst3] {
        remove(old)?;
    }
    fs::create_dir_all(&clap)?;
    fs::rename(staged.join("Impasto.clap"), clap.join("Impasto.clap"))?;
    fs::rename(staged.join("Impasto.vst3"), &vst3)?;

    // Where a .clap is a folder (macOS), what it carries belongs inside it.
    let inside = clap.join("Impasto.clap/Contents");
    let clap_resources = if inside.is_dir() {
        inside.join("Resources")
    } else {
        clap.clone()
    };
    let notices = workspace.target.join("THIRD-PARTY.txt");
    notices::write(workspace, &notices)?;
    for resources in [clap_resources, vst3.join("Contents/Resources")] {
        carry(workspace, &notices, &resources)?;
    }
    sign(&[clap.join("Impasto.clap"), vst3.clone()])?;
    for bundle in [&clap, &vst3] {
        println!(
            "{} ({:.1} MB)",
            bundle.display(),
            size(bundle)? as f64 / 1e6
        );
    }
    Ok(())
}

/// Lets the framework's bundler lay out the formats in a folder of its own.
///
/// There it can't mistake the `impasto` command for a standalone plug-in.
fn stage(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let stage = workspace.target.join("stage");
    remove(&stage)?;
    let library = format!(
        "{}impasto{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let folder = stage.join(profile.folder());
    fs::create_dir_all(&folder)?;
    let built = workspace.target.join(profile.folder()).join(&library);
    fs::copy(&built, folder.join(&library)).with_context(|| built.display().to_string())?;

    std::env::set_current_dir(&workspace.root)?;
    let arguments: Vec<String> = profile.arguments().iter().map(|a| (*a).into()).collect();
    nice_plug_xtask::bundle(&stage, "impasto", &arguments, false)?;
    Ok(stage.join("bundled"))
}

/// Puts the networks, their cards, the inference runtime, the tour and the licences into
/// `resources`.
fn carry(workspace: &Workspace, notices: &Path, resources: &Path) -> Result<()> {
    let models = resources.join("models");
    fs::create_dir_all(&models)?;
    let source = workspace.models();
    // All cards: those of the networks refer to that of their correspondence, and
    // carry the notices that the licences ask for.
    let mut files = vec!["manifest.toml", "cards"];
    files.extend(workspace.manifest.models().iter().map(|m| m.file.as_str()));
    for file in files {
        copy_all(&source.join(file), &models.join(file))?;
    }

    copy_all(
        &workspace.target.join("runtime"),
        &resources.join("runtime"),
    )?;
    carry_tour(workspace, &resources.join("tour"))?;
    copy_all(&workspace.root.join("LICENSE"), &resources.join("LICENSE"))?;
    copy_all(notices, &resources.join("THIRD-PARTY.txt"))
}

/// Works of the demonstration's library that play well together and are small.
const TOUR_WORKS: [&str; 6] = [
    "extreme-tux-racer",
    "lincity",
    "planet-blupi",
    "warzone",
    "wesnoth",
    "zaz",
];

/// The small ones of the formats.
const TOUR_FORMATS: [&str; 3] = ["ogg", "mp3", "m4a"];

/// Puts music and paintings for the first start into `tour`, with the page that states
/// whose they are and under which licence each is.
fn carry_tour(workspace: &Workspace, tour: &Path) -> Result<()> {
    let assets = workspace.root.join("tests/assets");
    for work in TOUR_WORKS {
        let to = tour.join("library").join(work);
        fs::create_dir_all(&to)?;
        let from = assets.join("library").join(work);
        for entry in fs::read_dir(&from).with_context(|| from.display().to_string())? {
            let file = entry?.path();
            let format = file.extension().unwrap_or_default();
            if let Some(name) = file.file_name()
                && TOUR_FORMATS.iter().any(|small| format == *small)
            {
                copy_all(&file, &to.join(name))?;
            }
        }
    }
    copy_all(&assets.join("paintings"), &tour.join("paintings"))?;
    copy_all(&assets.join("README.md"), &tour.join("README.md"))?;
    copy_all(&assets.join("assets.tsv"), &tour.join("assets.tsv"))
}

/// Signs again on macOS: what was added has broken the bundler's ad hoc signature.
fn sign(bundles: &[PathBuf]) -> Result<()> {
    if cfg!(target_os = "macos") {
        for bundle in bundles {
            shell::run(
                std::process::Command::new("codesign")
                    .args(["--force", "--deep", "--sign", "-"])
                    .arg(bundle),
            )?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Copies a file or a folder with all that is in it.
pub fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to).with_context(|| from.display().to_string())?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        sum += size(&entry?.path())?;
    }
    Ok(sum)
}
