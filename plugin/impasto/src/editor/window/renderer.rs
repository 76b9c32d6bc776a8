//! Paints egui's shapes by OpenGL into a picture that is kept, and copies that to the window.
//!
//! What a window's own buffer holds after it has been shown is not defined, so the picture
//! is kept in a buffer of ours, in which only the changed parts are painted.

use std::collections::HashSet;
use std::sync::Arc;

use baseview::gl::GlContext;
use baseview::{HandlerError, WindowContext};
use egui::epaint::ClippedShape;
use egui::{Color32, Context, Pos2, Rect, TextureId, TexturesDelta, vec2};
use egui_glow::Painter;
use egui_glow::glow::{self, HasContext as _};

use super::damage;
use super::meter::{Meter, Part};

/// Of the window's area: with more changed than this, all is painted at once.
const MOST: f32 = 0.8;

/// Paints one window; used on the window's thread only.
pub struct Renderer {
    context: GlContext,
    gl: Arc<glow::Context>,
    painter: Painter,
    canvas: Option<Canvas>,
    ground: Color32,
}

/// The picture that is kept, and what is in it.
struct Canvas {
    framebuffer: glow::Framebuffer,
    pixels: glow::Renderbuffer,
    size: [u32; 2],
    density: f32,
    shapes: Vec<ClippedShape>,
}

/// A frame to paint.
pub struct Frame<'a> {
    /// What makes triangles of shapes.
    pub ctx: &'a Context,
    /// All there is to see.
    pub shapes: Vec<ClippedShape>,
    /// New and gone textures.
    pub textures: TexturesDelta,
    /// In pixels.
    pub size: [u32; 2],
    /// Pixels per point, zoom included.
    pub density: f32,
}

impl Renderer {
    /// For `window`, with `ground` behind all that is painted.
    ///
    /// # Errors
    /// There is no OpenGL, or it cannot do what egui needs.
    pub fn new(window: &WindowContext, ground: Color32) -> Result<Self, HandlerError> {
        let context = window.gl_context().ok_or_else(no_context)?;
        // SAFETY: this thread has the window's context to itself.
        unsafe { context.make_current() }?;
        // SAFETY: the context is current, and the functions are used only while it is.
        let gl = Arc::new(unsafe {
            glow::Context::from_loader_function_cstr(|name| context.get_proc_address(name))
        });
        // No dithering: the editor is of flat colours, and it would cost each pixel.
        let painter = Painter::new(Arc::clone(&gl), "", None, false);
        // SAFETY: as above.
        unsafe { context.make_not_current() }?;
        Ok(Self {
            context,
            gl,
            painter: painter.map_err(|error| HandlerError::from_boxed(error.to_string().into()))?,
            canvas: None,
            ground,
        })
    }

    /// How wide and high a texture may be.
    pub fn texture_side(&self) -> usize {
        self.painter.max_texture_side()
    }

    /// Paints `frame` as far as it differs from the last one. How many pixels that were.
    ///
    /// # Errors
    /// The context or the window is lost.
    pub fn paint(&mut self, frame: Frame<'_>, meter: &Meter) -> Result<u64, HandlerError> {
        // SAFETY: this thread has the window's context to itself.
        unsafe { self.context.make_current() }?;
        let painted = self.paint_current(frame, meter);
        // SAFETY: as above.
        unsafe { self.context.make_not_current() }?;
        painted
    }

    /// Shows the kept picture again, for a window whose own was lost.
    ///
    /// # Errors
    /// The context or the window is lost.
    pub fn show_again(&mut self, meter: &Meter) -> Result<(), HandlerError> {
        // SAFETY: this thread has the window's context to itself.
        unsafe { self.context.make_current() }?;
        let shown = self.present(meter);
        // SAFETY: as above.
        unsafe { self.context.make_not_current() }?;
        shown
    }

    fn paint_current(&mut self, frame: Frame<'_>, meter: &Meter) -> Result<u64, HandlerError> {
        let Frame {
            ctx,
            shapes,
            mut textures,
            size,
            density,
        } = frame;
        let repainted = meter.time(Part::Upload, || self.take_textures(&mut textures));
        let kept = self.keep(size, density)?;
        let window = Rect::from_min_size(
            Pos2::ZERO,
            vec2(size[0] as f32 / density, size[1] as f32 / density),
        );
        let old = self.canvas.as_ref().map(|canvas| canvas.shapes.as_slice());
        let parts = meter.time(Part::Tessellate, || match old {
            Some(old) if kept => damage::between(old, &shapes, &repainted, window, density),
            _ => vec![window],
        });
        let changed: f32 = parts.iter().map(Rect::area).sum();
        let parts = match changed > MOST * window.area() {
            true => vec![window],
            false => parts,
        };
        let mut pixels = 0.0;
        for part in &parts {
            self.paint_part(ctx, &shapes, *part, size, density, meter);
            pixels += part.area() * density * density;
        }
        if let Some(canvas) = &mut self.canvas {
            canvas.shapes = shapes;
        }
        if !parts.is_empty() {
            self.present(meter)?;
        }
        for id in textures.free.drain() {
            self.painter.free_texture(id);
        }
        Ok(pixels as u64)
    }

    /// Gives new textures to OpenGL. Those whose shapes look different now.
    fn take_textures(&mut self, textures: &mut TexturesDelta) -> HashSet<TextureId> {
        let mut repainted = HashSet::new();
        for (id, deltas) in textures.set.drain() {
            for delta in &deltas {
                self.painter.set_texture(id, delta);
                // Glyphs are added to the typeface's texture without changing others; when
                // that is laid out anew, everything with text is.
                let added = id == TextureId::default() && delta.pos.is_some();
                if !added {
                    repainted.insert(id);
                }
            }
        }
        repainted
    }

    /// Makes the canvas `size` large. Whether it was, and still holds the last frame.
    fn keep(&mut self, size: [u32; 2], density: f32) -> Result<bool, HandlerError> {
        if let Some(canvas) = &self.canvas
            && canvas.size == size
            && canvas.density == density
        {
            return Ok(true);
        }
        self.drop_canvas();
        let gl = &self.gl;
        let failed = |reason: String| HandlerError::from_boxed(reason.into());
        // SAFETY: the context is current, and the objects are made and used in it alone.
        unsafe {
            let framebuffer = gl.create_framebuffer().map_err(failed)?;
            let pixels = gl.create_renderbuffer().map_err(failed)?;
            gl.bind_renderbuffer(glow::RENDERBUFFER, Some(pixels));
            let [width, height] = size.map(|side| i32::try_from(side).unwrap_or(i32::MAX));
            gl.renderbuffer_storage(glow::RENDERBUFFER, glow::RGBA8, width, height);
            gl.bind_renderbuffer(glow::RENDERBUFFER, None);
            gl.bind_framebuffer(glow::FRAMEBUFFER, Some(framebuffer));
            gl.framebuffer_renderbuffer(
                glow::FRAMEBUFFER,
                glow::COLOR_ATTACHMENT0,
                glow::RENDERBUFFER,
                Some(pixels),
            );
            gl.bind_framebuffer(glow::FRAMEBUFFER, None);
            self.canvas = Some(Canvas {
                framebuffer,
                pixels,
                size,
                density,
                shapes: Vec::new(),
            });
        }
        Ok(false)
    }

    fn drop_canvas(&mut self) {
        if let Some(canvas) = self.canvas.take() {
            // SAFETY: the context that the two were made in is current.
            unsafe {
                self.gl.delete_framebuffer(canvas.framebuffer);
                self.gl.delete_renderbuffer(canvas.pixels);
            }
        }
    }

    /// Paints what of `shapes` lies in `part`, which is on whole pixels, into the canvas.
    fn paint_part(
        &mut self,
        ctx: &Context,
        shapes: &[ClippedShape],
        part: Rect,
        size: [u32; 2],
        density: f32,
        meter: &Meter,
    ) {
        let triangles = meter.time(Part::Tessellate, || {
            let seen = shapes
                .iter()
                .filter(|shape| damage::bounds(shape, density).intersects(part))
                .map(|shape| ClippedShape {
                    clip_rect: shape.clip_rect.intersect(part),
                    ..shape.clone()
                })
                .collect();
            ctx.tessellate(seen, density)
        });
        meter.time(Part::Upload, || {
            let [red, green, blue, alpha] = self.ground.to_normalized_gamma_f32();
            let framebuffer = self.canvas.as_ref().map(|canvas| canvas.framebuffer);
            let pixel = |length: f32| (length * density).round() as i32;
            let bottom = i32::try_from(size[1]).unwrap_or(i32::MAX) - pixel(part.max.y);
            // SAFETY: the context is current.
            unsafe {
                self.gl.bind_framebuffer(glow::FRAMEBUFFER, framebuffer);
                self.gl.enable(glow::SCISSOR_TEST);
                self.gl.scissor(
                    pixel(part.min.x),
                    bottom,
                    pixel(part.width()),
                    pixel(part.height()),
                );
                self.gl.disable(glow::FRAMEBUFFER_SRGB);
                self.gl.clear_color(red, green, blue, alpha);
                self.gl.clear(glow::COLOR_BUFFER_BIT);
            }
            self.painter.paint_primitives(size, density, &triangles);
        });
    }

    /// Copies the canvas to the window and shows it.
    fn present(&mut self, meter: &Meter) -> Result<(), HandlerError> {
        let Some(canvas) = &self.canvas else {
            return Ok(());
        };
        let [width, height] = canvas
            .size
            .map(|side| i32::try_from(side).unwrap_or(i32::MAX));
        meter.time(Part::Present, || {
            // SAFETY: the context is current; nothing stays bound.
            unsafe {
                let gl = &self.gl;
                gl.disable(glow::SCISSOR_TEST);
                gl.disable(glow::FRAMEBUFFER_SRGB);
                gl.bind_framebuffer(glow::READ_FRAMEBUFFER, Some(canvas.framebuffer));
                gl.bind_framebuffer(glow::DRAW_FRAMEBUFFER, None);
                gl.blit_framebuffer(
                    0,
                    0,
                    width,
                    height,
                    0,
                    0,
                    width,
                    height,
                    glow::COLOR_BUFFER_BIT,
                    glow::NEAREST,
                );
                gl.bind_framebuffer(glow::FRAMEBUFFER, None);
            }
            self.context.swap_buffers()
        })?;
        Ok(())
    }
}

fn no_context() -> HandlerError {
    HandlerError::from_boxed("the window has no OpenGL context".into())
}

impl Drop for Renderer {
    fn drop(&mut self) {
        // SAFETY: this thread has the window's context to itself. Where it cannot be made
        // current any more (the display is gone), its objects have gone with it.
        if unsafe { self.context.make_current() }.is_ok() {
            self.drop_canvas();
            self.painter.destroy();
            // SAFETY: as above.
            let _ = unsafe { self.context.make_not_current() };
        }
    }
}
