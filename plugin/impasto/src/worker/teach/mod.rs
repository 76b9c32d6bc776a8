//! The artist's own pairs: the music that was heard last, the folder of pairs, and learning
//! from it. All that waits for disks or networks is on threads of its own.

mod fit;
mod folder;
mod memory;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::data::{heads_dir, pairs_dir};
use engine::teach::{Pair, Taken};

use self::fit::{Fitting, Outcome};
use self::folder::{Found, Painted};
use self::memory::MusicMemory;
use super::desk::Desk;
use super::sources::not_unicode;
use super::stage::Stage;
use super::task::{Task, finished};
use crate::view::{Action, FitState, HeadRow, Hindrance, PaintingState, TeachAction, TeachState};

/// How often the page's numbers are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// The folder is looked at anew so often while the editor is open, as others write into it.
const LISTED: Duration = Duration::from_secs(20);

/// What changed the folder of pairs.
enum Change {
    Added,
    Removed(Taken, String),
    PutBack,
}

/// What the worker keeps of it.
#[derive(Default)]
pub struct Teach {
    memory: MusicMemory,
    folder: Option<PathBuf>,
    listing: Option<Task<Found>>,
    listed: Option<Instant>,
    change: Option<Task<engine::Result<Change>>>,
    adding: bool,
    removed: Option<(Taken, String)>,
    fitting: Option<Fitting>,
    heads: Option<Task<Vec<HeadRow>>>,
    looked: Option<Instant>,
}

impl Desk {
    /// Takes the music that was heard.
    pub(super) fn hear_music(&mut self, stage: &mut Stage) {
        self.teach.memory.hear(stage.music_heard());
    }

    /// The folder of pairs.
    fn pairs_folder(&self) -> PathBuf {
        let chosen = self.link.params.remembered.read().pairs.clone();
        chosen.unwrap_or_else(pairs_dir)
    }

    /// Goes on with what is due at `now`.
    pub(super) fn follow_teach(&mut self, now: Instant) {
        let looked = self.teach.looked;
        if looked.is_some_and(|looked| now.duration_since(looked) < LOOK) {
            return;
        }
        self.teach.looked = Some(now);
        self.follow_folder(now);
        self.follow_change();
        self.follow_fit();
        let hindrance = self.hindrance();
        let shown = &mut self.view.teach;
        shown.music = self.teach.memory.length();
        shown.adding = self.teach.adding;
        shown.removed = self.teach.removed.as_ref().map(|(_, name)| name.clone());
        shown.hindrance = hindrance;
    }

    /// Keeps up what is in the folder, while somebody looks.
    fn follow_folder(&mut self, now: Instant) {
        let folder = self.pairs_folder();
        let (teach, shown) = (&mut self.teach, &mut self.view.teach);
        if teach.folder.as_ref() != Some(&folder) {
            teach.folder = Some(folder.clone());
            (teach.listing, teach.listed, teach.removed) = (None, None, None);
            *shown = TeachState {
                folder: folder.clone(),
                reading: true,
                heads: Arc::clone(&shown.heads),
                fit: shown.fit.clone(),
                ..TeachState::default()
            };
        }
        let due = teach
            .listed
            .is_none_or(|at| now.duration_since(at) >= LISTED);
        if due && teach.listing.is_none() && self.publisher.editor_open() {
            teach.listed = Some(now);
            let known = Arc::clone(&shown.pairs);
            teach.listing = Task::start("impasto-pairs", move |progress| {
                folder::look(&folder, &known, progress)
            });
            teach.heads = Task::start("impasto-heads", |_| folder::heads(&heads_dir()));
        }
        if let Some(Ok(found)) = finished(&mut teach.listing) {
            shown.reading = false;
            shown.pairs = Arc::new(found.pairs);
            shown.left_out = Arc::new(found.left_out);
            (shown.problem, shown.has_table) = (found.problem, found.has_table);
        }
        if let Some(Ok(heads)) = finished(&mut teach.heads) {
            shown.heads = Arc::new(heads);
        }
    }

    /// What became of adding, removing and putting back.
    fn follow_change(&mut self) {
        let Some(result) = finished(&mut self.teach.change) else {
            return;
        };
        self.teach.adding = false;
        self.teach.listed = None;
        self.urgent = true;
        match result {
            Ok(Ok(Change::Added)) => {}
            Ok(Ok(Change::Removed(taken, name))) => self.teach.removed = Some((taken, name)),
            Ok(Ok(Change::PutBack)) => self.teach.removed = None,
            Ok(Err(error)) => self.view.teach.failed = Some(error.to_string()),
            Err(_) => {
                let text = "The pair could not be written: try again.";
                self.view.teach.failed = Some(text.to_owned());
            }
        }
    }

    /// Shows how learning fares, and uses what was learned.
    fn follow_fit(&mut self) {
        // What is learned changes what a render plays, which must not depend on when.
        if self.link.is_offline() {
            return;
        }
        let Some(fitting) = &mut self.teach.fitting else {
            return;
        };
        self.view.teach.fit = match fitting.follow() {
            Outcome::Running(state) => state,
            Outcome::Over(state) => {
                self.teach.fitting = None;
                self.teach.listed = None;
                self.urgent = true;
                if let FitState::Done { learned } = &state {
                    self.act(Action::SetHead(learned.path.clone()));
                }
                state
            }
        };
    }

    /// Why the painting can't be added now.
    fn hindrance(&self) -> Option<Hindrance> {
        let ready = matches!(self.view.painting, PaintingState::Ready { .. });
        if self.view.teach.has_table {
            Some(Hindrance::Table)
        } else if !ready {
            Some(Hindrance::NoPainting)
        } else if self.teach.memory.is_enough() {
            None
        } else if self.stage.is_none() {
            Some(Hindrance::NoAudio)
        } else {
            Some(Hindrance::NoMusic)
        }
    }

    /// Does what its page asks.
    pub(super) fn teach_act(&mut self, action: TeachAction) {
        self.view.teach.failed = None;
        match action {
            TeachAction::Add => self.add_pair(),
            TeachAction::Remove(pair) => self.remove_pair(pair),
            TeachAction::PutBack => self.put_back(),
            TeachAction::SetFolder(folder) if folder.to_str().is_none() => {
                self.view.warning = Some(not_unicode(&folder));
            }
            TeachAction::SetFolder(folder) => {
                self.link.params.remembered.write().pairs = Some(folder);
            }
            TeachAction::UsualFolder => self.link.params.remembered.write().pairs = None,
            TeachAction::Look => self.teach.listed = None,
            TeachAction::Fit => self.fit(),
            TeachAction::StopFit => {
                if let Some(fitting) = &self.teach.fitting {
                    fitting.stop();
                }
            }
            TeachAction::Dismiss => {
                if self.teach.fitting.is_none() {
                    self.view.teach.fit = FitState::None;
                }
            }
        }
        self.teach.looked = None;
    }

    /// Begins to write into the folder; one thing after the other.
    fn change(&mut self, work: impl FnOnce() -> engine::Result<Change> + Send + 'static) {
        if self.teach.change.is_none() {
            self.teach.change = Task::start("impasto-pair", move |_| work());
        }
    }

    fn add_pair(&mut self) {
        let PaintingState::Ready {
            thumbnail, name, ..
        } = &self.view.painting
        else {
            return;
        };
        if self.hindrance().is_some() || self.teach.change.is_some() {
            return;
        }
        let painted = Painted {
            work: name.clone(),
            picture: Arc::clone(thumbnail),
            music: self.teach.memory.last_minute(),
        };
        let folder = self.pairs_folder();
        self.change(move || folder::add(&folder, &painted).map(|()| Change::Added));
        // Not if the system gave no thread.
        self.teach.adding = self.teach.change.is_some();
    }

    fn remove_pair(&mut self, pair: Pair) {
        let folder = self.pairs_folder();
        let rows = self.view.teach.pairs.iter();
        let name = rows.clone().find(|row| row.pair == pair);
        let name = name.map_or_else(String::new, |row| row.name.clone());
        self.change(move || {
            let taken = engine::teach::take_away(&folder, &pair)?;
            Ok(Change::Removed(taken, name))
        });
    }

    fn put_back(&mut self) {
        let Some((taken, _)) = self.teach.removed.clone() else {
            return;
        };
        self.change(move || engine::teach::put_back(&taken).map(|()| Change::PutBack));
    }

    fn fit(&mut self) {
        if self.teach.fitting.is_some() {
            return;
        }
        let Some(models) = self.models.clone() else {
            self.view.teach.fit = FitState::Refused {
                reason: "The networks are not there yet: wait until they are loaded.".to_owned(),
                missing: None,
                measured: None,
            };
            return;
        };
        self.teach.fitting = Fitting::start(models, self.pairs_folder(), heads_dir());
    }
}
