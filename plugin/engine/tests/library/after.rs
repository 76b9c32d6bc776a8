//! After a scan: what failed is tried again, and the map follows the rows.

use std::fs::{self, File};
use std::path::Path;

use engine::library::{Control, Indexer, Library, Map, MapOptions};

use super::support::{CONTRACT, FakeEmbedder, scan, tone, write_wav};

fn indexer(index: &Path) -> Indexer {
    Indexer::with_contract(index, CONTRACT).expect("an index")
}

/// A file of noise as long as `good`, with the time that `good` has.
fn spoil(good: &Path) -> Vec<u8> {
    let contents = fs::read(good).unwrap();
    let spoilt: Vec<u8> = (0..contents.len())
        .map(|at| (at * 37 % 251) as u8)
        .collect();
    replace(good, &spoilt);
    contents
}

/// Other contents under the same name, size and time: no scan sees it.
fn replace(path: &Path, contents: &[u8]) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, contents).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn what_failed_is_tried_again_when_asked_for_and_nothing_else() {
    let (index, music) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = |name: &str| music.path().join(name);
    for (name, hz) in [("a.wav", 220.0), ("b.wav", 330.0), ("c.wav", 440.0)] {
        write_wav(&path(name), 22_050, &tone(22_050, hz, 9.0));
    }
    let (a, b) = (spoil(&path("a.wav")), spoil(&path("b.wav")));
    let mut embedder = FakeEmbedder::default();
    let report = scan(index.path(), music.path(), &mut embedder).unwrap();
    assert_eq!((report.indexed, report.failed.len()), (1, 2));

    // Both are whole again, and nobody sees it.
    replace(&path("a.wav"), &a);
    replace(&path("b.wav"), &b);
    let report = scan(index.path(), music.path(), &mut embedder).unwrap();
    assert_eq!((report.indexed, report.failed.len()), (0, 2));

    let one = [path("b.wav")];
    let asked = indexer(index.path()).retry(music.path(), Some(&one));
    assert_eq!(asked.unwrap(), 1);
    let before = embedder.chunks();
    let report = scan(index.path(), music.path(), &mut embedder).unwrap();
    assert_eq!((report.indexed, report.failed.len()), (1, 1));
    assert_eq!(embedder.chunks() - before, report.chunks, "only that file");
    assert!(report.failed[0].path.ends_with("a.wav"));

    let fine = [path("c.wav"), path("nowhere.wav"), "/elsewhere.wav".into()];
    let asked = indexer(index.path()).retry(music.path(), Some(&fine));
    assert_eq!(asked.unwrap(), 0, "what has not failed is left alone");
    assert_eq!(indexer(index.path()).retry(music.path(), None).unwrap(), 1);
    let report = scan(index.path(), music.path(), &mut embedder).unwrap();
    assert_eq!((report.indexed, report.failed.len()), (1, 0));
    assert_eq!(indexer(index.path()).retry(music.path(), None).unwrap(), 0);
}

#[test]
fn the_map_follows_the_index_and_is_made_anew_when_it_is_damaged() {
    let (index, music) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let write = |name: &str, seconds| {
        let path = music.path().join(name);
        write_wav(&path, 22_050, &tone(22_050, 220.0, seconds));
    };
    let options = MapOptions::default();
    let update = |control: &Control| {
        let map = indexer(index.path()).map(&options, control, &mut |_| ());
        map.expect("a map")
    };
    write("a.wav", 60.0);
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), music.path(), &mut embedder).unwrap();
    let first = update(&Control::new());
    let library = Library::open(index.path()).unwrap();
    assert!(first.is_complete(&library));
    assert_eq!(Map::load(index.path(), &library), Some(first.clone()));

    // A little more: the rest does not move.
    write("b.wav", 9.0);
    scan(index.path(), music.path(), &mut embedder).unwrap();
    let second = update(&Control::new());
    let more = Library::open(index.path()).unwrap();
    assert!(second.is_complete(&more) && more.len() > library.len());
    for chunk in library.ids() {
        assert_eq!(first.place(chunk), second.place(chunk));
    }

    let file = index.path().join("chunks.map");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(Map::load(index.path(), &more), None);
    // One that is called off at once leaves the file as it is.
    let control = Control::new();
    control.cancel();
    assert!(!update(&control).is_complete(&more));
    assert_eq!(fs::read(&file).unwrap(), whole[..whole.len() / 2]);
    assert!(update(&Control::new()).is_complete(&more));
    assert!(Map::load(index.path(), &more).is_some());
}
