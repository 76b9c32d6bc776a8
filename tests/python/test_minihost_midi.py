"""The VST3 bundle's MIDI and voltages in minihost: strokes as notes, keys as strokes."""

import time
import unittest

import minihost
import numpy as np

import juce_state
import material

RATE = 48_000.0
BLOCK = 256
SECONDS = 9.0
NOTE_ON, NOTE_OFF, CONTROL = 0x9, 0x8, 0xB


def ready(outputs: dict | None = None, **parameters: dict) -> minihost.Plugin:
    """A plug-in with the demo's painting and library, rendering offline; ``outputs`` is the
    record's part of that name."""
    host = minihost.Plugin(
        material.vst3(), sample_rate=RATE, max_block_size=BLOCK, sidechain_channels=2
    )
    settings = {"filter": {"f32": 20.0}}
    settings |= {name.replace("_", "-"): value for name, value in parameters.items()}
    scene = material.scene(material.shared_index())
    state = juce_state.edited(host.get_state(), scene, settings)
    if outputs:
        state = juce_state.with_outputs(state, outputs)
    host.set_state(state)
    host.non_realtime = True
    return host


def processed(
    host: minihost.Plugin, brush: np.ndarray, keys: list[tuple[int, int, int, int]] = ()
) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """All outputs, and the messages that came out, each with the sample it came at."""
    music = material.chords(RATE, brush.shape[1] / RATE)
    out = np.zeros((host.num_output_channels, music.shape[1]), np.float32)
    messages = []
    for start in range(0, music.shape[1], BLOCK):
        part = slice(start, min(start + BLOCK, music.shape[1]))
        block = np.zeros((out.shape[0], part.stop - start), np.float32)
        within = [(at - start, *rest) for at, *rest in keys if part.start <= at < part.stop]
        sent = host.process_sidechain_midi(
            np.ascontiguousarray(music[:, part]), block, np.ascontiguousarray(brush[:, part]), within
        )
        messages += [(start + at, *rest) for at, *rest in sent]
        out[:, part] = block
    return out, messages


def played(
    host: minihost.Plugin, brush: np.ndarray, keys: list[tuple[int, int, int, int]] = ()
) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """As above, of the outputs the snippets alone."""
    out, messages = processed(host, brush, keys)
    return out[2:4], messages


def setUpModule() -> None:
    """Waits until the shared index is there, which the first run makes."""
    end = time.monotonic() + 240.0
    while np.abs(played(ready(), material.strokes(RATE, 3.0))[0]).max() == 0.0:
        if time.monotonic() > end:
            raise AssertionError("no snippet within four minutes of the first start")
        time.sleep(1.0)


class Notes(unittest.TestCase):
    """Both ways."""

    def test_host_knows_of_midi(self) -> None:
        host = ready()
        self.assertTrue(host.accepts_midi)
        self.assertTrue(host.produces_midi)

    def test_each_stroke_goes_out_as_a_note(self) -> None:
        brush = material.strokes(RATE, SECONDS)
        host = ready(notes_out={"bool": True}, note_channel={"i32": 3})
        _, sent = played(host, brush)
        notes = [m for m in sent if m[1] >> 4 in (NOTE_ON, NOTE_OFF)]
        self.assertEqual({m[1] & 0xF for m in notes}, {2}, "on the channel that was set")
        begun = [m[0] / RATE for m in notes if m[1] >> 4 == NOTE_ON and m[3] > 0]
        expected = np.arange(0.0, SECONDS - 0.25, 0.5)
        # The first may be missed: how loud silence is, is not known yet.
        met = [np.abs(np.array(begun) - stroke).min() < 0.05 for stroke in expected[1:]]
        self.assertEqual(len(met), sum(met), f"notes at {begun}")
        ended = [m for m in notes if m[1] >> 4 == NOTE_OFF or m[3] == 0]
        self.assertLessEqual(len(begun) - len(ended), 1, "but the last all end")

    def test_no_notes_unless_switched_on(self) -> None:
        _, sent = played(ready(), material.strokes(RATE, SECONDS))
        self.assertEqual(sent, [])

    def test_congruity_goes_out_as_controller_1(self) -> None:
        for resolution, controllers in (("coarse", {1}), ("fine", {1, 33})):
            with self.subTest(resolution=resolution):
                host = ready({"cc": {"enabled": True, "resolution": resolution, "channel": 5}})
                _, sent = played(host, material.strokes(RATE, SECONDS))
                changes = [m for m in sent if m[1] >> 4 == CONTROL]
                self.assertEqual({m[1] & 0xF for m in changes}, {4}, "on the channel that was set")
                self.assertEqual({m[2] for m in changes}, controllers)
                # How it moves depends on how much of the library is indexed by now.
                self.assertGreater(max(m[3] for m in changes if m[2] == 1), 0)

    def test_a_key_plays_a_snippet_at_its_sample(self) -> None:
        host = ready(mode={"string": "notes"})
        brush = material.strokes(RATE, SECONDS)
        key = round(6.3 * RATE)
        silent, _ = played(host, brush)
        np.testing.assert_array_equal(silent, 0.0, "strokes begin nothing in mode Notes")
        host = ready(mode={"string": "notes"})
        keys = [(key, NOTE_ON << 4, 60, 100), (key + round(RATE), NOTE_OFF << 4, 60, 0)]
        heard, _ = played(host, brush, keys)
        np.testing.assert_array_equal(heard[:, :key], 0.0)
        self.assertGreater(np.abs(heard[:, key : key + round(0.5 * RATE)]).max(), 1e-3)
        after = heard[:, key + round(1.2 * RATE) :]
        self.assertLess(np.abs(after).max(), 1e-4, "the snippet ends with the key")


class Voltages(unittest.TestCase):
    """The bus of its own."""

    def test_congruity_as_two_voltages(self) -> None:
        left = {"source": "congruity"}
        right = {"source": "congruity", "polarity": "bipolar", "scale": 0.5}
        out, _ = processed(ready({"cv": [left, right]}), material.strokes(RATE, SECONDS))
        left, right = out[4:6]
        self.assertGreater(left.max(), 0.5)
        self.assertTrue(0.0 <= left.min() and left.max() <= 1.0, (left.min(), left.max()))
        self.assertLess(np.abs(np.diff(out[4:6], axis=1)).max(), 0.02, "no steps, no sound")
        settled = slice(-round(RATE), None)
        np.testing.assert_allclose(right[settled], left[settled] - 0.5, atol=0.01)


if __name__ == "__main__":
    unittest.main()
