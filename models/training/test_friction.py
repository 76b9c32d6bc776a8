"""Tests of the friction synthesizer: run with `python3 -m unittest` in this folder."""

import math
import tempfile
import unittest
from pathlib import Path

import numpy as np

import friction


def measured_onsets(signal: np.ndarray, rate: int) -> list[float]:
    """Times (s) at which the 1 ms RMS envelope leaves the noise floor by 15 dB.

    An independent look at the audio: 100 ms below the threshold arm the detector again.
    """
    hop = rate // 1000
    frames = signal[: len(signal) // hop * hop].reshape(-1, hop)
    level = 10.0 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    above = level > friction.NOISE_FLOOR_DBFS + 15.0
    onsets, quiet = [], 100
    for index, loud in enumerate(above):
        if loud and quiet >= 100:
            onsets.append(index * hop / rate)
        quiet = 0 if loud else quiet + 1
    return onsets


class FrictionTest(unittest.TestCase):
    """What the demonstration and the host tests rely on."""

    def test_same_seed_same_samples(self):
        strokes = [friction.Stroke(0.2, 0.6, "stroke", 0.1), friction.Stroke(0.8, 0.9, "knife", 0.2)]
        first = friction.render(strokes, 1.2, seed=3)
        self.assertEqual(first.tobytes(), friction.render(strokes, 1.2, seed=3).tobytes())
        self.assertGreater(np.max(np.abs(first - friction.render(strokes, 1.2, seed=4))), 0.01)

    def test_onsets_match_the_score(self):
        strokes = friction.demo_strokes()
        for rate in (16_000, 48_000):
            for seed in (7, 8):
                found = measured_onsets(friction.render(strokes, 30.0, seed, rate), rate)
                self.assertEqual(len(found), len(strokes))
                for onset, stroke in zip(found, strokes):
                    self.assertLess(abs(onset - stroke.start_s), 0.010, stroke)

    def test_level_and_dc(self):
        signal = friction.render(friction.demo_strokes(), 30.0, peak_dbfs=-6.0)
        peak_db = 20.0 * math.log10(np.max(np.abs(signal)))
        self.assertAlmostEqual(peak_db, -6.0, delta=0.1)
        self.assertLess(abs(np.mean(signal)), 1e-5)

    def test_faster_is_brighter(self):
        def centroid(speed: float) -> float:
            stroke = friction.Stroke(0.1, 1.1, "stroke", speed)
            power = np.abs(np.fft.rfft(friction.render([stroke], 1.2)[4800:52800])) ** 2
            return float(np.sum(power * np.arange(len(power))) / np.sum(power))

        self.assertGreater(centroid(0.5), 1.2 * centroid(0.06))

    def test_knife_pitch_follows_slip_length(self):
        # Mean rate = speed / slip length: the strongest line of the pulse train of one tuft.
        rate, speed = 48_000, 0.2
        tool = friction.Tool(1, 0.5e-3, 0.02, 0.05e-3, 10.0, 1.0, 0.0, 0.0, 0.0)
        distance = np.cumsum(np.full(rate, speed)) / rate
        pulses = friction._slips(tool, distance, np.full(rate, speed), np.ones(rate), 1.0, rate,
                                 np.random.default_rng(1))
        power = np.abs(np.fft.rfft(pulses)) ** 2
        peak_hz = 50 + int(np.argmax(power[50:700]))
        self.assertTrue(speed / (1.25 * 0.5e-3) * 0.95 < peak_hz < speed / (0.8 * 0.5e-3) * 1.05)

    def test_silence_without_strokes(self):
        signal = friction.render([], 0.5)
        rms_db = 10.0 * math.log10(np.mean(signal**2))
        self.assertAlmostEqual(rms_db, friction.NOISE_FLOOR_DBFS, delta=0.3)

    def test_bad_scores_are_refused(self):
        good = friction.Stroke(0.2, 0.6, "stroke", 0.1)
        for bad in (friction.Stroke(0.5, 0.7, "stroke", 0.1), friction.Stroke(0.9, 1.1, "dab", 0.1),
                    friction.Stroke(0.7, 0.9, "sponge", 0.1), friction.Stroke(0.7, 0.9, "dab", 0.0)):
            with self.assertRaises(ValueError):
                friction.render([good, bad], 1.0)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "strokes.csv"
            friction.write_csv(table, friction.demo_strokes())
            lines = table.read_text().splitlines()
            self.assertEqual(lines[0], "start_s,end_s,kind,speed")
            self.assertEqual(lines[1], "1.000,3.200,stroke,0.100")
            self.assertEqual(len(lines), 21)


if __name__ == "__main__":
    unittest.main()
