//! See `impasto_fuzz::state`.
#![no_main]

use impasto_fuzz::state::{self, Instance};
use impasto_fuzz::{memory, panics};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

thread_local! {
    static INSTANCE: Instance = Instance::new();
}

fuzz_target!(init: panics::print_once_each(), |bytes: &[u8]| {
    INSTANCE.with(|instance| state::check(instance, bytes));
});
