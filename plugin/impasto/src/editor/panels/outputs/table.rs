//! Every signal, what it is now, and which routes it takes: one row each.

use egui::{RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use outputs::network::{ROOT, RouteState};
use outputs::settings::OutputSettings;
use outputs::{Signal, Values};

use super::fields::{self, Typing, entry, letter, place, switch};
use super::help::{Control, Field, help_of};
use super::reading;
use crate::editor::{format, theme, widgets};
use crate::params::Automation;
use crate::view::View;

/// Between columns, in points.
const GAP: f32 = 10.0;

/// The columns' widths, in points.
struct Columns {
    name: f32,
    found: f32,
    leaves: f32,
    automation: f32,
    controller: f32,
    voltage: f32,
    osc: f32,
    slot: f32,
}

impl Columns {
    /// Of a table of this width: what is left over goes to the bars, and where there is
    /// much of it, to the addresses.
    fn of(width: f32) -> Self {
        let mut columns = Self {
            name: 92.0,
            found: 40.0,
            leaves: 0.0,
            automation: 66.0,
            controller: 58.0,
            voltage: 56.0,
            osc: if width > 900.0 { 132.0 } else { 40.0 },
            slot: 58.0,
        };
        let taken = columns.name
            + columns.found
            + columns.automation
            + columns.controller
            + columns.voltage
            + columns.osc
            + columns.slot;
        columns.leaves = (width - taken - 7.0 * GAP).max(40.0);
        columns
    }
}

/// The table. `selected` is the signal that is shaped below it.
pub fn table_ui(
    ui: &mut Ui,
    view: &View,
    automation: Automation,
    settings: &mut OutputSettings,
    typing: &mut Typing,
    selected: &mut Signal,
) {
    let columns = Columns::of(ui.available_width());
    ui.spacing_mut().item_spacing.y = 2.0;
    header_ui(ui, view, automation, settings, &columns);
    for signal in Signal::ALL {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            row_ui(ui, view, signal, settings, typing, selected, &columns);
        });
    }
    typing.refused_ui(ui, &[Control::Controller, Control::Slot]);
}

/// The columns' names, each route's with a lamp.
fn header_ui(
    ui: &mut Ui,
    view: &View,
    automation: Automation,
    settings: &OutputSettings,
    columns: &Columns,
) {
    let voltage = settings.cv.iter().any(|channel| channel.source.is_some());
    let lit = |state: &RouteState| *state == RouteState::On;
    let routes = [
        (columns.automation, "Auto", automation != Automation::Off),
        (columns.controller, "MIDI", settings.cc.enabled),
        (columns.voltage, "Voltage", voltage),
        (columns.osc, "OSC", lit(&view.network.osc_out.state)),
        (columns.slot, "Light", lit(&view.network.light.state)),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for (width, name) in [
            (columns.name, "Signal"),
            (columns.found, "found"),
            (columns.leaves, "leaves as"),
        ] {
            place(ui, width, |ui| {
                widgets::small_line(ui, name);
            });
        }
        for (width, name, on) in routes {
            place(ui, width, |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                widgets::lamp(ui, on, theme::AMBER);
                widgets::small_line(ui, name);
            });
        }
    });
}

fn row_ui(
    ui: &mut Ui,
    view: &View,
    signal: Signal,
    settings: &mut OutputSettings,
    typing: &mut Typing,
    selected: &mut Signal,
    columns: &Columns,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(columns.name, fields::LINE), Sense::hover());
    let tab = widgets::tab(ui, rect, signal.name(), *selected == signal);
    if tab.on_hover_text(signal_help(signal)).clicked() {
        *selected = signal;
    }
    found_ui(ui, &view.signals, signal, columns.found);
    leaves_ui(ui, view, signal, columns.leaves);
    place(ui, columns.automation, |ui| {
        let on = &mut settings.automation.signals[signal];
        switch(ui, Field::of(Control::Automate, signal), on);
    });
    place(ui, columns.controller, |ui| {
        let field = Field::of(Control::Controller, signal);
        let now = settings.cc.controllers[signal].map_or_else(String::new, |n| n.to_string());
        let read = |text: &str| reading::controller(text, &settings.cc, signal);
        if let Some(number) = entry(ui, typing, field, (&now, "none"), read) {
            settings.cc.controllers[signal] = number;
        }
    });
    place(ui, columns.voltage, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let controls = [(Control::Left, "L"), (Control::Right, "R")];
        for (channel, (control, name)) in settings.cv.iter_mut().zip(controls) {
            let on = channel.source == Some(signal);
            if letter(ui, Field::of(control, signal), name, on) {
                channel.source = (!on).then_some(signal);
            }
        }
    });
    place(ui, columns.osc, |ui| {
        let address = format!("{ROOT}/{}", signal.id());
        let text = if columns.osc > 80.0 { &address } else { "all" };
        widgets::small_line(ui, text)
            .on_hover_text(format!("{address}\n{}", help_of(Control::Osc)));
    });
    place(ui, columns.slot, |ui| {
        let field = Field::of(Control::Slot, signal);
        let now = settings.light.slots[signal].map_or_else(String::new, |n| n.to_string());
        let read = |text: &str| reading::slot(text, &settings.light, signal);
        if let Some(slot) = entry(ui, typing, field, (&now, "none"), read) {
            settings.light.slots[signal] = slot;
        }
    });
}

/// The value as it is found.
fn found_ui(ui: &mut Ui, values: &Values, signal: Signal, width: f32) {
    place(ui, width, |ui| {
        let value = values[signal];
        let text = value.map_or_else(|| format::UNKNOWN.to_owned(), format::unit_value);
        let color = if value.is_some() {
            theme::TEXT
        } else {
            theme::WEAK
        };
        let response = ui.label(RichText::new(text).font(theme::small_font()).color(color));
        response.on_hover_text(help_of(Control::Found));
    });
}

/// The value as it leaves: a bar and a number, and where it was found as a mark.
fn leaves_ui(ui: &mut Ui, view: &View, signal: Signal, width: f32) {
    place(ui, width, |ui| {
        let value = view.routed[signal];
        let color = if signal == Signal::Brush {
            theme::BLUE
        } else {
            theme::AMBER
        };
        let size = vec2((width - 40.0).max(8.0), fields::LINE);
        let inside = ui.allocate_ui_with_layout(size, *ui.layout(), |ui| {
            ui.set_min_size(size);
            widgets::bar(ui, 10.0, value.unwrap_or(0.0), color)
        });
        let bar = inside.inner;
        if let Some(found) = view.signals[signal] {
            let x = egui::lerp(bar.x_range(), found.clamp(0.0, 1.0));
            let mark = bar.y_range().expand(3.0);
            ui.painter().vline(x, mark, Stroke::new(1.5, theme::TEXT));
        }
        let text = value.map_or_else(|| format::UNKNOWN.to_owned(), format::unit_value);
        let color = if value.is_some() {
            theme::TEXT
        } else {
            theme::WEAK
        };
        ui.label(RichText::new(text).font(theme::small_font()).color(color));
        let response = ui.interact(bar, ui.scope_id().with(signal.id()), Sense::hover());
        response.widget_info(|| {
            let label = Field::of(Control::Leaves, signal).label();
            let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, label);
            info.value = value.map(f64::from);
            info
        });
        response.on_hover_text(help_of(Control::Leaves));
    });
}

fn signal_help(signal: Signal) -> String {
    let what = match signal {
        Signal::Congruity => "How well the music goes with the painting: its parts, weighed.",
        Signal::Network => "The part of congruity that the network hears and sees.",
        Signal::Valence => "Whether music and painting feel equally happy.",
        Signal::Arousal => "Whether music and painting feel equally agitated.",
        Signal::Crossmodal => "Whether what is heard is like what is seen in other ways.",
        Signal::Gesture => "Whether the music goes with the sound of the brush.",
        Signal::Brush => "How loud the brush is: 0 at \u{2212}60 dB, 1 at 0 dB.",
    };
    format!("{what} {}", help_of(Control::Select))
}
