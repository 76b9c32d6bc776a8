"""Augmentation of mel frames during distillation: what a brush, a room and a contact microphone add.

All of it works on dB frames [n, bands, frames]; the teachers' targets stay those of the
clean chunk, so the student learns to look past level, colour, noise, room and small shifts.
"""

from __future__ import annotations

import numpy as np

from .manifest import FrontEnd

#: Gain range (dB) added before the floor is applied again.
GAIN_DB = (-24.0, 24.0)
#: Share of the music chunks that are turned into brush sound.
BRUSH_VIEWS = 0.15


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


def brush_view(
    mel: np.ndarray, music: np.ndarray, front_end: FrontEnd, rng: np.random.Generator, share: float = BRUSH_VIEWS
) -> tuple[np.ndarray, np.ndarray]:
    """A share of the rows marked `music` as if a brush had played their rhythm; also says which.

    The spectrum gives way to that of friction heard by a contact microphone (a smooth profile
    with resonances, brighter when faster, granular ripple, hum and noise floor); what stays is
    when something begins and how strong it is.
    """
    chosen = music & (rng.random(len(mel)) < share)
    out = mel.astype(np.float32)
    floor_db = 10.0 * np.log10(front_end.power_floor)
    for row in np.flatnonzero(chosen):
        out[row] = np.maximum(_friction(_gesture(out[row], front_end.hop_seconds, rng), out.shape[1], rng), floor_db)
    return out, chosen


def _gesture(mel: np.ndarray, hop_seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Level [frames] in dB, 0 at most, of strokes that follow a chunk's onsets or its loudness."""
    if rng.random() < 0.5:
        loudness = 10.0 * np.log10(np.exp(mel * (np.log(10) / 10)).mean(axis=0) + 1e-12)
        return (loudness - loudness.max()) * rng.uniform(1.0, 3.0)
    limited = np.maximum(mel, mel.max() - 60.0)
    rise = np.maximum(0.0, np.diff(limited, axis=1, prepend=limited[:, :1])).mean(axis=0)
    rise = np.maximum(0.0, rise - np.quantile(rise, rng.uniform(0.5, 0.95)))
    rise = (rise / (rise.max() + 1e-9)) ** rng.uniform(0.5, 1.5)
    keep = np.exp(-hop_seconds / rng.uniform(0.04, 0.5))
    level, now = np.zeros_like(rise), 0.0
    for frame, strength in enumerate(rise):
        now = max(now * keep, strength)
        level[frame] = now
    return 20.0 * np.log10(level + 1e-4)


def _friction(level: np.ndarray, bands: int, rng: np.random.Generator) -> np.ndarray:
    """dB frames [bands, frames] of friction at the given level."""
    x = np.linspace(-1.0, 1.0, bands)[:, None]
    profile = rng.normal(-6.0, 8.0) * x + rng.normal(0, 4) * np.sin(2 * np.pi * x + rng.uniform(0, 6.3))
    for _ in range(rng.integers(0, 5)):
        profile += rng.uniform(3, 20) * np.exp(-0.5 * ((x - rng.uniform(-1, 1)) / rng.uniform(0.02, 0.2)) ** 2)
    grains = np.exp(rng.uniform(np.log(0.5), np.log(6.0)))
    brighter = rng.uniform(0.0, 0.4) * level * x
    friction = 10 ** ((profile - profile.max() + level + brighter - 12.0) / 10) * rng.gamma(grains, 1.0 / grains, (bands, len(level)))
    hiss = rng.uniform(-60, -20) - 12.0 + rng.normal(0, 6) * x
    noise = 10 ** (hiss / 10) * rng.exponential(1.0, (bands, len(level)))
    if rng.random() < 0.4:
        noise[: rng.integers(1, 8)] += 10 ** (rng.uniform(-50, -15) / 10)
    return (10.0 * np.log10(friction + noise + 1e-12)).astype(np.float32)


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
