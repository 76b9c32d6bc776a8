//! Help that is asked for: how the brush gets in, host by host, and where the tour is.

use egui::{Button, Color32, Id, Modal, RichText, ScrollArea, Ui, vec2};

use crate::editor::{theme, widgets};

/// What is done with the window of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Take the tour.
    Tour,
    /// It is closed.
    Close,
}

/// The window of help, while it is open.
#[derive(Clone, Copy, Debug, Default)]
pub struct HelpPanel {
    host: usize,
}

/// How the sidechain is fed: a host, its steps, and whether we have done so ourselves.
type Route = (&'static str, &'static [&'static str], bool);

/// In short what docs/hosts.md says.
const SIDECHAIN: [Route; 6] = [
    (
        "Ardour",
        &[
            "Right-click Impasto on the music's track: Pin Connections, Add Sidechain.",
            "Connect the brush's track to it (Sidechain, Routing grid).",
            "Take the brush's track off the master.",
        ],
        true,
    ),
    (
        "Ableton Live",
        &[
            "On the brush's track choose Audio To: the music's track.",
            "Below it choose the plug-in's sidechain input.",
        ],
        false,
    ),
    (
        "Bitwig Studio",
        &["In Impasto's device panel choose the brush's track in the sidechain chooser."],
        false,
    ),
    (
        "REAPER",
        &[
            "Give the music's track four channels (Route).",
            "Send the brush's track to its channels 3/4: they are the sidechain.",
        ],
        false,
    ),
    (
        "Cubase",
        &[
            "Activate side-chaining on the plug-in's panel.",
            "Open Side-Chain Routing and add the brush's track as a source.",
        ],
        false,
    ),
    (
        "another host",
        &[
            "Put the contact microphone on a track of its own.",
            "Find the sidechain or key input of the plug-in, and send that track to it.",
            "Keep the microphone's track off the loudspeakers.",
        ],
        true,
    ),
];

/// The window above the page.
pub fn help_ui(ui: &Ui, panel: &mut HelpPanel, has_tour: bool) -> Option<Asked> {
    let room = ui.ctx().content_rect().size() - vec2(48.0, 48.0);
    let modal = Modal::new(Id::unique("help"))
        .backdrop_color(Color32::from_black_alpha(170))
        .frame(theme::card())
        .show(ui.ctx(), |ui| {
            ui.set_width(room.x.min(560.0));
            ui.set_max_height(room.y.min(440.0));
            content_ui(ui, panel, has_tour)
        });
    modal.inner.or(modal.should_close().then_some(Asked::Close))
}

fn content_ui(ui: &mut Ui, panel: &mut HelpPanel, has_tour: bool) -> Option<Asked> {
    ui.label(RichText::new("Help").heading());
    let height = ui.available_height() - 44.0;
    ScrollArea::vertical()
        .max_height(height)
        .show(ui, |ui| sidechain_ui(ui, panel));
    ui.add_space(6.0);
    let mut asked = None;
    ui.horizontal(|ui| {
        if has_tour {
            let tour = ui.add(Button::new("Take the tour").min_size(vec2(150.0, 32.0)));
            let help = "Impasto's pages in seven steps, with its own music and paintings if you \
                        wish.";
            if tour.on_hover_text(help).clicked() {
                asked = Some(Asked::Tour);
            }
        }
        let close = ui.add(Button::new("Close").min_size(vec2(110.0, 32.0)));
        if close.on_hover_text("Back to the page (Escape)").clicked() {
            asked = Some(Asked::Close);
        }
    });
    asked
}

fn sidechain_ui(ui: &mut Ui, panel: &mut HelpPanel) {
    let title = "The brush: a contact microphone at the sidechain";
    ui.label(RichText::new(title).color(theme::TEXT));
    widgets::note(
        ui,
        "Impasto sits on the track with your music. A contact microphone on the canvas goes to \
         its sidechain input.",
    );
    ui.horizontal(|ui| {
        widgets::small_line(ui, "In");
        ui.scope(|ui| {
            ui.set_width(180.0);
            let names = SIDECHAIN.map(|(host, ..)| host);
            if let Some(taken) = widgets::chooser(ui, "Your host", &names, panel.host) {
                panel.host = taken;
            }
        });
    });
    let (_, steps, tried) = SIDECHAIN[panel.host.min(SIDECHAIN.len() - 1)];
    for (number, step) in steps.iter().enumerate() {
        widgets::note(ui, &format!("{}.  {step}", number + 1));
    }
    if !tried {
        widgets::note(ui, "From the maker's manual; not tried by us.");
    }
    widgets::note(
        ui,
        "Then paint a stroke: the picture under Brush on the page Perform moves. If it does \
         not, look whether the microphone's own track shows a level.",
    );
}
