"""Just enough Open Sound Control to work Ardour's control surface."""

import socket
import struct

PORT = 3819
"""Where Ardour listens unless it is told otherwise."""


def message(address: str, *arguments: float | int | str) -> bytes:
    """One message; integers, floats and strings."""

    def text(value: str) -> bytes:
        raw = value.encode() + b"\0"
        return raw + b"\0" * (-len(raw) % 4)

    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, str):
            tags, data = tags + "s", data + text(argument)
        elif isinstance(argument, int):
            tags, data = tags + "i", data + struct.pack(">i", argument)
        else:
            tags, data = tags + "f", data + struct.pack(">f", argument)
    return text(address) + text(tags) + data


class Surface:
    """Sends to the Ardour on this machine."""

    def __init__(self, port: int = PORT) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._target = ("127.0.0.1", port)

    def send(self, address: str, *arguments: float | int | str) -> None:
        """One message, in its own packet."""
        self._socket.sendto(message(address, *arguments), self._target)

    def close(self) -> None:
        """Gives the socket up."""
        self._socket.close()
