//! Draws what egui tessellated, on the CPU: pictures of the editor need neither a display
//! nor a graphics driver, and come out the same everywhere.

use std::collections::HashMap;

use egui::epaint::{ImageData, ImageDelta, Primitive, Vertex};
use egui::{Color32, Context, FullOutput, Mesh, Pos2, Rect, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};

/// A texture as egui sends it: premultiplied, in gamma space.
struct Texture {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

/// A renderer for the test harness.
#[derive(Default)]
pub struct SoftwareRenderer {
    textures: HashMap<TextureId, Texture>,
}

impl TestRenderer for SoftwareRenderer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, images) in delta.set.drain() {
            for image in &images {
                self.set(id, image);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = ctx.content_rect().size() * scale;
        let (width, height) = (size.x.round() as u32, size.y.round() as u32);
        let mut canvas = RgbaImage::from_pixel(width, height, Rgba([0, 0, 0, 255]));
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &clipped.primitive else {
                return Err("a paint callback cannot be drawn without a GPU".to_owned());
            };
            let texture = self
                .textures
                .get(&mesh.texture_id)
                .ok_or("no such texture")?;
            draw_mesh(&mut canvas, mesh, texture, clipped.clip_rect * scale, scale);
        }
        Ok(canvas)
    }
}

impl SoftwareRenderer {
    fn set(&mut self, id: TextureId, delta: &ImageDelta) {
        let ImageData::Color(image) = &delta.image;
        let [width, height] = image.size;
        let Some([left, top]) = delta.pos else {
            let pixels = image.pixels.clone();
            self.textures.insert(
                id,
                Texture {
                    width,
                    height,
                    pixels,
                },
            );
            return;
        };
        let texture = self
            .textures
            .get_mut(&id)
            .expect("a part of a texture that exists");
        for row in 0..height {
            let to = (top + row) * texture.width + left;
            let from = &image.pixels[row * width..(row + 1) * width];
            texture.pixels[to..to + width].copy_from_slice(from);
        }
    }
}

impl Texture {
    /// Bilinear, clamped at the edges; as four channels in 0..=1.
    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let x = (u * self.width as f32 - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (v * self.height as f32 - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = (
            (left + 1).min(self.width - 1),
            (top + 1).min(self.height - 1),
        );
        let at = |x: usize, y: usize| channels(self.pixels[y * self.width + x]);
        let (along, down) = (x - left as f32, y - top as f32);
        let upper = mix(at(left, top), at(right, top), along);
        let lower = mix(at(left, bottom), at(right, bottom), along);
        mix(upper, lower, down)
    }
}

fn channels(color: Color32) -> [f32; 4] {
    color.to_array().map(|channel| f32::from(channel) / 255.0)
}

fn mix(a: [f32; 4], b: [f32; 4], share: f32) -> [f32; 4] {
    std::array::from_fn(|channel| a[channel] + (b[channel] - a[channel]) * share)
}

fn draw_mesh(canvas: &mut RgbaImage, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
    let bounds = Rect::from_min_max(
        Pos2::ZERO,
        Pos2::new(canvas.width() as f32, canvas.height() as f32),
    );
    let clip = clip.intersect(bounds);
    if !clip.is_positive() {
        return;
    }
    for corners in mesh.indices.chunks_exact(3) {
        let corners = [0, 1, 2].map(|corner| {
            let vertex = mesh.vertices[corners[corner] as usize];
            Vertex {
                pos: (vertex.pos.to_vec2() * scale).to_pos2(),
                ..vertex
            }
        });
        draw_triangle(canvas, corners, texture, clip);
    }
}

/// Twice the signed area of a, b, p.
fn edge(a: Pos2, b: Pos2, p: Pos2) -> f32 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}

/// Whether a pixel exactly on the edge from a to b belongs to the triangle: each belongs
/// to one of the two that share the edge, so that nothing is blended twice.
fn owns(a: Pos2, b: Pos2) -> bool {
    (a.y == b.y && b.x > a.x) || b.y < a.y
}

fn draw_triangle(canvas: &mut RgbaImage, mut corners: [Vertex; 3], texture: &Texture, clip: Rect) {
    let area = edge(corners[0].pos, corners[1].pos, corners[2].pos);
    if area == 0.0 {
        return;
    }
    if area < 0.0 {
        corners.swap(1, 2);
    }
    let [a, b, c] = corners;
    let bounds = Rect::from_points(&[a.pos, b.pos, c.pos]).intersect(clip);
    // Pixels whose centre lies inside.
    let span =
        |from: f32, to: f32| (from - 0.5).ceil().max(0.0) as u32..(to - 0.5).ceil().max(0.0) as u32;
    for y in span(bounds.top(), bounds.bottom()) {
        for x in span(bounds.left(), bounds.right()) {
            let centre = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
            let sides = [(b.pos, c.pos), (c.pos, a.pos), (a.pos, b.pos)];
            let shares = sides.map(|(from, to)| edge(from, to, centre));
            let inside = sides
                .iter()
                .zip(shares)
                .all(|(&(from, to), share)| share > 0.0 || share == 0.0 && owns(from, to));
            if inside {
                let shares = shares.map(|share| share / area.abs());
                blend(canvas.get_pixel_mut(x, y), shade(&corners, shares, texture));
            }
        }
    }
}

fn shade(corners: &[Vertex; 3], shares: [f32; 3], texture: &Texture) -> [f32; 4] {
    let mut color = [0.0; 4];
    let mut uv = egui::Vec2::ZERO;
    for (corner, share) in corners.iter().zip(shares) {
        for (sum, channel) in color.iter_mut().zip(channels(corner.color)) {
            *sum += channel * share;
        }
        uv += corner.uv.to_vec2() * share;
    }
    let texel = texture.sample(uv.x, uv.y);
    std::array::from_fn(|channel| color[channel] * texel[channel])
}

/// Premultiplied `over`, in gamma space, as egui's own shaders blend.
fn blend(pixel: &mut Rgba<u8>, color: [f32; 4]) {
    for (channel, over) in pixel.0.iter_mut().zip(color) {
        let under = f32::from(*channel) / 255.0;
        *channel = ((over + under * (1.0 - color[3])).clamp(0.0, 1.0) * 255.0).round() as u8;
    }
}
