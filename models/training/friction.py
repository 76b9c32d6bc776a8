"""Friction synthesizer: brush and palette-knife strokes as a contact microphone would hear them.

This is a *model, not a recording*.  It exists because no free recording of a contact
microphone on a canvas with known stroke times could be found; it gives the demonstration and
the tests a brush signal whose every stroke start and end is known exactly.  How close it comes
to a given canvas, brush and microphone has not been measured.

The chain, and where each part comes from:

1. **Gesture.**  Speed along a stroke follows the minimum-jerk profile of hand movements
   (Flash & Hogan 1985); a scrub is a sinusoidal back-and-forth.  Timbre that follows drawing
   speed is what listeners use to recognise a drawn shape (Thoret et al. 2014).
2. **Stick-slip.**  Each tuft of bristles is a spring that is dragged at the hand's speed, holds
   until its static-friction limit and slips by a length proportional to normal force: relaxation
   oscillation, a sawtooth whose rate is speed / slip length (Akay 2002; Serafin 2004; Avanzini,
   Serafin & Rocchesso 2005).  The microphone hears the sawtooth's derivative, so every slip is a
   short pulse.  Slips melt into steady sliding above a critical speed (the Stribeck effect); that
   transition is a smooth weight here, not the elasto-plastic bristle model of those papers.
3. **Scraping.**  Noise whose bandwidth and level rise with sliding speed (van den Doel, Kry &
   Pai 2001, section 3.3), and the weave of the canvas read out at the position of each tuft: a
   periodic profile of fixed *spatial* period, so its pitch follows speed.
4. **Body.**  A stretched rectangular membrane's lowest modes (Fletcher & Rossing 1998, ch. 3) and
   a few stiffer modes of the stretcher, as damped sinusoids.
5. **Contact microphone.**  Second-order filters with a piezo disc's usual colour: no deep bass, a
   broad resonance near 4.5 kHz, a soft top.  A constant preamplifier noise floor is added.

References
----------
Akay, A. (2002). Acoustics of friction. J. Acoust. Soc. Am. 111(4), 1525-1548.
Avanzini, F., Serafin, S. & Rocchesso, D. (2005). Interactive simulation of rigid body
    interaction with friction-induced sound generation. IEEE Trans. Speech Audio Process. 13(5),
    1073-1081.
van den Doel, K., Kry, P. G. & Pai, D. K. (2001). FoleyAutomatic: physically-based sound effects
    for interactive simulation and animation. Proc. SIGGRAPH, 537-544.
Flash, T. & Hogan, N. (1985). The coordination of arm movements: an experimentally confirmed
    mathematical model. J. Neurosci. 5(7), 1688-1703.
Fletcher, N. H. & Rossing, T. D. (1998). The Physics of Musical Instruments, 2nd ed. Springer.
Serafin, S. (2004). The sound of friction: real-time models, playability and musical
    applications. PhD thesis, Stanford University.
Thoret, E., Aramaki, M., Kronland-Martinet, R., Velay, J.-L. & Ystad, S. (2014). From sound to
    shape: auditory perception of drawing movements. J. Exp. Psychol. Hum. Percept. Perform.
    40(3), 983-994.

Usage: ``python3 friction.py --wav brush.wav --csv brush.csv [--seed 7] [--rate 48000]``
"""

from __future__ import annotations

import argparse
import csv
import math
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: Contact is made and broken over this long (s); well under the 10 ms in which an onset must show.
CONTACT_RAMP_S = 0.003
#: Spatial period of the canvas weave (m): about 16 threads a centimetre.
WEAVE_PERIOD_M = 0.62e-3
#: Preamplifier noise, dB relative to full scale (RMS).
NOISE_FLOOR_DBFS = -78.0
#: Corner frequencies (Hz) of the fixed noise bands between which the scraping noise moves.
SCRAPE_CORNERS_HZ = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)


@dataclass(frozen=True)
class Tool:
    """What touches the canvas, and how it rubs."""

    tufts: int  #: number of independent stick-slip oscillators
    slip_m: float  #: slip length (m) at unit pressure
    jitter: float  #: relative spread of the slip length
    pulse_s: float  #: time constant (s) of one slip's pulse
    critical_speed: float  #: speed (m/s) above which slips melt into steady sliding
    slip_gain: float  #: level of the slips
    scrape_gain: float  #: level of the scraping noise
    weave_gain: float  #: level of the weave
    landing_gain: float  #: level of the thump when the tool lands


BRISTLE = Tool(12, 0.22e-3, 0.35, 0.20e-3, 0.35, 1.50, 1.00, 0.25, 0.6)
KNIFE = Tool(2, 0.50e-3, 0.03, 0.12e-3, 0.80, 3.60, 0.20, 0.10, 1.6)
TOOLS = {"stroke": BRISTLE, "dab": BRISTLE, "scrub": BRISTLE, "knife": KNIFE}


@dataclass(frozen=True)
class Stroke:
    """One contact of a tool with the canvas."""

    start_s: float  #: time of first contact (s)
    end_s: float  #: time at which contact is lost (s)
    kind: str  #: a key of TOOLS
    speed: float  #: mean speed (m/s) of the tool while in contact
    pressure: float = 1.0  #: normal force relative to an ordinary stroke
    turns: int = 0  #: changes of direction (scrub only)


def _speed_profile(stroke: Stroke, count: int) -> np.ndarray:
    """Unsigned speed (m/s) at `count` samples spread over the stroke; its mean is stroke.speed."""
    u = (np.arange(count) + 0.5) / count
    if stroke.kind == "scrub":
        return stroke.speed * (math.pi / 2) * np.abs(np.sin(math.pi * (stroke.turns + 1) * u))
    bell = 30.0 * u**2 * (1.0 - u) ** 2
    # The tool is already moving when it lands and still moves when it lifts: half the profile is
    # constant, which is also what makes the start audible at once.
    return stroke.speed * (0.5 + 0.5 * bell)


def _contact(stroke: Stroke, count: int, rate: int) -> np.ndarray:
    """Normal force over the stroke: raised-cosine landing and lift around a slow swell."""
    ramp = max(2, round(CONTACT_RAMP_S * rate))
    force = np.full(count, stroke.pressure)
    force *= 1.0 + 0.15 * np.sin(math.pi * (np.arange(count) + 0.5) / count)
    edge = 0.5 - 0.5 * np.cos(math.pi * (np.arange(ramp) + 0.5) / ramp)
    force[:ramp] *= edge
    force[-ramp:] *= edge[::-1]
    return force


def _slips(tool: Tool, distance: np.ndarray, speed: np.ndarray, force: np.ndarray, pressure: float,
           rate: int, rng: np.random.Generator) -> np.ndarray:
    """Pulse train of all tufts' slips; each slip lies at the instant its spring lets go."""
    count = len(distance)
    pulses = np.zeros(count + 1)
    weight = force / (1.0 + (speed / tool.critical_speed) ** 2)
    for _ in range(tool.tufts):
        mean = tool.slip_m * pressure * rng.uniform(0.8, 1.25)
        number = int(distance[-1] / mean * 1.5) + 8
        lengths = mean * np.clip(1.0 + tool.jitter * rng.standard_normal(number), 0.2, None)
        places = np.cumsum(lengths) - lengths[0] * rng.uniform(0.0, 1.0)
        keep = places < distance[-1]
        instants = np.interp(places[keep], distance, np.arange(count))
        whole = instants.astype(int)
        part = instants - whole
        size = lengths[keep] / tool.slip_m * weight[whole]
        np.add.at(pulses, whole, size * (1.0 - part))
        np.add.at(pulses, whole + 1, size * part)
    length = max(4, round(8 * tool.pulse_s * rate))
    kernel = np.exp(-np.arange(length) / (tool.pulse_s * rate))
    kernel /= math.sqrt(float(np.sum(kernel**2)))
    return _convolve(pulses[:count], kernel)[:count] / math.sqrt(tool.tufts)


def _weave(distance: np.ndarray, force: np.ndarray, tool: Tool,
           rng: np.random.Generator) -> np.ndarray:
    """The canvas's weave read at the position of each tuft; pitch is speed / weave period."""
    out = np.zeros_like(distance)
    knots = np.arange(0.0, distance[-1] + 0.02, 0.004)
    for _ in range(min(tool.tufts, 5)):
        # Threads are not evenly spaced: the phase wanders by about a tenth of a period per 4 mm.
        wander = np.interp(distance, knots, np.cumsum(0.6 * rng.standard_normal(len(knots))))
        phase = 2.0 * math.pi * distance / WEAVE_PERIOD_M + wander + rng.uniform(0.0, 2 * math.pi)
        for harmonic in range(1, 6):
            out += np.sin(harmonic * phase + rng.uniform(0.0, 2 * math.pi)) / harmonic**1.2
    return out * force


def _scrape(speed: np.ndarray, force: np.ndarray, rate: int,
            rng: np.random.Generator) -> np.ndarray:
    """Noise whose bandwidth rises with speed: a cross-fade between fixed low-pass bands."""
    count = len(speed)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1.0 / rate)
    corner = np.clip(9000.0 * (speed / 0.3) ** 0.8, SCRAPE_CORNERS_HZ[0], SCRAPE_CORNERS_HZ[-1])
    position = np.interp(np.log2(corner), np.log2(SCRAPE_CORNERS_HZ),
                         np.arange(len(SCRAPE_CORNERS_HZ)))
    out = np.zeros(count)
    for band, hz in enumerate(SCRAPE_CORNERS_HZ):
        noise = np.fft.irfft(spectrum / (1.0 + (frequency / hz) ** 2), count)
        noise /= np.std(noise) + 1e-12
        out += noise * np.clip(1.0 - np.abs(position - band), 0.0, None)
    return out * force * np.sqrt(speed / 0.3)


def _convolve(signal: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Full linear convolution by FFT."""
    total = len(signal) + len(kernel) - 1
    size = 1 << (total - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(kernel, size), size)[:total]


def _body(rate: int) -> np.ndarray:
    """Impulse response of canvas and stretcher: the direct path plus damped modes (0.4 s)."""
    t = np.arange(round(0.4 * rate)) / rate
    response = np.zeros_like(t)
    response[0] = 1.0
    width, height, wave_speed = 0.60, 0.45, 62.0
    for m in range(1, 5):
        for n in range(1, 4):
            hz = 0.5 * wave_speed * math.hypot(m / width, n / height)
            decay = 0.035 * (90.0 / hz) ** 0.5
            ring = np.exp(-t / decay) * np.sin(2 * math.pi * hz * t)
            response += 0.002 / math.sqrt(m * n) * ring
    for hz, decay, level in ((410.0, 0.020, 0.012), (735.0, 0.014, 0.010), (1280.0, 0.009, 0.012),
                             (2350.0, 0.005, 0.015)):
        response += level * np.exp(-t / decay) * np.sin(2 * math.pi * hz * t)
    return response


def _biquad_response(b: tuple[float, ...], a: tuple[float, ...], signal: np.ndarray) -> np.ndarray:
    """Direct-form second-order section (a[0] = 1); used on short impulse responses only."""
    out = np.zeros_like(signal)
    x1 = x2 = y1 = y2 = 0.0
    for i, x in enumerate(signal):
        y = b[0] * x + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2
        x2, x1, y2, y1 = x1, x, y1, y
        out[i] = y
    return out


def _microphone(rate: int) -> np.ndarray:
    """Impulse response of the contact microphone (RBJ second-order sections in series)."""
    response = np.zeros(round(0.08 * rate))
    response[0] = 1.0
    for shape, hz, q, gain_db in (("high", 70.0, 0.6, 0.0), ("peak", 4500.0, 1.2, 8.0),
                                  ("low", 11000.0, 0.6, 0.0)):
        w = 2.0 * math.pi * min(hz, 0.45 * rate) / rate
        alpha, cosine, a_gain = math.sin(w) / (2.0 * q), math.cos(w), 10.0 ** (gain_db / 40.0)
        if shape == "high":
            b = ((1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2)
            a = (1 + alpha, -2 * cosine, 1 - alpha)
        elif shape == "low":
            b = ((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2)
            a = (1 + alpha, -2 * cosine, 1 - alpha)
        else:
            b = (1 + alpha * a_gain, -2 * cosine, 1 - alpha * a_gain)
            a = (1 + alpha / a_gain, -2 * cosine, 1 - alpha / a_gain)
        b, a = tuple(v / a[0] for v in b), tuple(v / a[0] for v in a)
        response = _biquad_response(b, a, response)
    return response


def _excitation(stroke: Stroke, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Friction force of one stroke, from its first to its last sample of contact."""
    tool = TOOLS[stroke.kind]
    count = round(stroke.end_s * rate) - round(stroke.start_s * rate)
    speed = _speed_profile(stroke, count)
    force = _contact(stroke, count, rate)
    distance = np.cumsum(speed) / rate
    out = tool.slip_gain * _slips(tool, distance, speed, force, stroke.pressure, rate, rng)
    out += tool.weave_gain * 0.2 * _weave(distance, force, tool, rng)
    out += tool.scrape_gain * 0.5 * _scrape(speed, force, rate, rng)
    # The landing: a short burst, softer for a slow hand.
    burst = min(count, round(0.012 * rate))
    t = np.arange(burst) / rate
    decay = np.exp(-t / 0.003) * (1.0 - np.exp(-t / 0.0004))
    out[:burst] += tool.landing_gain * stroke.pressure * decay * rng.standard_normal(burst)
    return out


def render(strokes: list[Stroke], seconds: float, seed: int = 7, rate: int = 48_000,
           peak_dbfs: float = -6.0) -> np.ndarray:
    """Render strokes to a mono signal.

    strokes: in any order, inside 0..seconds and not overlapping; seconds: length of the result;
    rate: Hz, 16 kHz or more; peak_dbfs: level of the loudest sample before the noise floor is
    added.  Returns float64 in -1..1, `round(seconds * rate)` long.  The same arguments give the
    same samples.  Raises ValueError for strokes that overlap, leave the range or are unknown.
    """
    total = round(seconds * rate)
    signal = np.zeros(total)
    end_of_last = 0.0
    for index, stroke in enumerate(sorted(strokes, key=lambda s: s.start_s)):
        if stroke.kind not in TOOLS:
            raise ValueError(f"unknown kind of stroke: {stroke.kind!r}")
        if stroke.start_s < end_of_last or stroke.end_s > seconds:
            raise ValueError(f"stroke at {stroke.start_s} s overlaps or leaves the recording")
        if stroke.end_s - stroke.start_s < 0.02 or stroke.speed <= 0.0 or stroke.pressure <= 0.0:
            raise ValueError(f"stroke at {stroke.start_s} s needs 20 ms, speed and pressure")
        end_of_last = stroke.end_s
        # A generator per stroke: changing one stroke leaves the others as they were.
        force = _excitation(stroke, rate, np.random.default_rng([seed, index]))
        begin = round(stroke.start_s * rate)
        signal[begin:begin + len(force)] += force
    signal = _convolve(_convolve(signal, _body(rate))[:total], _microphone(rate))[:total]
    peak = float(np.max(np.abs(signal), initial=0.0))
    if peak > 0.0:
        signal *= 10.0 ** (peak_dbfs / 20.0) / peak
    floor = np.random.default_rng([seed, 1_000_000]).standard_normal(total)
    return signal + 10.0 ** (NOISE_FLOOR_DBFS / 20.0) * floor


def demo_strokes() -> list[Stroke]:
    """The score of the demonstration recording: 20 strokes in 30 s."""
    score = [Stroke(1.000, 3.200, "stroke", 0.10), Stroke(3.900, 6.400, "stroke", 0.14, 1.2)]
    score += [Stroke(7.0 + 0.42 * i, 7.0 + 0.42 * i + 0.11, "dab", 0.06 + 0.01 * (i % 3),
                     0.7 + 0.15 * (i % 4)) for i in range(8)]
    score += [Stroke(11.0, 14.0, "scrub", 0.40, 1.1, 14),
              Stroke(14.8, 16.6, "scrub", 0.62, 0.8, 13)]
    score += [Stroke(17.5, 18.3, "knife", 0.12, 0.9), Stroke(18.9, 19.4, "knife", 0.30, 1.1),
              Stroke(20.0, 21.7, "knife", 0.07, 1.3), Stroke(22.6, 25.6, "stroke", 0.06, 0.6)]
    score += [Stroke(26.2 + 0.55 * i, 26.5 + 0.55 * i, "stroke", 0.45, 0.9) for i in range(4)]
    return score


def write_wav(path: Path, signal: np.ndarray, rate: int) -> None:
    """Write a mono signal in -1..1 as 16-bit PCM."""
    samples = np.clip(np.rint(signal * 32767.0), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())


def write_csv(path: Path, strokes: list[Stroke]) -> None:
    """Write the strokes' times: columns start_s, end_s (s), kind, speed (m/s)."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["start_s", "end_s", "kind", "speed"])
        for s in sorted(strokes, key=lambda stroke: stroke.start_s):
            writer.writerow([f"{s.start_s:.3f}", f"{s.end_s:.3f}", s.kind, f"{s.speed:.3f}"])


def main() -> None:
    """Command line: render the demonstration recording and its stroke times."""
    parser = argparse.ArgumentParser(description="Render brush strokes with exactly known times.")
    parser.add_argument("--wav", type=Path, required=True, help="recording to write (16-bit mono)")
    parser.add_argument("--csv", type=Path, required=True, help="stroke times to write")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate", type=int, default=48_000, help="Hz")
    args = parser.parse_args()
    strokes = demo_strokes()
    write_wav(args.wav, render(strokes, 30.0, args.seed, args.rate), args.rate)
    write_csv(args.csv, strokes)


if __name__ == "__main__":
    main()
