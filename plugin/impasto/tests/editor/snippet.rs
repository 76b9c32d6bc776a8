//! The card of the snippet now heard.

use std::sync::Arc;
use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use engine::units::ChunkId;
use impasto::editor::panels::snippet::snippet_ui;
use impasto::editor::pictures::Pictures;
use impasto::editor::request::{Purpose, Request};
use impasto::editor::{theme, widgets};
use impasto::view::{Action, Rgba, View};

use super::support::raster::SoftwareRenderer;
use super::support::states;

/// The card alone, and what it has asked for.
struct Card {
    view: View,
    pictures: Pictures,
    asked: Vec<Request>,
}

fn card(view: View, size: (f32, f32)) -> Harness<'static, Card> {
    let card = Card {
        view,
        pictures: Pictures::default(),
        asked: Vec::new(),
    };
    let now = states::epoch() + Duration::from_secs(60);
    let mut harness = Harness::builder()
        .with_size(egui::vec2(size.0 + 16.0, size.1 + 16.0))
        .renderer(SoftwareRenderer::default())
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, card: &mut Card| {
                ui.set_max_size(egui::vec2(size.0, size.1));
                let asked = widgets::card(ui, size.1, |ui| {
                    snippet_ui(ui, &card.view, &mut card.pictures, now)
                });
                card.asked.extend(asked.unwrap_or_default());
            },
            card,
        );
    harness.run_steps(3);
    harness
}

/// Keeps the picture where somebody wants to look at it.
fn keep(harness: &mut Harness<'_, Card>, name: &str) {
    let picture = harness.render().expect("drawn without a GPU");
    if let Some(folder) = std::env::var_os("IMPASTO_TEST_PICTURES") {
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        picture.save(path).expect("a picture");
    }
}

#[test]
fn it_says_what_is_heard_and_what_is_next_and_plays_it_again() {
    let mut card = card(states::sounding(), (460.0, 170.0));
    keep(&mut card, "snippet");
    card.get_by_label("Now heard: The Knolls of Doldesh, Timothy Pinkham");
    card.get_by_label("Cover of The Knolls of Doldesh");
    card.get_by_label("Next: Silvan Sanctuary  \u{00b7}  Mattias Westlund");
    card.get_by_label("Hear The Knolls of Doldesh again")
        .click();
    card.run_steps(2);
    let hear = [Request::Act(Action::Audition(ChunkId(31)))];
    assert_eq!(card.state().asked, hear);
    card.state_mut().asked.clear();
    card.get_by_label("Hear The Knolls of Doldesh again")
        .focus();
    card.run_steps(1);
    card.key_press(egui::Key::Enter);
    card.run_steps(2);
    assert_eq!(card.state().asked, hear);
}

#[test]
fn the_part_that_was_heard_is_marked() {
    let amber = |position: f32| {
        let mut view = states::sounding();
        let now = view.sounding.now.as_mut().expect("sounds");
        now.position = position;
        let mut card = card(view, (460.0, 170.0));
        let picture = card.render().expect("drawn without a GPU");
        let is_amber = |pixel: &&image::Rgba<u8>| pixel.0[..3] == theme::AMBER.to_array()[..3];
        picture.pixels().filter(is_amber).count()
    };
    let (early, late) = (amber(0.1), amber(0.9));
    assert!(early > 0 && late > 4 * early, "{early} {late}");
}

#[test]
fn after_it_has_ended_the_last_one_stays_and_before_the_first_it_says_what_to_do() {
    let last = states::playing();
    card(last, (460.0, 170.0)).get_by_label("Heard last: The Knolls of Doldesh, Timothy Pinkham");
    let mut empty = card(View::default(), (460.0, 170.0));
    keep(&mut empty, "snippet-empty");
    empty.get_by_label("Choose a folder of music").click();
    empty.run_steps(2);
    assert_eq!(empty.state().asked, [Request::Browse(Purpose::Library)]);
}

#[test]
fn names_that_fit_nowhere_stay_within_the_card() {
    let long = "A name that is much longer than any place that an editor could have for it";
    let mut view = states::sounding();
    let now = view.sounding.now.as_mut().expect("sounds");
    (now.track, now.artist) = (long.to_owned(), long.to_owned());
    now.peaks = None;
    now.cover = Some(Arc::new(Rgba {
        width: 1,
        height: 256,
        pixels: vec![200; 1024],
    }));
    if let Some(next) = &mut view.sounding.next {
        next.track = long.to_owned();
    }
    for size in [(220.0, 130.0), (460.0, 170.0), (800.0, 300.0)] {
        let mut card = card(view.clone(), size);
        keep(&mut card, &format!("snippet-long-{}", size.0));
        let picture = card.render().expect("drawn without a GPU");
        // Right of the card lies nothing but the ground.
        let margin = picture.width() - 6;
        let ground = *picture.get_pixel(picture.width() - 1, 0);
        for x in margin..picture.width() {
            for y in 0..picture.height() {
                assert_eq!(*picture.get_pixel(x, y), ground, "{x} {y} {size:?}");
            }
        }
    }
}
