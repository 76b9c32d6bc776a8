"""Places and constants that every stage shares."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

#: Root of `models/`: manifest, networks, cards, golden data.
MODELS = Path(__file__).resolve().parent.parent
#: Lists of packages, tracks, pictures and pairs (tab-separated, with header).
DATA = Path(__file__).resolve().parent / "data"
#: One seed for everything; each stage derives its own stream from it.
SEED = 20261121
#: Works whose music the student never hears. By the first, settings were chosen; by the others, it is judged.
VALIDATION_WORKS = ("zaz", "trackballs", "planetblupi", "lordsawar", "freedroidrpg", "warmux")
TEST_WORKS = ("adonthell", "enigma", "freecol", "marsshooter", "openclonk", "pushover", "seahorse-adventures", "singularity", "wizznic")
HELD_OUT_WORKS = VALIDATION_WORKS + TEST_WORKS
#: Environment variable naming the cache folder when the option is not given.
CACHE_VARIABLE = "IMPASTO_TRAINING_CACHE"


def default_cache() -> Path:
    """Cache folder of the platform, unless the environment names one."""
    if CACHE_VARIABLE in os.environ:
        return Path(os.environ[CACHE_VARIABLE])
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "impasto" / "training"


@dataclass(frozen=True)
class Cache:
    """Folders of the cache, made when asked for."""

    root: Path

    def folder(self, name: str) -> Path:
        """The sub-folder `name`, created if missing."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def archives(self) -> Path:
        """Downloaded packages as they came."""
        return self.folder("debs")

    @property
    def files(self) -> Path:
        """Unpacked Debian packages, one folder a package."""
        return self.folder("files")

    @property
    def wheels(self) -> Path:
        """Unpacked Python packages that hold teachers, one folder a package."""
        return self.folder("teachers")

    @property
    def teachers(self) -> Path:
        """Teacher networks as ONNX."""
        return self.folder("teachers-onnx")

    @property
    def corpus(self) -> Path:
        """Chunks of audio and their mel frames, one file a track."""
        return self.folder("corpus")

    @property
    def targets(self) -> Path:
        """What the teachers say of each chunk, one file a track."""
        return self.folder("targets")

    @property
    def runs(self) -> Path:
        """Checkpoints of students and fitted heads."""
        return self.folder("runs")


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated file with a header line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split("\t")
    rows = []
    for line in lines[1:]:
        cells = line.split("\t")
        rows.append(dict(zip(header, cells + [""] * (len(header) - len(cells)))))
    return rows
