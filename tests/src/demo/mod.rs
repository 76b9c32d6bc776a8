//! The demonstration: the real plug-in plays a library for a painting and a
//! brush, what it did is checked with the engine, and a page shows it.

pub mod check;
mod page;
mod picture;
mod plot;
pub mod report;
pub mod stage;
pub mod tables;
