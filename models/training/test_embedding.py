"""Tests of the audio embedding: its fixed parts, its space, what it is trained and measured with."""

import importlib.util
import struct
import unittest

import numpy as np
import onnxruntime

from training import augment, batches, manifest, midi, retrieval, rhythm
from training.frontend import MelFrontEnd
from training.settings import MODELS

TORCH = importlib.util.find_spec("torch") is not None
RATE = 16_000


def sounds() -> dict[str, np.ndarray]:
    """Mel frames of made-up sounds: silence, mains hum, an organ-like held tone, and noise bursts at two paces."""
    front_end = MelFrontEnd(manifest.front_end())
    time = np.arange(front_end.definition.context_samples) / RATE
    rng = np.random.default_rng(1)
    hiss = 1e-4 * rng.standard_normal(len(time))
    tone = lambda hertz, count: sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, count + 1))  # noqa: E731
    bursts = lambda period: rng.standard_normal(len(time)) * np.exp(-20.0 * (time % period)) * 0.3  # noqa: E731
    waves = {
        "silence": np.zeros(0), "hum": 0.02 * tone(50.0, 5) + hiss, "organ": 0.1 * tone(220.0, 8) + hiss, "octave": 0.1 * tone(440.0, 8) + hiss,
        "noise": 0.1 * rng.standard_normal(len(time)), "slow": bursts(0.8) + hiss, "fast": bursts(0.29) + hiss,
    }  # fmt: skip
    return {name: front_end.chunk(wave) for name, wave in waves.items()}


@unittest.skipUnless(TORCH, "PyTorch is not installed")
class PartsTest(unittest.TestCase):
    """Onset pattern and pitch content say what they should of sounds made here."""

    def setUp(self):
        import torch

        from training.pattern import Onsets, Pitch

        onsets, pitch = Onsets(), Pitch()
        self.sounds = sounds()

        def parts(mel: np.ndarray) -> list[np.ndarray]:
            batch = torch.from_numpy(mel[None, None])
            return [part[0].numpy() for part in (*onsets(batch), *pitch(batch))]

        self.parts = parts

    def test_every_part_but_the_rates_has_length_one(self):
        for name, mel in self.sounds.items():
            onsets, _, chroma, height = self.parts(mel)
            for part in (onsets, chroma, height):
                self.assertAlmostEqual(float(part @ part), 1.0, places=3, msg=name)

    def test_level_does_not_enter(self):
        mel = np.maximum(self.sounds["slow"], -70.0)
        for quiet, loud in zip(self.parts(mel), self.parts(mel + 18.0)):
            np.testing.assert_allclose(quiet, loud, atol=1e-4)

    def test_what_does_not_begin_has_no_onsets(self):
        for name in ("silence", "hum", "organ"):
            self.assertGreater(self.parts(self.sounds[name])[0][-1], 0.9, name)
        for name in ("slow", "fast"):
            self.assertLess(self.parts(self.sounds[name])[0][-1], 0.2, name)

    def test_onset_pattern_peaks_where_sounds_begin(self):
        pattern = self.parts(self.sounds["slow"])[0][:-1]
        # A frame hears 50 ms from its start on, so that a sound shows 25 ms before its time on average.
        begins = ((np.arange(1, 5) * 0.8 - 0.025) / 0.05).astype(int)
        self.assertGreater(pattern[begins].min(), np.delete(pattern, np.concatenate([begins + k for k in (-2, -1, 0, 1, 2)])).max())

    def test_pitch_class_and_noise(self):
        organ, octave, noise = (self.parts(self.sounds[name])[2] for name in ("organ", "octave", "noise"))
        self.assertEqual(int(np.argmax(organ[:-1])), 9)
        self.assertGreater(organ @ octave, 0.8)
        self.assertGreater(noise[-1], 0.9)
        self.assertLess(organ[-1], 0.2)


@unittest.skipUnless(TORCH, "PyTorch is not installed")
class SpaceTest(unittest.TestCase):
    """Friction moves weight from the learnt part to the onset pattern."""

    def test_friction_keeps_the_length(self):
        from dataclasses import replace

        import torch

        from training import space

        rng = np.random.default_rng(2)
        shape = space.metric(rng.normal(size=(60, 128)), np.arange(60) // 3)
        friction = np.zeros(512)
        friction[0] = 10.0
        shape = replace(shape, friction=friction, threshold=0.0)
        hidden = torch.zeros(2, 512)
        hidden[:, 0] = torch.tensor([-3.0, 3.0])
        mel = torch.from_numpy(np.stack([sounds()["slow"]] * 2)[:, None])
        raw = torch.from_numpy(rng.normal(size=(1, 128)).astype(np.float32)).repeat(2, 1)
        music, brush = space.Space(shape)(hidden, raw, mel).numpy()
        self.assertAlmostEqual(float(music @ music), float(brush @ brush), delta=0.15)
        self.assertAlmostEqual(float(np.linalg.norm(brush[:128])), space.FRICTION_KEEPS, places=3)
        self.assertAlmostEqual(float(np.linalg.norm(music[:128])), 1.0, places=3)

    def test_logistic_finds_a_planted_direction(self):
        from training import space

        rng = np.random.default_rng(3)
        values = rng.normal(size=(400, 6)) * np.array([1, 5, 0.2, 1, 1, 1]) + 3.0
        weight, threshold = space.logistic(values, (values[:, 1] > 6.0).astype(float))
        right = (values @ weight + threshold > 0) == (values[:, 1] > 6.0)
        self.assertGreater(right.mean(), 0.95)

    def test_same_track_loss(self):
        import torch

        from training.distil import same_track

        partner, track = torch.tensor([1, 0, 3, 2, -1]), torch.tensor([0, 0, 1, 1, 2])
        apart = torch.eye(5)
        together = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1], [-1, 0]])
        self.assertLess(same_track(together, partner, track).item(), 0.01)
        self.assertGreater(same_track(apart, partner, track).item(), 1.0)


class TrainingDataTest(unittest.TestCase):
    """Brush views, batches and rendered patterns are what they claim to be."""

    def test_brush_view_keeps_the_rhythm(self):
        mel = np.stack([sounds()[name] for name in ("slow", "fast")] * 12)
        viewed, chosen = augment.brush_view(mel, np.ones(len(mel), bool), manifest.front_end(), np.random.default_rng(4), 1.0)
        self.assertTrue(chosen.all())
        self.assertGreaterEqual(viewed.min(), -100.0)
        like = rhythm.correlation(rhythm.onset_strength(viewed), rhythm.onset_strength(mel[:2]))
        own, other = like[np.arange(24), np.arange(24) % 2], like[np.arange(24), 1 - np.arange(24) % 2]
        self.assertGreater(np.mean(own > other), 0.8)

    def test_partners_come_from_one_track(self):
        class Data:
            kind = np.repeat(["music", "sound", "friction"], [40, 10, 10])
            track = np.concatenate([np.arange(40) // 4, np.arange(10, 20), np.arange(20, 30)])
            work = np.repeat(["a", "b", "pack", "friction"], [30, 10, 10, 10])

        chosen, partner = batches.Batches(Data, np.arange(60)).draw(16, np.random.default_rng(5))
        self.assertEqual(len(set(chosen)), len(chosen))
        for row, other in enumerate(partner):
            if Data.kind[chosen[row]] == "music":
                self.assertEqual(Data.track[chosen[row]], Data.track[chosen[other]])
            else:
                self.assertEqual(other, -1)

    def test_midi_file_holds_the_score(self):
        name = midi.member(0)
        content = midi.file(name)
        self.assertEqual(content[:4], b"MThd")
        self.assertEqual(struct.unpack(">I", content[18:22])[0], len(content) - 22)
        notes = [note for segment in midi.score(name) for note in segment]
        self.assertEqual(sum(content.count(bytes([0x90, key])) for key in {note.key for note in notes}), len(notes))
        self.assertAlmostEqual(midi.pitch_classes(name, 3).sum(), sum(n.end - n.start for n in midi.score(name)[3]))


class MeasureTest(unittest.TestCase):
    """Measures on cases whose answer is known."""

    def test_correlation_allows_the_lag_and_no_more(self):
        pulse = np.zeros((1, 100))
        pulse[0, [20, 50, 80]] = 1.0
        moved = np.roll(pulse, 3, axis=1)
        self.assertAlmostEqual(rhythm.correlation(pulse, moved, 3)[0, 0], 1.0, places=3)
        self.assertLess(rhythm.correlation(pulse, moved, 2)[0, 0], 0.1)

    def test_contest(self):
        likeness = np.random.default_rng(6).random((200, 300))
        draw = lambda distance, pool: rhythm.contest(distance, likeness, pool, np.random.default_rng(7)).won.mean()  # noqa: E731
        self.assertEqual(draw(-likeness, 100), 1.0)
        self.assertLess(draw(np.random.default_rng(8).random(likeness.shape), 100), 0.12)

    def test_average_precision_by_hand(self):
        points = np.array([[0.0], [1.0], [2.5], [10.0], [11.0]])
        found = retrieval.average_precision(retrieval.distances(points, points), np.array([0, 1, 0, 1, 2]))
        np.testing.assert_allclose(found[:4], [1 / 2, 1 / 3, 1 / 2, 1 / 3])
        self.assertTrue(np.isnan(found[4]))

    def test_strokes_are_heard_where_they_are_known(self):
        brush = rhythm.brush_scenes(6, 9)
        like = rhythm.correlation(brush.known(), rhythm.onset_strength(brush.mel))
        self.assertGreater(np.median(np.diag(like)), 0.6)


class ShippedTest(unittest.TestCase):
    """The shipped network keeps its promises on made-up sounds."""

    @classmethod
    def setUpClass(cls):
        network = onnxruntime.InferenceSession(str(MODELS / "audio.onnx"), providers=["CPUExecutionProvider"])
        cls.sounds = sounds()
        cls.hear = staticmethod(lambda mel: network.run(["embedding"], {"mel": mel[None, None].astype(np.float32)})[0][0])
        cls.points = {name: cls.hear(mel) for name, mel in cls.sounds.items()}

    def _distance(self, first: str, second: str) -> float:
        return float(np.linalg.norm(self.points[first] - self.points[second]))

    def test_length_is_that_of_the_manifest(self):
        audio = next(m for m in manifest.load()["model"] if m["name"] == "audio")
        length = next(o["length"] for o in audio["output"] if o["name"] == "embedding")
        self.assertEqual(len(self.points["organ"]), length)
        self.assertLessEqual(length, 256)

    def test_silence_and_hum_lie_near_held_notes(self):
        for quiet in ("silence", "hum"):
            for rhythmic in ("slow", "fast"):
                self.assertLess(self._distance(quiet, "organ"), self._distance(quiet, rhythmic), (quiet, rhythmic))

    def test_level_moves_it_little(self):
        usual = self._distance("organ", "fast")
        for name in ("organ", "slow", "fast"):
            clean = np.maximum(self.sounds[name], -80.0)
            for level in (-18.0, 18.0):
                moved = np.linalg.norm(self.hear(np.maximum(clean + level, -100.0)) - self.hear(clean))
                self.assertLess(moved, 0.1 * usual, (name, level))

    def test_a_brush_finds_its_rhythm(self):
        brush = rhythm.brush_scenes(40, 10)
        points = np.stack([self.hear(mel) for mel in brush.mel])
        # Music with the rhythm of each scene: a chord struck when a stroke begins.
        front_end = MelFrontEnd(manifest.front_end())
        time = np.arange(front_end.definition.context_samples) / RATE
        chords = []
        for number, starts in enumerate(brush.strokes):
            hertz = 220.0 * 2.0 ** (number % 12 / 12.0)
            envelope = sum(np.where(time >= start, np.exp(-6.0 * np.maximum(0.0, time - start)), 0.0) for start in starts)
            chords.append(self.hear(front_end.chunk(0.1 * envelope * sum(np.sin(2 * np.pi * hertz * k * time) / k for k in (1, 2, 3, 5)))))
        near = retrieval.distances(points, np.stack(chords))
        rank = (near < np.diag(near)[:, None]).sum(axis=1)
        self.assertLess(np.median(rank), 4, "of 40 rhythms")


if __name__ == "__main__":
    unittest.main()
