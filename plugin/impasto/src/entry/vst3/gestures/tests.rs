use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use super::*;
use vst3::Steinberg::Linux::{FileDescriptor, IEventHandler};

type Heard = Arc<Mutex<Vec<(Call, ThreadId)>>>;

/// A host that notes what it is told and on which thread, and counts timers.
struct Host {
    heard: Heard,
    timers: Arc<AtomicI64>,
}

impl Class for Host {
    type Interfaces = (IComponentHandler, IRunLoop);
}

/// As above, without a run loop.
struct PlainHost(Heard);

impl Class for PlainHost {
    type Interfaces = (IComponentHandler,);
}

fn note(heard: &Heard, call: Call) -> tresult {
    heard.lock().push((call, thread::current().id()));
    kResultOk
}

impl IComponentHandlerTrait for Host {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        note(&self.heard, Call::Begin(id))
    }
    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        note(&self.heard, Call::Perform(id, value))
    }
    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        note(&self.heard, Call::End(id))
    }
    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        note(&self.heard, Call::Restart(flags))
    }
}

impl IComponentHandlerTrait for PlainHost {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        note(&self.0, Call::Begin(id))
    }
    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        note(&self.0, Call::Perform(id, value))
    }
    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        note(&self.0, Call::End(id))
    }
    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        note(&self.0, Call::Restart(flags))
    }
}

impl IRunLoopTrait for Host {
    unsafe fn registerEventHandler(&self, _: *mut IEventHandler, _: FileDescriptor) -> tresult {
        kResultFalse
    }
    unsafe fn unregisterEventHandler(&self, _: *mut IEventHandler) -> tresult {
        kResultFalse
    }
    unsafe fn registerTimer(&self, _: *mut ITimerHandler, _: TimerInterval) -> tresult {
        self.timers.fetch_add(1, Ordering::Relaxed);
        kResultOk
    }
    unsafe fn unregisterTimer(&self, _: *mut ITimerHandler) -> tresult {
        self.timers.fetch_sub(1, Ordering::Relaxed);
        kResultOk
    }
}

/// A relay and what its host hears.
struct Scene {
    gestures: Gestures,
    heard: Heard,
    timers: Arc<AtomicI64>,
}

impl Scene {
    fn new(run_loop: bool) -> Self {
        let (heard, timers) = (Heard::default(), Arc::default());
        let gestures = Gestures::new();
        let handler = if run_loop {
            let host = Host {
                heard: Arc::clone(&heard),
                timers: Arc::clone(&timers),
            };
            ComWrapper::new(host).to_com_ptr()
        } else {
            ComWrapper::new(PlainHost(Arc::clone(&heard))).to_com_ptr()
        };
        gestures.set_handler(handler);
        Self {
            gestures,
            heard,
            timers,
        }
    }

    /// As the worker does it; whether all were taken.
    fn tell(&self, edits: &[HostEdit]) -> bool {
        let relay = self.gestures.relay();
        thread::scope(|scope| {
            let tell = || edits.iter().filter(|edit| !relay.tell(**edit)).count() == 0;
            scope.spawn(tell).join().expect("no panic")
        })
    }

    /// As the editor does it on Linux.
    fn drag(&self) {
        let relay = self.gestures.relay().clone();
        let drag = move || {
            // SAFETY: calls without pointers.
            unsafe {
                relay.beginEdit(7);
                relay.performEdit(7, 0.25);
                relay.endEdit(7);
            }
        };
        thread::spawn(drag).join().expect("no panic");
    }

    /// The host's run loop turns.
    fn turn(&self) {
        // SAFETY: as the host calls it.
        unsafe { self.gestures.relay().onTimer() };
    }

    /// What the host has heard since, all of it on this thread.
    #[track_caller]
    fn heard(&self) -> Vec<Call> {
        let here = thread::current().id();
        let heard = std::mem::take(&mut *self.heard.lock());
        assert!(heard.iter().all(|(_, thread)| *thread == here));
        heard.into_iter().map(|(call, _)| call).collect()
    }
}

const DRAG: [Call; 3] = [Call::Begin(7), Call::Perform(7, 0.25), Call::End(7)];

#[test]
fn a_drag_waits_for_the_main_thread_with_and_without_a_run_loop() {
    for run_loop in [true, false] {
        let scene = Scene::new(run_loop);
        scene.drag();
        assert_eq!(scene.heard(), [], "run loop: {run_loop}");
        scene.turn();
        assert_eq!(scene.heard(), DRAG, "run loop: {run_loop}");
    }
}

#[test]
fn on_the_main_thread_calls_go_through_at_once_and_after_those_that_wait() {
    let scene = Scene::new(false);
    scene.drag();
    // SAFETY: calls without pointers.
    unsafe { scene.gestures.relay().restartComponent(2) };
    assert_eq!(scene.heard(), [&DRAG[..], &[Call::Restart(2)]].concat());
}

#[test]
fn the_run_loop_of_the_handler_delivers_edits_until_the_instance_goes() {
    let scene = Scene::new(true);
    assert_eq!(scene.timers.load(Ordering::Relaxed), 1);
    assert!(scene.tell(&[HostEdit::Begin(3), HostEdit::Value(3, 0.5)]));
    assert_eq!(scene.heard(), []);
    scene.turn();
    assert_eq!(scene.heard(), [Call::Begin(3), Call::Perform(3, 0.5)]);
    scene.gestures.close();
    assert_eq!(scene.timers.load(Ordering::Relaxed), 0);
    assert_eq!(scene.heard(), [Call::End(3)], "no gesture is left open");
    assert!(!scene.tell(&[HostEdit::Value(3, 0.6)]));
    assert_eq!(scene.heard(), []);
}

#[test]
fn the_run_loop_of_the_context_is_kept_when_the_handler_changes() {
    let scene = Scene::new(false);
    assert!(!scene.tell(&[HostEdit::Value(3, 0.5)]), "nothing delivers");
    let timers = Arc::new(AtomicI64::new(0));
    let context = ComWrapper::new(Host {
        heard: Heard::default(),
        timers: Arc::clone(&timers),
    });
    let unknown = context.as_com_ref::<FUnknown>();
    scene.gestures.offer(unknown);
    assert_eq!(timers.load(Ordering::Relaxed), 1);
    let handler = ComWrapper::new(PlainHost(Arc::clone(&scene.heard))).to_com_ptr();
    scene.gestures.set_handler(handler);
    assert_eq!(timers.load(Ordering::Relaxed), 1);
    assert!(scene.tell(&[HostEdit::Value(3, 0.5)]));
    scene.gestures.close();
    assert_eq!(timers.load(Ordering::Relaxed), 0);
}

#[test]
fn gestures_are_whole_though_edits_were_refused() {
    let scene = Scene::new(false);
    assert!(!scene.tell(&[HostEdit::Begin(3), HostEdit::Value(3, 0.1)]));
    // The editor is opened.
    scene.gestures.relay().pump_begins();
    assert!(scene.tell(&[HostEdit::Value(3, 0.2)]));
    scene.turn();
    assert_eq!(
        scene.heard(),
        [Call::Begin(3), Call::Perform(3, f64::from(0.2f32))]
    );
    // And closed amid a gesture.
    scene.gestures.relay().pump_ends();
    assert_eq!(scene.heard(), [Call::End(3)]);
    // And opened again.
    scene.gestures.relay().pump_begins();
    assert!(scene.tell(&[HostEdit::End(3)]));
    scene.turn();
    assert_eq!(scene.heard(), [], "it has ended");
}

#[test]
fn the_end_of_a_gesture_waits_where_nothing_delivers() {
    let scene = Scene::new(false);
    let relay = scene.gestures.relay().clone();
    relay.frame();
    assert!(scene.tell(&[HostEdit::Begin(3), HostEdit::Value(3, 0.5)]));
    // The editor stops drawing before it has delivered them.
    *relay.drawn.lock() = None;
    assert!(!scene.tell(&[HostEdit::Value(3, 0.6)]));
    assert!(scene.tell(&[HostEdit::End(3)]));
    assert_eq!(scene.heard(), []);
    scene.turn();
    let whole = [Call::Begin(3), Call::Perform(3, 0.5), Call::End(3)];
    assert_eq!(scene.heard(), whole);
    // Of what was never begun no ends gather.
    assert!(scene.tell(&[HostEdit::End(3), HostEdit::End(4)]));
    assert!(relay.waiting.is_empty());
}

#[test]
fn frames_of_an_editor_on_the_main_thread_deliver_and_others_do_not() {
    let scene = Scene::new(false);
    let relay = scene.gestures.relay().clone();
    let foreign = relay.clone();
    thread::spawn(move || foreign.frame())
        .join()
        .expect("no panic");
    assert!(!scene.tell(&[HostEdit::Value(3, 0.5)]));
    relay.frame();
    assert!(scene.tell(&[HostEdit::Value(3, 0.5)]));
    relay.frame();
    assert_eq!(scene.heard(), [Call::Begin(3), Call::Perform(3, 0.5)]);
    relay.frames_end();
    assert_eq!(scene.heard(), [Call::End(3)]);
    assert!(!scene.tell(&[HostEdit::Value(3, 0.5)]));
}

#[test]
fn a_host_that_does_not_keep_up_gets_the_end_of_gestures_still() {
    let scene = Scene::new(true);
    assert!(scene.tell(&[HostEdit::Begin(3)]));
    let flood = vec![HostEdit::Value(3, 0.5); WAITING];
    assert!(!scene.tell(&flood), "some were refused");
    assert!(scene.tell(&[HostEdit::End(3)]));
    scene.turn();
    let heard = scene.heard();
    assert_eq!(heard.len(), WAITING + 1);
    assert_eq!(heard.last(), Some(&Call::End(3)));
}
