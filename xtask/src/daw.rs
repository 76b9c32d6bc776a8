//! `cargo xtask daw`: plays Impasto in Debian's Ardour and checks what comes of it.

use std::process::Command;

use anyhow::Result;

use crate::bundle::{self, Profile};
use crate::shell::{self, Steps};
use crate::workspace::Workspace;
use crate::{demo, prepare, python};

/// Builds, indexes the demo library, then runs `tests/daw` on the VST3 bundle. `cases` are
/// the checks to run; all if there are none.
pub fn run(workspace: &Workspace, steps: &mut Steps, cases: &[String]) -> Result<()> {
    prepare(workspace, steps)?;
    let python = steps.run("Python environment", || python::environment(workspace))?;
    steps.run("build and bundle", || {
        bundle::build(workspace, Profile::Release)
    })?;
    let out = workspace.target.join("daw");
    let index = workspace.target.join("daw-index");
    demo::index_library(workspace, steps, &index)?;
    steps.run("Ardour", || {
        // The bundle has to find its own models and runtime, as in any host.
        shell::run(
            Command::new(&python)
                .arg(workspace.root.join("tests/daw/run.py"))
                .arg("--bundle")
                .arg(workspace.bundles().join("Impasto.vst3"))
                .arg("--index")
                .arg(&index)
                .arg("--out")
                .arg(&out)
                .args(cases),
        )
    })
}
