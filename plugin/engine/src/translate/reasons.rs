//! Why the music goes with the painting: published correspondences, kept up to date.

use crate::congruity::{Part, Parts};
use crate::crossmodal::{
    self, AffectPlaces, Explained, MusicMeasure, MusicStanding, Norms, PictureMeasure,
    PictureStanding, Weights, explain,
};
use crate::inference::{MusicFeatures, Picture};
use crate::units::Congruity;

/// What is known of the painting and of the music.
pub(super) struct Reasons {
    norms: Norms,
    places: AffectPlaces,
    painting: Option<PictureStanding>,
    music: Option<MusicStanding>,
}

impl Reasons {
    pub(super) fn new(norms: Norms, places: AffectPlaces) -> Self {
        Self {
            norms,
            places,
            painting: None,
            music: None,
        }
    }

    pub(super) fn set_painting(&mut self, picture: Option<&Picture>) {
        let measured = picture.map(PictureMeasure::of);
        self.painting = measured.map(|measure| self.norms.picture(&measure));
    }

    /// Where 4 s of music stand, `mel` as the network had it.
    pub(super) fn standing(&self, mel: &[f32], affect: &[f32]) -> MusicStanding {
        self.norms
            .music(&MusicMeasure::of(mel, affect, self.places))
    }

    /// Takes in the music now; `None` while it is silent. Without a painting to compare it
    /// with, it is not measured.
    pub(super) fn hear(&mut self, mel: &[f32], features: Option<&MusicFeatures>) {
        let features = features.filter(|_| self.painting.is_some());
        self.music = features.map(|features| self.standing(mel, &features.affect));
    }

    /// The parts of the congruity that are found here: valence, arousal, cross-modal.
    pub(super) fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        if let Some(explained) = self.explain(None, &Weights::NONE) {
            let agreement = |name| explained.agreement(crossmodal::Part::place(name)?);
            parts.set(Part::Valence, agreement("valence"));
            parts.set(Part::Arousal, agreement("arousal"));
            parts.set(Part::Crossmodal, explained.low_level());
        }
        parts
    }

    pub(super) fn explain(
        &self,
        network: Option<Congruity>,
        weights: &Weights,
    ) -> Option<Explained> {
        self.compare(self.music.as_ref()?, network, weights)
    }

    /// Any music with the painting, if there is one.
    pub(super) fn compare(
        &self,
        music: &MusicStanding,
        network: Option<Congruity>,
        weights: &Weights,
    ) -> Option<Explained> {
        Some(explain(music, self.painting.as_ref()?, network, weights))
    }
}
