//! Heads taught by made-up pairs whose truth is known.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use engine::Error;
use engine::inference::{MusicFeatures, PictureFeatures};
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::teach::{
    Example, MINIMUM, Material, NetworksOf, PairRecord, TaughtHead, TeachOptions, TeachProblem,
    Verdict, teach,
};
use engine::units::Seconds;

const FEATURES: usize = 24;
const POINT: usize = 30;

/// Noise in -1..1, another for each seed.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 40) as f32 / (1u64 << 24) as f32) * 2.0 - 1.0
    }

    fn vector(&mut self, len: usize, size: f32) -> Vec<f32> {
        (0..len).map(|_| size * self.next()).collect()
    }
}

fn networks() -> NetworksOf {
    NetworksOf {
        audio_sha256: "a".repeat(64),
        picture_sha256: "b".repeat(64),
        features: FEATURES,
        point: POINT,
    }
}

/// What an artist's works look and sound like: a look and a sound each.
struct World {
    noise: Noise,
    works: Vec<(Vec<f32>, Vec<f32>)>,
}

impl World {
    fn new(works: usize, seed: u64) -> Self {
        let mut noise = Noise(seed);
        let work = |_| (noise.vector(FEATURES, 1.0), noise.vector(FEATURES, 1.0));
        let works = (0..works).map(work).collect();
        Self { noise, works }
    }

    fn picture(&mut self, work: usize) -> PictureFeatures {
        let mut features = self.noise.vector(FEATURES, 1.5);
        let look = &self.works[work].0;
        features.iter_mut().zip(look).for_each(|(f, l)| *f += l);
        PictureFeatures {
            point: self.noise.vector(POINT, 1.0),
            features,
        }
    }

    fn music(&mut self, work: usize) -> Vec<MusicFeatures> {
        let chunk = |_| {
            let mut point = self.noise.vector(POINT, 1.5);
            let sound = &self.works[work].1;
            let block = &mut point[POINT - FEATURES..];
            block.iter_mut().zip(sound).for_each(|(p, s)| *p += s);
            MusicFeatures {
                embedding: Vec::new(),
                point,
                tags: Vec::new(),
                affect: Vec::new(),
            }
        };
        (0..3).map(chunk).collect()
    }

    /// `pairs` of each work; `looks(n)` says which work's look the n-th picture has.
    fn material(&mut self, pairs: usize, looks: impl Fn(usize) -> usize) -> Material {
        let mut material = Material {
            works: (0..self.works.len())
                .map(|work| format!("work {work}"))
                .collect(),
            ..Material::default()
        };
        for n in 0..pairs * self.works.len() {
            let work = n / pairs;
            material.examples.push(Example {
                picture: Arc::new(self.picture(looks(n))),
                music: self.music(work).into(),
                work,
                group: n,
            });
            material.records.push(PairRecord {
                picture: format!("work {work}/{n}.png"),
                picture_sha256: format!("{n:064}"),
                music: format!("work {work}/{n}.wav"),
                music_sha256: format!("{:064}", 1000 + n),
                start: 0.0,
                end: None,
                work: format!("work {work}"),
            });
        }
        material
    }
}

fn learn(material: &Material, force: bool) -> Result<TaughtHead, TeachProblem> {
    let options = TeachOptions {
        name: "mine".to_owned(),
        force,
    };
    teach(material, &networks(), &options, &mut |_| {
        ControlFlow::Continue(())
    })
}

fn sea_and_storm() -> (World, TaughtHead) {
    let mut world = World::new(4, 7);
    let material = world.material(5, |n| n / 5);
    let head = learn(&material, false).expect("learned");
    (world, head)
}

#[test]
fn what_belongs_together_is_learned_and_beats_shuffled_pairs() {
    let (mut world, head) = sea_and_storm();
    let info = head.info();
    assert_eq!(info.verdict, Verdict::Established);
    let judged = info.measured.as_ref().expect("twenty pairs");
    assert_eq!((judged.setting.as_str(), judged.groups), ("works", 20));
    assert!(judged.two_afc > 0.85, "{judged}");
    assert!(judged.ci95[0] <= judged.two_afc && judged.two_afc <= judged.ci95[1]);
    assert!((judged.shuffled - 0.5).abs() < 0.08, "{judged}");
    assert!(judged.ci95[0] > judged.shuffled95[1], "{judged}");
    assert!((judged.shipped - 0.5).abs() < 0.2, "noise: {judged}");
    assert_eq!(judged.by_work.len(), 4);

    // On pictures and music that it never met.
    let correspondence = head.correspondence();
    let (mut won, mut of) = (0, 0);
    for work in 0..4 {
        for other in (0..4).filter(|other| *other != work) {
            for _ in 0..10 {
                let picture = head.picture_point(&world.picture(work)).unwrap();
                let mut score = |work| {
                    let music = head.music_point(&world.music(work)[0]).unwrap();
                    correspondence.score(&picture, &music).0
                };
                won += usize::from(score(work) < score(other));
                of += 1;
            }
        }
    }
    assert!(won as f64 > 0.8 * of as f64, "{won} of {of}");
}

#[test]
fn where_each_pair_is_its_own_work_what_pairs_have_in_common_is_learned() {
    let mut world = World::new(3, 3);
    let mut material = world.material(8, |n| n / 8);
    // Three moods, but nobody said so.
    for (n, example) in material.examples.iter_mut().enumerate() {
        example.work = n;
    }
    material.works = (0..24).map(|n| n.to_string()).collect();
    let head = learn(&material, false).expect("learned");
    let judged = head.info().measured.clone().expect("24 pairs");
    assert_eq!(judged.setting, "pairs");
    assert!(
        judged.two_afc > 0.65 && judged.by_work.is_empty(),
        "{judged}"
    );
}

#[test]
fn pairs_dealt_out_at_random_are_refused_unless_forced() {
    let mut refused = 0;
    for seed in 0..6 {
        let mut world = World::new(4, 100 + seed);
        let mut noise = Noise(seed);
        let looks: Vec<usize> = (0..24)
            .map(|_| (2.0 * (noise.next() + 1.0)) as usize % 4)
            .collect();
        let material = world.material(6, |n| looks[n]);
        let Err(TeachProblem::NoBetter { judged }) = learn(&material, false) else {
            continue;
        };
        refused += 1;
        assert!((judged.two_afc - 0.5).abs() < 0.25, "{judged}");
        let head = learn(&material, true).expect("forced");
        assert_eq!(head.info().verdict, Verdict::Forced);
        assert!(head.info().warnings.iter().any(|w| w.contains("shuffled")));
    }
    assert!(refused >= 4, "{refused} of 6");
}

#[test]
fn too_few_pairs_and_one_work_are_refused() {
    let mut world = World::new(3, 1);
    let material = world.material(1, |n| n);
    let error = learn(&material, true).unwrap_err();
    assert!(error.to_string().contains("3 pairs"), "{error}");
    assert!(error.to_string().contains(&MINIMUM.to_string()), "{error}");

    let mut world = World::new(1, 1);
    let material = world.material(6, |_| 0);
    assert!(matches!(learn(&material, true), Err(TeachProblem::OneWork)));
}

#[test]
fn a_few_pairs_are_learned_and_said_to_be_unmeasured() {
    let mut world = World::new(5, 9);
    let head = learn(&world.material(1, |n| n), false).expect("learned");
    assert_eq!(head.info().verdict, Verdict::Unmeasured);
    assert!(head.info().measured.is_none());
    assert_eq!(head.info().warnings.len(), 1, "{:?}", head.info().warnings);
}

#[test]
fn the_same_picture_in_two_works_is_a_contradiction() {
    let mut world = World::new(2, 5);
    let mut material = world.material(6, |n| n / 6);
    for n in 6..12 {
        let twin = material.records[n - 6].picture_sha256.clone();
        material.records[n].picture_sha256 = twin;
    }
    let error = learn(&material, false).unwrap_err();
    assert!(matches!(
        error,
        TeachProblem::Contradictory {
            count: 12,
            of: 12,
            ..
        }
    ));
    assert!(error.to_string().contains("work 0/0.png"), "{error}");

    // One picture for all: only one pair is left that shares nothing, but more of the same
    // would not help.
    for example in &mut material.examples {
        example.group = 0;
    }
    let error = learn(&material, false).unwrap_err();
    let contradictory = matches!(error, TeachProblem::Contradictory { .. });
    assert!(contradictory, "{error}");
    let error = learn(&material, true).unwrap_err().to_string();
    assert!(error.contains("of 12 pairs only 1 share"), "{error}");
}

#[test]
fn it_is_said_where_the_networks_do_better_untaught() {
    let mut world = World::new(4, 11);
    let mut material = world.material(5, |n| n / 5);
    // Points that know all, and features that say nothing of the work: taught by force.
    for (n, example) in material.examples.iter_mut().enumerate() {
        let mut known = vec![0.0; POINT];
        known[n / 5] = 1.0;
        let (look, sound) = (world.noise.vector(FEATURES, 1.0), world.music(n % 4));
        example.picture = Arc::new(PictureFeatures {
            point: known.clone(),
            features: look,
        });
        let chunks = sound.into_iter().map(|chunk| {
            let mut point = chunk.point.clone();
            point[..POINT - FEATURES].copy_from_slice(&known[..POINT - FEATURES]);
            MusicFeatures { point, ..chunk }
        });
        example.music = chunks.collect();
    }
    let head = learn(&material, true).expect("forced");
    let judged = head.info().measured.clone().expect("measured");
    assert!(judged.shipped > 0.9 && judged.two_afc < 0.9, "{judged}");
    let warned = |head: &TaughtHead| {
        let mut warnings = head.info().warnings.iter();
        warnings.any(|w| w.contains("without this head"))
    };
    assert!(warned(&head), "{:?}", head.info().warnings);
    assert!(!warned(&sea_and_storm().1));
}

#[test]
fn it_can_be_broken_off() {
    let mut world = World::new(4, 7);
    let material = world.material(5, |n| n / 5);
    let stopped = teach(
        &material,
        &networks(),
        &TeachOptions::default(),
        &mut |_| ControlFlow::Break(()),
    );
    assert!(matches!(stopped, Err(TeachProblem::Stopped)));
}

#[test]
fn a_library_s_points_are_those_of_its_chunks() {
    let (mut world, head) = sea_and_storm();
    let chunks: Vec<MusicFeatures> = (0..400).flat_map(|n| world.music(n % 4)).collect();
    let all = |of: &dyn Fn(&MusicFeatures) -> Vec<f32>| chunks.iter().flat_map(of).collect();
    let library = Library::from_parts(Parts {
        dims: Dims {
            embedding: 0,
            point: POINT,
            tags: 0,
            affect: 0,
        },
        tracks: vec![TrackInfo {
            path: "a.wav".into(),
            title: None,
            artist: None,
            duration: Seconds(4800.0),
        }],
        chunks: (0..chunks.len())
            .map(|n| ChunkInfo {
                track: TrackId(0),
                start: Seconds(4.0 * n as f64),
                rms_db: -20.0,
            })
            .collect(),
        embeddings: Vec::new(),
        points: all(&|chunk| chunk.point.clone()),
        traits: Vec::new(),
    });
    let points = head.library_points(&library).unwrap();
    let dim = head.correspondence().dim;
    assert_eq!(points.rows().len(), library.len());
    for (row, chunk) in chunks.iter().enumerate() {
        let alone = head.music_point(chunk).unwrap();
        for (a, b) in alone.iter().zip(points.rows().row(row)) {
            // Both what it is made of and what is made of it are halves.
            assert!((a - b).abs() < 2e-3 * a.abs().max(1.0), "{a} {b}");
        }
        let posterior: f32 = alone[..dim - FEATURES].iter().sum();
        assert!((posterior - 1.0).abs() < 1e-4, "{posterior}");
    }
}

#[test]
fn other_lengths_are_refused() {
    let (mut world, head) = sea_and_storm();
    let mut picture = world.picture(0);
    picture.features.pop();
    let error = head.picture_point(&picture).unwrap_err();
    assert!(matches!(error, Error::OtherNetworks { .. }), "{error}");
    let mut music = world.music(0).remove(0);
    music.point.pop();
    assert!(head.music_point(&music).is_err());
}

/// A folder for heads beside one that plays the models'.
struct Places {
    heads: tempfile::TempDir,
    models: tempfile::TempDir,
}

impl Places {
    fn new() -> Self {
        let models = tempfile::tempdir().unwrap();
        fs::write(models.path().join("audio.onnx"), "a network").unwrap();
        Self {
            heads: tempfile::tempdir().unwrap(),
            models,
        }
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.heads.path()).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

#[test]
fn a_head_comes_back_as_it_was_saved_and_earlier_ones_are_kept() {
    let places = Places::new();
    let (mut world, head) = sea_and_storm();
    let path = places.heads.path().join("mine.head");
    assert_eq!(head.save(&path, places.models.path()).unwrap(), None);
    assert_eq!(TaughtHead::load(&path).unwrap(), head);
    let len = fs::metadata(&path).unwrap().len();
    assert!(len < 200_000, "{len}");

    let second = learn(&world.material(6, |n| n / 6), false).expect("learned");
    let kept = second
        .save(&path, places.models.path())
        .unwrap()
        .expect("kept");
    assert_eq!(TaughtHead::load(&path).unwrap(), second);
    assert_eq!(TaughtHead::load(&kept).unwrap(), head);
    let again = head
        .save(&path, places.models.path())
        .unwrap()
        .expect("kept");
    assert_ne!(again, kept);
    assert_eq!(places.names().len(), 3, "{:?}", places.names());
}

#[test]
fn a_head_is_not_saved_among_the_models_nor_over_another_file() {
    let places = Places::new();
    let (_, head) = sea_and_storm();
    let models = places.models.path();
    for name in ["mine.head", "audio.onnx", "deeper/mine.head"] {
        let error = head.save(&models.join(name), models).unwrap_err();
        assert!(error.to_string().contains("models"), "{error}");
    }
    assert_eq!(fs::read(models.join("audio.onnx")).unwrap(), b"a network");
    assert!(!models.join("mine.head").exists());
    assert!(!models.join("deeper").exists(), "nothing was made there");

    let folder = places.heads.path();
    let error = head.save(folder, models).unwrap_err();
    assert!(error.to_string().contains("this is a folder"), "{error}");
    let missing = folder.join("missing/");
    let error = head.save(&missing, models).unwrap_err();
    assert!(error.to_string().contains("this is a folder"), "{error}");
    assert!(!missing.exists());
    TaughtHead::check_place(&folder.join("new/mine.head"), models).unwrap();
    assert!(places.names().is_empty(), "{:?}", places.names());

    let other = places.heads.path().join("diary.txt");
    fs::write(&other, "dear diary").unwrap();
    let error = head.save(&other, models).unwrap_err();
    assert!(error.to_string().contains("diary.txt"), "{error}");
    assert_eq!(fs::read(&other).unwrap(), b"dear diary");
    assert_eq!(places.names(), ["diary.txt"]);
}

#[track_caller]
fn refused(path: &Path, bytes: &[u8], words: &str) {
    fs::write(path, bytes).unwrap();
    let error = TaughtHead::load(path).unwrap_err().to_string();
    assert!(
        error.contains(words) && error.contains("mine.head"),
        "{error}"
    );
}

#[test]
fn damaged_later_and_foreign_files_are_refused_by_name() {
    let places = Places::new();
    let (_, head) = sea_and_storm();
    let path = places.heads.path().join("mine.head");
    head.save(&path, places.models.path()).unwrap();
    let whole = fs::read(&path).unwrap();

    for at in [12, 20, 300, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        refused(&path, &changed, "damaged");
    }
    for len in [9, 15, 100, whole.len() - 1] {
        refused(&path, &whole[..len], "damaged");
    }
    let mut later = whole.clone();
    later[8] = 9;
    refused(&path, &later, "format 9");
    refused(&path, b"", "not a taught head");
    refused(&path, b"RIFF....WAVE", "not a taught head");
    fs::remove_file(&path).unwrap();
    assert!(matches!(TaughtHead::load(&path), Err(Error::Io { .. })));
}

const SOURCE: &str = "IMPASTO_TEST_HEAD";
const TARGET: &str = "IMPASTO_TEST_TARGET";

/// Not a test of its own: what the killed process does.
#[test]
#[ignore = "run by the test below in a process of its own"]
fn child() {
    let at = |name| std::path::PathBuf::from(std::env::var_os(name).expect("started by a test"));
    let (source, target) = (at(SOURCE), at(TARGET));
    let head = TaughtHead::load(&source).unwrap();
    loop {
        let kept = head.save(&target, source.parent().unwrap()).unwrap();
        kept.map_or(Ok(()), fs::remove_file).unwrap();
    }
}

#[test]
fn killed_while_saving_it_leaves_a_whole_head() {
    let (_, head) = sea_and_storm();
    let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let nowhere = tempfile::tempdir().unwrap();
    let from = source.path().join("source.head");
    head.save(&from, nowhere.path()).unwrap();
    let to = target.path().join("mine.head");
    let (mut parts, mut noise) = (0, Noise(11));
    for _ in 0..20 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored"])
            .env(SOURCE, &from)
            .env(TARGET, &to)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !to.exists() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let wait = 20_000.0 * (1.0 + noise.next());
        std::thread::sleep(std::time::Duration::from_micros(wait as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        for entry in fs::read_dir(target.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "part") {
                parts += 1;
                fs::remove_file(path).unwrap();
            } else {
                assert_eq!(TaughtHead::load(&path).unwrap(), head, "{}", path.display());
            }
        }
    }
    assert!(parts > 0, "no kill came while a head was being written");
}
