//! Learning from the pairs, and what came of it.

use egui::{Button, ProgressBar, RichText, Ui, vec2};
use engine::teach::MINIMUM;
use engine::units::Seconds;

use super::{BUTTON, act, button, words};
use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::{format, theme, widgets};
use crate::view::{FitState, Learned, ModelsState, TeachAction, Verdict};

pub(super) fn learn_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let mut asked = Vec::new();
    let teach = &scene.view.teach;
    widgets::header(ui, "Learn from them", |_| {});
    if let FitState::Running { share, at } = &teach.fit {
        ui.horizontal(|ui| {
            let width = ui.available_width() - 90.0;
            let text = format!("{:.0} %  {at}", 100.0 * share);
            let bar = ProgressBar::new(*share).desired_width(width);
            let fill = theme::AMBER.gamma_multiply(0.5);
            ui.add(bar.desired_height(BUTTON).text(text).fill(fill));
            let stop = button(ui, "Stop", 80.0);
            if stop
                .on_hover_text("Break learning off; nothing is changed")
                .clicked()
            {
                asked.push(act(TeachAction::StopFit));
            }
        });
        widgets::note(ui, "At low priority: what is played goes on.");
        return asked;
    }
    let hindrance = hindrance(scene);
    let text = format!("Learn from {}", format::counted(teach.pairs.len(), "pair"));
    let size = vec2(ui.available_width(), BUTTON);
    let learn = Button::new(text).min_size(size);
    // In a row, as a column puts a button's words at its left.
    let pressed = ui
        .horizontal(|ui| ui.add_enabled(hindrance.is_none(), learn))
        .inner;
    let about = "Looks at all pictures, hears all music, fits a head on them, measures it on pairs \
                 left out, and uses it";
    let reason = hindrance.unwrap_or_default();
    if pressed
        .on_hover_text(about)
        .on_disabled_hover_text(&reason)
        .clicked()
    {
        asked.push(act(TeachAction::Fit));
    }
    if !reason.is_empty() {
        widgets::note(ui, &reason);
    }
    asked.extend(outcome_ui(ui, &teach.fit));
    asked
}

/// Why nothing can be learned now.
fn hindrance(scene: &Scene<'_>) -> Option<String> {
    let found = scene.view.teach.pairs.len();
    match &scene.view.models {
        ModelsState::Failed { .. } => {
            Some("The networks could not be loaded, so nothing can be learned.".to_owned())
        }
        ModelsState::Loading => Some("The networks are being loaded.".to_owned()),
        ModelsState::Ready if found < MINIMUM => Some(format!(
            "{} more {} needed: {MINIMUM} are the fewest that something can be learned from, and \
             eight that it can be measured with.",
            MINIMUM - found,
            if MINIMUM - found == 1 {
                "pair is"
            } else {
                "pairs are"
            },
        )),
        ModelsState::Ready => None,
    }
}

fn outcome_ui(ui: &mut Ui, fit: &FitState) -> Vec<Request> {
    let mut asked = Vec::new();
    match fit {
        FitState::None | FitState::Running { .. } => return asked,
        FitState::Done { learned } => learned_ui(ui, learned),
        FitState::Refused {
            reason,
            missing,
            measured,
        } => match (measured, missing) {
            (Some(judged), _) => {
                let first = "Nothing was learned that the same pairs shuffled do not teach as \
                                 well. Look for pictures that stand with the wrong music, or add \
                                 pairs.";
                widgets::alert(ui, first);
                widgets::note(ui, &words::measured(judged));
            }
            (None, Some(missing)) => {
                let text = format!(
                    "Too few: {} more with pictures and music that are in no pair yet.",
                    format::counted((*missing).max(1), "pair")
                );
                widgets::alert(ui, &text);
                widgets::note(ui, reason);
            }
            (None, None) => widgets::alert(ui, reason),
        },
        FitState::Stopped => {
            widgets::note(ui, "Broken off. The head that judged before judges on.");
        }
    }
    let seen = button(ui, "Close", 80.0);
    if seen.on_hover_text("Forget this message").clicked() {
        asked.push(act(TeachAction::Dismiss));
    }
    asked
}

fn learned_ui(ui: &mut Ui, learned: &Learned) {
    let sure = matches!(learned.verdict, Verdict::Established);
    let text = RichText::new(words::verdict(learned.verdict));
    let text = text.color(if sure { theme::AMBER } else { theme::TEXT });
    ui.add(egui::Label::new(text).wrap());
    if let Some(judged) = &learned.measured {
        widgets::note(ui, &words::measured(judged));
    }
    for warning in &learned.warnings {
        // The page has said this one in its own words.
        if learned.verdict != Verdict::Unmeasured || !warning.starts_with("fewer than") {
            widgets::alert(ui, &sentence(warning));
        }
    }
    let text = format!(
        "{} of {}, in {}. It judges now.",
        format::counted(learned.pairs, "pair"),
        format::counted(learned.works, "work"),
        took(learned.took),
    );
    widgets::small_line(ui, &text).on_hover_text(learned.path.display().to_string());
}

fn took(time: Seconds) -> String {
    match time.0 {
        short if short < 9.95 => format!("{short:.1} s"),
        long if long < 99.5 => format!("{long:.0} s"),
        long => format::clock(Seconds(long)),
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
