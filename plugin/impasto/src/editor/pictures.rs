//! Pictures of the snapshot as textures, uploaded only when they change.

use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::colormap;
use crate::view::{MelFrame, Rgba};

/// A shared value and the texture made of it. The value is kept, so that its address
/// stays its own and two addresses that are equal mean the same value.
type Uploaded<T> = Option<(Arc<T>, TextureHandle)>;

/// The textures of one window.
#[derive(Default)]
pub struct Pictures {
    painting: Uploaded<Rgba>,
    suggested: Uploaded<Rgba>,
    cover: Uploaded<Rgba>,
    mel: Uploaded<Vec<MelFrame>>,
}

impl Pictures {
    /// The painting's texture.
    pub fn painting(&mut self, ctx: &Context, picture: &Arc<Rgba>) -> TextureHandle {
        upload(&mut self.painting, picture, |picture| {
            ctx.load_texture("painting", color_image(picture), smooth())
        })
    }

    /// The texture of the painting that the music suggests.
    pub fn suggested(&mut self, ctx: &Context, picture: &Arc<Rgba>) -> TextureHandle {
        upload(&mut self.suggested, picture, |picture| {
            ctx.load_texture("suggested", color_image(picture), smooth())
        })
    }

    /// The cover of the track that is heard.
    pub fn cover(&mut self, ctx: &Context, picture: &Arc<Rgba>) -> TextureHandle {
        upload(&mut self.cover, picture, |picture| {
            ctx.load_texture("cover", color_image(picture), smooth())
        })
    }

    /// The brush's mel picture.
    pub fn mel(&mut self, ctx: &Context, frames: &Arc<Vec<MelFrame>>) -> TextureHandle {
        let image = |frames: &Vec<MelFrame>| colormap::mel_picture(frames);
        match &mut self.mel {
            // The texture of a picture that scrolls is written again, not made again.
            Some((shown, texture)) if !Arc::ptr_eq(shown, frames) => {
                texture.set(image(frames), TextureOptions::LINEAR);
                *shown = Arc::clone(frames);
            }
            _ => {}
        }
        upload(&mut self.mel, frames, |frames| {
            ctx.load_texture("mel", image(frames), TextureOptions::LINEAR)
        })
    }
}

fn upload<T>(
    kept: &mut Uploaded<T>,
    value: &Arc<T>,
    make: impl FnOnce(&T) -> TextureHandle,
) -> TextureHandle {
    match kept {
        Some((shown, texture)) if Arc::ptr_eq(shown, value) => texture.clone(),
        _ => {
            let texture = make(value);
            *kept = Some((Arc::clone(value), texture.clone()));
            texture
        }
    }
}

/// A painting is mostly shown smaller than it is: mipmaps keep its brushwork from shimmering.
fn smooth() -> TextureOptions {
    TextureOptions::LINEAR.with_mipmap_mode(Some(egui::TextureFilter::Linear))
}

/// `picture`, or a single dark pixel if its sizes contradict each other.
fn color_image(picture: &Rgba) -> ColorImage {
    let size = [picture.width as usize, picture.height as usize];
    if size[0] * size[1] * 4 != picture.pixels.len() || picture.pixels.is_empty() {
        return ColorImage::filled([1, 1], super::theme::CARD);
    }
    ColorImage::from_rgba_unmultiplied(size, &picture.pixels)
}
