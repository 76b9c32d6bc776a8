"""Tests of the training package: run with `python3 -m unittest` in this folder, `models/` on PYTHONPATH."""

import shutil
import struct
import tempfile
import unittest
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from training import archives, assessment, augment, corpus, correspondence, discover, export, manifest, retrieval, smoke
from training.frontend import MelFrontEnd
from training.settings import DATA, MODELS, read_table
from training.teachers import tf_checkpoint


class FrontEndTest(unittest.TestCase):
    """Training hears the frames of the plug-in."""

    def test_agrees_with_the_golden_frames(self):
        front_end = MelFrontEnd(manifest.front_end())
        folder = MODELS / "golden" / "frontend"
        for name in ("chord", "noise", "sweep", "tone", "impulses"):
            samples = np.fromfile(folder / f"{name}.f32", "<f4")
            expected = np.fromfile(folder / f"{name}.f64", "<f8").reshape(-1, 100).T
            found = front_end.chunk(np.pad(samples, (0, 1 << 17)))[:, : expected.shape[1]]
            rows = min(found.shape[1], expected.shape[1])
            # Single precision: a band 80 dB under the loudest is only as exact as the FFT's rounding.
            loud = expected[:, :rows] > expected.max() - 80.0
            worst = np.abs(found[:, :rows] - expected[:, :rows])[loud].max()
            self.assertLess(worst, 0.01, name)


class ManifestTest(unittest.TestCase):
    """Hashes and calibration are written without touching the rest."""

    def test_records_keep_comments(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "manifest.toml"
            shutil.copy(manifest.PATH, path)
            for name in ("audio.onnx", "picture.onnx"):
                (Path(folder) / name).write_bytes(name.encode())
            manifest.record_model("picture", path)
            manifest.record_correspondence(12, 3.25, -0.5, path)
            changed = manifest.load(path)
            self.assertEqual(changed["correspondence"], {"points": 12, "scale": 3.25, "bias": -0.5})
            picture = next(m for m in changed["model"] if m["name"] == "picture")
            self.assertEqual(picture["sha256"], manifest.sha256(Path(folder) / "picture.onnx"))
            self.assertEqual(picture["output"][0]["length"], 12)
            audio = next(m for m in changed["model"] if m["name"] == "audio")
            self.assertEqual(audio["sha256"], manifest.load()["model"][0]["sha256"])
            comments = [line for line in manifest.PATH.read_text().splitlines() if line.startswith("#")]
            self.assertTrue(all(line in path.read_text() for line in comments))

    def test_shipped_networks_have_the_recorded_hashes(self):
        for model in manifest.load()["model"]:
            self.assertEqual(model["sha256"], manifest.sha256(MODELS / model["file"]), model["file"])


class CorrespondenceTest(unittest.TestCase):
    """The towers find what is there and nothing else."""

    def test_planted_association_and_mispaired_control(self):
        smoke._heads()

    def test_calibration_recovers_known_odds(self):
        rng = np.random.default_rng(3)
        cosine = rng.uniform(-1, 1, 40_000)
        belongs = (rng.random(40_000) < 1 / (1 + np.exp(-(2.5 * cosine - 0.7)))).astype(float)
        scale, bias = correspondence.calibrate(cosine, belongs, np.ones(40_000))
        self.assertAlmostEqual(scale, 2.5, delta=0.1)
        self.assertAlmostEqual(bias, -0.7, delta=0.1)

    def test_folds_never_share_a_work(self):
        works = np.array([f"w{i}" for i in range(23)])
        parts = assessment.folds(works, 1)
        self.assertEqual(sorted(np.concatenate(parts)), sorted(works))

    def test_families_stay_together(self):
        works = np.array(["pinball", "nexuiz", *(f"w{i}" for i in range(20)), "pinball-gnu", "openarena", "pinball-hurd"])
        for seed in range(5):
            fold = {work: number for number, part in enumerate(assessment.folds(works, seed)) for work in part}
            self.assertEqual(fold["pinball"], fold["pinball-gnu"])
            self.assertEqual(fold["pinball"], fold["pinball-hurd"])
            self.assertEqual(fold["nexuiz"], fold["openarena"])

    def test_measures_by_hand(self):
        # Two works of one picture and two tracks each; the second picture prefers a foreign track to one of its own.
        products = np.array([[3.0, 2.0, 1.0, 0.0], [2.5, 0.0, 3.0, 1.0]])
        found = assessment.measures(products, np.array(["a", "b"]), np.array(["a", "a", "b", "b"]))
        self.assertEqual(found["two_afc"], {"a": 1.0, "b": 0.75})
        self.assertEqual(found["mrr"], {"a": 1.0, "b": 1.0})
        self.assertEqual(found["p_at_1"], {"a": 1.0, "b": 1.0})
        self.assertEqual(found["p_at_10"], {"a": 1.0, "b": 1.0})
        self.assertEqual(found["back_p_at_1"], {"a": 1.0, "b": 1.0})

    def test_lessons_keep_taught_and_tested_apart(self):
        work = np.repeat(["a", "b"], 12)
        data = assessment.Works(*(correspondence.Side(np.zeros((24, 1)), work) for _ in range(2)), np.arange(24) // 2, [1], [1])
        for pairs in assessment.TAUGHT:
            lesson = assessment.lessons(data, np.array(["a", "b"]), pairs, np.random.default_rng(pairs))
            self.assertEqual(len(lesson.pictures), 2 * pairs)
            self.assertFalse(set(lesson.pictures) & set(lesson.test_pictures))
            self.assertFalse(set(np.concatenate(lesson.tracks)) & set(lesson.test_music))


class RetrievalTest(unittest.TestCase):
    """Average precision by hand."""

    def test_small_case(self):
        points = np.array([[0.0], [1.0], [2.5], [10.0]])
        label, distance = np.array([0, 1, 0, 1]), retrieval.distances(points, points)
        precision = retrieval.average_precision(distance, label).mean()
        np.fill_diagonal(distance, np.inf)
        first = np.mean(label[distance.argmin(axis=1)] == label)
        # Ranks of the one relevant chunk: 0 -> 2, 1 -> 3, 2 -> 2, 3 -> 2.
        self.assertAlmostEqual(precision, (1 / 2 + 1 / 3 + 1 / 2 + 1 / 2) / 4)
        self.assertEqual(first, 0.0)


class DataTest(unittest.TestCase):
    """The lists agree with one another."""

    def test_every_package_is_pinned_with_a_licence(self):
        packages = {row["package"]: row for row in read_table(DATA / "packages.tsv")}
        for table in ("tracks.tsv", "more_tracks.tsv", "pictures.tsv", "sounds.tsv"):
            for row in read_table(DATA / table):
                self.assertIn(row["package"], packages, table)
        for row in packages.values():
            self.assertRegex(row["sha256"], "^[0-9a-f]{64}$")
            self.assertTrue(row["licences"], row["package"])

    def test_first_chunks_are_spread(self):
        starts = corpus.chunk_starts(200.0, 4.0, 0.4, 10)
        self.assertEqual(len(starts), 10)
        self.assertGreater(np.ptp(starts[:2]), 80.0)
        self.assertGreaterEqual(np.diff(np.sort(starts)).min(), 4.0)


class DiscoverTest(unittest.TestCase):
    """What is proposed as music and pictures of a package."""

    def test_effects_and_icons_are_passed_over(self):
        import soundfile
        from PIL import Image

        noise = np.random.default_rng(0)
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, seconds in {"music/short.wav": 9, "music/jingle.wav": 3, "hit.wav": 9, "long.wav": 21, "sfx/rain.wav": 60}.items():
                (root / name).parent.mkdir(exist_ok=True)
                soundfile.write(root / name, np.zeros(1000 * seconds), 1000)
            for name, size in {"big.png": (400, 300), "title.png": (300, 200), "icon.png": (64, 64), "bar.png": (900, 100)}.items():
                coarse = noise.integers(0, 256, (4, 4, 3), dtype=np.uint8)
                Image.fromarray(coarse).resize(size, Image.Resampling.NEAREST).save(root / name)
            Image.new("RGB", (300, 300)).save(root / "flat.png")
            tracks, pictures = discover.propose(root)
        self.assertEqual(tracks, [("long.wav", ""), ("music/short.wav", "")])
        self.assertEqual(pictures, [("title.png", ""), ("big.png", "")])


class FormatTest(unittest.TestCase):
    """Readers of other people's formats, on files made here."""

    def test_qt_resource(self):
        name = "a.ogg".encode("utf-16-be")
        packed = zlib.compress(b"hello")
        content = struct.pack(">I", 5) + packed
        data = struct.pack(">I", len(content)) + content
        names = struct.pack(">HI", 5, 0) + name
        root = struct.pack(">IHII", 0, 2, 1, 1)
        node = struct.pack(">IHHHI", 0, 1, 0, 0, 0)
        blob = struct.pack(">4sIIII", b"qres", 1, 20, 20 + 28, 20 + 28 + len(data)) + root + node + data + names
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "x.rcc").write_bytes(blob)
            self.assertEqual(archives.read(Path(folder), "x.rcc", "a.ogg"), b"hello")

    def test_checkpoint_rejects_other_files(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "x.index"
            file.write_bytes(bytes(64))
            with self.assertRaisesRegex(ValueError, "not a checkpoint"):
                tf_checkpoint.load(file, file)


class ExportTest(unittest.TestCase):
    """Weights kept in 16 bit give nearly the outputs of 32 bit."""

    def test_halving(self):
        rng = np.random.default_rng(5)
        weights = rng.normal(0, 0.05, (64, 32)).astype(np.float32)
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
        ports = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", k]) for n, k in (("x", 64), ("y", 32))]
        graph = helper.make_graph([node], "g", ports[:1], ports[1:], [numpy_helper.from_array(weights, "w")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", export.OPSET)], ir_version=8)
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "full.onnx", Path(folder) / "half.onnx"
            onnx.save(model, str(source))
            export.halve(source, target)
            self.assertLess(target.stat().st_size, 0.7 * source.stat().st_size)
            x = rng.normal(size=(3, 64)).astype(np.float32)
            found = onnxruntime.InferenceSession(str(target)).run(None, {"x": x})[0]
        np.testing.assert_allclose(found, x @ weights, atol=2e-3)


class AugmentTest(unittest.TestCase):
    """Augmented frames keep shape and floor, and a seed keeps them."""

    def test_shape_floor_and_seed(self):
        mel = np.random.default_rng(6).normal(-60, 20, (8, 100, 352))
        first = augment.augment(mel, manifest.front_end(), np.random.default_rng(1))
        second = augment.augment(mel, manifest.front_end(), np.random.default_rng(1))
        self.assertEqual(first.shape, (8, 100, 320))
        self.assertGreaterEqual(first.min(), -100.0)
        np.testing.assert_array_equal(first, second)


if __name__ == "__main__":
    unittest.main()
