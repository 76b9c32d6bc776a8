"""`python -m training COMMAND`, run from `models/`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .settings import CACHE_VARIABLE, Cache, default_cache


def _fetch(cache: Cache, args: argparse.Namespace) -> None:
    from . import packages

    if not args.only_teachers:
        packages.fetch_debian(cache, args.package)
    packages.fetch_teachers(cache)
    packages.convert_teachers(cache)


def _corpus(cache: Cache, args: argparse.Namespace) -> None:
    from . import corpus

    corpus.build(cache, corpus.listened_items())


def _targets(cache: Cache, args: argparse.Namespace) -> None:
    from . import corpus, pictures, targets

    pictures.features(cache)
    targets.build(cache, corpus.shuffled(corpus.listened_items()), args.chunks)


def _distil(cache: Cache, args: argparse.Namespace) -> None:
    from . import corpus, distil

    plan = distil.Schedule(args.steps, args.batch, args.rate, args.threads, args.start_from, args.until)
    print(distil.train(cache, corpus.listened_items(), args.run, plan))


def _space(cache: Cache, args: argparse.Namespace) -> None:
    from . import space

    print(json.dumps(space.fit(cache, args.run), indent=1))


def _fit(cache: Cache, args: argparse.Namespace) -> None:
    from . import heads

    data = heads.works(cache, args.run)
    fitted, report = heads.fit_all(data)
    heads.save(cache.runs / args.run / "heads", fitted, report)
    print(json.dumps(report, indent=1))


def _export(cache: Cache, args: argparse.Namespace) -> None:
    from . import correspondence, distil, export, heads, looking, manifest, space
    from .packages import LITE0
    from .settings import MODELS

    folder = cache.runs / args.run
    fitted, shape = heads.load(folder / "heads"), space.Shape.load(folder / "space.npz")
    export.audio(distil.student_of(folder / "checkpoint.pt"), shape, fitted, MODELS / "audio.onnx")
    export.picture(looking.build(cache.wheels / LITE0), fitted, MODELS / "picture.onnx")
    points = fitted.music.works.shape[1] + correspondence.COMMON
    manifest.record_correspondence(points, fitted.scale, fitted.bias)
    manifest.record_length("features", correspondence.COMMON)
    manifest.record_length("embedding", space.LENGTH)
    for name in ("audio", "picture"):
        manifest.record_model(name)


def _evaluate(cache: Cache, args: argparse.Namespace) -> None:
    from . import corpus, distil, listening, shipped, space

    report = {"training": distil.summary(cache, corpus.listened_items(), args.run)}
    report["training"]["weights"] = dict(zip(space.PARTS, space.Shape.load(cache.runs / args.run / "space.npz").weights.tolist()))
    report |= {"networks": shipped.measure(cache, args.run), "embedding": listening.measure(cache)}
    text = json.dumps(report, indent=1)
    (cache.runs / args.run / "report.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _assess(cache: Cache, args: argparse.Namespace) -> None:
    from . import heads

    text = json.dumps(heads.measure(cache, heads.works(cache, args.run)), indent=1)
    (cache.runs / args.run / "correspondence.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _card(cache: Cache, args: argparse.Namespace) -> None:
    from . import cards

    cards.write(cache, args.run)


def _train(cache: Cache, args: argparse.Namespace) -> None:
    """Every stage in turn, as its own command would run it; each skips what is there."""
    student = ["distil", "--run", args.run, "--steps", str(args.steps)]
    of_run = [[stage, "--run", args.run] for stage in ("space", "fit", "assess", "export", "evaluate", "card")]
    for words in (["fetch"], ["corpus"], ["targets"], student, *of_run):
        print(f"== {' '.join(words)}", flush=True)
        stage = _parser().parse_args(words)
        stage.function(cache, stage)


def _smoke(cache: Cache, args: argparse.Namespace) -> None:
    from . import smoke

    smoke.run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    help_cache = f"cache folder (default: ${CACHE_VARIABLE}, else the platform's)"
    parser.add_argument("--cache", type=Path, default=None, help=help_cache)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, function, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(function=function)
        return sub

    fetch = command("fetch", _fetch, "download, verify and unpack packages; convert the teachers to ONNX")
    fetch.add_argument("--package", action="append", help="only this Debian package (may be repeated)")
    fetch.add_argument("--only-teachers", action="store_true", help="no music and no pictures")
    command("corpus", _corpus, "cut tracks and sounds into chunks with mel frames")
    targets = command("targets", _targets, "run the teachers over chunks and the trunk over pictures")
    targets.add_argument("--chunks", type=int, default=10, help="at most the first N chunks of each track")
    distil = command("distil", _distil, "train the audio student")
    distil.add_argument("--steps", type=int, default=3000)
    distil.add_argument("--batch", type=int, default=64)
    distil.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    distil.add_argument("--threads", type=int, default=1)
    distil.add_argument("--start-from", default="", help="name of a run whose weights to begin with")
    distil.add_argument("--until", type=int, default=0, help="stop after this step of the schedule")
    for sub in (
        distil,
        command("space", _space, "weigh the parts of the embedding"),
        command("fit", _fit, "fit and calibrate the correspondence heads"),
        command("assess", _assess, "measure correspondence in works never seen, seen and taught, beside its controls"),
        command("export", _export, "write audio.onnx and picture.onnx and their hashes"),
        command("card", _card, "write the cards from what fit and evaluate found"),
    ):
        sub.add_argument("--run", default="student", help="name of the training run")
    evaluate = command("evaluate", _evaluate, "measure the exported networks")
    evaluate.add_argument("--run", default="student")
    train = command("train", _train, "all stages from fetch to card; a stopped run goes on where it was")
    train.add_argument("--run", default="shipped")
    train.add_argument("--steps", type=int, default=5000)
    command("smoke", _smoke, "run the pipeline on small made-up data, without network")
    return parser


def main() -> int:
    """Entry point; returns the exit code."""
    args = _parser().parse_args()
    try:
        args.function(Cache(args.cache or default_cache()), args)
    except (ValueError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
