//! Prints what the parts of a congruity do with controlled stimuli: the tables of
//! `models/cards/crossmodal.md`.
//!
//! ```sh
//! cargo run --release -p impasto-engine --example crossmodal_suite
//! ```
//!
//! Needs `IMPASTO_RUNTIME`, as the tests do.

#[path = "../tests/crossmodal/suite/mod.rs"]
mod suite;

use std::path::Path;

use engine::crossmodal::{
    AffectPlaces, Kind, MusicQuantity, Norms, PARTS, PictureQuantity, Weights,
};
use engine::inference::Models;

use suite::choice::{Choice, deterministic, only};
use suite::series::{Correlation, Series, Varied, correlate, render};
use suite::{melodies, pictures, synth};

/// All series as the network heard them.
type Renders = Vec<(Varied, Vec<Series>)>;

fn main() {
    let norms = Norms::built_in();
    let renders = renders();
    music_table(norms, &renders);
    mode_table(&renders);
    picture_table(norms);
    part_table(norms, &renders);
    let (plain, all) = (deterministic(), Weights::without_network());
    whole_table(norms, &renders, &plain, "without valence and arousal");
    whole_table(norms, &renders, &all, "with valence and arousal");
}

fn renders() -> Renders {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let models = Models::load(&folder).expect("the models and IMPASTO_RUNTIME");
    let places = AffectPlaces::of(models.manifest().audio());
    let mut embedder = models.audio_embedder().expect("a session");
    let mut render = |varied| (varied, render(varied, Some((embedder.as_mut(), places))));
    Varied::ALL.map(&mut render).into()
}

fn numbers(correlation: Correlation) -> String {
    format!(
        "{:+.2} | {:+.2} | {:+.2} | {}",
        correlation.within, correlation.least, correlation.pooled, correlation.stimuli
    )
}

fn music_table(norms: &Norms, renders: &Renders) {
    println!("\n| melodies | quantity | within | least | pooled | n |\n|---|---|---|---|---|---|");
    for (varied, series) in renders {
        for quantity in MusicQuantity::ALL {
            let found = correlate(series, |one| one.values(norms, quantity));
            println!(
                "| {} | {} | {} |",
                varied.name(),
                quantity.name(),
                numbers(found)
            );
        }
    }
}

/// The share of melodies whose mode is told right.
fn mode_table(renders: &Renders) {
    let (_, series) = &renders[Varied::Mode as usize];
    let (mut single, mut pairs) = (0, 0);
    let (mut by_timbre, mut by_melody) = ([0; 3], [0; 12]);
    for (at, series) in series.iter().enumerate() {
        let [minor, major] = series.modes();
        let right = usize::from(minor < 0.0) + usize::from(major > 0.0);
        single += right;
        by_timbre[at % 3] += right;
        by_melody[at / 3] += right;
        pairs += usize::from(minor < major);
    }
    let count = series.len();
    println!(
        "\nmode told right: {single} of {}; pairs in order: {pairs} of {count}",
        2 * count
    );
    for (timbre, right) in synth::Timbre::ALL.into_iter().zip(by_timbre) {
        println!("  {timbre:?}: {right} of 24");
    }
    for ((title, _), right) in melodies::MELODIES.into_iter().zip(by_melody) {
        println!("  {title}: {right} of 6");
    }
}

fn picture_table(norms: &Norms) {
    println!("\n| pictures | quantity | within | least | pooled | n |\n|---|---|---|---|---|---|");
    for shown in pictures::Shown::ALL {
        let rows = pictures::rows(shown);
        for quantity in PictureQuantity::ALL {
            let found = correlate(&rows, |row| row.values(norms, quantity));
            println!(
                "| {} | {} | {} |",
                shown.name(),
                quantity.name(),
                numbers(found)
            );
        }
    }
}

fn part_table(norms: &Norms, renders: &Renders) {
    println!("\n| part | melodies | leans to | within | least | pooled | n |");
    println!("|---|---|---|---|---|---|---|");
    for part in PARTS {
        let Kind::Pair { music, picture, .. } = part.kind else {
            continue;
        };
        let choice = Choice::new(norms, pictures::to_choose_from(picture));
        let weights = only(part.name);
        for &varied in Varied::of(music) {
            let (_, series) = &renders[varied as usize];
            let found = correlate(series, |one| choice.leanings(one, &weights, picture));
            let (varied, picture) = (varied.name(), picture.name());
            println!(
                "| {} | {varied} | {picture} | {} |",
                part.name,
                numbers(found)
            );
        }
    }
}

fn whole_table(norms: &Norms, renders: &Renders, weights: &Weights, title: &str) {
    println!("\nthe whole, {title}, without the correspondence network");
    println!("| melodies | leans to | within | least | pooled | n |\n|---|---|---|---|---|---|");
    for (varied, series) in renders {
        for property in PictureQuantity::ALL {
            let choice = Choice::new(norms, pictures::to_choose_from(property));
            let found = correlate(series, |one| choice.leanings(one, weights, property));
            println!(
                "| {} | {} | {} |",
                varied.name(),
                property.name(),
                numbers(found)
            );
        }
    }
}
