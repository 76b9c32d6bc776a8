//! The one-page report of the demonstration.

use super::check::{Checked, PoolCheck};
use super::stage::{Performance, Scene};
use super::tables::{file_name, mean_distances};
use super::{page, picture, plot};
use anyhow::{Context, Result};
use page::escaped;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A painting's performance with its check.
pub struct Act {
    /// What the plug-in did.
    pub performance: Performance,
    /// What the engine says of it.
    pub check: PoolCheck,
}

/// What the page shows.
pub struct Report<'a> {
    /// What was played with.
    pub scene: &'a Scene,
    /// Chunks in the library.
    pub library_chunks: usize,
    /// The painting that the mix was made with, then another for comparison.
    pub acts: &'a [Act; 2],
    /// The editor, where a display was there to draw it.
    pub editor: Option<image::RgbImage>,
}

impl Report<'_> {
    /// Writes the page.
    pub fn write(&self, path: &Path) -> Result<()> {
        let html = page::document("Impasto: demonstration", &self.body()?);
        std::fs::write(path, html).with_context(|| path.display().to_string())
    }

    fn body(&self) -> Result<String> {
        let painting = &self.acts[0].performance.painting;
        let mut body = format!(
            "<header><div><h1>Impasto</h1><p class='quiet'>A painting and a brush play a music \
             library. Everything on this page came out of the real plug-in, hosted without a \
             screen and rendered offline.</p>{}</div><img alt='the painting: {}' src='{}'></header>",
            self.numbers(),
            escaped(&file_name(painting)),
            picture::jpeg_of_file(painting, 560)?,
        );
        body += "<h2>What was heard</h2>";
        body += &self.plots()?;
        body += "<h2>The snippets</h2><p>Every snippet must lie inside the pool of its painting: \
                 the share of the library that corresponds best with it. Within the pool the \
                 plug-in takes the chunk whose embedding is nearest to the sound of the brush; \
                 the last column is what a random draw from the pool would have on average. \
                 Pool, scores and distances are computed anew from the files, apart from the \
                 plug-in.</p>";
        body += &snippet_table(&self.acts[0].check.snippets);
        body += "<h2>Another painting, another pool</h2>";
        body += &self.comparison()?;
        if let Some(editor) = &self.editor {
            let _ = write!(
                body,
                "<h2>The editor</h2><figure class='editor'><img alt='the editor of the plug-in' \
                 src='{}'></figure>",
                picture::png(editor.clone())?
            );
        }
        Ok(body)
    }

    fn numbers(&self) -> String {
        let check = &self.acts[0].check;
        let [chosen, random, library] = mean_distances(&check.snippets);
        let inside = check.snippets.iter().filter(|s| s.in_pool).count();
        let facts = [
            (format!("{}", check.snippets.len()), "snippets played"),
            (
                format!("{inside} of {}", check.snippets.len()),
                "inside the painting's pool",
            ),
            (
                format!("{} of {}", check.chunks.len(), self.library_chunks),
                "chunks of the library in the pool",
            ),
            (format!("{chosen:.3}"), "mean distance of the chosen"),
            (format!("{random:.3}"), "of a random draw from the pool"),
            (format!("{library:.3}"), "of a random draw from the library"),
        ];
        let items = facts.map(|(n, what)| format!("<div><b>{n}</b><span>{what}</span></div>"));
        format!("<div class='numbers'>{}</div>", items.concat())
    }

    fn plots(&self) -> Result<String> {
        let act = &self.acts[0];
        let mix = &act.performance.rendered.main;
        let seconds = mix.len() as f64 / mix.rate;
        let picture = picture::png(plot::spectrogram(mix)?)?;
        let curve = act.performance.congruity();
        Ok([
            plot::brush_svg(&self.scene.brush, seconds),
            plot::timeline_svg(&act.check.snippets, &tracks(&act.check.snippets), seconds),
            plot::spectrogram_svg(&picture, seconds),
            "<p class='quiet'>Congruity, as the host received it: how well the music goes with \
             the painting. It holds while it is unknown.</p>"
                .to_owned(),
            plot::congruity_svg(&curve, seconds),
        ]
        .concat())
    }

    fn comparison(&self) -> Result<String> {
        let [one, two] = self.acts;
        let shared = one.check.chunks.intersection(&two.check.chunks).count();
        let mut html = format!(
            "<p>The same brush and the same music with two paintings: of {} and {} chunks, \
             {shared} are in both pools.</p><div class='pair'>",
            one.check.chunks.len(),
            two.check.chunks.len(),
        );
        for act in self.acts {
            let painting = &act.performance.painting;
            let mut titles: Vec<&str> = act
                .check
                .snippets
                .iter()
                .map(|s| s.played.title.as_str())
                .collect();
            titles.sort_unstable();
            titles.dedup();
            let _ = write!(
                html,
                "<figure><img alt='' src='{}'><figcaption>{}<br>plays {}</figcaption></figure>",
                picture::jpeg_of_file(painting, 480)?,
                escaped(&file_name(painting)),
                escaped(&titles.join(", ")),
            );
        }
        Ok(html + "</div>")
    }
}

/// The tracks that were played, each once, in order of appearance.
fn tracks(snippets: &[Checked]) -> Vec<PathBuf> {
    let mut tracks: Vec<PathBuf> = Vec::new();
    for snippet in snippets {
        if !tracks.contains(&snippet.played.track) {
            tracks.push(snippet.played.track.clone());
        }
    }
    tracks
}

fn snippet_table(snippets: &[Checked]) -> String {
    let tracks = tracks(snippets);
    let mut html = String::from(
        "<table><tr><th>time</th><th class='text'>track</th><th>from</th><th>score</th>\
         <th>in the pool</th><th>distance</th><th>random draw</th></tr>",
    );
    for s in snippets {
        let lane = tracks
            .iter()
            .position(|t| *t == s.played.track)
            .unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td>{:.2} s</td><td class='text'><span class='swatch' \
             style='background:{}'></span>{}</td><td>{:.1} s</td><td>{:.4}</td><td>{}</td>\
             <td>{:.3}</td><td>{:.3}</td></tr>",
            s.played.at,
            plot::hue(lane),
            escaped(&s.played.title),
            s.played.start,
            s.score,
            if s.in_pool { "yes" } else { "NO" },
            s.distance,
            s.random_distance,
        );
    }
    html + "</table>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::host::OutputEvent;
    use crate::signal::{Clip, Rendered};
    use crate::snapshot::{Played, Snapshot};
    use serde_json::json;

    const TITLES: [&str; 5] = ["A & B", "<i>\"x\"</i>", "Loyalists", "Tomb", "Hub"];

    /// Half a minute in which five tracks, one with a nasty name, take turns.
    fn made_up(painting: &str) -> Act {
        let snippets: Vec<Checked> = (0..14)
            .map(|i| {
                let played: Played = serde_json::from_value(json!({
                    "serial": i, "at": 1.0 + 1.9 * f64::from(i), "track": format!("/t/{}", i % 5),
                    "title": TITLES[i as usize % 5],
                    "start": 4.0 * f64::from(i), "chunk": i, "distance": 0.5, "score": 0.1,
                }))
                .expect("a snippet");
                Checked {
                    played,
                    in_pool: true,
                    score: 0.1,
                    distance: 0.5,
                    random_distance: 0.75,
                    library_distance: 0.9,
                }
            })
            .collect();
        let snapshot: Snapshot = serde_json::from_value(json!({
            "models": {"state": "ready"}, "painting": {"state": "ready"},
            "library": {"state": "ready"}, "pool_size": 14, "fraction": 0.1, "congruity": 0.4,
            "dropped_frames": 0, "snippets": [],
        }))
        .expect("a snapshot");
        let events = (0..60)
            .map(|i| OutputEvent::Value {
                frame: i * 24_000,
                id: fixture::congruity(),
                value: 0.5 + 0.4 * (i as f64 / 6.0).sin(),
            })
            .collect();
        let main = Clip::chords(48_000.0, 30.0);
        Act {
            performance: Performance {
                painting: fixture::painting(painting),
                rendered: Rendered {
                    main,
                    aux: Clip::default(),
                    control: Clip::default(),
                    events,
                },
                snapshot,
            },
            check: PoolCheck {
                chunks: (0..14).collect(),
                snippets,
            },
        }
    }

    #[test]
    fn the_page_is_whole_and_refers_to_nothing_else() {
        let scene = Scene {
            library: PathBuf::new(),
            gallery: PathBuf::new(),
            index: PathBuf::new(),
            percent: 10.0,
            music: Clip::chords(48_000.0, 30.0),
            brush: Clip::strokes(48_000.0, 30.0),
        };
        let acts = [
            made_up("hokusai-great-wave.jpg"),
            made_up("van-gogh-night-cafe.jpg"),
        ];
        let editor = Some(image::RgbImage::new(96, 64));
        let folder = tempfile::tempdir().expect("a temporary folder");

        let path = folder.path().join("report.html");
        Report {
            scene: &scene,
            library_chunks: 140,
            acts: &acts,
            editor,
        }
        .write(&path)
        .expect("a page");
        let html = std::fs::read_to_string(&path).expect("a page");
        for outside in [
            "http:", "https:", "src='/", "href='/", "file:", "<script", "<link",
        ] {
            assert!(!html.contains(outside), "the page refers to {outside}");
        }
        assert!(!html.contains("<i>"), "a title was not escaped");
        assert!(html.contains("&lt;i&gt;"));
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
        assert_eq!(
            html.matches("<svg").count(),
            4,
            "brush, snippets, mix, congruity"
        );
        assert_eq!(html.matches("<rect").count(), 14, "one bar a snippet");
        for broken in ["'NaN", " NaN", ",NaN", "'inf", " inf", ",inf"] {
            assert!(!html.contains(broken), "a coordinate is no number");
        }
    }
}
