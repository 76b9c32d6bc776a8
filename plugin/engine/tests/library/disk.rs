//! A disk that fills up: what was saved stays, the message says what to do, and with
//! room again the work goes on.

use std::fs::{self, File};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::children::{FOLDER, INDEX, child, from_environment, say};
use crate::common;
use crate::support::{
    CONTRACT, FakeEmbedder, Slow, check_as_if_new, contents, scan, tone, verify, write_wav,
};
use engine::inference::{MusicFeatures, PictureFeatures};
use engine::library::{Control, Indexer, Library, ScanReport};
use engine::teach::{Example, Material, NetworksOf, TaughtHead, TeachOptions, teach};

#[test]
fn a_scan_stops_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..40 {
        let path = folder.path().join(format!("{n:02}.wav"));
        write_wav(&path, 16_000, &tone(16_000, 200.0 + f64::from(n), 12.0));
    }
    with_small_disk("disk::fills_while_it_scans", folder.path());
}

#[test]
fn a_head_is_saved_whole_or_stays_the_one_before() {
    let nothing = tempfile::tempdir().unwrap();
    with_small_disk("disk::fills_before_a_head_is_saved", nothing.path());
}

/// Runs the test `name` with a disk of 8 MiB at the index's place, where this user may
/// mount one.
fn with_small_disk(name: &str, folder: &Path) {
    let disk = tempfile::tempdir().unwrap();
    let mut shell = Command::new("unshare");
    let mount = "mount -t tmpfs -o size=8m tmpfs \"$IMPASTO_TEST_INDEX\"";
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    let mut trial = Command::new("unshare");
    trial.args(["--user", "--map-root-user", "--mount", "sh", "-c", mount]);
    let may = trial.env(INDEX, disk.path()).status();
    if !may.is_ok_and(|status| status.success()) {
        println!("not tested: this system lets this user mount no disk");
        return;
    }
    shell
        .arg(format!("{mount} && exec \"$0\" \"$@\""))
        .arg(std::env::current_exe().unwrap());
    println!("{}", child(shell, name, folder, disk.path()));
}

/// Takes all the room that is left on the disk of `dir`; gone when it is dropped.
struct Ballast(PathBuf);

impl Ballast {
    fn fill(dir: &Path) -> Self {
        let path = dir.join("ballast");
        let mut file = File::create(&path).unwrap();
        for piece in [&[0_u8; 1 << 16][..], &[0; 1]] {
            while file.write_all(piece).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn fills_while_it_scans() {
    let (folder, disk) = (from_environment(FOLDER), from_environment(INDEX));
    let index = disk.join("index");
    let (mut ballast, mut committed) = (None, Vec::new());
    let mut embedder = FakeEmbedder::default();
    let slow = Slow(embedder.clone(), Duration::from_millis(20));
    let mut indexer = Indexer::with_contract(&index, CONTRACT).unwrap();
    let full = indexer.scan(&folder, &mut [Box::new(slow)], &Control::new(), &mut |_| {
        if ballast.is_none() {
            committed = contents(&Library::open(&index).unwrap());
            ballast = (committed.len() >= 30).then(|| Ballast::fill(&disk));
        }
        ControlFlow::Continue(())
    });
    drop(indexer);
    let message = full.expect_err("there is no room").to_string();
    assert!(
        message.contains("room") || message.contains("space"),
        "{message}"
    );
    let kept = contents(&Library::open(&index).unwrap());
    assert!(kept.starts_with(&committed), "a commit was lost");

    // Still full: again the message, and nothing worse.
    let again = scan(&index, &folder, &mut embedder).expect_err("there is no room");
    println!("{again}");
    drop(ballast);
    let report = scan(&index, &folder, &mut embedder).unwrap();
    assert_eq!(report.rebuilt, None);
    assert_all_there(&index, &folder, &report);
    let left = 120 - kept.len();
    assert!(report.chunks <= left, "the scan goes on: {report:?}");
    say(&message);
}

fn assert_all_there(index: &Path, folder: &Path, report: &ScanReport) {
    assert_eq!((report.found, report.failed.len()), (40, 0), "{report:?}");
    check_as_if_new(index, folder);
    // Also says what it finds, which an index that opens may still have.
    verify(index);
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn fills_before_a_head_is_saved() {
    let disk = from_environment(INDEX);
    let (place, models) = (disk.join("mine.head"), disk.join("models"));
    fs::create_dir(&models).unwrap();
    head("first").save(&place, &models).unwrap();
    let whole = fs::read(&place).unwrap();

    let ballast = Ballast::fill(&disk);
    let message = head("second")
        .save(&place, &models)
        .unwrap_err()
        .to_string();
    assert!(message.contains("mine.head"), "{message}");
    assert!(message.contains("Make room"), "{message}");
    assert_eq!(fs::read(&place).unwrap(), whole);
    let mut left: Vec<_> = fs::read_dir(&disk)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["ballast", "mine.head", "models"],
        "nothing half-written"
    );

    drop(ballast);
    let kept = head("second").save(&place, &models).unwrap().unwrap();
    assert_eq!(fs::read(kept).unwrap(), whole);
    assert_eq!(TaughtHead::load(&place).unwrap().info().name, "second");
    say(&message);
}

/// A head fitted on the features of the golden test.
fn head(name: &str) -> TaughtHead {
    let text = include_str!("../../../../models/golden/taught.json");
    let golden: std::collections::HashMap<String, Vec<Vec<f32>>> =
        serde_json::from_str(text).unwrap();
    let mut material = Material::default();
    let pairs = golden["taught_pictures"]
        .iter()
        .zip(&golden["taught_music"]);
    for (place, (picture, music)) in pairs.enumerate() {
        let music = MusicFeatures {
            embedding: Vec::new(),
            point: music.clone(),
            tags: Vec::new(),
            affect: Vec::new(),
        };
        material.examples.push(Example {
            picture: Arc::new(PictureFeatures {
                point: picture.clone(),
                features: picture.clone(),
            }),
            music: vec![music].into(),
            work: place,
            group: place,
        });
        let record = common::pair_record(place, &place.to_string());
        material.records.push(record);
        material.works.push(place.to_string());
    }
    let features = golden["pictures"][0].len();
    let networks = NetworksOf {
        audio_sha256: String::new(),
        picture_sha256: String::new(),
        features,
        point: features,
    };
    let options = TeachOptions {
        name: name.to_owned(),
        ..TeachOptions::default()
    };
    teach(&material, &networks, &options, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}
