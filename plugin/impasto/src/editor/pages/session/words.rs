//! What happened, in words.

use engine::units::Seconds;

use crate::editor::format;
use crate::view::{Event, HostTime, SessionRow};

/// What happened, and what there is to say of it.
pub(super) fn of(event: &Event) -> (String, String) {
    match event {
        Event::Stroke { strength, length } => (
            "Stroke".to_owned(),
            format!(
                "strength {}  \u{00b7}  {length:.2} s",
                format::unit_value(*strength)
            ),
        ),
        Event::Snippet(snippet) => {
            let mut about = format!("at {}", format::clock(Seconds(snippet.start)));
            if let Some(distance) = snippet.distance {
                about.push_str(&format!(
                    "  \u{00b7}  \u{0394} {}",
                    format::unit_value(distance)
                ));
            }
            if let Some(score) = snippet.score {
                about.push_str(&format!("  \u{00b7}  score {}", format::unit_value(score)));
            }
            (snippet.title.clone(), about)
        }
        Event::Painting { name, .. } => named("Painting", name.as_deref(), "none"),
        Event::Library { path } => named("Library", path.as_deref(), "none"),
        Event::Head { name, .. } => named("Head", name.as_deref(), "shipped"),
        Event::Freeze { on: true } => ("Freeze".to_owned(), "held".to_owned()),
        Event::Freeze { on: false } => ("Freeze".to_owned(), "let go".to_owned()),
        Event::Congruity { value, .. } => {
            let value = value.map_or(format::UNKNOWN.to_owned(), format::unit_value);
            ("Congruity".to_owned(), value)
        }
        Event::Audio { rate } => ("Audio".to_owned(), format!("{rate} Hz")),
        Event::Lost { count } => (
            "Not written".to_owned(),
            format::counted(usize::try_from(*count).unwrap_or(usize::MAX), "event"),
        ),
        Event::End => ("End".to_owned(), String::new()),
        Event::Unknown => ("Something".to_owned(), "of a later version".to_owned()),
    }
}

fn named(what: &str, name: Option<&str>, none: &str) -> (String, String) {
    (what.to_owned(), name.unwrap_or(none).to_owned())
}

/// Where in the host's song: its bar and beat if it has them, else its time.
pub(super) fn in_song(host: &HostTime) -> Option<String> {
    if !host.playing {
        return None;
    }
    match (host.bar, host.beat()) {
        (Some(bar), Some(beat)) => Some(format!("bar {bar}, beat {}", beat.floor() as i64)),
        _ => Some(format::clock(Seconds(host.seconds?))),
    }
}

/// For those who hear the page.
pub(super) fn spoken(row: &SessionRow, age: &str) -> String {
    let (what, about) = of(&row.event);
    let song = row.host.as_ref().and_then(in_song);
    let song = song.map_or_else(String::new, |song| format!(", {song}"));
    format!("{what}, {about}{song}, {age}")
}

/// A size of a file.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
