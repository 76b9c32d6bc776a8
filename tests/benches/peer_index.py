"""How fast Impasto indexes beside what one writes in Python: librosa and onnxruntime.

Both get the same files, front end and network, in turns in one run, so that whatever else
the machine does is shared. CPU time compares the work on one core; wall time compares what
one waits for, with all cores for Impasto, whose threads have a low priority: on a machine
that does something else it says little. `cargo xtask peer-index` prepares what this
needs and runs it.

The Python side is as fast as its libraries make it: a file is decoded and resampled at
once, its mel frames are computed in one call, and chunks go through the network in
batches of sixteen. It writes no index.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

# Before any library makes its threads.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import librosa
import numpy as np
import onnxruntime

# What both can decode without further programs.
SUFFIXES = {".wav", ".aiff", ".flac", ".mp3", ".ogg"}
BATCH = 16
CHUNK_S = 4
SILENCE_DB = -60.0


class Pipeline:
    """From a file to features, as `models/manifest.toml` describes the front end."""

    def __init__(self, models: Path):
        manifest = tomllib.loads((models / "manifest.toml").read_text())
        self.front = manifest["frontend"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(
            str(models / "audio.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.spent = dict.fromkeys(("decoding", "mel", "inference"), 0.0)

    def timed(self, stage, work, *arguments):
        begin = time.process_time()
        result = work(*arguments)
        self.spent[stage] += time.process_time() - begin
        return result

    def decode(self, path):
        return librosa.load(path, sr=self.front["sample_rate"], mono=True)[0]

    def mel(self, samples):
        """All frames of a file in dB, bands first."""
        front = self.front
        window = librosa.filters.get_window("hann", front["window"], fftbins=True)
        # librosa puts the window into the middle of the transform.
        before = (front["fft"] - front["window"]) // 2
        frames = -(-len(samples) // front["hop"])
        room = (frames - 1) * front["hop"] + front["fft"] - before - len(samples)
        power = librosa.feature.melspectrogram(
            y=np.pad(samples, (before, max(room, 0))),
            sr=front["sample_rate"],
            n_fft=front["fft"],
            win_length=front["window"],
            hop_length=front["hop"],
            window="hann",
            center=False,
            n_mels=front["bands"],
            fmin=front["low_hz"],
            fmax=front["high_hz"],
            htk=False,
            norm=None,
        )
        power *= (2.0 / window.sum()) ** 2
        return 10.0 * np.log10(np.maximum(power, front["power_floor"]))

    def chunks(self, samples, mel):
        """The network's inputs, without silent chunks and a last one under two seconds."""
        rate = self.front["sample_rate"]
        size = CHUNK_S * rate
        inputs = []
        for start in range(0, len(samples), size):
            part = samples[start : start + size]
            if len(part) < size // 2 and start > 0:
                continue
            if 10 * np.log10(max(float(np.mean(np.square(part))), 1e-20)) < SILENCE_DB:
                continue
            first = start // self.front["hop"]
            frames = mel[:, first : first + self.front["frames"]]
            missing = self.front["frames"] - frames.shape[1]
            floor = 10 * np.log10(self.front["power_floor"])
            inputs.append(np.pad(frames, ((0, 0), (0, missing)), constant_values=floor))
        return np.asarray(inputs, np.float32)[:, None]

    def embed(self, inputs):
        batches = range(0, len(inputs), BATCH)
        return [self.session.run(None, {"mel": inputs[k : k + BATCH]})[0] for k in batches]

    def run(self, files):
        """Chunks and seconds of music."""
        chunks = seconds = 0
        for path in files:
            samples = self.timed("decoding", self.decode, path)
            mel = self.timed("mel", self.mel, samples)
            inputs = self.timed("mel", self.chunks, samples, mel)
            chunks += sum(len(rows) for rows in self.timed("inference", self.embed, inputs))
            seconds += len(samples) / self.front["sample_rate"]
        return chunks, seconds


def python_run(models, files):
    pipeline = Pipeline(models)
    cpu, wall = time.process_time(), time.perf_counter()
    chunks, seconds = pipeline.run(files)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    total = sum(pipeline.spent.values())
    shares = {stage: spent / total for stage, spent in pipeline.spent.items()}
    return {"chunks": chunks, "music_s": seconds, "cpu_s": cpu, "wall_s": wall, "shares": shares}


def impasto_run(program, folder, threads):
    command = [program, folder, str(threads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def best(runs, by):
    """The one that other programs disturbed least."""
    return min(runs, key=lambda run: run[by])


def row(name, run):
    speed = run["music_s"] / run["cpu_s"]
    shares = ", ".join(f"{stage} {share:.0%}" for stage, share in run["shares"].items())
    print(f"| {name} | {run['chunks']} | {run['cpu_s']:.2f} | {run['wall_s']:.2f} | {speed:.0f} | {shares} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--impasto", required=True, help="the example index_speed")
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where the numbers are written")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = sorted(p for p in arguments.folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        for place, path in enumerate(found):
            shutil.copy(path, f"{folder}/{place:04}-{path.name}")
        files = sorted(Path(folder).iterdir())
        if not files:
            sys.exit(f"{arguments.folder} holds none of {' '.join(sorted(SUFFIXES))}")
        # Libraries load, and caches fill, before anything counts.
        python_run(arguments.models, files[:1])
        impasto_run(arguments.impasto, folder, 1)
        ours, theirs, many = [], [], []
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        for _ in range(arguments.rounds):
            theirs.append(python_run(arguments.models, files))
            ours.append(impasto_run(arguments.impasto, folder, 1))
            many.append(impasto_run(arguments.impasto, folder, cores))
    ratio = best(theirs, "cpu_s")["cpu_s"] / best(ours, "cpu_s")["cpu_s"]
    whole = best(theirs, "wall_s")["wall_s"] / best(many, "wall_s")["wall_s"]
    ours, theirs, many = best(ours, "cpu_s"), best(theirs, "cpu_s"), best(many, "wall_s")
    print(f"{len(files)} files, {theirs['music_s'] / 60:.1f} min, best of {arguments.rounds}\n")
    print("| | chunks | CPU s | wall s | x real time a core | shares |")
    print("|---|---|---|---|---|---|")
    row("impasto, one thread", ours)
    row(f"impasto, {cores} threads", many)
    row(f"librosa {librosa.__version__}, onnxruntime {onnxruntime.__version__}", theirs)
    print(f"\nimpasto is {ratio:.2f} times as fast on one core, {whole:.2f} times on {cores}")
    if arguments.json:
        result = {"one_thread": ours, "all_cores": many, "python": theirs}
        result |= {"ratio_a_core": ratio, "ratio_wall": whole, "cores": cores}
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
