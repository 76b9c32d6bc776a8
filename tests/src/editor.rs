//! Opens the plug-in's editor inside a window of the host's, and takes its picture.
//!
//! X11 only: the picture is for machines without a screen, where an X server that
//! draws into memory (Xvfb) stands in for one.

use crate::host::Instance;
use crate::{Error, Result};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};
use std::path::Path;
use std::time::{Duration, Instant};
use x11rb::connection::Connection as _;
pub use x11rb::protocol::xproto::KeyButMask;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask, ImageFormat,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyPressEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;

const EMBEDDED: GuiConfiguration<'static> = GuiConfiguration {
    api_type: GuiApiType::X11,
    is_floating: false,
};

/// The host's window with the plug-in's editor in it.
pub struct EditorWindow {
    x: RustConnection,
    window: u32,
    gui: PluginGui,
    size: GuiSize,
}

fn display(e: impl std::fmt::Display) -> Error {
    Error::Display(e.to_string())
}

impl EditorWindow {
    /// Opens the editor of `instance` on the display that `DISPLAY` names.
    ///
    /// # Errors
    /// There is no such display, or the plug-in refused.
    pub fn open(instance: &mut Instance) -> Result<EditorWindow> {
        let (x, screen) = x11rb::connect(None).map_err(display)?;
        let handle = instance.plugin.plugin_handle();
        let gui: PluginGui = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.gui"))?;
        if !gui.is_api_supported(&handle, EMBEDDED) {
            return Err(Error::plugin(
                "open its editor",
                "it cannot be embedded in X11",
            ));
        }
        gui.create(&handle, EMBEDDED)
            .map_err(|e| Error::plugin("make its editor", e))?;
        let size = gui
            .get_size(&handle)
            .ok_or_else(|| Error::plugin("tell its editor's size", "it gave none"))?;
        let window = host_window(&x, screen, size)?;
        // SAFETY: the window is valid until `close`, which destroys the editor first.
        unsafe { gui.set_parent(&handle, Window::from_x11_handle(window.into())) }
            .map_err(|e| Error::plugin("take its window", e))?;
        // Some plug-ins show themselves when they get a parent and refuse this.
        let _ = gui.show(&handle);
        Ok(EditorWindow {
            x,
            window,
            gui,
            size,
        })
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.size.width, self.size.height)
    }

    /// Serves `instance`'s main thread for `time`, so that the editor can draw, and gives
    /// the editor the sizes that it asks for.
    pub fn settle(&self, instance: &mut Instance, time: Duration) {
        let begin = Instant::now();
        while begin.elapsed() < time {
            instance.serve_callbacks();
            if let Some(size) = instance.wanted_size() {
                let _ = self.resize_window(size);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn resize_window(&self, size: GuiSize) -> Result<()> {
        let size = ConfigureWindowAux::new()
            .width(size.width)
            .height(size.height);
        self.x
            .configure_window(self.window, &size)
            .map_err(display)?;
        self.x.flush().map_err(display)
    }

    /// Makes the window `width` by `height` pixels large, or as near to that as the editor
    /// allows.
    ///
    /// # Errors
    /// The editor refuses the size that it offered.
    pub fn resize(&self, instance: &mut Instance, width: u32, height: u32) -> Result<()> {
        let handle = instance.plugin.plugin_handle();
        let wanted = GuiSize { width, height };
        let size = self.gui.adjust_size(&handle, wanted).unwrap_or(wanted);
        self.resize_window(size)?;
        self.gui
            .set_size(&handle, size)
            .map_err(|e| Error::plugin("take a size", e))
    }

    /// The editor's own window, inside the host's.
    ///
    /// # Errors
    /// The display is gone.
    pub fn child(&self) -> Result<u32> {
        let tree = self.x.query_tree(self.window).map_err(display)?;
        let tree = tree.reply().map_err(display)?;
        Ok(tree.children.first().copied().unwrap_or(self.window))
    }

    /// Presses and lets go the key with this code of the usual keyboard.
    ///
    /// # Errors
    /// The display is gone.
    pub fn key(&self, code: u8, held: KeyButMask) -> Result<()> {
        let window = self.child()?;
        for response_type in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            let event = KeyPressEvent {
                response_type,
                detail: code,
                event: window,
                state: held,
                same_screen: true,
                ..KeyPressEvent::default()
            };
            self.x
                .send_event(false, window, EventMask::NO_EVENT, event)
                .map_err(display)?;
        }
        self.x.flush().map_err(display)
    }

    /// The editor's pixels.
    pub fn picture(&self) -> Result<image::RgbImage> {
        // The editor's window is a child of ours and may differ in depth, which
        // would leave its pixels undefined in a picture of ours: ask it itself.
        let child = self.child()?;
        let geometry = self
            .x
            .get_geometry(child)
            .map_err(display)?
            .reply()
            .map_err(display)?;
        let image = self
            .x
            .get_image(
                ImageFormat::Z_PIXMAP,
                child,
                0,
                0,
                geometry.width,
                geometry.height,
                u32::MAX,
            )
            .map_err(display)?
            .reply()
            .map_err(display)?;
        // Depth 24 and 32 both come as four bytes a pixel: blue, green, red, unused.
        let rgb = image
            .data
            .chunks_exact(4)
            .flat_map(|p| [p[2], p[1], p[0]])
            .collect();
        image::RgbImage::from_raw(geometry.width.into(), geometry.height.into(), rgb)
            .ok_or_else(|| Error::Display("the picture has an unknown pixel format".into()))
    }

    /// Writes [`EditorWindow::picture`] as a PNG file.
    pub fn save_picture(&self, path: &Path) -> Result<()> {
        self.picture()?.save(path).map_err(display)
    }

    /// Closes the editor, then the window.
    pub fn close(self, instance: &mut Instance) {
        let handle = instance.plugin.plugin_handle();
        self.gui.destroy(&handle);
        // The editor's own thread takes its window away a little later; hosts
        // keep the parent until then, as they keep it for the next opening.
        self.settle(instance, Duration::from_millis(100));
        let _ = self.x.destroy_window(self.window);
        let _ = self.x.flush();
    }
}

fn host_window(x: &RustConnection, screen: usize, size: GuiSize) -> Result<u32> {
    let window = x.generate_id().map_err(display)?;
    let screen = &x.setup().roots[screen];
    let pixels = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    x.create_window(
        x11rb::COPY_DEPTH_FROM_PARENT,
        window,
        screen.root,
        0,
        0,
        pixels(size.width),
        pixels(size.height),
        0,
        WindowClass::INPUT_OUTPUT,
        x11rb::COPY_FROM_PARENT,
        &CreateWindowAux::new().event_mask(EventMask::STRUCTURE_NOTIFY),
    )
    .map_err(display)?;
    x.map_window(window).map_err(display)?;
    // A pointer at rest over a control would open its tooltip.
    let corner = (
        screen.width_in_pixels as i16 - 1,
        screen.height_in_pixels as i16 - 1,
    );
    x.warp_pointer(x11rb::NONE, screen.root, 0, 0, 0, 0, corner.0, corner.1)
        .map_err(display)?;
    // A round trip: the plug-in's own connection must find the window made.
    x.get_input_focus()
        .map_err(display)?
        .reply()
        .map_err(display)?;
    Ok(window)
}
