"""Plays Impasto in Debian's Ardour and checks what comes of it.

    python3 tests/daw/run.py --bundle Impasto.vst3 --index INDEX --out FOLDER [CASE …]

`cargo xtask daw` builds the bundle, indexes the demo library and runs this.
"""

import argparse
import shutil
import sys
import time
import traceback
from pathlib import Path

import ardour
from cases import CASES
from scene import ASSETS, Scene


def main() -> int:
    """Runs the cases that are named, or all; how many failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}; all if none is named")
    parser.add_argument("--bundle", type=Path, required=True, help="Impasto.vst3")
    parser.add_argument("--index", type=Path, required=True, help="of the demo library")
    parser.add_argument("--out", type=Path, required=True, help="emptied first")
    options = parser.parse_args()
    missing = ardour.missing()
    if missing:
        print(f"missing: {', '.join(missing)}\n"
              f"on Debian 12: apt-get install --no-install-recommends {ardour.PACKAGES}")
        return 1
    unknown = set(options.cases) - set(CASES)
    if unknown:
        print(f"there is no case {', '.join(sorted(unknown))}: there are {', '.join(CASES)}")
        return 1
    shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True)
    scene = Scene(options.out.resolve(), options.bundle, ASSETS / "library", options.index.resolve())
    failed = 0
    for name in options.cases or CASES:
        started = time.monotonic()
        try:
            outcome = CASES[name](scene)
        except Exception:
            failed += 1
            outcome = "FAILED\n" + traceback.format_exc()
        print(f"{name} ({time.monotonic() - started:.0f} s): {outcome}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
