//! The page of the library: its map, its list, and every state that it promises to name.

use egui::{Key, Modifiers, OutputCommand, Pos2, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use impasto::editor::MIN_SIZE;
use impasto::editor::request::{Purpose, Request};
use impasto::view::{Action, CollectionAction, MapPoint, View};

use super::support::collections::{library_page, mapped};
use super::support::{Desk, harness, states};
use super::{acts, click, written};

const SIZE: (f32, f32) = (1080.0, 720.0);

fn page_of(view: View, size: (f32, f32)) -> Harness<'static, Desk> {
    let mut desk = harness(Desk::new(view), size, 1.0);
    desk.get_by_role_and_label(egui::Role::RadioButton, "Library")
        .click();
    desk.run_steps(4);
    desk
}

fn page(view: View) -> Harness<'static, Desk> {
    page_of(view, SIZE)
}

fn state(name: &str) -> View {
    let found = library_page().into_iter().find(|(other, _)| *other == name);
    found.expect("a state").1
}

#[test]
fn every_state_says_what_is_and_what_to_do() {
    for (name, expected) in [
        (
            "library",
            &[
                "480 snippets",
                "belongs less",
                "pool of 22",
                "12 tracks",
                "Desperate",
            ][..],
        ),
        (
            "library-no-painting",
            &["the colour says nothing", "Choose a painting"],
        ),
        ("library-mapping", &["The map is being drawn", "43 %"]),
        (
            "library-no-map",
            &["There is no map yet", "Scan and draw the map"],
        ),
        (
            "library-indexing",
            &[
                "812 of 2,345",
                "38,410 snippets can be played already",
                "Pause",
                "Stop",
            ],
        ),
        ("library-failures", &["3 not used"]),
        (
            "library-no-models",
            &["audio.onnx is missing", "Choose a folder", "Try again"],
        ),
        ("library-none", &["No music yet", "Choose a folder"]),
        ("library-failed", &["Connect its drive", "Choose a folder"]),
        (
            "library-empty",
            &["No track could be used", "Choose a folder"],
        ),
        ("library-long-names", &["60 snippets"]),
    ] {
        for size in [SIZE, MIN_SIZE] {
            let desk = page_of(state(name), size);
            let text = written(&desk);
            for expected in expected {
                assert!(text.contains(expected), "{name}: {expected} in {text}");
            }
        }
    }
}

#[test]
fn the_empty_states_have_buttons_that_do_what_they_say() {
    let browse = |purpose| vec![Request::Browse(purpose)];
    let mut none = page(state("library-none"));
    none.get_all_by_label("Choose a folder")
        .last()
        .expect("a button")
        .click();
    // Its folder may be read before or after it is looked at.
    none.run_steps(4);
    assert!(none.state().screen.is_reading() || none.query_by_label("Files").is_some());
    let mut painting = page(state("library-no-painting"));
    // The screen opens the browser by itself.
    assert_ne!(
        click(&mut painting, "Choose a painting"),
        browse(Purpose::Library)
    );
    let mut unmapped = page(state("library-no-map"));
    let asked = click(&mut unmapped, "Scan and draw the map");
    assert_eq!(asked, acts(&[Action::RescanLibrary]));
}

/// Where the map lies and where a point of it does.
fn map_place(desk: &Harness<'_, Desk>) -> Rect {
    desk.get_by_label_contains("Map of").rect()
}

fn at(rect: Rect, point: &MapPoint) -> Pos2 {
    let inside = rect.shrink(14.0);
    egui::pos2(
        egui::lerp(inside.x_range(), point.x),
        egui::lerp(inside.y_range(), point.y),
    )
}

fn points(desk: &Harness<'_, Desk>) -> Vec<MapPoint> {
    let map = desk.state().view.collection.map.clone();
    map.expect("a map").points.clone()
}

#[test]
fn a_point_is_named_under_the_pointer_and_heard_by_a_click() {
    let mut desk = page(mapped());
    let (rect, points) = (map_place(&desk), points(&desk));
    // One that no other lies on.
    let lonely = points.iter().find(|point| {
        let near = |other: &&MapPoint| at(rect, other).distance(at(rect, point)) < 3.0;
        points.iter().filter(near).count() == 1
    });
    let point = *lonely.expect("not all lie on each other");
    let track = desk.state().view.collection.tracks[point.track as usize].clone();
    desk.hover_at(at(rect, &point));
    desk.run_steps(20);
    let text = written(&desk);
    assert!(text.contains("Click to hear it."), "{text}");
    assert!(text.contains("Belongs to the painting more than"), "{text}");
    let pointer = at(rect, &point);
    for pressed in [true, false] {
        desk.event(egui::Event::PointerButton {
            pos: pointer,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        desk.run_steps(1);
    }
    desk.run_steps(2);
    let asked = std::mem::take(&mut desk.state_mut().asked);
    assert_eq!(asked, acts(&[Action::Audition(point.chunk)]));
    desk.get_by_label_contains(&format!("chosen: {} at", track.title));

    // What is chosen can be looked up elsewhere.
    let reveal = CollectionAction::Reveal(track.path.clone());
    let asked = click(&mut desk, "Show folder");
    assert_eq!(asked, acts(&[Action::Collection(reveal)]));
    let copied = |desk: &mut Harness<'_, Desk>, label: &str| {
        desk.get_by_label(label).click();
        let mut texts = Vec::new();
        for _ in 0..3 {
            desk.run_steps(1);
            for command in &desk.output().platform_output.commands {
                if let OutputCommand::CopyText(text) = command {
                    texts.push(text.clone());
                }
            }
        }
        texts
    };
    assert_eq!(
        copied(&mut desk, "Copy path"),
        [track.path.display().to_string()]
    );
    let time = impasto::editor::format::clock(point.start);
    assert_eq!(copied(&mut desk, "Copy time"), [time]);
}

#[test]
fn the_map_is_walked_over_with_the_keyboard() {
    let mut desk = page(mapped());
    desk.get_by_label_contains("Map of").focus();
    desk.run_steps(2);
    let chosen = |desk: &Harness<'_, Desk>| {
        let name = desk
            .get_by_label_contains("Map of")
            .accesskit_node()
            .label();
        name.expect("a name")
    };
    assert!(chosen(&desk).contains("arrow keys choose one"));
    let mut names = vec![];
    for key in [
        Key::ArrowRight,
        Key::ArrowRight,
        Key::ArrowDown,
        Key::ArrowLeft,
    ] {
        desk.key_press(key);
        desk.run_steps(2);
        names.push(chosen(&desk));
        assert!(names.last().is_some_and(|name| name.contains("chosen: ")));
    }
    names.dedup();
    assert_eq!(names.len(), 4, "each key led somewhere else: {names:?}");
    assert!(desk.state().asked.is_empty(), "walking is silent");
    desk.key_press(Key::Enter);
    desk.run_steps(2);
    let asked = &desk.state().asked;
    assert!(
        matches!(asked[..], [Request::Act(Action::Audition(_))]),
        "{asked:?}"
    );
}

#[test]
fn a_few_letters_find_a_track_and_light_it_up() {
    let mut desk = page(mapped());
    let blue = |desk: &mut Harness<'_, Desk>| {
        let picture = desk.render().expect("drawn without a GPU");
        let near = |pixel: &&image::Rgba<u8>| {
            let [r, g, b, _] = pixel.0.map(u32::from);
            b > 190 && b > r + 60 && g > r
        };
        picture.pixels().filter(near).count()
    };
    let before = blue(&mut desk);
    desk.get_by_label("Search the library").focus();
    desk.run_steps(1);
    desk.get_by_label("Search the library")
        .type_text("leger ETUDE");
    desk.run_steps(4);
    let text = written(&desk);
    assert!(text.contains("1 track found"), "{text}");
    assert!(text.contains("\u{c9}tude in F") && !text.contains("Desperate"));
    assert!(blue(&mut desk) > before + 300, "lit up");
    let asked = click(&mut desk, "\u{c9}tude in F, Josephine L\u{e9}ger");
    let first = desk.state().view.collection.tracks[4].first;
    assert_eq!(asked, acts(&[Action::Audition(first)]));
    click(&mut desk, "Clear");
    desk.run_steps(2);
    assert!(written(&desk).contains("12 tracks"));

    desk.key_press_modifiers(Modifiers::COMMAND, Key::F);
    desk.run_steps(2);
    desk.get_by_label("Search the library").type_text("zzz");
    desk.run_steps(3);
    assert!(written(&desk).contains("No track has all of these words"));
}

#[test]
fn failed_files_are_tried_again_one_or_all() {
    let mut desk = page(states::failures());
    click(&mut desk, "3 not used");
    desk.run_steps(2);
    let path = super::support::assets().join("library/zaz/protected.m4a");
    let asked = click(&mut desk, "Try zaz/protected.m4a again");
    let one = Action::Collection(CollectionAction::Retry(path));
    assert_eq!(asked, acts(&[one]));
    let asked = click(&mut desk, "Try all again");
    assert_eq!(
        asked,
        acts(&[Action::Collection(CollectionAction::RetryAll)])
    );
}

#[test]
fn all_controls_lie_within_the_smallest_window_and_are_tall_enough() {
    for name in ["library", "library-long-names"] {
        let mut desk = page_of(state(name), MIN_SIZE);
        desk.get_by_label_contains("Map of").focus();
        desk.run_steps(1);
        desk.key_press(Key::ArrowRight);
        desk.run_steps(3);
        let window = Rect::from_min_size(Pos2::ZERO, MIN_SIZE.into());
        for label in [
            "Hear",
            "Show folder",
            "Copy path",
            "Copy time",
            "Search the library",
        ] {
            let rect = desk.get_by_label(label).rect();
            assert!(window.contains_rect(rect), "{name}: {label} at {rect:?}");
            assert!(rect.height() >= 31.9, "{name}: {label} is {rect:?}");
        }
        assert!(map_place(&desk).height() > 150.0);
    }
}
