//! Trying a route out: a known movement goes out, so that one sees what arrives, and one
//! signal alone moves, so that a program that learns by movement learns the right one.

use egui::{Button, Color32, Id, Modal, RichText, Role, Ui, WidgetInfo, vec2};
use outputs::{Signal, Test, Way};

use super::guides::{self, Guide};
use crate::editor::request::Request;
use crate::editor::{theme, widgets};
use crate::view::{Action, View};

/// As a person calls it.
pub fn name_of(way: Way) -> &'static str {
    match way {
        Way::Automation => "automation",
        Way::Midi => "MIDI",
        Way::Voltage => "voltage",
        Way::Osc => "OSC",
        Way::Light => "light",
    }
}

/// A helper that is open.
#[derive(Clone, Debug)]
pub struct Learning {
    way: Way,
    signal: Signal,
    guide: usize,
}

/// Why a route can't be tried now; `None` if it can.
pub fn hindrance(view: &View, way: Way, on: bool) -> Option<&'static str> {
    let by_the_host = matches!(way, Way::Automation | Way::Midi | Way::Voltage);
    if !on {
        Some("Turn it on first.")
    } else if by_the_host && !view.processing {
        Some("The host asks for no sound now: start its audio, or press play.")
    } else {
        None
    }
}

/// The line with both buttons of a route that is `on`.
pub fn trial_ui(
    ui: &mut Ui,
    view: &View,
    (way, on): (Way, bool),
    learning: &mut Option<Learning>,
) -> Option<Request> {
    let mut asked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 22.0;
        let name = name_of(way);
        asked = test_ui(ui, view, way, on);
        let map = ui.add(Button::new(small("Map \u{2026}")));
        map.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Map {name}")));
        let help = "How to map it in your host or at the other end, step by step, with one \
                    signal that moves alone.";
        if map.on_hover_text(help).clicked() {
            *learning = Some(Learning {
                way,
                signal: Signal::Congruity,
                guide: 0,
            });
        }
        if view.testing.is_some_and(|test| test.way == way) {
            widgets::small_line(ui, "a test goes out");
        }
    });
    asked
}

fn test_ui(ui: &mut Ui, view: &View, way: Way, on: bool) -> Option<Request> {
    let running = view.testing.is_some_and(|test| test.way == way);
    let hindrance = hindrance(view, way, on).filter(|_| !running);
    let text = if running { "Stop" } else { "Test" };
    let button = ui.add_enabled(hindrance.is_none(), Button::new(small(text)));
    let label = format!("{text} {}", name_of(way));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, hindrance.is_none(), &label));
    if button.gained_focus() {
        button.scroll_to_me(None);
    }
    let help = "For two seconds all signals of this route go from 0 to 1 and back, and no other \
                route notices; then what is found goes out again.";
    let button = button.on_hover_text(help);
    let clicked = match hindrance {
        Some(hindrance) => button.on_disabled_hover_text(hindrance).clicked(),
        None => button.clicked(),
    };
    let test = (!running).then_some(Test { way, signal: None });
    clicked.then_some(Request::Act(Action::TestOutput(test)))
}

fn small(text: &str) -> RichText {
    RichText::new(text).font(theme::small_font())
}

/// The open helper, above the page.
pub fn learning_ui(
    ui: &mut Ui,
    view: &View,
    on: impl Fn(Way) -> bool,
    learning: &mut Option<Learning>,
) -> Option<Request> {
    let open = learning.as_mut()?;
    let mut asked = None;
    let room = ui.ctx().content_rect().size() - vec2(48.0, 48.0);
    let modal = Modal::new(Id::unique("map a route"))
        .backdrop_color(Color32::from_black_alpha(170))
        .frame(theme::card())
        .show(ui.ctx(), |ui| {
            ui.set_width(room.x.min(560.0));
            ui.set_max_height(room.y.min(460.0));
            let (request, done) = steps_ui(ui, view, on(open.way), open);
            asked = request;
            done
        });
    if modal.inner || modal.should_close() {
        // What moves for a person who has gone moves for nobody.
        if view.testing.is_some_and(|test| test.signal.is_some()) {
            asked = Some(Request::Act(Action::TestOutput(None)));
        }
        *learning = None;
    }
    asked
}

/// What is done by `open`, and whether it is to be closed.
fn steps_ui(ui: &mut Ui, view: &View, on: bool, open: &mut Learning) -> (Option<Request>, bool) {
    let way = open.way;
    let guides = guides::of(way);
    ui.label(RichText::new(format!("Map {}", name_of(way))).heading());
    ui.horizontal(|ui| {
        widgets::small_line(ui, "In");
        let names: Vec<&str> = guides.iter().map(|guide| guide.host).collect();
        ui.scope(|ui| {
            ui.set_width(170.0);
            if let Some(taken) = widgets::chooser(ui, "Where it is mapped", &names, open.guide) {
                open.guide = taken;
            }
        });
        widgets::small_line(ui, "Signal");
        let signals = Signal::ALL.map(Signal::name);
        let taken = open.signal as usize;
        if let Some(place) = widgets::chooser(ui, "Signal that moves", &signals, taken) {
            open.signal = Signal::ALL[place];
        }
    });
    ui.add_space(4.0);
    let guide = guides.get(open.guide).unwrap_or(&guides[0]);
    egui::ScrollArea::vertical()
        .max_height(ui.available_height() - 96.0)
        .show(ui, |ui| guide_ui(ui, guide));
    ui.add_space(6.0);
    let request = wiggle_ui(ui, view, on, open);
    let done = ui
        .add_sized([120.0, 32.0], Button::new("Close"))
        .on_hover_text("Back to the routes (Escape)")
        .clicked();
    (request, done)
}

fn guide_ui(ui: &mut Ui, guide: &Guide) {
    for (number, step) in guide.steps.iter().enumerate() {
        widgets::note(ui, &format!("{}.  {step}", number + 1));
    }
    if !guide.tried {
        widgets::note(ui, "From the maker's manual; not tried by us.");
    }
}

/// The button that has one signal move.
fn wiggle_ui(ui: &mut Ui, view: &View, on: bool, open: &Learning) -> Option<Request> {
    let test = Test {
        way: open.way,
        signal: Some(open.signal),
    };
    let moving = view.testing == Some(test);
    let hindrance = hindrance(view, open.way, on).filter(|_| !moving);
    let text = match moving {
        true => "Stop".to_owned(),
        false => format!("Move {} alone", open.signal.name()),
    };
    let button = ui.add_enabled(
        hindrance.is_none(),
        Button::new(&text).min_size(vec2(220.0, 32.0)),
    );
    let help = "For ten seconds this signal alone goes up and down on this route; the others \
                stand still, so that a host that learns by movement takes this one.";
    let clicked = button.on_hover_text(help).clicked();
    if let Some(hindrance) = hindrance {
        widgets::alert(ui, hindrance);
    }
    let asked = (!moving).then_some(test);
    clicked.then_some(Request::Act(Action::TestOutput(asked)))
}
