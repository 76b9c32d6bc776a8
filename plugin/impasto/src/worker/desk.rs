//! The worker's loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam::channel::Receiver;
use engine::analysis::{FRAMES, MelWindow};
use engine::inference::{Models, locate};
use engine::playback::ClipCache;
use engine::retrieval::{Fraction, Hit, Variety};
use engine::translate::{Settings, Translator};
use engine::units::{ChunkId, Distance, Score, Seconds};

use super::Message;
use super::collection::Collection;
use super::jobs::Jobs;
use super::look::Look;
use super::outputs::Routes;
use super::pace::Pace;
use super::session::Session;
use super::sounding::Heard;
use super::sources::Applied;
use super::stage::{Stage, Start};
use super::teach::Teach;
use crate::bridge::Shared;
use crate::bundle;
use crate::output::HostLink;
use crate::snapshot::Played;
use crate::view::{
    Action, ClipsState, FailedFile, ModelsState, Publisher, SNIPPET_ROWS, SnippetRow, View,
};

/// How long a snippet is heard at most.
const SNIPPET: Duration = Duration::from_secs(4);

/// How often the view is published while the editor is open.
const SHOWN: Duration = Duration::from_millis(33);

/// The same while it is closed.
const HIDDEN: Duration = Duration::from_millis(250);

/// Says that the worker is gone, also when it panics.
struct Closing(Arc<Shared>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// All that the worker's thread owns.
pub struct Desk {
    pub(super) link: Arc<HostLink>,
    pub(super) shared: Arc<Shared>,
    pub(super) publisher: Publisher,
    pub(super) messages: Receiver<Message>,
    pub(super) jobs: Jobs,
    /// The next snapshot; published by [`Self::publish`].
    pub(super) view: View,
    pub(super) applied: Applied,
    pub(super) models: Option<Arc<Models>>,
    pub(super) translator: Option<Translator>,
    pub(super) stage: Option<Stage>,
    /// What the last activation decoded, for the next.
    decoded: Option<ClipCache>,
    /// The brush's frames for the editor.
    pub(super) shown_brush: MelWindow,
    /// Someone needs the networks: something was chosen, or the editor is open. Not
    /// before: a host that only looks at the plug-in must not pay for them.
    wanted: bool,
    /// The networks could not be loaded; tried again at the next activation.
    gave_up: bool,
    /// The signals' way out.
    pub(super) routes: Routes,
    /// When frames come.
    pub(super) pace: Pace,
    /// Whether the brush sounded last.
    pub(super) brush_sounds: bool,
    /// A stroke found no cue, and there was none since.
    pub(super) unheard: bool,
    published: Instant,
    /// Something changed that the user waits for.
    pub(super) urgent: bool,
    /// Files that the last scan could not use.
    pub(super) failed: Arc<Vec<FailedFile>>,
    /// When to try a scan again that another instance kept from starting.
    pub(super) retry_at: Option<Instant>,
    /// The editor has just named the library, which is to be scanned.
    pub(super) named: bool,
    /// The painting's threads.
    pub(super) look: Look,
    pub(super) collection: Collection,
    pub(super) heard: Heard,
    pub(super) session: Session,
    pub(super) teach: Teach,
}

impl Desk {
    pub fn new(
        link: Arc<HostLink>,
        shared: Arc<Shared>,
        publisher: Publisher,
        messages: Receiver<Message>,
    ) -> Self {
        Self {
            routes: Routes::new(&link.signals),
            link,
            shared,
            publisher,
            messages,
            jobs: Jobs::new(),
            view: View::default(),
            applied: Applied::default(),
            models: None,
            translator: None,
            stage: None,
            decoded: None,
            shown_brush: MelWindow::new(),
            wanted: false,
            gave_up: false,
            pace: Pace::new(Instant::now()),
            brush_sounds: false,
            unheard: false,
            published: Instant::now(),
            urgent: true,
            failed: Arc::default(),
            retry_at: None,
            named: false,
            look: Look::default(),
            collection: Collection::default(),
            heard: Heard::default(),
            session: Session::default(),
            teach: Teach::default(),
        }
    }

    /// Until the instance is dropped.
    pub fn run(mut self) {
        // However this ends, a render must not wait for it any more.
        let _closing = Closing(Arc::clone(&self.shared));
        while !self.shared.stopping() {
            self.wait();
            // What is asked for now is answered below: every frame that belongs to it
            // was sent before it was asked.
            let asked = self.shared.asked();
            self.wanted |= self.publisher.editor_open() || self.has_choice();
            self.take_actions();
            self.load_models();
            self.follow_state();
            self.retry_scan();
            self.jobs.set_playing(self.shared.is_playing());
            self.take_reports(asked.is_some());
            self.take_looks(asked.is_some() || self.link.is_offline());
            self.follow_audio();
            self.follow_outputs();
            self.follow_parts(Instant::now());
            if let Some(asked) = asked {
                self.shared.answer(asked);
            }
            self.publish();
        }
    }

    /// What belongs to a page of the editor each.
    fn follow_parts(&mut self, now: Instant) {
        self.follow_look(now);
        self.follow_collection(now);
        self.follow_sounding(now);
        self.follow_session(now);
        self.follow_teach(now);
    }

    /// Whether anything was chosen that the networks are needed for.
    pub(super) fn has_choice(&self) -> bool {
        let remembered = self.link.params.remembered.read();
        if !remembered.look.source.is_file() {
            return true;
        }
        let chosen = [
            &remembered.painting,
            &remembered.library,
            &remembered.index,
            &remembered.gallery,
            &remembered.head,
        ];
        chosen.into_iter().any(Option::is_some)
    }

    pub(super) fn take(&mut self, message: Message) {
        match message {
            Message::Attach(end) => {
                let library = self.translator.as_ref().and_then(Translator::library);
                let cache = self.stage.take().map(Stage::into_cache);
                let cache = cache.or(self.decoded.take());
                let stage = Stage::new(*end, cache, library, &self.shared);
                self.session.attach(&stage);
                self.stage = Some(stage);
                self.forget_heard();
                self.routes.attach();
                self.link.forget_played();
                (self.gave_up, self.urgent) = (false, true);
            }
            Message::Detach => {
                self.decoded = self.stage.take().map(Stage::into_cache);
                self.session.detach();
                self.view.clips = ClipsState::default();
                self.view.congruity = None;
                self.forget_all_signals();
                self.urgent = true;
            }
            Message::Wake => {}
        }
    }

    pub(super) fn take_actions(&mut self) {
        while let Ok(action) = self.publisher.actions.try_recv() {
            (self.wanted, self.urgent) = (true, true);
            // What was wrong before has been seen; else it would stand there for ever.
            self.view.warning = None;
            match action {
                Action::Audition(chunk) => self.audition(chunk),
                Action::Calibrate => self.calibrate(),
                Action::TestOutput(test) => self.test_output(test),
                Action::ReloadModels => self.reload_models(),
                Action::Look(action) => self.look_act(action),
                Action::Collection(action) => self.collection_act(action),
                Action::Session(action) => self.session_act(action),
                Action::Teach(action) => self.teach_act(action),
                action => self.act(action),
            }
        }
    }

    fn audition(&mut self, chunk: ChunkId) {
        let library = self.translator.as_ref().and_then(Translator::library);
        let exists = library.is_some_and(|library| library.is_live(chunk));
        if let Some(stage) = self.stage.as_mut().filter(|_| exists) {
            let hit = Hit {
                chunk,
                distance: Distance(0.0),
                score: Score(0.0),
                repeated: false,
            };
            if let Some(error) = stage.audition(hit) {
                self.view.warning = Some(error.to_string());
            }
        }
    }

    /// Tries again to load networks that could not be loaded.
    fn reload_models(&mut self) {
        if self.gave_up {
            self.gave_up = false;
            self.view.models = ModelsState::Loading;
        }
    }

    /// Loads the networks once someone needs them.
    fn load_models(&mut self) {
        if !self.wanted || self.gave_up || self.models.is_some() {
            return;
        }
        let own = bundle::own_path();
        let loaded = locate(own.as_deref()).and_then(|dir| Models::load(&dir));
        // Loading takes some tenths of a second, in which the owner may have gone.
        if self.shared.stopping() {
            return;
        }
        let made = loaded.and_then(|models| {
            let translator = Translator::new(&models, self.settings())?;
            Ok((models, translator))
        });
        self.view.models = match made {
            Ok((models, translator)) => {
                (self.models, self.translator) = (Some(models), Some(translator));
                ModelsState::Ready
            }
            Err(error) => {
                self.gave_up = true;
                ModelsState::Failed {
                    reason: error.to_string(),
                }
            }
        };
        self.urgent = true;
    }

    /// The translation's settings as the parameters are now.
    pub(super) fn settings(&self) -> Settings {
        let params = &self.link.params;
        Settings {
            fraction: Fraction::percent(params.filter.value()).unwrap_or_default(),
            variety: Variety {
                chunks: params.variety.value().max(0) as usize,
                tracks: 0,
            },
            fit: params.fit.value(),
            continuity: params.continuity.value(),
            smoothing: Seconds(f64::from(params.smoothing.value())),
            weights: params.weights(),
            ..Settings::default()
        }
    }

    /// Forgets what was heard, as when the host starts anew.
    pub(super) fn forget_heard(&mut self) {
        if let Some(translator) = &mut self.translator {
            translator.reset();
        }
        self.shown_brush.clear();
        self.forget_signals();
        self.view.congruity = None;
    }

    pub(super) fn note_start(&mut self, start: &Start) {
        let chunk = start.started.chunk;
        let Some(translator) = &mut self.translator else {
            return;
        };
        translator.note_played(chunk);
        self.view.playing = Some(chunk);
        let Some(library) = translator.library() else {
            return;
        };
        let Some(info) = library.get(chunk) else {
            return;
        };
        let track = library.track(info.track).clone();
        self.log_snippet(start, &track.path, &track.name(), info.start);
        self.routes.announce_snippet(track.name(), info.start);
        let distance = start.hit.map_or(Distance(f32::NAN), |hit| hit.distance);
        let score = start.hit.map(|hit| hit.score);
        self.link.note_played(Played {
            serial: start.started.serial,
            at: start.at,
            track: track.path.clone(),
            title: track.name(),
            start: info.start,
            chunk,
            distance,
            score,
        });
        let row = SnippetRow {
            chunk,
            track: track.name(),
            artist: track.artist.clone().unwrap_or_default(),
            start: info.start,
            distance,
            score,
            at: Instant::now(),
        };
        let rows = Arc::make_mut(&mut self.view.snippets);
        rows.insert(0, row);
        rows.truncate(SNIPPET_ROWS);
    }

    /// Publishes the view when it is time.
    fn publish(&mut self) {
        let open = self.publisher.editor_open();
        let period = if open { SHOWN } else { HIDDEN };
        if !self.urgent && self.published.elapsed() < period {
            return;
        }
        (self.urgent, self.published) = (false, Instant::now());
        let newest = self.view.snippets.first();
        if newest.is_none_or(|row| row.at.elapsed() > SNIPPET) {
            self.view.playing = None;
        }
        self.follow_brush();
        self.show_outputs();
        self.view.brush_connected = self.stage.is_some() && self.link.brush_connected();
        if open {
            let held = self.shown_brush.len();
            let frames = self.shown_brush.frames().skip(FRAMES - held);
            self.view.brush_mel = Arc::new(frames.copied().collect());
        }
        self.publisher.publish(self.view.clone());
    }
}
