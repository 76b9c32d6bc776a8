"""Members of archives inside packages: zip files (pk3, wz) and Qt resource files (rcc)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path


def read(root: Path, path: str, member: str) -> bytes:
    """Bytes of `root/path`, or of `member` inside it when a member is named."""
    file = root / path
    if not member:
        return file.read_bytes()
    if file.suffix == ".rcc":
        return _resource(file)[member.lstrip("/")]
    return _zip(file).read(member)


@lru_cache(maxsize=8)
def _zip(file: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(file.read_bytes()))


@lru_cache(maxsize=4)
def _resource(file: Path) -> dict[str, bytes]:
    """All files of a Qt binary resource, by path; format of Qt's `rcc` tool, versions 1 to 3."""
    blob = file.read_bytes()
    magic, version, tree, data, names = struct.unpack_from(">4sIIII", blob)
    if magic != b"qres":
        raise ValueError(f"{file}: not a Qt resource file")
    node_size = 14 if version == 1 else 22
    found: dict[str, bytes] = {}

    def name_at(offset: int) -> str:
        (length,) = struct.unpack_from(">H", blob, names + offset)
        start = names + offset + 6
        return blob[start : start + 2 * length].decode("utf-16-be")

    def walk(node: int, prefix: str) -> None:
        name_offset, flags = struct.unpack_from(">IH", blob, tree + node * node_size)
        here = prefix if node == 0 else f"{prefix}{name_at(name_offset)}"
        if flags & 2:
            count, first = struct.unpack_from(">II", blob, tree + node * node_size + 6)
            for child in range(first, first + count):
                walk(child, "" if node == 0 else f"{here}/")
            return
        (offset,) = struct.unpack_from(">I", blob, tree + node * node_size + 10)
        (length,) = struct.unpack_from(">I", blob, data + offset)
        content = blob[data + offset + 4 : data + offset + 4 + length]
        if flags & 1:
            content = zlib.decompress(content[4:])
        elif flags & 4:
            return  # zstd: none of the listed members uses it
        found[here] = content

    walk(0, "")
    return found
