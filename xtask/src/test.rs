//! `cargo xtask test`: everything that must hold before a change is good.

use anyhow::Result;

use crate::bundle::{self, Profile};
use crate::shell::{self, Steps};
use crate::workspace::Workspace;
use crate::{prepare, python, tidy};

/// Formats, lints, then unit, property, golden and host tests.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    steps.run("format", || {
        shell::run(workspace.cargo().args(["fmt", "--all", "--check"]))
    })?;
    steps.run("tidy", || tidy::run(workspace))?;
    steps.run("assets", || python::check_assets(workspace))?;
    prepare(workspace, steps)?;
    let python = steps.run("Python environment", || python::environment(workspace))?;
    steps.run("lints", || {
        shell::run(workspace.cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]))
    })?;
    steps.run("build and bundle", || {
        bundle::build(workspace, Profile::Dev)
    })?;
    steps.run("unit, property, golden and CLAP host tests", || {
        shell::run(workspace.cargo().args(["test", "--workspace"]))
    })?;
    steps.run("VST3 host tests", || {
        python::unit_tests(workspace, &python, "tests/python")
    })?;
    steps.run("front end reference", || {
        python::unit_tests(workspace, &python, "models/golden")
    })?;
    let training = steps.run("training environment", || {
        python::training_environment(workspace)
    })?;
    steps.run("training tests", || {
        python::unit_tests(
            workspace,
            training.as_deref().unwrap_or(&python),
            "models/training",
        )
    })?;
    steps.run("training, all stages on made-up data", || {
        python::training(workspace, &["smoke".to_owned()])
    })
}
