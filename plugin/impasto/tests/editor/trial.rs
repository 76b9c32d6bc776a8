//! Routes are tried out and mapped from the page Outputs.

use egui::Key;
use egui_kittest::kittest::NodeT as _;
use outputs::{Signal, Test, Way};

use super::*;

fn page(change: impl FnOnce(&mut View)) -> Harness<'static, Desk> {
    let mut view = states::routed();
    view.processing = true;
    change(&mut view);
    let desk = Desk::new(view);
    desk.set(&desk.params.automation, 1.0);
    let mut desk = harness(desk, (1080.0, 720.0), 1.0);
    desk.run_steps(2);
    assert_eq!(click(&mut desk, "Outputs"), []);
    desk.run_steps(2);
    desk
}

fn test(way: Way, signal: Option<Signal>) -> Vec<Request> {
    acts(&[Action::TestOutput(Some(Test { way, signal }))])
}

const NAMES: [(Way, &str); 5] = [
    (Way::Automation, "automation"),
    (Way::Midi, "MIDI"),
    (Way::Voltage, "voltage"),
    (Way::Osc, "OSC"),
    (Way::Light, "light"),
];

#[test]
fn every_route_is_tested_by_its_button() {
    for (way, name) in NAMES {
        let mut desk = page(|_| ());
        assert_eq!(click(&mut desk, &format!("Test {name}")), test(way, None));
        // While it goes out it is said, and can be stopped.
        desk.state_mut().view.testing = Some(Test { way, signal: None });
        desk.run_steps(2);
        assert!(written(&desk).contains("a test goes out"));
        let stop = click(&mut desk, &format!("Stop {name}"));
        assert_eq!(stop, acts(&[Action::TestOutput(None)]));
    }
}

#[test]
fn what_cannot_be_tested_says_why() {
    let mut off = harness(Desk::new(states::silence()), (1080.0, 720.0), 1.0);
    off.run_steps(2);
    click(&mut off, "Outputs");
    off.run_steps(2);
    for (_, name) in NAMES {
        assert_eq!(
            click(&mut off, &format!("Test {name}")),
            [],
            "{name} is off"
        );
    }
    off.get_by_label("Test OSC").hover();
    off.run_steps(20);
    assert!(written(&off).contains("Turn it on first"));
    let mut still = page(|view| view.processing = false);
    assert_eq!(click(&mut still, "Test MIDI"), []);
    assert!(written(&still).contains("waits for the host's audio"));
    // What does not pass through the host goes out nevertheless.
    assert_eq!(click(&mut still, "Test OSC"), test(Way::Osc, None));
}

#[test]
fn the_helper_moves_one_signal_alone_and_ends_with_its_window() {
    let mut desk = page(|_| ());
    assert_eq!(click(&mut desk, "Map MIDI"), []);
    desk.run_steps(3);
    assert!(written(&desk).contains("Connect the music track's MIDI output"));
    desk.get_by_role_and_label(egui::Role::ComboBox, "Where it is mapped")
        .click();
    desk.run_steps(3);
    click(&mut desk, "Ableton Live");
    desk.run_steps(3);
    let text = written(&desk);
    assert!(
        text.contains("Press MIDI in Live") && text.contains("not tried by us"),
        "{text}"
    );
    desk.get_by_role_and_label(egui::Role::ComboBox, "Signal that moves")
        .click();
    desk.run_steps(3);
    desk.get_all_by_label("Brush")
        .last()
        .expect("in the list")
        .click();
    desk.run_steps(3);
    desk.state_mut().asked.clear();
    let moved = click(&mut desk, "Move Brush alone");
    assert_eq!(moved, test(Way::Midi, Some(Signal::Brush)));
    desk.state_mut().view.testing = Some(Test {
        way: Way::Midi,
        signal: Some(Signal::Brush),
    });
    desk.run_steps(2);
    desk.key_press(Key::Escape);
    desk.run_steps(3);
    let asked = std::mem::take(&mut desk.state_mut().asked);
    assert_eq!(asked, acts(&[Action::TestOutput(None)]));
    assert!(!written(&desk).contains("Press MIDI in Live"));
}

#[test]
fn every_route_has_steps_for_every_host_that_fit_the_smallest_window() {
    for (_, name) in NAMES {
        let mut desk = page(|_| ());
        click(&mut desk, &format!("Map {name}"));
        desk.run_steps(3);
        let text = written(&desk);
        assert!(
            text.contains("1.  ") && text.contains("2.  "),
            "{name}: {text}"
        );
        desk.set_size(MIN_SIZE.into());
        desk.run_steps(3);
        let close = desk.get_by_label("Close").rect();
        assert!(
            close.bottom() <= MIN_SIZE.1 && close.height() >= 32.0,
            "{name}: {close:?}"
        );
    }
}

#[test]
fn a_drag_sends_ten_times_a_second_and_at_its_end() {
    let mut desk = page(|_| ());
    let place = desk.get_by_label("MIDI rate").rect().center();
    let mut sent = Vec::new();
    desk.event(egui::Event::PointerMoved(place));
    desk.event(egui::Event::PointerButton {
        pos: place,
        button: egui::PointerButton::Primary,
        pressed: true,
        modifiers: egui::Modifiers::NONE,
    });
    // A second.
    for step in 0..30 {
        desk.event(egui::Event::PointerMoved(
            place + egui::vec2(2.0 * step as f32, 0.0),
        ));
        desk.run_steps(1);
        sent.append(&mut desk.state_mut().asked);
    }
    let dragged = sent.len();
    assert!((5..=11).contains(&dragged), "{dragged} in a second");
    desk.event(egui::Event::PointerButton {
        pos: place + egui::vec2(58.0, 0.0),
        button: egui::PointerButton::Primary,
        pressed: false,
        modifiers: egui::Modifiers::NONE,
    });
    desk.run_steps(3);
    sent.append(&mut desk.state_mut().asked);
    let last = sent.last().expect("settings");
    let Request::Act(Action::SetOutputs(settings)) = last else {
        panic!("{last:?}");
    };
    let shown = desk
        .get_by_label("MIDI rate")
        .accesskit_node()
        .numeric_value();
    assert!((f64::from(settings.cc.rate) - shown.expect("a number")).abs() < 0.06);
}

#[test]
fn what_was_not_done_is_said() {
    let mut desk = page(|_| ());
    let now = desk.state().now;
    desk.state_mut().screen.tell("Too busy: do it again.", now);
    desk.run_steps(2);
    assert!(written(&desk).contains("Too busy: do it again."));
    desk.run_steps(200);
    assert!(!written(&desk).contains("Too busy"), "for some seconds");
}
