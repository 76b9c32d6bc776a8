//! `impasto library`, as someone who looks after a large archive uses it.

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use common::{errors, impasto, json, run, write_wav};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Row, RowAccessor};

/// Two files of 3 and 2 chunks.
fn music(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let tone = |hz: f64| move |t: f64| 0.3 * (std::f64::consts::TAU * hz * t).sin();
    write_wav(&folder.join("one.wav"), 12.0, tone(220.0));
    write_wav(&folder.join("two.wav"), 8.0, tone(440.0));
}

/// The command with the user's cache in `home`.
fn library(home: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = impasto();
    command
        .env("XDG_CACHE_HOME", home)
        .arg("library")
        .args(arguments);
    command
}

fn index(home: &Path, folder: &Path) {
    run(
        impasto()
            .env("XDG_CACHE_HOME", home)
            .arg("index")
            .arg(folder),
        0,
    );
}

#[test]
fn an_archive_is_looked_after() {
    let place = tempfile::tempdir().expect("a folder");
    let (home, old, new) = (
        place.path().join("cache"),
        place.path().join("old"),
        place.path().join("new"),
    );
    music(&old);
    let text = |path: &Path| path.to_str().expect("Unicode").to_owned();
    let (old_text, new_text) = (text(&old), text(&new));

    let missing = run(&mut library(&home, &["status", &old_text]), 3);
    assert!(
        errors(&missing).contains("impasto index"),
        "{}",
        errors(&missing)
    );
    index(&home, &old);
    let status = json(&mut library(&home, &["status", &old_text]));
    assert_eq!(
        (&status["chunks"], &status["files"]["done"]),
        (&5.into(), &2.into())
    );
    assert_eq!(json(&mut library(&home, &["verify", &old_text]))["rows"], 5);

    fs::rename(&old, &new).expect("moved");
    let relinked = json(&mut library(&home, &["relink", &old_text, &new_text]));
    assert_eq!(
        (&relinked["known"], &relinked["found"]),
        (&2.into(), &2.into())
    );
    run(&mut library(&home, &["status", &old_text]), 3);
    assert_eq!(
        json(&mut library(&home, &["status", &new_text]))["chunks"],
        5
    );

    fs::remove_file(new.join("two.wav")).expect("removed");
    index(&home, &new);
    let status = json(&mut library(&home, &["status", &new_text]));
    assert_eq!(
        (&status["chunks"], &status["files"]["missing"]),
        (&3.into(), &1.into())
    );
    let pruned = json(&mut library(&home, &["prune", &new_text]));
    assert_eq!((&pruned["files"], &pruned["rows"]), (&1.into(), &2.into()));
    assert_eq!(json(&mut library(&home, &["verify", &new_text]))["rows"], 3);
}

/// The music in a folder of `place`, and its index in another.
fn indexed(place: &Path) -> (PathBuf, PathBuf) {
    let (folder, dir) = (place.join("music"), place.join("index"));
    music(&folder);
    let mut index = impasto();
    index.arg("index").arg(&folder).arg("--index-dir").arg(&dir);
    run(&mut index, 0);
    (folder, dir)
}

#[test]
fn damage_is_told_with_what_to_do() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, dir) = indexed(place.path());
    let path = dir.join("embeddings-1.rows");
    let mut bytes = fs::read(&path).expect("rows");
    bytes[4096] ^= 1;
    fs::write(&path, bytes).expect("written");
    let damaged = run(
        library(place.path(), &["verify"])
            .arg(&folder)
            .arg("--index-dir")
            .arg(&dir),
        1,
    );
    let said = errors(&damaged);
    assert!(
        said.contains("have changed") && said.contains("index"),
        "{said}"
    );
}

#[test]
fn an_export_has_what_the_index_has() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, dir) = indexed(place.path());
    let out = place.path().join("new/library.parquet");
    let mut command = library(place.path(), &["export"]);
    command
        .arg(&folder)
        .arg("--index-dir")
        .arg(&dir)
        .arg("--out")
        .arg(&out);
    assert_eq!(json(&mut command)["chunks"], 5);

    let library = engine::library::Library::open(&dir).expect("the index");
    let reader = SerializedFileReader::new(File::open(&out).expect("a file")).expect("Parquet");
    let rows: Vec<Row> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    assert_eq!(rows.len(), 5);
    for (row, id) in rows.iter().zip(library.ids()) {
        let chunk = library.chunk(id);
        assert_eq!(row.get_long(0).expect("a number"), i64::from(id.0));
        let path = &library.track(chunk.track).path;
        assert_eq!(Path::new(row.get_string(1).expect("text")), path);
        assert_eq!(row.get_double(4).expect("seconds"), chunk.start.0);
        let expected = [
            library.embedding(id),
            library.point(id),
            library.tags(id),
            library.affect(id),
        ];
        for (column, expected) in (6..).zip(expected) {
            let list = row.get_list(column).expect("a list");
            let found: Vec<f32> = list.elements().iter().map(number).collect();
            assert_eq!(found, expected, "column {column}");
        }
    }
}

fn number(field: &parquet::record::Field) -> f32 {
    match field {
        parquet::record::Field::Float(value) => *value,
        other => panic!("{other:?}"),
    }
}
