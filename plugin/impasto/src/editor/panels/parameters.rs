//! The parameters, five in a row. Values are read from the parameters themselves and
//! changed only by the returned [`Edit`]s.

use egui::{
    Align, CornerRadius, Event, Id, Key, Layout, RichText, Sense, TextEdit, Ui, UiBuilder,
    WidgetInfo, vec2,
};
use nice_plug::prelude::{Enum, Param};

use crate::editor::request::{Edit, Request, Step};
use crate::editor::{theme, widgets};
use crate::params::{ImpastoParams, PlayMode, help};

/// In a row.
const COLUMNS: usize = 5;
/// Of one parameter, in points.
const CELL_HEIGHT: f32 = 40.0;
/// What the whole panel needs inside its card.
pub const HEIGHT: f32 = 2.0 * CELL_HEIGHT + 6.0;

/// Normalized change for a point of dragging while Shift is held.
const FINE: f32 = 0.0015;

/// A value that is being typed: of which parameter, and the text so far.
#[derive(Clone, Debug, Default)]
pub struct Typing {
    field: Option<(&'static str, String)>,
}

/// What the cells of one frame share.
struct Cells<'a> {
    typing: &'a mut Typing,
    requests: Vec<Request>,
    rect: egui::Rect,
    next: usize,
}

/// Fills its card.
pub fn parameters_ui(ui: &mut Ui, params: &ImpastoParams, typing: &mut Typing) -> Vec<Request> {
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    let mut cells = Cells {
        typing,
        requests: Vec::new(),
        rect,
        next: 0,
    };
    cells.slider(ui, "filter", &params.filter);
    cells.mode(ui, "mode", &params.mode);
    cells.slider(ui, "sensitivity", &params.sensitivity);
    cells.slider(ui, "interval", &params.interval);
    cells.slider(ui, "fade", &params.fade);
    cells.slider(ui, "snippets", &params.snippets);
    cells.slider(ui, "dry", &params.dry);
    cells.slider(ui, "variety", &params.variety);
    cells.slider(ui, "smoothing", &params.smoothing);
    cells.toggle(ui, "congruity-out", &params.congruity_out);
    cells.requests
}

impl Cells<'_> {
    /// The next cell, as a region of its own with its name, tooltip and `content`.
    fn cell(
        &mut self,
        ui: &mut Ui,
        id: &'static str,
        name: &str,
        content: impl FnOnce(&mut Self, &mut Ui),
    ) {
        let (column, row) = (self.next % COLUMNS, self.next / COLUMNS);
        self.next += 1;
        let gap = 16.0;
        let width = (self.rect.width() - gap * (COLUMNS - 1) as f32) / COLUMNS as f32;
        let corner = vec2(
            (width + gap) * column as f32,
            (CELL_HEIGHT + 6.0) * row as f32,
        );
        let place =
            egui::Rect::from_min_size(self.rect.min + corner, vec2(width.max(1.0), CELL_HEIGHT));
        let mut cell = ui.new_child(
            UiBuilder::new()
                .id_salt(id)
                .max_rect(place)
                .layout(Layout::top_down(Align::Min)),
        );
        cell.spacing_mut().item_spacing.y = 3.0;
        // Behind the content, so that the whole cell explains itself.
        let help = cell.interact(place, Id::unique(("help", id)), Sense::hover());
        help.on_hover_ui(|ui| help_ui(ui, name, id));
        content(self, &mut cell);
    }

    fn set(&mut self, param: &impl Param, step: Step) {
        let param = param.as_ptr();
        self.requests.push(Request::Edit(Edit { param, step }));
    }

    /// A whole change in one go.
    fn set_once(&mut self, param: &impl Param, normalized: f32) {
        for step in [Step::Begin, Step::Set(normalized), Step::End] {
            self.set(param, step);
        }
    }

    fn slider<P: Param>(&mut self, ui: &mut Ui, id: &'static str, param: &P) {
        self.cell(ui, id, param.name(), |cells, ui| {
            ui.horizontal(|ui| {
                ui.set_height(20.0);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    cells.value_ui(ui, id, param);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        widgets::small_line(ui, param.name());
                    });
                });
            });
            cells.track_ui(ui, id, param);
        });
    }

    /// The value as text; a click lets it be typed.
    fn value_ui<P: Param>(&mut self, ui: &mut Ui, id: &'static str, param: &P) {
        ui.spacing_mut().button_padding.x = 2.0;
        let Some(text) = self.typing.of(id) else {
            let value = RichText::new(param.to_string()).font(theme::body_font());
            let button = egui::Button::new(value).frame_when_inactive(false).small();
            if ui
                .add(button)
                .on_hover_text("Click to type a value")
                .clicked()
            {
                self.typing.field = Some((id, param.to_string()));
            }
            return;
        };
        let field = TextEdit::singleline(text)
            .font(theme::body_font())
            .desired_width(72.0)
            .margin(vec2(4.0, 1.0));
        let response = ui.add(field);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let normalized = entered
            .then(|| param.string_to_normalized_value(text.trim()))
            .flatten();
        if response.lost_focus() {
            self.typing.field = None;
        } else if !response.has_focus() {
            response.request_focus();
        }
        if let Some(normalized) = normalized {
            self.set_once(param, normalized.clamp(0.0, 1.0));
        }
    }

    /// The slider's track: drag, Shift-drag for fine steps, double click or Ctrl-click
    /// for the default, arrow keys.
    fn track_ui<P: Param>(&mut self, ui: &mut Ui, id: &str, param: &P) {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::click_and_drag());
        let value = param.unmodulated_normalized_value();
        response.widget_info(|| {
            let mut info = WidgetInfo::slider(true, f64::from(value), param.name());
            info.current_text_value = Some(param.to_string());
            info
        });
        let fine = ui.input(|input| input.modifiers.shift);
        let reset = response.double_clicked()
            || response.clicked() && ui.input(|input| input.modifiers.command);
        if reset {
            self.set_once(param, param.default_normalized_value());
        } else if response.clicked() && !fine {
            if let Some(pointer) = response.interact_pointer_pos() {
                self.set_once(param, share_at(rect, pointer.x));
            }
        } else if response.drag_started() {
            self.set(param, Step::Begin);
        }
        if response.dragged() {
            let pointer = response
                .interact_pointer_pos()
                .map_or(0.0, |pointer| pointer.x);
            let to = if fine {
                (value + response.drag_delta().x * FINE).clamp(0.0, 1.0)
            } else {
                share_at(rect, pointer)
            };
            if to != value && (fine || response.drag_delta().x != 0.0) {
                self.set(param, Step::Set(to));
            }
        }
        if response.drag_stopped() {
            self.set(param, Step::End);
        }
        if response.has_focus()
            && let Some(to) = keyed(ui, response.id, param, value)
        {
            self.set_once(param, to);
        }
        paint_track(ui, rect, &response, value);
        response.on_hover_ui(|ui| {
            help_ui(ui, param.name(), id);
            let usage = "Drag, with Shift for fine steps. Double-click for the default.";
            ui.label(
                RichText::new(usage)
                    .font(theme::small_font())
                    .color(theme::WEAK),
            );
        });
    }

    fn mode(
        &mut self,
        ui: &mut Ui,
        id: &'static str,
        param: &nice_plug::prelude::EnumParam<PlayMode>,
    ) {
        self.cell(ui, id, param.name(), |cells, ui| {
            ui.horizontal(|ui| {
                ui.set_height(16.0);
                widgets::small_line(ui, param.name());
            });
            let names: Vec<String> = PlayMode::variants()
                .iter()
                .map(ToString::to_string)
                .collect();
            let steps = (names.len() - 1) as f32;
            let taken = (param.unmodulated_normalized_value() * steps).round() as usize;
            if let Some(place) = widgets::segments(ui, &names, taken) {
                cells.set_once(param, place as f32 / steps);
            }
        });
    }

    fn toggle(&mut self, ui: &mut Ui, id: &'static str, param: &nice_plug::prelude::BoolParam) {
        self.cell(ui, id, param.name(), |cells, ui| {
            ui.horizontal(|ui| {
                ui.set_height(16.0);
                widgets::small_line(ui, param.name());
            });
            ui.horizontal(|ui| {
                if widgets::switch(ui, param.name(), param.value()).clicked() {
                    cells.set_once(param, if param.value() { 0.0 } else { 1.0 });
                }
                let text = if param.value() { "to the host" } else { "off" };
                widgets::caption(ui, text);
            });
        });
    }
}

impl Typing {
    fn of(&mut self, id: &str) -> Option<&mut String> {
        let (typed, text) = self.field.as_mut()?;
        (*typed == id).then_some(text)
    }
}

/// What a parameter does and how its control is used.
fn help_ui(ui: &mut Ui, name: &str, id: &str) {
    ui.label(RichText::new(name).color(theme::TEXT));
    widgets::note(ui, help(id));
}

fn share_at(rect: egui::Rect, x: f32) -> f32 {
    egui::remap_clamp(x, rect.x_range(), 0.0..=1.0)
}

/// The value that the arrow keys ask for; Shift makes the steps fine.
fn keyed<P: Param>(ui: &Ui, id: Id, param: &P, value: f32) -> Option<f32> {
    ui.memory_mut(|memory| {
        let filter = egui::EventFilter {
            horizontal_arrows: true,
            ..Default::default()
        };
        memory.set_focus_lock_filter(id, filter);
    });
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => match key {
                Key::ArrowLeft => Some(param.previous_normalized_step(value, modifiers.shift)),
                Key::ArrowRight => Some(param.next_normalized_step(value, modifiers.shift)),
                Key::Home => Some(0.0),
                Key::End => Some(1.0),
                _ => None,
            },
            _ => None,
        })
    })
}

fn paint_track(ui: &Ui, rect: egui::Rect, response: &egui::Response, value: f32) {
    let track = egui::Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    let radius = CornerRadius::same(2);
    let busy = response.hovered() || response.dragged() || response.has_focus();
    ui.painter().rect_filled(track, radius, theme::TROUGH);
    let mut filled = track;
    filled.set_width(track.width() * value.clamp(0.0, 1.0));
    let fill = if busy {
        theme::AMBER
    } else {
        theme::AMBER.gamma_multiply(0.75)
    };
    ui.painter().rect_filled(filled, radius, fill);
    let knob = egui::pos2(
        filled.right().clamp(rect.left() + 5.0, rect.right() - 5.0),
        rect.center().y,
    );
    let color = if busy { theme::TEXT } else { theme::WEAK };
    ui.painter().circle_filled(knob, 5.0, color);
    if response.has_focus() {
        widgets::focus_ring(ui, rect);
    }
}
