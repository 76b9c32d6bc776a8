//! Recognises copy-protected MP4 audio before a decoder is asked.
//!
//! Protected tracks keep their place in the file but carry another sample
//! description: `drms` (FairPlay) or `enca` (ISO/IEC 14496-12, 8.12, protected
//! audio). A demuxer shows such a file as one without audio, which would
//! mislead its owner.

use std::io::{Read, Seek, SeekFrom};

/// Boxes to go down through to the sample descriptions.
const CONTAINERS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];
/// No real file has more boxes on the way; a damaged one may.
const MAX_BOXES: usize = 4096;

/// The kind of protection of the MP4 file's audio, if it is such a file and
/// has one. Damage reads as none: the decoder will name it.
pub(super) fn protection(file: &mut (impl Read + Seek)) -> Option<String> {
    let len = file.seek(SeekFrom::End(0)).ok()?;
    file.seek(SeekFrom::Start(4)).ok()?;
    let mut brand = [0; 4];
    file.read_exact(&mut brand).ok()?;
    if &brand != b"ftyp" {
        return None;
    }
    let mut left = MAX_BOXES;
    search(file, 0, len, &mut left)
}

/// Looks through the boxes in `at..end`.
fn search(
    file: &mut (impl Read + Seek),
    mut at: u64,
    end: u64,
    left: &mut usize,
) -> Option<String> {
    while at.checked_add(8)? <= end {
        *left = left.checked_sub(1)?;
        let (kind, head, size) = header(file, at, end)?;
        let body = at + head;
        if &kind == b"stsd" {
            if let Some(found) = entry(file, body) {
                return Some(found);
            }
        } else if CONTAINERS.contains(&&kind)
            && let Some(found) = search(file, body, at + size, left)
        {
            return Some(found);
        }
        at += size;
    }
    None
}

/// A box's kind, the length of its header and of the whole box.
fn header(file: &mut (impl Read + Seek), at: u64, end: u64) -> Option<([u8; 4], u64, u64)> {
    file.seek(SeekFrom::Start(at)).ok()?;
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes).ok()?;
    let (size, kind) = bytes.split_at(4);
    let kind = kind.try_into().ok()?;
    let (head, size) = match u32::from_be_bytes(size.try_into().ok()?) {
        0 => (8, end - at),
        1 => {
            let mut large = [0; 8];
            file.read_exact(&mut large).ok()?;
            (16, u64::from_be_bytes(large))
        }
        size => (8, u64::from(size)),
    };
    (size >= head && size <= end - at).then_some((kind, head, size))
}

/// The protection that a sample description's first entry names.
fn entry(file: &mut (impl Read + Seek), stsd_body: u64) -> Option<String> {
    // Version and flags, number of entries, the entry's size, its kind.
    file.seek(SeekFrom::Start(stsd_body + 12)).ok()?;
    let mut kind = [0; 4];
    file.read_exact(&mut kind).ok()?;
    match &kind {
        b"drms" => Some("FairPlay".to_owned()),
        b"enca" => Some("encrypted audio".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = ((body.len() + 8) as u32).to_be_bytes().to_vec();
        out.extend(kind);
        out.extend(body);
        out
    }

    fn file(entry: &[u8; 4]) -> Vec<u8> {
        let mut stsd = vec![0, 0, 0, 0, 0, 0, 0, 1];
        stsd.extend(boxed(entry, &[0; 28]));
        let stbl = boxed(b"stbl", &boxed(b"stsd", &stsd));
        let mdia = boxed(b"mdia", &boxed(b"minf", &stbl));
        let moov = boxed(b"moov", &boxed(b"trak", &mdia));
        [
            boxed(b"ftyp", b"M4A \0\0\0\0"),
            boxed(b"free", &[0; 5]),
            moov,
        ]
        .concat()
    }

    #[test]
    fn names_the_protection() {
        let of = |bytes: Vec<u8>| protection(&mut Cursor::new(bytes));
        assert_eq!(of(file(b"drms")).as_deref(), Some("FairPlay"));
        assert_eq!(of(file(b"enca")).as_deref(), Some("encrypted audio"));
        assert_eq!(of(file(b"mp4a")), None);
        assert_eq!(of(b"RIFF".to_vec()), None);
    }

    #[test]
    fn survives_cut_and_bent_files() {
        let whole = file(b"drms");
        for cut in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes.truncate(cut);
            protection(&mut Cursor::new(bytes));
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                protection(&mut Cursor::new(bytes));
            }
        }
    }
}
