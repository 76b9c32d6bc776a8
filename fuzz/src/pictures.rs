//! Pictures: any bytes are a picture or an error that names the file.

use engine::Error;
use engine::inference::{PICTURE_SIZE, Picture, PictureLimits};

use crate::memory;
use crate::scratch::Scratch;

/// A tenth of the usual: a few bytes may claim the largest picture that is allowed, and
/// filling it takes seconds.
const LIMITS: PictureLimits = PictureLimits {
    side: 3_000,
    bytes: 8 << 20,
};
/// The decoded pixels thrice, and what decoders take whatever their limits: a TIFF's values
/// are read before there are any, within 256 MiB; a frame of a WebP may be larger than the
/// picture, up to 16,383 pixels a side with one and a half bytes each.
const MEMORY: usize = 3 * LIMITS.bytes as usize + (448 << 20);

/// Opens `bytes` as a file. Its name plays no part where its contents are a picture's.
pub fn check(scratch: &Scratch, bytes: &[u8]) {
    let path = scratch.write("painting.png", bytes);
    memory::within(MEMORY, || match Picture::decode(&path, LIMITS) {
        Ok(pixels) => {
            let (width, height) = (pixels.width(), pixels.height());
            assert!(width > 0 && height > 0 && width.max(height) <= LIMITS.side);
            // What the network sees takes far longer than all else.
            if bytes.len().is_multiple_of(16) {
                reduce(Picture::new(pixels));
            }
        }
        Err(error) => {
            assert!(matches!(error, Error::Picture { .. }), "{error}");
            assert!(error.to_string().contains("painting.png"), "{error}");
        }
    });
}

fn reduce(picture: Picture) {
    let side = PICTURE_SIZE as usize;
    assert_eq!(picture.input().len(), 3 * side * side);
    assert!(picture.input().iter().all(|v| v.abs() < 1.1));
    let thumbnail = picture.thumbnail(64);
    assert!(thumbnail.width().max(thumbnail.height()) <= 64);
}
