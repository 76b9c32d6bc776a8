//! `cargo xtask peer-index`: indexing beside a Python pipeline, in one run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::shell::{self, Steps};
use crate::workspace::Workspace;
use crate::{python, runtime};

/// What the command takes.
#[derive(clap::Args)]
pub struct Options {
    /// Folder of music [default: the demonstration library]
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How often each side runs; its best counts
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

/// Prepares both sides and compares them; the numbers lie in `target/peer-index.json`.
pub fn run(workspace: &Workspace, steps: &mut Steps, options: &Options) -> Result<()> {
    steps.run("inference runtime", || runtime::fetch(workspace))?;
    let python = steps.run("Python environment", || python::peer_index(workspace))?;
    let example = "index_speed";
    steps.run("build", || {
        let arguments = ["build", "--release", "-p", "impasto-engine", "--example"];
        shell::run(workspace.cargo().args(arguments).arg(example))
    })?;
    let folder = workspace.root.join("tests/assets/library");
    steps.run("compare", || {
        let mut command = workspace.with_environment(Command::new(&python));
        command
            .arg(workspace.root.join("tests/benches/peer_index.py"))
            .arg("--impasto")
            .arg(workspace.target.join("release/examples").join(example))
            .arg("--models")
            .arg(workspace.models())
            .arg("--folder")
            .arg(options.folder.as_ref().unwrap_or(&folder))
            .args(["--rounds", &options.rounds.to_string()])
            .arg("--json")
            .arg(workspace.target.join("peer-index.json"));
        shell::run(&mut command)
    })
}
