//! `cargo xtask demo`: a painting and a brush play a library inside the real plug-in.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::bundle::{self, Profile};
use crate::prepare;
use crate::shell::{self, Steps};
use crate::workspace::Workspace;

/// Builds, indexes the demo library, hosts the `.clap`, writes `target/demo`.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    prepare(workspace, steps)?;
    steps.run("build and bundle", || {
        bundle::build(workspace, Profile::Release)
    })?;
    let assets = workspace.root.join("tests/assets");
    let out = workspace.target.join("demo");
    fs::create_dir_all(&out)?;
    let index = out.join("index");

    index_library(workspace, steps, &index)?;
    steps.run("host the plug-in", || {
        let program = bundle::executable(workspace, Profile::Release, "demo_host");
        let mut host = Command::new(program);
        // The bundle has to find its own models and runtime, as it has to in a
        // host: nothing of the workspace's environment is passed on.
        host.current_dir(&workspace.root)
            .arg("--bundles")
            .arg(workspace.bundles())
            .arg("--assets")
            .arg(&assets)
            .arg("--index-dir")
            .arg(&index)
            .arg("--out")
            .arg(&out);
        shell::run(&mut host)
    })?;
    println!("\nLook at {}", out.join("report.html").display());
    Ok(())
}

/// Indexes the demonstration's music into `index`, with the release build.
pub fn index_library(workspace: &Workspace, steps: &mut Steps, index: &Path) -> Result<()> {
    steps.run("index the demo library", || {
        let program = bundle::executable(workspace, Profile::Release, "impasto");
        shell::run(
            workspace
                .with_environment(Command::new(program))
                .arg("index")
                .arg(workspace.root.join("tests/assets/library"))
                .arg("--index-dir")
                .arg(index),
        )
    })
}
