//! On X11: keys that are not the editor's go on to the window that it lies in.
//!
//! Elsewhere the system does that when a key is answered as ignored. On X11 a key belongs to
//! the window that has the focus, and a click into the editor gives it that.

use std::time::{Duration, Instant};

use keyboard_types::{Code, KeyState, KeyboardEvent, Modifiers};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ConnectionExt as _, EventMask, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent,
};
use x11rb::rust_connection::RustConnection;

/// Some toolkits hand a key of theirs to the window embedded in them. The same key within
/// this time is one of ours come back, and ends here; no keyboard repeats as fast.
const ECHO: Duration = Duration::from_millis(15);

/// What makes two keys the same: press or release, number, modifiers.
type Sent = (u8, u8, KeyButMask);

/// The way to the window that ours lies in.
#[derive(Default)]
pub struct Forward {
    /// A connection of its own, opened for the first key.
    x: Option<RustConnection>,
    last: Option<(Sent, Instant)>,
}

impl Forward {
    /// Hands `event`, a key that came to `window`, to the window around that. A display
    /// that is gone, or a window in none, is left alone.
    pub fn send(&mut self, window: u32, event: &KeyboardEvent) {
        let Some(key) = translated(event) else {
            return;
        };
        let sent = (key.response_type, key.detail, key.state);
        if let Some((last, at)) = &self.last
            && *last == sent
            && at.elapsed() < ECHO
        {
            return;
        }
        self.last = Some((sent, Instant::now()));
        let _ = self.try_send(window, key);
    }

    fn try_send(&mut self, window: u32, key: KeyPressEvent) -> Option<()> {
        if self.x.is_none() {
            self.x = Some(x11rb::connect(None).ok()?.0);
        }
        let x = self.x.as_ref()?;
        let tree = x.query_tree(window).ok()?.reply().ok()?;
        if tree.parent == tree.root || tree.parent == x11rb::NONE {
            return None;
        }
        let key = KeyPressEvent {
            root: tree.root,
            event: tree.parent,
            child: window,
            ..key
        };
        let mask = match key.response_type {
            KEY_PRESS_EVENT => EventMask::KEY_PRESS,
            _ => EventMask::KEY_RELEASE,
        };
        // To the nearest window around ours that listens to keys.
        x.send_event(true, tree.parent, mask, key).ok()?;
        x.flush().ok()
    }
}

/// `event` as X11 has it; none for keys that it has no number for, and for modifiers, which
/// come with the others.
fn translated(event: &KeyboardEvent) -> Option<KeyPressEvent> {
    let mut state = KeyButMask::default();
    for (held, bit) in [
        (Modifiers::SHIFT, KeyButMask::SHIFT),
        (Modifiers::CAPS_LOCK, KeyButMask::LOCK),
        (Modifiers::CONTROL, KeyButMask::CONTROL),
        (Modifiers::ALT, KeyButMask::MOD1),
        (Modifiers::NUM_LOCK, KeyButMask::MOD2),
        (Modifiers::META, KeyButMask::MOD4),
        (Modifiers::ALT_GRAPH, KeyButMask::MOD5),
    ] {
        if event.modifiers.contains(held) {
            state |= bit;
        }
    }
    Some(KeyPressEvent {
        response_type: match event.state {
            KeyState::Down => KEY_PRESS_EVENT,
            KeyState::Up => KEY_RELEASE_EVENT,
        },
        detail: number(event.code)?,
        time: x11rb::CURRENT_TIME,
        state,
        same_screen: true,
        ..KeyPressEvent::default()
    })
}

/// Runs of keys that follow each other in the numbers that Linux' input devices have under
/// X11, each with its first number.
#[rustfmt::skip]
const KEYS: [(u8, &[Code]); 15] = {
    use Code::*;
    [
        (9, &[
            Escape, Digit1, Digit2, Digit3, Digit4, Digit5, Digit6, Digit7, Digit8, Digit9, Digit0,
            Minus, Equal, Backspace, Tab, KeyQ, KeyW, KeyE, KeyR, KeyT, KeyY, KeyU, KeyI, KeyO, KeyP,
            BracketLeft, BracketRight, Enter,
        ]),
        (38, &[KeyA, KeyS, KeyD, KeyF, KeyG, KeyH, KeyJ, KeyK, KeyL, Semicolon, Quote, Backquote]),
        (51, &[
            Backslash, KeyZ, KeyX, KeyC, KeyV, KeyB, KeyN, KeyM, Comma, Period, Slash,
        ]),
        (63, &[NumpadMultiply]),
        (65, &[Space]),
        (67, &[F1, F2, F3, F4, F5, F6, F7, F8, F9, F10]),
        (79, &[Numpad7, Numpad8, Numpad9, NumpadSubtract]),
        (83, &[Numpad4, Numpad5, Numpad6, NumpadAdd]),
        (87, &[Numpad1, Numpad2, Numpad3, Numpad0, NumpadDecimal]),
        (94, &[IntlBackslash]),
        (95, &[F11, F12]),
        (104, &[NumpadEnter]),
        (106, &[NumpadDivide]),
        (110, &[
            Home, ArrowUp, PageUp, ArrowLeft, ArrowRight, End, ArrowDown, PageDown, Insert, Delete,
        ]),
        (135, &[ContextMenu]),
    ]
};

fn number(code: Code) -> Option<u8> {
    KEYS.iter().find_map(|(first, keys)| {
        let place = keys.iter().position(|key| *key == code)?;
        u8::try_from(place).ok().map(|place| first + place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_numbers() {
        for (code, expected) in [
            (Code::Enter, 36),
            (Code::KeyP, 33),
            (Code::KeyL, 46),
            (Code::Slash, 61),
            (Code::Space, 65),
            (Code::NumpadDecimal, 91),
            (Code::Delete, 119),
        ] {
            assert_eq!(number(code), Some(expected), "{code}");
        }
        assert_eq!(number(Code::ShiftLeft), None);
    }
}
