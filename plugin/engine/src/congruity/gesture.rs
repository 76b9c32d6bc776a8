//! How well music goes with the sound of the brush.
//!
//! Of friction the embedding keeps mostly when it begins and swells (*Friction* in
//! `models/cards/audio.md`), so music is near to the brush that has its rhythm. How near
//! is near differs from brush to brush; so, like the network's score, the distance is read
//! as a rank: among the distances from the same brush to the artist's own library. What that tells is
//! measured in `models/cards/gesture.md`.

use crate::library::{HalfMatrix, Library};
use crate::retrieval::Kernel;
use crate::units::ChunkId;

/// How many chunks stand for a library: a rank among them is off by 0.016 (one standard
/// deviation) at most, and takes some microseconds.
const SAMPLE: usize = 1024;

/// The chunks of a library that the music is compared with.
///
/// A sample without chance: the same for the same live chunks, whatever the order they
/// came in, and changed in few places when a library grows.
#[derive(Clone, Debug)]
pub struct Reference(HalfMatrix);

impl Reference {
    /// All live chunks of `library` if there are no more than 1024, otherwise as many of
    /// them; their embeddings are copied.
    pub fn of(library: &Library) -> Self {
        let mut rows: Vec<ChunkId> = library.ids().collect();
        if rows.len() > SAMPLE {
            rows.select_nth_unstable_by_key(SAMPLE, |&chunk| lot(chunk));
            rows.truncate(SAMPLE);
            // Read in the order they are stored.
            rows.sort_unstable();
        }
        let stored = library.embeddings();
        let mut sample = HalfMatrix::new(stored.dims());
        sample.reserve(rows.len());
        for chunk in rows {
            sample.push_stored(stored.stored(chunk.0 as usize));
        }
        Self(sample)
    }

    /// How many chunks it has.
    pub fn len(&self) -> usize {
        self.0.rows().len()
    }

    /// How long an embedding is.
    pub fn dims(&self) -> usize {
        self.0.rows().dims()
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.0.rows().is_empty()
    }

    /// The share of chunks that are farther from the brush than the music is, 0..=1; of
    /// those as far, half counts. Both are embeddings of 4 s that were heard at the same
    /// time. `None` if there is nothing to compare with or a number is not one.
    ///
    /// # Panics
    /// If an embedding has another length than the library's.
    pub fn gesture(&self, brush: &[f32], music: &[f32]) -> Option<f32> {
        let kernel = Kernel::best();
        let mut squared = Vec::new();
        // In half precision, as if the music were one of the chunks.
        let music = HalfMatrix::from_f32(music, self.dims());
        kernel.squared_distances(brush, music.rows(), &mut squared);
        let own = squared.first().copied().filter(|own| own.is_finite())?;
        kernel.squared_distances(brush, self.0.rows(), &mut squared);
        let farther = squared.iter().filter(|&&other| other > own).count();
        let as_far = squared.iter().filter(|&&other| other == own).count();
        let rank = farther as f64 + as_far as f64 / 2.0;
        (!squared.is_empty()).then(|| (rank / squared.len() as f64) as f32)
    }
}

/// A number for each chunk that says nothing of it (SplitMix64's output function; Steele,
/// Lea & Flood 2014): those with the lowest are the sample. It has no two alike.
fn lot(chunk: ChunkId) -> u64 {
    let mut z = u64::from(chunk.0).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{ChunkInfo, Dims, Parts, TrackId, TrackInfo};
    use crate::units::Seconds;
    use proptest::prelude::*;

    /// Chunks with embeddings of two numbers.
    fn library(embeddings: &[[f32; 2]]) -> Library {
        let chunk = |_| ChunkInfo {
            track: TrackId(0),
            start: Seconds(0.0),
            rms_db: -20.0,
        };
        Library::from_parts(Parts {
            dims: Dims {
                embedding: 2,
                point: 0,
                tags: 0,
                affect: 0,
            },
            tracks: vec![TrackInfo {
                path: "one.wav".into(),
                title: None,
                artist: None,
                duration: Seconds(4.0),
            }],
            chunks: embeddings.iter().map(chunk).collect(),
            embeddings: embeddings.concat(),
            points: Vec::new(),
            traits: Vec::new(),
        })
    }

    fn spread(chunks: usize) -> Vec<[f32; 2]> {
        (0..chunks)
            .map(|at| [(at as f32 * 0.618).fract(), (at as f32 * 0.414).fract()])
            .collect()
    }

    #[test]
    fn nearer_music_ranks_higher() {
        let reference = Reference::of(&library(&[[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]));
        let check = |music: [f32; 2], expected: Option<f32>| {
            assert_eq!(reference.gesture(&[0.0, 0.0], &music), expected);
        };
        check([0.0, 0.5], Some(1.0));
        check([0.0, 1.5], Some(2.0 / 3.0));
        check([0.0, 2.0], Some(0.5));
        check([9.0, 0.0], Some(0.0));
        check([f32::NAN, 0.0], None);
        assert_eq!(reference.gesture(&[f32::NAN, 0.0], &[0.0, 0.0]), None);
        let nothing = Reference::of(&library(&[]));
        assert!(nothing.is_empty());
        assert_eq!(nothing.gesture(&[0.0, 0.0], &[0.0, 0.0]), None);
    }

    #[test]
    fn a_sample_hardly_changes_as_the_library_grows() {
        let chunks = spread(3000);
        let before = Reference::of(&library(&chunks[..2900]));
        let after = Reference::of(&library(&chunks));
        assert_eq!((before.len(), after.len()), (SAMPLE, SAMPLE));
        let rows = |of: &Reference| -> Vec<Vec<u32>> {
            let rows = of.0.rows();
            let bits = |row: usize| rows.row(row).iter().map(|x| x.to_bits()).collect();
            (0..rows.len()).map(bits).collect()
        };
        let (before, after) = (rows(&before), rows(&after));
        let kept = before.iter().filter(|row| after.contains(row)).count();
        assert!(kept > SAMPLE - 100 && kept < SAMPLE, "{kept}");
    }

    #[test]
    fn a_sample_ranks_as_the_whole_library_does() {
        let chunks = spread(20_000);
        let reference = Reference::of(&library(&chunks));
        let distance = |[x, y]: [f32; 2]| x.hypot(y);
        for music in spread(50) {
            let farther = |chunk: &&[f32; 2]| distance(**chunk) > distance(music);
            let all = chunks.iter().filter(farther).count() as f32 / chunks.len() as f32;
            let found = reference.gesture(&[0.0, 0.0], &music).expect("known");
            assert!((found - all).abs() < 0.05, "{found} {all}");
        }
    }

    proptest! {
        /// Music that is one of the library's chunks is as likely to stand anywhere.
        #[test]
        fn the_library_s_own_music_ranks_evenly(
            chunks in prop::collection::vec(prop::array::uniform2(-1.0f32..1.0), 1..60),
            brush in prop::array::uniform2(-2.0f32..2.0),
        ) {
            let reference = Reference::of(&library(&chunks));
            let ranks = chunks.iter().map(|music| reference.gesture(&brush, music));
            let mut ranks = ranks.collect::<Option<Vec<f32>>>().expect("known");
            let mean = ranks.iter().sum::<f32>() / ranks.len() as f32;
            prop_assert!((mean - 0.5).abs() < 1e-4, "{}", mean);
            ranks.sort_unstable_by(f32::total_cmp);
            let step = 1.0 / ranks.len() as f32;
            for (at, rank) in ranks.iter().enumerate() {
                // Within what ties share among themselves.
                let even = (at as f32 + 0.5) * step;
                let tied = ranks.iter().filter(|other| *other == rank).count() as f32;
                prop_assert!((rank - even).abs() <= tied * step / 2.0 + 1e-4);
            }
        }
    }
}
