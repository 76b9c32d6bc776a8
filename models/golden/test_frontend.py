"""Tests of the reference front end: run with `python3 -m unittest` in this folder."""

import unittest

import numpy as np
from scipy.signal import resample_poly

import frontend

FRONT = frontend.load()


class FrontendTest(unittest.TestCase):
    """The reference against facts that do not come from its own code."""

    def test_mel_scale_at_published_points(self):
        for hz, mel in ((0.0, 0.0), (200.0, 3.0), (1000.0, 15.0), (6400.0, 42.0)):
            self.assertAlmostEqual(frontend.hz_to_mel(hz), mel, places=12)
            self.assertAlmostEqual(frontend.mel_to_hz(mel), hz, places=9)

    def test_full_scale_sine_reads_zero_db_at_its_bin(self):
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRONT.window) / FRONT.window)
        for number in (16, 64, 300):
            t = np.arange(FRONT.window) / FRONT.sample_rate
            sine = np.sin(2 * np.pi * number * FRONT.sample_rate / FRONT.fft * t)
            power = np.abs(np.fft.rfft(sine * window, FRONT.fft)[number]) ** 2
            self.assertAlmostEqual(10 * np.log10(power / (window.sum() / 2) ** 2), 0.0, delta=1e-3)

    def test_filters_cover_the_range(self):
        weights = frontend.filters(FRONT)
        self.assertEqual(weights.shape, (FRONT.bands, FRONT.fft // 2 + 1))
        self.assertLessEqual(weights.max(), 1.0)
        bins = np.arange(weights.shape[1]) * FRONT.sample_rate / FRONT.fft
        inside = (bins > frontend.edges_hz(FRONT)[1]) & (bins < frontend.edges_hz(FRONT)[-2])
        np.testing.assert_allclose(weights.sum(axis=0)[inside], 1.0, atol=1e-12)
        self.assertTrue(np.all(weights.sum(axis=1) > 0.0), "a band without a bin stays silent")

    def test_silence_is_the_floor(self):
        self.assertTrue(np.all(frontend.frames(np.zeros(4000), FRONT) == -100.0))

    def test_frame_position(self):
        # An impulse sounds only in the frames whose window covers it with weight above 0.
        signal = np.zeros(8000)
        signal[3000] = 1.0
        loud = np.nonzero(frontend.frames(signal, FRONT).max(axis=1) > -100.0)[0]
        last = 3000 // FRONT.hop - (3000 % FRONT.hop == 0)
        self.assertEqual(loud[-1], last)
        self.assertEqual(loud[0], (3000 - FRONT.window) // FRONT.hop + 1)

    def test_rates_agree(self):
        # The bound that the program must keep is attainable: a plain polyphase resampler does.
        table = frontend.partials()
        expected = frontend.frames(frontend.render_partials(table, FRONT.sample_rate), FRONT)
        bands = int(np.sum(frontend.edges_hz(FRONT)[2:] <= frontend.PARTIALS_TOP_HZ))
        for rate in frontend.RATES[1:]:
            common = np.gcd(rate, FRONT.sample_rate)
            sound = frontend.render_partials(table, rate)
            sound = resample_poly(sound, FRONT.sample_rate // common, rate // common,
                                  window=("kaiser", 10.0))
            found = frontend.frames(sound, FRONT)
            self.assertEqual(found.shape, expected.shape)
            error = np.mean(np.abs(found - expected)[:, :bands])
            self.assertLess(error, 0.1, f"{rate} Hz: {error} dB")

    def test_golden_data_is_current(self):
        folder = frontend.HERE / "frontend"
        for name, content in frontend.golden(FRONT).items():
            path = folder / name
            self.assertTrue(frontend.same(path.read_bytes(), content, path.suffix), name)


if __name__ == "__main__":
    unittest.main()
