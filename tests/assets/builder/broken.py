"""Files that a library scan must survive: each is wrong in one known way."""

from __future__ import annotations

import struct
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from . import audio

#: name -> what is wrong with it
WHAT = {
    "empty.wav": "no bytes at all",
    "text.mp3": "plain text named .mp3",
    "garbage.ogg": "seeded random bytes after an Ogg capture pattern",
    "truncated.flac": "a FLAC stream whose header promises 3 s of noise, cut short in the middle "
                      "of a frame",
    "silent.flac": "10 s of digital silence, a valid file",
    "silent.wav": "3.5 s of digital silence, 8 bit, a valid file shorter than one chunk",
    "short.wav": "0.25 s of noise, a valid file much shorter than one chunk",
    "protected.m4p": "MP4 whose sample entry is `drms` with a `sinf` box, as of a protected "
                     "purchase; the sound inside is 0.5 s of noise and is not encrypted",
    "protected.m4a": "the same bytes named .m4a",
    "truncated.jpg": "a JPEG cut short",
    "text.png": "plain text named .png",
}


def build(folder: Path, painting: Path) -> None:
    """Write all broken files into `folder`; `painting` is the JPEG to be cut."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(11)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.mp3").write_text("This is not music, it is a sentence.\n" * 20)
    (folder / "text.png").write_text("This is not a picture, it is a sentence.\n" * 20)
    (folder / "garbage.ogg").write_bytes(b"OggS\x00\x02" + rng.bytes(4096))
    cut = painting.read_bytes()
    (folder / "truncated.jpg").write_bytes(cut[:28_000])
    audio.encode(folder / "silent.flac", np.zeros((441_000, 2)), 44_100, {})
    _write_wav(folder / "silent.wav", 1, 8000, bytes([128]) * 28_000)
    noise = 0.1 * rng.standard_normal((48_000, 1))
    _write_wav(folder / "short.wav", 2, 16_000,
               np.rint(noise[:4000, 0] * 32767).astype("<i2").tobytes())
    with tempfile.TemporaryDirectory() as temporary:
        flac = Path(temporary) / "noise.flac"
        audio.encode(flac, noise * 0.2, 16_000, {})
        whole = flac.read_bytes()
        (folder / "truncated.flac").write_bytes(whole[: min(len(whole) // 2, 29_000)])
        plain = Path(temporary) / "noise.m4a"
        command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", "16000", "-ac", "1",
                   "-i", "-", "-c:a", "aac", "-b:a", "32k", "-fflags", "+bitexact",
                   "-flags:a", "+bitexact", str(plain)]
        subprocess.run(command, input=noise[:8000].astype("<f4").tobytes(), check=True)
        for name in ("protected.m4p", "protected.m4a"):
            (folder / name).write_bytes(_protect(plain.read_bytes()))


def _write_wav(path: Path, width: int, rate: int, frames: bytes) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(frames)


def _protect(mp4: bytes) -> bytes:
    """Mark an MP4's only track as protected, as ISO/IEC 14496-12 section 8.12 lays it out.

    The sample entry `mp4a` becomes `drms` and gains `sinf` (original format, scheme `itun`); the
    boxes around it grow by as much.  `moov` comes after `mdat`, so chunk offsets stay right.
    """
    scheme = struct.pack(">I4sI4sI", 20, b"schm", 0, b"itun", 0)
    protection = struct.pack(">I4s4s", 12, b"frma", b"mp4a") + scheme
    protection += struct.pack(">I4s", 8, b"schi")
    sinf = struct.pack(">I4s", 8 + len(protection), b"sinf") + protection
    out = bytearray(mp4)
    begin, end, parents = 0, len(out), []
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"mp4a"):
        at = begin
        while out[at + 4 : at + 8] != name:
            at += struct.unpack_from(">I", out, at)[0]
            if at >= end:
                raise ValueError(f"no {name.decode()} box in the MP4")
        parents.append(at)
        size = struct.unpack_from(">I", out, at)[0]
        # `stsd` has a version and a count before its entries.
        begin, end = at + (16 if name == b"stsd" else 8), at + size
    if out.find(b"mdat") > parents[0]:
        raise ValueError("the MP4 has its moov box first; its chunk offsets would be wrong")
    out[parents[-1] + 4 : parents[-1] + 8] = b"drms"
    out[end:end] = sinf
    for at in parents:
        struct.pack_into(">I", out, at, struct.unpack_from(">I", out, at)[0] + len(sinf))
    return bytes(out)
