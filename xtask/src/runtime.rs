//! The pinned inference runtime, and the check sums of the networks.
//!
//! ONNX Runtime comes out of its Python wheel: the package client is the one
//! way to it that every builder has, and the wheel's and the library's SHA-256
//! are pinned in `models/manifest.toml`.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::manifest::Runtime;
use crate::shell;
use crate::workspace::Workspace;

/// Makes sure that the runtime's library and licences lie in `target/runtime`.
pub fn fetch(workspace: &Workspace) -> Result<()> {
    let runtime = workspace.runtime()?;
    let library = workspace.runtime_library(runtime);
    let folder = workspace.target.join("runtime");
    let licence = |member: &str| folder.join(member.rsplit('/').next().unwrap_or(member));
    // A bundle must not be made without them.
    let licensed = runtime.licence_members.iter().all(|m| licence(m).exists());
    if licensed && library.exists() && sha256(&library)? == runtime.sha256 {
        return Ok(());
    }
    let wheel = download_wheel(workspace, runtime)?;
    fs::create_dir_all(&folder)?;
    for member in &runtime.licence_members {
        extract(&wheel, member, &licence(member))?;
    }
    extract(&wheel, &runtime.member, &library)?;
    check(&library, &runtime.sha256)
}

fn download_wheel(workspace: &Workspace, runtime: &Runtime) -> Result<PathBuf> {
    let folder = workspace.target.join("downloads");
    fs::create_dir_all(&folder)?;
    let wheel = folder.join(&runtime.wheel);
    if !wheel.exists() {
        let requirement = requirement_of(&runtime.wheel)?;
        shell::run(
            Command::new(crate::python::interpreter())
                .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                .args(["--disable-pip-version-check", "--only-binary=:all:"])
                .args(["--python-version", "3.11", "--implementation", "cp"])
                .args(["--platform", &runtime.pip_platform, "--dest"])
                .arg(&folder)
                .arg(requirement),
        )?;
    }
    check(&wheel, &runtime.wheel_sha256)?;
    Ok(wheel)
}

/// `name==version` of a wheel's file name.
fn requirement_of(wheel: &str) -> Result<String> {
    let mut parts = wheel.split('-');
    match (parts.next(), parts.next()) {
        (Some(name), Some(version)) => Ok(format!("{name}=={version}")),
        _ => bail!("`{wheel}` is not the name of a wheel"),
    }
}

/// Writes one member of a zip to `to`, under a temporary name until it is whole.
fn extract(zip: &Path, member: &str, to: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(zip)?)?;
    let mut source = archive
        .by_name(member)
        .with_context(|| format!("{} holds no {member}", zip.display()))?;
    let partial = to.with_extension("partial");
    let mut file = File::create(&partial)?;
    std::io::copy(&mut source, &mut file)?;
    file.flush()?;
    fs::rename(&partial, to)?;
    Ok(())
}

/// Every network in the manifest is there and is the one that its card measured.
pub fn verify_models(workspace: &Workspace) -> Result<()> {
    for model in workspace.manifest.models() {
        check(&workspace.models().join(&model.file), &model.sha256)?;
        let card = workspace.models().join(&model.card);
        ensure!(
            card.exists(),
            "{} has no card at {}",
            model.file,
            card.display()
        );
    }
    Ok(())
}

fn check(path: &Path, expected: &str) -> Result<()> {
    let found = sha256(path)?;
    ensure!(
        found == expected,
        "{} has the SHA-256 {found}, not {expected}: delete it and run this again",
        path.display()
    );
    Ok(())
}

fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
