//! Learning from the pairs, at low priority.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use engine::inference::Models;
use engine::teach::{
    HEAD_EXTENSION, NetworksOf, Pairs, RehearsalOptions, TaughtHead, TeachOptions, TeachProblem,
    gather, teach,
};
use engine::units::Seconds;
use engine::{Error, Result};
use parking_lot::Mutex;

use crate::view::{FitState, Learned};
use crate::worker::task::{Progress, Task, finished};

/// Of all the work, looking and listening.
const GATHERING: f64 = 0.9;

/// What learning has come to.
pub(super) enum Outcome {
    /// It goes on.
    Running(FitState),
    /// It has ended.
    Over(FitState),
}

/// Learning that goes on.
pub(super) struct Fitting {
    task: Option<Task<Result<Learned>>>,
    /// What it is at.
    at: Arc<Mutex<String>>,
}

impl Fitting {
    /// Learns from the pairs in `folder` and saves the head in `heads`; `None` if the system
    /// gives no more threads.
    pub(super) fn start(models: Arc<Models>, folder: PathBuf, heads: PathBuf) -> Option<Self> {
        let at = Arc::new(Mutex::new(String::new()));
        let said = Arc::clone(&at);
        let task = Task::start("impasto-teach", move |progress| {
            learn(&models, &folder, &heads, progress, &said)
        })?;
        Some(Self {
            task: Some(task),
            at,
        })
    }

    /// Breaks it off.
    pub(super) fn stop(&self) {
        if let Some(task) = &self.task {
            task.cancel();
        }
    }

    /// How it fares.
    pub(super) fn follow(&mut self) -> Outcome {
        if let Some(result) = finished(&mut self.task) {
            return Outcome::Over(match result {
                Ok(Ok(learned)) => FitState::Done {
                    learned: Arc::new(learned),
                },
                Ok(Err(error)) => refused(error),
                Err(_) => FitState::Refused {
                    reason: "Learning broke down: look for files in the folder that are no \
                             pictures and no music."
                        .to_owned(),
                    missing: None,
                    measured: None,
                },
            });
        }
        let share = self.task.as_ref().map_or(0.0, Task::share);
        let at = self.at.lock().clone();
        Outcome::Running(FitState::Running { share, at })
    }
}

/// Why nothing was learned, for the page.
fn refused(error: Error) -> FitState {
    let reason = error.to_string();
    let (missing, measured) = match error {
        Error::Teach {
            problem: TeachProblem::Stopped,
            ..
        } => return FitState::Stopped,
        Error::Teach {
            problem: TeachProblem::TooFew { found, minimum, .. },
            ..
        } => (Some(minimum.saturating_sub(found)), None),
        Error::Teach {
            problem: TeachProblem::NoBetter { judged },
            ..
        } => (None, Some(Arc::new(*judged))),
        Error::Teach {
            problem: TeachProblem::NoPairs(_),
            ..
        } => (Some(engine::teach::MINIMUM), None),
        _ => (None, None),
    };
    FitState::Refused {
        reason,
        missing,
        measured,
    }
}

fn learn(
    models: &Models,
    folder: &Path,
    heads: &Path,
    progress: &Progress,
    said: &Mutex<String>,
) -> Result<Learned> {
    let began = Instant::now();
    let at = |problem: TeachProblem| Error::Teach {
        path: folder.to_owned(),
        problem,
    };
    if !folder.is_dir() {
        return Err(at(TeachProblem::NoPairs("none was added yet".to_owned())));
    }
    let pairs = Pairs::find(folder, &RehearsalOptions::default())?;
    // A session of its own: those that serve what is played live are not to wait for it.
    let mut audio = models.audio_embedders(1)?.remove(0);
    let mut picture = models.picture_embedder()?;
    let material = gather(&pairs, audio.as_mut(), picture.as_mut(), &mut |gathered| {
        let name = gathered.current.file_name().unwrap_or_default();
        *said.lock() = name.to_string_lossy().into_owned();
        let share = gathered.done as f64 / gathered.total.max(1) as f64;
        progress.tell(GATHERING * share)
    })?;
    *said.lock() = "learning".to_owned();
    let name = name_of(&pairs.root);
    let options = TeachOptions {
        name: name.clone(),
        force: false,
    };
    let networks = NetworksOf::of(models.manifest());
    let head = teach(&material, &networks, &options, &mut |share| {
        progress.tell(GATHERING + (1.0 - GATHERING) * share)
    });
    let head = head.map_err(at)?;
    if progress.tell(1.0).is_break() {
        return Err(at(TeachProblem::Stopped));
    }
    let path = heads.join(format!("{name}.{HEAD_EXTENSION}"));
    head.save(&path, models.manifest().dir())?;
    Ok(learned(&head, path, material.works.len(), began))
}

fn learned(head: &TaughtHead, path: PathBuf, works: usize, began: Instant) -> Learned {
    let info = head.info();
    Learned {
        path,
        name: info.name.clone(),
        pairs: info.pairs.len(),
        works,
        verdict: info.verdict,
        measured: info.measured.clone(),
        warnings: info.warnings.clone(),
        took: Seconds(began.elapsed().as_secs_f64()),
    }
}

/// What a head is called: as the folder of its pairs.
fn name_of(root: &Path) -> String {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    match name.trim() {
        "" => "pairs".to_owned(),
        name => name.to_owned(),
    }
}
