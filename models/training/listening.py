"""Measures of the shipped audio network: retrieval beside its teachers and a baseline, agreement, level."""

from __future__ import annotations

import numpy as np

from . import distil, evaluate, manifest
from .corpus import MARGIN, music_items
from .settings import HELD_OUT_WORKS, MODELS, Cache
from .targets import session

#: Changes of level (dB) at which the embedding must stay where it was.
LEVELS_DB = (-18.0, 18.0)


def outputs(mel: np.ndarray) -> dict[str, np.ndarray]:
    """All outputs of the exported audio network for dB frames [n, bands, frames]."""
    network = session(MODELS / "audio.onnx")
    names = [output.name for output in network.get_outputs()]
    parts = [network.run(None, {"mel": part[:, None]}) for part in np.array_split(mel, max(1, len(mel) // 16))]
    return {name: np.concatenate(column) for name, column in zip(names, zip(*parts))}


def measure(cache: Cache) -> dict:
    """Retrieval of the same track among works that the student never heard and among those it learnt from."""
    data = distil.load(cache, music_items())
    frames = manifest.front_end().frames
    unheard = np.isin(data.work, HELD_OUT_WORKS)
    joint = distil.Joint(data, np.flatnonzero(~unheard))
    report = {"joint_variance_kept": round(joint.kept, 3)}
    heard = np.flatnonzero(~unheard)[:: max(1, (~unheard).sum() // 1500)]
    for name, rows in (("works_never_heard", np.flatnonzero(unheard)), ("works_learnt_from", heard)):
        report[name] = _retrieval(data, rows, joint, frames)
    rows = np.flatnonzero(unheard)
    report["agreement_never_heard"] = _agreement(data, rows, frames)
    report["level"] = _level(data, rows, frames)
    return report


def _centred(data: distil.Data, rows: np.ndarray, frames: int) -> np.ndarray:
    return data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)


def _retrieval(data: distil.Data, rows: np.ndarray, joint: distil.Joint, frames: int) -> dict:
    mel = _centred(data, rows, frames)
    track = data.track[rows]
    pools = (data.pools[rows] - data.pools.mean(axis=0)) / (data.pools.std(axis=0) + 1e-3)
    sfx = (data.aisfx[rows] - data.aisfx.mean(axis=0)) / (data.aisfx.std(axis=0) + 1e-3)
    spaces = {
        "student": outputs(mel)["embedding"],
        "teachers_128": joint(data)[rows],
        "teachers_joined": joint.full(data)[rows],
        "aisfx": sfx,
        "musicnn_pools": pools,
        "mfcc": evaluate.cepstra(mel),
        "chance": np.random.default_rng(0).normal(size=(len(rows), 8)),
    }
    result: dict = {"chunks": len(rows), "tracks": len(np.unique(track))}
    for name, points in spaces.items():
        points = points.astype(np.float64)
        precision, first = evaluate.retrieval(points, track)
        rank, shared = evaluate.agreement(points, spaces["teachers_128"].astype(np.float64))
        result[name] = {"map": round(precision, 3), "nearest": round(first, 3), "rank": round(rank, 3), "shared": round(shared, 3)}
    return result


def _agreement(data: distil.Data, rows: np.ndarray, frames: int) -> dict:
    """How far tags and affect follow the teachers: correlation over chunks, mean over outputs."""
    said = outputs(_centred(data, rows, frames))

    def correlation(mine: np.ndarray, theirs: np.ndarray) -> list[float]:
        return [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(mine.T, theirs.T)]

    tags = correlation(distil.logit(said["tags"], distil.LEAST_TAG), distil.logit(data.tags[rows], distil.LEAST_TAG))
    affect = correlation(said["affect"], data.affect[rows])
    names = next(m for m in manifest.load()["model"] if m["name"] == "audio")["affect"]
    return {"tags_mean_r": round(float(np.mean(tags)), 3), "affect_r": {n: round(r, 3) for n, r in zip(names, affect)}}


def _level(data: distil.Data, rows: np.ndarray, frames: int) -> dict:
    """Distance moved by a change of level, beside the median distance of two chunks; retrieval across levels."""
    mel = _centred(data, rows, frames)
    floor = 10.0 * np.log10(manifest.front_end().power_floor)
    points = outputs(mel)["embedding"].astype(np.float64)
    rng = np.random.default_rng(0)
    pairs = rng.integers(0, len(points), (2, 4000))
    usual = float(np.median(np.linalg.norm(points[pairs[0]] - points[pairs[1]], axis=1)))
    result = {"median_distance": round(usual, 3)}
    for level in LEVELS_DB:
        moved = outputs(np.maximum(mel + np.float32(level), np.float32(floor)))["embedding"].astype(np.float64)
        shift = np.linalg.norm(moved - points, axis=1) / usual
        precision, _ = evaluate.retrieval(points, data.track[rows], moved)
        result[f"{level:+.0f} dB"] = {
            "moved_median": round(float(np.median(shift)), 4), "moved_95": round(float(np.percentile(shift, 95)), 4),
            "map": round(precision, 3),
        }  # fmt: skip
    return result
