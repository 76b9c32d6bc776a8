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


SLIDERS = {"Voices": (500, 660), "Fade": (695, 855), "Interval": (890, 1050)}
"""Sliders of the editor's first page of parameters, and where in it they begin and end."""

SLIDERS_TOP = 628
"""Where they lie from above."""


def _values(pairs) -> np.ndarray:
    return np.array([point.value for point in pairs])


def _same_as(recorded, sent: list[tuple[float, float]], within: float) -> float:
    """The share of recorded points that lie within ``within`` of what the plug-in said at
    about that time; the difference of the two clocks is searched for.

    ``recorded`` and ``sent`` are pairs of seconds and values; a value sent holds until the next.
    """
    at, values = np.array([t for t, _ in sent]), np.array([v for _, v in sent])
    best = 0.0
    for shift in np.arange(at[0] - 3.0, at[0] + 6.0, 0.02):
        hits = 0
        for seconds, value in recorded:
            first = max(np.searchsorted(at, seconds + shift - 0.1) - 1, 0)
            near = values[first : np.searchsorted(at, seconds + shift + 0.1)]
            hits += bool(len(near)) and near.min() - within <= value <= near.max() + within
        best = max(best, hits / len(recorded))
    return best


def render(scene: Scene) -> str:
    """The snippets' own bus, rendered offline: silent before the first stroke, heard at
    strokes, and the same again."""
    silent = {"dry": {"f32": 0.0}, "snippets": {"f32": 0.0}}
    session = scene.session("render", silent)
    session.save()
    audio = scene.render(session)
    known = [(start, end) for start, end in strokes() if end < 20.0]
    before = level(audio, 0.0, known[0][0] - 0.05)
    assert before < -90.0, f"{before:.1f} dB before the first stroke"
    heard = [level(audio, start + 0.03, max(end, start + 0.1)) > -50.0 for start, end in known]
    assert np.mean(heard) > 0.9, f"snippets at {sum(heard)} of {len(heard)} strokes"
    again = scene.render(session)
    assert np.array_equal(audio, again), "a second render differs"
    return f"snippets at {sum(heard)} of {len(heard)} strokes, {before:.0f} dB before, twice the same"


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
    """Mode Native, without an editor: the host shows congruity, and records nothing of it."""
    session = scene.session("native", {"automation": {"string": "native"}})
    session.arm(CONGRUITY, "Touch")
    session.save()
    said = scene.ardour.lua("roll.lua", session.folder, "native", CONGRUITY, int(ROLL), RATE)
    shown = [float(line.split()[-1]) for line in said.splitlines() if line.startswith("at ")]
    assert len(set(shown)) > 3, f"the host shows {shown}"
    lane = Session(session.folder).lane(CONGRUITY)
    return (f"shown {min(shown):.2f} to {max(shown):.2f}, {len(set(shown))} values in "
            f"{len(shown)} looks; {len(set(_values(lane)))} values in the lane")


def compatibility(scene: Scene) -> str:
    """Mode Compatibility, armed for Touch: congruity is recorded as the plug-in says it, with
    the editor open and after it was closed; played back, it changes nothing."""
    listener = Listener()
    record = {"outputs": {"osc": {"enabled": True, "target": listener.target}}}
    session = scene.session("compatibility", {"automation": {"string": "compatibility"}}, record)
    plain = scene.render(session.saved())
    session.arm(CONGRUITY, "Touch")
    session.show_editor()
    session.save()
    said = []
    with Display() as display, Gui(scene.ardour, display, session.folder) as gui:
        gui.wait_until_open(EDITOR)
        listener.clear()

        def close_half_way() -> None:
            time.sleep(ROLL / 2)
            gui.close_editor(EDITOR)

        gui.roll(ROLL, close_half_way)
        said = listener.values("congruity")
        gui.save()
    listener.close()
    recorded = Session(session.folder)
    lane = recorded.lane(CONGRUITY)
    values = _values(lane)
    assert len(set(values)) > 20, f"{len(lane)} points, {len(set(values))} values"
    late = [point for point in lane if point.seconds > ROLL / 2 + 2.0]
    assert len({point.value for point in late}) > 5, f"{len(late)} points without the editor"
    rate = len(lane) / (lane[-1].seconds - lane[0].seconds)
    assert rate < 35.0, f"{rate:.0f} points a second"
    share = _same_as(lane, said, 0.02)
    assert share > 0.9, f"{share:.0%} of the points are what the plug-in said"
    recorded.arm(CONGRUITY, "Play")
    again = scene.render(recorded.saved())
    assert np.array_equal(plain, again), "playing the lane back changes what is played"
    return (f"{len(lane)} points, {len(set(values))} values from {values.min():.2f} to "
            f"{values.max():.2f}, {len(late)} points with the editor closed; {share:.0%} within "
            f"0.02 of what OSC said; playing back changes no sample")


def notes(scene: Scene) -> str:
    """Strokes recorded as notes and congruity as controller 1, on a MIDI track."""
    record = {"outputs": {"cc": {"enabled": True}}}
    session = scene.session("notes", {"notes-out": {"bool": True}}, record)
    session.record_track("notes")
    session.save()
    with Display() as display, Gui(scene.ardour, display, session.folder) as gui:
        gui.wait_until_open("notes")
        gui.surface.send("/rec_enable_toggle")
        gui.roll(ROLL)
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


CASES = {case.__name__: case for case in (render, remembered, native, compatibility, notes, drag)}
