"""Read a TensorFlow checkpoint (V2 bundle) without TensorFlow.

The index is a sorted string table (as LevelDB's): a footer points at an index block,
which points at data blocks, whose entries share key prefixes. Each value is a
`BundleEntryProto`: dtype, shape, shard, offset and size within the data file.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

_FLOAT = 1


def load(index: Path, data: Path) -> dict[str, np.ndarray]:
    """All float32 tensors by name. Raises ValueError for a file of another kind."""
    table = index.read_bytes()
    if table[-8:] != struct.pack("<Q", 0xDB4775248B80FB57):
        raise ValueError(f"{index}: not a checkpoint index")
    values = data.read_bytes()
    footer, at = table[-48:], 0
    _, at = _varint(footer, at)
    _, at = _varint(footer, at)
    offset, at = _varint(footer, at)
    size, at = _varint(footer, at)
    tensors = {}
    for _, handle in _block(table, offset, size):
        start, used = _varint(handle, 0)
        length, _ = _varint(handle, used)
        for key, entry in _block(table, start, length):
            if key:  # the empty key holds the bundle's header
                tensor = _tensor(entry, values)
                if tensor is not None:
                    tensors[key.decode()] = tensor
    return tensors


def _varint(buffer: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = buffer[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7


def _block(table: bytes, offset: int, size: int):
    """Keys and values of one uncompressed block."""
    if table[offset + size] != 0:
        raise ValueError("compressed checkpoint indices are not supported")
    block = table[offset : offset + size]
    (restarts,) = struct.unpack_from("<I", block, size - 4)
    end, at, key = size - 4 - 4 * restarts, 0, b""
    while at < end:
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def _fields(message: bytes):
    """Field number and value (int or bytes) of a protocol-buffer message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
        elif kind == 2:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        else:
            width = 4 if kind == 5 else 8
            value, at = message[at : at + width], at + width
        yield tag >> 3, value


def _tensor(entry: bytes, values: bytes) -> np.ndarray | None:
    fields = dict(_fields(entry))
    if fields.get(1) != _FLOAT:
        return None
    shape = [dict(_fields(dim)).get(1, 0) for number, dim in _fields(fields.get(2, b"")) if number == 2]
    offset, size = fields.get(4, 0), fields.get(5, 0)
    return np.frombuffer(values[offset : offset + size], "<f4").reshape(shape).copy()
