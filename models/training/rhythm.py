"""Onset patterns for measuring: a plain definition of onset strength, its correlation, and brush scenes with known stroke times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from . import friction, manifest, scenes
from .decode import resample
from .frontend import MelFrontEnd

#: Deviation of the Gaussian that smooths onset strength (frames of 12.5 ms): 50 ms.
SMOOTHING = 4.0
#: Lags (frames) between which the best correlation is taken: 50 ms either way.
LAG = 4
#: A retrieved chunk competes with this many random members of the pool.
RIVALS = 20


def onset_strength(mel: np.ndarray, smoothing: float = SMOOTHING) -> np.ndarray:
    """Half-wave rectified rise from frame to frame in dB, mean over bands, range limited to 80 dB, smoothed; [n, frames].

    The usual definition (spectral flux on log mel power; Böck & Widmer 2013, section 2.1, without
    the vibrato filter), computed apart from the network's own onset part.
    """
    limited = np.maximum(mel, mel.max(axis=(1, 2), keepdims=True) - 80.0)
    rise = np.maximum(0.0, np.diff(limited, axis=2, prepend=limited[:, :, :1])).mean(axis=1)
    return gaussian_filter1d(rise, smoothing, axis=1)


def correlation(first: np.ndarray, second: np.ndarray, lag: int = LAG) -> np.ndarray:
    """Highest Pearson correlation of the rows of `first` [n, t] and `second` [m, t] over lags of at most `lag` frames; [n, m]."""
    best = np.full((len(first), len(second)), -1.0)
    length = first.shape[1]
    for shift in range(-lag, lag + 1):
        a = first[:, max(0, shift) : length + min(0, shift)]
        b = second[:, max(0, -shift) : length + min(0, -shift)]
        a, b = (v - v.mean(axis=1, keepdims=True) for v in (a, b))
        a, b = (v / (np.linalg.norm(v, axis=1, keepdims=True) + 1e-9) for v in (a, b))
        best = np.maximum(best, a @ b.T)
    return best


@dataclass
class Brush:
    """Synthetic brush scenes: mel frames [n, bands, frames], 44.1 kHz audio, and onset strength from the strokes' known starts."""

    mel: np.ndarray
    audio: np.ndarray
    strokes: list[list[float]]

    def known(self, smoothing: float = SMOOTHING) -> np.ndarray:
        """Onset strength [n, frames] of pulses at the strokes' starts."""
        definition = manifest.front_end()
        pulses = np.zeros((len(self.strokes), definition.frames))
        # A frame covers `window` samples from its start: an onset shows fully once it is inside.
        early = 0.5 * definition.window / definition.sample_rate
        for row, starts in zip(pulses, self.strokes):
            for start in starts:
                frame = round((start - early) / definition.hop_seconds)
                if 0 <= frame < definition.frames:
                    row[frame] = 1.0
        return gaussian_filter1d(pulses, smoothing, axis=1)


def brush_scenes(count: int, seed: int, kinds: tuple[str, ...] = ("friction", "surface"), rate: int = 44_100) -> Brush:
    """Scenes of the friction synthesizer, in turn of each kind, that no corpus holds (another seed)."""
    front_end = MelFrontEnd(manifest.front_end())
    seconds = 4.5
    mel, audio, strokes = [], [], []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        score = scenes.gesture(rng, seconds)
        sound = friction.render(score, seconds, int(rng.integers(1 << 31)), rate)
        if kinds[number % len(kinds)] == "surface":
            sound = scenes.microphone(rng, sound, rate)
        mel.append(front_end.chunk(resample(sound, rate, front_end.definition.sample_rate)))
        audio.append(sound[: 4 * rate].astype(np.float32))
        strokes.append([stroke.start_s for stroke in score])
    return Brush(np.stack(mel), np.stack(audio), strokes)


@dataclass
class Contest:
    """One value a query: whether the retrieved chunk beat the best of RIVALS random pool members, and by how much."""

    won: np.ndarray
    margin: np.ndarray
    retrieved: np.ndarray
    best_rival: np.ndarray


def contest(distance: np.ndarray, likeness: np.ndarray, pool: int, rng: np.random.Generator) -> Contest:
    """For each query draw a pool of the library, retrieve its nearest, and compare its `likeness` with random others' of that pool.

    distance, likeness: [queries, library]; chunks of infinite distance are in no pool.
    """
    rows = []
    for near, like in zip(distance, likeness):
        allowed = np.flatnonzero(np.isfinite(near))
        members = rng.choice(allowed, min(pool, len(allowed)), replace=False)
        found = members[np.argmin(near[members])]
        rivals = rng.choice(members[members != found], RIVALS, replace=False)
        rows.append((like[found], like[rivals].max()))
    retrieved, best = np.array(rows).T
    return Contest(retrieved > best, retrieved - best, retrieved, best)
