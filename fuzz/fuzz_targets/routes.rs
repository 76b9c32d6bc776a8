//! See `impasto_fuzz::routes`.
#![no_main]

use impasto_fuzz::{memory, routes};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

fuzz_target!(|bytes: &[u8]| {
    routes::check(bytes);
});
