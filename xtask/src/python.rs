//! The Python side: an environment for the VST3 hosts and the training package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{shell, system};

/// The interpreter that makes the environment.
pub fn interpreter() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

/// Makes or refreshes `target/venv`, for the VST3 hosts, the golden references and the
/// training package's tests, and gives back its interpreter.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let requirements = [
        "tests/python/requirements.txt",
        "models/training/requirements-test.txt",
    ];
    make(workspace, interpreter(), "venv", &requirements, &[])
}

/// Makes or refreshes `target/venv-peer-index`, with the pipeline that indexing is compared
/// with, and gives back its interpreter.
pub fn peer_index(workspace: &Workspace) -> Result<PathBuf> {
    let requirements = ["tests/benches/requirements-index.txt"];
    make(
        workspace,
        interpreter(),
        "venv-peer-index",
        &requirements,
        &[],
    )
}

/// Makes or refreshes `target/venv-peer-search`, with the programs that search is compared with,
/// and gives back its interpreter.
pub fn peer_search(workspace: &Workspace) -> Result<PathBuf> {
    let requirements = ["plugin/engine/benches/scale/requirements.txt"];
    make(
        workspace,
        interpreter(),
        "venv-peer-search",
        &requirements,
        &[],
    )
}

/// Makes or refreshes `target/venv-training`, in which the whole training package runs, and
/// gives back its interpreter; `None` where the system has no package of PyTorch.
///
/// PyTorch comes from the system's packages: the Python registry's is ten times larger,
/// most of it for graphics cards.
pub fn training_environment(workspace: &Workspace) -> Result<Option<PathBuf>> {
    // The one that the system's packages are for; another may come first in the path.
    const SYSTEM: &str = "/usr/bin/python3";
    const PINNED: &str = "import sys; sys.exit(sys.version_info[:2] != (3, 11))";
    if shell::output(Command::new(SYSTEM).args(["-c", PINNED])).is_err() {
        println!("requirements.txt is pinned for the Python 3.11 of Debian 12, which is not here");
        return Ok(None);
    }
    if !system::pytorch()? {
        return Ok(None);
    }
    let requirements = ["models/training/requirements.txt"];
    let options = ["--system-site-packages"];
    let python = make(workspace, SYSTEM, "venv-training", &requirements, &options)?;
    shell::output(Command::new(&python).args(["-c", "import torch"]))
        .context("PyTorch is installed and cannot be imported")?;
    Ok(Some(python))
}

/// The requirements' text is kept beside an environment, so a change of a pin reinstalls.
fn make(
    workspace: &Workspace,
    interpreter: &str,
    name: &str,
    requirements: &[&str],
    options: &[&str],
) -> Result<PathBuf> {
    let folder = workspace.target.join(name);
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let requirements: Vec<_> = requirements
        .iter()
        .map(|file| workspace.root.join(file))
        .collect();
    let wanted = read_all(&requirements)?;
    let stamp = folder.join("requirements.stamp");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    shell::run(
        Command::new(interpreter)
            .args(["-m", "venv", "--clear"])
            .args(options)
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

/// Hands `arguments` to the training package, in an environment that is made if need be.
pub fn training(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let python = match training_environment(workspace)? {
        Some(python) => python,
        // Without PyTorch most stages still run; those that need it say so.
        None => environment(workspace)?,
    };
    let mut command = workspace.with_environment(Command::new(python));
    command
        .current_dir(workspace.models())
        .args(["-m", "training"])
        .args(arguments);
    shell::run(&mut command)
}
