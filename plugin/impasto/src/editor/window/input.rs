//! What comes in from the window, gathered for egui's next frame.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use baseview::dpi::PhysicalPosition;
use baseview::{
    DropData, DropEffect, Event, EventStatus, MouseEvent, ScrollDelta, WindowEvent, WindowSize,
};
use egui::{
    DroppedFile, HoveredFile, Key, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect,
    TouchPhase, Vec2, ViewportId, pos2, vec2,
};
use keyboard_types::{KeyState, KeyboardEvent, Modifiers};

use super::clipboard::Clipboard;
use super::keys::{self, Edit};

/// Gathers input between two frames.
pub struct Input {
    raw: RawInput,
    pointer: Option<Pos2>,
    held: egui::Modifiers,
    /// Pixels per point, zoom included.
    density: f64,
}

/// A dropped file, of which nothing has been read.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| format!("{}: {error}", self.0.display()))
    }
}

/// `path` as egui wants what is dropped.
pub fn dropped(path: PathBuf) -> egui::DroppedFileHandle {
    Arc::new(Dropped(path))
}

impl Input {
    /// Before the first event. Textures may be `texture_side` pixels wide and high.
    pub fn new(texture_side: usize) -> Self {
        Self {
            raw: RawInput {
                max_texture_side: Some(texture_side),
                ..RawInput::default()
            },
            pointer: None,
            held: egui::Modifiers::NONE,
            density: 1.0,
        }
    }

    /// The window has `size` and is zoomed by the factor `zoom`. How many points that is.
    pub fn set_size(&mut self, size: WindowSize, zoom: f32) -> Vec2 {
        self.density = size.scale_factor * f64::from(zoom);
        let points = size.physical.to_logical::<f32>(self.density);
        let whole = Rect::from_min_size(Pos2::ZERO, vec2(points.width, points.height));
        self.raw.screen_rect = Some(whole);
        let viewport = self.raw.viewports.entry(ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(size.scale_factor as f32);
        viewport.inner_rect = Some(whole);
        whole.size()
    }

    /// All that came since the last frame; `time` is in seconds.
    pub fn take(&mut self, time: f64) -> RawInput {
        self.raw.time = Some(time);
        self.raw.take()
    }

    /// Adds events that came by another way.
    pub fn extend(&mut self, events: impl IntoIterator<Item = egui::Event>) {
        self.raw.events.extend(events);
    }

    /// The modifiers held down, by the last event.
    pub fn held(&self) -> egui::Modifiers {
        self.held
    }

    fn points(&self, at: PhysicalPosition<f64>) -> Pos2 {
        let at = at.to_logical::<f32>(self.density);
        pos2(at.x, at.y)
    }

    fn push(&mut self, event: egui::Event) {
        self.raw.events.push(event);
    }

    fn hold(&mut self, modifiers: Modifiers) {
        let held = keys::modifiers(modifiers);
        if held != self.held {
            self.held = held;
            self.push(egui::Event::ModifiersChanged(held));
        }
    }

    fn move_to(&mut self, at: PhysicalPosition<f64>) {
        let at = self.points(at);
        self.pointer = Some(at);
        self.push(egui::Event::PointerMoved(at));
    }

    /// Takes a mouse's event. What the system is told, or none if nothing came of it.
    pub fn mouse(&mut self, event: MouseEvent) -> Option<EventStatus> {
        match event {
            MouseEvent::CursorMoved {
                position,
                modifiers,
            } => {
                self.hold(modifiers);
                self.move_to(position);
            }
            MouseEvent::ButtonPressed { button, modifiers } => {
                self.hold(modifiers);
                self.press(button, true);
            }
            MouseEvent::ButtonReleased { button, modifiers } => {
                self.hold(modifiers);
                self.press(button, false);
            }
            MouseEvent::WheelScrolled { delta, modifiers } => {
                self.hold(modifiers);
                self.scroll(delta);
            }
            MouseEvent::CursorLeft => {
                self.pointer = None;
                self.push(egui::Event::PointerGone);
            }
            MouseEvent::DragEntered { position, data, .. }
            | MouseEvent::DragMoved { position, data, .. } => {
                return Some(self.hover(position, data));
            }
            MouseEvent::DragLeft => {
                self.raw.hovered_files.clear();
                self.pointer = None;
                self.push(egui::Event::PointerGone);
            }
            MouseEvent::DragDropped { position, data, .. } => {
                return Some(self.drop(position, data));
            }
            _ => return None,
        }
        Some(EventStatus::Captured)
    }

    fn press(&mut self, button: baseview::MouseButton, pressed: bool) {
        if let (Some(pos), Some(button)) = (self.pointer, keys::button(button)) {
            let modifiers = self.held;
            self.push(egui::Event::PointerButton {
                pos,
                button,
                pressed,
                modifiers,
            });
        }
    }

    fn scroll(&mut self, delta: ScrollDelta) {
        // macOS tells the horizontal way of the fingers, not that of the content.
        let sideways = if cfg!(target_os = "macos") { -1.0 } else { 1.0 };
        let (unit, delta) = match delta {
            ScrollDelta::Lines { x, y } => (MouseWheelUnit::Line, vec2(sideways * x, y)),
            ScrollDelta::Pixels { x, y } => (MouseWheelUnit::Point, vec2(sideways * x, y)),
        };
        let modifiers = self.held;
        self.push(egui::Event::MouseWheel {
            unit,
            delta,
            modifiers,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
        });
    }

    fn hover(&mut self, at: PhysicalPosition<f64>, data: DropData) -> EventStatus {
        self.move_to(at);
        let DropData::Files(paths) = data else {
            return EventStatus::Ignored;
        };
        let hovered = |path| HoveredFile {
            path: Some(path),
            ..HoveredFile::default()
        };
        self.raw.hovered_files = paths.into_iter().map(hovered).collect();
        EventStatus::AcceptDrop(DropEffect::Copy)
    }

    fn drop(&mut self, at: PhysicalPosition<f64>, data: DropData) -> EventStatus {
        self.move_to(at);
        self.raw.hovered_files.clear();
        let DropData::Files(paths) = data else {
            return EventStatus::Ignored;
        };
        self.raw
            .dropped_files
            .extend(paths.into_iter().map(dropped));
        EventStatus::AcceptDrop(DropEffect::Copy)
    }

    /// Takes a key; which one, where egui knows it.
    pub fn keyboard(&mut self, event: &KeyboardEvent, clipboard: &mut Clipboard) -> Option<Key> {
        self.hold(event.modifiers);
        let modifiers = self.held;
        let pressed = event.state == KeyState::Down;
        let key = keys::key(event);
        if let (true, Some(edit)) = (pressed, keys::edit(event.code, modifiers)) {
            match edit {
                Edit::Cut => self.push(egui::Event::Cut),
                Edit::Copy => self.push(egui::Event::Copy),
                Edit::Paste => {
                    if let Some(text) = clipboard.text() {
                        self.push(egui::Event::Paste(text));
                    }
                }
            }
            return key;
        }
        if let Some(key) = key {
            self.push(egui::Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: event.repeat,
                modifiers,
            });
        }
        if pressed && let Some(text) = keys::text(event, modifiers) {
            self.push(egui::Event::Text(text));
        }
        key
    }

    /// Takes a window's event; whether anything came of it.
    pub fn window(&mut self, event: &WindowEvent) -> bool {
        let focused = match event {
            WindowEvent::Focused => true,
            WindowEvent::Unfocused => false,
            _ => return false,
        };
        if !focused {
            // Keys that are let go elsewhere are not heard of here.
            self.held = egui::Modifiers::NONE;
            self.push(egui::Event::ModifiersChanged(self.held));
        }
        self.raw.focused = focused;
        let viewport = self.raw.viewports.entry(ViewportId::ROOT).or_default();
        viewport.focused = Some(focused);
        self.push(egui::Event::WindowFocused(focused));
        true
    }

    /// Takes an event of any kind but a key. What the system is told, or none if nothing
    /// came of it.
    pub fn other(&mut self, event: Event) -> Option<EventStatus> {
        match event {
            Event::Mouse(event) => self.mouse(event),
            Event::Window(event) => self.window(&event).then_some(EventStatus::Captured),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baseview::MouseButton;
    use baseview::dpi::PhysicalSize;
    use keyboard_types::{Code, NamedKey};

    fn input(scale: f64, zoom: f32) -> Input {
        let mut input = Input::new(2048);
        let size = WindowSize::from_physical(PhysicalSize::new(2160, 1440), scale);
        let points = input.set_size(size, zoom);
        let density = scale as f32 * zoom;
        assert_eq!(points, vec2(2160.0, 1440.0) / density);
        input
    }

    #[test]
    fn positions_are_in_points_of_the_zoom() {
        let mut input = input(2.0, 1.25);
        let position = PhysicalPosition::new(250.0, 500.0);
        let modifiers = Modifiers::empty();
        input.mouse(MouseEvent::CursorMoved {
            position,
            modifiers,
        });
        input.mouse(MouseEvent::ButtonPressed {
            button: MouseButton::Left,
            modifiers,
        });
        let events = input.take(0.0).events;
        let at = pos2(100.0, 200.0);
        assert_eq!(events[0], egui::Event::PointerMoved(at));
        assert!(
            matches!(events[1], egui::Event::PointerButton { pos, pressed: true, .. } if pos == at)
        );
    }

    #[test]
    fn files_hover_until_they_leave_and_drop_once() {
        let mut input = input(1.0, 1.0);
        let drag = |position| MouseEvent::DragMoved {
            position,
            modifiers: Modifiers::empty(),
            data: DropData::Files(vec!["/a.png".into(), "/b".into()]),
        };
        let at = PhysicalPosition::new(30.0, 40.0);
        let answer = input.mouse(drag(at));
        assert_eq!(answer, Some(EventStatus::AcceptDrop(DropEffect::Copy)));
        for _ in 0..2 {
            assert_eq!(input.take(0.0).hovered_files.len(), 2);
        }
        input.mouse(MouseEvent::DragLeft);
        assert!(input.take(0.0).hovered_files.is_empty());

        input.mouse(drag(at));
        input.mouse(MouseEvent::DragDropped {
            position: at,
            modifiers: Modifiers::empty(),
            data: DropData::Files(vec!["/a.png".into()]),
        });
        let taken = input.take(0.0);
        assert!(taken.hovered_files.is_empty());
        assert_eq!(taken.dropped_files.len(), 1);
        assert_eq!(taken.dropped_files[0].path(), Path::new("/a.png"));
        assert!(input.take(0.0).dropped_files.is_empty());
    }

    #[track_caller]
    fn check_key(key: impl Into<keyboard_types::Key>, code: Code, held: Modifiers, text: &str) {
        let mut input = input(1.0, 1.0);
        let event = KeyboardEvent {
            modifiers: held,
            ..KeyboardEvent::key_down(key, code)
        };
        input.keyboard(&event, &mut Clipboard::default());
        let mut told = String::new();
        for event in input.take(0.0).events {
            match event {
                egui::Event::Key { key, .. } => told += key.name(),
                egui::Event::Text(text) => told += &format!(" '{text}'"),
                egui::Event::Copy => told += "copy",
                egui::Event::Cut => told += "cut",
                _ => {}
            }
        }
        assert_eq!(told, text);
    }

    fn typed(text: &str) -> keyboard_types::Key {
        keyboard_types::Key::Character(text.to_owned())
    }

    #[test]
    fn keys_type_or_command() {
        let (none, ctrl) = (Modifiers::empty(), Modifiers::CONTROL);
        check_key(typed("f"), Code::KeyF, none, "F 'f'");
        check_key(typed("F"), Code::KeyF, Modifiers::SHIFT, "F 'F'");
        check_key(typed(" "), Code::Space, none, "Space ' '");
        // Another script types its own letters; shortcuts go by the place.
        check_key(typed("ф"), Code::KeyA, none, "A 'ф'");
        check_key(typed("ß"), Code::Minus, none, "Minus 'ß'");
        check_key(typed("\u{1b}"), Code::Escape, none, "Escape");
        check_key(NamedKey::F11, Code::F11, none, "F11");
        check_key(NamedKey::ArrowUp, Code::ArrowUp, none, "Up");
        if !cfg!(target_os = "macos") {
            check_key(typed("z"), Code::KeyZ, ctrl, "Z");
            check_key(typed("c"), Code::KeyC, ctrl, "copy");
            check_key(NamedKey::Delete, Code::Delete, Modifiers::SHIFT, "cut");
        }
    }

    #[test]
    fn modifiers_are_let_go_with_the_focus() {
        let mut input = input(1.0, 1.0);
        let event = KeyboardEvent {
            modifiers: Modifiers::SHIFT,
            ..KeyboardEvent::key_down(NamedKey::Shift, Code::ShiftLeft)
        };
        input.keyboard(&event, &mut Clipboard::default());
        assert!(input.held().shift);
        assert!(input.window(&WindowEvent::Unfocused));
        assert!(!input.held().shift);
        assert!(!input.take(0.0).focused);
    }
}
