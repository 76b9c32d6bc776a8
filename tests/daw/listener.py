"""Hears what Impasto sends by OSC, as the measure of what a host records."""

import socket
import struct
import threading
import time


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 4 - end % 4


def messages(packet: bytes) -> list[tuple[str, list]]:
    """Addresses and arguments of a message, or of all messages of a bundle."""
    if packet.startswith(b"#bundle\0"):
        found, at = [], 16
        while at < len(packet):
            (size,) = struct.unpack_from(">i", packet, at)
            found += messages(packet[at + 4 : at + 4 + size])
            at += 4 + size
        return found
    address, at = _text(packet, 0)
    tags, at = _text(packet, at)
    arguments = []
    for tag in tags[1:]:
        if tag in "if":
            arguments += struct.unpack_from(f">{tag}", packet, at)
            at += 4
        elif tag == "s":
            text, at = _text(packet, at)
            arguments.append(text)
        elif tag in "TF":
            arguments.append(tag == "T")
    return [(address, arguments)]


class Listener:
    """Receives on a port of this machine, on a thread of its own."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.target = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._heard: list[tuple[float, str, list]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                packet = self._socket.recv(65536)
            except OSError:
                return
            now = time.monotonic()
            if packet == b"end":
                return
            self._heard += [(now, address, values) for address, values in messages(packet)]

    def values(self, name: str) -> list[tuple[float, float]]:
        """When the signal ``name`` came, in seconds of an unknown origin, and its value."""
        return [(at, values[0]) for at, address, values in list(self._heard)
                if address == f"/impasto/{name}" and values]

    def clear(self) -> None:
        """Forgets what has come."""
        self._heard.clear()

    def close(self) -> None:
        """Gives the port up."""
        self._socket.sendto(b"end", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()
