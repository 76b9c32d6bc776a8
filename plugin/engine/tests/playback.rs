//! Playback as it is heard: fades, stealing, level, and that every cue comes
//! back.

use engine::library::StereoClip;
use engine::playback::{
    CUES, ClipSource, Cue, CueFeeder, CueReceiver, CueSender, LevelMatch, Mode, Player,
    PlayerSettings, Role, cue_channel,
};
use engine::retrieval::Hit;
use engine::units::{ChunkId, Distance, SampleRate, Score, Seconds};

const RATE: f64 = 48_000.0;

fn rate() -> SampleRate {
    SampleRate::new(RATE).expect("a rate")
}

fn samples(seconds: f64) -> usize {
    (seconds * RATE) as usize
}

/// White noise in ±1 from a 64-bit linear congruential generator.
fn noise(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    };
    (0..len).map(|_| next()).collect()
}

fn sine(hz: f64, len: usize) -> Vec<f32> {
    (0..len)
        .map(|at| (std::f64::consts::TAU * hz * at as f64 / RATE).cos() as f32)
        .collect()
}

fn cue(serial: u64, role: Role, samples: Vec<f32>) -> Box<Cue> {
    let clip = StereoClip {
        rate: rate(),
        left: samples.clone(),
        right: samples,
    };
    Box::new(Cue::new(serial, role, ChunkId(serial as u32), clip))
}

fn settings(mode: Mode) -> PlayerSettings {
    PlayerSettings {
        mode,
        attack: Seconds(0.005),
        release: Seconds(0.1),
        crossfade: Seconds(0.5),
        interval: Seconds(1.0),
        ..PlayerSettings::default()
    }
}

fn player(mode: Mode) -> (CueSender, Player) {
    let (sender, receiver): (CueSender, CueReceiver) = cue_channel();
    let mut player = Player::new(rate(), receiver);
    player.set_settings(settings(mode));
    (sender, player)
}

fn render(player: &mut Player, len: usize, block: usize) -> Vec<f32> {
    let mut left = vec![0.0; len];
    let mut right = vec![0.0; len];
    for (left, right) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
        player.render(left, right);
    }
    assert_eq!(left, right, "both channels carry the same clip");
    left
}

fn level_db(samples: &[f32]) -> f64 {
    let energy: f64 = samples
        .iter()
        .map(|sample| f64::from(*sample).powi(2))
        .sum();
    10.0 * (energy / samples.len() as f64).log10()
}

/// The largest step from one sample to the next.
fn largest_step(samples: &[f32]) -> f32 {
    samples
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max)
}

#[test]
fn a_crossfade_of_uncorrelated_noise_keeps_its_energy() {
    let (mut sender, mut player) = player(Mode::Continuous);
    sender
        .send(cue(1, Role::Best, noise(1, samples(4.0))))
        .expect("room");
    let before = render(&mut player, samples(1.0), 64);
    sender
        .send(cue(2, Role::Best, noise(2, samples(4.0))))
        .expect("room");
    let fade = render(&mut player, samples(0.5), 64);
    let after = render(&mut player, samples(0.5), 64);
    assert_eq!(sender.counts().started(), 2);
    let whole = level_db(&before[samples(0.1)..]);
    for part in fade.chunks(samples(0.05)) {
        assert!(
            (level_db(part) - whole).abs() < 0.5,
            "{} dB, {whole} dB",
            level_db(part)
        );
    }
    assert!((level_db(&after) - whole).abs() < 0.5);
}

#[test]
fn a_clip_that_ends_is_followed_without_a_gap() {
    let (mut sender, mut player) = player(Mode::Continuous);
    sender
        .send(cue(1, Role::Best, noise(3, samples(2.0))))
        .expect("room");
    let heard = render(&mut player, samples(10.0), 480);
    // The only cue again and again: 2 s clips with 0.5 s crossfades. The same
    // noise beside itself 1.5 s later is uncorrelated.
    assert_eq!(sender.counts().started(), 7);
    let whole = level_db(&heard[samples(0.1)..samples(1.4)]);
    for part in heard[samples(0.1)..].chunks_exact(samples(0.05)) {
        assert!((level_db(part) - whole).abs() < 0.5);
    }
}

#[test]
fn a_trigger_starts_at_its_sample() {
    for (offset, block) in [(0, 64), (17, 64), (63, 64), (500, 512), (8191, 8192)] {
        let (mut sender, mut player) = player(Mode::Triggered);
        sender
            .send(cue(1, Role::Best, vec![1.0; samples(4.0)]))
            .expect("room");
        assert!(
            render(&mut player, 1024, block)
                .iter()
                .all(|sample| *sample == 0.0)
        );
        player.trigger(offset);
        let heard = render(&mut player, 2 * block, block);
        // The first sample of a fade-in is silent, the next is not.
        let first = heard.iter().position(|sample| *sample != 0.0);
        assert_eq!(
            first,
            Some(offset + 1),
            "offset {offset} in blocks of {block}"
        );
    }
}

#[test]
fn several_triggers_in_a_block_all_start() {
    let (mut sender, mut player) = player(Mode::Triggered);
    sender
        .send(cue(1, Role::Best, sine(100.0, samples(1.0))))
        .expect("room");
    for offset in [10, 200, 4000, 9999] {
        player.trigger(offset);
    }
    render(&mut player, 4096, 4096);
    assert_eq!(sender.counts().started(), 4);
    for _ in 0..20 {
        player.trigger(0);
    }
    assert_eq!(sender.counts().triggers_dropped(), 4);
}

#[test]
fn stealing_and_retriggering_never_click() {
    let (mut sender, mut player) = player(Mode::Triggered);
    sender
        .send(cue(1, Role::Best, sine(50.0, samples(4.0))))
        .expect("room");
    let mut heard = Vec::new();
    // A start every 5.3 ms with releases of 100 ms: 19 would overlap.
    for _ in 0..400 {
        player.trigger(3);
        heard.extend(render(&mut player, 256, 256));
    }
    assert!(
        sender.counts().stolen() > 100,
        "{}",
        sender.counts().stolen()
    );
    // A sum of at most 16 voices: each moves by at most its slope (2π·50/48000)
    // plus its fade's (π/2 over 5 ms).
    let slope = std::f32::consts::TAU * 50.0 / RATE as f32;
    let fade = std::f32::consts::FRAC_PI_2 / (0.005 * RATE as f32);
    let limit = 10.0 * slope + 3.0 * fade;
    assert!(
        largest_step(&heard) < limit,
        "{} of {limit}",
        largest_step(&heard)
    );
    assert!(limit < 0.1, "the limit must catch a voice that is cut off");
    assert_eq!(sender.counts().without_voice(), 0);
}

#[test]
fn ends_modes_and_pauses_never_click() {
    let (mut sender, mut player) = player(Mode::Continuous);
    let slow = || sine(50.0, samples(1.3));
    sender.send(cue(1, Role::Best, slow())).expect("room");
    let mut heard = render(&mut player, samples(0.9), 100);
    player.set_active(false);
    heard.extend(render(&mut player, samples(0.2), 100));
    player.set_active(true);
    heard.extend(render(&mut player, samples(3.0), 100));
    player.set_settings(settings(Mode::Off));
    heard.extend(render(&mut player, samples(0.3), 100));
    player.set_settings(settings(Mode::Triggered));
    player.trigger(5);
    heard.extend(render(&mut player, samples(0.3), 100));
    sender.clear();
    heard.extend(render(&mut player, samples(2.0), 100));
    assert!(largest_step(&heard) < 0.05, "{}", largest_step(&heard));
    assert_eq!(heard.last(), Some(&0.0));
}

#[test]
fn a_clip_shorter_than_its_fades_still_fades() {
    for len in [64, 65, 100, 1000, samples(0.5)] {
        let (mut sender, mut player) = player(Mode::Triggered);
        sender
            .send(cue(1, Role::Best, vec![1.0; len]))
            .expect("room");
        player.trigger(0);
        let heard = render(&mut player, samples(1.0), 33);
        let step = std::f32::consts::FRAC_PI_2 / (len / 2).min(samples(0.005)) as f32;
        assert!(
            largest_step(&heard) <= step * 1.01,
            "{len} samples: {}",
            largest_step(&heard)
        );
        assert!(heard[len..].iter().all(|sample| *sample == 0.0));
    }
}

#[test]
fn what_cannot_be_played_comes_back() {
    let (mut sender, mut player) = player(Mode::Triggered);
    let other = SampleRate::new(44_100.0).expect("a rate");
    let clip = StereoClip {
        rate: other,
        left: vec![0.5; 1000],
        right: vec![0.5; 1000],
    };
    sender
        .send(Box::new(Cue::new(1, Role::Best, ChunkId(1), clip)))
        .expect("room");
    sender.send(cue(2, Role::Best, Vec::new())).expect("room");
    player.trigger(0);
    assert!(
        render(&mut player, 64, 64)
            .iter()
            .all(|sample| *sample == 0.0)
    );
    let back = [sender.spent(), sender.spent(), sender.spent()].map(|cue| cue.map(|c| c.serial));
    assert_eq!(back, [Some(1), Some(2), None]);
    assert_eq!(
        (sender.counts().unplayable(), sender.counts().without_cue()),
        (2, 1)
    );
}

#[test]
fn every_cue_comes_back() {
    for seed in 0..20u64 {
        println!("seed {seed}");
        let (mut sender, mut player) = player(Mode::Triggered);
        let mut choices = noise(seed, 4_000)
            .into_iter()
            .map(|value| (value + 1.0) / 2.0);
        let mut choose = move || choices.next().expect("enough");
        let (mut sent, mut back) = (0, 0);
        for _ in 0..800 {
            let role = if choose() < 0.5 {
                Role::Best
            } else {
                Role::Reserve
            };
            if choose() < 0.4 && sender.send(cue(sent, role, vec![0.1; 9_000])).is_ok() {
                sent += 1;
            }
            if choose() < 0.3 {
                player.trigger((choose() * 200.0) as usize);
            }
            render(&mut player, 240, 240);
            if choose() < 0.3 {
                back += std::iter::from_fn(|| sender.spent()).count() as u64;
            }
        }
        sender.clear();
        render(&mut player, samples(0.5), 240);
        back += std::iter::from_fn(|| sender.spent()).count() as u64;
        assert!(sent > 100);
        assert_eq!((sent, sender.away()), (back, 0));
        assert_eq!(
            sender.counts().returns_delayed(),
            0,
            "the way back has room for all"
        );
    }
}

#[test]
fn no_more_cues_are_sent_than_there_is_room_for() {
    let (mut sender, _player) = player(Mode::Triggered);
    for serial in 0..CUES as u64 {
        sender
            .send(cue(serial, Role::Best, vec![0.0; 100]))
            .expect("room");
    }
    let refused = sender
        .send(cue(99, Role::Best, vec![0.0; 100]))
        .expect_err("no room");
    assert_eq!((refused.0.serial, sender.counts().refused()), (99, 1));
}

#[test]
fn the_reserve_follows_the_best() {
    let (mut sender, mut player) = player(Mode::Triggered);
    sender
        .send(cue(1, Role::Best, vec![0.1; 48_000]))
        .expect("room");
    sender
        .send(cue(2, Role::Reserve, vec![0.2; 48_000]))
        .expect("room");
    for expected in [1, 2, 2] {
        player.trigger(0);
        render(&mut player, 64, 64);
        assert_eq!(player.now_playing().map(|now| now.serial), Some(expected));
        assert_eq!(
            sender.started().map(|started| started.serial),
            Some(expected)
        );
    }
}

fn hits(chunks: &[u32]) -> Vec<Hit> {
    let hit = |chunk: &u32| Hit {
        chunk: ChunkId(*chunk),
        distance: Distance(1.0),
        score: Score(0.1),
        repeated: false,
    };
    chunks.iter().map(hit).collect()
}

/// Chunk 3 has lost its file; every other is noise of its own.
fn source() -> Box<dyn ClipSource> {
    Box::new(|chunk: ChunkId| {
        if chunk.0 == 3 {
            let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(engine::Error::io("gone.wav")(gone));
        }
        let samples: Vec<f32> = noise(u64::from(chunk.0), samples(1.0))
            .into_iter()
            .map(|s| s * 0.25)
            .collect();
        Ok(StereoClip {
            rate: rate(),
            left: samples.clone(),
            right: samples,
        })
    })
}

/// A run of feeder and player together, as an offline render drives them.
fn perform(block: usize) -> (Vec<f32>, Vec<u32>) {
    let (sender, mut player) = player(Mode::Continuous);
    let mut feeder = CueFeeder::new(sender, source(), LevelMatch::default());
    let (mut heard, mut played) = (Vec::new(), Vec::new());
    for step in 0..80u32 {
        played.extend(feeder.collect().iter().map(|started| started.chunk.0));
        let found = hits(&[step / 10 % 4, 8, 9]);
        let fed = feeder.feed(&found, Some(-20.0));
        assert_eq!(fed.is_err(), step == 30, "the lost file is told once");
        heard.extend(render(&mut player, 4800, block));
    }
    (heard, played)
}

#[test]
fn an_offline_render_is_the_same_bit_for_bit() {
    let (heard, played) = perform(480);
    let (again, _) = perform(480);
    assert!(
        heard
            .iter()
            .zip(&again)
            .all(|(a, b)| a.to_bits() == b.to_bits())
    );
    assert!(
        [0, 1, 2, 8].iter().all(|chunk| played.contains(chunk)),
        "{played:?}"
    );
    assert!(!played.contains(&3), "{played:?}");
    // Noise of any level, matched to −20 dB.
    let whole = level_db(&heard[4800..]);
    assert!((whole + 20.0).abs() < 0.5, "{whole} dB");
    let (other_blocks, _) = perform(96);
    assert_eq!(heard, other_blocks, "the block size is not heard");
}

#[test]
fn a_new_source_never_plays_the_old_one_s_clips() {
    let (sender, mut player) = player(Mode::Triggered);
    let mut feeder = CueFeeder::new(sender, source(), LevelMatch::default());
    let feed = |feeder: &mut CueFeeder| feeder.feed(&hits(&[5, 6]), None).expect("a clip");
    assert_eq!([(); 2].map(|()| feed(&mut feeder).sent), [2, 0]);
    player.trigger(0);
    render(&mut player, 64, 64);
    let constant = |_: ChunkId| {
        Ok(StereoClip {
            rate: rate(),
            left: vec![0.5; 9600],
            right: vec![0.5; 9600],
        })
    };
    feeder.set_source(Box::new(constant));
    assert!(
        feeder.collect().is_empty(),
        "a start of an old chunk means nothing now"
    );
    assert_eq!([(); 2].map(|()| feed(&mut feeder).sent), [2, 0]);
    render(&mut player, samples(2.0), 64);
    player.trigger(0);
    let heard = render(&mut player, 4800, 64);
    assert_eq!(heard[2000], 0.5);
}
