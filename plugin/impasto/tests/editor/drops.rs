//! What is dropped on the window.

use std::path::PathBuf;

use egui::HoveredFile;
use impasto::editor::window::dropped;

use super::support::assets;
use super::*;

/// Lets `paths` hover, then drops them. What was said at each moment, and what was asked.
fn drop(paths: &[PathBuf]) -> (String, String, Vec<Request>) {
    let mut desk = shown(states::playing());
    let hovering = |path: &PathBuf| HoveredFile {
        path: Some(path.clone()),
        ..HoveredFile::default()
    };
    desk.input_mut().hovered_files = paths.iter().map(hovering).collect();
    desk.run_steps(2);
    let hovered = written(&desk);
    assert_eq!(desk.state().asked, [], "nothing happens while it hovers");
    desk.input_mut().hovered_files.clear();
    desk.input_mut().dropped_files = paths.iter().cloned().map(dropped).collect();
    desk.run_steps(2);
    let said = written(&desk);
    let asked = std::mem::take(&mut desk.state_mut().asked);
    // Eight seconds, of which each step is a thirtieth.
    desk.run_steps(300);
    assert!(!written(&desk).contains("taken"), "it is not said for ever");
    assert_eq!(desk.state().asked, [], "a drop happens once");
    (hovered, said, asked)
}

#[test]
fn a_picture_is_the_painting() {
    let picture = assets().join("paintings/bazille-ramparts.jpg");
    let (hovered, said, asked) = drop(std::slice::from_ref(&picture));
    assert!(hovered.contains("\u{201c}bazille-ramparts.jpg\u{201d} is the painting"));
    assert!(!said.contains("bazille"));
    assert_eq!(asked, acts(&[Action::LoadPainting(picture)]));
}

#[test]
fn a_folder_is_the_library() {
    let folder = assets().join("library");
    let (hovered, _, asked) = drop(std::slice::from_ref(&folder));
    assert!(hovered.contains("\u{201c}library\u{201d} is the library of your music"));
    assert_eq!(asked, acts(&[Action::SetLibrary(folder)]));
}

#[test]
fn a_head_judges() {
    let head = PathBuf::from("/heads/seascapes.head");
    let (_, _, asked) = drop(std::slice::from_ref(&head));
    assert_eq!(asked, acts(&[Action::SetHead(head)]));
}

#[test]
fn of_several_the_first_of_use_is_taken() {
    let paths = ["/a.txt", "/b.head", "/Der Frühling.PNG", "/c.jpg"].map(PathBuf::from);
    let (hovered, said, asked) = drop(&paths);
    assert!(hovered.contains("Der Frühling.PNG"), "{hovered}");
    assert!(said.contains("\u{201c}Der Frühling.PNG\u{201d} was taken, 3 others were not."));
    assert_eq!(asked, acts(&[Action::LoadPainting(paths[2].clone())]));
}

#[test]
fn what_is_of_no_use_says_what_is() {
    for (path, expected) in [
        ("/song.flac", "Drop the folder that it is in."),
        ("/thesis.pdf", "Drop a picture, a folder of music"),
    ] {
        let (hovered, said, asked) = drop(&[path.into()]);
        assert!(hovered.contains(expected), "{hovered}");
        assert!(said.contains(expected), "{said}");
        assert_eq!(asked, []);
    }
}
