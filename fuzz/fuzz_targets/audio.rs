//! See `impasto_fuzz::audio`.
#![no_main]

use std::sync::LazyLock;

use impasto_fuzz::scratch::Scratch;
use impasto_fuzz::{audio, memory, panics};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(|| Scratch::new("audio"));

fuzz_target!(init: panics::print_once_each(), |bytes: &[u8]| {
    audio::check(&SCRATCH, bytes);
});
