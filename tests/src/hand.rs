//! A hand at the screen: a pointer that moves and keys that are pressed as the X server's
//! own (XTEST), so that windows are given them as from a mouse and a keyboard.

use crate::editor::EditorWindow;
use crate::{Error, Result};
use std::collections::HashMap;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Keys that type nothing, by X11's numbers of their meanings (`keysymdef.h`).
pub mod key {
    /// Enter.
    pub const RETURN: u32 = 0xff0d;
    /// Down.
    pub const DOWN: u32 = 0xff54;
    /// The left Ctrl.
    pub const CONTROL: u32 = 0xffe3;
    /// The left Shift.
    pub const SHIFT: u32 = 0xffe1;
}

/// The display's pointer and keyboard.
pub struct Hand {
    x: RustConnection,
    root: u32,
    /// By meaning: the key's code, and whether it takes Shift.
    keys: HashMap<u32, (u8, bool)>,
}

fn display(e: impl std::fmt::Display) -> Error {
    Error::Display(e.to_string())
}

impl Hand {
    /// At the display that `DISPLAY` names. Nobody else should be working there.
    ///
    /// # Errors
    /// There is no such display, or it has no XTEST.
    pub fn new() -> Result<Hand> {
        let (x, screen) = x11rb::connect(None).map_err(display)?;
        x.xtest_get_version(2, 2)
            .map_err(display)?
            .reply()
            .map_err(display)?;
        let root = x.setup().roots[screen].root;
        let keys = keys(&x)?;
        Ok(Hand { x, root, keys })
    }

    fn fake(&self, kind: u8, detail: u8, x: i16, y: i16) -> Result<()> {
        let sent = self
            .x
            .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
            .map_err(display)?;
        sent.check().map_err(display)
    }

    /// Moves the pointer to these pixels of the editor.
    ///
    /// # Errors
    /// The display is gone.
    pub fn point(&self, editor: &EditorWindow, x: f64, y: f64) -> Result<()> {
        let pixel = |at: f64| at.round() as i16;
        let window = editor.child()?;
        let at = self
            .x
            .translate_coordinates(window, self.root, pixel(x), pixel(y))
            .map_err(display)?
            .reply()
            .map_err(display)?;
        self.fake(MOTION_NOTIFY_EVENT, 0, at.dst_x, at.dst_y)
    }

    /// Presses and lets go the left button where the pointer is.
    ///
    /// # Errors
    /// The display is gone.
    pub fn click(&self) -> Result<()> {
        self.fake(BUTTON_PRESS_EVENT, 1, 0, 0)?;
        self.fake(BUTTON_RELEASE_EVENT, 1, 0, 0)
    }

    /// Presses the key that means `symbol` while those of `held` are held.
    ///
    /// # Errors
    /// The keyboard has no such key, or the display is gone.
    pub fn press(&self, held: &[u32], symbol: u32) -> Result<()> {
        let code = |symbol: &u32| {
            let key = self.keys.get(symbol).copied();
            key.ok_or_else(|| Error::Display(format!("no key means {symbol:#x}")))
        };
        let (key, shifted) = code(&symbol)?;
        let shift = shifted.then_some(&key::SHIFT);
        let held = held.iter().chain(shift).map(|held| Ok(code(held)?.0));
        let held = held.collect::<Result<Vec<u8>>>()?;
        for key in &held {
            self.fake(KEY_PRESS_EVENT, *key, 0, 0)?;
        }
        self.fake(KEY_PRESS_EVENT, key, 0, 0)?;
        self.fake(KEY_RELEASE_EVENT, key, 0, 0)?;
        for key in held.iter().rev() {
            self.fake(KEY_RELEASE_EVENT, *key, 0, 0)?;
        }
        Ok(())
    }

    /// Types `text`, of letters that the keyboard has.
    ///
    /// # Errors
    /// As [`Hand::press`].
    pub fn type_text(&self, text: &str) -> Result<()> {
        // The meanings of Latin-1 are its characters.
        text.chars()
            .try_for_each(|letter| self.press(&[], letter.into()))
    }
}

/// What the keyboard's keys mean, alone and with Shift.
fn keys(x: &RustConnection) -> Result<HashMap<u32, (u8, bool)>> {
    let (first, last) = (x.setup().min_keycode, x.setup().max_keycode);
    let mapping = x
        .get_keyboard_mapping(first, last - first + 1)
        .map_err(display)?
        .reply()
        .map_err(display)?;
    let columns = usize::from(mapping.keysyms_per_keycode).max(1);
    let mut keys = HashMap::new();
    for (code, meanings) in (first..=last).zip(mapping.keysyms.chunks(columns)) {
        for (meaning, shifted) in meanings.iter().zip([false, true]) {
            keys.entry(*meaning).or_insert((code, shifted));
        }
    }
    Ok(keys)
}
