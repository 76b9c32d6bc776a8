"""Read `models/manifest.toml` and update the hashes of the networks in it."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .settings import MODELS

PATH = MODELS / "manifest.toml"


@dataclass(frozen=True)
class FrontEnd:
    """The `[frontend]` table; see the comments in the manifest for the definitions."""

    sample_rate: int
    window: int
    fft: int
    hop: int
    bands: int
    low_hz: float
    high_hz: float
    power_floor: float
    frames: int
    chunk_samples: int

    @property
    def context_samples(self) -> int:
        """Samples that the frames of one chunk read, tail included."""
        return (self.frames - 1) * self.hop + self.window

    @property
    def hop_seconds(self) -> float:
        """Time from one frame to the next."""
        return self.hop / self.sample_rate


def load(path: Path = PATH) -> dict:
    """The whole manifest."""
    with path.open("rb") as file:
        return tomllib.load(file)


def front_end(manifest: dict | None = None) -> FrontEnd:
    """The mel front end of the manifest. Raises ValueError for shapes not implemented here."""
    table = (manifest or load())["frontend"]
    if table["window_shape"] != "hann_periodic" or table["mel_scale"] != "slaney":
        raise ValueError("manifest.toml: only a periodic Hann window and the Slaney mel scale are implemented")
    return FrontEnd(**{name: table[name] for name in FrontEnd.__dataclass_fields__})


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def record_model(name: str, path: Path = PATH) -> None:
    """Put hash and size of the network `name` into the manifest, comments kept."""
    text = path.read_text(encoding="utf-8")
    file = path.parent / next(m["file"] for m in load(path)["model"] if m["name"] == name)
    pattern = rf'(\[\[model\]\]\nname = "{name}"\nfile = "[^"]*"\nsha256 = ")[^"]*("\nbytes = )\d+'
    text, count = re.subn(pattern, rf"\g<1>{sha256(file)}\g<2>{file.stat().st_size}", text)
    if count != 1:
        raise ValueError(f"{path}: no entry for the network {name!r} in the expected order of keys")
    path.write_text(text, encoding="utf-8")


def record_length(output: str, length: int, path: Path = PATH) -> None:
    """Put the length of an output into the manifest."""
    text, count = re.subn(rf'(name = "{output}".*\nlength = )\d+', rf"\g<1>{length}", path.read_text(encoding="utf-8"))
    if not count:
        raise ValueError(f"{path}: no output {output!r} in the expected order of keys")
    path.write_text(text, encoding="utf-8")


def record_correspondence(points: int, scale: float, bias: float, path: Path = PATH) -> None:
    """Put the number of points and the calibration of the score into the manifest."""
    text = path.read_text(encoding="utf-8")
    for key, value in (("points", str(points)), ("scale", f"{scale:.6f}"), ("bias", f"{bias:.6f}")):
        pattern = rf"(\[correspondence\]\n(?:\w+ = .*\n)*?{key} = )[-\d.e]+"
        text, count = re.subn(pattern, rf"\g<1>{value}", text)
        if count != 1:
            raise ValueError(f"{path}: [correspondence] holds no {key}")
    text = re.sub(r'(name = "point"\nlength = )\d+', rf"\g<1>{points}", text)
    path.write_text(text, encoding="utf-8")
