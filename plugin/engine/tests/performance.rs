//! Translator, feeder and player together, driven offline as the command line
//! drives them and as the plug-in's worker does live.

use std::path::PathBuf;

use engine::Result;
use engine::analysis::{BANDS, FRAMES};
use engine::inference::{
    Correspondence, Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures,
};
use engine::library::{ChunkInfo, Dims, Library, Parts, StereoClip, TrackId, TrackInfo};
use engine::playback::{CueFeeder, LevelMatch, Player, PlayerSettings, cue_channel};
use engine::retrieval::{Fraction, Variety};
use engine::translate::{Networks, Settings, Translator};
use engine::units::{ChunkId, SampleRate, Seconds};

const CHUNKS: usize = 200;
/// Samples at 48 kHz in a hop of 12.5 ms.
const HOP: usize = 600;

/// The last frame's level, −100..0 dB, as 0..1.
struct LastLevel;

impl Embedder for LastLevel {
    fn embed(&mut self, mel: &[f32], _: usize) -> Result<Vec<MusicFeatures>> {
        let level = 1.0 + mel[FRAMES - 1] / 100.0;
        let (tags, affect) = (Vec::new(), Vec::new());
        Ok(vec![MusicFeatures {
            embedding: vec![level],
            point: vec![level],
            tags,
            affect,
        }])
    }
}

/// Every picture is at 1.
struct One;

impl PictureEmbedder for One {
    fn look(&mut self, _: &Picture) -> Result<PictureFeatures> {
        Ok(PictureFeatures {
            point: vec![1.0],
            features: Vec::new(),
        })
    }
}

/// Chunk `i`'s embedding and point are `i / CHUNKS`.
fn library() -> Library {
    let values: Vec<f32> = (0..CHUNKS).map(|at| at as f32 / CHUNKS as f32).collect();
    let chunk = |at: usize| ChunkInfo {
        track: TrackId(0),
        start: Seconds(4.0 * at as f64),
        rms_db: -20.0,
    };
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 1,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: vec![TrackInfo {
            path: PathBuf::from("one.wav"),
            title: None,
            artist: None,
            duration: Seconds(4.0 * CHUNKS as f64),
        }],
        chunks: (0..CHUNKS).map(chunk).collect(),
        embeddings: values.clone(),
        points: values,
        traits: Vec::new(),
    })
}

/// What a performance of a minute gave: the sound, what was played, and the
/// congruity at each step.
#[derive(Debug, PartialEq)]
struct Performance {
    sound: Vec<u32>,
    played: Vec<ChunkId>,
    congruity: Vec<Option<u32>>,
}

fn perform(variety: usize) -> Performance {
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let networks = Networks {
        audio: Box::new(LastLevel),
        picture: Box::new(One),
        correspondence: Correspondence {
            scale: 4.0,
            bias: 0.0,
            dim: 1,
        },
    };
    let settings = Settings {
        fraction: Fraction::percent(10.0).expect("a number"),
        variety: Variety {
            chunks: variety,
            tracks: 0,
        },
        ..Settings::default()
    };
    let mut translator = Translator::with_networks(networks, settings);
    translator.set_library(Some(library())).expect("it fits");
    let picture = Picture::new(image::DynamicImage::new_rgb8(4, 4));
    translator.set_picture(Some(&picture)).expect("a painting");

    let clips = move |chunk: ChunkId| {
        let tone = |at: usize| ((at * (chunk.0 as usize + 1)) as f32 * 1e-3).sin() * 0.1;
        let samples: Vec<f32> = (0..192_000).map(tone).collect();
        Ok(StereoClip {
            rate,
            left: samples.clone(),
            right: samples,
        })
    };
    let (sender, receiver) = cue_channel();
    let mut feeder = CueFeeder::new(sender, Box::new(clips), LevelMatch::default());
    let mut player = Player::new(rate, receiver);
    player.set_settings(PlayerSettings::default());

    let mut performance = Performance {
        sound: Vec::new(),
        played: Vec::new(),
        congruity: Vec::new(),
    };
    for frame in 0..60 * 80 {
        // A brush and a music that swell and fade at paces of their own.
        let swell = |pace: f32| -30.0 + 25.0 * (frame as f32 * pace).sin();
        translator.push_brush(&[swell(0.003); BANDS]);
        translator.push_music(&[swell(0.002); BANDS]);
        for started in feeder.collect() {
            performance.played.push(started.chunk);
            translator.note_played(started.chunk);
        }
        if translator.due() {
            let outcome = translator.step(translator.pending()).expect("a step");
            feeder
                .feed(&outcome.snippets, Some(-20.0))
                .expect("every clip is there");
            let congruity = outcome.congruity.map(|value| value.get().to_bits());
            performance.congruity.push(congruity);
        }
        let (mut left, mut right) = ([0.0; HOP], [0.0; HOP]);
        player.render(&mut left, &mut right);
        let bits = left.iter().map(|sample| sample.to_bits());
        performance.sound.extend(bits);
    }
    performance
}

#[test]
fn a_performance_is_the_same_twice_and_stays_in_the_pool() {
    let performance = perform(8);
    assert!(performance == perform(8), "the same frames, the same sound");
    // A start every two seconds, the first after half a second.
    assert_eq!(performance.played.len(), 30);
    // Points near 1 belong to the painting: the pool is the upper tenth.
    let pool = CHUNKS as u32 * 9 / 10..CHUNKS as u32;
    assert!(
        performance
            .played
            .iter()
            .all(|chunk| pool.contains(&chunk.0))
    );
    assert!(performance.congruity[10..].iter().all(Option::is_some));
}

#[test]
fn variety_keeps_what_was_played_from_coming_back() {
    let played = perform(8).played;
    for (at, chunk) in played.iter().enumerate() {
        let before = &played[at.saturating_sub(8)..at];
        assert!(!before.contains(chunk), "{chunk:?} in {before:?}");
    }
    let without = perform(0).played;
    assert!(
        without.windows(2).any(|pair| pair[0] == pair[1]),
        "{without:?}"
    );
}
