"""Measures of the exported files: size, speed on one thread, and what 16-bit weights cost."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from . import archives, heads, manifest, pictures, speed
from .settings import DATA, MODELS, Cache, read_table
from .targets import session

#: Pictures over which the rounding of the weights is measured.
PARITY_PICTURES = 60


def measure(cache: Cache, run: str) -> dict:
    """Speed beside its floor, and file size of each network."""
    report = {}
    for model in manifest.load()["model"]:
        path = MODELS / model["file"]
        shape = [1, *model["input"]["shape"][1:]]
        rng = np.random.default_rng(0)
        example = rng.normal(-40, 15, shape) if model["name"] == "audio" else rng.uniform(-1, 1, shape)
        feed = {model["input"]["name"]: example.astype(np.float32)}
        report[model["name"]] = {"bytes": path.stat().st_size, **speed.measure(path, feed)}
    report["picture"] |= _parity(cache, run)
    return report


def _parity(cache: Cache, run: str) -> dict:
    """Points of the exported picture network beside those of 32-bit trunk features and heads."""
    table = read_table(DATA / "pictures.tsv")
    rows = {"|".join((r["package"], r["path"], r["member"])): r for r in table}
    seen = pictures.features(cache)
    chosen = np.linspace(0, len(seen["key"]) - 1, PARITY_PICTURES).astype(int)
    network, tower = session(MODELS / "picture.onnx"), heads.load(cache.runs / run / "heads").picture
    worst, cosine = 0.0, 1.0
    for index in chosen:
        row = rows[seen["key"][index]]
        content = archives.read(cache.files / row["package"], row["path"], row["member"])
        with Image.open(io.BytesIO(content)) as image:
            point = network.run(["point"], {"picture": pictures.prepare(image)[None]})[0][0]
        expected = tower(heads.picture_features(seen)[index][None])[0]
        worst, cosine = max(worst, float(np.abs(point - expected).max())), min(cosine, float(point @ expected))
    return {"parity": worst, "parity_cosine": cosine, "parity_count": PARITY_PICTURES}
