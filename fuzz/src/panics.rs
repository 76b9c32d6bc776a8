//! Panics inside the decoders' packages, which the engine contains.

use std::collections::BTreeSet;
use std::sync::{Mutex, Once};

/// From now on a panic is printed once for each place that it happens at, and goes on
/// to whoever contains it. The fuzzer's own hook would end the process; one that
/// nobody contains still does.
pub fn print_once_each() {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    static SET: Once = Once::new();
    SET.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            let mut seen = SEEN.lock().unwrap_or_else(|error| error.into_inner());
            if seen.insert(place.unwrap_or_default()) {
                eprintln!("panic: {info}");
            }
        }));
    });
}
