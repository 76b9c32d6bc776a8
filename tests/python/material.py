"""What the VST3 tests play and where they find it."""

import os
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "tests" / "assets"
PAINTING = ASSETS / "paintings" / "hokusai-great-wave.jpg"
LIBRARY = ASSETS / "library"


def bundles() -> Path:
    """The folder of the bundles under test."""
    named = os.environ.get("IMPASTO_BUNDLES")
    return Path(named) if named else ROOT / "target" / "bundled"


def vst3() -> str:
    """The bundle's path; a missing bundle is a failure that says what to do."""
    path = bundles() / "Impasto.vst3"
    if not path.exists():
        raise AssertionError(f"{path} does not exist: run `cargo xtask bundle`, or name the "
                             "folder of the bundles in IMPASTO_BUNDLES")
    return str(path)


def shared_index() -> Path:
    """The index that all host tests share."""
    path = bundles().parent / "host-tests" / "index"
    path.mkdir(parents=True, exist_ok=True)
    return path


def scene(index: Path) -> dict:
    """The record of a plug-in that has the demo's painting and library."""
    return {"painting": PAINTING, "library": LIBRARY, "index": index}


SETTINGS = {
    "filter": {"f32": 20.0},
    "interval": {"f32": 0.25},
    "automation": {"string": "native"},
}


def chords(rate: float, seconds: float) -> np.ndarray:
    """A slow run of chords, stereo, float32."""
    t = np.arange(round(rate * seconds)) / rate
    root = np.array([220.0, 174.61, 261.63, 196.0])[t.astype(int) % 4]
    chord = sum(np.sin(2 * np.pi * root * k * t) for k in (1.0, 1.25, 1.5))
    return np.tile((0.12 * chord).astype(np.float32), (2, 1))


def strokes(rate: float, seconds: float) -> np.ndarray:
    """Two strokes of low noise a second, stereo, float32, the same every time."""
    t = np.arange(round(rate * seconds)) / rate
    noise = np.random.default_rng(0x1A2B).uniform(-1.0, 1.0, t.size)
    noise = np.convolve(noise, np.ones(4) / 4, mode="same")
    within = t % 0.5
    envelope = np.minimum(within / 0.01, 1.0) * np.maximum(1.0 - within / 0.3, 0.0)
    return np.tile((0.8 * envelope * noise).astype(np.float32), (2, 1))
