//! The tour is offered once, taken by the keyboard, and found again.

use egui::Key;
use impasto::editor::tour::TourPlaces;

use super::*;

/// A first start, with the tour's material at hand and `marker` for what is remembered.
fn first(marker: &std::path::Path, view: View) -> Harness<'static, Desk> {
    let mut places = support::places();
    places.tour = TourPlaces {
        material: Some(support::assets()),
        marker: Some(marker.join("settings/tour-seen")),
        seen: marker.join("settings/tour-seen").exists(),
    };
    let desk = Desk::at(places, view);
    let mut desk = harness(desk, (1080.0, 720.0), 1.0);
    desk.run_steps(3);
    desk
}

fn new() -> View {
    View::default()
}

#[test]
fn it_is_offered_to_who_has_nothing_and_never_twice() {
    let settings = tempfile::tempdir().expect("a folder");
    let mut desk = first(settings.path(), new());
    assert!(written(&desk).contains("New here?"));
    assert_eq!(click(&mut desk, "No, thanks"), []);
    assert!(!written(&desk).contains("New here?"));
    drop(desk);
    assert!(
        settings.path().join("settings/tour-seen").is_file(),
        "remembered"
    );
    assert!(!written(&first(settings.path(), new())).contains("New here?"));
    // Who has chosen something is not asked at all; nor is anybody without its material.
    let other = tempfile::tempdir().expect("a folder");
    assert!(!written(&first(other.path(), states::playing())).contains("New here?"));
    assert!(!written(&shown(new())).contains("New here?"));
}

#[test]
fn the_demonstration_is_loaded_on_request() {
    let settings = tempfile::tempdir().expect("a folder");
    let mut desk = first(settings.path(), new());
    let assets = support::assets();
    let expected = acts(&[
        Action::SetLibrary(assets.join("library")),
        Action::LoadPainting(assets.join("paintings/hokusai-great-wave.jpg")),
        Action::SetGallery(assets.join("paintings")),
    ]);
    assert_eq!(click(&mut desk, "Load the demonstration"), expected);
    assert!(assets.join("paintings/hokusai-great-wave.jpg").is_file());
}

#[test]
fn it_is_taken_by_the_keyboard_alone() {
    let settings = tempfile::tempdir().expect("a folder");
    let mut desk = first(settings.path(), new());
    desk.get_by_label("Take the tour").focus();
    desk.run_steps(1);
    desk.key_press(Key::Enter);
    desk.run_steps(3);
    let titles = [
        "A painting chooses the music",
        "Your music, by the painting",
        "The brush plays",
        "Congruity",
        "Your own judgement",
        "To the stage",
        "What was played",
    ];
    for (step, title) in titles.iter().enumerate() {
        let text = written(&desk);
        assert!(text.contains(title), "{title}: {text}");
        assert!(text.contains(&format!("{} of 7", step + 1)));
        // The button that goes on has the keyboard.
        desk.key_press(Key::Enter);
        desk.run_steps(3);
    }
    assert!(!written(&desk).contains("of 7"), "done");
    assert!(
        desk.state().asked.is_empty(),
        "it changes nothing by itself"
    );
}

#[test]
fn it_goes_back_and_is_left_and_found_again_in_the_help() {
    let settings = tempfile::tempdir().expect("a folder");
    let mut desk = first(settings.path(), states::playing());
    assert_eq!(click(&mut desk, "Help"), []);
    desk.run_steps(3);
    assert_eq!(click(&mut desk, "Take the tour"), []);
    desk.run_steps(3);
    assert!(written(&desk).contains("1 of 7"));
    desk.key_press(Key::ArrowRight);
    desk.run_steps(3);
    assert!(written(&desk).contains("2 of 7"));
    desk.key_press(Key::ArrowLeft);
    desk.run_steps(3);
    assert!(written(&desk).contains("1 of 7"));
    // Who has music of his own is not offered ours.
    assert!(!written(&desk).contains("Load the demonstration"));
    desk.key_press(Key::Escape);
    desk.run_steps(3);
    assert!(!written(&desk).contains("of 7"));
}

#[test]
fn it_fits_the_smallest_window() {
    let settings = tempfile::tempdir().expect("a folder");
    let mut desk = first(settings.path(), new());
    desk.set_size(MIN_SIZE.into());
    desk.run_steps(3);
    click(&mut desk, "Take the tour");
    for _ in 0..6 {
        desk.run_steps(4);
        let window = egui::Rect::from_min_size(egui::Pos2::ZERO, MIN_SIZE.into());
        for name in ["Next", "Back", "Close", "Load the demonstration"] {
            let place = desk.get_by_label(name).rect();
            assert!(window.contains_rect(place), "{name} at {place:?}");
            assert!(place.height() >= 31.9, "{name} is small: {place:?}");
        }
        desk.key_press(Key::ArrowRight);
    }
}

#[test]
fn the_brush_that_is_not_connected_shows_how() {
    let mut desk = shown(View::default());
    assert_eq!(click(&mut desk, "Show how"), []);
    desk.run_steps(3);
    let text = written(&desk);
    assert!(text.contains("Add Sidechain"), "{text}");
    desk.get_by_role_and_label(egui::Role::ComboBox, "Your host")
        .click();
    desk.run_steps(3);
    click(&mut desk, "REAPER");
    desk.run_steps(3);
    let text = written(&desk);
    assert!(
        text.contains("channels 3/4") && text.contains("not tried by us"),
        "{text}"
    );
    desk.key_press(Key::Escape);
    desk.run_steps(3);
    assert!(!written(&desk).contains("channels 3/4"));
}
