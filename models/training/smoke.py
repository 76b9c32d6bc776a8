"""The whole pipeline on small made-up data: tones and noise for music, colour fields for pictures.

Needs no network and no packages. It proves that the stages fit together, and that the heads
find an association that is there and none that is not; it says nothing about quality. Without
PyTorch the student and the export are left out, and it says so.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from . import assessment, correspondence, corpus, evaluate, manifest, pictures, scenes
from .frontend import MelFrontEnd
from .settings import SEED, Cache

WORKS, PER_WORK = 8, 8


def run() -> None:
    """Run every stage; raises AssertionError with a reason where one does not do its job."""
    start = time.time()
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        torch = importlib.util.find_spec("torch") is not None
        _front_end()
        items = _corpus(cache, 120 if torch else 12, 40 if torch else 8)
        _heads()
        if torch:
            _student(cache, items)
        else:
            print("PyTorch is not installed: student, training and export were NOT run")
    print(f"smoke run passed in {time.time() - start:.0f} s")


def _front_end() -> None:
    """A full-scale sine on a bin reads about 0 dB in the nearest band (its main lobe adds a little), and silence the floor."""
    front_end = MelFrontEnd(manifest.front_end())
    d = front_end.definition
    hertz = 64 * d.sample_rate / d.fft
    sine = np.sin(2 * np.pi * hertz * np.arange(d.context_samples) / d.sample_rate)
    frames = front_end.chunk(sine)
    assert frames.shape == (d.bands, d.frames), frames.shape
    assert -3.0 < frames[:, 10].max() < 3.0, f"a full-scale sine reads {frames[:, 10].max():.2f} dB"
    silence = front_end.chunk(np.zeros(0, np.float32))
    assert np.allclose(silence, 10 * np.log10(d.power_floor), atol=1e-3), "silence is not at the floor"
    print("front end: sine and silence as the manifest defines them")


def _corpus(cache: Cache, strokes: int, friction: int) -> list[corpus.Item]:
    """Noise strokes and friction on surfaces as a corpus, through the real files."""
    items = [corpus.Item("strokes", "strokes", "", str(n), "") for n in range(strokes)]
    items += [corpus.Item("surface", "surface", "", str(n), "") for n in range(friction)]
    corpus.build(cache, items)
    with np.load(cache.corpus / f"{items[0].key}.npz") as first:
        assert first["mel"].shape[1:] == (100, 320 + 2 * corpus.MARGIN), first["mel"].shape
    print(f"corpus: {len(items)} scenes")
    return items


def _heads() -> None:
    """Works with a hue and a pitch each: the heads must match new pictures and pieces of them, and chance when mispaired."""
    rng = np.random.default_rng(SEED)
    front_end = MelFrontEnd(manifest.front_end())
    images, music, work = [], [], []
    for number in range(WORKS):
        for _ in range(PER_WORK):
            hue = (number + 0.3 * rng.random()) / WORKS
            image = Image.new("HSV", (64, 48), (int(255 * hue), 200, int(rng.integers(120, 250)))).convert("RGB")
            images.append(pictures.prepare(image)[:, ::16, ::16].ravel())
            pitch = 200.0 * 2.0 ** (number / 2 + 0.2 * rng.random())
            tone = np.sin(2 * np.pi * pitch * np.arange(64_800) / 16_000) + 0.05 * rng.normal(size=64_800)
            music.append(front_end.chunk(0.3 * tone).mean(axis=1))
            work.append(f"work{number}")
    labels = np.array(work)
    sides = [correspondence.Side(np.array(rows, float), labels) for rows in (images, music)]
    data = assessment.Works(*sides, np.arange(len(labels)), *([side.values.shape[1]] for side in sides))
    for setting, least, most in (("seen", 0.9, 0.7), ("taught", 0.75, 0.7)):
        found, control = (_two_afc(assessment.SETTINGS[setting](data, mispaired)) for mispaired in (False, True))
        print(f"heads, {setting}: 2AFC {found} on made-up works, mispaired {control}")
        assert found.mean > least, f"{setting}: an association that is there was not found"
        assert control.mean < most, f"{setting}: an association was found that is not there"


def _two_afc(report: dict) -> evaluate.Interval:
    """Of the setting, or of the most pairs taught."""
    return report["two_afc"] if "two_afc" in report else report[max(assessment.TAUGHT)]["two_afc"]


def _student(cache: Cache, items: list[corpus.Item]) -> None:
    """A few steps of distillation from made-up teachers, a resumed run, and an export that the runtime agrees with."""
    import torch

    from . import distil, export, space
    from .targets import session

    rng = np.random.default_rng(SEED)
    projection = rng.normal(size=(100, 2075))
    for item in items:
        with np.load(cache.corpus / f"{item.key}.npz") as chunks:
            words = (chunks["mel"].astype(np.float32).mean(axis=2) / 40.0 + 1.0) @ projection / 10.0
        np.savez(
            cache.targets / f"{item.key}.npz", aisfx=words[:, :512], mean_pool=words[:, 512:1265], max_pool=words[:, 1265:2018],
            tags=1 / (1 + np.exp(-words[:, 2018:2068])), affect=1 / (1 + np.exp(-words[:, 2068:])),
        )  # fmt: skip
    path = distil.train(cache, items, "smoke", distil.Schedule(steps=12, batch=16))
    again = distil.train(cache, items, "smoke", distil.Schedule(steps=12, batch=16))
    assert path == again, "a finished run was not taken as finished"
    student = distil.student_of(path)
    shape = _shape(cache, items, student)
    side = lambda n: correspondence.Side(rng.normal(size=(40, n)), np.repeat([f"w{i}" for i in range(10)], 4))  # noqa: E731
    fitted = correspondence.fit(side(300), side(185), [200, 100], [57, 128])
    target = cache.root / "audio.onnx"
    export.audio(student, shape, fitted, target)
    mel = np.full((3, 1, 100, 320), -60.0, np.float32) + 10 * rng.normal(size=(3, 1, 100, 320)).astype(np.float32)
    embedding = session(target).run(["embedding"], {"mel": mel})[0]
    with torch.no_grad():
        hidden = student.hear(torch.from_numpy(mel))
        expected = space.Space(shape)(hidden, student.embedding(hidden), torch.from_numpy(mel)).numpy()
    assert embedding.shape == (3, space.LENGTH), embedding.shape
    worst = np.abs(embedding - expected).max()
    assert worst < 0.02, f"the export with 16-bit weights is {worst:.4f} off"
    print(f"student: trained, resumed, exported; 16-bit weights move the embedding by at most {worst:.1e}")


def _shape(cache: Cache, items: list[corpus.Item], student):
    """Metric and friction fitted on a few scenes: friction told from noise strokes."""
    from . import distil, space

    data = distil.load(cache, items[:8] + items[-8:])
    frames = manifest.front_end().frames
    heard = space.Heard.of(student, data.mel[:, :, corpus.MARGIN : corpus.MARGIN + frames].astype(np.float32))
    shape = space.metric(heard.raw, np.arange(len(heard.raw)) // 2)
    assert np.isfinite(shape.matrix).all(), "the metric of an untrained student is not finite"
    # Whitening what a hardly trained student says would only magnify the rounding that is measured next.
    shape = replace(shape, mean=np.zeros(128), matrix=np.eye(128), radius=1e-3)
    weight, threshold = space.logistic(heard.hidden.astype(np.float64), (data.kind == "surface").astype(float))
    return replace(shape, friction=weight, threshold=threshold)
