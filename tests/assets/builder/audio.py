"""Cutting, levelling and encoding of sound with ffmpeg and numpy."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import numpy as np

#: Encoder settings by suffix.  Low rates keep the repository small; the networks hear 16 kHz.
ENCODERS = {
    ".wav": ["-c:a", "pcm_s16le"],
    ".aiff": ["-c:a", "pcm_s16be", "-write_id3v2", "1"],
    ".flac": ["-c:a", "flac", "-compression_level", "12", "-sample_fmt", "s16"],
    ".ogg": ["-c:a", "libvorbis", "-q:a", "1.5"],
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "96k"],
    ".m4a": ["-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"],
}
#: Excerpts louder than this are turned down, so that lossy codecs do not clip.
PEAK_LIMIT_DBFS = -1.5
#: Fade at both ends of a cut (s): no click, no audible change.
EDGE_FADE_S = 0.02


def decode(path: Path, rate: int, channels: int, start_s: float = 0.0,
           seconds: float | None = None) -> np.ndarray:
    """Decode to float64 [frames, channels] at `rate` Hz; raises if ffmpeg fails or it is short."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ss", f"{start_s}"]
    if seconds is not None:
        command += ["-t", f"{seconds}"]
    command += ["-ac", str(channels), "-ar", str(rate), "-f", "f32le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    sound = np.frombuffer(raw, "<f4").astype(np.float64).reshape(-1, channels)
    if seconds is not None and len(sound) < (seconds - 0.1) * rate:
        raise ValueError(f"{path} has only {len(sound) / rate:.1f} s after {start_s} s")
    return sound


def fade_edges(sound: np.ndarray, rate: int, seconds: float = EDGE_FADE_S) -> np.ndarray:
    """Raised-cosine fade in and out over `seconds`."""
    count = round(seconds * rate)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count))[:, None]
    sound = sound.copy()
    sound[:count] *= ramp
    sound[-count:] *= ramp[::-1]
    return sound


def remove_dc(sound: np.ndarray) -> tuple[np.ndarray, bool]:
    """Subtract each channel's mean where it would be audible as a click; also says whether."""
    mean = np.mean(sound, axis=0)
    return (sound - mean, True) if np.max(np.abs(mean)) > 0.002 else (sound, False)


def limit_peak(sound: np.ndarray) -> tuple[np.ndarray, float]:
    """Turn down to PEAK_LIMIT_DBFS if louder; also returns the gain in dB (0 or less)."""
    gain_db = min(0.0, PEAK_LIMIT_DBFS - level_db(np.max(np.abs(sound))))
    return sound * 10.0 ** (gain_db / 20.0), gain_db


def encode(path: Path, sound: np.ndarray, rate: int, tags: dict[str, str]) -> None:
    """Write [frames, channels] in the format of the suffix, bit-exact from run to run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(rate),
               "-ac", str(sound.shape[1]), "-i", "-", *ENCODERS[path.suffix],
               "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    for key, value in tags.items():
        command += ["-metadata", f"{key}={value}"]
    subprocess.run([*command, str(path)], input=sound.astype("<f4").tobytes(), check=True)


def level_db(amplitude: float) -> float:
    """Amplitude in dB relative to full scale; silence reads -120."""
    return 20.0 * math.log10(max(float(amplitude), 1e-6))


def measure(path: Path) -> dict[str, float | int]:
    """Length, rate, channels, peak, RMS and DC of a file as any decoder would hear it."""
    query = ["ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries",
             "stream=sample_rate,channels", "-of", "csv=p=0", str(path)]
    answer = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    rate, channels = (int(v) for v in answer.strip().strip(",").split(",")[:2])
    sound = decode(path, rate, channels)
    return {
        "seconds": len(sound) / rate,
        "rate": rate,
        "channels": channels,
        "peak_dbfs": level_db(np.max(np.abs(sound))),
        "rms_dbfs": level_db(math.sqrt(np.mean(sound**2))),
        "dc": float(np.max(np.abs(np.mean(sound, axis=0)))),
    }
