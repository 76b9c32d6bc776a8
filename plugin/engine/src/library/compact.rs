//! Taking rows away that nobody needs, and checking those that are there.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use rusqlite::Connection;

use crate::error::Result;

use super::IndexProblem;
use super::database::{State, failed};
use super::store::{Store, create_writers, insert_batch};
use super::vectors::{Kind, Record};

/// Rows that are copied or compared at once.
const PART: u64 = 4096;

/// What [`Indexer::verify`](super::Indexer::verify) has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Rows that were read.
    pub rows: u64,
    /// Batches that they were committed in.
    pub batches: u64,
    /// What is wrong, for the user; empty if all is as it was written.
    pub problems: Vec<String>,
    /// Whether it was broken off.
    pub stopped: bool,
}

struct Batch {
    first: u64,
    rows: u64,
    checksums: [[u8; 32]; 4],
}

fn batches(db: &Connection, order: &str) -> rusqlite::Result<Vec<Batch>> {
    let sql = format!(
        "SELECT first, rows, embeddings, points, traits, records FROM batches ORDER BY {order}"
    );
    let mut statement = db.prepare(&sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Batch {
            first: row.get(0)?,
            rows: row.get(1)?,
            checksums: [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?],
        })
    })?;
    rows.collect()
}

/// The chunks that the database counts for each file.
fn counts(db: &Connection) -> rusqlite::Result<HashMap<u32, u64>> {
    let mut statement = db.prepare("SELECT id, chunks FROM files WHERE chunks > 0")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

impl Store {
    /// Compares the last batch with its checksums: what a machine that lost its power
    /// most likely has not written.
    pub(super) fn check_last_batch(&mut self) -> Result<()> {
        let last = batches(&self.db, "first DESC LIMIT 1").map_err(failed(&self.dir))?;
        for batch in last {
            if batch.first.checked_add(batch.rows) != Some(self.state.rows) {
                let what = "its last batch is not its last rows".to_owned();
                return Err(IndexProblem::Damaged(what).at(&self.dir));
            }
            if let Some(what) = self.compare(&batch)? {
                return Err(IndexProblem::Damaged(what).at(&self.dir));
            }
        }
        Ok(())
    }

    /// What is wrong with a batch's rows.
    fn compare(&mut self, batch: &Batch) -> Result<Option<String>> {
        let last = batch.first + batch.rows;
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            if self.writers[place].checksum(batch.first, batch.rows)? != batch.checksums[place] {
                let path = kind.path(&self.dir, self.state.vectors);
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let first = batch.first;
                return Ok(Some(format!("{name}: rows {first} to {last} have changed")));
            }
        }
        Ok(None)
    }

    /// Reads every row again: each is what was committed, belongs to the file that the
    /// database counts it for, and is there once. `goes_on` gets the rows done and all.
    pub(super) fn verify(
        &mut self,
        goes_on: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Verified> {
        let mut verified = Verified::default();
        let all = batches(&self.db, "first").map_err(failed(&self.dir))?;
        let mut found: HashMap<u32, u64> = HashMap::new();
        let mut starts = HashSet::new();
        for batch in all {
            if goes_on(verified.rows, self.state.rows).is_break() {
                verified.stopped = true;
                return Ok(verified);
            }
            if batch.first != verified.rows || batch.rows > self.state.rows - verified.rows {
                let problem = format!("the batch of row {} is not in its place", batch.first);
                verified.problems.push(problem);
                return Ok(verified);
            }
            verified.problems.extend(self.compare(&batch)?);
            for record in self.records(batch.first, batch.rows)? {
                *found.entry(record.file).or_default() += 1;
                if !starts.insert((record.file, record.start.to_bits())) {
                    let (file, start) = (record.file, record.start);
                    let problem = format!("file {file} has two chunks at {start} s");
                    verified.problems.push(problem);
                }
            }
            verified.batches += 1;
            verified.rows += batch.rows;
        }
        if verified.rows != self.state.rows {
            let problem = format!(
                "{} rows have checksums, {} are counted",
                verified.rows, self.state.rows
            );
            verified.problems.push(problem);
        }
        for (file, counted) in counts(&self.db).map_err(failed(&self.dir))? {
            let there = found.get(&file).copied().unwrap_or(0);
            if there != counted {
                let problem = format!("file {file} has {there} chunks, {counted} are counted");
                verified.problems.push(problem);
            }
        }
        Ok(verified)
    }

    fn records(&mut self, first: u64, rows: u64) -> Result<Vec<Record>> {
        // PANIC: it is one of them.
        let place = Kind::ALL.iter().position(|kind| *kind == Kind::Record);
        let bytes = self.writers[place.expect("a kind")].read(first, rows)?;
        Ok(Record::read(&bytes))
    }

    /// Writes the vector files anew without the rows that belong to no file any more,
    /// if there are any. Readers keep the files they have mapped.
    pub(super) fn compact(&mut self) -> Result<()> {
        if self.unused_rows()? == 0 {
            return Ok(());
        }
        let counted = counts(&self.db).map_err(failed(&self.dir))?;
        let mut new = State {
            vectors: self.state.vectors + 1,
            rows: 0,
            generation: self.state.generation + 1,
            ..self.state
        };
        let mut writers = create_writers(&self.dir, &new)?;
        let mut written = Vec::new();
        for first in (0..self.state.rows).step_by(PART as usize) {
            let rows = PART.min(self.state.rows - first);
            let records = self.records(first, rows)?;
            let kept: Vec<bool> = records
                .iter()
                .map(|record| counted.contains_key(&record.file))
                .collect();
            let count = kept.iter().filter(|kept| **kept).count() as u64;
            if count == 0 {
                continue;
            }
            let mut checksums = [[0; 32]; 4];
            for (place, kind) in Kind::ALL.into_iter().enumerate() {
                let row = new.contract.shape(kind).row_bytes();
                let bytes = self.writers[place].read(first, rows)?;
                let live = bytes.chunks_exact(row.max(1)).zip(&kept);
                let live: Vec<u8> = live
                    .filter(|(_, kept)| **kept)
                    .flat_map(|(row, _)| row.iter().copied())
                    .collect();
                checksums[place] = writers[place].append(&live)?;
            }
            written.push((new.rows, count, checksums));
            new.rows += count;
        }
        self.write(|db, state| {
            db.execute("DELETE FROM batches", [])?;
            for (first, rows, checksums) in &written {
                insert_batch(db, *first, *rows, checksums)?;
            }
            *state = new;
            state.write(db)
        })?;
        self.writers = writers;
        self.remove_strays();
        Ok(())
    }
}
