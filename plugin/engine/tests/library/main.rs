//! The library at its boundary: files in, rows and clips out.

mod after;
mod bad_input;
#[cfg(target_os = "linux")]
mod children;
#[cfg(target_os = "linux")]
#[path = "../common/mod.rs"]
mod common;
mod decode;
#[cfg(target_os = "linux")]
mod disk;
mod kill;
mod scan;
mod steer;
mod support;
mod upkeep;
