//! A painting as the picture network and the editor see it.

mod jpeg;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits, RgbImage, RgbaImage,
};

use crate::manifest::PictureParams;
use crate::{Error, Result};

/// Width and height of the network's input in pixels (paper, §3: 224 × 224 × 3).
pub const PICTURE_SIZE: u32 = 224;

/// What shows through transparent pixels; the network learned with the same.
const BACKGROUND: u8 = 127;

/// The longest side that is kept for [`Picture::thumbnail`].
const KEPT_SIDE: u32 = 1024;

/// What a file may ask of whoever opens it. One that claims more is refused before the
/// memory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    /// The longest side in pixels.
    pub side: u32,
    /// What the decoded pixels and the decoder's tables may take, in bytes. Turning the
    /// picture upright and reducing it take up to twice as much again.
    pub bytes: u64,
}

impl Default for PictureLimits {
    /// 30,000 pixels a side and 512 MiB: a photograph of 150 million pixels fits.
    fn default() -> Self {
        Self {
            side: 30_000,
            bytes: 512 << 20,
        }
    }
}

/// A decoded painting, upright.
#[derive(Clone)]
pub struct Picture {
    /// At most [`KEPT_SIDE`] a side.
    kept: RgbImage,
    size: (u32, u32),
    input: Box<[f32]>,
}

impl Picture {
    /// Reads a png, jpeg, webp, tiff, bmp or gif, whatever its name ends with, and turns it
    /// upright as its EXIF says.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read, [`Error::Picture`] if it is none, is
    /// damaged, or goes beyond the usual [`PictureLimits`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::decode(path, PictureLimits::default()).map(Self::new)
    }

    /// The file's pixels as they are stored, upright, for [`Picture::new`].
    ///
    /// # Errors
    /// As [`Picture::open`].
    pub fn decode(path: &Path, within: PictureLimits) -> Result<DynamicImage> {
        let refused = |reason: String| Error::Picture {
            path: path.to_owned(),
            reason,
        };
        // Before it is opened: a pipe would have us wait for whoever writes to it.
        if !fs::metadata(path).map_err(Error::io(path))?.is_file() {
            return Err(refused("it is not a file".to_owned()));
        }
        let reader = ImageReader::open(path)
            .and_then(ImageReader::with_guessed_format)
            .map_err(Error::io(path))?;
        if reader.format() == Some(ImageFormat::Jpeg)
            && !File::open(path)
                .and_then(|file| jpeg::is_whole(BufReader::new(file)))
                .map_err(Error::io(path))?
        {
            let what = "it is cut off, so copy it again from where it came";
            return Err(refused(what.to_owned()));
        }
        // The decoders are pure Rust; should one panic on a damaged file, the file is
        // refused. Nobody sees the state that the panic has left.
        let picture = catch_unwind(AssertUnwindSafe(|| decode(reader, within)))
            .map_err(|_| refused("the decoder failed on it".to_owned()))?
            .map_err(|error| refused(error.to_string()))?;
        if picture.width() == 0 || picture.height() == 0 {
            return Err(refused("it has no pixels".to_owned()));
        }
        Ok(picture)
    }

    /// A picture that is in memory already; transparent pixels show grey.
    pub fn new(picture: DynamicImage) -> Self {
        let opaque = opaque(picture);
        let (width, height) = opaque.dimensions();
        let longest = width.max(height);
        let input = network_input(&opaque);
        let kept = if longest <= KEPT_SIDE {
            opaque
        } else {
            shrink(&opaque, KEPT_SIDE)
        };
        Self {
            kept,
            size: (width, height),
            input,
        }
    }

    /// Width and height of the whole picture in pixels, upright.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The picture as the editor shows it, opaque, no side longer than `max` (or 1,024)
    /// pixels. Never enlarged.
    pub fn thumbnail(&self, max: u32) -> RgbaImage {
        let (width, height) = self.kept.dimensions();
        let shown = if width.max(height) <= max {
            self.kept.clone()
        } else {
            shrink(&self.kept, max)
        };
        DynamicImage::ImageRgb8(shown).into_rgba8()
    }

    /// The whole picture, no side longer than 1,024 pixels.
    pub(super) fn pixels(&self) -> &RgbImage {
        &self.kept
    }

    /// The picture network's input, 3 × [`PICTURE_SIZE`] × [`PICTURE_SIZE`]: red, green
    /// and blue planes of the whole picture.
    pub fn input(&self) -> &[f32] {
        &self.input
    }
}

/// A picture that lies within something else, upright and no side longer than `max`
/// pixels; `None` if it is none, is damaged, or goes beyond `within`.
pub(crate) fn embedded(bytes: &[u8], max: u32, within: PictureLimits) -> Option<RgbaImage> {
    let reader = ImageReader::new(Cursor::new(bytes));
    let reader = reader.with_guessed_format().ok()?;
    // As in `Picture::decode`.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode(reader, within)));
    let picture = decoded.ok()?.ok()?.into_rgb8();
    let (width, height) = picture.dimensions();
    let small = match width.max(height) {
        0 => return None,
        longest if longest <= max => picture,
        _ => shrink(&picture, max),
    };
    Some(DynamicImage::ImageRgb8(small).into_rgba8())
}

/// The whole picture, turned upright as its EXIF says.
fn decode<R: BufRead + Seek>(
    mut reader: ImageReader<R>,
    within: PictureLimits,
) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(within.side);
    limits.max_image_height = Some(within.side);
    limits.max_alloc = Some(within.bytes);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // The decoder counts what it takes for itself, not what it is given to fill.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    // A picture whose EXIF is damaged is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Without transparency, which shows grey.
pub(crate) fn opaque(picture: DynamicImage) -> RgbImage {
    if picture.color().has_alpha() {
        flatten(&picture.into_rgba8())
    } else {
        picture.into_rgb8()
    }
}

/// Resized so that the longest side has `max` pixels.
fn shrink(picture: &RgbImage, max: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let scale = f64::from(max.max(1)) / f64::from(width.max(height));
    let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    imageops::resize(picture, side(width), side(height), FilterType::Triangle)
}

fn flatten(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        let mix = |c: u32| (c * alpha + u32::from(BACKGROUND) * (255 - alpha) + 127) / 255;
        image::Rgb([r, g, b].map(|c| mix(c) as u8))
    })
}

/// `[picture]` of the manifest: the triangle filter's support grows with the
/// reduction, so that every pixel of the painting counts.
fn network_input(picture: &RgbImage) -> Box<[f32]> {
    let params = PictureParams::built_in();
    let side = PICTURE_SIZE;
    let small = imageops::resize(picture, side, side, FilterType::Triangle);
    let value = |byte: u8| (f32::from(byte) - params.mean) / params.scale;
    (0..3)
        .flat_map(|plane| small.pixels().map(move |pixel| value(pixel.0[plane])))
        .collect()
}

#[cfg(test)]
mod tests;
