//! Windows open, close and fail, and leave nothing behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Ui, Vec2};
use impasto::editor::window::{Content, Meter, Opening, RepaintNotifier, open};
use impasto::editor::{self, ImpastoEditor};
use impasto::params::ImpastoParams;
use impasto::view::{Publisher, View, channel};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::editor::{Editor as _, EditorHandle as _, SpawnedEditor};
use nice_plug::plugin::PluginState;
use nice_plug::prelude::ParamPtr;

use super::display::Display;
use super::support::states;

/// A host in which nothing happens.
struct Host;

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {}
    unsafe fn raw_set_parameter_normalized(&self, _: ParamPtr, _: f32) {}
    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {}
    fn get_state(&self) -> PluginState {
        unreachable!("the editor does not read the host's state")
    }
    fn set_state(&self, _: PluginState) {}
    fn request_restart(&self) {}
}

/// An editor with the worker's end of its view.
pub struct Bench {
    /// As the host holds it.
    pub editor: ImpastoEditor,
    /// What the host saves.
    pub params: Arc<ImpastoParams>,
    /// The worker's end.
    pub publisher: Publisher,
}

impl Bench {
    /// One that shows `view`.
    pub fn new(view: View) -> Self {
        let params: Arc<ImpastoParams> = Arc::default();
        let (publisher, handle) = channel();
        publisher.publish(view);
        Self {
            editor: editor::create(Arc::clone(&params), handle),
            params,
            publisher,
        }
    }

    /// Opens the window and waits for its first frame.
    pub fn open(&self) -> SpawnedEditor<editor::window::Handle> {
        let host = GuiContext::new(Arc::new(Host));
        let spawned = self.editor.spawn(None, false, None, host, None);
        let spawned = spawned.expect("a window");
        spawned.handle.show(&spawned.window).expect("shown");
        let meter = self.editor.meter();
        wait_for("the first frame", || meter.first_frame().is_some());
        spawned
    }
}

/// Waits until `done`, ten seconds at most.
pub fn wait_for(what: &str, done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How many entries a folder of `/proc/self` has.
fn counted(folder: &str) -> usize {
    let path = format!("/proc/self/{folder}");
    std::fs::read_dir(path).expect("/proc").count()
}

/// What this program holds in memory, in KiB, without what the allocator keeps for later:
/// each window is a thread, and each thread may get a heap of its own.
fn resident() -> usize {
    // SAFETY: gives free memory back, and touches none that is in use.
    unsafe { libc::malloc_trim(0) };
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|text| text.parse().ok()).expect("a size")
}

/// Thirty openings leave no thread, no file and next to no memory.
pub fn comes_and_goes(_: &Display) {
    let bench = Bench::new(states::playing());
    bench.params.remembered.write().editor_size = (1000, 700);
    bench.params.remembered.write().editor_zoom = 125;
    let size = bench.editor.size();
    assert_eq!((size.width, size.height), (1250, 875), "zoom included");

    // A host that closes at once, before the window's thread has begun to serve.
    for _ in 0..10 {
        let host = GuiContext::new(Arc::new(Host));
        let spawned = bench.editor.spawn(None, false, None, host, None);
        drop(spawned.expect("a window"));
        assert!(!bench.publisher.editor_open());
    }
    let mut after_some = None;
    for opening in 0..30 {
        assert!(!bench.publisher.editor_open());
        let spawned = bench.open();
        assert!(bench.publisher.editor_open());
        drop(spawned.handle);
        drop(spawned.window);
        assert!(
            !bench.publisher.editor_open(),
            "the worker hears that it closed"
        );
        let remembered = bench.params.remembered.read().clone();
        assert_eq!(remembered.editor_size, (1000, 700), "opening {opening}");
        assert_eq!(remembered.editor_zoom, 125);
        // The first openings load what the process then keeps: fonts, drivers.
        if opening == 4 {
            after_some = Some((counted("task"), counted("fd"), resident()));
        }
    }
    let (threads, files, memory) = after_some.expect("opened often enough");
    // Threads of the driver end a little after the window.
    wait_for("threads and files are given back", || {
        counted("task") <= threads && counted("fd") <= files
    });
    let more = resident().saturating_sub(memory);
    assert!(more < 24 * 1024, "{more} KiB more after 25 openings");
}

/// Shows nothing, and panics when it is told to.
struct Fragile {
    panics: Arc<std::sync::atomic::AtomicBool>,
    _held: Arc<()>,
}

impl Content for Fragile {
    fn build(&mut self, _: &egui::Context, _: f64) {}
    fn ui(&mut self, ui: &mut Ui) {
        ui.label("still there");
        let panics = self.panics.load(std::sync::atomic::Ordering::Relaxed);
        assert!(!panics, "as this test wants it");
    }
    fn changed(&mut self) -> bool {
        true
    }
    fn resized(&mut self, _: Vec2, _: f64) {}
    fn zoomed(&mut self, _: f32) {}
    fn wants_key(&self, _: Key, _: Modifiers) -> bool {
        false
    }
}

/// A panic while drawing closes that window: this program, its host, goes on.
pub fn falls_alone(_: &Display) {
    let panics = Arc::default();
    let held = Arc::new(());
    let content = Fragile {
        panics: Arc::clone(&panics),
        _held: Arc::clone(&held),
    };
    let opening = Opening {
        title: "Fragile",
        points: Vec2::new(300.0, 200.0),
        zoom: 1.0,
        smallest: Vec2::new(100.0, 100.0),
        scale: None,
        ground: egui::Color32::BLACK,
    };
    let meter = Arc::<Meter>::default();
    let repaint = RepaintNotifier::new();
    let counted = Arc::clone(&meter);
    let spawned = open(opening, None, false, content, repaint, counted, None).expect("a window");
    spawned.handle.show(&spawned.window).expect("shown");
    wait_for("it draws", || meter.first_frame().is_some());
    assert!(spawned.window.is_open());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    panics.store(true, std::sync::atomic::Ordering::Relaxed);
    wait_for("it closes", || !spawned.window.is_open());
    std::panic::set_hook(hook);
    drop(spawned);
    assert_eq!(Arc::strong_count(&held), 1, "what it held is dropped");
}
