//! Pictures inside the page, as data URIs: the page needs no other file.

use anyhow::{Context, Result};
use base64::Engine as _;
use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::Cursor;
use std::path::Path;

/// A picture file, shrunk to `side` pixels on its longer side, as JPEG.
pub fn jpeg_of_file(path: &Path, side: u32) -> Result<String> {
    let picture = image::open(path).with_context(|| path.display().to_string())?;
    let small = picture.resize(side, side, image::imageops::FilterType::Triangle);
    encoded(
        &DynamicImage::ImageRgb8(small.into_rgb8()),
        ImageFormat::Jpeg,
        "image/jpeg",
    )
}

/// A picture as PNG.
pub fn png(picture: RgbImage) -> Result<String> {
    encoded(
        &DynamicImage::ImageRgb8(picture),
        ImageFormat::Png,
        "image/png",
    )
}

fn encoded(picture: &DynamicImage, format: ImageFormat, mime: &str) -> Result<String> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format)?;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes.into_inner());
    Ok(format!("data:{mime};base64,{text}"))
}
