"""Golden products of a taught head: what `training.taught` says of a small fixed set, for the engine to agree with.

Usage: ``python3 taught.py`` rewrites `taught.json` beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from training.correspondence import unit  # noqa: E402
from training.taught import TaughtHead  # noqa: E402

FILE = HERE / "taught.json"
PAIRS, PICTURES, CHUNKS = 5, 3, 4
#: More than the engine multiplies at once, and not a multiple of it.
FEATURES = 11


def golden() -> dict:
    """Features of pairs, and of further pictures (with last blocks of points) and music, in rows; products [pictures, chunks]."""
    rng = np.random.default_rng(21)

    def rows(count: int) -> np.ndarray:
        # Few decimals, and not of length 1: bringing them to it is a part of the recipe.
        return np.round(rng.normal(size=(count, FEATURES)) + 0.5, 3)

    taught_pictures, taught_music, pictures, blocks, music = (rows(count) for count in (PAIRS, PAIRS, PICTURES, PICTURES, CHUNKS))
    head = TaughtHead.fit(unit(taught_pictures), unit(taught_music))
    products = head.products(unit(pictures), unit(blocks), unit(music))
    given = {"taught_pictures": taught_pictures, "taught_music": taught_music, "pictures": pictures, "blocks": blocks, "music": music}
    return {name: values.tolist() for name, values in given.items()} | {"products": products.tolist()}


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden()) + "\n")
