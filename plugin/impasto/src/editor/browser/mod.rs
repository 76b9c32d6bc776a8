//! A file browser inside the editor. The platform's own dialogs are not used: called on a
//! host's thread they bring many hosts down.
//!
//! This module is the browser's behaviour, without drawing: where it is, what is selected,
//! what a key does. [`listing`] reads folders, `draw` draws.

mod draw;
pub mod listing;
mod thumbnails;

use std::path::{Path, PathBuf};

use egui::Key;

pub use draw::browser_ui;
use listing::{Entry, Found, Listing};
pub use thumbnails::Thumbnails;

use super::format;
use super::request::Purpose;
use crate::editor::window::RepaintNotifier;

/// Rows that Page Up and Page Down move by.
const PAGE: usize = 10;

/// How a browser ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was chosen.
    Closed,
    /// This was.
    Chosen(PathBuf),
}

/// What is shown of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// It is being read.
    Loading,
    /// As [`Found::Folder`] has it.
    Ready {
        /// Folders first.
        entries: Vec<Entry>,
        /// Files in it that the choice could be made of.
        usable: usize,
        /// Whether there are more than are listed.
        cut: bool,
    },
    /// Why it cannot be shown.
    Failed(String),
}

/// An open browser.
pub struct Browser {
    /// What is looked for.
    pub purpose: Purpose,
    /// The folder that is shown, or being read.
    pub folder: PathBuf,
    /// What is in it.
    pub contents: Contents,
    /// Which of the entries is selected.
    pub selected: Option<usize>,
    /// The path field.
    pub typed: String,
    /// Whether the selection moved and is to be scrolled to.
    pub reveal: bool,
    home: Option<PathBuf>,
    /// What to select once the folder is read: where one came from.
    came_from: Option<PathBuf>,
    listing: Option<Listing>,
    repaint: RepaintNotifier,
}

impl Browser {
    /// Opens at `folder`; `repaint` is told when a folder has been read.
    pub fn open(
        purpose: Purpose,
        folder: PathBuf,
        home: Option<PathBuf>,
        repaint: RepaintNotifier,
    ) -> Self {
        let mut browser = Self {
            purpose,
            folder: PathBuf::new(),
            contents: Contents::Loading,
            selected: None,
            typed: String::new(),
            reveal: false,
            home,
            came_from: None,
            listing: None,
            repaint,
        };
        browser.go(folder);
        browser
    }

    /// Begins to read `path`, which may turn out to be a file.
    pub fn go(&mut self, path: PathBuf) {
        self.typed = format::folder(&path, self.home.as_deref());
        self.contents = Contents::Loading;
        self.selected = None;
        self.folder.clone_from(&path);
        let repaint = self.repaint.clone();
        let wake = move || repaint.request_repaint();
        self.listing = Some(Listing::start(path, self.purpose, wake));
    }

    /// Goes to the folder above, and selects the one left there.
    pub fn up(&mut self) {
        if let Some(parent) = self.folder.parent().map(Path::to_owned) {
            let left = self.folder.clone();
            self.go(parent);
            self.came_from = Some(left);
        }
    }

    /// Takes what the reading thread found since the last time. `Some` if a typed path
    /// was a file, which is a choice.
    pub fn poll(&mut self) -> Option<Outcome> {
        let found = self.listing.as_ref()?.poll()?;
        self.listing = None;
        self.take(found)
    }

    fn take(&mut self, found: Result<Found, String>) -> Option<Outcome> {
        match found {
            Ok(Found::File(path)) if self.purpose.is_file() => {
                return Some(Outcome::Chosen(path));
            }
            // For a folder of music, one of its files is as good as the folder.
            Ok(Found::File(path)) => {
                if let Some(parent) = path.parent() {
                    self.go(parent.to_owned());
                }
            }
            Ok(Found::Folder {
                folder,
                entries,
                usable,
                cut,
            }) => {
                self.folder = folder;
                let came_from = self.came_from.take();
                self.selected = entries
                    .iter()
                    .position(|entry| Some(&entry.path) == came_from.as_ref())
                    // A marked folder next to a button that takes the one shown would mislead.
                    .or((self.purpose.is_file() && !entries.is_empty()).then_some(0));
                self.reveal = true;
                self.contents = Contents::Ready {
                    entries,
                    usable,
                    cut,
                };
            }
            Err(reason) => self.contents = Contents::Failed(reason),
        }
        None
    }

    /// What is listed; empty while there is nothing to show.
    pub fn entries(&self) -> &[Entry] {
        match &self.contents {
            Contents::Ready { entries, .. } => entries,
            Contents::Loading | Contents::Failed(_) => &[],
        }
    }

    /// Goes into the selected folder, or chooses the selected file.
    pub fn enter(&mut self) -> Option<Outcome> {
        let entry = self.entries().get(self.selected?)?.clone();
        if entry.is_folder {
            self.go(entry.path);
            return None;
        }
        Some(Outcome::Chosen(entry.path))
    }

    /// Goes where the path field says.
    pub fn enter_typed(&mut self) {
        match format::typed_path(&self.typed, self.home.as_deref()) {
            Some(path) => self.go(path),
            None => {
                let sentence = "That is no whole path. Begin it with / or ~.";
                let windows = "That is no whole path. Begin it with a drive, as in C:\\Music.";
                let sentence = if cfg!(windows) { windows } else { sentence };
                self.listing = None;
                self.contents = Contents::Failed(sentence.to_owned());
            }
        }
    }

    /// What the button at the bottom would choose, if it can choose anything.
    pub fn choice(&self) -> Option<PathBuf> {
        match (&self.contents, self.purpose) {
            (Contents::Ready { .. }, purpose) if !purpose.is_file() => Some(self.folder.clone()),
            (Contents::Ready { entries, .. }, _) => {
                let entry = entries.get(self.selected?)?;
                (!entry.is_folder).then(|| entry.path.clone())
            }
            _ => None,
        }
    }

    /// Does what `key` means while the list has the keyboard.
    pub fn key(&mut self, key: Key) -> Option<Outcome> {
        match key {
            Key::Escape => return Some(Outcome::Closed),
            Key::Enter => return self.enter(),
            Key::Backspace => self.up(),
            Key::ArrowUp => self.select(|at, _| at.saturating_sub(1)),
            Key::ArrowDown => self.select(|at, _| at + 1),
            Key::PageUp => self.select(|at, _| at.saturating_sub(PAGE)),
            Key::PageDown => self.select(|at, _| at + PAGE),
            Key::Home => self.select(|_, _| 0),
            Key::End => self.select(|_, last| last),
            _ => {}
        }
        None
    }

    /// Moves the selection to `to(now, last)`, kept inside the list.
    fn select(&mut self, to: impl FnOnce(usize, usize) -> usize) {
        let Some(last) = self.entries().len().checked_sub(1) else {
            return;
        };
        self.selected = Some(match self.selected {
            Some(at) => to(at, last).min(last),
            None => 0,
        });
        self.reveal = true;
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder `music` with `one`, `two`, `three.png` in a folder of its own.
    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["music", "music/one", "music/two"] {
            fs::create_dir(root.path().join(name)).expect("a folder");
        }
        fs::write(root.path().join("music/three.png"), b"x").expect("a file");
        root
    }

    fn open(purpose: Purpose, folder: PathBuf) -> Browser {
        let mut browser = Browser::open(purpose, folder, None, RepaintNotifier::new());
        assert_eq!(settle(&mut browser), None);
        browser
    }

    /// Waits until the folder is read.
    fn settle(browser: &mut Browser) -> Option<Outcome> {
        while let Some(listing) = browser.listing.take() {
            if let Some(outcome) = browser.take(listing.wait()) {
                return Some(outcome);
            }
        }
        None
    }

    #[test]
    fn the_keyboard_reaches_everything() {
        let root = tree();
        let music = root.path().join("music");
        let mut browser = open(Purpose::Painting, music.clone());
        assert_eq!(browser.entries().len(), 3);
        let moves = [
            (Key::ArrowUp, 0),
            (Key::ArrowDown, 1),
            (Key::End, 2),
            (Key::ArrowDown, 2),
            (Key::Home, 0),
            (Key::PageDown, 2),
            (Key::PageUp, 0),
        ];
        for (key, selected) in moves {
            assert_eq!(browser.key(key), None);
            assert_eq!(browser.selected, Some(selected), "after {key:?}");
        }

        browser.key(Key::ArrowDown);
        browser.key(Key::Enter);
        assert_eq!(browser.contents, Contents::Loading);
        settle(&mut browser);
        assert_eq!(browser.folder, music.join("two"));
        assert_eq!((browser.entries().len(), browser.selected), (0, None));
        assert_eq!(browser.key(Key::Enter), None, "nothing to enter");
        browser.key(Key::ArrowDown);
        assert_eq!(browser.selected, None);

        browser.key(Key::Backspace);
        settle(&mut browser);
        assert_eq!(
            browser.selected,
            Some(1),
            "the folder that was left is selected"
        );

        browser.key(Key::End);
        let file = music.join("three.png");
        assert_eq!(browser.choice(), Some(file.clone()));
        assert_eq!(browser.key(Key::Enter), Some(Outcome::Chosen(file)));
        assert_eq!(browser.key(Key::Escape), Some(Outcome::Closed));
    }

    #[test]
    fn a_typed_path_is_a_place_or_a_choice() {
        let root = tree();
        let music = root.path().join("music");
        let mut browser = open(Purpose::Painting, root.path().to_owned());
        browser.typed = format!("\"{}\" ", music.display());
        browser.enter_typed();
        assert_eq!(settle(&mut browser), None);
        assert_eq!(browser.folder, music);

        browser.typed = music.join("three.png").display().to_string();
        browser.enter_typed();
        assert_eq!(
            settle(&mut browser),
            Some(Outcome::Chosen(music.join("three.png")))
        );

        browser.typed = music.join("nowhere").display().to_string();
        browser.enter_typed();
        assert_eq!(settle(&mut browser), None);
        assert!(matches!(&browser.contents, Contents::Failed(why) if why.contains("nowhere")));
        assert_eq!(browser.choice(), None);

        browser.typed = "three.png".to_owned();
        browser.enter_typed();
        assert!(matches!(&browser.contents, Contents::Failed(why) if why.contains("whole path")));
    }

    #[test]
    fn a_library_is_the_folder_that_is_shown() {
        let root = tree();
        let music = root.path().join("music");
        let mut browser = open(Purpose::Library, music.clone());
        assert_eq!(browser.entries().len(), 2, "folders only");
        assert_eq!(browser.choice(), Some(music.clone()));
        browser.typed = music.join("three.png").display().to_string();
        browser.enter_typed();
        assert_eq!(settle(&mut browser), None);
        assert_eq!(browser.folder, music, "a file stands for its folder");
    }
}
