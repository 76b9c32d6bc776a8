//! Where the picture comes from, how often it is looked at, and what came of it.

use std::time::Duration;

use egui::{Slider, Ui, vec2};
use engine::painting::Sensitivity;
use engine::units::Seconds;

use super::open::{choice, wide_button};
use crate::editor::pages::Scene;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, theme, widgets};
use crate::looking::{EVERY, LookSource};
use crate::view::{Action, LiveState, LookAction, LookState, PaintingState};

fn ask(action: LookAction) -> Request {
    Request::Act(Action::Look(action))
}

/// The choice of a source.
pub fn source_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let settings = &scene.view.look.settings;
    let mut asked = Vec::new();
    theme::card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        widgets::header(ui, "Picture from", |_| {});
        let width = (ui.available_width() - 6.0) / 2.0;
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        ui.horizontal(|ui| {
            let still = settings.source == LookSource::Still;
            let button = choice(ui, "A file", still, width);
            if button.on_hover_text("Read the picture once").clicked() && !still {
                asked.push(ask(LookAction::SetSource(LookSource::Still)));
            }
            let watched = settings.source == LookSource::File;
            let button = choice(ui, "A file, watched", watched, width);
            let help = "Read the picture again whenever its file is written";
            if button.on_hover_text(help).clicked() && !watched {
                asked.push(ask(LookAction::SetSource(LookSource::File)));
            }
        });
        ui.horizontal(|ui| {
            let folder = matches!(settings.source, LookSource::Folder(_));
            let button = choice(ui, "A folder", folder, width);
            let help =
                "The newest picture in a folder: a tethered camera, or a phone's photographs";
            if button.on_hover_text(help).clicked() {
                asked.push(Request::Browse(Purpose::Inbox));
            }
            let recording = matches!(settings.source, LookSource::Recording(_));
            let button = choice(ui, "A time lapse", recording, width);
            let help = "The pictures in a folder one after the other, to rehearse without paint";
            if button.on_hover_text(help).clicked() {
                asked.push(Request::Browse(Purpose::Frames));
            }
        });
        asked.extend(camera_ui(ui, &settings.source));
        ui.add_space(2.0);
        let home = scene.places.home.as_deref();
        let place = match &settings.source {
            LookSource::Camera(name) => name.clone(),
            source => match (source.folder(), painting_path(&scene.view.painting)) {
                (Some(folder), _) => format::folder(folder, home),
                (None, Some(path)) => format::folder(path, home),
                (None, None) => "No picture is chosen".to_owned(),
            },
        };
        let font = theme::small_font();
        let fits = |text: &str| {
            let width = ui.available_width();
            let galley = ui
                .painter()
                .layout_no_wrap(text.to_owned(), font.clone(), theme::WEAK);
            galley.size().x <= width
        };
        let shown = format::elide_path(&place, fits);
        widgets::small_line(ui, &shown).on_hover_text(place);
        asked.extend(state_ui(ui, scene));
    });
    asked
}

/// The cameras, where this build has any.
fn camera_ui(ui: &mut Ui, source: &LookSource) -> Option<Request> {
    if !crate::view::HAS_CAMERAS {
        return None;
    }
    let taken = matches!(source, LookSource::Camera(_));
    let width = ui.available_width();
    let button = choice(ui, "The first camera", taken, width);
    let help = "A camera of this computer, looked through at the pace below";
    let clicked = button.on_hover_text(help).clicked() && !taken;
    clicked.then(|| ask(LookAction::SetSource(LookSource::Camera("0".to_owned()))))
}

fn painting_path(painting: &PaintingState) -> Option<&std::path::Path> {
    match painting {
        PaintingState::None => None,
        PaintingState::Loading { path }
        | PaintingState::Ready { path, .. }
        | PaintingState::Failed { path, .. } => Some(path),
    }
}

/// What came of it, and a look out of turn.
fn state_ui(ui: &mut Ui, scene: &Scene<'_>) -> Option<Request> {
    let look = &scene.view.look;
    let live = look.settings.source.is_live();
    match &look.live {
        LiveState::Failed(reason) => widgets::alert(ui, reason),
        state => {
            widgets::note(ui, &sentence(state, look, scene));
        }
    }
    let some = !matches!(scene.view.painting, PaintingState::None) || live;
    let text = if live { "Look now" } else { "Read it again" };
    let button = wide_button(ui, text, some);
    let help = match live {
        true => "Look at once, also while frozen",
        false => "Read the file again, as the painting goes on",
    };
    let clicked = button.on_hover_text(help).clicked();
    clicked.then(|| ask(LookAction::LookNow))
}

/// How often and how closely, where it is looked at more than once.
pub fn looks_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let look = &scene.view.look;
    if !look.settings.source.is_live() {
        return Vec::new();
    }
    let card = theme::card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        widgets::header(ui, "Looking", |_| {});
        sliders_ui(ui, look)
    });
    card.inner
}

fn sliders_ui(ui: &mut Ui, look: &LookState) -> Vec<Request> {
    let mut asked = Vec::new();
    ui.spacing_mut().slider_width = ui.available_width() - 66.0;
    let mut every = look.settings.every;
    ui.label("How often");
    let slider = Slider::new(&mut every, EVERY[0]..=EVERY[1])
        .logarithmic(true)
        .custom_formatter(|seconds, _| pause(seconds))
        .custom_parser(seconds_of);
    let slider = ui.add(slider);
    name(&slider, "How often to look", f64::from(every));
    let help = "The time between two looks, from half a second to five minutes";
    if slider.on_hover_text(help).changed() && every != look.settings.every {
        asked.push(ask(LookAction::SetEvery(every)));
    }
    let mut small = look.settings.sensitivity.get();
    ui.label("Smallest change that counts");
    // To the right the change that counts is larger.
    let mut size = 1.0 - small;
    let slider = Slider::new(&mut size, 0.0..=1.0).custom_formatter(|size, _| {
        let threshold = Sensitivity::new(1.0 - size as f32).threshold();
        format!("{:.1} %", threshold / 2.55)
    });
    let slider = ui.add(slider);
    name(&slider, "Smallest change that counts", f64::from(size));
    let help = "How much lighter, darker or of another colour three places of a thousand must \
                be before the picture is looked at anew. Lower it for faint washes, raise it \
                where light or shadows play on the canvas";
    if slider.on_hover_text(help).changed() {
        small = 1.0 - size;
        asked.push(ask(LookAction::SetSensitivity(Sensitivity::new(small))));
    }
    asked
}

fn name(slider: &egui::Response, name: &str, value: f64) {
    slider.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::Slider, true, name);
        info.value = Some(value);
        info
    });
}

/// What looking comes to, in a sentence.
fn sentence(state: &LiveState, look: &LookState, scene: &Scene<'_>) -> String {
    let ago = |at: std::time::Instant| {
        let passed = scene.now.saturating_duration_since(at);
        since(passed)
    };
    match state {
        LiveState::Off => match &scene.view.painting {
            PaintingState::None => "Choose a picture, or a folder that pictures come into.".into(),
            PaintingState::Failed { .. } => "The file could not be read.".into(),
            PaintingState::Loading { .. } => "The file is being read.".into(),
            _ => "The file was read once. Watch it to follow the painting as it grows.".into(),
        },
        LiveState::Waiting(what) => format!("{what}."),
        LiveState::Moving => {
            "Something moves before the canvas: waiting until it is still.".to_owned()
        }
        LiveState::Frozen => "Frozen: the painting stays as it is until you unfreeze.".to_owned(),
        LiveState::Failed(why) => why.clone(),
        LiveState::Watching => match (look.looked, look.changed) {
            (Some(looked), Some(changed)) if changed == looked => {
                let percent = look.difference * 100.0;
                format!("Changed {}: {percent:.0} % of the canvas.", ago(changed))
            }
            (Some(looked), Some(changed)) => format!(
                "Looked {}: nothing new. Changed {}.",
                ago(looked),
                ago(changed)
            ),
            _ => "Looking\u{2026}".to_owned(),
        },
    }
}

/// How long ago something was, in a sentence.
pub fn since(passed: Duration) -> String {
    match passed.as_secs() {
        0 => "just now".to_owned(),
        _ => format!("{} ago", format::ago(Seconds(passed.as_secs_f64()))),
    }
}

/// A time between two looks.
fn pause(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 59.5 => format!("{s:.0} s"),
        s => format!("{:.1} min", s / 60.0),
    }
}

/// What a person writes for one.
fn seconds_of(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
    match text.strip_suffix("min") {
        Some(minutes) => number(minutes).map(|minutes| minutes * 60.0),
        None => number(text.strip_suffix('s').unwrap_or(text)),
    }
    .filter(|seconds| Duration::try_from_secs_f64(*seconds).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_written_and_read() {
        for (seconds, text) in [
            (0.5, "0.5 s"),
            (12.0, "12 s"),
            (90.0, "1.5 min"),
            (300.0, "5.0 min"),
        ] {
            assert_eq!(pause(seconds), text);
            assert_eq!(seconds_of(text), Some(seconds));
        }
        assert_eq!(seconds_of("2,5"), Some(2.5));
        assert_eq!(seconds_of("often"), None);
        assert_eq!(seconds_of("-3 s"), None);
    }
}
