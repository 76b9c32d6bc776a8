//! The page of the routes: every signal, where it goes, how it is shaped, and whether the
//! routes work. A function from the published snapshot to what is asked for.
//!
//! Settings are changed in a copy, which is sent whole. The worker takes a moment to
//! publish what it was sent; until then the copy is shown, so that two quick changes do
//! not undo each other.

mod fields;
mod guides;
mod help;
mod local;
mod network;
mod reading;
mod shaping;
mod state;
mod table;
mod trial;

use std::time::{Duration, Instant};

use egui::{ScrollArea, Ui};
use outputs::network::RouteState;
use outputs::{OutputSettings, Signal, Way};

use crate::editor::request::Request;
use crate::editor::theme;
use crate::params::{Automation, ImpastoParams};
use crate::view::{Action, View};

/// How long what was asked for is shown at most before it is in force. The worker takes
/// some tens of milliseconds.
const PATIENCE: Duration = Duration::from_millis(500);

/// Between two settings that are sent while something is dragged.
const BETWEEN: Duration = Duration::from_millis(100);

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
    /// The draft has changed since it was sent.
    unsent: bool,
    sent: Option<Instant>,
    /// The helper that is open.
    learning: Option<trial::Learning>,
}

impl Default for Outputs {
    fn default() -> Self {
        Self {
            selected: Signal::Congruity,
            typing: fields::Typing::default(),
            draft: None,
            unsent: false,
            sent: None,
            learning: None,
        }
    }
}

impl Outputs {
    /// The settings to show and to change.
    fn settings(&mut self, view: &View, now: Instant) -> OutputSettings {
        let unsent = self.unsent;
        let waiting = |(draft, asked): &(OutputSettings, Instant)| {
            let late = now.saturating_duration_since(*asked) >= PATIENCE;
            unsent || (!late && *draft != *view.outputs)
        };
        match self.draft.take().filter(waiting) {
            Some(draft) => self.draft.insert(draft).0.clone(),
            None => (*view.outputs).clone(),
        }
    }

    /// The draft, when it is time to send it: a drag asks at every frame.
    fn due(&mut self, dragging: bool, now: Instant) -> Option<Request> {
        let lately = |sent: Instant| now.saturating_duration_since(sent) < BETWEEN;
        if !self.unsent || (dragging && self.sent.is_some_and(lately)) {
            return None;
        }
        let (draft, asked) = self.draft.as_mut()?;
        (self.unsent, self.sent, *asked) = (false, Some(now), now);
        Some(Request::Act(Action::SetOutputs(Box::new(draft.clone()))))
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
        page.unsent = true;
    }
    let dragging = ui.input(|input| input.pointer.any_down());
    asked.extend(page.due(dragging, now));
    if page.unsent {
        ui.ctx().request_repaint_after(BETWEEN);
    }
    let on = |way| is_on(way, params, &checked);
    asked.extend(trial::learning_ui(ui, view, on, &mut page.learning));
    asked
}

/// Whether anything is sent by `way`.
fn is_on(way: Way, params: &ImpastoParams, settings: &OutputSettings) -> bool {
    match way {
        Way::Automation => params.automation.value() != Automation::Off,
        Way::Midi => settings.cc.enabled,
        Way::Voltage => settings.cv.iter().any(|channel| channel.source.is_some()),
        Way::Osc => settings.osc.enabled,
        Way::Light => settings.light.enabled,
    }
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

    /// The line in which a route is tried out.
    fn trial_ui(&mut self, ui: &mut Ui, way: Way) {
        let on = is_on(way, self.params, self.settings);
        let learning = &mut self.page.learning;
        let asked = trial::trial_ui(ui, self.view, (way, on), learning);
        self.asked.extend(asked);
    }

    fn automation_ui(&mut self, ui: &mut Ui) {
        card(ui, |ui| {
            let (params, lost) = (self.params, self.view.edits_lost);
            let settings = &mut self.settings.automation;
            let asked = local::automation_ui(ui, params, lost, settings);
            self.asked.extend(asked);
            self.trial_ui(ui, Way::Automation);
        });
    }

    fn midi_ui(&mut self, ui: &mut Ui) {
        card(ui, |ui| {
            local::midi_ui(ui, self.view, &mut self.settings.cc);
            self.trial_ui(ui, Way::Midi);
        });
    }

    fn voltage_ui(&mut self, ui: &mut Ui) {
        card(ui, |ui| {
            local::voltage_ui(ui, &self.view.routed, &mut self.settings.cv);
            self.trial_ui(ui, Way::Voltage);
        });
    }

    fn osc_ui(&mut self, ui: &mut Ui) {
        let status = &self.view.network;
        card(ui, |ui| {
            let (typing, settings) = (&mut self.page.typing, &mut self.settings.osc);
            network::osc_out_ui(ui, &status.osc_out, typing, settings);
            self.trial_ui(ui, Way::Osc);
            ui.add_space(4.0);
            let (typing, settings) = (&mut self.page.typing, &mut self.settings.osc);
            network::osc_in_ui(ui, &status.osc_in, typing, settings);
        });
    }

    fn light_ui(&mut self, ui: &mut Ui) {
        let status = &self.view.network;
        card(ui, |ui| {
            let (typing, settings) = (&mut self.page.typing, &mut self.settings.light);
            network::light_ui(ui, status, typing, settings);
            self.trial_ui(ui, Way::Light);
        });
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
