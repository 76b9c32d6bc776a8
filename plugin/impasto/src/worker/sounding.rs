//! The snippet now heard, in detail. Kept up only while the editor is open.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use engine::library::{TrackInfo, cover};
use engine::playback::SNIPPET;
use engine::translate::Translator;
use engine::units::{ChunkId, Seconds};

use super::aside::Aside;
use super::desk::Desk;
use crate::view::{COVER_SIDE, NowHeard, PEAKS, Rgba, Sounding, Upcoming};

/// Covers that are kept: some 8 MB at most.
const COVERS: usize = 32;

/// Waveforms that are kept.
const WAVES: usize = 64;

type Read = (PathBuf, Option<Arc<Rgba>>);
type Wave = Arc<Vec<[f32; 2]>>;

/// What the worker keeps of it.
pub struct Heard {
    reader: Aside<PathBuf, Read>,
    /// The cover that is being read.
    reading: Option<PathBuf>,
    /// By file, used last at the back.
    covers: VecDeque<Read>,
    waves: VecDeque<(ChunkId, Wave)>,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            reader: Aside::new("impasto-covers", read),
            reading: None,
            covers: VecDeque::new(),
            waves: VecDeque::new(),
        }
    }
}

fn read(path: PathBuf) -> Read {
    let cover = cover(&path, COVER_SIDE).map(|picture| {
        Arc::new(Rgba {
            width: picture.width(),
            height: picture.height(),
            pixels: picture.into_raw(),
        })
    });
    (path, cover)
}

impl Heard {
    /// Takes in covers that were read.
    fn take_read(&mut self) {
        while let Some(read) = self.reader.take() {
            self.reading = self.reading.take().filter(|path| *path != read.0);
            keep(&mut self.covers, read, COVERS);
        }
    }

    /// Nobody looks: what is not needed for that ends.
    fn rest(&mut self) {
        self.take_read();
        self.reader.rest();
    }

    /// The cover of the file at `path`; it is read if it is not known.
    fn cover(&mut self, path: &Path) -> Option<Arc<Rgba>> {
        self.take_read();
        if let Some(cover) = find(&mut self.covers, |known| known == path) {
            return cover;
        }
        // One at a time: a drive that hangs must not gather a queue.
        if self.reading.is_none() && self.reader.ask(path.to_owned()) {
            self.reading = Some(path.to_owned());
        }
        None
    }

    /// The waveform of `chunk`, made by `make` unless it is known.
    fn wave(
        &mut self,
        chunk: ChunkId,
        make: impl FnOnce() -> Option<Vec<[f32; 2]>>,
    ) -> Option<Wave> {
        if let Some(wave) = find(&mut self.waves, |known| *known == chunk) {
            return Some(wave);
        }
        let wave = Arc::new(make()?);
        keep(&mut self.waves, (chunk, Arc::clone(&wave)), WAVES);
        Some(wave)
    }

    /// Chunks mean other music from now on.
    pub(super) fn forget(&mut self) {
        self.waves.clear();
    }
}

/// Puts `entry` at the back; the one used longest ago goes where there are too many.
fn keep<K, V>(kept: &mut VecDeque<(K, V)>, entry: (K, V), most: usize) {
    while kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(entry);
}

/// What is kept under the key that `is` says, which is then the one used last.
fn find<K, V: Clone>(kept: &mut VecDeque<(K, V)>, is: impl Fn(&K) -> bool) -> Option<V> {
    let place = kept.iter().position(|(key, _)| is(key))?;
    let entry = kept.remove(place)?;
    let value = entry.1.clone();
    kept.push_back(entry);
    Some(value)
}

impl Desk {
    /// Says what is heard at `now`, and what is next.
    pub(super) fn follow_sounding(&mut self, now: Instant) {
        if !self.publisher.editor_open() {
            self.view.sounding = Sounding::default();
            self.heard.rest();
            return;
        }
        self.view.sounding = Sounding {
            now: self.now_heard(now),
            next: self.upcoming(),
        };
    }

    fn now_heard(&mut self, now: Instant) -> Option<NowHeard> {
        let stage = self.stage.as_ref()?;
        let translator = self.translator.as_ref()?;
        let auditioned = self.shared.auditioned.get();
        let (chunk, played) = auditioned.or(self.shared.sounding.get())?;
        let (track, start) = place(translator, chunk)?;
        let peaks = self.heard.wave(chunk, || stage.peaks(chunk, PEAKS));
        Some(NowHeard {
            chunk,
            track: track.name(),
            artist: track.artist.clone().unwrap_or_default(),
            start,
            score: translator.score_of(chunk),
            auditioned: auditioned.is_some(),
            peaks,
            cover: self.heard.cover(&track.path),
            position: (played.0 / SNIPPET.0).clamp(0.0, 1.0) as f32,
            at: now,
        })
    }

    fn upcoming(&self) -> Option<Upcoming> {
        let chunk = self.stage.as_ref()?.next()?;
        let (track, start) = place(self.translator.as_ref()?, chunk)?;
        Some(Upcoming {
            chunk,
            track: track.name(),
            artist: track.artist.clone().unwrap_or_default(),
            start,
        })
    }
}

/// Where a chunk comes from.
fn place(translator: &Translator, chunk: ChunkId) -> Option<(&TrackInfo, Seconds)> {
    let library = translator.library()?;
    let info = library.get(chunk)?;
    Some((library.track(info.track), info.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waveform_is_made_once_and_the_oldest_go() {
        let mut heard = Heard::default();
        let mut made = 0;
        let mut ask = |heard: &mut Heard, chunk| {
            let wave = heard.wave(ChunkId(chunk), || {
                made += 1;
                Some(vec![[0.0, chunk as f32]])
            });
            (wave.map(|wave| wave[0][1]), made)
        };
        assert_eq!(heard.wave(ChunkId(1), || None), None);
        assert_eq!(ask(&mut heard, 1), (Some(1.0), 1));
        assert_eq!(ask(&mut heard, 1), (Some(1.0), 1));
        for chunk in 2..=WAVES as u32 {
            ask(&mut heard, chunk);
        }
        // Asked for again, so it stays; the one after it goes.
        assert_eq!(ask(&mut heard, 1).1, WAVES);
        ask(&mut heard, 1000);
        assert_eq!(ask(&mut heard, 1).1, WAVES + 1);
        assert_eq!(ask(&mut heard, 2).1, WAVES + 2);
        assert_eq!(heard.waves.len(), WAVES);
        heard.forget();
        assert!(heard.waves.is_empty());
    }
}
