"""Measures search at growing sizes beside its peers, all in turns in one run.

`python benches/scale ROOT FOLDER [--sizes N ...]`, run in ROOT: ROOT is the checkout, FOLDER keeps vectors and
graphs from run to run. Writes FOLDER/measured.json, docs/scale.png and the tables of
docs/scale.md.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import peers as peers_of
import report
import vectors as vectors_of
from engine import CARGO, Engine, opening

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 15
OPENINGS = 7
JUDGED = 1_000
OURS = "**Impasto, half precision, over the gathered pool**"


def main() -> None:
    """Measures, keeps and reports."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--report-only", action="store_true")
    parser.add_argument("--program", help="the built bench, else Cargo builds and runs it")
    arguments = parser.parse_args()
    measured = arguments.folder / "measured.json"
    if not arguments.report_only:
        vectors = vectors_of.load(arguments.folder)
        program = [arguments.program] if arguments.program else list(CARGO)
        engine = Engine(program, arguments.folder)
        sizes = []
        for size in arguments.sizes:
            found = measure(engine, arguments.folder, vectors, size)
            sizes.append(found | opened(program, arguments.folder, size))
        engine.close()
        result = {"machine": machine(), "date": time.strftime("%Y-%m-%d"), "sizes": sizes}
        measured.write_text(json.dumps(result, indent=1))
    report.write(json.loads(measured.read_text()), arguments.root / "docs")


def machine() -> dict:
    """What the numbers are of."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return {"processor": model, "cores": os.cpu_count(), "load": os.getloadavg()[0]}


def measure(engine: Engine, folder: Path, vectors: vectors_of.Vectors, size: int) -> dict:
    """Everything at one size; each thing gets its turn in every round."""
    embeddings = np.ascontiguousarray(vectors.embeddings[:size])
    points = np.ascontiguousarray(vectors.points[:size])
    loaded = engine.ask("load", size)
    times: dict[str, list[float]] = {}

    def note(name: str, values: list[float]) -> None:
        times.setdefault(name, []).extend(values)

    kept = -(-size // 100)
    for round_ in range(ROUNDS):
        painting = round_ % len(vectors.paintings)
        painted = engine.ask("paint", painting)
        note("new painting", [painted["ranking"] + painted["pool"]])
        begin = time.perf_counter()
        peers_of.new_pool(points, embeddings, vectors.paintings[painting], kept)
        note("new painting, numpy", [(time.perf_counter() - begin) * 1e3])
    engine.ask("paint", 0)
    pool = np.array(engine.ask("pool")["pool"], np.int64)
    compared = peers_of.peers(folder, embeddings, pool)
    for round_ in range(ROUNDS):
        note("read", engine.ask("read", 40)["ms"])
        note(OURS, engine.ask("search", round_ * 40, 40)["ms"])
        for peer in compared:
            note(peer.name, timed(peer, vectors.queries, round_))
        cold = engine.ask("cold", round_, 3)
        note("read, cold", cold["read"])
        note("search, cold", cold["search"])
    for name, values in engine.ask("kernels", 200).items():
        note(f"kernel {name}", values)
    return {
        "size": size,
        "pool": len(pool),
        "bytes": loaded,
        "ms": {name: [min(values), float(np.median(values))] for name, values in times.items()},
        "recall": recalls(engine, compared, vectors, embeddings, pool),
        "pool_agrees": agreement(pool, points, vectors.paintings[0]),
    }


def opened(program: list[str], folder: Path, size: int) -> dict:
    """Opening an index of this size on disk, each time in a new process."""
    opening(program, folder, size)  # Makes the index, and brings its files into memory.
    runs = [opening(program, folder, size) for _ in range(OPENINGS)]

    def of(values: list[float]) -> list[float]:
        return [min(values), float(np.median(values))]

    return {
        "open": of([run["open"] for run in runs]),
        "first painting": of([run["painted"][0] for run in runs]),
        "private": float(np.median([run["private"] for run in runs])),
    }


def timed(peer: peers_of.Peer, queries: np.ndarray, round_: int) -> list[float]:
    """Milliseconds of each of the peer's queries of a round."""
    found = []
    for at in range(peer.queries):
        query = np.ascontiguousarray(queries[(round_ * peer.queries + at) % len(queries)])
        begin = time.perf_counter()
        peer.search(query)
        found.append((time.perf_counter() - begin) * 1e3)
    return found


def agreement(pool: np.ndarray, points: np.ndarray, painting: np.ndarray) -> float:
    """How much of the pool is also in that of float32 points."""
    kept = np.argpartition(-(points @ painting), len(pool) - 1)[: len(pool)]
    return len(np.intersect1d(pool, kept)) / len(pool)


def exact(queries: np.ndarray, embeddings: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The nearest of `rows` in double precision, best first."""
    among = embeddings[rows].astype(np.float64)
    lengths = (among**2).sum(1)
    found = []
    for block in np.array_split(queries.astype(np.float64), max(1, len(queries) // 50)):
        distances = lengths - 2 * block @ among.T
        best = np.argsort(distances, axis=1, kind="stable")[:, : peers_of.NEAREST]
        found.append(rows[best])
    return np.concatenate(found)


def recall(found: list[np.ndarray], truth: np.ndarray) -> list[float]:
    """Recall at 1 and at 10."""
    at_1 = np.mean([len(f) > 0 and f[0] == t[0] for f, t in zip(found, truth)])
    at_10 = np.mean([len(np.intersect1d(f, t)) / len(t) for f, t in zip(found, truth)])
    return [float(at_1), float(at_10)]


def recalls(
    engine: Engine,
    compared: list[peers_of.Peer],
    vectors: vectors_of.Vectors,
    embeddings: np.ndarray,
    pool: np.ndarray,
) -> dict:
    """Of each that answers the question, against double precision on the float32 vectors."""
    queries = np.ascontiguousarray(vectors.queries[:JUDGED])
    truth = exact(queries, embeddings, pool)
    ours = engine.ask("search", 0, JUDGED)["found"]
    found = {OURS: recall([np.array(hits) for hits in ours], truth)}
    for peer in compared:
        if peer.filtered:
            answers = [peer.search(query) for query in queries[: peer.judged]]
            found[peer.name] = recall(answers, truth)
    return found


if __name__ == "__main__":
    main()
