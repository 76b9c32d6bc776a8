//! The page Outputs: every control sends the settings it says, every state is named.

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::NodeT as _;
use impasto::params::Automation;
use impasto::view::View;
use nice_plug::prelude::Param;
use outputs::settings::{CcResolution, Polarity, SlotResolution};
use outputs::{OutputSettings, Signal};

use super::support::states;
use super::*;

fn page(view: View) -> Harness<'static, Desk> {
    let mut desk = harness(Desk::new(view), (1080.0, 720.0), 1.0);
    desk.run_steps(2);
    assert_eq!(click(&mut desk, "Outputs"), []);
    desk.run_steps(2);
    desk
}

/// What was asked last, as settings.
fn sent(desk: &mut Harness<'_, Desk>) -> Option<OutputSettings> {
    let asked = std::mem::take(&mut desk.state_mut().asked);
    asked.into_iter().next_back().map(|request| match request {
        Request::Act(Action::SetOutputs(settings)) => *settings,
        other => panic!("not settings: {other:?}"),
    })
}

/// Does `act` to a page of the usual settings, and expects what `change` makes of them.
#[track_caller]
fn check(act: impl FnOnce(&mut Harness<'_, Desk>), change: impl FnOnce(&mut OutputSettings)) {
    let view = states::routed();
    let mut expected = (*view.outputs).clone();
    change(&mut expected);
    assert_ne!(expected, *view.outputs, "nothing is expected");
    let mut desk = page(view);
    act(&mut desk);
    desk.run_steps(3);
    assert_eq!(sent(&mut desk), Some(expected));
}

fn press(label: &str) -> impl FnOnce(&mut Harness<'_, Desk>) + '_ {
    move |desk| desk.get_by_label(label).click()
}

/// Replaces what stands in a field and presses `key`.
fn enter(desk: &mut Harness<'_, Desk>, label: &str, text: &str, key: Key) {
    desk.get_by_label(label).focus();
    desk.run_steps(2);
    desk.key_press_modifiers(Modifiers::COMMAND, Key::A);
    let event = match text {
        "" => egui::Event::Cut,
        text => egui::Event::Paste(text.to_owned()),
    };
    desk.event(event);
    desk.run_steps(2);
    desk.key_press(key);
    desk.run_steps(2);
}

fn typed<'a>(label: &'a str, text: &'a str) -> impl FnOnce(&mut Harness<'_, Desk>) + 'a {
    move |desk| enter(desk, label, text, Key::Enter)
}

fn choose<'a>(label: &'a str, name: &'a str) -> impl FnOnce(&mut Harness<'_, Desk>) + 'a {
    move |desk| {
        desk.get_by_role_and_label(Role::ComboBox, label).click();
        desk.run_steps(3);
        desk.get_by_label(name).click();
    }
}

#[test]
fn the_table_sends_each_signal_on_each_route() {
    use Signal::{Arousal, Brush, Congruity, Network, Valence};
    check(press("Valence to automation"), |settings| {
        settings.automation.signals[Valence] = false;
    });
    check(press("Network to automation"), |settings| {
        settings.automation.signals[Network] = true;
    });
    check(typed("Valence controller", "11"), |settings| {
        settings.cc.controllers[Valence] = Some(11);
    });
    check(typed("Congruity controller", ""), |settings| {
        settings.cc.controllers[Congruity] = None;
    });
    check(press("Arousal to left voltage"), |settings| {
        settings.cv[0].source = Some(Arousal);
    });
    check(press("Brush to right voltage"), |settings| {
        settings.cv[1].source = None;
    });
    check(typed("Arousal light slot", "512"), |settings| {
        settings.light.slots[Arousal] = Some(512);
    });
    check(typed("Brush light slot", ""), |settings| {
        settings.light.slots[Brush] = None;
    });
}

#[test]
fn the_selected_signal_is_shaped() {
    check(typed("Attack time", "0.5"), |settings| {
        settings.shapes[Signal::Congruity].attack = 0.5;
    });
    check(
        |desk| {
            desk.get_by_label("Brush").click();
            desk.run_steps(2);
            assert!(written(desk).contains("Shape of Brush"));
            desk.get_by_label("Inverted").click();
        },
        |settings| settings.shapes[Signal::Brush].invert = true,
    );
    check(typed("Release time", "40"), |settings| {
        // The longest there is.
        settings.shapes[Signal::Congruity].release = 30.0;
    });
    check(typed("Low end", "0.25"), |settings| {
        settings.shapes[Signal::Congruity].low = 0.25;
    });
    check(typed("High end", "0.75"), |settings| {
        settings.shapes[Signal::Congruity].high = 0.75;
    });
    check(typed("Curve of shape", "-0.5"), |settings| {
        settings.shapes[Signal::Congruity].curve = -0.5;
    });
}

#[test]
fn the_routes_through_the_host_send_their_settings() {
    check(typed("Automation rate", "10"), |settings| {
        settings.automation.rate = 10.0;
    });
    check(typed("Automation deadband", "0.02"), |settings| {
        settings.automation.deadband = 0.02;
    });
    check(press("Send MIDI"), |settings| settings.cc.enabled = false);
    check(choose("MIDI resolution", "7"), |settings| {
        settings.cc.resolution = CcResolution::Coarse;
    });
    check(typed("MIDI channel", "16"), |settings| {
        settings.cc.channel = 16;
    });
    check(typed("MIDI rate", "20"), |settings| settings.cc.rate = 20.0);
    check(choose("Left polarity", "\u{2212} to +"), |settings| {
        settings.cv[0].polarity = Polarity::Bipolar;
    });
    check(typed("Left scale", "0.2"), |settings| {
        settings.cv[0].scale = 0.2;
    });
    check(choose("Right polarity", "0 to +"), |settings| {
        settings.cv[1].polarity = Polarity::Unipolar;
    });
    check(typed("Right scale", "1"), |settings| {
        settings.cv[1].scale = 1.0;
    });
}

#[test]
fn the_routes_over_the_network_send_their_settings() {
    check(press("Send OSC"), |settings| settings.osc.enabled = false);
    check(typed("OSC target", "10.0.0.9:8000"), |settings| {
        settings.osc.target = "10.0.0.9:8000".to_owned();
    });
    check(typed("OSC rate", "100"), |settings| {
        settings.osc.rate = 100.0;
    });
    check(press("Receive OSC"), |settings| {
        settings.osc.listening = false;
    });
    check(
        typed("OSC listening address", "127.0.0.1:7000"),
        |settings| {
            settings.osc.listen = "127.0.0.1:7000".to_owned();
        },
    );
    check(
        typed("OSC allowed senders", "10.0.0.1 ;10.0.0.2"),
        |settings| {
            settings.osc.allowed = ["10.0.0.1", "10.0.0.2"].map(str::to_owned).to_vec();
        },
    );
    check(press("Send light"), |settings| {
        settings.light.enabled = false;
    });
    check(typed("Light target", "10.0.0.7"), |settings| {
        settings.light.target = "10.0.0.7".to_owned();
    });
    check(
        |desk| {
            press("Light to a group")(desk);
            desk.run_steps(2);
            enter(desk, "Light interface", "10.0.0.1", Key::Enter);
        },
        |settings| {
            settings.light.multicast = true;
            settings.light.interface = "10.0.0.1".to_owned();
        },
    );
    check(typed("Light universe", "42"), |settings| {
        settings.light.universe = 42;
    });
    check(typed("Light priority", "150"), |settings| {
        settings.light.priority = 150;
    });
    check(choose("Light resolution", "16"), |settings| {
        settings.light.resolution = SlotResolution::Fine;
    });
    check(typed("Light rate", "20"), |settings| {
        settings.light.rate = 20.0;
    });
    check(press("Light blackout"), |settings| {
        settings.light.blackout = false;
    });
}

#[test]
fn what_cannot_be_taken_changes_nothing_and_is_explained() {
    let wrong = [
        ("OSC target", "localhost:9000", "names are not looked up"),
        ("OSC target", "0.0.0.0:9000", "no machine in particular"),
        (
            "OSC listening address",
            "here",
            "not an IP address and a port",
        ),
        ("OSC allowed senders", ",", "Nobody is allowed"),
        ("Light target", "239.255.0.1", "group of machines"),
        ("Brush controller", "1", "taken by Congruity"),
        ("Brush controller", "33", "belong together"),
        ("Brush controller", "200", "0 to 119"),
        ("Valence light slot", "7", "taken by Brush"),
        ("Valence light slot", "0", "1 to 512"),
    ];
    for (label, text, reason) in wrong {
        let mut desk = page(states::routed());
        enter(&mut desk, label, text, Key::Enter);
        assert_eq!(sent(&mut desk), None, "{label}: {text}");
        let explained = written(&desk);
        assert!(explained.contains(reason), "{label}: {text}: {explained}");
        // A field that is gone into again begins anew.
        desk.get_by_label(label).focus();
        desk.run_steps(3);
        assert!(!written(&desk).contains(reason), "{label}: {text}");
    }
}

#[test]
fn escape_leaves_a_field_as_it_was() {
    for label in ["OSC target", "Valence controller", "Light universe"] {
        let mut desk = page(states::routed());
        enter(&mut desk, label, "7", Key::Escape);
        assert_eq!(sent(&mut desk), None, "{label}");
        assert!(written(&desk).contains("192.168.1.20:9000"));
    }
}

#[test]
fn more_bits_say_what_they_take_away() {
    let mut view = states::routed();
    let mut settings = (*view.outputs).clone();
    settings.light.slots[Signal::Brush] = Some(2);
    view.outputs = settings.into();
    let mut desk = page(view);
    choose("Light resolution", "16")(&mut desk);
    desk.run_steps(3);
    let settings = sent(&mut desk).expect("settings");
    assert_eq!(settings.light.slots[Signal::Brush], None);
    assert!(written(&desk).contains("Brush lost its slot"));
}

#[test]
fn quick_changes_do_not_undo_each_other() {
    let mut desk = page(states::routed());
    click(&mut desk, "Light blackout");
    click(&mut desk, "Send MIDI");
    desk.state_mut().asked.clear();
    click(&mut desk, "Valence to automation");
    click(&mut desk, "Network to automation");
    // Nothing was published meanwhile.
    desk.get_by_label("Arousal to automation").click();
    desk.run_steps(2);
    let settings = sent(&mut desk).expect("settings");
    assert!(!settings.light.blackout && !settings.cc.enabled);
    assert!(settings.automation.signals[Signal::Network]);
    // What is not taken over in time is not shown for ever.
    desk.run_steps(20);
    desk.get_by_label("Send OSC").click();
    desk.run_steps(2);
    let settings = sent(&mut desk).expect("settings");
    assert!(settings.light.blackout && !settings.osc.enabled);
}

#[test]
fn the_mode_of_automation_is_a_parameter() {
    let mut desk = page(states::silence());
    choose("Automation", "Compatibility")(&mut desk);
    desk.run_steps(3);
    let params = desk.state().params.clone();
    assert_eq!(
        steps(&desk, &params.automation),
        [Step::Begin, Step::Set(1.0), Step::End]
    );
    let normalized = params.automation.preview_normalized(Automation::Native);
    desk.state().set(&params.automation, normalized);
    desk.run_steps(2);
    assert!(written(&desk).contains("on: 1 signal"));
}

#[test]
fn every_state_of_the_routes_is_named() {
    let text = |view: View| written(&page(view));
    let off = text(states::silence());
    assert!(
        !off.contains("on:") && off.contains("never for loudspeakers"),
        "{off}"
    );
    assert_eq!(off.matches("off\n").count(), 6, "{off}");

    let on = text(states::routed());
    for part in [
        "12,408 sent, 3 dropped",
        "51 received, 12 obeyed, 39 refused",
        "9,982 sent",
        "192.168.1.77 is not allowed",
        // Bipolar with half the scale: 0.5 * (2 * 0.47 - 1).
        "Congruity 0.62 / Brush \u{2212}0.03",
        "on: 2 signals",
        "/impasto/crossmodal",
        "0.62",
        "0.78",
    ] {
        assert!(on.contains(part), "{part}: {on}");
    }

    let mut failed = page(states::unrouted());
    let text = written(&failed);
    assert_eq!(text.matches("does not work").count(), 3, "{text}");
    for part in [
        "No way to 192.168.1.20",
        "Port 9001 is taken",
        "every machine",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains("did not reach the host"),
        "automation is off"
    );
    let params = failed.state().params.clone();
    failed.state().set(&params.automation, 1.0);
    failed.run_steps(2);
    let text = written(&failed);
    assert!(
        text.contains("1,204 changes did not reach the host"),
        "{text}"
    );
}

#[test]
fn unknown_values_are_shown_as_unknown() {
    let known = page(states::routed());
    let value = |desk: &Harness<'_, Desk>, signal: Signal| {
        let label = format!("{} level", signal.name());
        desk.get_by_label(&label).accesskit_node().numeric_value()
    };
    assert_eq!(value(&known, Signal::Gesture), None);
    let congruity = value(&known, Signal::Congruity).expect("known");
    assert!((congruity - 0.62).abs() < 1e-6);
    let unknown = page(states::silence());
    for signal in Signal::ALL {
        assert_eq!(value(&unknown, signal), None, "{signal:?}");
    }
    let dashes = written(&unknown).matches("\u{2013}\n").count();
    assert_eq!(dashes, 2 * Signal::COUNT, "found and leaving");
}

#[test]
fn the_page_is_opened_and_left_by_the_keyboard() {
    let mut desk = shown(states::routed());
    let at =
        |desk: &Harness<'_, Desk>, label: &str| desk.query_all_by_label(label).next().is_some();
    assert!(!at(&desk, "OSC target") && at(&desk, "Freeze"));
    desk.get_by_label("Outputs").focus();
    desk.run_steps(1);
    desk.key_press(Key::Enter);
    desk.run_steps(3);
    assert!(at(&desk, "OSC target") && !at(&desk, "Freeze"));
    desk.get_by_label("Perform").focus();
    desk.run_steps(1);
    desk.key_press(Key::Space);
    desk.run_steps(3);
    assert!(!at(&desk, "OSC target") && at(&desk, "Freeze"));
    assert!(desk.state().asked.is_empty());
}

#[test]
fn controls_explain_themselves() {
    for (label, help) in [
        ("Automation deadband", "keeps automation lanes light"),
        ("Valence to left voltage", "as a voltage"),
        ("Valence controller", "modulation wheel"),
        ("Light target", "desk or node"),
        ("Light to a group", "Ask whoever runs the network"),
        ("MIDI resolution", "128 steps"),
        ("Inverted", "high becomes low"),
        ("Brush", "How loud the brush is"),
    ] {
        let mut desk = page(states::routed());
        assert!(!written(&desk).contains(help), "{label}");
        desk.get_by_label(label).hover();
        desk.run_steps(20);
        let text = written(&desk);
        assert!(text.contains(help), "{label}: {text}");
    }
}

#[test]
fn every_control_has_its_name_and_is_reached_by_the_keyboard_in_the_smallest_window() {
    let mut desk = harness(Desk::new(states::routed()), MIN_SIZE, 1.0);
    desk.run_steps(2);
    click(&mut desk, "Outputs");
    desk.run_steps(2);
    let name = |node: &egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        format!("{:?} {}", node.role(), node.label().unwrap_or_default())
    };
    let roles = [
        Role::CheckBox,
        Role::ComboBox,
        Role::RadioButton,
        Role::SpinButton,
        Role::TextInput,
    ];
    let controls = roles.map(|role| desk.query_all_by_role(role).map(|node| name(&node)));
    let mut unreached: Vec<String> = controls.into_iter().flatten().collect();
    assert!(unreached.len() > 60, "{unreached:?}");
    let unnamed = unreached.iter().filter(|name| name.ends_with(' ')).count();
    assert_eq!(unnamed, 0, "{unreached:?}");

    let window = egui::Rect::from_min_size(egui::Pos2::ZERO, MIN_SIZE.into());
    // Buttons are passed on the way.
    for _ in 0..unreached.len() + 40 {
        desk.key_press(Key::Tab);
        // The page scrolls to what the keyboard is on.
        desk.run_steps(12);
        let focused = desk.query_all_by(|node| node.is_focused());
        let focused: Vec<_> = focused.map(|node| (name(&node), node.rect())).collect();
        for (name, rect) in focused {
            if unreached.contains(&name) {
                assert!(window.contains_rect(rect), "{name} at {rect:?}");
            }
            unreached.retain(|other| *other != name);
        }
    }
    assert_eq!(unreached, [""; 0]);
}
