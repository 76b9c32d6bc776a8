"""vibenet 0.1.0 (Jaeheon Shim; GPL-3.0-or-later): seven affect values of music.

The package carries an ONNX file, used as it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from ..frontend import filter_bank, frames_of, slaney_hertz, slaney_mel

RATE, WINDOW, FFT, HOP, BANDS = 16_000, 640, 1024, 320, 128
FILE = "vibenet.onnx"
#: Order of the network's outputs; the manifest's `affect` has its own order.
LABELS = ["acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence"]
#: These are logits; the others are already 0..1 and only clipped.
LIKELIHOODS = {"acousticness", "liveness", "instrumentalness"}


def convert(package: Path, target: Path) -> None:
    """Copy the package's network: `x` [n, 128, t] -> `out` [n, 7]."""
    shutil.copyfile(package / "vibenet/artifacts/efficientnet_model.onnx", target)


def _bank() -> np.ndarray:
    bank = filter_bank(RATE, FFT, BANDS, 0.0, RATE / 2)
    edges = slaney_hertz(np.linspace(slaney_mel(0.0), slaney_mel(RATE / 2), BANDS + 2))
    return bank * (2.0 / (edges[2:] - edges[:-2]))[:, None]


_BANK = _bank().astype(np.float32)
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def mel(audio: np.ndarray) -> np.ndarray:
    """Input [128, t] in dB (80 dB range) of mono samples at 16 kHz."""
    spectrum = np.fft.rfft(frames_of(audio.astype(np.float32), WINDOW, HOP) * _WINDOW, FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _BANK.T
    decibels = 10.0 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(decibels, decibels.max() - 80.0).T.astype(np.float32)


def values(out: np.ndarray, names: list[str]) -> np.ndarray:
    """Network outputs [n, 7] as 0..1 values in the order `names`."""
    columns = []
    for name in names:
        column = out[:, LABELS.index(name)]
        columns.append(1.0 / (1.0 + np.exp(-column)) if name in LIKELIHOODS else np.clip(column, 0.0, 1.0))
    return np.stack(columns, axis=1).astype(np.float32)
