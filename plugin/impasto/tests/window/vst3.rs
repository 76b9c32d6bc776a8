//! The window as a VST3 host opens it: through the factory, the view and its frame.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::time::{Duration, Instant};

use image::RgbImage;
use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler,
    TimerInterval,
};
use vst3::Steinberg::Vst::ViewType::kEditor;
use vst3::Steinberg::Vst::{IEditController, IEditControllerTrait};
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewTrait, IPluginBaseTrait, IPluginFactory,
    IPluginFactoryTrait, PClassInfo, ViewRect, kPlatformTypeX11EmbedWindowID, kResultFalse,
    kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper, Interface};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConfigureWindowAux, ConnectionExt as _, EventMask, KeyButMask};

use super::display::Display;
use super::drawing::difference;

// Names the library whose function is called.
use impasto as _;

unsafe extern "system" {
    fn GetPluginFactory() -> *mut c_void;
}

/// The key of the usual keyboard that is plus.
const PLUS: u8 = 21;

/// A host's frame with a run loop, all on one thread.
#[derive(Default)]
struct Frame {
    handlers: RefCell<Vec<(*mut IEventHandler, FileDescriptor)>>,
    /// What the view asked for.
    wanted: Cell<Option<(i32, i32)>>,
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, _: *mut IPlugView, size: *mut ViewRect) -> tresult {
        // SAFETY: null, or the view's.
        let Some(size) = (unsafe { size.as_ref() }) else {
            return kResultFalse;
        };
        self.wanted
            .set(Some((size.right - size.left, size.bottom - size.top)));
        kResultOk
    }
}

impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(
        &self,
        handler: *mut IEventHandler,
        file: FileDescriptor,
    ) -> tresult {
        self.handlers.borrow_mut().push((handler, file));
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        self.handlers
            .borrow_mut()
            .retain(|(known, _)| *known != handler);
        kResultOk
    }

    unsafe fn registerTimer(&self, _: *mut ITimerHandler, _: TimerInterval) -> tresult {
        kResultOk
    }

    unsafe fn unregisterTimer(&self, _: *mut ITimerHandler) -> tresult {
        kResultOk
    }
}

/// The instance's controller, from the factory.
fn controller() -> ComPtr<IEditController> {
    // SAFETY: the factory is a live object whose reference is given to us, and the instance
    // is asked for by the number that the factory tells.
    unsafe {
        let factory = GetPluginFactory().cast::<IPluginFactory>();
        let factory = ComPtr::from_raw(factory).expect("a factory");
        let mut info: PClassInfo = std::mem::zeroed();
        assert_eq!(factory.getClassInfo(0, &mut info), kResultOk);
        let mut object = std::ptr::null_mut();
        let wanted = IEditController::IID;
        let made = factory.createInstance(info.cid.as_ptr(), wanted.as_ptr().cast(), &mut object);
        assert_eq!(made, kResultOk);
        let controller = ComPtr::from_raw(object.cast::<IEditController>());
        let controller = controller.expect("an instance");
        assert_eq!(controller.initialize(std::ptr::null_mut()), kResultOk);
        controller
    }
}

/// An open view in a window of the host's.
struct Host<'a> {
    display: &'a Display,
    frame: ComWrapper<Frame>,
    view: ComPtr<IPlugView>,
    window: u32,
}

impl<'a> Host<'a> {
    fn open(display: &'a Display, controller: &ComPtr<IEditController>) -> Self {
        let frame = ComWrapper::new(Frame::default());
        let shown = frame.to_com_ptr::<IPlugFrame>().expect("implemented");
        let window = display.window(EventMask::NO_EVENT);
        // SAFETY: as a host does it, on the thread that made the instance.
        let view = unsafe {
            let view = ComPtr::from_raw(controller.createView(kEditor)).expect("a view");
            assert_eq!(view.setFrame(shown.as_ptr()), kResultOk);
            view
        };
        let host = Self {
            display,
            frame,
            view,
            window,
        };
        let (width, height) = host.size();
        host.resize_window(width, height);
        // SAFETY: the window lives until the view is removed.
        let attached = unsafe {
            host.view.attached(
                std::ptr::without_provenance_mut(window as usize),
                kPlatformTypeX11EmbedWindowID,
            )
        };
        assert_eq!(attached, kResultOk);
        host
    }

    fn size(&self) -> (i32, i32) {
        let mut size = ViewRect {
            left: 0,
            top: 0,
            right: 0,
            bottom: 0,
        };
        // SAFETY: the place is ours.
        assert_eq!(unsafe { self.view.getSize(&mut size) }, kResultOk);
        (size.right - size.left, size.bottom - size.top)
    }

    fn resize_window(&self, width: i32, height: i32) {
        let size = ConfigureWindowAux::new()
            .width(width as u32)
            .height(height as u32);
        let x = self.display.x();
        x.configure_window(self.window, &size).expect("sent");
        x.flush().expect("sent");
    }

    /// As a host that a user pulls at.
    fn resize(&self, width: i32, height: i32) {
        self.resize_window(width, height);
        let mut size = ViewRect {
            left: 0,
            top: 0,
            right: width,
            bottom: height,
        };
        // SAFETY: the place is ours.
        assert_eq!(unsafe { self.view.onSize(&mut size) }, kResultOk);
    }

    /// Runs the host's loop for `time`.
    fn serve(&self, time: Duration) {
        let begin = Instant::now();
        while begin.elapsed() < time {
            let handlers = self.frame.handlers.borrow().clone();
            for (handler, file) in handlers {
                let mut waiting = libc::pollfd {
                    fd: file,
                    events: libc::POLLIN,
                    revents: 0,
                };
                // SAFETY: one place, ours.
                if unsafe { libc::poll(&mut waiting, 1, 0) } == 1 {
                    // SAFETY: registered and not taken back.
                    unsafe {
                        let handler = ComRef::from_raw(handler).expect("a handler");
                        handler.onFDIsSet(file);
                    }
                }
            }
            if let Some((width, height)) = self.frame.wanted.take() {
                self.resize(width, height);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn picture(&self) -> RgbImage {
        let editor = self.display.editor().expect("the editor's window");
        self.display.picture(editor)
    }

    fn close(self) {
        // SAFETY: as a host does it.
        unsafe {
            assert_eq!(self.view.removed(), kResultOk);
            self.view.setFrame(std::ptr::null_mut());
        }
        drop(self.view);
        let x = self.display.x();
        x.destroy_window(self.window).expect("sent");
        x.flush().expect("sent");
        assert_eq!(self.display.editor(), None, "the editor has gone");
    }
}

/// Long enough for a size to go to the host and back, and to be drawn.
const DRAWN: Duration = Duration::from_millis(700);

/// The editor opens in a host's window, is resized and zoomed, closes, and is as it was
/// when it opens again.
pub fn hosts_open_it_again(display: &Display) {
    let controller = controller();
    let host = Host::open(display, &controller);
    host.serve(Duration::from_secs(2));
    let first = host.picture();
    let (width, height) = host.size();
    assert_eq!(first.dimensions(), (width as u32, height as u32));

    host.resize(width + 200, height + 100);
    host.serve(DRAWN);
    let large = host.picture();
    let expected = ((width + 200) as u32, (height + 100) as u32);
    assert_eq!(large.dimensions(), expected);
    host.resize(width, height);
    host.serve(DRAWN);
    let share = difference(&first, &host.picture());
    assert!(
        share < 0.01,
        "{share} of the pixels differ when resized back"
    );

    let editor = display.editor().expect("the editor's window");
    display.key(editor, PLUS, KeyButMask::CONTROL);
    host.serve(DRAWN);
    let zoomed = host.picture().dimensions();
    assert_eq!(zoomed, ((width * 5 / 4) as u32, (height * 5 / 4) as u32));
    host.close();

    let host = Host::open(display, &controller);
    assert_eq!(host.size(), (width * 5 / 4, height * 5 / 4), "remembered");
    host.serve(DRAWN);
    display.key(
        display.editor().expect("the editor's window"),
        19,
        KeyButMask::CONTROL,
    );
    host.serve(DRAWN);
    host.close();

    for opening in 0..8 {
        let host = Host::open(display, &controller);
        host.serve(DRAWN);
        if opening % 4 == 3 {
            let share = difference(&first, &host.picture());
            assert!(
                share < 0.01,
                "{share} of the pixels differ when opened again"
            );
        }
        host.close();
    }
    // SAFETY: as a host does it.
    unsafe { controller.terminate() };
}
