//! What a screen reader is told: every control on every page has a role and a name. The
//! harness looks at the tree of each frame, and fails at the first that has none.

use egui::{Key, Modifiers};
use impasto::editor::pages::Page;

use super::*;

const NUMBERS: [Key; Page::ALL.len()] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
];

#[test]
fn every_control_on_every_page_has_a_name_and_a_role() {
    for (state, view) in states::all() {
        let mut desk = shown(view);
        let mut pages = std::collections::BTreeSet::new();
        for key in NUMBERS {
            desk.key_press_modifiers(Modifiers::COMMAND, key);
            desk.run_steps(3);
            pages.insert(written(&desk));
        }
        assert_eq!(pages.len(), Page::ALL.len(), "{state}: each page was shown");
    }
}

#[test]
#[should_panic(expected = "lack accessible name")]
fn a_control_without_a_name_is_found() {
    let mut nameless = Harness::new_ui(|ui| {
        ui.add(egui::Button::new(""));
    });
    nameless.run_steps(2);
}
