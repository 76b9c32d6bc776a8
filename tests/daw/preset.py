"""The plug-in's own state inside the container that VST3 hosts keep it in (`.vstpreset`).

A header of 48 bytes (magic, version, class id, offset of the list), the chunks, and the list of
their names, offsets and sizes. The chunk ``Comp`` is what the plug-in wrote: JSON.
"""

import json
import struct

_HEADER = struct.Struct("<4si32sq")
_ENTRY = struct.Struct("<4sqq")


def _chunks(preset: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    magic, _, uid, at = _HEADER.unpack_from(preset)
    assert magic == b"VST3" and preset[at : at + 4] == b"List", "not a VST3 preset"
    (count,) = struct.unpack_from("<i", preset, at + 4)
    entries = [_ENTRY.unpack_from(preset, at + 8 + i * _ENTRY.size) for i in range(count)]
    return uid, {name: preset[offset : offset + size] for name, offset, size in entries}


def document(preset: bytes) -> dict:
    """What the plug-in wrote: ``params`` by string id, and ``fields`` besides."""
    return json.loads(_chunks(preset)[1][b"Comp"])


def record(preset: bytes) -> dict:
    """What the plug-in remembers besides its parameters: painting, library …"""
    return json.loads(document(preset)["fields"]["impasto"])


def edited(preset: bytes, fields: dict, parameters: dict) -> bytes:
    """``preset`` with entries of the record and parameters replaced.

    ``parameters`` maps string ids to the state's own form, for example ``{"f32": 20.0}``.
    """
    uid, chunks = _chunks(preset)
    whole = document(preset)
    merged = json.loads(whole["fields"]["impasto"]) | fields
    whole["fields"]["impasto"] = json.dumps(merged, separators=(",", ":"))
    whole["params"] |= parameters
    chunks[b"Comp"] = json.dumps(whole, separators=(",", ":")).encode()
    body, entries = b"", b""
    for name, chunk in chunks.items():
        entries += _ENTRY.pack(name, _HEADER.size + len(body), len(chunk))
        body += chunk
    header = _HEADER.pack(b"VST3", 1, uid, _HEADER.size + len(body))
    return header + body + b"List" + struct.pack("<i", len(chunks)) + entries
