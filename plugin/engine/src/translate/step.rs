//! One step: the brush is followed first, as a performer waits for it, then the music.

use std::time::{Duration, Instant};

use super::outcome::{BrushOutcome, Outcome, Timings};
use super::{Translator, Unmetered, expect_len, music_point};
use crate::Result;
use crate::congruity::{Part, Parts, congruity_of, whole};
use crate::retrieval::{Pool, Preferences, Ranking, best_n};
use crate::units::{Congruity, Seconds};

impl Translator {
    /// Brings everything up to date with the frames pushed; `elapsed` is the
    /// time since the step before, in time of the signal.
    ///
    /// # Errors
    /// If a network fails or does not fit the library. What was found before
    /// stands, and the next step tries again.
    pub fn step(&mut self, elapsed: Seconds) -> Result<Outcome> {
        let brush = self.look_at_brush(self.settings.interval)?;
        let mut outcome = self.step_music(elapsed)?;
        outcome.searched = brush.searched;
        outcome.timings += brush.timings;
        Ok(outcome)
    }

    /// The first half of a step, for a driver that cannot let a cue wait for the music:
    /// embeds the brush with what was pushed, however little, and searches.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_brush(&mut self) -> Result<BrushOutcome> {
        self.look_at_brush(1)
    }

    /// Searches again with what was heard before if what is held back or preferred has
    /// changed since, as after a snippet began; nothing is embedded.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn search_again(&mut self) -> Result<BrushOutcome> {
        self.look_at_brush(usize::MAX)
    }

    /// The second half: embeds the music if its interval has passed, and follows the
    /// congruity; `elapsed` is the time since this was done before.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_music(&mut self, elapsed: Seconds) -> Result<Outcome> {
        let mut timings = Timings::default();
        timed(&mut timings.pool, || self.refresh_pool());
        self.follow_music(&mut timings)?;
        self.unmetered = Unmetered::default();
        let parts = self.meter.update(&self.parts(), elapsed);
        let explained = self.settings.explain.as_ref().and_then(|weights| {
            let network = parts.get(Part::Network).and_then(Congruity::new);
            self.reasons.explain(network, weights)
        });
        Ok(Outcome {
            congruity: whole(&parts, &self.settings.weights),
            parts,
            score: self.score,
            explained,
            snippet: self.snippets.first().copied(),
            snippets: self.snippets.clone(),
            suggested_painting: self.suggester.shown().cloned(),
            brush: self.brush.heard(),
            music: self.music.heard(),
            pool_size: self.pool().map_or(0, Pool::len),
            searched: false,
            timings,
        })
    }

    fn look_at_brush(&mut self, interval: usize) -> Result<BrushOutcome> {
        let mut timings = Timings::default();
        timed(&mut timings.pool, || self.refresh_pool());
        let searched = self.follow_brush(&mut timings, interval)?;
        Ok(BrushOutcome {
            snippets: self.snippets.clone(),
            brush: self.brush.heard(),
            pool_size: self.pool().map_or(0, Pool::len),
            searched,
            timings,
        })
    }

    /// Brings the pool up to date after the painting, the library or the fraction
    /// changed.
    fn refresh_pool(&mut self) {
        if self.filter.is_fresh() {
            return;
        }
        self.search_stale = true;
        let correspondence = self.correspondence();
        let (Some(library), Some(painting)) = (&self.library, &self.painting) else {
            return;
        };
        self.bond.follow(library);
        let fraction = self.settings.fraction;
        (self.filter).refresh(library, &correspondence, &painting.point, fraction);
    }

    /// The parts as they are now, before they are smoothed; all unknown without a painting
    /// or a library.
    fn parts(&self) -> Parts {
        let ranking = self.filter.ranking().map(Ranking::distribution);
        let Some(distribution) = ranking.filter(|scores| !scores.is_empty()) else {
            return Parts::default();
        };
        let network = self
            .score
            .and_then(|score| congruity_of(score, distribution));
        let mut parts = self.reasons.parts();
        parts.set(Part::Network, network.map(Congruity::get));
        parts.set(Part::Gesture, self.bond.gesture(&self.brush, &self.music));
        parts
    }

    /// Embeds the brush and searches; true if it searched.
    fn follow_brush(&mut self, timings: &mut Timings, interval: usize) -> Result<bool> {
        let wanted = self.filter.pool().is_some();
        let looked = timed(&mut timings.brush_embedding, || {
            let embedder = self.networks.audio.as_mut();
            self.brush.look(embedder, &self.settings, interval, wanted)
        })?;
        if !looked && !self.search_stale {
            return Ok(false);
        }
        self.search_stale = false;
        self.snippets.clear();
        let (Some(pool), Some(library)) = (self.filter.pool(), &self.library) else {
            return Ok(false);
        };
        let Some(features) = self.brush.features() else {
            return Ok(false);
        };
        expect_len(
            "library embeddings",
            library.dims().embedding,
            features.embedding.len(),
        )?;
        let settings = &self.settings;
        self.snippets = timed(&mut timings.search, || {
            // To look for it costs more than to search where it does not count.
            let wanted = self.played.filter(|_| settings.continuity > 0.0);
            let preferences = Preferences {
                fit: settings.fit,
                continuity: settings.continuity,
                next: wanted.and_then(|played| pool.following(library, played)),
            };
            let listed = settings.listed.max(1);
            best_n(
                pool,
                &features.embedding,
                &self.recent,
                &preferences,
                listed,
            )
        });
        Ok(true)
    }

    /// Embeds the music, scores it with the painting and asks the gallery.
    fn follow_music(&mut self, timings: &mut Timings) -> Result<()> {
        let interval = self.settings.music_interval;
        let frames = self.music.new_frames();
        let wanted = self.filter.pool().is_some() || self.suggester.gallery().is_some();
        let looked = timed(&mut timings.music_embedding, || {
            let embedder = self.networks.audio.as_mut();
            self.music.look(embedder, &self.settings, interval, wanted)
        })?;
        if looked {
            timed(&mut timings.explanation, || {
                self.reasons.hear(self.music.input(), self.music.features());
                let newest = self.settings.interval.max(interval);
                self.bond.compare(&self.brush, &self.music, newest)
            })?;
        }
        let correspondence = self.correspondence();
        self.score = None;
        let Some(features) = self.music.features() else {
            return Ok(());
        };
        if features.point.is_empty() {
            // What asks the sound itself has not heard it: the worker gets mel frames.
            return Ok(());
        }
        let found = features.point.len();
        expect_len("music points", found, self.networks.correspondence.dim)?;
        let point = music_point(self.head.as_deref(), features)?;
        self.score = self
            .painting
            .as_ref()
            .map(|painting| correspondence.score(&painting.point, &point))
            .filter(|score| !score.0.is_nan());
        if looked {
            timed(&mut timings.gallery, || {
                self.suggester.hear(&correspondence, &point, frames);
            });
        }
        Ok(())
    }
}

/// Runs `work` and adds how long it took to `total`.
fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = work();
    *total += begin.elapsed();
    result
}
