//! What is exported is what was played.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::session::{Event, Exported, Form, HostTime, export};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use midly::{MetaMessage, Smf, TrackEventKind};

use crate::support::{congruity, host, painting, snippet, stroke, written};

fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Ten seconds of noise in 24 bits.
fn track(path: &Path, rate: u32, channels: u16) -> Vec<f32> {
    let spec = WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 24,
        sample_format: SampleFormat::Int,
    };
    let mut wav = WavWriter::create(path, spec).unwrap();
    let (mut state, mut samples) = (1_u32, Vec::new());
    for _ in 0..10 * rate * u32::from(channels) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let value = (state as i32) >> 8;
        wav.write_sample(value).unwrap();
        samples.push(value as f32 / (1 << 23) as f32);
    }
    wav.finalize().unwrap();
    samples
}

struct Played {
    dir: tempfile::TempDir,
    session: PathBuf,
    stereo: Vec<f32>,
    mono: Vec<f32>,
}

impl Played {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn export(&self, form: Form) -> Exported {
        export(&self.session, form, &self.path("out"), &mut go_on).unwrap()
    }
}

/// Three strokes of two tracks, one of them twice, and one of a track that is gone.
fn played(in_song: bool) -> Played {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let (stereo, mono) = (
        track(&at("a.wav"), 44_100, 2),
        track(&at("b.wav"), 22_050, 1),
    );
    let song = |seconds: f64| -> Option<HostTime> { in_song.then(|| host(seconds)) };
    let entries = [
        (0.0, song(10.0), painting("wave")),
        (0.5, song(10.5), stroke(0.5)),
        (0.5, song(10.5), snippet(&at("a.wav"), 2.0)),
        (1.0, song(11.0), snippet(&at("b.wav"), 1.5)),
        (1.5, song(11.5), snippet(&at("a.wav"), 2.0)),
        (1.75, song(11.75), congruity(0.625)),
        (2.0, song(12.0), snippet(&at("gone.wav"), 3.0)),
        (2.25, song(12.25), Event::Freeze { on: true }),
    ];
    let session = written(&dir.path().join("sessions"), &entries);
    Played {
        dir,
        session,
        stereo,
        mono,
    }
}

#[test]
fn the_table_has_a_row_for_each_event() {
    let played = played(true);
    let exported = played.export(Form::Csv);
    assert_eq!((exported.events, exported.snippets), (8, 0));
    let text = fs::read_to_string(&exported.path).unwrap();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 1 + 8 + 1, "{text}");
    assert!(
        rows[0].starts_with("event,t,utc,bar,beat,")
            && rows[0].ends_with("part_network,part_valence")
    );
    assert!(rows[2].starts_with("stroke,0.5,2"), "{text}");
    // At 10.5 s in 3/4 at 60: bar 4 from 9 s on, beat 2.5.
    assert!(
        rows[2].contains("Z,4,2.5,10.5,60,3/4,10.5,504000,true,0.5,0.25,"),
        "{text}"
    );
    assert!(
        rows[3].contains("\"Harbour, \"\"at night\"\"\",2,7,0.25,,"),
        "{text}"
    );
    assert!(text.contains(",0.625,0.5,0.75"), "{text}");
    let columns = |row: &str| row.split(',').count();
    assert_eq!(columns(rows[2]), columns(rows[0]));
}

#[test]
fn the_document_is_json_and_holds_everything() {
    let played = played(true);
    let text = fs::read_to_string(played.export(Form::Json).path).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["session"]["impasto_session"], 1);
    assert_eq!(value["damage"]["torn"], false);
    let events = value["events"].as_array().unwrap();
    assert_eq!(events.len(), 9);
    assert_eq!(events[2]["event"], "snippet");
    assert_eq!(events[2]["host"]["quarters"], 10.5);
    assert_eq!(events[5]["parts"]["valence"], 0.75);
}

#[test]
fn snippets_are_the_samples_of_their_tracks() {
    let played = played(false);
    let exported = played.export(Form::Folder);
    assert_eq!(exported.snippets, 2, "each once");
    assert_eq!(exported.missing.len(), 1);
    assert!(exported.missing[0].track.ends_with("gone.wav"));
    let missing = fs::read_to_string(exported.path.join("missing.txt")).unwrap();
    assert!(
        missing.contains("gone.wav") && missing.contains("no longer there"),
        "{missing}"
    );

    let mut files: Vec<PathBuf> = fs::read_dir(exported.path.join("snippets"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let sources = [
        (&played.stereo, 44_100, 2, 2.0),
        (&played.mono, 22_050, 1, 1.5),
    ];
    for (file, (source, rate, channels, start)) in files.iter().zip(sources) {
        let name = file.file_name().unwrap().to_string_lossy();
        assert!(name.contains("Harbour, -at night-"), "{name}");
        let wav = WavReader::open(file).unwrap();
        assert_eq!(
            (wav.spec().sample_rate, wav.spec().channels),
            (rate, channels)
        );
        let samples: Vec<f32> = wav.into_samples().map(Result::unwrap).collect();
        let per_second = f64::from(rate) * f64::from(channels);
        let first = (start * per_second) as usize;
        assert_eq!(samples.len(), (4.0 * per_second) as usize);
        let worst = samples
            .iter()
            .zip(&source[first..])
            .map(|(a, b)| (a - b).abs());
        let worst = worst.fold(0.0, f32::max);
        assert!(worst <= 1.0 / (1 << 22) as f32, "{worst}");
    }

    let table = fs::read_to_string(exported.path.join("snippets.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 4, "{table}");
    let first = format!(
        "snippets/{}",
        files[0].file_name().unwrap().to_string_lossy()
    );
    // The name has a comma.
    assert_eq!(table.matches(&format!("\"{first}\"")).count(), 2, "{table}");
    assert!(
        exported.path.join("events.csv").is_file() && exported.path.join("session.json").is_file()
    );
}

#[test]
fn markers_lie_where_things_were_heard() {
    let played = played(true);
    let folder = played.export(Form::Folder).path;
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let labels = read("labels.txt");
    assert!(
        labels.contains("0.500000\t4.500000\tHarbour, \"at night\" at 0:02.0\n"),
        "{labels}"
    );
    assert!(
        labels.starts_with("0.000000\t0.000000\tpainting: wave\n"),
        "{labels}"
    );
    assert!(read("labels in the song.txt").contains("10.500000\t14.500000\tHarbour"));
    let reaper = read("markers in the song.csv");
    assert!(
        reaper.starts_with("#,Name,Start,End,Length\nM1,painting: wave,0:10.000,,\n"),
        "{reaper}"
    );
    assert!(
        reaper.contains("R1,\"Harbour, \"\"at night\"\" at 0:02.0\",0:10.500,0:14.500,0:04.000\n"),
        "{reaper}"
    );

    let bytes = fs::read(folder.join("markers.mid")).unwrap();
    let (ticks, found) = midi(&bytes);
    assert_eq!(ticks, 480);
    let marker = |text: &str| {
        let found = found.iter().find(
            |(_, message)| matches!(message, MetaMessage::Marker(m) if *m == text.as_bytes()),
        );
        found.unwrap_or_else(|| panic!("{text}: {found:?}")).0
    };
    // A quarter note a second, as the host said.
    assert_eq!(marker("painting: wave"), 4800);
    assert_eq!(marker("freeze"), (12.25 * 480.0) as u32);
    assert!(
        found.contains(&(0, MetaMessage::Tempo(1_000_000.into()))),
        "{found:?}"
    );
    assert!(
        found.contains(&(0, MetaMessage::TimeSignature(3, 2, 24, 8))),
        "{found:?}"
    );
}

#[test]
fn without_a_song_markers_count_from_the_sessions_beginning() {
    let played = played(false);
    let folder = played.export(Form::Folder).path;
    assert!(!folder.join("labels in the song.txt").exists());
    let bytes = fs::read(folder.join("markers.mid")).unwrap();
    let (_, found) = midi(&bytes);
    assert!(found.contains(&(0, MetaMessage::Tempo(500_000.into()))));
    let freeze = (2160, MetaMessage::Marker(b"freeze"));
    assert!(
        found.contains(&freeze),
        "2.25 s at two quarter notes a second: {found:?}"
    );
}

/// Ticks a quarter note, and the messages with their ticks from the beginning.
fn midi(bytes: &[u8]) -> (u16, Vec<(u32, MetaMessage<'_>)>) {
    let file = Smf::parse(bytes).unwrap();
    let midly::Timing::Metrical(ticks) = file.header.timing else {
        panic!("{:?}", file.header);
    };
    let mut at = 0;
    let messages = file.tracks[0].iter().filter_map(|event| {
        at += event.delta.as_int();
        match event.kind {
            TrackEventKind::Meta(message) => Some((at, message)),
            _ => None,
        }
    });
    (ticks.as_int(), messages.collect())
}

#[test]
fn nothing_is_overwritten_and_what_is_broken_off_is_gone() {
    let played = played(false);
    let paths: Vec<PathBuf> = [Form::Csv, Form::Csv, Form::Folder, Form::Folder, Form::Json]
        .map(|form| played.export(form).path)
        .into();
    let mut different = paths.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 5, "{paths:?}");
    assert!(
        paths[1].to_string_lossy().ends_with(" (2).csv"),
        "{paths:?}"
    );

    let before = fs::read_dir(played.path("out")).unwrap().count();
    let mut left = 2;
    let stopped = export(
        &played.session,
        Form::Folder,
        &played.path("out"),
        &mut |_| {
            left -= 1;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert!(stopped.unwrap_err().to_string().contains("broken off"));
    assert_eq!(fs::read_dir(played.path("out")).unwrap().count(), before);
}

#[test]
fn a_session_without_snippets_makes_no_folder() {
    let dir = tempfile::tempdir().unwrap();
    let session = written(&dir.path().join("s"), &[(0.0, None, stroke(0.5))]);
    let out = dir.path().join("out");
    let none = export(&session, Form::Folder, &out, &mut go_on).unwrap_err();
    assert!(none.to_string().contains("no snippet was played"), "{none}");
    assert!(!out.exists());
    assert!(export(&session, Form::Csv, &out, &mut go_on).is_ok());
}
