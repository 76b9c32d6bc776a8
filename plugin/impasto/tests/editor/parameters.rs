//! Parameters: each has its control, and what is done to it is a gesture.

use egui::{Key, Pos2};
use engine::analysis::stroke::Calibration;
use impasto::params::output_id;
use impasto::view::CalibrationState;
use nice_plug::prelude::Params;
use outputs::Signal;

use super::*;

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
