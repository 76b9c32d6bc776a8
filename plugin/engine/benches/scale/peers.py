"""The peers, each asked the same question on one thread: the ten nearest in the pool."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from usearch.index import Index, MetricKind
from usearch.index import search as exact_search

NEAREST = 10
GRAPH_LINKS = 32


@dataclass
class Peer:
    """Something that searches."""

    name: str
    # One query (float32) to the rows of what it found, best first.
    search: Callable[[np.ndarray], np.ndarray]
    # Whether it answers the question; else it searches everything, for comparison.
    filtered: bool = True
    # Queries a round and for the recall: fewer for the slow.
    queries: int = 40
    judged: int = 1000


class Faiss:
    """A FAISS index behind its C++ call: the Python wrapper costs microseconds a search."""

    def __init__(self, index, ids: np.ndarray | None = None, parameters=None) -> None:
        self.index, self.ids, self.parameters = index, ids, parameters
        self.distances = np.empty(NEAREST, np.float32)
        self.found = np.empty(NEAREST, np.int64)
        self.out = faiss.swig_ptr(self.distances), faiss.swig_ptr(self.found)

    def __call__(self, query: np.ndarray) -> np.ndarray:
        self.index.search_c(1, faiss.swig_ptr(query), NEAREST, *self.out, self.parameters)
        found = self.found[self.found >= 0]
        return found.copy() if self.ids is None else self.ids[found]


def graphs(folder: Path, embeddings: np.ndarray) -> tuple[faiss.Index, Index]:
    """HNSW of FAISS (float32) and of usearch (half precision), kept once built."""
    rows, dims = embeddings.shape
    saved = folder / f"hnsw32-{rows}.faiss"
    if not saved.exists():
        index = faiss.IndexHNSWFlat(dims, GRAPH_LINKS)
        index.add(embeddings)
        part = saved.with_suffix(".part")
        faiss.write_index(index, str(part))
        part.rename(saved)
    hnsw = faiss.read_index(str(saved))
    saved = folder / f"hnsw-{rows}.usearch"
    small = Index(ndim=dims, metric=MetricKind.L2sq, dtype="f16")
    if not saved.exists():
        small.add(np.arange(rows), embeddings, threads=1)
        part = saved.with_suffix(".part")
        small.save(str(part))
        part.rename(saved)
    small.load(str(saved))
    return hnsw, small


def peers(folder: Path, embeddings: np.ndarray, pool: np.ndarray) -> list[Peer]:
    """All peers over `embeddings`, of which `pool` are the rows that pass."""
    faiss.omp_set_num_threads(1)
    rows, dims = embeddings.shape
    gathered = np.ascontiguousarray(embeddings[pool])

    flat = faiss.IndexFlatL2(dims)
    flat.add(embeddings)
    bits = np.zeros(rows, np.uint8)
    bits[pool] = 1
    bitmap = np.packbits(bits, bitorder="little")
    selector = faiss.IDSelectorBitmap(rows, faiss.swig_ptr(bitmap))
    selected = faiss.SearchParameters(sel=selector)
    selected.kept = bitmap

    pool_flat = faiss.IndexFlatL2(dims)
    pool_flat.add(gathered)
    pool_half = faiss.IndexScalarQuantizer(dims, faiss.ScalarQuantizer.QT_fp16)
    pool_half.train(gathered)
    pool_half.add(gathered)
    half = gathered.astype(np.float16)

    def usearch_exact(query: np.ndarray) -> np.ndarray:
        asked = query.astype(np.float16)
        found = exact_search(half, asked, NEAREST, MetricKind.L2sq, exact=True, threads=1)
        return pool[found.keys.astype(np.int64)]

    hnsw, small = graphs(folder, embeddings)
    all_of = [
        Peer("FAISS flat over everything (no filter)", Faiss(flat), False, 2, 20),
        Peer("FAISS flat, pool as a bitmap", Faiss(flat, None, selected), True, 5, 200),
        Peer("FAISS flat over the gathered pool", Faiss(pool_flat, pool)),
        Peer("FAISS half precision over the gathered pool", Faiss(pool_half, pool)),
        Peer("usearch exact, half precision, over the gathered pool", usearch_exact),
    ]
    for effort in (64, 512, 2048):
        asked = faiss.SearchParametersHNSW(efSearch=effort, sel=selector)
        asked.kept = selected
        name = f"FAISS HNSW{GRAPH_LINKS}, pool as a filter, ef {effort}"
        all_of.append(Peer(name, Faiss(hnsw, None, asked), True, 5, 200))
    unfiltered = faiss.SearchParametersHNSW(efSearch=64)
    all_of.append(
        Peer(f"FAISS HNSW{GRAPH_LINKS} over everything, ef 64 (no filter)", Faiss(hnsw, None, unfiltered), False, 20, 200)
    )

    def usearch(query: np.ndarray) -> np.ndarray:
        return small.search(query, NEAREST, threads=1).keys.astype(np.int64)

    all_of.append(Peer("usearch HNSW, half precision, over everything (no filter)", usearch, False, 20, 200))
    return all_of


def new_pool(points: np.ndarray, embeddings: np.ndarray, painting: np.ndarray, kept: int) -> np.ndarray:
    """The first filter with numpy, up to an index that can be searched."""
    products = points @ painting
    pool = np.argpartition(-products, kept - 1)[:kept]
    index = faiss.IndexFlatL2(embeddings.shape[1])
    index.add(embeddings[pool])
    return pool
