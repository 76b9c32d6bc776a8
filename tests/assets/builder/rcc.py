"""Reader of Qt's binary resource files (`.rcc`, format versions 1 to 3).

The layout is that of Qt's `rcc` tool: a header of offsets, a tree of fixed-size nodes, a table
of UTF-16 names, and length-prefixed data that may be compressed by zlib.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

_COMPRESSED_ZLIB, _DIRECTORY, _COMPRESSED_ZSTD = 1, 2, 4


def read_resources(path: Path) -> dict[str, bytes]:
    """All files in the resource, by their path.  Raises ValueError if it is not one."""
    raw = path.read_bytes()
    if raw[:4] != b"qres":
        raise ValueError(f"{path}: not a Qt resource file")
    version, tree, data, names = struct.unpack_from(">4I", raw, 4)
    node_size = 14 if version < 2 else 22
    files: dict[str, bytes] = {}

    def walk(index: int, folder: str) -> None:
        at = tree + index * node_size
        name_at, flags = struct.unpack_from(">IH", raw, at)
        (length,) = struct.unpack_from(">H", raw, names + name_at)
        start = names + name_at + 6
        name = raw[start : start + 2 * length].decode("utf-16-be")
        here = f"{folder}/{name}" if name else folder
        if flags & _DIRECTORY:
            count, first = struct.unpack_from(">II", raw, at + 6)
            for child in range(first, first + count):
                walk(child, here)
            return
        if flags & _COMPRESSED_ZSTD:
            raise ValueError(f"{path}: {here} is compressed by zstd, which is not read here")
        (offset,) = struct.unpack_from(">I", raw, at + 10)
        (size,) = struct.unpack_from(">I", raw, data + offset)
        body = raw[data + offset + 4 : data + offset + 4 + size]
        files[here] = zlib.decompress(body[4:]) if flags & _COMPRESSED_ZLIB else body

    walk(0, "")
    return files
