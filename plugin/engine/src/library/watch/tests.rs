//! Against a real folder: what is told, and what is not.

use super::*;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

const TIMES: WatchTimes = WatchTimes {
    quiet: Duration::from_millis(100),
    longest: Duration::from_millis(600),
    poll: Duration::from_millis(100),
    back: Duration::from_millis(50),
};
const LONG: Duration = Duration::from_secs(20);

struct Heard {
    changes: Arc<AtomicUsize>,
    watcher: Watcher,
}

fn listen(folder: &Path) -> Heard {
    let changes = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&changes);
    let on_change = move || {
        count.fetch_add(1, Ordering::SeqCst);
    };
    let watcher = Watcher::with_times(folder, TIMES, on_change).unwrap();
    Heard { changes, watcher }
}

impl Heard {
    fn count(&self) -> usize {
        self.changes.load(Ordering::SeqCst)
    }

    /// The change is told of, within the time that a busy machine may take.
    #[track_caller]
    fn check(&self, what: &str, change: impl FnOnce()) {
        let before = self.count();
        change();
        let began = Instant::now();
        while self.count() == before {
            assert!(began.elapsed() < LONG, "nobody was told: {what}");
            thread::sleep(Duration::from_millis(10));
        }
        // Whatever else the change brought has been told too when the next one comes.
        thread::sleep(3 * TIMES.quiet);
    }
}

#[test]
fn added_changed_moved_and_removed_files_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("old")).unwrap();
    let heard = listen(dir.path());
    heard.check("added", || fs::write(at("a.wav"), "x").unwrap());
    heard.check("changed", || fs::write(at("a.wav"), "xy").unwrap());
    heard.check("moved", || {
        fs::rename(at("a.wav"), at("old/b.wav")).unwrap()
    });
    heard.check("folder moved", || {
        fs::rename(at("old"), at("new.2019")).unwrap()
    });
    heard.check("in the moved folder", || {
        fs::write(at("new.2019/c.flac"), "x").unwrap();
    });
    heard.check("removed", || fs::remove_file(at("new.2019/b.wav")).unwrap());
    heard.check("folder removed", || {
        fs::remove_dir_all(at("new.2019")).unwrap()
    });
}

#[test]
fn what_is_no_music_is_not_told() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(".impasto")).unwrap();
    fs::write(dir.path().join("a.wav"), "x").unwrap();
    let heard = listen(dir.path());
    fs::write(dir.path().join(".impasto/index.sqlite"), "x").unwrap();
    fs::write(dir.path().join("._a.wav"), "x").unwrap();
    fs::write(dir.path().join("cover.jpg"), "x").unwrap();
    fs::read(dir.path().join("a.wav")).unwrap();
    thread::sleep(6 * TIMES.quiet);
    assert_eq!(heard.count(), 0);
}

#[test]
fn many_changes_are_told_together_and_not_put_off_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let heard = listen(dir.path());
    let began = Instant::now();
    let mut changes = 0;
    while began.elapsed() < 4 * TIMES.longest {
        fs::write(dir.path().join(format!("{changes}.wav")), "x").unwrap();
        changes += 1;
        thread::sleep(Duration::from_millis(20));
    }
    let told = heard.count();
    assert!((1..changes / 4).contains(&told), "{told} of {changes}");
}

#[test]
fn a_drive_that_comes_back_is_told() {
    let parent = tempfile::tempdir().unwrap();
    let (music, away) = (parent.path().join("music"), parent.path().join("away"));
    fs::create_dir(&music).unwrap();
    let heard = listen(&music);
    fs::rename(&music, &away).unwrap();
    thread::sleep(6 * TIMES.back);
    heard.check("back", || fs::rename(&away, &music).unwrap());
    heard.check("watched again", || {
        fs::write(music.join("a.wav"), "x").unwrap()
    });
}

#[test]
fn where_the_system_cannot_watch_it_is_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let heard = listen(dir.path());
    assert_eq!(heard.watcher.watching(), Watching::Events);
    // As the system says it while the watcher runs.
    let limit = notify::Error::new(notify::ErrorKind::MaxFilesWatch);
    heard.check("the limit itself", || {
        heard.watcher.stop.send(Message::Event(Err(limit))).unwrap();
    });
    let Watching::Polling(reason) = heard.watcher.watching() else {
        panic!("it trusts the system");
    };
    assert!(reason.contains("max_user_watches"), "{reason}");
    heard.check("added", || {
        fs::write(dir.path().join("a.wav"), "x").unwrap()
    });
}

#[test]
fn a_missing_folder_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let gone = Watcher::new(&dir.path().join("gone"), || {});
    assert!(matches!(gone, Err(Error::Io { .. })));
}
