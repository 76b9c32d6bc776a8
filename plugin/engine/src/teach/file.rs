//! A head's file: small, readable at its beginning, checked as a whole.
//!
//! `ImpstHed`, the format's number and the length of the text (both 32 bits, little
//! endian); the text, TOML: [`Info`](super::Info), the shape of the maps and their
//! settings; the maps' numbers, 32-bit floats, little endian, in the order of
//! [`parts`]; the SHA-256 of all before it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::inference::Models;
use crate::{Error, Result};

use super::maps::{Maps, Side};
use super::{Info, TaughtHead, TeachProblem};

const MAGIC: [u8; 8] = *b"ImpstHed";
/// The latest format, the first one.
const FORMAT: u32 = 1;
/// More is no head: ten thousand pairs take a tenth of it.
const MOST_BYTES: u64 = 64 << 20;
const CHECKSUM: usize = 32;

/// The ending of a head's file.
pub const HEAD_EXTENSION: &str = "head";

/// The text of the file.
#[derive(Serialize, Deserialize)]
struct Text {
    #[serde(flatten)]
    info: Info,
    settings: Settings,
    shape: Shape,
}

#[derive(Serialize, Deserialize)]
struct Settings {
    picture_temperature: f32,
    music_temperature: f32,
    prior: f32,
    scale: f32,
    bias: f32,
}

/// Lengths of the maps' parts.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Shape {
    pairs: usize,
    features: usize,
}

impl TaughtHead {
    /// Reads a head and checks that it is whole.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Teach`] if it is something else, damaged, or of a later
    /// version.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = read(path)?;
        parse(&bytes).map_err(|problem| problem.at(path))
    }

    /// As [`load`](Self::load), and only if it was fitted on these networks.
    ///
    /// # Errors
    /// As [`load`](Self::load), or [`TeachProblem::OtherNetworks`].
    pub fn load_for(path: &Path, models: &Models) -> Result<Self> {
        let head = Self::load(path)?;
        head.check(models).map_err(|problem| problem.at(path))?;
        Ok(head)
    }

    /// Whether a head may be saved at `path`, asked before one is learned. Nothing is
    /// written.
    ///
    /// # Errors
    /// As [`save`](Self::save), as far as it can be told.
    pub fn check_place(path: &Path, models: &Path) -> Result<()> {
        place(path, models).map(drop)
    }

    /// Saves it at `path`. A head that is there is kept under a name with its date, which
    /// is given back. Whenever this is broken off, `path` holds the earlier head or this
    /// one, whole.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Teach`] if `path` lies in `models`, the folder of the
    /// networks, or is a file that is no head.
    pub fn save(&self, path: &Path, models: &Path) -> Result<Option<PathBuf>> {
        let earlier = place(path, models)?;
        let folder = folder_of(path);
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        // Once more, as only now every part of the path leads somewhere.
        refuse_models(path, models)?;
        let side = side_file(path);
        let written = write(&side, &self.bytes());
        let kept = written.and_then(|()| match earlier {
            Some(earlier) => keep(path, earlier.as_ref()).map(Some),
            None => Ok(None),
        });
        let placed = kept.and_then(|kept| {
            fs::rename(&side, path).map_err(Error::io(path))?;
            Ok(kept)
        });
        if placed.is_err() {
            let _ = fs::remove_file(&side);
        }
        placed
    }

    fn bytes(&self) -> Vec<u8> {
        let maps = &self.maps;
        let text = Text {
            info: self.info.clone(),
            settings: Settings {
                picture_temperature: maps.picture.temperature,
                music_temperature: maps.music.temperature,
                prior: maps.prior,
                scale: maps.scale,
                bias: maps.bias,
            },
            shape: Shape {
                pairs: maps.music.len(),
                features: maps.features(),
            },
        };
        // PANIC: the text's types are all such as TOML can say.
        let text = toml::to_string(&text).expect("a head's text");
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
        for part in parts(maps) {
            bytes.extend(part.iter().flat_map(|value| value.to_le_bytes()));
        }
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }
}

/// The maps' numbers in the order of the file.
fn parts(maps: &Maps) -> [&[f32]; 4] {
    let (picture, music) = (&maps.picture, &maps.music);
    [&picture.mean, &picture.rows, &music.mean, &music.rows]
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let meta = file.metadata().map_err(Error::io(path))?;
    if !meta.is_file() || meta.len() > MOST_BYTES {
        return Err(TeachProblem::NotAHead.at(path));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.read_to_end(&mut bytes).map_err(Error::io(path))?;
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> std::result::Result<TaughtHead, TeachProblem> {
    let cut_off = || TeachProblem::Damaged("it is cut off".to_owned());
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        return Err(TeachProblem::NotAHead);
    };
    let (format, rest) = number(rest).ok_or_else(cut_off)?;
    if format > FORMAT {
        return Err(TeachProblem::Newer {
            found: format,
            known: FORMAT,
        });
    }
    let whole = bytes.len().checked_sub(CHECKSUM).ok_or_else(cut_off)?;
    let (content, checksum) = bytes.split_at(whole);
    if Sha256::digest(content).as_slice() != checksum {
        let reason = "its check sum is not that of its contents".to_owned();
        return Err(TeachProblem::Damaged(reason));
    }
    let (len, rest) = number(rest).ok_or_else(cut_off)?;
    let len_without_checksum = rest.len().checked_sub(CHECKSUM).ok_or_else(cut_off)?;
    let rest = &rest[..len_without_checksum];
    let (text, numbers) = rest.split_at_checked(len as usize).ok_or_else(cut_off)?;
    let damaged = |reason: String| TeachProblem::Damaged(reason);
    let text = std::str::from_utf8(text).map_err(|error| damaged(error.to_string()))?;
    let text: Text = toml::from_str(text).map_err(|error| damaged(error.to_string()))?;
    let maps = maps_of(&text, numbers).ok_or_else(|| damaged("its parts do not fit".to_owned()))?;
    Ok(TaughtHead {
        info: text.info,
        maps,
    })
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

/// The maps, if there are just as many numbers as their shape takes.
fn maps_of(text: &Text, numbers: &[u8]) -> Option<Maps> {
    let Shape { pairs, features } = text.shape;
    let (words, odd) = numbers.as_chunks::<4>();
    let numbers: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    let side_len = pairs.checked_add(1)?.checked_mul(features)?;
    let fits = odd.is_empty()
        && Some(numbers.len()) == side_len.checked_mul(2)
        && numbers.iter().all(|value| value.is_finite())
        && text.info.networks.features == features
        && text.info.networks.can_be_taught();
    if !fits {
        return None;
    }
    let (picture, music) = numbers.split_at(side_len);
    let side = |numbers: &[f32], temperature| Side {
        mean: numbers[..features].to_vec(),
        rows: numbers[features..].to_vec(),
        temperature,
    };
    let settings = &text.settings;
    let maps = Maps {
        picture: side(picture, settings.picture_temperature),
        music: side(music, settings.music_temperature),
        prior: settings.prior,
        scale: settings.scale,
        bias: settings.bias,
    };
    maps.fit_together().then_some(maps)
}

/// The folder in which `path` lies.
fn folder_of(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// What is at `path`, if a head may be saved there.
fn place(path: &Path, models: &Path) -> Result<Option<Option<TaughtHead>>> {
    if path.is_dir() || path.file_name().is_none() || ends_with_separator(path) {
        return Err(TeachProblem::Folder.at(path));
    }
    refuse_models(path, models)?;
    earlier_at(path)
}

/// Rust's paths drop it, the system takes it for the sign of a folder.
fn ends_with_separator(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.last()
        .is_some_and(|&last| std::path::is_separator(char::from(last)))
}

/// Fails if `path` lies in the folder of the networks.
fn refuse_models(path: &Path, models: &Path) -> Result<()> {
    let real = |folder: &Path| folder.canonicalize().map_err(Error::io(folder));
    // Folders that are still missing are made only once this allows it.
    let folder = std::path::absolute(folder_of(path)).map_err(Error::io(path))?;
    let there = folder.ancestors().find(|folder| folder.is_dir());
    if real(there.unwrap_or(&folder))?.starts_with(real(models)?) {
        return Err(TeachProblem::AmongModels.at(path));
    }
    Ok(())
}

/// Whether there is a head at `path`, and which if it can be read.
///
/// # Errors
/// If something else is there.
fn earlier_at(path: &Path) -> Result<Option<Option<TaughtHead>>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(path)(error)),
        Ok(_) => {}
    }
    match TaughtHead::load(path) {
        Ok(head) => Ok(Some(Some(head))),
        Err(Error::Teach {
            problem: TeachProblem::Damaged(_) | TeachProblem::Newer { .. },
            ..
        }) => Ok(Some(None)),
        Err(Error::Io { path, error }) => Err(Error::Io { path, error }),
        Err(_) => Err(TeachProblem::OtherFile.at(path)),
    }
}

/// Beside `path`, so that it can be renamed into its place, and hidden, so that nobody
/// takes it for a head.
fn side_file(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(Error::io(path))
}

/// Gives the head at `path` a second name, with the date on which it was taught.
fn keep(path: &Path, head: Option<&TaughtHead>) -> Result<PathBuf> {
    // Digits alone: the file may come from anywhere, and no part of a name may lead elsewhere.
    let digits = |date: &str| date.replace(|letter: char| !letter.is_ascii_digit(), "-");
    let date = head.map_or_else(|| "damaged".to_owned(), |head| digits(&head.info.created));
    let date = date.trim_end_matches('-');
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let named = |number: String| path.with_file_name(format!("{stem} {date}{number}.{ending}"));
    let mut kept = named(String::new());
    for number in 2.. {
        if fs::symlink_metadata(&kept).is_err() {
            break;
        }
        kept = named(format!(" {number}"));
    }
    // A second name costs nothing; where a file can't have one, a copy does.
    fs::hard_link(path, &kept)
        .or_else(|_| fs::copy(path, &kept).map(drop))
        .map_err(Error::io(&kept))?;
    Ok(kept)
}
