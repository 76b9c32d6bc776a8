//! Sessions: written, torn, bounded, killed, and taken out again.

mod bounds;
#[cfg(target_os = "linux")]
mod disk;
mod export;
mod kill;
mod support;
mod torn;
