//! Plays snippets.
//!
//! On the worker a [`CueFeeder`] decodes what will probably be wanted next and
//! sends it as a [`Cue`]; on the audio thread a [`Player`] starts cues, fades
//! them, and sends each back when it is spent. [`cue_channel`] makes both ends.
//! Nothing is allocated or freed on the audio thread: a cue's memory belongs to
//! the worker, which also gets it back.

mod channel;
mod cue;
mod fade;
mod feeder;
mod level;
mod planner;
mod player;
mod voice;

pub use channel::{CUES, CueReceiver, CueSender, PlaybackCounts, Refused, Started, cue_channel};
pub use cue::{Cue, Role};
pub use feeder::{ClipSource, CueFeeder, Fed, LibraryClips};
pub use level::{ClipLevel, LevelMatch};
pub use planner::{CuePlanner, CueRequest};
pub use player::{Mode, NowPlaying, Player, PlayerSettings};
