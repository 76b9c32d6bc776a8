//! Whether music and brush go together, kept up to date.

use super::ear::Ear;
use super::expect_len;
use super::settings::frames_in;
use crate::Result;
use crate::congruity::Reference;
use crate::library::Library;
use crate::units::Seconds;

/// How long what was found stands while the brush is silent: for the rests between
/// strokes. Half of what was compared has passed by then.
const HOLD: Seconds = Seconds(2.0);

/// The gesture that brush and music had in common when both were last heard.
#[derive(Default)]
pub(super) struct Bond {
    reference: Option<Reference>,
    /// The library changed since the reference was taken from it.
    stale: bool,
    found: Option<f32>,
}

impl Bond {
    /// Forgets what was heard.
    pub(super) fn forget(&mut self) {
        self.found = None;
    }

    /// Takes another reference at the next [`follow`](Self::follow): the library changed.
    pub(super) fn doubt(&mut self) {
        self.stale = true;
    }

    /// Brings the reference up to date.
    pub(super) fn follow(&mut self, library: &Library) {
        if self.stale || self.reference.is_none() {
            self.reference = Some(Reference::of(library));
            self.stale = false;
        }
    }

    /// Compares what was heard of both until now. If the brush was last embedded more than
    /// `newest` frames ago, the music of now is of another time, and what was found before
    /// stands; once the music is silent, nothing does.
    ///
    /// # Errors
    /// If what is heard was embedded by another network than the library.
    pub(super) fn compare(&mut self, brush: &Ear, music: &Ear, newest: usize) -> Result<()> {
        let Some(heard) = music.features() else {
            self.found = None;
            return Ok(());
        };
        let Some(reference) = self.reference.as_ref().filter(|r| !r.is_empty()) else {
            return Ok(());
        };
        let new = brush.age().is_some_and(|age| age <= newest);
        if let Some(stroke) = brush.features().filter(|_| new) {
            for embedding in [&stroke.embedding, &heard.embedding] {
                expect_len("library embeddings", reference.dims(), embedding.len())?;
            }
            self.found = reference.gesture(&stroke.embedding, &heard.embedding);
        }
        Ok(())
    }

    /// What was found, while it stands.
    pub(super) fn gesture(&self, brush: &Ear, music: &Ear) -> Option<f32> {
        let lately = brush.age().is_some_and(|age| age <= frames_in(HOLD));
        self.found.filter(|_| lately && music.features().is_some())
    }
}
