//! The way back, steadied: which painting the editor shows for the music.

use std::path::PathBuf;

use super::settings::frames_in;
use crate::Result;
use crate::inference::Correspondence;
use crate::retrieval::Gallery;
use crate::teach::TaughtHead;
use crate::units::{Score, Seconds};

/// A painting must be the best for this long before it replaces another: a
/// picture that changes with every bar can't be looked at.
const HOLD: Seconds = Seconds(2.0);

/// A painting that suits the music.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The picture's file.
    pub path: PathBuf,
    /// Its score with the music now.
    pub score: Score,
}

/// Follows the best painting of a gallery.
#[derive(Default)]
pub(super) struct Suggester {
    gallery: Option<Gallery>,
    shown: Option<Suggestion>,
    /// The best painting if it is not the shown one, and for how many frames
    /// it has been.
    rival: Option<(PathBuf, usize)>,
}

impl Suggester {
    pub(super) fn set_gallery(
        &mut self,
        mut gallery: Option<Gallery>,
        head: Option<&TaughtHead>,
    ) -> Result<()> {
        if let Some(gallery) = &mut gallery {
            gallery.use_head(head)?;
        }
        *self = Self {
            gallery,
            ..Self::default()
        };
        Ok(())
    }

    /// Judges by another head; what was shown is judged anew.
    pub(super) fn use_head(&mut self, head: Option<&TaughtHead>) -> Result<()> {
        if let Some(gallery) = &mut self.gallery {
            gallery.use_head(head)?;
        }
        self.reset();
        Ok(())
    }

    /// Forgets what was shown.
    pub(super) fn reset(&mut self) {
        (self.shown, self.rival) = (None, None);
    }

    pub(super) fn gallery(&self) -> Option<&Gallery> {
        self.gallery.as_ref()
    }

    pub(super) fn shown(&self) -> Option<&Suggestion> {
        self.shown.as_ref()
    }

    /// Takes in the music's point, `frames` frames after the last.
    pub(super) fn hear(&mut self, correspondence: &Correspondence, point: &[f32], frames: usize) {
        let Some(gallery) = &self.gallery else { return };
        let ranked = gallery.best(correspondence, point);
        let Some((best, best_score)) = ranked.first() else {
            return;
        };
        let best = Suggestion {
            path: best.to_path_buf(),
            score: *best_score,
        };
        let Some(shown) = &mut self.shown else {
            self.shown = Some(best);
            return;
        };
        if let Some((_, score)) = ranked.iter().find(|(path, _)| *path == shown.path) {
            shown.score = *score;
        }
        if shown.path == best.path {
            self.rival = None;
            return;
        }
        let held = match &self.rival {
            Some((path, held)) if *path == best.path => held + frames,
            _ => 0,
        };
        if held >= frames_in(HOLD) {
            self.shown = Some(best);
            self.rival = None;
        } else {
            self.rival = Some((best.path, held));
        }
    }
}
