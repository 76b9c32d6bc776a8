//! The inputs that fuzzing has kept, each of which once found something or goes where
//! no other does, through the fuzzer's own targets: `fuzz/`, `cargo xtask fuzz`.

#[path = "../../../fuzz/src/audio.rs"]
mod audio;
#[path = "../../../fuzz/src/index.rs"]
mod index;
#[path = "../../../fuzz/src/memory.rs"]
mod memory;
#[path = "../../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/src/ogg.rs"]
mod ogg;
#[path = "../../../fuzz/src/pictures.rs"]
mod pictures;
#[path = "../../../fuzz/src/scratch.rs"]
mod scratch;
#[path = "../../../fuzz/src/seeds.rs"]
mod seeds;

use std::fs;

use engine::inference::Picture;
use scratch::Scratch;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

/// One test, as others at the same time would take from its memory.
#[test]
fn every_kept_input_keeps_the_promises() {
    let taken = std::panic::catch_unwind(|| memory::within(1 << 20, || vec![1_u8; 2 << 20]));
    assert!(taken.is_err(), "the counter counts");
    ogg::prove(include_bytes!("../../../fuzz/seeds/audio/mono.ogg"));
    let scratch = Scratch::new("replay");
    seeds::replay("audio", 20, |bytes| audio::check(&scratch, bytes));
    seeds::replay("pictures", 18, |bytes| pictures::check(&scratch, bytes));
    let template = index::Template::new();
    seeds::replay("index", 10, |bytes| index::check(&template, bytes));
    what_promises_too_much_is_refused_before_memory_is_taken();
}

/// With the limits that users have.
fn what_promises_too_much_is_refused_before_memory_is_taken() {
    let huge = |path: &std::path::Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("huge") || name.starts_with("wide")
    };
    let all = fs::read_dir(seeds::dir("pictures")).expect("readable");
    let paths: Vec<_> = all.map(|entry| entry.expect("readable").path()).collect();
    let paths: Vec<_> = paths.into_iter().filter(|path| huge(path)).collect();
    assert_eq!(paths.len(), 8);
    for path in paths {
        println!("{}", path.display());
        let opened = memory::within(4 << 20, || Picture::open(&path).map(|p| p.size()));
        assert!(opened.is_err(), "{}", path.display());
    }
}
