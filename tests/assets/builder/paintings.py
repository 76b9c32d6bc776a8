"""Puts paintings back together from the tiles of a puzzle game."""

from __future__ import annotations

import io
import re

import numpy as np
from PIL import Image

_TILE = re.compile(r'"pixmapfile"\s*:\s*"(image/[^"]+\.webp)",\s*"x"\s*:\s*"([^"]+)",\s*'
                   r'"y"\s*:\s*"([^"]+)"')
_SIZE = re.compile(r'"width"\s*:\s*(\d+),\s*"height"\s*:\s*(\d+)')
_MARGIN = 40


def assemble(resources: dict[str, bytes], board: int) -> Image.Image:
    """The picture of one board of `paintings.rcc`.

    Tiles are placed by their centres, given as fractions of the board.  Where the soft edges of
    two tiles meet, colours are averaged by opacity, so that no seam shows; the rim of the whole
    picture, soft as well, is cut off.
    """
    folder = "/gcompris/gcompris/src/activities/paintings/resource"
    text = resources[f"{folder}/board/board{board}_0.qml"].decode("utf-8")
    width, height = (int(v) for v in _SIZE.search(text).groups())
    colour = np.zeros((height + 2 * _MARGIN, width + 2 * _MARGIN, 3))
    opacity = np.zeros((*colour.shape[:2], 1))
    boxes = []
    for name, x, y in _TILE.findall(text):
        with Image.open(io.BytesIO(resources[f"{folder}/{name}"])) as image:
            tile = np.asarray(image.convert("RGBA"), dtype=np.float64)
        rows, columns = tile.shape[:2]
        left = round(float(x) * width - columns / 2) + _MARGIN
        top = round(float(y) * height - rows / 2) + _MARGIN
        alpha = tile[:, :, 3:] / 255.0
        colour[top : top + rows, left : left + columns] += tile[:, :, :3] * alpha
        opacity[top : top + rows, left : left + columns] += alpha
        boxes.append((left, top, left + columns, top + rows))
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    colour, opacity = colour[top:bottom, left:right], opacity[top:bottom, left:right, 0]
    while np.mean(opacity[0] < 0.5) > 0.02:
        colour, opacity = colour[1:], opacity[1:]
    while np.mean(opacity[-1] < 0.5) > 0.02:
        colour, opacity = colour[:-1], opacity[:-1]
    while np.mean(opacity[:, 0] < 0.5) > 0.02:
        colour, opacity = colour[:, 1:], opacity[:, 1:]
    while np.mean(opacity[:, -1] < 0.5) > 0.02:
        colour, opacity = colour[:, :-1], opacity[:, :-1]
    colour, opacity = colour[1:-1, 1:-1], opacity[1:-1, 1:-1]
    holes = int(np.sum(opacity < 0.5))
    if holes > 0.0005 * opacity.size:
        raise ValueError(f"board {board}: {holes} pixels between the tiles are not covered")
    picture = _fill(colour / np.maximum(opacity, 1e-6)[:, :, None], opacity < 0.05)
    return Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8), "RGB")


def _fill(picture: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """Fill the few uncovered pixels from the nearest covered pixel in their row."""
    for row in np.unique(np.nonzero(holes)[0]):
        covered = np.nonzero(~holes[row])[0]
        for column in np.nonzero(holes[row])[0]:
            picture[row, column] = picture[row, covered[np.argmin(np.abs(covered - column))]]
    return picture


def whole(resources: dict[str, bytes], name: str) -> Image.Image:
    """A picture that `details.rcc` holds in one piece, without the scanner's pale rim."""
    path = f"/gcompris/gcompris/src/activities/details/resource/image/{name}.webp"
    with Image.open(io.BytesIO(resources[path])) as image:
        picture = image.convert("RGB")
    return picture.crop((2, 2, picture.width - 2, picture.height - 2))
