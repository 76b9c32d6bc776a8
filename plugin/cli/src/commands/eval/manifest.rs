//! The table of what is evaluated: works with their pictures and music.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A picture of the work.
    Picture,
    /// A track of the work's music.
    Music,
}

/// A row that can be used, as far as the table tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// In the table, from 1.
    pub line: usize,
    /// What pictures and music belong together by.
    pub work: String,
    /// As the table names it.
    pub file: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// A row that can't be used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// In the table, from 1.
    pub line: usize,
    /// As the table names it; empty if the row has none.
    pub file: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Fault {
    /// A row that turned out not to be usable.
    pub fn of(row: &Row, message: String) -> Self {
        Self {
            line: row.line,
            file: row.file.clone(),
            message,
        }
    }
}

/// The table's rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// In the table's order.
    pub rows: Vec<Row>,
    /// In the table's order.
    pub faults: Vec<Fault>,
}

/// Reads the table at `path`, whose files lie in `root`.
///
/// Columns are separated by tabs and named by the first row; `work`, `file` and `kind`
/// must be among them, in any order. Blank lines and lines that begin with `#` are
/// skipped.
///
/// # Errors
/// If the table can't be read or lacks a column. A row that is wrong becomes a [`Fault`].
pub fn read(path: &Path, root: &Path) -> Result<Table> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| shown.to_string())?;
    let text = String::from_utf8(bytes)
        .ok()
        .with_context(|| format!("{shown} is not UTF-8: save it as UTF-8 text"))?;
    if !root.is_dir() {
        bail!(
            "{} is not a folder: --root names the one that files are relative to",
            root.display()
        );
    }
    parse(&text, root).with_context(|| shown.to_string())
}

fn parse(text: &str, root: &Path) -> Result<Table> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().zip(1..);
    let mut lines = lines.filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
    let header = lines.next();
    let (header, number) = header.context("it is empty: its first line names the columns")?;
    let columns = Columns::of(header).with_context(|| format!("line {number}"))?;
    let mut table = Table::default();
    let mut known = HashMap::new();
    for (text, line) in lines {
        let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
        let file = cells.get(columns.file).copied().unwrap_or_default();
        let row = columns.row(&cells, line, root);
        match row.and_then(|row| first_of_its_file(row, &mut known)) {
            Ok(row) => table.rows.push(row),
            Err(message) => table.faults.push(Fault {
                line,
                file: file.to_owned(),
                message,
            }),
        }
    }
    Ok(table)
}

/// Where the columns are.
struct Columns {
    work: usize,
    file: usize,
    kind: usize,
}

impl Columns {
    fn of(header: &str) -> Result<Self> {
        let names: Vec<&str> = header.split('\t').map(str::trim).collect();
        let find = |wanted: &str| {
            let mut places = names.iter().enumerate();
            let place = places.find(|(_, name)| name.eq_ignore_ascii_case(wanted));
            place.map(|(place, _)| place).with_context(|| {
                format!(
                    "there is no column {wanted:?} but {names:?}: the first line names the \
                     columns, separated by tabs, among them work, file and kind"
                )
            })
        };
        Ok(Self {
            work: find("work")?,
            file: find("file")?,
            kind: find("kind")?,
        })
    }

    fn row(&self, cells: &[&str], line: usize, root: &Path) -> Result<Row, String> {
        let cell = |place: usize, name: &str| match cells.get(place) {
            Some(text) if !text.is_empty() => Ok(*text),
            _ => Err(format!("its {name} is missing")),
        };
        let file = cell(self.file, "file")?;
        let kind = match cell(self.kind, "kind")?.to_ascii_lowercase().as_str() {
            "picture" => Kind::Picture,
            "music" => Kind::Music,
            other => {
                return Err(format!(
                    "the kind is \"picture\" or \"music\", not {other:?}"
                ));
            }
        };
        Ok(Row {
            line,
            work: cell(self.work, "work")?.to_owned(),
            file: file.to_owned(),
            path: inside(root, file)?,
            kind,
        })
    }
}

/// The file's path, which lies in `root` by its name and is there.
fn inside(root: &Path, file: &str) -> Result<PathBuf, String> {
    // An absolute path may lie in the folder as well.
    let given = Path::new(file);
    let relative = given.strip_prefix(root).unwrap_or(given);
    let mut depth = 0i32;
    let mut leaves = false;
    for component in relative.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => leaves = true,
        }
        leaves |= depth < 0;
    }
    if leaves {
        return Err(format!(
            "it does not lie in {}: give its path relative to that folder",
            root.display()
        ));
    }
    let path = root.join(relative);
    match std::fs::metadata(&path) {
        Ok(found) if found.is_file() => Ok(path),
        Ok(_) => Err("it is not a file".to_owned()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// A file counts once: twice it would be its own work's and another's.
fn first_of_its_file(row: Row, known: &mut HashMap<PathBuf, usize>) -> Result<Row, String> {
    // Two names of one file are told by where they lead.
    let place = row.path.canonicalize().unwrap_or_else(|_| row.path.clone());
    if let Some(line) = known.get(&place) {
        return Err(format!("line {line} names the same file"));
    }
    known.insert(place, row.line);
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sea")).unwrap();
        for file in ["sea/1.png", "sea/1.ogg", "night.png"] {
            std::fs::write(dir.path().join(file), "").unwrap();
        }
        dir
    }

    fn parsed(text: &str) -> Table {
        parse(text, root().path()).unwrap()
    }

    #[test]
    fn columns_in_any_order_comments_and_blank_lines() {
        let text = "\u{feff}# made by hand\nkind\tyear\tfile\twork\r\n\r\n\
                    picture\t1831\tsea/1.png\tThe Sea\r\n# music\n\
                    Music\t\t./sea/1.ogg \tThe Sea\t more\n";
        let table = parsed(text);
        assert_eq!(table.faults, []);
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|r| (r.line, r.work.as_str(), r.kind))
            .collect();
        let expected = [(4, "The Sea", Kind::Picture), (6, "The Sea", Kind::Music)];
        assert_eq!(rows, expected);
        assert!(table.rows[1].path.ends_with("sea/1.ogg"));
    }

    #[track_caller]
    fn check_fault(row: &str, message: &str) {
        let text = format!("work\tfile\tkind\na\tnight.png\tpicture\n{row}\n");
        let table = parsed(&text);
        assert_eq!((table.rows.len(), table.faults.len()), (1, 1), "{table:?}");
        assert_eq!(table.faults[0].line, 3);
        let found = &table.faults[0].message;
        assert!(found.contains(message), "{found}");
    }

    #[test]
    fn a_wrong_row_is_told_with_its_line() {
        check_fault("a\tsea/1.png\tpainting", "\"painting\"");
        check_fault("a\tsea/1.png", "kind is missing");
        check_fault("\tsea/1.png\tpicture", "work is missing");
        check_fault("a\t\tpicture", "file is missing");
        check_fault("a\tsea/2.png\tpicture", "sea/2.png");
        check_fault("a\tsea\tpicture", "not a file");
        check_fault("a\t../outside.png\tpicture", "relative to");
        check_fault("a\tsea/../../x.png\tpicture", "relative to");
        check_fault("a\t/etc/hostname\tpicture", "relative to");
        let escaping = format!("{}/../x.png", root().path().display());
        check_fault(&format!("a\t{escaping}\tpicture"), "relative to");
        check_fault("b\tsea/../night.png\tpicture", "line 2 names the same");
    }

    #[test]
    fn an_absolute_path_in_the_folder_is_found() {
        let root = root();
        let file = root.path().join("sea/1.ogg");
        let text = format!("work\tfile\tkind\na\t{}\tmusic\n", file.display());
        let table = parse(&text, root.path()).unwrap();
        assert_eq!(table.faults, []);
        assert_eq!(table.rows[0].path, file);
    }

    #[test]
    fn a_table_without_a_column_is_refused() {
        for (text, message) in [
            ("", "empty"),
            ("# only words\n", "empty"),
            ("work,file,kind\n", "\"work\""),
            ("work\tfile\n", "\"kind\""),
        ] {
            let error = format!("{:#}", parse(text, root().path()).unwrap_err());
            assert!(error.contains(message), "{error}");
        }
    }
}
