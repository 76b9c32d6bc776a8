//! The inputs that fuzzing has kept, through the fuzzer's own targets: `fuzz/`,
//! `cargo xtask fuzz`.

#[path = "../../../fuzz/src/memory.rs"]
mod memory;
#[path = "../../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/src/osc.rs"]
mod osc;
#[path = "../../../fuzz/src/routes.rs"]
mod routes;
#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

/// More than one input may take, with the kept ones: what grows by a byte with each of a
/// million inputs is over it.
const ALL: usize = 1 << 20;

/// One test, as others at the same time would take from its memory.
#[test]
fn every_kept_input_keeps_the_promises() {
    let taken = std::panic::catch_unwind(|| memory::within(1 << 20, || vec![1_u8; 2 << 20]));
    assert!(taken.is_err(), "the counter counts");
    memory::within(ALL, || seeds::replay("osc", 30, osc::check));
    memory::within(ALL, || seeds::replay("routes", 19, routes::check));
}
