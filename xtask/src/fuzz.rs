//! `cargo xtask fuzz`: coverage-guided fuzzing of all that Impasto reads.
//!
//! libFuzzer, on the stable toolchain: the coverage that it needs is LLVM's own, and
//! sanitizers, for which a nightly would be needed, add little to Rust without
//! `unsafe`. The crate in `fuzz/` is also laid out for cargo-fuzz, which has them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::shell::{self, Steps};
use crate::workspace::Workspace;

/// What LLVM is to count and compare for libFuzzer, one unit a crate, as the linker would
/// otherwise drop counters; and what tells decoders to look past wrong checksums, which
/// changed bytes can hardly ever satisfy.
const FLAGS: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// An input that takes longer than this, in seconds, hangs. Generous, as it is measured
/// on the clock and the machine may be busy.
const HANG: u32 = 30;
/// What the process may have in memory, in MiB. Each input is held to less by the
/// target itself.
const MEMORY: u32 = 1024;

/// What is fuzzed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Target {
    /// Files of music: containers, codecs, tags
    Audio,
    /// An index's files and tables
    Index,
    /// OSC from the network
    Osc,
    /// Pictures
    Pictures,
    /// Settings of the routes over the network, and what is sent with them
    Routes,
    /// The plug-in's state
    State,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Index => "index",
            Self::Osc => "osc",
            Self::Pictures => "pictures",
            Self::Routes => "routes",
            Self::State => "state",
        }
    }

    /// The longest input, in bytes: what the largest seed needs.
    fn longest(self) -> u32 {
        match self {
            Self::Audio => 4_608,
            Self::Index => 128,
            Self::Osc | Self::Pictures | Self::Routes | Self::State => 2_048,
        }
    }

    /// Announced and timed under this name.
    fn step(self) -> &'static str {
        match self {
            Self::Audio => "fuzz audio",
            Self::Index => "fuzz index",
            Self::Osc => "fuzz osc",
            Self::Pictures => "fuzz pictures",
            Self::Routes => "fuzz routes",
            Self::State => "fuzz state",
        }
    }
}

/// How much is fuzzed.
#[derive(clap::Args)]
pub struct Options {
    /// How many inputs each target gets
    #[arg(long, default_value_t = 1_000_000)]
    inputs: u64,
    /// Only this target
    #[arg(long)]
    target: Option<Target>,
    /// Run one input again, for example one that failed, instead of making new ones
    #[arg(long, requires = "target")]
    input: Option<PathBuf>,
    /// The random numbers' seed; by default from the clock, and printed
    #[arg(long, default_value_t = 0)]
    seed: u32,
}

/// Fuzzes each target in turn; the first failure ends it.
pub fn run(workspace: &Workspace, options: &Options, steps: &mut Steps) -> Result<()> {
    let all = Target::value_variants();
    let targets = options.target.as_ref().map_or(all, std::slice::from_ref);
    for target in targets {
        steps.run("build", || build(workspace, *target))?;
        steps.run(target.step(), || fuzz(workspace, *target, options))?;
    }
    Ok(())
}

fn build(workspace: &Workspace, target: Target) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(workspace.root.join("fuzz"))
        .env("CARGO_TARGET_DIR", place(workspace))
        .env("RUSTFLAGS", FLAGS)
        // Naming the target keeps the flags from build scripts and macros.
        .args(["build", "--release", "--target"])
        .args([env!("XTASK_TARGET"), "--bin", target.name()]);
    match target {
        Target::Osc | Target::Routes => cargo.arg("--no-default-features"),
        Target::State => cargo.args(["--features", "plugin"]),
        Target::Audio | Target::Index | Target::Pictures => &mut cargo,
    };
    shell::run(&mut cargo)
}

fn fuzz(workspace: &Workspace, target: Target, options: &Options) -> Result<()> {
    let (name, place) = (target.name(), place(workspace));
    let program = place.join(env!("XTASK_TARGET")).join("release").join(name);
    let mut fuzzer = Command::new(program);
    fuzzer
        // Networks would have the plug-in open the files that a state names.
        .env_remove("IMPASTO_MODELS")
        .arg(format!("-timeout={HANG}"))
        .arg(format!("-rss_limit_mb={MEMORY}"));
    if let Some(input) = &options.input {
        return shell::run(fuzzer.arg(input));
    }
    let (corpus, failures) = (place.join("corpus").join(name), place.join("failures"));
    for folder in [&corpus, &failures] {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fuzzer
        // It logs each state that it refuses.
        .env("NICE_LOG", if cfg!(windows) { "NUL" } else { "/dev/null" })
        .arg(format!("-artifact_prefix={}/{name}-", failures.display()))
        .arg(format!("-runs={}", options.inputs))
        .arg(format!("-seed={}", options.seed))
        .arg(format!("-max_len={}", target.longest()))
        // One process, whose folder nobody else writes to.
        .args(["-reload=0", "-print_final_stats=1"])
        .arg(&corpus)
        .arg(workspace.root.join("fuzz/seeds").join(name));
    shell::run(&mut fuzzer).with_context(|| {
        format!(
            "the input that failed lies in {}; run it again with \
             `cargo xtask fuzz --target {name} --input FILE`, and keep it in fuzz/seeds/{name} \
             when it is mended",
            failures.display()
        )
    })
}

/// Where all that is built and found lies.
fn place(workspace: &Workspace) -> PathBuf {
    workspace.target.join("fuzz")
}
