//! The page of teaching.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use impasto::editor::MIN_SIZE;
use impasto::editor::request::{Purpose, Request};
use impasto::view::{Action, TeachAction, TeachState, View};

use crate::support::{Desk, harness, pairs, states};
use crate::{acts, click, written};

fn open(view: View, size: (f32, f32)) -> Harness<'static, Desk> {
    let mut harness = harness(Desk::new(view), size, 1.0);
    harness.get_by_label("Teach").click();
    harness.run_steps(3);
    harness
}

fn page(teach: TeachState) -> Harness<'static, Desk> {
    let view = View {
        teach,
        ..states::playing()
    };
    open(view, (1080.0, 720.0))
}

fn teach(action: TeachAction) -> Vec<Request> {
    acts(&[Action::Teach(action)])
}

#[test]
fn every_state_is_named() {
    let expected: &[(&str, &[&str])] = &[
        (
            "teach",
            &[
                "5 pairs",
                "harbour at night",
                "0:42 of music",
                "1 h ago",
                "yesterday",
                "the picture can't be read",
                "music of unknown length",
                "1 file in no pair: odd.png",
                "with 0:47 of music",
                "Learn from 5 pairs",
                "83 % right, shuffled 50 %",
                "not measured",
                "seascapes",
            ],
        ),
        (
            "teach-empty",
            &[
                "A pair says which music goes with which painting",
                "There is no painting that music could go with",
                "4 more pairs are needed",
                "what came with Impasto",
            ],
        ),
        ("teach-silent", &["let at least four seconds play"]),
        (
            "teach-removed",
            &[
                "\u{201c}harbour at night\u{201d} lies in the folder removed",
                "Put back",
            ],
        ),
        ("teach-table", &["are in a table"]),
        (
            "teach-unreadable",
            &["no column music", "Use the usual folder"],
        ),
        ("teach-fitting", &["42 %", "Stop", "At low priority"]),
        (
            "teach-learned",
            &[
                "It has learned what goes with what.",
                "83 times in 100 (very likely between 71 and 92)",
                "p = 0.010",
                "14 pairs of 6 works, in 6.2 s. It judges now.",
            ],
        ),
        (
            "teach-unmeasured",
            &[
                "eight pairs with pictures and music of their own",
                "1 of 5 pairs contradict others",
            ],
        ),
        (
            "teach-no-better",
            &[
                "Nothing was learned that the same pairs shuffled",
                "p = 0.410",
            ],
        ),
        (
            "teach-too-few",
            &["Too few: 1 pair more", "of 5 pairs only 3"],
        ),
        ("teach-failed", &["Make room and try again"]),
    ];
    let all = pairs::all();
    assert_eq!(all.len(), expected.len());
    for ((name, view), (expected_name, texts)) in all.into_iter().zip(expected) {
        assert_eq!(name, *expected_name);
        for size in [(1080.0, 900.0), MIN_SIZE] {
            let harness = open(view.clone(), size);
            let written = written(&harness);
            assert!(!written.contains("use of"), "{name}: {written}");
            for text in *texts {
                // In the smallest window cards may lie below the edge.
                let found = written.contains(text) || size == MIN_SIZE;
                assert!(found, "{name} lacks {text:?}:\n{written}");
            }
            assert!(harness.state().asked.is_empty(), "{name} asks unasked");
        }
    }
}

#[test]
fn buttons_ask_for_what_they_say() {
    let mut some = page(pairs::some());
    assert_eq!(
        click(&mut some, "Add this painting with this music"),
        teach(TeachAction::Add)
    );
    assert_eq!(
        click(&mut some, "Learn from 5 pairs"),
        teach(TeachAction::Fit)
    );
    assert_eq!(click(&mut some, "Look again"), teach(TeachAction::Look));
    let cranes = pairs::some().pairs[3].pair.clone();
    assert_eq!(
        click(&mut some, "Remove cranes"),
        teach(TeachAction::Remove(cranes))
    );
    let head = pairs::some().heads[1].path.clone();
    let label = "Head first try, 2026-01-12 10:00 UTC  \u{00b7}  14 pairs, not measured";
    assert_eq!(click(&mut some, label), acts(&[Action::SetHead(head)]));
    let shipped = "Head Shipped, what came with Impasto";
    assert_eq!(click(&mut some, shipped), acts(&[Action::ClearHead]));

    let mut removed = page(pairs::removed());
    assert_eq!(click(&mut removed, "Put back"), teach(TeachAction::PutBack));
    let mut fitting = page(pairs::fitting());
    assert_eq!(click(&mut fitting, "Stop"), teach(TeachAction::StopFit));
    let mut learned = page(pairs::learned());
    assert_eq!(click(&mut learned, "Close"), teach(TeachAction::Dismiss));
    let mut unreadable = page(pairs::unreadable());
    assert_eq!(
        click(&mut unreadable, "Use the usual folder"),
        teach(TeachAction::UsualFolder)
    );
}

#[test]
fn nothing_is_added_or_learned_where_that_makes_no_sense() {
    let add = "Add this painting with this music";
    for state in [pairs::silent(), pairs::table()] {
        assert_eq!(click(&mut page(state), add), []);
    }
    let mut empty = page(pairs::empty());
    assert_eq!(click(&mut empty, add), []);
    assert_eq!(click(&mut empty, "Learn from 0 pairs"), []);
    let table = page(pairs::table());
    assert!(
        table.query_by_label("Remove cranes").is_none(),
        "a table is its owner's"
    );
}

#[test]
fn a_folder_is_chosen_in_the_browser() {
    let mut some = page(pairs::some());
    assert_eq!(click(&mut some, "Choose a folder"), []);
    some.run_steps(2);
    assert!(written(&some).contains("Choose a folder of pairs"));
    assert!(!Purpose::Pairs.is_file());
}

#[test]
fn what_is_pressed_on_stage_is_large_enough() {
    let desk = page(pairs::removed());
    for label in [
        "Add this painting with this music",
        "Learn from 5 pairs",
        "Put back",
        "Remove cranes",
        "Look again",
        "Another file",
    ] {
        let height = desk.get_by_label(label).rect().height();
        assert!(height >= 32.0, "{label}: {height}");
    }
}
