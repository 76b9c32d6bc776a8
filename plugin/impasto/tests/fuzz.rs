//! The states that fuzzing has kept, given to a real instance: `fuzz/`, `cargo xtask fuzz`.

#[path = "../../../fuzz/src/memory.rs"]
mod memory;
#[path = "../../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;
#[path = "../../../fuzz/src/state.rs"]
mod state;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

#[test]
fn every_kept_state_keeps_the_promises() {
    let instance = state::Instance::new();
    seeds::replay("state", 6, |bytes| state::check(&instance, bytes));
}
