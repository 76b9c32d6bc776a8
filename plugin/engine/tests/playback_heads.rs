//! Snippets of which only the head is decoded when they start.

use std::sync::{Arc, OnceLock};

use engine::Result;
use engine::library::StereoClip;
use engine::playback::{
    ClipSource, Cue, CueAudio, CueFeeder, CueSender, LevelMatch, Mode, PackedClip, Player,
    PlayerSettings, Role, Wait, WholeSlot, cue_channel,
};
use engine::retrieval::Hit;
use engine::units::{ChunkId, Distance, SampleRate, Score, Seconds};

const RATE: usize = 48_000;
/// 300 ms.
const HEAD: usize = RATE * 3 / 10;
const BLOCK: usize = 64;

fn packed(samples: &[f32]) -> Arc<PackedClip> {
    Arc::new(PackedClip::pack(&StereoClip {
        rate: SampleRate::new(RATE as f64).expect("a rate"),
        left: samples.to_vec(),
        right: samples.to_vec(),
    }))
}

/// A tone of 4 s whose level is `gain` after its first 300 ms.
fn tone(gain: f32) -> Vec<f32> {
    let sample = |at: usize| {
        let value = (at as f32 * std::f32::consts::TAU * 100.0 / RATE as f32).sin() * 0.25;
        if at < HEAD { value } else { value * gain }
    };
    (0..4 * RATE).map(sample).collect()
}

/// A cue of `whole` that is decoded up to its head, and where the rest goes.
fn head_of(whole: &[f32], rms: Option<f32>) -> (CueAudio, Arc<WholeSlot>) {
    let slot = Arc::new(OnceLock::new());
    let head = packed(&whole[..HEAD]);
    let audio = CueAudio::of_head(head, Arc::clone(&slot), whole.len(), rms);
    (audio, slot)
}

fn player(mode: Mode) -> (CueSender, Player) {
    let (sender, receiver) = cue_channel();
    let mut player = Player::new(SampleRate::new(RATE as f64).expect("a rate"), receiver);
    player.set_settings(PlayerSettings {
        mode,
        attack: Seconds(0.005),
        release: Seconds(0.1),
        crossfade: Seconds(0.1),
        interval: Seconds(1.0),
        ..PlayerSettings::default()
    });
    (sender, player)
}

/// Plays a triggered cue of `audio` for 4.1 s; calls `at` before each block.
fn play(cue: Cue, mut at: impl FnMut(usize)) -> (Vec<f32>, CueSender) {
    let (mut sender, mut player) = player(Mode::Triggered);
    sender.send(Box::new(cue)).expect("room");
    player.trigger(0);
    let mut heard = vec![0.0; RATE * 41 / 10];
    let mut other = [0.0; BLOCK];
    for (block, left) in heard.chunks_mut(BLOCK).enumerate() {
        at(block * BLOCK);
        player.render(left, &mut other[..left.len()]);
    }
    (heard, sender)
}

fn cue(audio: CueAudio) -> Cue {
    Cue::new(1, Role::Best, ChunkId(0), audio)
}

fn largest_step(samples: &[f32]) -> f32 {
    let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    steps.fold(0.0, f32::max)
}

#[test]
fn a_rest_in_time_sounds_as_if_it_had_been_there() {
    let whole = tone(1.0);
    let rest = packed(&whole);
    let (expected, _) = play(cue(CueAudio::of_whole(packed(&whole))), |_| ());
    // The last moment: the block whose end is 20 ms before that of the head.
    for arrival in [0, BLOCK, 5_000, HEAD - 960 - BLOCK] {
        let (audio, slot) = head_of(&whole, None);
        let (heard, sender) = play(cue(audio), |at| {
            if at >= arrival {
                let _ = slot.set(Arc::clone(&rest));
            }
        });
        assert!(heard == expected, "arrived at {arrival}");
        assert_eq!(sender.counts().without_rest(), 0);
    }
}

#[test]
fn a_missing_rest_is_a_fade_out_and_a_count() {
    let whole = tone(1.0);
    let rest = packed(&whole);
    let (expected, _) = play(cue(CueAudio::of_whole(packed(&whole))), |_| ());
    // Never, and too late: during the fade and after it.
    for arrival in [usize::MAX, HEAD - 480, HEAD + RATE] {
        let (audio, slot) = head_of(&whole, None);
        let (heard, sender) = play(cue(audio), |at| {
            if at >= arrival {
                let _ = slot.set(Arc::clone(&rest));
            }
        });
        assert_eq!(sender.counts().without_rest(), 1, "arrival {arrival}");
        assert_eq!(heard[..HEAD - 960], expected[..HEAD - 960]);
        assert!(heard[HEAD..].iter().all(|sample| *sample == 0.0));
        // The tone's own slope, and that of a fade over 20 ms.
        let limit = 0.25 * (std::f32::consts::TAU * 100.0 + 1.6 / 0.02) / RATE as f32;
        let step = largest_step(&heard);
        assert!(step < limit, "{step} of {limit}, arrival {arrival}");
        assert!(limit < 0.01, "the limit must catch a head that is cut off");
    }
}

#[test]
fn the_true_level_comes_with_the_rest_without_a_step() {
    // The rest is 12 dB louder than the head, and nobody knew.
    let whole = tone(4.0);
    let rest = packed(&whole);
    let matching = LevelMatch::default();
    let matched = |audio| {
        let mut cue = cue(audio);
        cue.match_level(&matching, Some(-20.0));
        cue
    };
    let (expected, _) = play(matched(CueAudio::of_whole(packed(&whole))), |_| ());
    let (audio, slot) = head_of(&whole, None);
    assert!(matched(audio.clone()).gain() > 0.4);
    let (heard, sender) = play(matched(audio), |at| {
        if at >= RATE / 10 {
            let _ = slot.set(Arc::clone(&rest));
        }
    });
    assert_eq!(sender.counts().without_rest(), 0);
    // The glide has ended before the head has.
    assert_eq!(heard[RATE / 5..], expected[RATE / 5..]);
    let (calm, wild) = (&heard[..HEAD - 48], &heard[RATE / 5..]);
    assert!(largest_step(calm) < 0.012, "{}", largest_step(calm));
    assert!(wild.iter().all(|sample| sample.abs() <= 0.707));
    // With the level that the index knows, there is little to glide.
    let rms = PackedClip::pack(&packed(&whole).unpack()).level().rms;
    let (audio, _) = head_of(&whole, Some(rms));
    let known = matched(audio).gain();
    let exact = matched(CueAudio::of_whole(packed(&whole))).gain();
    assert!((known / exact - 1.0).abs() < 1e-6, "{known}, {exact}");
}

#[test]
fn continuous_playing_does_not_stutter_on_a_head() {
    let (mut sender, mut player) = player(Mode::Continuous);
    let (audio, slot) = head_of(&tone(1.0), None);
    sender.send(Box::new(cue(audio))).expect("room");
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for _ in 0..RATE / BLOCK {
        player.render(&mut left, &mut right);
    }
    assert_eq!(sender.counts().started(), 1);
    assert_eq!(sender.counts().without_rest(), 1);
    let _ = slot.set(packed(&tone(1.0)));
    player.render(&mut left, &mut right);
    assert_eq!(sender.counts().started(), 2, "complete, it plays again");
}

/// Chunks of which some are not decoded.
struct Partly(Arc<std::sync::Mutex<Vec<u32>>>);

impl ClipSource for Partly {
    fn audio(&mut self, chunk: ChunkId, _wait: Wait) -> Result<Option<CueAudio>> {
        let missing = self.0.lock().expect("no panic").contains(&chunk.0);
        Ok((!missing).then(|| CueAudio::of_whole(packed(&tone(1.0)))))
    }
}

#[test]
fn what_is_not_decoded_is_passed_over_and_cued_as_soon_as_it_is() {
    let (sender, mut player) = player(Mode::Triggered);
    let missing = Arc::new(std::sync::Mutex::new(vec![0, 2]));
    let source = Box::new(Partly(Arc::clone(&missing)));
    let mut feeder = CueFeeder::new(sender, source, LevelMatch::default());
    let hits: Vec<Hit> = (0..4)
        .map(|chunk| Hit {
            chunk: ChunkId(chunk),
            distance: Distance(1.0),
            score: Score(0.1),
            repeated: false,
        })
        .collect();
    let feed = |feeder: &mut CueFeeder, player: &mut Player| {
        let fed = feeder.feed(&hits, None).expect("no failure");
        player.trigger(0);
        player.render(&mut [0.0; BLOCK], &mut [0.0; BLOCK]);
        let started = feeder.collect().last().map(|started| started.chunk.0);
        (fed.sent, fed.waiting, started)
    };
    // 1 in the place of 0, and 3 in reserve in the place of 2.
    assert_eq!(feed(&mut feeder, &mut player), (2, true, Some(1)));
    assert_eq!(feeder.sender().counts().passed_over(), 1);
    missing.lock().expect("no panic").clear();
    let (sent, waiting, started) = feed(&mut feeder, &mut player);
    assert_eq!((sent > 0, waiting, started), (true, false, Some(0)));
    assert_eq!(feeder.sender().counts().passed_over(), 1);
}
