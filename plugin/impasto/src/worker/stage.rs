//! The worker's side of one activation: frames in, cues out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use engine::analysis::{MelFrame, MelReceiver};
use engine::library::Library;
use engine::playback::{CacheStatus, ClipCache, CueFeeder, LevelMatch, Started, Wait};
use engine::retrieval::{Hit, Pool};
use engine::translate::{LibraryChange, duration_of};
use engine::units::{ChunkId, SampleRate, Seconds};
use outputs::settings::AudioSettings;

use super::clips;
use crate::bridge::{Calibrated, Shared, StartedAt, WorkerEnd};
use crate::reports::ReportReceiver;
use crate::view::ClipsState;

/// Frames that one input may be ahead of the other before it goes on alone, as after
/// a full ring lost some of the other's.
const SLACK: usize = 16;

/// Choices remembered, so that what starts late is still known by its distance.
const CHOICES: usize = 64;

/// How often the cache's threads are looked after.
const LOOK: Duration = Duration::from_millis(250);

/// Music below this level, in dBFS, is none to match snippets to.
const QUIET_DB: f32 = -50.0;

/// A snippet that began to sound.
pub struct Start {
    /// What the player reported.
    pub started: Started,
    /// When, in seconds of audio since the activation.
    pub at: Seconds,
    /// Why it was chosen, if that is still known.
    pub hit: Option<Hit>,
}

/// When the cue of `serial` began. Reports come in the order of the starts, which is
/// not that of the serials: a reserve may start after a cue made later. Those before
/// it belong to starts that were told already, or lost.
fn take_time(times: &mut VecDeque<StartedAt>, serial: u64) -> Option<StartedAt> {
    let place = times.iter().position(|time| time.serial == serial)?;
    times.drain(..=place).next_back()
}

/// One activation.
pub struct Stage {
    rate: SampleRate,
    brush: MelReceiver,
    music: MelReceiver,
    starts: rtrb::Consumer<StartedAt>,
    calibrated: rtrb::Consumer<Calibrated>,
    outputs: rtrb::Producer<AudioSettings>,
    reports: ReportReceiver,
    heard_music: rtrb::Consumer<f32>,
    /// Reports of times that came before the reports that they belong to.
    times: VecDeque<StartedAt>,
    cache: ClipCache,
    feeder: CueFeeder,
    audition: CueFeeder,
    /// What was found last, while something better than what is cued is not decoded.
    awaited: Vec<Hit>,
    /// What the editor asked to hear and is not decoded.
    asked: Option<Hit>,
    looked: Instant,
    fed: Option<Instant>,
    /// How many chunks were found last.
    found: usize,
    /// Strokes without a cue that were told.
    without_cue: u64,
    choices: VecDeque<Hit>,
    /// Frames taken from the brush.
    brushed: u64,
    /// Frames taken from the music, from which time follows where a report was lost.
    heard: usize,
    resets: u64,
    shared: Arc<Shared>,
}

impl Stage {
    /// The worker's side of `end`, playing from `library`; what an earlier activation
    /// decoded in `cache` is used again if it is at the same rate.
    pub fn new(
        end: WorkerEnd,
        cache: Option<ClipCache>,
        library: Option<&Library>,
        shared: &Arc<Shared>,
    ) -> Self {
        let cache = cache
            .filter(|cache| cache.rate() == end.rate)
            .unwrap_or_else(|| clips::cache(end.rate));
        cache.set_library(library.cloned());
        shared.cued.store(0, Ordering::Release);
        let source = || Box::new(cache.clips());
        Self {
            feeder: CueFeeder::new(end.cues, source(), LevelMatch::default()),
            audition: CueFeeder::new(end.auditions, source(), LevelMatch::default()),
            cache,
            awaited: Vec::new(),
            asked: None,
            looked: Instant::now(),
            fed: None,
            found: 0,
            without_cue: 0,
            rate: end.rate,
            brush: end.brush,
            music: end.music,
            starts: end.starts,
            calibrated: end.calibrated,
            outputs: end.outputs,
            reports: end.reports,
            heard_music: end.heard,
            times: VecDeque::new(),
            choices: VecDeque::new(),
            brushed: 0,
            heard: 0,
            // Whatever was reset before the activation concerns nothing here.
            resets: shared.resets.load(Ordering::Acquire),
            shared: Arc::clone(shared),
        }
    }

    /// The host's.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// What the audio thread tells of the performance.
    pub fn reports(&mut self) -> &mut ReportReceiver {
        &mut self.reports
    }

    /// The music as the networks hear it.
    pub fn music_heard(&mut self) -> &mut rtrb::Consumer<f32> {
        &mut self.heard_music
    }

    /// Samples that the audio thread has dealt with since the activation.
    pub fn elapsed(&self) -> u64 {
        self.reports.elapsed()
    }

    /// The decoded audio, for the next activation.
    pub fn into_cache(self) -> ClipCache {
        self.cache
    }

    /// Plays from another library from now on; one that continues the one before leaves
    /// what is cued as it is.
    pub fn set_library(&mut self, library: Option<&Library>, change: LibraryChange) {
        self.cache.set_library(library.cloned());
        if change == LibraryChange::Continued {
            return;
        }
        self.feeder.set_source(Box::new(self.cache.clips()));
        self.audition.set_source(Box::new(self.cache.clips()));
        self.choices.clear();
        self.awaited.clear();
        self.asked = None;
    }

    /// Makes what is cued invalid, as when the painting changes.
    pub fn clear(&mut self) {
        self.feeder.clear();
        self.awaited.clear();
    }

    /// Has the pool's audio decoded ahead.
    pub fn follow_pool(&self, pool: Option<&Pool>) {
        let members = pool.map_or(&[][..], Pool::members);
        self.cache.set_pool(members.iter().map(|(chunk, _)| *chunk));
    }

    /// Whether cues may be waited for, as the host waits for the worker.
    pub fn set_offline(&mut self, offline: bool) {
        let wait = if offline { Wait::ForWhole } else { Wait::No };
        self.feeder.set_wait(wait);
        self.audition.set_wait(wait);
    }

    /// Cues what has been decoded meanwhile, and looks after those who decode; gives
    /// the last failure and, from time to time, how they fare.
    pub fn follow_decoder(&mut self) -> (Option<engine::Error>, Option<ClipsState>) {
        let awaited = std::mem::take(&mut self.awaited);
        let asked = self.asked.take();
        let mut failed = if awaited.is_empty() {
            None
        } else {
            self.feed_listed(&awaited)
        };
        if let Some(hit) = asked {
            failed = self.audition(hit).or(failed);
        }
        if self.looked.elapsed() < LOOK {
            return (failed, None);
        }
        self.looked = Instant::now();
        self.cache.watch();
        let counts = self.feeder.sender().counts();
        let state = ClipsState {
            cache: self.cache.status(),
            cut_short: counts.without_rest(),
            passed_over: counts.passed_over(),
        };
        (failed, Some(state))
    }

    /// Hands the outputs' settings to the audio thread; false if it has not taken those of
    /// before.
    pub fn set_outputs(&mut self, settings: AudioSettings) -> bool {
        self.outputs.push(settings).is_ok()
    }

    /// What the next calibration that ended has found.
    pub fn calibrated(&mut self) -> Option<Calibrated> {
        self.calibrated.pop().ok()
    }

    /// Whether the audio thread was reset since the last call; then nothing heard or
    /// cued before it counts any more.
    pub fn take_reset(&mut self) -> bool {
        let resets = self.shared.resets.load(Ordering::Acquire);
        if resets == self.resets {
            return false;
        }
        self.resets = resets;
        while self.brush.pop().is_some() {}
        while self.music.pop().is_some() {}
        self.clear();
        true
    }

    /// The next frames, of both inputs wherever both have one.
    pub fn next_frames(&mut self) -> Option<(Option<MelFrame>, Option<MelFrame>)> {
        let (brush, music) = (self.brush.len(), self.music.len());
        self.brushed += u64::from(brush > 0 && (music > 0 || brush > SLACK));
        if brush > 0 && music > 0 {
            self.heard += 1;
            return Some((self.brush.pop(), self.music.pop()));
        }
        match (brush > SLACK, music > SLACK) {
            (true, _) => Some((self.brush.pop(), None)),
            (_, true) => Some((None, self.music.pop())),
            _ => None,
        }
    }

    /// How many frames [`next_frames`](Self::next_frames) would give now.
    pub fn waiting(&self) -> usize {
        let (brush, music) = (self.brush.len(), self.music.len());
        let ahead = brush.abs_diff(music).saturating_sub(SLACK);
        brush.min(music) + ahead
    }

    /// Whether a stroke would find a cue, as far as is known here.
    pub fn has_cue(&self) -> bool {
        self.feeder.has_cue()
    }

    /// When a cue was fed last.
    pub fn fed(&self) -> Option<Instant> {
        self.fed
    }

    /// Whether something better than what is cued is being decoded.
    pub fn is_waiting(&self) -> bool {
        !self.awaited.is_empty() || self.asked.is_some()
    }

    /// Strokes that found no cue since the last call.
    pub fn take_without_cue(&mut self) -> u64 {
        let all = self.feeder.sender().counts().without_cue();
        all - std::mem::replace(&mut self.without_cue, all)
    }

    /// How many chunks were found last.
    pub fn found(&self) -> usize {
        self.found
    }

    /// What the decoded audio holds and lacks.
    pub fn cache(&self) -> CacheStatus {
        self.cache.status()
    }

    /// The chunk that a stroke would start now, as far as is known here.
    pub fn next(&self) -> Option<ChunkId> {
        self.feeder.next()
    }

    /// The lowest and the highest sample of each of `count` parts of `chunk`; `None` while
    /// it is not decoded.
    pub fn peaks(&self, chunk: ChunkId, count: usize) -> Option<Vec<[f32; 2]>> {
        self.cache.peaks(chunk, count)
    }

    /// Frames lost so far.
    pub fn dropped(&self) -> u64 {
        self.brush.dropped() + self.music.dropped()
    }

    /// Cues what was found, best first. A track that can't be read is left out and
    /// the next best takes its place; the last such failure is given back.
    pub fn feed(&mut self, hits: &[Hit]) -> Option<engine::Error> {
        for hit in hits {
            let known = self
                .choices
                .iter()
                .position(|known| known.chunk == hit.chunk);
            if let Some(place) = known {
                self.choices.remove(place);
            }
            self.choices.push_back(*hit);
        }
        while self.choices.len() > CHOICES {
            self.choices.pop_front();
        }
        (self.fed, self.found) = (Some(Instant::now()), hits.len());
        let failed = self.feed_listed(hits);
        if self.has_cue() {
            self.shared.cued.store(self.brushed, Ordering::Release);
        }
        failed
    }

    fn feed_listed(&mut self, hits: &[Hit]) -> Option<engine::Error> {
        let reference = self.reference();
        let mut failed = None;
        // Each failure leaves one chunk out, so this ends.
        for _ in 0..=hits.len() {
            match self.feeder.feed(hits, reference) {
                Ok(fed) => {
                    self.awaited.clear();
                    if fed.waiting {
                        self.awaited.extend_from_slice(hits);
                    }
                    break;
                }
                Err(error) => failed = Some(error),
            }
        }
        failed
    }

    /// Plays `chunk` once, whatever the brush does, now or when its head is decoded.
    pub fn audition(&mut self, hit: Hit) -> Option<engine::Error> {
        self.audition.collect();
        match self.audition.feed(&[hit], self.reference()) {
            Ok(fed) if fed.waiting => {
                self.asked = Some(hit);
                None
            }
            Ok(_) => {
                self.shared.auditions.fetch_add(1, Ordering::Release);
                None
            }
            Err(error) => Some(error),
        }
    }

    fn reference(&self) -> Option<f32> {
        let level = self.shared.music_rms.get();
        (level > QUIET_DB).then_some(level)
    }

    /// What began to sound since the last call; takes spent cues back.
    pub fn collect(&mut self) -> Vec<Start> {
        self.audition.collect();
        while let Ok(time) = self.starts.pop() {
            self.times.push_back(time);
        }
        let started = self.feeder.collect();
        started
            .into_iter()
            .map(|started| self.start(started))
            .collect()
    }

    fn start(&mut self, started: Started) -> Start {
        let at = take_time(&mut self.times, started.serial);
        Start {
            started,
            at: at.map_or_else(
                || duration_of(self.heard),
                |time| Seconds(time.sample as f64 / self.rate.hz()),
            ),
            hit: self
                .choices
                .iter()
                .find(|hit| hit.chunk == started.chunk)
                .copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_that_starts_late_keeps_its_own_time() {
        let report = |(serial, sample)| StartedAt { serial, sample };
        let mut times: VecDeque<_> = [(18, 10), (22, 20), (20, 30), (23, 40)].map(report).into();
        let mut taken = |serial| take_time(&mut times, serial).map(|time| time.sample);
        assert_eq!(taken(22), Some(20));
        assert_eq!(taken(20), Some(30));
        assert_eq!(taken(21), None, "a report that was lost takes no other's");
        assert_eq!(taken(23), Some(40));
    }
}
