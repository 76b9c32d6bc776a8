//! A long rehearsal in real time: does the audio thread ever miss a block?
//!
//! All instances run one after the other on one audio thread, paced as a sound card
//! would, beside their workers, an indexer and an open editor.

mod load;
mod memory;
mod pace;
mod stopwatch;

pub use load::{Indexing, instances};
pub use memory::Memory;
pub use pace::{Paced, Priority, play};
pub use stopwatch::{Slow, SlowCalls, Spread, Stopwatch, Times};
