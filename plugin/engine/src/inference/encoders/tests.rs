//! What makes inputs, against what is known of them; the manifest's checks.

use ::image::{Rgb, RgbImage};

use super::image::input;
use super::manifest::Description;
use super::mel::Spectrogram;
use super::sound::Listener;
use crate::analysis::mel::mel_of;
use crate::manifest::FrontEndParams;

const TEXT: &str = r#"
format = 1
name = "pair"
licence = "MIT"

[points]
length = 4

[picture]
file = "picture.onnx"
width = 4
height = 2
resize = "stretch"
layout = "nchw"

[music]
file = "music.onnx"
rate = 16000
seconds = 1.0
layout = "nbt"

[music.mel]
fft = 1024
window = 800
hop = 200
bands = 100
low_hz = 40.0
high_hz = 7600.0
scale = "slaney"
log = "db"
floor = 1e-10
centre = false
edge = "silence"
"#;

fn edited(edits: &[(&str, &str)]) -> Result<Description, String> {
    let text = edits.iter().fold(TEXT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    Description::parse(&text)
}

fn described(edits: &[(&str, &str)]) -> Description {
    edited(edits).unwrap()
}

#[track_caller]
fn check_refused(from: &str, to: &str, parts: &[&str]) {
    let message = edited(&[(from, to)]).unwrap_err();
    for part in parts {
        assert!(message.contains(part), "{part} is not in {message}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused_with_the_field_s_name() {
    check_refused("format = 1", "format = 2", &["format 2", "reads 1"]);
    check_refused("length = 4", "length = 0", &["`length`", "not 0"]);
    check_refused("length = 4", "lenght = 4", &["lenght", "length"]);
    check_refused("licence = \"MIT\"", "licence = \"\"", &["`licence`"]);
    check_refused(
        "\"nchw\"",
        "\"nchh\"",
        &["`layout` of [picture]", "nchh", "w (width)"],
    );
    check_refused("\"nchw\"", "\"nhw\"", &["`layout` of [picture]"]);
    check_refused(
        "\"nbt\"",
        "\"nt\"",
        &["`layout` of [music] with [music.mel]", "b (bands)"],
    );
    check_refused("\"stretch\"", "\"squash\"", &["squash", "crop"]);
    check_refused("width = 4", "width = 4096", &["1024", "4096"]);
    check_refused("rate = 16000", "rate = 100", &["`rate`", "100"]);
    check_refused("seconds = 1.0", "seconds = 0.0", &["`seconds`"]);
    check_refused("window = 800", "window = 2000", &["`window`", "1024"]);
    check_refused("7600.0", "9000.0", &["`high_hz`", "8000"]);
    check_refused("\"slaney\"", "\"bark\"", &["bark", "htk"]);
    check_refused("floor = 1e-10", "floor = 0.0", &["`floor`"]);
    check_refused("[music.mel]", "[music.mels]", &["mels"]);
    check_refused(
        "width = 4\n",
        "width = 4\nstd = [1.0, 0.0, 1.0]\n",
        &["`std`"],
    );
}

/// 1 s of partials and a little noise.
fn sound() -> Vec<f32> {
    let noise = super::noise(16_000);
    let tone = |n: usize| {
        let t = n as f64 / 16_000.0;
        let partials = (1..6).map(|k| (440.0 * f64::from(k) * std::f64::consts::TAU * t).sin());
        (0.15 * partials.sum::<f64>()) as f32
    };
    noise
        .iter()
        .enumerate()
        .map(|(n, x)| tone(n) + 0.01 * x)
        .collect()
}

#[test]
fn the_spectrogram_is_the_front_end_s_where_the_numbers_are() {
    let front = FrontEndParams::built_in();
    // The front end's full-scale sine reads 0 dB: its window's sum is half its length.
    let gain = format!(
        "bands = 100\ngain = {}",
        (4.0 / front.window as f64).powi(2)
    );
    let description = described(&[("bands = 100", &gain)]);
    let mel = description.music.mel.clone().unwrap();
    let expected = mel_of(&sound());
    let found = Spectrogram::new(&mel, 16_000).frames(&sound(), expected.len());
    assert_eq!(description.music.frames(&mel), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        }
    }
}

/// The spectrogram of [`sound`] with other numbers, one value of frame 20.
fn band(edits: &[(&str, &str)], band: usize) -> f64 {
    let mel = described(edits).music.mel.unwrap();
    let frames = Spectrogram::new(&mel, 16_000).frames(&sound(), 40);
    f64::from(frames[20][band])
}

#[test]
fn logarithms_floors_and_powers_are_as_described() {
    let power = band(&[("\"db\"", "\"none\"")], 30);
    let near = |found: f64, expected: f64| {
        assert!(
            (found - expected).abs() < 1e-4 * expected.abs(),
            "{found} {expected}"
        )
    };
    near(band(&[], 30), 10.0 * power.log10());
    near(band(&[("\"db\"", "\"ln\"")], 30), power.ln());
    near(band(&[("\"db\"", "\"log10\"")], 30), power.log10());
    near(band(&[("floor = 1e-10", "floor = 1e9")], 30), 90.0);
    let added = [
        ("floor = 1e-10", "floor = 2.0\nfloor_by = \"add\""),
        ("\"db\"", "\"ln\""),
    ];
    near(band(&added, 30), (power + 2.0).ln());
    // A sum of squares lies between the square of the greatest and of the sum.
    let amplitude = band(&[("\"db\"", "\"none\"\npower = 1.0")], 30);
    assert!(amplitude * amplitude > power && power > 0.1 * amplitude * amplitude);
}

#[test]
fn bands_have_unit_area_by_the_slaney_norm_on_either_scale() {
    for scale in ["slaney", "htk"] {
        // White noise of unit power a bin: each band is its triangle's area in bins.
        let edits = [
            ("\"slaney\"", &*format!("\"{scale}\"\nnorm = \"slaney\"")),
            ("bands = 100", "bands = 20"),
            ("\"db\"", "\"none\""),
            ("window = 800", "window = 1024"),
        ];
        let mel = described(&edits).music.mel.unwrap();
        let mut click = vec![0.0; 1024];
        // A click has the same power everywhere, here that of the window's middle.
        click[512] = 1.0;
        let frames = Spectrogram::new(&mel, 16_000).frames(&click, 1);
        for band in &frames[0] {
            // 1 / (15.6 Hz a bin)
            assert!((band * 15.625 - 1.0).abs() < 0.06, "{scale}: {frames:?}");
        }
    }
}

#[test]
fn frames_are_centred_reflected_and_filled_up() {
    let centred = |edge: &str, frames: &str| {
        described(&[
            ("centre = false", "centre = true"),
            ("edge = \"silence\"", edge),
            ("bands = 100", frames),
        ])
    };
    let reflected = centred("edge = \"reflect\"", "bands = 100");
    let mel = reflected.music.mel.clone().unwrap();
    assert_eq!(mel.frames_of(16_000), 81);
    let even: Vec<f32> = (0..16_000)
        .map(|n| (0.3 * f64::from(n)).cos() as f32)
        .collect();
    let first = &Spectrogram::new(&mel, 16_000).frames(&even, 1)[0];
    // A cosine goes on as it is when it is reflected at 0.
    let inner: Vec<f32> = (0..16_000)
        .map(|n| (0.3 * f64::from(n - 8_000)).cos() as f32)
        .collect();
    let same = &Spectrogram::new(&mel, 16_000).frames(&inner, 41)[40];
    assert!(
        first.iter().zip(same).all(|(a, b)| (a - b).abs() < 0.01),
        "{first:?} {same:?}"
    );
    let silent = centred("edge = \"silence\"", "bands = 100")
        .music
        .mel
        .unwrap();
    let half = &Spectrogram::new(&silent, 16_000).frames(&even, 1)[0];
    let loudest = |bands: &[f32]| bands.iter().copied().fold(f32::MIN, f32::max);
    let lost = loudest(first) - loudest(half);
    assert!(
        (2.0..6.1).contains(&lost),
        "half of it is silence: {lost} dB"
    );

    let long = centred("edge = \"reflect\"", "bands = 100\nframes = 90");
    assert_eq!(long.music.shape(), [1, 100, 90]);
    let input = &Listener::new(&long.music).inputs(&even[..64])[0];
    assert!(
        input[81..90].iter().all(|&value| value == -100.0),
        "silence after the end"
    );
}

#[test]
fn a_chunk_is_repeated_filled_up_or_cut() {
    let waveform = |seconds: &str, fill: &str| {
        let text = TEXT.split("[music.mel]").next().unwrap();
        let text = text
            .replace("\"nbt\"", "\"nct\"")
            .replace("seconds = 1.0", seconds);
        let text = format!("{text}{fill}\ngain = 2.0\nmean = 1.0\nstd = 0.5\n");
        Listener::new(&Description::parse(&text).unwrap().music)
    };
    let chunk: Vec<f32> = (0..64_000).map(|n| n as f32).collect();
    let value = |sample: f32| (2.0 * sample - 1.0) / 0.5;
    let repeated = waveform("seconds = 10.0", "fill = \"repeat\"").inputs(&chunk);
    assert_eq!((repeated.len(), repeated[0].len()), (1, 160_000));
    assert_eq!(repeated[0][64_001], value(1.0));
    let filled = waveform("seconds = 10.0", "fill = \"silence\"").inputs(&chunk);
    assert_eq!(
        (filled[0][63_999], filled[0][64_000]),
        (value(63_999.0), value(0.0))
    );
    let parts = waveform("seconds = 1.5", "").inputs(&chunk);
    assert_eq!(parts.len(), 2, "as many as fit");
    assert_eq!(
        (parts[0][0], parts[1][0]),
        (value(8_000.0), value(32_000.0))
    );
    let short = waveform("seconds = 1.5", "").inputs(&chunk[..100]);
    assert_eq!(
        (short.len(), short[0][100]),
        (1, value(0.0)),
        "from its beginning"
    );
}

/// Red to the left, blue to the right, 8 × 2.
fn two_halves() -> RgbImage {
    RgbImage::from_fn(8, 2, |x, _| {
        if x < 4 {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    })
}

#[test]
fn pictures_are_laid_out_as_described() {
    let look = |edits: &[(&str, &str)]| described(edits).picture;
    let nearest = ("\"stretch\"", "\"stretch\"\nfilter = \"nearest\"");
    let planes = input(&look(&[nearest]), &two_halves());
    let red = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0];
    assert_eq!(planes[..8], red);
    assert_eq!(planes[8..16], [0.0; 8]);
    assert_eq!(planes[16..], red.map(|value| 1.0 - value));

    let description = look(&[
        nearest,
        (
            "\"nchw\"",
            "\"hwc\"\nchannels = \"bgr\"\nrange = [-1.0, 1.0]\nmean = [0.5, 0.0, 0.0]\nstd = [2.0, 1.0, 1.0]",
        ),
    ]);
    assert_eq!(description.shape(), [2, 4, 3]);
    let pixels = input(&description, &two_halves());
    // Blue first, whose mean and deviation come first as well.
    assert_eq!(pixels[..3], [-0.75, -1.0, 1.0]);
    assert_eq!(pixels[9..12], [0.25, -1.0, -1.0]);
}

#[test]
fn pictures_are_cropped_or_fitted_in() {
    let look = |resize: &str| {
        let resize = format!("\"{resize}\"\nfilter = \"nearest\"\nbackground = [0, 255, 0]");
        described(&[("\"stretch\"", &resize)]).picture
    };
    // 8 × 2 into 4 × 2: the middle four columns.
    let cropped = input(&look("crop"), &two_halves());
    assert_eq!(cropped[..4], [1.0, 1.0, 0.0, 0.0]);
    // Or one row of four, with the background below.
    let fitted = input(&look("fit"), &two_halves());
    assert_eq!(fitted[..8], [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(fitted[8..16], [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
}

#[test]
fn the_manifest_in_the_documents_is_one() {
    let document = include_str!("../../../../../docs/encoders.md");
    let manifest = document.split("```toml\n").nth(1).unwrap();
    let manifest = manifest.split("```").next().unwrap();
    let description = Description::parse(manifest).unwrap();
    assert_eq!(description.picture.shape(), [1, 3, 224, 224]);
    assert_eq!(description.music.shape(), [1, 1, 1001, 64]);
    let mel = description.music.mel.unwrap();
    assert_eq!(mel.frames_of(480_000), 1001, "as many as the samples make");
}
