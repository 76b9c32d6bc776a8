"""The project's mel front end in numpy, defined by `[frontend]` of the manifest."""

from __future__ import annotations

import numpy as np

from .manifest import FrontEnd


def slaney_mel(hertz: np.ndarray) -> np.ndarray:
    """Slaney's mel scale: linear below 1 kHz (200/3 Hz a mel), logarithmic above."""
    hertz = np.asarray(hertz, dtype=np.float64)
    linear = hertz * 3.0 / 200.0
    logarithmic = 15.0 + np.log(np.maximum(hertz, 1e-9) / 1000.0) * 27.0 / np.log(6.4)
    return np.where(hertz < 1000.0, linear, logarithmic)


def slaney_hertz(mel: np.ndarray) -> np.ndarray:
    """Inverse of [`slaney_mel`]."""
    mel = np.asarray(mel, dtype=np.float64)
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))


def filter_bank(rate: float, fft: int, bands: int, low: float, high: float) -> np.ndarray:
    """Triangles with unit peak, shape [bands, fft/2 + 1], edges equally spaced in Slaney mel."""
    edges = slaney_hertz(np.linspace(slaney_mel(low), slaney_mel(high), bands + 2))
    return triangles(edges, np.arange(fft // 2 + 1) * rate / fft)


def triangles(edges: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Triangles over `edges` (bands + 2), evaluated at the frequencies `bins`; same unit for both."""
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - left) / (centre - left)
    falling = (right - bins) / (right - centre)
    return np.maximum(0.0, np.minimum(rising, falling))


def frames_of(samples: np.ndarray, window: int, hop: int) -> np.ndarray:
    """Overlapping frames without centring, shape [frames, window]; a view of `samples`."""
    return np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]


class MelFrontEnd:
    """Computes dB mel frames from 16 kHz mono samples."""

    def __init__(self, definition: FrontEnd):
        self.definition = definition
        n = definition.window
        self._window = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n) / n)).astype(np.float32)
        scale = (float(self._window.sum(dtype=np.float64)) / 2.0) ** -2
        bank = filter_bank(definition.sample_rate, definition.fft, definition.bands, definition.low_hz, definition.high_hz)
        self._bank = (bank * scale).astype(np.float32)

    def frames(self, samples: np.ndarray) -> np.ndarray:
        """dB frames, shape [bands, frames], of samples at the manifest's rate."""
        d = self.definition
        spectrum = np.fft.rfft(frames_of(np.asarray(samples, np.float32), d.window, d.hop) * self._window, d.fft)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ self._bank.T
        return (10.0 * np.log10(np.maximum(power, d.power_floor))).T.astype(np.float32)

    def chunk(self, samples: np.ndarray, extra_frames: int = 0) -> np.ndarray:
        """Exactly `frames + extra_frames` frames, zeros where the samples end."""
        d = self.definition
        need = d.context_samples + extra_frames * d.hop
        padded = np.zeros(need, np.float32)
        padded[: min(need, len(samples))] = samples[:need]
        return self.frames(padded)
