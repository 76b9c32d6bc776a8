//! Numbers, times and names as the editor writes them. Pure.

use std::path::{Component, Path, PathBuf};

use engine::units::Seconds;

use crate::view::CacheStatus;

/// Written where a value is not known.
pub const UNKNOWN: &str = "\u{2013}";

/// A time in a track: `m:ss`, from one hour on `h:mm:ss`; rounded down, as clocks are.
pub fn clock(time: Seconds) -> String {
    let seconds = time.0.max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// How long ago something was, in the coarsest unit that still says something.
pub fn ago(elapsed: Seconds) -> String {
    let seconds = elapsed.0.max(0.0) as u64;
    match seconds {
        0 => "now".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// An estimate of the time left, no more exact than it can be.
pub fn time_left(eta: Option<Seconds>) -> String {
    let Some(Seconds(seconds)) = eta.filter(|eta| eta.0.is_finite()) else {
        return "estimating the time left".to_owned();
    };
    let minutes = (seconds / 60.0).round() as u64;
    if seconds < 10.0 {
        "a few seconds left".to_owned()
    } else if seconds < 55.0 {
        format!("about {} s left", (seconds / 5.0).round() as u64 * 5)
    } else if minutes < 60 {
        format!("about {} min left", minutes.max(1))
    } else {
        format!("about {} h {:02} min left", minutes / 60, minutes % 60)
    }
}

/// A level in dBFS; the floor of the meters is written as silence.
pub fn level_db(db: f32) -> String {
    if db.is_nan() || db <= -99.5 {
        return "silent".to_owned();
    }
    decimal(db, 1).map_or_else(|| UNKNOWN.to_owned(), |number| format!("{number} dB"))
}

/// A value in 0..=1 with two decimals; what is no number is unknown.
pub fn unit_value(value: f32) -> String {
    decimal(value, 2).unwrap_or_else(|| UNKNOWN.to_owned())
}

/// A number with `places` decimals: never a negative zero, and with a true minus sign,
/// which is as wide as a digit, so that the number does not jump. `None` for what is no
/// number, or has no end.
fn decimal(value: f32, places: usize) -> Option<String> {
    let text = format!("{value:.places$}");
    let zero = text.chars().all(|digit| matches!(digit, '-' | '0' | '.'));
    let text = match text.strip_prefix('-') {
        Some(positive) if zero => positive.to_owned(),
        Some(positive) => format!("\u{2212}{positive}"),
        None => text,
    };
    value.is_finite().then_some(text)
}

/// A number with its thousands set apart.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `number` with its noun: `1 track`, `2,345 tracks`.
pub fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// Which drives are away, what is lost by it and what to do; `None` if all are there.
pub fn drives_away(cache: &CacheStatus, home: Option<&Path>) -> Option<String> {
    let first = cache.offline.first()?;
    let others = match cache.offline.len() - 1 {
        0 => String::new(),
        others => format!(" and {}", counted(others, "other folder")),
    };
    let folder = folder(&first.folder, home);
    let (what, remedy) = if first.hanging {
        ("does not answer", "Wake or connect its drive")
    } else {
        ("is not there", "Connect its drive")
    };
    let lost = match cache.lost {
        0 => "all that belongs to this painting can be played from memory".to_owned(),
        lost => {
            let (lost, pool) = (count(lost), counted(cache.pool, "chunk"));
            format!("{lost} of {pool} of this painting can't be played")
        }
    };
    Some(format!("{folder}{others} {what}: {lost}. {remedy}"))
}

/// The last part of `path`, or all of it where it has none (`/`).
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// `path` with the home folder written as `~`.
pub fn folder(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display()),
        None => path.display().to_string(),
    }
}

/// Shortens `text`, a path, from its front until it `fits`: the end of a path says most.
/// At least the last part is kept, whether it fits or not.
pub fn elide_path(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let parts: Vec<&str> = text.split(['/', '\\']).collect();
    let separator = std::path::MAIN_SEPARATOR_STR;
    (1..parts.len())
        .map(|from| format!("\u{2026}{separator}{}", parts[from..].join(separator)))
        .find(|shorter| fits(shorter))
        .unwrap_or_else(|| parts.last().copied().unwrap_or(text).to_owned())
}

/// A path as a person types or pastes it: quotes and blanks around it, `file://` and
/// its percent signs, and a leading `~` are understood. `None` if nothing is left, or
/// if it is not absolute in the end: the host's working folder means nothing to a user.
pub fn typed_path(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    // What is pasted from a file manager may name several files: the first is meant.
    let line = text.trim().lines().next()?.trim();
    let line = line
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| {
            line.strip_prefix('\'')
                .and_then(|rest| rest.strip_suffix('\''))
        })
        .unwrap_or(line);
    let line = match line.strip_prefix("file://") {
        Some(address) => percent_decoded(address),
        None => line.to_owned(),
    };
    let path = match line.strip_prefix('~') {
        Some("") => home?.to_owned(),
        Some(rest) if rest.starts_with(['/', '\\']) => home?.join(&rest[1..]),
        _ => PathBuf::from(&line),
    };
    path.is_absolute().then(|| normalized(&path))
}

/// Without `.` and `..`, by the names alone.
fn normalized(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// `%41` → `A`; what is no such triple stays as it is.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::OfflineFolder;

    #[test]
    fn times_read_as_clocks_and_as_estimates() {
        let clocks = [
            (0.0, "0:00"),
            (59.9, "0:59"),
            (61.0, "1:01"),
            (3600.0, "1:00:00"),
            (-3.0, "0:00"),
            (-0.0, "0:00"),
            (f64::NAN, "0:00"),
            (359_999.0, "99:59:59"),
            (1e7, "2777:46:40"),
        ];
        for (seconds, text) in clocks {
            assert_eq!(clock(Seconds(seconds)), text);
        }
        let ages = [
            (0.4, "now"),
            (1.0, "1 s"),
            (59.9, "59 s"),
            (60.0, "1 min"),
            (7300.0, "2 h"),
            (f64::NAN, "now"),
            (-1.0, "now"),
        ];
        for (seconds, text) in ages {
            assert_eq!(ago(Seconds(seconds)), text);
        }
        let estimates = [
            (Some(3.0), "a few seconds left"),
            (Some(41.0), "about 40 s left"),
            (Some(57.0), "about 1 min left"),
            (Some(3599.0), "about 1 h 00 min left"),
            (Some(8100.0), "about 2 h 15 min left"),
            (Some(f64::INFINITY), "estimating the time left"),
            (Some(f64::NAN), "estimating the time left"),
            (Some(1e6), "about 277 h 47 min left"),
            (None, "estimating the time left"),
        ];
        for (seconds, text) in estimates {
            assert_eq!(time_left(seconds.map(Seconds)), text);
        }
    }

    #[test]
    fn drives_that_are_away_are_named_with_what_to_do() {
        let away = |folder: &str, hanging| OfflineFolder {
            folder: folder.into(),
            hanging,
        };
        let mut cache = CacheStatus {
            pool: 1_234,
            lost: 1_001,
            ..CacheStatus::default()
        };
        assert_eq!(drives_away(&cache, None), None);
        cache.offline.push(away("/media/usb", false));
        assert_eq!(
            drives_away(&cache, None).as_deref(),
            Some(
                "/media/usb is not there: 1,001 of 1,234 chunks of this painting can't be \
                 played. Connect its drive"
            )
        );
        cache.offline.insert(0, away("/home/ada/nas", true));
        cache.lost = 0;
        assert_eq!(
            drives_away(&cache, Some(Path::new("/home/ada"))).as_deref(),
            Some(
                "~/nas and 1 other folder does not answer: all that belongs to this painting \
                 can be played from memory. Wake or connect its drive"
            )
        );
    }

    #[test]
    fn levels_and_counts() {
        assert_eq!(level_db(-100.0), "silent");
        assert_eq!(level_db(f32::NAN), "silent");
        assert_eq!(level_db(-12.34), "\u{2212}12.3 dB");
        assert_eq!(level_db(0.0), "0.0 dB");
        assert_eq!(level_db(-0.04), "0.0 dB");
        assert_eq!(level_db(-0.0), "0.0 dB");
        assert_eq!(level_db(f32::INFINITY), UNKNOWN);
        assert_eq!(level_db(f32::NEG_INFINITY), "silent");
        assert_eq!(level_db(1e9), "1000000000.0 dB");
        for (value, text) in [
            (0.826, "0.83"),
            (-0.0, "0.00"),
            (-0.004, "0.00"),
            (-0.03, "\u{2212}0.03"),
            (0.994, "0.99"),
            (0.999, "1.00"),
            (f32::NAN, UNKNOWN),
            (f32::INFINITY, UNKNOWN),
            (f32::NEG_INFINITY, UNKNOWN),
            (f32::MIN_POSITIVE, "0.00"),
        ] {
            assert_eq!(unit_value(value), text);
        }
        assert_eq!(count(usize::MAX), "18,446,744,073,709,551,615");
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "track"), "1 track");
        assert_eq!(counted(0, "track"), "0 tracks");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_typed_or_pasted_becomes_a_path() {
        let home = Some(Path::new("/home/ada"));
        let cases = [
            ("/a/b.png", Some("/a/b.png")),
            ("  '/a b/c.png' \n", Some("/a b/c.png")),
            ("\"/a/b\"", Some("/a/b")),
            ("~", Some("/home/ada")),
            ("~/Music", Some("/home/ada/Music")),
            ("file:///a/b%20c.png\nfile:///d", Some("/a/b c.png")),
            ("file:///a/100%/\u{00e4}.png", Some("/a/100%/\u{00e4}.png")),
            ("/a/./b/../c", Some("/a/c")),
            ("~ada/Music", None),
            ("relative/x.png", None),
            ("", None),
            ("   ", None),
        ];
        for (typed, path) in cases {
            assert_eq!(
                typed_path(typed, home),
                path.map(PathBuf::from),
                "{typed:?}"
            );
        }
        assert_eq!(typed_path("~/Music", None), None);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_written_short_and_elided_from_the_front() {
        let home = Some(Path::new("/home/ada"));
        assert_eq!(folder(Path::new("/home/ada"), home), "~");
        assert_eq!(folder(Path::new("/home/ada/Music"), home), "~/Music");
        assert_eq!(folder(Path::new("/mnt/x"), home), "/mnt/x");
        let path = "/very/long/way/to/音楽/\u{1f3b5}";
        assert_eq!(elide_path(path, |_| true), path);
        assert_eq!(
            elide_path(path, |text| text.chars().count() <= 8),
            "\u{2026}/音楽/\u{1f3b5}"
        );
        assert_eq!(elide_path(path, |_| false), "\u{1f3b5}");
        assert_eq!(file_name(Path::new("/")), "/");
        assert_eq!(file_name(Path::new("/a/b.png")), "b.png");
    }
}
