"""Measures: 2AFC, AUC and P@1 of points by work, intervals over works, retrieval by the embedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .correspondence import Side
from .settings import SEED

BOOTSTRAPS = 2000


@dataclass
class Interval:
    """A mean over works with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def over_works(values: dict[str, float]) -> Interval:
    """Mean over works; the interval resamples works, which are what a claim must generalise over."""
    numbers = np.array([values[work] for work in sorted(values)])
    rng = np.random.default_rng(SEED)
    means = numbers[rng.integers(0, len(numbers), (BOOTSTRAPS, len(numbers)))].mean(axis=1)
    return Interval(float(numbers.mean()), *np.percentile(means, [2.5, 97.5]).tolist())


def score_works(pictures: Side, music: Side, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """2AFC, AUC and P@1 of each work, given points of pictures and of music (higher product: belongs).

    2AFC: a piece of the picture's own work against one of another work, other works weighing
    the same. P@1: the own piece first among one random piece of each work (200 draws).
    """
    works = np.intersect1d(pictures.work, music.work)
    pieces = {work: music.values[music.work == work] for work in works}
    result = {"two_afc": {}, "auc": {}, "p_at_1": {}}
    for work in works:
        queries = pictures.values[pictures.work == work]
        scores = {other: queries @ pieces[other].T for other in works}
        own = scores[work]
        wins, pooled = [], []
        for other in works:
            if other == work:
                continue
            foreign = np.sort(scores[other], axis=1)
            beaten = [np.searchsorted(row, mine) / len(row) for row, mine in zip(foreign, own)]
            wins.append(np.mean(beaten))
            order = np.sort(scores[other], axis=None)
            pooled.append(np.mean(np.searchsorted(order, own.ravel())) / len(order))
        result["two_afc"][work], result["auc"][work] = float(np.mean(wins)), float(np.mean(pooled))
        draws = 200
        best = np.full((len(queries), draws), -np.inf)
        for other in works:
            if other != work:
                best = np.maximum(best, scores[other][:, rng.integers(0, scores[other].shape[1], draws)])
        mine = own[:, rng.integers(0, own.shape[1], draws)]
        result["p_at_1"][work] = float(np.mean(mine > best))
    return result


def retrieval(points: np.ndarray, track: np.ndarray, queries: np.ndarray | None = None) -> tuple[float, float]:
    """Mean average precision and hit rate of the nearest, of finding chunks of the same track by Euclidean distance.

    `queries` may be other points of the same chunks (at another level, say); a chunk never finds itself.
    """
    queries = points if queries is None else queries
    square = (queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)[None] - 2.0 * queries @ points.T
    np.fill_diagonal(square, np.inf)
    precision, first = [], []
    for row in range(len(points)):
        relevant = (track == track[row])[np.argsort(square[row])[:-1]]
        if not relevant.any():
            continue
        ranks = np.flatnonzero(relevant) + 1
        precision.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
        first.append(relevant[0])
    return float(np.mean(precision)), float(np.mean(first))


def agreement(points: np.ndarray, reference: np.ndarray, nearest: int = 10) -> tuple[float, float]:
    """How far distances follow those of a reference space: rank correlation over random pairs, and share of common nearest neighbours."""
    from scipy.stats import spearmanr

    pairs = np.random.default_rng(SEED).integers(0, len(points), (2, 5000))
    lengths = [np.linalg.norm(space[pairs[0]] - space[pairs[1]], axis=1) for space in (points, reference)]
    mine, theirs = (_neighbours(space, nearest) for space in (points, reference))
    shared = np.mean([len(set(a) & set(b)) / nearest for a, b in zip(mine, theirs)])
    return float(spearmanr(*lengths)[0]), float(shared)


def _neighbours(points: np.ndarray, count: int) -> np.ndarray:
    """Indices of each row's nearest other rows."""
    square = (points**2).sum(axis=1)
    distance = square[:, None] + square[None] - 2.0 * points @ points.T
    np.fill_diagonal(distance, np.inf)
    return np.argpartition(distance, count, axis=1)[:, :count]


def cepstra(mel: np.ndarray) -> np.ndarray:
    """Baseline: mean and deviation over time of 20 mel-frequency cepstra, standardised; dB mel [n, bands, frames]."""
    from scipy.fft import dct

    values = dct(mel.astype(np.float32), axis=1, norm="ortho")[:, 1:21]
    rows = np.concatenate([values.mean(axis=2), values.std(axis=2)], axis=1)
    return (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)
