//! How long listening takes: mel frames, the networks, an index.
//!
//! Networks and index need `IMPASTO_RUNTIME`, as the tests do.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use engine::analysis::mel::Mel;
use engine::analysis::{BANDS, FRAMES, FrontEnd};
use engine::inference::{Models, Picture};
use engine::library::{Control, Indexer, default_threads};
use engine::units::SampleRate;

fn main() {
    divan::main();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Values that look random and are the same every time, in -1..1.
fn values(count: usize) -> Vec<f32> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

mod analysis {
    use super::*;

    /// One mel frame at 16 kHz.
    #[divan::bench]
    fn mel_frame(bencher: Bencher) {
        let mut mel = Mel::new();
        let samples = values(mel.window_len());
        let mut frame = [0.0; BANDS];
        bencher.bench_local(|| mel.frame(black_box(&samples), &mut frame));
    }

    /// Ten seconds of one input at the host's rate, in blocks of 64 samples.
    #[divan::bench(args = [44_100, 48_000, 96_000, 192_000], sample_count = 10)]
    fn front_end_10_s(bencher: Bencher, hz: u32) {
        let rate = SampleRate::new(f64::from(hz)).expect("a rate");
        let mut front_end = FrontEnd::new(rate).expect("a front end");
        let signal = values(10 * hz as usize);
        bencher.bench_local(|| {
            for block in signal.chunks(64) {
                front_end.process(black_box(block), &mut |frame| {
                    black_box(frame);
                });
            }
        });
    }
}

mod networks {
    use super::*;

    fn models() -> Arc<Models> {
        Models::load(&root().join("models")).expect("the models and IMPASTO_RUNTIME")
    }

    /// A window of 4 s to embedding, point, tags and affect.
    #[divan::bench]
    fn audio(bencher: Bencher) {
        let mut embedder = models().audio_embedder().expect("a session");
        let mel: Vec<f32> = values(BANDS * FRAMES)
            .iter()
            .map(|v| 30.0 * v - 50.0)
            .collect();
        bencher.bench_local(|| embedder.embed(black_box(&mel), 1));
    }

    /// A prepared picture to its point.
    #[divan::bench]
    fn picture(bencher: Bencher) {
        let mut embedder = models().picture_embedder().expect("a session");
        let picture = painting();
        bencher.bench_local(|| embedder.look(black_box(&picture)));
    }

    fn painting() -> Picture {
        Picture::open(&painting_path()).expect("a painting")
    }

    fn painting_path() -> PathBuf {
        root().join("tests/assets/paintings/hokusai-great-wave.jpg")
    }

    /// A file of a painting to the network's input and the thumbnail.
    #[divan::bench]
    fn open_picture(bencher: Bencher) {
        let path = painting_path();
        bencher.bench_local(|| Picture::open(black_box(&path)));
    }
}

mod crossmodal {
    use super::*;
    use engine::crossmodal::{AffectPlaces, MusicMeasure, Norms, PictureMeasure, Weights, explain};

    /// A window of 4 s of melody, as the networks have it.
    fn window() -> Vec<f32> {
        let tone = |n: usize| {
            let t = n as f32 / 16_000.0;
            let hz = [262.0, 330.0, 392.0, 523.0][(3.0 * t) as usize % 4];
            let partials = (1..8).map(|k| (std::f32::consts::TAU * hz * k as f32 * t).sin());
            0.05 * (-4.0 * (3.0 * t).fract()).exp() * partials.sum::<f32>()
        };
        let samples: Vec<f32> = (0..64_800).map(tone).collect();
        let mut mel = Vec::new();
        engine::analysis::chunk_mel(&samples, 0, &mut mel);
        mel
    }

    /// The quantities of a window of 4 s.
    #[divan::bench]
    fn music(bencher: Bencher) {
        let mel = window();
        let places = AffectPlaces::default();
        bencher.bench_local(|| MusicMeasure::of(black_box(&mel), &[], places));
    }

    /// The quantities of a picture that is open.
    #[divan::bench]
    fn picture(bencher: Bencher) {
        let path = root().join("tests/assets/paintings/hokusai-great-wave.jpg");
        let picture = Picture::open(&path).expect("a painting");
        bencher.bench_local(|| PictureMeasure::of(black_box(&picture)));
    }

    /// All parts and the whole from quantities that are known.
    #[divan::bench]
    fn parts(bencher: Bencher) {
        let norms = Norms::built_in();
        let measure = MusicMeasure::of(&window(), &[], AffectPlaces::default());
        let field = Picture::new(image::DynamicImage::new_rgb8(8, 8));
        let picture = norms.picture(&PictureMeasure::of(&field));
        let weights = Weights::default();
        bencher.bench_local(|| {
            let music = norms.music(black_box(&measure));
            explain(&music, &picture, None, &weights)
        });
    }
}

mod index {
    use super::*;

    /// A folder of demonstration music decoded, embedded and stored; an item is a
    /// second of music.
    #[divan::bench(sample_count = 3, sample_size = 1)]
    fn folder(bencher: Bencher) {
        let models = Models::load(&root().join("models")).expect("the models and IMPASTO_RUNTIME");
        let embedders = RefCell::new(models.audio_embedders(default_threads()).expect("sessions"));
        let folder = root().join("tests/assets/library");
        let scan = |dir: &tempfile::TempDir| {
            let mut indexer = Indexer::new(dir.path(), models.manifest()).expect("an index");
            let mut embedders = embedders.borrow_mut();
            let mut go_on = |_: engine::library::Progress<'_>| ControlFlow::Continue(());
            indexer
                .scan(&folder, &mut embedders, &Control::new(), &mut go_on)
                .expect("a scan")
        };
        let music = scan(&tempfile::tempdir().expect("a folder")).music;
        bencher
            .counter(ItemsCount::new(music.0 as u64))
            .with_inputs(|| tempfile::tempdir().expect("a folder"))
            .bench_local_refs(|dir| scan(dir));
    }
}
