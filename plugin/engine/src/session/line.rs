//! One line of a session's file: a JSON object whose last member, `crc`, is the CRC-32
//! (IEEE) of all before its comma, in eight hexadecimal digits. A line that was cut off by a
//! crash, or that somebody else wrote, is told from a whole one by it, and any program that
//! reads JSON lines reads the file.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longer lines are none of ours.
pub const LONGEST: usize = 64 << 10;

/// `,"crc":"01234567"}`
const TAIL: usize = 18;

/// `value`, which is written as an object, as a line with its end. `None` if it is longer
/// than [`LONGEST`].
pub fn encode(value: &impl Serialize) -> Option<String> {
    // Numbers, strings and maps with strings for keys can all be written.
    let mut line = serde_json::to_string(value).ok()?;
    line.pop();
    let crc = crc32fast::hash(line.as_bytes());
    line.push_str(&format!(",\"crc\":\"{crc:08x}\"}}\n"));
    (line.len() <= LONGEST).then_some(line)
}

/// What a whole line (without its end) holds; `None` for any other.
pub fn decode<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let (body, tail) = line.split_at_checked(line.len().checked_sub(TAIL)?)?;
    let digits = tail.strip_prefix(b",\"crc\":\"")?.strip_suffix(b"\"}")?;
    let crc = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    if crc != crc32fast::hash(body) {
        return None;
    }
    serde_json::from_slice(line).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, Event};
    use super::*;
    use proptest::prelude::*;

    fn entry() -> Entry {
        Entry {
            t: 12.25,
            utc: "2026-01-01T00:00:12.250Z".to_owned(),
            host: None,
            event: Event::Stroke {
                strength: 0.5,
                length: 0.21,
            },
        }
    }

    #[test]
    fn a_line_is_json_with_its_check() {
        let line = encode(&entry()).unwrap();
        assert!(line.ends_with("\"}\n") && line.contains(r#""event":"stroke""#));
        let whole = line.trim_end().as_bytes();
        let value: serde_json::Value = serde_json::from_slice(whole).unwrap();
        assert_eq!(value["strength"], 0.5);
        assert_eq!(decode::<Entry>(whole), Some(entry()));
    }

    #[test]
    fn what_a_later_version_adds_does_no_harm() {
        let later = serde_json::json!({
            "t": 1.0, "utc": "x", "event": "gesture", "angle": [1, 2], "host": {"groove": 3},
        });
        let line = encode(&later).unwrap();
        let entry: Entry = decode(line.trim_end().as_bytes()).unwrap();
        assert_eq!(entry.event, Event::Unknown);
    }

    proptest! {
        #[test]
        fn no_part_and_no_change_of_a_line_is_one(cut in 0usize..120, place in 0usize..120) {
            let line = encode(&entry()).unwrap();
            let line = line.trim_end().as_bytes();
            prop_assert_eq!(decode::<Entry>(&line[..cut.min(line.len() - 1)]), None);
            let mut changed = line.to_vec();
            let place = place.min(line.len() - 1);
            changed[place] ^= 1;
            prop_assert_eq!(decode::<Entry>(&changed), None);
        }

        #[test]
        fn any_bytes_are_no_line(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode::<Entry>(&bytes), None);
        }
    }
}
