"""The VST3 bundle in DawDreamer (a graph with a sidechain) and in pedalboard (state)."""

import tempfile
import unittest
from pathlib import Path

import dawdreamer
import minihost
import numpy as np
import pedalboard

import juce_state
import material

RATE = 48_000
SECONDS = 9.0


def graph(preset: bytes | None, main_only: bool = False) -> np.ndarray:
    """Renders chords with strokes on the sidechain; the plug-in's output channels."""
    engine = dawdreamer.RenderEngine(RATE, 512)
    plugin = engine.make_plugin_processor("impasto", material.vst3())
    if main_only:
        plugin.disable_nonmain_buses()
    if preset is not None:
        # Not `load_state`, which opens a window to do its work.
        with tempfile.NamedTemporaryFile(suffix=".vstpreset") as file:
            Path(file.name).write_bytes(preset)
            assert plugin.load_vst3_preset(file.name)
    inputs = {"music": material.chords(RATE, SECONDS), "brush": material.strokes(RATE, SECONDS)}
    if main_only:
        del inputs["brush"]
    sources = [(engine.make_playback_processor(name, audio), []) for name, audio in inputs.items()]
    engine.load_graph([*sources, (plugin, list(inputs))])
    engine.render(SECONDS)
    return plugin.get_audio()


def scene_preset() -> bytes:
    """A preset file with the demo's painting and library."""
    untouched = pedalboard.load_plugin(material.vst3()).preset_data
    with tempfile.NamedTemporaryFile(suffix=".vstpreset") as file:
        Path(file.name).write_bytes(untouched)
        preset = minihost.read_vstpreset(file.name)
        state = juce_state.edited_component(
            preset.component_state, material.scene(material.shared_index()), material.SETTINGS
        )
        minihost.write_vstpreset(file.name, preset.class_id, state)
        return Path(file.name).read_bytes()


class DawDreamer(unittest.TestCase):
    """A graph with the brush on the sidechain."""

    def test_graph_plays_snippets_and_repeats(self) -> None:
        preset = scene_preset()
        one = graph(preset)
        self.assertEqual(one.shape[0], 6)
        self.assertGreater(np.abs(one[2:]).max(), 0.0, "no snippet on the aux output")
        music = material.chords(RATE, SECONDS)
        self.assertGreater(np.abs(one[:2] - music[:, : one.shape[1]]).max(), 1e-3)
        self.assertEqual(one.tobytes(), graph(preset).tobytes())

    def test_other_buses_switched_off(self) -> None:
        out = graph(None, main_only=True)
        music = material.chords(RATE, SECONDS)[:, : out.shape[1]]
        np.testing.assert_allclose(out[:2], music, atol=1e-6)


class Pedalboard(unittest.TestCase):
    """A host that knows the main bus only."""

    def test_state_and_parameters(self) -> None:
        first = pedalboard.load_plugin(material.vst3())
        first.filter = 20.0
        first.variety_snippets = 3
        saved = first.raw_state
        second = pedalboard.load_plugin(material.vst3())
        second.raw_state = saved
        self.assertEqual(juce_state.component(saved), juce_state.component(second.raw_state))
        self.assertEqual(second.variety_snippets, first.variety_snippets)
        self.assertAlmostEqual(second.filter, first.filter, places=3)

    def test_music_passes(self) -> None:
        plugin = pedalboard.load_plugin(material.vst3())
        music = material.chords(RATE, 1.0)
        np.testing.assert_allclose(plugin.process(music, RATE), music, atol=1e-6)


if __name__ == "__main__":
    unittest.main()
