//! The routes over the network: OSC out and in, and light.

use egui::Ui;
use outputs::network::{NetworkStatus, Received, RouteState};
use outputs::settings::{LightSettings, OscSettings, SlotResolution};

use super::fields::{Typing, choice, entry, line, number, pair, switch};
use super::help::Control;
use super::reading;
use super::state::{State, reason_ui, received, sent, state_ui};
use crate::editor::widgets;

/// OSC, out and in.
pub fn osc_ui(
    ui: &mut Ui,
    status: &NetworkStatus,
    typing: &mut Typing,
    settings: &mut OscSettings,
) {
    let out = &status.osc_out;
    widgets::header(ui, "OSC out", |ui| {
        state_ui(ui, &State::of(&out.state, sent(&out.counts)));
    });
    let OscSettings {
        enabled,
        target,
        rate,
        listening,
        listen,
        allowed,
    } = settings;
    pair(
        ui,
        ("Send", |ui: &mut Ui| switch(ui, Control::OscOut, enabled)),
        ("Rate", |ui: &mut Ui| {
            number(ui, Control::OscRate, rate, 1.0..=200.0, (0.5, 1), " /s");
        }),
    );
    address(
        ui,
        typing,
        ("To", Control::OscTarget),
        target,
        reading::osc_target,
    );
    reason_ui(ui, &out.state);
    typing.refused_ui(ui, &[Control::OscTarget]);
    ui.add_space(4.0);

    let incoming = &status.osc_in;
    widgets::header(ui, "OSC in", |ui| {
        state_ui(ui, &State::of(&incoming.state, received(&incoming.counts)));
    });
    line(ui, "Receive", |ui| switch(ui, Control::OscIn, listening));
    address(
        ui,
        typing,
        ("At", Control::OscListen),
        listen,
        reading::osc_listen,
    );
    let mut senders = allowed.join(", ");
    address(
        ui,
        typing,
        ("From", Control::OscAllowed),
        &mut senders,
        |text| reading::senders(text).map(|list| list.join(", ")),
    );
    if senders != allowed.join(", ") {
        *allowed = senders.split(", ").map(str::to_owned).collect();
    }
    reason_ui(ui, &incoming.state);
    refused_ui(ui, &incoming.state, &incoming.counts);
    typing.refused_ui(ui, &[Control::OscListen, Control::OscAllowed]);
}

/// Light.
pub fn light_ui(
    ui: &mut Ui,
    status: &NetworkStatus,
    typing: &mut Typing,
    settings: &mut LightSettings,
) {
    let route = &status.light;
    widgets::header(ui, "Light (sACN)", |ui| {
        state_ui(ui, &State::of(&route.state, sent(&route.counts)));
    });
    let LightSettings {
        enabled,
        target,
        multicast,
        interface,
        universe,
        priority,
        resolution,
        rate,
        blackout,
        ..
    } = settings;
    pair(
        ui,
        ("Send", |ui: &mut Ui| switch(ui, Control::Light, enabled)),
        ("Blackout", |ui: &mut Ui| {
            switch(ui, Control::Blackout, blackout)
        }),
    );
    line(ui, "To group", |ui| {
        switch(ui, Control::LightMulticast, multicast)
    });
    if *multicast {
        let control = ("Network", Control::LightInterface);
        address(ui, typing, control, interface, reading::light_interface);
    } else {
        address(
            ui,
            typing,
            ("To", Control::LightTarget),
            target,
            reading::light_target,
        );
    }
    pair(
        ui,
        ("Universe", |ui: &mut Ui| {
            number(
                ui,
                Control::LightUniverse,
                universe,
                1..=63_999,
                (0.1, 0),
                "",
            );
        }),
        ("Priority", |ui: &mut Ui| {
            number(ui, Control::LightPriority, priority, 0..=200, (0.5, 0), "");
        }),
    );
    pair(
        ui,
        ("Bits", |ui: &mut Ui| {
            let taken = usize::from(*resolution == SlotResolution::Fine);
            if let Some(place) = choice(ui, Control::LightBits, &["8", "16"], taken) {
                *resolution = [SlotResolution::Coarse, SlotResolution::Fine][place];
            }
        }),
        ("Rate", |ui: &mut Ui| {
            number(ui, Control::LightRate, rate, 1.0..=44.0, (0.2, 1), " /s");
        }),
    );
    reason_ui(ui, &route.state);
    typing.refused_ui(ui, &[Control::LightTarget, Control::LightInterface]);
}

/// A line with an address, which is replaced by what `read` makes of what is typed.
fn address(
    ui: &mut Ui,
    typing: &mut Typing,
    (caption, control): (&str, Control),
    text: &mut String,
    read: impl FnOnce(&str) -> Result<String, String>,
) {
    let hint = match control {
        Control::LightInterface => "as the system has it",
        _ => "nowhere",
    };
    line(ui, caption, |ui| {
        if let Some(typed) = entry(ui, typing, control.into(), (text, hint), read) {
            *text = typed;
        }
    });
}

/// Who was not obeyed last, as that is likely a machine that was forgotten.
fn refused_ui(ui: &mut Ui, state: &RouteState, counts: &Received) {
    if let (RouteState::On, Some(sender)) = (state, counts.last_refused) {
        widgets::small_line(ui, &format!("{sender} is not allowed and was refused"));
    }
}
