//! The page of the routes: every signal, where it goes, how it is shaped, and whether the
//! routes work. A function from the published snapshot to what is asked for.
//!
//! Settings are changed in a copy, which is sent whole. The worker takes a moment to
//! publish what it was sent; until then the copy is shown, so that two quick changes do
//! not undo each other.

mod fields;
mod help;
mod local;
mod network;
mod reading;
mod shaping;
mod state;
mod table;

use std::time::{Duration, Instant};

use egui::{ScrollArea, Ui};
use outputs::network::RouteState;
use outputs::{OutputSettings, Signal};

use crate::editor::request::Request;
use crate::editor::theme;
use crate::params::ImpastoParams;
use crate::view::{Action, View};

/// How long what was asked for is shown at most before it is in force. The worker takes
/// some tens of milliseconds.
const PATIENCE: Duration = Duration::from_millis(500);

/// Below this width there is room for two cards beside each other and not for three, in
/// points.
const NARROW: f32 = 940.0;

/// What the page keeps from frame to frame.
#[derive(Clone, Debug)]
pub struct Outputs {
    selected: Signal,
    typing: fields::Typing,
    /// Asked for and not seen in force yet, and when.
    draft: Option<(OutputSettings, Instant)>,
}

impl Default for Outputs {
    fn default() -> Self {
        Self {
            selected: Signal::Congruity,
            typing: fields::Typing::default(),
            draft: None,
        }
    }
}

impl Outputs {
    /// The settings to show and to change.
    fn settings(&mut self, view: &View, now: Instant) -> OutputSettings {
        let waiting = |(draft, asked): &(OutputSettings, Instant)| {
            now.saturating_duration_since(*asked) < PATIENCE && *draft != *view.outputs
        };
        match self.draft.take().filter(waiting) {
            Some(draft) => self.draft.insert(draft).0.clone(),
            None => (*view.outputs).clone(),
        }
    }
}

/// Whether a route that is on does not work.
pub fn is_failing(view: &View) -> bool {
    let network = &view.network;
    let states = [
        &network.osc_out.state,
        &network.osc_in.state,
        &network.light.state,
    ];
    let failed = |state: &&RouteState| matches!(state, RouteState::Failed { .. });
    states.iter().any(failed)
}

/// Fills the window above the status line.
pub fn outputs_ui(
    ui: &mut Ui,
    view: &View,
    params: &ImpastoParams,
    page: &mut Outputs,
    now: Instant,
) -> Vec<Request> {
    let before = page.settings(view, now);
    let mut settings = before.clone();
    ui.spacing_mut().item_spacing.y = theme::GAP;
    card(ui, |ui| {
        let Outputs {
            selected, typing, ..
        } = page;
        let mode = params.automation.value();
        table::table_ui(ui, view, mode, &mut settings, typing, selected);
    });
    let scroll = ScrollArea::vertical().auto_shrink(false);
    let mut asked = scroll
        .show(ui, |ui| cards_ui(ui, view, params, page, &mut settings))
        .inner;
    let checked = settings.clone().checked();
    if let Some((field, sentence)) = reading::lost(&settings, &checked) {
        page.typing.refuse(field, sentence);
    }
    if checked != before {
        page.draft = Some((checked.clone(), now));
        asked.push(Request::Act(Action::SetOutputs(Box::new(checked))));
    }
    asked
}

/// What is below the table: the selected signal's shape, and the routes.
fn cards_ui(
    ui: &mut Ui,
    view: &View,
    params: &ImpastoParams,
    page: &mut Outputs,
    settings: &mut OutputSettings,
) -> Vec<Request> {
    let mut cards = Cards {
        view,
        params,
        page,
        settings,
        asked: Vec::new(),
    };
    ui.spacing_mut().item_spacing.x = theme::GAP;
    if ui.available_width() < NARROW {
        ui.columns_const(|[left, right]| {
            cards.shape_ui(left);
            cards.automation_ui(left);
            cards.midi_ui(left);
            cards.voltage_ui(left);
            cards.osc_ui(right);
            cards.light_ui(right);
        });
    } else {
        ui.columns_const(|[left, middle, right]| {
            cards.shape_ui(left);
            cards.voltage_ui(left);
            cards.automation_ui(middle);
            cards.osc_ui(middle);
            cards.midi_ui(right);
            cards.light_ui(right);
        });
    }
    cards.asked
}

/// What the cards of one frame share.
struct Cards<'a> {
    view: &'a View,
    params: &'a ImpastoParams,
    page: &'a mut Outputs,
    settings: &'a mut OutputSettings,
    asked: Vec<Request>,
}

impl Cards<'_> {
    fn shape_ui(&mut self, ui: &mut Ui) {
        let signal = self.page.selected;
        let found = self.view.signals[signal];
        let shape = &mut self.settings.shapes[signal];
        card(ui, |ui| shaping::shaping_ui(ui, signal, found, shape));
    }

    fn automation_ui(&mut self, ui: &mut Ui) {
        let (lost, settings) = (self.view.edits_lost, &mut self.settings.automation);
        let asked = &mut self.asked;
        card(ui, |ui| {
            asked.extend(local::automation_ui(ui, self.params, lost, settings));
        });
    }

    fn midi_ui(&mut self, ui: &mut Ui) {
        card(ui, |ui| local::midi_ui(ui, &mut self.settings.cc));
    }

    fn voltage_ui(&mut self, ui: &mut Ui) {
        let (values, channels) = (&self.view.routed, &mut self.settings.cv);
        card(ui, |ui| local::voltage_ui(ui, values, channels));
    }

    fn osc_ui(&mut self, ui: &mut Ui) {
        let (status, typing) = (&self.view.network, &mut self.page.typing);
        let settings = &mut self.settings.osc;
        card(ui, |ui| network::osc_ui(ui, status, typing, settings));
    }

    fn light_ui(&mut self, ui: &mut Ui) {
        let (status, typing) = (&self.view.network, &mut self.page.typing);
        let settings = &mut self.settings.light;
        card(ui, |ui| network::light_ui(ui, status, typing, settings));
    }
}

/// A card as high as what is in it.
fn card(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.spacing_mut().item_spacing.y = theme::GAP;
    theme::card().show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = egui::vec2(8.0, 3.0);
        content(ui);
    });
}
