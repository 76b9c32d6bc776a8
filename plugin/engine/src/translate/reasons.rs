//! Why the music goes with the painting: the parts of the congruity, kept up to date.

use crate::crossmodal::{
    AffectPlaces, Explained, MusicMeasure, MusicStanding, Norms, PictureMeasure, PictureStanding,
    Weights, explain,
};
use crate::inference::{MusicFeatures, Picture};
use crate::units::Congruity;

/// What is known of the painting and of the music for the parts of the congruity.
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

    /// Takes in the music now; `None` while it is silent.
    pub(super) fn hear(&mut self, mel: &[f32], features: Option<&MusicFeatures>) {
        self.music = features.map(|features| self.standing(mel, &features.affect));
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
