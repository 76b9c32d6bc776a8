//! The whole translation over frames, with networks whose answers are known.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::Result;
use engine::analysis::{BANDS, FLOOR_DB, FRAMES, MelFrame};
use engine::congruity::{Part, PartWeights, whole};
use engine::inference::{
    Correspondence, Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures,
};
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::retrieval::{Fraction, Gallery, Variety};
use engine::translate::{Networks, Outcome, Settings, Translator, duration_of};
use engine::units::{ChunkId, Seconds};

/// Hears the level of the last frame, −100..0 dB as 0..1: the embedding is that
/// value, the point likewise.
struct LastLevel {
    asked: Arc<AtomicUsize>,
}

impl Embedder for LastLevel {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        self.asked.fetch_add(n, Ordering::Relaxed);
        assert_eq!(mel.len(), n * BANDS * FRAMES);
        let one = |window: &[f32]| {
            let level = 1.0 + window[FRAMES - 1] / 100.0;
            MusicFeatures {
                embedding: vec![level],
                point: vec![level],
                tags: Vec::new(),
                affect: Vec::new(),
            }
        };
        Ok(mel.chunks(BANDS * FRAMES).map(one).collect())
    }
}

/// Sees +1 in a picture that is mostly red, −1 in others.
struct Red;

impl PictureEmbedder for Red {
    fn look(&mut self, picture: &Picture) -> Result<PictureFeatures> {
        let input = picture.input();
        let mean = |plane: usize| input[plane * 224 * 224..][..224 * 224].iter().sum::<f32>();
        Ok(PictureFeatures {
            point: vec![if mean(0) > mean(2) { 1.0 } else { -1.0 }],
            features: Vec::new(),
        })
    }
}

struct Bench {
    translator: Translator,
    asked: Arc<AtomicUsize>,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let networks = Networks {
            audio: Box::new(LastLevel {
                asked: Arc::clone(&asked),
            }),
            picture: Box::new(Red),
            correspondence: Correspondence {
                scale: 4.0,
                bias: 0.0,
                dim: 1,
            },
        };
        let folder = tempfile::tempdir().expect("a folder");
        let translator = Translator::with_networks(networks, settings);
        let bench = Self {
            translator,
            asked,
            folder,
        };
        bench.save("red.png", [200, 0, 0]);
        bench.save("blue.png", [0, 0, 200]);
        bench
    }

    /// With a library of 100 chunks whose embedding and point are 0.00..0.99,
    /// four to a track, and the red painting, to which high points belong.
    fn ready(settings: Settings) -> Self {
        let mut bench = Self::new(settings);
        bench
            .translator
            .set_library(Some(library(100, 1)))
            .expect("fits");
        bench.paint("red.png");
        bench
    }

    fn save(&self, name: &str, pixel: [u8; 3]) {
        let picture = image::RgbImage::from_pixel(4, 4, image::Rgb(pixel));
        picture
            .save(self.folder.path().join(name))
            .expect("a picture");
    }

    fn paint(&mut self, name: &str) {
        let path = self.folder.path().join(name);
        self.translator
            .set_painting(Some(&path))
            .expect("a painting");
    }

    /// Pushes `frames` of both signals at these levels and steps when due, as
    /// a driver does. The outcomes of all steps.
    fn run(&mut self, frames: usize, brush_db: f32, music_db: f32) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for _ in 0..frames {
            self.translator.push_brush(&level(brush_db));
            self.translator.push_music(&level(music_db));
            if self.translator.due() {
                let elapsed = self.translator.pending();
                outcomes.push(self.translator.step(elapsed).expect("a step"));
            }
        }
        outcomes
    }

    fn last(&mut self, frames: usize, brush_db: f32, music_db: f32) -> Outcome {
        self.run(frames, brush_db, music_db)
            .pop()
            .expect("a step was due")
    }
}

fn level(db: f32) -> MelFrame {
    [db; BANDS]
}

fn library(n: usize, point: usize) -> Library {
    let values: Vec<f32> = (0..n).map(|at| at as f32 / n as f32).collect();
    let track = |at: usize| TrackInfo {
        path: PathBuf::from(format!("{at}.wav")),
        title: None,
        artist: None,
        duration: Seconds(16.0),
    };
    let chunk = |at: usize| ChunkInfo {
        track: TrackId((at / 4) as u32),
        start: Seconds((at % 4) as f64 * 4.0),
        rms_db: -20.0,
    };
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 1,
            point,
            tags: 0,
            affect: 0,
        },
        tracks: (0..n.div_ceil(4)).map(track).collect(),
        chunks: (0..n).map(chunk).collect(),
        embeddings: values.clone(),
        points: values
            .iter()
            .flat_map(|value| vec![*value; point])
            .collect(),
        traits: Vec::new(),
    })
}

fn settings(percent: f32) -> Settings {
    Settings {
        fraction: Fraction::percent(percent).expect("a number"),
        variety: Variety {
            chunks: 2,
            tracks: 0,
        },
        smoothing: Seconds(0.0),
        ..Settings::default()
    }
}

#[test]
fn the_snippet_lies_in_the_painting_s_pool() {
    let mut bench = Bench::ready(settings(10.0));
    // The brush's level of −5 dB is an embedding of 0.95.
    let red = bench.last(80, -5.0, -90.0);
    assert_eq!(red.pool_size, 10);
    assert_eq!(red.snippet.expect("a snippet").chunk, ChunkId(95));
    assert_eq!(red.snippets.len(), 4);
    assert_eq!(bench.translator.pool().expect("a pool").len(), 10);
    bench.paint("blue.png");
    let blue = bench.last(8, -5.0, -90.0);
    assert_eq!(blue.snippet.expect("a snippet").chunk, ChunkId(9));
}

#[test]
fn a_step_searches_only_with_new_frames_or_another_pool() {
    let mut bench = Bench::ready(settings(10.0));
    bench.run(80, -50.0, -90.0);
    let asked = bench.asked.load(Ordering::Relaxed);
    assert!(!bench.translator.due());
    let again = bench.translator.step(Seconds(0.0)).expect("a step");
    assert!(
        !again.searched && again.snippet.is_some(),
        "what was found stands"
    );

    bench.translator.set_settings(settings(100.0));
    let wide = bench.translator.step(Seconds(0.0)).expect("a step");
    assert!(wide.searched && wide.pool_size == 100);
    assert_eq!(wide.snippet.expect("a snippet").chunk, ChunkId(50));

    bench.translator.note_played(ChunkId(50));
    bench.translator.note_played(ChunkId(4_000_000));
    let other = bench.translator.step(Seconds(0.0)).expect("a step");
    assert!(other.searched && !other.snippet.expect("a snippet").repeated);
    assert_ne!(other.snippet.expect("a snippet").chunk, ChunkId(50));
    assert_eq!(
        bench.asked.load(Ordering::Relaxed),
        asked,
        "nothing new was heard"
    );
}

#[test]
fn the_first_stroke_finds_a_cue_and_the_brush_is_searched_with_after_half_a_second() {
    let mut bench = Bench::ready(settings(100.0));
    let asked = |bench: &Bench| bench.asked.load(Ordering::Relaxed);
    let before = bench.last(8, -90.0, -90.0);
    assert!(!before.brush.sounding && before.snippet.is_some());
    assert_eq!(asked(&bench), 1, "the silence before the first stroke");

    // Steps come every 4 frames of 12.5 ms; the tenth sees 40 frames = 0.5 s.
    assert_eq!(duration_of(40), Seconds(0.5));
    bench.run(36, -50.0, -90.0);
    assert_eq!(asked(&bench), 1, "too little of the brush to search with");
    let heard = bench.last(4, -50.0, -90.0);
    assert_eq!(asked(&bench), 2);
    assert_ne!(heard.snippet, before.snippet);
}

#[test]
fn a_silent_brush_keeps_its_snippet_and_silent_music_has_no_congruity() {
    let mut bench = Bench::ready(settings(10.0));
    let both = bench.last(80, -50.0, -50.0);
    assert!(both.snippet.is_some() && both.congruity.is_some() && both.score.is_some());
    let silence = bench.last(40, FLOOR_DB, FLOOR_DB);
    assert!(
        !silence.brush.sounding && silence.snippet.is_some(),
        "the stroke after a pause has a cue"
    );
    assert!(silence.congruity.is_none() && silence.score.is_none());
    let asked = bench.asked.load(Ordering::Relaxed);
    bench.run(400, FLOOR_DB, FLOOR_DB);
    assert_eq!(
        bench.asked.load(Ordering::Relaxed),
        asked,
        "silence is not embedded"
    );
}

#[test]
fn congruity_is_the_rank_of_the_music_in_the_library() {
    let mut bench = Bench::ready(settings(10.0));
    for (music_db, expected) in [(-95.0, 0.055), (-50.5, 0.5), (-1.5, 0.99)] {
        let settings = Settings {
            silence_db: -96.0,
            ..settings(10.0)
        };
        bench.translator.set_settings(settings);
        let congruity = bench
            .last(80, -90.0, music_db)
            .congruity
            .expect("known")
            .get();
        assert!(
            (congruity - expected).abs() < 0.01,
            "{music_db} dB: {congruity}"
        );
    }
    bench.translator.set_painting(None).expect("no painting");
    assert!(bench.last(8, -90.0, -50.0).congruity.is_none());
}

/// The gesture after these frames.
fn gesture(bench: &mut Bench, frames: usize, brush_db: f32, music_db: f32) -> Option<f32> {
    let outcome = bench.last(frames, brush_db, music_db);
    outcome.parts.get(Part::Gesture)
}

#[test]
fn the_gesture_is_the_rank_of_the_music_by_its_distance_from_the_brush() {
    let mut bench = Bench::ready(settings(10.0));
    // Chunks lie at 0.00 to 0.99, the brush at 0.3.
    for (music_db, expected) in [(-70.0, 0.995), (-50.0, 0.595), (-5.0, 0.045)] {
        let found = gesture(&mut bench, 80, -70.0, music_db).expect("known");
        assert!((found - expected).abs() < 0.01, "{music_db} dB: {found}");
    }
    bench.translator.set_painting(None).expect("no painting");
    assert_eq!(gesture(&mut bench, 8, -70.0, -50.0), None);
}

#[test]
fn the_gesture_is_known_while_both_sound_and_two_seconds_after_the_brush() {
    let mut bench = Bench::ready(settings(10.0));
    assert_eq!(
        gesture(&mut bench, 80, FLOOR_DB, -50.0),
        None,
        "no stroke yet"
    );
    assert_eq!(gesture(&mut bench, 32, -50.0, -50.0), None, "too short yet");
    let both = gesture(&mut bench, 48, -50.0, -50.0);
    assert!(both > Some(0.9));
    // The brush falls silent; the music goes on, and no longer as the brush did.
    let last = gesture(&mut bench, 40, FLOOR_DB, -50.0).expect("a rest between strokes");
    let rest = gesture(&mut bench, 120, FLOOR_DB, -5.0);
    assert_eq!(rest, Some(last), "of when both were heard");
    assert_eq!(
        gesture(&mut bench, 40, FLOOR_DB, -5.0),
        None,
        "no rest, the end"
    );
    let again = gesture(&mut bench, 80, -50.0, -5.0);
    assert!(
        again.is_some_and(|again| again < 0.2),
        "no glide from before"
    );
    assert_eq!(
        gesture(&mut bench, 40, -50.0, FLOOR_DB),
        None,
        "silent music"
    );
    assert!(gesture(&mut bench, 80, -50.0, -50.0) > Some(0.9));
    bench.translator.reset();
    assert_eq!(gesture(&mut bench, 80, FLOOR_DB, -50.0), None, "forgotten");
}

#[test]
fn congruity_is_the_mean_of_the_parts_that_are_shown() {
    let weights = PartWeights::default().with(Part::Gesture, 3.0);
    let settings = Settings {
        weights,
        smoothing: Seconds(1.0),
        ..settings(10.0)
    };
    let mut bench = Bench::ready(settings);
    bench.run(80, -90.0, -30.0);
    let mut known = 0;
    for (brush_db, music_db) in [(-50.0, -30.0), (-20.0, -60.0), (FLOOR_DB, -10.0)] {
        for outcome in bench.run(160, brush_db, music_db) {
            assert_eq!(outcome.congruity, whole(&outcome.parts, &weights));
            let (network, gesture) = (Part::Network, Part::Gesture);
            let network = outcome.parts.get(network).expect("music sounds");
            let expected = match outcome.parts.get(gesture) {
                Some(gesture) => (network + 3.0 * gesture) / 4.0,
                None => network,
            };
            known += usize::from(outcome.parts.get(gesture).is_some());
            let found = outcome.congruity.expect("known").get();
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
    assert!(known > 60, "{known}");
    bench.translator.set_settings(Settings {
        weights: PartWeights::NONE,
        ..settings
    });
    let outcome = bench.last(8, -50.0, -30.0);
    assert!(outcome.congruity.is_none() && outcome.parts.get(Part::Network).is_some());
}

#[test]
fn each_missing_part_is_a_state() {
    let mut bench = Bench::new(settings(10.0));
    let check = |outcome: Outcome| {
        assert!(outcome.snippet.is_none() && outcome.congruity.is_none());
        assert_eq!(outcome.pool_size, 0);
        assert!(outcome.parts.iter().all(|(_, part)| part.is_none()));
    };
    check(bench.last(80, -50.0, -50.0));
    bench.paint("red.png");
    check(bench.last(8, -50.0, -50.0));
    bench
        .translator
        .set_library(Some(library(0, 1)))
        .expect("an empty library");
    check(bench.last(8, -50.0, -50.0));
    bench
        .translator
        .set_library(Some(library(1, 1)))
        .expect("one chunk");
    let one = bench.last(8, -50.0, -50.0);
    assert_eq!(
        (one.pool_size, one.snippet.expect("a snippet").chunk),
        (1, ChunkId(0))
    );
    bench.translator.note_played(ChunkId(0));
    assert!(bench.last(8, -50.0, -50.0).snippet.expect("again").repeated);
}

#[test]
fn what_does_not_fit_is_refused_and_what_was_there_stays() {
    let mut bench = Bench::ready(settings(10.0));
    let error = bench
        .translator
        .set_library(Some(library(5, 3)))
        .expect_err("other networks");
    assert!(
        error.to_string().contains("index the music folder again"),
        "{error}"
    );
    let half_written = bench.folder.path().join("half.png");
    std::fs::write(&half_written, b"\x89PNG").expect("a file");
    assert!(bench.translator.set_painting(Some(&half_written)).is_err());
    assert_eq!(bench.last(80, -50.0, -50.0).pool_size, 10);
}

#[test]
fn the_same_frames_give_the_same_outcome() {
    let run = || {
        let mut bench = Bench::ready(settings(20.0));
        let mut told = Vec::new();
        for at in 0..30 {
            for outcome in bench.run(13, -20.0 - at as f32 * 2.0, -80.0 + at as f32 * 2.0) {
                told.push((
                    outcome.congruity.map(|value| value.get().to_bits()),
                    Part::ALL.map(|part| outcome.parts.get(part).map(f32::to_bits)),
                    outcome
                        .snippets
                        .iter()
                        .map(|hit| (hit.chunk, hit.distance.0.to_bits()))
                        .collect::<Vec<_>>(),
                ));
            }
        }
        told
    };
    let told = run();
    assert_eq!(told.len(), 30 * 13 / 4);
    assert_eq!(told, run());
}

#[test]
fn the_brush_is_embedded_every_50_ms_and_the_music_every_100() {
    let mut bench = Bench::ready(settings(10.0));
    bench.run(80, -50.0, -50.0);
    let before = bench.asked.load(Ordering::Relaxed);
    assert_eq!(bench.run(80, -50.0, -50.0).len(), 20);
    let asked = bench.asked.load(Ordering::Relaxed) - before;
    assert_eq!(asked, 20 + 10, "embeddings in a second");
}

#[test]
fn a_step_in_halves_finds_what_a_whole_one_finds() {
    let (mut whole, mut halves) = (Bench::ready(settings(10.0)), Bench::ready(settings(10.0)));
    for at in 0..40 {
        let (brush_db, music_db) = (-10.0 - at as f32, -40.0 + at as f32);
        let expected = whole.last(4, brush_db, music_db);
        for _ in 0..4 {
            halves.translator.push_brush(&level(brush_db));
            halves.translator.push_music(&level(music_db));
        }
        let brush = halves.translator.step_brush().expect("a step");
        assert_eq!(halves.translator.brush_frames(), 0);
        assert_eq!(brush.snippets, expected.snippets);
        assert_eq!(
            (brush.searched, brush.brush),
            (expected.searched, expected.brush)
        );
        let elapsed = halves.translator.pending();
        assert_eq!(elapsed, duration_of(4));
        let music = halves.translator.step_music(elapsed).expect("a step");
        assert_eq!(music.congruity, expected.congruity);
        assert_eq!(music.parts, expected.parts);
        assert_eq!((music.score, music.music), (expected.score, expected.music));
        assert!(!halves.translator.due());
    }
}

#[test]
fn fit_follows_the_painting_and_continuity_the_track() {
    let mut bench = Bench::ready(settings(10.0));
    // The pool is 99 down to 90, as high points belong to the red painting.
    let mut first = |fit, continuity| {
        let settings = Settings {
            fit,
            continuity,
            ..settings(10.0)
        };
        bench.translator.set_settings(settings);
        let found = bench.last(80, -9.0, -90.0);
        found.snippet.expect("a snippet").chunk.0
    };
    assert_eq!(first(0.0, 0.0), 91, "nearest to an embedding of 0.91");
    assert_eq!(first(1.0, 0.0), 99, "belongs best");
    assert_eq!(first(0.0, 1.0), 91, "nothing was played");
    bench.translator.note_played(ChunkId(93));
    let mut first = |continuity| {
        let settings = Settings {
            continuity,
            ..settings(10.0)
        };
        bench.translator.set_settings(settings);
        let step = bench.translator.step(Seconds(0.0)).expect("a step");
        assert!(step.searched);
        step.snippet.expect("a snippet").chunk.0
    };
    // 92 to 95 are of one track. 94 is three eighths of the way to the farthest, 99.
    assert_eq!(first(0.3), 91);
    assert_eq!(first(0.5), 94);
    bench.translator.note_played(ChunkId(95));
    let last = bench.translator.step(Seconds(0.0)).expect("a step");
    assert_eq!(
        last.snippet.expect("a snippet").chunk.0,
        91,
        "a track's end"
    );
}

#[test]
fn a_painting_is_suggested_and_held() {
    let mut bench = Bench::ready(settings(10.0));
    let folder = bench.folder.path().to_owned();
    let gallery = Gallery::scan(&folder, bench.translator.picture_embedder(), &mut |_| {
        ControlFlow::Continue(())
    })
    .expect("a gallery");
    assert_eq!(gallery.len(), 2);
    bench
        .translator
        .set_gallery(Some(gallery))
        .expect("no head");
    let suggested = bench
        .last(80, -90.0, -20.0)
        .suggested_painting
        .expect("a painting");
    assert!(suggested.path.ends_with("red.png") && suggested.score.0 < 0.5);
    // Music to which blue belongs; the silence lies below it here.
    bench.translator.set_settings(Settings {
        silence_db: -200.0,
        ..settings(10.0)
    });
    let held = bench
        .last(80, -90.0, -150.0)
        .suggested_painting
        .expect("a painting");
    assert!(held.path.ends_with("red.png") && held.score.0 > 0.5);
    let other = bench
        .last(96, -90.0, -150.0)
        .suggested_painting
        .expect("a painting");
    assert!(other.path.ends_with("blue.png") && other.score.0 < 0.5);
    bench.translator.set_gallery(None).expect("no head");
    assert!(bench.last(8, -90.0, -20.0).suggested_painting.is_none());
}
