//! The real window, opened and closed on a display that draws into memory.

#![cfg(target_os = "linux")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use impasto::editor;
use impasto::params::ImpastoParams;
use impasto::view::channel;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::editor::Editor as _;
use nice_plug::plugin::PluginState;
use nice_plug::prelude::ParamPtr;
use support::states;

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

/// An X server of this test's own. It ends by itself, and tidily, when its last client
/// goes; the first connection is held for as long as it is needed.
struct Display {
    server: Child,
    held: Option<x11rb::rust_connection::RustConnection>,
}

impl Display {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .arg("-terminate")
            .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb, of the package xvfb");
        let mut number = String::new();
        let answers = server.stdout.take().expect("piped");
        BufReader::new(answers)
            .read_line(&mut number)
            .expect("the display's number");
        let name = format!(":{}", number.trim());
        // SAFETY: this program has one test, and no other thread runs yet.
        unsafe { std::env::set_var("DISPLAY", &name) };
        let (held, _) = x11rb::connect(Some(&name)).expect("the display just started");
        Self {
            server,
            held: Some(held),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.held = None;
        // It was asked to end; if it is gone already there is nothing to wait for.
        let _ = self.server.wait();
    }
}

/// How many entries a folder of `/proc/self` has.
fn counted(folder: &str) -> usize {
    let path = format!("/proc/self/{folder}");
    std::fs::read_dir(path).expect("/proc").count()
}

/// Waits until `done`, ten seconds at most.
fn wait_for(what: &str, done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn windows_come_and_go_and_leave_nothing_behind() {
    let _display = Display::start();
    let params: Arc<ImpastoParams> = Arc::default();
    let (publisher, handle) = channel();
    publisher.publish(states::playing());
    params.remembered.write().editor_size = (1000, 700);
    params.remembered.write().editor_zoom = 125;
    let editor = editor::create(Arc::clone(&params), handle);
    let size = editor.size();
    assert_eq!((size.width, size.height), (1250, 875), "zoom included");

    let mut left = None;
    for opening in 0..12 {
        assert!(!publisher.editor_open());
        let host = GuiContext::new(Arc::new(Host));
        let spawned = editor
            .spawn(None, false, None, host, None)
            .expect("a window");
        wait_for("the worker hears that it opened", || {
            publisher.editor_open()
        });
        std::thread::sleep(Duration::from_millis(120));
        drop(spawned.handle);
        drop(spawned.window);
        wait_for("the worker hears that it closed", || {
            !publisher.editor_open()
        });

        let remembered = params.remembered.read().clone();
        assert_eq!(remembered.editor_size, (1000, 700), "opening {opening}");
        assert_eq!(remembered.editor_zoom, 125);
        // The first openings load what the process then keeps: fonts, drivers.
        match left {
            None if opening >= 2 => left = Some((counted("task"), counted("fd"))),
            None => {}
            Some(before) => wait_for("threads and files are given back", || {
                counted("task") <= before.0 && counted("fd") <= before.1
            }),
        }
    }
}
