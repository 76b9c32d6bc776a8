"""Pictures: the manifest's `[picture]` preprocessing and what the picture network sees in every listed picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from tqdm import tqdm

from . import archives, looking, manifest
from .settings import DATA, Cache, read_table
from .targets import session

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


def key(row: dict[str, str]) -> str:
    """Name of a listed picture."""
    return "|".join((row["package"], row["path"], row["member"]))


def features(cache: Cache) -> dict[str, np.ndarray]:
    """`seen` [n, 3308] (see `looking`) of the pictures that can be read, with `work` and `key`; cached, and added to."""
    target = cache.root / "seen.npz"
    known = dict(np.load(target)) if target.exists() else {}
    done = {name: row for row, name in enumerate(known.get("key", []))}
    rows = read_table(DATA / "pictures.tsv")
    columns: dict[str, list] = {name: [] for name in ("seen", "work", "key")}
    if any(key(row) not in done for row in rows):
        network = session(cache.teachers / looking.FILE)
    for row in tqdm(rows, desc="pictures", unit="picture"):
        if key(row) in done:
            seen = known["seen"][done[key(row)]]
        else:
            try:
                content = archives.read(cache.files / row["package"], row["path"], row["member"])
                with Image.open(io.BytesIO(content)) as image:
                    prepared = prepare(image)
            except (OSError, KeyError) as error:
                tqdm.write(f"skipped {row['package']} {row['path']} {row['member']}: {error}")
                continue
            seen = network.run(None, {"picture": prepared[None]})[0][0]
        columns["seen"].append(seen)
        columns["work"].append(row["work"])
        columns["key"].append(key(row))
    found = {name: np.array(values) for name, values in columns.items()}
    if len(found["key"]) != len(done) or set(found["key"]) != set(done):
        np.savez(target, **found)
    return found
