//! A pair of encoders of the user's own, through the real inference runtime.

mod common;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{expect_runtime, models_dir};
use engine::Error;
use engine::inference::{ENCODERS_FILE, EncoderProblem, Models, Picture, Placing};
use engine::library::{Contract, Control, IndexProblem, Indexer, Library};
use engine::units::Seconds;
use image::{DynamicImage, Rgb, RgbImage};

/// A pair of `fixtures/encoders`, whose manifest a test may change.
struct Pair(tempfile::TempDir);

impl Pair {
    fn new(name: &str) -> Self {
        expect_runtime();
        let dir = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/encoders")
            .join(name);
        for file in std::fs::read_dir(source).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
        }
        Self(dir)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn edited(self, from: &str, to: &str) -> Self {
        let path = self.path(ENCODERS_FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
        self
    }

    fn load(&self) -> engine::Result<Arc<Models>> {
        Models::load_with(&models_dir(), None, Some(self.0.path()))
    }
}

const PAIRS: [&str; 2] = ["mel", "waveform"];
const LOW_HZ: f64 = 180.0;
const HIGH_HZ: f64 = 3000.0;

fn colour(rgb: [u8; 3]) -> Picture {
    Picture::new(DynamicImage::ImageRgb8(RgbImage::from_pixel(
        40,
        30,
        Rgb(rgb),
    )))
}

/// A tone of `hz`, and from 4 s on of `then`.
fn write_tone(path: &Path, seconds: f64, hz: f64, then: f64) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 32_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..(seconds * 32_000.0) as usize {
        let t = n as f64 / 32_000.0;
        let hz = if t < 4.0 { hz } else { then };
        let value = 0.3 * (std::f64::consts::TAU * hz * t).sin();
        writer.write_sample((value * 32_767.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
}

#[test]
fn warm_pictures_belong_to_low_sounds_and_cold_ones_to_high() {
    let music = tempfile::tempdir().unwrap();
    let track = music.path().join("low then high.wav");
    write_tone(&track, 7.0, LOW_HZ, HIGH_HZ);
    for name in PAIRS {
        let models = Pair::new(name).load().unwrap();
        assert!(models.encoders().unwrap().name().contains(name));
        let correspondence = models.correspondence();
        assert_eq!((correspondence.dim, correspondence.scale), (2, 4.0));
        let mut look = models.picture_embedder().unwrap();
        let [warm, cold] =
            [[220, 60, 20], [20, 60, 220]].map(|rgb| look.look(&colour(rgb)).unwrap().point);
        let mut audio = models.audio_embedder().unwrap();
        let mut on = || ControlFlow::Continue(());
        let placed = audio
            .place(&track, &[Seconds(0.0), Seconds(4.0)], &mut on)
            .unwrap();
        let Placing::Points(points) = placed else {
            panic!("{name}: {placed:?}")
        };
        for point in [&warm, &cold, &points[0], &points[1]] {
            let square: f32 = point.iter().map(|value| value * value).sum();
            assert!((square - 1.0).abs() < 1e-5, "{name}: {point:?}");
        }
        let score = |picture: &[f32], at: usize| correspondence.score(picture, &points[at]).0;
        assert!(
            score(&warm, 0) < 0.1 && score(&warm, 1) > 0.9,
            "{name}: {points:?}"
        );
        assert!(
            score(&cold, 0) > 0.9 && score(&cold, 1) < 0.1,
            "{name}: {points:?}"
        );
        // The last chunk alone is what it is beside others.
        let alone = audio.place(&track, &[Seconds(4.0)], &mut on).unwrap();
        assert_eq!(alone, Placing::Points(vec![points[1].clone()]));
        let stopped = audio.place(&track, &[Seconds(0.0), Seconds(4.0)], &mut || {
            ControlFlow::Break(())
        });
        assert_eq!(stopped.unwrap(), Placing::Stopped);
    }
}

#[test]
fn an_index_holds_the_pair_s_points_and_is_tied_to_it() {
    let (music, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_tone(&music.path().join("a.wav"), 9.5, LOW_HZ, HIGH_HZ);
    write_tone(&music.path().join("b.wav"), 3.0, HIGH_HZ, HIGH_HZ);
    let pair = Pair::new("mel");
    let models = pair.load().unwrap();
    let contract = Contract::of_models(&models);
    let mut embedders = models.audio_embedders(2).unwrap();
    let mut indexer = Indexer::with_contract(index.path(), contract).unwrap();
    let mut on = |_: engine::library::Progress<'_>| ControlFlow::Continue(());
    let report = indexer
        .scan(music.path(), &mut embedders, &Control::new(), &mut on)
        .unwrap();
    assert_eq!((report.indexed, report.chunks), (2, 3));
    let library = Library::open_of(index.path(), &contract).unwrap();
    assert_eq!(library.dims().point, 2);
    // Two threads: whichever file was ready first comes first.
    let name = |id| library.track(library.chunk(id).track).name().to_owned();
    let mut balance: Vec<(String, bool)> = library
        .ids()
        .map(|id| (name(id), library.point(id)[0] > 0.0))
        .collect();
    balance.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [("a", true), ("a", false), ("b", false)];
    assert_eq!(
        balance,
        expected.map(|(name, high)| (name.to_owned(), high))
    );

    // Neither the shipped networks nor a pair that prepares otherwise may use it.
    let shipped = Models::load(&models_dir()).unwrap();
    let embedding = shipped
        .audio_embedder()
        .unwrap()
        .embed(&vec![-40.0; 32_000], 1)
        .unwrap();
    assert_eq!(
        library.dims().embedding,
        embedding[0].embedding.len(),
        "the project's own"
    );
    let other = Pair::new("mel")
        .edited("hop = 512", "hop = 500")
        .load()
        .unwrap();
    for models in [shipped, other] {
        let refused = Library::open_of(index.path(), &Contract::of_models(&models));
        let Err(Error::Index {
            problem: IndexProblem::OtherNetwork,
            ..
        }) = refused
        else {
            panic!("{:?}", refused.map(drop))
        };
    }
    let again = Pair::new("mel").load().unwrap();
    assert_eq!(Contract::of_models(&again), contract, "wherever it lies");
}

/// The pair is refused, with these parts in the message.
#[track_caller]
fn check_refused(pair: &Pair, parts: &[&str]) -> EncoderProblem {
    let Err(error) = pair.load() else {
        panic!("it was taken");
    };
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    match error {
        Error::Encoders { problem, .. } => *problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_shapes_are_refused_with_what_was_found_and_what_to_change() {
    let pair = Pair::new("mel").edited("\"nchw\"", "\"nhwc\"");
    let parts = [
        "picture.onnx",
        "\"pixels\"",
        "[any, 3, 16, 16]",
        "[1, 16, 16, 3]",
        "`layout`",
    ];
    check_refused(&pair, &parts);
    let pair = Pair::new("mel").edited("width = 16", "width = 224");
    check_refused(&pair, &["[1, 3, 16, 224]", "`width`", "[picture]"]);
    let pair = Pair::new("mel").edited("bands = 8", "bands = 64");
    check_refused(
        &pair,
        &[
            "music.onnx",
            "[any, 1, any, 8]",
            "[1, 1, 173, 64]",
            "`bands`",
        ],
    );
    let pair = Pair::new("mel").edited("\"nctb\"", "\"nbt\"");
    check_refused(&pair, &["[1, 8, 173]", "`layout`"]);
    let pair = Pair::new("mel").edited("length = 2", "length = 512");
    check_refused(&pair, &["\"image_embeds\"", "[any, 2]", "512", "`length`"]);
    let pair = Pair::new("waveform").edited("\"nt\"", "\"t\"");
    check_refused(
        &pair,
        &["\"samples\"", "[any, any]", "[4000]", "[music.mel]"],
    );
}

#[test]
fn wrong_names_files_and_values_are_refused() {
    let pair = Pair::new("mel").edited("\"audio_embeds\"", "\"embedding\"");
    check_refused(
        &pair,
        &["no output called \"embedding\"", "audio_embeds", "[music]"],
    );
    let pair = Pair::new("mel").edited("\"spectrogram\"", "\"mel\"");
    check_refused(&pair, &["no input called \"mel\"", "spectrogram"]);
    let pair = Pair::new("mel").edited("\"picture.onnx\"", "\"not_a_number.onnx\"");
    let problem = check_refused(&pair, &["not_a_number.onnx", "not numbers", "[picture]"]);
    assert!(matches!(problem, EncoderProblem::NotNumbers { .. }));
    let pair = Pair::new("mel").edited("\"music.onnx\"", "\"sound.onnx\"");
    check_refused(&pair, &["sound.onnx", "`file`"]);
    let hash = format!("file = \"picture.onnx\"\nsha256 = \"{}\"", "0".repeat(64));
    let pair = Pair::new("mel").edited("file = \"picture.onnx\"", &hash);
    check_refused(&pair, &["picture.onnx", "SHA-256", "0000"]);
    let pair = Pair::new("mel");
    std::fs::write(pair.path("music.onnx"), "no network").unwrap();
    check_refused(&pair, &["music.onnx", "runtime refuses"]);
    let pair = Pair::new("mel").edited("rate = 22050", "rate = 22050\nchannels = 2");
    check_refused(&pair, &[ENCODERS_FILE, "channels", "docs/encoders.md"]);
    let pair = Pair::new("mel");
    std::fs::remove_file(pair.path(ENCODERS_FILE)).unwrap();
    let Err(Error::Io { path, .. }) = pair.load() else {
        panic!("a folder without a manifest")
    };
    assert!(path.ends_with(ENCODERS_FILE));
}
