//! Keys, buttons and cursors: the names of one library in those of another.

use baseview::{MouseButton, MouseCursor};
use egui::{CursorIcon, Key, PointerButton};
use keyboard_types::{Code, Key as TypedKey, KeyboardEvent, NamedKey};
use nice_plug::editor::VirtualKeyCode;

/// The modifiers as egui has them: *command* is Ctrl, on macOS the command key.
pub fn modifiers(held: keyboard_types::Modifiers) -> egui::Modifiers {
    let mac = cfg!(target_os = "macos");
    egui::Modifiers {
        alt: held.alt(),
        ctrl: held.ctrl(),
        shift: held.shift(),
        mac_cmd: mac && held.meta(),
        command: if mac { held.meta() } else { held.ctrl() },
    }
}

/// The key by what it means; where that is no key of egui's (another script than Latin),
/// by where it lies.
pub fn key(event: &KeyboardEvent) -> Option<Key> {
    let by_place = || Key::from_name(&event.code.to_string());
    match &event.key {
        TypedKey::Character(text) => Key::from_name(text).or_else(by_place),
        TypedKey::Named(NamedKey::Unidentified) => by_place(),
        TypedKey::Named(named) => Key::from_name(&named.to_string()),
    }
}

/// The text that `event` types; none for shortcuts and control characters.
pub fn text(event: &KeyboardEvent, held: egui::Modifiers) -> Option<String> {
    let TypedKey::Character(text) = &event.key else {
        return None;
    };
    // AltGr comes as Ctrl and Alt on Windows, and types.
    let alt_gr = cfg!(windows) && held.ctrl && held.alt;
    let shortcut = (held.ctrl || held.command || held.mac_cmd) && !alt_gr;
    let typed = !text.is_empty() && !text.chars().any(char::is_control);
    (typed && !shortcut).then(|| text.clone())
}

/// What keys do everywhere on a system, beyond typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// To the clipboard, and away.
    Cut,
    /// To the clipboard.
    Copy,
    /// From the clipboard.
    Paste,
}

/// Whether `code` with the modifiers cuts, copies or pastes.
pub fn edit(code: Code, held: egui::Modifiers) -> Option<Edit> {
    match code {
        Code::KeyX if held.command => Some(Edit::Cut),
        Code::KeyC if held.command => Some(Edit::Copy),
        Code::KeyV if held.command => Some(Edit::Paste),
        Code::Cut => Some(Edit::Cut),
        Code::Copy => Some(Edit::Copy),
        Code::Paste => Some(Edit::Paste),
        Code::Delete if held.shift && !cfg!(target_os = "macos") => Some(Edit::Cut),
        Code::Insert if held.ctrl && !cfg!(target_os = "macos") => Some(Edit::Copy),
        Code::Insert if held.shift && !cfg!(target_os = "macos") => Some(Edit::Paste),
        _ => None,
    }
}

/// Keys that move and press what has the focus.
pub fn is_navigation(key: Key) -> bool {
    matches!(
        key,
        Key::Tab
            | Key::Enter
            | Key::Space
            | Key::Escape
            | Key::ArrowUp
            | Key::ArrowDown
            | Key::ArrowLeft
            | Key::ArrowRight
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
    )
}

/// A key that the host took and offers, as egui's events; empty for those of no use.
pub fn from_host(
    code: VirtualKeyCode,
    pressed: bool,
    held: nice_plug::editor::Modifiers,
) -> Vec<egui::Event> {
    use nice_plug::editor::Modifiers as Held;
    let key = match code {
        VirtualKeyCode::Backspace => Key::Backspace,
        VirtualKeyCode::Tab => Key::Tab,
        VirtualKeyCode::Return | VirtualKeyCode::NumpadEnter => Key::Enter,
        VirtualKeyCode::Escape => Key::Escape,
        VirtualKeyCode::Space => Key::Space,
        VirtualKeyCode::End => Key::End,
        VirtualKeyCode::Home => Key::Home,
        VirtualKeyCode::ArrowLeft => Key::ArrowLeft,
        VirtualKeyCode::ArrowUp => Key::ArrowUp,
        VirtualKeyCode::ArrowRight => Key::ArrowRight,
        VirtualKeyCode::ArrowDown => Key::ArrowDown,
        VirtualKeyCode::PageUp => Key::PageUp,
        VirtualKeyCode::PageDown => Key::PageDown,
        VirtualKeyCode::Delete => Key::Delete,
        _ => return Vec::new(),
    };
    let mac = cfg!(target_os = "macos");
    let modifiers = egui::Modifiers {
        alt: held.contains(Held::ALT),
        ctrl: held.contains(if mac { Held::CONTROL } else { Held::COMMAND }),
        shift: held.contains(Held::SHIFT),
        mac_cmd: mac && held.contains(Held::COMMAND),
        command: held.contains(Held::COMMAND),
    };
    let mut events = vec![egui::Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    }];
    if key == Key::Space && pressed {
        events.push(egui::Event::Text(" ".to_owned()));
    }
    events
}

/// The button, where egui knows it.
pub fn button(button: MouseButton) -> Option<PointerButton> {
    match button {
        MouseButton::Left => Some(PointerButton::Primary),
        MouseButton::Right => Some(PointerButton::Secondary),
        MouseButton::Middle => Some(PointerButton::Middle),
        MouseButton::Back => Some(PointerButton::Extra1),
        MouseButton::Forward => Some(PointerButton::Extra2),
        _ => None,
    }
}

/// The cursor that says the same.
pub fn cursor(icon: CursorIcon) -> MouseCursor {
    match icon {
        CursorIcon::None => MouseCursor::Hidden,
        CursorIcon::PointingHand | CursorIcon::Grab | CursorIcon::ContextMenu => MouseCursor::Hand,
        CursorIcon::Grabbing => MouseCursor::HandGrabbing,
        CursorIcon::Help => MouseCursor::Help,
        CursorIcon::Progress => MouseCursor::PtrWorking,
        CursorIcon::Wait => MouseCursor::Working,
        CursorIcon::Crosshair => MouseCursor::Crosshair,
        CursorIcon::Cell => MouseCursor::Cell,
        CursorIcon::Text => MouseCursor::Text,
        CursorIcon::VerticalText => MouseCursor::VerticalText,
        CursorIcon::Alias => MouseCursor::Alias,
        CursorIcon::Copy => MouseCursor::Copy,
        CursorIcon::Move => MouseCursor::Move,
        CursorIcon::NoDrop | CursorIcon::NotAllowed => MouseCursor::NotAllowed,
        CursorIcon::AllScroll => MouseCursor::AllScroll,
        CursorIcon::ResizeHorizontal | CursorIcon::ResizeColumn => MouseCursor::EwResize,
        CursorIcon::ResizeVertical | CursorIcon::ResizeRow => MouseCursor::NsResize,
        CursorIcon::ResizeNwSe => MouseCursor::NwseResize,
        CursorIcon::ResizeNeSw => MouseCursor::NeswResize,
        _ => MouseCursor::Default,
    }
}
