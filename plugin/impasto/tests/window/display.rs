//! A display of the test's own, and what can be seen and done on it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use image::RgbImage;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, ImageFormat, KeyButMask,
    KeyPressEvent, MotionNotifyEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// An X server that draws into memory. It ends by itself, and tidily, when its last client
/// goes; the first connection is held for as long as it is needed.
pub struct Display {
    server: Child,
    held: Option<RustConnection>,
    root: u32,
}

impl Display {
    /// Starts one and makes it the display of this program.
    ///
    /// # Safety
    /// No other thread runs: the environment belongs to all of them.
    pub unsafe fn start() -> Self {
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
        // SAFETY: the caller's promise.
        unsafe { std::env::set_var("DISPLAY", &name) };
        let (held, screen) = x11rb::connect(Some(&name)).expect("the display just started");
        let root = held.setup().roots[screen].root;
        // A pointer at rest over a control would open its tooltip.
        let corner = held.warp_pointer(x11rb::NONE, root, 0, 0, 0, 0, 1599, 1199);
        corner.expect("sent");
        held.flush().expect("sent");
        Self {
            server,
            held: Some(held),
            root,
        }
    }

    /// The connection.
    pub fn x(&self) -> &RustConnection {
        self.held.as_ref().expect("held until the end")
    }

    /// The only window on the screen that takes drops, found by going down from the root.
    pub fn editor(&self) -> Option<u32> {
        let aware = self.atom("XdndAware");
        let mut waiting = vec![self.root];
        while let Some(window) = waiting.pop() {
            let property = self
                .x()
                .get_property(false, window, aware, AtomEnum::ANY, 0, 1);
            if property.ok()?.reply().ok()?.length > 0 {
                return Some(window);
            }
            let tree = self.x().query_tree(window).ok()?.reply().ok()?;
            waiting.extend(tree.children);
        }
        None
    }

    /// A window of the test's own, as a host has one, that hears `mask`.
    pub fn window(&self, mask: EventMask) -> u32 {
        let window = self.x().generate_id().expect("a number");
        self.x()
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                self.root,
                0,
                0,
                400,
                300,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &CreateWindowAux::new().event_mask(mask),
            )
            .expect("sent");
        self.x().map_window(window).expect("sent");
        // A round trip: others must find it made.
        let asked = self.x().get_input_focus().expect("sent");
        asked.reply().expect("an answer");
        window
    }

    /// The atom called `name`.
    pub fn atom(&self, name: &str) -> u32 {
        let asked = self.x().intern_atom(false, name.as_bytes());
        asked.expect("sent").reply().expect("an atom").atom
    }

    /// What `window` shows.
    pub fn picture(&self, window: u32) -> RgbImage {
        let size = self.x().get_geometry(window).expect("sent").reply();
        let size = size.expect("a window");
        let (width, height) = (size.width, size.height);
        let image = self
            .x()
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX)
            .expect("sent")
            .reply()
            .expect("a picture");
        // Depth 24 and 32 both come as four bytes a pixel: blue, green, red, unused.
        let pixels = image.data.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]);
        RgbImage::from_raw(width.into(), height.into(), pixels.collect()).expect("all pixels")
    }

    /// Moves the pointer over `window`, without pressing anything.
    pub fn point(&self, window: u32, x: i16, y: i16) {
        let event = MotionNotifyEvent {
            response_type: x11rb::protocol::xproto::MOTION_NOTIFY_EVENT,
            root: self.root,
            event: window,
            event_x: x,
            event_y: y,
            same_screen: true,
            ..Default::default()
        };
        let sent = self
            .x()
            .send_event(false, window, EventMask::NO_EVENT, event);
        sent.expect("sent");
        self.x().flush().expect("sent");
    }

    /// Presses the key with this code of the keyboard, with `held` modifiers.
    pub fn key(&self, window: u32, code: u8, held: KeyButMask) {
        for response_type in [
            x11rb::protocol::xproto::KEY_PRESS_EVENT,
            x11rb::protocol::xproto::KEY_RELEASE_EVENT,
        ] {
            let event = KeyPressEvent {
                response_type,
                detail: code,
                root: self.root,
                event: window,
                state: held,
                same_screen: true,
                ..Default::default()
            };
            let sent = self
                .x()
                .send_event(false, window, EventMask::NO_EVENT, event);
            sent.expect("sent");
        }
        self.x().flush().expect("sent");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.held = None;
        // It was asked to end; if it is gone already there is nothing to wait for.
        let _ = self.server.wait();
    }
}
