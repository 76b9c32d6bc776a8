//! The `impasto` command: a library indexed, a painting and a brush recording
//! translated, a congruity curve drawn, the networks measured, all offline through the engine that the
//! plug-in uses.
//!
//! Results go to standard output (as JSON with `--json`), progress and errors to
//! standard error. The exit codes are those of [`exit`].

mod args;
mod chart;
mod commands;
mod exit;
mod explanation;
mod interrupt;
mod parts;
mod progress;
mod report;
mod sound;
mod studio;
mod time;
mod wave;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    let done = interrupt::watch().and_then(|interrupt| match &args.command {
        Command::Index(index) => commands::index::run(&args, index, &interrupt),
        Command::Library(library) => commands::library::run(&args, library, &interrupt),
        Command::Match(matching) => commands::matching::run(&args, matching, &interrupt),
        Command::Congruity(congruity) => commands::congruity::run(&args, congruity, &interrupt),
        Command::Eval(eval) => commands::eval::run(&args, eval, &interrupt),
        Command::Session(session) => commands::session::run(&args, session, &interrupt),
        Command::Teach(teach) => commands::teach::run(&args, teach, &interrupt),
    });
    done.map_or_else(|error| exit::report(&error), |()| ExitCode::SUCCESS)
}
