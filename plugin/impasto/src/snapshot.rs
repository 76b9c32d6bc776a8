//! What the plug-in tells programs of itself: a JSON object, through a CLAP
//! extension of its own.
//!
//! The demonstration and the tests host the real bundle and must know what it
//! chose. A host that does not ask for `impasto.snapshot/1` never sees it.

use std::path::PathBuf;

use engine::units::{ChunkId, Distance, Score, Seconds};
use serde::Serialize;

use crate::output::HostLink;
use crate::view::{LibraryState, ModelsState, PaintingState, View, Widget};

/// The CLAP extension's id. Its table is one function:
/// `bool write(const clap_plugin *, const clap_ostream *)`, for the main thread.
pub const EXTENSION: &std::ffi::CStr = c"impasto.snapshot/1";

/// A snippet that was played.
#[derive(Clone, Debug, Serialize)]
pub struct Played {
    /// Counts up from the activation; not every number is used.
    pub serial: u64,
    /// When it began to sound, in seconds of audio since the activation.
    pub at: Seconds,
    /// The track's file.
    pub track: PathBuf,
    /// The track's title, or its file name where it has none.
    pub title: String,
    /// Where it begins in the track.
    pub start: Seconds,
    /// Its number in the library.
    pub chunk: ChunkId,
    /// Between its embedding and the brush's; null if that was forgotten.
    pub distance: Distance,
    /// Of the chunk with the painting; 0 belongs, 1 does not.
    pub score: Option<Score>,
}

/// Where a part of the plug-in stands: `none`, `loading`, `indexing`, `ready` or
/// `failed`, and what belongs to it.
#[derive(Default, Serialize)]
struct Stage {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<PathBuf>,
    done: usize,
    total: usize,
    tracks: usize,
    chunks: usize,
}

#[derive(Serialize)]
struct Snapshot {
    models: Stage,
    painting: Stage,
    library: Stage,
    pool_size: usize,
    fraction: f32,
    congruity: Option<f32>,
    dropped_frames: u64,
    snippets: Vec<Played>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    widgets: Vec<Widget>,
}

/// The snapshot of the instance that `link` belongs to.
pub fn json(link: &HostLink) -> Vec<u8> {
    let view = link.view.snapshot();
    let snapshot = Snapshot {
        models: models(&view),
        painting: painting(&view),
        library: library(&view),
        pool_size: view.pool,
        fraction: link.params.filter.value() / 100.0,
        congruity: view.congruity.map(engine::units::Congruity::get),
        dropped_frames: view.dropped_frames,
        snippets: link.played(),
        widgets: link.view.widgets(),
    };
    // PANIC: strings, numbers and paths that were made from text; a path that is not
    // UTF-8 can't be told in JSON and gives an empty object instead.
    serde_json::to_vec(&snapshot).unwrap_or_else(|_| b"{}".to_vec())
}

fn state(state: &'static str) -> Stage {
    Stage {
        state,
        ..Stage::default()
    }
}

fn failed(reason: &str) -> Stage {
    Stage {
        reason: Some(reason.to_owned()),
        ..state("failed")
    }
}

fn models(view: &View) -> Stage {
    match &view.models {
        ModelsState::Loading => state("loading"),
        ModelsState::Ready => state("ready"),
        ModelsState::Failed { reason } => failed(reason),
    }
}

fn painting(view: &View) -> Stage {
    let at = |path: &PathBuf, stage| Stage {
        path: Some(path.clone()),
        ..stage
    };
    match &view.painting {
        PaintingState::None => state("none"),
        PaintingState::Loading { path } => at(path, state("loading")),
        PaintingState::Ready { path, .. } => at(path, state("ready")),
        PaintingState::Failed { path, reason } => at(path, failed(reason)),
    }
}

fn library(view: &View) -> Stage {
    let stage = match &view.library {
        LibraryState::None => state("none"),
        LibraryState::Indexing { done, total, .. } => Stage {
            done: *done,
            total: *total,
            ..state("indexing")
        },
        LibraryState::Ready { tracks, chunks, .. } => Stage {
            tracks: *tracks,
            chunks: *chunks,
            ..state("ready")
        },
        LibraryState::Failed { reason, .. } => failed(reason),
    };
    Stage {
        index: view.index.clone(),
        ..stage
    }
}
