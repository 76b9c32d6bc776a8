"""Generated vectors: chunks of tracks of styles, paintings and brush sounds.

Real embeddings lie in clusters, and which of them belong to a painting goes with the cluster, so
a pool is some regions of the space and a brush sound is mostly not in any of them. That is what
makes a filtered search hard for a graph.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

# As long as the shipped networks make them.
EMBEDDING = 249
POINT = 163
CHUNKS = 1_000_000
CHUNKS_A_TRACK = 60
STYLES = 2_000
PAINTINGS = 8
QUERIES = 2_000
SEED = 20_201_113
BLOCK = 60_000
FILES = ("embeddings", "points", "paintings", "queries")


@dataclass
class Vectors:
    """All vectors as float32 rows; a smaller library is the first rows of a larger one."""

    embeddings: np.ndarray
    points: np.ndarray
    paintings: np.ndarray
    queries: np.ndarray


def load(folder: Path) -> Vectors:
    """Maps the vectors in `folder`, which are made if they are not there."""
    lengths = dict(zip(FILES, (EMBEDDING, POINT, POINT, EMBEDDING)))
    if not (folder / "whole").exists():
        make(folder)
    return Vectors(
        **{
            name: np.memmap(folder / f"{name}.f32", np.float32, "r").reshape(-1, lengths[name])
            for name in FILES
        }
    )


def make(folder: Path) -> None:
    """Writes the vectors; the file `whole` comes last, so that a cut-off run starts again."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)

    def noise(rows: int, columns: int) -> np.ndarray:
        return random.standard_normal((rows, columns), np.float32)

    sounds, meanings = noise(STYLES, EMBEDDING), noise(STYLES, POINT)
    with open(folder / "embeddings.f32", "wb") as embeddings, open(folder / "points.f32", "wb") as points:
        for first in range(0, CHUNKS, BLOCK):
            rows = min(BLOCK, CHUNKS - first)
            tracks = -(-rows // CHUNKS_A_TRACK)
            style = random.integers(STYLES, size=tracks)

            def of_chunks(centres: np.ndarray) -> np.ndarray:
                track = centres[style] + 0.6 * noise(tracks, centres.shape[1])
                chunks = np.repeat(track, CHUNKS_A_TRACK, axis=0)[:rows]
                return chunks + 0.4 * noise(rows, centres.shape[1])

            of_chunks(sounds).tofile(embeddings)
            unit(of_chunks(meanings)).tofile(points)
    wanted = meanings[random.integers(STYLES, size=PAINTINGS)]
    unit(wanted + noise(PAINTINGS, POINT)).tofile(folder / "paintings.f32")
    heard = sounds[random.integers(STYLES, size=QUERIES)]
    (heard + 0.9 * noise(QUERIES, EMBEDDING)).tofile(folder / "queries.f32")
    (folder / "whole").touch()


def unit(rows: np.ndarray) -> np.ndarray:
    """The rows at length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
