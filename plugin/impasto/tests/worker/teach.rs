//! The artist's own pairs beside the worker, in a process with a data folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::data::{heads_dir, pairs_dir};
use impasto::process::{Block, Processor};
use impasto::view::{Action, FitState, HeadState, Hindrance, PaintingState, TeachAction};

use super::session::apart;
use super::{Rig, painting};

#[test]
fn a_pair_is_added_and_learned_from() {
    apart("teaching::teaches");
}

/// Plays `seconds` of a piece of music into the main input, faster than time: a melody of its
/// own for each `piece`.
fn play(processor: &mut Processor, piece: usize, seconds: usize) {
    let mut buffers = [[0.0f32; 480]; 6];
    for block in 0..seconds * 100 {
        let [left, right, a, b, c, d] = &mut buffers;
        for (n, (left, right)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let at = (block * 480 + n) as f32 / 48_000.0;
            let step = (at * (2.0 + piece as f32)) as usize;
            let hz = 110.0 * (1 + piece) as f32 * [1.0, 1.25, 1.5, 1.875][step % 4];
            let value = 0.3 * (std::f32::consts::TAU * hz * at).sin();
            (*left, *right) = (value, value);
        }
        let block = Block {
            main: [left, right],
            brush: [&[], &[]],
            brush_channels: 0,
            snippets: [a, b],
            control: [c, d],
            keys: &[],
            transport: None,
        };
        processor.process(block, &mut |_| ());
        // The ring holds four seconds, and the worker looks every 50 ms.
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn pictures() -> Vec<PathBuf> {
    let folder = painting("hokusai-great-wave.jpg");
    let folder = folder.parent().expect("a folder");
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .expect("paintings")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "jpg"))
        .collect();
    all.sort();
    all.truncate(5);
    assert!(all.len() >= 4, "{all:?}");
    all
}

fn act(rig: &Rig, action: TeachAction) {
    assert!(rig.view.send(Action::Teach(action)));
}

fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn teaches() {
    let rig = Rig::new();
    rig.view.set_editor_open(true);
    let view = rig.wait("a look", |view| {
        view.teach.hindrance.is_some() && !view.teach.reading
    });
    assert_eq!(view.teach.hindrance, Some(Hindrance::NoPainting));
    assert_eq!(view.teach.folder, pairs_dir());
    let all = pictures();
    let load = |path: &PathBuf| {
        assert!(rig.view.send(Action::LoadPainting(path.clone())));
        let loaded = path.clone();
        rig.wait("the painting", move |view| {
            matches!(&view.painting, PaintingState::Ready { path, .. } if *path == loaded)
        });
    };
    load(&all[0]);
    rig.wait("no audio", |view| {
        view.teach.hindrance == Some(Hindrance::NoAudio)
    });
    let mut processor = rig.activate();
    rig.wait("no music", |view| {
        view.teach.hindrance == Some(Hindrance::NoMusic)
    });

    for (piece, picture) in all.iter().enumerate() {
        load(picture);
        play(&mut processor, piece, 62);
        rig.wait("a minute", |view| {
            view.teach.music.0 > 59.0 && view.teach.hindrance.is_none()
        });
        act(&rig, TeachAction::Add);
        rig.wait("the pair", |view| {
            view.teach.pairs.len() == piece + 1 && !view.teach.adding
        });
    }
    let count = all.len();
    assert_eq!(files(&pairs_dir()), 2 * count);
    let view = rig.view.snapshot();
    let newest = &view.teach.pairs[0];
    assert!(
        newest
            .length
            .is_some_and(|length| (length.0 - 60.0).abs() < 0.2),
        "{newest:?}"
    );
    assert!(newest.thumbnail.is_some());

    // Taken away, and back again.
    act(&rig, TeachAction::Remove(newest.pair.clone()));
    let view = rig.wait("the removal", |view| {
        view.teach.pairs.len() == count - 1 && view.teach.removed.is_some()
    });
    assert!(
        pairs_dir().join("removed").is_dir(),
        "{:?}",
        view.teach.removed
    );
    act(&rig, TeachAction::PutBack);
    rig.wait("the pair back", |view| {
        view.teach.pairs.len() == count && view.teach.removed.is_none()
    });

    let began = Instant::now();
    act(&rig, TeachAction::Fit);
    let view = rig.wait("the end", |view| {
        !matches!(view.teach.fit, FitState::None | FitState::Running { .. })
    });
    println!(
        "{count} pairs of a minute: {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let FitState::Done { learned } = &view.teach.fit else {
        panic!("{:?}", view.teach.fit);
    };
    assert_eq!(learned.pairs, count);
    assert!(learned.path.starts_with(heads_dir()) && learned.path.is_file());
    let path = learned.path.clone();
    let used = path.clone();
    rig.wait(
        "the head in use",
        move |view| matches!(&view.head, HeadState::Taught { path, .. } if *path == used),
    );
    let view = rig.wait("the list of heads", |view| !view.teach.heads.is_empty());
    assert_eq!(view.teach.heads[0].path, path);
    assert_eq!(view.teach.heads[0].pairs, count);

    // Broken off, nothing changes.
    act(&rig, TeachAction::Fit);
    rig.wait("learning", |view| {
        matches!(view.teach.fit, FitState::Running { .. })
    });
    act(&rig, TeachAction::StopFit);
    rig.wait("the stop", |view| view.teach.fit == FitState::Stopped);
    assert!(matches!(rig.view.snapshot().head, HeadState::Taught { .. }));
}
