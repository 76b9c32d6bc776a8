//! What a pair is once its files were looked at and heard.

use std::sync::Arc;

use crate::inference::{MusicFeatures, PictureFeatures};

/// A picture and music that belong together, as features.
#[derive(Clone, Debug)]
pub struct Example {
    /// What the picture network says.
    pub picture: Arc<PictureFeatures>,
    /// What the audio network says of each chunk; at least one.
    pub music: Arc<[MusicFeatures]>,
    /// The work that both are of.
    pub work: usize,
    /// Examples with a picture or music in common are of one group.
    pub group: usize,
}
