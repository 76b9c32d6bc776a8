"""Run the teachers over the corpus: what the student learns to say of each chunk.

One file a track: `aisfx` [n, 512], `mean_pool` and `max_pool` [n, 753], `tags` [n, 50],
`affect` [n, 7] (in the manifest's order). The student must not depend on the level, so the
teachers hear each chunk at one level.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import manifest
from .corpus import AUDIO_RATE, Item
from .decode import resample
from .settings import Cache
from .teachers import aisfx, musicnn, vibenet

#: Root-mean-square level at which musicnn and vibenet hear a chunk (dBFS).
LEVEL_DB = -20.0


def session(path: Path):
    """An ONNX Runtime session on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Teachers:
    """The three audio teachers, ready to run."""

    def __init__(self, cache: Cache):
        self._aisfx = session(cache.teachers / aisfx.FILE)
        self._musicnn = session(cache.teachers / musicnn.FILE)
        self._vibenet = session(cache.teachers / vibenet.FILE)
        self._affect = next(m for m in manifest.load()["model"] if m["name"] == "audio")["affect"]

    def one(self, audio: np.ndarray) -> dict[str, np.ndarray]:
        """Everything the teachers say of one chunk (mono, 44.1 kHz, floats)."""
        level = 10.0 ** (LEVEL_DB / 20.0) / np.sqrt(np.mean(audio**2) + 1e-12)
        low = resample(audio * level, AUDIO_RATE, 16_000)
        tags, mean, highest = self._musicnn.run(None, {"mel": musicnn.mel(low)[None]})
        affect = self._vibenet.run(["out"], {"x": vibenet.mel(low)[None]})[0]
        return {
            "aisfx": self._aisfx.run(None, {"mel": aisfx.mel(audio)[None]})[0][0],
            "mean_pool": mean[0],
            "max_pool": highest[0],
            "tags": tags[0],
            "affect": vibenet.values(affect, self._affect)[0],
        }


def build(cache: Cache, items: list[Item], limit: int) -> None:
    """Make the target rows that are missing, for at most the first `limit` chunks of each item.

    A later call with a higher limit adds rows to the files that are there.
    """
    teachers = Teachers(cache)
    for item in tqdm(items, desc=f"targets (first {limit})", unit="track"):
        source, target = cache.corpus / f"{item.key}.npz", cache.targets / f"{item.key}.npz"
        if not source.exists():
            continue
        known: dict[str, np.ndarray] = dict(np.load(target)) if target.exists() else {}
        done = len(known["tags"]) if known else 0
        with np.load(source) as corpus:
            wanted = min(limit, item.chunks, len(corpus["starts"]))
            if done >= wanted:
                continue
            rows = [teachers.one(audio.astype(np.float32) / 32767.0) for audio in corpus["audio"][done:wanted]]
        fresh = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        merged = {name: np.concatenate([known[name], rows]) if known else rows for name, rows in fresh.items()}
        partial = target.with_suffix(".part.npz")
        np.savez(partial, **merged)
        partial.replace(target)
