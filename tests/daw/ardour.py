"""Debian's Ardour: scanned, scripted, rendered, and run under a virtual display."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import osc

LIBRARIES = Path("/usr/lib/ardour7")
LUA = Path(__file__).parent / "lua"
PACKAGES = "ardour xvfb openbox xdotool imagemagick x11-utils"

RENDERS = 5
"""How often a render is tried; see :meth:`Ardour.export`."""

_FREED_TWICE = r"ended with (-11|-6):(.|\n)*Exporting Audio"

_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="hide-dummy-backend" value="0"/>
    <Option name="discover-plugins-on-start" value="0"/>
  </Config>
  <ControlProtocols>
    <Protocol name="Open Sound Control (OSC)" active="1"/>
  </ControlProtocols>
  <Extra>
    <AudioMIDISetup>
      <EngineStates>
        <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device=""
               output-device="" sample-rate="{rate}" buffer-size="1024" n-periods="0"
               input-latency="0" output-latency="0" lm-input="" lm-output="" active="1"
               use-buffered-io="0" midi-option="1 in, 1 out, Silence" lru="0"/>
      </EngineStates>
    </AudioMIDISetup>
  </Extra>
</Ardour>
"""


class Ardour:
    """An Ardour with a home of its own, in which Impasto is the only plug-in."""

    def __init__(self, folder: Path, bundle: Path, rate: int) -> None:
        self.home = folder / "home"
        self.rate = rate
        config = self.home / ".config" / "ardour7"
        config.mkdir(parents=True)
        (config / ".a7").touch()  # it has run before, so it asks nothing
        (config / "config").write_text(_CONFIG.format(rate=rate))
        installed = self.home / ".vst3" / bundle.name
        installed.parent.mkdir()
        installed.symlink_to(bundle.resolve())
        self.environment = os.environ | {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "LD_LIBRARY_PATH": str(LIBRARIES),
            "ARDOUR_DATA_PATH": "/usr/share/ardour7",
            "ARDOUR_CONFIG_PATH": "/etc/ardour7",
            "ARDOUR_DLL_PATH": str(LIBRARIES),
            "GTK_PATH": f"/etc/ardour7:{LIBRARIES}",
        }
        for name in ("IMPASTO_MODELS", "IMPASTO_RUNTIME"):
            self.environment.pop(name, None)  # a bundle carries its own
        self.scan = self.run(LIBRARIES / "ardour-vst3-scanner", "-f", "-v", installed)
        assert "Found Plugin: Impasto" in self.scan, self.scan

    def run(self, *command: object, seconds: float = 240.0) -> str:
        """Runs a program of Ardour's; its output. A failure is shown with it."""
        done = subprocess.run(
            [str(word) for word in command], env=self.environment, timeout=seconds,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def lua(self, script: str, *arguments: object, seconds: float = 240.0) -> str:
        """Runs a script without a display. A script's error does not make Ardour's
        interpreter fail, so its last word has to be there."""
        output = self.run(
            LIBRARIES / "luasession", LUA / script, *arguments, seconds=seconds)
        assert "\ndone\n" in f"\n{output}", f"{script} did not come to its end:\n{output}"
        return output

    def export(self, folder: Path, file: Path) -> None:
        """Renders the session's whole range, with no dither.

        The tool of Ardour 7.3 is at times killed by a fault of its own as it ends: its audio
        thread frees the format that the main thread frees. So it was in 2 of 12 runs of a
        session without any plug-in. Only such an end is tried again.
        """
        for attempt in range(RENDERS):
            file.unlink(missing_ok=True)
            try:
                self.run("/usr/bin/ardour7-export", "-b", "float", "-o", file, folder, folder.name)
            except AssertionError as error:
                if attempt + 1 == RENDERS or not re.search(_FREED_TWICE, str(error)):
                    raise
                continue
            assert file.exists(), "nothing was rendered"
            return


class Display:
    """A virtual screen with a window manager."""

    def __init__(self, size: str = "1600x1000x24") -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        number, end = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(end), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=[end], **quiet)
        os.close(end)
        with os.fdopen(number) as line:
            self.name = f":{int(line.readline())}"
        self.environment = os.environ | {"DISPLAY": self.name}
        self._manager = subprocess.Popen(["openbox"], env=self.environment, **quiet)

    def tool(self, *command: object, check: bool = True) -> str | None:
        """Runs a program on this screen; its output, or nothing where it failed."""
        done = subprocess.run(
            [str(word) for word in command], env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0 or not check, f"{command}: {done.stdout}"
        return done.stdout if done.returncode == 0 else None

    def windows(self, title: str) -> list[str]:
        """The visible windows whose title has ``title`` in it."""
        found = self.tool("xdotool", "search", "--onlyvisible", "--name", title, check=False)
        return (found or "").split()

    def picture(self, file: Path, window: str = "root") -> None:
        """A picture of a window or the screen, with the pointer out of the way."""
        self.tool("xdotool", "mousemove", 1595, 995)
        time.sleep(1.0)
        self.tool("import", "-window", window, file)

    def __enter__(self) -> "Display":
        return self

    def __exit__(self, *_: object) -> None:
        """Ends both programs."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)


class Gui:
    """Ardour's own program with a session open, worked by its OSC surface."""

    def __init__(self, ardour: Ardour, display: Display, folder: Path) -> None:
        self.display = display
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        environment = ardour.environment | {"DISPLAY": display.name}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [f"{LIBRARIES}/ardour-7.3.0~ds0", "--no-announcements", "--no-splash",
                 str(folder / f"{folder.name}.ardour")],
                env=environment, stdout=log, stderr=subprocess.STDOUT)
        self.surface = osc.Surface()

    def wait_until_open(self, title: str) -> None:
        """Waits for a window of the session."""
        wait_for(lambda: self.alive() and self.display.windows(title), 60.0, f"a window {title}")

    def alive(self) -> bool:
        """Whether it runs; a crash is an error that shows what it printed."""
        status = self._process.poll()
        assert status is None, f"Ardour ended with {status}:\n{self.log.read_text()[-4000:]}"
        return True

    def editor_area(self, title: str, size: tuple[int, int] = (1080, 720)) -> tuple[int, int]:
        """Where on the screen the plug-in's own picture begins, inside the host's window."""
        tree = self.display.tool("xwininfo", "-tree", "-id", self.display.windows(title)[0])
        pattern = rf"{size[0]}x{size[1]}\+-?\d+\+-?\d+ +\+(-?\d+)\+(-?\d+)"
        found = re.findall(pattern, tree)
        assert found, f"no window of {size} in\n{tree}"
        return int(found[-1][0]), int(found[-1][1])

    def fill_screen(self) -> None:
        """Makes the session's window as large as the screen."""
        for window in self.display.windows(f"{self.folder.name} - Ardour"):
            self.display.tool("xdotool", "windowmove", window, 0, 0)
            self.display.tool("xdotool", "windowsize", window, 1590, 970)

    def close_editor(self, title: str) -> None:
        """Closes the plug-in's window as a user does."""
        window = self.display.windows(title)[0]
        self.display.tool("xdotool", "windowactivate", "--sync", window, "key", "alt+F4")
        wait_for(lambda: self.alive() and not self.display.windows(title), 10.0, "a closed editor")

    def drag(self, start: tuple[int, int], end: tuple[int, int], steps: int = 20) -> None:
        """Drags with the left button on the screen, within half a second."""
        tool = self.display.tool
        tool("xdotool", "mousemove", *start)
        time.sleep(0.1)
        tool("xdotool", "mousedown", 1)
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step // steps for a, b in zip(start, end, strict=True))
            tool("xdotool", "mousemove", x, y)
            time.sleep(0.02)
        tool("xdotool", "mouseup", 1)
        time.sleep(0.1)

    def roll(self, seconds: float, meanwhile=None) -> None:
        """Plays from the beginning for so long, calling ``meanwhile`` once it rolls."""
        self.surface.send("/locate", 0, 0)
        time.sleep(0.5)
        self.surface.send("/transport_play")
        started = time.monotonic()
        if meanwhile:
            meanwhile()
        while time.monotonic() < started + seconds:
            self.alive()
            time.sleep(0.1)
        self.surface.send("/transport_stop")
        time.sleep(1.0)
        self.alive()

    def save(self) -> None:
        """Saves the session and waits until that is done."""
        file = self.folder / f"{self.folder.name}.ardour"
        before = file.stat().st_mtime_ns

        def saved() -> bool:
            # Again each time: the surface may not listen yet.
            self.surface.send("/save_state")
            time.sleep(1.0)
            return self.alive() and file.stat().st_mtime_ns != before

        wait_for(saved, 30.0, "a saved file")
        time.sleep(0.5)

    def __enter__(self) -> "Gui":
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """Ends the program, which is to be alive until then."""
        if error is None:
            self.alive()
        elif self._process.poll() is None:
            self.display.picture(self.log.with_suffix(".png"))
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.surface.close()


def wait_for(condition, seconds: float, what: str) -> None:
    """Waits until ``condition`` holds; an error names ``what`` did not come."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"{what} did not come in {seconds:.0f} s"
        time.sleep(0.2)


def missing() -> list[str]:
    """The programs that are not installed."""
    programs = [str(LIBRARIES / "luasession"), "/usr/bin/ardour7-export", "Xvfb", "openbox",
                "xdotool", "import", "xwininfo"]
    return [program for program in programs if shutil.which(program) is None]
