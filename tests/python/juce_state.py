"""The state of a VST3 plug-in as hosts built on JUCE keep it.

Such a host wraps the plug-in's own bytes in XML, coded by JUCE's variant of base64 (six bits a
character, lowest first, after the number of bytes), and puts a magic number and a length before
the XML. Opening the wrapper lets a test choose a painting and a library without an editor.
"""

import json
import re
import struct

_ALPHABET = ".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
_MAGIC = 0x21324356
_COMPONENT = re.compile(r"<IComponent>(.*?)</IComponent>")


def _decoded(text: str) -> bytes:
    count, _, digits = text.partition(".")
    bits = sum(_ALPHABET.index(digit) << (6 * i) for i, digit in enumerate(digits))
    return (bits & ((1 << (8 * int(count))) - 1)).to_bytes(int(count), "little")


def _encoded(data: bytes) -> str:
    bits = int.from_bytes(data, "little")
    digits = (len(data) * 8 + 5) // 6
    return f"{len(data)}." + "".join(_ALPHABET[(bits >> (6 * i)) & 63] for i in range(digits))


def _xml(state: bytes) -> str:
    magic, length = struct.unpack_from("<II", state)
    assert magic == _MAGIC, f"not a state as JUCE writes it: {state[:16]!r}"
    return state[8 : 8 + length].decode()


def component(state: bytes) -> bytes:
    """The plug-in's own bytes inside a host's ``state``."""
    found = _COMPONENT.search(_xml(state))
    assert found, "the state holds no IComponent"
    return _decoded(found.group(1))


def with_component(state: bytes, data: bytes) -> bytes:
    """The host's ``state`` with the plug-in's own bytes replaced."""
    xml = _COMPONENT.sub(f"<IComponent>{_encoded(data)}</IComponent>", _xml(state)).encode()
    return struct.pack("<II", _MAGIC, len(xml)) + xml + b"\0"


def edited_component(
    data: bytes, record: dict | None = None, parameters: dict | None = None
) -> bytes:
    """The plug-in's own bytes with entries of its record and parameters replaced.

    ``record`` maps ``painting``, ``library``, ``index`` … to paths; ``parameters`` maps string ids
    to the state's own form, for example ``{"f32": 20.0}``.
    """
    document = json.loads(data)
    fields = json.loads(document["fields"]["impasto"])
    fields.update({key: str(value) for key, value in (record or {}).items()})
    document["fields"]["impasto"] = json.dumps(fields, separators=(",", ":"))
    document["params"].update(parameters or {})
    return json.dumps(document, separators=(",", ":")).encode()


def edited(state: bytes, record: dict | None = None, parameters: dict | None = None) -> bytes:
    """The host's ``state`` after :func:`edited_component`."""
    return with_component(state, edited_component(component(state), record, parameters))


def with_outputs(state: bytes, outputs: dict) -> bytes:
    """The host's ``state`` with the record's settings of the outputs replaced."""
    document = json.loads(component(state))
    fields = json.loads(document["fields"]["impasto"])
    fields["outputs"] = outputs
    document["fields"]["impasto"] = json.dumps(fields, separators=(",", ":"))
    return with_component(state, json.dumps(document, separators=(",", ":")).encode())
