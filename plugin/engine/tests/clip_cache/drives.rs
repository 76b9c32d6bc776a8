//! Drives that go away and come back.

use std::fs;

use engine::playback::{CacheOptions, ClipCache, ClipSource};
use engine::units::ChunkId;

use super::support::{chunks, library, now, options, until, write_track};

#[test]
fn a_folder_that_is_gone_is_named_and_comes_back_by_itself() {
    let root = tempfile::tempdir().expect("a folder");
    let (drive, other) = (root.path().join("drive"), root.path().join("other"));
    for folder in [&drive, &other] {
        fs::create_dir(folder).expect("a folder");
        write_track(&folder.join("music.wav"), 12, 1);
    }
    let files = [drive.join("music.wav"), other.join("music.wav")];
    let cache = ClipCache::new(options());
    cache.set_library(Some(library(&files, 3)));
    cache.set_pool(chunks([0, 3]).into_iter());
    let mut clips = cache.clips();
    until(&cache, "both wholes", || cache.status().wholes == 2);

    let away = root.path().join("away");
    fs::rename(&drive, &away).expect("moved");
    cache.set_pool(chunks(0..6).into_iter());
    until(&cache, "the state", || !cache.status().offline.is_empty());
    let status = cache.status();
    assert_eq!(status.offline[0].folder, drive);
    assert!(!status.offline[0].hanging);
    until(&cache, "the other drive", || cache.status().wholes == 4);
    assert_eq!(cache.status().lost, 2, "0 is decoded, 1 and 2 are not");
    assert!(now(&mut clips, 0).is_some_and(|audio| audio.whole().is_some()));
    assert!(now(&mut clips, 1).is_none());

    fs::rename(&away, &drive).expect("moved");
    until(&cache, "the return", || cache.status().wholes == 6);
    assert_eq!((cache.status().lost, cache.status().offline), (0, vec![]));
}

/// Opening a named pipe waits for its other end, as opening a file waits for a server
/// that is gone.
#[cfg(unix)]
mod hanging {
    use super::*;
    use std::io::Write;
    use std::path::Path;
    use std::process::Command;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use engine::playback::Wait;

    fn make_pipe(path: &Path) {
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo").success());
    }

    #[test]
    fn a_drive_that_hangs_is_named_and_the_others_go_on() {
        let root = tempfile::tempdir().expect("a folder");
        let (dead, well) = (root.path().join("dead"), root.path().join("well"));
        for folder in [&dead, &well] {
            fs::create_dir(folder).expect("a folder");
        }
        let pipe = dead.join("hangs.wav");
        make_pipe(&pipe);
        let files = [pipe.clone(), dead.join("whole.wav"), well.join("music.wav")];
        write_track(&files[1], 8, 1);
        write_track(&files[2], 8, 2);
        let cache = ClipCache::new(options());
        cache.set_library(Some(library(&files, 2)));
        cache.set_pool(chunks([0, 1, 4, 5, 2, 3]).into_iter());
        let mut clips = cache.clips();
        clips.list(&chunks([0, 4]));
        until(&cache, "the state", || {
            cache.status().offline.iter().any(|away| away.hanging)
        });
        assert_eq!(cache.status().offline[0].folder, dead);
        until(&cache, "the drive that is well", || {
            let mut whole = |chunk| now(&mut clips, chunk).is_some_and(|a| a.whole().is_some());
            whole(4) && whole(5)
        });
        // Even who may wait does not wait for it.
        let begin = Instant::now();
        let waited = clips.audio(ChunkId(2), Wait::ForWhole).expect("no failure");
        assert!(waited.is_none() && begin.elapsed() < Duration::from_secs(1));
        let lost = cache.status().lost;
        assert!(
            (2..=4).contains(&lost),
            "{lost}: 2 and 3 may have come before"
        );

        // The server answers again: what hung fails as the pipe that it is, the rest plays.
        fs::remove_file(&pipe)
            .and_then(|()| {
                // Whoever hangs holds the old pipe, of which this was the only name.
                fs::write(&pipe, "no audio")
            })
            .expect("replaced");
        drop(cache);
    }

    #[test]
    fn what_hung_goes_on_when_the_drive_answers() {
        let root = tempfile::tempdir().expect("a folder");
        let pipe = root.path().join("hangs.wav");
        make_pipe(&pipe);
        let well = root.path().join("music.wav");
        write_track(&well, 8, 3);
        let cache = ClipCache::new(options());
        cache.set_library(Some(library(&[pipe.clone(), well], 2)));
        let mut clips = cache.clips();
        clips.list(&chunks([0]));
        until(&cache, "the state", || !cache.status().offline.is_empty());
        cache.set_pool(chunks([2, 3]).into_iter());
        assert!(now(&mut clips, 2).is_none(), "the same drive");
        // Both ends, so that this does not wait in its turn.
        let mut other_end = fs::File::options()
            .read(true)
            .write(true)
            .open(&pipe)
            .expect("opened");
        other_end.write_all(&[0; 64]).expect("room in the pipe");
        until(&cache, "the return", || cache.status().wholes == 2);
        assert_eq!(cache.status().offline, []);
        // The other thread may hang in the pipe's own sake; nothing waits for it.
    }

    static LEFT: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn ending_does_not_wait_for_a_drive_that_hangs() {
        let root = tempfile::tempdir().expect("a folder");
        let pipe = root.path().join("hangs.wav");
        make_pipe(&pipe);
        let count = || {
            LEFT.fetch_add(1, Ordering::Relaxed);
        };
        let cache = ClipCache::new(CacheOptions {
            left_behind: count,
            ..options()
        });
        cache.set_library(Some(library(&[pipe], 1)));
        let mut clips = cache.clips();
        clips.list(&chunks([0]));
        std::thread::sleep(Duration::from_millis(50));
        let begin = Instant::now();
        drop(cache);
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{:?}",
            begin.elapsed()
        );
        assert_eq!(LEFT.load(Ordering::Relaxed), 1);
    }
}
