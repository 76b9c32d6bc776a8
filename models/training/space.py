"""The space of the shipped embedding: what the student learnt, beside onset pattern and pitch content.

Euclidean distance weighs the parts, each of length 1 before its weight. Brush sounds have no key, no
instrument and no style, and what the teachers say of them concerns their noise alone. So the
more a sound is friction, the more of the learnt part's weight passes to the onset pattern; the
whole keeps its length, so that brush sounds lie among music and not outside it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import distil, manifest, rhythm
from .augment import augment, brush_view
from .corpus import MARGIN, listened_items
from .pattern import HEIGHTS, ONSETS, RATES_HZ, Onsets, Pitch
from .retrieval import average_precision, distances
from .settings import SEED, VALIDATION_WORKS, Cache
from .student import EMBEDDING, Student

#: Numbers of the parts in their order: learnt, onset pattern, its rates, chroma, pitch height.
PARTS = {"learnt": EMBEDDING, "onsets": ONSETS + 1, "rates": len(RATES_HZ), "chroma": 13, "height": HEIGHTS + 1}
#: Length of the shipped embedding.
LENGTH = sum(PARTS.values())
#: Share of their weight that the other parts keep in a sound that is all friction.
FRICTION_KEEPS = 0.2
#: Share of the mean variance added to the covariance within tracks before it is inverted.
RIDGE = 0.1
#: Learnt parts shorter than this share of music's are not drawn out to length 1.
SHORTEST = 0.02
#: Penalty of the squared weights that tell friction.
PENALTY = 1e-2
#: Weights tried for rates, chroma and height, with the onset pattern at ONSET_START; then the onsets' is raised in steps.
TRIED, ONSET_START, ONSET_STEP = (0.1, 0.2, 0.3, 0.4), 0.3, 0.05
#: Music chunks fitted on, and brush scenes weighed with.
FITTED_ON, SCENES = 2000, 120


@dataclass(frozen=True)
class Shape:
    """Everything that was fitted."""

    #: Learnt part: (x - mean) @ matrix, drawn to length 1 unless it is shorter than `radius`.
    mean: np.ndarray
    matrix: np.ndarray
    radius: float
    #: Friction: logistic function of the student's hidden values [512] times `friction`, plus `threshold`.
    friction: np.ndarray
    threshold: float
    #: Weight of each part, in the order of PARTS.
    weights: np.ndarray

    def save(self, path: Path) -> None:
        """Keep it as numbers."""
        np.savez(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Shape":
        """As saved. Raises FileNotFoundError when the stage `space` has not been run."""
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: run the stage `space` first")
        with np.load(path) as kept:
            return cls(**{name: kept[name] if kept[name].ndim else float(kept[name]) for name in kept.files})


class Space(nn.Module):
    """Student's hidden values [n, 512] and embedding [n, 128], and `mel` [n, 1, bands, frames] -> shipped embedding [n, LENGTH]."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.onsets, self.pitch = Onsets(), Pitch()
        for name in ("mean", "matrix", "friction"):
            self.register_buffer(name, torch.tensor(getattr(shape, name), dtype=torch.float32))
        self.radius, self.threshold = float(shape.radius), float(shape.threshold)
        self.weights = dict(zip(PARTS, (float(weight) for weight in shape.weights)))

    def learnt(self, raw):
        """The learnt part before its weight."""
        point = (raw - self.mean) @ self.matrix
        return point / (point.square().sum(dim=1, keepdim=True) + 1e-12).sqrt().clamp(min=self.radius)

    def parts(self, hidden, raw, mel):
        """Every part before its weight, and how far the sound is friction [n, 1]."""
        friction = torch.sigmoid(hidden @ self.friction[:, None] + self.threshold)
        return [self.learnt(raw), *self.onsets(mel), *self.pitch(mel)], friction

    def forward(self, hidden, raw, mel):
        parts, friction = self.parts(hidden, raw, mel)
        passed = (1.0 - FRICTION_KEEPS**2) * friction
        others = sum(weight**2 for name, weight in self.weights.items() if name != "onsets")
        scales = {name: weight * (1.0 - passed).sqrt() for name, weight in self.weights.items()}
        scales["onsets"] = (self.weights["onsets"] ** 2 + others * passed).sqrt()
        return torch.cat([part * scales[name] for name, part in zip(PARTS, parts)], dim=1)


@dataclass
class Heard:
    """What the student and the fixed parts say of some chunks."""

    hidden: np.ndarray
    raw: np.ndarray
    mel: np.ndarray

    @classmethod
    @torch.no_grad()
    def of(cls, student: Student, mel: np.ndarray) -> "Heard":
        """Run the student over dB frames [n, bands, frames]."""
        hidden = torch.cat([student.hear(distil.tensor(part.astype(np.float32))) for part in np.array_split(mel, max(1, len(mel) // 48))])
        return cls(hidden.numpy(), student.embedding(hidden).numpy().astype(np.float64), mel)

    @torch.no_grad()
    def embedding(self, shape: Shape) -> np.ndarray:
        """The shipped embedding, [n, LENGTH]."""
        space, parts = Space(shape), []
        for rows in np.array_split(np.arange(len(self.mel)), max(1, len(self.mel) // 64)):
            hidden, raw = torch.from_numpy(self.hidden[rows]), torch.from_numpy(self.raw[rows].astype(np.float32))
            parts.append(space(hidden, raw, torch.from_numpy(self.mel[rows][:, None].astype(np.float32))).numpy())
        return np.concatenate(parts).astype(np.float64)


def fit(cache: Cache, run: str) -> dict:
    """Fit metric and friction on works learnt from, choose the weights on the validation works; keep them beside the run."""
    student = distil.student_of(cache.runs / run / "checkpoint.pt")
    data = distil.load(cache, listened_items())
    rng = np.random.default_rng(SEED)
    frames = manifest.front_end().frames
    music = np.flatnonzero((data.kind == "music") & ~data.held_out)
    music = np.sort(rng.permutation(music)[:FITTED_ON])
    checked = np.flatnonzero((data.kind == "music") & np.isin(data.work, VALIDATION_WORKS))
    centred = lambda rows: data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)  # noqa: E731
    heard = Heard.of(student, centred(music))
    shape = metric(heard.raw, data.track[music])
    shape = _friction(shape, student, data, heard.hidden, rng)
    brush = rhythm.brush_scenes(SCENES, SEED + 2)
    shape, report = _weigh(shape, Heard.of(student, centred(checked)), data.track[checked], data.work[checked], Heard.of(student, brush.mel))
    shape.save(cache.runs / run / "space.npz")
    return report


def metric(raw: np.ndarray, track: np.ndarray) -> Shape:
    """Whiten by the covariance within tracks (Hatch, Kajarekar & Stolcke 2006): what varies inside a piece tells pieces least apart."""
    mean = raw.mean(axis=0)
    own = raw - np.stack([raw[track == name].mean(axis=0) for name in track])
    covariance = own.T @ own / max(1, len(raw) - len(np.unique(track)))
    covariance += RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    values, axes = np.linalg.eigh(covariance)
    matrix = axes @ np.diag(values**-0.5) @ axes.T
    lengths = np.linalg.norm((raw - mean) @ matrix, axis=1)
    matrix /= np.median(lengths)
    return Shape(mean, matrix, float(np.quantile(lengths / np.median(lengths), SHORTEST)), np.zeros(1), 0.0, np.ones(len(PARTS)))


def _friction(shape: Shape, student: Student, data: distil.Data, music: np.ndarray, rng: np.random.Generator) -> Shape:
    """Logistic regression of brush scenes and brush views of music against music, rendered patterns and sounds, by hidden values."""
    front_end = manifest.front_end()
    others = np.flatnonzero((data.kind != "music") & ~data.held_out)
    others = others[np.unique(data.track[others], return_index=True)[1]]
    source = np.flatnonzero((data.kind == "music") & ~data.held_out)
    source = np.sort(rng.permutation(source)[: FITTED_ON // 3])
    viewed, _ = brush_view(data.mel[source], np.ones(len(source), bool), front_end, rng, 1.0)
    rows = [Heard.of(student, augment(mel, front_end, rng)).hidden for mel in (data.mel[others], viewed)]
    is_brush = [np.zeros(len(music)), np.isin(data.kind[others], distil.BRUSH_KINDS), np.ones(len(source))]
    weight, threshold = logistic(np.concatenate([music, *rows]).astype(np.float64), np.concatenate(is_brush).astype(float))
    return replace(shape, friction=weight, threshold=threshold)


def logistic(values: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and threshold of a logistic regression in which both answers weigh the same."""
    from scipy.optimize import minimize

    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-3
    standard, sign = (values - mean) / spread, 2.0 * truth - 1.0
    balance = np.where(truth > 0.5, 0.5 / truth.mean(), 0.5 / (1.0 - truth.mean()))

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (standard @ x[:-1] + x[-1])
        pull = -sign * balance / (1.0 + np.exp(np.minimum(margin, 50.0))) / len(truth)
        value = (np.logaddexp(0.0, -margin) * balance).mean() + PENALTY * (x[:-1] ** 2).sum()
        return value, np.append(standard.T @ pull + 2.0 * PENALTY * x[:-1], pull.sum())

    found = minimize(loss, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    weight = found[:-1] / spread
    return weight, float(found[-1] - mean @ weight)


def _weigh(shape: Shape, music: Heard, track: np.ndarray, work: np.ndarray, brush: Heard) -> tuple[Shape, dict]:
    """Weights of the parts: first those of rates, chroma and height that find most chunks of the same track, then as much onset
    pattern as leaves same-track retrieval no worse than the learnt part alone."""
    alone = replace(shape, weights=np.eye(len(PARTS))[0])
    precision = lambda one: _precision(music.embedding(one), track, work)  # noqa: E731
    floor = precision(replace(alone, friction=np.zeros_like(shape.friction), threshold=-50.0))
    trials = [np.array([1.0, ONSET_START, *others]) for others in itertools.product(TRIED, repeat=3)]
    parts = _squares(shape, music)
    best = max(trials, key=lambda weights: _by_distance(sum(w**2 * d for w, d in zip(weights, parts)), track, work))
    shape = replace(shape, weights=best)
    while True:
        raised = replace(shape, weights=shape.weights + ONSET_STEP * np.eye(len(PARTS))[1])
        if precision(raised) < floor:
            break
        shape = raised
    own, asked = music.embedding(shape), brush.embedding(shape)
    likeness = rhythm.correlation(rhythm.onset_strength(brush.mel), rhythm.onset_strength(music.mel))
    won = rhythm.contest(distances(asked, own), likeness, 200, np.random.default_rng(SEED)).won.mean()
    weights = {name: round(float(weight), 3) for name, weight in zip(PARTS, shape.weights)}
    return shape, {"weights": weights, "learnt_alone": round(floor, 3), "same_track": round(precision(shape), 3), "brush_won": round(float(won), 3)}


def _squares(shape: Shape, music: Heard) -> list[np.ndarray]:
    """Squared distances by each part alone, no sound taken for friction."""
    parts = replace(shape, weights=np.ones(len(PARTS)), threshold=-50.0, friction=np.zeros_like(shape.friction))
    columns = np.split(music.embedding(parts), np.cumsum(list(PARTS.values()))[:-1], axis=1)
    return [distances(column, column) for column in columns]


def _precision(points: np.ndarray, track: np.ndarray, work: np.ndarray) -> float:
    return _by_distance(distances(points, points), track, work)


def _by_distance(distance: np.ndarray, track: np.ndarray, work: np.ndarray) -> float:
    """Mean average precision of finding the same track, mean over works."""
    found = average_precision(distance, track)
    return float(np.mean([np.nanmean(found[work == name]) for name in np.unique(work)]))
