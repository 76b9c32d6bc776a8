"""The VST3 bundle in minihost: buses, state, life cycle, snippets, congruity."""

import itertools
import json
import tempfile
import threading
import time
import unittest
from pathlib import Path

import minihost
import numpy as np

import juce_state
import material

RATE = 48_000.0
BLOCK = 512
SECONDS = 9.0


def plugin(rate: float = RATE, block: int = BLOCK, brush: int = 2) -> minihost.Plugin:
    """A plug-in whose sidechain has ``brush`` channels."""
    return minihost.Plugin(
        material.vst3(), sample_rate=rate, max_block_size=block, sidechain_channels=brush
    )


def ready(brush: int = 2, rate: float = RATE) -> minihost.Plugin:
    """A plug-in with the demo's painting and library, rendering offline."""
    host = plugin(rate, brush=brush)
    state = juce_state.edited(
        host.get_state(), material.scene(material.shared_index()), material.SETTINGS
    )
    host.set_state(state)
    host.non_realtime = True
    return host


def rendered(
    host: minihost.Plugin, music: np.ndarray, brush: np.ndarray | None, block: int = BLOCK
) -> np.ndarray:
    """Main output, snippets and control voltages: six channels."""
    out = np.full((host.num_output_channels, music.shape[1]), np.nan, np.float32)
    for start in range(0, music.shape[1], block):
        part = slice(start, min(start + block, music.shape[1]))
        block_in = np.ascontiguousarray(music[:, part])
        block_out = np.full((out.shape[0], block_in.shape[1]), np.nan, np.float32)
        if brush is None:
            host.process(block_in, block_out)
        else:
            host.process_sidechain(block_in, block_out, np.ascontiguousarray(brush[:, part]))
        out[:, part] = block_out
        host.poll_callbacks()
    return out


def translated(host: minihost.Plugin, channels: int = 2, rate: float = RATE) -> np.ndarray:
    """What the plug-in makes of chords and strokes."""
    brush = material.strokes(rate, SECONDS)[:channels] if channels else None
    return rendered(host, material.chords(rate, SECONDS), brush)


def setUpModule() -> None:
    """Waits until the shared index is there, which the first run makes."""
    end = time.monotonic() + 240.0
    host = ready()
    while np.abs(translated(host)[2:]).max() == 0.0:
        if time.monotonic() > end:
            raise AssertionError("no snippet within four minutes of the first start")
        time.sleep(1.0)


class Face(unittest.TestCase):
    """What a host sees."""

    def test_buses_and_parameters(self) -> None:
        host = plugin()
        self.assertEqual((host.num_input_buses, host.num_output_buses), (2, 3))
        names = [host.get_param_info(i)["name"] for i in range(host.num_params)]
        self.assertIn("Congruity", names)
        congruity = host.get_param_info(names.index("Congruity"))
        self.assertTrue(congruity["is_automatable"], congruity)

    def test_sidechain_is_mono_or_stereo_as_asked(self) -> None:
        for channels in (1, 2):
            with self.subTest(channels=channels):
                info = plugin(brush=channels).get_bus_info(True, 1)
                self.assertEqual(info["num_channels"], channels, info)
                self.assertTrue(info["is_enabled"], info)


class Passing(unittest.TestCase):
    """The music comes through as it is while there is nothing to play."""

    def check(self, host: minihost.Plugin, rate: float, block: int, brush: int) -> None:
        seconds = max(0.02, 3.0 * block / rate)
        music = material.chords(rate, seconds)
        strokes = material.strokes(rate, seconds)[:brush] if brush else None
        out = rendered(host, music, strokes, block)
        np.testing.assert_allclose(out[:2], music, atol=1e-6)
        np.testing.assert_array_equal(out[2:], 0.0)

    def test_rates_and_block_sizes(self) -> None:
        brushes = itertools.cycle([2, 1, 0])
        rates = [22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0]
        for rate, block in itertools.product(rates, [1, 7, 64, 512, 1024, 4096, 8192]):
            brush = next(brushes)
            with self.subTest(rate=rate, block=block, brush=brush):
                self.check(plugin(rate, block, brush), rate, block, brush)

    def test_rate_changed_between_activations(self) -> None:
        host = plugin(RATE, 1024)
        for rate in [192_000.0, 22_050.0, 44_100.0, 88_200.0, 48_000.0]:
            for block in [1024, 1, 333]:
                with self.subTest(rate=rate, block=block):
                    host.sample_rate = rate
                    self.check(host, rate, block, 2)

    def test_two_instances_in_two_threads(self) -> None:
        faults = []

        def play(rate: float) -> None:
            try:
                host = plugin(rate)
                for _ in range(10):
                    self.check(host, rate, 128, 2)
            except Exception as fault:  # noqa: BLE001 (a thread's failure is the test's)
                faults.append(fault)

        threads = [threading.Thread(target=play, args=(rate,)) for rate in (44_100.0, RATE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])


class State(unittest.TestCase):
    """What a project keeps."""

    def test_comes_back_byte_for_byte(self) -> None:
        first = plugin()
        nowhere = Path("/no/such/place, with ü")
        first.set_state(juce_state.edited(
            first.get_state(),
            {"painting": nowhere / "a.jpg", "library": nowhere},
            {"filter": {"f32": 12.5}, "variety": {"i32": 3}},
        ))
        saved = first.get_state()
        second = plugin()
        self.assertNotEqual(saved, second.get_state())
        second.set_state(saved)
        self.assertEqual(saved, second.get_state())
        rendered(second, material.chords(RATE, 0.2), material.strokes(RATE, 0.2))
        self.assertEqual(saved, second.get_state())

    def test_every_parameter_is_kept(self) -> None:
        host = plugin()
        untouched = json.loads(juce_state.component(host.get_state()))["params"]
        for index in range(host.num_params):
            # Far from every default, and on a step of those that have steps.
            host.set_param(index, 0.0 if host.get_param(index) > 0.5 else 1.0)
        rendered(host, material.chords(RATE, 0.1), material.strokes(RATE, 0.1))
        state = host.get_state()
        kept = json.loads(juce_state.component(state))["params"]
        for name, value in kept.items():
            with self.subTest(parameter=name):
                self.assertNotEqual(value, untouched[name])
        other = plugin()
        other.set_state(state)
        for index in range(host.num_params):
            with self.subTest(parameter=host.get_param_info(index)["name"]):
                self.assertAlmostEqual(host.get_param(index), other.get_param(index), places=5)


class Translation(unittest.TestCase):
    """Brush and music in, snippets and congruity out."""

    def test_snippets_on_both_outputs(self) -> None:
        for channels in (2, 1):
            with self.subTest(channels=channels):
                out = translated(ready(channels), channels)
                self.assertGreater(np.sqrt(np.mean(out[2:] ** 2)), 1e-3)
                # The main output is the music with the snippets in it.
                music = material.chords(RATE, SECONDS)
                self.assertGreater(np.sqrt(np.mean((out[:2] - music) ** 2)), 1e-3)

    def test_no_brush_no_snippets(self) -> None:
        out = translated(ready(0), 0)
        np.testing.assert_array_equal(out[2:], 0.0)
        np.testing.assert_allclose(out[:2], material.chords(RATE, SECONDS), atol=1e-6)

    def test_congruity_as_output_parameter(self) -> None:
        host = ready()
        seen = []
        host.set_param_value_callback(lambda index, value: seen.append((index, value)))
        translated(host)
        congruity = host.find_param("Congruity")
        self.assertGreaterEqual(len(seen), 5)
        self.assertEqual({index for index, _ in seen}, {congruity})
        self.assertTrue(all(0.0 <= value <= 1.0 for _, value in seen), seen)
        self.assertGreater(len({value for _, value in seen}), 2)

    def test_offline_render_repeats_bit_by_bit(self) -> None:
        for rate in (44_100.0, RATE):
            with self.subTest(rate=rate):
                one = translated(ready(rate=rate), rate=rate)
                two = translated(ready(rate=rate), rate=rate)
                self.assertGreater(np.abs(one[2:]).max(), 0.0)
                self.assertEqual(one.tobytes(), two.tobytes())


class Destruction(unittest.TestCase):
    """The end may come at any moment."""

    def test_while_the_worker_is_busy(self) -> None:
        for pause in (0.0, 0.02, 0.2, 1.0):
            with self.subTest(pause=pause), tempfile.TemporaryDirectory() as index:
                host = plugin()
                host.set_state(juce_state.edited(host.get_state(), material.scene(Path(index))))
                rendered(host, material.chords(RATE, 0.1), material.strokes(RATE, 0.1))
                time.sleep(pause)
                begin = time.monotonic()
                host.close()
                self.assertLess(time.monotonic() - begin, 5.0)


if __name__ == "__main__":
    unittest.main()
