//! `impasto teach` as a user runs it, with the project's networks.

mod common;

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;
use std::process::Command;

use engine::manifest::Manifest;
use engine::teach::NetworksOf;

use common::{errors, impasto, json, painting, root, run, strokes, tune, write_wav};
use serde_json::Value;

/// Pictures of three kinds, each time a little different.
fn picture(path: &Path, kind: u32, variant: u32) {
    let picture = image::RgbImage::from_fn(160, 120, |x, y| {
        let wave = |value: u32, period: u32| (value / period + variant).is_multiple_of(2);
        image::Rgb(match kind {
            // Red stripes, upright.
            0 if wave(x, 9 + variant) => [210, 40 + 9 * variant as u8, 30],
            0 => [90, 10, 20],
            // A blue chequered floor.
            1 if wave(x, 20) ^ wave(y, 14 + 2 * variant) => [30, 60, 190],
            1 => [170, 200, 240],
            // A pale disc on black.
            _ => {
                let (dx, dy) = (x as i32 - 60 - 6 * variant as i32, y as i32 - 60);
                match dx * dx + dy * dy < 30 * 30 {
                    true => [240, 240, 200],
                    false => [8, 8, 12],
                }
            }
        })
    });
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save(path).unwrap();
}

/// Music of three kinds, each time a little different.
fn music(path: &Path, kind: u32, variant: u32) {
    let low = 60.0 + 4.0 * f64::from(variant);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match kind {
        0 => write_wav(path, 5.0, tune(variant)),
        1 => write_wav(path, 5.0, move |t| {
            0.3 * (TAU * low * t).sin() + 0.2 * (1.5 * TAU * low * t).sin()
        }),
        _ => write_wav(path, 5.0, move |t| {
            strokes(t * (1.0 + 0.1 * f64::from(variant)))
        }),
    }
}

/// Three folders of works, four pairs each.
fn three_works(dir: &Path) {
    for (kind, work) in (0..3).zip(["fire", "floor", "moon"]) {
        for variant in 0..4 {
            let stem = dir.join(work).join(format!("{variant}"));
            picture(&stem.with_extension("png"), kind, variant);
            music(&stem.with_extension("wav"), kind, variant);
        }
    }
}

fn teach(dir: &Path) -> Command {
    let mut command = impasto();
    command.arg("teach").arg(dir);
    command
}

/// Whether the networks give what heads are fitted on; if not, teaching must say so.
fn can_be_taught() -> bool {
    let manifest = Manifest::load(&root().join("models")).unwrap();
    if NetworksOf::of(&manifest).can_be_taught() {
        return true;
    }
    let dir = tempfile::tempdir().unwrap();
    three_works(dir.path());
    let output = run(&mut teach(dir.path()), 1);
    assert!(
        errors(&output).contains("no features"),
        "{}",
        errors(&output)
    );
    false
}

/// Names and contents of the models' folder.
fn models() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(root().join("models")).unwrap();
    let files = entries
        .map(|e| e.unwrap().path())
        .filter(|path| path.is_file());
    let mut files: Vec<_> = files
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn works_are_learned_saved_and_used() {
    if !can_be_taught() {
        return;
    }
    let shipped = models();
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    three_works(dir.path());
    fs::write(dir.path().join("fire/broken.png"), "no picture").unwrap();
    fs::write(dir.path().join("fire/broken.wav"), "no music").unwrap();
    let file = out.path().join("mine.head");
    let taught = json(
        teach(dir.path())
            .arg("-o")
            .arg(&file)
            .args(["--name", "my works"]),
    );
    assert_eq!(
        (&taught["pairs"], &taught["works"]),
        (&12.into(), &3.into()),
        "{taught}"
    );
    assert_eq!(taught["left_out"].as_array().unwrap().len(), 2, "{taught}");
    assert_eq!(taught["verdict"], "established", "{taught}");
    let measured = &taught["measured"];
    assert_eq!(measured["setting"], "works");
    assert!(measured["two_afc"].as_f64() > Some(0.9), "{taught}");
    assert!(measured["shuffled"].as_f64() < Some(0.65), "{taught}");
    assert_eq!(taught["saved"], file.to_str().unwrap());

    // Again: the earlier one is kept, and what is said is for people.
    let text = run(teach(dir.path()).arg("-o").arg(&file), 0).stdout;
    let text = String::from_utf8(text).unwrap();
    for words in [
        "shuffled",
        "broken.png",
        "is kept as",
        "fire (4 left out in turn)",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2);
    uses(&file, dir.path(), out.path());

    let inside = root().join("models/mine.head");
    let output = run(teach(dir.path()).arg("-o").arg(&inside), 1);
    assert!(
        errors(&output).contains("among the models"),
        "{}",
        errors(&output)
    );
    assert!(models() == shipped, "the models are untouched");
}

/// The library is filtered by the head: a picture like the taught ones keeps their music.
fn uses(head: &Path, music_dir: &Path, out: &Path) {
    let index_dir = out.join("index");
    let mut index = impasto();
    run(
        index
            .arg("index")
            .arg(music_dir)
            .arg("--index-dir")
            .arg(&index_dir),
        0,
    );
    let brush = out.join("brush.wav");
    write_wav(&brush, 5.0, strokes);
    let new = out.join("new.png");
    picture(&new, 1, 7);
    let mut command = impasto();
    command.arg("match").arg("--library").arg(music_dir);
    command
        .arg("--index-dir")
        .arg(&index_dir)
        .arg("--painting")
        .arg(&new);
    command
        .arg("--brush")
        .arg(&brush)
        .args(["--fraction", "30"]);
    command.arg("--head").arg(head).current_dir(out);
    let matched = json(&mut command);
    let snippets = matched["snippets"].as_array().unwrap();
    assert!(!snippets.is_empty());
    for snippet in snippets {
        let path = snippet["path"].as_str().unwrap();
        assert!(path.contains("floor"), "{snippet}");
    }

    let congruity = |head: &Path| {
        let mut command = impasto();
        command.arg("congruity").arg("--library").arg(music_dir);
        command
            .arg("--index-dir")
            .arg(&index_dir)
            .arg("--painting")
            .arg(painting());
        command
            .arg("--music")
            .arg(&brush)
            .arg("--head")
            .arg(head)
            .current_dir(out);
        command
    };
    assert!(json(&mut congruity(head))["mean"].is_number());

    fs::write(out.join("damaged.head"), &fs::read(head).unwrap()[..500]).unwrap();
    let output = run(&mut congruity(Path::new("damaged.head")), 1);
    assert!(
        errors(&output).contains("damaged.head"),
        "{}",
        errors(&output)
    );
}

#[test]
fn pairs_that_teach_nothing_are_refused_with_the_reason() {
    if !can_be_taught() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    three_works(dir.path());
    // Each kind of picture with each kind of music, once.
    let mut table = "picture\tmusic\twork\n".to_owned();
    for (kind, work) in ["fire", "floor", "moon"].iter().enumerate() {
        for variant in 0..3 {
            let other = ["fire", "floor", "moon"][(kind + variant) % 3];
            table += &format!("{work}/{variant}.png\t{other}/{variant}.wav\t{work}\n");
        }
    }
    fs::write(dir.path().join("pairs.tsv"), table).unwrap();
    let output = run(teach(dir.path()).arg("--json"), 1);
    let refused: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(refused["saved"].is_null(), "{refused}");
    assert!(
        refused["refused"]
            .as_str()
            .unwrap()
            .contains("nothing was learned"),
        "{refused}"
    );
    assert!(
        refused["measured"]["p_value"].as_f64() > Some(0.15),
        "{refused}"
    );
    assert!(errors(&output).contains("--force"), "{}", errors(&output));
    let heads = || {
        fs::read_dir(dir.path()).unwrap().filter(|e| {
            e.as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|ending| ending == "head")
        })
    };
    assert_eq!(heads().count(), 0);
    let forced = json(teach(dir.path()).arg("--force"));
    assert_eq!(forced["verdict"], "forced");
    assert_eq!(heads().count(), 1);
}

#[test]
fn a_rehearsal_is_learned_from_and_too_few_pairs_are_not() {
    if !can_be_taught() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write_wav(&dir.path().join("take.wav"), 60.0, |t| {
        match (t as u32 / 10) % 2 {
            0 => tune(1)(t),
            _ => 0.3 * (TAU * 70.0 * t).sin(),
        }
    });
    let mut table = "time\tpicture\n".to_owned();
    for shot in 0..6 {
        picture(&dir.path().join(format!("{shot}.png")), shot % 2, shot);
        table += &format!("0:{:02}\t{shot}.png\n", 10 * shot);
    }
    fs::write(dir.path().join("rehearsal.tsv"), &table).unwrap();
    let taught = json(&mut teach(dir.path()));
    assert_eq!(
        (&taught["pairs"], &taught["verdict"]),
        (&6.into(), &"unmeasured".into())
    );
    assert!(taught["measured"].is_null(), "{taught}");

    let short: Vec<&str> = table.lines().take(4).collect();
    fs::write(dir.path().join("rehearsal.tsv"), short.join("\n")).unwrap();
    let output = run(&mut teach(dir.path()), 1);
    assert!(errors(&output).contains("3 pairs"), "{}", errors(&output));
    fs::write(
        dir.path().join("pairs.tsv"),
        "picture\tmusic\n0.png\tgone.wav\n",
    )
    .unwrap();
    fs::remove_file(dir.path().join("rehearsal.tsv")).unwrap();
    let output = run(&mut teach(dir.path()), 1);
    let told = errors(&output);
    assert!(
        told.contains("gone.wav was left out: there is no such file"),
        "{told}"
    );
    let empty = tempfile::tempdir().unwrap();
    let output = run(&mut teach(empty.path()), 1);
    assert!(errors(&output).contains("pairs.tsv"), "{}", errors(&output));
}
