//! The routes that go through the host: automation, MIDI, and voltage.

use egui::Ui;
use nice_plug::prelude::Enum;
use outputs::Values;
use outputs::settings::{AutomationSettings, CcResolution, CcSettings, CvChannel, Polarity};

use super::fields::{choice, line, number, pair, switch};
use super::help::Control;
use super::state::{State, state_ui};
use crate::editor::request::{Request, whole_change};
use crate::editor::{format, theme, widgets};
use crate::params::{Automation, ImpastoParams};
use crate::view::View;

/// Automation: its mode is a parameter of its own. `lost` are the edits that found no way
/// to the host.
pub fn automation_ui(
    ui: &mut Ui,
    params: &ImpastoParams,
    lost: u64,
    settings: &mut AutomationSettings,
) -> Vec<Request> {
    let mode = params.automation.value();
    let mut requests = Vec::new();
    let told = settings.signals.0.iter().filter(|on| **on).count();
    let state = match mode {
        Automation::Off => State::Off,
        Automation::Native | Automation::Compatibility => State::On(signals(told)),
    };
    widgets::header(ui, "Automation", |ui| state_ui(ui, &state));
    line(ui, "Mode", |ui| {
        let names = Automation::variants();
        if let Some(place) = choice(ui, Control::Automation, names, mode as usize) {
            let normalized = place as f32 / (names.len() - 1) as f32;
            requests.extend(whole_change(&params.automation, normalized));
        }
    });
    let AutomationSettings { rate, deadband, .. } = settings;
    pair(
        ui,
        ("Rate", |ui: &mut Ui| {
            number(
                ui,
                Control::AutomationRate,
                rate,
                1.0..=100.0,
                (0.5, 1),
                " /s",
            );
        }),
        ("Deadband", |ui: &mut Ui| {
            number(ui, Control::Deadband, deadband, 0.0..=0.2, (0.001, 3), "");
        }),
    );
    if mode == Automation::Compatibility && lost > 0 {
        let lost = format::counted(usize::try_from(lost).unwrap_or(usize::MAX), "change");
        widgets::alert(
            ui,
            &format!(
                "{lost} did not reach the host. Some hosts take them only while this editor is \
                 open: keep it open, or choose Native."
            ),
        );
    }
    requests
}

/// MIDI control change.
pub fn midi_ui(ui: &mut Ui, view: &View, settings: &mut CcSettings) {
    let sent = settings.controllers.0.iter().flatten().count();
    let handed = usize::try_from(view.controllers_sent).unwrap_or(usize::MAX);
    let state = match settings.enabled {
        true if !view.processing => State::On("waits for the host's audio".to_owned()),
        true => State::On(format!("{}, {} sent", signals(sent), format::count(handed))),
        false => State::Off,
    };
    widgets::header(ui, "MIDI", |ui| state_ui(ui, &state));
    if settings.enabled && sent == 0 {
        widgets::alert(
            ui,
            "No signal has a controller: give one its number in the table.",
        );
    }
    let CcSettings {
        enabled,
        resolution,
        channel,
        rate,
        ..
    } = settings;
    pair(
        ui,
        ("Send", |ui: &mut Ui| switch(ui, Control::Midi, enabled)),
        ("Channel", |ui: &mut Ui| {
            number(ui, Control::MidiChannel, channel, 1..=16, (0.1, 0), "");
        }),
    );
    pair(
        ui,
        ("Bits", |ui: &mut Ui| {
            let taken = usize::from(*resolution == CcResolution::Fine);
            if let Some(place) = choice(ui, Control::MidiBits, &["7", "14"], taken) {
                *resolution = [CcResolution::Coarse, CcResolution::Fine][place];
            }
        }),
        ("Rate", |ui: &mut Ui| {
            number(ui, Control::MidiRate, rate, 1.0..=200.0, (0.5, 1), " /s");
        }),
    );
}

/// Control voltage, by channel; `values` are the signals as they leave.
pub fn voltage_ui(ui: &mut Ui, values: &Values, channels: &mut [CvChannel; 2]) {
    let on = channels.iter().any(|channel| channel.source.is_some());
    let state = match on {
        true => State::On(channels.map(|channel| sample(&channel, values)).join(" / ")),
        false => State::Off,
    };
    widgets::header(ui, "Control voltage", |ui| state_ui(ui, &state));
    let controls = [
        ("Left", Control::LeftPolarity, Control::LeftScale),
        ("Right", Control::RightPolarity, Control::RightScale),
    ];
    for (channel, (name, polarity_control, scale_control)) in channels.iter_mut().zip(controls) {
        let CvChannel {
            polarity, scale, ..
        } = channel;
        pair(
            ui,
            (name, |ui: &mut Ui| {
                let taken = usize::from(*polarity == Polarity::Bipolar);
                if let Some(place) =
                    choice(ui, polarity_control, &["0 to +", "\u{2212} to +"], taken)
                {
                    *polarity = [Polarity::Unipolar, Polarity::Bipolar][place];
                }
            }),
            ("Scale", |ui: &mut Ui| {
                number(ui, scale_control, scale, 0.0..=1.0, (0.005, 2), "");
            }),
        );
    }
    let warning =
        "Direct current: for synthesizers and DC-coupled outputs, never for loudspeakers.";
    let text = egui::RichText::new(warning).font(theme::small_font());
    let color = if on { theme::ALERT } else { theme::WEAK };
    ui.add(egui::Label::new(text.color(color)).wrap());
}

/// What a channel carries now, in parts of full scale.
fn sample(channel: &CvChannel, values: &Values) -> String {
    let Some(signal) = channel.source else {
        return "silent".to_owned();
    };
    // Unknown from the beginning is 0 V.
    let sample = values[signal].map_or(0.0, |value| channel.sample(value));
    let sample = format::unit_value(sample).replace('-', "\u{2212}");
    format!("{} {sample}", signal.name())
}

fn signals(number: usize) -> String {
    format!("on: {}", format::counted(number, "signal"))
}
