//! One module a command.

pub mod congruity;
pub mod index;
pub mod matching;
