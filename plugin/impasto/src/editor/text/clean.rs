//! What a name from outside may do to a line of text: nothing.

use std::borrow::Cow;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_segmentation::UnicodeSegmentation as _;

use super::order::{ISOLATE, is_mixed};

/// Marks that one letter keeps. Every living script gets by with these; more of them
/// grow over the lines above and below.
const MARKS: usize = 4;

/// Stands for a control character, so that a name that holds one is seen to be odd.
pub const ODD: char = '\u{b7}';

/// What is written where a name has nothing that can be seen.
pub const BLANK: &str = "(blank)";

/// `text` without what could change more than its own place: no line ends, no control
/// characters, no overrides of the reading direction, no invisible characters that make
/// two names look the same, and not more marks on a letter than are ever read.
pub fn clean(text: &str) -> Cow<'_, str> {
    cleaned(text, false)
}

/// The same for a line that is made of several texts: the isolates around names stay.
pub(super) fn clean_line(text: &str) -> Cow<'_, str> {
    cleaned(text, true)
}

/// A name for use within a line: clean, and without power over the order of the rest.
pub fn isolate(name: &str) -> Cow<'_, str> {
    let clean = clean(name);
    let [begin, end] = ISOLATE;
    match is_mixed(&clean) {
        true => Cow::Owned(format!("{begin}{clean}{end}")),
        false => clean,
    }
}

fn cleaned(text: &str, isolates: bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return match text.is_empty() || text.bytes().any(|byte| byte != b' ') {
            true => Cow::Borrowed(text),
            false => Cow::Borrowed(BLANK),
        };
    }
    let mut clean = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        // Flags of regions are spelt with characters that are a hiding place elsewhere.
        let flag = grapheme.starts_with('\u{1f3f4}');
        let mut marks = 0;
        for character in grapheme.chars() {
            match class_of(character) {
                Class::Invisible if isolates && ISOLATE.contains(&character) => {
                    clean.push(character);
                }
                Class::Space => clean.push(' '),
                Class::Odd => clean.push(ODD),
                Class::Tag if flag => clean.push(character),
                Class::Invisible | Class::Tag => {}
                Class::Mark => {
                    marks += 1;
                    if marks <= MARKS {
                        clean.push(character);
                    }
                }
                Class::Shown => clean.push(character),
            }
        }
    }
    if clean.trim().is_empty() {
        return Cow::Borrowed(BLANK);
    }
    match clean == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(clean),
    }
}

enum Class {
    Shown,
    Space,
    Odd,
    Invisible,
    Tag,
    Mark,
}

fn class_of(character: char) -> Class {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Space,
        // What joins and parts letters in Arabic, Indic scripts and emoji.
        '\u{200c}' | '\u{200d}' => Class::Shown,
        '\u{e0020}'..='\u{e007f}' => Class::Tag,
        _ => match get_general_category(character) {
            GeneralCategory::Control => Class::Odd,
            // Among these are all overrides, embeddings and isolates.
            GeneralCategory::Format => Class::Invisible,
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => Class::Mark,
            _ => Class::Shown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_stay_as_they_are() {
        let names = [
            "",
            "A Soft Tune.flac",
            "\u{0160}\u{0165}astn\u{fd} v\u{e1}no\u{10d}n\u{ed} \u{10d}as",
            "\u{97f3}\u{697d}\u{306e}\u{7d75}.wav",
            "\u{d55c}\u{ad6d}\u{c74c}\u{c545}",
            "\u{645}\u{648}\u{633}\u{64a}\u{642}\u{649}",
            "\u{5de}\u{5d5}\u{5e1}\u{5d9}\u{5e7}\u{5d4}",
            "\u{e14}\u{e19}\u{e15}\u{e23}\u{e35}",
            "\u{928}\u{92e}\u{938}\u{94d}\u{924}\u{947}",
            // A Persian name needs its non-joiner, a family its joiners.
            "\u{646}\u{645}\u{6cc}\u{200c}\u{62f}\u{627}\u{646}\u{645}",
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{fe0f}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "e\u{301}te\u{301}",
        ];
        for name in names {
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn tricks_are_made_harmless() {
        let cases = [
            // Would read "photoexe.png".
            ("photo\u{202e}gnp.exe", "photognp.exe"),
            ("\u{2067}a\u{2069}b\u{200f}c\u{61c}", "abc"),
            ("two\nlines\r\tand a tab", "two lines  and a tab"),
            ("bell\u{7}and\u{1b}[31mred", "bell\u{b7}and\u{b7}[31mred"),
            ("ze\u{200b}ro\u{feff}\u{ad}\u{2060}", "zero"),
            ("tags\u{e0041}\u{e0042}", "tags"),
            ("\u{202e}\u{200b}", BLANK),
            ("   ", BLANK),
            ("\u{2028}", BLANK),
        ];
        for (name, harmless) in cases {
            assert_eq!(clean(name), harmless, "{name:?}");
        }
        assert_eq!(isolate("plain"), "plain");
        assert_eq!(isolate("\u{5d0}\u{202e}"), "\u{2068}\u{5d0}\u{2069}");
        assert_eq!(clean_line(&isolate("\u{5d0}")), "\u{2068}\u{5d0}\u{2069}");
        let tower = format!("e{}x", "\u{301}".repeat(200));
        assert_eq!(clean(&tower), format!("e{}x", "\u{301}".repeat(MARKS)));
    }
}
