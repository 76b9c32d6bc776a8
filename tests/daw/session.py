"""Ardour's session file: audio regions, the plug-in's state, automation, windows.

Ardour 7 keeps all of it in one XML file. Its scripts can neither import audio nor hand a plug-in
its state, so both are written into the saved file; what was recorded is read back from there.
"""

import base64
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import preset

SUPERCLOCK = 282_240_000
"""Ardour's finest unit of time, a second."""

TICKS = 1920
"""Ardour's musical unit of time, a quarter note."""

TEMPO = 120.0
"""Of a new session, in quarter notes a minute."""


class Point(NamedTuple):
    """One point of an automation lane."""

    seconds: float
    value: float


def _seconds(text: str) -> float:
    """A position as the file holds it: ``a`` for superclocks, ``b`` for ticks."""
    kind, number = text[0], int(text[1:])
    return number / SUPERCLOCK if kind == "a" else number / TICKS * 60.0 / TEMPO


class Session:
    """A saved session; changes are lost unless saved again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"{folder.name}.ardour"
        self.tree = ElementTree.parse(self.file)
        self.root = self.tree.getroot()

    def save(self) -> None:
        """Writes the file; Ardour must not have it open."""
        # Which device was used last: without it Ardour does not ask about another.
        for hint in self.root.findall("EngineHints"):
            self.root.remove(hint)
        self.tree.write(self.file, encoding="UTF-8", xml_declaration=True)

    def saved(self) -> "Session":
        """Itself, saved."""
        self.save()
        return self

    def _next_id(self) -> str:
        number = int(self.root.get("id-counter"))
        self.root.set("id-counter", str(number + 1))
        return str(number)

    def _one(self, path: str) -> ElementTree.Element:
        found = self.root.find(path)
        assert found is not None, f"{self.file} has no {path}"
        return found

    # The plug-in.

    @property
    def plugin(self) -> ElementTree.Element:
        """Impasto's processor."""
        return self._one(".//Processor[@type='vst3']")

    @property
    def _chunk(self) -> ElementTree.Element:
        return self._one(".//Processor[@type='vst3']/vst3/chunk")

    @property
    def preset(self) -> bytes:
        """The plug-in's state in its container."""
        return base64.b64decode(self._chunk.text)

    @property
    def record(self) -> dict:
        """What the plug-in remembers besides its parameters."""
        return preset.record(self.preset)

    def set_state(self, record: dict, parameters: dict) -> None:
        """Edits what the plug-in remembers and its parameters."""
        changed = preset.edited(self.preset, record, parameters)
        self._chunk.text = base64.b64encode(changed).decode()
        # Ardour sets the parameters it keeps after the plug-in's state, so the two must
        # not differ.
        for name, value in parameters.items():
            self._set_control(name, next(iter(value.values())))

    def _set_control(self, string_id: str, value: float | int | bool | str) -> None:
        key = 0
        for byte in string_id.encode():
            key = (key * 31 + byte) & 0xFFFF_FFFF
        key &= 0x7FFF_FFFF
        ports = self.plugin.findall("vst3/Port")
        index = next((i for i, port in enumerate(ports) if port.get("id") == str(key)), None)
        assert index is not None, f"the plug-in has no parameter {string_id}"
        if isinstance(value, str):
            # A choice's number is not in the file: Ardour then takes the plug-in's word.
            self.plugin.find("vst3").remove(ports[index])
            return
        ports[index].set("value", str(float(value)))
        control = self.plugin.find(f"Automation/Controllable[@parameter='{index}']")
        if control is None:
            control = self.plugin.find(f"Controllable[@parameter='{index}']")
        control.set("value", str(float(value)))

    def _control(self, name: str) -> ElementTree.Element:
        return self._one(f".//Processor[@type='vst3']//Controllable[@name='{name}']")

    def control(self, name: str) -> float:
        """The host's value of the parameter that the host calls ``name``."""
        return float(self._control(name).get("value"))

    # Automation.

    def _lane(self, name: str) -> ElementTree.Element:
        number = self._control(name).get("parameter")
        return self._one(f".//AutomationList[@automation-id='parameter-{number}']")

    def arm(self, name: str, mode: str) -> None:
        """Sets a parameter's automation: Off, Play, Write, Touch or Latch."""
        self._lane(name).set("state", mode)

    def lane(self, name: str) -> list[Point]:
        """A parameter's automation."""
        events = self._lane(name).find("events")
        if events is None or not events.text:
            return []
        words = events.text.split()
        return [Point(_seconds(at), float(v)) for at, v in zip(words[::2], words[1::2], strict=True)]

    def turn_over(self, name: str) -> None:
        """Turns a lane of values from 0 to 1 upside down."""
        events = self._lane(name).find("events")
        words = events.text.split()
        words[1::2] = [str(1.0 - float(value)) for value in words[1::2]]
        pairs = zip(words[::2], words[1::2], strict=True)
        events.text = "".join(f"{at} {value}\n" for at, value in pairs)

    # Audio and MIDI.

    def add_audio(self, track: str, file: Path, channels: int, frames: int) -> None:
        """Puts a copy of ``file`` at the beginning of ``track``."""
        audio = self.folder / "interchange" / self.folder.name / "audiofiles"
        shutil.copy(file, audio / file.name)
        rate = int(self.root.get("sample-rate"))
        sources = []
        for channel in range(channels):
            sources.append(self._next_id())
            ElementTree.SubElement(self.root.find("Sources"), "Source", {
                "name": file.name, "take-id": "", "type": "audio", "flags": "",
                "id": sources[-1], "channel": str(channel), "origin": "", "gain": "1",
            })
        length = f"a{frames * SUPERCLOCK // rate}@a0"
        region = {
            "name": track, "type": "audio", "start": "a0", "length": length, "opaque": "1",
            "muted": "0", "layering-index": "0", "channels": str(channels),
            "default-fade-in": "1", "default-fade-out": "1", "scale-amplitude": "1",
        }
        for number, source in enumerate(sources):
            region[f"source-{number}"] = region[f"master-source-{number}"] = source
        whole = dict(region, **{"id": self._next_id(), "whole-file": "1"})
        ElementTree.SubElement(self.root.find("Regions"), "Region", whole)
        playlist = self._one(f"Playlists/Playlist[@name='{track}']")
        placed = dict(region, **{"id": self._next_id(), "whole-file": "0"})
        ElementTree.SubElement(playlist, "Region", placed)

    def set_end(self, seconds: float) -> None:
        """Where an export ends."""
        locations = self.root.find("Locations")
        for location in locations.findall("Location"):
            if "IsSessionRange" in location.get("flags", ""):
                locations.remove(location)
        ElementTree.SubElement(locations, "Location", {
            "id": self._next_id(), "name": "session", "start": "a0",
            "end": f"a{round(seconds * SUPERCLOCK)}", "flags": "IsSessionRange",
            "locked": "0", "timestamp": "0",
        })

    def recorded_midi(self) -> list[Path]:
        """The MIDI files that were recorded."""
        return sorted((self.folder / "interchange" / self.folder.name / "midifiles").glob("*.mid"))

    def reconnect(self, source: str, target: str) -> None:
        """Puts the cable of ``target`` into ``source`` instead of where it is."""
        found = self.root.find(f".//Port[@name='{target}']")
        assert found is not None, f"no port {target}"
        for cable in found.findall("Connection"):
            found.remove(cable)
        for port in self.root.iter("Port"):
            for cable in port.findall(f"Connection[@other='{target}']"):
                port.remove(cable)
        for port, other in ((source, target), (target, source)):
            found = self.root.find(f".//Port[@name='{port}']")
            assert found is not None, f"no port {port}"
            ElementTree.SubElement(found, "Connection", {"other": other})

    # Windows.

    def _shown(self) -> ElementTree.Element:
        """What Ardour remembers of its windows."""
        extra = self.root.find("Extra")
        if extra is None:
            extra = ElementTree.SubElement(self.root, "Extra")
        found = extra.find("UI")
        return ElementTree.SubElement(extra, "UI") if found is None else found

    def show_editor(self) -> None:
        """Has Ardour open the plug-in's editor with the session."""
        routes = self.root.iter("Route")
        route = next(r for r in routes if r.find("Processor[@type='vst3']") is not None)
        name = f"P-{route.get('id')}-{self.plugin.get('id')}"
        shown = self._shown()
        for window in shown.findall(f"Window[@name='{name}']"):
            shown.remove(window)
        ElementTree.SubElement(shown, "Window", {
            "name": name, "visible": "1", "x-off": "40", "y-off": "40", "x-size": "-1",
            "y-size": "-1", "custom-ui": "1",
        })

    def show_lane(self, name: str, height: int = 180) -> None:
        """Has Ardour show a parameter's lane below its track."""
        shown = self._shown()
        objects = shown.find("GUIObjectState")
        if objects is None:
            objects = ElementTree.SubElement(shown, "GUIObjectState")
        ElementTree.SubElement(objects, "Object", {
            "id": f"automation {self._control(name).get('id')}", "visible": "1",
            "height": str(height),
        })
