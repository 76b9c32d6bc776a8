//! Draws the pictures of the README, one of each view, without a display:
//!
//! ```text
//! cargo xtask screenshots
//! ```

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::path::{Path, PathBuf};

use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::ImageEncoder as _;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use impasto::view::{ModelsState, View};
use support::{Desk, collections, harness, looks, pairs, places, sessions, states, with_history};

/// Of a new window, in points.
const SIZE: (f32, f32) = (1080.0, 720.0);

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let folder = std::env::args_os().nth(1).ok_or("name a folder")?;
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    let session = sessions::all().swap_remove(0).1;
    let teach = pairs::all()
        .into_iter()
        .find(|(name, _)| name.contains("learned"))
        .map_or_else(states::playing, |(_, view)| view);
    let shown = [
        ("perform", "Perform", states::sounding()),
        ("library", "Library", collections::mapped()),
        ("painting", "Painting", looks::followed()),
        ("teach", "Teach", teach),
        ("outputs", "Outputs", states::routed()),
        ("session", "Session", session),
        ("error", "Perform", states::failures()),
    ];
    for (name, page, view) in shown {
        let mut desk = on_page(page, with_history(Desk::new(view)));
        save(&mut desk, &folder, name)?;
    }
    let mut tour = tour();
    save(&mut tour, &folder, "tour")
}

fn on_page(page: &str, desk: Desk) -> Harness<'static, Desk> {
    desk.set(&desk.params.automation, 0.5);
    let mut desk = harness(desk, SIZE, 1.0);
    desk.run_steps(2);
    desk.get_by_role_and_label(Role::RadioButton, page).click();
    desk.run_steps(3);
    // No pointer, and no keyboard on a tab.
    desk.event(egui::Event::PointerGone);
    desk.ctx.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            memory.surrender_focus(focused);
        }
    });
    desk
}

/// A first start, with the tour at its first step.
fn tour() -> Harness<'static, Desk> {
    let mut places = places();
    places.tour.material = Some(support::assets());
    let view = View {
        models: ModelsState::Ready,
        ..View::default()
    };
    let mut desk = harness(Desk::at(places, view), SIZE, 1.0);
    desk.run_steps(3);
    desk.get_by_label("Take the tour").click();
    desk.run_steps(3);
    desk
}

fn save(desk: &mut Harness<'_, Desk>, folder: &Path, name: &str) -> Done {
    desk.run_steps(8);
    let picture = image::DynamicImage::from(desk.render()?).to_rgb8();
    let path = folder.join(format!("editor-{name}.png"));
    let file = std::fs::File::create(&path)?;
    let (width, height) = picture.dimensions();
    PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive).write_image(
        &picture,
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )?;
    println!("{}", path.display());
    Ok(())
}
