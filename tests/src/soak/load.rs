//! What the audio thread has to compete with.

use crate::bundle::Bundle;
use crate::fixture;
use crate::host::Instance;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::{Error, Result};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// How often the demo library is repeated for the indexer: more than it can index
/// while the host plays for an hour.
const COPIES: usize = 400;

/// `count` instances with networks, painting and library in use, and everything switched
/// on that costs the audio thread something.
///
/// # Errors
/// One could not be made, or was not ready in time.
pub fn instances(bundle: &Bundle, count: usize) -> Result<Vec<Instance>> {
    let one = |_| {
        let mut instance = fixture::ready(bundle)?;
        let state = State::of(&mut instance)?
            .with_parameter("mode", "string", json!("stroke"))
            .with_parameter("voices", "i32", json!(8))
            .with_parameter("fade", "f32", json!(1000.0))
            .with_parameter("touch-level", "f32", json!(1.0))
            .with_parameter("touch-tone", "f32", json!(1.0))
            .with_parameter("continuity", "f32", json!(0.3))
            .with_parameter("fit", "f32", json!(0.3))
            .with_parameter("notes-out", "bool", json!(true))
            .with_parameter("sync", "string", json!("16"));
        instance.load_state(&state.to_bytes())?;
        Ok(instance)
    };
    (0..count).map(one).collect()
}

/// An instance of its own that indexes for as long as it lives.
pub struct Indexing {
    instance: Instance,
}

impl Indexing {
    /// Links the demo library many times into `folder` and has it indexed there anew.
    ///
    /// # Errors
    /// The folder can't be made, or the indexing does not begin.
    pub fn begin(bundle: &Bundle, folder: &Path) -> Result<Indexing> {
        let failed = |e: std::io::Error| {
            Error::plugin("get music to index", format!("{}: {e}", folder.display()))
        };
        let (music, index) = (folder.join("music"), folder.join("index"));
        for made in [&music, &index] {
            if made.exists() {
                fs::remove_dir_all(made).map_err(failed)?;
            }
            fs::create_dir_all(made).map_err(failed)?;
        }
        for file in files(&fixture::assets().join("library")).map_err(failed)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            for copy in 0..COPIES {
                let link = music.join(format!("{copy:03} {name}"));
                // Where the target folder is on another drive than the checkout.
                fs::hard_link(&file, &link)
                    .or_else(|_| fs::copy(&file, &link).map(|_| ()))
                    .map_err(failed)?;
            }
        }
        let mut instance = bundle.instantiate()?;
        let state = State::of(&mut instance)?
            .with_path("library", &music)
            .with_path("index", &index);
        instance.load_state(&state.to_bytes())?;
        let is_indexing = |snapshot: &Snapshot| snapshot.library.state == "indexing";
        let what = "an indexer at work";
        Snapshot::wait(&mut instance, what, fixture::PATIENCE, is_indexing, |_| ())?;
        Ok(Indexing { instance })
    }

    /// Whether it is still at it.
    ///
    /// # Errors
    /// The plug-in does not tell.
    pub fn goes_on(&mut self) -> Result<bool> {
        self.instance.serve_callbacks();
        Ok(Snapshot::of(&mut self.instance)?.library.state == "indexing")
    }
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
