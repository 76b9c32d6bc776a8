//! What is drawn, and when.

use std::time::Duration;

use image::RgbImage;
use impasto::view::View;

use super::display::Display;
use super::life::{Bench, wait_for};
use super::support::states;

/// Lets what lights up and fades come to its end; curves go on.
fn settle() {
    std::thread::sleep(Duration::from_millis(500));
}

/// The share of pixels that differ by more than a little.
pub fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let far = |(a, b): (&image::Rgb<u8>, &image::Rgb<u8>)| {
        a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 12)
    };
    let differing = a.pixels().zip(b.pixels()).filter(|pair| far(*pair)).count();
    differing as f64 / (f64::from(a.width()) * f64::from(a.height()))
}

/// A window in which nothing happens draws nothing, whatever is published; one in which
/// something does draws that.
pub fn stands_still(_: &Display) {
    let bench = Bench::new(View::default());
    let spawned = bench.open();
    settle();
    let meter = bench.editor.meter();
    let before = meter.read();
    for _ in 0..30 {
        bench.publisher.publish(View::default());
        std::thread::sleep(Duration::from_millis(33));
    }
    let idle = meter.read().since(&before);
    assert_eq!(idle.drawn, 0, "{idle:?}");
    assert!(idle.unchanged <= 6, "{idle:?}");

    bench.publisher.publish(View {
        brush_connected: true,
        brush_level_db: -20.0,
        ..View::default()
    });
    wait_for("the brush is seen", || meter.read().drawn > before.drawn);
    let painted = meter.read().since(&before);
    let share = painted.pixels as f64 / (1080.0 * 720.0) / painted.drawn as f64;
    assert!(share < 0.5, "{share} of the window for a level");
    drop(spawned);
}

/// Painting only what has changed ends in the picture that painting all gives.
pub fn is_whole(display: &Display) {
    let bench = Bench::new(View::default());
    let spawned = bench.open();
    let window = display.editor().expect("a window");
    let mut changed = Vec::new();
    for (name, view) in states::all() {
        bench.publisher.publish(view);
        // Over some controls, which light up and are left again.
        for x in [60, 300, 700, 1000] {
            display.point(window, x, 20 + x / 2);
            std::thread::sleep(Duration::from_millis(40));
        }
        display.point(window, 540, 719);
        settle();
        changed.push((name, display.picture(window)));
    }
    drop(spawned);
    for ((name, view), (_, changed)) in states::all().into_iter().zip(&changed) {
        let bench = Bench::new(view);
        let spawned = bench.open();
        let window = display.editor().expect("a window");
        display.point(window, 540, 719);
        settle();
        let whole = display.picture(window);
        let share = difference(changed, &whole);
        // Curves of the last minutes differ: the one window has a past, the other none.
        if share > 0.03 {
            let folder = std::env::temp_dir();
            let _ = changed.save(folder.join("impasto-changed.png"));
            let _ = whole.save(folder.join("impasto-whole.png"));
            panic!("{name}: {share} of the pixels differ; see {folder:?}");
        }
        drop(spawned);
    }
}

/// Ctrl and plus enlarges the window and what is in it; the size in points stays.
pub fn zooms(display: &Display) {
    use x11rb::protocol::xproto::KeyButMask;
    /// Of the usual keyboard: the keys that are plus and nought.
    const PLUS: u8 = 21;
    const NOUGHT: u8 = 19;

    let bench = Bench::new(states::playing());
    bench.params.remembered.write().editor_size = (800, 560);
    let spawned = bench.open();
    let window = display.editor().expect("a window");
    let first = display.picture(window);
    assert_eq!(first.dimensions(), (800, 560));
    let wanted = [125, 150, 175, 200];
    for zoom in wanted {
        display.key(window, PLUS, KeyButMask::CONTROL);
        let (width, height) = (8 * zoom, 560 * zoom / 100);
        wait_for("it grows", || {
            display.picture(window).dimensions() == (width, height)
        });
        let remembered = bench.params.remembered.read().clone();
        assert_eq!(remembered.editor_zoom, zoom);
        assert_eq!(remembered.editor_size, (800, 560));
    }
    settle();
    // Twice as large, it is the same picture.
    let large = display.picture(window);
    let small = image::imageops::thumbnail(&large, 800, 560);
    let share = difference(&first, &small);
    assert!(share < 0.12, "{share} of the pixels differ");
    display.key(window, NOUGHT, KeyButMask::CONTROL);
    wait_for("it shrinks", || {
        display.picture(window).dimensions() == (800, 560)
    });
    settle();
    let again = display.picture(window);
    let share = difference(&first, &again);
    assert!(share < 0.03, "{share} of the pixels differ");
    drop(spawned);
}
