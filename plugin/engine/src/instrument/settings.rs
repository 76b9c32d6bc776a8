//! What the user can change about the instrument.

use super::NoteSettings;
use crate::analysis::stroke::StrokeSettings;
use crate::playback::sync::Division;
use crate::playback::{Mode, PlayerSettings};

/// What begins and ends a snippet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Play {
    /// A stroke of the brush, a key or the button: it sounds as long as that lasts.
    #[default]
    Stroke,
    /// A stroke of the brush, a key or the button: it plays to its end.
    OneShot,
    /// Time: one follows the other while the brush sounds.
    Continuous,
    /// A key or the button: it sounds as long as that is down. The brush only chooses.
    Keys,
}

/// What the user can change about the instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InstrumentSettings {
    /// What begins and ends a snippet.
    pub play: Play,
    /// What a stroke is.
    pub strokes: StrokeSettings,
    /// How snippets start and end; [`play`](Self::play) decides on its mode, and
    /// [`division`](Self::division) and the transport whether it plays on the grid.
    pub player: PlayerSettings,
    /// The grid that beginnings wait for while the host's transport runs.
    pub division: Option<Division>,
    /// What sounds stays.
    pub frozen: bool,
    /// A button that plays as a key does, as hard as can be.
    pub button: bool,
    /// How strokes become notes.
    pub notes: NoteSettings,
    /// Nothing is played, and what sounds fades out. Strokes are heard all the same.
    pub muted: bool,
}

impl InstrumentSettings {
    /// Without `on_grid`, a grid stands still: then nothing waits for it.
    pub(super) fn player(&self, on_grid: bool) -> PlayerSettings {
        PlayerSettings {
            mode: if self.muted {
                Mode::Off
            } else {
                self.play.into()
            },
            on_grid,
            ..self.player
        }
    }

    pub(super) fn plays_strokes(&self) -> bool {
        !self.muted && matches!(self.play, Play::Stroke | Play::OneShot)
    }

    pub(super) fn plays_keys(&self) -> bool {
        !self.muted && self.play != Play::Continuous
    }

    /// Whether what sounds follows the brush while it moves. What is frozen stays as it is.
    pub(super) fn follows_pressure(&self) -> bool {
        !(self.muted || self.frozen) && matches!(self.play, Play::Stroke | Play::Continuous)
    }
}
