"""Stage "fit": student outputs of the corpus, correspondence measured and the shipped heads fitted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import correspondence, evaluate, manifest, pictures
from .corpus import MARGIN, music_items
from .evaluate import Works
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
    """Pictures (trunk features) and music (student outputs) of all works that have both."""
    seen, heard = pictures.features(cache), hear(cache, run)
    looked = correspondence.Side(picture_features(seen), seen["work"])
    listened = correspondence.Side(heard.features, heard.work)
    both = np.intersect1d(looked.work, listened.work)
    rows = np.isin(listened.work, both)
    return Works(looked.of(np.isin(looked.work, both)), listened.of(rows), heard.track[rows])


def picture_features(seen: dict[str, np.ndarray]) -> np.ndarray:
    """What the picture tower sees."""
    return seen["features"].astype(np.float64)


def measure(data: Works) -> dict:
    """Both settings and their mispaired controls, by whole track and by single chunk."""
    report: dict = {"works": len(np.unique(data.music.work)), "pictures": len(data.pictures.work)}
    report |= {"tracks": len(np.unique(data.track)), "chunks": len(data.track)}
    plan = [("never_seen", evaluate.never_seen), ("seen", evaluate.seen)]
    for name, function, control in tqdm([(n, f, c) for n, f in plan for c in (False, True)], desc="measure"):
        for level, measures in function(data, control).items():
            key = f"{name}_by_{level}" + ("_mispaired" if control else "")
            report[key] = {measure: asdict(value) for measure, value in measures.items()}
    return report


def calibration(data: Works) -> tuple[float, float, dict]:
    """Scale and bias from pairs of works that the heads have not seen, corresponding and not in equal weight.

    A user's painting and music are always such strangers, so these are the honest odds; they
    are close to even because little carries over to strangers. Also returns a reliability table.
    """
    cosine, belongs, weight = [], [], []
    names = np.unique(data.music.work)
    for fold, test in enumerate(evaluate.folds(names, SEED)):
        out_pictures, out_music = np.isin(data.pictures.work, test), np.isin(data.music.work, test)
        fitted = correspondence.fit(data.pictures.of(~out_pictures), data.music.of(~out_music), SEED + fold)
        products = fitted.picture(data.pictures.values[out_pictures]) @ fitted.music(data.music.values[out_music]).T
        same = data.pictures.work[out_pictures][:, None] == data.music.work[out_music][None]
        for work in test:
            rows = data.pictures.work[out_pictures] == work
            for truth, mask in ((1.0, same[rows]), (0.0, ~same[rows])):
                cosine.append(products[rows][mask])
                belongs.append(np.full(mask.sum(), truth))
                weight.append(np.full(mask.sum(), 1.0 / mask.sum()))
    cosine, belongs, weight = (np.concatenate(v) for v in (cosine, belongs, weight))
    scale, bias = correspondence.calibrate(cosine, belongs, weight)
    odds = 1.0 / (1.0 + np.exp(-(scale * cosine + bias)))
    edges = np.quantile(odds, np.linspace(0, 1, 6))
    table = []
    for low, high in zip(edges, edges[1:]):
        inside = (odds >= low) & (odds <= high)
        said, true = np.average(odds[inside], weights=weight[inside]), np.average(belongs[inside], weights=weight[inside])
        table.append({"said": round(float(said), 3), "true": round(float(true), 3)})
    return scale, bias, {"reliability": table, "pairs": int(len(cosine))}


def fit_all(data: Works) -> tuple[correspondence.Heads, dict]:
    """The shipped heads: all works, calibrated on works left out. Raises ValueError when nothing was learned."""
    scale, bias, report = calibration(data)
    if scale <= 0.0:
        raise ValueError(f"corresponding pairs of works left out score no higher than others (scale {scale:.3f})")
    fitted = correspondence.fit(data.pictures, data.music, SEED)
    return correspondence.Heads(fitted.picture, fitted.music, scale, bias), report


def save(path: Path, fitted: correspondence.Heads, report: dict) -> None:
    """Keep heads as numbers, and the report as JSON beside them."""
    np.savez(
        path.with_suffix(".npz"), picture=fitted.picture.matrix, picture_bias=fitted.picture.bias,
        music=fitted.music.matrix, music_bias=fitted.music.bias, calibration=[fitted.scale, fitted.bias],
    )  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> correspondence.Heads:
    """Heads as saved by [`save`]."""
    kept = np.load(path.with_suffix(".npz"))
    picture = correspondence.Tower(kept["picture"], kept["picture_bias"])
    music = correspondence.Tower(kept["music"], kept["music_bias"])
    return correspondence.Heads(picture, music, *kept["calibration"].tolist())
