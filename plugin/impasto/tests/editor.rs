//! The editor as a user meets it: every state is drawn, named and can be acted upon, with
//! the pointer and with the keyboard. Needs no display.

#[path = "editor/outputs.rs"]
mod outputs_page;
#[path = "editor/parts.rs"]
mod parts;
mod support;

use std::time::Duration;

use egui::{Key, Pos2, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use engine::analysis::stroke::Calibration;
use impasto::editor::MIN_SIZE;
use impasto::editor::request::{Edit, Request, Step};
use impasto::params::output_id;
use impasto::view::{Action, Activity, CalibrationState, LibraryState, View};
use nice_plug::prelude::{Param, Params};
use outputs::Signal;
use support::{Desk, assets, harness, states};

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

/// Lets the browser's folder be read.
fn settle(harness: &mut Harness<'_, Desk>) {
    // A listing takes microseconds; a busy machine gets ten seconds.
    for _ in 0..2000 {
        harness.run_steps(2);
        if !harness.state().screen.is_reading() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the folder was not read");
}

fn acts(actions: &[Action]) -> Vec<Request> {
    actions.iter().cloned().map(Request::Act).collect()
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
                "3 not used",
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
        (
            "long-names",
            &["1 track, 1,234,567 chunks", "\u{0160}\u{0165}astn\u{00fd}"],
        ),
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
    assert_eq!(
        click(&mut playing, "Rescan"),
        acts(&[Action::RescanLibrary])
    );
    let row = "Silvan Sanctuary, Mattias Westlund  \u{00b7}  at 0:20  \u{00b7}  score 0.07";
    let audition = Action::Audition(engine::units::ChunkId(4));
    assert_eq!(click(&mut playing, row), acts(&[audition]));

    assert_eq!(
        click(&mut playing, "use shipped"),
        acts(&[Action::ClearHead])
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
fn a_painting_is_chosen_with_the_keyboard_alone() {
    let mut desk = shown(View::default());
    assert_eq!(click(&mut desk, "Choose a painting"), []);
    settle(&mut desk);
    assert!(written(&desk).contains("arcimboldo-spring.jpg"));
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowUp, Key::Enter] {
        desk.key_press(key);
        desk.run_steps(2);
    }
    let chosen = assets().join("paintings/bazille-ramparts.jpg");
    assert_eq!(desk.state().asked, acts(&[Action::LoadPainting(chosen)]));
    assert!(desk.query_by_label("Files").is_none(), "the browser closes");
}

#[test]
fn a_head_is_looked_for_among_heads() {
    let mut desk = shown(states::silence());
    assert_eq!(click(&mut desk, "shipped head"), []);
    settle(&mut desk);
    let written = written(&desk);
    assert!(written.contains("Choose a taught head"), "{written}");
    assert!(!written.contains(".jpg"), "{written}");
}

#[test]
fn a_library_is_the_folder_gone_into() {
    let mut desk = shown(View::default());
    assert_eq!(click(&mut desk, "Choose a folder"), []);
    settle(&mut desk);
    assert_eq!(click(&mut desk, "wesnoth"), []);
    settle(&mut desk);
    assert!(written(&desk).contains("music files here"));
    let asked = click(&mut desk, "Use \u{201c}wesnoth\u{201d}");
    assert_eq!(
        asked,
        acts(&[Action::SetLibrary(assets().join("library/wesnoth"))])
    );
}

#[test]
fn a_pasted_path_is_used_and_a_wrong_one_is_named() {
    let mut desk = shown(View::default());
    click(&mut desk, "Choose a painting");
    settle(&mut desk);
    let paste = |desk: &mut Harness<'_, Desk>, text: &str| {
        let field = desk.get_by_role(egui::Role::TextInput);
        field.focus();
        desk.run_steps(2);
        desk.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
        desk.event(egui::Event::Paste(text.to_owned()));
        desk.run_steps(2);
        desk.key_press(Key::Enter);
        desk.run_steps(2);
        settle(desk);
    };
    let gone = assets().join("paintings/no-such-picture.png");
    paste(&mut desk, &gone.display().to_string());
    let gone = written(&desk);
    assert!(gone.contains("not there any more"), "{gone}");
    assert!(desk.state().asked.is_empty());
    let picture = assets().join("paintings/hokusai-great-wave.jpg");
    paste(&mut desk, &format!("'{}'", picture.display()));
    assert_eq!(desk.state().asked, acts(&[Action::LoadPainting(picture)]));
}

#[test]
fn escape_closes_the_browser_and_chooses_nothing() {
    let mut desk = shown(View::default());
    click(&mut desk, "Choose a painting");
    settle(&mut desk);
    desk.key_press(Key::Escape);
    desk.run_steps(3);
    assert!(desk.query_by_label("Files").is_none());
    assert!(desk.state().asked.is_empty());
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
fn a_drag_is_one_gesture() {
    let mut desk = shown(states::playing());
    let params = desk.state().params.clone();
    let track = desk
        .get_by_role_and_label(egui::Role::Slider, "Fade")
        .rect();
    let at = |share: f32| Pos2::new(egui::lerp(track.x_range(), share), track.center().y);
    desk.drag_at(at(0.2));
    desk.run_steps(2);
    for share in [0.3, 0.5, 0.9] {
        desk.hover_at(at(share));
        desk.run_steps(1);
    }
    desk.drop_at(at(0.9));
    desk.run_steps(2);
    let steps = steps(&desk, &params.fade);
    assert_eq!(steps.first(), Some(&Step::Begin));
    assert_eq!(steps.last(), Some(&Step::End));
    let inner = &steps[1..steps.len() - 1];
    assert!(inner.len() >= 2, "{steps:?}");
    let last = inner.last();
    assert!(
        matches!(last, Some(Step::Set(to)) if (to - 0.9).abs() < 0.02),
        "{steps:?}"
    );
    assert!(
        inner.iter().all(|step| matches!(step, Step::Set(_))),
        "{steps:?}"
    );
}

#[test]
fn parameters_are_set_by_arrow_keys_typing_and_switches() {
    let mut desk = shown(states::playing());
    click(&mut desk, "Choose");
    let params = desk.state().params.clone();
    desk.get_by_role_and_label(egui::Role::Slider, "Filter")
        .focus();
    desk.run_steps(2);
    desk.key_press(Key::ArrowRight);
    desk.run_steps(2);
    let value = params.filter.unmodulated_normalized_value();
    let keyed = steps(&desk, &params.filter);
    assert!(
        matches!(keyed[..], [Step::Begin, Step::Set(to), Step::End] if to > value),
        "{keyed:?}"
    );

    desk.state_mut().asked.clear();
    click(&mut desk, "1.0 %");
    desk.run_steps(2);
    desk.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    desk.event(egui::Event::Text("12.5 %".to_owned()));
    desk.run_steps(1);
    desk.key_press(Key::Enter);
    desk.run_steps(3);
    let typed = steps(&desk, &params.filter);
    let wanted = params.filter.preview_normalized(12.5);
    assert!(
        matches!(typed[..], [Step::Begin, Step::Set(to), Step::End] if (to - wanted).abs() < 1e-4),
        "{typed:?}"
    );

    desk.state_mut().asked.clear();
    click(&mut desk, "Touch");
    desk.get_by_role_and_label(egui::Role::CheckBox, "Notes Out")
        .click();
    desk.run_steps(2);
    assert_eq!(
        steps(&desk, &params.notes_out),
        [Step::Begin, Step::Set(1.0), Step::End]
    );

    click(&mut desk, "Play");
    desk.state_mut().asked.clear();
    desk.get_by_role_and_label(egui::Role::ComboBox, "Mode")
        .click();
    desk.run_steps(3);
    desk.get_by_label("Notes").click();
    desk.run_steps(2);
    assert_eq!(
        steps(&desk, &params.mode),
        [Step::Begin, Step::Set(1.0), Step::End]
    );
}

#[test]
fn every_parameter_that_may_be_set_has_its_control() {
    let mut desk = shown(states::playing());
    let params = desk.state().params.clone();
    let mut missing: Vec<String> = params.param_map().into_iter().map(|(id, ..)| id).collect();
    // Impasto writes these itself.
    missing.retain(|id| Signal::ALL.iter().all(|signal| id != output_id(*signal)));
    for page in ["Play", "Touch", "Choose", "Weigh", "Outputs"] {
        click(&mut desk, page);
        missing.retain(|id| {
            let map = params.param_map();
            let (_, param, _) = map.iter().find(|(known, ..)| known == id).expect("known");
            // SAFETY: `params`, which the parameter is of, lives longer.
            let name = unsafe { param.name() }.to_owned();
            desk.query_all_by_label(&name).next().is_none()
        });
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn what_a_calibration_found_is_set_once_and_only_if_it_was_asked_for_here() {
    let found = Calibration {
        floor_db: -70.0,
        softest_db: -44.0,
        hardest_db: -20.0,
        sensitivity: 0.6,
    };
    let done = CalibrationState::Done { found };
    let mut desk = shown(states::playing());
    let params = desk.state().params.clone();
    desk.state_mut().view.calibration = done.clone();
    desk.run_steps(2);
    assert_eq!(steps(&desk, &params.softest), [], "another window's");

    click(&mut desk, "Touch");
    desk.state_mut().asked.clear();
    assert_eq!(
        click(&mut desk, "Calibrate"),
        [Request::Act(Action::Calibrate)]
    );
    desk.state_mut().view.calibration = CalibrationState::Listening { progress: 0.4 };
    desk.run_steps(2);
    desk.state_mut().view.calibration = done;
    desk.run_steps(3);
    for (param, value) in [
        (&params.sensitivity, 0.6),
        (&params.softest, -44.0),
        (&params.hardest, -20.0),
    ] {
        let wanted = param.preview_normalized(value);
        let edits = desk
            .state()
            .asked
            .iter()
            .filter_map(|request| match request {
                Request::Edit(edit) if edit.param == param.as_ptr() => Some(edit.step),
                _ => None,
            });
        let steps: Vec<Step> = edits.collect();
        assert!(
            matches!(steps[..], [Step::Begin, Step::Set(to), Step::End] if (to - wanted).abs() < 1e-4),
            "{}: {steps:?}",
            param.name()
        );
    }
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
    let desk = Desk::new(states::playing());
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
