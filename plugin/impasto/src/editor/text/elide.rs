//! Names that are too long for their place: shortened between graphemes, never within
//! one, and never so that the ending of a file is lost.

use unicode_segmentation::UnicodeSegmentation as _;

/// Which part of a text says most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keep {
    /// Its beginning: titles, names of people, sentences.
    Start,
    /// Its beginning and the ending of the file: file names.
    Ending,
}

/// The longest ending that is taken for a file's kind, in graphemes, its dot included.
const ENDING: usize = 9;

/// `text` shortened until it `fits`, with an ellipsis where something was left out. What
/// `fits` is asked is in the order of reading. At least the ellipsis is left.
pub fn elide(text: &str, keep: Keep, mut fits: impl FnMut(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let ending = match keep {
        Keep::Start => "",
        Keep::Ending => ending(text),
    };
    let stem = &text[..text.len() - ending.len()];
    let ends: Vec<usize> = stem
        .grapheme_indices(true)
        .map(|(start, _)| start)
        .collect();
    let shortened = |kept: usize, ending: &str| {
        // No blank in front of the ellipsis.
        let start = stem[..ends[kept]].trim_end();
        format!("{start}\u{2026}{ending}")
    };
    // The narrower the shorter: the longest that fits is found by halving.
    let mut longest = |ending: &str| {
        let (mut some, mut most) = (None, ends.len());
        let mut least = 0;
        while least < most {
            let kept = usize::midpoint(least, most);
            let shorter = shortened(kept, ending);
            if fits(&shorter) {
                (some, least) = (Some((kept, shorter)), kept + 1);
            } else {
                most = kept;
            }
        }
        some
    };
    // An ending with nothing in front of it says less than a beginning.
    let kept = longest(ending).filter(|(kept, _)| *kept > 0 || ending.is_empty());
    kept.or_else(|| longest(""))
        .map_or_else(|| "\u{2026}".to_owned(), |(_, shortened)| shortened)
}

/// The ending of a file name with its dot; empty where it has none.
fn ending(name: &str) -> &str {
    let Some(dot) = name.rfind('.').filter(|dot| *dot > 0) else {
        return "";
    };
    let ending = &name[dot..];
    let kind = ending.graphemes(true).count();
    match (2..=ENDING).contains(&kind) && !ending.contains(' ') {
        true => ending,
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elided to at most `most` graphemes.
    fn to(most: usize, text: &str, keep: Keep) -> String {
        elide(text, keep, |text| text.graphemes(true).count() <= most)
    }

    #[test]
    fn the_longest_beginning_that_fits_is_kept() {
        assert_eq!(to(20, "Silvan Sanctuary", Keep::Start), "Silvan Sanctuary");
        assert_eq!(to(10, "Silvan Sanctuary", Keep::Start), "Silvan Sa\u{2026}");
        // No blank before the ellipsis.
        assert_eq!(to(8, "Silvan Sanctuary", Keep::Start), "Silvan\u{2026}");
        assert_eq!(to(1, "Silvan Sanctuary", Keep::Start), "\u{2026}");
        assert_eq!(to(0, "Silvan Sanctuary", Keep::Start), "\u{2026}");
    }

    #[test]
    fn a_file_keeps_its_ending() {
        assert_eq!(
            to(12, "a very long name indeed.flac", Keep::Ending),
            "a very\u{2026}.flac"
        );
        assert_eq!(
            to(
                9,
                "\u{97f3}\u{697d}\u{306e}\u{7d75}\u{672c}\u{4e00}.wav",
                Keep::Ending
            ),
            "\u{97f3}\u{697d}\u{306e}\u{7d75}\u{2026}.wav"
        );
        // What is no ending is not kept, and a hidden file has none.
        assert_eq!(to(6, "No. 2 in E flat", Keep::Ending), "No. 2\u{2026}");
        assert_eq!(to(5, ".configuration", Keep::Ending), ".con\u{2026}");
        assert_eq!(to(5, "name.averylongending", Keep::Ending), "name\u{2026}");
        // Where only the ending would be left, the beginning says more.
        assert_eq!(to(5, "night.flac", Keep::Ending), "nigh\u{2026}");
    }

    #[test]
    fn what_is_read_as_one_is_never_cut() {
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        let text = format!("{family}{family}{family}{family}");
        assert_eq!(
            to(3, &text, Keep::Start),
            format!("{family}{family}\u{2026}")
        );
        let marked = "e\u{301}".repeat(5);
        assert_eq!(to(2, &marked, Keep::Start), "e\u{301}\u{2026}");
    }
}
