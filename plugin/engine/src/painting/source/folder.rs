//! The newest picture in a folder, as a tethered camera or a phone's synchronisation
//! leaves it there.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::file::{Stamp, missing, shown};
use super::{FrameSource, Glance, WatchedFile};
use crate::retrieval::PICTURE_EXTENSIONS;

/// More files are not looked at: such a folder is an archive, not an inbox.
const MOST_FILES: usize = 50_000;

/// A folder whose newest picture is shown. What was taken first is the newest by its time;
/// from then on whatever comes in or is written anew, since a synchronised file may bring a
/// time of its own with it.
pub struct WatchedFolder {
    folder: PathBuf,
    /// What was shown, given up or passed over.
    known: HashMap<OsString, Stamp>,
    /// Whether the folder was looked through before.
    begun: bool,
    newest: Option<WatchedFile>,
}

impl WatchedFolder {
    /// Nothing is read before the first glance.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            known: HashMap::new(),
            begun: false,
            newest: None,
        }
    }

    /// Pictures that are not as they were known, and whether there are any at all.
    fn changed(&mut self) -> io::Result<(Vec<(OsString, Stamp)>, bool)> {
        let (mut changed, mut any) = (Vec::new(), false);
        let mut present = HashMap::new();
        for entry in fs::read_dir(&self.folder)?.flatten().take(MOST_FILES) {
            let name = entry.file_name();
            if !is_picture(&name) {
                continue;
            }
            // One that vanishes meanwhile is none.
            let path = entry.path();
            let Ok(stamp) = Stamp::of(&path) else {
                continue;
            };
            if path.is_dir() {
                continue;
            }
            any = true;
            match self.known.remove(&name) {
                Some(known) if known == stamp => drop(present.insert(name, stamp)),
                _ => changed.push((name, stamp)),
            }
        }
        // What is gone is forgotten.
        self.known = present;
        Ok((changed, any))
    }

    /// Whether the file that is shown has been taken away.
    fn is_gone(&self) -> Option<&Path> {
        let newest = self.newest.as_ref()?;
        let name = newest.path().file_name()?;
        (!self.known.contains_key(name)).then(|| newest.path())
    }
}

impl FrameSource for WatchedFolder {
    fn glance(&mut self, now: Instant) -> Glance {
        let (mut changed, any) = match self.changed() {
            Ok(found) => found,
            Err(error) => return Glance::Failed(missing(&self.folder, &error)),
        };
        changed.sort_by(|(a, x), (b, y)| (x.modified, a).cmp(&(y.modified, b)));
        let begun = std::mem::replace(&mut self.begun, true);
        let Some((name, stamp)) = changed.pop() else {
            return match self.is_gone() {
                _ if !any && !begun => Glance::Waiting(empty(&self.folder)),
                Some(path) => Glance::Failed(format!(
                    "{} was taken out of the folder: it is used until another comes in",
                    shown(path)
                )),
                None if !any => Glance::Waiting(empty(&self.folder)),
                None => Glance::Nothing,
            };
        };
        let path = self.folder.join(&name);
        let same = (self.newest.as_ref()).is_some_and(|newest| newest.path() == path);
        if !same {
            self.newest = Some(WatchedFile::new(path));
        }
        let Some(newest) = &mut self.newest else {
            return Glance::Nothing;
        };
        let glance = newest.glance(now);
        // What came in before it is passed over, what is not whole is looked at again.
        self.known.extend(changed);
        if !matches!(glance, Glance::Waiting(_)) {
            self.known.insert(name, stamp);
        }
        glance
    }

    fn again(&mut self) {
        let Some(newest) = &mut self.newest else {
            return;
        };
        newest.again();
        if let Some(name) = newest.path().file_name() {
            self.known.remove(name);
        }
    }
}

/// Whether the name is that of a picture. Hidden files are what is being copied, by most
/// who copy.
fn is_picture(name: &OsString) -> bool {
    let path = Path::new(name);
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| PICTURE_EXTENSIONS.contains(&ending.as_str()))
        && !name.as_encoded_bytes().starts_with(b".")
}

fn empty(folder: &Path) -> String {
    format!(
        "{} holds no picture yet: the first that comes in is taken",
        shown(folder)
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use image::{Rgb, RgbImage};

    use super::*;

    struct Inbox {
        folder: tempfile::TempDir,
        begin: Instant,
        source: WatchedFolder,
    }

    impl Inbox {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            Self {
                begin: Instant::now(),
                source: WatchedFolder::new(folder.path().to_owned()),
                folder,
            }
        }

        /// A picture whose first pixel is `color`, last written `age` seconds ago.
        fn put(&self, name: &str, color: u8, age: u64) {
            let path = self.folder.path().join(name);
            let picture = RgbImage::from_pixel(30, 20, Rgb([color, 9, 9]));
            picture.save(&path).expect("saved");
            let time = SystemTime::now() - Duration::from_secs(age);
            let file = fs::File::options().write(true).open(&path).expect("open");
            file.set_modified(time).expect("set");
        }

        /// The name and first pixel of what is shown at `second`.
        #[track_caller]
        fn shown(&mut self, second: u64) -> Option<(String, u8)> {
            match self.source.glance(self.begin + Duration::from_secs(second)) {
                Glance::Frame(frame) => {
                    let color = frame.picture.to_rgb8().get_pixel(0, 0).0[0];
                    Some((frame.name.clone(), color))
                }
                Glance::Nothing => None,
                Glance::Waiting(why) | Glance::Failed(why) => Some((why, 0)),
            }
        }
    }

    #[test]
    fn the_newest_is_shown_and_then_what_comes_in() {
        let mut inbox = Inbox::new();
        let (why, _) = inbox.shown(0).expect("a word");
        assert!(why.contains("no picture yet"), "{why}");
        inbox.put("old.png", 1, 5000);
        inbox.put("new.png", 2, 1000);
        inbox.put("older.png", 3, 9000);
        assert_eq!(inbox.shown(1), Some(("new".to_owned(), 2)));
        assert_eq!(inbox.shown(2), None);
        // Synchronised: it came in now, but was taken long ago.
        inbox.put("synced.png", 4, 8000);
        inbox.put(".hidden.png", 5, 0);
        fs::write(inbox.folder.path().join("notes.txt"), "x").expect("written");
        assert_eq!(inbox.shown(3), Some(("synced".to_owned(), 4)));
        assert_eq!(inbox.shown(4), None);
        // Written anew under its name.
        inbox.put("synced.png", 6, 0);
        let (why, _) = inbox.shown(5).expect("a word");
        assert!(why.contains("being written"), "{why}");
        assert_eq!(inbox.shown(6), Some(("synced".to_owned(), 6)));
        fs::remove_file(inbox.folder.path().join("synced.png")).expect("removed");
        let (why, _) = inbox.shown(7).expect("a word");
        assert!(why.contains("synced.png was taken out"), "{why}");
        inbox.put("next.png", 7, 0);
        assert_eq!(inbox.shown(8), Some(("next".to_owned(), 7)));
    }

    #[test]
    fn what_is_half_written_is_waited_for_and_what_comes_after_it_goes_first() {
        let mut inbox = Inbox::new();
        inbox.put("whole.png", 1, 10);
        assert_eq!(inbox.shown(0), Some(("whole".to_owned(), 1)));
        let bytes = fs::read(inbox.folder.path().join("whole.png")).expect("read");
        let half = inbox.folder.path().join("half.png");
        fs::write(&half, &bytes[..bytes.len() / 2]).expect("written");
        let (why, _) = inbox.shown(1).expect("a word");
        assert!(why.contains("half.png is being written"), "{why}");
        fs::write(&half, &bytes).expect("written");
        inbox.shown(2);
        assert_eq!(inbox.shown(3), Some(("half".to_owned(), 1)));
        assert_eq!(inbox.shown(4), None);
    }

    #[test]
    fn a_folder_that_is_away_is_named() {
        let mut source = WatchedFolder::new(PathBuf::from("/nowhere/inbox"));
        let Glance::Failed(why) = source.glance(Instant::now()) else {
            panic!("it is not there");
        };
        assert!(
            why.contains("/nowhere/inbox") && why.contains("connect"),
            "{why}"
        );
    }
}
