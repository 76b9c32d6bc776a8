//! `impasto library export`: the index as a Parquet file.
//!
//! Parquet, as every engine that searches vectors over several machines loads it in
//! bulk (Milvus, Spark, Lance, DuckDB and others), it needs no network and no service
//! to write, and a reader takes the columns it wants. `docs/archive.md` has an example.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use engine::inference::Picture;
use engine::library::{HalfRows, Library, TrackInfo};
use engine::units::ChunkId;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde::Serialize;

use crate::args::{Args, Export};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{progress, report, studio};

/// Vectors are lists without empty places, in single precision: not all engines read
/// halves.
const SCHEMA: &str = "
message impasto {
    required int64 chunk;
    required binary path (UTF8);
    optional binary title (UTF8);
    optional binary artist (UTF8);
    required double start;
    required float rms_db;
    required group embedding (LIST) { repeated group list { required float element; } }
    required group point (LIST) { repeated group list { required float element; } }
    required group tags (LIST) { repeated group list { required float element; } }
    required group affect (LIST) { repeated group list { required float element; } }
}";

/// Chunks a row group: some 30 MB, which is what is held in memory at once.
const GROUP: usize = 16_384;

/// What `--json` prints.
#[derive(Serialize)]
struct Exported {
    out: PathBuf,
    chunks: usize,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    painting: Option<Query>,
}

/// What the first filter asks for: the chunks whose points have the greatest inner
/// product with `point`. The score is 1 / (1 + exp(scale · product + bias)).
#[derive(Serialize)]
struct Query {
    path: PathBuf,
    point: Vec<f32>,
    scale: f32,
    bias: f32,
}

fn query(args: &Args, painting: &Path) -> Result<Query> {
    let models = studio::models(args)?;
    let seen = models.picture_embedder()?.look(&Picture::open(painting)?)?;
    let correspondence = models.correspondence();
    Ok(Query {
        path: painting.to_owned(),
        point: seen.point,
        scale: correspondence.scale,
        bias: correspondence.bias,
    })
}

/// Runs the command.
pub fn run(args: &Args, export: &Export, interrupt: &Interrupt) -> Result<()> {
    let index_dir = super::dir_of(args, &export.place)?;
    let library = Library::open(&index_dir).map_err(super::no_library(&export.place.folder))?;
    let painting = export.painting.as_deref();
    let painting = painting.map(|path| query(args, path)).transpose()?;
    studio::make_room(&export.out)?;
    // Under another name until it is whole, so that a reader never takes half of it.
    let part = part_of(&export.out);
    let bar = progress::bar(
        args,
        library.len() as u64,
        "{pos:>9} of {len} chunks {bar:32} {eta} left",
    );
    let written = write(&library, &part, &mut |done| {
        bar.set_position(done as u64);
        match interrupt.pressed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.finish_and_clear();
    if !matches!(written, Ok(ControlFlow::Continue(()))) {
        // Best effort: what matters is the error below.
        let _ = fs::remove_file(&part);
    }
    let flow = written.with_context(|| format!("{}: it can't be written", part.display()))?;
    if flow.is_break() {
        return Err(Exit::Interrupted("").into());
    }
    fs::rename(&part, &export.out).with_context(|| export.out.display().to_string())?;
    let exported = Exported {
        chunks: library.len(),
        bytes: fs::metadata(&export.out).map_or(0, |meta| meta.len()),
        out: export.out.clone(),
        painting,
    };
    if args.json {
        return report::json(&exported);
    }
    report::text(&format!(
        "{} chunks, {:.1} MB: {}\n",
        exported.chunks,
        exported.bytes as f64 / 1e6,
        exported.out.display()
    ))
}

fn part_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    out.with_file_name(name)
}

fn write(
    library: &Library,
    path: &Path,
    goes_on: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<ControlFlow<()>> {
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut writer = SerializedFileWriter::new(File::create(path)?, schema, Arc::new(properties))?;
    let ids: Vec<ChunkId> = library.ids().collect();
    let mut done = 0;
    for group in ids.chunks(GROUP) {
        if goes_on(done).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let mut columns = writer.next_row_group()?;
        write_group(library, group, &mut columns)?;
        columns.close()?;
        done += group.len();
    }
    writer.close()?;
    Ok(ControlFlow::Continue(()))
}

fn write_group(
    library: &Library,
    ids: &[ChunkId],
    columns: &mut SerializedRowGroupWriter<'_, File>,
) -> Result<()> {
    let chunk = |id: &ChunkId| library.chunk(*id);
    let track = |id: &ChunkId| library.track(library.chunk(*id).track);
    let each = |value: fn(&TrackInfo) -> Option<String>| -> Vec<Option<String>> {
        ids.iter().map(|id| value(track(id))).collect()
    };
    let dims = library.dims();
    column::<Int64Type>(columns, ids.iter().map(|id| i64::from(id.0)).collect())?;
    let paths = ids.iter().map(|id| text(track(id).path.to_string_lossy()));
    column::<ByteArrayType>(columns, paths.collect())?;
    optional(columns, &each(|track| track.title.clone()))?;
    optional(columns, &each(|track| track.artist.clone()))?;
    column::<DoubleType>(columns, ids.iter().map(|id| chunk(id).start.0).collect())?;
    column::<FloatType>(columns, ids.iter().map(|id| chunk(id).rms_db).collect())?;
    lists(columns, ids, library.embeddings(), 0..dims.embedding)?;
    lists(columns, ids, library.points(), 0..dims.point)?;
    lists(columns, ids, library.traits_rows(), 0..dims.tags)?;
    lists(
        columns,
        ids,
        library.traits_rows(),
        dims.tags..dims.traits(),
    )
}

fn text(text: impl AsRef<str>) -> ByteArray {
    ByteArray::from(text.as_ref())
}

/// A column without empty places.
fn column<T: DataType>(
    columns: &mut SerializedRowGroupWriter<'_, File>,
    values: Vec<T::T>,
) -> Result<()> {
    levels::<T>(columns, &values, None, None)
}

/// A column of which some places are empty.
fn optional(
    columns: &mut SerializedRowGroupWriter<'_, File>,
    values: &[Option<String>],
) -> Result<()> {
    let defined: Vec<i16> = values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let values: Vec<ByteArray> = values.iter().flatten().map(text).collect();
    levels::<ByteArrayType>(columns, &values, Some(&defined), None)
}

/// A column of lists: some of the numbers of each row.
fn lists(
    columns: &mut SerializedRowGroupWriter<'_, File>,
    ids: &[ChunkId],
    rows: HalfRows<'_>,
    numbers: std::ops::Range<usize>,
) -> Result<()> {
    let mut values = Vec::with_capacity(ids.len() * numbers.len());
    if !rows.is_empty() && !numbers.is_empty() {
        for id in ids {
            values.extend_from_slice(&rows.row(id.0 as usize)[numbers.clone()]);
        }
    }
    if values.is_empty() {
        let none = vec![0; ids.len()];
        return levels::<FloatType>(columns, &values, Some(&none), Some(&none));
    }
    let defined = vec![1; values.len()];
    let repeated: Vec<i16> = (0..values.len())
        .map(|place| i16::from(place % numbers.len() != 0))
        .collect();
    levels::<FloatType>(columns, &values, Some(&defined), Some(&repeated))
}

/// The next column, with its definition and repetition levels.
fn levels<T: DataType>(
    columns: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    defined: Option<&[i16]>,
    repeated: Option<&[i16]>,
) -> Result<()> {
    let column = columns.next_column()?;
    let mut column = column.context("the schema has a column for it")?;
    column.typed::<T>().write_batch(values, defined, repeated)?;
    column.close()?;
    Ok(())
}
