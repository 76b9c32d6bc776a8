//! Names in any script, and names that play tricks, as they are drawn and read out.

use egui::text::TextFormat;
use egui::{Color32, FontId};
use impasto::editor::text::{self, Keep, SystemFonts, clean};

use super::support::harness_with_fonts;
use super::support::names::{NAMES, scripts};
use super::*;

/// Lets fonts be found, and draws with them.
fn settle(desk: &mut Harness<'_, Desk>) {
    // Fonts are found within a second; a busy machine gets thirty.
    for _ in 0..3000 {
        desk.run_steps(3);
        if !fonts(desk).is_seeking() {
            desk.run_steps(2);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("fonts are still being looked for");
}

fn fonts(desk: &Harness<'_, Desk>) -> std::sync::Arc<SystemFonts> {
    SystemFonts::of(&desk.ctx).expect("installed")
}

/// The letters of `text` from left to right, as they are drawn in `width` points.
fn drawn(text: &str, width: f32) -> String {
    let desk = harness_with_fonts(Desk::new(View::default()), SIZE);
    let mut letters = String::new();
    let mut output = desk.ctx.run_ui(egui::RawInput::default(), |ui| {
        let format = TextFormat::simple(FontId::proportional(14.0), Color32::WHITE);
        let galley = text::galley(ui, text, Keep::Ending, width, &format);
        assert!(galley.size().x <= width, "{text:?}");
        let glyphs = galley.rows.iter().flat_map(|row| &row.glyphs);
        // The toolkit has one glyph for each letter and more: after a word from the right
        // come some that have no width and are not drawn.
        let seen = glyphs.filter(|glyph| !text::is_mixed(text) || glyph.advance_width > 0.0);
        letters = seen.map(|glyph| glyph.chr).collect();
    });
    // Nobody paints this frame.
    output.textures_delta.clear();
    letters
}

#[test]
fn right_to_left_words_are_drawn_from_the_right() {
    let wide = f32::INFINITY;
    assert_eq!(drawn("plain 12", wide), "plain 12");
    // Shalom olam: the last letter is the leftmost.
    assert_eq!(
        drawn("\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5e2}\u{5d5}\u{5dc}", wide),
        "\u{5dc}\u{5d5}\u{5e2} \u{5dd}\u{5d5}\u{5dc}\u{5e9}"
    );
    assert_eq!(
        drawn("Live (\u{5ea}\u{5dc} \u{5d0}\u{5d1}), 1998", wide),
        "Live (\u{5d1}\u{5d0} \u{5dc}\u{5ea}), 1998"
    );
    // A number keeps its order within.
    assert_eq!(drawn("\u{5d0}\u{5d1} 123", wide), "123 \u{5d1}\u{5d0}");
    assert_eq!(
        drawn("\u{628}\u{62d}\u{631} \u{661}\u{662}", wide),
        "\u{661}\u{662} \u{631}\u{62d}\u{628}"
    );
}

#[test]
fn overrides_have_no_power() {
    assert_eq!(drawn("photo\u{202e}gnp.exe", f32::INFINITY), "photognp.exe");
    assert_eq!(drawn("a\u{2067}b\u{2069}c", f32::INFINITY), "abc");
}

#[test]
fn what_is_too_long_is_measured_by_its_own_width() {
    // Twice as wide as Latin letters: fewer of them fit.
    let wide = drawn(&format!("{}.flac", "\u{591c}".repeat(60)), 150.0);
    let narrow = drawn(&format!("{}.flac", "n".repeat(60)), 150.0);
    for text in [&wide, &narrow] {
        assert!(text.ends_with("\u{2026}.flac"), "{text}");
    }
    assert!(narrow.chars().count() > 15, "{narrow}");
    // The end of a name from the right is at its left.
    let right = drawn(
        &format!("{} \u{5d6}", "\u{5d0}\u{5d1}\u{5d2}".repeat(40)),
        120.0,
    );
    assert!(
        right.starts_with('\u{2026}') && right.ends_with('\u{5d0}'),
        "{right}"
    );
}

#[test]
fn every_letter_is_drawn_or_its_script_is_named() {
    for first in 0..NAMES.len() {
        let mut desk = harness_with_fonts(Desk::new(scripts(first)), SIZE);
        settle(&mut desk);
        let (lacking, in_use) = (fonts(&desk).lacking(), fonts(&desk).in_use());
        let text = written(&desk);
        if !lacking.is_empty() {
            assert!(text.contains("No font for"), "{lacking:?}: {text}");
        }
        assert!(
            !in_use.is_empty() || !lacking.is_empty(),
            "somebody was asked"
        );
        assert!(!text.contains(['\u{202e}', '\u{7}', '\u{1b}']), "{text}");
    }
}

#[test]
fn screen_readers_get_the_order_of_reading() {
    let mut view = scripts(0);
    let name = "Live (\u{5ea}\u{5dc} \u{5d0}\u{5d1}\u{5d9}\u{5d1})\u{202e}.png";
    if let impasto::view::PaintingState::Ready { name: shown, .. } = &mut view.painting {
        *shown = name.to_owned();
    }
    let mut desk = harness_with_fonts(Desk::new(view), SIZE);
    settle(&mut desk);
    let harmless = clean(name);
    assert!(desk.query_by_value(&harmless).is_some() || desk.query_by_label(&harmless).is_some());
}

#[test]
fn a_window_without_foreign_names_asks_for_no_font() {
    let mut desk = harness_with_fonts(Desk::new(states::playing()), SIZE);
    desk.run_steps(5);
    assert!(!fonts(&desk).is_seeking());
    assert!(fonts(&desk).in_use().is_empty() && fonts(&desk).lacking().is_empty());
}
