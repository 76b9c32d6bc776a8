"""Measures of the shipped audio network on what it never heard: retrieval, rhythm, pitch, level, brush; beside teachers and baselines.

Tracks of the test works, presets held out, and new scenes of the friction synthesizer. Intervals
are 95 % bootstraps over works (presets for instruments, scenes for brush).
"""

from __future__ import annotations

import numpy as np

from . import brushing, distil, evaluate, manifest, midi, rhythm
from .corpus import AUDIO_RATE, HELD_OUT_PRESETS, MARGIN, listened_items
from .retrieval import average_precision, distances, interval
from .settings import MODELS, TEST_WORKS, VALIDATION_WORKS, Cache
from .targets import session

#: Changes of level (dB) at which the embedding must stay where it was.
LEVELS_DB = (-18.0, 18.0)
#: Spaces in the order of the tables.
SPACES = ("network", "learnt", "teachers", "aisfx", "musicnn", "vibenet", "mfcc", "chance")


def outputs(mel: np.ndarray) -> dict[str, np.ndarray]:
    """All outputs of the exported audio network for dB frames [n, bands, frames]."""
    network = session(MODELS / "audio.onnx")
    names = [output.name for output in network.get_outputs()]
    parts = [network.run(None, {"mel": part[:, None]}) for part in np.array_split(mel, max(1, len(mel) // 16))]
    return {name: np.concatenate(column) for name, column in zip(names, zip(*parts))}


def measure(cache: Cache) -> dict:
    """The whole report."""
    data = distil.load(cache, listened_items())
    frames = manifest.front_end().frames
    train = np.flatnonzero(~data.held_out)
    joint = distil.Joint(data, train)
    music = data.kind == "music"
    report: dict = {"joint_variance_kept": round(joint.kept, 3)}
    for name, works in (("test", TEST_WORKS), ("validation", VALIDATION_WORKS)):
        rows = np.flatnonzero(music & np.isin(data.work, works))
        mel = data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)
        spaces = _spaces(data, rows, train, joint, mel)
        report[name] = _music(spaces, mel, data.track[rows], data.work[rows], _chroma(cache, data, rows))
        if name == "test":
            report["agreement"] = _agreement(data, rows, mel)
            report["level"] = _level(mel, spaces, data.track[rows], data.work[rows])
    report["instruments"] = _instruments(cache, data, train, joint, frames)
    held = np.flatnonzero(music & np.isin(data.work, TEST_WORKS + VALIDATION_WORKS))
    report["brush"] = brushing.measure(cache, data, held, train, joint)
    return report


def _spaces(data: distil.Data, rows: np.ndarray, train: np.ndarray, joint: distil.Joint, mel: np.ndarray) -> dict[str, np.ndarray]:
    """Points of the rows in every space compared."""
    standard = lambda values: (values[rows] - values[train].mean(axis=0)) / (values[train].std(axis=0) + 1e-3)  # noqa: E731
    embedding = outputs(mel)["embedding"].astype(np.float64)
    return {
        "network": embedding,
        "learnt": embedding[:, : distil.EMBEDDING],
        "teachers": joint(data)[rows].astype(np.float64),
        "aisfx": standard(data.aisfx),
        "musicnn": standard(data.pools),
        "vibenet": standard(distil.logit(data.affect, 0.02)),
        "mfcc": evaluate.standard_cepstra(mel),
        "chance": np.random.default_rng(0).normal(size=(len(rows), 8)),
    }


def _music(spaces: dict, mel: np.ndarray, track: np.ndarray, work: np.ndarray, chroma: np.ndarray) -> dict:
    """Same-track retrieval; likeness of onsets and of pitch classes between a chunk and the nearest of another track."""
    strength = rhythm.onset_strength(mel)
    together = rhythm.correlation(strength, strength)
    pitch = np.corrcoef(chroma)
    result: dict = {"chunks": len(track), "tracks": len(np.unique(track)), "works": len(np.unique(work))}
    for name, points in spaces.items():
        near = distances(points, points)
        precision = average_precision(near, track)
        other = np.where(track[:, None] == track[None], np.inf, near).argmin(axis=1)
        every = np.arange(len(track))
        result[name] = {
            "map": interval(precision, work), "map_over_chunks": round(float(np.nanmean(precision)), 3),
            "onsets": interval(together[every, other], work), "pitch": interval(pitch[every, other], work),
        }  # fmt: skip
    return result


def _chroma(cache: Cache, data: distil.Data, rows: np.ndarray) -> np.ndarray:
    """Pitch-class content [n, 12] from long spectra of the audio (0.37 s), which no network here sees."""
    size = 16_384
    hertz = np.fft.rfftfreq(size, 1.0 / AUDIO_RATE)
    inside = np.flatnonzero((hertz > 110.0) & (hertz < 2000.0))
    place = np.round(69.0 + 12.0 * np.log2(hertz[inside] / 440.0)).astype(int) % 12
    fold = (place[:, None] == np.arange(12)[None]).astype(float)
    found = np.zeros((len(rows), 12))
    for track in np.unique(data.track[rows]):
        mine = np.flatnonzero(data.track[rows] == track)
        first = np.flatnonzero(data.track == track)[0]
        with np.load(cache.corpus / f"{data.keys[track]}.npz") as corpus:
            audio = corpus["audio"]
        for row in mine:
            frames = np.lib.stride_tricks.sliding_window_view(audio[rows[row] - first].astype(np.float32), size)[:: size // 2]
            spectrum = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1))[:, inside]
            peaks = (spectrum > np.roll(spectrum, 1, 1)) & (spectrum > np.roll(spectrum, -1, 1))
            found[row] = (np.sqrt(spectrum * peaks) @ fold).sum(axis=0)
    return found + 1e-9 * np.arange(12)


def _agreement(data: distil.Data, rows: np.ndarray, mel: np.ndarray) -> dict:
    """How far tags and affect follow the teachers: correlation over chunks."""
    said = outputs(mel)

    def correlation(mine: np.ndarray, theirs: np.ndarray) -> list[float]:
        return [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(mine.T, theirs.T)]

    tags = correlation(distil.logit(said["tags"], distil.LEAST_TAG), distil.logit(data.tags[rows], distil.LEAST_TAG))
    affect = correlation(said["affect"], data.affect[rows])
    names = next(m for m in manifest.load()["model"] if m["name"] == "audio")["affect"]
    return {"tags_mean_r": round(float(np.mean(tags)), 3), "affect_r": {n: round(r, 3) for n, r in zip(names, affect)}}


def _level(mel: np.ndarray, spaces: dict, track: np.ndarray, work: np.ndarray) -> dict:
    """Distance moved by a change of level, in units of the median distance; retrieval with moved queries; MFCC beside it."""
    floor = 10.0 * np.log10(manifest.front_end().power_floor)
    usual = {name: np.median(np.sqrt(np.maximum(0, distances(spaces[name], spaces[name])))) for name in ("network", "mfcc")}
    result: dict = {}
    for level in LEVELS_DB:
        moved_mel = np.maximum(mel + np.float32(level), np.float32(floor))
        moved = {"network": outputs(moved_mel)["embedding"].astype(np.float64), "mfcc": evaluate.standard_cepstra(moved_mel)}
        for name, points in moved.items():
            shift = np.linalg.norm(points - spaces[name], axis=1) / usual[name]
            precision = average_precision(distances(points, spaces[name]), track)
            result[f"{name} {level:+.0f} dB"] = {
                "moved_median": round(float(np.median(shift)), 4), "moved_95": round(float(np.percentile(shift, 95)), 4),
                "map": interval(precision, work),
            }  # fmt: skip
    return result


def _instruments(cache: Cache, data: distil.Data, train: np.ndarray, joint: distil.Joint, frames: int) -> dict:
    """Held-out presets: patterns of the same instrument, agreement of the notes played with those of the nearest of another."""
    from .corpus import rendered_items

    names = {item.key: item.member for item in rendered_items()}
    rows = np.flatnonzero((data.kind == "midi") & data.held_out)
    member = np.array([names[data.keys[t]] for t in data.track[rows]])
    assert set(member) <= HELD_OUT_PRESETS
    notes, style = [], []
    for row, name in zip(rows, member):
        first = np.flatnonzero(data.track == data.track[row])[0]
        with np.load(cache.corpus / f"{data.keys[data.track[row]]}.npz") as corpus:
            segment = int(corpus["starts"][row - first] // midi.SEGMENT_S)
        notes.append(midi.pitch_classes(name, segment))
        style.append(midi.STYLES[segment % len(midi.STYLES)])
    mel = data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)
    agree, result = np.corrcoef(np.array(notes)), {"presets": len(set(member)), "chunks": len(rows)}
    spaces = _spaces(data, rows, train, joint, mel)
    for name, points in spaces.items():
        near = distances(points, points)
        other = np.where(member[:, None] == member[None], np.inf, near).argmin(axis=1)
        result[name] = {
            "map": interval(average_precision(near, member), member),
            "pitch": interval(agree[np.arange(len(rows)), other], member),
        }
    result["held"] = brushing.steady(spaces["network"], np.array(style))
    return result
