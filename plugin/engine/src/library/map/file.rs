//! The map's file, beside the index: small, and made anew whenever anything is wrong with
//! it, so nothing about it is an error but that it can't be written.
//!
//! Little-endian: `ImpstMap`, the format, the number of landmarks (4 bytes each); the
//! index's identity, the number of its vector files, the live chunks when the landmarks
//! were laid out, the rows (8 bytes each); the landmarks' rows (4 bytes each), the places
//! (4 bytes a row), SHA-256 of all before.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Map;
use crate::error::{Error, Result};
use crate::library::Library;

const NAME: &str = "chunks.map";
const MAGIC: [u8; 8] = *b"ImpstMap";
const FORMAT: u32 = 1;
const HEADER: usize = 48;
const CHECKSUM: usize = 32;

impl Map {
    /// The map of `library` that lies in `index_dir`; `None` if there is none, it is
    /// damaged or of a later version, or of other rows than the library's.
    pub fn load(index_dir: &Path, library: &Library) -> Option<Self> {
        let path = index_dir.join(NAME);
        // Before it is read: damage must not fill the memory.
        let most = HEADER + CHECKSUM + 8 * library.rows();
        if fs::metadata(&path).ok()?.len() > most as u64 {
            return None;
        }
        let map = Self::read(&fs::read(path).ok()?)?;
        map.is_of(library).then_some(map)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes
            .len()
            .checked_sub(CHECKSUM)
            .filter(|end| *end >= HEADER)?;
        let (body, checksum) = bytes.split_at(end);
        if body[..8] != MAGIC || Sha256::digest(body)[..] != *checksum {
            return None;
        }
        let word = |at: usize| Some(u64::from_le_bytes(body[at..at + 8].try_into().ok()?));
        let half = |at: usize| Some(u32::from_le_bytes(body[at..at + 4].try_into().ok()?));
        let landmarks = half(12)? as usize;
        let rows = usize::try_from(word(40)?).ok()?;
        let expected = landmarks.checked_add(rows)?.checked_mul(4)?;
        if half(8)? != FORMAT || body.len() - HEADER != expected {
            return None;
        }
        let (marks, places) = body[HEADER..].split_at(4 * landmarks);
        let landmarks: Vec<u32> = marks
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| u32::from_le_bytes(*bytes))
            .collect();
        let place =
            |[a, b, c, d]: &[u8; 4]| [u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d])];
        let map = Self {
            identity: word(16)?,
            epoch: word(24)?,
            laid_out: word(32)?,
            landmarks,
            places: places.as_chunks::<4>().0.iter().map(place).collect(),
        };
        map.is_whole().then_some(map)
    }

    /// Writes it into `index_dir`, beside what is there and then in its place.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; what was there before stays.
    pub(in crate::library) fn save(&self, index_dir: &Path) -> Result<()> {
        let mut bytes = Vec::with_capacity(HEADER + 4 * (self.landmarks.len() + self.places.len()));
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend((self.landmarks.len() as u32).to_le_bytes());
        for word in [
            self.identity,
            self.epoch,
            self.laid_out,
            self.places.len() as u64,
        ] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(self.landmarks.iter().flat_map(|row| row.to_le_bytes()));
        let places = self.places.iter().flatten();
        bytes.extend(places.flat_map(|axis| axis.to_le_bytes()));
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        let (path, beside) = (index_dir.join(NAME), index_dir.join("chunks.map.new"));
        File::create(&beside)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .map_err(Error::io(&beside))?;
        fs::rename(&beside, &path).map_err(Error::io(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::map::MapOptions;
    use crate::library::map::tests::{STILL, library};

    #[test]
    fn a_map_comes_back_as_it_was_and_damage_is_seen() {
        let library = library(40);
        let folder = tempfile::tempdir().unwrap();
        assert!(Map::load(folder.path(), &library).is_none(), "none yet");
        let map = Map::of(&library, &MapOptions::default(), &STILL, &mut |_| ()).0;
        map.save(folder.path()).unwrap();
        assert_eq!(Map::load(folder.path(), &library), Some(map));

        let path = folder.path().join(NAME);
        let whole = fs::read(&path).unwrap();
        for at in [0, 8, 12, 20, 36, 44, 60, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, damaged).unwrap();
            assert!(Map::load(folder.path(), &library).is_none(), "byte {at}");
        }
        for length in [0, 7, HEADER, HEADER + CHECKSUM, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(Map::load(folder.path(), &library).is_none(), "{length}");
        }
        fs::write(&path, [&whole[..], &[0; 4096]].concat()).unwrap();
        assert!(Map::load(folder.path(), &library).is_none(), "too long");
        fs::write(&path, &whole).unwrap();
        // Whatever a header claims, with a sum that is right: nothing, or a map that can
        // be used.
        let mut state = 5u64;
        for _ in 0..2_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let mut claimed = whole.clone();
            let at = 8 + (state >> 33) as usize % (claimed.len() - CHECKSUM - 16);
            let word = [state, state >> 48, u64::MAX, 0, 1][(state >> 20) as usize % 5];
            claimed[at..at + 8].copy_from_slice(&word.to_le_bytes());
            let body = claimed.len() - CHECKSUM;
            let sum = Sha256::digest(&claimed[..body]);
            claimed[body..].copy_from_slice(&sum);
            fs::write(&path, claimed).unwrap();
            if let Some(map) = Map::load(folder.path(), &library) {
                let (map, _) = map.renewed(&library, &MapOptions::default(), &STILL, &mut |_| ());
                assert!(map.is_complete(&library));
            }
        }
        fs::write(&path, &whole).unwrap();
        let other = super::super::tests::library(40);
        assert!(Map::load(folder.path(), &other).is_none(), "another index");
    }
}
