//! Networks whose points are those of a taught head.

use std::sync::Arc;

use super::Networks;
use crate::Result;
use crate::inference::{Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures};
use crate::teach::TaughtHead;

impl Networks {
    /// With the points of `head`, which was fitted on these networks, in the place of
    /// their own. For whoever needs points alone: a
    /// [`Translator`](super::Translator) changes heads by itself, without looking and
    /// listening again.
    pub fn with_head(self, head: Arc<TaughtHead>) -> Self {
        Self {
            correspondence: head.correspondence(),
            audio: Box::new(HeadedAudio {
                network: self.audio,
                head: Arc::clone(&head),
            }),
            picture: Box::new(HeadedPicture {
                network: self.picture,
                head,
            }),
        }
    }
}

struct HeadedAudio {
    network: Box<dyn Embedder>,
    head: Arc<TaughtHead>,
}

impl Embedder for HeadedAudio {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        let mut features = self.network.embed(mel, n)?;
        for features in &mut features {
            features.point = self.head.music_point(features)?;
        }
        Ok(features)
    }
}

struct HeadedPicture {
    network: Box<dyn PictureEmbedder>,
    head: Arc<TaughtHead>,
}

impl PictureEmbedder for HeadedPicture {
    fn look(&mut self, picture: &Picture) -> Result<PictureFeatures> {
        let mut features = self.network.look(picture)?;
        features.point = self.head.picture_point(&features)?;
        Ok(features)
    }
}
