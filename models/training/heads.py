"""Stage "fit": student outputs of the corpus, correspondence measured and the shipped heads fitted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, is_dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import assessment, correspondence, evaluate, looking, manifest, pictures
from .corpus import MARGIN, music_items
from .assessment import Works
from .settings import SEED, Cache


@dataclass
class Heard:
    """What the shipped network says of every chunk of music: its embedding, log-odds of tags and affect."""

    embedding: np.ndarray
    tags: np.ndarray
    affect: np.ndarray
    track: np.ndarray
    work: np.ndarray

    @property
    def features(self) -> np.ndarray:
        """What the music tower sees: log-odds of tags and affect, and the learnt part of the embedding.

        The fixed parts say when something happens in a chunk, which no picture corresponds to.
        """
        from .student import EMBEDDING

        return np.concatenate([self.tags, self.affect, self.embedding[:, :EMBEDDING]], axis=1).astype(np.float64)


def hear(cache: Cache, run: str) -> Heard:
    """Run the student of `run` over all chunks of music; cached beside its checkpoint."""
    import torch

    from .distil import student_of
    from .space import Shape, Space

    checkpoint, shape = cache.runs / run / "checkpoint.pt", cache.runs / run / "space.npz"
    target = cache.runs / run / "heard.npz"
    if target.exists() and target.stat().st_mtime > shape.stat().st_mtime:
        return Heard(**np.load(target))
    student, space, frames = student_of(checkpoint), Space(Shape.load(shape)), manifest.front_end().frames
    columns: dict[str, list] = {name: [] for name in Heard.__dataclass_fields__}
    for number, item in enumerate(tqdm(music_items(), desc="student", unit="track")):
        source = cache.corpus / f"{item.key}.npz"
        if not source.exists():
            continue
        with np.load(source) as corpus, torch.no_grad():
            mel = torch.from_numpy(corpus["mel"][:, None, :, MARGIN : MARGIN + frames].astype(np.float32))
            hidden = student.hear(mel)
            raw, tags, affect = student.answer(hidden)
            outputs = (space(hidden, raw, mel), tags, affect)
        for name, values in zip(("embedding", "tags", "affect"), outputs):
            columns[name].append(values.numpy())
        columns["track"].append(np.full(len(mel), number))
        columns["work"].append(np.full(len(mel), item.work))
    heard = Heard(**{name: np.concatenate(rows) for name, rows in columns.items()})
    np.savez(target, **asdict(heard))
    return heard


def works(cache: Cache, run: str) -> Works:
    """Pictures and music (student outputs) of all works that have both."""
    seen, heard = pictures.features(cache), hear(cache, run)
    looked = correspondence.Side(seen["seen"].astype(np.float64), seen["work"])
    listened = correspondence.Side(heard.features, heard.work)
    both = np.intersect1d(looked.work, listened.work)
    rows = np.isin(listened.work, both)
    odds = heard.tags.shape[1] + heard.affect.shape[1]
    blocks = [odds, heard.features.shape[1] - odds]
    return Works(looked.of(np.isin(looked.work, both)), listened.of(rows), heard.track[rows], list(looking.BLOCKS.values()), blocks)


def baseline(cache: Cache, data: Works) -> Works:
    """The same works seen and heard as plainly as can be: colour alone, and means and deviations of cepstra."""
    looked = np.cumsum(list(looking.BLOCKS.values()))
    colour = correspondence.Side(data.pictures.values[:, looked[-2] :], data.pictures.work)
    frames, rows = manifest.front_end().frames, []
    for item in music_items():
        source = cache.corpus / f"{item.key}.npz"
        if source.exists():
            with np.load(source) as corpus:
                rows.append(evaluate.cepstra(corpus["mel"][:, :, MARGIN : MARGIN + frames]).astype(np.float64))
    heard = np.concatenate(rows)
    if len(heard) != len(data.music.work):
        raise ValueError("the corpus changed since the student heard it: delete heard.npz beside the run")
    return replace(data, pictures=colour, music=correspondence.Side(heard, data.music.work), picture_blocks=[colour.values.shape[1]], music_blocks=[heard.shape[1]])


def measure(cache: Cache, data: Works) -> dict:
    """All settings with their mispaired controls, and beside them the plain baseline."""
    report: dict = {"works": len(data.names), "pictures": len(data.pictures.work)}
    report |= {"tracks": len(np.unique(data.track)), "chunks": len(data.track)}
    plain = baseline(cache, data)
    plan = [("", data, False), ("_mispaired", data, True), ("_plain", plain, False)]
    for setting, (suffix, source, control) in tqdm([(s, p) for s in assessment.SETTINGS for p in plan], desc="measure"):
        report[setting + suffix] = _plain(assessment.SETTINGS[setting](source, control))
    return report


def _plain(value):
    """A report as JSON takes it."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return asdict(value) if is_dataclass(value) else value


def calibration(data: Works) -> tuple[float, float, dict]:
    """Scale and bias from pairs of works that the heads have not seen, corresponding and not in equal weight.

    A user's painting and music are always such strangers, so these are the honest odds; they
    are close to even because little carries over to strangers. Also returns a reliability table.
    """
    product, belongs, weight = [], [], []
    for test in assessment.folds(data.names, SEED):
        out_pictures, out_music = np.isin(data.pictures.work, test), np.isin(data.music.work, test)
        fitted = data.fit(~out_pictures, ~out_music)
        products = fitted.picture(data.pictures.values[out_pictures]) @ fitted.music(data.music.values[out_music]).T
        same = data.pictures.work[out_pictures][:, None] == data.music.work[out_music][None]
        for work in test:
            rows = data.pictures.work[out_pictures] == work
            for truth, mask in ((1.0, same[rows]), (0.0, ~same[rows])):
                product.append(products[rows][mask])
                belongs.append(np.full(mask.sum(), truth))
                weight.append(np.full(mask.sum(), 1.0 / mask.sum()))
    product, belongs, weight = (np.concatenate(v) for v in (product, belongs, weight))
    scale, bias = correspondence.calibrate(product, belongs, weight)
    odds = 1.0 / (1.0 + np.exp(-(scale * product + bias)))
    edges = np.quantile(odds, np.linspace(0, 1, 6))
    table = []
    for low, high in zip(edges, edges[1:]):
        inside = (odds >= low) & (odds <= high)
        said, true = np.average(odds[inside], weights=weight[inside]), np.average(belongs[inside], weights=weight[inside])
        table.append({"said": round(float(said), 3), "true": round(float(true), 3)})
    return scale, bias, {"reliability": table, "pairs": int(len(product))}


def fit_all(data: Works) -> tuple[correspondence.Heads, dict]:
    """The shipped heads: all works, calibrated on works left out. Raises ValueError when nothing was learned."""
    scale, bias, report = calibration(data)
    if scale <= 0.0:
        raise ValueError(f"corresponding pairs of works left out score no higher than others (scale {scale:.3f})")
    everything = np.ones(len(data.pictures.work), bool), np.ones(len(data.music.work), bool)
    return replace(data.fit(*everything), scale=scale, bias=bias), report


def save(path: Path, fitted: correspondence.Heads, report: dict) -> None:
    """Keep heads as numbers, and the report as JSON beside them."""
    numbers = {"calibration": [fitted.scale, fitted.bias], "picture_common": fitted.picture.common}
    for side in ("picture", "music"):
        tower = getattr(fitted, side)
        numbers |= {f"{side}_mean": tower.white.mean, f"{side}_matrix": tower.white.matrix, f"{side}_works": tower.works}
        numbers |= {f"{side}_metric": tower.metric[0], f"{side}_shift": tower.metric[1], f"{side}_weights": tower.weights}
    np.savez(path.with_suffix(".npz"), **numbers)
    path.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> correspondence.Heads:
    """Heads as saved by [`save`]."""
    kept = np.load(path.with_suffix(".npz"))
    towers = []
    for side, common in (("picture", kept["picture_common"]), ("music", None)):
        white = correspondence.Whitening(kept[f"{side}_mean"], kept[f"{side}_matrix"])
        metric, weights = (kept[f"{side}_metric"], kept[f"{side}_shift"]), tuple(kept[f"{side}_weights"].tolist())
        towers.append(correspondence.Tower(white, kept[f"{side}_works"], metric, common, weights))
    return correspondence.Heads(*towers, *kept["calibration"].tolist())
