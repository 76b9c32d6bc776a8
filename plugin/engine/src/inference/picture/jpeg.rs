//! Whether a JPEG is whole. Its decoder fills in grey what a file that was cut off lacks,
//! and a painting that is half grey would choose other music.

use std::io::{self, BufRead, Read, Seek};

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Whether the end of the image comes after the start of its data (ITU-T T.81, B.1.1).
/// Pictures within a segment, as cameras' thumbnails are, do not count. What is not built
/// as a JPEG is reads as whole: its decoder will say what is wrong.
pub(super) fn is_whole(mut file: impl BufRead + Seek) -> io::Result<bool> {
    let mut start = [0; 2];
    if !fill(&mut file, &mut start)? {
        return Ok(false);
    }
    while let Some(kind) = next_marker(&mut file)? {
        let mut len = [0; 2];
        match kind {
            START_OF_SCAN => return has_end(file),
            // Those that stand alone.
            0x01 | 0xd0..=0xd8 => continue,
            END_OF_IMAGE => return Ok(true),
            _ => {}
        }
        if !fill(&mut file, &mut len)? {
            return Ok(false);
        }
        file.seek_relative(i64::from(u16::from_be_bytes(len).saturating_sub(2)))?;
    }
    Ok(false)
}

/// The kind of the next segment; `None` at the end of the file.
fn next_marker(file: &mut impl Read) -> io::Result<Option<u8>> {
    let mut byte = [0];
    let mut before = 0;
    while fill(file, &mut byte)? {
        if before == 0xff && !matches!(byte[0], 0 | 0xff) {
            return Ok(Some(byte[0]));
        }
        before = byte[0];
    }
    Ok(None)
}

/// Whether the marker of the end comes in what is left. Data never holds it: after a byte
/// of ones there is one of zeros.
fn has_end(mut file: impl BufRead) -> io::Result<bool> {
    let mut before = 0;
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        for &byte in bytes {
            if before == 0xff && byte == END_OF_IMAGE {
                return Ok(true);
            }
            before = byte;
        }
        let len = bytes.len();
        file.consume(len);
    }
}

/// Whether there was enough to fill `buffer`.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        result => result.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat, RgbImage};
    use std::io::Cursor;

    fn jpeg(side: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(side, side, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::from(picture);
        picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    /// With `inner` as a camera's thumbnail in a segment before all others.
    fn with_thumbnail(outer: &[u8], inner: &[u8]) -> Vec<u8> {
        let len = (inner.len() as u16 + 2).to_be_bytes();
        [&outer[..2], &[0xff, 0xe1], &len, inner, &outer[2..]].concat()
    }

    #[test]
    fn a_file_cut_anywhere_is_not_whole() {
        let small = jpeg(8);
        let file = with_thumbnail(&jpeg(100), &small);
        let whole = |bytes: &[u8]| is_whole(Cursor::new(bytes)).unwrap();
        assert!(whole(&small) && whole(&file));
        assert!(whole(&[&file[..], b"what a telephone adds"].concat()));
        for len in (small.len() + 50..file.len()).step_by(7) {
            assert!(!whole(&file[..len]), "{len} of {} bytes", file.len());
        }
    }
}
