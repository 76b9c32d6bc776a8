"""What is checked in Ardour. Each case is a function of the scene; a failed one raises."""

import time

import numpy as np

import midi
from ardour import Display, Gui
from listener import Listener
from scene import RATE, Scene, level, strokes
from session import Session

EDITOR = "Impasto"
"""Part of the title of the plug-in's window."""

ROLL = 20.0
"""Seconds that are played where something is recorded: strokes, calm music and wild music."""

CONGRUITY = "Congruity"


MIDI_STRIP = 3
"""The MIDI track, as Ardour's OSC surface counts."""

SLIDERS = {"Voices": (500, 660), "Fade": (695, 855), "Interval": (890, 1050)}
"""Sliders of the editor's first page of parameters, and where in it they begin and end."""

SLIDERS_TOP = 628
"""Where they lie from above."""


def _values(pairs) -> np.ndarray:
    return np.array([point.value for point in pairs])


def _told(recorded: list[float], sent: list[float], within: float = 0.01) -> float:
    """The share of recorded values that the plug-in said, in the order in which it did.

    By order and not by time: the dummy backend's clock is late where the machine is busy. A
    value that was sent may be found twice, as a host adds points to draw a step.
    """
    values = np.array(sent)
    # The most found so far with the last at this value sent, or before.
    best = np.zeros(len(values) + 1, int)
    for value in recorded:
        near = np.abs(values - value) <= within
        best[1:] = np.where(near, best[1:] + 1, best[1:])
        best = np.maximum.accumulate(best)
    return best[-1] / len(recorded)


def render(scene: Scene) -> str:
    """The snippets' own bus, rendered offline: silent before the first stroke, heard at
    strokes, and the same again."""
    silent = {"dry": {"f32": 0.0}, "snippets": {"f32": 0.0}}
    session = scene.session("render", silent)
    session.save()
    known = [(start, end) for start, end in strokes() if end < 20.0]
    # A render may begin while the library is still read: see `Scene.sounds_as`.
    for _ in range(4):
        audio = scene.render(session)
        heard = [level(audio, start + 0.03, max(end, start + 0.1)) > -50.0 for start, end in known]
        if any(heard):
            break
    assert np.mean(heard) > 0.9, f"snippets at {sum(heard)} of {len(heard)} strokes"
    # Gains may still be on their way from their defaults as the render begins.
    before = level(audio, 0.1, known[0][0] - 0.05)
    assert before < -90.0, f"{before:.1f} dB before the first stroke"
    assert scene.sounds_as([audio, scene.render(session)], session), "no other render is the same"
    return f"snippets at {sum(heard)} of {len(heard)} strokes, {before:.0f} dB before, and the same again"


def remembered(scene: Scene) -> str:
    """What was chosen survives that Ardour opens the session with the editor, and saves it."""
    session = scene.session("remembered", {"interval": {"f32": 0.25}})
    session.show_editor()
    session.save()
    with Display() as display, Gui(scene.ardour, display, session.folder) as gui:
        gui.wait_until_open(EDITOR)
        gui.save()
    kept = Session(session.folder)
    for key, value in scene.record.items():
        assert kept.record[key] == value, f"{key} became {kept.record[key]}"
    assert abs(kept.control("Interval") - 0.25) < 1e-3, kept.control("Interval")
    return "painting, library, index and a parameter"


def native(scene: Scene) -> str:
    """Mode Native, without an editor: the host shows congruity live, and while Touch is armed
    records none of it."""
    session = scene.session("native", {"automation": {"string": "native"}})
    session.save()
    shown = scene.shown(session, CONGRUITY, ROLL)
    assert len(set(shown)) > 3, f"the host shows {shown}"
    armed = Session(session.folder)
    armed.arm(CONGRUITY, "Touch")
    armed.save()
    scene.shown(armed, CONGRUITY, ROLL)
    lane = Session(session.folder).lane(CONGRUITY)
    recorded = len(set(_values(lane)))
    return (f"shown live, {len(set(shown))} values from {min(shown):.2f} to {max(shown):.2f} in "
            f"{len(shown)} looks; in the lane that was armed for Touch: {recorded} values")


def compatibility(scene: Scene) -> str:
    """Mode Compatibility, armed for Touch: congruity is recorded as the plug-in says it, with
    the editor open and after it was closed; played back, and upside down, it changes neither
    what is played nor what Impasto finds."""
    listener = Listener()
    record = {"outputs": {"osc": {"enabled": True, "target": listener.target}}}
    session = scene.session("compatibility", {"automation": {"string": "compatibility"}}, record)
    plain = scene.renders(session.saved(), 2)
    session.arm(CONGRUITY, "Touch")
    session.show_lane(CONGRUITY)
    session.show_editor()
    session.save()
    with Display() as display, Gui(scene.ardour, display, session.folder) as gui:
        gui.wait_until_open(EDITOR)
        gui.fill_screen()
        listener.clear()

        def close_half_way() -> None:
            time.sleep(ROLL / 2)
            display.picture(scene.folder / "recording.png")
            gui.close_editor(EDITOR)

        gui.roll(ROLL, close_half_way)
        display.picture(scene.folder / "recorded.png")
        said = listener.values("congruity")
        gui.save()
    listener.close()
    recorded = Session(session.folder)
    lane = recorded.lane(CONGRUITY)
    values = _values(lane)
    assert len(set(values)) > 20, f"{len(lane)} points, {len(set(values))} values"
    late = {point.value for point in lane if point.seconds > lane[-1].seconds * 0.6}
    assert len(late) > 5, f"{len(late)} values without the editor"
    rate = len(lane) / (lane[-1].seconds - lane[0].seconds)
    assert rate < 35.0, f"{rate:.0f} points a second"
    # The first point is where the lane stood before.
    share = _told(list(values[1:]), [value for _, value in said])
    assert share > 0.95, f"{share:.0%} of the points are what the plug-in said"
    wrong = _told(list(1.0 - values[1:]), [value for _, value in said])
    assert wrong < share - 0.4, f"{wrong:.0%} upside down: this measures nothing"
    recorded.arm(CONGRUITY, "Play")
    assert scene.sounds_as(plain, recorded.saved()), "the lane changes the sound"
    recorded.turn_over(CONGRUITY)
    assert scene.sounds_as(plain, recorded.saved()), "another lane changes the sound"
    return (f"{len(lane)} points, {len(set(values))} values from {values[1:].min():.2f} to "
            f"{values.max():.2f}, {len(late)} of them with the editor closed; {share:.0%} are "
            f"what OSC said; played back, it changes no sample")


def notes(scene: Scene) -> str:
    """Strokes recorded as notes and congruity as controller 1, on a MIDI track."""
    record = {"outputs": {"cc": {"enabled": True}}}
    session = scene.session("notes", {"notes-out": {"bool": True}}, record)
    session.save()
    with Display() as display, Gui(scene.ardour, display, session.folder) as gui:
        gui.wait_until_open(f"{session.folder.name} - Ardour")
        gui.fill_screen()
        gui.surface.send("/strip/recenable", MIDI_STRIP, 1.0)
        gui.surface.send("/rec_enable_toggle")
        gui.roll(ROLL)
        display.picture(scene.folder / "midi.png")
        gui.save()
    files = session.recorded_midi()
    assert files, "no MIDI was recorded"
    events = [event for file in files for event in midi.read(file)]
    begun = [event.beats * 0.5 for event in events if event.kind == midi.NOTE_ON and event.data[1]]
    ends = sum(event.kind == midi.NOTE_OFF or event.kind == midi.NOTE_ON and not event.data[1]
               for event in events)
    expected = [start for start, _ in strokes() if start < ROLL - 0.5]
    met = [any(abs(start - note) < 0.1 for note in begun) for start in expected]
    assert np.mean(met) > 0.8, f"notes at {sum(met)} of {len(met)} strokes: {begun}"
    assert ends == len(begun), f"{len(begun)} notes begin and {ends} end"
    wheel = [event.data[1] for event in events
             if event.kind == midi.CONTROL and event.data[0] == 1]
    assert len(set(wheel)) > 10, f"controller 1: {wheel}"
    return (f"{len(begun)} notes, at {sum(met)} of {len(met)} strokes; controller 1 from "
            f"{min(wheel)} to {max(wheel)}, {len(wheel)} values")


def voltage(scene: Scene) -> str:
    """Congruity as a control voltage, rendered from the bus of its own: no sound, from 0 to 1
    and, on the right, turned to both sides of 0."""
    left = {"source": "congruity"}
    right = {"source": "congruity", "polarity": "bipolar", "scale": 0.5}
    session = scene.session("voltage", {}, {"outputs": {"cv": [left, right]}})
    for channel in (1, 2):
        session.reconnect(f"music/audio_out {channel + 4}", f"Master/audio_in {channel}")
    session.save()
    audio = scene.render(session)
    left, right = audio.T
    assert -1e-6 < left.min() and 0.5 < left.max() <= 1.0, f"{left.min()} to {left.max()}"
    step = np.abs(np.diff(audio, axis=0)).max()
    assert step < 0.02, f"a step of {step:.3f}"
    # From unknown, each comes in by a ramp from 0.
    away = np.abs(right - left + 0.5)[10 * RATE :].max()
    assert away < 0.01, f"the right is {away:.3f} from what it should be"
    return f"{left.min():.2f} to {left.max():.2f}, largest step between samples {step:.5f}"


def drag(scene: Scene) -> str:
    """A slider dragged in the editor while the transport rolls and Touch is armed: no crash,
    and the drag is in the lane."""
    session = scene.session("drag", {})
    for name in SLIDERS:
        session.arm(name, "Touch")
    session.show_editor()
    session.save()
    with Display() as display, Gui(scene.ardour, display, session.folder) as gui:
        gui.wait_until_open(EDITOR)

        def drag_each() -> None:
            left, top = gui.editor_area(EDITOR)
            for slider in SLIDERS.values():
                middle = (left + sum(slider) // 2, top + SLIDERS_TOP)
                for end in slider:
                    gui.drag(middle, (left + end, top + SLIDERS_TOP))
                    middle = (left + end, top + SLIDERS_TOP)

        gui.roll(8.0, drag_each)
        gui.save()
    lanes = {name: Session(session.folder).lane(name) for name in SLIDERS}
    moved = {name: len(set(_values(lane))) for name, lane in lanes.items()}
    assert all(count > 3 for count in moved.values()), f"values in the lanes: {moved}"
    return ", ".join(f"{name}: {count} values" for name, count in moved.items())


CASES = {case.__name__: case for case in (render, remembered, native, compatibility, notes,
                                           voltage, drag)}
