//! Finding tracks by a few letters: case and accents do not count, and a library of any
//! size costs a bounded time a frame.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::view::TrackRow;

/// Tracks that are looked at in one frame: two milliseconds' work.
const PER_FRAME: usize = 20_000;

/// `text` without case and accents: what is searched for and what is searched.
pub fn fold(text: &str) -> String {
    // Most names need no table.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    let lower = plain.flat_map(char::to_lowercase);
    // What has no decomposition and is written so often that one must not have to.
    let mut folded = String::with_capacity(text.len());
    for letter in lower {
        match letter {
            '\u{df}' => folded.push_str("ss"),
            '\u{e6}' => folded.push_str("ae"),
            '\u{153}' => folded.push_str("oe"),
            '\u{f8}' => folded.push('o'),
            '\u{142}' => folded.push('l'),
            '\u{111}' | '\u{f0}' => folded.push('d'),
            '\u{131}' => folded.push('i'),
            letter => folded.push(letter),
        }
    }
    folded
}

/// A search that goes on from frame to frame until it has looked at all tracks.
#[derive(Default)]
pub struct Search {
    /// What is typed.
    pub text: String,
    /// What was searched for, folded, word by word.
    words: Vec<String>,
    tracks: Arc<Vec<TrackRow>>,
    looked: usize,
    found: Arc<Vec<u32>>,
    version: u64,
}

impl Search {
    /// Looks at some more of `tracks`; true when something changed.
    pub fn follow(&mut self, tracks: &Arc<Vec<TrackRow>>) -> bool {
        let folded = fold(&self.text);
        let same = folded.split_whitespace().eq(&self.words);
        if !same || !Arc::ptr_eq(tracks, &self.tracks) {
            self.words = folded.split_whitespace().map(str::to_owned).collect();
            self.tracks = Arc::clone(tracks);
            (self.looked, self.found) = (0, Arc::default());
        } else if self.is_done() {
            return false;
        }
        let next = tracks.len().min(self.looked + PER_FRAME);
        let found = Arc::make_mut(&mut self.found);
        for (place, row) in (self.looked..next).zip(&tracks[self.looked..next]) {
            if self.words.iter().all(|word| row.key.contains(word)) {
                found.push(place as u32);
            }
        }
        self.looked = next;
        self.version += 1;
        true
    }

    /// Whether all tracks were looked at.
    pub fn is_done(&self) -> bool {
        self.looked >= self.tracks.len()
    }

    /// Whether anything is searched for; if not, all tracks are found.
    pub fn is_on(&self) -> bool {
        !self.words.is_empty()
    }

    /// Grows with each change of what is found.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The places of the tracks that were found so far, ascending.
    pub fn found(&self) -> &Arc<Vec<u32>> {
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::units::ChunkId;

    #[test]
    fn case_and_accents_do_not_count() {
        for (text, folded) in [
            ("ABC d", "abc d"),
            ("\u{c9}tude", "etude"),
            ("e\u{301}tude", "etude"),
            ("Stra\u{df}e", "strasse"),
            ("\u{d8}rsted", "orsted"),
            ("\u{130}stanbul", "istanbul"),
            ("\u{141}\u{f3}d\u{17a}", "lodz"),
            ("\u{ff21}\u{fb01}", "afi"),
            (
                "\u{41c}\u{443}\u{437}\u{44b}\u{43a}\u{430}",
                "\u{43c}\u{443}\u{437}\u{44b}\u{43a}\u{430}",
            ),
            ("\u{97f3}\u{697d}", "\u{97f3}\u{697d}"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    fn tracks(n: usize) -> Arc<Vec<TrackRow>> {
        let row = |at: usize| {
            let title = format!("Track {at}");
            TrackRow {
                key: fold(&format!("{title}\n\nfolder/{at}.wav")),
                title,
                artist: String::new(),
                path: format!("/music/folder/{at}.wav").into(),
                place: format!("folder/{at}.wav"),
                chunks: 1,
                first: ChunkId(at as u32),
            }
        };
        Arc::new((0..n).map(row).collect())
    }

    #[test]
    fn all_words_are_found_in_any_order_over_as_many_frames_as_it_takes() {
        let rows = tracks(3 * PER_FRAME + 5);
        let mut search = Search::default();
        assert!(search.follow(&rows) && !search.is_on());
        search.text = " 59999  TR\u{c1}CK ".to_owned();
        let mut frames = 0;
        while search.follow(&rows) {
            frames += 1;
            assert!(frames < 10);
        }
        assert_eq!(frames, 4);
        assert!(search.is_done() && search.is_on());
        assert_eq!(**search.found(), [59_999]);
        search.text = "no such thing".to_owned();
        while search.follow(&rows) {}
        assert!(search.found().is_empty());
        search.text.clear();
        while search.follow(&rows) {}
        assert_eq!(search.found().len(), rows.len());
    }

    #[test]
    fn another_library_is_searched_anew() {
        let mut search = Search {
            text: "track 1".to_owned(),
            ..Search::default()
        };
        search.follow(&tracks(30));
        assert_eq!(search.found().len(), 12, "those with a 1");
        search.follow(&tracks(3));
        assert_eq!(**search.found(), [1]);
    }
}
