//! The commands with a pair of encoders of the user's own.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{errors, impasto, json, root, run, strokes, tune, write_wav};

/// Warm colours belong to low sounds: see the script beside it.
fn pair(name: &str) -> PathBuf {
    root()
        .join("plugin/engine/tests/fixtures/encoders")
        .join(name)
}

fn high(t: f64) -> f64 {
    0.3 * (std::f64::consts::TAU * 3000.0 * t).sin()
}

/// Two low and two high tunes, a warm and a cold picture, a brush, a table of works.
fn material() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("music")).unwrap();
    let mut table = String::from("work\tkind\tfile\n");
    for take in 0..2 {
        write_wav(
            &dir.path().join(format!("music/low {take}.wav")),
            8.0,
            tune(take),
        );
        write_wav(
            &dir.path().join(format!("music/high {take}.wav")),
            8.0,
            high,
        );
        table +=
            &format!("warm\tmusic\tmusic/low {take}.wav\ncold\tmusic\tmusic/high {take}.wav\n");
    }
    for (name, rgb) in [("warm", [210, 80, 30]), ("cold", [30, 80, 210])] {
        let picture = image::RgbImage::from_pixel(48, 32, image::Rgb(rgb));
        picture
            .save(dir.path().join(format!("{name}.png")))
            .unwrap();
        table += &format!("{name}\tpicture\t{name}.png\n");
    }
    write_wav(&dir.path().join("brush.wav"), 6.0, strokes);
    std::fs::write(dir.path().join("works.tsv"), table).unwrap();
    dir
}

fn command(name: &str, dir: &Path, encoders: Option<&str>) -> Command {
    let mut command = impasto();
    command
        .arg(name)
        .current_dir(dir)
        .env("XDG_CACHE_HOME", dir.join("cache"));
    if let Some(encoders) = encoders {
        command.arg("--encoders").arg(pair(encoders));
    }
    command
}

fn matching(dir: &Path, painting: &str, encoders: Option<&str>) -> Command {
    let mut command = command("match", dir, encoders);
    command.args([
        "--library",
        "music",
        "--brush",
        "brush.wav",
        "--fraction",
        "50",
    ]);
    command.arg("--painting").arg(painting);
    command
}

#[test]
fn match_keeps_what_the_pair_says_belongs() {
    let dir = material();
    for encoders in ["mel", "waveform"] {
        // Each has an index of its own.
        let output = run(&mut matching(dir.path(), "warm.png", Some(encoders)), 3);
        assert!(
            errors(&output).contains("--encoders"),
            "{}",
            errors(&output)
        );
        let indexed = json(command("index", dir.path(), Some(encoders)).arg("music"));
        assert_eq!(
            (&indexed["indexed"], &indexed["chunks"]),
            (&4.into(), &8.into())
        );
        for (painting, belongs) in [("warm.png", "low"), ("cold.png", "high")] {
            let matched = json(&mut matching(dir.path(), painting, Some(encoders)));
            let snippets = matched["snippets"].as_array().unwrap();
            assert!(!snippets.is_empty());
            for snippet in snippets {
                let track = snippet["track"].as_str().unwrap();
                assert!(
                    track.starts_with(belongs),
                    "{encoders}, {painting}: {track}"
                );
                assert!(snippet["score"].as_f64().unwrap() < 0.5);
            }
        }
        let unchanged = json(command("index", dir.path(), Some(encoders)).arg("music"));
        assert_eq!(unchanged["unchanged"], 4);
    }
    run(&mut matching(dir.path(), "warm.png", None), 3);
}

#[test]
fn eval_judges_the_pair() {
    let dir = material();
    for encoders in ["mel", "waveform"] {
        let mut eval = command("eval", dir.path(), Some(encoders));
        let evaluated = json(eval.args(["--root", ".", "--manifest", "works.tsv"]));
        for measure in ["two_afc", "pair_accuracy", "auc", "mrr", "p_at_1"] {
            assert_eq!(evaluated[measure], 1.0, "{encoders}: {measure}");
        }
        assert_eq!(
            evaluated["shuffled"], 0.0,
            "the other work is always better"
        );
        let name = evaluated["encoders"]["name"].as_str().unwrap();
        assert!(name.starts_with("Test pair"), "{name}");
    }
}

#[test]
fn a_wrong_pair_is_said_by_every_command_and_congruity_takes_none() {
    let dir = material();
    let wrong = dir.path().join("pair");
    std::fs::create_dir(&wrong).unwrap();
    for file in ["encoders.toml", "picture.onnx", "music.onnx"] {
        std::fs::copy(pair("mel").join(file), wrong.join(file)).unwrap();
    }
    let manifest = wrong.join("encoders.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("height = 16", "height = 32")).unwrap();
    let output = run(
        command("index", dir.path(), None)
            .arg("music")
            .arg("--encoders")
            .arg("pair"),
        1,
    );
    assert!(
        errors(&output).contains("[1, 3, 32, 16]"),
        "{}",
        errors(&output)
    );
    // By the variable as well.
    let output = run(
        command("index", dir.path(), None)
            .arg("music")
            .env("IMPASTO_ENCODERS", "pair"),
        1,
    );
    assert!(
        errors(&output).contains("[1, 3, 32, 16]"),
        "{}",
        errors(&output)
    );

    let mut congruity = command("congruity", dir.path(), Some("mel"));
    congruity.args([
        "--painting",
        "warm.png",
        "--music",
        "brush.wav",
        "--library",
        "music",
    ]);
    let output = run(&mut congruity, 1);
    assert!(
        errors(&output).contains("leave --encoders"),
        "{}",
        errors(&output)
    );
}
