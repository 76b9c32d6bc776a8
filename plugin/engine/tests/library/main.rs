//! The library at its boundary: files in, rows and clips out.

mod decode;
mod kill;
mod scan;
mod steer;
mod support;
mod upkeep;
