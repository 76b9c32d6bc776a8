//! Draws every state of the editor into PNG files, without a display:
//!
//! ```text
//! cargo run -p impasto --example editor_states -- FOLDER
//! ```

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use impasto::view::{CalibrationState, View};
use support::{Desk, collections, harness, looks, pairs, sessions, states, with_history};

/// Of a new window, in points.
const SIZE: (f32, f32) = (1080.0, 720.0);

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/editor"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    draw_states(&folder)?;
    draw_sizes(&folder)?;
    draw_outputs(&folder)?;
    draw_library(&folder)?;
    draw_pages(&folder)?;
    draw_looks(&folder)?;
    draw_sessions(&folder)?;
    draw_teaching(&folder)?;
    draw_browsers(&folder)?;
    draw_calibrations(&folder)?;
    draw_details(&folder)
}

fn draw_states(folder: &Path) -> Done {
    for (name, view) in states::all() {
        let mut harness = harness(with_history(Desk::new(view)), SIZE, 1.0);
        save(&mut harness, folder, name)?;
    }
    Ok(())
}

fn draw_sizes(folder: &Path) -> Done {
    for (name, size, scale) in [
        ("smallest", impasto::editor::MIN_SIZE, 1.0),
        ("large", (1500.0, 950.0), 1.0),
        ("double", SIZE, 2.0),
        ("squeezed", (480.0, 320.0), 1.0),
    ] {
        let mut harness = harness(with_history(Desk::new(states::playing())), size, scale);
        save(&mut harness, folder, name)?;
    }
    Ok(())
}

fn draw_outputs(folder: &Path) -> Done {
    let mut drawn = states::outputs();
    drawn.push(("outputs-smallest", states::routed()));
    for (name, view) in drawn {
        let size = match name {
            "outputs-smallest" => impasto::editor::MIN_SIZE,
            _ => SIZE,
        };
        let desk = Desk::new(view);
        match name {
            "outputs" => desk.set(&desk.params.automation, 0.5),
            "outputs-failed" => desk.set(&desk.params.automation, 1.0),
            _ => {}
        }
        let mut harness = harness(desk, size, 1.0);
        harness.get_by_label("Outputs").click();
        harness.run_steps(3);
        save(&mut harness, folder, name)?;
    }
    Ok(())
}

fn draw_library(folder: &Path) -> Done {
    for (name, view) in collections::library_page() {
        draw_library_page(folder, name, view, SIZE)?;
    }
    let small = impasto::editor::MIN_SIZE;
    draw_library_page(folder, "library-smallest", collections::mapped(), small)
}

fn draw_library_page(folder: &Path, name: &str, view: View, size: (f32, f32)) -> Done {
    let mut harness = harness(Desk::new(view), size, 1.0);
    harness
        .get_by_role_and_label(egui::Role::RadioButton, "Library")
        .click();
    harness.run_steps(3);
    if let Some(map) = harness.query_by_label_contains("Map of") {
        map.focus();
        harness.run_steps(1);
        harness.key_press(Key::ArrowRight);
    }
    save(&mut harness, folder, name)
}

fn draw_pages(folder: &Path) -> Done {
    for page in ["Touch", "Choose", "Weigh"] {
        let mut harness = on_page(states::playing(), page);
        save(&mut harness, folder, &page.to_lowercase())?;
    }
    Ok(())
}

/// The page Painting, in every state and in the smallest window.
fn draw_looks(folder: &Path) -> Done {
    for (name, view) in looks::all() {
        for (size, suffix) in [(SIZE, ""), (impasto::editor::MIN_SIZE, "-smallest")] {
            let mut harness = harness(Desk::new(view.clone()), size, 1.0);
            harness.run_steps(2);
            harness.get_by_label("Painting").click();
            save(&mut harness, folder, &format!("{name}{suffix}"))?;
        }
    }
    Ok(())
}

fn draw_teaching(folder: &Path) -> Done {
    for (name, view) in pairs::all() {
        for (size, suffix) in [(SIZE, ""), (impasto::editor::MIN_SIZE, "-smallest")] {
            let mut harness = harness(Desk::new(view.clone()), size, 1.0);
            harness.get_by_label("Teach").click();
            harness.run_steps(3);
            save(&mut harness, folder, &format!("{name}{suffix}"))?;
        }
    }
    Ok(())
}

fn draw_sessions(folder: &Path) -> Done {
    let mut drawn = sessions::all();
    let (_, playing) = drawn[0].clone();
    let (_, long) = drawn[drawn.len() - 1].clone();
    drawn.extend([
        ("session-smallest", playing),
        ("session-long-names-smallest", long),
    ]);
    for (name, view) in drawn {
        let size = match name.ends_with("smallest") {
            true => impasto::editor::MIN_SIZE,
            false => SIZE,
        };
        let mut harness = harness(Desk::new(view), size, 1.0);
        harness.get_by_label("Session").click();
        harness.run_steps(3);
        save(&mut harness, folder, name)?;
    }
    Ok(())
}

fn draw_browsers(folder: &Path) -> Done {
    let mut pictures = harness(with_history(Desk::new(states::playing())), SIZE, 1.0);
    pictures
        .get_all_by_label("Change")
        .next()
        .ok_or("no button")?
        .click();
    settle(&mut pictures);
    pictures.key_press(Key::ArrowDown);
    pictures.key_press(Key::ArrowDown);
    save(&mut pictures, folder, "browser-pictures")?;

    let mut music = harness(Desk::new(states::all().swap_remove(1).1), SIZE, 1.0);
    music.get_by_label("Choose a folder").click();
    settle(&mut music);
    save(&mut music, folder, "browser-music")
}

fn draw_calibrations(folder: &Path) -> Done {
    let calibrating = View {
        calibration: CalibrationState::Listening { progress: 0.4 },
        pressure: Some(0.6),
        ..states::playing()
    };
    save(&mut on_page(calibrating, "Touch"), folder, "calibrating")?;
    let failed = CalibrationState::Failed {
        reason: "Nothing but noise was heard: check the microphone, then try again.".to_owned(),
    };
    let failed = View {
        calibration: failed,
        ..states::playing()
    };
    save(&mut on_page(failed, "Touch"), folder, "calibration-failed")
}

fn draw_details(folder: &Path) -> Done {
    let mut hovering = harness(with_history(Desk::new(states::playing())), SIZE, 1.0);
    hovering
        .get_by_role_and_label(egui::Role::Slider, "Voices")
        .hover();
    hovering.run_steps(20);
    save(&mut hovering, folder, "tooltip")?;

    let mut failed = harness(Desk::new(states::failures()), SIZE, 1.0);
    failed.get_by_label("Library").click();
    failed.run_steps(3);
    failed.get_by_label("3 not used").click();
    save(&mut failed, folder, "failed-files")
}

/// The window with its tab `page` open.
fn on_page(view: View, page: &str) -> Harness<'static, Desk> {
    let mut harness = harness(with_history(Desk::new(view)), SIZE, 1.0);
    harness.get_by_label(page).click();
    harness.run_steps(3);
    harness
}

/// Lets a folder be read and the window calm down.
fn settle(harness: &mut Harness<'_, Desk>) {
    harness.run_steps(3);
    while harness.state().screen.is_reading() {
        std::thread::sleep(Duration::from_millis(5));
        harness.step();
    }
}

fn save(harness: &mut Harness<'_, Desk>, folder: &Path, name: &str) -> Done {
    harness.run_steps(4);
    let path = folder.join(format!("{name}.png"));
    harness.render()?.save(&path)?;
    println!("{}", path.display());
    Ok(())
}
