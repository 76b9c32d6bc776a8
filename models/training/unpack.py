"""`python -m training.unpack OUT`: the listed tracks and pictures as plain files in two folders.

For tools that know nothing of packages and archives, such as the engine's example `crossmodal_norms`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import archives
from .settings import DATA, Cache, default_cache, read_table


def unpack(cache: Cache, out: Path) -> None:
    """Copy every file of `tracks.tsv` and `pictures.tsv` to `out/tracks` and `out/pictures`, numbered."""
    for kind in ("tracks", "pictures"):
        folder = out / kind
        folder.mkdir(parents=True, exist_ok=True)
        for number, row in enumerate(read_table(DATA / f"{kind}.tsv")):
            content = archives.read(cache.files / row["package"], row["path"], row["member"])
            name = Path(row["member"] or row["path"]).name
            (folder / f"{number:04d}-{name}").write_bytes(content)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cache", type=Path, default=None)
    args = parser.parse_args()
    unpack(Cache(args.cache or default_cache()), args.out)


if __name__ == "__main__":
    main()
