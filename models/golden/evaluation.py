"""Golden measures: what `training.evaluate` says of a small fixed set of works, for the engine to agree with.

Usage: ``python3 evaluation.py`` rewrites `evaluation.json` beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from training.correspondence import Side  # noqa: E402
from training.evaluate import score_works  # noqa: E402

FILE = HERE / "evaluation.json"
#: Pictures and tracks of each of four works.
PICTURES = (1, 2, 3, 2)
TRACKS = (2, 1, 3, 4)
POINTS = 3


def material() -> tuple[Side, Side]:
    """Points that know a little of their work, rounded so that they are exact in a few decimals."""
    rng = np.random.default_rng(20)
    centres = rng.normal(size=(len(PICTURES), POINTS))

    def side(counts: tuple[int, ...]) -> Side:
        work = np.repeat(np.arange(len(counts)), counts)
        return Side(np.round(0.6 * centres[work] + rng.normal(size=(len(work), POINTS)), 3), work)

    return side(PICTURES), side(TRACKS)


def golden() -> dict:
    """The points and, by work, the measures; `p_at_1` is a mean over 200 random draws."""
    pictures, music = material()
    measures = score_works(pictures, music, np.random.default_rng(0))
    by_work = {name: [float(values[work]) for work in range(len(PICTURES))] for name, values in measures.items()}
    sides = {"pictures": pictures, "music": music}
    points = {name: {"points": side.values.tolist(), "work": side.work.tolist()} for name, side in sides.items()}
    return points | {"by_work": by_work}


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden()) + "\n")
