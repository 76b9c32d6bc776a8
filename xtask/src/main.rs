//! Impasto's chores, run as `cargo xtask COMMAND`.
//!
//! Each command does its own set-up: system packages where it may install them,
//! the pinned inference runtime, the models' check sums, a Python environment.

mod bundle;
mod daw;
mod demo;
mod fuzz;
mod install;
mod manifest;
mod notices;
mod peer_index;
mod python;
mod runtime;
mod scale;
mod screenshots;
mod shell;
mod soak;
mod system;
mod test;
mod tidy;
mod validate;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bundle::Profile;
use crate::shell::Steps;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Impasto's chores")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the bundles, let a painting and a brush play the demo library, write target/demo
    Demo,
    /// Format, lint, and run the unit, property, golden and host tests
    Test,
    /// Build the release bundles and put them where hosts look for them
    Install,
    /// Build the bundles with models and inference runtime inside, under target/bundled
    Bundle {
        /// Build without optimising our own crates: quicker to build, slower to run
        #[arg(long)]
        debug: bool,
    },
    /// Fetch what building and testing need: packages, inference runtime, Python environment
    Setup,
    /// Measure what users feel: mel frame, embedding, search, process block, indexing
    Bench,
    /// Measure indexing beside a Python pipeline of librosa and onnxruntime
    PeerIndex(peer_index::Options),
    /// Measure search from 10,000 chunks to a million beside its peers, write docs/scale.*
    /// (20 minutes the first time, 5 GB under target/scale)
    Scale {
        /// Passed on: `--sizes 10000 100000`, `--report-only`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Play for minutes in real time and look for blocks that come too late: one instance
    /// beside an indexer and an open editor, then sixteen
    Soak(soak::Options),
    /// Play the plug-in in Debian's Ardour under a virtual display: render, record automation
    /// and MIDI, drag sliders, write target/daw (needs Ardour; says what to install)
    Daw {
        /// Which checks; all if none is named
        cases: Vec<String>,
    },
    /// Run the public plug-in validators found on PATH on the bundles, many times
    Validate {
        /// How often each validator runs
        #[arg(long, default_value_t = 10)]
        repeat: u32,
    },
    /// Feed broken audio, pictures, states and indexes to all that reads them (needs a C++ compiler)
    Fuzz(fuzz::Options),
    /// Draw the README's pictures of the editor's views into docs/pictures (no display needed)
    Screenshots,
    /// Check the architecture's mechanical invariants
    Tidy,
    /// Run the training package: `cargo xtask models smoke`, `cargo xtask models --help`
    Models {
        /// Passed on to `python -m training`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let workspace = Workspace::locate()?;
    let mut steps = Steps::new();
    let outcome = run(arguments.command, &workspace, &mut steps);
    steps.print_table();
    outcome
}

fn run(command: Command, workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    match command {
        Command::Demo => demo::run(workspace, steps),
        Command::Test => test::run(workspace, steps),
        Command::Install => {
            prepare(workspace, steps)?;
            steps.run("build and bundle", || {
                bundle::build(workspace, Profile::Release)
            })?;
            install::run(workspace)
        }
        Command::Bundle { debug } => {
            prepare(workspace, steps)?;
            let profile = if debug {
                Profile::Dev
            } else {
                Profile::Release
            };
            steps.run("build and bundle", || bundle::build(workspace, profile))
        }
        Command::Setup => {
            prepare(workspace, steps)?;
            steps.run("Python environment", || python::environment(workspace))?;
            Ok(())
        }
        Command::Bench => {
            prepare(workspace, steps)?;
            steps.run("build and bundle", || {
                bundle::build(workspace, Profile::Release)
            })?;
            steps.run("bench", || {
                shell::run(
                    workspace
                        .cargo()
                        .args(["bench", "--workspace", "--benches"]),
                )
            })
        }
        Command::PeerIndex(options) => peer_index::run(workspace, steps, &options),
        Command::Scale { arguments } => scale::run(workspace, steps, &arguments),
        Command::Soak(options) => soak::run(workspace, steps, &options),
        Command::Daw { cases } => daw::run(workspace, steps, &cases),
        Command::Validate { repeat } => validate::run(workspace, repeat),
        Command::Fuzz(options) => fuzz::run(workspace, &options, steps),
        Command::Screenshots => screenshots::run(workspace, steps),
        Command::Tidy => tidy::run(workspace),
        Command::Models { arguments } => python::training(workspace, &arguments),
    }
}

/// What every build that is to be run needs: packages, runtime, intact models.
fn prepare(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    steps.run("system packages", system::packages)?;
    steps.run("inference runtime", || runtime::fetch(workspace))?;
    steps.run("models", || runtime::verify_models(workspace))
}
