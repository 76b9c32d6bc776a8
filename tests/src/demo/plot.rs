//! Drawings for the page: the mix's spectrogram as a picture, the rest as SVG,
//! all on one time axis.

use super::check::Checked;
use super::page::escaped;
use super::stage::RATE;
use crate::signal::Clip;
use anyhow::{Context, Result};
use engine::analysis::{BANDS, FrontEnd, downmix};
use engine::units::SampleRate;
use image::{Rgb, RgbImage};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Width of every plot, in the page's pixels.
pub const WIDTH: f64 = 1040.0;
/// Room on the left for the labels.
const LEFT: f64 = 64.0;
/// Room on the right for the last number of the axis.
const RIGHT: f64 = 16.0;
/// Quietest and loudest level of the spectrogram, in dB.
const LEVELS: [f32; 2] = [-80.0, -5.0];

/// Where a time lies on the page.
struct Axis {
    seconds: f64,
}

impl Axis {
    fn x(&self, time: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * (time / self.seconds).clamp(0.0, 1.0)
    }

    /// Lines and numbers every few seconds.
    fn grid(&self, height: f64) -> String {
        let mut svg = String::new();
        let step = if self.seconds > 20.0 { 5 } else { 1 };
        for second in (0..=self.seconds as u32).step_by(step) {
            let x = self.x(second.into());
            let _ = write!(
                svg,
                "<line x1='{x:.1}' x2='{x:.1}' y1='0' y2='{height}' class='grid'/>\
                 <text x='{x:.1}' y='{:.1}' class='tick' text-anchor='middle'>{second} s</text>",
                height + 14.0
            );
        }
        svg
    }
}

fn svg(height: f64, label: &str, body: &str) -> String {
    format!(
        "<svg viewBox='0 0 {WIDTH} {:.0}' role='img' aria-label='{label}'>{body}</svg>",
        height + 18.0
    )
}

fn axis_label(height: f64, text: &str) -> String {
    format!(
        "<text x='0' y='{:.1}' class='label'>{}</text>",
        height / 2.0 + 4.0,
        escaped(text)
    )
}

/// The mel spectrogram of `clip`, one pixel a frame, low bands below.
pub fn spectrogram(clip: &Clip) -> Result<RgbImage> {
    let rate = SampleRate::new(clip.rate).context("a clip without a rate")?;
    let mut front_end = FrontEnd::new(rate)?;
    let mut mono = vec![0.0; clip.len()];
    downmix(&clip.cut(0..clip.len()), &mut mono);
    let mut frames = Vec::new();
    front_end.process(&mono, &mut |frame| frames.push(*frame));
    let mut picture = RgbImage::new(frames.len() as u32, BANDS as u32);
    for (x, frame) in frames.iter().enumerate() {
        for (band, level) in frame.iter().enumerate() {
            let [low, high] = LEVELS;
            let shade = ((level - low) / (high - low)).clamp(0.0, 1.0);
            picture.put_pixel(x as u32, (BANDS - 1 - band) as u32, colour(shade));
        }
    }
    Ok(picture)
}

/// From black over violet and orange to pale yellow: dark is quiet, and equal
/// steps look equal.
fn colour(shade: f32) -> Rgb<u8> {
    const STOPS: [[f32; 3]; 5] = [
        [4.0, 4.0, 16.0],
        [72.0, 20.0, 110.0],
        [178.0, 50.0, 92.0],
        [245.0, 130.0, 60.0],
        [252.0, 250.0, 190.0],
    ];
    let place = shade * (STOPS.len() - 1) as f32;
    let below = (place as usize).min(STOPS.len() - 2);
    let part = place - below as f32;
    Rgb(std::array::from_fn(|i| {
        (STOPS[below][i] * (1.0 - part) + STOPS[below + 1][i] * part).round() as u8
    }))
}

/// The spectrogram's picture, given as a data URI, on the time axis.
pub fn spectrogram_svg(data_uri: &str, seconds: f64) -> String {
    const HEIGHT: f64 = 150.0;
    let axis = Axis { seconds };
    let body = format!(
        "<image href='{data_uri}' x='{LEFT}' y='0' width='{:.0}' height='{HEIGHT}' \
         preserveAspectRatio='none'/>{}{}",
        WIDTH - LEFT - RIGHT,
        axis.grid(HEIGHT),
        axis_label(HEIGHT, "mix")
    );
    svg(HEIGHT, "mel spectrogram of the mix", &body)
}

/// The brush's loudness as an outline.
pub fn brush_svg(brush: &Clip, seconds: f64) -> String {
    const HEIGHT: f64 = 60.0;
    const COLUMNS: usize = 976;
    let axis = Axis { seconds };
    let peaks: Vec<f64> = (0..COLUMNS)
        .map(|column| {
            let at = |column: usize| column * brush.len() / COLUMNS;
            let [left, _] = brush.cut(at(column)..at(column + 1));
            left.iter()
                .fold(0.0f32, |peak, sample| peak.max(sample.abs()))
                .into()
        })
        .collect();
    let loudest = peaks.iter().copied().fold(1e-9, f64::max);
    let mut upper = String::new();
    let mut lower = String::new();
    for (column, peak) in peaks.iter().enumerate() {
        let time = column as f64 / COLUMNS as f64 * brush.len() as f64 / RATE;
        let reach = peak / loudest * HEIGHT / 2.0;
        let x = axis.x(time);
        let _ = write!(upper, "{x:.1},{:.1} ", HEIGHT / 2.0 - reach);
        lower.insert_str(0, &format!("{x:.1},{:.1} ", HEIGHT / 2.0 + reach));
    }
    let body = format!(
        "{}<polygon points='{upper}{lower}' class='brush'/>{}",
        axis.grid(HEIGHT),
        axis_label(HEIGHT, "brush")
    );
    svg(HEIGHT, "loudness of the brush", &body)
}

/// A bar for every snippet, a lane for every track.
pub fn timeline_svg(snippets: &[Checked], tracks: &[PathBuf], seconds: f64) -> String {
    const LANE: f64 = 22.0;
    const SNIPPET: f64 = 4.0;
    let axis = Axis { seconds };
    let height = LANE * tracks.len().max(1) as f64;
    let mut body = axis.grid(height);
    for (i, snippet) in snippets.iter().enumerate() {
        let Some(lane) = tracks.iter().position(|t| *t == snippet.played.track) else {
            continue;
        };
        let begin = snippet.played.at;
        let next = snippets
            .get(i + 1)
            .map_or(f64::INFINITY, |next| next.played.at);
        let (x, end) = (axis.x(begin), axis.x((begin + SNIPPET).min(next)));
        let y = LANE * lane as f64;
        let _ = write!(
            body,
            "<rect x='{x:.1}' y='{:.1}' width='{:.1}' height='{:.1}' rx='3' \
             fill='{}'><title>{} at {begin:.2} s, from {:.1} s of the track</title></rect>",
            y + 3.0,
            (end - x - 1.0).max(2.0),
            LANE - 6.0,
            hue(lane),
            escaped(&snippet.played.title),
            snippet.played.start,
        );
    }
    let _ = write!(body, "{}", axis_label(height, "snippets"));
    svg(height, "when each snippet was played", &body)
}

/// The colour of a track's lane.
pub fn hue(lane: usize) -> String {
    // Steps by the golden angle keep neighbours apart, however many there are.
    format!(
        "hsl({:.0} 62% 55%)",
        (lane as f64 * 137.508 + 210.0) % 360.0
    )
}

/// The congruity curve; it holds its value until the next one comes.
pub fn congruity_svg(curve: &[(f64, f64)], seconds: f64) -> String {
    const HEIGHT: f64 = 110.0;
    let axis = Axis { seconds };
    let y = |value: f64| HEIGHT * (1.0 - value.clamp(0.0, 1.0));
    let mut path = String::new();
    let mut last: Option<f64> = None;
    for (time, value) in curve {
        let x = axis.x(*time);
        match last {
            None => {
                let _ = write!(path, "M{x:.1} {:.1}", y(*value));
            }
            Some(before) => {
                let _ = write!(path, "L{x:.1} {:.1}L{x:.1} {:.1}", y(before), y(*value));
            }
        }
        last = Some(*value);
    }
    if let Some(value) = last {
        let _ = write!(path, "L{:.1} {:.1}", axis.x(seconds), y(value));
    }
    let mut body = axis.grid(HEIGHT);
    for level in [0.0, 0.5, 1.0] {
        let _ = write!(
            body,
            "<line x1='{LEFT}' x2='{3:.0}' y1='{0:.1}' y2='{0:.1}' class='grid'/>\
             <text x='{1:.1}' y='{2:.1}' class='tick' text-anchor='end'>{level}</text>",
            y(level),
            LEFT - 6.0,
            (y(level) + 4.0).clamp(9.0, HEIGHT),
            WIDTH - RIGHT,
        );
    }
    let _ = write!(body, "<path d='{path}' class='curve'/>");
    svg(HEIGHT, "congruity from 0 to 1", &body)
}
