//! `cargo xtask scale`: search at growing sizes beside its peers, in one run.

use std::process::Command;

use anyhow::Result;

use crate::shell::{self, Steps};
use crate::workspace::Workspace;
use crate::{prepare, python};

/// Where the measuring program and its Python side lie.
const SCRIPTS: &str = "plugin/engine/benches/scale";

/// Builds the bench, makes vectors and the peers' graphs once, measures, writes docs/scale.*.
pub fn run(workspace: &Workspace, steps: &mut Steps, arguments: &[String]) -> Result<()> {
    prepare(workspace, steps)?;
    let python = steps.run("peers' environment", || python::peer_search(workspace))?;
    let bench = [
        "bench",
        "-p",
        "impasto-engine",
        "--bench",
        "scale",
        "--no-run",
    ];
    steps.run("build", || shell::run(workspace.cargo().args(bench)))?;
    steps.run("measure", || {
        let mut command = workspace.with_environment(Command::new(&python));
        command
            .arg(SCRIPTS)
            .arg(&workspace.root)
            .arg(workspace.target.join("scale"))
            .args(arguments);
        shell::run(&mut command)
    })
}
