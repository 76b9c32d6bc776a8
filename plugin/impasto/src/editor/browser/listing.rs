//! What lies in a folder, read on a thread of its own: a sleeping disk or a network
//! folder must not stop the drawing.

use std::cmp::Ordering as Order;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam::channel::{Receiver, bounded};
use engine::library::decode;
use engine::retrieval::PICTURE_EXTENSIONS;
use engine::teach::HEAD_EXTENSION;

use crate::editor::format;
use crate::editor::request::Purpose;

/// More are not listed: nobody scrolls through them.
pub const MOST_ENTRIES: usize = 5000;

/// A folder or a file of the kind that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it is shown.
    pub name: String,
    /// Absolute.
    pub path: PathBuf,
    /// Whether it can be gone into.
    pub is_folder: bool,
}

/// What a path turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A folder, and what of it is of use.
    Folder {
        /// Where.
        folder: PathBuf,
        /// Folders first, then files, each in the order of their names.
        entries: Vec<Entry>,
        /// Files in it that a library or a gallery could be made of.
        usable: usize,
        /// Whether it holds more than [`MOST_ENTRIES`].
        cut: bool,
    },
    /// A file.
    File(PathBuf),
}

/// Whether `path` has one of `endings`.
pub fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| {
            endings
                .iter()
                .any(|known| known.eq_ignore_ascii_case(ending))
        })
}

/// Reads `path`. `Err` is a sentence for the user.
///
/// Gives up early, with an empty folder, once `cancelled` is set.
pub fn read(path: &Path, purpose: Purpose, cancelled: &AtomicBool) -> Result<Found, String> {
    let failed = |error: io::Error| explain(path, &error);
    if fs::metadata(path).map_err(failed)?.is_file() {
        return Ok(Found::File(path.to_owned()));
    }
    let endings: &[&str] = match purpose {
        Purpose::Painting
        | Purpose::Gallery
        | Purpose::Inbox
        | Purpose::Frames
        | Purpose::Pairs => &PICTURE_EXTENSIONS,
        Purpose::Library => &decode::EXTENSIONS,
        Purpose::Head => &[HEAD_EXTENSION],
    };
    let mut entries = Vec::new();
    let (mut usable, mut cut) = (0, false);
    for item in fs::read_dir(path).map_err(failed)? {
        if cancelled.load(Ordering::Relaxed) {
            break;
        }
        // An entry that vanishes while it is listed is no entry.
        let Ok(item) = item else { continue };
        let name = item.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = item.path();
        let is_folder = path.is_dir();
        let of_use = !is_folder && ends_in(&path, endings);
        usable += usize::from(of_use);
        let shown = is_folder || of_use && purpose.is_file();
        if !shown {
            continue;
        }
        if entries.len() == MOST_ENTRIES {
            cut = true;
            break;
        }
        entries.push(Entry {
            name,
            path,
            is_folder,
        });
    }
    entries.sort_by(|a, b| {
        b.is_folder
            .cmp(&a.is_folder)
            .then_with(|| natural(&a.name, &b.name))
    });
    Ok(Found::Folder {
        folder: path.to_owned(),
        entries,
        usable,
        cut,
    })
}

/// `error` in words, with what to do.
fn explain(path: &Path, error: &io::Error) -> String {
    let name = format::file_name(path);
    match error.kind() {
        ErrorKind::NotFound => {
            format!("\u{201c}{name}\u{201d} is not there any more. Check the path, or go up.")
        }
        ErrorKind::PermissionDenied => format!(
            "You may not look into \u{201c}{name}\u{201d}. Change its permissions, or choose \
             another folder."
        ),
        _ => format!("\u{201c}{name}\u{201d} could not be read: {error}. Try again, or go up."),
    }
}

/// Orders names as people do: without regard to case, numbers by their value and first.
fn natural(a: &str, b: &str) -> Order {
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

/// `name` as numbers, each with the text that follows it. Text that no number leads has
/// the largest, so that it comes after those that begin with one.
fn parts(name: &str) -> Vec<(u64, String)> {
    let mut parts: Vec<(u64, String)> = Vec::new();
    let mut in_number = false;
    for letter in name.chars().flat_map(char::to_lowercase) {
        let digit = letter.to_digit(10).map(u64::from);
        match (digit, parts.last_mut()) {
            (Some(digit), Some(last)) if in_number => {
                last.0 = last.0.saturating_mul(10).saturating_add(digit);
            }
            (Some(digit), _) => parts.push((digit, String::new())),
            (None, Some(last)) => last.1.push(letter),
            (None, None) => parts.push((u64::MAX, letter.to_string())),
        }
        in_number = digit.is_some();
    }
    parts
}

/// A listing under way. Dropped, it is cancelled and waited for: a plug-in must not leave
/// threads behind in code that the host may unload.
pub struct Listing {
    answer: Receiver<Result<Found, String>>,
    cancelled: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listing {
    /// Begins to read `path`; `wake` is called when the answer is there.
    pub fn start(path: PathBuf, purpose: Purpose, wake: impl FnOnce() + Send + 'static) -> Self {
        let (sender, answer) = bounded(1);
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        let refused = sender.clone();
        let thread = std::thread::Builder::new()
            .name("impasto-browser".to_owned())
            .spawn(move || {
                // The channel holds one answer and this is the only one: it cannot be full.
                let _ = sender.try_send(read(&path, purpose, &flag));
                wake();
            });
        let thread = thread
            .inspect_err(|error| {
                let sentence = format!("This computer gave no thread to look with: {error}.");
                let _ = refused.try_send(Err(sentence));
            })
            .ok();
        Self {
            answer,
            cancelled,
            thread,
        }
    }

    /// The answer, once it is there.
    pub fn poll(&self) -> Option<Result<Found, String>> {
        self.answer.try_recv().ok()
    }

    /// Waits for the answer; for tests.
    #[cfg(test)]
    pub fn wait(&self) -> Result<Found, String> {
        self.answer.recv().expect("a listing always answers")
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It panics nowhere; if it did, there would be nobody left to tell.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &Found) -> Vec<&str> {
        match found {
            Found::Folder { entries, .. } => entries.iter().map(|entry| &*entry.name).collect(),
            Found::File(_) => panic!("a file"),
        }
    }

    fn filled() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "b.PNG",
            "a10.jpg",
            "a9.jpg",
            "notes.txt",
            ".hidden.png",
            "song.flac",
        ] {
            fs::write(folder.path().join(name), b"x").expect("a file");
        }
        for name in ["Zoo", "album"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        folder
    }

    #[test]
    fn folders_first_then_files_of_the_kind_in_natural_order() {
        let folder = filled();
        let never = AtomicBool::new(false);
        let pictures = read(folder.path(), Purpose::Painting, &never).expect("readable");
        assert_eq!(
            names(&pictures),
            ["album", "Zoo", "a9.jpg", "a10.jpg", "b.PNG"]
        );
        let music = read(folder.path(), Purpose::Library, &never).expect("readable");
        assert_eq!(names(&music), ["album", "Zoo"]);
        assert!(matches!(
            music,
            Found::Folder {
                usable: 1,
                cut: false,
                ..
            }
        ));
        let file = folder.path().join("b.PNG");
        assert_eq!(
            read(&file, Purpose::Painting, &never),
            Ok(Found::File(file))
        );
    }

    #[test]
    fn what_is_gone_or_closed_is_named() {
        let folder = filled();
        let never = AtomicBool::new(false);
        let gone = read(&folder.path().join("gone"), Purpose::Library, &never).unwrap_err();
        assert!(
            gone.contains("gone") && gone.contains("not there any more"),
            "{gone}"
        );
        let denied = io::Error::from(ErrorKind::PermissionDenied);
        let sentence = explain(Path::new("/secret"), &denied);
        assert!(
            sentence.contains("secret") && sentence.contains("permissions"),
            "{sentence}"
        );
    }

    #[test]
    fn a_listing_answers_once_and_wakes_the_editor() {
        let folder = filled();
        let (woken, wake) = bounded(1);
        let listing = Listing::start(folder.path().to_owned(), Purpose::Painting, move || {
            let _ = woken.try_send(());
        });
        assert_eq!(names(&listing.wait().expect("readable")).len(), 5);
        wake.recv().expect("woken");
        assert_eq!(listing.poll(), None);
    }

    #[test]
    fn numbers_count_by_value() {
        let mut names = ["b", "a 10", "a 9", "A 9b", "10", "9", "\u{00e9}t\u{00e9}"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            ["9", "10", "a 9", "A 9b", "a 10", "b", "\u{00e9}t\u{00e9}"]
        );
    }
}
