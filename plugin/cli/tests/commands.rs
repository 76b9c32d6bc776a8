//! The commands as a user runs them.

mod common;

use std::path::Path;
use std::process::Command;

use common::{errors, impasto, json, music_folder, painting, run, strokes, tune, write_wav};
use serde_json::Value;

/// A library that has been indexed, with its index beside it.
struct Studio {
    music: tempfile::TempDir,
    out: tempfile::TempDir,
}

impl Studio {
    fn new() -> Self {
        let studio = Self {
            music: music_folder(),
            out: tempfile::tempdir().unwrap(),
        };
        run(&mut studio.index(), 0);
        studio
    }

    fn index(&self) -> Command {
        index(self.music.path(), &self.out.path().join("index"))
    }

    /// A command on this library.
    fn command(&self, name: &str) -> Command {
        let mut command = impasto();
        command.arg(name).arg("--library").arg(self.music.path());
        command
            .arg("--index-dir")
            .arg(self.out.path().join("index"));
        command.arg("--painting").arg(painting());
        command.current_dir(self.out.path());
        command
    }
}

fn index(folder: &Path, index_dir: &Path) -> Command {
    let mut command = impasto();
    command
        .arg("index")
        .arg(folder)
        .arg("--index-dir")
        .arg(index_dir);
    command
}

#[test]
fn index_takes_in_what_is_music_and_says_what_is_not() {
    let (music, out) = (music_folder(), tempfile::tempdir().unwrap());
    let first = json(&mut index(music.path(), out.path()));
    assert_eq!((&first["found"], &first["indexed"]), (&4.into(), &3.into()));
    assert_eq!(first["tracks"], 3);
    assert!(first["chunks"].as_u64() >= Some(6), "{first}");
    let failed = first["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 1);
    assert!(failed[0]["path"].as_str().unwrap().ends_with("notes.wav"));
    assert!(!failed[0]["message"].as_str().unwrap().is_empty());

    let second = json(&mut index(music.path(), out.path()));
    assert_eq!(second["indexed"], 0);
    assert_eq!(second["chunks"], first["chunks"]);

    let text = run(&mut index(music.path(), out.path()), 0).stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("notes.wav") && text.contains("3 tracks"),
        "{text}"
    );
}

#[test]
fn match_lists_and_renders_snippets_of_the_pool() {
    let studio = Studio::new();
    let brush = studio.out.path().join("brush.wav");
    write_wav(&brush, 6.0, strokes);
    let matching = || {
        let mut command = studio.command("match");
        command
            .arg("--brush")
            .arg(&brush)
            .args(["--fraction", "50"]);
        command
    };
    let matched = json(matching().args(["--out", "new folder/first.wav"]));
    assert_eq!(matched["fraction_percent"], 50.0);
    let (pool, library) = (
        matched["pool"].as_u64().unwrap(),
        matched["library"].as_u64().unwrap(),
    );
    assert_eq!(pool, library.div_ceil(2));
    let snippets = matched["snippets"].as_array().unwrap();
    assert!(!snippets.is_empty());
    for snippet in snippets {
        let place = snippet["place"].as_u64().expect("in the pool");
        assert!((1..=pool).contains(&place));
        assert!(snippet["track"].as_str().unwrap().starts_with("tune"));
        assert!((0.0..=1.0).contains(&snippet["score"].as_f64().unwrap()));
    }

    let first = std::fs::read(studio.out.path().join("new folder/first.wav")).unwrap();
    check_sound(&studio.out.path().join("new folder/first.wav"), snippets);
    run(matching().args(["--out", "second.wav"]), 0);
    let second = std::fs::read(studio.out.path().join("second.wav")).unwrap();
    assert!(first == second, "the same again is the same");
}

#[test]
fn match_follows_the_painting_alone_or_goes_on_in_a_track() {
    let studio = Studio::new();
    let brush = studio.out.path().join("brush.wav");
    write_wav(&brush, 30.0, tune(2));
    let snippets = |arguments: &[&str]| {
        let mut command = studio.command("match");
        command.arg("--brush").arg(&brush);
        let matched = json(command.args(["--fraction", "100"]).args(arguments));
        matched["snippets"].as_array().unwrap().clone()
    };
    let painting = snippets(&["--fit", "1", "--variety", "0"]);
    assert!(painting.len() > 3);
    assert!(
        painting.iter().all(|snippet| snippet["place"] == 1),
        "{painting:?}"
    );

    let goes_on = |snippets: &[Value]| {
        let follows = |pair: &&[Value]| {
            let start = |at: usize| pair[at]["start_s"].as_f64().unwrap();
            pair[0]["path"] == pair[1]["path"] && start(1) == start(0) + 4.0
        };
        snippets.windows(2).filter(follows).count()
    };
    // Of tracks of two chunks, each that begins with the first is played to its end.
    let bound = snippets(&["--continuity", "1", "--variety", "1"]);
    let begun = |snippet: &&Value| snippet["start_s"] == 0.0;
    let but_last = &bound[..bound.len() - 1];
    let begun = but_last.iter().filter(begun).count();
    assert!(begun > 2 && goes_on(&bound) == begun, "{bound:?}");
}

/// Silent until the first snippet, sounding after it, never clipped.
fn check_sound(path: &Path, snippets: &[Value]) {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!(
        (reader.spec().sample_rate, reader.spec().channels),
        (48_000, 2)
    );
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    let start = (snippets[0]["at_s"].as_f64().unwrap() * 48_000.0) as usize * 2;
    let peak = |samples: &[f32]| samples.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    assert_eq!(peak(&samples[..start]), 0.0);
    let after = peak(&samples[start..start + 96_000]);
    assert!(after > 0.01 && peak(&samples) <= 1.0, "{after}");
}

#[test]
fn match_started_by_strokes_starts_with_each_stroke() {
    let studio = Studio::new();
    let brush = studio.out.path().join("brush.wav");
    write_wav(&brush, 6.0, strokes);
    let mut command = studio.command("match");
    let matched = json(
        command
            .arg("--brush")
            .arg(&brush)
            .args(["--start", "strokes"]),
    );
    let snippets = matched["snippets"].as_array().unwrap();
    // Strokes begin at each second; the first is over before a cue is ready.
    assert!((4..=6).contains(&snippets.len()), "{snippets:?}");
    for snippet in snippets {
        let at = snippet["at_s"].as_f64().unwrap() % 1.0;
        assert!(!(0.06..0.94).contains(&at), "{snippet}");
    }
}

#[test]
fn a_silent_brush_finds_nothing_and_says_so() {
    let studio = Studio::new();
    let brush = studio.out.path().join("brush.wav");
    write_wav(&brush, 3.0, |_| 0.0);
    let output = run(studio.command("match").arg("--brush").arg(&brush), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("silent or too short"), "{text}");
}

#[test]
fn congruity_writes_a_curve_of_numbers_and_a_picture() {
    let studio = Studio::new();
    let music = studio.out.path().join("take.wav");
    // Two seconds of silence in the middle, where it is unknown.
    write_wav(&music, 12.0, |t| {
        if (5.0..9.0).contains(&t) {
            0.0
        } else {
            tune(1)(t)
        }
    });
    let followed = json(studio.command("congruity").arg("--music").arg(&music));
    let mean = followed["mean"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&mean));
    let known = followed["known"].as_f64().unwrap();
    assert!(known > 0.3 && known < 0.95, "{known}");

    let csv = std::fs::read_to_string(studio.out.path().join("congruity.csv")).unwrap();
    let mut lines = csv.lines();
    let heading = "time_s,congruity,score,part_network,part_valence,part_arousal,\
                   part_crossmodal,part_gesture";
    assert_eq!(lines.next(), Some(heading));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert!(rows.len() > 100, "{}", rows.len());
    let at = |row: &[&str]| row[0].parse::<f64>().unwrap();
    assert!(rows.windows(2).all(|pair| at(&pair[0]) < at(&pair[1])));
    let silent = rows.iter().filter(|row| (6.0..8.9).contains(&at(row)));
    assert!(silent.clone().count() > 20);
    assert!(
        silent.clone().all(|row| row[1].is_empty()),
        "unknown while silent"
    );

    let picture = image::open(studio.out.path().join("congruity.png"))
        .unwrap()
        .into_rgb8();
    let curve = picture
        .pixels()
        .filter(|p| p.0[0] > p.0[2].saturating_add(60))
        .count();
    assert!(curve > 500, "{curve} pixels of the curve");
}

#[test]
fn congruity_is_the_mean_of_its_parts_by_their_weights() {
    let studio = Studio::new();
    let music = studio.out.path().join("take.wav");
    write_wav(&music, 9.0, tune(1));
    let following = |weights: &str, brush: Option<&Path>| {
        let mut command = studio.command("congruity");
        command
            .arg("--music")
            .arg(&music)
            .arg("--weights")
            .arg(weights);
        command.args(
            brush
                .map(|brush| ["--brush".as_ref(), brush])
                .into_iter()
                .flatten(),
        );
        command
    };
    let alone = json(&mut following("network=1,gesture=1", None));
    assert_eq!(alone["parts"]["gesture"]["known"], 0.0);
    assert_eq!(alone["mean"], alone["parts"]["network"]["mean"]);

    // The music itself as the brush is nearer to the music than anything else.
    let both = json(&mut following("valence=1,gesture=3", Some(&music)));
    assert!(
        both["parts"]["gesture"]["mean"].as_f64().unwrap() > 0.9,
        "{both}"
    );
    assert_eq!(both["parts"]["gesture"]["weight"], 3.0);
    let csv = std::fs::read_to_string(studio.out.path().join("congruity.csv")).unwrap();
    let mut known = 0;
    for line in csv.lines().skip(1) {
        let cells: Vec<Option<f64>> = line.split(',').map(|cell| cell.parse().ok()).collect();
        let (whole, valence, gesture) = (cells[1], cells[4], cells[7]);
        if let (Some(whole), Some(valence), Some(gesture)) = (whole, valence, gesture) {
            assert!(
                (whole - (valence + 3.0 * gesture) / 4.0).abs() < 2e-4,
                "{line}"
            );
            known += 1;
        }
    }
    assert!(known > 50, "{known}");
    let text = String::from_utf8(run(&mut following("gesture=1", None), 0).stdout).unwrap();
    assert!(text.contains("congruity unknown"), "{text}");
    run(&mut following("smell=1", None), 2);
}

#[test]
fn explanations_name_every_part_with_its_source() {
    let studio = Studio::new();
    let music = studio.out.path().join("take.wav");
    write_wav(&music, 9.0, tune(1));
    let following = || {
        let mut command = studio.command("congruity");
        command.arg("--music").arg(&music).arg("--explain");
        command
    };
    let followed = json(&mut following());
    let parts = followed["explained"]["parts"].as_array().unwrap();
    let part = |name: &str| {
        let found = parts.iter().find(|part| part["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    for name in ["network", "valence", "arousal", "pitch-lightness"] {
        let agreement = part(name)["agreement"].as_f64().expect("known");
        assert!((0.0..=1.0).contains(&agreement), "{name}: {agreement}");
    }
    let source = part("pitch-lightness")["source"].as_str().unwrap();
    assert!(source.contains("Marks 1974"), "{source}");
    // The whole is the weighted mean of what is known.
    let known = parts.iter().filter_map(|part| {
        let weight = part["weight"].as_f64()?;
        Some((part["agreement"].as_f64()? * weight, weight))
    });
    let (sum, weights) = known.fold((0.0, 0.0), |(s, w), (x, y)| (s + x, w + y));
    let whole = followed["explained"]["whole"].as_f64().unwrap();
    assert!(
        (whole - sum / weights).abs() < 0.02,
        "{whole} {}",
        sum / weights
    );

    let csv = std::fs::read_to_string(studio.out.path().join("congruity.csv")).unwrap();
    assert!(csv.contains(",part_gesture,explained,network,valence,"));
    let text = String::from_utf8(run(&mut following(), 0).stdout).unwrap();
    assert!(text.contains("Palmer et al. 2013") && text.contains("explained congruity"));

    let mut matching = studio.command("match");
    matching.arg("--brush").arg(&music).arg("--explain");
    let matched = json(&mut matching);
    let snippets = matched["snippets"].as_array().unwrap();
    assert!(!snippets.is_empty());
    for snippet in snippets {
        let parts = snippet["explained"]["parts"].as_object().unwrap();
        assert!(parts["pitch-lightness"].is_number(), "{snippet}");
        assert!((0.0..=1.0).contains(&snippet["explained"]["whole"].as_f64().unwrap()));
    }
}

#[test]
fn what_is_missing_is_said_and_told_by_the_exit_code() {
    let (music, out) = (music_folder(), tempfile::tempdir().unwrap());
    let matching = |painting: &Path, brush: &Path| {
        let mut command = impasto();
        command.arg("match").arg("--library").arg(music.path());
        command
            .arg("--index-dir")
            .arg(out.path())
            .arg("--painting")
            .arg(painting);
        command.arg("--brush").arg(brush).current_dir(out.path());
        command
    };
    let brush = music.path().join("tune 0.wav");
    let missing = Path::new("no such file");

    let output = run(&mut matching(&painting(), &brush), 3);
    assert!(
        errors(&output).contains("impasto index"),
        "{}",
        errors(&output)
    );
    run(&mut index(music.path(), out.path()), 0);
    let output = run(&mut matching(missing, &brush), 1);
    assert!(
        errors(&output).contains("no such file"),
        "{}",
        errors(&output)
    );
    let output = run(&mut matching(&painting(), missing), 1);
    assert!(
        errors(&output).contains("no such file"),
        "{}",
        errors(&output)
    );
    let output = run(matching(&painting(), &brush).args(["--fraction", "0"]), 2);
    assert!(
        errors(&output).contains("0.1 to 100"),
        "{}",
        errors(&output)
    );

    let output = run(
        matching(&painting(), &brush).env("IMPASTO_MODELS", "/nowhere"),
        1,
    );
    assert!(errors(&output).contains("/nowhere"), "{}", errors(&output));
    let output = run(
        matching(&painting(), &brush).env("IMPASTO_RUNTIME", "/no.so"),
        1,
    );
    assert!(errors(&output).contains("/no.so"), "{}", errors(&output));
    let output = run(&mut index(missing, &out.path().join("other")), 1);
    assert_eq!(
        errors(&output).matches("No such file").count(),
        1,
        "said once"
    );
    let empty = tempfile::tempdir().unwrap();
    run(&mut index(empty.path(), &out.path().join("empty")), 3);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_indexing_cleanly_and_it_goes_on_where_it_was() {
    use std::time::{Duration, Instant};
    let (music, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for seed in 0..40 {
        write_wav(
            &music.path().join(format!("{seed}.wav")),
            30.0,
            tune(seed % 5),
        );
    }
    let mut command = index(music.path(), out.path());
    let child = command
        .arg("--json")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    // Until something was committed, or the program has got far enough.
    while indexed(out.path()) == 0 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let stopped: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(stopped["stopped"], true);
    let before = stopped["indexed"].as_u64().unwrap();
    assert!((1..40).contains(&before), "{before}");

    let resumed = json(&mut index(music.path(), out.path()));
    assert_eq!(resumed["unchanged"].as_u64(), Some(before));
    assert_eq!(resumed["indexed"].as_u64(), Some(40 - before));
    assert_eq!(resumed["tracks"], 40);
}

/// Tracks in an index that is being written.
#[cfg(unix)]
fn indexed(index_dir: &Path) -> usize {
    engine::library::Library::open(index_dir).map_or(0, |library| library.tracks().len())
}
