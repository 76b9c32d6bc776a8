//! Small pictures as textures, bounded in number.

use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::editor::theme;
use crate::view::Rgba;

/// More are not kept: the history is shorter.
const MOST: usize = 48;

/// Textures of pictures that were shown lately.
#[derive(Default)]
pub struct Textures {
    /// The one used last at the end. The picture is kept, so that its address stays its own.
    kept: Vec<(Arc<Rgba>, TextureHandle)>,
}

impl Textures {
    /// The texture of `picture`.
    pub fn get(&mut self, ctx: &Context, picture: &Arc<Rgba>) -> TextureHandle {
        let known = (self.kept.iter()).position(|(kept, _)| Arc::ptr_eq(kept, picture));
        let entry = match known {
            Some(at) => self.kept.remove(at),
            None => {
                let image = color_image(picture);
                let texture = ctx.load_texture("look", image, TextureOptions::LINEAR);
                (Arc::clone(picture), texture)
            }
        };
        let texture = entry.1.clone();
        self.kept.push(entry);
        if self.kept.len() > MOST {
            drop(self.kept.remove(0));
        }
        texture
    }
}

/// `picture`, or a single dark pixel if its sizes contradict each other.
fn color_image(picture: &Rgba) -> ColorImage {
    let size = [picture.width as usize, picture.height as usize];
    if size[0] * size[1] * 4 != picture.pixels.len() || picture.pixels.is_empty() {
        return ColorImage::filled([1, 1], theme::CARD);
    }
    ColorImage::from_rgba_unmultiplied(size, &picture.pixels)
}
