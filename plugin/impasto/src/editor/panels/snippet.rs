//! The snippet now heard, to be read from two metres away: track, artist, cover, waveform
//! with the play position, and what the next stroke would start.

use std::time::Instant;

use egui::{
    Color32, CornerRadius, Image, Mesh, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use engine::units::{ChunkId, Seconds};

use super::snippets::empty_reason;
use crate::editor::pictures::Pictures;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, theme, widgets};
use crate::view::{Action, LibraryState, NowHeard, Upcoming, View};

/// Of the track's name and the artist's, in points.
const TRACK: f32 = 22.0;
const ARTIST: f32 = 15.0;
/// Of the two lines together.
const NAMES: f32 = 50.0;
/// Of the line that says what is next.
const NEXT: f32 = 20.0;
/// The lowest waveform that says something.
const WAVE: f32 = 32.0;
/// The longest side of the cover.
const COVER: f32 = 96.0;

/// Fills its card: 130 points or more high, 200 or more wide.
pub fn snippet_ui(ui: &mut Ui, view: &View, pictures: &mut Pictures, now: Instant) -> Vec<Request> {
    let heard = view.sounding.now.as_ref();
    let Some(shown) = heard.map(Shown::heard).or_else(|| Shown::last(view)) else {
        return empty_ui(ui, view);
    };
    widgets::header(ui, shown.caption, |ui| {
        widgets::caption(ui, &shown.details()).on_hover_text(
            "Where in the track the snippet begins, and how well it belongs to the painting: \
             0 belongs, 1 does not",
        );
    });
    let room = ui.available_rect_before_wrap();
    let next = view.sounding.next.as_ref();
    let foot = if next.is_some() { NEXT } else { 0.0 };
    let upper = Rect::from_min_max(room.min, pos2(room.right(), room.bottom() - foot));
    let cover = heard.and_then(|heard| heard.cover.as_ref());
    let mut left = upper.left();
    if let Some(cover) = cover {
        let side = upper.height().clamp(NAMES, COVER);
        let texture = pictures.cover(ui.ctx(), cover);
        let size = texture.size_vec2();
        let place = Rect::from_min_size(upper.min, vec2(side, side));
        let fitted = Rect::from_center_size(place.center(), size * (side / size.max_elem()));
        let image = Image::new((texture.id(), fitted.size()))
            .corner_radius(CornerRadius::same(3))
            .alt_text(format!("Cover of {}", shown.track));
        ui.put(fitted, image);
        left += side + 12.0;
    }
    names_ui(
        ui,
        &shown,
        Rect::from_min_max(pos2(left, upper.top()), upper.max),
    );
    let wave = Rect::from_min_max(pos2(left, upper.top() + NAMES), upper.max);
    let mut requests = Vec::new();
    if wave.height() >= WAVE {
        requests.extend(wave_ui(ui, &shown, wave, now));
    }
    if let Some(next) = next {
        next_ui(
            ui,
            next,
            Rect::from_min_max(pos2(room.left(), upper.bottom()), room.max),
        );
    }
    ui.allocate_rect(room, Sense::hover());
    requests
}

/// What the card tells of: what is heard, or what was heard last.
struct Shown<'a> {
    caption: &'static str,
    chunk: ChunkId,
    track: &'a str,
    artist: &'a str,
    start: Seconds,
    score: Option<f32>,
    heard: Option<&'a NowHeard>,
}

impl<'a> Shown<'a> {
    fn heard(heard: &'a NowHeard) -> Self {
        Self {
            caption: if heard.auditioned {
                "Audition"
            } else {
                "Now heard"
            },
            chunk: heard.chunk,
            track: &heard.track,
            artist: &heard.artist,
            start: heard.start,
            score: heard.score.map(|score| score.0),
            heard: Some(heard),
        }
    }

    fn last(view: &'a View) -> Option<Self> {
        let row = view.snippets.first()?;
        Some(Self {
            caption: "Heard last",
            chunk: row.chunk,
            track: &row.track,
            artist: &row.artist,
            start: row.start,
            score: row.score.map(|score| score.0),
            heard: None,
        })
    }

    fn details(&self) -> String {
        let at = format!("at {}", format::clock(self.start));
        match self.score {
            Some(score) => format!("{at}  \u{00b7}  score {}", format::unit_value(score)),
            None => at,
        }
    }
}

fn names_ui(ui: &mut Ui, shown: &Shown<'_>, place: Rect) {
    let (first, second) = if shown.heard.is_some() {
        (theme::TEXT, theme::WEAK)
    } else {
        (theme::WEAK, theme::WEAK)
    };
    let line = |height: f32| pos2(place.left(), place.top() + height);
    let track = Rect::from_min_size(place.min, vec2(place.width(), NAMES));
    let response = ui.interact(track, ui.scope_id().with("snippet"), Sense::hover());
    response.widget_info(|| {
        let name = format!("{}: {}, {}", shown.caption, shown.track, shown.artist);
        WidgetInfo::labeled(Role::Label, true, name)
    });
    let font = theme::display_font(TRACK);
    widgets::text_at(ui, line(13.0), place.width(), shown.track, font, first);
    let font = theme::display_font(ARTIST);
    widgets::text_at(ui, line(36.0), place.width(), shown.artist, font, second);
    response.on_hover_text(format!("{}\n{}", shown.track, shown.artist));
}

/// The four seconds as they lie in the file; a click plays them again.
fn wave_ui(ui: &mut Ui, shown: &Shown<'_>, place: Rect, now: Instant) -> Option<Request> {
    let response = ui.interact(place, ui.scope_id().with("snippet wave"), Sense::click());
    let position = shown.heard.map(|heard| heard.position_at(now));
    response.widget_info(|| {
        let name = format!("Hear {} again", shown.track);
        let mut info = WidgetInfo::labeled(Role::Button, true, name);
        info.value = position.map(f64::from);
        info
    });
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(place, radius, theme::TROUGH);
    let inside = place.shrink2(vec2(2.0, 3.0));
    let split = position.map_or(inside.left(), |position| {
        egui::lerp(inside.x_range(), position)
    });
    let peaks = shown.heard.and_then(|heard| heard.peaks.as_deref());
    match peaks {
        Some(peaks) if !peaks.is_empty() => {
            ui.painter().add(waveform(peaks, inside, split));
        }
        _ => {
            let y = inside.center().y;
            let stroke = Stroke::new(1.0, theme::LINE);
            ui.painter().hline(inside.x_range(), y, stroke);
        }
    }
    if position.is_some() {
        let stroke = Stroke::new(2.0, theme::TEXT);
        ui.painter().vline(split, place.y_range(), stroke);
    }
    if response.has_focus() || response.hovered() {
        widgets::focus_ring(ui, place.shrink(2.0));
    }
    let clicked = response.clicked();
    response.on_hover_text("The snippet\u{2019}s four seconds. Click to hear them again.");
    clicked.then_some(Request::Act(Action::Audition(shown.chunk)))
}

/// The waveform as one mesh, scaled to its own loudest peak; what lies before `split` has
/// been heard.
pub(crate) fn waveform(peaks: &[[f32; 2]], place: Rect, split: f32) -> Mesh {
    let loudest = peaks.iter().flatten().fold(0.0f32, |loudest, peak| {
        if peak.is_finite() {
            loudest.max(peak.abs())
        } else {
            loudest
        }
    });
    let scale = 0.5 * place.height() / loudest.max(1e-4);
    let step = place.width() / peaks.len() as f32;
    let mut mesh = Mesh::default();
    for (at, [low, high]) in peaks.iter().enumerate() {
        let left = place.left() + step * at as f32;
        let y = |peak: f32| {
            let offset = if peak.is_finite() { peak * scale } else { 0.0 };
            place.center().y - offset
        };
        let bar = Rect::from_min_max(
            pos2(left, y(*high).min(place.center().y - 0.5)),
            pos2(
                left + (step * 0.75).max(0.75),
                y(*low).max(place.center().y + 0.5),
            ),
        );
        mesh.add_colored_rect(bar, if left < split { theme::AMBER } else { REST });
    }
    mesh
}

/// What is not heard yet.
const REST: Color32 = Color32::from_rgb(0x7d, 0x86, 0x8f);

fn next_ui(ui: &mut Ui, next: &Upcoming, place: Rect) {
    let response = ui.interact(place, ui.scope_id().with("next snippet"), Sense::hover());
    let mut text = format!("Next: {}", next.track);
    if !next.artist.is_empty() {
        text += &format!("  \u{00b7}  {}", next.artist);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    let at = pos2(place.left(), place.bottom() - 8.0);
    let font = theme::body_font();
    widgets::text_at(ui, at, place.width(), &text, font, theme::WEAK);
    response.on_hover_text(format!(
        "{}\nfrom {}: what the next stroke starts, as long as the brush sounds as now",
        text,
        format::clock(next.start)
    ));
}

/// Nothing was heard yet: why, and what to do.
fn empty_ui(ui: &mut Ui, view: &View) -> Vec<Request> {
    widgets::header(ui, "Snippet", |_| {});
    widgets::note(ui, empty_reason(view));
    let (label, purpose) = match &view.library {
        LibraryState::None | LibraryState::Failed { .. } => {
            ("Choose a folder of music", Purpose::Library)
        }
        _ if matches!(view.painting, crate::view::PaintingState::None) => {
            ("Choose a painting", Purpose::Painting)
        }
        _ => return Vec::new(),
    };
    let size = vec2(0.0, 32.0);
    let button = ui.add(egui::Button::new(label).min_size(size));
    let clicked = button.on_hover_text("Opens the browser").clicked();
    clicked
        .then_some(Request::Browse(purpose))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waveform_fits_its_place_whatever_the_peaks() {
        let place = Rect::from_min_size(pos2(10.0, 20.0), vec2(300.0, 40.0));
        for peaks in [
            vec![[-1.0, 1.0]; 200],
            vec![[-0.001, 0.002]; 200],
            vec![[0.0, 0.0]; 3],
            vec![[f32::NAN, f32::INFINITY], [-4.0, 2.0]],
            vec![[0.25, 0.5]; 1],
        ] {
            let mesh = waveform(&peaks, place, 100.0);
            assert_eq!(mesh.vertices.len(), 4 * peaks.len());
            let fits = |vertex: &egui::epaint::Vertex| place.expand(0.6).contains(vertex.pos);
            assert!(mesh.vertices.iter().all(fits), "{peaks:?}");
        }
        let mesh = waveform(&[[-1.0, 1.0]; 10], place, place.center().x);
        let played = mesh.vertices.iter().filter(|v| v.color == theme::AMBER);
        assert_eq!(played.count(), 20, "half of it is heard");
    }
}
