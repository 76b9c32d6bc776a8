"""Make the first inputs of each target: a few milliseconds of a synthesized tone in every container
and codec, a test card of a few pixels in every picture format, saved states, and changes
to an index.

Run by hand (`python3 fuzz/make_seeds.py`); needs ffmpeg.  Nothing in the files was recorded
or painted by anybody: they come under the project's licence.
"""

from __future__ import annotations

import json
import struct
import subprocess
import zlib
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"

#: The tone: rate, seconds, and what ffmpeg is told for each file.  Most have the rate that the
#: index hears, as changing rates takes longer than all else and is not what is looked at.
TONE = "sine=frequency=440:sample_rate={rate}:duration={seconds}"
TAGS = ["-metadata", "title=Sea", "-metadata", "artist=Nobody"]
AUDIO = {
    "pcm16.wav": (16000, 0.02, ["-c:a", "pcm_s16le"]),
    "pcm8.wav": (16000, 0.02, ["-c:a", "pcm_u8"]),
    "pcm24-stereo.wav": (16000, 0.02, ["-c:a", "pcm_s24le", "-ac", "2", *TAGS]),
    "float-5.1.wav": (16000, 0.02, ["-c:a", "pcm_f32le", "-ac", "6"]),
    "double.wav": (16000, 0.02, ["-c:a", "pcm_f64le"]),
    "alaw.wav": (16000, 0.02, ["-c:a", "pcm_alaw"]),
    "mulaw.wav": (16000, 0.02, ["-c:a", "pcm_mulaw"]),
    "adpcm-ms.wav": (16000, 0.1, ["-c:a", "adpcm_ms", "-block_size", "256"]),
    "adpcm-ima.wav": (16000, 0.1, ["-c:a", "adpcm_ima_wav", "-block_size", "256"]),
    "pcm16.aiff": (16000, 0.02, ["-c:a", "pcm_s16be", "-write_id3v2", "1", *TAGS]),
    "float.aiff": (16000, 0.02, ["-c:a", "pcm_f32be"]),
    "mulaw.aiff": (16000, 0.02, ["-c:a", "pcm_mulaw"]),
    "mono.flac": (16000, 0.1, ["-c:a", "flac", *TAGS]),
    "stereo.flac": (16000, 0.05, ["-c:a", "flac", "-ac", "2", "-sample_fmt", "s32"]),
    "mono.mp3": (16000, 0.1, ["-c:a", "libmp3lame", "-b:a", "32k", *TAGS]),
    "stereo.mp3": (44100, 0.08, ["-c:a", "libmp3lame", "-q:a", "6", "-ac", "2"]),
    "mono.ogg": (16000, 0.1, ["-c:a", "libvorbis", "-q:a", "0", *TAGS]),
    "stereo.ogg": (16000, 0.05, ["-c:a", "libvorbis", "-q:a", "0", "-ac", "2"]),
    "aac.m4a": (16000, 0.1, ["-c:a", "aac", "-b:a", "24k", "-movflags", "+faststart", *TAGS]),
    "aac-stereo.m4a": (16000, 0.1, ["-c:a", "aac", "-b:a", "48k", "-ac", "2"]),
    "alac.m4a": (16000, 0.05, ["-c:a", "alac", *TAGS]),
    "fragmented.m4a": (16000, 0.1, ["-c:a", "aac", "-b:a", "24k", "-movflags",
                                    "frag_keyframe+empty_moov"]),
    "vorbis.mka": (16000, 0.03, ["-c:a", "libvorbis", "-q:a", "0", "-f", "matroska"]),
    "adts.aac": (16000, 0.1, ["-c:a", "aac", "-b:a", "24k"]),
}

CARD = "testsrc=size={size}:rate=5:duration={seconds}"
PICTURES = {
    "rgb.png": ("20x12", 0.2, ["-pix_fmt", "rgb24"]),
    "alpha.png": ("12x12", 0.2, ["-pix_fmt", "rgba"]),
    "grey16.png": ("12x12", 0.2, ["-pix_fmt", "gray16be"]),
    "palette.png": ("12x12", 0.2, ["-pix_fmt", "pal8"]),
    "420.jpg": ("24x16", 0.2, ["-pix_fmt", "yuvj420p", "-q:v", "12"]),
    "444.jpg": ("16x16", 0.2, ["-pix_fmt", "yuvj444p", "-q:v", "12"]),
    "grey.jpg": ("16x16", 0.2, ["-pix_fmt", "gray", "-q:v", "12"]),
    "lossy.webp": ("20x12", 0.2, ["-c:v", "libwebp", "-q:v", "30"]),
    "lossless.webp": ("20x12", 0.2, ["-c:v", "libwebp", "-lossless", "1", "-pix_fmt", "bgra"]),
    "moving.webp": ("12x12", 0.4, ["-c:v", "libwebp_anim", "-q:v", "30"]),
    "raw.tiff": ("12x8", 0.2, ["-compression_algo", "raw", "-pix_fmt", "rgb24"]),
    "packbits.tiff": ("12x8", 0.2, ["-compression_algo", "packbits", "-pix_fmt", "rgb24"]),
    "lzw.tiff": ("12x8", 0.2, ["-compression_algo", "lzw", "-pix_fmt", "rgba"]),
    "deflate.tiff": ("12x8", 0.2, ["-compression_algo", "deflate", "-pix_fmt", "gray16le"]),
    "rgb.bmp": ("12x8", 0.2, ["-pix_fmt", "bgr24"]),
    "alpha.bmp": ("12x8", 0.2, ["-pix_fmt", "bgra"]),
    "palette.bmp": ("12x8", 0.2, ["-pix_fmt", "pal8"]),
    "565.bmp": ("12x8", 0.2, ["-pix_fmt", "rgb565le"]),
    "moving.gif": ("20x12", 0.4, []),
}

#: A state as the plug-in saves it; its record of files is JSON within JSON.
RECORD = {"version": 1, "painting": "/paintings/sea.jpg", "library": "/music", "index": None,
          "gallery": "/paintings", "head": None, "editor_size": [1200, 800], "editor_zoom": 125}
PARAMETERS = {"filter": {"f32": 1.0}, "mode": {"string": "triggered"}, "sensitivity": {"f32": 0.5},
              "interval": {"f32": 0.5}, "fade": {"f32": 30.0}, "variety": {"i32": 8},
              "snippets": {"f32": 1.0}, "dry": {"f32": 1.0}, "smoothing": {"f32": 1.0},
              "congruity-out": {"bool": False}, "congruity": {"f32": 0.0}}
STATES = {
    "whole.json": (PARAMETERS, RECORD),
    "out-of-range.json": ({"filter": {"f32": -1e30}, "dry": {"f32": 1e300}, "mode": {"i32": -9},
                           "variety": {"i32": 2147483647}}, {}),
    "wrong-types.json": ({"filter": {"bool": True}, "mode": {"string": "other"}, "x": {"i32": 1}},
                         {"painting": 5, "editor_size": [1]}),
    "later.json": ({}, {"version": 99, "editor_size": [4294967295, 0], "editor_zoom": 0}),
    "nothing.json": ({}, {}),
}

#: Changes to an index: see `Change` in `src/index.rs`.  Files: database, vectors by name, lock.
INDEX = {
    "whole": b"",
    "patched-header": bytes([0, 1, 20, 0, 2, 9, 9]),
    "patched-row": bytes([0, 1, 8, 16, 2, 9, 9]),
    "patched-record": bytes([0, 4, 0, 16, 4, 200, 0, 0, 0]),
    "patched-database": bytes([0, 0, 100, 0, 3, 5, 5, 5]),
    "cut-vectors": bytes([3, 3, 0, 16, 0]),
    "cut-database": bytes([3, 0, 0, 32, 0]),
    "no-database": bytes([3, 0, 0, 0, 0]),
    "dims": bytes([4, 1]) + (20 + (1 << 32)).to_bytes(8, "little"),
    "rows": bytes([4, 7]) + (1 << 62).to_bytes(8, "little"),
    "vectors": bytes([4, 6]) + (7).to_bytes(8, "little"),
    "file-number": bytes([4, 11]) + (1 << 40).to_bytes(8, "little"),
    "folder": bytes([4, 12]) + (9).to_bytes(8, "little"),
    "duration": bytes([5, 20]) + struct.pack("<d", float("nan")),
    "state": bytes([6, 16, 4]) + b"what",
    "model": bytes([134, 0, 2, 1, 1]),
    "batch": bytes([4, 26]) + (1 << 50).to_bytes(8, "little"),
    "batch-negative": bytes([4, 25]) + b"\xff" * 8,
    "no-table": bytes([7, 0]),
    "no-files": bytes([7, 6]),
    "later": bytes([4, 29]) + (9).to_bytes(8, "little"),
}


def make_state(name: str, parameters: dict, record: dict) -> None:
    """One state; of `whole.json` also the stream that a host gives, its length before it."""
    document = json.dumps({"version": "0.1.0", "params": parameters,
                           "fields": {"impasto": json.dumps(record)}}).encode()
    folder = SEEDS / "state"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(document)
    if name == "whole.json":
        (folder / "whole.stream").write_bytes(len(document).to_bytes(8, "little") + document)


def make(target: str, name: str, source: str, options: list[str]) -> None:
    """One file of `target`, bit-exact from run to run."""
    path = SEEDS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *options,
                    "-fflags", "+bitexact", "-flags:a", "+bitexact", "-flags:v", "+bitexact",
                    str(path)], check=True)
    if path.suffix == ".flac":
        path.write_bytes(without_padding(path.read_bytes()))


def huge_audio() -> dict[str, bytes]:
    """Heads that promise as much as their fields can hold, with hardly anything behind them."""
    made = {path.name: path.read_bytes() for path in (SEEDS / "audio").iterdir()}
    pcm = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 48000, 192000, 4, 16)
    wav = b"RIFF" + struct.pack("<I", 0xFFFFFFF0) + b"WAVE" + pcm
    m4a, alac = bytearray(made["aac.m4a"]), bytearray(made["alac.m4a"])
    for box, field in ((b"stsz", 8), (b"stts", 4), (b"stsc", 4), (b"stco", 4)):
        at = m4a.index(box) + 4 + field
        m4a[at:at + 4] = b"\xff" * 4
    at = alac.rindex(b"alac") + 8
    alac[at:at + 4] = b"\x7f\xff\xff\xff"
    flac = bytearray(made["mono.flac"])
    flac[8:12] = b"\x00\x10\xff\xff"
    flac[21:26] = bytes([flac[21] | 0x0F]) + b"\xff" * 4
    ogg = bytearray(made["mono.ogg"])
    at = ogg.index(b"\x03vorbis") + 7
    ogg[at:at + 4] = b"\xff\xff\xff\x7f"
    aiff = bytearray(made["pcm16.aiff"])
    at = aiff.index(b"COMM") + 10
    aiff[at:at + 4] = b"\xff" * 4
    at = aiff.index(b"SSND") + 4
    aiff[at:at + 4] = b"\xff\xff\xff\xf0"
    tag = b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fAPIC\x7f\x7f\x7f\x00\x00\x00"
    return {"huge.wav": wav + b"data" + struct.pack("<I", 0xFFFFFF00) + bytes(64),
            "huge-chunk.wav": wav + b"LIST" + struct.pack("<I", 0xFFFFFF00) + b"INFOINAM",
            "huge.m4a": bytes(m4a), "huge-frames.m4a": bytes(alac), "huge.flac": bytes(flac),
            "huge.ogg": bytes(ogg), "huge.aiff": bytes(aiff), "huge-tag.mp3": tag + bytes(64)}


def huge_pictures() -> dict[str, bytes]:
    """The largest sides that each format can state, and hardly a pixel behind them."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        summed = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", summed)

    made = {path.name: path.read_bytes() for path in (SEEDS / "pictures").iterdir()}
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 0x7FFFFFFF, 0x7FFFFFFF,
                                                           16, 6, 0, 0, 0))
    wide = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000,
                                                            16, 6, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    text = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(1 << 20)))
    jpeg = bytearray(made["420.jpg"])
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at:at + 4] = b"\xff\xff\xff\xff"
    gif = bytearray(made["moving.gif"])
    gif[6:10] = b"\xff\xff\xff\xff"
    bmp = bytearray(made["rgb.bmp"])
    bmp[18:26] = struct.pack("<ii", 29000, 29000)
    tiff = bytearray(made["raw.tiff"])
    entries = struct.unpack_from("<I", tiff, 4)[0]
    for n in range(struct.unpack_from("<H", tiff, entries)[0]):
        at = entries + 2 + 12 * n
        if struct.unpack_from("<H", tiff, at)[0] in (256, 257, 278, 279):
            struct.pack_into("<HII", tiff, at + 2, 4, 1, 0x7FFFFFFF)
    webp = bytearray(made["lossless.webp"])
    at = webp.index(b"VP8L") + 9
    webp[at:at + 4] = b"\xff\xff\xff\x0f"
    return {"huge.png": png + data, "wide.png": wide + data,
            "huge-text.png": wide + text + data, "huge.jpg": bytes(jpeg),
            "huge.gif": bytes(gif), "huge.bmp": bytes(bmp), "huge.tiff": bytes(tiff),
            "huge.webp": bytes(webp)}


def without_padding(flac: bytes) -> bytes:
    """The file without the 8 KiB that are left free for tags."""
    blocks, at = [], 4
    while not blocks or not blocks[-1][0] & 0x80:
        end = at + 4 + int.from_bytes(flac[at + 1:at + 4], "big")
        blocks.append(flac[at:end])
        at = end
    kept = [block for block in blocks if block[0] & 0x7F != 1]
    kept = [bytes([block[0] & 0x7F]) + block[1:] for block in kept]
    kept[-1] = bytes([kept[-1][0] | 0x80]) + kept[-1][1:]
    return flac[:4] + b"".join(kept) + flac[at:]


def main() -> None:
    """Every file of the tables."""
    for name, (rate, seconds, options) in AUDIO.items():
        make("audio", name, TONE.format(rate=rate, seconds=seconds), options)
    for name, (size, seconds, options) in PICTURES.items():
        make("pictures", name, CARD.format(size=size, seconds=seconds), options)
    for target, huge in (("audio", huge_audio()), ("pictures", huge_pictures())):
        for name, contents in huge.items():
            (SEEDS / target / name).write_bytes(contents)
    (SEEDS / "index").mkdir(parents=True, exist_ok=True)
    for name, changes in INDEX.items():
        (SEEDS / "index" / name).write_bytes(changes)
    for name, (parameters, record) in STATES.items():
        make_state(name, parameters, record)


if __name__ == "__main__":
    main()
