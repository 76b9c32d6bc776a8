//! The worker beside an audio thread, without a host: what the editor asks for and
//! what it is shown, with the real networks and the demonstration's material.

#[path = "worker/collection.rs"]
mod collection;
#[path = "worker/session.rs"]
mod session;
#[path = "worker/teach.rs"]
mod teaching;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use engine::inference::{MODELS_VARIABLE, MusicFeatures, PictureFeatures, RUNTIME_VARIABLE};
use engine::manifest::Manifest;
use engine::teach::{Example, Material, NetworksOf, PairRecord, TeachOptions, teach};
use engine::units::{ChunkId, SampleRate};
use impasto::bridge::{Shared, bridge};
use impasto::output::HostLink;
use impasto::process::{Block, Processor};
use impasto::view::{
    self, Action, Activity, HeadState, LibraryState, ModelsState, PaintingState, Silence, View,
    ViewHandle,
};
use impasto::worker::{Message, Worker};

const PATIENCE: Duration = Duration::from_secs(120);

fn workspace(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(path).canonicalize().expect("in the workspace")
}

/// A worker and the editor's end of its view.
struct Rig {
    link: Arc<HostLink>,
    shared: Arc<Shared>,
    view: ViewHandle,
    worker: Worker,
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
        let shared = Shared::new();
        let worker = Worker::spawn(Arc::clone(&link), Arc::clone(&shared), publisher);
        Self {
            link,
            shared,
            view,
            worker: worker.expect("a thread"),
        }
    }

    /// Names a work of the demonstration's library, with an index in `index`.
    fn set_library(&self, index: &Path) {
        let mut record = self.link.params.remembered.write();
        record.library = Some(workspace("tests/assets/library/supertux"));
        record.index = Some(index.to_owned());
    }

    fn wait(&self, what: &str, until: impl Fn(&View) -> bool) -> Arc<View> {
        let begin = Instant::now();
        loop {
            let view = self.view.snapshot();
            if until(&view) {
                return view;
            }
            assert!(begin.elapsed() < PATIENCE, "waited for {what}: {view:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The audio thread's end, as after the host has activated the plug-in.
    fn activate(&self) -> Processor {
        let rate = SampleRate::new(48_000.0).expect("above zero");
        let (audio, end) = bridge(rate);
        let inbox = self.worker.inbox().clone();
        let processor = Processor::new(rate, audio, &self.link, &self.shared, inbox);
        self.worker.tell(Message::Attach(Box::new(end)));
        processor.expect("a usual rate")
    }

    fn wait_for_library(&self) -> Arc<View> {
        self.wait(
            "the library",
            |view| matches!(view.library, LibraryState::Ready { chunks, .. } if chunks > 0),
        )
    }
}

/// Processes 10 ms with silent music and this brush: the left and the right of the snippets.
fn snippets(processor: &mut Processor, brush: &[f32]) -> [[f32; 480]; 2] {
    let mut buffers = [[0.0f32; 480]; 6];
    let [
        left,
        right,
        snippets_left,
        snippets_right,
        control_left,
        control_right,
    ] = &mut buffers;
    let block = Block {
        main: [left, right],
        brush: [brush, &[]],
        brush_channels: usize::from(!brush.is_empty()),
        snippets: [snippets_left, snippets_right],
        control: [control_left, control_right],
        keys: &[],
        transport: None,
    };
    processor.process(block, &mut |_| ());
    [buffers[2], buffers[3]]
}

/// Plays 10 ms without any input and gives the worker a moment: the peaks of the left and
/// the right of the snippets.
fn snippets_peaks(processor: &mut Processor) -> [f32; 2] {
    let sides = snippets(processor, &[]);
    std::thread::sleep(Duration::from_millis(2));
    sides.map(|side| side.iter().fold(0.0, |a: f32, b| a.max(b.abs())))
}

/// Strokes the brush for 10 ms: noise after silence, loud enough for any threshold.
fn stroke(processor: &mut Processor) {
    let mut noise = [0.0f32; 480];
    let mut state = 1u32;
    for sample in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
    }
    for brush in [&[0.0f32; 480], &noise, &[0.0; 480]] {
        snippets(processor, brush);
    }
}

fn painting(name: &str) -> PathBuf {
    workspace("tests/assets/paintings").join(name)
}

#[test]
fn nothing_is_loaded_until_something_is_chosen_and_then_it_is_shown() {
    let rig = Rig::new();
    std::thread::sleep(Duration::from_millis(300));
    assert!(matches!(rig.view.snapshot().models, ModelsState::Loading));

    let path = painting("hokusai-great-wave.jpg");
    assert!(rig.view.send(Action::LoadPainting(path.clone())));
    let view = rig.wait("the painting", |view| {
        matches!(view.painting, PaintingState::Ready { .. })
    });
    assert!(matches!(view.models, ModelsState::Ready));
    let PaintingState::Ready { thumbnail, .. } = &view.painting else {
        unreachable!("waited for");
    };
    assert_eq!(thumbnail.width.max(thumbnail.height), 512);
    let bytes = thumbnail.width as usize * thumbnail.height as usize * 4;
    assert_eq!(thumbnail.pixels.len(), bytes);
    assert_eq!(rig.link.params.remembered.read().painting, Some(path));

    assert!(rig.view.send(Action::LoadPainting(workspace(
        "tests/assets/broken/text.png"
    ))));
    let view = rig.wait("the failure", |view| {
        matches!(view.painting, PaintingState::Failed { .. })
    });
    let PaintingState::Failed { reason, .. } = &view.painting else {
        unreachable!("waited for");
    };
    assert!(reason.contains("text.png"), "{reason}");

    assert!(rig.view.send(Action::ClearPainting));
    rig.wait("no painting", |view| {
        matches!(view.painting, PaintingState::None)
    });
}

/// A head for the networks at hand, taught four pairs of noise.
fn save_head(path: &Path) {
    let models = PathBuf::from(std::env::var_os(MODELS_VARIABLE).expect("asked for in Rig::new"));
    let manifest = Manifest::load(&models).expect("a manifest");
    let networks = NetworksOf::of(&manifest);
    let mut state = 1u32;
    let mut noise = |len: usize| -> Vec<f32> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32
        };
        (0..len).map(|_| next()).collect()
    };
    let mut material = Material::default();
    for n in 0..4 {
        let audio = |name| manifest.audio().output_len(name);
        let music = MusicFeatures {
            embedding: noise(audio("embedding")),
            point: noise(audio("point")),
            tags: noise(audio("tags")),
            affect: noise(audio("affect")),
        };
        let picture = PictureFeatures {
            point: noise(networks.point),
            features: noise(networks.features),
        };
        material.examples.push(Example {
            picture: Arc::new(picture),
            music: [music].into(),
            work: n,
            group: n,
        });
        material.works.push(n.to_string());
        material.records.push(PairRecord {
            picture: format!("{n}.png"),
            picture_sha256: n.to_string(),
            music: format!("{n}.wav"),
            music_sha256: n.to_string(),
            start: 0.0,
            end: None,
            work: n.to_string(),
        });
    }
    let options = TeachOptions {
        name: "noise".to_owned(),
        force: false,
    };
    let go_on = &mut |_| std::ops::ControlFlow::Continue(());
    let head = teach(&material, &networks, &options, go_on).expect("four pairs");
    head.save(path, &models).expect("saved");
}

#[test]
fn a_taught_head_is_used_and_one_that_is_not_usable_is_named() {
    let rig = Rig::new();
    let folder = tempfile::tempdir().expect("a folder");
    let index = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("noise.head");
    save_head(&path);
    rig.set_library(index.path());
    let picture = painting("hokusai-great-wave.jpg");
    assert!(rig.view.send(Action::LoadPainting(picture)));
    assert!(rig.view.send(Action::SetHead(path.clone())));
    let view = rig.wait("the head", |view| {
        matches!(view.head, HeadState::Taught { .. })
    });
    let HeadState::Taught { name, about, .. } = &view.head else {
        unreachable!("waited for");
    };
    assert_eq!(name, "noise");
    assert!(about.contains("4 pairs"), "{about}");
    assert_eq!(rig.link.params.remembered.read().head, Some(path.clone()));
    rig.wait_for_library();

    std::fs::write(&path, "scribble").expect("a file");
    assert!(rig.view.send(Action::SetHead(path.clone())));
    let view = rig.wait("the failure", |view| {
        matches!(view.head, HeadState::Failed { .. })
    });
    let warning = view.warning.clone().expect("said");
    assert!(warning.contains("noise.head"), "{warning}");
    assert!(warning.contains("shipped head is in use"), "{warning}");
    assert!(rig.view.send(Action::ClearHead));
    rig.wait("the shipped head", |view| view.head == HeadState::Shipped);
    assert_eq!(rig.link.params.remembered.read().head, None);
}

#[cfg(unix)]
#[test]
fn a_name_that_no_project_can_remember_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let rig = Rig::new();
    let path = PathBuf::from(OsStr::from_bytes(b"/paintings/caf\xe9.jpg"));
    assert!(rig.view.send(Action::LoadPainting(path)));
    let view = rig.wait("a warning", |view| view.warning.is_some());
    assert!(view.warning.as_ref().is_some_and(|w| w.contains("Rename")));
    assert_eq!(rig.link.params.remembered.read().painting, None);
}

#[test]
fn a_chunk_is_heard_when_the_editor_asks_for_it() {
    let rig = Rig::new();
    let index = tempfile::tempdir().expect("a folder");
    rig.set_library(index.path());
    rig.wait_for_library();

    let mut processor = rig.activate();
    let mut loudest = |blocks: usize| {
        let mut loudest = 0.0f32;
        for _ in 0..blocks {
            let [left, right] = snippets_peaks(&mut processor);
            loudest = loudest.max(left).max(right);
        }
        loudest
    };
    assert_eq!(loudest(20), 0.0, "nothing was asked for");
    assert!(rig.view.send(Action::Audition(ChunkId(0))));
    let begin = Instant::now();
    while loudest(10) == 0.0 {
        assert!(begin.elapsed() < PATIENCE, "never heard");
    }
    assert!(
        rig.view.send(Action::Audition(ChunkId(u32::MAX))),
        "is refused quietly"
    );
    loudest(10);
}

#[test]
fn a_stroke_that_finds_no_cue_is_counted_and_the_reason_is_told() {
    let rig = Rig::new();
    let mut processor = rig.activate();
    // The first block may come before the worker has taken the other end.
    let silent = |processor: &mut Processor, what: &str, is: fn(&Silence) -> bool| {
        let begin = Instant::now();
        loop {
            stroke(processor);
            std::thread::sleep(Duration::from_millis(60));
            let view = rig.view.snapshot();
            if let Some(silence) = view.silent.as_ref().filter(|silence| is(silence)) {
                assert!(!silence.sentence().is_empty());
                assert!(view.strokes_without_cue > 0);
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{what}: {:?}", view.silent);
        }
    };
    silent(&mut processor, "no library", |s| *s == Silence::NoLibrary);
    let index = tempfile::tempdir().expect("a folder");
    rig.set_library(index.path());
    silent(&mut processor, "no painting", |s| *s == Silence::NoPainting);
    let broken = workspace("tests/assets/broken/text.png");
    assert!(rig.view.send(Action::LoadPainting(broken)));
    silent(&mut processor, "a broken painting", |s| {
        *s == Silence::PaintingFailed
    });
    let path = painting("hokusai-great-wave.jpg");
    assert!(rig.view.send(Action::LoadPainting(path)));
    rig.wait_for_library();
    let begin = Instant::now();
    let before = rig.view.snapshot().strokes_without_cue;
    while rig.view.snapshot().silent.is_some() {
        let _ = snippets_peaks(&mut processor);
        assert!(begin.elapsed() < PATIENCE, "still silent");
    }
    stroke(&mut processor);
    let mut heard = 0.0f32;
    while heard == 0.0 {
        heard = snippets_peaks(&mut processor)[0];
        assert!(begin.elapsed() < PATIENCE, "never heard");
    }
    assert!(before > 0);
}

#[test]
fn a_drive_that_is_away_is_named_and_heard_again_when_it_is_back() {
    let rig = Rig::new();
    let index = tempfile::tempdir().expect("a folder");
    let root = tempfile::tempdir().expect("a folder");
    let (drive, away) = (root.path().join("drive"), root.path().join("away"));
    std::fs::create_dir(&drive).expect("a folder");
    let track = workspace("tests/assets/library/supertux/ghost-forest.ogg");
    std::fs::copy(track, drive.join("ghost-forest.ogg")).expect("a copy");
    {
        let mut record = rig.link.params.remembered.write();
        record.library = Some(drive.clone());
        record.index = Some(index.path().to_owned());
    }
    rig.wait_for_library();
    std::fs::rename(&drive, &away).expect("moved");

    let mut processor = rig.activate();
    assert!(rig.view.send(Action::Audition(ChunkId(0))));
    let view = rig.wait("the state", |view| !view.clips.cache.offline.is_empty());
    assert_eq!(view.clips.cache.offline[0].folder, drive);
    assert!(!view.clips.cache.offline[0].hanging);

    std::fs::rename(&away, &drive).expect("moved");
    let begin = Instant::now();
    let (mut heard, mut asked) = (false, Instant::now());
    while !heard {
        heard = snippets_peaks(&mut processor)[0] > 0.0;
        assert!(begin.elapsed() < PATIENCE, "never heard");
        // A library that was scanned again meanwhile forgets what was asked of it.
        if asked.elapsed() > Duration::from_secs(2) {
            asked = Instant::now();
            assert!(rig.view.send(Action::Audition(ChunkId(0))));
        }
    }
    rig.wait("the drive", |view| view.clips.cache.offline.is_empty());
}

#[test]
fn music_that_is_added_to_the_folder_is_taken_in_by_itself() {
    let rig = Rig::new();
    let (folder, index) = (tempfile::tempdir(), tempfile::tempdir());
    let (folder, index) = (folder.expect("a folder"), index.expect("a folder"));
    let add = |name: &str| {
        let from = workspace("tests/assets/library/supertux").join(name);
        std::fs::copy(from, folder.path().join(name)).expect("a copy");
    };
    add("credits.ogg");
    {
        let mut record = rig.link.params.remembered.write();
        record.library = Some(folder.path().to_owned());
        record.index = Some(index.path().to_owned());
    }
    rig.shared.playing.store(true, Ordering::Relaxed);
    rig.wait_for_library();
    add("ghost-forest.ogg");
    rig.wait("the new track", |view| {
        matches!(view.library, LibraryState::Ready { tracks: 2, .. })
    });
    std::fs::remove_file(folder.path().join("credits.ogg")).expect("removed");
    rig.wait("its end", |view| {
        matches!(view.library, LibraryState::Ready { tracks: 1, .. })
    });
}

#[test]
fn an_index_serves_again_and_a_scan_can_be_called_off() {
    let index = tempfile::tempdir().expect("a folder");
    let rig = Rig::new();
    rig.set_library(index.path());
    rig.wait("the scan", |view| {
        matches!(view.library, LibraryState::Indexing { .. })
    });
    assert!(rig.view.send(Action::CancelIndexing));
    rig.wait("its end", |view| {
        !matches!(view.library, LibraryState::Indexing { .. })
    });
    assert!(rig.view.send(Action::RescanLibrary));
    let first = rig.wait_for_library();
    drop(rig);

    let rig = Rig::new();
    rig.set_library(index.path());
    let again = rig.wait_for_library();
    let chunks = |view: &View| match view.library {
        LibraryState::Ready { chunks, tracks, .. } => (chunks, tracks),
        _ => (0, 0),
    };
    assert_eq!(chunks(&first), chunks(&again));
}

#[test]
fn a_scan_rests_when_asked_and_what_it_has_is_in_use() {
    let (folder, index) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    // More than a batch, so that some of it is committed before the end.
    for copy in 0..4 {
        copy_music(&workspace("tests/assets/library"), folder.path(), copy);
    }
    let rig = Rig::new();
    {
        let mut record = rig.link.params.remembered.write();
        record.library = Some(folder.path().to_owned());
        record.index = Some(index.path().to_owned());
    }
    rig.wait(
        "some of the library",
        |view| matches!(view.library, LibraryState::Indexing { chunks, .. } if chunks > 0),
    );
    assert!(rig.view.send(Action::PauseIndexing));
    let is_paused = |view: &View| {
        let activity = Activity::Paused;
        matches!(view.library, LibraryState::Indexing { activity: a, .. } if a == activity)
    };
    rig.wait("the pause", is_paused);
    std::thread::sleep(Duration::from_millis(300));
    let paused = rig.view.snapshot();
    assert!(is_paused(&paused), "{:?}", paused.library);
    let LibraryState::Indexing { chunks: some, .. } = paused.library else {
        unreachable!("asserted");
    };
    assert!(rig.view.send(Action::ResumeIndexing));
    let whole = rig.wait_for_library();
    let LibraryState::Ready { chunks, .. } = whole.library else {
        unreachable!("waited for");
    };
    assert!(some < chunks, "{some} of {chunks}");
    assert_eq!(chunks, 4 * 238);
}

/// All files in the folders of `from`, under other names for each `copy`.
fn copy_music(from: &Path, to: &Path, copy: usize) {
    for work in std::fs::read_dir(from).expect("a folder") {
        let Ok(files) = std::fs::read_dir(work.expect("an entry").path()) else {
            continue;
        };
        for file in files {
            let path = file.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            std::fs::copy(&path, to.join(format!("{copy}-{name}"))).expect("a copy");
        }
    }
}

#[test]
fn two_instances_index_one_folder_without_a_quarrel() {
    let index = tempfile::tempdir().expect("a folder");
    let rigs = [Rig::new(), Rig::new()];
    for rig in &rigs {
        rig.set_library(index.path());
    }
    for rig in &rigs {
        rig.wait_for_library();
    }
}

#[test]
fn a_gallery_suggests_paintings() {
    let rig = Rig::new();
    assert!(
        rig.view
            .send(Action::SetGallery(workspace("tests/assets/paintings")))
    );
    let view = rig.wait("the gallery", |view| view.gallery_len > 0);
    assert!(view.gallery_len >= 4, "{}", view.gallery_len);
    assert!(view.gallery_failed.is_none());
}

#[test]
fn a_test_of_a_route_goes_up_and_down_and_ends_by_itself() {
    use outputs::{Test, Way};
    let rig = Rig::new();
    // While networks are loaded the worker does nothing else.
    rig.view.set_editor_open(true);
    rig.wait("the networks", |view| view.models == ModelsState::Ready);
    let test = Test {
        way: Way::Osc,
        signal: None,
    };
    assert!(rig.view.send(Action::TestOutput(Some(test))));
    rig.wait("the test", |view| view.testing == Some(test));
    let began = Instant::now();
    let mut heights = Vec::new();
    while let Some((seen, height)) = rig.link.signals.probe.get() {
        assert_eq!(seen, test);
        heights.push(height);
        assert!(began.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    let highest = heights.iter().copied().fold(0.0, f32::max);
    assert!(highest > 0.8, "{highest}");
    assert!(heights.last().is_some_and(|last| *last < 0.5), "down again");
    rig.wait("its end", |view| view.testing.is_none());
    // One that is on can be ended, and a render is left alone.
    assert!(rig.view.send(Action::TestOutput(Some(test))));
    rig.wait("the test", |view| view.testing.is_some());
    assert!(rig.view.send(Action::TestOutput(None)));
    rig.wait("its end", |view| view.testing.is_none());
    assert_eq!(rig.link.signals.probe.get(), None);
    rig.link.set_offline(true);
    assert!(rig.view.send(Action::TestOutput(Some(test))));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(rig.link.signals.probe.get(), None);
}
