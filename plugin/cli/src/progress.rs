//! Progress on standard error; nothing where that is not a terminal.

use std::path::Path;
use std::time::Duration;

use engine::units::Seconds;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Args;
use crate::time;

/// A bar over `total` of something, or nothing if the user wants none.
///
/// `template` is indicatif's.
pub fn bar(args: &Args, total: u64, template: &str) -> ProgressBar {
    if args.quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| {
        debug_assert!(false, "{template:?} is not a template");
        ProgressStyle::default_bar()
    });
    let bar = ProgressBar::new(total).with_style(style.progress_chars("━╸─"));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// A spinner with a message, for what takes a moment.
pub fn spinner(args: &Args, message: &'static str) -> ProgressBar {
    let bar = bar(args, 0, "{spinner} {msg}");
    bar.set_message(message);
    bar
}

/// A spinner that says how far into a sound the work is, with [`sound_at`].
pub fn sound(args: &Args, path: &Path) -> ProgressBar {
    let bar = bar(args, 0, "{spinner} {msg} {prefix}");
    bar.set_message(name(path));
    bar
}

/// Moves a spinner of [`sound`] to `at`.
pub fn sound_at(bar: &ProgressBar, at: Seconds) {
    bar.set_prefix(time::stamp(at));
}

/// A file's name without its folders.
pub fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
