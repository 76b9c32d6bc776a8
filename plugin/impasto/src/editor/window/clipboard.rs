//! Text to and from the system's clipboard.

use nice_plug::debug::nice_warn;

/// The clipboard, opened when it is first used: on X11 it is a connection and a thread,
/// which most windows never need. The thread is joined when this is dropped.
#[derive(Default)]
pub struct Clipboard(Option<arboard::Clipboard>);

impl Clipboard {
    fn open(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.0.is_none() {
            match arboard::Clipboard::new() {
                Ok(clipboard) => self.0 = Some(clipboard),
                Err(error) => nice_warn!("no clipboard: {error}"),
            }
        }
        self.0.as_mut()
    }

    /// The text in the clipboard, lines ended by `\n`; none if it holds none.
    pub fn text(&mut self) -> Option<String> {
        let text = self.open()?.get_text().ok()?;
        (!text.is_empty()).then(|| text.replace("\r\n", "\n"))
    }

    /// Puts `text` into the clipboard.
    pub fn set_text(&mut self, text: String) {
        if let Some(clipboard) = self.open()
            && let Err(error) = clipboard.set_text(text)
        {
            nice_warn!("nothing copied: {error}");
        }
    }
}
