//! The parameters, five in a row on four pages. Values are read from the parameters
//! themselves and changed only by the returned [`Edit`]s.

use egui::{
    Align, CornerRadius, Event, Id, Key, Layout, RichText, Sense, TextEdit, Ui, UiBuilder,
    WidgetInfo, vec2,
};
use engine::analysis::stroke::Calibration;
use nice_plug::prelude::{Enum, Param};

use crate::editor::request::{Edit, Request, Step, whole_change};
use crate::editor::{theme, widgets};
use crate::params::{ImpastoParams, help};
use crate::view::{Action, CalibrationState};

/// In a row.
const COLUMNS: usize = 5;
/// Of one parameter, in points.
const CELL_HEIGHT: f32 = 40.0;
/// What the whole panel needs inside its card.
pub const HEIGHT: f32 = 2.0 * CELL_HEIGHT + 6.0;

/// Of the column at the left that chooses the page, in points.
const PAGES_WIDTH: f32 = 64.0;

/// Normalized change for a point of dragging while Shift is held.
const FINE: f32 = 0.0015;

/// A value that is being typed: of which parameter, and the text so far.
#[derive(Clone, Debug, Default)]
struct Typing {
    field: Option<(&'static str, String)>,
}

/// What the panel keeps from frame to frame.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    page: Page,
    typing: Typing,
}

/// Parameters that are needed together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    /// What begins and ends a snippet, and how it sounds.
    #[default]
    Play,
    /// What a stroke is, and what it sends.
    Touch,
    /// Which snippet, and how loud.
    Choose,
    /// What congruity is made of.
    Weigh,
}

impl Page {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Play, "Play"),
        (Self::Touch, "Touch"),
        (Self::Choose, "Choose"),
        (Self::Weigh, "Weigh"),
    ];
}

/// What the cells of one frame share.
struct Cells<'a> {
    typing: &'a mut Typing,
    requests: Vec<Request>,
    rect: egui::Rect,
    next: usize,
}

/// What sets the parameters of the brush to what a calibration found.
pub fn calibrated(params: &ImpastoParams, found: &Calibration) -> Vec<Request> {
    let values = [
        (&params.sensitivity, found.sensitivity),
        (&params.softest, found.softest_db),
        (&params.hardest, found.hardest_db),
    ];
    let edits = values.iter().flat_map(|(param, value)| {
        let param = *param;
        whole_change(param, param.preview_normalized(*value))
    });
    edits.collect()
}

/// Fills its card.
pub fn parameters_ui(
    ui: &mut Ui,
    params: &ImpastoParams,
    calibration: &CalibrationState,
    controls: &mut Controls,
) -> Vec<Request> {
    let mut rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    controls.page = pages_ui(ui, rect, controls.page);
    rect.min.x += PAGES_WIDTH + 16.0;
    let mut cells = Cells {
        typing: &mut controls.typing,
        requests: Vec::new(),
        rect,
        next: 0,
    };
    match controls.page {
        Page::Play => cells.play(ui, params),
        Page::Touch => cells.brush(ui, params, calibration),
        Page::Choose => cells.choose(ui, params),
        Page::Weigh => cells.weigh(ui, params),
    }
    cells.requests
}

/// The pages' names, one below the other; the one that is shown from now on.
fn pages_ui(ui: &mut Ui, rect: egui::Rect, shown: Page) -> Page {
    let mut next = shown;
    let height = rect.height() / Page::ALL.len() as f32;
    for (place, (page, name)) in Page::ALL.into_iter().enumerate() {
        let corner = rect.min + vec2(0.0, height * place as f32);
        let part = egui::Rect::from_min_size(corner, vec2(PAGES_WIDTH, height - 2.0));
        if widgets::tab(ui, part, name, page == shown).clicked() {
            next = page;
        }
    }
    next
}

impl Cells<'_> {
    fn play(&mut self, ui: &mut Ui, params: &ImpastoParams) {
        self.choice(ui, "mode", &params.mode);
        self.choice(ui, "sync", &params.sync);
        self.slider(ui, "voices", &params.voices);
        self.slider(ui, "fade", &params.fade);
        self.slider(ui, "interval", &params.interval);
        self.slider(ui, "touch-level", &params.touch_level);
        self.slider(ui, "touch-tone", &params.touch_tone);
        self.toggle(ui, "freeze", &params.freeze, ["off", "frozen"]);
        self.toggle(ui, "trigger", &params.trigger, ["off", "held"]);
        self.toggle(ui, "bypass", &params.bypass, ["off", "bypassed"]);
    }

    fn brush(&mut self, ui: &mut Ui, params: &ImpastoParams, calibration: &CalibrationState) {
        self.slider(ui, "sensitivity", &params.sensitivity);
        self.slider(ui, "hold", &params.hold);
        self.slider(ui, "softest", &params.softest);
        self.slider(ui, "hardest", &params.hardest);
        self.calibration(ui, calibration);
        self.toggle(ui, "notes-out", &params.notes_out, ["off", "to the host"]);
        self.slider(ui, "note-channel", &params.note_channel);
        self.slider(ui, "note", &params.note);
        self.slider(ui, "note-range", &params.note_range);
        self.calibration_failure(ui, calibration);
    }

    fn choose(&mut self, ui: &mut Ui, params: &ImpastoParams) {
        self.slider(ui, "filter", &params.filter);
        self.slider(ui, "fit", &params.fit);
        self.slider(ui, "continuity", &params.continuity);
        self.slider(ui, "variety", &params.variety);
        // How loud, below which.
        self.next = COLUMNS;
        self.slider(ui, "snippets", &params.snippets);
        self.slider(ui, "dry", &params.dry);
    }

    fn weigh(&mut self, ui: &mut Ui, params: &ImpastoParams) {
        self.slider(ui, "weight-network", &params.weight_network);
        self.slider(ui, "weight-valence", &params.weight_valence);
        self.slider(ui, "weight-arousal", &params.weight_arousal);
        self.slider(ui, "weight-crossmodal", &params.weight_crossmodal);
        self.slider(ui, "weight-gesture", &params.weight_gesture);
        self.slider(ui, "smoothing", &params.smoothing);
    }

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

    fn set_once(&mut self, param: &impl Param, normalized: f32) {
        self.requests.extend(whole_change(param, normalized));
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

    /// One of a few, from a list.
    fn choice<E: Enum + PartialEq + 'static>(
        &mut self,
        ui: &mut Ui,
        id: &'static str,
        param: &nice_plug::prelude::EnumParam<E>,
    ) {
        self.cell(ui, id, param.name(), |cells, ui| {
            ui.horizontal(|ui| {
                ui.set_height(16.0);
                widgets::small_line(ui, param.name());
            });
            let names = E::variants();
            let steps = (names.len() - 1) as f32;
            let taken = (param.unmodulated_normalized_value() * steps).round() as usize;
            if let Some(place) = widgets::chooser(ui, param.name(), names, taken) {
                cells.set_once(param, place as f32 / steps);
            }
        });
    }

    /// Sets the brush up from ten seconds of painting.
    fn calibration(&mut self, ui: &mut Ui, state: &CalibrationState) {
        self.cell(ui, "calibrate", "Calibrate", |cells, ui| {
            ui.horizontal(|ui| {
                ui.set_height(16.0);
                match state {
                    CalibrationState::Listening { .. } => {
                        widgets::small_line(ui, "Paint now, soft and hard");
                    }
                    CalibrationState::Done { .. } => {
                        widgets::small_line(ui, "Set up for your brush");
                    }
                    CalibrationState::None | CalibrationState::Failed { .. } => {
                        widgets::small_line(ui, "Paint for ten seconds");
                    }
                }
            });
            if let CalibrationState::Listening { progress } = state {
                widgets::bar(ui, 14.0, *progress, theme::BLUE);
            } else if ui.button("Calibrate").clicked() {
                cells.requests.push(Request::Act(Action::Calibrate));
            }
        });
    }

    /// Why the brush was not set up, if so.
    fn calibration_failure(&mut self, ui: &mut Ui, state: &CalibrationState) {
        if let CalibrationState::Failed { reason } = state {
            self.cell(ui, "calibration-failed", "Calibrate", |_, ui| {
                let text = RichText::new(reason).font(theme::small_font());
                let text = egui::Label::new(text.color(theme::ALERT)).wrap();
                ui.add(text).on_hover_text(reason);
            });
        }
    }

    /// `names` say what off and on mean.
    fn toggle(
        &mut self,
        ui: &mut Ui,
        id: &'static str,
        param: &nice_plug::prelude::BoolParam,
        names: [&str; 2],
    ) {
        self.cell(ui, id, param.name(), |cells, ui| {
            ui.horizontal(|ui| {
                ui.set_height(16.0);
                widgets::small_line(ui, param.name());
            });
            ui.horizontal(|ui| {
                if widgets::switch(ui, param.name(), param.value()).clicked() {
                    cells.set_once(param, if param.value() { 0.0 } else { 1.0 });
                }
                widgets::caption(ui, names[usize::from(param.value())]);
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
