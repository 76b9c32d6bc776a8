"""Debian packages: fetched once by the ordinary client, single files taken out of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from .recipe import VERSIONS


class Packages:
    """A folder of downloaded packages, and a folder into which wanted files are unpacked."""

    def __init__(self, debs: Path, unpacked: Path) -> None:
        self._debs = debs
        self._unpacked = unpacked
        debs.mkdir(parents=True, exist_ok=True)

    def unpack(self, wanted: dict[str, set[str]]) -> None:
        """Make `path()` work for every path of every package named."""
        for package, paths in wanted.items():
            missing = {p for p in paths if not self.path(package, p).exists()}
            if not missing:
                continue
            deb = self._fetch(package)
            left = self._take(deb, package, missing)
            if left:
                raise FileNotFoundError(f"{deb.name} lacks {', '.join(sorted(left))}")

    def path(self, package: str, path: str) -> Path:
        """Where a file of a package lies after `unpack`."""
        return self._unpacked / package / path

    def _fetch(self, package: str) -> Path:
        found = sorted(self._debs.glob(f"{package}_*.deb"))
        if not found:
            # Downloaded beside and renamed: others sharing the folder never see half a file.
            with tempfile.TemporaryDirectory(dir=self._debs) as folder:
                subprocess.run(["apt-get", "-q", "download", package], cwd=folder, check=True)
                for deb in Path(folder).glob("*.deb"):
                    os.replace(deb, self._debs / deb.name)
            found = sorted(self._debs.glob(f"{package}_*.deb"))
        query = ["dpkg-deb", "-f", str(found[-1]), "Version"]
        version = subprocess.run(query, check=True, capture_output=True, text=True).stdout.strip()
        if version != VERSIONS[package]:
            print(f"note: {package} is {version}, the table says {VERSIONS[package]}",
                  file=sys.stderr)
        return found[-1]

    def _take(self, deb: Path, package: str, missing: set[str]) -> set[str]:
        unpack = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE)
        left = set(missing)
        with tarfile.open(fileobj=unpack.stdout, mode="r|") as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name in left and member.isfile():
                    target = self.path(package, name)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.extractfile(member).read())
                    left.discard(name)
        unpack.wait()
        return left
