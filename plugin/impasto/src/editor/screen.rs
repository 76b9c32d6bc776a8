//! The whole window: where the cards lie, and the little that the editor knows by itself
//! (what is being typed, which browser is open). Needs no window, so tests drive it.

use std::time::{Duration, Instant};

use egui::{
    Align, CentralPanel, Color32, Frame, Id, Layout, Margin, Modal, Panel, Rect, ScrollArea, Ui,
    UiBuilder, vec2,
};
use nice_plug_egui::RepaintNotifier;

use super::browser::{Browser, Contents, Outcome, browser_ui};
use super::history::History;
use super::panels::{
    brush::{brush_height, brush_ui},
    congruity::congruity_ui,
    library::{failed_ui, library_ui},
    outputs::{Outputs, outputs_ui},
    painting::painting_ui,
    parameters::{self, Controls, parameters_ui},
    snippets::snippets_ui,
    status::{Page, status_ui},
    suggestion::suggestion_ui,
};
use super::pictures::Pictures;
use super::places::Places;
use super::request::{Purpose, Request};
use super::{MIN_SIZE, theme, widgets};
use crate::params::ImpastoParams;
use crate::view::{
    Action, CalibrationState, HeadState, LibraryState, ModelsState, PaintingState, View,
};

/// How long a stroke's flash takes to fade.
const FLASH: Duration = Duration::from_millis(250);

/// The zooms that can be chosen, in percent.
pub const ZOOMS: [u32; 7] = [75, 90, 100, 125, 150, 175, 200];

/// The editor of one window.
pub struct Screen {
    pictures: Pictures,
    history: History,
    page: Page,
    controls: Controls,
    outputs: Outputs,
    /// A calibration that was asked for has not been taken over.
    calibrating: bool,
    browser: Option<Browser>,
    failed_shown: bool,
    /// Counted when last seen; `None` in a new window, which flashes for none of the past.
    strokes: Option<u64>,
    last_stroke: Option<Instant>,
    places: Places,
    repaint: RepaintNotifier,
}

impl Screen {
    /// A new window; `repaint` is told when something outside the drawing thread is done.
    pub fn new(places: Places, repaint: RepaintNotifier) -> Self {
        Self {
            pictures: Pictures::default(),
            history: History::default(),
            page: Page::default(),
            controls: Controls::default(),
            outputs: Outputs::default(),
            calibrating: false,
            browser: None,
            failed_shown: false,
            strokes: None,
            last_stroke: None,
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
        self.observe(view, now);
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
        asked.extend(self.overlays_ui(ui, view));
        asked.extend(self.take_calibration(view, params));
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
        Panel::bottom("status")
            .frame(Frame::new().inner_margin(Margin::symmetric(14, 0)))
            .exact_size(28.0)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                let page = &mut self.page;
                asked.extend(status_ui(ui, view, &self.places, zoom, page))
            });
        asked.extend(match self.page {
            Page::Perform => self.perform_ui(ui, view, params, now),
            Page::Outputs => self.outputs_ui(ui, view, params, now),
        });
        asked
    }

    /// Where the signals go.
    fn outputs_ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        now: Instant,
    ) -> Vec<Request> {
        let margin = Margin {
            bottom: 0,
            ..Margin::same(theme::GAP as i8)
        };
        CentralPanel::default()
            .frame(Frame::new().inner_margin(margin))
            .show(ui, |ui| {
                outputs_ui(ui, view, params, &mut self.outputs, now)
            })
            .inner
    }

    /// What is played from, what is heard, and the parameters.
    fn perform_ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        now: Instant,
    ) -> Vec<Request> {
        let mut asked = Vec::new();
        Panel::bottom("parameters")
            .frame(theme::card().outer_margin(Margin::symmetric(theme::GAP as i8, 0)))
            .exact_size(parameters::HEIGHT + 20.0)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                let calibration = &view.calibration;
                asked.extend(parameters_ui(ui, params, calibration, &mut self.controls))
            });
        let width = (ui.available_width() * 0.38).clamp(250.0, 420.0);
        Panel::right("live")
            .frame(Frame::new().inner_margin(Margin {
                left: 0,
                right: 8,
                top: 8,
                bottom: 8,
            }))
            .exact_size(width)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| asked.extend(self.live_ui(ui, view, params, now)));
        CentralPanel::default()
            .frame(Frame::new().inner_margin(Margin {
                left: 8,
                right: 8,
                top: 8,
                bottom: 8,
            }))
            .show(ui, |ui| asked.extend(self.sources_ui(ui, view)));
        asked
    }

    /// Takes a congruity of the past into the curve, oldest first.
    pub fn recall(&mut self, at: Instant, congruity: Option<f32>) {
        self.history.push(at, congruity);
    }

    /// Whether an open browser waits for a folder to be read.
    pub fn is_reading(&self) -> bool {
        let reads = |browser: &Browser| browser.contents == Contents::Loading;
        self.browser.as_ref().is_some_and(reads)
    }

    /// How soon to draw again, if nothing else asks for it before.
    pub fn pace(&self, view: &View, now: Instant) -> Duration {
        let flashing = self.flash(now) > 0.0;
        let busy = matches!(view.library, LibraryState::Indexing { .. });
        let known = view.signals.0.iter().any(Option::is_some);
        match view.brush_connected || view.congruity.is_some() || known || flashing || busy {
            true => Duration::from_millis(33),
            // What is published while nothing moves is still seen soon.
            false => Duration::from_millis(200),
        }
    }

    fn observe(&mut self, view: &View, now: Instant) {
        self.history
            .push(now, view.congruity.map(engine::units::Congruity::get));
        if self.strokes.is_some_and(|seen| view.strokes > seen) {
            self.last_stroke = Some(now);
        }
        self.strokes = Some(view.strokes);
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

    /// 1 at a stroke, falling to 0.
    fn flash(&self, now: Instant) -> f32 {
        self.last_stroke.map_or(0.0, |stroke| {
            let passed = now.saturating_duration_since(stroke).as_secs_f32();
            (1.0 - passed / FLASH.as_secs_f32()).max(0.0)
        })
    }

    /// The right side: what is heard and decided now.
    fn live_ui(
        &mut self,
        ui: &mut Ui,
        view: &View,
        params: &ImpastoParams,
        now: Instant,
    ) -> Vec<Request> {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let total = ui.available_height();
        let congruity = (total * 0.26).clamp(110.0, 156.0);
        let margins = theme::card().total_margin().sum();
        let brush = brush_height(ui.available_width() - margins.x) + margins.y;
        let brush = (total * 0.36).max(130.0).min(brush);
        let asked = card(ui, congruity, |ui| {
            congruity_ui(ui, view, params, &self.history, now)
        });
        let mut asked = asked.unwrap_or_default();
        let flash = self.flash(now);
        card(ui, brush, |ui| {
            brush_ui(ui, view, flash, &mut self.pictures)
        });
        let rest = ui.available_height();
        let snippets = card(ui, rest, |ui| snippets_ui(ui, view, now));
        asked.extend(snippets.unwrap_or_default());
        asked
    }

    /// The left side: what it all comes from.
    fn sources_ui(&mut self, ui: &mut Ui, view: &View) -> Vec<Request> {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let mut asked = Vec::new();
        if let ModelsState::Failed { reason } = &view.models {
            theme::card().show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                widgets::alert(ui, reason);
            });
        }
        let cards = 112.0;
        let painting = (ui.available_height() - cards - theme::GAP).max(60.0);
        let size = vec2(ui.available_width(), painting);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_min_size(size);
            asked.extend(painting_ui(ui, view, &mut self.pictures));
        });
        let half = (ui.available_width() - theme::GAP) / 2.0;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            let Self {
                places, pictures, ..
            } = self;
            for side in 0..2 {
                let part = vec2(half, cards);
                ui.allocate_ui_with_layout(part, Layout::top_down(Align::Min), |ui| {
                    let requests = card(ui, cards, |ui| match side {
                        0 => library_ui(ui, view, places),
                        _ => suggestion_ui(ui, view, pictures),
                    });
                    asked.extend(requests.unwrap_or_default());
                });
            }
        });
        asked
    }

    fn overlays_ui(&mut self, ui: &mut Ui, view: &View) -> Vec<Request> {
        let mut asked = Vec::new();
        if let Some(browser) = &mut self.browser {
            let polled = browser.poll();
            let outcome = polled.or_else(|| browser_ui(ui, browser, &self.places));
            if let Some(outcome) = outcome {
                let purpose = browser.purpose;
                self.browser = None;
                if let Outcome::Chosen(path) = outcome {
                    asked.push(Request::Act(match purpose {
                        Purpose::Painting => Action::LoadPainting(path),
                        Purpose::Library => Action::SetLibrary(path),
                        Purpose::Gallery => Action::SetGallery(path),
                        Purpose::Head => Action::SetHead(path),
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
            self.failed_shown = !(modal.inner || modal.should_close());
        } else {
            self.failed_shown = false;
        }
        asked
    }

    /// Does what the editor does by itself, and passes the rest on.
    fn keep_own(&mut self, asked: Vec<Request>, view: &View) -> Vec<Request> {
        let mut rest = Vec::new();
        for request in asked {
            match request {
                Request::Browse(purpose) => self.browse(purpose, view),
                Request::ShowFailed => self.failed_shown = true,
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
            Purpose::Head => match &view.head {
                HeadState::Shipped => None,
                HeadState::Taught { path, .. } | HeadState::Failed { path, .. } => {
                    path.parent().map(ToOwned::to_owned)
                }
            },
        };
        let usual = match purpose {
            Purpose::Library => ["Music", "Home"],
            Purpose::Painting | Purpose::Gallery | Purpose::Head => ["Pictures", "Home"],
        };
        let folder = chosen.unwrap_or_else(|| self.places.start(&usual));
        let home = self.places.home.clone();
        self.browser = Some(Browser::open(purpose, folder, home, self.repaint.clone()));
    }
}

/// A card of the full width and `height` over all; nothing where there is no room.
fn card<R>(ui: &mut Ui, height: f32, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let frame = theme::card();
    let size = vec2(ui.available_width(), height) - frame.total_margin().sum();
    (size.x > 8.0 && size.y > 8.0).then(|| {
        let inside = frame.show(ui, |ui| {
            ui.set_min_size(size);
            ui.set_max_size(size);
            ui.shrink_clip_rect(ui.max_rect().expand(3.0));
            ui.spacing_mut().item_spacing.y = 6.0;
            content(ui)
        });
        inside.inner
    })
}
