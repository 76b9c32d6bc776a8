//! The page Painting: pictures are chosen, pasted, cut out, balanced and followed.

use egui::{Event, Key, Modifiers, Pos2};
use engine::painting::{Balance, Corners, Sensitivity};
use impasto::looking::LookSource;
use impasto::view::{LookAction, PaintingState};

use super::support::{assets, looks};
use super::*;

/// The page with `view`.
fn page(view: View) -> Harness<'static, Desk> {
    sized(view, (1080.0, 720.0))
}

fn sized(view: View, size: (f32, f32)) -> Harness<'static, Desk> {
    let mut desk = harness(Desk::new(view), size, 1.0);
    desk.run_steps(2);
    desk.get_by_label("Painting").click();
    desk.run_steps(3);
    desk
}

fn looks_for(actions: &[LookAction]) -> Vec<Request> {
    let actions: Vec<Action> = actions.iter().cloned().map(Action::Look).collect();
    acts(&actions)
}

/// The correction that was asked for last.
fn corrected(desk: &Harness<'_, Desk>) -> engine::painting::Correction {
    let last = desk.state().asked.last();
    match last {
        Some(Request::Act(Action::Look(LookAction::SetCorrection(correction)))) => *correction,
        other => panic!("no correction: {other:?}"),
    }
}

fn taken(desk: &mut Harness<'_, Desk>) -> Vec<Request> {
    std::mem::take(&mut desk.state_mut().asked)
}

#[test]
fn every_state_of_the_painting_is_named() {
    let expected: &[(&str, &[&str])] = &[
        (
            "look-followed",
            &["Pictures/tether", "nothing new", "0.78", "At a point"],
        ),
        ("look-still", &["read once", "Read it again", "0.70"]),
        (
            "look-empty",
            &["No painting yet", "Choose a painting", "come here"],
        ),
        (
            "look-recent",
            &["bruegel-harvesters.jpg", "No picture is chosen"],
        ),
        ("look-loading", &["no picture yet", "/mnt/nas/inbox"]),
        ("look-moving", &["waiting until it is still"]),
        ("look-frozen", &["Frozen: the painting stays"]),
        ("look-away", &["connect its drive", "Look now"]),
        (
            "look-failed",
            &["it is cut off", "Try again", "Choose another picture"],
        ),
        ("look-long-names", &["much longer than any place"]),
    ];
    let states = looks::all();
    assert_eq!(states.len(), expected.len());
    for ((name, view), (expected_name, texts)) in states.into_iter().zip(expected) {
        assert_eq!(name, *expected_name);
        for size in [MIN_SIZE, (1080.0, 720.0), (1920.0, 1080.0)] {
            let desk = sized(view.clone(), size);
            let written = written(&desk);
            assert!(!written.contains("use of"), "{name} at {size:?}: {written}");
            assert!(desk.state().asked.is_empty(), "{name} asks unasked");
            // What is scrolled out of a small window is not written.
            let all = size != MIN_SIZE;
            for text in texts.iter().filter(|_| all) {
                assert!(written.contains(text), "{name} lacks {text:?}:\n{written}");
            }
        }
    }
}

#[test]
fn a_source_is_chosen() {
    let mut desk = page(looks::still());
    let watch = LookAction::SetSource(LookSource::File);
    assert_eq!(click(&mut desk, "A file, watched"), looks_for(&[watch]));
    assert_eq!(click(&mut desk, "A file"), [], "it is one already");
    assert_eq!(
        click(&mut desk, "Read it again"),
        looks_for(&[LookAction::LookNow])
    );

    for (button, title, source) in [
        (
            "A folder",
            "pictures come into",
            LookSource::Folder as fn(_) -> _,
        ),
        (
            "A time lapse",
            "a time lapse",
            LookSource::Recording as fn(_) -> _,
        ),
    ] {
        let mut desk = page(looks::still());
        assert_eq!(click(&mut desk, button), []);
        browser::settle(&mut desk);
        assert!(written(&desk).contains(title), "{}", written(&desk));
        assert!(
            written(&desk).contains("10 pictures here"),
            "{}",
            written(&desk)
        );
        let asked = click(&mut desk, "Use \u{201c}paintings\u{201d}");
        let folder = assets().join("paintings");
        assert_eq!(asked, looks_for(&[LookAction::SetSource(source(folder))]));
    }
}

#[test]
fn a_corner_is_dragged_to_the_painting_s() {
    let mut desk = page(looks::still());
    let handle = desk.get_by_label("Corner top left: 0 % from the left, 0 % from the top");
    let from = handle.rect().center();
    let to = from + egui::vec2(60.0, 40.0);
    drag(&mut desk, from, to);
    let correction = corrected(&desk);
    let [moved, rest @ ..] = correction.corners.points();
    assert!(moved[0] > 0.1 && moved[1] > 0.05, "{moved:?}");
    assert_eq!(rest, Corners::WHOLE.points()[1..]);
    assert_eq!(desk.state().asked.len(), 1, "asked once, when it is let go");
    // Until the worker answers, the corner stays where it was put.
    let written = desk.query_by_label("Corner top left: 0 % from the left, 0 % from the top");
    assert!(written.is_none());
}

/// Drags slowly enough to be a drag.
fn drag(desk: &mut Harness<'_, Desk>, from: Pos2, to: Pos2) {
    desk.event(Event::PointerMoved(from));
    desk.run_steps(1);
    button(desk, from, true);
    for step in 1..=5 {
        desk.event(Event::PointerMoved(
            from + (to - from) * (step as f32 / 5.0),
        ));
        desk.run_steps(1);
    }
    assert!(desk.state().asked.is_empty(), "not while it is held");
    button(desk, to, false);
    desk.run_steps(20);
}

fn button(desk: &mut Harness<'_, Desk>, pos: Pos2, pressed: bool) {
    desk.event(Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    desk.run_steps(1);
}

#[test]
fn a_corner_is_moved_by_the_keyboard() {
    let mut desk = page(looks::still());
    let name = "Corner bottom right: 100 % from the left, 100 % from the top";
    desk.get_by_label(name).focus();
    desk.run_steps(2);
    for _ in 0..5 {
        desk.key_press(Key::ArrowLeft);
        desk.run_steps(1);
    }
    desk.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    desk.run_steps(1);
    assert!(desk.state().asked.is_empty(), "more may come");
    desk.run_steps(20);
    let [x, y] = corrected(&desk).corners.points()[2];
    assert!(
        (x - 0.98).abs() < 1e-4 && (y - 0.96).abs() < 1e-4,
        "{x} {y}"
    );
    assert_eq!(desk.state().asked.len(), 1);
}

#[test]
fn white_is_found_by_itself_or_at_a_point() {
    let mut desk = page(looks::still());
    click(&mut desk, "By itself");
    let asked = looks_for(&[LookAction::SetCorrection(engine::painting::Correction {
        balance: Balance::GreyWorld,
        ..Default::default()
    })]);
    desk.run_steps(2);
    let mut desk = page(looks::still());
    assert_eq!(click(&mut desk, "By itself"), asked);

    assert_eq!(click(&mut desk, "At a point"), []);
    assert!(written(&desk).contains("Click on something grey"));
    let target = desk.get_by_label("Pick a neutral point").rect();
    let at = target.lerp_inside(egui::vec2(0.25, 0.75));
    desk.event(Event::PointerMoved(at));
    desk.run_steps(1);
    button(&mut desk, at, true);
    button(&mut desk, at, false);
    desk.run_steps(2);
    let Balance::Neutral([x, y]) = corrected(&desk).balance else {
        panic!("{:?}", desk.state().asked);
    };
    assert!(
        (x - 0.25).abs() < 0.01 && (y - 0.75).abs() < 0.01,
        "{x} {y}"
    );
    assert!(!written(&desk).contains("Click on something grey"));
}

#[test]
fn corners_go_back_to_the_whole_picture() {
    let mut desk = page(looks::followed());
    click(&mut desk, "Whole picture");
    let mut desk = page(looks::followed());
    assert!(!click(&mut desk, "Whole picture").is_empty());
    let mut desk = page(looks::followed());
    desk.get_by_label("Whole picture").click();
    desk.run_steps(2);
    let correction = corrected(&desk);
    assert!(correction.corners.is_whole());
    assert_eq!(
        correction.balance,
        Balance::Neutral([0.05, 0.5]),
        "it stays"
    );
}

#[test]
fn a_painting_of_the_past_is_asked_for_again() {
    let mut desk = page(looks::followed());
    let path = assets().join("paintings/van-gogh-cafe-terrace.jpg");
    let row = "van-gogh-cafe-terrace, 3 min ago, congruity 0.34";
    assert_eq!(
        click(&mut desk, row),
        looks_for(&[LookAction::Recall(path)])
    );
    let camera = "renoir-moulin-de-la-galette, 6 min ago, congruity unknown";
    assert_eq!(click(&mut desk, camera), [], "no file was kept");
}

#[test]
fn a_path_is_pasted_or_typed() {
    let paste = |desk: &mut Harness<'_, Desk>, text: &str| {
        desk.event(Event::Paste(text.to_owned()));
        desk.run_steps(3);
        taken(desk)
    };
    let mut desk = page(looks::empty());
    let picture = assets().join("paintings/hokusai-great-wave.jpg");
    let shown = picture.display();
    for text in [
        format!("\"{shown}\""),
        format!(" file://{shown}\r\n"),
        shown.to_string(),
    ] {
        let asked = paste(&mut desk, &text);
        assert_eq!(
            asked,
            acts(&[Action::LoadPainting(picture.clone())]),
            "{text}"
        );
    }
    assert_eq!(
        paste(&mut desk, "~/sketch.PNG"),
        acts(&[Action::LoadPainting(assets().join("sketch.PNG"))])
    );
    assert_eq!(paste(&mut desk, "sketch.png"), []);
    assert!(written(&desk).contains("That is no whole path"));
    // A folder is looked into.
    let folder = assets().join("paintings");
    assert_eq!(paste(&mut desk, &folder.display().to_string()), []);
    browser::settle(&mut desk);
    assert!(written(&desk).contains("arcimboldo-spring.jpg"));

    let mut desk = page(looks::empty());
    desk.get_by_label("Path").focus();
    desk.run_steps(2);
    desk.event(Event::Paste(shown.to_string()));
    desk.run_steps(2);
    assert_eq!(taken(&mut desk), [], "Enter is awaited");
    desk.key_press(Key::Enter);
    desk.run_steps(2);
    assert_eq!(taken(&mut desk), acts(&[Action::LoadPainting(picture)]));
}

#[test]
fn recent_paintings_are_a_click_away() {
    let mut desk = page(looks::recent());
    let path = assets().join("paintings/cassatt-summertime.jpg");
    let asked = click(&mut desk, "cassatt-summertime.jpg");
    assert_eq!(asked, acts(&[Action::LoadPainting(path)]));
    let mut desk = page(looks::still());
    click(&mut desk, "Recent");
    desk.run_steps(2);
    let path = assets().join("paintings/van-gogh-cafe-terrace.jpg");
    let asked = click(&mut desk, "van-gogh-cafe-terrace.jpg");
    assert_eq!(asked, acts(&[Action::LoadPainting(path)]));
}

#[test]
fn errors_have_a_way_out() {
    let mut failed = page(looks::failed());
    assert_eq!(
        click(&mut failed, "Try again"),
        acts(&[Action::ReloadPainting])
    );
    assert_eq!(click(&mut failed, "Choose another picture"), []);
    browser::settle(&mut failed);
    assert!(written(&failed).contains("Choose a painting"));
    let mut away = page(looks::away());
    assert_eq!(
        click(&mut away, "Look now"),
        looks_for(&[LookAction::LookNow])
    );
    assert!(matches!(
        away.state().view.painting,
        PaintingState::Ready { .. }
    ));
}

#[test]
fn how_often_and_how_closely_is_set_by_the_keyboard() {
    let mut desk = page(looks::followed());
    let change = |desk: &mut Harness<'_, Desk>, name: &str| {
        let slider = desk.get_by_role_and_label(egui::Role::Slider, name);
        slider.focus();
        desk.run_steps(2);
        desk.key_press(Key::ArrowRight);
        desk.run_steps(2);
        taken(desk)
    };
    let asked = change(&mut desk, "How often to look");
    let [Request::Act(Action::Look(LookAction::SetEvery(every)))] = asked[..] else {
        panic!("{asked:?}");
    };
    assert!((2.0..10.0).contains(&every) && every != 2.0, "{every}");
    let asked = change(&mut desk, "Smallest change that counts");
    let [Request::Act(Action::Look(LookAction::SetSensitivity(small)))] = asked[..] else {
        panic!("{asked:?}");
    };
    assert!(small < Sensitivity::default(), "{small:?}");
}
