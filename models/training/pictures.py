"""Pictures: the manifest's `[picture]` preprocessing and the trunk's features of every listed picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from tqdm import tqdm

from . import archives, manifest
from .settings import DATA, Cache, read_table
from .targets import session
from .teachers import lite0

#: What shows through transparent pixels; sprites without a background would otherwise turn black.
BACKGROUND = (127, 127, 127)


def prepare(image: Image.Image) -> np.ndarray:
    """Network input [3, 224, 224] of a whole picture, resized with the antialiased triangle."""
    definition = manifest.load()["picture"]
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (*BACKGROUND, 255))
        image = Image.alpha_composite(ground, image)
    resized = image.convert("RGB").resize((definition["width"], definition["height"]), Image.Resampling.BILINEAR)
    values = (np.asarray(resized, np.float32) - definition["mean"]) / definition["scale"]
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def features(cache: Cache) -> dict[str, np.ndarray]:
    """`features` [n, 1280] and `logits` [n, 1000] of the pictures that can be read, with `work` and `key`; cached."""
    target = cache.root / "pictures.npz"
    if target.exists():
        return dict(np.load(target))
    trunk = session(cache.teachers / lite0.FILE)
    columns: dict[str, list] = {name: [] for name in ("features", "logits", "work", "key")}
    for row in tqdm(read_table(DATA / "pictures.tsv"), desc="pictures", unit="picture"):
        try:
            content = archives.read(cache.files / row["package"], row["path"], row["member"])
            with Image.open(io.BytesIO(content)) as image:
                prepared = prepare(image)
        except (OSError, KeyError) as error:
            tqdm.write(f"skipped {row['package']} {row['path']} {row['member']}: {error}")
            continue
        values, logits = trunk.run(None, {"picture": prepared[None]})
        columns["features"].append(values[0])
        columns["logits"].append(logits[0])
        columns["work"].append(row["work"])
        columns["key"].append("|".join((row["package"], row["path"], row["member"])))
    found = {name: np.array(values) for name, values in columns.items()}
    np.savez(target, **found)
    return found
