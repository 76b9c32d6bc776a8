"""What onset detectors made for music find of brush strokes, and a picture of what Impasto finds.

    pip install librosa==0.11.0 aubio==0.4.9 matplotlib
    cargo run --release -p impasto-engine --example strokes -- SCENES
    python docs/strokes_peers.py SCENES --picture docs/strokes.png

Both peers have their defaults but for time resolution: blocks of 256 (librosa) and 128 (aubio)
samples. librosa sees the whole recording before it decides; aubio dates its onsets back by the
delay that it knows of.
"""

import argparse
import csv
import warnings
from collections import defaultdict
from pathlib import Path

import librosa
import numpy as np

TOLERANCE_S = 0.02
AUBIO_METHODS = ("energy", "hfc", "complex", "specflux")


def read(path):
    """Times in seconds of a scene: known starts, and Impasto's starts and ends."""
    rows = list(csv.DictReader(path.open()))
    times = {what: [(float(row["start_s"]), float(row["end_s"])) for row in rows
                    if row["what"] == what] for what in ("known", "found", "knock")}
    return times


def hits(known, found):
    """How many known times have a found one of their own within the tolerance."""
    free, count = sorted(found), 0
    for time in sorted(known):
        match = next((f for f in free if abs(f - time) <= TOLERANCE_S), None)
        if match is not None:
            free.remove(match)
            count += 1
    return count


def by_librosa(signal, rate):
    """Spectral flux on mel bands, peaks picked."""
    return librosa.onset.onset_detect(y=signal, sr=rate, hop_length=256, units="time")


def by_aubio(signal, rate, method):
    """aubio's onset object."""
    import aubio

    onset, hop = aubio.onset(method, 1024, 128, rate), 128
    times = []
    for start in range(0, len(signal) - hop, hop):
        if onset(signal[start:start + hop].astype(np.float32)):
            times.append(onset.get_last_s())
    return times


def score(folder):
    """F of each detector in each condition."""
    counts = defaultdict(lambda: np.zeros(3))
    for path in sorted(folder.glob("*.wav")):
        condition = path.stem.split()[0]
        times = read(path.with_suffix(".csv"))
        known = [start for start, _ in times["known"]]
        signal, rate = librosa.load(path, sr=None)
        found = {"Impasto": [start for start, _ in times["found"]],
                 "librosa onset_detect": by_librosa(signal, rate)}
        for method in AUBIO_METHODS:
            found[f"aubio {method}"] = by_aubio(signal, rate, method)
        for name, starts in found.items():
            counts[name, condition] += hits(known, starts), len(known), len(starts)
    return counts


def print_table(counts):
    """Markdown: a row a detector, precision, recall and F in each condition."""
    names = list(dict.fromkeys(name for name, _ in counts))
    conditions = list(dict.fromkeys(condition for _, condition in counts))
    print("| precision, recall, F | " + " | ".join(conditions) + " |")
    print("|---" * (len(conditions) + 1) + "|")
    for name in names:
        cells = []
        for condition in conditions:
            hit, known, found = counts[name, condition]
            f = 2 * hit / max(known + found, 1)
            cells.append(f"{hit / max(found, 1):.2f}, {hit / known:.2f}, **{f:.2f}**")
        print(f"| {name} | " + " | ".join(cells) + " |")


def draw(path, out, begin, seconds):
    """Spectrogram and level of a part of a scene, with what is known and what was found."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    signal, rate = librosa.load(path, sr=None)
    times = read(path.with_suffix(".csv"))
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(11, 5.5), sharex=True,
                                          height_ratios=(3, 2), layout="constrained")
    part = signal[int(begin * rate):int((begin + seconds) * rate)]
    power = np.abs(librosa.stft(part, n_fft=512, hop_length=96)) ** 2
    upper.imshow(10 * np.log10(power + 1e-9), origin="lower", aspect="auto", cmap="magma",
                 vmin=-60, vmax=20, extent=(begin, begin + seconds, 0, rate / 2000))
    upper.set(ylim=(0, 16), ylabel="kHz", title=f"{path.stem}: noise, hum, knocks and thumps")
    smooth = np.convolve(part**2, np.ones(96) / 96, mode="same")
    lower.plot(begin + np.arange(len(part)) / rate, 10 * np.log10(smooth + 1e-12), lw=0.6,
               color="0.3")
    lower.set(ylim=(-75, 0), ylabel="dB full scale", xlabel="s", xlim=(begin, begin + seconds))
    for start, end in times["known"]:
        lower.axvspan(start, end, color="tab:blue", alpha=0.15, lw=0)
    for n, (start, end) in enumerate(times["found"]):
        for axes in (upper, lower):
            axes.axvline(start, color="limegreen", lw=1.2, label="start found" if n == 0 else None)
            axes.axvline(end, color="tomato", lw=1, ls=":", label="end found" if n == 0 else None)
    for n, (knock, _) in enumerate(times["knock"]):
        lower.plot(knock, -4, "v", color="tab:purple", label="easel knocked" if n == 0 else None)
    lower.legend(loc="lower right", ncols=3, fontsize=8)
    figure.savefig(out, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenes", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--scene", default="all Canvas 101", help="what the picture shows")
    parser.add_argument("--begin", type=float, default=4.0)
    parser.add_argument("--seconds", type=float, default=8.0)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    if args.picture:
        draw(args.scenes / f"{args.scene}.wav", args.picture, args.begin, args.seconds)
    print_table(score(args.scenes))


if __name__ == "__main__":
    main()
