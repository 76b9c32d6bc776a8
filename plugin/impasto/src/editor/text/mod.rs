//! Names from outside (tracks, artists, files, folders) on the screen, in any script.
//!
//! The one door for a text that Impasto did not write itself: it is made harmless
//! ([`clean`]), put into the order in which it is seen ([`pieces`]), shortened between
//! graphemes where it is too long ([`elide`]), and drawn with the system's fonts where
//! the editor's own lack a letter ([`SystemFonts`]). Screen readers get it in the order
//! in which it is read.
//!
//! [`pieces`]: order::pieces
//! [`elide`]: elide::elide

mod clean;
mod elide;
mod order;
mod system;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use egui::cache::FramePublisher;
use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{
    Align2, Color32, FontId, FontSelection, Galley, Label, Pos2, Rect, Response, RichText, Role,
    Ui, WidgetInfo, WidgetText,
};

use clean::clean_line;
pub use clean::{BLANK, ODD, clean, isolate};
pub use elide::{Keep, elide};
pub use order::{Begins, is_mixed, pieces};
pub use system::SystemFonts;

/// What was shortened in this frame and the last, by what it was made of.
type Shortened = FramePublisher<u64, String>;

/// `text` as it is seen, in one format.
fn job(text: &str, begins: Begins, format: &TextFormat) -> LayoutJob {
    let mut job = LayoutJob {
        break_on_newline: false,
        ..LayoutJob::default()
    };
    // A section each: `append` would make one of those that look alike.
    for piece in pieces(&clean_line(text), begins) {
        let start = ByteIndex(job.text.len());
        job.text.push_str(&piece);
        job.sections.push(LayoutSection {
            leading_space: 0.0,
            byte_range: start..ByteIndex(job.text.len()),
            format: format.clone(),
        });
    }
    job
}

/// `text` in one line that is at most `width` points wide.
pub fn galley(ui: &Ui, text: &str, keep: Keep, width: f32, format: &TextFormat) -> Arc<Galley> {
    let lay = |text: &str| {
        let job = job(text, Begins::AsItIs, format);
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let whole = lay(text);
    if whole.size().x <= width {
        return whole;
    }
    let generation = SystemFonts::of(ui.ctx()).map_or(0, |fonts| fonts.generation());
    let mut hasher = DefaultHasher::new();
    let zoom = ui.ctx().pixels_per_point().to_bits();
    (text, keep, width.to_bits(), generation, zoom).hash(&mut hasher);
    (&format.font_id, format.extra_letter_spacing.to_bits()).hash(&mut hasher);
    let key = hasher.finish();
    let known = ui.memory_mut(|memory| memory.caches.cache::<Shortened>().get(&key).cloned());
    let shortened = known.unwrap_or_else(|| {
        let clean = clean_line(text);
        elide(&clean, keep, |text| lay(text).size().x <= width)
    });
    let galley = lay(&shortened);
    ui.memory_mut(|memory| memory.caches.cache::<Shortened>().set(key, shortened));
    galley
}

/// One line, shortened where it is too long; all of it is then in its tooltip.
pub fn line(ui: &mut Ui, text: impl Into<RichText>, keep: Keep) -> Response {
    let text: RichText = text.into();
    let name = clean_line(text.text()).into_owned();
    let format = format_of(ui, text);
    let galley = galley(ui, &name, keep, ui.available_width(), &format);
    let elided = !is_whole(&galley, &name);
    let response = ui.add(Label::new(galley).extend());
    // In the order of reading, and all of it.
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    match elided {
        true => tip(response, &name),
        false => response,
    }
}

/// Whether all of `name` is written: what is left out has an ellipsis in its place.
fn is_whole(galley: &Galley, name: &str) -> bool {
    let ellipses = |text: &str| text.matches('\u{2026}').count();
    ellipses(&galley.job.text) == ellipses(name)
}

/// A paragraph that has names in it, wrapped.
pub fn paragraph(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    let text: RichText = text.into();
    let name = clean_line(text.text()).into_owned();
    let format = format_of(ui, text);
    let label = Label::new(job(&name, Begins::Left, &format)).wrap();
    let response = ui.add(label);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    response
}

/// For a button, a row or a heading: `text` with what it looks like, not shortened. What
/// it is put on has to be given its name for screen readers by `widget_info`.
pub fn widget(ui: &Ui, text: impl Into<RichText>) -> WidgetText {
    let text: RichText = text.into();
    if text.text().is_ascii() {
        return text.into();
    }
    let name = text.text().to_owned();
    let format = format_of(ui, text);
    job(&name, Begins::AsItIs, &format).into()
}

/// The tooltip `text` on `response`.
pub fn tip(response: Response, text: &str) -> Response {
    response.on_hover_ui(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        paragraph(ui, text);
    })
}

/// Paints one line with its `align` at `at`, at most `width` points wide. For what has a
/// name of its own: a label would be read out a second time. Returns its place.
pub fn paint(
    ui: &Ui,
    (at, align): (Pos2, Align2),
    (text, keep): (&str, Keep),
    width: f32,
    font: FontId,
    color: Color32,
) -> Rect {
    let format = TextFormat::simple(font, color);
    let galley = galley(ui, text, keep, width.max(0.0), &format);
    let rect = align.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, color);
    rect
}

fn format_of(ui: &Ui, text: RichText) -> TextFormat {
    let style = ui.style();
    let job =
        WidgetText::from(text).into_layout_job(style, FontSelection::Default, ui.text_valign());
    let format = job.sections.first().map(|section| section.format.clone());
    format.unwrap_or_default()
}
