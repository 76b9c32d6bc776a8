//! The congruity curve as a picture.

use std::path::Path;

use anyhow::{Result, anyhow};
use engine::units::Seconds;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

use crate::commands::congruity::Moment;

/// Of the picture, in pixels.
const SIZE: (u32, u32) = (1200, 480);
/// The name that the typeface is known by here.
const FACE: &str = "text";

const INK: RGBColor = RGBColor(38, 38, 42);
const WEAK: RGBColor = RGBColor(120, 120, 128);
const GRID: RGBColor = RGBColor(228, 228, 232);
const CURVE: RGBColor = RGBColor(196, 78, 36);
const UNKNOWN: RGBColor = RGBColor(242, 242, 244);

/// Draws the curve to the PNG at `path`: 0 to 1 over time, grey where it is unknown.
pub fn draw(path: &Path, title: &str, moments: &[Moment]) -> Result<()> {
    // Registering again, or failing, is told by the drawing.
    let _ = register_font(FACE, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
    let mut pixels = vec![0; (SIZE.0 * SIZE.1 * 3) as usize];
    plot(&mut pixels, title, moments).map_err(|error| anyhow!("{error}"))?;
    image::save_buffer(
        path,
        &pixels,
        SIZE.0,
        SIZE.1,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(())
}

fn plot(
    pixels: &mut [u8],
    title: &str,
    moments: &[Moment],
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let area = BitMapBackend::with_buffer(pixels, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let text = |size: i32, color: RGBColor| (FACE, size).into_font().color(&color);
    let end = moments.last().map_or(1.0, |moment| moment.at.0).max(0.1);
    let mut chart = ChartBuilder::on(&area)
        .caption(shorten(title), text(26, INK))
        .margin(18)
        .margin_right(36)
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..end, 0.0..1.0)?;
    let step = moments.first().map_or(0.0, |moment| moment.at.0);
    let unknown = spans(moments, |moment| moment.congruity.is_none());
    chart.draw_series(unknown.iter().map(|span| {
        // What a moment says holds for the time since the one before.
        let (from, to) = (span[0].at.0 - step, span[span.len() - 1].at.0);
        Rectangle::new([(from, 0.0), (to, 1.0)], UNKNOWN.filled())
    }))?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(WEAK)
        .x_labels(12)
        .y_labels(6)
        .x_label_formatter(&|at| label(*at))
        .y_label_formatter(&|congruity| format!("{congruity:.1}"))
        .x_desc("time (grey: unknown)")
        .y_desc("congruity")
        .label_style(text(18, INK))
        .axis_desc_style(text(18, WEAK))
        .draw()?;
    for span in spans(moments, |moment| moment.congruity.is_some()) {
        let points = span
            .iter()
            .filter_map(|moment| Some((moment.at.0, f64::from(moment.congruity?.get()))));
        chart.draw_series(LineSeries::new(points, CURVE.stroke_width(3)))?;
    }
    area.present()?;
    Ok(())
}

/// The runs of moments that are `such`.
fn spans(moments: &[Moment], such: impl Fn(&Moment) -> bool) -> Vec<&[Moment]> {
    let runs = moments.chunk_by(|a, b| such(a) == such(b));
    runs.filter(|run| such(&run[0])).collect()
}

fn label(seconds: f64) -> String {
    let text = crate::time::stamp(Seconds(seconds.max(0.0)));
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A title that fits into the picture.
fn shorten(title: &str) -> String {
    const LONGEST: usize = 90;
    if title.chars().count() <= LONGEST {
        return title.to_owned();
    }
    let kept: String = title.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}
