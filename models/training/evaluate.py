"""Measures: 2AFC, AUC and P@1 by work, intervals over works, and cepstra as a baseline."""

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


def two_afc(products: np.ndarray, picture_work: np.ndarray, track_work: np.ndarray) -> dict[str, float]:
    """By work, how often a track of the picture's own work has a higher product than a foreign one; products [pictures, tracks].

    Other works weigh the same; equal products count half.
    """
    return _against_foreign(products, picture_work, track_work, lambda own, foreign: np.mean([_share_above(*row) for row in zip(own, foreign)]))


def area(products: np.ndarray, picture_work: np.ndarray, track_work: np.ndarray) -> dict[str, float]:
    """As `two_afc`, over all pictures of the work together: the area under the curve (AUC)."""
    return _against_foreign(products, picture_work, track_work, lambda own, foreign: _share_above(own.ravel(), foreign.ravel()))


def _against_foreign(products: np.ndarray, picture_work: np.ndarray, track_work: np.ndarray, compare) -> dict[str, float]:
    works = np.intersect1d(picture_work, track_work)
    found = {}
    for work in works:
        rows = products[picture_work == work]
        own = rows[:, track_work == work]
        found[work] = float(np.mean([compare(own, rows[:, track_work == other]) for other in works if other != work]))
    return found


def _share_above(own: np.ndarray, foreign: np.ndarray) -> float:
    ordered = np.sort(foreign)
    return float(np.mean(np.searchsorted(ordered, own) + np.searchsorted(ordered, own, "right")) / 2.0 / len(ordered))


def score_works(pictures: Side, music: Side, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """2AFC, AUC and P@1 of each work, given points of pictures and of music (higher product: belongs).

    P@1: the own piece first among one random piece of each work (200 draws).
    """
    works = np.intersect1d(pictures.work, music.work)
    products = pictures.values @ music.values.T
    result = {measure: of(products, pictures.work, music.work) for measure, of in (("two_afc", two_afc), ("auc", area))}
    result["p_at_1"] = {}
    for work in works:
        rows = products[pictures.work == work]
        draws = 200
        best = np.full((len(rows), draws), -np.inf)
        for other in works:
            if other != work:
                foreign = rows[:, music.work == other]
                best = np.maximum(best, foreign[:, rng.integers(0, foreign.shape[1], draws)])
        own = rows[:, music.work == work]
        mine = own[:, rng.integers(0, own.shape[1], draws)]
        result["p_at_1"][work] = float(np.mean(mine > best))
    return result


def cepstra(mel: np.ndarray) -> np.ndarray:
    """Baseline: mean and deviation over time of 20 mel-frequency cepstra; dB mel [n, bands, frames] -> [n, 40]."""
    from scipy.fft import dct

    values = dct(mel.astype(np.float32), axis=1, norm="ortho")[:, 1:21]
    return np.concatenate([values.mean(axis=2), values.std(axis=2)], axis=1)


def standard_cepstra(mel: np.ndarray) -> np.ndarray:
    """`cepstra`, each number standardised over the rows."""
    rows = cepstra(mel)
    return (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)
