"""What other programs receive of OSC and light, held against what was set, and a picture of it.

    pip install python-osc==1.10.2 sacn==1.11.0 matplotlib
    apt-get install ola liblo-tools
    cargo build --release -p impasto-outputs --example send
    python docs/network_peers.py target/release/examples/send --pictures docs/pictures

Nothing of Impasto's is used to receive: OSC comes to python-osc, light to the `sacn` package for
Python and, with `--ola FILE`, to OLA. For that, `olad` runs with its E1.31 plugin, input port 0
patched to universe 1, and FILE is what `ola_recorder` writes.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import threading
import time
from pathlib import Path

import matplotlib
import numpy as np
import sacn
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer
from pythonosc.udp_client import SimpleUDPClient

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

OSC_PORT, LISTEN_PORT, LIGHT_PORT = 19000, 19001, 15568
INK, OCHRE, GREY = "#1f3a5f", "#c8791a", "#999999"


class Heard:
    """What came, with the time at which it came."""

    def __init__(self) -> None:
        self.osc: dict[str, list[tuple[float, float]]] = {}
        self.told: list[tuple[float, str, tuple]] = []
        self.light: list[tuple[float, float, float]] = []

    def message(self, address: str, *args) -> None:
        """One message of OSC."""
        now = time.time()
        if address.startswith("/impasto/known/") or not isinstance(args[0], float):
            self.told.append((now, address, args))
        elif address == "/impasto/stroke":
            self.told.append((now, address, args))
        else:
            self.osc.setdefault(address.removeprefix("/impasto/"), []).append((now, args[0]))

    def packet(self, packet) -> None:
        """One packet of light: congruity in slots 1 and 2, brush in 3 and 4."""
        slots = packet.dmxData
        values = [(slots[at] * 256 + slots[at + 1]) / 65535 for at in (0, 2)]
        self.light.append((time.time(), *values))


def receive(program: Path, heard: Heard) -> tuple[np.ndarray, list[str]]:
    """Runs the example while everything listens; what it set, and what it was told."""
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(heard.message)
    server = BlockingOSCUDPServer(("127.0.0.1", OSC_PORT), dispatcher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver = sacn.sACNreceiver(bind_address="127.0.0.1", bind_port=LIGHT_PORT)
    receiver.listen_on("universe", universe=1)(heard.packet)
    receiver.start()
    process = subprocess.Popen(
        [program, f"127.0.0.1:{OSC_PORT}", f"127.0.0.1:{LIGHT_PORT}", f"127.0.0.1:{LISTEN_PORT}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    client = SimpleUDPClient("127.0.0.1", LISTEN_PORT)
    for address, value in (("/freeze", True), ("/trigger", 1), ("/parameter/dry", 0.25),
                           ("/painting/load", "/paintings/sea.png"), ("/painting/reload", [])):
        client.send_message("/impasto" + address, value)
    try:
        subprocess.run(["oscsend", "127.0.0.1", str(LISTEN_PORT), "/impasto/freeze", "F"],
                       check=True)
    except FileNotFoundError:
        print("oscsend is not installed")
    out, errors = process.communicate()
    server.shutdown()
    receiver.stop()
    rows = [[float(field) for field in line.split(",")] for line in out.splitlines()]
    # Above the status, which is printed at the end.
    told = errors.split("NetworkStatus", 1)[0].splitlines()
    return np.array(rows), told


def step(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The value that held at each time."""
    index = np.searchsorted(times, at, side="right") - 1
    return values[np.maximum(index, 0)]


def lateness(was: np.ndarray, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How long before each time the value that came was set, in milliseconds."""
    late = []
    for now, value in zip(times, values):
        upto = np.searchsorted(was[:, 0], now, side="right")
        near = np.flatnonzero(np.abs(was[max(0, upto - 20):upto, 1] - value) < 2e-4)
        if near.size:
            late.append((now - was[max(0, upto - 20) + near[-1], 0]) * 1e3)
    return np.array(late)


def draw(path: Path, title: str, was: np.ndarray, lines: dict, marks: list) -> None:
    """What was set as lines, what came as dots."""
    figure, axes = plt.subplots(2, 1, figsize=(9, 5), dpi=110, sharex=True)
    start = was[0, 0]
    for axis, column, name, colour in ((axes[0], 1, "congruity", INK), (axes[1], 2, "brush", OCHRE)):
        axis.step(was[:, 0] - start, was[:, column], where="post", color=GREY, linewidth=1,
                  label="set")
        times, values = lines[name]
        axis.plot(times - start, values, ".", color=colour, markersize=2.5, label="received")
        axis.set_ylabel(name)
        axis.set_ylim(-0.05, 1.05)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(loc="lower right", frameon=False, ncols=2, markerscale=3)
    for at, label in marks:
        axes[1].axvline(at - start, color=GREY, linewidth=0.7, linestyle=":")
        axes[1].text(at - start - 0.05, 0.95, label, fontsize=7, color=GREY, ha="right")
    axes[0].set_title(title, loc="left", fontsize=10)
    axes[1].set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(path)
    print(path, path.stat().st_size, "bytes")


def hold_ola(program: Path, recording: Path) -> None:
    """Light to OLA: its recorder's frames against what was set."""
    recorder = subprocess.Popen(["ola_recorder", "-r", recording, "-u", "1"])
    time.sleep(1)
    out = subprocess.run([program, f"127.0.0.1:{OSC_PORT}", "127.0.0.1",
                          f"127.0.0.1:{LISTEN_PORT}"], capture_output=True, text=True, check=True)
    recorder.send_signal(signal.SIGINT)
    recorder.wait()
    was = np.array([[float(field) for field in line.split(",")] for line in out.stdout.splitlines()])
    lines = recording.read_text().splitlines()[1:]
    # A frame's line, then the milliseconds to the next, in turn.
    frames = [line.split(" ", 1)[1].split(",") for line in lines if " " in line]
    values = np.array([(int(frame[0]) * 256 + int(frame[1])) / 65535 for frame in frames])
    lit = values[values > 0]
    nearest = np.abs(lit[:, None] - was[None, :, 1]).min(axis=1)
    print(f"OLA: {len(frames)} frames, of {lit.size} lit ones {np.mean(nearest < 2e-4):.1%} are "
          f"values that were set, the last is dark: {values[-1] == 0}")


def main() -> None:
    """Receives, prints and draws."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--ola", type=Path)
    options = parser.parse_args()
    heard = Heard()
    was, told = receive(options.program, heard)
    osc = {name: np.array(values).T for name, values in heard.osc.items()}
    light = np.array(heard.light).T
    for name, (times, values) in (("OSC", osc["congruity"]), ("sACN", light[:2])):
        late = lateness(was, times, values)
        spread = np.percentile(late, [50, 99, 100]).round(1)
        span = times[-1] - times[0]
        print(f"{name}: {values.size} values, {values.size / span:.1f} a second, set before they "
              f"came: p50, p99, most {spread} ms")
    print("Impasto was told by python-osc and oscsend:", *told, sep="\n  ")
    print("python-osc was told:", *{(address, args) for _, address, args in heard.told
                                    if "known" not in address}, sep="\n  ")
    options.pictures.mkdir(parents=True, exist_ok=True)
    strokes = [(at, "stroke") for at, address, _ in heard.told if address.endswith("stroke")]
    draw(options.pictures / "osc.png", "OSC, 50 bundles a second at most, received by python-osc; "
         "brush: attack 20 ms, release 0.6 s", was, osc, strokes)
    draw(options.pictures / "light.png", "sACN, 16 bits, 40 packets a second at most, received by "
         "sacn for Python; dark when the transport stops", was,
         {"congruity": light[:2], "brush": light[[0, 2]]}, [(was[-1, 0], "transport stops")])
    if options.ola:
        hold_ola(options.program, options.ola)


if __name__ == "__main__":

    main()
