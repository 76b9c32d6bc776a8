"""Propose the tracks and pictures of a work from its unpacked packages.

A stated rule instead of a hand: everything long enough to be music, everything large enough
to be a picture. What it finds goes into `data/tracks.tsv` and `data/pictures.tsv`, where each
line can be read and struck out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from . import archives
from .decode import MODULES, Track

AUDIO = (".ogg", ".mp3", ".wav", ".flac", ".opus")
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".pcx", ".tga", ".webp", ".ppm", ".xpm")
ARCHIVES = (".pk3", ".zip", ".ocg", ".oxt")
#: Shorter sounds are effects (seconds); less is enough where the path says that it is music.
SHORTEST, SHORTEST_NAMED = 20.0, 8.0
MUSIC_WORDS = ("music", "song", "track", "bgm", "theme", "soundtrack")
#: Folders whose sounds are not music, however long.
NOT_MUSIC = ("sfx", "voice", "speech", "ambien", "sounds/effects", "soundfx")
#: Smaller pictures are icons and sprites (pixels of the shorter side).
SMALLEST = 96
#: The shorter side of strips and borders is under this share of the longer.
NARROWEST = 0.25
#: Pictures flatter than this hold nothing to see (standard deviation of 8-bit grey levels).
FLATTEST = 8.0
#: Words in the path of what is shown whole on the screen; such pictures come first.
WHOLE = (
    "background", "backdrop", "bg", "title", "story", "load", "screen", "splash", "scene", "wallpaper", "intro", "menu", "portrait",
    "credit", "artwork", "cover", "sky", "landscape", "planet", "ending", "win", "lose", "victory", "briefing",
)  # fmt: skip
#: At most this many of each a work, so that none outweighs the others' variety.
TRACKS, PICTURES = 24, 40


def files(root: Path) -> Iterator[tuple[str, str, int]]:
    """Path, member and size of every file below a package's folder, also inside zip-like archives."""
    for file in sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink()):
        path = str(file.relative_to(root))
        yield path, "", file.stat().st_size
        if file.suffix.lower() in ARCHIVES and zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for entry in archive.infolist():
                    yield path, entry.filename, entry.file_size


def seconds(content: bytes, name: str) -> float:
    """Length of a sound; 0 where it cannot be read."""
    try:
        return Track(content, name).seconds
    except (soundfile.LibsndfileError, OSError, ValueError):
        return 0.0


def is_music(name: str) -> bool:
    """Whether a file may be music by its name."""
    lower = name.lower()
    return lower.endswith(AUDIO + MODULES) and not any(word in lower for word in NOT_MUSIC)


def rank(content: bytes, name: str) -> tuple[int, int] | None:
    """Sort key of a picture (whole screens first, then by area); None where it is no picture to look at."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if min(width, height) < max(SMALLEST, NARROWEST * max(width, height)) or width * height > 40_000_000:
                return None
            small = image.convert("RGBA").resize((32, 32))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    pixels = np.asarray(small, np.float32)
    opaque = pixels[..., 3] > 128
    grey = pixels[..., :3].mean(axis=2)
    if opaque.mean() < 0.5 or grey[opaque].std() < FLATTEST:
        return None
    whole = any(word in name.lower().rsplit("/", 2)[-1] or word in name.lower() for word in WHOLE)
    return (0 if whole else 1, -width * height)


def propose(root: Path) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Tracks and pictures, each as path and member, in a package's folder."""
    tracks, pictures = [], []
    for path, member, _ in files(root):
        name, where = member or path, f"{path}/{member}".lower()
        if is_music(f"{path}/{member}" if member else path):
            shortest = SHORTEST_NAMED if any(word in where for word in MUSIC_WORDS) else SHORTEST
            if seconds(archives.read(root, path, member), name) >= shortest:
                tracks.append((path, member))
        elif name.lower().endswith(IMAGES):
            key = rank(archives.read(root, path, member), name)
            if key is not None:
                pictures.append((key, path, member))
    return tracks[:TRACKS], [(path, member) for _, path, member in sorted(pictures)[:PICTURES]]
