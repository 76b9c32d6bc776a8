//! `impasto match`: the snippets that a painting and a brush recording choose.

use std::path::PathBuf;

use anyhow::{Context, Result};
use engine::analysis::stroke::{StrokeDetector, StrokeEvent};
use engine::analysis::{HOP, chunk_mel, downmix};
use engine::crossmodal::Explained;
use engine::library::Library;
use engine::playback::{
    CacheOptions, ClipCache, CueFeeder, LevelMatch, LibraryClips, Mode, Player, PlayerSettings,
    Wait, cue_channel,
};
use engine::retrieval::{Hit, Pool, Variety};
use engine::translate::{Settings, Translator, duration_of};
use engine::units::{SampleRate, Seconds};
use serde::Serialize;

use crate::args::{self, Args, Start};
use crate::interrupt::Interrupt;
use crate::wave::Wave;
use crate::{explanation, progress, report, sound, studio, time};

/// Rate of the rendered sound in hertz.
const RATE: u32 = 48_000;
/// Samples of it in a mel frame's 12.5 ms.
const BLOCK: usize = HOP * RATE as usize / 16_000;
/// RMS that snippets are brought to, in dB of full scale. The plug-in matches them to
/// the music on its main input, of which there is none here.
const LEVEL_DB: f32 = -20.0;
/// The longest that the last snippets sound after the brush has ended.
const TAIL: Seconds = Seconds(5.0);

/// What `--json` prints.
#[derive(Serialize)]
struct Matched {
    painting: PathBuf,
    brush: PathBuf,
    /// Of the library, in percent.
    fraction_percent: f32,
    /// Chunks that the painting kept, and of how many.
    pool: usize,
    library: usize,
    snippets: Vec<Snippet>,
    audio: PathBuf,
    /// Means over the snippets; only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<explanation::Summary>,
}

/// A chunk that was played.
#[derive(Serialize)]
struct Snippet {
    /// When it begins in the rendered sound.
    at_s: f64,
    track: String,
    artist: Option<String>,
    path: PathBuf,
    /// Where in its track it begins.
    start_s: f64,
    /// From the brush, between embeddings.
    distance: f32,
    /// With the painting; 0 belongs, 1 does not.
    score: f32,
    /// Its place in the pool, 1 belongs best.
    place: Option<usize>,
    /// Only if it was asked for, and the track can still be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<explanation::Moment>,
}

/// Runs the command.
pub fn run(args: &Args, matching: &args::Match, interrupt: &Interrupt) -> Result<()> {
    let models = studio::models(args)?;
    let library = studio::library(&matching.library, &models)?;
    let settings = Settings {
        fraction: matching.fraction,
        fit: matching.fit,
        continuity: matching.continuity,
        variety: Variety {
            chunks: usize::from(matching.variety),
            tracks: 0,
        },
        ..Settings::default()
    };
    let painting = &matching.painting;
    let head = studio::head(&matching.head, &models)?;
    let translator = studio::translator(&models, painting, library.clone(), head, settings)?;
    studio::make_room(&matching.out)?;
    let wave = Wave::create(&matching.out, RATE)?;
    let mut stage = Stage::new(translator, library, matching, wave)?;
    sound::listen(args, &matching.brush, interrupt, &mut |frame, hop| {
        stage.hear(frame, hop)
    })?;
    stage.finish()?;
    let matched = Matched {
        painting: painting.clone(),
        brush: matching.brush.clone(),
        fraction_percent: matching.fraction.as_percent(),
        pool: stage.translator.pool().map_or(0, Pool::len),
        library: stage.library.len(),
        audio: matching.out.clone(),
        explained: matching
            .explain
            .then(|| explanation::summarize(stage.explained.iter())),
        snippets: stage.played,
    };
    if args.json {
        report::json(&matched)
    } else {
        report::text(&summary(&matched))
    }
}

/// The plug-in's parts, driven frame by frame.
struct Stage {
    translator: Translator,
    library: Library,
    feeder: CueFeeder,
    cache: ClipCache,
    /// Whether it was said that a drive is away.
    told: bool,
    player: Player,
    strokes: StrokeDetector,
    start: Start,
    wave: Wave,
    left: Vec<f32>,
    right: Vec<f32>,
    frames: usize,
    /// What was found lately, so that a start can be told with its distance.
    found: Vec<Hit>,
    played: Vec<Snippet>,
    explain: bool,
    explained: Vec<Explained>,
}

impl Stage {
    fn new(
        translator: Translator,
        library: Library,
        matching: &args::Match,
        wave: Wave,
    ) -> Result<Self> {
        let start = matching.start;
        let rate = SampleRate::new(f64::from(RATE)).context("the rate of the rendered sound")?;
        let (sender, receiver) = cue_channel();
        let cache = ClipCache::new(CacheOptions::new(rate));
        cache.set_library(Some(library.clone()));
        let clips = Box::new(cache.clips());
        let mut feeder = CueFeeder::new(sender, clips, LevelMatch::default());
        // The same recording shall give the same sound.
        feeder.set_wait(Wait::ForWhole);
        let mut player = Player::new(rate, receiver);
        player.set_settings(PlayerSettings {
            mode: match start {
                Start::Continuous => Mode::Continuous,
                Start::Strokes => Mode::Triggered,
            },
            ..PlayerSettings::default()
        });
        Ok(Self {
            translator,
            library,
            feeder,
            cache,
            told: false,
            player,
            strokes: StrokeDetector::new(SampleRate::ANALYSIS),
            start,
            wave,
            left: vec![0.0; BLOCK],
            right: vec![0.0; BLOCK],
            frames: 0,
            found: Vec::new(),
            played: Vec::new(),
            explain: matching.explain,
            explained: Vec::new(),
        })
    }

    /// A frame of the brush and the sound that came with it.
    fn hear(&mut self, frame: &engine::analysis::MelFrame, hop: &[f32]) -> Result<()> {
        self.translator.push_brush(frame);
        if self.translator.due() {
            let outcome = self.translator.step(self.translator.pending())?;
            self.player.set_active(outcome.brush.sounding);
            self.cue(&outcome.snippets);
        }
        let (player, start) = (&mut self.player, self.start);
        self.strokes.process(hop, &mut |event| {
            if let (StrokeEvent::Start { offset, .. }, Start::Strokes) = (event, start) {
                player.trigger(offset * BLOCK / HOP);
            }
        });
        self.render()
    }

    /// Has the best of `hits` decoded. A track that can't be read any more is left out
    /// and the next best takes its place.
    fn cue(&mut self, hits: &[Hit]) {
        self.found
            .retain(|known| !hits.iter().any(|hit| hit.chunk == known.chunk));
        self.found.extend(hits);
        for _ in 0..=hits.len() {
            match self.feeder.feed(hits, Some(LEVEL_DB)) {
                Ok(fed) => {
                    if fed.waiting {
                        self.tell_of_drives();
                    }
                    break;
                }
                Err(error) => eprintln!("impasto: left out: {error}"),
            }
        }
    }

    /// Waited for, only what lies on a drive that is away is not decoded.
    fn tell_of_drives(&mut self) {
        for away in self.cache.status().offline {
            if !self.told {
                let folder = away.folder.display();
                eprintln!(
                    "impasto: {folder} can't be read, and what lies there is left out: connect its drive"
                );
            }
            self.told = true;
        }
    }

    fn render(&mut self) -> Result<()> {
        self.left.fill(0.0);
        self.right.fill(0.0);
        self.player.render(&mut self.left, &mut self.right);
        self.wave.write(&self.left, &self.right)?;
        for started in self.feeder.collect() {
            self.translator.note_played(started.chunk);
            let hit = self.found.iter().find(|hit| hit.chunk == started.chunk);
            if let Some(hit) = hit.copied() {
                let snippet = self.snippet(hit);
                self.played.push(snippet);
            }
        }
        self.frames += 1;
        Ok(())
    }

    /// In which parts the chunk goes with the painting; `None` if its track can't be
    /// read any more.
    fn explain(&self, hit: Hit) -> Option<Explained> {
        let mut clips = LibraryClips::new(self.library.clone(), SampleRate::ANALYSIS);
        let clip = clips.clip(hit.chunk).ok()?;
        let mut mono = vec![0.0; clip.len()];
        downmix(&[&clip.left, &clip.right], &mut mono);
        let mut mel = Vec::new();
        chunk_mel(&mono, 0, &mut mel);
        let affect = self.library.affect(hit.chunk);
        self.translator.explain(&mel, &affect, hit.score)
    }

    fn snippet(&mut self, hit: Hit) -> Snippet {
        let explained = if self.explain {
            self.explain(hit)
        } else {
            None
        };
        self.explained.extend(explained);
        let chunk = self.library.chunk(hit.chunk);
        let track = self.library.track(chunk.track);
        let pool = self.translator.pool();
        Snippet {
            at_s: duration_of(self.frames).0,
            track: track.name(),
            artist: track.artist.clone(),
            path: track.path.clone(),
            start_s: chunk.start.0,
            distance: hit.distance.0,
            score: hit.score.0,
            place: pool
                .and_then(|pool| pool.place(hit.chunk))
                .map(|place| place + 1),
            explained: explained.as_ref().map(explanation::Moment::from),
        }
    }

    /// Lets what sounds end.
    fn finish(&mut self) -> Result<()> {
        self.player.set_active(false);
        let end = self.frames + (TAIL.0 / duration_of(1).0) as usize;
        while self.player.now_playing().is_some() && self.frames < end {
            self.render()?;
        }
        self.wave.finish()
    }
}

fn summary(matched: &Matched) -> String {
    let mut table = report::Table::new(&[
        ">at",
        "track",
        ">from",
        ">distance",
        ">score",
        ">place in pool",
    ]);
    for snippet in &matched.snippets {
        table.row(vec![
            time::stamp(Seconds(snippet.at_s)),
            snippet.track.clone(),
            time::stamp(Seconds(snippet.start_s)),
            format!("{:.3}", snippet.distance),
            format!("{:.3}", snippet.score),
            snippet
                .place
                .map_or_else(String::new, |place| place.to_string()),
        ]);
    }
    let found = if matched.snippets.is_empty() {
        "No snippet: the brush recording is silent or too short\n".to_owned()
    } else {
        table.render()
    };
    format!(
        "{} keeps {} of {} chunks ({} %)\n{found}{}{}\n",
        progress::name(&matched.painting),
        matched.pool,
        matched.library,
        matched.fraction_percent,
        matched
            .explained
            .as_ref()
            .map_or_else(String::new, explanation::table),
        matched.audio.display()
    )
}
