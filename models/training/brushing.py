"""Measures of what a brush finds: rhythm of the retrieved chunk, and how far brush sounds lie from music."""

from __future__ import annotations

import numpy as np

from . import distil, evaluate, listening, manifest, rhythm, targets
from .corpus import MARGIN
from .retrieval import distances, interval
from .settings import SEED, Cache

#: Brush scenes measured with, made with a seed of their own; the teachers hear the first of them only.
SCENES, TEACHERS_HEAR = 300, 100
#: Members of a pool.
POOLS = (24, 100, 200)
#: Seed of the scenes.
SCENE_SEED = SEED + 1
#: Smoothing (frames) and lag (frames) at which the win rate is repeated; the first is what the card leads with.
TOLERANCES = ((4.0, 4), (4.0, 0), (2.0, 0), (4.0, 8))


def measure(cache: Cache, data: distil.Data, rows: np.ndarray, train: np.ndarray, joint: distil.Joint) -> dict:
    """Brush scenes against a library of music never heard (`rows`)."""
    frames = manifest.front_end().frames
    brush = rhythm.brush_scenes(SCENES, SCENE_SEED)
    library = data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)
    queries, points = (listening.outputs(mel)["embedding"].astype(np.float64) for mel in (brush.mel, library))
    learnt = slice(0, distil.EMBEDDING)
    spaces = {"network": (queries, points), "learnt": (queries[:, learnt], points[:, learnt])}
    both = evaluate.standard_cepstra(np.concatenate([brush.mel, library]))
    spaces["mfcc"] = (both[: len(queries)], both[len(queries) :])
    spaces |= _teachers(cache, brush, data, rows, train, joint)
    spaces["chance"] = tuple(np.random.default_rng(n).normal(size=(m, 8)) for n, m in ((0, SCENES), (1, len(rows))))
    result: dict = {"scenes": SCENES, "library": len(rows), "teachers_scenes": TEACHERS_HEAR}
    for kind, wanted in (("heard", rhythm.onset_strength), ("known", None)):
        for number, (smoothing, lag) in enumerate(TOLERANCES):
            strength = rhythm.onset_strength(library, smoothing)
            own = wanted(brush.mel, smoothing) if wanted else brush.known(smoothing)
            likeness = rhythm.correlation(own, strength, lag)
            chosen = spaces if number == 0 else {"network": spaces["network"]}
            for name, (asked, answers) in chosen.items():
                result[f"{name} {kind} {smoothing * 12.5:.0f}/{lag * 12.5:.0f} ms"] = _contests(asked, answers, likeness[: len(asked)])
    result["shift"] = _shift(queries, points, data.track[rows])
    return result


def _contests(asked: np.ndarray, answers: np.ndarray, likeness: np.ndarray) -> dict:
    """Win rate and margin over the best of 20, by size of the pool, with bootstrap intervals over scenes."""
    distance = distances(asked, answers)
    result = {}
    for pool in POOLS:
        found = rhythm.contest(distance, likeness, pool, np.random.default_rng([SEED, pool]))
        scene = np.arange(len(asked))
        result[str(pool)] = {
            "won": interval(found.won.astype(float), scene), "margin": interval(found.margin, scene),
            "retrieved": round(float(found.retrieved.mean()), 3), "best_of_20": round(float(found.best_rival.mean()), 3),
        }  # fmt: skip
    return result


def _teachers(cache: Cache, brush: rhythm.Brush, data: distil.Data, rows: np.ndarray, train: np.ndarray, joint: distil.Joint) -> dict:
    """The teachers' points of the first scenes and of the library."""
    teachers = targets.Teachers(cache)
    said = [teachers.one(audio) for audio in brush.audio[:TEACHERS_HEAR]]
    sfx = np.stack([one["aisfx"] for one in said])
    pools = np.stack([np.concatenate([one["mean_pool"], one["max_pool"]]) for one in said])
    affect = distil.logit(np.stack([one["affect"] for one in said]), 0.02)
    known = distil.logit(data.affect, 0.02)
    result = {}
    for name, fresh, values in (("aisfx", sfx, data.aisfx), ("musicnn", pools, data.pools), ("vibenet", affect, known)):
        mean, spread = values[train].mean(axis=0), values[train].std(axis=0) + 1e-3
        result[name] = ((fresh - mean) / spread, (values[rows] - mean) / spread)
    joined = [joint.project(s, p) for s, p in ((sfx, pools), (data.aisfx[rows], data.pools[rows]))]
    return {"teachers": (joined[0], joined[1]), **result}


def _shift(queries: np.ndarray, points: np.ndarray, track: np.ndarray) -> dict:
    """Median distance from a brush to its nearest music, and from music to its nearest of another track."""
    to_music = np.sqrt(np.maximum(0.0, distances(queries, points))).min(axis=1)
    own = distances(points, points)
    own[track[:, None] == track[None]] = np.inf
    among = np.sqrt(np.maximum(0.0, own)).min(axis=1)
    return {"brush_to_music": round(float(np.median(to_music)), 3), "music_to_music": round(float(np.median(among)), 3)}


def steady(points: np.ndarray, style: np.ndarray) -> dict:
    """Chance that a held note lies nearer to silence and to hum than another pattern does (AUC; .5 if neither nearer)."""
    definition = manifest.front_end()
    from .frontend import MelFrontEnd

    front_end = MelFrontEnd(definition)
    time = np.arange(definition.context_samples) / definition.sample_rate
    sounds = {"silence": np.zeros(0, np.float32), "hum": 0.01 * sum(np.sin(2 * np.pi * 50.0 * k * time) / k for k in (1, 2, 3, 5))}
    held, result = style == "held", {}
    for name, sound in sounds.items():
        point = listening.outputs(front_end.chunk(sound)[None])["embedding"].astype(np.float64)
        distance = distances(point, points)[0]
        result[name] = round(float((distance[held][:, None] < distance[~held][None]).mean()), 3)
    return result
