//! What reads and writes whole sessions, on threads of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::session::{Exported, Form, SessionFile, export, sessions};

use crate::view::{ExportState, SessionState};
use crate::worker::task::{Task, finished};

/// The list is looked at anew so often while the editor is open.
const LISTED: Duration = Duration::from_secs(30);

/// The export and the list.
#[derive(Default)]
pub(super) struct Exports {
    export: Option<Task<engine::Result<Exported>>>,
    form: Option<Form>,
    state: ExportState,
    listing: Option<Task<Vec<SessionFile>>>,
    listed: Option<Instant>,
}

impl Exports {
    /// Exports `session`; one that runs is broken off first.
    pub(super) fn start(&mut self, session: PathBuf, form: Form, into: PathBuf) {
        self.export = None;
        self.form = Some(form);
        self.export = Task::start("impasto-export", move |progress| {
            export(&session, form, &into, &mut |share| progress.tell(share))
        });
        self.state = match self.export {
            Some(_) => ExportState::Running { form, share: 0.0 },
            None => ExportState::Failed {
                reason: "The system gives no more threads: close other programs.".to_owned(),
            },
        };
    }

    /// Breaks the export off.
    pub(super) fn cancel(&mut self) {
        if let Some(export) = &self.export {
            export.cancel();
        }
    }

    /// The outcome was seen.
    pub(super) fn dismiss(&mut self) {
        if self.export.is_none() {
            self.state = ExportState::None;
        }
    }

    /// The list is looked at anew.
    pub(super) fn list(&mut self) {
        self.listed = None;
    }

    /// Brings `shown` up to date; `changed`: another session is being written.
    pub(super) fn follow(
        &mut self,
        shown: &mut SessionState,
        open: bool,
        changed: bool,
        now: Instant,
    ) {
        if let Some(result) = finished(&mut self.export) {
            self.state = match result {
                Ok(Ok(exported)) => ExportState::Done {
                    path: exported.path,
                    events: exported.events,
                    snippets: exported.snippets,
                    missing: exported.missing,
                },
                Ok(Err(error)) => ExportState::Failed {
                    reason: error.to_string(),
                },
                Err(_) => ExportState::Failed {
                    reason: "The export broke down: export the session as a table.".to_owned(),
                },
            };
        } else if let (Some(export), Some(form)) = (&self.export, self.form) {
            let share = export.share();
            self.state = ExportState::Running { form, share };
        }
        if shown.export != self.state {
            shown.export = self.state.clone();
        }
        let due = self
            .listed
            .is_none_or(|at| now.duration_since(at) >= LISTED);
        if open && self.listing.is_none() && (due || changed) {
            self.listed = Some(now);
            let folder = shown.folder.clone();
            self.listing = Task::start("impasto-sessions", move |_| sessions(&folder));
        }
        if let Some(Ok(files)) = finished(&mut self.listing) {
            shown.earlier = Arc::new(files);
        }
    }
}
