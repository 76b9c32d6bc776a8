//! Runs the public validators on the bundles, many times over.
//!
//! They are not fetched here: each is built from its own public source. Those
//! on `PATH` are run at their strictest, the others are named as missing.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::shell;
use crate::workspace::Workspace;

/// Runs each validator `repeat` times; fails if none is there or one fails.
pub fn run(workspace: &Workspace, repeat: u32) -> Result<()> {
    let clap = workspace.bundles().join("Impasto/Impasto.clap");
    let vst3 = workspace.bundles().join("Impasto.vst3");
    ensure!(
        clap.exists() && vst3.exists(),
        "there are no bundles to validate: run `cargo xtask bundle` first"
    );
    let mut pluginval = vec!["--strictness-level", "10", "--randomise"];
    if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_none() {
        println!("no display: pluginval runs without the tests of the editor");
        pluginval.push("--skip-gui-tests");
    }
    pluginval.push("--validate");
    // Once with one instance for all tests, once with a new one for each.
    let runs: [(&str, Vec<&str>, &std::path::Path); 4] = [
        ("clap-validator", vec!["validate", "--only-failed"], &clap),
        ("pluginval", pluginval, &vst3),
        ("validator", vec!["-e"], &vst3),
        ("validator", vec!["-e", "-l"], &vst3),
    ];
    let mut found = 0;
    for (program, arguments, bundle) in runs {
        if !shell::exists(program) {
            println!("{program} is not on PATH: skipped");
            continue;
        }
        found += 1;
        for round in 1..=repeat {
            println!("{program}, run {round} of {repeat}");
            shell::run(Command::new(program).args(&arguments).arg(bundle))?;
        }
    }
    ensure!(found > 0, "none of the validators is on PATH");
    Ok(())
}
