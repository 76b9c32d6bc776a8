//! The real window, on a display that draws into memory: it comes and goes, draws what has
//! changed and nothing else, takes dropped files from a real source, and falls alone.
//!
//! One program without the usual frame of tests, as the display is named by the
//! environment, which belongs to all threads. `cargo test --test window -- NAME` runs those
//! whose name holds NAME.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the window is tested on X11 only");
}

#[cfg(target_os = "linux")]
#[path = "window/display.rs"]
mod display;
#[cfg(target_os = "linux")]
#[path = "window/drawing.rs"]
mod drawing;
#[cfg(target_os = "linux")]
#[path = "window/drops.rs"]
mod drops;
#[cfg(target_os = "linux")]
#[path = "window/keys.rs"]
mod keys;
#[cfg(target_os = "linux")]
#[path = "window/life.rs"]
mod life;
#[cfg(target_os = "linux")]
mod support;
#[cfg(target_os = "linux")]
#[path = "window/vst3.rs"]
mod vst3_host;
#[cfg(target_os = "linux")]
#[path = "window/xdnd.rs"]
mod xdnd;

#[cfg(target_os = "linux")]
type Test = fn(&display::Display);

#[cfg(target_os = "linux")]
fn main() {
    // SAFETY: no other thread runs yet.
    let display = unsafe { display::Display::start() };
    let tests: [(&str, Test); 10] = [
        ("life::comes_and_goes", life::comes_and_goes),
        ("life::falls_alone", life::falls_alone),
        ("drawing::stands_still", drawing::stands_still),
        ("drawing::is_whole", drawing::is_whole),
        ("drawing::zooms", drawing::zooms),
        ("drops::files", drops::files),
        ("keys::are_taken_or_left", keys::are_taken_or_left),
        ("keys::go_to_the_host", keys::go_to_the_host),
        ("vst3::hosts_open_it_again", vst3_host::hosts_open_it_again),
        ("keys::copy_and_paste", keys::copy_and_paste),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    for (name, test) in tests {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part)) {
            test(&display);
            println!("{name} ... ok");
        }
    }
}
