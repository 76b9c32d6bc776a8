//! Drives that are away: what lies there, and how it is noticed that they are back.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often a folder that is gone is looked for.
pub(super) const PROBE: Duration = Duration::from_secs(2);

/// A folder from which nothing can be read now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineFolder {
    /// The folder, or the drive's root.
    pub folder: PathBuf,
    /// True if the system does not answer at all, as with a network drive whose server
    /// is gone; false if the folder is not there.
    pub hanging: bool,
}

#[derive(Debug)]
struct Away {
    folder: PathBuf,
    /// The thread that the system holds; it is back when the thread is.
    stuck: Option<u64>,
    /// When a folder that is gone is looked for next; `None` while it is being.
    probe_at: Option<Instant>,
}

/// All drives that are away.
#[derive(Debug, Default)]
pub(super) struct Drives(Vec<Away>);

impl Drives {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_offline(&self, path: &Path) -> bool {
        self.0.iter().any(|away| path.starts_with(&away.folder))
    }

    /// `thread` does not come back from reading in `folder`.
    pub fn hang(&mut self, folder: PathBuf, thread: u64) {
        self.0.push(Away {
            folder,
            stuck: Some(thread),
            probe_at: None,
        });
    }

    /// `folder` is not there.
    pub fn gone(&mut self, folder: PathBuf, now: Instant) {
        if !self.0.iter().any(|away| away.folder == folder) {
            self.0.push(Away {
                folder,
                stuck: None,
                probe_at: Some(now + PROBE),
            });
        }
    }

    /// `thread` came back after all: the folders that it was stuck in.
    pub fn returned(&mut self, thread: u64) -> Vec<PathBuf> {
        let stuck = |away: &mut Away| away.stuck == Some(thread);
        let back = self.0.extract_if(.., stuck);
        back.map(|away| away.folder).collect()
    }

    /// A folder that is to be looked for now.
    pub fn due(&mut self, now: Instant) -> Option<PathBuf> {
        let due = |away: &&mut Away| away.probe_at.is_some_and(|at| at <= now);
        let away = self.0.iter_mut().find(due)?;
        away.probe_at = None;
        Some(away.folder.clone())
    }

    /// Whether any folder is to be looked for, now or later.
    pub fn waits(&self) -> bool {
        self.0.iter().any(|away| away.probe_at.is_some())
    }

    /// `folder` was looked for.
    pub fn probed(&mut self, folder: &Path, is_back: bool, now: Instant) {
        self.0.retain_mut(|away| {
            let this = away.stuck.is_none() && away.folder == folder;
            if this {
                away.probe_at = Some(now + PROBE);
            }
            !(this && is_back)
        });
    }

    /// Forgets folders that are gone, as another library has others. What hangs does so
    /// whoever asks.
    pub fn forget(&mut self) {
        self.0.retain(|away| away.stuck.is_some());
    }

    /// Each folder once.
    pub fn list(&self) -> Vec<OfflineFolder> {
        let mut list: Vec<OfflineFolder> = Vec::new();
        for away in &self.0 {
            let hanging = away.stuck.is_some();
            match list.iter_mut().find(|known| known.folder == away.folder) {
                Some(known) => known.hanging |= hanging,
                None => list.push(OfflineFolder {
                    folder: away.folder.clone(),
                    hanging,
                }),
            }
        }
        list
    }
}

/// After a file could not be read: the folder that is gone with it, if that is why. The
/// topmost one is named, as it is what a drive brings back. An empty folder counts as
/// gone: so a drive's place looks without the drive.
pub(super) fn gone_folder(path: &Path) -> Option<PathBuf> {
    let readable = File::open(path).and_then(|mut file| file.read(&mut [0]));
    if readable.is_ok() {
        return None;
    }
    let mut gone = None;
    for folder in path.ancestors().skip(1) {
        if fs::metadata(folder).is_ok_and(|meta| meta.is_dir()) {
            return gone.or_else(|| (!is_back(folder)).then(|| folder.to_owned()));
        }
        gone = Some(folder.to_owned());
    }
    gone
}

/// Whether a folder that was gone holds something again.
pub(super) fn is_back(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// The root of the drive that `path` lies on, found without touching the drive; the
/// file's folder where that is not known, or where it would be the whole system.
pub fn drive_of(path: &Path) -> PathBuf {
    let root = mount_point(path).filter(|root| root.parent().is_some());
    let folder = || path.parent().unwrap_or(path).to_owned();
    root.unwrap_or_else(folder)
}

#[cfg(target_os = "linux")]
fn mount_point(path: &Path) -> Option<PathBuf> {
    // The kernel's own list: reading it asks no drive.
    longest_prefix(&fs::read("/proc/self/mountinfo").ok()?, path)
}

#[cfg(not(target_os = "linux"))]
fn mount_point(path: &Path) -> Option<PathBuf> {
    use std::path::Component;

    let mut parts = path.components();
    match parts.next()? {
        // A drive's letter or a server's share, with its root.
        prefix @ Component::Prefix(_) => Some(Path::new(&prefix).join(Component::RootDir)),
        Component::RootDir => {
            // Where macOS puts all drives but the system's.
            let place = parts.next()?;
            (place.as_os_str() == "Volumes").then(|| {
                let name = parts.next()?;
                Some(Path::new("/Volumes").join(name))
            })?
        }
        _ => None,
    }
}

/// The mount point in a `mountinfo` (proc(5)) that is nearest above `path`.
#[cfg(any(target_os = "linux", test))]
fn longest_prefix(mountinfo: &[u8], path: &Path) -> Option<PathBuf> {
    let lines = mountinfo.split(|byte| *byte == b'\n');
    let points = lines.filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    let points = points.map(|point| PathBuf::from(unescaped(point)));
    points
        .filter(|point| path.starts_with(point))
        .max_by_key(|point| point.components().count())
}

/// Blanks in names are written as three octal digits.
#[cfg(any(target_os = "linux", test))]
fn unescaped(name: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, others)) = rest.split_first() {
        let digits = others.get(..3).and_then(|d| std::str::from_utf8(d).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code.filter(|_| *first == b'\\') {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[3..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_point_is_the_drive() {
        let table = b"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
            40 22 8:17 / /media/My\\040Disk rw - exfat /dev/sdb1 rw\n\
            41 22 0:50 / /media rw - tmpfs tmpfs rw\n";
        let of = |path| longest_prefix(table, Path::new(path));
        assert_eq!(of("/media/My Disk/a/b.flac"), Some("/media/My Disk".into()));
        assert_eq!(of("/media/Other/b.flac"), Some("/media".into()));
        assert_eq!(of("/home/me/b.flac"), Some("/".into()));
    }

    #[test]
    fn what_is_gone_is_named_from_its_top() {
        let root = tempfile::tempdir().expect("a folder");
        let drive = root.path().join("drive");
        let album = drive.join("artist/album");
        let file = album.join("one.wav");
        fs::create_dir_all(&album).expect("a folder");
        fs::write(&file, "some").expect("a file");
        assert_eq!(gone_folder(&file), None, "it can be read");
        assert_eq!(gone_folder(&album.join("two.wav")), None, "the file alone");
        fs::remove_dir_all(drive.join("artist")).expect("removed");
        assert_eq!(gone_folder(&file), Some(drive.join("artist")));
        fs::remove_dir(&drive).expect("removed");
        assert_eq!(gone_folder(&file), Some(drive.clone()));
        fs::create_dir(&drive).expect("a folder");
        let direct = drive.join("one.wav");
        assert_eq!(gone_folder(&direct), Some(drive.clone()), "an empty place");
        assert!(!is_back(&drive));
        fs::write(&direct, "some").expect("a file");
        assert!(is_back(&drive));
    }

    #[test]
    fn a_drive_is_away_until_it_is_back() {
        let (mut drives, now) = (Drives::default(), Instant::now());
        drives.gone("/a".into(), now);
        drives.gone("/a".into(), now);
        drives.hang("/b".into(), 7);
        drives.hang("/b".into(), 8);
        assert_eq!(drives.list().len(), 2);
        assert!(drives.is_offline(Path::new("/a/x")) && drives.is_offline(Path::new("/b/y/z")));
        assert!(!drives.is_offline(Path::new("/ab")));
        assert_eq!(drives.due(now), None);
        assert_eq!(drives.due(now + PROBE), Some("/a".into()));
        assert_eq!(drives.due(now + PROBE), None, "one thread looks at a time");
        drives.probed(Path::new("/a"), false, now);
        assert!(drives.waits());
        drives.probed(Path::new("/a"), true, now);
        assert!(!drives.is_offline(Path::new("/a/x")));
        assert_eq!(drives.returned(7), [PathBuf::from("/b")]);
        assert!(drives.is_offline(Path::new("/b/y")), "another thread hangs");
        drives.forget();
        assert_eq!(drives.returned(8).len(), 1);
        assert!(drives.is_empty());
    }
}
