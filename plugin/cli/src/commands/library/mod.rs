//! `impasto library`: looking after an index.

mod export;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use engine::Error;
use engine::inference::ENCODERS_VARIABLE;
use engine::library::{Status, Upkeep, index_dir_of, shipped_index_dir_of};
use serde::Serialize;

use super::index::Failed;
use crate::args::{self, Args, IndexPlace, LibraryCommand};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{progress, report, studio};

/// Runs the command.
pub fn run(args: &Args, library: &args::Library, interrupt: &Interrupt) -> Result<()> {
    match &library.command {
        LibraryCommand::Status(place) => status(args, place),
        LibraryCommand::Verify(place) => verify(args, place, interrupt),
        LibraryCommand::Relink(relink) => self::relink(args, relink),
        LibraryCommand::Export(export) => export::run(args, export, interrupt),
        LibraryCommand::Prune(place) => prune(args, place),
    }
}

/// Where the index of a folder lies. The networks are needed only to tell which index
/// belongs to a pair of encoders.
fn index_dir(args: &Args, folder: &Path, given: Option<&Path>) -> Result<PathBuf> {
    if let Some(dir) = given {
        return Ok(dir.to_owned());
    }
    let encoders = args.encoders.is_some() || std::env::var_os(ENCODERS_VARIABLE).is_some();
    Ok(match encoders {
        true => index_dir_of(folder, &*studio::models(args)?),
        false => shipped_index_dir_of(folder),
    })
}

fn dir_of(args: &Args, place: &IndexPlace) -> Result<PathBuf> {
    index_dir(args, &place.folder, place.index_dir.as_deref())
}

/// An index that is not there is told apart from one that is damaged.
fn no_library(folder: &Path) -> impl Fn(Error) -> anyhow::Error {
    let folder = folder.display().to_string();
    move |error| match error {
        Error::Index {
            problem: engine::library::IndexProblem::Missing,
            ..
        } => Exit::NoLibrary(format!("{error}: run `impasto index {folder}`")).into(),
        error => error.into(),
    }
}

/// What `status --json` prints.
#[derive(Serialize)]
struct Shown {
    index_dir: PathBuf,
    format: u32,
    folders: Vec<PathBuf>,
    /// How many files are in each state.
    files: BTreeMap<&'static str, u64>,
    /// Of 4 s each, searched.
    chunks: usize,
    /// Kept, and not searched: of missing, excluded and changed files.
    unused_rows: usize,
    bytes: u64,
    failed: Vec<Failed>,
}

fn status(args: &Args, place: &IndexPlace) -> Result<()> {
    let index_dir = dir_of(args, place)?;
    let status = Status::of(&index_dir).map_err(no_library(&place.folder))?;
    let shown = Shown {
        format: status.format,
        folders: status.folders,
        files: status
            .files
            .iter()
            .map(|(state, n)| (state.code(), *n))
            .collect(),
        chunks: status.chunks,
        unused_rows: status.rows - status.chunks,
        bytes: status.bytes,
        failed: status.failures.into_iter().map(Failed::from).collect(),
        index_dir,
    };
    if args.json {
        return report::json(&shown);
    }
    report::text(&describe(&shown))
}

fn describe(shown: &Shown) -> String {
    let mut text = format!("Index: {}\n", shown.index_dir.display());
    for folder in &shown.folders {
        text += &format!("Music: {}\n", folder.display());
    }
    let files: Vec<String> = shown
        .files
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    text += &format!("Files: {}\n", files.join(", "));
    let hours = shown.chunks as f64 * 4.0 / 3600.0;
    text += &format!(
        "Chunks: {} of 4 s ({hours:.1} hours), {:.1} MB on disk\n",
        shown.chunks,
        shown.bytes as f64 / 1e6
    );
    if shown.unused_rows > 0 {
        text += &format!(
            "Kept and not searched: {} chunks of missing, excluded or changed files \
             (`impasto library prune` forgets them)\n",
            shown.unused_rows
        );
    }
    for failed in &shown.failed {
        text += &format!("  {}: {}\n", failed.path.display(), failed.message);
    }
    text
}

/// What `verify --json` prints.
#[derive(Serialize)]
struct VerifyShown {
    rows: u64,
    batches: u64,
    problems: Vec<String>,
}

fn verify(args: &Args, place: &IndexPlace, interrupt: &Interrupt) -> Result<()> {
    let index_dir = dir_of(args, place)?;
    let mut upkeep = Upkeep::open(&index_dir).map_err(no_library(&place.folder))?;
    let bar = progress::bar(args, 0, "{pos:>9} of {len} chunks {bar:32} {eta} left");
    let verified = upkeep.verify(&mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
        match interrupt.pressed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.finish_and_clear();
    let verified = verified?;
    if verified.stopped {
        return Err(Exit::Interrupted("").into());
    }
    let shown = VerifyShown {
        rows: verified.rows,
        batches: verified.batches,
        problems: verified.problems,
    };
    if args.json {
        report::json(&shown)?;
    } else if shown.problems.is_empty() {
        let (rows, batches) = (shown.rows, shown.batches);
        report::text(&format!(
            "All {rows} rows of {batches} batches are as they were written\n"
        ))?;
    }
    if !shown.problems.is_empty() {
        bail!(
            "{}: {}; run `impasto index {}`, which keeps what is left as .bak files and \
             makes the index anew",
            index_dir.display(),
            shown.problems.join("; "),
            place.folder.display()
        );
    }
    Ok(())
}

/// What `relink --json` prints.
#[derive(Serialize)]
struct RelinkShown {
    index_dir: PathBuf,
    known: usize,
    found: usize,
}

fn relink(args: &Args, relink: &args::Relink) -> Result<()> {
    let given = relink.index_dir.as_deref();
    let dir = index_dir(args, &relink.from, given)?;
    let mut upkeep = Upkeep::open(&dir).map_err(no_library(&relink.from))?;
    let to = index_dir(args, &relink.to, given)?;
    if to != dir && to.exists() {
        bail!(
            "{} has an index already: {}. Remove that, or use it",
            relink.to.display(),
            to.display()
        );
    }
    let relinked = upkeep.relink(&relink.from, &relink.to)?;
    drop(upkeep);
    if to != dir {
        // The place of an index follows from its folder's name.
        fs::rename(&dir, &to).with_context(|| {
            format!(
                "the index is relinked but could not be moved to {}; use it with \
                 --index-dir {}",
                to.display(),
                dir.display()
            )
        })?;
    }
    let shown = RelinkShown {
        index_dir: to,
        known: relinked.known,
        found: relinked.found,
    };
    if args.json {
        return report::json(&shown);
    }
    report::text(&format!(
        "{} of {} indexed files are in {}; `impasto index` looks at the others\n",
        shown.found,
        shown.known,
        relink.to.display()
    ))
}

/// What `prune --json` prints.
#[derive(Serialize)]
struct PruneShown {
    files: usize,
    rows: u64,
}

fn prune(args: &Args, place: &IndexPlace) -> Result<()> {
    let index_dir = dir_of(args, place)?;
    let waiting = progress::spinner(args, "making the index smaller");
    let pruned = Upkeep::open(&index_dir)
        .and_then(|mut upkeep| upkeep.prune())
        .map_err(no_library(&place.folder));
    waiting.finish_and_clear();
    let pruned = pruned?;
    if args.json {
        let (files, rows) = (pruned.files, pruned.rows);
        return report::json(&PruneShown { files, rows });
    }
    report::text(&format!(
        "Forgot {} missing or excluded files and {} chunks\n",
        pruned.files, pruned.rows
    ))
}
