//! Which works can be evaluated.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::manifest::{Kind, Row};

/// Works by what they have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Works {
    /// With a picture and a track, by name; a work's number is its place.
    pub names: Vec<String>,
    /// With only one of the two.
    pub left_out: Vec<String>,
}

impl Works {
    /// The works of these rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut kinds: BTreeMap<&str, BTreeSet<Kind>> = BTreeMap::new();
        for row in rows {
            kinds.entry(&row.work).or_default().insert(row.kind);
        }
        let mut works = Self::default();
        for (name, kinds) in kinds {
            let list = match kinds.len() {
                2 => &mut works.names,
                _ => &mut works.left_out,
            };
            list.push(name.to_owned());
        }
        works
    }

    /// The number of a work that has both.
    pub fn number(&self, work: &str) -> Option<usize> {
        self.names
            .binary_search_by(|name| name.as_str().cmp(work))
            .ok()
    }

    /// # Errors
    /// If there is nothing to compare: fewer than two works have both.
    pub fn enough(&self, faults: usize) -> Result<()> {
        if self.names.len() >= 2 {
            return Ok(());
        }
        let only = match (self.names.as_slice(), self.left_out.len()) {
            ([], 0) => "there is no work".to_owned(),
            ([], _) => "no work has both pictures and music".to_owned(),
            ([one, ..], _) => format!("only {one:?} has both pictures and music"),
        };
        let rows = match faults {
            0 => String::new(),
            1 => "; one row can't be used".to_owned(),
            more => format!("; {more} rows can't be used"),
        };
        bail!(
            "{only}{rows}: list two works or more with a picture and a track each that can be used"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_with_both_are_numbered_by_name() {
        let row = |work: &str, kind| Row {
            line: 1,
            work: work.to_owned(),
            file: String::new(),
            path: "x".into(),
            kind,
        };
        let rows = [
            row("sea", Kind::Picture),
            row("night", Kind::Music),
            row("sea", Kind::Music),
            row("harvest", Kind::Picture),
            row("harvest", Kind::Music),
            row("harvest", Kind::Music),
        ];
        let works = Works::of(&rows);
        assert_eq!(works.names, ["harvest", "sea"]);
        assert_eq!(works.left_out, ["night"]);
        assert_eq!(works.number("sea"), Some(1));
        assert_eq!(works.number("night"), None);
        works.enough(0).unwrap();
        let error = Works::of(&rows[..3]).enough(2).unwrap_err().to_string();
        assert!(
            error.contains("\"sea\"") && error.contains("2 rows"),
            "{error}"
        );
    }
}
