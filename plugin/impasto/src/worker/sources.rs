//! What is chosen: painting, library and gallery, from the saved record and from the
//! editor, which only writes that record.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::inference::{Models, Picture};
use engine::library::{Contract, Failure, IndexProblem, Library, index_dir_of};
use engine::teach::{Info, TaughtHead};
use engine::translate::{LibraryChange, Suggestion, Translator};

use super::desk::Desk;
use super::jobs::{Report, Retry};
use super::look::rgba;
use crate::looking::LookSettings;
use crate::state::Remembered;
use crate::view::{Action, Activity, FailedFile, HeadState, LibraryState, Rgba, Suggested};

/// The longer side of pictures in the view, in pixels.
const THUMBNAIL: u32 = 512;

/// When a scan is tried again that another instance kept from starting.
const RETRY: Duration = Duration::from_secs(2);

/// What of the record is in use. The record itself may change under the worker at any
/// time: the host restores it on a thread of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    pub(super) painting: Option<PathBuf>,
    /// Without the recent paintings, which say nothing of what is to be done.
    pub(super) look: LookSettings,
    library: Option<PathBuf>,
    index: Option<PathBuf>,
    gallery: Option<PathBuf>,
    head: Option<PathBuf>,
}

impl From<&Remembered> for Applied {
    fn from(remembered: &Remembered) -> Self {
        Self {
            painting: remembered.painting.clone(),
            look: LookSettings {
                source: remembered.look.source.clone(),
                recent: Vec::new(),
                ..remembered.look
            },
            library: remembered.library.clone(),
            index: remembered.index.clone(),
            gallery: remembered.gallery.clone(),
            head: remembered.head.clone(),
        }
    }
}

impl Applied {
    /// The folder of the index, if there is anything to have one.
    fn index_dir(&self, models: &Models) -> Option<PathBuf> {
        let usual = || Some(index_dir_of(self.library.as_deref()?, models));
        self.index.clone().or_else(usual)
    }
}

impl Desk {
    /// Does what the editor asks, mostly by writing the record that
    /// [`Self::follow_state`] then follows.
    pub(super) fn act(&mut self, action: Action) {
        let named = self.named_by(&action);
        if let Some(path) = named.filter(|path| path.to_str().is_none()) {
            // The record is saved as JSON, and one such name would lose all of it.
            self.view.warning = Some(not_unicode(path));
            return;
        }
        let record = Arc::clone(&self.link.params.remembered);
        match action {
            Action::LoadPainting(path) => {
                self.applied.painting = None;
                record.write().set_painting(Some(path));
            }
            Action::ClearPainting => record.write().set_painting(None),
            Action::ReloadPainting => self.look_now(),
            Action::SetLibrary(folder) => {
                // It may hold files newer than its index. A library that a project
                // brings back is used as it was indexed.
                (self.applied.library, self.named) = (None, true);
                let mut record = record.write();
                (record.library, record.index) = (Some(folder), None);
            }
            Action::RescanLibrary => self.scan_library(Retry::No),
            Action::CancelIndexing => {
                self.jobs.cancel_index();
                self.retry_at = None;
                self.open_library(false);
            }
            Action::PauseIndexing => self.jobs.pause(true),
            Action::ResumeIndexing => self.jobs.pause(false),
            Action::SetGallery(folder) => {
                self.applied.gallery = None;
                record.write().gallery = Some(folder);
            }
            Action::ClearGallery => record.write().gallery = None,
            Action::SetHead(file) => {
                // The file may have been taught anew.
                self.applied.head = None;
                record.write().head = Some(file);
            }
            Action::ClearHead => record.write().head = None,
            Action::SetOutputs(outputs) => record.write().outputs = outputs.checked(),
            Action::UseSuggestedPainting => {
                if let Some(suggested) = &self.view.suggested {
                    record.write().set_painting(Some(suggested.path.clone()));
                }
            }
            // The desk hands these to whom they concern.
            Action::Audition(_)
            | Action::Calibrate
            | Action::TestOutput(_)
            | Action::ReloadModels
            | Action::Look(_)
            | Action::Collection(_)
            | Action::Session(_)
            | Action::Teach(_) => {}
        }
    }

    /// The file or folder that the record is to remember for `action`.
    fn named_by<'a>(&'a self, action: &'a Action) -> Option<&'a Path> {
        match action {
            Action::LoadPainting(path)
            | Action::SetLibrary(path)
            | Action::SetGallery(path)
            | Action::SetHead(path) => Some(path),
            Action::UseSuggestedPainting => self.view.suggested.as_ref().map(|s| s.path.as_path()),
            _ => None,
        }
    }

    /// Brings what is in use up to date with the record. Needs the networks.
    pub(super) fn follow_state(&mut self) {
        if self.translator.is_none() || self.shared.stopping() {
            return;
        }
        let wanted = Applied::from(&*self.link.params.remembered.read());
        if wanted == self.applied {
            return;
        }
        let before = std::mem::replace(&mut self.applied, wanted);
        self.urgent = true;
        if self.applied.head != before.head {
            self.load_head();
        }
        if self.applied.painting != before.painting || self.applied.look != before.look {
            self.follow_painting(&before);
        }
        if self.applied.gallery != before.gallery {
            self.load_gallery();
        }
        let library = |applied: &Applied| (applied.library.clone(), applied.index.clone());
        if library(&self.applied) != library(&before) {
            self.jobs.cancel_index();
            self.jobs.forget_index();
            self.jobs.watch(None);
            self.retry_at = None;
            self.open_library(true);
            if std::mem::take(&mut self.named) {
                self.scan_library(Retry::No);
            }
        }
    }

    /// Judges by the chosen head, or by the shipped one where there is none or it can't
    /// be used.
    fn load_head(&mut self) {
        let (Some(translator), Some(models)) = (&mut self.translator, &self.models) else {
            return;
        };
        let chosen = self.applied.head.clone();
        let used = chosen.as_deref().map(|path| {
            let head = Arc::new(TaughtHead::load_for(path, models)?);
            translator.set_head(Some(Arc::clone(&head)))?;
            Ok::<_, engine::Error>(head)
        });
        if !matches!(used, Some(Ok(_)))
            && let Err(error) = translator.set_head(None)
        {
            self.view.warning = Some(error.to_string());
        }
        if let Some(stage) = &mut self.stage {
            // What is cued may not belong to the pool any more.
            stage.clear();
        }
        self.view.head = match (chosen, used) {
            (Some(path), Some(Ok(head))) => HeadState::Taught {
                path,
                name: head.info().name.clone(),
                about: about(head.info()),
            },
            (Some(path), Some(Err(error))) => {
                let reason = format!("{error}. The shipped head is in use instead");
                self.view.warning = Some(reason.clone());
                HeadState::Failed { path, reason }
            }
            _ => HeadState::Shipped,
        };
    }

    fn load_gallery(&mut self) {
        let Some(translator) = &mut self.translator else {
            return;
        };
        // Taking it away can't fail.
        let _ = translator.set_gallery(None);
        self.view.gallery = self.applied.gallery.clone();
        (self.view.gallery_len, self.view.gallery_failed) = (0, None);
        self.view.suggested = None;
        match (&self.applied.gallery, &self.models) {
            (Some(folder), Some(models)) => self.jobs.gallery(models, folder.clone()),
            _ => self.jobs.cancel_gallery(),
        }
    }

    /// Opens the index in use; scans the folder if there is none, or none that fits
    /// the networks, and `may_scan`.
    pub(super) fn open_library(&mut self, may_scan: bool) {
        let models = self.models.as_ref();
        let place = models.and_then(|models| Some((self.applied.index_dir(models)?, models)));
        let Some((dir, models)) = place else {
            let _ = self.use_library(None);
            self.view.library = LibraryState::None;
            return;
        };
        self.view.collection.mapping = None;
        // One of another network of the same lengths would be taken otherwise, and
        // its distances and scores mean nothing.
        let contract = Contract::of_models(models);
        self.view.index = Some(dir.clone());
        let used =
            Library::open_of(&dir, &contract).and_then(|library| self.use_library(Some(library)));
        match used {
            // Nothing is in it yet, as when another instance has just begun to make it.
            Ok(()) if may_scan && self.chunks() == 0 && self.applied.library.is_some() => {
                self.scan_library(Retry::No);
            }
            Ok(()) => {
                self.say_ready();
                self.warn_of_missing_folder();
            }
            Err(error) => {
                let _ = self.use_library(None);
                if may_scan && self.applied.library.is_some() {
                    self.scan_library(Retry::No);
                } else {
                    self.say_failed(error.to_string());
                }
            }
        }
    }

    /// An index outlives its music: snippets are found in it that can't be played.
    fn warn_of_missing_folder(&mut self) {
        let missing = self.applied.library.as_ref().filter(|f| !f.is_dir());
        if let Some(folder) = missing {
            self.view.warning = Some(format!(
                "{}: the music folder is not there, so its snippets can't be played. \
                 Connect its drive, or choose the folder again",
                folder.display()
            ));
        }
    }

    /// Gives `library` to the translation and the player. One that has only grown leaves
    /// what is cued as it is.
    ///
    /// # Errors
    /// If it was indexed with other networks; the one before stays.
    fn use_library(&mut self, library: Option<Library>) -> engine::Result<()> {
        let Some(translator) = &mut self.translator else {
            return Ok(());
        };
        let change = translator.set_library(library.clone())?;
        if let Some(stage) = &mut self.stage {
            stage.set_library(library.as_ref(), change);
        }
        if change == LibraryChange::Replaced {
            self.heard.forget();
        }
        Ok(())
    }

    fn say_ready(&mut self) {
        let library = self
            .translator
            .as_ref()
            .and_then(|translator| translator.library());
        let Some(library) = library else { return };
        // What the scans of before have found is known without one.
        let failures = library.failures().iter().cloned();
        self.failed = Arc::new(failures.map(failed_file).collect());
        self.view.library = LibraryState::Ready {
            folder: self.applied.library.clone().unwrap_or_default(),
            tracks: library.tracks().len(),
            chunks: library.len(),
            failed: Arc::clone(&self.failed),
        };
    }

    fn say_failed(&mut self, reason: String) {
        self.view.library = LibraryState::Failed {
            folder: self.applied.library.clone().unwrap_or_default(),
            reason,
        };
    }

    pub(super) fn scan_library(&mut self, retry: Retry) {
        let Some(models) = &self.models else {
            return;
        };
        let dir = self.applied.index_dir(models);
        let (Some(folder), Some(dir)) = (self.applied.library.clone(), dir) else {
            return;
        };
        self.view.library = LibraryState::Indexing {
            folder: folder.clone(),
            done: 0,
            total: 0,
            current: String::new(),
            eta: None,
            chunks: self.chunks(),
            activity: Activity::Running,
        };
        (self.retry_at, self.view.collection.mapping) = (None, None);
        // Watched first: what comes in between is found by the scan or told.
        self.jobs.watch(Some(&folder));
        self.jobs.index(models, &dir, &folder, retry);
    }

    /// Starts a scan again that had to wait for another instance's.
    pub(super) fn retry_scan(&mut self) {
        if self.retry_at.is_some_and(|at| at <= Instant::now()) && !self.jobs.is_indexing() {
            self.scan_library(Retry::No);
        }
    }

    /// Takes in what scans report. While a render waits, a library that grows in the
    /// meantime waits too: the render must not depend on when a scan ends.
    pub(super) fn take_reports(&mut self, rendering: bool) {
        if rendering {
            return;
        }
        while let Ok(report) = self.jobs.reports.try_recv() {
            self.urgent = true;
            self.take_report(report);
        }
    }

    fn take_report(&mut self, report: Report) {
        match report {
            Report::Indexing {
                done,
                total,
                current,
                eta,
                activity,
            } => self.say_indexing(LibraryState::Indexing {
                folder: self.applied.library.clone().unwrap_or_default(),
                done,
                total,
                current,
                eta,
                chunks: self.chunks(),
                activity,
            }),
            Report::Grown(library) => {
                if let Err(error) = self.use_library(Some(library)) {
                    self.view.warning = Some(error.to_string());
                }
            }
            // A scan that runs has its changes found by the next one.
            Report::Changed if self.jobs.is_indexing() => {
                self.retry_at = Some(Instant::now() + RETRY);
            }
            Report::Changed => self.scan_library(Retry::No),
            Report::Indexed(Ok(report)) => {
                if let Some(why) = report.rebuilt {
                    self.view.warning = Some(format!("The library's index was renewed: {why}"));
                }
                self.open_library(false);
            }
            Report::Indexed(Err(error)) if is_busy(&error) => {
                // Another instance scans it; then there will be little left to do.
                self.retry_at = Some(Instant::now() + RETRY);
            }
            Report::Indexed(Err(error)) => self.say_failed(error.to_string()),
            Report::Mapping(share) => self.view.collection.mapping = Some(share),
            Report::Mapped(warning) => {
                self.view.collection.mapping = None;
                self.collection.remap();
                if warning.is_some() {
                    self.view.warning = warning;
                }
            }
            Report::Gallery(Ok(gallery)) => {
                self.view.gallery_len = gallery.len();
                if let Some(translator) = &mut self.translator
                    && let Err(error) = translator.set_gallery(Some(gallery))
                {
                    self.view.gallery_failed = Some(error.to_string());
                }
            }
            Report::Gallery(Err(error)) => self.view.gallery_failed = Some(error.to_string()),
        }
    }

    fn say_indexing(&mut self, state: LibraryState) {
        // Else it is a report of a scan that was ended in the meantime.
        if self.jobs.is_indexing() {
            self.view.library = state;
        }
    }

    /// Chunks that are in use.
    fn chunks(&self) -> usize {
        let library = self.translator.as_ref().and_then(Translator::library);
        library.map_or(0, Library::len)
    }

    /// Shows the painting that suits the music.
    pub(super) fn follow_suggestion(&mut self, suggestion: Option<&Suggestion>) {
        let Some(suggestion) = suggestion else {
            self.view.suggested = None;
            return;
        };
        let known = self.view.suggested.take();
        let same = known.filter(|known| known.path == suggestion.path);
        let thumbnail = match same {
            Some(same) => same.thumbnail,
            None => {
                let picture = Picture::open(&suggestion.path).ok();
                picture.map(|picture| Arc::new(thumbnail(&picture)))
            }
        };
        self.view.suggested = Some(Suggested {
            path: suggestion.path.clone(),
            thumbnail,
            score: suggestion.score,
        });
    }
}

fn is_busy(error: &engine::Error) -> bool {
    matches!(
        error,
        engine::Error::Index {
            problem: IndexProblem::Busy,
            ..
        }
    )
}

pub(super) fn failed_file(failure: Failure) -> FailedFile {
    FailedFile {
        path: failure.path,
        reason: failure.message,
    }
}

/// A head in a few words.
fn about(info: &Info) -> String {
    let day = info.created.get(..10).unwrap_or(&info.created);
    let mut text = format!("Taught on {day} from {} pairs", info.pairs.len());
    if let Some(judged) = &info.measured {
        text += &format!(": {judged}");
    }
    for warning in &info.warnings {
        text += &format!(". Note: {warning}");
    }
    text
}

/// Why the record can't hold `path`.
pub(super) fn not_unicode(path: &Path) -> String {
    format!(
        "{}: a project can't remember this name, as it is not Unicode. Rename it",
        path.display()
    )
}

fn thumbnail(picture: &Picture) -> Rgba {
    rgba(picture.thumbnail(THUMBNAIL))
}
