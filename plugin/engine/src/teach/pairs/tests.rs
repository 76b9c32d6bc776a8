use std::fs;

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// Each pair as `work: picture + music start..end`.
fn found(dir: &Path) -> Vec<String> {
    let pairs = Pairs::find(dir, &RehearsalOptions::default()).unwrap();
    let text = |pair: &Pair| {
        let work = pair.work.as_deref().unwrap_or("-");
        let end = pair.span.end.map_or(String::new(), |end| end.0.to_string());
        let (picture, music) = (pair.picture.display(), pair.music.display());
        format!("{work}: {picture} + {music} {}..{end}", pair.span.start.0).replace('\\', "/")
    };
    pairs.pairs.iter().map(text).collect()
}

#[track_caller]
fn refused(dir: &Path, words: &str) {
    let error = Pairs::find(dir, &RehearsalOptions::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains(words), "{error}");
}

#[test]
fn music_beside_a_picture_by_name() {
    let dir = folder(&[
        ("sea.jpg", ""),
        ("sea.wav", ""),
        ("night.PNG", ""),
        ("night.flac", ""),
        ("alone.jpg", ""),
        ("other.ogg", ""),
        (".hidden.jpg", ""),
        ("notes.txt", ""),
    ]);
    let expected = ["-: night.PNG + night.flac 0..", "-: sea.jpg + sea.wav 0.."];
    assert_eq!(found(dir.path()), expected);
    let pairs = Pairs::find(dir.path(), &RehearsalOptions::default()).unwrap();
    let left: Vec<_> = pairs
        .left_out
        .iter()
        .map(|l| l.path.to_str().unwrap())
        .collect();
    assert_eq!(left, ["alone.jpg", "other.ogg"]);
}

#[test]
fn folders_are_works() {
    let dir = folder(&[
        ("storm/a.jpg", ""),
        ("storm/music/one.wav", ""),
        ("storm/music/two.wav", ""),
        ("calm/x.jpg", ""),
        ("calm/x.wav", ""),
        ("calm/y.jpg", ""),
        ("empty/only.jpg", ""),
    ]);
    let expected = [
        "calm: calm/x.jpg + calm/x.wav 0..",
        "storm: storm/a.jpg + storm/music/one.wav 0..",
        "storm: storm/a.jpg + storm/music/two.wav 0..",
    ];
    assert_eq!(found(dir.path()), expected);
    let pairs = Pairs::find(dir.path(), &RehearsalOptions::default()).unwrap();
    assert_eq!(pairs.left_out.len(), 2, "{:?}", pairs.left_out);
}

#[test]
fn a_table_names_pairs() {
    let table =
        "picture\tmusic\tstart\tend\twork\n\n# old\na.jpg\tm.wav\t1:30\t95.5\tsea\nb.jpg\tm.wav\n";
    let dir = folder(&[("pairs.tsv", table)]);
    let expected = ["sea: a.jpg + m.wav 90..95.5", "-: b.jpg + m.wav 0.."];
    assert_eq!(found(dir.path()), expected);
    assert_eq!(found(&dir.path().join("pairs.tsv")), expected);
}

#[test]
fn a_rehearsal_s_snapshots_last_until_the_next() {
    let table = "time\tpicture\n0:10\ta.jpg\n1:02:00\tc.jpg\n70\tb.jpg\n";
    let dir = folder(&[("rehearsal.tsv", table), ("take.wav", "")]);
    let expected = [
        "-: a.jpg + take.wav 10..70",
        "-: b.jpg + take.wav 70..3720",
        "-: c.jpg + take.wav 3720..",
    ];
    assert_eq!(found(dir.path()), expected);
    let options = RehearsalOptions {
        window: Some(Seconds(30.0)),
        recording: None,
    };
    let pairs = Pairs::find(dir.path(), &options).unwrap();
    assert!(pairs.rehearsal);
    let ends: Vec<f64> = pairs.pairs.iter().map(|p| p.span.end.unwrap().0).collect();
    assert_eq!(ends, [40.0, 100.0, 3750.0]);
    fs::write(dir.path().join("second.wav"), "").unwrap();
    refused(dir.path(), "2 sounds");
}

#[test]
fn what_can_t_be_read_is_named_with_its_line() {
    refused(folder(&[]).path(), "pairs.tsv");
    refused(folder(&[("a.jpg", ""), ("b.wav", "")]).path(), "same name");
    let table = |text: &str| folder(&[("pairs.tsv", text)]);
    refused(table("picture\tmusik\na\tb\n").path(), "\"music\"");
    refused(table("picture\tmusic\tstrat\na\tb\tc\n").path(), "strat");
    refused(table("picture\tmusic\na.jpg\t\n").path(), "line 2");
    refused(table("picture\tmusic\tstart\na\tb\tsoon\n").path(), "soon");
    refused(
        table("picture\tmusic\tstart\tend\na\tb\t9\t3\n").path(),
        "ends before",
    );
    refused(table("picture\tmusic\n").path(), "no rows");
    refused(table("").path(), "picture");
    let dir = table("");
    fs::write(dir.path().join("pairs.tsv"), [0xff, 0xfe, b'p', 0]).unwrap();
    refused(dir.path(), "save it as UTF-8");
    let both = folder(&[("pairs.tsv", ""), ("rehearsal.tsv", "")]);
    refused(both.path(), "both");
    let shots = "time\tpicture\n5\ta\n5.2\tb\n";
    let dir = folder(&[("rehearsal.tsv", shots), ("take.wav", "")]);
    refused(dir.path(), "line 2");
}

#[test]
fn times() {
    let read = |text: &str| seconds(text).map(|s| s.0);
    assert_eq!(read("90.5"), Some(90.5));
    assert_eq!(read("1:30"), Some(90.0));
    assert_eq!(read(" 1:00:01.5 "), Some(3601.5));
    for wrong in ["", "1:60", "-1", "a", "1:2:3:4", "NaN", "inf"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
