//! The keys that do something wherever the keyboard is, but in a text that is typed.

use egui::{Context, Event, Key, Modifiers};

use super::pages::Page;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Freeze, or let go.
    Freeze,
    /// Take back the last change of parameters.
    Undo,
    /// Do it again.
    Redo,
    /// Show a page.
    Show(Page),
}

/// What `key` does with `modifiers` held; the window asks too, as all other keys are the
/// host's.
pub fn of(key: Key, modifiers: Modifiers) -> Option<Shortcut> {
    const NUMBERS: [Key; Page::ALL.len()] = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
    ];
    if modifiers.is_none() {
        return (key == Key::F).then_some(Shortcut::Freeze);
    }
    if !modifiers.command || modifiers.alt {
        return None;
    }
    match (key, modifiers.shift) {
        (Key::Z, false) => Some(Shortcut::Undo),
        (Key::Z, true) | (Key::Y, false) => Some(Shortcut::Redo),
        (key, false) => {
            let place = NUMBERS.iter().position(|&number| number == key)?;
            Some(Shortcut::Show(Page::ALL[place]))
        }
        (_, true) => None,
    }
}

/// Takes this frame's shortcuts out of its events. While a text is typed there are none.
pub fn take(ctx: &Context) -> Vec<Shortcut> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let mut taken = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                repeat: false,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            let shortcut = of(*key, *modifiers);
            taken.extend(shortcut);
            shortcut.is_none()
        });
    });
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_host_stay_the_hosts() {
        for (key, modifiers, expected) in [
            (Key::F, Modifiers::NONE, Some(Shortcut::Freeze)),
            (Key::F, Modifiers::SHIFT, None),
            (Key::Z, Modifiers::COMMAND, Some(Shortcut::Undo)),
            (Key::Z, Modifiers::NONE, None),
            (
                Key::Num2,
                Modifiers::COMMAND,
                Some(Shortcut::Show(Page::Library)),
            ),
            (Key::Num7, Modifiers::COMMAND, None),
            (Key::Space, Modifiers::NONE, None),
            (Key::S, Modifiers::COMMAND, None),
        ] {
            assert_eq!(of(key, modifiers), expected, "{key:?} {modifiers:?}");
        }
        let again = Modifiers::COMMAND | Modifiers::SHIFT;
        assert_eq!(of(Key::Z, again), Some(Shortcut::Redo));
    }
}
