"""How well pictures find the music of their work, in three settings that are kept apart.

*Never seen*: whole works left out. *Seen*: new pictures and new tracks of works learnt from.
*Taught*: a few pairs of each of some unseen works, then their other pictures and tracks against
one another. Every measure is a mean over works with a 95 % bootstrap interval over works; each
setting has its mispaired control.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from . import families
from .evaluate import area, over_works, two_afc
from .settings import SEED
from .taught import TaughtHead
from .correspondence import Heads, Side, fit, unit

FOLDS = 5
#: Numbers of taught pairs a work.
TAUGHT = (1, 2, 4, 8, 16)
#: Unseen works taught at a time; a work takes part with at least this many pictures and tracks.
TAUGHT_WORKS, TAUGHT_PICTURES, TAUGHT_TRACKS = 5, 8, 4
#: How often the works are shuffled for the null of works never seen.
PERMUTATIONS = 200
Values = dict[str, dict[str, list[float]]]


@dataclass
class Works:
    """Pictures and chunks of music as features, with the lengths of their blocks."""

    pictures: Side
    music: Side
    track: np.ndarray
    picture_blocks: list[int]
    music_blocks: list[int]

    @property
    def names(self) -> np.ndarray:
        """Works that have both pictures and music."""
        return np.intersect1d(self.pictures.work, self.music.work)

    def fit(self, pictures: np.ndarray, music: np.ndarray) -> Heads:
        """Heads of some rows of each."""
        return fit(self.pictures.of(pictures), self.music.of(music), self.picture_blocks, self.music_blocks)

    def mispaired(self, rng: np.random.Generator) -> "Works":
        """Control: pictures keep together by work, but each work gets another work's pictures."""
        names = self.names
        order = rng.permutation(names)
        # A cycle through the works in random order leaves none with its own.
        other = dict(zip(order, np.roll(order, 1)))
        work = np.array([other.get(name, name) for name in self.pictures.work])
        return replace(self, pictures=Side(self.pictures.values, work))


def by_track(points: np.ndarray, track: np.ndarray, work: np.ndarray) -> Side:
    """Mean point of each track: the product of a track is the mean product of its chunks."""
    tracks, first = np.unique(track, return_index=True)
    return Side(np.stack([points[track == name].mean(axis=0) for name in tracks]), work[first])


def measures(products: np.ndarray, picture_work: np.ndarray, track_work: np.ndarray) -> dict[str, dict[str, float]]:
    """Measures by work of products [pictures, tracks], higher: belongs.

    `two_afc`: a track of the picture's own work against a foreign one, foreign works weighing the same.
    `auc`: the same over all pictures of the work together. `accuracy`: the work's pairs and as many foreign ones,
    told apart at the median of both. `mrr`, `p_at_1`, `p_at_10` (share of own tracks among the first ten, at most as many as
    there are): of picture to tracks; with `back_`, of track to pictures.
    """
    works = np.intersect1d(picture_work, track_work)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    found["two_afc"], found["auc"] = (of(products, picture_work, track_work) for of in (two_afc, area))
    for work in works:
        rows = picture_work == work
        own = products[rows][:, track_work == work]
        others = products[rows][:, (track_work != work) & np.isin(track_work, works)].ravel()
        limit = np.median(np.concatenate([own.ravel(), np.quantile(others, (np.arange(own.size) + 0.5) / own.size)]))
        found["accuracy"][work] = float(0.5 * (own > limit).mean() + 0.5 * (others <= limit).mean())
        for prefix, scores, truth in (("", products[rows], track_work == work), ("back_", products[:, track_work == work].T, rows)):
            for name, value in _ranking(scores, truth).items():
                found[prefix + name][work] = value
    return found


def _ranking(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    order = np.argsort(-scores, axis=1, kind="stable")
    relevant = truth[order]
    first = relevant.argmax(axis=1)
    most = min(10, int(truth.sum()))
    return {
        "mrr": float(np.mean(1.0 / (first + 1.0))), "p_at_1": float(relevant[:, 0].mean()), "p_at_10": float(relevant[:, :10].sum(axis=1).mean() / most),
    }  # fmt: skip


def _score(heads: Heads, data: Works, pictures: np.ndarray, music: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tracks = by_track(heads.music(data.music.values[music]), data.track[music], data.music.work[music])
    return heads.picture(data.pictures.values[pictures]) @ tracks.values.T, data.pictures.work[pictures], tracks.work


def _gather(values: Values, found: dict[str, dict[str, float]]) -> None:
    for measure, by_work in found.items():
        for work, value in by_work.items():
            values[measure][work].append(value)


def _summary(values: Values) -> dict:
    return {measure: over_works({work: float(np.mean(v)) for work, v in by_work.items()}) for measure, by_work in values.items()}


def _values() -> Values:
    return defaultdict(lambda: defaultdict(list))


def folds(works: np.ndarray, seed: int) -> list[np.ndarray]:
    """Works in random order, split into FOLDS groups; works of one family stay together."""
    family = np.array([families.of(work) for work in works])
    order = np.random.default_rng(seed).permutation(np.unique(family))
    return [works[np.isin(family, order[i::FOLDS])] for i in range(FOLDS)]


def never_seen(data: Works, control: bool, repeats: int = 2) -> dict:
    """Whole works left out; measured among those of one fold. With `control`, the training pairs are mispaired. Without it, also a
    permutation null of 2AFC: the test works' names shuffled."""
    values, kept = _values(), []
    for repeat in range(repeats):
        rng = np.random.default_rng([SEED, repeat])
        source = data.mispaired(rng) if control else data
        for test in folds(data.names, SEED + repeat):
            heads = source.fit(~np.isin(source.pictures.work, test), ~np.isin(data.music.work, test))
            kept.append(_score(heads, data, np.isin(data.pictures.work, test), np.isin(data.music.work, test)))
            _gather(values, measures(*kept[-1]))
    result = _summary(values)
    if not control:
        result["null"] = _null(kept[:FOLDS])
    return result


def _null(kept: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> dict:
    """2AFC when the pictures of the works left out are given other works' names: mean, spread and 97.5 % quantile."""
    rng, means = np.random.default_rng(SEED), []
    for _ in range(PERMUTATIONS):
        by_work = {}
        for products, pictures, tracks in kept:
            names = np.unique(pictures)
            renamed = dict(zip(names, rng.permutation(names)))
            by_work |= two_afc(products, np.array([renamed[name] for name in pictures]), tracks)
        means.append(np.mean(list(by_work.values())))
    return {"mean": float(np.mean(means)), "spread": float(np.std(means)), "high": float(np.quantile(means, 0.975))}


def seen(data: Works, control: bool, repeats: int = 1) -> dict:
    """New pictures and new tracks of works learnt from: one in five of each left out, in turn."""
    values, lesser = _values(), set()
    for repeat in range(repeats):
        rng = np.random.default_rng([SEED, 99, repeat])
        source = data.mispaired(rng) if control else data
        picture_fold, track_fold = _split(data.pictures.work, None, rng), _split(data.music.work, data.track, rng)
        for fold in range(FOLDS):
            pictures, music = picture_fold == fold, track_fold == fold
            heads = source.fit(~pictures, ~music)
            _gather(values, measures(*_score(heads, data, pictures, music)))
    for work in data.names:
        if (data.pictures.work == work).sum() < TAUGHT_PICTURES or len(np.unique(data.track[data.music.work == work])) < TAUGHT_TRACKS:
            lesser.add(work)
    result = _summary(values)
    if len(lesser) < len(data.names):
        richer = {measure: {w: v for w, v in by_work.items() if w not in lesser} for measure, by_work in values.items()}
        result["richer"] = _summary(richer)
    result["richer_works"] = len(data.names) - len(lesser)
    return result


def _split(work: np.ndarray, group: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Fold of each row, each work's rows (whole groups) dealt evenly; -1 (always learnt from) where a work has only one."""
    group = np.arange(len(work)) if group is None else group
    fold = np.full(len(work), -1)
    for name in np.unique(work):
        groups = rng.permutation(np.unique(group[work == name]))
        if len(groups) > 1:
            dealt = dict(zip(groups, (np.arange(len(groups)) + rng.integers(FOLDS)) % FOLDS))
            rows = work == name
            fold[rows] = [dealt[g] for g in group[rows]]
    return fold


@dataclass
class Lesson:
    """Rows of some unseen works: pairs to teach, and the other pictures and tracks to test with."""

    pictures: np.ndarray
    tracks: list[np.ndarray]
    test_pictures: np.ndarray
    test_music: np.ndarray


def lessons(data: Works, works: np.ndarray, pairs: int, rng: np.random.Generator) -> Lesson:
    """Half of each work's pictures and tracks to teach from, drawn in turn until there are `pairs`; the rest to test."""
    pictures, tracks, test_pictures, test_music = [], [], [], []
    for work in works:
        mine = rng.permutation(np.flatnonzero(data.pictures.work == work))
        songs = rng.permutation(np.unique(data.track[data.music.work == work]))
        half, some = len(mine) // 2, len(songs) // 2
        pictures += [mine[:half][i % half] for i in range(pairs)]
        tracks += [np.flatnonzero(data.track == songs[:some][i % some]) for i in range(pairs)]
        test_pictures.append(mine[half:])
        test_music.append(np.flatnonzero(np.isin(data.track, songs[some:])))
    return Lesson(np.array(pictures), tracks, np.concatenate(test_pictures), np.concatenate(test_music))


def lesson_groups(data: Works, seed: int) -> Iterator[np.ndarray]:
    """Groups of about TAUGHT_WORKS works that have enough of both; families stay together."""
    rich = [
        work for work in data.names
        if (data.pictures.work == work).sum() >= TAUGHT_PICTURES and len(np.unique(data.track[data.music.work == work])) >= TAUGHT_TRACKS
    ]  # fmt: skip
    family = np.array([families.of(work) for work in rich])
    order = np.random.default_rng(seed).permutation(np.unique(family))
    count = max(1, round(len(rich) / TAUGHT_WORKS))
    for i in range(count):
        yield np.array(rich)[np.isin(family, order[i::count])]


def taught(data: Works, control: bool, repeats: int = 2) -> dict:
    """The curve over TAUGHT; with `control`, each work's pictures are taught with another work's music."""
    values: dict[int, Values] = {pairs: _values() for pairs in TAUGHT}
    for works in lesson_groups(data, SEED):
        heads = data.fit(~np.isin(data.pictures.work, works), ~np.isin(data.music.work, works))
        spaces = _Spaces(data, heads)
        for pairs in TAUGHT:
            for repeat in range(repeats):
                rng = np.random.default_rng([SEED, 7, repeat, pairs])
                lesson = lessons(data, works, pairs, rng)
                if control:
                    lesson.tracks = lesson.tracks[pairs:] + lesson.tracks[:pairs]
                _gather(values[pairs], measures(*spaces.score(lesson)))
    return {pairs: _summary(found) for pairs, found in values.items()}


class _Spaces:
    """Features of all pictures and chunks by heads that do not know the taught works."""

    def __init__(self, data: Works, heads: Heads):
        self._data = data
        self._pictures, self._music = heads.picture.features(data.pictures.values), heads.music.features(data.music.values)
        self._common = unit(heads.picture(data.pictures.values)[:, -self._music.shape[1] :])

    def score(self, lesson: Lesson) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Products of the test pictures and tracks by a head that the lesson taught."""
        head = TaughtHead.fit(self._pictures[lesson.pictures], np.stack([self._music[rows].mean(axis=0) for rows in lesson.tracks]))
        products = head.products(self._pictures[lesson.test_pictures], self._common[lesson.test_pictures], self._music[lesson.test_music])
        data, rows = self._data, lesson.test_music
        tracks = by_track(products.T, data.track[rows], data.music.work[rows])
        return tracks.values.T, data.pictures.work[lesson.test_pictures], tracks.work


SETTINGS: dict[str, Callable[[Works, bool], dict]] = {"never_seen": never_seen, "seen": seen, "taught": taught}
