//! The tour: Impasto's own music and paintings, loaded on request, and its pages in a few
//! steps. Offered once to who has chosen nothing yet; there is a way back to it in the
//! help.

use std::path::{Path, PathBuf};

use egui::{
    Align2, Area, Button, Color32, Frame, Id, Key, Modifiers, Order, RichText, Stroke, Ui, vec2,
};

use super::errand::Errand;
use super::pages::Page;
use super::request::Request;
use super::{theme, widgets};
use crate::view::{Action, LibraryState, PaintingState, View};

/// Where the tour's own material lies, and where is remembered that it was offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TourPlaces {
    /// The folder in the bundle with `library` and `paintings`; `None` if it has none.
    pub material: Option<PathBuf>,
    /// The file that is there once the tour was taken or declined.
    pub marker: Option<PathBuf>,
    /// It was there when the window opened.
    pub seen: bool,
}

/// The painting that the demonstration begins with.
const PAINTING: &str = "paintings/hokusai-great-wave.jpg";

/// A step: its page, what it is about, and two sentences.
type Step = (Page, &'static str, &'static str);

const STEPS: [Step; 7] = [
    (
        Page::Painting,
        "A painting chooses the music",
        "Load a picture of your canvas, or let Impasto watch a camera's folder. Networks find \
         what of your music goes with it.",
    ),
    (
        Page::Library,
        "Your music, by the painting",
        "Choose a folder of your own music; it is listened to once. What goes with the painting \
         lights up: that is what will be played.",
    ),
    (
        Page::Perform,
        "The brush plays",
        "A contact microphone on the canvas goes to the sidechain. Each stroke plays the snippet \
         that sounds most like it, of those that go with the painting.",
    ),
    (
        Page::Perform,
        "Congruity",
        "The large number says how well the music at the main input goes with the painting, from \
         0 to 1. Freeze holds the choice while you go on painting.",
    ),
    (
        Page::Teach,
        "Your own judgement",
        "Say which of your music goes with which picture, and Impasto learns it on this computer. \
         It is measured against chance, and you can always go back.",
    ),
    (
        Page::Outputs,
        "To the stage",
        "Congruity and its parts leave as automation, MIDI, voltage, OSC and light. Each route \
         can be tested, and says how to map it.",
    ),
    (
        Page::Session,
        "What was played",
        "Strokes, snippets and paintings are kept with their times. Export them, so that a \
         performance becomes material.",
    ),
];

/// What the window knows of it.
pub struct Tour {
    places: TourPlaces,
    /// The step shown, while it is being taken.
    step: Option<usize>,
    /// The button that goes on gets the keyboard.
    fresh: bool,
    /// It was taken or declined; writes that down.
    marking: Option<Errand<()>>,
}

impl Tour {
    /// Not being taken.
    pub fn new(places: TourPlaces) -> Self {
        Self {
            places,
            step: None,
            fresh: false,
            marking: None,
        }
    }

    /// Whether it is being taken.
    pub fn is_on(&self) -> bool {
        self.step.is_some()
    }

    /// Begins it.
    pub fn begin(&mut self) -> Request {
        self.mark_seen();
        self.go(0)
    }

    fn go(&mut self, step: usize) -> Request {
        (self.step, self.fresh) = (Some(step), true);
        Request::Show(STEPS[step].0)
    }

    /// Never offered again, in this window and later.
    fn mark_seen(&mut self) {
        if std::mem::replace(&mut self.places.seen, true) {
            return;
        }
        if let Some(marker) = self.places.marker.clone() {
            // If it can't be written, it is offered again next time: no harm.
            self.marking = Errand::start(move || _ = write(&marker), || ());
        }
    }

    /// What loads the demonstration.
    fn demonstration(&mut self) -> Vec<Request> {
        self.mark_seen();
        let Some(material) = &self.places.material else {
            return Vec::new();
        };
        let actions = [
            Action::SetLibrary(material.join("library")),
            Action::LoadPainting(material.join(PAINTING)),
            Action::SetGallery(material.join("paintings")),
        ];
        actions.map(Request::Act).into()
    }

    /// Above the page: the offer, or the step that is being taken.
    pub fn ui(&mut self, ui: &Ui, view: &View) -> Vec<Request> {
        let nothing = view.painting == PaintingState::None && view.library == LibraryState::None;
        match self.step {
            Some(step) => self.step_ui(ui, step, nothing),
            None if nothing && !self.places.seen && self.places.material.is_some() => {
                self.offer_ui(ui)
            }
            None => Vec::new(),
        }
    }

    fn offer_ui(&mut self, ui: &Ui) -> Vec<Request> {
        let mut asked = Vec::new();
        // Over the place of the painting, where nothing is yet.
        floating(ui, "tour offer", Align2::LEFT_TOP, 300.0, |ui| {
            ui.label(RichText::new("New here?").color(theme::TEXT));
            widgets::note(
                ui,
                "Impasto brings some music and paintings of its own, to look and listen with.",
            );
            ui.horizontal(|ui| {
                if button(ui, "Take the tour", "The pages in seven steps") {
                    asked.push(self.begin());
                }
                if button(ui, "No, thanks", "Not offered again; Help has it") {
                    self.mark_seen();
                }
            });
            let help = "Load Impasto's own music and paintings, now";
            if button(ui, "Load the demonstration", help) {
                asked.extend(self.demonstration());
            }
        });
        asked
    }

    fn step_ui(&mut self, ui: &Ui, step: usize, nothing: bool) -> Vec<Request> {
        let mut asked = Vec::new();
        let last = step + 1 == STEPS.len();
        let (page, title, text) = STEPS[step.min(STEPS.len() - 1)];
        mark_tab(ui, page);
        let mut to = None;
        let mut close = false;
        floating(ui, "tour", Align2::CENTER_BOTTOM, 520.0, |ui| {
            let count = format!("{} of {}", step + 1, STEPS.len());
            widgets::header(ui, &count, |ui| {
                widgets::caption(ui, page.name());
            });
            ui.label(RichText::new(title).heading());
            widgets::note(ui, text);
            ui.horizontal(|ui| {
                let name = if last { "Done" } else { "Next" };
                let next = ui.add(
                    Button::new(RichText::new(name).color(theme::GROUND))
                        .fill(theme::AMBER)
                        .min_size(vec2(84.0, 32.0)),
                );
                if std::mem::take(&mut self.fresh) {
                    next.request_focus();
                }
                if next.on_hover_text("Go on (right arrow)").clicked() {
                    (to, close) = ((!last).then_some(step + 1), last);
                }
                let back = Button::new("Back").min_size(vec2(84.0, 32.0));
                let back = ui.add_enabled(step > 0, back);
                if back.on_hover_text("Go back (left arrow)").clicked() {
                    to = step.checked_sub(1);
                }
                if button(ui, "Close", "End the tour (Escape); Help has it") {
                    close = true;
                }
                let help = "Load Impasto's own music and paintings, now";
                if nothing
                    && self.places.material.is_some()
                    && button(ui, "Load the demonstration", help)
                {
                    asked.extend(self.demonstration());
                }
            });
        });
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::ArrowRight) && !last {
            to = Some(step + 1);
        } else if pressed(Key::ArrowLeft) {
            to = step.checked_sub(1);
        }
        if close || pressed(Key::Escape) {
            self.step = None;
        } else if let Some(to) = to {
            asked.push(self.go(to));
        }
        asked
    }
}

/// A card above the page.
fn floating(ui: &Ui, name: &str, at: Align2, width: f32, content: impl FnOnce(&mut Ui)) {
    // Below the bar at the top, or above the line at the bottom.
    let offset = match at {
        Align2::LEFT_TOP => vec2(16.0, 56.0),
        _ => vec2(0.0, -38.0),
    };
    let width = width.min(ui.ctx().content_rect().width() - 32.0);
    Area::new(Id::unique(name))
        .order(Order::Foreground)
        .anchor(at, offset)
        .show(ui.ctx(), |ui| {
            let frame: Frame = theme::card()
                .fill(theme::RAISED)
                .stroke(Stroke::new(1.0, theme::AMBER));
            frame.show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 6.0;
                content(ui);
            });
        });
}

fn button(ui: &mut Ui, name: &str, help: &str) -> bool {
    let button = Button::new(name).min_size(vec2(0.0, 32.0));
    let button = button.stroke(Stroke::new(1.0, theme::LINE));
    ui.add(button).on_hover_text(help).clicked()
}

/// Draws a ring around the tab of the page that a step is about.
fn mark_tab(ui: &Ui, page: Page) {
    let place: Option<egui::Rect> = ui.data(|data| data.get_temp(tab_id(page)));
    if let Some(place) = place {
        let painter = ui.ctx().layer_painter(egui::LayerId::new(
            Order::Foreground,
            Id::unique("tour mark"),
        ));
        painter.rect_stroke(
            place.expand(1.0),
            5.0,
            Stroke::new(2.0, theme::AMBER),
            egui::StrokeKind::Outside,
        );
        painter.rect_filled(place, 5.0, Color32::TRANSPARENT);
    }
}

fn tab_id(page: Page) -> Id {
    Id::unique("tab place").with(page.name())
}

/// Remembers where the tab of `page` is, for the tour.
pub fn note_tab(ui: &Ui, page: Page, place: egui::Rect) {
    ui.data_mut(|data| data.insert_temp(tab_id(page), place));
}

fn write(marker: &Path) -> std::io::Result<()> {
    if let Some(folder) = marker.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(
        marker,
        "The tour was taken or declined; delete this file to be asked again.\n",
    )
}
