"""Make the first inputs of the targets `osc` and `routes`: packets of OSC and settings of the
routes over the network, written by hand.

Run by hand (`python3 fuzz/make_network_seeds.py`); needs nothing else.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"
SIGNALS = ["congruity", "network", "valence", "arousal", "crossmodal", "gesture", "brush"]


def text(value: str) -> bytes:
    """An OSC string: ended and filled up with zeros to four bytes."""
    raw = value.encode() + b"\0"
    return raw + bytes(-len(raw) % 4)


def message(address: str, tags: str = "", *parts: bytes) -> bytes:
    """An OSC message whose arguments are encoded already."""
    return text("/impasto" + address) + text("," + tags) + b"".join(parts)


def bundle(*elements: bytes, time: int = 1) -> bytes:
    """An OSC bundle."""
    sized = b"".join(struct.pack(">I", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", time) + sized


def real(value: float) -> bytes:
    """A float argument."""
    return struct.pack(">f", value)


def nested(depth: int) -> bytes:
    """A message in bundles in bundles."""
    packet = message("/freeze", "T")
    for _ in range(depth):
        packet = bundle(packet)
    return packet


OSC = {
    "load": message("/painting/load", "s", text("/paintings/sea.png")),
    "load-relative": message("/painting/load", "s", text("sea.png")),
    "load-elsewhere": message("/painting/load", "s", text("\\\\host\\share\\sea.png")),
    "clear": message("/painting/clear"),
    "clear-released": message("/painting/clear", "f", real(0.0)),
    "reload": message("/painting/reload", "i", struct.pack(">i", 1)),
    "freeze": message("/freeze", "T"),
    "freeze-number": message("/freeze", "f", real(0.7)),
    "trigger": message("/trigger", "i", struct.pack(">i", 0)),
    "parameter": message("/parameter/dry", "f", real(0.5)),
    "parameter-nan": message("/parameter/dry", "f", real(float("nan"))),
    "parameter-double": message("/parameter/snippets", "d", struct.pack(">d", 1e300)),
    "parameter-long": message("/parameter/" + "a" * 70, "h", struct.pack(">q", -1)),
    "refresh": message("/refresh"),
    "unknown": message("/congruity", "f", real(0.5)),
    "elsewhere": text("/other/freeze") + text(",T"),
    "pattern": message("/{freeze,trigger}", "T"),
    "all-types": message("/freeze", "ifsbhtdScrmTFNI", bytes(64)),
    "lists": message("/freeze", "[[[[T]]]]"),
    "huge-blob": message("/freeze", "b", b"\xff\xff\xff\xff"),
    "huge-element": b"#bundle\0" + struct.pack(">QI", 1, 0xFFFFFFFC) + text("/impasto/freeze"),
    "no-tags": text("/impasto/freeze"),
    "nothing": b"",
    "empty-bundle": bundle(),
    "future": bundle(message("/freeze", "F"), time=(1 << 64) - 1),
    "several": bundle(message("/freeze", "T"), bundle(message("/parameter/dry", "f", real(1.0))),
                      message("/refresh")),
    "deepest": nested(4),
    "too-deep": nested(5),
    "many": bundle(*[message("/trigger", "T")] * 64),
    "http": b"GET / HTTP/1.1\r\nHost: stage\r\n\r\n",
}

TARGETS = ["127.0.0.1:9000", "[::1]:9000", "[fe80::1%2]:9000", "localhost:9000", "0.0.0.0:9000",
           "239.255.0.1:9000", "255.255.255.255:9000", "[::ffff:255.255.255.255]:9000",
           "192.168.1.20", "::1", "[ff02::1]:5568", "10.0.0.1:0", "127.0.0.1:99999",
           "10.0.0.1\n10.0.0.2\n", "0x7f.1:9000"]

SHAPE = {"attack": 0.1, "release": 2.0, "low": 0.2, "high": 0.9, "curve": -0.5, "invert": True}
ROUTES = {
    "whole.json": {
        "shapes": {signal: SHAPE for signal in SIGNALS},
        "osc": {"enabled": True, "target": "192.168.1.20:9000", "rate": 60.0, "listening": True,
                "listen": "0.0.0.0:9001", "allowed": ["192.168.1.20", "::1"]},
        "light": {"enabled": True, "target": "192.168.1.30", "multicast": False, "interface": "",
                  "universe": 7, "priority": 150, "resolution": "fine", "rate": 44.0,
                  "slots": {signal: 2 * at + 1 for at, signal in enumerate(SIGNALS)},
                  "blackout": True}},
    "group.json": {"light": {"multicast": True, "interface": "10.0.0.1", "universe": 63999,
                             "slots": {"congruity": 512, "brush": 511}}},
    "out-of-range.json": {
        "shapes": {"congruity": {"attack": 1e30, "low": -5, "high": 9, "curve": 1e9}},
        "osc": {"rate": 1e30, "target": ":0", "allowed": [""]},
        "light": {"universe": 65535, "priority": 255, "rate": -1,
                  "slots": {"congruity": 65535, "network": 0, "valence": 1, "arousal": 1}}},
    "nothing.json": {},
}


def main() -> None:
    """Every file of the tables."""
    for target, files in (("osc", OSC), ("routes", {
            **{name: json.dumps(settings).encode() for name, settings in ROUTES.items()},
            **{f"target-{at}": target.encode() for at, target in enumerate(TARGETS)}})):
        (SEEDS / target).mkdir(parents=True, exist_ok=True)
        for name, contents in files.items():
            (SEEDS / target / name).write_bytes(contents)


if __name__ == "__main__":
    main()
