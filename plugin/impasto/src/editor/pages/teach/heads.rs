//! Which head judges: the shipped one, one that was taught here, or another file.

use egui::{Align2, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{button, words};
use crate::editor::pages::Scene;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, text, theme, widgets};
use crate::view::{Action, HeadRow, HeadState};

/// Height of a head, in points.
const ROW: f32 = 40.0;

/// More are found in their folder.
const SHOWN: usize = 12;

pub(super) fn heads_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let (view, mut asked) = (scene.view, Vec::new());
    widgets::header(ui, "Which head judges", |_| {});
    if let HeadState::Failed { reason, .. } = &view.head {
        widgets::alert(ui, &format!("{reason}. The shipped head stands in."));
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    let shipped = matches!(view.head, HeadState::Shipped);
    if row_ui(ui, "Shipped", "what came with Impasto", "", shipped) {
        asked.push(Request::Act(Action::ClearHead));
    }
    let path = match &view.head {
        HeadState::Taught { path, .. } => Some(path),
        _ => None,
    };
    let listed = || view.teach.heads.iter().take(SHOWN);
    for head in listed() {
        let chosen = path == Some(&head.path);
        if row_ui(ui, &head.name, &about(head), &accuracy(head), chosen) {
            asked.push(Request::Act(Action::SetHead(head.path.clone())));
        }
    }
    if let HeadState::Taught { path, name, about } = &view.head
        && !listed().any(|head| head.path == *path)
    {
        row_ui(ui, name, about, "", true);
    }
    ui.add_space(4.0);
    let other = button(ui, "Another file", 0.0);
    if other
        .on_hover_text("Choose a head that lies elsewhere")
        .clicked()
    {
        asked.push(Request::Browse(Purpose::Head));
    }
    asked
}

fn about(head: &HeadRow) -> String {
    let pairs = format::counted(head.pairs, "pair");
    format!("{}  \u{00b7}  {pairs}", words::date(&head.created))
}

fn accuracy(head: &HeadRow) -> String {
    match head.accuracy {
        Some((right, shuffled)) => {
            format!(
                "{:.0} % right, shuffled {:.0} %",
                100.0 * right,
                100.0 * shuffled
            )
        }
        None => "not measured".to_owned(),
    }
}

/// True if it was chosen.
fn row_ui(ui: &mut Ui, name: &str, about: &str, right: &str, chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let spoken = match right {
        "" => format!("Head {name}, {about}"),
        right => format!("Head {name}, {about}, {right}"),
    };
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &spoken));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme::RAISED);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(2.0));
    }
    let mark = pos2(rect.left() + 12.0, rect.center().y);
    ui.painter().circle_stroke(mark, 5.0, (1.3, theme::WEAK));
    if chosen {
        ui.painter().circle_filled(mark, 3.0, theme::AMBER);
    }
    let left = rect.left() + 26.0;
    let width = rect.width() - 34.0;
    let (first, second) = (rect.top() + 12.0, rect.top() + 29.0);
    let beside = if right.is_empty() { 0.0 } else { 170.0 };
    let at = pos2(left, first);
    widgets::text_at(
        ui,
        at,
        width - beside,
        name,
        theme::body_font(),
        theme::TEXT,
    );
    let at = pos2(left, second);
    widgets::text_at(ui, at, width, about, theme::small_font(), theme::WEAK);
    let at = pos2(rect.right() - 8.0, first);
    ui.painter().text(
        at,
        Align2::RIGHT_CENTER,
        right,
        theme::small_font(),
        theme::WEAK,
    );
    text::tip(response, &spoken).clicked() && !chosen
}
