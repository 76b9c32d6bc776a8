//! The picture that a music file carries.

use std::path::Path;

use image::RgbaImage;

use crate::inference::{PictureLimits, embedded};

use super::source::Source;

/// What a picture within a music file may ask for: covers larger than this are mistakes.
const LIMITS: PictureLimits = PictureLimits {
    side: 8_192,
    bytes: 96 << 20,
};

/// The cover that the file at `path` carries, opaque, no side longer than `side` pixels.
/// Reads the file's tags and decodes no sound; `None` where there is no file, no cover, or
/// none that can be shown: a broken cover is no fault of the music.
pub fn cover(path: &Path, side: u32) -> Option<RgbaImage> {
    let stored = Source::picture(path).ok()??;
    embedded(&stored, side, LIMITS)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbImage::from_pixel(width, height, Rgb([200, 40, 10]));
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// A FLAC block with a picture of `kind` (3 is the front cover).
    fn block(kind: u32, picture: &[u8]) -> Vec<u8> {
        let mut body = kind.to_be_bytes().to_vec();
        for text in ["image/png", ""] {
            body.extend((text.len() as u32).to_be_bytes());
            body.extend(text.as_bytes());
        }
        // Width, height, depth and colours, which nobody relies on.
        body.extend([0; 16]);
        body.extend((picture.len() as u32).to_be_bytes());
        body.extend(picture);
        let mut block = ((body.len() as u32) | 6 << 24).to_be_bytes().to_vec();
        block.extend(body);
        block
    }

    /// A track of the test assets with `blocks` behind the block that all files have.
    fn flac(blocks: &[Vec<u8>]) -> Vec<u8> {
        let track = "../../tests/assets/library/zaz/progression.flac";
        let track = Path::new(env!("CARGO_MANIFEST_DIR")).join(track);
        let mut bytes = fs::read(track).expect("a track of the test assets");
        bytes.splice(42..42, blocks.concat());
        bytes
    }

    fn cover_of(blocks: &[Vec<u8>], side: u32) -> Option<RgbaImage> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.flac");
        fs::write(&path, flac(blocks)).unwrap();
        cover(&path, side)
    }

    #[test]
    fn the_front_cover_comes_before_others_and_is_made_small() {
        let blocks = [block(4, &png(8, 8)), block(3, &png(400, 200))];
        let cover = cover_of(&blocks, 256).expect("a cover");
        assert_eq!(cover.dimensions(), (256, 128));
        assert_eq!(cover.get_pixel(3, 3).0, [200, 40, 10, 255]);
        let other = cover_of(&[block(4, &png(8, 6))], 256);
        assert_eq!(other.expect("the only one").dimensions(), (8, 6));
    }

    #[test]
    fn what_is_broken_or_asks_for_too_much_is_no_cover() {
        let mut huge = png(1, 1);
        // The width in the header; its sum does not matter to the limits.
        huge[16..20].copy_from_slice(&100_000u32.to_be_bytes());
        for broken in [&b"no picture"[..], &[], &png(64, 64)[..60], &huge] {
            assert_eq!(cover_of(&[block(3, broken)], 256), None);
        }
        assert_eq!(cover(Path::new("/no/such/file.flac"), 256), None);
        assert_eq!(cover_of(&[], 256), None);
    }
}
