"""The tables that say where every asset comes from: `assets.tsv` and `README.md`."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from . import audio

COLUMNS = ["file", "group", "title", "author", "licence", "package", "version", "source_path",
           "done", "seconds", "rate", "channels", "peak_dbfs", "rms_dbfs", "dc", "bytes", "sha256"]

_INTRO = """# Demonstration and test material

Made by `build_assets.py` from files inside Debian packages and by the project's own friction
synthesizer. This page and `assets.tsv` are written by the same script; peak and RMS are measured on
the decoded file (dB relative to full scale). The tables of this folder are the only place that
repeats each file's licence: everything here keeps the licence of its source, whatever the licence
of the program. Excerpts are changed works: cut, faded at both ends, re-encoded, sometimes mixed to
mono or turned down.

To make everything again (needs `apt-get`, `ffmpeg`, and Python with numpy and Pillow):

```sh
python3 tests/assets/build_assets.py --debs DIR_FOR_PACKAGES
python3 tests/assets/check_assets.py     # compares the files with assets.tsv; needs nothing else
```

- `library/`: excerpts of real music, one folder a work, in every format the library reads.
- `music/`: the demonstration's main input: a calm piece, a 0.5 s cross-fade, a wild one, 3 s of
  digital silence, the calm one again.
- `brush/`: the demonstration's sidechain. `brush.wav` is **synthesized**, a model of bristles and a
  palette knife on canvas heard through a contact microphone (`models/training/friction.py`);
  `brush.csv` holds its exact stroke times (s), kinds and mean speeds (m/s).
- `brush/proxies/`: **proxies**, recordings of other things that rub; none is a brush on a canvas.
- `paintings/`: paintings old enough to be in the public domain. Those from `paintings.rcc` were put
  back together from a puzzle's tiles; their shape is the puzzle's, not always the whole canvas.
- `broken/`: files that a scan must survive, each wrong in one known way.

The packages' own copyright files state the licences; the paintings' scans come under
GPL-3.0-or-later from `paintings.rcc` (by way of the WebMuseum) and as public domain from
`details.rcc`.
"""


@dataclass
class Row:
    """One asset: where it came from and what was done to it."""

    file: str
    group: str
    title: str
    author: str
    licence: str
    package: str = ""
    version: str = ""
    source_path: str = ""
    done: str = ""


def write(root: Path, rows: list[Row]) -> None:
    """Measure every file and write `assets.tsv` and `README.md` into `root`."""
    table = [_measured(root, row) for row in rows]
    with (root / "assets.tsv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    (root / "README.md").write_text(_readme(table), encoding="utf-8")


def _measured(root: Path, row: Row) -> dict[str, str]:
    path = root / row.file
    raw = path.read_bytes()
    out = {**vars(row), "bytes": str(len(raw)), "sha256": hashlib.sha256(raw).hexdigest()}
    if row.group != "broken" and path.suffix in audio.ENCODERS:
        sound = audio.measure(path)
        out |= {"seconds": f"{sound['seconds']:.2f}", "rate": str(sound["rate"]),
                "channels": str(sound["channels"]), "peak_dbfs": f"{sound['peak_dbfs']:.1f}",
                "rms_dbfs": f"{sound['rms_dbfs']:.1f}", "dc": f"{sound['dc']:.5f}"}
    return out


def _readme(table: list[dict[str, str]]) -> str:
    parts = [_INTRO]
    total = sum(int(row["bytes"]) for row in table)
    parts.append(f"{len(table)} files, {total / 1e6:.1f} MB.\n")
    for group in ("library", "music", "brush", "proxy", "painting", "broken"):
        rows = [row for row in table if row["group"] == group]
        parts.append(f"## {group.capitalize()} ({len(rows)})\n")
        if group == "broken":
            parts.append("| file | what is wrong |\n|---|---|")
            parts += [f"| `{row['file']}` | {row['done']} |" for row in rows]
        else:
            parts.append("| file | title, author | licence | source | what was done | length, Hz, "
                         "channels | peak / RMS dBFS |\n|---|---|---|---|---|---|---|")
            parts += [_line(row) for row in rows]
        parts.append("")
    return "\n".join(parts)


def _line(row: dict[str, str]) -> str:
    source = "this project"
    if row["package"]:
        source = f"{row['package']} {row['version']}: `{row['source_path']}`"
    sound = level = ""
    if "seconds" in row:
        sound = f"{row['seconds']} s, {row['rate']}, {row['channels']}"
        level = f"{row['peak_dbfs']} / {row['rms_dbfs']}"
    return (f"| `{row['file']}` | {row['title']}, {row['author']} | {row['licence']} | {source} | "
            f"{row['done']} | {sound} | {level} |")
