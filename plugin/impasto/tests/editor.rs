//! The editor as a user meets it: every state is drawn, named and can be acted upon, with
//! the pointer and with the keyboard. Needs no display.

#[path = "editor/accessible.rs"]
mod accessible;
#[path = "editor/browser.rs"]
mod browser;
#[path = "editor/drops.rs"]
mod drops;
#[path = "editor/library.rs"]
mod library;
#[path = "editor/names.rs"]
mod names;
#[path = "editor/outputs.rs"]
mod outputs_page;
#[path = "editor/painting.rs"]
mod painting_page;
#[path = "editor/parameters.rs"]
mod parameters;
#[path = "editor/parts.rs"]
mod parts;
#[path = "editor/perform.rs"]
mod perform;
#[path = "editor/session.rs"]
mod session_page;
#[path = "editor/snapshots.rs"]
mod snapshots;
#[path = "editor/snippet.rs"]
mod snippet;
mod support;
#[path = "editor/teach.rs"]
mod teach_page;
#[path = "editor/tour.rs"]
mod tour;
#[path = "editor/trial.rs"]
mod trial;

use std::time::Duration;

use egui::Shape;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use impasto::editor::MIN_SIZE;
use impasto::editor::request::{Edit, Request, Step};
use impasto::view::{Action, Activity, LibraryState, View};
use nice_plug::prelude::Param;
use support::{Desk, harness, states};

const SIZE: (f32, f32) = (960.0, 640.0);

fn shown(view: View) -> Harness<'static, Desk> {
    let mut harness = harness(Desk::new(view), SIZE, 1.0);
    harness.run_steps(3);
    harness
}

/// All that is written anywhere in the window, tooltips not included.
fn written(harness: &Harness<'_, Desk>) -> String {
    fn collect(shape: &Shape, text: &mut String) {
        match shape {
            Shape::Text(shape) => {
                text.push_str(&shape.galley.job.text);
                text.push('\n');
            }
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, text)),
            _ => {}
        }
    }
    let mut text = String::new();
    for clipped in &harness.output().shapes {
        collect(&clipped.shape, &mut text);
    }
    text
}

/// Clicks what is labelled `label` and returns what was asked.
fn click(harness: &mut Harness<'_, Desk>, label: &str) -> Vec<Request> {
    harness.get_by_label(label).click();
    harness.run_steps(2);
    std::mem::take(&mut harness.state_mut().asked)
}

fn acts(actions: &[Action]) -> Vec<Request> {
    actions.iter().cloned().map(Request::Act).collect()
}

/// The steps asked for so far, all of them of `param`.
fn steps(desk: &Harness<'_, Desk>, param: &impl Param) -> Vec<Step> {
    let step = |request: &Request| match request {
        Request::Edit(Edit {
            param: edited,
            step,
        }) => {
            assert_eq!(*edited, param.as_ptr());
            *step
        }
        other => panic!("not an edit: {other:?}"),
    };
    desk.state().asked.iter().map(step).collect()
}

#[test]
fn every_state_is_named() {
    let expected: &[(&str, &[&str])] = &[
        (
            "playing",
            &[
                "0.78",
                "Networks ready",
                "28 tracks, 2,214 chunks",
                "The Knolls of Doldesh",
                "pool of 22",
                "hokusai-great-wave",
                "\u{2212}14.2 dB",
                "taught: seascapes",
                "Cross-modal",
                "0.92",
                "100 %",
            ],
        ),
        (
            "empty",
            &[
                "No painting yet",
                "A folder of your own music",
                "not connected",
                "sidechain input",
                "unknown",
                "No painting is chosen.",
                "choose a library first",
            ],
        ),
        (
            "starting",
            &[
                "Loading the networks",
                "Looking at cassatt-summertime.jpg",
                "The networks are being loaded.",
            ],
        ),
        (
            "indexing",
            &[
                "812 of 2,345, about 4 min left",
                "The library is being indexed.",
                "Stop",
            ],
        ),
        (
            "no-models",
            &[
                "audio.onnx is missing",
                "Install Impasto again",
                "The networks could not be loaded.",
                "No networks",
            ],
        ),
        (
            "failures",
            &[
                "truncated.jpg ends too early",
                "The folder atelier is not there",
                "1,284 frames dropped",
                "could not be decoded",
                "touch the canvas",
                "harbour.head not usable",
            ],
        ),
        (
            "silence",
            &[
                "The music is silent.",
                "not connected",
                "connect the brush",
                "silent",
                "shipped head",
            ],
        ),
        (
            "drive-away",
            &[
                "/media/archive is not there",
                "13 of 22 chunks",
                "Connect its drive",
                "2 snippets cut short",
            ],
        ),
        ("long-names", &["Heard last"]),
    ];
    let states = states::all();
    assert_eq!(states.len(), expected.len());
    for ((name, view), (expected_name, texts)) in states.into_iter().zip(expected) {
        assert_eq!(name, *expected_name);
        let harness = shown(view);
        let written = written(&harness);
        for text in *texts {
            assert!(written.contains(text), "{name} lacks {text:?}:\n{written}");
        }
    }
}

#[test]
fn no_state_and_no_size_draws_nonsense() {
    let sizes = [
        MIN_SIZE,
        SIZE,
        (1920.0, 1080.0),
        (300.0, 200.0),
        (80.0, 40.0),
    ];
    for size in sizes {
        for scale in [0.75, 1.0, 2.0] {
            for (name, view) in states::all().into_iter().chain(states::outputs()) {
                let mut harness = harness(Desk::new(view), size, scale);
                harness.run_steps(2);
                if name.starts_with("outputs")
                    && let Some(tab) = harness.query_by_label("Outputs")
                {
                    tab.click();
                    harness.run_steps(2);
                }
                let written = written(&harness);
                // What egui paints over widgets that share an id.
                assert!(!written.contains("use of"), "{name} at {size:?}: {written}");
                // What is not written yet has no bounds.
                let empty = |shape: &Shape| matches!(shape, Shape::Text(text) if text.galley.job.text.is_empty());
                let shapes = harness.output().shapes.iter();
                for clipped in shapes.filter(|clipped| !empty(&clipped.shape)) {
                    let bounds = clipped.shape.visual_bounding_rect();
                    assert!(
                        !bounds.any_nan(),
                        "{name} at {size:?} draws {:?}",
                        clipped.shape
                    );
                }
                assert!(
                    harness.state().asked.is_empty(),
                    "{name} asks for something unasked"
                );
            }
        }
    }
}

#[test]
fn buttons_ask_for_what_they_say() {
    let mut playing = shown(states::playing());
    assert_eq!(
        click(&mut playing, "Reload"),
        acts(&[Action::ReloadPainting])
    );
    assert_eq!(
        click(&mut playing, "Remove"),
        acts(&[Action::ClearPainting])
    );
    assert_eq!(
        click(&mut playing, "Use"),
        acts(&[Action::UseSuggestedPainting])
    );
    let mut tall = harness(Desk::new(states::playing()), (1080.0, 1040.0), 1.0);
    tall.run_steps(3);
    let row = "Silvan Sanctuary, Mattias Westlund  \u{00b7}  at 0:20  \u{00b7}  score 0.07";
    let audition = Action::Audition(engine::units::ChunkId(4));
    assert_eq!(click(&mut tall, row), acts(&[audition]));

    assert_eq!(
        click(&mut playing, "use shipped"),
        acts(&[Action::ClearHead])
    );

    assert_eq!(click(&mut playing, "Library"), []);
    assert_eq!(
        click(&mut playing, "Rescan"),
        acts(&[Action::RescanLibrary])
    );

    let mut indexing = shown(states::indexing());
    assert_eq!(
        click(&mut indexing, "Stop"),
        acts(&[Action::CancelIndexing])
    );
    assert_eq!(
        click(&mut indexing, "Pause"),
        acts(&[Action::PauseIndexing])
    );
    let mut paused = states::indexing();
    if let LibraryState::Indexing { activity, .. } = &mut paused.library {
        *activity = Activity::Paused;
    }
    let mut paused = shown(paused);
    assert!(written(&paused).contains("812 of 2,345, paused"));
    assert_eq!(
        click(&mut paused, "Resume"),
        acts(&[Action::ResumeIndexing])
    );
}

#[test]
fn failed_files_are_listed_with_their_reasons_on_demand() {
    let mut failures = shown(states::failures());
    assert_eq!(click(&mut failures, "Library"), []);
    assert!(!written(&failures).contains("Protected against copying"));
    assert_eq!(click(&mut failures, "3 not used"), []);
    failures.run_steps(2);
    let list = written(&failures);
    assert!(
        list.contains("zaz/protected.m4a") && list.contains("Protected against copying"),
        "{list}"
    );
    assert_eq!(click(&mut failures, "Close"), []);
    failures.run_steps(2);
    assert!(!written(&failures).contains("Protected against copying"));
}

#[test]
fn the_zoom_is_asked_of_the_window() {
    let mut desk = shown(states::playing());
    desk.get_by_role_and_label(egui::Role::ComboBox, "Zoom")
        .click();
    desk.run_steps(3);
    assert_eq!(click(&mut desk, "150 %"), [Request::Zoom(150)]);
}

#[test]
fn it_draws_often_only_while_something_moves() {
    let desk = Desk::new(states::sounding());
    let often = desk.screen.pace(&desk.view, desk.now);
    let rarely = desk.screen.pace(&View::default(), desk.now);
    assert!(often <= Duration::from_millis(34) && rarely >= Duration::from_millis(150));
}

#[test]
fn the_same_view_gives_the_same_picture() {
    let draw = || {
        let mut harness = shown(states::silence());
        harness.render().expect("drawn without a GPU")
    };
    let picture = draw();
    assert_eq!(picture.dimensions(), (960, 640));
    assert!(picture == draw());
    // The painting is there: its corner of the window is not the ground's colour alone.
    let bright = |pixel: &image::Rgba<u8>| pixel.0[..3].iter().any(|&channel| channel > 120);
    let painted = (8..580).flat_map(|x| (8..340).map(move |y| (x, y)));
    let share = painted
        .filter(|&(x, y)| bright(picture.get_pixel(x, y)))
        .count();
    assert!(share > 10_000, "{share}");
}

#[test]
fn a_stroke_flashes_and_fades_and_old_strokes_do_not() {
    let mut desk = shown(states::silence());
    let idle = desk
        .state()
        .screen
        .pace(&desk.state().view, desk.state().now);
    desk.state_mut().view.strokes += 1;
    desk.run_steps(1);
    let (screen, view, now) = (&desk.state().screen, &desk.state().view, desk.state().now);
    assert!(screen.pace(view, now) < idle, "it is drawn while it fades");
    assert_eq!(screen.pace(view, now + Duration::from_secs(1)), idle);
    let reopened = shown(states::playing());
    let screen = &reopened.state().screen;
    assert_eq!(screen.pace(&states::silence(), reopened.state().now), idle);
}
