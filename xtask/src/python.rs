//! The Python side: an environment for the VST3 hosts and the training package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;
use crate::workspace::Workspace;

/// The interpreter that makes the environment.
pub fn interpreter() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

/// Makes or refreshes `target/venv` and gives back its interpreter.
///
/// The requirements' text is kept beside it, so a change of a pin reinstalls.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("venv");
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let requirements = [
        workspace.root.join("tests/python/requirements.txt"),
        workspace.root.join("models/training/requirements-test.txt"),
    ];
    let wanted = read_all(&requirements)?;
    let stamp = folder.join("requirements.stamp");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    shell::run(
        Command::new(interpreter())
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    for file in &requirements {
        pip.arg("--requirement").arg(file);
    }
    shell::run(&mut pip)?;
    fs::write(&stamp, wanted)?;
    Ok(python)
}

fn read_all(files: &[PathBuf]) -> Result<String> {
    files
        .iter()
        .map(|file| fs::read_to_string(file).with_context(|| file.display().to_string()))
        .collect()
}

/// Runs the unit tests of `folder`; the training package can be imported by name.
pub fn unit_tests(workspace: &Workspace, python: &Path, folder: &str) -> Result<()> {
    let mut command = workspace.with_environment(Command::new(python));
    command
        .current_dir(workspace.root.join(folder))
        .env("PYTHONPATH", workspace.models())
        .args(["-m", "unittest"]);
    shell::run(&mut command)
}

/// Compares the assets with their table of sources and licences.
pub fn check_assets(workspace: &Workspace) -> Result<()> {
    shell::run(Command::new(interpreter()).arg(workspace.root.join("tests/assets/check_assets.py")))
}

/// Hands `arguments` to the training package.
pub fn training(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    // Training needs PyTorch, which the system's Python has from its packages;
    // the test environment stays small without it.
    let mut command = workspace.with_environment(Command::new(interpreter()));
    command
        .current_dir(workspace.models())
        .args(["-m", "training"])
        .args(arguments);
    shell::run(&mut command)
}
