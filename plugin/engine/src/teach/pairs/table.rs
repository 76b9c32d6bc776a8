//! Tables of tab-separated values: a header, then a row a line.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::library::Span;
use crate::units::Seconds;

use super::super::TeachProblem;
use super::{Pair, Pairs, folder_of, io, seconds};

/// A table's rows by the names of its columns.
pub(super) struct Table {
    path: PathBuf,
    columns: Vec<String>,
    rows: Vec<Row>,
}

/// A row and where it stands.
pub(super) struct Row {
    /// Counted from 1.
    pub(super) line: usize,
    cells: Vec<String>,
}

impl Table {
    /// Reads the table at `path`, which must have the columns `needed` and may have
    /// those of `others`; a column that is neither is refused, as it may be a misspelt
    /// one. Empty lines and lines that begin with `#` are passed over.
    pub(super) fn read(path: &Path, needed: &[&str], others: &[&str]) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(io(path))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let reason = "the table is not UTF-8; save it as UTF-8 text".to_owned();
            TeachProblem::Table { line: 1, reason }.at(path)
        })?;
        let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
        let mut rows = lines
            .filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'))
            .map(|(text, line)| Row {
                line,
                cells: text
                    .split('\t')
                    .map(|cell| cell.trim().to_owned())
                    .collect(),
            });
        let header = rows.next();
        let columns: Vec<String> = header
            .map(|row| row.cells.iter().map(|cell| cell.to_lowercase()).collect())
            .unwrap_or_default();
        let table = Self {
            path: path.to_owned(),
            rows: rows.collect(),
            columns,
        };
        let known = || needed.iter().chain(others);
        if let Some(missing) = needed.iter().find(|name| table.column(name).is_none()) {
            let reason = format!(
                "the first line names the columns, separated by tabs; {missing:?} is not among \
                 them"
            );
            return Err(table.fault(1, reason));
        }
        let odd = table
            .columns
            .iter()
            .find(|name| !known().any(|known| known == name));
        if let Some(odd) = odd {
            let names: Vec<&str> = known().copied().collect();
            let reason = format!("no column is called {odd:?}; they are {}", names.join(", "));
            return Err(table.fault(1, reason));
        }
        Ok(table)
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// A row's cell; `None` if there is no such column or nothing in it.
    pub(super) fn cell<'a>(&self, row: &'a Row, name: &str) -> Option<&'a str> {
        let cell = row.cells.get(self.column(name)?)?;
        (!cell.is_empty()).then_some(cell.as_str())
    }

    /// A row's cell, which must be there.
    pub(super) fn needed<'a>(&self, row: &'a Row, name: &str) -> Result<&'a str> {
        self.cell(row, name)
            .ok_or_else(|| self.fault(row.line, format!("{name:?} is empty")))
    }

    /// A row's cell as a time.
    pub(super) fn time(&self, row: &Row, name: &str) -> Result<Option<Seconds>> {
        let Some(cell) = self.cell(row, name) else {
            return Ok(None);
        };
        let fault = || {
            let reason = format!("{cell:?} is no time; write seconds, m:ss or h:mm:ss");
            self.fault(row.line, reason)
        };
        seconds(cell).ok_or_else(fault).map(Some)
    }

    pub(super) fn fault(&self, line: usize, reason: String) -> crate::Error {
        TeachProblem::Table { line, reason }.at(&self.path)
    }
}

/// Reads a table of pairs.
pub(super) fn read(path: &Path) -> Result<Pairs> {
    let table = Table::read(path, &["picture", "music"], &["start", "end", "work"])?;
    let mut pairs = Vec::new();
    for row in table.rows() {
        let span = Span {
            start: table.time(row, "start")?.unwrap_or(Seconds(0.0)),
            end: table.time(row, "end")?,
        };
        if span.end.is_some_and(|end| end.0 <= span.start.0) {
            let reason = "the music ends before it starts".to_owned();
            return Err(table.fault(row.line, reason));
        }
        pairs.push(Pair {
            picture: table.needed(row, "picture")?.into(),
            music: table.needed(row, "music")?.into(),
            span,
            work: table.cell(row, "work").map(str::to_owned),
        });
    }
    Ok(Pairs {
        root: folder_of(path),
        pairs,
        ..Pairs::default()
    })
}
