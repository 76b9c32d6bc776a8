//! What the window shows, by names and places, for a program that works it as a person
//! does.

use serde::Serialize;

/// Set to anything, it lets the window tell its widgets through `impasto.snapshot/1`.
/// Read when the window opens: unset, nothing is gathered.
pub const WIDGETS_VARIABLE: &str = "IMPASTO_WIDGETS";

/// A widget of the frame laid out last, as it is told to a screen reader.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Widget {
    /// As AccessKit calls it.
    pub role: String,
    /// Its accessible name; empty where it has none.
    pub name: String,
    /// The text in it, where it holds one.
    pub value: String,
    /// Left, top, right, bottom, in pixels of the window.
    pub rect: [f64; 4],
    /// Whether it can be used.
    pub enabled: bool,
    /// Whether it has the keyboard.
    pub focused: bool,
}
