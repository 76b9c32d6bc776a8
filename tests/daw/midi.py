"""Reads the one-track Standard MIDI Files that Ardour records."""

import struct
from pathlib import Path
from typing import NamedTuple


class Event(NamedTuple):
    """A channel message; the time is in quarter notes."""

    beats: float
    kind: int
    channel: int
    data: bytes


NOTE_OFF, NOTE_ON, CONTROL = 0x8, 0x9, 0xB
_DATA_BYTES = {0xC: 1, 0xD: 1}


def read(file: Path) -> list[Event]:
    """All channel messages of ``file``, in order."""
    data = file.read_bytes()
    magic, length, _, tracks, division = struct.unpack_from(">4sIHHH", data)
    assert magic == b"MThd" and division < 0x8000, f"{file} is not a MIDI file in beats"
    at, events = 8 + length, []
    for _ in range(tracks):
        magic, length = struct.unpack_from(">4sI", data, at)
        if magic == b"MTrk":
            events += _track(data[at + 8 : at + 8 + length], division)
        at += 8 + length
    return sorted(events)


def _track(data: bytes, division: int) -> list[Event]:
    at, ticks, status, events = 0, 0, 0, []

    def number() -> int:
        nonlocal at
        value = 0
        while True:
            byte = data[at]
            at += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value

    while at < len(data):
        ticks += number()
        if data[at] == 0xFF:
            at += 2
            length = number()
            at += length
        elif data[at] in (0xF0, 0xF7):
            at += 1
            length = number()
            at += length
        else:
            if data[at] >= 0x80:
                status = data[at]
                at += 1
            length = _DATA_BYTES.get(status >> 4, 2)
            message = data[at : at + length]
            events.append(Event(ticks / division, status >> 4, status & 0xF, message))
            at += length
    return events
