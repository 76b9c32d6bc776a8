//! Files dropped by another program.

use std::path::Path;
use std::time::Duration;

use impasto::view::{Action, View};

use super::display::Display;
use super::life::Bench;
use super::xdnd::{Outcome, drag};

const WELCOME: Outcome = Outcome {
    welcome: true,
    taken: true,
};

/// A picture, a folder, several files, names that have to be quoted: each arrives once.
pub fn files(display: &Display) {
    let folder = tempfile::tempdir().expect("a folder");
    // The window is told of files by their real place.
    let folder = folder.path().canonicalize().expect("a folder");
    let names = ["plain.png", "Der Frühling (1 & 2) 100%.png", "絵 🎨.jpg"];
    for name in names {
        std::fs::write(folder.join(name), b"a picture").expect("written");
    }
    let music = folder.join("my music");
    std::fs::create_dir(&music).expect("a folder");

    let bench = Bench::new(View::default());
    let spawned = bench.open();
    let window = display.editor().expect("a window");
    let drop = |list: &[u8]| {
        let outcome = drag(display, window, (300, 200), list);
        let asked = bench
            .publisher
            .actions
            .recv_timeout(Duration::from_millis(700));
        (outcome, asked.ok())
    };
    for name in names {
        let path = folder.join(name);
        let (outcome, asked) = drop(line(&path).as_bytes());
        assert_eq!(outcome, WELCOME, "{name}");
        assert_eq!(asked, Some(Action::LoadPainting(path)));
    }
    let (outcome, asked) = drop(line(&music).as_bytes());
    assert_eq!(outcome, WELCOME);
    assert_eq!(asked, Some(Action::SetLibrary(music.clone())));

    let several = [&music, &folder.join(names[0]), &folder.join(names[1])];
    let list: String = several.into_iter().map(|path| line(path)).collect();
    let (outcome, asked) = drop(list.as_bytes());
    assert_eq!(outcome, WELCOME);
    let first = Action::LoadPainting(folder.join(names[0]));
    assert_eq!(asked, Some(first), "of several, the first picture");

    // What cannot be is refused, and the next drop is as welcome as ever.
    for list in [
        "https://example.org/a.png\r\n".to_owned(),
        line(&folder.join("gone.png")),
        "file:///%FF.png\r\n".to_owned(),
    ] {
        let (outcome, asked) = drop(list.as_bytes());
        assert_ne!(outcome, WELCOME, "{list}");
        assert_eq!(asked, None, "{list}");
    }
    let (outcome, asked) = drop(line(&folder.join(names[0])).as_bytes());
    assert_eq!(outcome, WELCOME);
    assert!(asked.is_some());
    drop_nothing_more(&bench);
    std::mem::drop(spawned);
}

fn drop_nothing_more(bench: &Bench) {
    assert!(bench.publisher.actions.try_recv().is_err());
}

/// `path` as a line of a `text/uri-list`: all but the plainest characters are quoted.
fn line(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut text = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                text.push(char::from(*byte));
            }
            other => text += &format!("%{other:02X}"),
        }
    }
    text + "\r\n"
}
