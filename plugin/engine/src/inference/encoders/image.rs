//! From a painting to the picture encoder's input.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

use super::manifest::{Channels, Filter, Look, Resize};

/// The encoder's input, in the order of its layout.
pub(super) fn input(look: &Look, picture: &RgbImage) -> Vec<f32> {
    let resized = resize(look, picture);
    let strides = strides(&look.layout, |axis| match axis {
        'c' => 3,
        'h' => look.height as usize,
        'w' => look.width as usize,
        _ => 1,
    });
    let [low, high] = look.range;
    let mut values = vec![0.0; resized.len()];
    for (x, y, pixel) in resized.enumerate_pixels() {
        for channel in 0..3 {
            let byte = match look.channels {
                Channels::Rgb => pixel.0[channel],
                Channels::Bgr => pixel.0[2 - channel],
            };
            let value = low + f32::from(byte) / 255.0 * (high - low);
            let at = [('c', channel), ('h', y as usize), ('w', x as usize)];
            let at: usize = at.iter().map(|(axis, place)| strides(*axis) * place).sum();
            values[at] = (value - look.mean[channel]) / look.std[channel];
        }
    }
    values
}

/// How far apart the values of an axis lie in a tensor of this layout.
pub(super) fn strides(layout: &str, length: impl Fn(char) -> usize) -> impl Fn(char) -> usize {
    move |axis| {
        let after = layout.chars().rev().take_while(|&other| other != axis);
        after.map(&length).product()
    }
}

fn resize(look: &Look, picture: &RgbImage) -> RgbImage {
    let filter = match look.filter {
        Filter::Nearest => FilterType::Nearest,
        Filter::Bilinear => FilterType::Triangle,
        Filter::Bicubic => FilterType::CatmullRom,
        Filter::Lanczos => FilterType::Lanczos3,
    };
    let (width, height) = (look.width, look.height);
    let ratio = |wanted: u32, found: u32| f64::from(wanted) / f64::from(found.max(1));
    let (across, down) = (
        ratio(width, picture.width()),
        ratio(height, picture.height()),
    );
    let scaled = |scale: f64| {
        let side = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
        imageops::resize(
            picture,
            side(picture.width()),
            side(picture.height()),
            filter,
        )
    };
    match look.resize {
        Resize::Stretch => imageops::resize(picture, width, height, filter),
        Resize::Crop => {
            let covering = scaled(across.max(down));
            let (x, y) = (covering.width() - width, covering.height() - height);
            imageops::crop_imm(&covering, x / 2, y / 2, width, height).to_image()
        }
        Resize::Fit => {
            let inside = scaled(across.min(down));
            let mut whole = RgbImage::from_pixel(width, height, Rgb(look.background));
            let (x, y) = (width - inside.width(), height - inside.height());
            imageops::replace(&mut whole, &inside, (x / 2).into(), (y / 2).into());
            whole
        }
    }
}
