"""Music with exact labels: short patterns composed here, and other people's MIDI files, rendered with a SoundFont.

Every General MIDI preset plays the same kinds of pattern in its own register, so that
instrument, notes and onsets of each 4 s chunk are known exactly. Rendering is done by the
`fluidsynth` program with the SoundFont of the Debian package `fluid-soundfont-gm`.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .settings import SEED, Cache

#: Package and path of the SoundFont.
PACKAGE, SOUNDFONT = "fluid-soundfont-gm", "usr/share/sounds/sf2/FluidR3_GM.sf2"
#: Melodic presets, and programs of the percussion channel (standard, room, ..., brush, orchestra).
PRESETS, KITS = range(128), (0, 8, 16, 24, 25, 32, 40, 48)
#: Patterns a preset plays, and the seconds from one to the next (a chunk, its margins and a rest).
SEGMENTS, SEGMENT_S = 8, 5.0
#: Ticks a second in the files written here (480 a beat at 120 beats a minute).
TICKS = 960
#: Basses and low instruments play an octave and a half lower.
LOW_PRESETS = frozenset([*range(32, 40), 43, 57, 58, 67, 70, 87])
#: Kinds of pattern, in turn.
STYLES = ("melody", "arpeggio", "chords", "held")
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10))


@dataclass(frozen=True)
class Note:
    """One note: seconds, MIDI key, velocity."""

    start: float
    end: float
    key: int
    velocity: int


def member(preset: int, drums: bool = False) -> str:
    """Name of a preset or a percussion kit among the items of the corpus."""
    return f"drums {preset}" if drums else f"preset {preset}"


def score(name: str) -> list[list[Note]]:
    """The patterns of a preset or kit, one list of notes a segment; times from the segment's start."""
    kind, number = name.split()
    rng = np.random.default_rng([SEED, int(number), int(kind == "drums")])
    if kind == "drums":
        return [_drums(rng) for _ in range(SEGMENTS)]
    centre = 40 if int(number) in LOW_PRESETS else 60
    return [_pattern(rng, centre, segment) for segment in range(SEGMENTS)]


def _pattern(rng: np.random.Generator, centre: int, segment: int) -> list[Note]:
    """A melody, an arpeggio, chords or a held note at a random pace, in a random key."""
    style = STYLES[segment % len(STYLES)]
    root, scale = centre + int(rng.integers(-8, 16)), SCALES[rng.integers(len(SCALES))]
    gap = {"melody": rng.uniform(0.12, 0.6), "arpeggio": rng.uniform(0.1, 0.35), "chords": rng.uniform(0.4, 1.3), "held": 4.2}[style]
    notes, time, degree = [], rng.uniform(0.0, 0.3), int(rng.integers(len(scale)))
    while time < 4.3:
        length = max(0.08, min(gap * rng.uniform(0.5, 1.0), 4.4 - time))
        degree += int(rng.integers(-2, 3)) if style != "arpeggio" else 2
        degrees = [degree, degree + 2, degree + 4] if style == "chords" else [degree]
        for one in degrees:
            octave, step = divmod(one % (2 * len(scale)), len(scale))
            notes.append(Note(time, time + length, min(108, root + 12 * octave + scale[step]), int(rng.integers(60, 120))))
        time += gap * (1.0 if rng.random() < 0.7 else 2.0)
    return notes


def _drums(rng: np.random.Generator) -> list[Note]:
    """A bar of kick, snare and cymbals on a grid, each step taken or left at random."""
    step = rng.uniform(0.1, 0.3)
    notes = []
    for n in range(int(4.4 / step)):
        for key, odds in ((36, 0.9 if n % 4 == 0 else 0.15), (38, 0.8 if n % 4 == 2 else 0.1), (42, 0.5), (int(rng.integers(35, 60)), 0.1)):
            if rng.random() < odds:
                notes.append(Note(n * step, n * step + 0.09, key, int(rng.integers(50, 120))))
    return notes


def pitch_classes(name: str, segment: int) -> np.ndarray:
    """Seconds for which each pitch class sounds in a segment, [12]."""
    held = np.zeros(12)
    for note in score(name)[segment]:
        held[note.key % 12] += note.end - note.start
    return held


def file(name: str) -> bytes:
    """All patterns of a preset or kit as a standard MIDI file (format 0)."""
    kind, number = name.split()
    channel = 9 if kind == "drums" else 0
    events = [(0, bytes([0xC0 | channel, int(number)]))]
    for segment, notes in enumerate(score(name)):
        for note in notes:
            start, end = (round((segment * SEGMENT_S + t) * TICKS) for t in (note.start, note.end))
            events += [(start, bytes([0x90 | channel, note.key, note.velocity])), (end, bytes([0x80 | channel, note.key, 0]))]
    events.append((round(SEGMENTS * SEGMENT_S * TICKS), b"\xff\x2f\x00"))
    body, last = b"\x00\xff\x51\x03\x07\xa1\x20", 0
    # A key is let go before it is struck again at the same tick.
    for tick, data in sorted(events, key=lambda e: (e[0], e[1][0] & 0xF0 == 0x90, e[1] == b"\xff\x2f\x00")):
        body += _variable(tick - last) + data
        last = tick
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(body)) + body


def _variable(value: int) -> bytes:
    """Variable-length quantity of the MIDI file format."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.insert(0, 0x80 | value & 0x7F)
    return bytes(out)


def render(cache: Cache, content: bytes) -> bytes:
    """WAV file of a MIDI file. Raises FileNotFoundError where the program or the SoundFont is missing."""
    soundfont = cache.files / PACKAGE / SOUNDFONT
    if not shutil.which("fluidsynth"):
        raise FileNotFoundError("fluidsynth is not installed: apt-get install fluidsynth")
    if not soundfont.exists():
        raise FileNotFoundError(f"{soundfont} is missing: python -m training fetch --package {PACKAGE}")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.mid", Path(folder) / "a.wav"
        source.write_bytes(content)
        subprocess.run(
            ["fluidsynth", "-ni", "-q", "-g", "0.6", "-r", "44100", "-F", str(target), str(soundfont), str(source)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return target.read_bytes()
