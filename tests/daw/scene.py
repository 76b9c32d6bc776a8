"""The session that every check plays: music, a brush in Impasto's sidechain, a painting."""

import csv
import struct
import wave
from pathlib import Path

import numpy as np

from ardour import Ardour
from session import Session

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "tests" / "assets"
PAINTING = ASSETS / "paintings" / "hokusai-great-wave.jpg"
MUSIC = ASSETS / "music" / "calm-wild-calm.flac"
BRUSH = ASSETS / "brush" / "brush.wav"


def _flac_shape(file: Path) -> tuple[int, int, int]:
    """Sample rate, channels and frames of a FLAC file, from its first block (RFC 9639, 8.2)."""
    bits = int.from_bytes(file.read_bytes()[18:26], "big")
    return bits >> 44, (bits >> 41 & 7) + 1, bits & (1 << 36) - 1


RATE, _CHANNELS, _FRAMES = _flac_shape(MUSIC)


def samples(file: Path) -> np.ndarray:
    """A WAV file of 16, 24 or 32 bits, or of floats: frames × channels, full scale 1."""
    data = file.read_bytes()
    at, code, channels, bits = 12, 0, 0, 0
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if name == b"fmt ":
            code, channels, _, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if code == 0xFFFE:
                (code,) = struct.unpack_from("<H", body, 24)
        elif name == b"data":
            if code == 3:
                flat = np.frombuffer(body, "<f4").astype(float)
            else:
                size = bits // 8
                raw = np.frombuffer(body, np.uint8)[: len(body) // size * size].reshape(-1, size)
                words = np.zeros((len(raw), 4), np.uint8)
                words[:, 4 - size :] = raw
                flat = words.view("<i4")[:, 0] / 2.0**31
            return flat.reshape(-1, channels)
        at += 8 + length + length % 2
    raise AssertionError(f"{file} holds no audio")


def level(audio: np.ndarray, start: float, end: float) -> float:
    """Root mean square between two times, in dB of full scale."""
    part = audio[round(start * RATE) : round(end * RATE)]
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-20))


def strokes() -> list[tuple[float, float]]:
    """When the strokes of the brush begin and end, in seconds."""
    with (ASSETS / "brush" / "brush.csv").open() as table:
        return [(float(r["start_s"]), float(r["end_s"])) for r in csv.DictReader(table)]


def _brush(file: Path) -> int:
    """Writes the brush at the music's rate; its length in frames."""
    with wave.open(str(BRUSH)) as reader:
        rate = reader.getframerate()
        audio = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").astype(float)
    frames = len(audio) * RATE // rate
    # Straight lines will do: friction is noise.
    audio = np.interp(np.arange(frames) * rate / RATE, np.arange(len(audio)), audio)
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(audio.astype("<i2").tobytes())
    return frames


class Scene:
    """An Ardour and what its sessions are made of."""

    def __init__(self, folder: Path, bundle: Path, library: Path, index: Path) -> None:
        self.folder = folder
        self.record = {"painting": str(PAINTING), "library": str(library), "index": str(index)}
        self.ardour = Ardour(folder, bundle, RATE)
        self._brush = folder / "brush.wav"
        self._brush_frames = _brush(self._brush)

    def session(self, name: str, parameters: dict, record: dict | None = None,
                seconds: float = 20.0) -> Session:
        """A new session; not saved since what is set here."""
        folder = self.folder / name
        self.ardour.lua("create.lua", folder, name, RATE)
        session = Session(folder)
        session.add_audio("brush", self._brush, 1, self._brush_frames)
        session.add_audio("music", MUSIC, _CHANNELS, _FRAMES)
        session.set_end(seconds)
        parameters = {"filter": {"f32": 20.0}} | parameters
        session.set_state(self.record | (record or {}), parameters)
        return session

    def render(self, session: Session) -> np.ndarray:
        """The session's master bus, rendered offline."""
        file = self.folder / f"{session.folder.name}.wav"
        self.ardour.export(session.folder, file)
        return samples(file)

    def renders(self, session: Session, count: int) -> list[np.ndarray]:
        """Several of them."""
        return [self.render(session) for _ in range(count)]

    def sounds_as(self, known: list[np.ndarray], session: Session, tries: int = 4) -> bool:
        """Whether a render is one of those known, sample by sample.

        Ardour begins to render while a plug-in that was just loaded may still be reading its
        library, so not every render is the same on a busy machine; but none is by chance.
        """
        for _ in range(tries):
            audio = self.render(session)
            if any(np.array_equal(audio, other) for other in known):
                return True
        return False

    def shown(self, session: Session, parameter: str, seconds: float) -> list[float]:
        """What the host's control of ``parameter`` shows, once a second while it plays without
        a display; the session is saved then."""
        name = session.folder.name
        said = self.ardour.lua("roll.lua", session.folder, name, parameter, int(seconds), RATE)
        return [float(line.split()[-1]) for line in said.splitlines() if line.startswith("at ")]
