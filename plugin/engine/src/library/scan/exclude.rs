//! Which files of the music folder the user does not want.

use std::path::Path;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Where the patterns are kept: one a line.
pub(super) const SETTING: &str = "exclude";

/// Patterns of files that are left out.
#[derive(Debug)]
pub(super) struct Exclusions(GlobSet);

impl Exclusions {
    /// Patterns as in `.gitignore`, without its `!`: `*` stands for anything in one name,
    /// `**` for any number of folders; one without a slash is looked for at any depth, and
    /// a folder's name stands for all that is in it. Case does not count.
    ///
    /// # Errors
    ///
    /// The pattern that cannot be read, and why.
    pub(super) fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, (String, String)> {
        let mut set = GlobSetBuilder::new();
        let patterns = patterns.iter().map(|pattern| pattern.as_ref().trim());
        for pattern in patterns.filter(|pattern| !pattern.is_empty()) {
            let wrong = |error: globset::Error| (pattern.to_owned(), error.kind().to_string());
            let bare = pattern.trim_end_matches('/');
            let place = match bare.strip_prefix('/') {
                Some(from_the_root) => from_the_root.to_owned(),
                None if bare.contains('/') => bare.to_owned(),
                None => format!("**/{bare}"),
            };
            set.add(glob(&place).map_err(wrong)?);
            set.add(glob(&format!("{place}/**")).map_err(wrong)?);
        }
        let built = set.build();
        built
            .map(Self)
            .map_err(|error| (String::new(), error.to_string()))
    }

    /// Whether a file is left out; its path is from the music folder on.
    pub(super) fn contain(&self, relative: &Path) -> bool {
        self.0.is_match(relative)
    }
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .case_insensitive(true)
        .literal_separator(true)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, excluded: &[&str], kept: &[&str]) {
        let exclusions = Exclusions::new(&[pattern]).unwrap();
        for path in excluded {
            assert!(
                exclusions.contain(Path::new(path)),
                "{pattern} keeps {path}"
            );
        }
        for path in kept {
            assert!(
                !exclusions.contain(Path::new(path)),
                "{pattern} takes {path}"
            );
        }
    }

    #[test]
    fn patterns() {
        check("*.mp3", &["a.mp3", "x/y/b.MP3"], &["a.wav", "mp3/a.wav"]);
        check(
            "Voice Memos",
            &["voice memos/a.wav", "x/Voice Memos/y/b.wav"],
            &["a.wav"],
        );
        check(
            "Voice Memos/",
            &["Voice Memos/a.wav"],
            &["Voice Memos 2/a.wav"],
        );
        check("/demos", &["demos/a.wav"], &["x/demos/a.wav"]);
        check("x/*.wav", &["x/a.wav"], &["x/y/a.wav", "z/x/a.wav"]);
        check(
            "**/take?.wav",
            &["take1.wav", "x/take2.wav"],
            &["take10.wav"],
        );
        check("  ", &[], &["a.wav", " "]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let (pattern, reason) = Exclusions::new(&["*.mp3", "a[b"]).unwrap_err();
        assert_eq!(pattern, "a[b");
        assert!(!reason.is_empty());
    }
}
