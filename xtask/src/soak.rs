//! `cargo xtask soak`: long rehearsals in real time, looking for blocks that come too late.

use std::process::Command;

use anyhow::Result;

use crate::bundle::{self, Profile};
use crate::prepare;
use crate::shell::{self, Steps};
use crate::workspace::Workspace;

/// What the command takes.
#[derive(clap::Args)]
pub struct Options {
    /// Minutes that sixteen instances play at once; 0 leaves them out
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// Frames that one instance plays in blocks of 64, beside an indexer and an open
    /// editor; 0 leaves it out
    #[arg(long, default_value_t = 10_000_000)]
    frames: u64,
}

/// Instances that play at once.
const INSTANCES: u64 = 16;
/// In hertz.
const RATE: u64 = 48_000;

/// Builds the release bundle and plays both rehearsals on it.
pub fn run(workspace: &Workspace, steps: &mut Steps, options: &Options) -> Result<()> {
    prepare(workspace, steps)?;
    steps.run("build and bundle", || {
        bundle::build(workspace, Profile::Release)
    })?;
    let play = |arguments: &[String]| {
        let program = bundle::executable(workspace, Profile::Release, "soak");
        let folder = workspace.target.join("soak");
        let mut command = workspace.with_environment(Command::new(program));
        command.arg("--folder").arg(folder).args(arguments);
        shell::run(&mut command)
    };
    let argument = |name: &str, value: u64| [format!("--{name}"), value.to_string()];
    if options.frames > 0 {
        steps.run("one instance, editor open, an indexer beside", || {
            let mut arguments = vec!["--editor".to_owned(), "--index".to_owned()];
            arguments.extend(argument("frames", options.frames));
            play(&arguments)
        })?;
    }
    if options.minutes > 0 {
        steps.run("sixteen instances", || {
            let mut arguments = Vec::new();
            arguments.extend(argument("instances", INSTANCES));
            arguments.extend(argument("frames", u64::from(options.minutes) * 60 * RATE));
            play(&arguments)
        })?;
    }
    Ok(())
}
