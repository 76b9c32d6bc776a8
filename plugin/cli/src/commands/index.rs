//! `impasto index`: a folder of music into an index.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Result;
use engine::inference::Models;
use engine::library::{
    Contract, Control, Failure, Indexer, Library, MapOptions, Progress, ScanReport, Watcher,
    Watching, portable_index_dir, with_encoders,
};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::args::{self, Args};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{progress, report, studio, time};

/// How often Ctrl-C is looked for while nothing changes.
const LOOK: Duration = Duration::from_millis(200);

/// What `--json` prints.
#[derive(Serialize)]
struct Indexed {
    folder: PathBuf,
    index_dir: PathBuf,
    /// Music files in the folder.
    found: usize,
    /// Taken in now.
    indexed: usize,
    /// In the index already.
    unchanged: usize,
    /// Found again under another path, by their contents.
    moved: usize,
    /// Gone from the folder: kept in the index until they are back, and not used.
    missing: usize,
    /// Left out, as the index was told.
    excluded: usize,
    /// Not in the library.
    failed: Vec<Failed>,
    /// In the library now.
    tracks: usize,
    /// Of 4 s each, in the library now.
    chunks: usize,
    /// Seconds of music that were decoded and embedded now.
    music_s: f64,
    /// How long that took.
    elapsed_s: f64,
    /// Why the index had to be made anew, if it had to.
    rebuilt: Option<String>,
    /// Whether Ctrl-C broke it off.
    stopped: bool,
}

/// A file that is not in the library.
#[derive(Serialize)]
pub(super) struct Failed {
    pub(super) path: PathBuf,
    pub(super) code: String,
    pub(super) message: String,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self {
            path: failure.path,
            code: failure.code,
            message: failure.message,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, index: &args::Index, interrupt: &Interrupt) -> Result<()> {
    let models = studio::models(args)?;
    let index_dir = index_dir(index, &models);
    if !index.watch {
        return scan(args, index, &models, &index_dir, interrupt);
    }
    // Watched before it is scanned: what changes meanwhile is not missed.
    let (changes, changed) = channel();
    let watcher = Watcher::new(&index.folder, move || {
        // Whoever waits for it may have ended.
        let _ = changes.send(());
    })?;
    scan(args, index, &models, &index_dir, interrupt)?;
    if let Watching::Polling(reason) = watcher.watching() {
        eprintln!("impasto: {reason}");
    }
    let waiting = progress::spinner(args, "waiting for changes");
    while !interrupt.pressed() {
        match changed.recv_timeout(LOOK) {
            Ok(()) => waiting.suspend(|| scan(args, index, &models, &index_dir, interrupt))?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    waiting.finish_and_clear();
    Ok(())
}

/// Where the index lies, or is to lie.
fn index_dir(index: &args::Index, models: &Models) -> PathBuf {
    match index.portable {
        true => with_encoders(portable_index_dir(&index.folder), models),
        false => studio::index_dir(&index.folder, index.index_dir.as_deref(), models),
    }
}

/// Scans once and says what came of it.
fn scan(
    args: &Args,
    index: &args::Index,
    models: &Arc<Models>,
    index_dir: &Path,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut embedders = models.audio_embedders(index.threads())?;
    let mut indexer = Indexer::with_contract(index_dir, Contract::of_models(models))?;
    if index.exclude_none || !index.exclude.is_empty() {
        indexer.set_excluded(&index.exclude)?;
    }
    let template = "{pos:>5} of {len} files {bar:32} {prefix:>14}  {wide_msg}";
    let bar = progress::bar(args, 0, template);
    let scanned = indexer.scan(
        &index.folder,
        &mut embedders,
        &Control::new(),
        &mut |progress| {
            show(&bar, progress);
            match interrupt.pressed() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        },
    );
    bar.finish_and_clear();
    let indexed = indexed(&index.folder, index_dir.to_owned(), scanned?)?;
    if args.json {
        report::json(&indexed)?;
    } else {
        report::text(&summary(&indexed))?;
    }
    if indexed.stopped {
        return Err(Exit::Interrupted(": run it again to go on where it was").into());
    }
    if indexed.chunks == 0 {
        let folder = indexed.folder.display();
        return Err(Exit::NoLibrary(format!("{folder} holds no music that can be used")).into());
    }
    map(args, &mut indexer, interrupt)
}

/// Brings the library's map up to date, which the editor shows; called off, it goes on with
/// the next scan.
fn map(args: &Args, indexer: &mut Indexer, interrupt: &Interrupt) -> Result<()> {
    let drawing = progress::spinner(args, "drawing the map");
    let control = Control::new();
    let drawn = indexer.map(&MapOptions::default(), &control, &mut |_| {
        if interrupt.pressed() {
            control.cancel();
        }
    });
    drawing.finish_and_clear();
    drawn?;
    Ok(())
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    bar.set_length(progress.total as u64);
    bar.set_position(progress.done as u64);
    bar.set_prefix(
        progress
            .eta
            .map_or_else(String::new, |eta| format!("{} left", time::duration(eta))),
    );
    bar.set_message(progress::name(progress.current));
}

fn indexed(folder: &Path, index_dir: PathBuf, report: ScanReport) -> Result<Indexed> {
    let library = Library::open(&index_dir)?;
    Ok(Indexed {
        folder: folder.to_owned(),
        index_dir,
        found: report.found,
        indexed: report.indexed,
        unchanged: report.unchanged,
        moved: report.moved,
        missing: report.missing,
        excluded: report.excluded,
        failed: report.failed.into_iter().map(Failed::from).collect(),
        tracks: library.tracks().len(),
        chunks: library.len(),
        music_s: report.music.0,
        elapsed_s: report.elapsed.0,
        rebuilt: report.rebuilt,
        stopped: report.stopped,
    })
}

fn summary(indexed: &Indexed) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    if let Some(reason) = &indexed.rebuilt {
        line(format!("The index was renewed: {reason}"));
    }
    line(format!(
        "{} found: {} taken in, {} unchanged, {} gone, {} not usable",
        count(indexed.found, "file"),
        indexed.indexed,
        indexed.unchanged,
        indexed.missing,
        indexed.failed.len()
    ));
    if indexed.moved > 0 {
        line(format!(
            "{} moved, and known by their contents",
            count(indexed.moved, "file")
        ));
    }
    if indexed.excluded > 0 {
        line(format!(
            "{} left out, as the index was told",
            count(indexed.excluded, "file")
        ));
    }
    for failed in &indexed.failed {
        line(format!("  {}: {}", failed.path.display(), failed.message));
    }
    if indexed.music_s > 0.0 && indexed.elapsed_s > 0.0 {
        line(format!(
            "{} of music in {}, {:.0} times as fast as it plays",
            time::duration(engine::units::Seconds(indexed.music_s)),
            time::duration(engine::units::Seconds(indexed.elapsed_s)),
            indexed.music_s / indexed.elapsed_s
        ));
    }
    line(format!(
        "The library holds {}, {} of 4 s: {}",
        count(indexed.tracks, "track"),
        count(indexed.chunks, "chunk"),
        indexed.index_dir.display()
    ));
    text
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
