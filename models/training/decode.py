"""Decode stretches of music files to mono at a wanted rate."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import soundfile
from scipy.signal import resample_poly


def resample(samples: np.ndarray, source: int, target: int) -> np.ndarray:
    """Polyphase sample-rate conversion of mono samples."""
    if source == target:
        return samples.astype(np.float32)
    ratio = Fraction(target, source)
    return resample_poly(samples, ratio.numerator, ratio.denominator).astype(np.float32)


class Track:
    """A decoded-on-demand music file."""

    def __init__(self, content: bytes):
        """Raises soundfile.LibsndfileError where the format is unknown (tracker modules, for instance)."""
        self._file = soundfile.SoundFile(io.BytesIO(content))

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self._file) / self._file.samplerate

    def stretch(self, start: float, seconds: float, rate: int) -> np.ndarray:
        """Mono samples from `start` (seconds) on, at `rate`; shorter where the track ends."""
        source = self._file.samplerate
        self._file.seek(int(start * source))
        samples = self._file.read(int(np.ceil(seconds * source)), dtype="float32", always_2d=True)
        return resample(samples.mean(axis=1), source, rate)
