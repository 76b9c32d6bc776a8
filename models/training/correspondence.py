"""Correspondence heads: two linear towers into one space, fitted on works whose pictures and music belong together.

Two simple methods side by side, their points joined so that the inner product is the mean
of two cosines: InfoNCE (learns the works it sees) and ridge regression from pictures to
music (carries a little further to works not seen). Everything is linear, so that it folds
into one matrix a side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

#: Principal components kept of each side.
COMPONENTS = 48
#: Components are scaled by this power of their variance: 0 leaves them, -1/2 whitens. Half way
#: keeps the weak ones from drowning the strong ones in noise, and carried best to new works.
WHITENING_POWER = -0.25
#: Length of an InfoNCE point; a ridge point has COMPONENTS.
CONTRASTIVE = 16
TEMPERATURE = 0.15
RIDGE = 2.0
#: Length of a joined point.
POINTS = CONTRASTIVE + COMPONENTS


@dataclass
class Side:
    """Pictures or pieces of music: a row of features each, with the work it belongs to."""

    values: np.ndarray
    work: np.ndarray

    def of(self, rows: np.ndarray) -> "Side":
        """Only some rows (a mask or indices)."""
        return Side(self.values[rows], self.work[rows])


@dataclass
class Whitening:
    """Work-balanced standardisation, then principal components, partly whitened."""

    mean: np.ndarray
    matrix: np.ndarray

    @classmethod
    def fit(cls, side: Side, components: int = COMPONENTS) -> "Whitening":
        """Each work has the same weight, however many rows it brings."""
        _, index, counts = np.unique(side.work, return_inverse=True, return_counts=True)
        weight = 1.0 / counts[index] / len(counts)
        mean = weight @ side.values
        spread = np.sqrt(weight @ (side.values - mean) ** 2) + 1e-6
        scaled = (side.values - mean) / spread
        size = scaled.shape[1]
        largest = (size - components, size - 1)
        values, vectors = eigh((scaled * weight[:, None]).T @ scaled, subset_by_index=largest)
        axes = vectors[:, ::-1] * (np.maximum(values[::-1] / values[-1], 0.0) + 1e-6) ** WHITENING_POWER / np.sqrt(values[-1])
        return cls(mean, axes / spread[:, None])

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Coordinates [n, components]; the first has unit variance."""
        return (values - self.mean) @ self.matrix


@dataclass
class Tower:
    """One side of the heads: affine map, then each of the two blocks brought to length sqrt(1/2)."""

    matrix: np.ndarray
    bias: np.ndarray

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Points [n, POINTS] of unit length."""
        raw = values @ self.matrix + self.bias
        return np.concatenate([unit(raw[:, :CONTRASTIVE]), unit(raw[:, CONTRASTIVE:])], axis=1) * np.sqrt(0.5)


@dataclass
class Heads:
    """Both towers and the calibration: probability of "does not belong" = 1 / (1 + exp(scale * cosine + bias))."""

    picture: Tower
    music: Tower
    scale: float = 1.0
    bias: float = 0.0


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def fit(pictures: Side, music: Side, seed: int, steps: int = 1500) -> Heads:
    """Fit both methods on works that have pictures and music. The calibration is left at 1 and 0."""
    shared = np.intersect1d(pictures.work, music.work)
    pictures, music = pictures.of(np.isin(pictures.work, shared)), music.of(np.isin(music.work, shared))
    white_pictures, white_music = Whitening.fit(pictures), Whitening.fit(music)
    x, y = white_pictures(pictures.values), white_music(music.values)
    picture_map, music_map = _contrastive(Side(x, pictures.work), Side(y, music.work), seed, steps)
    regression = _ridge(Side(x, pictures.work), Side(y, music.work))
    return Heads(
        _tower(white_pictures, np.concatenate([picture_map, regression], axis=1)),
        _tower(white_music, np.concatenate([music_map, np.eye(COMPONENTS)], axis=1)),
    )


def _tower(white: Whitening, matrix: np.ndarray) -> Tower:
    folded = white.matrix @ matrix
    return Tower(folded, -white.mean @ folded)


def _ridge(pictures: Side, music: Side) -> np.ndarray:
    """Map from whitened pictures to the whitened mean music of their work, each work with the same weight."""
    works, index, counts = np.unique(pictures.work, return_inverse=True, return_counts=True)
    centre = np.stack([music.values[music.work == work].mean(axis=0) for work in works])
    weight = (1.0 / counts[index])[:, None]
    x = pictures.values
    # The penalty counts in works: a work's rows together weigh 1.
    return np.linalg.solve((x * weight).T @ x + RIDGE * np.eye(x.shape[1]), (x * weight).T @ centre[index])


def _contrastive(pictures: Side, music: Side, seed: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric InfoNCE over batches of one picture and one piece of music a work; Adam, gradients by hand."""
    rng = np.random.default_rng(seed)
    works = np.unique(pictures.work)
    draw_picture, draw_music = _one_a_work(pictures.work), _one_a_work(music.work)
    maps = [rng.normal(0.0, 0.1, (COMPONENTS, CONTRASTIVE)) for _ in range(2)]
    first = [np.zeros_like(m) for m in maps]
    second = [np.zeros_like(m) for m in maps]
    n = len(works)
    for step in range(1, steps + 1):
        x, y = pictures.values[draw_picture(rng)], music.values[draw_music(rng)]
        a, b = x @ maps[0], y @ maps[1]
        p, q = unit(a), unit(b)
        similarity = p @ q.T / TEMPERATURE
        gradient = (_softmax(similarity) + _softmax(similarity.T).T - 2.0 * np.eye(n)) / (2.0 * n * TEMPERATURE)
        grad_maps = [
            x.T @ _through_unit(gradient @ q, p, a) + 1e-3 * maps[0],
            y.T @ _through_unit(gradient.T @ p, q, b) + 1e-3 * maps[1],
        ]
        rate = 0.01 * 0.5 * (1.0 + np.cos(np.pi * step / steps))
        for k, grad in enumerate(grad_maps):
            first[k] = 0.9 * first[k] + 0.1 * grad
            second[k] = 0.99 * second[k] + 0.01 * grad**2
            maps[k] = maps[k] - rate * (first[k] / (1 - 0.9**step)) / (np.sqrt(second[k] / (1 - 0.99**step)) + 1e-8)
    return maps[0], maps[1]


def _one_a_work(work: np.ndarray) -> Callable[[np.random.Generator], np.ndarray]:
    """A function that draws one row of each work, works in sorted order."""
    order = np.argsort(work, kind="stable")
    _, first, counts = np.unique(work[order], return_index=True, return_counts=True)
    return lambda rng: order[first + (rng.random(len(counts)) * counts).astype(int)]


def _softmax(rows: np.ndarray) -> np.ndarray:
    values = np.exp(rows - rows.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def _through_unit(gradient: np.ndarray, direction: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Gradient with regard to `raw`, given that with regard to raw / |raw|."""
    length = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    return (gradient - (gradient * direction).sum(axis=1, keepdims=True) * direction) / length


def calibrate(cosine: np.ndarray, belongs: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Scale and bias of the logistic probability of belonging, by Newton's method on the weighted log-likelihood."""
    x = np.stack([cosine, np.ones_like(cosine)], axis=1)
    theta = np.zeros(2)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-(x @ theta)))
        gradient = x.T @ (weight * (belongs - p))
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        theta += step
        if np.abs(step).max() < 1e-9:
            break
    return float(theta[0]), float(theta[1])
