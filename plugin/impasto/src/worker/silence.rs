//! Why a stroke started nothing: there is no silence without a reason.

use super::desk::Desk;
use super::stage::Stage;
use crate::view::{LibraryState, ModelsState, PaintingState, Silence};

impl Desk {
    /// Counts strokes that found no cue and says why, until there is one.
    pub(super) fn follow_silence(&mut self, stage: &mut Stage) {
        let missed = stage.take_without_cue();
        if missed > 0 {
            self.view.strokes_without_cue += missed;
            (self.unheard, self.urgent) = (true, true);
        }
        if !self.unheard {
            return;
        }
        // What is with the player when a stroke finds none is there too late for it, so
        // the reason is told at least once.
        let is_over = missed == 0 && stage.has_cue();
        self.unheard = !is_over;
        let reason = (!is_over).then(|| self.reason(stage));
        if self.view.silent != reason {
            (self.view.silent, self.urgent) = (reason, true);
        }
    }

    /// What stands in the way of a cue; the first thing to do comes first.
    fn reason(&self, stage: &Stage) -> Silence {
        let record = self.link.params.remembered.read();
        let has_library = record.library.is_some() || record.index.is_some();
        let has_painting = record.painting.is_some() || !record.look.source.is_file();
        drop(record);
        if matches!(self.view.models, ModelsState::Failed { .. }) {
            return Silence::ModelsFailed;
        }
        if !has_library {
            return Silence::NoLibrary;
        }
        if !has_painting {
            return Silence::NoPainting;
        }
        let Some(translator) = &self.translator else {
            return Silence::ModelsLoading;
        };
        if matches!(self.view.painting, PaintingState::Failed { .. }) {
            return Silence::PaintingFailed;
        }
        let chunks = translator.library().map_or(0, |library| library.len());
        match &self.view.library {
            LibraryState::Failed { .. } => return Silence::LibraryFailed,
            LibraryState::Indexing { .. } if chunks == 0 => return Silence::LibraryIndexing,
            _ if chunks == 0 => return Silence::LibraryEmpty,
            _ => {}
        }
        if translator.pool().is_none() || stage.found() == 0 {
            return Silence::Preparing;
        }
        self.reason_in_cache(stage)
    }

    /// Something was found and none of it is with the player.
    fn reason_in_cache(&self, stage: &Stage) -> Silence {
        let status = stage.cache();
        let away = status.offline.first().filter(|_| status.lost > 0);
        if let Some(away) = away.filter(|_| status.heads == 0 || stage.is_waiting()) {
            return Silence::DriveAway {
                folder: away.folder.clone(),
            };
        }
        if stage.has_cue() {
            return Silence::Late;
        }
        if stage.is_waiting() || status.heads == 0 {
            return Silence::NotDecoded;
        }
        Silence::Unreadable
    }
}
