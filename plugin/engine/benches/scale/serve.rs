//! One command a line in, one JSON object a line out.

use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

use serde_json::{Value, json};

use super::{EMBEDDING, POINT, Stage, kernels, memory};

/// Answers commands until there are none.
pub fn run(folder: &Path) {
    let paintings = rows(folder, "paintings", POINT, None);
    let queries = rows(folder, "queries", EMBEDDING, None);
    let mut stage = Stage::new(Vec::new(), Vec::new());
    let mut eviction = memory::Eviction::new();
    let query = |at: usize| &queries[(at * EMBEDDING) % queries.len()..][..EMBEDDING];
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<usize>().expect("a number");
        let answer = match words[0] {
            "load" => load(&mut stage, folder, number(1)),
            "paint" => {
                let point = &paintings[number(1) * POINT..][..POINT];
                let [ranked, taken] = stage.paint(point);
                json!({"ranking": ranked, "pool": taken})
            }
            "pool" => json!({"pool": chunks(&stage)}),
            "search" => {
                let asked = number(1)..number(1) + number(2);
                let found: Vec<_> = asked.map(|at| stage.search(query(at))).collect();
                let times: Vec<f64> = found.iter().map(|(took, _)| *took).collect();
                let found = found.iter().map(|(_, found)| found);
                json!({"ms": times, "found": found.collect::<Vec<_>>()})
            }
            "read" => {
                let times: Vec<f64> = (0..number(1)).map(|_| stage.read()).collect();
                json!({"ms": times})
            }
            "cold" => cold(&stage, &mut eviction, query(number(1)), number(2)),
            "kernels" => {
                let times = kernels(&stage, query(0), number(1)).into_iter();
                json!(times.collect::<std::collections::BTreeMap<_, _>>())
            }
            other => panic!("no such command: {other}"),
        };
        println!("{answer}");
    }
}

fn load(stage: &mut Stage, folder: &Path, chunks: usize) -> Value {
    *stage = Stage::new(Vec::new(), Vec::new());
    let embeddings = rows(folder, "embeddings", EMBEDDING, Some(chunks));
    let points = rows(folder, "points", POINT, Some(chunks));
    *stage = Stage::new(embeddings, points);
    let bytes = size_of_val(stage.library.embeddings().values());
    let points = size_of_val(stage.library.points().values());
    json!({"chunks": stage.library.len(), "embedding_bytes": bytes, "point_bytes": points})
}

fn chunks(stage: &Stage) -> Vec<u32> {
    let members = stage.pool.members().iter();
    members.map(|(chunk, _)| chunk.0).collect()
}

/// Reading and searching in turns, each with nothing of the pool in a cache.
fn cold(stage: &Stage, eviction: &mut memory::Eviction, query: &[f32], rounds: usize) -> Value {
    let (mut read, mut search) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        eviction.run();
        read.push(stage.read());
        eviction.run();
        search.push(stage.search(query).0);
    }
    json!({"read": read, "search": search})
}

/// Rows of numbers of a file in `folder`, `count` of them or all.
pub fn rows(folder: &Path, name: &str, len: usize, count: Option<usize>) -> Vec<f32> {
    let path = folder.join(format!("{name}.f32"));
    let mut file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let size = len * size_of::<f32>();
    let whole = file.metadata().expect("a size").len() as usize / size;
    let count = count.unwrap_or(whole);
    let mut bytes = vec![0; count * size];
    file.read_exact(&mut bytes).expect("as many rows");
    let (numbers, _) = bytes.as_chunks();
    numbers
        .iter()
        .map(|number| f32::from_le_bytes(*number))
        .collect()
}
