"""Short sounds laid out in time: repeated samples, plain noise strokes and synthesised friction.

They teach the student rhythm and noise that music alone holds little of. No stroke here is
a recording of a brush.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from . import friction

#: Number of synthetic stroke scenes in the corpus.
STROKE_SCENES = 240
#: Number of scenes made with the friction synthesizer.
FRICTION_SCENES = 240
#: Number of friction scenes on other surfaces and microphones.
SURFACE_SCENES = 240


def repeated(sample: np.ndarray, rng: np.random.Generator, rate: int, seconds: float) -> np.ndarray:
    """A sample repeated at a steady or an irregular rhythm, each time at another level."""
    scene = np.zeros(int(seconds * rate), np.float32)
    peak = np.max(np.abs(sample)) + 1e-9
    gap = rng.uniform(0.15, 1.5)
    swing = rng.choice([0.0, 0.3])
    time = rng.uniform(0.0, 0.5)
    while time < seconds:
        start = int(time * rate)
        part = sample[: len(scene) - start] * (10 ** (rng.uniform(-12, 0) / 20) / peak)
        scene[start : start + len(part)] += part
        time += max(0.08, gap * (1.0 + swing * rng.normal()))
    return 0.5 * scene / (np.max(np.abs(scene)) + 1e-9)


def strokes(rng: np.random.Generator, rate: int, seconds: float) -> np.ndarray:
    """Strokes of noise with attack and decay, coloured by a moving resonance, over faint hum and hiss."""
    n = int(seconds * rate)
    scene = 10 ** (rng.uniform(-80, -50) / 20) * rng.normal(size=n)
    if rng.random() < 0.3:
        scene += 10 ** (rng.uniform(-70, -50) / 20) * np.sin(2 * np.pi * rng.choice([50.0, 60.0]) * np.arange(n) / rate)
    time, gap = rng.uniform(0.0, 0.6), rng.uniform(0.15, 1.2)
    centre, width = np.exp(rng.uniform(np.log(150), np.log(5000))), rng.uniform(0.4, 2.5)
    while time < seconds - 0.05:
        length = int(rate * min(rng.uniform(0.04, 0.9), seconds - time))
        scene[int(time * rate) :][:length] += _stroke(rng, length, rate, centre, width)
        time += gap * np.exp(0.25 * rng.normal())
    return (0.5 * scene / np.max(np.abs(scene))).astype(np.float32)


def _stroke(rng: np.random.Generator, length: int, rate: int, centre: float, width: float) -> np.ndarray:
    """One stroke: granular noise through a two-pole resonance, with a smooth rise and fall."""
    noise = rng.normal(size=length)
    grains = rng.random(length) < np.exp(rng.uniform(np.log(0.002), np.log(1.0)))
    frequency = centre * np.exp(0.2 * rng.normal())
    radius = np.exp(-np.pi * min(frequency * width, 0.4 * rate) / rate)
    poles = [1.0, -2.0 * radius * np.cos(2 * np.pi * frequency / rate), radius**2]
    sound = lfilter([1.0 - radius], poles, noise * grains)
    position = np.linspace(0.0, 1.0, length)
    rise = rng.uniform(0.01, 0.5)
    envelope = np.minimum(1.0, position / rise) * np.cos(0.5 * np.pi * position) ** rng.uniform(0.5, 2.0)
    sound = sound * envelope
    return sound / (np.max(np.abs(sound)) + 1e-9) * 10 ** (rng.uniform(-15, 0) / 20)


def brush(rng: np.random.Generator, rate: int, seconds: float) -> np.ndarray:
    """A scene of the friction synthesizer: one kind of gesture at a random pace, speed and pressure."""
    score = gesture(rng, seconds)
    return friction.render(score, seconds, int(rng.integers(1 << 31)), rate).astype(np.float32)


def gesture(rng: np.random.Generator, seconds: float) -> list[friction.Stroke]:
    """Strokes of one kind at a random pace, speed and pressure."""
    kind = str(rng.choice(list(friction.TOOLS)))
    slowest, longest = (0.06, 0.25) if kind == "dab" else (0.2, 2.0)
    gap = rng.uniform(0.05, 0.8)
    score, time = [], rng.uniform(0.0, 0.5)
    while True:
        length = rng.uniform(slowest, longest)
        if time + length > seconds:
            return score
        speed, pressure = np.exp(rng.uniform(np.log(0.04), np.log(0.7))), rng.uniform(0.5, 1.4)
        turns = int(length * rng.uniform(2.0, 8.0)) if kind == "scrub" else 0
        score.append(friction.Stroke(time, time + length, kind, float(speed), float(pressure), turns))
        time += length + gap * np.exp(0.25 * rng.normal())


def surface(rng: np.random.Generator, rate: int, seconds: float) -> np.ndarray:
    """A friction scene heard through another panel and contact microphone."""
    return microphone(rng, brush(rng, rate, seconds).astype(np.float64), rate).astype(np.float32)


def microphone(rng: np.random.Generator, sound: np.ndarray, rate: int) -> np.ndarray:
    """The sound with resonances, tilt, hum and noise floor of a random panel and contact microphone."""
    for _ in range(rng.integers(1, 5)):
        sound = _resonance(sound, float(np.exp(rng.uniform(np.log(90), np.log(6000)))), rng.uniform(0.05, 0.6), rng.uniform(4, 18), rate)
    slope = rng.uniform(-0.9, 0.6)
    sound = lfilter([1.0, slope], [1.0], sound)
    sound = 0.5 * sound / (np.max(np.abs(sound)) + 1e-9)
    n = len(sound)
    time = np.arange(n) / rate
    mains = rng.choice([50.0, 60.0])
    hum = sum(np.sin(2 * np.pi * mains * k * time + rng.uniform(0, 6.3)) / k ** rng.uniform(0.5, 1.5) for k in (1, 2, 3, 5))
    sound += 10 ** (rng.uniform(-75, -35) / 20) * hum * (rng.random() < 0.5)
    hiss = lfilter([1.0], [1.0, -rng.uniform(0.0, 0.95)], rng.normal(size=n))
    return sound + 10 ** (rng.uniform(-80, -40) / 20) * hiss / np.std(hiss)


def _resonance(sound: np.ndarray, hertz: float, width: float, gain_db: float, rate: int) -> np.ndarray:
    """The sound with a two-pole resonance added to it; width relative to the frequency."""
    radius = np.exp(-np.pi * hertz * width / rate)
    ringing = lfilter([1.0 - radius], [1.0, -2.0 * radius * np.cos(2 * np.pi * hertz / rate), radius**2], sound)
    scale = np.std(sound) / (np.std(ringing) + 1e-12)
    return sound + (10 ** (gain_db / 20) - 1.0) * scale * ringing
