//! `impasto eval` as a user runs it.

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{errors, impasto, json, root, run, strokes, tune, write_wav};
use engine::manifest::Manifest;
use engine::teach::NetworksOf;
use serde_json::Value;

/// The committed paintings and music, each music folder a work with a painting or two.
/// That they belong together is made up: only the arithmetic is tested here.
const WORKS: [(&str, &[&str]); 6] = [
    ("blob-wars", &["arcimboldo-spring", "bazille-ramparts"]),
    ("extreme-tux-racer", &["hiroshige-inokashira-snow"]),
    ("lincity", &["renoir-moulin-de-la-galette"]),
    ("supertux", &["hokusai-great-wave", "bruegel-harvesters"]),
    ("warzone", &["kandinsky-composition-8"]),
    ("wesnoth", &["van-gogh-night-cafe", "cassatt-summertime"]),
];

fn assets() -> PathBuf {
    root().join("tests/assets")
}

/// A row a file: work, file, kind.
fn rows() -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for (work, paintings) in WORKS {
        for painting in paintings {
            let file = format!("paintings/{painting}.jpg");
            rows.push([work.to_owned(), file, "picture".to_owned()]);
        }
        let folder = assets().join("library").join(work);
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|f| f.unwrap().file_name())
            .collect();
        names.sort();
        for name in names {
            let file = format!("library/{work}/{}", name.to_str().unwrap());
            rows.push([work.to_owned(), file, "music".to_owned()]);
        }
    }
    rows
}

fn write_table(path: &Path, rows: &[[String; 3]]) {
    let mut text = String::from("# works\nfile\tnote\twork\tkind\n");
    for [work, file, kind] in rows {
        writeln!(text, "{file}\t-\t{work}\t{kind}").unwrap();
    }
    std::fs::write(path, text).unwrap();
}

fn eval(root: &Path, table: &Path) -> Command {
    let mut command = impasto();
    command
        .arg("eval")
        .arg("--root")
        .arg(root)
        .arg("--manifest")
        .arg(table);
    command
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn works_are_measured_with_the_real_networks() {
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("works.tsv");
    let mut rows = rows();
    write_table(&table, &rows);
    let evaluated = json(eval(&assets(), &table).args(["--chunks", "3"]));
    assert_eq!(evaluated["works"], 6);
    assert_eq!(evaluated["pictures"], 9);
    assert_eq!(evaluated["tracks"], rows.len() - 9);
    assert_eq!(evaluated["failed_rows"], 0);
    let chunks = evaluated["chunks"].as_u64().unwrap() as usize;
    assert!((rows.len() - 9..=3 * (rows.len() - 9)).contains(&chunks));
    assert_eq!(evaluated["per_work"].as_array().unwrap().len(), 6);
    assert_eq!(evaluated["models"]["audio"].as_str().unwrap().len(), 64);
    assert_eq!(evaluated["head"], Value::Null);
    assert!((0.0..=1.0).contains(&number(&evaluated["shuffled"])));
    let null = &evaluated["permutation_null"];
    assert!(number(&null["quantile95"]) > number(&null["mean"]));
    assert!((number(&null["mean"]) - 0.5).abs() < 0.02, "{null}");
    for direction in [&evaluated, &evaluated["track_to_picture"]] {
        check_direction(direction);
    }
    let [low, high] = [0, 1].map(|at| number(&evaluated["ci95"]["two_afc"][at]));
    assert!(low < high, "six works differ");

    // The rows' order means nothing.
    rows.reverse();
    write_table(&table, &rows);
    let again = json(eval(&assets(), &table).args(["--chunks", "3"]));
    assert_eq!(evaluated, again);
}

fn check_direction(direction: &Value) {
    for measure in [
        "two_afc",
        "pair_accuracy",
        "auc",
        "mrr",
        "p_at_1",
        "p_at_10",
    ] {
        let mean = number(&direction[measure]);
        let interval = &direction["ci95"][measure];
        assert!((0.0..=1.0).contains(&mean), "{measure}: {mean}");
        assert!(
            number(&interval[0]) <= mean && mean <= number(&interval[1]),
            "{measure}"
        );
        let chance = number(&direction["chance"][measure]);
        assert!(chance > 0.0 && chance < 1.0, "{measure}: {chance}");
        let shuffled = number(&direction["shuffled_control"][measure]["mean"]);
        assert!((0.0..=1.0).contains(&shuffled), "{measure}: {shuffled}");
    }
}

#[test]
fn the_table_for_people_has_every_measure() {
    let dir = tempfile::tempdir().unwrap();
    let table = small(dir.path());
    let text = run(&mut eval(dir.path(), &table), 0).stdout;
    let text = String::from_utf8(text).unwrap();
    for part in [
        "2 works",
        "two_afc",
        "p_at_10",
        "chance",
        "Tracks find pictures",
        "p = ",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// Two works of one picture and one tune each; the table's path.
fn small(dir: &Path) -> PathBuf {
    let mut rows = Vec::new();
    for (seed, work) in ["first", "second"].into_iter().enumerate() {
        let (picture, music) = (format!("{work}.png"), format!("{work}.wav"));
        let colour = image::Rgb([40 + 150 * seed as u8, 90, 200 - 150 * seed as u8]);
        image::RgbImage::from_pixel(32, 24, colour)
            .save(dir.join(&picture))
            .unwrap();
        write_wav(&dir.join(&music), 6.0, tune(seed as u32));
        rows.push([work.to_owned(), picture, "picture".to_owned()]);
        rows.push([work.to_owned(), music, "music".to_owned()]);
    }
    let table = dir.join("works.tsv");
    write_table(&table, &rows);
    table
}

fn append(table: &Path, text: &str) {
    let old = std::fs::read_to_string(table).unwrap();
    std::fs::write(table, old + text).unwrap();
}

#[test]
fn a_taught_head_judges_in_the_place_of_the_shipped_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = Vec::new();
    // Six pairs of each of two works to learn from, two more to judge by.
    for (work, colour) in [("dusk", [190u8, 70, 40]), ("frost", [60, 120, 210])] {
        for take in 0..8u8 {
            let folder = dir
                .path()
                .join(if take < 6 { "pairs" } else { "later" })
                .join(work);
            std::fs::create_dir_all(&folder).unwrap();
            let shade = image::Rgb(colour.map(|value| value + 5 * take));
            let picture = image::RgbImage::from_fn(64, 48, |x, y| match (x / 8 + y / 8) % 2 {
                0 => shade,
                _ => image::Rgb(colour.map(|value| value / 2)),
            });
            picture.save(folder.join(format!("{take}.png"))).unwrap();
            let music = folder.join(format!("{take}.wav"));
            let detuned = 1.0 + 0.03 * f64::from(take);
            match work {
                "dusk" => write_wav(&music, 5.0, |t| tune(0)(t * detuned)),
                _ => write_wav(&music, 5.0, |t| strokes(t * detuned)),
            }
            if take >= 6 {
                for (ending, kind) in [("png", "picture"), ("wav", "music")] {
                    rows.push([
                        work.to_owned(),
                        format!("later/{work}/{take}.{ending}"),
                        kind.to_owned(),
                    ]);
                }
            }
        }
    }
    let (table, head) = (dir.path().join("works.tsv"), dir.path().join("mine.head"));
    write_table(&table, &rows);
    let mut teach = impasto();
    teach
        .arg("teach")
        .arg(dir.path().join("pairs"))
        .args(["--name", "mine", "-o"])
        .arg(&head);
    let manifest = Manifest::load(&root().join("models")).unwrap();
    if !NetworksOf::of(&manifest).can_be_taught() {
        // Heads start from what the picture network sees; this one does not give it.
        let said = errors(&run(&mut teach, 1));
        assert!(said.contains("features"), "{said}");
        return;
    }
    run(&mut teach, 0);
    let evaluated = json(eval(dir.path(), &table).arg("--head").arg(&head));
    assert_eq!(evaluated["two_afc"], 1.0, "{evaluated}");
    assert_eq!(evaluated["shuffled"], 0.0);
    assert_eq!(evaluated["head"]["name"], "mine");
    let shipped = json(&mut eval(dir.path(), &table));
    assert_ne!(shipped["auc"], Value::Null);
    assert_eq!(shipped["head"], Value::Null);

    let pair = root().join("plugin/engine/tests/fixtures/encoders/mel");
    let both = run(
        eval(dir.path(), &table)
            .arg("--head")
            .arg(&head)
            .arg("--encoders")
            .arg(pair),
        1,
    );
    assert!(
        errors(&both).contains("pair of encoders"),
        "{}",
        errors(&both)
    );
}

#[test]
fn a_head_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let table = small(dir.path());
    let missing = run(eval(dir.path(), &table).args(["--head", "none.head"]), 1);
    assert!(
        errors(&missing).contains("none.head"),
        "{}",
        errors(&missing)
    );
}

#[test]
fn bad_rows_are_told_by_line_and_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let table = small(dir.path());
    for broken in ["text.png", "silent.wav", "garbage.ogg"] {
        std::fs::copy(
            assets().join("broken").join(broken),
            dir.path().join(broken),
        )
        .unwrap();
    }
    append(
        &table,
        "text.png\t-\tfirst\tpicture\nsilent.wav\t-\tfirst\tmusic\ngarbage.ogg\t-\tsecond\tmusic\n\
         missing.wav\t-\tfirst\tmusic\n../works.tsv\t-\tfirst\tmusic\nfirst.wav\t-\tthird\tmusic\n\
         first.wav\t-\tfirst\tsculpture\n",
    );
    let output = run(eval(dir.path(), &table).arg("--json"), 0);
    let evaluated: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(evaluated["failed_rows"], 7);
    assert_eq!(
        (&evaluated["works"], &evaluated["tracks"]),
        (&2.into(), &2.into())
    );
    let failed = evaluated["failed"].as_array().unwrap();
    let lines: Vec<u64> = failed
        .iter()
        .map(|fault| fault["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [7, 8, 9, 10, 11, 12, 13]);
    let said = errors(&output);
    for part in [
        "line 7: text.png: ",
        "line 10: missing.wav: ",
        "\"sculpture\"",
        "line 4 names",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

#[test]
fn too_few_works_fail_and_say_why() {
    let dir = tempfile::tempdir().unwrap();
    let table = small(dir.path());
    std::fs::write(dir.path().join("second.wav"), "not music").unwrap();
    let output = run(eval(dir.path(), &table).arg("--json"), 1);
    assert!(output.stdout.is_empty());
    let said = errors(&output);
    assert!(
        said.contains("only \"first\"") && said.contains("second.wav"),
        "{said}"
    );

    std::fs::write(&table, "work\tfile\n").unwrap();
    let said = errors(&run(&mut eval(dir.path(), &table), 1));
    assert!(
        said.contains("\"kind\"") && said.contains("works.tsv"),
        "{said}"
    );
    let said = errors(&run(&mut eval(dir.path(), Path::new("none.tsv")), 1));
    assert!(said.contains("none.tsv"), "{said}");
    let table = small(dir.path());
    let said = errors(&run(&mut eval(Path::new("no folder"), &table), 1));
    assert!(said.contains("no folder"), "{said}");
    run(eval(dir.path(), &table).args(["--chunks", "0"]), 2);
}
