//! What congruity is made of, beside it.

use egui_kittest::kittest::Queryable as _;
use impasto::view::View;
use outputs::Signal;

use super::support::states;
use super::{shown, written};

/// What is written while the pointer rests on what is labelled `label`.
fn tooltip(view: View, label: &str) -> String {
    let mut harness = shown(view);
    harness.get_by_label(label).hover();
    harness.run_steps(20);
    written(&harness)
}

#[test]
fn each_part_says_what_it_means_and_why_it_is_unknown() {
    let said = tooltip(states::playing(), "Gesture part");
    assert!(said.contains("sound of the brush"), "{said}");
    assert!(said.contains("has no weight"), "{said}");
    let said = tooltip(states::playing(), "Network part");
    assert!(said.contains("what the network has learned"), "{said}");
    assert!(!said.contains("has no weight") && !said.contains("Unknown."));

    let said = tooltip(states::silence(), "Valence part");
    assert!(said.contains("Unknown. The music is silent."), "{said}");
    let mut resting = states::playing();
    resting.signals[Signal::Gesture] = None;
    let said = tooltip(resting.clone(), "Gesture part");
    assert!(said.contains("Unknown. The brush rests"), "{said}");
    resting.brush_connected = false;
    let said = tooltip(resting, "Gesture part");
    assert!(
        said.contains("Unknown. The brush is not connected."),
        "{said}"
    );

    let mut weightless = states::playing();
    weightless.congruity = None;
    weightless.signals[Signal::Network] = Some(0.5);
    let said = written(&shown(weightless));
    assert!(said.contains("Nothing that counts is known."), "{said}");
    let said = shown(View::default());
    assert!(
        said.query_by_label("Network part").is_none(),
        "nothing is ready"
    );
}
