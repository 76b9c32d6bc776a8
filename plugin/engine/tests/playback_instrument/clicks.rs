//! Random performances: no click, no difference between blocks, no cue lost.

use std::sync::Arc;

use engine::playback::{Mode, PackedClip};

use super::script::{Act, perform, script};
use super::support::*;

const SEEDS: u64 = 60;

/// Slow waves that begin and end away from zero.
fn waves() -> Vec<Arc<PackedClip>> {
    let wave = |(hertz, length): (f64, usize)| packed(&cosine(hertz, length));
    [(20.0, 40_000), (17.0, 31_000), (13.0, 22_000)]
        .map(wave)
        .to_vec()
}

/// What one voice moves by in a sample at most: the fastest wave, and the fastest fade,
/// which is that of a stolen voice (8 ms).
const VOICE_STEP: f32 = std::f32::consts::TAU * 20.0 / RATE as f32
    + std::f32::consts::FRAC_PI_2 / (0.008 * RATE as f32);

/// The most voices that a script's settings let sound.
fn polyphony(script: &[(usize, Act)]) -> usize {
    let of = |(_, act): &(usize, Act)| match act {
        Act::Settings(settings) => settings.polyphony,
        _ => 1,
    };
    script.iter().map(of).max().unwrap_or(1)
}

#[test]
fn nothing_clicks() {
    let clips = waves();
    for seed in 0..SEEDS {
        let script = script(seed, 100);
        let heard = perform(&script, &clips, 64).heard;
        // Those held move at most as fast as a voice can, and so do two that leave; the
        // other tails fade ten times slower.
        let limit = (polyphony(&script) + 2) as f32 * VOICE_STEP;
        let step = largest_step(&heard);
        assert!(step < limit, "seed {seed}: {step} of {limit}");
        assert!(level_db(&heard) > -60.0, "seed {seed} is silent");
    }
}

#[test]
fn a_cut_would_be_seen() {
    let clips = waves();
    let mut caught = 0;
    for seed in 0..SEEDS {
        let script = script(seed, 100);
        let mut heard = perform(&script, &clips, 64).heard;
        // One missing voice, somewhere.
        let at = Chance::new(seed).below(heard.len());
        for sample in &mut heard[at..] {
            *sample -= 0.5;
        }
        let limit = (polyphony(&script) + 2) as f32 * VOICE_STEP;
        caught += u64::from(largest_step(&heard) >= limit);
    }
    assert_eq!(caught, SEEDS);
}

#[test]
fn blocks_are_not_heard() {
    let clips = waves();
    for seed in 0..SEEDS / 2 {
        let script = script(seed, 120);
        let whole = perform(&script, &clips, 4096);
        for block in [7, 64, 480] {
            let parts = perform(&script, &clips, block);
            let differs = (0..whole.heard.len())
                .find(|at| whole.heard[*at].to_bits() != parts.heard[*at].to_bits());
            assert_eq!(differs, None, "seed {seed}, blocks of {block}");
            let counts = |performance: &super::script::Performance| {
                let counts = performance.rig.sender.counts();
                [
                    counts.started(),
                    counts.stolen(),
                    counts.repeated(),
                    counts.ignored_frozen(),
                ]
            };
            assert_eq!(counts(&whole), counts(&parts), "seed {seed}");
        }
    }
}

#[test]
fn every_cue_comes_back_and_nothing_hangs() {
    let clips = waves();
    let mut seen = [0; 4];
    for seed in 0..SEEDS {
        let mut rig = perform(&script(seed, 150), &clips, 512).rig;
        let counts = rig.sender.counts();
        let some = [
            counts.started(),
            counts.stolen(),
            counts.repeated(),
            counts.ignored_frozen(),
        ];
        (0..4).for_each(|which| seen[which] += some[which]);
        rig.player.set_frozen(false);
        rig.player.set_settings(settings(Mode::Off));
        rig.sender.clear();
        let heard = rig.render(RATE);
        assert_eq!(heard.last(), Some(&0.0), "seed {seed}");
        while rig.sender.spent().is_some() {}
        assert_eq!(rig.sender.away(), 0, "seed {seed}");
        assert_eq!(rig.sender.counts().returns_delayed(), 0);
        assert_eq!(rig.sender.counts().without_voice(), 0, "seed {seed}");
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}
