//! The whole window: where the cards lie, and the little that the editor knows by itself
//! (what is being typed, which browser is open). Needs no window, so tests drive it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{
    CentralPanel, Color32, Frame, Id, Key, Margin, Modal, Modifiers, Panel, Rect, ScrollArea, Ui,
    UiBuilder, vec2,
};
use outputs::Values;

use super::browser::{Browser, Contents, Outcome, Thumbnails, browser_ui};
use super::drops::Drops;
use super::pages::{
    Page, Scene,
    library::{LibraryPage, library_page},
    painting::{PaintingPage, painting_page},
    perform::{PerformPage, freeze_toggled, perform_page},
    session::{SessionPage, session_page},
    teach::{TeachPage, teach_page},
};
use super::panels::{
    help::{self, HelpPanel, help_ui},
    library::failed_ui,
    outputs::{Outputs, outputs_ui},
    parameters,
    presets::{Asked, PresetsPanel, presets_ui},
    status::status_ui,
    top::top_ui,
};
use super::pictures::Pictures;
use super::places::Places;
use super::presets::{Preset, shelf::Shelf};
use super::request::{Purpose, Request};
use super::shortcuts::{self, Shortcut};
use super::text::SystemFonts;
use super::tour::Tour;
use super::undo::Undo;
use super::window::RepaintNotifier;
use super::{MIN_SIZE, theme};
use crate::looking::LookSource;
use crate::params::ImpastoParams;
use crate::view::{
    Action, CalibrationState, HeadState, LibraryState, LookAction, PaintingState, TeachAction, View,
};

/// The zooms that can be chosen, in percent.
pub const ZOOMS: [u32; 9] = [75, 90, 100, 125, 150, 175, 200, 225, 250];

/// Height of the bar at the top, in points: its tabs are hit with a wet hand.
const TOP: f32 = 40.0;

/// How long what the user is told stands there.
const TOLD: Duration = Duration::from_secs(6);

/// Height of the line at the bottom, in points.
const STATUS: f32 = 26.0;

/// The editor of one window.
pub struct Screen {
    pictures: Pictures,
    page: Page,
    perform: PerformPage,
    library: LibraryPage,
    painting: PaintingPage,
    teach: TeachPage,
    outputs: Outputs,
    session: SessionPage,
    /// A calibration that was asked for has not been taken over.
    calibrating: bool,
    browser: Option<Browser>,
    drops: Drops,
    thumbnails: Thumbnails,
    failed_shown: bool,
    /// What the user was told last, and when.
    told: Option<(String, Instant)>,
    undo: Undo,
    shelf: Shelf,
    /// The list of presets, while it is open.
    presets: Option<PresetsPanel>,
    /// The help, while it is open.
    help: Option<HelpPanel>,
    tour: Tour,
    places: Places,
    repaint: RepaintNotifier,
}

impl Screen {
    /// A new window; `repaint` is told when something outside the drawing thread is done.
    pub fn new(places: Places, repaint: RepaintNotifier) -> Self {
        Self {
            pictures: Pictures::default(),
            page: Page::default(),
            perform: PerformPage::default(),
            library: LibraryPage::default(),
            painting: PaintingPage::default(),
            teach: TeachPage::default(),
            outputs: Outputs::default(),
            session: SessionPage::default(),
            calibrating: false,
            browser: None,
            drops: Drops::default(),
            thumbnails: Thumbnails::new(repaint.clone()),
            failed_shown: false,
            told: None,
            undo: Undo::default(),
            shelf: Shelf::new(places.presets.clone()),
            presets: None,
            help: None,
            tour: Tour::new(places.tour.clone()),
            places,
            repaint,
        }
    }

    /// Draws `view` and `params` and returns what is asked of the worker, the host and the
    /// window. `zoom` is in percent.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        zoom: u32,
        now: Instant,
    ) -> Vec<Request> {
        SystemFonts::attend(ui.ctx());
        self.perform.observe(view, now);
        self.shelf.poll();
        let keyed = self.keyed(ui, params);
        let room = ui.available_size();
        let (width, height) = MIN_SIZE;
        let mut asked = if room.x < width || room.y < height {
            // A host that grants less than the smallest size gets to see a part of it.
            ScrollArea::both()
                .show(ui, |ui| {
                    let size = room.max(vec2(width, height));
                    ui.set_min_size(size);
                    let whole = Rect::from_min_size(ui.min_rect().min, size);
                    let place = UiBuilder::new().max_rect(whole);
                    ui.scope_builder(place, |ui| self.cards_ui(ui, view, params, zoom, now))
                        .inner
                })
                .inner
        } else {
            self.cards_ui(ui, view, params, zoom, now)
        };
        asked.extend(keyed);
        asked.extend(self.overlays_ui(ui, view));
        asked.extend(self.presets_ui(ui, params));
        asked.extend(self.drops.drops_ui(ui, self.page, now));
        asked.extend(self.take_calibration(view, params));
        self.undo.note(&asked);
        self.keep_own(asked, view)
    }

    fn cards_ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        zoom: u32,
        now: Instant,
    ) -> Vec<Request> {
        let mut asked = Vec::new();
        let bar = Frame::new().inner_margin(Margin::symmetric(theme::GAP as i8, 0));
        Panel::top("top")
            .frame(bar)
            .exact_size(TOP)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                asked.extend(top_ui(ui, view, self.page, &self.undo))
            });
        Panel::bottom("status")
            .frame(Frame::new().inner_margin(Margin::symmetric(14, 0)))
            .exact_size(STATUS)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                let told = self.told(now);
                asked.extend(status_ui(ui, view, told, &self.places, zoom))
            });
        asked.extend(self.page_ui(ui, view, params, now));
        asked
    }

    fn page_ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        now: Instant,
    ) -> Vec<Request> {
        let scene = &mut Scene {
            view,
            params,
            places: &self.places,
            pictures: &mut self.pictures,
            now,
        };
        match self.page {
            Page::Perform => perform_page(ui, scene, &mut self.perform),
            Page::Library => library_page(ui, scene, &mut self.library),
            Page::Painting => painting_page(ui, scene, &mut self.painting),
            Page::Teach => teach_page(ui, scene, &mut self.teach),
            Page::Outputs => self.outputs_ui(ui, view, params, now),
            Page::Session => session_page(ui, scene, &mut self.session),
        }
    }

    /// Where the signals go.
    fn outputs_ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        now: Instant,
    ) -> Vec<Request> {
        let frame = Frame::new().inner_margin(Margin::same(theme::GAP as i8));
        CentralPanel::default()
            .frame(frame)
            .show(ui, |ui| {
                outputs_ui(ui, view, params, &mut self.outputs, now)
            })
            .inner
    }

    /// Shows `sentence` in the line at the bottom for some seconds.
    pub fn tell(&mut self, sentence: &str, now: Instant) {
        self.told = Some((sentence.to_owned(), now));
    }

    /// What was told last, while it is new.
    fn told(&self, now: Instant) -> Option<&str> {
        let new = |at: Instant| now.saturating_duration_since(at) < TOLD;
        let told = self.told.as_ref().filter(|(_, at)| new(*at));
        told.map(|(sentence, _)| sentence.as_str())
    }

    /// Takes signals of the past into the curves, oldest first.
    pub fn recall(&mut self, at: Instant, values: Values) {
        self.perform.recall(at, values);
    }

    /// Whether an open browser waits for a folder, or for pictures in it, to be read.
    pub fn is_reading(&self) -> bool {
        let reads = |browser: &Browser| browser.contents == Contents::Loading;
        self.browser.as_ref().is_some_and(reads) || self.thumbnails.awaited() > 0
    }

    /// How soon to draw again, if nothing else asks for it before: what is published and
    /// set is seen at once anyway, so this is for what moves with time alone.
    pub fn pace(&self, view: &View, now: Instant) -> Duration {
        let sounding = view.sounding.now.is_some();
        let flashing = self.page == Page::Perform && self.perform.is_flashing(now);
        match sounding || flashing {
            // The play position, and the marks of strokes.
            true => Duration::from_millis(33),
            // Ages in seconds, and curves that move a point in a second.
            false => Duration::from_millis(500),
        }
    }

    /// Whether `key` is a shortcut of the editor's; all other keys are the host's, unless
    /// something in the window has the focus.
    pub fn wants_key(&self, key: Key, modifiers: Modifiers) -> bool {
        let open = self.browser.is_some() || self.failed_shown || self.presets.is_some();
        open && key == Key::Escape || shortcuts::of(key, modifiers).is_some()
    }

    /// Sets the parameters to what a calibration found that this window saw begin.
    fn take_calibration(&mut self, view: &View, params: &ImpastoParams) -> Vec<Request> {
        let listening = matches!(view.calibration, CalibrationState::Listening { .. });
        let began = std::mem::replace(&mut self.calibrating, listening);
        match &view.calibration {
            CalibrationState::Done { found } if began => parameters::calibrated(params, found),
            _ => Vec::new(),
        }
    }

    fn overlays_ui(&mut self, ui: &mut Ui, view: &View) -> Vec<Request> {
        let mut asked = self.tour.ui(ui, view);
        if let Some(help) = &mut self.help
            && let Some(done) = help_ui(ui, help, self.places.tour.material.is_some())
        {
            self.help = None;
            asked.extend((done == help::Asked::Tour).then(|| self.tour.begin()));
        }
        if self.browser.is_none() {
            self.thumbnails.rest();
        }
        if let Some(browser) = &mut self.browser {
            let polled = browser.poll();
            let outcome =
                polled.or_else(|| browser_ui(ui, browser, &self.places, &mut self.thumbnails));
            if let Some(outcome) = outcome {
                let purpose = browser.purpose;
                self.browser = None;
                if let Outcome::Chosen(path) = outcome {
                    asked.push(Request::Act(match purpose {
                        Purpose::Painting => Action::LoadPainting(path),
                        Purpose::Library => Action::SetLibrary(path),
                        Purpose::Gallery => Action::SetGallery(path),
                        Purpose::Head => Action::SetHead(path),
                        Purpose::Pairs => Action::Teach(TeachAction::SetFolder(path)),
                        Purpose::Inbox => look_at(LookSource::Folder(path)),
                        Purpose::Frames => look_at(LookSource::Recording(path)),
                    }));
                }
            }
        }
        if let (true, LibraryState::Ready { folder, failed, .. }) =
            (self.failed_shown, &view.library)
        {
            let size = (ui.ctx().content_rect().size() - vec2(64.0, 64.0)).min(vec2(640.0, 420.0));
            let modal = Modal::new(Id::unique("failed files"))
                .backdrop_color(Color32::from_black_alpha(170))
                .frame(theme::card())
                .show(ui.ctx(), |ui| {
                    ui.set_min_size(size);
                    ui.set_max_size(size);
                    failed_ui(ui, folder, failed)
                });
            let closing = modal.should_close();
            let (retries, closed) = modal.inner;
            asked.extend(retries);
            self.failed_shown = !(closed || closing);
        } else {
            self.failed_shown = false;
        }
        asked
    }

    /// What keys ask for, wherever the keyboard is.
    fn keyed(&mut self, ui: &Ui, params: &ImpastoParams) -> Vec<Request> {
        let mut asked = Vec::new();
        // What is open over the page has the keyboard to itself.
        if self.browser.is_some()
            || self.presets.is_some()
            || self.help.is_some()
            || self.tour.is_on()
        {
            return asked;
        }
        for shortcut in shortcuts::take(ui.ctx()) {
            match shortcut {
                Shortcut::Freeze => asked.extend(freeze_toggled(params)),
                Shortcut::Undo => asked.push(Request::Undo),
                Shortcut::Redo => asked.push(Request::Redo),
                Shortcut::Show(page) => asked.push(Request::Show(page)),
            }
        }
        asked
    }

    /// The list of presets, if it is open.
    fn presets_ui(&mut self, ui: &Ui, params: &ImpastoParams) -> Vec<Request> {
        let Some(panel) = &mut self.presets else {
            return Vec::new();
        };
        let mut requests = Vec::new();
        let repaint = self.repaint.clone();
        let wake = move || repaint.request_repaint();
        for asked in presets_ui(ui, &self.shelf, panel) {
            match asked {
                Asked::Apply(preset) => requests.extend(preset.requests(params)),
                Asked::Save(name) => self.shelf.save(Preset::of(params, &name), wake.clone()),
                Asked::Remove(name) => self.shelf.remove(&name, wake.clone()),
                Asked::Close => self.presets = None,
            }
        }
        requests
    }

    /// Does what the editor does by itself, and passes the rest on.
    fn keep_own(&mut self, asked: Vec<Request>, view: &View) -> Vec<Request> {
        let mut rest = Vec::new();
        for request in asked {
            match request {
                Request::Browse(purpose) => self.browse(purpose, view),
                Request::BrowseAt(purpose, place) => self.browse_at(purpose, place),
                Request::ShowFailed => self.failed_shown = true,
                Request::Help => self.help = Some(HelpPanel::default()),
                Request::Show(page) => self.page = page,
                Request::ShowPresets => {
                    let repaint = self.repaint.clone();
                    self.shelf.refresh(move || repaint.request_repaint());
                    self.presets = Some(PresetsPanel::default());
                }
                Request::Undo => rest.extend(self.undo.undo()),
                Request::Redo => rest.extend(self.undo.redo()),
                other => rest.push(other),
            }
        }
        rest
    }

    /// Opens the browser where the last choice of its kind was made.
    fn browse(&mut self, purpose: Purpose, view: &View) {
        let chosen = match purpose {
            Purpose::Painting => match &view.painting {
                PaintingState::None => None,
                PaintingState::Loading { path }
                | PaintingState::Ready { path, .. }
                | PaintingState::Failed { path, .. } => path.parent().map(ToOwned::to_owned),
            },
            Purpose::Library => match &view.library {
                LibraryState::None => None,
                LibraryState::Indexing { folder, .. }
                | LibraryState::Ready { folder, .. }
                | LibraryState::Failed { folder, .. } => Some(folder.clone()),
            },
            Purpose::Gallery => view.gallery.clone(),
            Purpose::Pairs => Some(view.teach.folder.clone()),
            Purpose::Head => match &view.head {
                HeadState::Shipped => None,
                HeadState::Taught { path, .. } | HeadState::Failed { path, .. } => {
                    path.parent().map(ToOwned::to_owned)
                }
            },
            Purpose::Inbox | Purpose::Frames => {
                view.look.settings.source.folder().map(ToOwned::to_owned)
            }
        };
        let usual = match purpose {
            Purpose::Library => ["Music", "Home"],
            _ => ["Pictures", "Home"],
        };
        let folder = chosen.unwrap_or_else(|| self.places.start(&usual));
        self.browse_at(purpose, folder);
    }

    fn browse_at(&mut self, purpose: Purpose, folder: PathBuf) {
        let home = self.places.home.clone();
        self.browser = Some(Browser::open(purpose, folder, home, self.repaint.clone()));
    }
}

/// Asks for another source of the painting's picture.
fn look_at(source: LookSource) -> Action {
    Action::Look(LookAction::SetSource(source))
}
