//! egui's tree for screen readers, as the list of widgets that the snapshot tells.

use std::ffi::OsStr;

use egui::accesskit::{Node, NodeId, TreeUpdate};

use crate::view::{WIDGETS_VARIABLE, Widget};

/// Whether someone wants to know: it costs a tree a frame.
pub fn is_wanted() -> bool {
    let set = std::env::var_os(WIDGETS_VARIABLE);
    set.as_deref()
        .is_some_and(|value: &OsStr| !value.is_empty())
}

/// The widgets of `tree` that have a place, at `density` pixels per point.
pub fn widgets(tree: &TreeUpdate, density: f64) -> Vec<Widget> {
    let nodes = tree.nodes.iter();
    nodes
        .filter_map(|(id, node)| widget(*id, node, tree.focus, density))
        .collect()
}

fn widget(id: NodeId, node: &Node, focus: NodeId, density: f64) -> Option<Widget> {
    let place = node.bounds()?;
    let edges = [place.x0, place.y0, place.x1, place.y1];
    Some(Widget {
        role: format!("{:?}", node.role()),
        name: node.label().unwrap_or_default().to_owned(),
        value: node.value().unwrap_or_default().to_owned(),
        rect: edges.map(|edge| edge * density),
        enabled: !node.is_disabled(),
        focused: id == focus,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Context, RawInput};

    #[test]
    fn names_and_places_are_told_in_pixels() {
        let ctx = Context::default();
        ctx.enable_accesskit();
        let mut place = egui::Rect::NOTHING;
        let mut output = ctx.run_ui(RawInput::default(), |ui| {
            place = ui.button("Press me").rect;
            ui.add_enabled(false, egui::Button::new("Not me"));
        });
        // Nobody paints it.
        output.textures_delta.clear();
        let tree = output.platform_output.accesskit_update.expect("a tree");
        let found = widgets(&tree, 2.0);
        let named = |name: &str| found.iter().find(|widget| widget.name == name);
        let button = named("Press me").expect("the button");
        assert_eq!(button.role, "Button");
        assert_eq!(button.rect[2], 2.0 * f64::from(place.max.x));
        assert!(button.enabled && !button.focused);
        assert!(!named("Not me").expect("the other").enabled);
    }
}
