//! The picture: where it comes from and how it is looked at.

mod canvas;
mod corners;
mod light;
mod open;
mod source;
mod strip;
pub(in crate::editor::pages) mod textures;

use std::time::{Duration, Instant};

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui, scroll_area::ScrollBarVisibility};
use engine::painting::{Corners, Correction};

use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::theme;
use crate::view::{Action, LookAction};
use textures::Textures;

/// The side with the settings, in points.
const SIDE: f32 = 284.0;

/// Corners that were moved by the keyboard are taken over after so long without a key.
const SETTLE: Duration = Duration::from_millis(400);

/// Corners that were asked for are shown for so long though the worker has not answered.
const ANSWER: Duration = Duration::from_secs(3);

/// What the page knows by itself.
#[derive(Default)]
pub struct PaintingPage {
    textures: Textures,
    /// Corners that are being moved, or were asked for.
    draft: Option<Draft>,
    /// A neutral point is being picked.
    picking: bool,
    /// The path field.
    typed: String,
    /// What is wrong with it.
    refused: Option<&'static str>,
}

/// Corners on their way.
#[derive(Clone, Copy, Debug)]
struct Draft {
    corners: Corners,
    /// When they were moved last.
    moved: Instant,
    /// A hand holds one of them.
    held: bool,
    /// They were asked for.
    asked: bool,
}

impl PaintingPage {
    /// The corners as they are shown.
    fn corners(&self, correction: &Correction) -> Corners {
        self.draft.map_or(correction.corners, |draft| draft.corners)
    }

    /// Asks for the corners that were moved once they are let go.
    fn settle(&mut self, correction: &Correction, now: Instant) -> Option<Request> {
        let draft = self.draft.as_mut()?;
        let rested = now.saturating_duration_since(draft.moved);
        if draft.held {
            return None;
        }
        if draft.asked {
            if draft.corners == correction.corners || rested > ANSWER {
                self.draft = None;
            }
            return None;
        }
        (rested >= SETTLE).then(|| {
            (draft.asked, draft.moved) = (true, now);
            let corners = draft.corners;
            correct(Correction {
                corners,
                ..*correction
            })
        })
    }
}

/// Asks for `correction`.
fn correct(correction: Correction) -> Request {
    Request::Act(Action::Look(LookAction::SetCorrection(correction)))
}

/// Fills the window between the two bars.
pub fn painting_page(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut PaintingPage) -> Vec<Request> {
    let gap = theme::GAP as i8;
    let mut asked = Vec::new();
    let correction = scene.view.look.settings.correction;
    asked.extend(page.settle(&correction, scene.now));
    if page.draft.is_some() {
        ui.ctx().request_repaint_after(SETTLE / 4);
    }
    Panel::top("painting opens")
        .frame(Frame::new().inner_margin(Margin::symmetric(gap, gap / 2)))
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| asked.extend(open::open_ui(ui, scene, page)));
    Panel::right("painting settings")
        .frame(Frame::new().inner_margin(Margin {
            left: 0,
            right: gap / 2,
            ..Margin::same(gap)
        }))
        .exact_size(SIDE)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            ScrollArea::vertical()
                .auto_shrink([false, false])
                .scroll_bar_visibility(ScrollBarVisibility::VisibleWhenNeeded)
                .show(ui, |ui| {
                    ui.set_max_width(ui.available_width() - 6.0);
                    ui.spacing_mut().item_spacing.y = theme::GAP;
                    asked.extend(source::source_ui(ui, scene));
                    asked.extend(light::light_ui(ui, scene, page));
                    asked.extend(source::looks_ui(ui, scene));
                });
        });
    Panel::bottom("painting history")
        .frame(Frame::new().inner_margin(Margin::symmetric(gap, 0)))
        .exact_size(strip::HEIGHT)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            asked.extend(strip::strip_ui(ui, scene, &mut page.textures));
        });
    CentralPanel::default()
        .frame(Frame::new().inner_margin(Margin::same(gap)))
        .show(ui, |ui| asked.extend(canvas::canvas_ui(ui, scene, page)));
    asked
}
