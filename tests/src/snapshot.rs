//! What the plug-in tells of itself through its own CLAP extension
//! `impasto.snapshot/1`: which painting, library and pool it uses, and which
//! snippets it has played.
//!
//! The extension is one function, called on the main thread, that writes a JSON
//! object into a stream. The structs here are that object.

use crate::host::Instance;
use crate::{Error, Result};
use clack_host::extensions::prelude::*;
use clack_host::stream::OutputStream;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::clap_ostream;
use serde::Deserialize;
use std::ffi::CStr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// All that the plug-in publishes, but for pictures.
#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    /// The networks.
    pub models: Stage,
    /// The painting.
    pub painting: Stage,
    /// The library.
    pub library: LibraryStage,
    /// Chunks in the painting's pool.
    pub pool_size: usize,
    /// The share of the library that the pool is to be, 0..1.
    pub fraction: f64,
    /// The congruity, 0..1; none while it is unknown.
    pub congruity: Option<f64>,
    /// Analysis frames that a full ring lost.
    pub dropped_frames: u64,
    /// Every snippet played since activation, oldest first.
    pub snippets: Vec<Played>,
    /// What the open window shows, if `IMPASTO_WIDGETS` was set when it opened.
    #[serde(default)]
    pub widgets: Vec<Widget>,
}

/// Where a part of the plug-in stands.
#[derive(Clone, Debug, Deserialize)]
pub struct Stage {
    /// `none`, `loading`, `ready` or `failed`.
    pub state: String,
    /// The file, where there is one.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Why it failed.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Where the library stands.
#[derive(Clone, Debug, Deserialize)]
pub struct LibraryStage {
    /// `none`, `indexing`, `ready` or `failed`.
    pub state: String,
    /// The folder of the index.
    #[serde(default)]
    pub index: Option<PathBuf>,
    /// Files looked at so far.
    #[serde(default)]
    pub done: u64,
    /// Files to look at.
    #[serde(default)]
    pub total: u64,
    /// Tracks in the library.
    #[serde(default)]
    pub tracks: u64,
    /// Chunks in the library.
    #[serde(default)]
    pub chunks: u64,
    /// Why it failed.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A snippet that was played.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Played {
    /// Of the cue: counts up in the order in which cues are made, not in which they start.
    pub serial: u64,
    /// When it began to sound, in seconds of audio since the activation.
    pub at: f64,
    /// The track's file.
    pub track: PathBuf,
    /// The track's title.
    #[serde(default)]
    pub title: String,
    /// Where it begins in the track, in seconds.
    pub start: f64,
    /// Its number in the library.
    pub chunk: u32,
    /// Euclidean distance between its embedding and the brush's. None if the
    /// plug-in has forgotten it.
    pub distance: Option<f64>,
    /// Correspondence score: 0 belongs to the painting, 1 does not. None without a painting.
    pub score: Option<f64>,
}

/// A widget of the open window, as it is told to a screen reader.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Widget {
    /// As AccessKit calls it.
    pub role: String,
    /// Its accessible name; empty where it has none.
    pub name: String,
    /// The text in it, where it holds one.
    pub value: String,
    /// Left, top, right, bottom, in pixels of the window.
    pub rect: [f64; 4],
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether it has the keyboard.
    pub focused: bool,
}

/// The extension's table of functions.
#[repr(C)]
#[derive(Clone, Copy)]
struct RawSnapshot {
    write: Option<unsafe extern "C" fn(*const clap_plugin, *const clap_ostream) -> bool>,
}

/// The extension, found in a plug-in.
#[derive(Clone, Copy)]
struct PluginSnapshot(RawExtension<PluginExtensionSide, RawSnapshot>);

// SAFETY: `RawSnapshot` is repr(C) and is the table that the identifier stands for.
unsafe impl Extension for PluginSnapshot {
    const IDENTIFIERS: &'static [&'static CStr] = &[c"impasto.snapshot/1"];
    type ExtensionSide = PluginExtensionSide;

    unsafe fn from_raw(raw: RawExtension<Self::ExtensionSide>) -> Self {
        // SAFETY: the caller guarantees that the table is the identifier's.
        PluginSnapshot(unsafe { raw.cast() })
    }
}

impl Snapshot {
    /// Asks `instance` for its snapshot.
    pub fn of(instance: &mut Instance) -> Result<Snapshot> {
        const ID: &str = "impasto.snapshot/1";
        let handle = instance.plugin.plugin_handle();
        let extension: PluginSnapshot =
            handle.get_extension().ok_or(Error::MissingExtension(ID))?;
        let write = handle
            .use_extension(&extension.0)
            .write
            .ok_or(Error::MissingExtension(ID))?;
        let mut bytes = Vec::new();
        let mut stream = OutputStream::from_writer(&mut bytes);
        // SAFETY: the function is the plug-in's own, called with its own instance
        // on its main thread and with a stream that outlives the call.
        let written = unsafe { write(handle.as_raw(), stream.as_raw_mut()) };
        if !written {
            return Err(Error::plugin("write its snapshot", "it said no"));
        }
        serde_json::from_slice(&bytes).map_err(|e| Error::Unreadable {
            what: "snapshot",
            reason: e.to_string(),
        })
    }

    /// The first part that failed, in the plug-in's words.
    pub fn failure(&self) -> Option<String> {
        let parts = [
            ("models", &self.models.state, &self.models.reason),
            ("painting", &self.painting.state, &self.painting.reason),
            ("library", &self.library.state, &self.library.reason),
        ];
        parts
            .into_iter()
            .find(|(_, state, _)| *state == "failed")
            .map(|(part, _, reason)| format!("{part}: {}", reason.as_deref().unwrap_or("failed")))
    }

    /// Whether networks, painting and library are all in use.
    pub fn is_ready(&self) -> bool {
        [
            &self.models.state,
            &self.painting.state,
            &self.library.state,
        ]
        .into_iter()
        .all(|state| state == "ready")
    }

    /// Serves `instance`'s main thread until `until` holds for its snapshot.
    /// `progress` sees every snapshot on the way.
    ///
    /// # Errors
    /// A part of the plug-in failed, or `limit` passed.
    pub fn wait(
        instance: &mut Instance,
        what: &str,
        limit: Duration,
        mut until: impl FnMut(&Snapshot) -> bool,
        mut progress: impl FnMut(&Snapshot),
    ) -> Result<Snapshot> {
        let begin = Instant::now();
        loop {
            instance.serve_callbacks();
            let snapshot = Snapshot::of(instance)?;
            progress(&snapshot);
            if until(&snapshot) {
                return Ok(snapshot);
            }
            if let Some(reason) = snapshot.failure() {
                return Err(Error::plugin("get ready", reason));
            }
            if begin.elapsed() > limit {
                return Err(Error::Timeout {
                    what: what.to_owned(),
                    seconds: limit.as_secs_f64(),
                    last: format!("{snapshot:?}"),
                });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
