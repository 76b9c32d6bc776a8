#!/usr/bin/env python3
"""Make the demonstration and test assets from Debian packages and the friction synthesizer.

    python3 build_assets.py --debs DIR [--out DIR]

Packages are fetched with `apt-get download` into DIR unless they are already there.  What is made
of what is in `builder/recipe.py`; what came out is in `assets.tsv` and `README.md`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "models" / "training")]

import friction  # noqa: E402
from builder import audio, broken, paintings, recipe, table  # noqa: E402
from builder.packages import Packages  # noqa: E402
from builder.rcc import read_resources  # noqa: E402

CALM_S, WILD_S, SILENCE_S, CROSSFADE_S, MUSIC_RATE = 14.0, 11.5, 3.0, 0.5, 44_100


def row_of(source: recipe.Source, file: str, group: str, title: str, done: str) -> table.Row:
    """Table row of a file made from one file of a package."""
    return table.Row(file, group, title, source.author, source.licence, source.package,
                     recipe.VERSIONS[source.package], source.path, done)


def build_library(out: Path, packages: Packages) -> list[table.Row]:
    """The music library: cut, faded, turned down if too loud, encoded and tagged."""
    rows = []
    for item in recipe.LIBRARY:
        path = packages.path(item.source.package, item.source.path)
        sound = audio.decode(path, item.rate, item.channels, item.start_s, item.seconds)
        sound, had_dc = audio.remove_dc(sound)
        sound, gain_db = audio.limit_peak(audio.fade_edges(sound, item.rate))
        file = f"library/{item.out}"
        work = item.out.split("/")[0]
        tags = {"title": item.title, "artist": item.source.author, "album": work}
        audio.encode(out / file, sound, item.rate, tags)
        done = f"{item.start_s:.0f} s to {item.start_s + item.seconds:.0f} s"
        done += ", mono" if item.channels == 1 else ""
        done += ", DC removed" if had_dc else ""
        done += f", {gain_db:.1f} dB" if gain_db < -0.05 else ""
        rows.append(row_of(item.source, file, "library", item.title, done))
        print(f"  {file}")
    return rows


def build_music(out: Path, packages: Packages) -> list[table.Row]:
    """The demonstration music: calm, cross-fade, wild, silence, calm again."""
    calm_path = packages.path(recipe.MUSIC_CALM.package, recipe.MUSIC_CALM.path)
    wild_path = packages.path(recipe.MUSIC_WILD.package, recipe.MUSIC_WILD.path)
    calm = audio.decode(calm_path, MUSIC_RATE, 2, 4.0, CALM_S)
    again = audio.decode(calm_path, MUSIC_RATE, 2, 24.0, 9.0)
    wild = audio.decode(wild_path, MUSIC_RATE, 2, 4.0, WILD_S)
    calm, wild, again = (audio.fade_edges(part, MUSIC_RATE) for part in (calm, wild, again))
    count = round(CROSSFADE_S * MUSIC_RATE)
    angle = (np.arange(count) + 0.5)[:, None] / count * np.pi / 2
    joint = calm[-count:] * np.cos(angle) + wild[:count] * np.sin(angle)
    silence = np.zeros((round(SILENCE_S * MUSIC_RATE), 2))
    sound = np.concatenate([calm[:-count], joint, wild[count:], silence, again])
    sound, _ = audio.limit_peak(sound)
    file = "music/calm-wild-calm.flac"
    tags = {"title": "Calm, wild, calm", "artist": "Aleksi Aubry-Carlson; Marek Moeckel"}
    audio.encode(out / file, sound, MUSIC_RATE, tags)
    silent_from = CALM_S - CROSSFADE_S + WILD_S
    done = (f"0-{CALM_S:.0f} s from 4 s of the piece, {CROSSFADE_S} s cross-fade into "
            f"{recipe.MUSIC_WILD.package}: `{recipe.MUSIC_WILD.path}` ({recipe.MUSIC_WILD.author}) "
            f"from 4 s, silence {silent_from:.1f}-{silent_from + SILENCE_S:.1f} s, then the first "
            "piece from 24 s")
    return [row_of(recipe.MUSIC_CALM, file, "music", "Transience / Boss Attack / Transience", done)]


def build_brush(out: Path, packages: Packages) -> list[table.Row]:
    """The synthesized brush recording with its stroke times, and the proxies."""
    folder = out / "brush"
    folder.mkdir(parents=True, exist_ok=True)
    strokes = friction.demo_strokes()
    friction.write_wav(folder / "brush.wav", friction.render(strokes, 30.0, seed=7), 48_000)
    friction.write_csv(folder / "brush.csv", strokes)
    done = "rendered by models/training/friction.py, seed 7"
    rows = [table.Row(f"brush/{name}", "brush", title, "this project", "GPL-3.0-or-later",
                      done=done)
            for name, title in (("brush.wav", "Synthesized brush strokes (a model)"),
                                ("brush.csv", "Their exact times"))]
    for name, title, source in recipe.PROXIES:
        sound = audio.decode(packages.path(source.package, source.path), 44_100, 1)
        sound, had_dc = audio.remove_dc(sound)
        # Game sounds are loops that start at full level; 5 ms of fade take the click away.
        sound, gain_db = audio.limit_peak(audio.fade_edges(sound, 44_100, 0.005))
        file = f"brush/proxies/{name}"
        audio.encode(out / file, sound, 44_100, {"title": f"Proxy: {title}"})
        done = "whole, mono, 44.1 kHz, 5 ms fades" + (", DC removed" if had_dc else "")
        done += f", {gain_db:.1f} dB" if gain_db < -0.05 else ""
        rows.append(row_of(source, file, "proxy", f"Proxy: {title}", done))
    return rows


def build_paintings(out: Path, packages: Packages) -> list[table.Row]:
    """The paintings as JPEG."""
    tiles = read_resources(packages.path("gcompris-qt-data", f"{recipe.GCOMPRIS}/paintings.rcc"))
    wholes = read_resources(packages.path("gcompris-qt-data", f"{recipe.GCOMPRIS}/details.rcc"))
    (out / "paintings").mkdir(parents=True, exist_ok=True)
    rows = []
    for item in recipe.PAINTINGS:
        if item.board:
            picture = paintings.assemble(tiles, item.board)
            done = f"put together from the tiles of board {item.board}"
            path, scan = f"{recipe.GCOMPRIS}/paintings.rcc", "GPL-3.0-or-later"
        else:
            picture = paintings.whole(wholes, item.picture)
            done = f"{item.picture}, rim of 2 px cut off"
            path, scan = f"{recipe.GCOMPRIS}/details.rcc", "public domain"
        file = f"paintings/{item.out}"
        picture.save(out / file, quality=90, optimize=True)
        done += f", JPEG {picture.width} x {picture.height}"
        rows.append(table.Row(file, "painting", item.title, item.painter,
                              f"painting: public domain; scan: {scan}", "gcompris-qt-data",
                              recipe.VERSIONS["gcompris-qt-data"], path, done))
    return rows


def build_broken(out: Path) -> list[table.Row]:
    """The files a scan must survive."""
    broken.build(out / "broken", out / "paintings" / recipe.PAINTINGS[0].out)
    return [table.Row(f"broken/{name}", "broken", "", "this project", "GPL-3.0-or-later",
                      done=what) for name, what in broken.WHAT.items()]


def wanted() -> dict[str, set[str]]:
    """Every package file the recipe names."""
    sources = [item.source for item in recipe.LIBRARY]
    sources += [source for _, _, source in recipe.PROXIES]
    sources += [recipe.MUSIC_CALM, recipe.MUSIC_WILD]
    files = {"gcompris-qt-data": {f"{recipe.GCOMPRIS}/{name}.rcc" for name in
                                  ("paintings", "details")}}
    for source in sources:
        files.setdefault(source.package, set()).add(source.path)
    return files


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--debs", type=Path, default=Path("debs"), help="folder of packages")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as unpacked:
        packages = Packages(args.debs.resolve(), Path(unpacked))
        packages.unpack(wanted())
        rows = build_library(args.out, packages)
        rows += build_music(args.out, packages)
        rows += build_brush(args.out, packages)
        rows += build_paintings(args.out, packages)
        rows += build_broken(args.out)
    table.write(args.out, rows)


if __name__ == "__main__":
    main()
