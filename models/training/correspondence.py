"""Correspondence heads: two towers into one space, fitted on works whose pictures and music belong together.

A point has two blocks. *Works*: what a softmax classifier thinks of which known work a picture
(or 4 s of music) comes from; the product of two such distributions, times the number of works,
is how much likelier than chance both come from the same one. It knows the works it saw. *Common*:
the picture mapped by the between-works covariance into the space of the music's features; it carries
further to works not seen. Features are principal components of coordinates and classifier's log-odds
together: what tells works apart has more weight in them than what varies within a work. The product of two points is the sum of both, the cross term of a
dense layer with quadratic activation on the concatenated towers (paper, section 3.1), so that a
library is scored by one matrix product a painting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.optimize import minimize

#: Principal components that the classifiers see, and length of the features and of the common block.
COMPONENTS, COMMON = 128, 64
#: Components are scaled by this power of their variance: 0 leaves them, -1/2 whitens.
WHITENING_POWER = -0.25
#: Length of the unit coordinates that a classifier sees; with the penalties it sets how sure it gets.
SHARPNESS = 3.0
#: Quadratic penalties of the classifiers of pictures and of music.
PENALTIES = (1e-3, 3e-4)
#: Weight of the common block beside the works block.
COMMON_WEIGHT = 3.0
ITERATIONS = 120


@dataclass
class Side:
    """Pictures or pieces of music: a row of features each, with the work it belongs to."""

    values: np.ndarray
    work: np.ndarray

    def of(self, rows: np.ndarray) -> "Side":
        """Only some rows (a mask or indices)."""
        return Side(self.values[rows], self.work[rows])


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows scaled to length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def softmax(rows: np.ndarray) -> np.ndarray:
    """Rows as probabilities."""
    values = np.exp(rows - rows.max(axis=1, keepdims=True))
    return values / values.sum(axis=1, keepdims=True)


def work_weights(work: np.ndarray) -> np.ndarray:
    """Weights of rows such that each work weighs the same and all sum to 1."""
    _, index, counts = np.unique(work, return_inverse=True, return_counts=True)
    return 1.0 / counts[index] / len(counts)


@dataclass
class Whitening:
    """Work-balanced standardisation, blocks brought to equal weight, then principal components, partly whitened."""

    mean: np.ndarray
    matrix: np.ndarray

    @classmethod
    def fit(cls, side: Side, blocks: list[int], components: int = COMPONENTS) -> "Whitening":
        """`blocks`: lengths of the blocks of features, which together vary alike however long they are."""
        weight = work_weights(side.work)
        mean = weight @ side.values
        centred = side.values - mean
        spread = np.sqrt(weight @ centred**2) + 1e-6
        size = np.repeat(np.sqrt(np.array(blocks, float)), blocks)
        scaled = centred / (spread * size) * np.sqrt(weight)[:, None]
        n = min(components, *scaled.shape)
        if scaled.shape[0] < scaled.shape[1]:
            # Few rows: the eigenvectors of the smaller product give those of the larger.
            values, left = eigh(scaled @ scaled.T, subset_by_index=(len(scaled) - n, len(scaled) - 1))
            axes = scaled.T @ left / np.sqrt(np.maximum(values, 1e-12))
        else:
            width = scaled.shape[1]
            values, axes = eigh(scaled.T @ scaled, subset_by_index=(width - n, width - 1))
        values, axes = values[::-1], axes[:, ::-1]
        scales = (np.maximum(values / values[0], 0.0) + 1e-6) ** WHITENING_POWER / np.sqrt(values[0])
        return cls(mean, axes * scales / (spread * size)[:, None])

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Coordinates [n, components]; the first has unit variance."""
        return (values - self.mean) @ self.matrix


@dataclass
class Tower:
    """One side of the heads."""

    white: Whitening
    #: From unit coordinates to the works' log-odds, [components, works].
    works: np.ndarray
    #: From unit coordinates to features before they are brought to length 1: matrix [components, common] and what is added.
    metric: tuple[np.ndarray, np.ndarray]
    #: From features to the common block (pictures), or None: as they are (music).
    common: np.ndarray | None
    #: What the two blocks are multiplied by.
    weights: tuple[float, float]

    def features(self, values: np.ndarray) -> np.ndarray:
        """Rows of length 1, [n, common]: what a taught head is fitted on."""
        return unit(unit(self.white(values)) @ self.metric[0] + self.metric[1])

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Points [n, works + common]."""
        works = softmax(SHARPNESS * unit(self.white(values)) @ self.works)
        features = self.features(values)
        common = features if self.common is None else unit(features @ self.common)
        return np.concatenate([works * self.weights[0], common * self.weights[1]], axis=1)


@dataclass
class Heads:
    """Both towers and the calibration: probability of "does not belong" = 1 / (1 + exp(scale * product + bias))."""

    picture: Tower
    music: Tower
    scale: float = 1.0
    bias: float = 0.0


def fit(pictures: Side, music: Side, picture_blocks: list[int], music_blocks: list[int]) -> Heads:
    """Fit on works that have pictures and music. The calibration is left at 1 and 0."""
    shared = np.intersect1d(pictures.work, music.work)
    towers = []
    for side, blocks, penalty in zip((pictures, music), (picture_blocks, music_blocks), PENALTIES):
        side = side.of(np.isin(side.work, shared))
        white = Whitening.fit(side, blocks)
        coordinates = Side(unit(white(side.values)), side.work)
        works = classifier(Side(SHARPNESS * coordinates.values, side.work), shared, penalty)
        towers.append(Tower(white, works, features(coordinates, works), None, (float(len(shared)), 1.0)))
    seen, heard = (tower.features(side.values) for tower, side in zip(towers, (pictures, music)))
    towers[0].common = between_works(Side(seen, pictures.work), Side(heard, music.work))
    towers[0].weights = (1.0, COMMON_WEIGHT)
    return Heads(*towers)


def features(side: Side, works: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Matrix and shift from unit coordinates to features: principal components of the first coordinates and the works' log-odds, both
    brought to the same variance."""
    weight = work_weights(side.work)
    count = side.values.shape[1]
    blocks = [np.eye(count)[:, :COMMON], works - works.mean(axis=1, keepdims=True)]
    joined = []
    for block in blocks:
        values = side.values @ block
        joined.append(block / np.sqrt((weight @ (values - weight @ values) ** 2).sum() + 1e-12))
    to_joined = np.concatenate(joined, axis=1)
    mean = weight @ side.values
    values = (side.values - mean) @ to_joined
    _, axes = np.linalg.eigh((values * weight[:, None]).T @ values)
    matrix = to_joined @ axes[:, ::-1][:, :COMMON]
    return matrix, -mean @ matrix


def between_works(pictures: Side, music: Side) -> np.ndarray:
    """Covariance between the works' mean pictures and mean music, each work that has both weighing the same."""
    shared = np.intersect1d(pictures.work, music.work)
    x = np.stack([pictures.values[pictures.work == work].mean(axis=0) for work in shared])
    y = np.stack([music.values[music.work == work].mean(axis=0) for work in shared])
    return x.T @ (y - y.mean(axis=0)) / len(shared)


def classifier(side: Side, works: np.ndarray, penalty: float) -> np.ndarray:
    """Softmax regression from rows to works [columns, works], each work weighing the same; L-BFGS."""
    weight = work_weights(side.work)
    truth = np.searchsorted(works, side.work)
    rows, values = np.arange(len(truth)), side.values.astype(np.float32)
    shape = (values.shape[1], len(works))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(shape)
        likely = softmax(values @ matrix.astype(np.float32)).astype(np.float64)
        cost = -weight @ np.log(likely[rows, truth] + 1e-12) + penalty * (matrix**2).sum()
        likely[rows, truth] -= 1.0
        slope = values.T @ (likely * weight[:, None]).astype(np.float32) + 2.0 * penalty * matrix
        return float(cost), slope.astype(np.float64).ravel()

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return found.x.reshape(shape)


def calibrate(product: np.ndarray, belongs: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Scale and bias of the logistic probability of belonging, by Newton's method on the weighted log-likelihood."""
    x = np.stack([product, np.ones_like(product)], axis=1)
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
