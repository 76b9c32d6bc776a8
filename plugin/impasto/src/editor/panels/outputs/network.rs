//! The routes over the network: OSC out and in, and light.

use egui::Ui;
use outputs::network::{NetworkStatus, Received, Route, RouteState, Sent};
use outputs::settings::{LightSettings, OscSettings, SlotResolution};

use super::fields::{Typing, choice, entry, line, number, pair, switch};
use super::help::Control;
use super::reading;
use super::state::{State, reason_ui, received, sent, state_ui};
use crate::editor::widgets;

/// OSC out.
pub fn osc_out_ui(
    ui: &mut Ui,
    route: &Route<Sent>,
    typing: &mut Typing,
    settings: &mut OscSettings,
) {
    let OscSettings {
        enabled,
        target,
        rate,
        ..
    } = settings;
    widgets::header(ui, "OSC out", |ui| {
        state_ui(ui, &State::of(&route.state, sent(&route.counts)));
    });
    pair(
        ui,
        ("Send", |ui: &mut Ui| switch(ui, Control::OscOut, enabled)),
        ("Rate", |ui: &mut Ui| {
            number(ui, Control::OscRate, rate, 1.0..=200.0, (0.5, 1), " /s");
        }),
    );
    let to = ("To", Control::OscTarget);
    address(ui, typing, to, target, reading::osc_target);
    reason_ui(ui, &route.state);
    typing.refused_ui(ui, &[Control::OscTarget]);
}

/// OSC in.
pub fn osc_in_ui(
    ui: &mut Ui,
    route: &Route<Received>,
    typing: &mut Typing,
    settings: &mut OscSettings,
) {
    widgets::header(ui, "OSC in", |ui| {
        state_ui(ui, &State::of(&route.state, received(&route.counts)));
    });
    let listening = &mut settings.listening;
    line(ui, "Receive", |ui| switch(ui, Control::OscIn, listening));
    let at = ("At", Control::OscListen);
    address(ui, typing, at, &mut settings.listen, reading::osc_listen);
    allowed_ui(ui, typing, &mut settings.allowed);
    reason_ui(ui, &route.state);
    refused_ui(ui, &route.state, &route.counts);
    typing.refused_ui(ui, &[Control::OscListen, Control::OscAllowed]);
}

/// Who is obeyed, in one line.
fn allowed_ui(ui: &mut Ui, typing: &mut Typing, allowed: &mut Vec<String>) {
    let before = allowed.join(", ");
    let mut senders = before.clone();
    let from = ("From", Control::OscAllowed);
    address(ui, typing, from, &mut senders, |text| {
        reading::senders(text).map(|list| list.join(", "))
    });
    if senders != before {
        *allowed = senders.split(", ").map(str::to_owned).collect();
    }
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
    let (enabled, blackout) = (&mut settings.enabled, &mut settings.blackout);
    pair(
        ui,
        ("Send", |ui: &mut Ui| switch(ui, Control::Light, enabled)),
        ("Blackout", |ui: &mut Ui| {
            switch(ui, Control::Blackout, blackout);
        }),
    );
    light_target_ui(ui, typing, settings);
    light_stream_ui(ui, settings);
    reason_ui(ui, &route.state);
    typing.refused_ui(ui, &[Control::LightTarget, Control::LightInterface]);
}

/// Where light goes: to one machine, or to the universe's group.
fn light_target_ui(ui: &mut Ui, typing: &mut Typing, settings: &mut LightSettings) {
    let multicast = &mut settings.multicast;
    line(ui, "To group", |ui| {
        switch(ui, Control::LightMulticast, multicast);
    });
    if *multicast {
        let network = ("Network", Control::LightInterface);
        let interface = &mut settings.interface;
        address(ui, typing, network, interface, reading::light_interface);
    } else {
        let to = ("To", Control::LightTarget);
        let target = &mut settings.target;
        address(ui, typing, to, target, reading::light_target);
    }
}

/// What a packet of light has in it, and how many are sent.
fn light_stream_ui(ui: &mut Ui, settings: &mut LightSettings) {
    let LightSettings {
        universe,
        priority,
        resolution,
        rate,
        ..
    } = settings;
    pair(
        ui,
        ("Universe", |ui: &mut Ui| {
            let control = Control::LightUniverse;
            number(ui, control, universe, 1..=63_999, (0.1, 0), "");
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
