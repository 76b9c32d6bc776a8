//! The demonstration's tables: as CSV files and on the terminal.

use super::check::{Checked, PoolCheck};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::path::Path;

/// Writes one row a snippet.
pub fn write_snippets(path: &Path, snippets: &[Checked]) -> Result<()> {
    let mut csv = String::from(
        "time_s,track,title,start_s,chunk,distance,score,in_pool,\
         recomputed_distance,recomputed_score,pool_mean_distance,library_mean_distance\n",
    );
    for s in snippets {
        let number = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.6}"));
        writeln!(
            csv,
            "{:.3},{},{},{:.3},{},{},{},{},{:.6},{:.6},{:.6},{:.6}",
            s.played.at,
            quoted(&file_name(&s.played.track)),
            quoted(&s.played.title),
            s.played.start,
            s.played.chunk,
            number(s.played.distance),
            number(s.played.score),
            s.in_pool,
            s.distance,
            s.score,
            s.random_distance,
            s.library_distance,
        )?;
    }
    write(path, &csv)
}

/// Writes congruity as the host received it.
pub fn write_congruity(path: &Path, curve: &[(f64, f64)]) -> Result<()> {
    let mut csv = String::from("time_s,congruity\n");
    for (time, value) in curve {
        writeln!(csv, "{time:.4},{value:.6}")?;
    }
    write(path, &csv)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| path.display().to_string())
}

/// A path's last part, for people.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// A CSV field, quoted where it must be.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Means over the snippets: distance of the chosen, of a random draw from the
/// pool, of a random draw from the library.
pub fn mean_distances(snippets: &[Checked]) -> [f64; 3] {
    let mean = |of: fn(&Checked) -> f64| {
        snippets.iter().map(of).sum::<f64>() / snippets.len().max(1) as f64
    };
    [
        mean(|s| s.distance),
        mean(|s| s.random_distance),
        mean(|s| s.library_distance),
    ]
}

/// Prints the snippets with what the engine says of them.
pub fn print_snippets(name: &str, check: &PoolCheck) {
    println!("\n{name}: {} chunks in the pool", check.chunks.len());
    println!(
        "{:>7}  {:<28} {:>7}  {:>6}  {:>5}  {:>7}  {:>8}  {:>11}",
        "time", "track", "from", "chunk", "pool", "score", "distance", "random draw"
    );
    for s in &check.snippets {
        println!(
            "{:>6.2}s  {:<28} {:>6.1}s  {:>6}  {:>5}  {:>7.4}  {:>8.4}  {:>11.4}",
            s.played.at,
            clipped(&s.played.title, 28),
            s.played.start,
            s.played.chunk,
            if s.in_pool { "yes" } else { "NO" },
            s.score,
            s.distance,
            s.random_distance,
        );
    }
}

fn clipped(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}
