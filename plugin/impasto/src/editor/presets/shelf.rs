//! The user's own presets, a file each, read and written off the thread that draws.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Preset;
use crate::editor::errand::Errand;

/// The ending of a preset's file.
const EXTENSION: &str = "json";

/// A file longer than this, in bytes, is no preset.
const LONGEST: u64 = 64 * 1024;

/// Presets that are listed at most.
const MOST: usize = 500;

/// What is done with files.
type Outcome = (Vec<Preset>, Option<String>);

/// The user's presets as last read, and the reading under way.
#[derive(Default)]
pub struct Shelf {
    folder: Option<PathBuf>,
    presets: Vec<Preset>,
    problem: Option<String>,
    errand: Option<Errand<Outcome>>,
}

impl Shelf {
    /// Those in `folder`, which need not be there yet.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            ..Self::default()
        }
    }

    /// In alphabetical order.
    pub fn presets(&self) -> &[Preset] {
        &self.presets
    }

    /// What went wrong last, in a sentence.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether files are being read or written.
    pub fn is_busy(&self) -> bool {
        self.errand.is_some()
    }

    /// Reads the folder again.
    pub fn refresh(&mut self, wake: impl FnOnce() + Send + 'static) {
        self.send(wake, |_| Ok(()));
    }

    /// Writes `preset`; one of the same name is replaced.
    pub fn save(&mut self, preset: Preset, wake: impl FnOnce() + Send + 'static) {
        self.send(wake, move |folder| write(folder, &preset));
    }

    /// Puts the preset called `name` aside: its file gets the ending `.removed`.
    pub fn remove(&mut self, name: &str, wake: impl FnOnce() + Send + 'static) {
        let name = name.to_owned();
        self.send(wake, move |folder| put_aside(folder, &name));
    }

    /// Takes what the files had; to be called in each frame.
    pub fn poll(&mut self) {
        if let Some((presets, problem)) = self.errand.as_ref().and_then(Errand::poll) {
            (self.presets, self.problem, self.errand) = (presets, problem, None);
        }
    }

    fn send(
        &mut self,
        wake: impl FnOnce() + Send + 'static,
        work: impl FnOnce(&Path) -> Result<(), String> + Send + 'static,
    ) {
        let Some(folder) = self.folder.clone() else {
            self.problem = Some("this system has no folder for settings".to_owned());
            return;
        };
        // What is under way is waited for: files are few and small.
        self.errand = None;
        let all = move || {
            let done = work(&folder);
            let (presets, unread) = read(&folder);
            (presets, done.err().or(unread))
        };
        self.errand = Errand::start(all, wake);
        if self.errand.is_none() {
            self.problem = Some("this computer gave no thread to work with".to_owned());
        }
    }
}

/// All presets in `folder`, and what could not be read.
fn read(folder: &Path) -> Outcome {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        // Nothing was saved yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Vec::new(), None),
        Err(error) => return (Vec::new(), Some(say(folder, &error))),
    };
    let mut problem = None;
    let mut presets = Vec::new();
    for file in files.flatten().map(|file| file.path()) {
        if file.extension().is_none_or(|ending| ending != EXTENSION) || presets.len() == MOST {
            continue;
        }
        match read_one(&file) {
            Ok(preset) => presets.push(preset),
            Err(why) => problem = Some(format!("{}: {why}", file.display())),
        }
    }
    presets.sort_by_key(|preset| preset.name.to_lowercase());
    (presets, problem)
}

fn read_one(file: &Path) -> Result<Preset, String> {
    let length = fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > LONGEST {
        return Err("too long to be a preset".to_owned());
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    Preset::parse(&text)
}

fn write(folder: &Path, preset: &Preset) -> Result<(), String> {
    let target = folder.join(file_name(&preset.name));
    let work = || {
        fs::create_dir_all(folder)?;
        // Beside its place first, so that a full disk leaves the one before whole.
        let fresh = target.with_extension("new");
        let mut file = fs::File::create(&fresh)?;
        file.write_all(preset.to_text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, &target)
    };
    work().map_err(|error: io::Error| say(&target, &error))
}

fn put_aside(folder: &Path, name: &str) -> Result<(), String> {
    let file = folder.join(file_name(name));
    fs::rename(&file, file.with_extension("removed")).map_err(|error| say(&file, &error))
}

fn say(path: &Path, error: &io::Error) -> String {
    format!(
        "{}: {error}. Check the folder's permissions and the disk's free space",
        path.display()
    )
}

/// A file's name for `name` that every system takes. Two names that differ only in what
/// no file may be called share a file.
fn file_name(name: &str) -> String {
    let plain = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let name: String = name.trim().chars().map(plain).take(80).collect();
    let name = name.trim_matches('.');
    // Some names are devices on Windows, whatever their ending.
    format!("{name} preset.{EXTENSION}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::ImpastoParams;

    fn done(shelf: &mut Shelf) {
        while shelf.is_busy() {
            std::thread::sleep(std::time::Duration::from_millis(1));
            shelf.poll();
        }
    }

    #[test]
    fn what_is_saved_is_there_in_the_next_window_until_it_is_removed() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("not there yet");
        let mut shelf = Shelf::new(Some(folder.clone()));
        shelf.refresh(|| ());
        done(&mut shelf);
        assert!(shelf.presets().is_empty() && shelf.problem().is_none());
        for name in ["Nebel: über/unter", "CON", "nebel 2"] {
            shelf.save(Preset::of(&ImpastoParams::default(), name), || ());
            done(&mut shelf);
            assert_eq!(shelf.problem(), None);
        }
        let mut next = Shelf::new(Some(folder.clone()));
        next.refresh(|| ());
        done(&mut next);
        let names: Vec<_> = next.presets().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["CON", "nebel 2", "Nebel: über/unter"]);
        next.remove("CON", || ());
        done(&mut next);
        assert_eq!(next.presets().len(), 2);
        assert!(
            folder.join("CON preset.removed").is_file(),
            "nothing is lost"
        );
    }

    #[test]
    fn a_damaged_file_is_named_and_the_others_are_listed() {
        let place = tempfile::tempdir().expect("a folder");
        let mut shelf = Shelf::new(Some(place.path().to_owned()));
        shelf.save(Preset::of(&ImpastoParams::default(), "Good"), || ());
        done(&mut shelf);
        fs::write(place.path().join("bad.json"), "{").expect("written");
        shelf.refresh(|| ());
        done(&mut shelf);
        assert_eq!(shelf.presets().len(), 1);
        assert!(
            shelf
                .problem()
                .is_some_and(|text| text.contains("bad.json"))
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_says_so() {
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join("a file");
        fs::write(&file, "").expect("written");
        let mut shelf = Shelf::new(Some(file.join("presets")));
        shelf.save(Preset::of(&ImpastoParams::default(), "x"), || ());
        done(&mut shelf);
        assert!(
            shelf
                .problem()
                .is_some_and(|text| text.contains("permissions"))
        );
    }
}
