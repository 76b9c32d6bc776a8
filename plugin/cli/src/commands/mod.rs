//! One module a command.

pub mod congruity;
pub mod eval;
pub mod index;
pub mod library;
pub mod matching;
pub mod session;
pub mod teach;
