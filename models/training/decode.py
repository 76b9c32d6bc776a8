"""Decode stretches of music files to mono at a wanted rate."""

from __future__ import annotations

import io
import subprocess
import tempfile
from fractions import Fraction

import numpy as np
import soundfile
from scipy.signal import resample_poly


#: Tracker modules, which ffmpeg (built with libopenmpt, as Debian's is) turns into sound.
MODULES = (".mod", ".xm", ".it", ".s3m")
#: At most this much of a module is rendered (seconds): many repeat for ever.
MODULE_SECONDS = 150
MODULE_RATE = 44_100


def _render(content: bytes, name: str) -> bytes:
    """A tracker module as a wave file."""
    # libopenmpt needs a file it can seek in, and ffmpeg its name.
    with tempfile.NamedTemporaryFile(suffix=name[name.rfind(".") :].lower()) as file:
        file.write(content)
        file.flush()
        output = ["-t", str(MODULE_SECONDS), "-ac", "1", "-ar", str(MODULE_RATE), "-f", "wav", "pipe:1"]
        found = subprocess.run(["ffmpeg", "-v", "error", "-i", file.name, *output], capture_output=True, check=False)
    if found.returncode != 0:
        raise OSError(f"ffmpeg cannot render this module: {found.stderr.decode(errors='replace').strip()}")
    samples = np.frombuffer(found.stdout, "<i2", offset=found.stdout.find(b"data") + 8)
    out = io.BytesIO()
    soundfile.write(out, samples, MODULE_RATE, format="WAV")
    return out.getvalue()


def resample(samples: np.ndarray, source: int, target: int) -> np.ndarray:
    """Polyphase sample-rate conversion of mono samples."""
    if source == target:
        return samples.astype(np.float32)
    ratio = Fraction(target, source)
    return resample_poly(samples, ratio.numerator, ratio.denominator).astype(np.float32)


class Track:
    """A decoded-on-demand music file."""

    def __init__(self, content: bytes, name: str = ""):
        """`name` tells tracker modules, which are rendered first. Raises soundfile.LibsndfileError where the format is unknown."""
        if name.lower().endswith(MODULES):
            content = _render(content, name)
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
