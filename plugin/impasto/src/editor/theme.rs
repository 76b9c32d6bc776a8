//! Colours, sizes and type of the editor: warm dark greys that leave the painting its
//! colours, amber for what Impasto decides and blue for what it hears. The two are told
//! apart in every common form of colour blindness, and nothing is said by colour alone.

use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Theme, Visuals,
    vec2,
};

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x12, 0x11, 0x10);
/// Cards.
pub const CARD: Color32 = Color32::from_rgb(0x1c, 0x1b, 0x19);
/// Troughs of meters and sliders, text fields.
pub const TROUGH: Color32 = Color32::from_rgb(0x0c, 0x0b, 0x0b);
/// Buttons and rows under the pointer.
pub const RAISED: Color32 = Color32::from_rgb(0x2b, 0x29, 0x26);
/// Hairlines.
pub const LINE: Color32 = Color32::from_rgb(0x38, 0x35, 0x31);
/// What is read first.
pub const TEXT: Color32 = Color32::from_rgb(0xee, 0xe9, 0xdf);
/// What is read second; 6.5:1 on a card.
pub const WEAK: Color32 = Color32::from_rgb(0xa8, 0xa0, 0x95);
/// What Impasto decides.
pub const AMBER: Color32 = Color32::from_rgb(0xf0, 0xae, 0x49);
/// What Impasto hears.
pub const BLUE: Color32 = Color32::from_rgb(0x74, 0xb3, 0xe0);
/// What needs the user.
pub const ALERT: Color32 = Color32::from_rgb(0xf2, 0x80, 0x62);

/// Between cards, and from the window's edge.
pub const GAP: f32 = 8.0;
/// Of cards.
pub const ROUNDING: u8 = 6;

/// The number of the congruity meter.
pub fn display_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// What is read first in a row.
pub fn body_font() -> FontId {
    FontId::new(13.5, FontFamily::Proportional)
}

/// What is read second in a row.
pub fn small_font() -> FontId {
    FontId::new(11.5, FontFamily::Proportional)
}

/// Makes `ctx` look like Impasto. To be called once for each window.
pub fn install(ctx: &Context) {
    ctx.set_theme(Theme::Dark);
    // The zoom is chosen in the window and saved; a host's shortcut must not change it.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals();
        style.text_styles = [
            (TextStyle::Small, small_font()),
            (TextStyle::Body, body_font()),
            (TextStyle::Button, body_font()),
            (
                TextStyle::Heading,
                FontId::new(18.0, FontFamily::Proportional),
            ),
            (
                TextStyle::Monospace,
                FontId::new(12.5, FontFamily::Monospace),
            ),
        ]
        .into();
        style.spacing.item_spacing = vec2(8.0, 6.0);
        style.spacing.button_padding = vec2(10.0, 4.0);
        style.spacing.interact_size.y = 24.0;
        style.spacing.menu_margin = Margin::same(6);
        style.spacing.tooltip_width = 320.0;
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.4;
        style.animation_time = 0.1;
    });
}

/// A card: what a panel lies on.
pub fn card() -> egui::Frame {
    egui::Frame::new()
        .fill(CARD)
        .corner_radius(CornerRadius::same(ROUNDING))
        .inner_margin(Margin::symmetric(12, 10))
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = GROUND;
    visuals.window_fill = CARD;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = TROUGH;
    visuals.text_edit_bg_color = Some(TROUGH);
    visuals.faint_bg_color = RAISED;
    visuals.weak_text_color = Some(WEAK);
    visuals.hyperlink_color = AMBER;
    visuals.warn_fg_color = AMBER;
    visuals.error_fg_color = ALERT;
    visuals.selection.bg_fill = Color32::from_rgb(0x5a, 0x42, 0x1b);
    visuals.selection.stroke = Stroke::new(1.0, TEXT);

    let radius = CornerRadius::same(4);
    let widgets = &mut visuals.widgets;
    for (state, fill, text, line) in [
        (&mut widgets.noninteractive, CARD, TEXT, LINE),
        (&mut widgets.inactive, RAISED, TEXT, Color32::TRANSPARENT),
        (
            &mut widgets.hovered,
            Color32::from_rgb(0x39, 0x36, 0x32),
            TEXT,
            LINE,
        ),
        (
            &mut widgets.active,
            Color32::from_rgb(0x47, 0x43, 0x3d),
            TEXT,
            AMBER,
        ),
        (&mut widgets.open, RAISED, TEXT, LINE),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::new(1.0, line);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    visuals
}

/// The colour of a congruity in 0..=1: from a cool grey to [`AMBER`].
pub fn congruity_color(value: f32) -> Color32 {
    Color32::from_rgb(0x6b, 0x76, 0x82).lerp_to_gamma(AMBER, value.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's relative luminance.
    fn luminance(color: Color32) -> f32 {
        let [r, g, b, _] = egui::Rgba::from(color).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn text_can_be_read_in_a_dark_room() {
        for text in [TEXT, WEAK, AMBER, BLUE, ALERT] {
            for ground in [GROUND, CARD, TROUGH, RAISED] {
                let contrast = (luminance(text) + 0.05) / (luminance(ground) + 0.05);
                assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast:.1}:1");
            }
        }
    }
}
