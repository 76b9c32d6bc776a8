//! One file that is written anew from time to time.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::{Frame, FrameSource, Glance, PATIENCE, SETTLED};
use crate::inference::{Picture, PictureLimits};

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub bytes: u64,
    pub modified: Option<SystemTime>,
}

impl Stamp {
    pub fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

/// A file that is read again whenever it was written.
pub struct WatchedFile {
    path: PathBuf,
    /// As it was when it was shown, or given up.
    seen: Option<Stamp>,
    /// As it was found to differ, and since when it has been so.
    coming: Option<(Stamp, Instant)>,
    /// It was there, and is not.
    gone: bool,
    /// Why what was seen could not be read.
    failed: Option<String>,
}

impl WatchedFile {
    /// Nothing is read before the first glance.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            seen: None,
            coming: None,
            gone: false,
            failed: None,
        }
    }

    /// What is watched.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file though it may be half written.
    fn read(&mut self, stamp: Stamp, since: Instant, now: Instant) -> Glance {
        match Picture::decode(&self.path, PictureLimits::default()) {
            Ok(picture) => {
                (self.seen, self.coming, self.failed) = (Some(stamp), None, None);
                Glance::Frame(Box::new(Frame {
                    picture,
                    name: name_of(&self.path),
                    path: Some(self.path.clone()),
                }))
            }
            Err(_) if now.saturating_duration_since(since) < PATIENCE => {
                self.coming = Some((stamp, since));
                Glance::Waiting(format!("{} is being written", shown(&self.path)))
            }
            Err(error) => {
                // It is not read again before it changes.
                (self.seen, self.coming) = (Some(stamp), None);
                self.failed = Some(error.to_string());
                Glance::Failed(error.to_string())
            }
        }
    }
}

impl FrameSource for WatchedFile {
    fn glance(&mut self, now: Instant) -> Glance {
        let stamp = match Stamp::of(&self.path) {
            Ok(stamp) => stamp,
            Err(error) => {
                // One that comes back is looked at, be it the same.
                (self.coming, self.gone) = (None, true);
                return Glance::Failed(missing(&self.path, &error));
            }
        };
        if std::mem::take(&mut self.gone) {
            self.seen = None;
        }
        if self.seen == Some(stamp) {
            self.coming = None;
            return self.failed.clone().map_or(Glance::Nothing, Glance::Failed);
        }
        match self.coming {
            // The first is shown at once, if it is whole.
            None if self.seen.is_none() => self.read(stamp, now, now),
            Some((known, since)) if known == stamp => {
                if now.saturating_duration_since(since) < SETTLED {
                    return Glance::Waiting(format!("{} is being written", shown(&self.path)));
                }
                self.read(stamp, since, now)
            }
            _ => {
                self.coming = Some((stamp, now));
                Glance::Waiting(format!("{} is being written", shown(&self.path)))
            }
        }
    }

    fn again(&mut self) {
        self.seen = None;
    }
}

/// A file's name without its folder and ending.
pub(super) fn name_of(path: &Path) -> String {
    path.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// A file's or a folder's name.
pub(super) fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Why `path` can't be looked at, and what to do.
pub(super) fn missing(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => {
            format!("{path} is not there: put it back, connect its drive, or choose another")
        }
        ErrorKind::PermissionDenied => {
            format!("{path} may not be read: change its permissions, or choose another")
        }
        _ => format!("{path} can't be read ({error}): connect its drive, or choose another"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use image::{Rgb, RgbImage};

    use super::*;

    fn png(color: u8) -> Vec<u8> {
        let picture = RgbImage::from_fn(60, 40, |x, y| Rgb([color, x as u8, y as u8]));
        let mut bytes = io::Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, image::ImageFormat::Png)
            .expect("encoded");
        bytes.into_inner()
    }

    #[test]
    fn an_unchanged_file_is_read_once_and_a_half_written_one_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("easel.png");
        let begin = Instant::now();
        let at = |millis: u64| begin + Duration::from_millis(millis);
        let mut file = WatchedFile::new(path.clone());
        let Glance::Failed(why) = file.glance(at(0)) else {
            panic!("nothing is there");
        };
        assert!(
            why.contains("easel.png") && why.contains("put it back"),
            "{why}"
        );
        fs::write(&path, png(10)).expect("written");
        assert!(matches!(file.glance(at(1)), Glance::Frame(_)));
        assert!(matches!(file.glance(at(2)), Glance::Nothing));

        let whole = png(200);
        fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        assert!(
            matches!(file.glance(at(1000)), Glance::Waiting(_)),
            "it has just changed"
        );
        assert!(
            matches!(file.glance(at(1400)), Glance::Waiting(_)),
            "half of it"
        );
        fs::write(&path, &whole).expect("written");
        assert!(
            matches!(file.glance(at(1500)), Glance::Waiting(_)),
            "not settled"
        );
        let Glance::Frame(frame) = file.glance(at(1800)) else {
            panic!("it is whole");
        };
        assert_eq!(frame.picture.to_rgb8().get_pixel(0, 0).0[0], 200);
        assert_eq!((frame.name.as_str(), frame.path), ("easel", Some(path)));
    }

    #[test]
    fn a_damaged_file_is_given_up_until_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("easel.png");
        fs::write(&path, &png(1)[..50]).expect("written");
        let begin = Instant::now();
        let mut file = WatchedFile::new(path.clone());
        assert!(matches!(file.glance(begin), Glance::Waiting(_)));
        assert!(matches!(
            file.glance(begin + PATIENCE / 2),
            Glance::Waiting(_)
        ));
        assert!(matches!(file.glance(begin + PATIENCE), Glance::Failed(_)));
        assert!(matches!(
            file.glance(begin + PATIENCE * 2),
            Glance::Failed(_)
        ));
        fs::write(&path, png(3)).expect("written");
        assert!(matches!(
            file.glance(begin + PATIENCE * 3),
            Glance::Waiting(_)
        ));
        assert!(matches!(
            file.glance(begin + PATIENCE * 4),
            Glance::Frame(_)
        ));
    }

    #[test]
    fn a_file_that_was_gone_is_shown_again_when_it_is_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, aside) = (folder.path().join("a.png"), folder.path().join("b.png"));
        fs::write(&path, png(1)).expect("written");
        let now = Instant::now();
        let mut file = WatchedFile::new(path.clone());
        assert!(matches!(file.glance(now), Glance::Frame(_)));
        fs::rename(&path, &aside).expect("moved");
        assert!(matches!(file.glance(now), Glance::Failed(_)));
        fs::rename(&aside, &path).expect("moved");
        assert!(matches!(file.glance(now), Glance::Frame(_)));
    }
}
