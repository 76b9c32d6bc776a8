//! The page of the performance, and what is at hand on all pages.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::*;

/// Does what was asked of the host, as it would.
fn apply(desk: &mut Harness<'_, Desk>) -> usize {
    let asked = std::mem::take(&mut desk.state_mut().asked);
    let mut edits = 0;
    for request in asked {
        if let Request::Edit(Edit { param, step }) = request {
            edits += 1;
            if let Step::Set(to) = step {
                // SAFETY: the desk's own parameters, which it holds.
                unsafe { param._internal_set_normalized_value(to) };
            }
        }
    }
    desk.run_steps(2);
    edits
}

fn key(desk: &mut Harness<'_, Desk>, modifiers: Modifiers, key: Key) {
    desk.key_press_modifiers(modifiers, key);
    desk.run_steps(2);
}

#[test]
fn freezing_is_one_click_or_one_key_and_is_read_in_words() {
    let mut desk = shown(states::playing());
    let params = desk.state().params.clone();
    let freeze = |desk: &Harness<'_, Desk>| {
        let button = desk.get_by_role_and_label(egui::Role::Button, "Freeze");
        button.rect()
    };
    let size = freeze(&desk).size();
    assert!(size.y >= 48.0 && size.x >= 200.0, "{size:?}");

    desk.get_by_role_and_label(egui::Role::Button, "Freeze")
        .click();
    desk.run_steps(2);
    assert_eq!(apply(&mut desk), 3);
    assert!(params.freeze.value());
    assert!(written(&desk).contains("Frozen"));

    // On another page as well.
    key(&mut desk, Modifiers::COMMAND, Key::Num2);
    key(&mut desk, Modifiers::NONE, Key::F);
    assert_eq!(apply(&mut desk), 3);
    assert!(!params.freeze.value());
}

#[test]
fn a_letter_that_is_typed_is_no_shortcut() {
    let mut desk = shown(states::playing());
    click(&mut desk, "Presets");
    desk.run_steps(2);
    desk.get_by_role_and_label(egui::Role::TextInput, "Name of a new preset")
        .focus();
    desk.run_steps(2);
    key(&mut desk, Modifiers::NONE, Key::F);
    assert_eq!(desk.state().asked, []);
}

#[test]
fn changes_are_taken_back_and_done_again_by_button_and_key() {
    let mut desk = shown(states::playing());
    let params = desk.state().params.clone();
    let before = params.voices.unmodulated_normalized_value();
    desk.get_by_role_and_label(egui::Role::Slider, "Voices")
        .focus();
    desk.run_steps(2);
    key(&mut desk, Modifiers::NONE, Key::End);
    apply(&mut desk);
    assert_eq!(params.voices.unmodulated_normalized_value(), 1.0);

    key(&mut desk, Modifiers::COMMAND, Key::Z);
    apply(&mut desk);
    assert_eq!(params.voices.unmodulated_normalized_value(), before);
    desk.get_by_role_and_label(egui::Role::Button, "Redo")
        .click();
    desk.run_steps(2);
    apply(&mut desk);
    assert_eq!(params.voices.unmodulated_normalized_value(), 1.0);
    desk.get_by_role_and_label(egui::Role::Button, "Undo")
        .click();
    desk.run_steps(2);
    apply(&mut desk);
    assert_eq!(params.voices.unmodulated_normalized_value(), before);
    key(&mut desk, Modifiers::COMMAND, Key::Z);
    assert_eq!(apply(&mut desk), 0, "nothing is left");
}

#[test]
fn a_preset_is_chosen_saved_and_put_aside() {
    let place = tempfile::tempdir().expect("a folder");
    let mut places = support::places();
    places.presets = Some(place.path().join("presets"));
    let mut desk = Desk::new(states::playing());
    desk.screen = impasto::editor::screen::Screen::new(places, support::repaint());
    let mut desk = harness(desk, SIZE, 1.0);
    let params = desk.state().params.clone();
    let open = |desk: &mut Harness<'_, Desk>| {
        click(desk, "Presets");
        desk.run_steps(3);
    };
    open(&mut desk);
    desk.get_by_label("Long washes").click();
    desk.run_steps(3);
    apply(&mut desk);
    assert!((params.fade.unmodulated_plain_value() - 600.0).abs() < 1.0);
    key(&mut desk, Modifiers::COMMAND, Key::Z);
    apply(&mut desk);
    assert!(
        (params.fade.unmodulated_plain_value() - 30.0).abs() < 0.1,
        "at once"
    );

    open(&mut desk);
    desk.get_by_role_and_label(egui::Role::TextInput, "Name of a new preset")
        .focus();
    desk.run_steps(2);
    desk.event(egui::Event::Text("Fog".to_owned()));
    desk.run_steps(2);
    desk.get_by_label("Save").click();
    wait_for(&mut desk, |desk| desk.query_by_label("Fog").is_some());
    desk.get_by_label("Remove Fog").click();
    desk.run_steps(2);
    desk.get_by_label("Sure? Fog").click();
    wait_for(&mut desk, |desk| desk.query_by_label("Fog").is_none());
}

/// Draws until what a thread has to bring is there.
fn wait_for(desk: &mut Harness<'_, Desk>, there: impl Fn(&Harness<'_, Desk>) -> bool) {
    let begin = std::time::Instant::now();
    desk.run_steps(2);
    while !there(desk) {
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{}",
            written(desk)
        );
        std::thread::sleep(Duration::from_millis(5));
        desk.run_steps(1);
    }
}

#[test]
fn the_parameters_make_room_and_that_is_remembered() {
    let mut desk = shown(states::playing());
    assert_eq!(
        click(&mut desk, "Hide controls"),
        [Request::ShowControls(false)]
    );
    desk.state().params.remembered.write().editor_controls = false;
    desk.run_steps(2);
    assert!(!written(&desk).contains("Touch to Level"));
    assert_eq!(click(&mut desk, "Controls"), [Request::ShowControls(true)]);
}

#[test]
fn a_part_is_shown_beside_congruity_until_it_is_clicked_again() {
    let mut desk = shown(states::playing());
    let lines = |desk: &Harness<'_, Desk>| written(desk).matches("Gesture").count();
    let before = lines(&desk);
    assert_eq!(click(&mut desk, "Gesture part"), []);
    desk.run_steps(2);
    assert_eq!(lines(&desk), before + 1, "its name stands at its curve");
    click(&mut desk, "Gesture part");
    desk.run_steps(2);
    assert_eq!(lines(&desk), before);
}

#[test]
fn networks_that_are_missing_can_be_looked_for_again() {
    let mut desk = shown(states::all().swap_remove(4).1);
    assert_eq!(
        click(&mut desk, "Look again"),
        acts(&[Action::ReloadModels])
    );
}
