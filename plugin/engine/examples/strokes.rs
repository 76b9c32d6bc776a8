//! Prints how well brush strokes are found: the tables of `docs/strokes.md`.
//!
//! ```sh
//! cargo run --release -p impasto-engine --example strokes
//! ```
//!
//! With a folder as argument, also writes the scenes there (`.wav`, and `.csv` with the
//! known strokes and what was found), for `docs/strokes_peers.py`.

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/strokes/friction.rs"]
mod friction;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/strokes/judge.rs"]
mod judge;
#[path = "../tests/strokes/noise.rs"]
mod noise;
#[path = "../tests/strokes/proxies.rs"]
mod proxies;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/strokes/scene.rs"]
mod scene;

use engine::analysis::stroke::StrokeSettings;
use friction::Surface;
use judge::{Score, detect, detect_energy, deviation, quantile};
use scene::{Disturbance, Scene};

const RATE: f64 = 48_000.0;

fn main() {
    let settings = StrokeSettings::default();
    let hold = settings.hold.0;
    let noise = |db: f64| Disturbance {
        noise_db: Some(db),
        ..Disturbance::default()
    };
    let conditions = [
        ("clean", Disturbance::default()),
        ("-60", noise(-60.0)),
        ("-50", noise(-50.0)),
        ("-40", noise(-40.0)),
        ("-30", noise(-30.0)),
        ("-20", noise(-20.0)),
        (
            "hum -20",
            Disturbance {
                hum_db: Some(-20.0),
                ..noise(-60.0)
            },
        ),
        (
            "knocks",
            Disturbance {
                knocks: true,
                ..noise(-60.0)
            },
        ),
        (
            "thumps",
            Disturbance {
                thumps: true,
                ..noise(-60.0)
            },
        ),
        (
            "all",
            Disturbance {
                knocks: true,
                thumps: true,
                hum_db: Some(-30.0),
                noise_db: Some(-40.0),
            },
        ),
    ];
    let report = |name: &str, scenes: &[Scene]| {
        let (mut ours, mut energy) = (Score::default(), Score::default());
        for scene in scenes {
            ours.add(scene, &detect(scene, &settings), hold);
            energy.add(scene, &detect_energy(scene, settings.gate_db()), 0.0);
        }
        let ms = |x: f64| format!("{:.2}", 1e3 * x);
        let l = &ours.latencies;
        println!(
            "{name:14} P {:.3} R {:.3} F {:.3} | lat {} {} {} sd {} p95-5 {} | end {} {} {} | knocks {}/{} | energy P {:.3} R {:.3} F {:.3} p99 {}  missed {:?}",
            ours.precision(),
            ours.recall(),
            ours.f(),
            ms(quantile(l, 0.5)),
            ms(quantile(l, 0.9)),
            ms(quantile(l, 0.99)),
            ms(deviation(l)),
            ms(quantile(l, 0.95) - quantile(l, 0.05)),
            ms(quantile(&ours.end_errors, 0.1)),
            ms(quantile(&ours.end_errors, 0.5)),
            ms(quantile(&ours.end_errors, 0.9)),
            ours.knocks_taken,
            ours.knocks,
            energy.precision(),
            energy.recall(),
            energy.f(),
            ms(quantile(&energy.latencies, 0.99)),
            ours.missed_of.iter().take(5).collect::<Vec<_>>(),
        );
    };
    for (name, with) in conditions {
        let scenes: Vec<Scene> = [Surface::Canvas, Surface::Panel, Surface::Paper]
            .into_iter()
            .flat_map(|surface| (1..=4).map(move |seed| scene::scene(seed, surface, with, RATE)))
            .collect();
        report(name, &scenes);
    }
    for name in proxies::PROXIES {
        for (of, with) in [("clean", Disturbance::default()), ("-40", noise(-40.0))] {
            let scenes: Vec<Scene> = (1..=4)
                .map(|seed| proxies::scene(name, seed, with, RATE))
                .collect();
            report(&format!("{name} {of}"), &scenes);
        }
    }
}
