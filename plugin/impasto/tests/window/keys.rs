//! Keys and the clipboard.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use egui::{Key, Modifiers, Ui, Vec2};
use impasto::editor::window::{Content, Meter, Opening, RepaintNotifier, open};
use nice_plug::editor::{EditorHandle as _, ParentWindowHandle};
use parking_lot::Mutex;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConnectionExt as _, EventMask, KeyButMask};

use super::display::Display;
use super::life::wait_for;

/// Codes of the usual keyboard.
const A: u8 = 38;
const C: u8 = 54;
const F: u8 = 41;
const V: u8 = 55;
const SPACE: u8 = 65;

/// A field for text, and a shortcut.
struct Field {
    text: Arc<Mutex<String>>,
    focused: bool,
    pressed: Arc<Mutex<Vec<Key>>>,
}

impl Content for Field {
    fn build(&mut self, _: &egui::Context, _: f64) {}
    fn ui(&mut self, ui: &mut Ui) {
        let mut text = self.text.lock();
        let field = ui.text_edit_singleline(&mut *text);
        if self.focused {
            field.request_focus();
        }
        let keys = [Key::F, Key::Space];
        let pressed = ui.input(|input| {
            keys.into_iter()
                .filter(|key| input.key_pressed(*key))
                .collect::<Vec<_>>()
        });
        self.pressed.lock().extend(pressed);
    }
    fn changed(&mut self) -> bool {
        false
    }
    fn resized(&mut self, _: Vec2, _: f64) {}
    fn zoomed(&mut self, _: f32) {}
    fn wants_key(&self, key: Key, _: Modifiers) -> bool {
        key == Key::F
    }
}

struct Fielded {
    text: Arc<Mutex<String>>,
    pressed: Arc<Mutex<Vec<Key>>>,
    spawned: nice_plug::editor::SpawnedEditor<impasto::editor::window::Handle>,
}

fn field(focused: bool) -> Fielded {
    field_in(None, focused)
}

fn field_in(parent: Option<ParentWindowHandle>, focused: bool) -> Fielded {
    let (text, pressed) = (Arc::<Mutex<String>>::default(), Arc::default());
    let content = Field {
        text: Arc::clone(&text),
        focused,
        pressed: Arc::clone(&pressed),
    };
    let opening = Opening {
        title: "Field",
        points: Vec2::new(300.0, 200.0),
        zoom: 1.0,
        smallest: Vec2::new(100.0, 100.0),
        scale: None,
        ground: egui::Color32::BLACK,
    };
    let meter = Arc::<Meter>::default();
    let repaint = RepaintNotifier::new();
    let counted = Arc::clone(&meter);
    let spawned = open(opening, parent, false, content, repaint, counted, None).expect("a window");
    spawned.handle.show(&spawned.window).expect("shown");
    wait_for("it draws", || meter.first_frame().is_some());
    std::thread::sleep(Duration::from_millis(100));
    Fielded {
        text,
        pressed,
        spawned,
    }
}

/// What is typed arrives as text where a field has the focus, and as keys elsewhere.
pub fn are_taken_or_left(display: &Display) {
    let field_with_focus = field(true);
    let window = display.editor().expect("a window");
    for code in [F, SPACE, F] {
        display.key(window, code, KeyButMask::default());
    }
    wait_for("what is typed is written", || {
        *field_with_focus.text.lock() == "f f"
    });
    drop(field_with_focus.spawned);

    let without = field(false);
    let window = display.editor().expect("a window");
    display.key(window, F, KeyButMask::default());
    wait_for("the shortcut is heard", || {
        *without.pressed.lock() == [Key::F]
    });
    assert_eq!(*without.text.lock(), "");
    drop(without.spawned);
}

/// In a host's window, a key that nothing in the editor wants arrives at the host, and a key
/// of the editor's does not.
pub fn go_to_the_host(display: &Display) {
    let x = display.x();
    let host = display.window(EventMask::KEY_PRESS);
    let parent = NonZeroU32::new(host).map(ParentWindowHandle::XcbWindow);
    let field = field_in(parent, false);
    let window = display.editor().expect("a window");
    display.key(window, F, KeyButMask::default());
    display.key(window, SPACE, KeyButMask::SHIFT);
    let heard = std::cell::RefCell::new(Vec::new());
    wait_for("the host hears the space", || {
        while let Ok(Some(event)) = x.poll_for_event() {
            if let Event::KeyPress(key) = event {
                heard.borrow_mut().push((key.detail, key.state));
            }
        }
        !heard.borrow().is_empty()
    });
    assert_eq!(*heard.borrow(), [(SPACE, KeyButMask::SHIFT)]);
    wait_for("the editor sees both", || {
        *field.pressed.lock() == [Key::F, Key::Space]
    });
    drop(field.spawned);
    x.destroy_window(host).expect("sent");
}

/// Text goes to other programs and comes from them.
pub fn copy_and_paste(display: &Display) {
    let mut other = arboard::Clipboard::new().expect("a clipboard");
    other
        .set_text("/home/ann/Der Frühling.png")
        .expect("copied");
    let field = field(true);
    let window = display.editor().expect("a window");
    display.key(window, V, KeyButMask::CONTROL);
    wait_for("it is pasted", || {
        *field.text.lock() == "/home/ann/Der Frühling.png"
    });
    display.key(window, SPACE, KeyButMask::default());
    wait_for("a space", || field.text.lock().ends_with(' '));
    display.key(window, A, KeyButMask::CONTROL);
    display.key(window, C, KeyButMask::CONTROL);
    wait_for("it is copied", || {
        let text = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_text());
        text.is_ok_and(|text| text == "/home/ann/Der Frühling.png ")
    });
    drop(field.spawned);
}
