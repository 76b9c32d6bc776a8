//! The order in which the pieces of a line stand on the screen.
//!
//! The toolkit shapes the letters of a run (it joins Arabic ones and sets right-to-left
//! ones from the right), but it puts runs beside each other in the order of the text, and
//! takes the direction of a run from its first letter. So a line is cut here into pieces
//! of one direction each (Unicode Standard Annex 9), and each is laid out by itself.

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use unicode_segmentation::UnicodeSegmentation as _;

/// Whether `text` has anything that is not written from left to right.
pub fn is_mixed(text: &str) -> bool {
    // All such scripts lie above this.
    text.chars()
        .any(|character| character >= '\u{590}' && is_from_right(character))
}

/// Which side a line begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// As its first letter does: names.
    AsItIs,
    /// At the left: sentences of Impasto's own that may have names in them.
    Left,
}

/// Around a name within a line: its order is then its own, and that of the line is not
/// changed by it (first strong isolate, and its end).
pub const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// The pieces of one line from left to right on the screen, letters within a piece in the
/// order in which they are read. `text` has no line ends.
pub fn pieces(text: &str, begins: Begins) -> Vec<String> {
    if !is_mixed(text) {
        return vec![text.replace(ISOLATE, "")];
    }
    let base = match begins {
        Begins::AsItIs => None,
        Begins::Left => Some(Level::ltr()),
    };
    let info = BidiInfo::new(text, base);
    let mut line = Line::default();
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let level = levels.get(run.start).copied().unwrap_or(Level::ltr());
            let part = &text[run];
            match level.is_rtl() {
                true => line.add_from_right(part),
                false => line.add_from_left(part),
            }
        }
    }
    line.pieces
}

fn is_from_right(character: char) -> bool {
    matches!(
        bidi_class(character),
        BidiClass::R | BidiClass::AL | BidiClass::AN
    )
}

#[derive(Default)]
struct Line {
    pieces: Vec<String>,
    /// The last piece has nothing that is shaped from the right and may go on.
    open: bool,
}

impl Line {
    /// What is read from left to right: words of other scripts, and numbers.
    fn add_from_left(&mut self, text: &str) {
        for grapheme in text.graphemes(true) {
            // The shaper would turn round digits that belong to a script that it knows to
            // be written from the right, so each of them is a piece.
            let digit = grapheme.chars().any(|digit| digit >= '\u{590}')
                && grapheme
                    .chars()
                    .any(|digit| matches!(bidi_class(digit), BidiClass::AN | BidiClass::EN));
            self.add(grapheme, !digit);
        }
    }

    /// What is read from right to left. Words are shaped whole; what stands between them
    /// has no direction of its own, may come from another typeface, and is turned here.
    fn add_from_right(&mut self, text: &str) {
        let mut groups: Vec<(bool, String)> = Vec::new();
        for grapheme in text.graphemes(true) {
            let letter = grapheme.chars().next().is_some_and(is_from_right);
            match groups.last_mut() {
                Some((true, word)) if letter => word.push_str(grapheme),
                _ if letter => groups.push((true, grapheme.to_owned())),
                _ => groups.push((false, mirrored(grapheme))),
            }
        }
        for (word, group) in groups.iter().rev() {
            self.add(group, !word);
        }
    }

    fn add(&mut self, text: &str, open: bool) {
        if text.starts_with(ISOLATE) {
            return;
        }
        match self.pieces.last_mut() {
            Some(last) if self.open && open => last.push_str(text),
            _ => self.pieces.push(text.to_owned()),
        }
        self.open = open;
    }
}

/// A bracket as it looks where one reads from the right.
fn mirrored(grapheme: &str) -> String {
    const PAIRS: [(&str, &str); 10] = [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("<", ">"),
        ("\u{ab}", "\u{bb}"),
        ("\u{2039}", "\u{203a}"),
        ("\u{2264}", "\u{2265}"),
        ("\u{300c}", "\u{300d}"),
        ("\u{3010}", "\u{3011}"),
        ("\u{2329}", "\u{232a}"),
    ];
    let turned = PAIRS.iter().find_map(|(left, right)| match grapheme {
        _ if grapheme == *left => Some(*right),
        _ if grapheme == *right => Some(*left),
        _ => None,
    });
    turned.unwrap_or(grapheme).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        super::pieces(text, Begins::AsItIs)
    }

    // Shalom, olam; marhaban (with the ligature of lam and alef in salaam).
    const SHALOM: &str = "\u{5e9}\u{5dc}\u{5d5}\u{5dd}";
    const OLAM: &str = "\u{5e2}\u{5d5}\u{5dc}\u{5dd}";
    const SALAAM: &str = "\u{633}\u{644}\u{627}\u{645}";

    #[test]
    fn what_runs_from_left_to_right_is_one_piece() {
        for text in [
            "",
            "Nocturne No. 2",
            "\u{97f3}\u{697d} (live) 3",
            "\u{1f3b5}",
        ] {
            assert!(!is_mixed(text));
            assert_eq!(pieces(text), [text]);
        }
    }

    #[test]
    fn words_from_the_right_stand_from_the_right() {
        assert_eq!(
            pieces(&format!("{SHALOM} {OLAM}")),
            [OLAM, " ", SHALOM],
            "the first word is the rightmost"
        );
        assert_eq!(
            pieces(&format!("Song {SHALOM} {OLAM} live")),
            ["Song ", OLAM, " ", SHALOM, " live"]
        );
        // A line that begins from the right stands from the right as a whole.
        assert_eq!(pieces(&format!("{SALAAM} remix")), ["remix ", SALAAM]);
    }

    #[test]
    fn numbers_keep_their_order_and_brackets_turn() {
        assert_eq!(pieces(&format!("{SHALOM} 123")), ["123 ", SHALOM]);
        assert_eq!(
            pieces(&format!("{SHALOM} ({OLAM})")),
            ["(", OLAM, ") ", SHALOM]
        );
        assert_eq!(
            pieces(&format!("07 {SHALOM}.flac")),
            ["flac.", SHALOM, " 07"],
            "the first letter decides the line"
        );
        assert_eq!(
            pieces(&format!("A - {SHALOM}.flac")),
            ["A - ", SHALOM, ".flac"]
        );
        // Arabic-Indic digits: one piece each, most significant first.
        let digits = "\u{661}\u{662}\u{663}";
        assert_eq!(
            pieces(&format!("{SALAAM} {digits}")),
            ["\u{661}", "\u{662}", "\u{663}", " ", SALAAM]
        );
        let persian = "\u{6f1}\u{6f2}";
        assert_eq!(
            pieces(&format!("{SALAAM} {persian}")),
            ["\u{6f1}", "\u{6f2}", " ", SALAAM]
        );
    }

    #[test]
    fn a_name_within_a_line_leaves_the_line_its_order() {
        let line = format!("\u{2068}{SALAAM} 2\u{2069} - at 0:20");
        assert_eq!(pieces(&line), ["2 ", SALAAM, " - at 0:20"]);
        let sentence = format!("{SALAAM}: cannot be read");
        assert_eq!(pieces(&sentence), ["cannot be read :", SALAAM]);
        let left = super::pieces(&sentence, Begins::Left);
        assert_eq!(left, [SALAAM, ": cannot be read"]);
    }

    #[test]
    fn nothing_is_lost_and_nothing_is_added() {
        let samples = [
            format!("a{SHALOM}b{SALAAM}c 12 {OLAM}."),
            format!("{SALAAM}\u{64e}\u{651} [{SHALOM}] \u{661}\u{662}%"),
            "\u{5d0}".to_owned(),
            format!("({SHALOM}"),
        ];
        for text in samples {
            let sorted = |text: &str| {
                let mut all: Vec<char> = text.replace(['(', ')', '[', ']'], "b").chars().collect();
                all.sort_unstable();
                all
            };
            assert_eq!(sorted(&pieces(&text).concat()), sorted(&text), "{text:?}");
        }
    }
}
