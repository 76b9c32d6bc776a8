//! Files and folders are chosen in the editor's own browser.

use egui::Key;

use super::support::assets;
use super::*;

/// Lets the browser's folder be read.
pub fn settle(harness: &mut Harness<'_, Desk>) {
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
