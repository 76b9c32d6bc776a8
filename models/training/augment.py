"""Augmentation of mel frames during distillation: what a brush, a room and a contact microphone add.

All of it works on dB frames [n, bands, frames]; the teachers' targets stay those of the
clean chunk, so the student learns to look past level, colour, noise, room and small shifts.
"""

from __future__ import annotations

import numpy as np

from .manifest import FrontEnd

#: Gain range (dB) added before the floor is applied again.
GAIN_DB = (-24.0, 12.0)


def augment(mel: np.ndarray, front_end: FrontEnd, rng: np.random.Generator) -> np.ndarray:
    """Random variant [n, bands, frames] of wider dB frames [n, bands, frames + 2 * margin]."""
    n, bands, width = mel.shape
    frames, floor_db = front_end.frames, 10.0 * np.log10(front_end.power_floor)
    shifts = rng.integers(0, width - frames + 1, n)
    out = np.stack([row[:, s : s + frames] for row, s in zip(mel, shifts)]).astype(np.float32)
    out += _colour(n, bands, rng)[:, :, None]
    power = np.exp(out * np.float32(np.log(10) / 10))
    _smear(power, front_end.hop_seconds, rng)
    power += _noise(out, rng)
    out = np.float32(10 / np.log(10)) * np.log(power + np.float32(1e-12))
    out += rng.uniform(*GAIN_DB, (n, 1, 1)).astype(np.float32)
    _mask(out, floor_db, rng)
    return np.maximum(out, np.float32(floor_db))


def _colour(n: int, bands: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth gain over the bands for a third of the rows: tilt, two slow waves, now and then a body resonance."""
    x = np.linspace(-1.0, 1.0, bands)
    tilt = rng.normal(0.0, 4.0, (n, 1)) * x
    waves = sum(rng.normal(0.0, 2.0, (n, 1)) * np.sin(k * np.pi * x + rng.uniform(0, 6.3, (n, 1))) for k in (1, 2))
    centre, width = rng.uniform(-1, 0.5, (n, 1)), rng.uniform(0.03, 0.2, (n, 1))
    body = rng.uniform(0, 10, (n, 1)) * np.exp(-0.5 * ((x - centre) / width) ** 2) * (rng.random((n, 1)) < 0.3)
    return ((tilt + waves + body) * (rng.random((n, 1)) < 0.35)).astype(np.float32)


def _smear(power: np.ndarray, hop_seconds: float, rng: np.random.Generator) -> None:
    """Exponential tail in time for a tenth of the rows, in place: a plain room."""
    for row in np.flatnonzero(rng.random(len(power)) < 0.1):
        decay = np.float32(10 ** (-6.0 * hop_seconds / rng.uniform(0.2, 1.2)))
        wet = np.float32(10 ** rng.uniform(-1.5, -0.5))
        tail = np.zeros(power.shape[1], np.float32)
        for frame in power[row].T:
            tail *= decay
            tail += frame * wet
            frame += tail


def _noise(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Power of steady noise with a random slope, 10 to 60 dB under each row's loudest band."""
    n, bands, frames = clean.shape
    level = clean.max(axis=(1, 2)) - rng.uniform(10, 60, n)
    slope = rng.normal(0.0, 6.0, (n, 1)) * np.linspace(-1.0, 1.0, bands)
    shape = (level[:, None] + slope).astype(np.float32)
    ripple = rng.exponential(1.0, (n, bands, frames)).astype(np.float32)
    present = (rng.random(n) < 0.35).astype(np.float32)
    return ripple * (np.exp(shape * np.float32(np.log(10) / 10)) * present[:, None])[:, :, None]


def _mask(mel: np.ndarray, floor_db: float, rng: np.random.Generator) -> None:
    """One short stretch of time or of bands taken away in a fifth of the rows, in place."""
    n, bands, frames = mel.shape
    for row in np.flatnonzero(rng.random(n) < 0.2):
        if rng.random() < 0.5:
            width = rng.integers(4, 40)
            start = rng.integers(0, frames - width)
            mel[row, :, start : start + width] = floor_db
        else:
            width = rng.integers(3, 14)
            start = rng.integers(0, bands - width)
            mel[row, start : start + width] = floor_db
