//! Results on standard output.

use std::io::{self, Write};

use anyhow::{Context, Result};
use serde::Serialize;

/// Prints `value` as JSON.
pub fn json(value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value).context("the result")?;
    text.push(b'\n');
    put(&text)
}

/// Prints lines of text.
pub fn text(lines: &str) -> Result<()> {
    put(lines.as_bytes())
}

/// A reader that has seen enough, such as `head`, is no failure.
fn put(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("the result"),
        _ => Ok(()),
    }
}

/// Columns of text, each as wide as its widest cell; numbers go to the right.
pub struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

impl Table {
    /// A table with these headings; one that begins with `>` is of numbers.
    pub fn new(headings: &[&str]) -> Self {
        let right = headings
            .iter()
            .map(|heading| heading.starts_with('>'))
            .collect();
        let heading = |text: &&str| text.trim_start_matches('>').to_owned();
        Self {
            rows: vec![headings.iter().map(heading).collect()],
            right,
        }
    }

    /// Appends a row of as many cells as there are headings.
    pub fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.right.len());
        self.rows.push(cells);
    }

    /// The table, a line each row.
    pub fn render(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.right.len()).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, &width), &right) in row.iter().zip(&widths).zip(&self.right) {
                if right {
                    line.push_str(&format!("{cell:>width$}  "));
                } else {
                    line.push_str(&format!("{cell:<width$}  "));
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["track", ">distance"]);
        table.row(vec!["Étude".to_owned(), "1.5".to_owned()]);
        table.row(vec!["a longer name".to_owned(), "10.25".to_owned()]);
        let expected = "track          distance\n\
                        Étude               1.5\n\
                        a longer name     10.25\n";
        assert_eq!(table.render(), expected);
    }
}
