//! See `impasto_fuzz::index`.
#![no_main]

use std::sync::LazyLock;

use impasto_fuzz::index::{self, Template};
use impasto_fuzz::{memory, panics};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::new);

fuzz_target!(init: panics::print_once_each(), |bytes: &[u8]| {
    index::check(&TEMPLATE, bytes);
});
