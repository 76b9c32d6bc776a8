//! Plays snippets.
//!
//! On the worker a [`CueFeeder`] takes what will probably be wanted next from a
//! [`ClipSource`] and sends it as a [`Cue`]; on the audio thread a [`Player`] starts
//! cues, fades them, and sends each back when it is spent. [`cue_channel`] makes both
//! ends. A cue may begin to play when only its head is decoded: the rest appears in
//! its [`CueAudio`] while the head sounds. Nothing is allocated or freed on the audio
//! thread: a cue's memory belongs to the worker, which also gets it back.

pub mod cache;
mod channel;
mod cue;
mod fade;
mod feeder;
mod gestures;
mod level;
mod packed;
mod planner;
mod player;
mod settings;
mod source;
pub mod sync;
mod tone;
mod touch;
mod tray;
mod voice;
mod voices;
mod waiting;

pub use cache::{CacheOptions, CacheStatus, ClipCache};
pub use channel::{CUES, CueReceiver, CueSender, PlaybackCounts, Refused, Started, cue_channel};
pub use cue::{Cue, CueAudio, Role, WholeSlot};
pub use feeder::{CueFeeder, Fed};
pub use level::{ClipLevel, LevelMatch};
pub use packed::PackedClip;
pub use planner::{CuePlanner, CueRequest};
pub use player::{NowPlaying, Player};
pub use settings::{MAX_POLYPHONY, Mode, PlayerSettings};
pub use source::{ClipSource, LibraryClips, SNIPPET, Wait};
pub use touch::Touch;
