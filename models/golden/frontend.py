"""Double-precision reference of the mel front end, and the golden data made with it.

The parameters are those of `[frontend]` in `models/manifest.toml`; nothing here repeats them.  The
code follows the definition literally and slowly, so that it can be read against it: one Python
statement a step, `float64` throughout.

Usage: ``python3 frontend.py`` rewrites `frontend/` beside this file; ``--check`` compares it with
what would be written.  Layout of the data: `frontend/README.md`.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
MANIFEST = HERE.parent / "manifest.toml"
#: Length (s) of the material that is compared across sample rates.
PARTIALS_SECONDS = 1.0
#: Host rates (Hz) at which that material is to be rendered from its formula.
RATES = (16_000, 22_050, 44_100, 48_000, 96_000, 192_000)
#: Attack (s) of each partial: a raised cosine, so that it stays narrow in frequency.
ATTACK_S = 0.02
#: No partial lies above this frequency (Hz).
PARTIALS_TOP_HZ = 6450.0


@dataclass(frozen=True)
class Frontend:
    """The numbers of `[frontend]`; lengths in samples, frequencies in Hz."""

    sample_rate: int
    window: int
    fft: int
    hop: int
    bands: int
    low_hz: float
    high_hz: float
    power_floor: float


def load(path: Path = MANIFEST) -> Frontend:
    """Read the front end from a manifest; refuses window shapes and scales not known here."""
    with path.open("rb") as manifest:
        table = tomllib.load(manifest)["frontend"]
    if (table["window_shape"], table["mel_scale"]) != ("hann_periodic", "slaney"):
        raise ValueError(f"{path}: this reference knows hann_periodic and slaney only")
    return Frontend(**{name: table[name] for name in Frontend.__dataclass_fields__})


def hz_to_mel(hz: float) -> float:
    """Slaney's mel: 3/200 a hertz below 1 kHz, 27 steps for each factor 6.4 above.

    As in Slaney's Auditory Toolbox (1998) and in librosa with `htk=False`.
    """
    return hz * 3.0 / 200.0 if hz < 1000.0 else 15.0 + 27.0 * math.log(hz / 1000.0) / math.log(6.4)


def mel_to_hz(mel: float) -> float:
    """Inverse of `hz_to_mel`."""
    return mel * 200.0 / 3.0 if mel < 15.0 else 1000.0 * 6.4 ** ((mel - 15.0) / 27.0)


def edges_hz(front: Frontend) -> np.ndarray:
    """Edges of the triangles: bands + 2 points, equally spaced in mel; band b peaks at b + 1."""
    low, high = hz_to_mel(front.low_hz), hz_to_mel(front.high_hz)
    return np.array([mel_to_hz(low + (high - low) * i / (front.bands + 1))
                     for i in range(front.bands + 2)])


def filters(front: Frontend) -> np.ndarray:
    """Triangles of unit peak evaluated at the bin frequencies, [bands, fft / 2 + 1]."""
    bins = np.arange(front.fft // 2 + 1) * front.sample_rate / front.fft
    edges = edges_hz(front)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rise, fall = (bins - left) / (centre - left), (right - bins) / (right - centre)
    return np.maximum(0.0, np.minimum(rise, fall))


def frames(signal: np.ndarray, front: Frontend) -> np.ndarray:
    """Mel frames in dB, [len(signal) / hop, bands].

    Row k covers samples hop*k to hop*k + window; past the end of the signal there are zeros.
    """
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(front.window) / front.window)
    scale = (np.sum(window) / 2.0) ** 2
    weights = filters(front)
    count = len(signal) // front.hop
    padded = np.concatenate([signal.astype(np.float64), np.zeros(front.window)])
    out = np.empty((count, front.bands))
    for k in range(count):
        piece = padded[front.hop * k : front.hop * k + front.window] * window
        power = np.abs(np.fft.rfft(piece, front.fft)) ** 2 / scale
        out[k] = 10.0 * np.log10(np.maximum(weights @ power, front.power_floor))
    return out


def whole_rows(samples: int, front: Frontend) -> int:
    """How many rows of `frames` need no zeros past the end."""
    return max(0, 1 + (samples - front.window) // front.hop)


def signals(rate: int) -> dict[str, tuple[str, np.ndarray]]:
    """The test signals: name -> (what it is, samples as float32)."""
    t = np.arange(round(1.2 * rate)) / rate
    growth = math.log(7900.0 / 30.0) / 1.2
    sweep = 0.5 * np.sin(2.0 * np.pi * 30.0 * (np.exp(growth * t) - 1.0) / growth)
    noise = np.clip(0.1 * np.random.default_rng(5).standard_normal(len(t)), -1.0, 1.0)
    impulses = np.zeros(len(t))
    impulses[[1000, 5003, 12345]] = 1.0, -0.5, 0.001
    chord = np.zeros(len(t))
    for note, start in ((220.0, 0.05), (261.63, 0.20), (329.63, 0.35), (440.0, 0.80)):
        since = np.maximum(t - start, 0.0)
        for harmonic in range(1, 13):
            decay = np.exp(-since * (2.0 + 0.8 * harmonic)) * (1.0 - np.exp(-since / 0.004))
            chord += 0.15 / harmonic**1.3 * decay * np.sin(2.0 * np.pi * note * harmonic * since)
    short = np.arange(round(0.3 * rate)) / rate
    tone = np.sin(2.0 * np.pi * 1000.0 * short)
    table = {
        "sweep": ("exponential sine sweep, 30 Hz to 7900 Hz, amplitude 0.5", sweep),
        "noise": ("white Gaussian noise, standard deviation 0.1", noise),
        "impulses": ("1 at sample 1000, -0.5 at 5003, 0.001 at 12345, else 0", impulses),
        "chord": ("four plucked notes with 12 decaying harmonics each", chord),
        "tone": ("full-scale sine of 1 kHz, which lies on a bin", tone),
        "silence": ("zeros", np.zeros(len(short))),
    }
    return {name: (about, x.astype(np.float32)) for name, (about, x) in table.items()}


def partials() -> np.ndarray:
    """Band-limited material as [n, 5]: amplitude, Hz, start (s), decay (1/s), phase (rad)."""
    rng = np.random.default_rng(6)
    count = 160
    hz = np.linspace(60.0, PARTIALS_TOP_HZ - 20.0, count) + rng.uniform(-18.0, 18.0, count)
    start = rng.uniform(0.0, 0.5, count)
    start[::4] = 0.0
    decay = rng.uniform(0.0, 4.0, count)
    amplitude = 0.05 / np.sqrt(1.0 + hz / 500.0)
    return np.stack([amplitude, hz, start, decay, rng.uniform(0.0, 2.0 * np.pi, count)], axis=1)


def render_partials(table: np.ndarray, rate: int) -> np.ndarray:
    """The material at any rate: the same function of time, evaluated at n / rate.

    x(t) = sum of a * attack(s) * exp(-d s) * sin(2 pi f s + phase) with s = t - start, over the
    partials with s > 0; attack(s) = (1 - cos(pi min(s / 0.02, 1))) / 2.
    """
    t = np.arange(round(PARTIALS_SECONDS * rate)) / rate
    out = np.zeros(len(t))
    for amplitude, hz, start, decay, phase in table:
        since = np.maximum(t - start, 0.0)
        attack = 0.5 - 0.5 * np.cos(np.pi * np.minimum(since / ATTACK_S, 1.0))
        sine = np.sin(2.0 * np.pi * hz * since + phase)
        out += amplitude * attack * np.exp(-decay * since) * sine
    return out


def golden(front: Frontend) -> dict[str, bytes]:
    """All golden files by name."""
    files: dict[str, bytes] = {}
    cases = []
    for name, (about, samples) in signals(front.sample_rate).items():
        expected = frames(samples, front)
        files[f"{name}.f32"] = samples.astype("<f4").tobytes()
        files[f"{name}.f64"] = expected.astype("<f8").tobytes()
        cases.append({"name": name, "about": about, "input": f"{name}.f32",
                      "samples": len(samples), "frames": f"{name}.f64", "rows": len(expected),
                      "whole_rows": whole_rows(len(samples), front)})
    table = partials()
    expected = frames(render_partials(table, front.sample_rate), front)
    files["partials.f64"] = table.astype("<f8").tobytes()
    files["partials_frames.f64"] = expected.astype("<f8").tobytes()
    edges = edges_hz(front)
    index = {
        "frontend": asdict(front),
        "cases": cases,
        "resampled": {
            "partials": "partials.f64", "partials_rows": len(table), "seconds": PARTIALS_SECONDS,
            "attack_s": ATTACK_S, "rates": list(RATES), "top_hz": PARTIALS_TOP_HZ,
            "frames": "partials_frames.f64", "rows": len(expected),
            "whole_rows": whole_rows(round(PARTIALS_SECONDS * front.sample_rate), front),
            "bands_below_top": int(np.sum(edges[2:] <= PARTIALS_TOP_HZ)),
        },
        "edges_hz": [float(edge) for edge in edges],
        "filter_sums": [float(total) for total in np.sum(filters(front), axis=1)],
    }
    files["index.json"] = (json.dumps(index, indent=1) + "\n").encode()
    return files


def main() -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "frontend")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    status = 0
    for name, content in golden(load()).items():
        path = args.out / name
        if not args.check:
            path.write_bytes(content)
        elif not path.exists() or not same(path.read_bytes(), content, path.suffix):
            print(f"{path} differs from what this script makes")
            status = 1
    return status


def same(found: bytes, made: bytes, suffix: str) -> bool:
    """Equal up to the last digits, which may differ between numpy builds."""
    if suffix == ".json":
        a, b = json.loads(found), json.loads(made)
        lists = ("edges_hz", "filter_sums")
        near = all(np.allclose(a.pop(name, []), b.pop(name), rtol=1e-9) for name in lists)
        return near and a == b
    kind = "<f8" if suffix == ".f64" else "<f4"
    a, b = np.frombuffer(found, kind), np.frombuffer(made, kind)
    return len(a) == len(b) and bool(np.allclose(a, b, rtol=1e-6, atol=1e-7))


if __name__ == "__main__":
    sys.exit(main())
