//! Decoding: every format gives its samples, pieces are cut where they are
//! asked for, and a file that cannot be played says why.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::support::{Random, assets, tone, write_wav};
use engine::library::decode::{EXTENSIONS, Limits, decode_16k_mono, decode_stereo};
use engine::library::{Reason, StereoClip};
use engine::units::{SampleRate, Seconds};
use engine::{Error, Result};

fn decode(path: &Path) -> Result<(engine::library::decode::Decoded, Vec<f32>)> {
    let mut samples = Vec::new();
    let decoded = decode_16k_mono(path, Limits::default(), &mut |block| {
        samples.extend_from_slice(block);
        ControlFlow::Continue(())
    })?;
    Ok((decoded, samples))
}

fn reason(result: Result<impl Sized>) -> Reason {
    match result {
        Err(Error::Audio { reason, .. }) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was decoded"),
    }
}

fn rate(hz: f64) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Every file of the demonstration library.
fn music() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for work in fs::read_dir(assets("library")).unwrap() {
        for file in fs::read_dir(work.unwrap().path()).unwrap() {
            files.push(file.unwrap().path());
        }
    }
    files.sort();
    assert!(files.len() >= 20, "the demonstration library is gone");
    files
}

fn rms_db(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    10.0 * (sum / samples.len() as f64).log10()
}

#[test]
fn every_format_of_the_demonstration_library_is_decoded() {
    let mut formats = std::collections::BTreeSet::new();
    for path in music() {
        let (decoded, samples) = decode(&path).unwrap();
        let seconds = samples.len() as f64 / 16_000.0;
        assert!((seconds - decoded.duration.0).abs() < 1e-3, "{path:?}");
        assert!((19.0..33.0).contains(&seconds), "{path:?}: {seconds} s");
        assert!(rms_db(&samples) > -40.0, "{path:?}");
        formats.insert(path.extension().unwrap().to_owned());
    }
    let expected = ["aiff", "flac", "m4a", "mp3", "ogg", "wav"];
    assert!(formats.iter().eq(expected), "{formats:?}");
}

/// How far a piece is from what lies at `from` in the whole, in dB.
fn error_db(piece: &[f32], whole: &[f32], from: usize) -> f64 {
    let whole = &whole[from..from + piece.len()];
    let difference: Vec<f32> = piece.iter().zip(whole).map(|(a, b)| a - b).collect();
    rms_db(&difference) - rms_db(whole)
}

/// A piece is what lies at that place when the file is decoded from its start.
///
/// AAC replaces noise by noise of its own, which is drawn anew after a seek:
/// such files are compared at 8 kHz, below where their encoder does that.
#[test]
fn pieces_are_cut_where_they_are_asked_for() {
    for path in music() {
        let aac = path.extension().is_some_and(|e| e == "m4a");
        let hz = if aac { 8_000 } else { 48_000 };
        let clip = |start, len| {
            decode_stereo(&path, Seconds(start), Seconds(len), rate(f64::from(hz))).unwrap()
        };
        let whole = clip(0.0, 60.0);
        for start in [0, 4, 12, 16] {
            let piece = clip(f64::from(start), 2.0);
            let len = 2 * hz as usize;
            assert_eq!((piece.len(), piece.right.len()), (len, len), "{path:?}");
            let from = (start * hz) as usize;
            for (piece, whole) in [(&piece.left, &whole.left), (&piece.right, &whole.right)] {
                let error = error_db(piece, whole, from);
                assert!(error < -60.0, "{path:?} at {start} s: {error} dB");
                let beside = error_db(piece, whole, from + 1);
                assert!(
                    error < beside,
                    "{path:?} at {start} s: {error} and {beside} dB"
                );
            }
        }
    }
}

#[test]
fn a_piece_past_the_end_is_shorter_or_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    write_wav(&path, 44_100, &tone(44_100, 300.0, 5.0));
    let piece = |start, len| decode_stereo(&path, Seconds(start), Seconds(len), rate(44_100.0));
    assert_eq!(piece(4.0, 4.0).unwrap().len(), 44_100);
    assert!(matches!(reason(piece(5.5, 1.0)), Reason::Truncated { .. }));
    assert_eq!(piece(1.0, 0.0).unwrap().len(), 0);
    let gone = decode_stereo(
        &dir.path().join("b.wav"),
        Seconds(0.0),
        Seconds(1.0),
        rate(44_100.0),
    );
    assert_eq!(reason(gone), Reason::Vanished);
}

#[test]
fn a_tone_keeps_its_pitch_place_and_level_at_any_rate() {
    let dir = tempfile::tempdir().unwrap();
    for stored in [8_000, 22_050, 44_100, 48_000, 96_000] {
        let path = dir.path().join(format!("{stored}.wav"));
        write_wav(&path, stored, &tone(stored, 440.0, 6.0));
        for wanted in [22_050, 44_100, 48_000, 96_000, 192_000] {
            let StereoClip { left, right, .. } =
                decode_stereo(&path, Seconds(1.5), Seconds(2.0), rate(f64::from(wanted))).unwrap();
            assert_eq!(left, right);
            let expected = tone(wanted, 440.0, 3.5);
            let expected = &expected[expected.len() - left.len()..];
            assert_eq!(left.len(), 2 * wanted as usize);
            let worst = left
                .iter()
                .zip(expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 2e-3, "{stored} to {wanted}: {worst}");
        }
    }
}

#[test]
fn each_broken_file_has_its_reason() {
    let dir = assets("broken");
    let code = |name: &str| reason(decode(&dir.join(name))).code();
    assert_eq!(code("empty.wav"), "empty");
    assert_eq!(code("text.mp3"), "unknown-format");
    assert_eq!(code("truncated.flac"), "truncated");
    assert_eq!(code("protected.m4p"), "protected");
    assert_eq!(code("protected.m4a"), "protected");
    let garbage = code("garbage.ogg");
    assert!(
        ["unknown-format", "corrupt", "truncated"].contains(&garbage),
        "{garbage}"
    );
    assert_eq!(decode(&dir.join("short.wav")).unwrap().1.len(), 4_000);
}

#[test]
fn a_file_cut_anywhere_is_a_reason_or_shorter_music() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random::from_environment();
    for path in music().iter().step_by(3) {
        let bytes = fs::read(path).unwrap();
        let cut = dir.path().join(path.file_name().unwrap());
        for _ in 0..4 {
            let len = random.below(bytes.len() as u64) as usize;
            fs::write(&cut, &bytes[..len]).unwrap();
            if let Ok((decoded, _)) = decode(&cut) {
                // Without a length in the header, a cut file is a shorter one.
                assert!(decoded.duration.0 < 33.0);
            }
        }
        let wav = path
            .extension()
            .is_some_and(|e| e == "wav" || e == "aiff" || e == "flac");
        if wav {
            fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
            assert_eq!(reason(decode(&cut)).code(), "truncated", "{path:?}");
        }
    }
}

#[test]
fn random_bytes_never_panic_or_hang() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random::from_environment();
    let heads: [&[u8]; 6] = [
        b"",
        b"RIFF\x40\0\0\0WAVEfmt ",
        b"FORM\0\0\x10\0AIFFCOMM",
        b"fLaC\0\0\0\x22",
        b"OggS\0\x02",
        b"\0\0\0\x18ftypM4A ",
    ];
    for extension in EXTENSIONS {
        for head in heads {
            let mut bytes = head.to_vec();
            let len = random.below(6_000);
            bytes.extend((0..len).map(|_| random.next() as u8));
            let path = dir.path().join(format!("x.{extension}"));
            fs::write(&path, &bytes).unwrap();
            if let Err(error) = decode(&path) {
                assert_ne!(reason(Err::<(), _>(error)).code(), "decoder-failed");
            }
        }
    }
}

/// Real files with flipped bytes get deeper into the decoders than noise.
#[test]
fn bent_files_never_end_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random::from_environment();
    for path in music().iter().step_by(4) {
        let whole = fs::read(path).unwrap();
        let bent = dir.path().join(path.file_name().unwrap());
        for _ in 0..6 {
            let mut bytes = whole.clone();
            bytes.truncate(200_000);
            for _ in 0..1 + random.below(40) {
                // Mostly in the headers, where a change does most.
                let span = if random.below(3) == 0 {
                    bytes.len() as u64
                } else {
                    600
                };
                let at = random.below(span.min(bytes.len() as u64)) as usize;
                bytes[at] = random.next() as u8;
            }
            fs::write(&bent, &bytes).unwrap();
            let _ = decode(&bent);
            let _ = decode_stereo(&bent, Seconds(1.0), Seconds(1.0), rate(44_100.0));
        }
    }
}

/// Ten hours in a file that takes no room on the disk.
#[test]
fn a_ten_hour_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.wav");
    write_wav(&path, 8_000, &[]);
    let bytes = 10 * 3600 * 8_000 * 2u32;
    let mut head = fs::read(&path).unwrap();
    head[4..8].copy_from_slice(&(bytes + 36).to_le_bytes());
    head[40..44].copy_from_slice(&bytes.to_le_bytes());
    fs::write(&path, &head).unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(44 + u64::from(bytes))
        .unwrap();
    let began = std::time::Instant::now();
    let found = reason(decode(&path));
    assert_eq!(
        found,
        Reason::TooLong {
            limit: Seconds(21_600.0)
        }
    );
    assert!(began.elapsed().as_secs_f64() < 2.0);
}

/// A length that only shows while decoding is limited too.
#[test]
fn an_unannounced_length_is_limited() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    write_wav(&path, 16_000, &tone(16_000, 200.0, 9.0));
    let mut bytes = fs::read(&path).unwrap();
    // What a program writes that streams to a pipe.
    bytes[4..8].fill(0xff);
    bytes[40..44].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let limits = Limits {
        duration: Seconds(5.0),
    };
    let result = decode_16k_mono(&path, limits, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(reason(result), Reason::TooLong { .. }));
    let (decoded, _) = decode(&path).unwrap();
    assert!((decoded.duration.0 - 9.0).abs() < 0.1, "{decoded:?}");
}

#[test]
fn the_sink_can_break_off() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    write_wav(&path, 44_100, &tone(44_100, 200.0, 30.0));
    let mut blocks = 0;
    let decoded = decode_16k_mono(&path, Limits::default(), &mut |_| {
        blocks += 1;
        if blocks == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert!(decoded.stopped && blocks == 3 && decoded.duration.0 < 1.0);
}
