"""Make golden inputs and outputs of the shipped networks.

Run after an export: `python models/golden/networks/make.py`.
For each network it writes `NAME.json` (the tensors' names, shapes and files, and the tolerance) and
one raw little-endian 32-bit float file a tensor, row-major. Inputs are made up and fixed.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent.parent
#: Largest absolute difference that another runtime or machine may show.
TOLERANCE = 1e-4


def mel(shape: list[int]) -> np.ndarray:
    """Two windows: rising partials with onsets over a noise floor, and the same 18 dB lower with another rhythm."""
    bands, frames = shape[-2:]
    rng = np.random.default_rng(7)
    band, frame = np.arange(bands)[:, None], np.arange(frames)[None]
    windows = []
    for gain, period in ((0.0, 40), (-18.0, 64)):
        level = -85.0 + 4.0 * rng.standard_normal((bands, frames))
        for partial in range(1, 6):
            centre = 12.0 * partial + 6.0 * np.sin(frame / 50.0)
            envelope = -0.35 * (frame % period)
            level = np.maximum(level, -12.0 - 5.0 * partial + envelope - 2.5 * (band - centre) ** 2)
        windows.append(np.maximum(level + gain, -100.0))
    return np.stack(windows)[:, None].astype("<f4")


def picture(shape: list[int]) -> np.ndarray:
    """One picture: a sky over a field with a sun, in the range of the preprocessing."""
    height, width = shape[-2:]
    y, x = np.mgrid[0:height, 0:width] / float(height)
    sun = np.exp(-(((x - 0.7) ** 2 + (y - 0.3) ** 2) / 0.01))
    field = (y > 0.6) * (0.3 + 0.1 * np.sin(40.0 * x + 20.0 * y))
    channels = [0.4 + 0.5 * sun + field, 0.5 + 0.3 * sun + 0.8 * field - 0.2 * y, 0.9 - 0.8 * y + 0.1 * sun]
    bytes_ = np.round(np.clip(np.stack(channels), 0.0, 1.0) * 255.0)
    return ((bytes_ - 127.0) / 128.0)[None].astype("<f4")


def main() -> int:
    """Write the golden files of every network in the manifest."""
    manifest = tomllib.loads((MODELS / "manifest.toml").read_text(encoding="utf-8"))
    makers = {"audio": mel, "picture": picture}
    for model in manifest["model"]:
        network = onnxruntime.InferenceSession(str(MODELS / model["file"]), providers=["CPUExecutionProvider"])
        source = makers[model["name"]](model["input"]["shape"])
        names = [output["name"] for output in model["output"]]
        results = network.run(names, {model["input"]["name"]: source})
        tensors = {"input": [(model["input"]["name"], source)], "output": list(zip(names, results))}
        entry = {"file": model["file"], "sha256": model["sha256"], "tolerance": TOLERANCE}
        for kind, pairs in tensors.items():
            entry[kind] = []
            for name, values in pairs:
                file = f"{model['name']}.{name}.f32"
                values.astype("<f4").tofile(HERE / file)
                entry[kind].append({"name": name, "shape": list(values.shape), "file": file})
        (HERE / f"{model['name']}.json").write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
