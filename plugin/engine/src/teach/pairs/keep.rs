//! Pairs are added to a folder, and taken away, as files: whoever looks into the folder, be it
//! with the plug-in, the command or a file manager, sees the same.
//!
//! Each painting has a folder of its own, in which a picture and its music have one name. What
//! is taken away goes into the folder `removed`, from where it can be put back.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};
use time::OffsetDateTime;
use time::macros::format_description;

use super::super::TeachProblem;
use super::folder::REMOVED;
use super::{PAIRS_FILE, Pair, Pairs, REHEARSAL_FILE};
use crate::units::SampleRate;
use crate::{Error, Result};

/// What the networks hear at once: less music gives no features.
const LEAST: f64 = 4.0;

/// Pairs of one second at most.
const MOST: u32 = 1000;

/// What a pair is made of.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// The painting's name: pairs of one name are of one work.
    pub work: &'a str,
    /// The picture as a png file.
    pub picture_png: &'a [u8],
    /// Mono, at 16 kHz, as the networks hear it.
    pub music: &'a [f32],
}

/// Files that were taken away, to be put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Where each was, and where it is.
    moved: Vec<(PathBuf, PathBuf)>,
}

/// Adds a pair to `root`, which is made if it is not there: its picture and its music, from
/// `root` on. Whenever this fails, no half of it is left.
///
/// # Errors
/// [`Error::Io`]; [`Error::Teach`] if the music is too short, or if a table in `root` says
/// what the pairs are.
pub fn add(root: &Path, kept: &Kept<'_>) -> Result<(PathBuf, PathBuf)> {
    let seconds = kept.music.len() as f64 / SampleRate::ANALYSIS.hz();
    if seconds < LEAST {
        let least = LEAST;
        return Err(TeachProblem::TooShort { seconds, least }.at(root));
    }
    refuse_table(root)?;
    let work = file_name(kept.work);
    let folder = root.join(&work);
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let name = free_name(&folder)?;
    let (picture, music) = (format!("{name}.png"), format!("{name}.wav"));
    // Beside their places first: a picture alone would be an odd one out.
    let [hidden_picture, hidden_music] = [&picture, &music].map(|n| folder.join(format!(".{n}")));
    let moves = [
        (&hidden_music, folder.join(&music)),
        (&hidden_picture, folder.join(&picture)),
    ];
    let done = fs::write(&hidden_picture, kept.picture_png)
        .map_err(Error::io(&hidden_picture))
        .and_then(|()| write_wav(&hidden_music, kept.music))
        .and_then(|()| {
            moves
                .iter()
                .try_for_each(|(from, to)| fs::rename(from, to).map_err(Error::io(to)))
        });
    if done.is_err() {
        for (hidden, place) in &moves {
            let _ = fs::remove_file(hidden);
            let _ = fs::remove_file(place);
        }
    }
    done.map(|()| (Path::new(&work).join(picture), Path::new(&work).join(music)))
}

/// Takes `pair` of the folder `root` away: its files go into `removed`, but for one that
/// another pair needs as well.
///
/// # Errors
/// [`Error::Io`]; [`Error::Teach`] if there is no such pair, or if a table says what they are.
pub fn take_away(root: &Path, pair: &Pair) -> Result<Taken> {
    refuse_table(root)?;
    let all = Pairs::find(root, &super::RehearsalOptions::default())?.pairs;
    if !all.contains(pair) {
        return Err(TeachProblem::NoSuchPair.at(root));
    }
    let mut taken = Taken { moved: Vec::new() };
    for file in [&pair.picture, &pair.music] {
        let others = all.iter().filter(|other| *other != pair);
        let shared = others
            .flat_map(|o| [&o.picture, &o.music])
            .any(|other| other == file);
        if shared {
            continue;
        }
        let from = root.join(file);
        if let Err(error) = move_away(root, file, &from, &mut taken) {
            // All of it, or nothing.
            let _ = put_back(&taken);
            return Err(error);
        }
    }
    Ok(taken)
}

fn move_away(root: &Path, file: &Path, from: &Path, taken: &mut Taken) -> Result<()> {
    let mut to = root.join(REMOVED).join(file);
    let folder = to.parent().unwrap_or(root).to_owned();
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let mut number = 2;
    while to.exists() && number < MOST {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        to.set_file_name(format!("{stem} ({number}).{ending}"));
        number += 1;
    }
    fs::rename(from, &to).map_err(Error::io(from))?;
    taken.moved.push((from.to_owned(), to));
    Ok(())
}

/// Puts back what was taken away.
///
/// # Errors
/// [`Error::Io`] if it is not there any more, or something else is in its place.
pub fn put_back(taken: &Taken) -> Result<()> {
    for (place, now) in &taken.moved {
        if place.exists() {
            let error = std::io::ErrorKind::AlreadyExists.into();
            return Err(Error::io(place)(error));
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(Error::io(folder))?;
        }
        fs::rename(now, place).map_err(Error::io(now))?;
    }
    Ok(())
}

fn refuse_table(root: &Path) -> Result<()> {
    match [PAIRS_FILE, REHEARSAL_FILE]
        .into_iter()
        .find(|table| root.join(table).is_file())
    {
        Some(table) => Err(TeachProblem::HasTable(table).at(root)),
        None => Ok(()),
    }
}

/// A name that no picture and no music of `folder` has: the date and time, in UTC.
fn free_name(folder: &Path) -> Result<String> {
    let format = format_description!("[year]-[month]-[day] [hour].[minute].[second]");
    // PANIC: every date has these parts.
    let date = OffsetDateTime::now_utc().format(&format).expect("a date");
    let numbered = |number: u32| match number {
        1 => date.clone(),
        _ => format!("{date} ({number})"),
    };
    let is_free = |name: &String| {
        let ends = ["png", "wav"].map(|ending| folder.join(format!("{name}.{ending}")));
        ends.iter().all(|path| !path.exists())
    };
    let free = (1..MOST).map(numbered).find(is_free);
    free.ok_or_else(|| Error::io(folder)(std::io::ErrorKind::AlreadyExists.into()))
}

/// `name` as a folder may be called on every system.
fn file_name(name: &str) -> String {
    let safe = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() => '-',
        letter => letter,
    };
    let name: String = name.chars().map(safe).take(80).collect();
    match name.trim().trim_matches('.') {
        "" => "painting".to_owned(),
        // Which is not read.
        REMOVED => "removed painting".to_owned(),
        name => name.to_owned(),
    }
}

/// 32-bit float, so that nothing is rounded or cut off.
fn write_wav(path: &Path, samples: &[f32]) -> Result<()> {
    let io = |error: hound::Error| {
        let error = match error {
            hound::Error::IoError(error) => error,
            other => std::io::Error::other(other),
        };
        Error::io(path)(error)
    };
    let file = File::create(path).map_err(Error::io(path))?;
    let spec = WavSpec {
        channels: 1,
        sample_rate: SampleRate::ANALYSIS.hz() as u32,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut wav = WavWriter::new(BufWriter::new(file), spec).map_err(io)?;
    for sample in samples {
        wav.write_sample(*sample).map_err(io)?;
    }
    wav.finalize().map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teach::RehearsalOptions;

    fn music() -> Vec<f32> {
        (0..80_000).map(|n| (n as f32 * 0.1).sin()).collect()
    }

    fn kept<'a>(work: &'a str, music: &'a [f32]) -> Kept<'a> {
        Kept {
            work,
            picture_png: b"a picture",
            music,
        }
    }

    fn found(root: &Path) -> Vec<Pair> {
        Pairs::find(root, &RehearsalOptions::default()).map_or_else(|_| Vec::new(), |p| p.pairs)
    }

    #[test]
    fn what_is_added_is_found_as_pairs_of_their_works() {
        let dir = tempfile::tempdir().unwrap();
        let (root, music) = (dir.path().join("pairs"), music());
        for work in ["wave", "wave", "a/b: c?", "removed", ".."] {
            let (picture, sound) = add(&root, &kept(work, &music)).unwrap();
            assert!(root.join(picture).is_file() && root.join(&sound).is_file());
            let wav = hound::WavReader::open(root.join(sound)).unwrap();
            let samples: Vec<f32> = wav.into_samples::<f32>().map(|s| s.unwrap()).collect();
            assert_eq!(samples, music);
        }
        let pairs = found(&root);
        let works: Vec<&str> = pairs
            .iter()
            .filter_map(|pair| pair.work.as_deref())
            .collect();
        assert_eq!(
            works,
            ["a-b- c-", "painting", "removed painting", "wave", "wave"]
        );
        assert!(
            pairs
                .iter()
                .all(|p| p.picture.with_extension("") == p.music.with_extension(""))
        );
    }

    #[test]
    fn what_is_taken_away_is_not_found_and_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let (root, music) = (dir.path(), music());
        for _ in 0..3 {
            add(root, &kept("wave", &music)).unwrap();
        }
        let before = found(root);
        let taken = take_away(root, &before[1]).unwrap();
        assert_eq!(found(root), [before[0].clone(), before[2].clone()]);
        assert!(root.join("removed").join(&before[1].picture).is_file());
        assert!(take_away(root, &before[1]).is_err(), "it is gone");
        put_back(&taken).unwrap();
        assert_eq!(found(root), before);
        assert!(put_back(&taken).is_err(), "it is back");
    }

    #[test]
    fn music_that_others_need_stays() {
        let dir = tempfile::tempdir().unwrap();
        let work = dir.path().join("wave");
        fs::create_dir(&work).unwrap();
        for name in ["a.png", "b.png", "all.wav"] {
            fs::write(work.join(name), name).unwrap();
        }
        let before = found(dir.path());
        assert_eq!(before.len(), 2);
        take_away(dir.path(), &before[0]).unwrap();
        assert_eq!(found(dir.path()), before[1..]);
    }

    #[test]
    fn a_table_is_its_owners_and_little_music_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let short = add(dir.path(), &kept("wave", &music()[..48_000])).unwrap_err();
        assert!(
            short.to_string().contains("3 s of music are too short"),
            "{short}"
        );
        assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
        fs::write(dir.path().join(PAIRS_FILE), "picture\tmusic\n").unwrap();
        let refused = add(dir.path(), &kept("wave", &music())).unwrap_err();
        assert!(refused.to_string().contains(PAIRS_FILE), "{refused}");
    }

    #[test]
    fn a_failure_leaves_no_half() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("wave"), "a file").unwrap();
        let refused = add(dir.path(), &kept("wave", &music())).unwrap_err();
        assert!(refused.to_string().contains("wave"), "{refused}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
