//! Bad input: whatever lies in a music folder, and whatever becomes of the disk, the
//! scan goes on or stops with a message that says what to do, and nothing is lost.

use std::fs::{self, File};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
use crate::children;
use crate::support::{FakeEmbedder, assets, scan, tone, write_wav};
use engine::Error;
use engine::inference::Picture;
use engine::library::decode::{Limits, decode_16k_mono};
use engine::library::{Failure, Library};

/// A message names its file and is followed by what to do.
#[track_caller]
fn assert_message(message: &str, name: &str, advice: &str) {
    assert!(message.contains(name), "{name} is not in: {message}");
    assert!(message.contains(advice), "{advice:?} is not in: {message}");
}

/// What decoding `bytes` as a file says.
#[track_caller]
fn audio_message(name: &str, bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let decoded = decode_16k_mono(&path, Limits::default(), &mut |_| ControlFlow::Continue(()));
    decoded.expect_err("it is no music").to_string()
}

fn picture_message(name: &str, bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let opened = Picture::open(&path).map(|picture| picture.size());
    opened.expect_err("it is no picture").to_string()
}

/// The first seed of the fuzzer of each format, which is small and whole.
fn seed(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    fs::read(dir.join(name)).unwrap()
}

const AUDIO: [&str; 6] = [
    "pcm16.wav",
    "pcm16.aiff",
    "mono.flac",
    "mono.mp3",
    "mono.ogg",
    "aac.m4a",
];
const PICTURES: [&str; 6] = [
    "rgb.png",
    "420.jpg",
    "lossy.webp",
    "raw.tiff",
    "rgb.bmp",
    "moving.gif",
];

#[test]
fn a_file_without_a_byte_is_named_in_every_format() {
    for name in AUDIO {
        assert_message(&audio_message(name, b""), name, "copy it again");
    }
    for name in PICTURES {
        assert_message(&picture_message(name, b""), name, "Save it as png or jpeg");
    }
}

#[test]
fn a_file_of_which_only_the_head_was_copied_is_named_in_every_format() {
    for name in AUDIO {
        let bytes = seed(&format!("audio/{name}"));
        let message = audio_message(name, &bytes[..40.min(bytes.len())]);
        assert!(
            ["copy it again", "copy the file again", "convert the file"]
                .iter()
                .any(|advice| message.contains(advice)),
            "{message}"
        );
        assert!(message.contains(name), "{message}");
    }
    for name in PICTURES {
        let bytes = seed(&format!("pictures/{name}"));
        let message = picture_message(name, &bytes[..bytes.len().min(60)]);
        assert_message(&message, name, "Save it as png or jpeg");
    }
}

#[test]
fn a_picture_of_which_half_was_copied_is_named_in_every_format() {
    for name in PICTURES {
        let bytes = seed(&format!("pictures/{name}"));
        let message = picture_message(name, &bytes[..bytes.len() / 2]);
        assert_message(&message, name, "Save it as png or jpeg");
    }
}

/// Headers that promise far more than there is. How little memory they take is tested
/// where the allocator counts.
#[test]
fn a_head_that_promises_terabytes_is_named() {
    let huge = |name: &str| seed(&format!("audio/{name}"));
    for name in ["huge.wav", "huge.aiff", "huge.flac", "huge.m4a"] {
        let message = audio_message(name, &huge(name));
        assert!(
            message.contains(name) && message.contains("; "),
            "{message}"
        );
    }
    for name in [
        "huge.png",
        "huge.jpg",
        "huge.gif",
        "huge.bmp",
        "huge.tiff",
        "huge.webp",
    ] {
        let message = picture_message(name, &seed(&format!("pictures/{name}")));
        assert_message(&message, name, "Save it as png or jpeg");
    }
}

fn failure<'a>(failures: &'a [Failure], name: &str) -> &'a Failure {
    let named = |failure: &&Failure| failure.path.file_name().is_some_and(|n| n == name);
    let found = failures.iter().find(named);
    found.unwrap_or_else(|| panic!("{name} is not in {failures:?}"))
}

fn short(path: &Path, hz: f64) {
    write_wav(path, 16_000, &tone(16_000, hz, 4.0));
}

#[cfg(unix)]
#[test]
fn links_in_circles_are_entered_once_and_named() {
    use std::os::unix::fs::symlink;
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("a/b")).unwrap();
    short(&at("a/b/one.wav"), 300.0);
    symlink(folder.path(), at("a/b/root")).unwrap();
    symlink(at("a"), at("a/b/up")).unwrap();
    symlink("itself", at("itself")).unwrap();
    symlink("circle.wav", at("circle.wav")).unwrap();
    symlink(at("gone.wav"), at("dangling.wav")).unwrap();
    let report = scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    assert_eq!((report.indexed, report.chunks), (1, 1));
    for name in ["circle.wav", "dangling.wav"] {
        let failure = failure(&report.failed, name);
        assert_eq!(failure.code, "broken-link");
        assert_message(&failure.message, "", "mend it, or remove it");
    }
}

/// A pipe, a socket or a device that is named like music is left alone: whoever opened
/// it would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_named_like_music_or_a_picture_does_not_hang() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    short(&folder.path().join("one.wav"), 300.0);
    let pipe = folder.path().join("pipe.wav");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let report = scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    assert_eq!((report.found, report.indexed), (1, 1));
    let decoded = decode_16k_mono(&pipe, Limits::default(), &mut |_| ControlFlow::Continue(()));
    let message = decoded.unwrap_err().to_string();
    assert_message(&message, "pipe.wav", "not a file");
    let message = Picture::open(&pipe).map(|p| p.size()).unwrap_err();
    assert_message(&message.to_string(), "pipe.wav", "not a file");
}

/// Linux alone lets a name be any bytes.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_unicode_are_indexed_named_and_found_again() {
    use std::os::unix::ffi::OsStrExt;
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &[u8]| folder.path().join(std::ffi::OsStr::from_bytes(name));
    fs::create_dir(at(b"caf\xe9")).unwrap();
    let good = at(b"caf\xe9/\xff\xfe mer.wav");
    short(&good, 300.0);
    fs::write(at(b"caf\xe9/\x80.flac"), b"").unwrap();
    let mut embedder = FakeEmbedder::default();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.found, report.indexed), (2, 1));
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.failed[0].code, "empty");

    let library = Library::open(index.path()).unwrap();
    let track = &library.tracks()[0];
    assert_eq!(track.path, good.canonicalize().unwrap());
    assert!(track.name().contains("mer"), "{}", track.name());
    decode_16k_mono(&track.path, Limits::default(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!(
        (report.indexed, report.unchanged, report.missing),
        (0, 2, 0)
    );
}

/// What a later scan cannot see is not taken for gone.
#[cfg(target_os = "linux")]
#[test]
fn an_unreadable_folder_is_named_and_keeps_what_was_indexed() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    short(&folder.path().join("open.wav"), 300.0);
    short(&closed.join("inside.wav"), 400.0);
    let secret = folder.path().join("secret.wav");
    short(&secret, 500.0);
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(folder.path(), 0o777);
    mode(index.path(), 0o777);
    let report = children::scan_as_nobody(folder.path(), index.path());
    assert_eq!(report, "indexed 3, unchanged 0, missing 0\n");
    mode(&closed, 0);
    mode(&secret, 0);
    // Another size, so that it has to be read again.
    File::options()
        .append(true)
        .open(&secret)
        .unwrap()
        .write_all(&[0; 2])
        .unwrap();
    let report = children::scan_as_nobody(folder.path(), index.path());
    mode(&closed, 0o755);
    let (counts, failures) = report.split_once('\n').unwrap();
    assert!(counts.contains("indexed 0") && counts.contains("missing 0"));
    for name in ["closed", "secret.wav"] {
        let line = failures.lines().find(|line| line.contains(name));
        let line = line.unwrap_or_else(|| panic!("{name} is not in {report}"));
        assert_message(line, "unreadable", "check its permissions and the drive");
    }
    let library = Library::open(index.path()).unwrap();
    let mut names: Vec<_> = library.tracks().iter().map(|t| t.name()).collect();
    names.sort();
    assert_eq!(names, ["inside", "open"], "known, and not taken for gone");
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_thousand_files_are_found_in_seconds_and_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = PathBuf::new();
    for n in 0..100_000 {
        // File systems limit how many names a file may have.
        let path = folder.path().join(format!("{n:06}.wav"));
        if n % 20_000 == 0 {
            source = path;
            short(&source, 300.0);
        } else {
            fs::hard_link(&source, path).unwrap();
        }
    }
    let index = tempfile::tempdir().unwrap();
    let measured = children::plan(folder.path(), index.path());
    println!("{measured:?}");
    assert_eq!(measured.found, 100_000);
    assert!(measured.seconds < 30.0, "{measured:?}");
    assert!(measured.mebibytes < 120.0, "{measured:?}");
}

#[test]
fn the_demonstrations_broken_pictures_are_named() {
    for (name, advice) in [("text.png", "Save it as"), ("truncated.jpg", "Save it as")] {
        let opened = Picture::open(&assets("broken").join(name)).map(|p| p.size());
        let error = opened.expect_err(name);
        assert!(matches!(error, Error::Picture { .. }));
        assert_message(&error.to_string(), name, advice);
    }
}
