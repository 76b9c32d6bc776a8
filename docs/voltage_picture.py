"""What leaves by the bus *Control*: congruity and the brush's level as voltages, in a picture.

    pip install minihost==0.11.0 matplotlib
    cargo xtask test      # once: it makes the bundle and the index that this reads
    IMPASTO_BUNDLES=target/bundled python docs/voltage_picture.py docs/pictures/voltage.png

The VST3 bundle renders strokes and chords in minihost, with the demonstration's library.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/python"))
import material  # noqa: E402
import test_minihost_midi as rig  # noqa: E402

CHANNELS = [
    {"source": "congruity", "polarity": "unipolar", "scale": 1.0},
    {"source": "brush", "polarity": "bipolar", "scale": 0.5},
]


def main() -> None:
    """Renders and draws."""
    host = rig.ready({"cv": CHANNELS, "shapes": {"brush": {"release": 0.2}}}, smoothing={"f32": 0.3})
    brush = material.strokes(rig.RATE, rig.SECONDS)
    out, _ = rig.processed(host, brush)
    seconds = np.arange(out.shape[1]) / rig.RATE
    figure, (heard, left, right) = plt.subplots(3, 1, sharex=True, figsize=(9, 4.5))
    heard.plot(seconds, brush[0], color="0.6", linewidth=0.4)
    heard.set_ylabel("brush")
    left.plot(seconds, out[4], color="#d99a2b")
    left.set_ylabel("left:\ncongruity, 0 to 1")
    left.set_ylim(-0.05, 1.05)
    right.plot(seconds, out[5], color="#4f9bd9")
    right.set_ylabel("right: brush,\n−0.5 to 0.5")
    right.set_ylim(-0.55, 0.55)
    right.set_xlabel("seconds")
    figure.align_ylabels()
    figure.tight_layout()
    figure.savefig(sys.argv[1], dpi=90)


if __name__ == "__main__":
    main()
