#!/usr/bin/env python3
"""Compare the assets with `assets.tsv`: names, SHA-256, nothing unlisted, size.

Needs the standard library only.
Exit status 0 if all is as listed, 1 with one complaint a line otherwise.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

#: The folder must stay smaller than this (bytes).
LIMIT = 25_000_000


def check(root: Path) -> list[str]:
    """Complaints about files that are missing, changed or not in `root/assets.tsv`."""
    with (root / "assets.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    complaints = []
    for row in rows:
        path = root / row["file"]
        if not path.exists():
            complaints.append(f"{row['file']} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            complaints.append(f"{row['file']} differs from assets.tsv")
        if not row["licence"] or not (row["source_path"] or row["author"] == "this project"):
            complaints.append(f"{row['file']} has no source or licence")
    known = {row["file"] for row in rows}
    for group in sorted({row["file"].split("/")[0] for row in rows}):
        for path in sorted((root / group).rglob("*")):
            if path.is_file() and path.relative_to(root).as_posix() not in known:
                complaints.append(f"{path.relative_to(root)} is not in assets.tsv")
    total = sum(int(row["bytes"]) for row in rows)
    if total > LIMIT:
        complaints.append(f"{total} bytes in all, more than {LIMIT}")
    return complaints


def main() -> int:
    """Command line; returns the exit status."""
    complaints = check(Path(__file__).resolve().parent)
    print("\n".join(complaints) or "all assets are as listed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
