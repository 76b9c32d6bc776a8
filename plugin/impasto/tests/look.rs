//! The live painting beside the worker, without a host: watched files and folders, frames
//! that were recorded, and what the network is spared.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::inference::{MODELS_VARIABLE, RUNTIME_VARIABLE};
use engine::painting::{Balance, Corners, Correction};
use image::{Rgb, RgbImage};
use impasto::bridge::Shared;
use impasto::looking::LookSource;
use impasto::output::HostLink;
use impasto::view::{self, Action, LiveState, LookAction, PaintingState, View, ViewHandle};
use impasto::worker::Worker;

const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than anything takes that is due.
const A_WHILE: Duration = Duration::from_millis(1800);

/// A worker that looks twice a second, and a folder to put pictures in.
struct Rig {
    link: Arc<HostLink>,
    view: ViewHandle,
    folder: tempfile::TempDir,
    _worker: Worker,
}

impl Rig {
    fn new() -> Self {
        for variable in [MODELS_VARIABLE, RUNTIME_VARIABLE] {
            assert!(
                std::env::var_os(variable).is_some(),
                "{variable} is not set: run `cargo xtask test`, which sets it"
            );
        }
        let (publisher, view) = view::channel();
        let link = Arc::new(HostLink::new(Arc::default(), view.clone()));
        let worker = Worker::spawn(Arc::clone(&link), Shared::new(), publisher);
        link.params.remembered.write().look.every = 0.5;
        Self {
            link,
            view,
            folder: tempfile::tempdir().expect("a folder"),
            _worker: worker.expect("a thread"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    fn ask(&self, action: LookAction) {
        assert!(self.view.send(Action::Look(action)));
    }

    #[track_caller]
    fn wait(&self, what: &str, until: impl Fn(&View) -> bool) -> Arc<View> {
        let begin = Instant::now();
        loop {
            let view = self.view.snapshot();
            if until(&view) {
                return view;
            }
            let (painting, look) = (&view.painting, &view.look);
            assert!(
                begin.elapsed() < PATIENCE,
                "waited for {what}: {:?}, {:?}, {} looks, {} pictures",
                shown(painting),
                look.live,
                look.looks,
                look.pictures
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the painting is called `name` and the network was given `pictures`.
    #[track_caller]
    fn wait_for(&self, name: &str, pictures: u64) -> Arc<View> {
        self.wait(name, |view| {
            shown(&view.painting) == Some(name) && view.look.pictures == pictures
        })
    }
}

fn shown(painting: &PaintingState) -> Option<&str> {
    match painting {
        PaintingState::Ready { name, .. } => Some(name),
        _ => None,
    }
}

/// A canvas with so many strokes, and noise of its own.
fn canvas(strokes: u32, seed: u32) -> RgbImage {
    let mut state = seed;
    RgbImage::from_fn(320, 240, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 29) as u8;
        let painted = (60..150).contains(&y) && x / 40 < strokes;
        let color: [u8; 3] = if painted {
            [30, 50, 160]
        } else {
            [225, 220, 205]
        };
        Rgb(color.map(|value| value + noise))
    })
}

/// Written at once, as by a program that moves a file into its place.
fn put(picture: &RgbImage, path: &Path) {
    let aside = path.with_extension("part");
    picture
        .save_with_format(&aside, image::ImageFormat::Png)
        .expect("saved");
    fs::rename(&aside, path).expect("moved");
}

#[test]
fn a_watched_folder_s_newest_picture_is_the_painting() {
    let rig = Rig::new();
    let inbox = rig.folder.path().to_owned();
    rig.ask(LookAction::SetSource(LookSource::Folder(inbox)));
    rig.wait(
        "an empty folder",
        |view| matches!(&view.look.live, LiveState::Waiting(why) if why.contains("no picture yet")),
    );
    put(&canvas(1, 1), &rig.path("one.png"));
    rig.wait_for("one", 1);
    put(&canvas(4, 2), &rig.path("two.png"));
    let view = rig.wait_for("two", 2);
    let names: Vec<&str> = (view.look.history.iter())
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(names, ["two", "one"]);
    assert!(view.look.history[0].thumbnail.width <= 128);
    assert_eq!(view.look.history[1].path, Some(rig.path("one.png")));

    // A photograph of the same canvas: looked at, and no more.
    let looks = view.look.looks;
    put(&canvas(4, 3), &rig.path("three.png"));
    let seen = rig.wait("a look", |view| view.look.looks > looks + 3);
    std::thread::sleep(A_WHILE);
    assert_eq!(seen.look.pictures, 2, "the canvas is as it was");
    assert_eq!(rig.view.snapshot().look.pictures, 2);

    // A painting that is loaded takes the folder's place.
    put(&canvas(7, 4), &rig.path("four.png"));
    rig.wait_for("four", 3);
    assert!(rig.view.send(Action::LoadPainting(rig.path("one.png"))));
    let view = rig.wait_for("one", 4);
    assert_eq!(view.look.live, LiveState::Off);
    let record = rig.link.params.remembered.read();
    assert_eq!(record.look.source, LookSource::Still);
    assert_eq!(record.look.recent, [rig.path("one.png")]);
}

#[test]
fn an_unchanged_file_costs_no_inference() {
    let rig = Rig::new();
    let path = rig.path("easel.png");
    put(&canvas(2, 1), &path);
    rig.ask(LookAction::SetSource(LookSource::File));
    assert!(rig.view.send(Action::LoadPainting(path.clone())));
    let view = rig.wait_for("easel", 1);
    let looks = view.look.looks;
    rig.wait("some looks", |view| view.look.looks >= looks + 3);
    // The same canvas photographed again, three times.
    for seed in 2..5 {
        put(&canvas(2, seed), &path);
        let looks = rig.view.snapshot().look.looks;
        rig.wait("a look", |view| view.look.looks >= looks + 2);
    }
    assert_eq!(rig.view.snapshot().look.pictures, 1);
    put(&canvas(3, 9), &path);
    let view = rig.wait_for("easel", 2);
    assert!(view.look.difference > 0.02, "{}", view.look.difference);
    assert_eq!(view.look.history.len(), 2);
}

/// Prints what `docs/painting.md` says (`--nocapture`).
#[test]
fn what_is_written_is_the_painting_soon() {
    let rig = Rig::new();
    let path = rig.path("easel.png");
    put(&canvas(0, 1), &path);
    rig.ask(LookAction::SetSource(LookSource::File));
    assert!(rig.view.send(Action::LoadPainting(path.clone())));
    rig.wait_for("easel", 1);
    let mut times: Vec<Duration> = (1..=8)
        .map(|strokes| {
            // Not in step with the looks.
            std::thread::sleep(Duration::from_millis(137 * u64::from(strokes % 4)));
            put(&canvas(strokes, strokes), &path);
            let begin = Instant::now();
            rig.wait_for("easel", 1 + u64::from(strokes));
            begin.elapsed()
        })
        .collect();
    times.sort();
    println!("from written to seen by the network, looking every 0.5 s: {times:?}");
    // Half a second until the look, 0.3 s until it is known to be whole, and the network.
    assert!(times[4] < Duration::from_secs(3), "{times:?}");
}

#[test]
fn a_half_written_file_is_waited_for_and_a_removed_one_stays_with_a_warning() {
    let rig = Rig::new();
    let path = rig.path("easel.png");
    put(&canvas(2, 1), &path);
    rig.ask(LookAction::SetSource(LookSource::File));
    assert!(rig.view.send(Action::LoadPainting(path.clone())));
    rig.wait_for("easel", 1);

    let aside = rig.path("aside.png");
    canvas(6, 1).save(&aside).expect("saved");
    let bytes = fs::read(&aside).expect("read");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let view = rig.wait(
        "half of it",
        |view| matches!(&view.look.live, LiveState::Waiting(why) if why.contains("being written")),
    );
    assert_eq!(shown(&view.painting), Some("easel"), "what was there stays");
    std::thread::sleep(A_WHILE);
    assert_eq!(rig.view.snapshot().look.pictures, 1);
    fs::write(&path, &bytes).expect("written");
    rig.wait_for("easel", 2);

    fs::remove_file(&path).expect("removed");
    let view = rig.wait("a warning", |view| {
        matches!(view.look.live, LiveState::Failed(_)) && view.warning.is_some()
    });
    assert_eq!(shown(&view.painting), Some("easel"));
    let warning = view.warning.as_ref().expect("waited for");
    assert!(warning.contains("easel.png"), "{warning}");
    assert!(warning.contains("put it back"), "{warning}");
    put(&canvas(1, 1), &path);
    rig.wait_for("easel", 3);
}

#[test]
fn a_recorded_camera_is_followed_and_an_arm_is_not() {
    let rig = Rig::new();
    // The arm, of another colour, is in one frame only.
    let mut arm = canvas(1, 3);
    for y in 0..240 {
        for x in 120..200 {
            arm.put_pixel(x, y, Rgb([120, 80, 60]));
        }
    }
    let frames = [
        canvas(1, 1),
        canvas(1, 2),
        arm,
        canvas(1, 4),
        canvas(4, 5),
        canvas(4, 6),
        canvas(4, 7),
    ];
    for (nth, frame) in frames.iter().enumerate() {
        put(frame, &rig.path(&format!("frame-{nth}.png")));
    }
    let recording = LookSource::Recording(rig.folder.path().to_owned());
    rig.ask(LookAction::SetSource(recording));
    rig.wait("the arm", |view| view.look.live == LiveState::Moving);
    let view = rig.wait("the stroke", |view| view.look.pictures == 2);
    let PaintingState::Ready { name, .. } = &view.painting else {
        panic!("{:?}", view.painting);
    };
    assert!(["frame-5", "frame-6"].contains(&name.as_str()), "{name}");
    assert_eq!(view.look.history.len(), 2);
    std::thread::sleep(A_WHILE);
    assert_eq!(rig.view.snapshot().look.pictures, 2, "the last frame stays");
}

#[test]
fn other_corners_and_another_white_make_another_painting() {
    let rig = Rig::new();
    let path = rig.path("easel.png");
    put(&canvas(4, 1), &path);
    assert!(rig.view.send(Action::LoadPainting(path.clone())));
    let whole = rig.wait_for("easel", 1);
    let frame = whole.look.frame.as_ref().expect("a frame");
    assert_eq!((frame.width, frame.height), (320, 240));
    let corners = Corners::new([[0.0, 0.25], [0.5, 0.25], [0.5, 0.62], [0.0, 0.62]]);
    let correction = Correction {
        corners: corners.expect("convex"),
        balance: Balance::Neutral([0.9, 0.9]),
    };
    for source in [LookSource::Still, LookSource::File] {
        rig.ask(LookAction::SetSource(source.clone()));
        let pictures = rig.view.snapshot().look.pictures;
        rig.ask(LookAction::SetCorrection(correction));
        let view = rig.wait("the crop", |view| {
            let PaintingState::Ready { thumbnail, .. } = &view.painting else {
                return false;
            };
            view.look.pictures > pictures && thumbnail.width == 160
        });
        let frame = view.look.frame.as_ref().expect("a frame");
        assert_eq!((frame.width, frame.height), (320, 240), "uncorrected");
        let PaintingState::Ready { thumbnail, .. } = &view.painting else {
            unreachable!("waited for");
        };
        // The painted part alone: blue.
        let pixel = &thumbnail.pixels[4 * (40 * 160 + 80)..][..3];
        assert!(pixel[2] > 120 && pixel[0] < 60, "{pixel:?}");
        rig.ask(LookAction::SetCorrection(Correction::default()));
        rig.wait("the whole", |view| {
            matches!(&view.painting, PaintingState::Ready { thumbnail, .. }
                if thumbnail.width == 320)
        });
    }
}

#[test]
fn a_frozen_plug_in_looks_only_when_it_is_asked_to() {
    use nice_plug::prelude::Param;

    let rig = Rig::new();
    let path = rig.path("easel.png");
    put(&canvas(2, 1), &path);
    rig.ask(LookAction::SetSource(LookSource::File));
    assert!(rig.view.send(Action::LoadPainting(path.clone())));
    rig.wait_for("easel", 1);
    let freeze = |on: f32| {
        // SAFETY: the parameter is this instance's, which `rig` keeps.
        unsafe {
            let freeze = rig.link.params.freeze.as_ptr();
            freeze._internal_set_normalized_value(on);
        }
    };
    freeze(1.0);
    rig.wait("the freeze", |view| view.look.live == LiveState::Frozen);
    put(&canvas(5, 1), &path);
    std::thread::sleep(A_WHILE);
    assert_eq!(rig.view.snapshot().look.pictures, 1);
    // The file has just changed, and may not be whole: the second look reads it.
    rig.ask(LookAction::LookNow);
    std::thread::sleep(Duration::from_millis(400));
    rig.ask(LookAction::LookNow);
    rig.wait_for("easel", 2);
    put(&canvas(7, 1), &path);
    freeze(0.0);
    rig.wait_for("easel", 3);
}

#[test]
fn a_painting_of_the_past_comes_back_if_it_is_still_there() {
    let rig = Rig::new();
    for (name, strokes) in [("one.png", 1), ("two.png", 5)] {
        put(&canvas(strokes, 1), &rig.path(name));
        assert!(rig.view.send(Action::LoadPainting(rig.path(name))));
        rig.wait("the painting", |view| {
            matches!(&view.painting, PaintingState::Ready { path, .. } if *path == rig.path(name))
        });
    }
    rig.ask(LookAction::Recall(rig.path("one.png")));
    rig.wait_for("one", 3);
    fs::remove_file(rig.path("two.png")).expect("removed");
    rig.ask(LookAction::Recall(rig.path("two.png")));
    let view = rig.wait("a warning", |view| view.warning.is_some());
    let warning = view.warning.as_ref().expect("waited for");
    assert!(warning.contains("two.png"), "{warning}");
    assert_eq!(shown(&view.painting), Some("one"));
    let recent = rig.link.params.remembered.read().look.recent.clone();
    assert_eq!(recent, [rig.path("one.png"), rig.path("two.png")]);
}

#[test]
fn a_folder_that_is_away_and_a_camera_that_is_none_are_named() {
    let rig = Rig::new();
    let away = LookSource::Folder(rig.path("away"));
    rig.ask(LookAction::SetSource(away));
    let view = rig.wait("the failure", |view| {
        matches!(view.painting, PaintingState::Failed { .. })
    });
    let PaintingState::Failed { reason, .. } = &view.painting else {
        unreachable!("waited for");
    };
    assert!(
        reason.contains("away") && reason.contains("connect"),
        "{reason}"
    );
    fs::create_dir(rig.path("away")).expect("a folder");
    put(&canvas(3, 1), &rig.path("away/late.png"));
    rig.wait_for("late", 1);
    fs::remove_dir_all(rig.path("away")).expect("removed");
    let view = rig.wait("a warning", |view| view.warning.is_some());
    assert_eq!(shown(&view.painting), Some("late"), "what was there stays");
    rig.ask(LookAction::SetSource(LookSource::Camera("none".to_owned())));
    rig.wait(
        "the camera",
        |view| matches!(&view.look.live, LiveState::Failed(why) if why.contains("none")),
    );
}
