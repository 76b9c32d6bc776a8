//! See `impasto_fuzz::osc`.
#![no_main]

use impasto_fuzz::{memory, osc};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

fuzz_target!(|bytes: &[u8]| {
    osc::check(bytes);
});
