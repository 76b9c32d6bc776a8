//! Whether a route works, in a card's corner, and why not, below it.

use egui::{RichText, Ui};
use outputs::network::{Received, RouteState, Sent};

use crate::editor::{format, theme, widgets};

/// What a card's corner says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not asked for.
    Off,
    /// It works; what it does.
    On(String),
    /// It does not.
    Failed,
}

impl State {
    /// Of a route over the network that has done `counts`.
    pub fn of(state: &RouteState, counts: String) -> Self {
        match state {
            RouteState::Off => Self::Off,
            RouteState::On => Self::On(counts),
            RouteState::Failed { .. } => Self::Failed,
        }
    }
}

/// Drawn from the right.
pub fn state_ui(ui: &mut Ui, state: &State) {
    let (text, color) = match state {
        State::Off => ("off", theme::WEAK),
        State::On(what) => (what.as_str(), theme::TEXT),
        State::Failed => ("does not work", theme::ALERT),
    };
    let text = RichText::new(text).font(theme::small_font()).color(color);
    widgets::line(ui, text);
    if *state == State::Failed {
        widgets::alert_mark(ui);
    } else {
        widgets::lamp(ui, *state != State::Off, theme::AMBER);
    }
}

/// Why a route does not work, if it does not.
pub fn reason_ui(ui: &mut Ui, state: &RouteState) {
    if let RouteState::Failed { reason } = state {
        widgets::alert(ui, reason);
    }
}

/// What a route out has done.
pub fn sent(counts: &Sent) -> String {
    let mut text = format!("on: {} sent", number(counts.sent));
    if counts.dropped > 0 {
        text += &format!(", {} dropped", number(counts.dropped));
    }
    text
}

/// What came in and became of it; what did not happen is left out.
pub fn received(counts: &Received) -> String {
    let mut text = format!(
        "on: {} received, {} obeyed",
        number(counts.received),
        number(counts.obeyed)
    );
    for (count, what) in [
        (counts.ignored, "ignored"),
        (counts.malformed, "malformed"),
        (counts.refused, "refused"),
        (counts.limited, "too many"),
    ] {
        if count > 0 {
            text += &format!(", {} {what}", number(count));
        }
    }
    text
}

fn number(count: u64) -> String {
    format::count(usize::try_from(count).unwrap_or(usize::MAX))
}
