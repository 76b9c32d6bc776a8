"""Onset pattern and pitch content of a mel chunk, by fixed rules inside the graph of the audio network.

What the learnt part says of a sound depends on what it was taught; these two parts say the same of
a brush, a drum and an orchestra. Each is a vector of length 1 whose last number says how little of a
pattern there is: a held tone, hum and silence are alike in having no rhythm, noises in having no
pitch. Level does not enter: everything is relative to the chunk's loudest band or to its neighbours
in frequency.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import manifest
from .frontend import slaney_hertz, slaney_mel

#: Onsets are looked for down to this far under the loudest band and frame of a chunk (dB).
RANGE_DB = 80.0
#: A rise is measured over this many frames (25 ms).
RISE_FRAMES = 2
#: Rises are gathered by triangles of this half width (frames, 100 ms), one every STEP frames (50 ms).
HALF_WIDTH, STEP = 8, 4
#: Numbers of the onset pattern: 4 s in steps of 50 ms.
ONSETS = 80
#: Standard deviation over time of the gathered rises (dB a rise) at which a pattern counts half.
HALF_ONSET_DB = 0.15
#: Rates at which the onset pattern is probed, wherever it begins (Hz, equal ratios).
RATES_HZ = np.geomspace(0.5, 9.0, 16)
#: Bands below this are wider than a semitone and take no part in the chroma (Hz).
CHROMA_FROM_HZ = 380.0
#: A partial stands out of the mean of this many bands on either side.
NEIGHBOURS = 4
#: Frames over which a partial must last to count in full (0.25 s).
LASTING = 20
#: Deviation of a partial's triangle over pitch class (semitones).
CHROMA_WIDTH = 0.7
#: Pitch height is said over these many places, spread over the bands by semitones.
HEIGHTS = 10
#: Mean height of partials over their neighbours (dB) at which pitch counts half.
HALF_PITCH_DB = 1.5


def _direction(vector: torch.Tensor, half: float) -> torch.Tensor:
    """Direction of the rows, and one number more that says how little there is of it; the whole has length 1.

    Where |v| = half, both parts say half of it. Two sounds without a pattern are thus alike, and
    one without is equally far from all that have one.
    """
    square = vector.square().sum(dim=1, keepdim=True)
    present = square / (square + half**2)
    return torch.cat([vector * present / (square + 1e-9).sqrt(), (1.0 - present.square()).clamp(min=0.0).sqrt()], dim=1)


class Onsets(nn.Module):
    """`mel` [n, 1, bands, frames] -> onset pattern in time [n, 81], and how strongly each rate is in it [n, 16]."""

    def __init__(self):
        super().__init__()
        kernel = 1.0 - np.abs(np.arange(-HALF_WIDTH, HALF_WIDTH + 1)) / HALF_WIDTH
        kernel /= kernel.sum()
        self.register_buffer("kernel", torch.tensor(kernel[None, None], dtype=torch.float32))
        time = (np.arange(ONSETS) + 0.5) * STEP * manifest.front_end().hop_seconds
        taper = np.sin(np.pi * (np.arange(ONSETS) + 0.5) / ONSETS)
        phase = 2 * np.pi * time[:, None] * RATES_HZ[None]
        waves = np.concatenate([np.cos(phase), np.sin(phase)], axis=1) * taper[:, None] / np.sqrt(ONSETS / 4)
        self.register_buffer("waves", torch.tensor(waves, dtype=torch.float32))

    def forward(self, mel):
        mel = mel[:, 0]
        loudest = mel.amax(dim=(1, 2), keepdim=True)
        heard = torch.maximum(mel, loudest - RANGE_DB)
        rise = torch.relu(heard[:, :, RISE_FRAMES:] - heard[:, :, :-RISE_FRAMES]).mean(dim=1, keepdim=True)
        # The first and last triangles are centred STEP / 2 frames inside the chunk.
        left = HALF_WIDTH + RISE_FRAMES // 2 - STEP // 2
        strength = F.conv1d(F.pad(rise, (left, left + RISE_FRAMES)), self.kernel, stride=STEP)[:, 0]
        strength = strength - strength.mean(dim=1, keepdim=True)
        pattern = _direction(strength, HALF_ONSET_DB * float(np.sqrt(ONSETS)))
        both = pattern[:, :ONSETS] @ self.waves
        half = len(RATES_HZ)
        rates = (both[:, :half].square() + both[:, half:].square() + 1e-9).sqrt()
        return pattern, rates / (rates.square().sum(dim=1, keepdim=True) + 0.05).sqrt()


class Pitch(nn.Module):
    """`mel` [n, 1, bands, frames] -> chroma [n, 13] and pitch height [n, 11]."""

    def __init__(self):
        super().__init__()
        definition = manifest.front_end()
        edges = np.linspace(slaney_mel(definition.low_hz), slaney_mel(definition.high_hz), definition.bands + 2)
        semitones = 69.0 + 12.0 * np.log2(slaney_hertz(edges[1:-1]) / 440.0)
        away = np.abs((semitones[:, None] - np.arange(12)[None] + 6.0) % 12.0 - 6.0)
        chroma = np.exp(-0.5 * (away / CHROMA_WIDTH) ** 2)
        chroma *= (slaney_hertz(edges[1:-1]) >= CHROMA_FROM_HZ)[:, None] / chroma.sum(axis=1, keepdims=True)
        places = np.linspace(semitones[2], semitones[-3], HEIGHTS)
        height = np.maximum(0.0, 1.0 - np.abs(semitones[:, None] - places[None]) / (places[1] - places[0]))
        self.register_buffer("chroma", torch.tensor(chroma - chroma.mean(axis=1, keepdims=True), dtype=torch.float32))
        self.register_buffer("height", torch.tensor(height, dtype=torch.float32))
        band = np.arange(definition.bands)
        # Mean over neighbours; at the edges over those there are.
        around = (np.abs(band[:, None] - band[None]) <= NEIGHBOURS).astype(float)
        self.register_buffer("around", torch.tensor(around / around.sum(axis=0), dtype=torch.float32))

    def forward(self, mel):
        mel = mel[:, 0]
        loudest = mel.amax(dim=(1, 2), keepdim=True)
        # Partials last: the ripple of noise, which does not, averages out before it is looked at.
        heard = F.avg_pool1d(torch.maximum(mel, loudest - 60.0), LASTING).transpose(1, 2)
        partials = torch.relu(heard - heard @ self.around - 3.0)
        # Frames count by their loudness above 40 dB under the loudest.
        weight = torch.relu(heard.amax(dim=2) - loudest[:, :, 0] + 40.0)
        weight = weight / (weight.sum(dim=1, keepdim=True) + 1e-6)
        mean = (partials * weight[:, :, None]).sum(dim=1)
        return _direction(mean @ self.chroma, HALF_PITCH_DB), _direction(mean @ self.height, 4.0 * HALF_PITCH_DB)
