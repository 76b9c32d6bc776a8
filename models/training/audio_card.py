"""Text of the card of the audio network, from the report of `evaluate`."""

from __future__ import annotations

from . import brushing, manifest
from .corpus import CHUNKS_PER_TRACK, FEWER_CHUNKS, HELD_OUT_KITS, HELD_OUT_PRESETS
from .listening import SPACES
from .settings import TEST_WORKS, VALIDATION_WORKS
from .space import FRICTION_KEEPS, PARTS

#: Names of the spaces compared, as the tables show them.
NAMES = {
    "network": "**this network** ({length})", "learnt": "its learnt part alone (128)", "teachers": "teachers joined, 128 components",
    "aisfx": "aisfx (512)", "musicnn": "musicnn pools (1506)", "vibenet": "vibenet (7)", "mfcc": "MFCC, mean and deviation (40)", "chance": "chance",
}  # fmt: skip

CARD = """# Card: `audio.onnx`

MobileNetV3-small's trunk on 100 × 320 mel frames (4 s), distilled from three public networks, beside an onset pattern and pitch
content computed by fixed rules in the same graph. Shapes and names: `../manifest.toml`. {bytes:,} bytes; weights stored as 16-bit
floats, computed in 32 bit.

| output | meaning |
|---|---|
| `embedding` | {length} numbers, Euclidean distance. Parts in order, each of length 1 times its weight: {parts} |
| `tags` | 50 music tags, 0..1 (musicnn's Million Song tags) |
| `affect` | valence, energy, danceability, acousticness, instrumentalness, liveness, speechiness, 0..1 (vibenet's) |
| `point` | {points} numbers for the correspondence score; see `correspondence.md` |

- *Learnt part*: the student's 128 numbers, whitened by their covariance within tracks.
- *Onsets*: rises in dB over 25 ms, mean over bands, in triangles of ±100 ms every 50 ms, mean taken off, length made 1; one number more
  says how little begins at all. *Rates*: strength of 16 rates from 0.5 to 9 Hz in it, wherever it begins.
- *Chroma* and *height*: bands that stand out of their neighbours for 0.25 s, folded into pitch classes above 380 Hz and spread
  over 10 heights; again one number says how little pitch there is.
- *Friction*: as far as a logistic function of the student's hidden values says that a sound is friction, the other parts' weight
  passes to the onsets (they keep {friction_keeps} of it), the whole keeping its length. So brush sounds are placed by their
  onsets, and music by its timbre and key.

Level is taken out: mean power is subtracted before the learnt part, and the fixed parts are relative to the loudest band.

## Made from
- Teachers, none needed at run time: **aisfx** 0.1.2 (A. B. Ma and A. Lerch, ISMIR 2022; weights CC BY 4.0; embedding, 512),
  **musicnn** 0.1.0, `MSD_musicnn` (J. Pons and X. Serra, 2019; ISC; pooled features and tags), **vibenet** 0.1.0 (J. Shim;
  GPL-3.0-or-later; affect). aisfx and musicnn are standardised, given equal weight, joined, and reduced to {kept:.0%} of their
  variance. Brush scenes lie in a clump far from music there; the clump's mean was moved to that of music, its spread limited.
- Besides the teachers' words, the student learnt to find the other chunk of a track among the batch (weight 0.15 a nat).
- Audio: {music} chunks of {tracks} tracks of {works} free works (up to {per_track} chunks a track for the first 25 works, {fewer} for the
  others), {midi} patterns composed here and played by the presets of `fluid-soundfont-gm`, {sound} scenes of repeated samples, {brush}
  noise and friction scenes on many surfaces; less what is held out. Names, versions, hashes and licences of the packages:
  `../training/data/packages.tsv`, `tracks.tsv`, `more_tracks.tsv`, `sounds.tsv`. No audio is contained in the network.
- Augmentation: shift by up to 0.2 s, gain ±24 dB, colour, noise, room, short gaps; 15 % of the music chunks as "brush views":
  their onsets or loudness played by friction noise of a random microphone, with the target of the music. Seed fixed.
- Commands: see `../training/README.md`. {training}

## Licence
GPL-3.0-or-later, as one of the teachers is. Attribution: aisfx, A. B. Ma and A. Lerch, CC BY 4.0, changed (distilled).

## Measured
On what the student never heard. Test works: {test}. Settings (weights of the parts, metric) were chosen on other works that it never
heard: {validation}. Intervals: 95 % bootstrap over works (presets, scenes).

**Same-track retrieval** between 4 s chunks (mean average precision), and between a chunk and the nearest chunk *of another track*: correlation of
onset strength (±50 ms; spectral flux, smoothed by 50 ms, computed apart from the network) and of pitch-class content (long spectra of the
audio). {test_size} The last column is the validation works' ({validation_size}).

{retrieval}

**Same instrument**: presets held out ({presets} presets, {patterns} patterns); retrieval of other patterns of the same preset, and agreement
(correlation) of the notes played with those of the nearest pattern of another preset:

{instruments}

A held note lies nearer than other patterns to silence with probability {silence:.2f}, to mains hum with {hum:.2f} (.5 if neither nearer).

**Level**: distance moved, in units of the median distance of two chunks, and retrieval with moved queries against unmoved chunks. aisfx, musicnn
and vibenet were given one level throughout.

{level}

(−18 dB pushes quiet bands into the front end's floor; +18 dB is computed without clipping.)

**Brush**: {scenes} new scenes of the friction synthesizer, half of them through random panels and microphones, against a library of {library} chunks
never heard. From a random pool of the library the nearest is retrieved; it wins when its onset strength correlates better with the brush's
than the best of 20 random members of the same pool. "Heard": the brush's own onset strength; "known": pulses at the strokes' known starts.
(Teachers: the first {teachers_scenes} scenes.)

{brush_table}

Other tolerances (smoothing / lag), this network, pool of 200, won:

{tolerances}

Median distance from a brush to its nearest music {to_music:.2f}, from music to its nearest of another track {among:.2f}: ratio {shift:.1f}. The earlier
network, without fixed parts and with the teachers' own brush targets, had 2.27 and 0.43, ratio 5.2 (200 scenes, 876 chunks never heard).

**Agreement with the teachers** on the test works (correlation over chunks): tags {tags:.2f} (mean over log-odds of 50 tags); {affect}.

**Speed**, one thread, ONNX Runtime 1.28 on a shared AMD EPYC core: {ms_min} ms minimum, {ms_median} ms median. Floor {floor_ms} ms ({mmacs} million
multiply-adds at the {gmacs} billion a second that a matrix product of this machine reaches at that moment): ratio {ratio}.

## Known failures
- {failure}
- Onsets cost likeness of instrument: the learnt part alone finds the same preset better ({preset_learnt:.3f}) than the whole ({preset_whole:.3f}).
- A pool of 24 holds few patterns: its best member is beaten by the best of 20 others unless it is nearly always the very best.
- The onset pattern is compared in time within the 4 s window (to about 100 ms); the same rhythm begun elsewhere is matched by its rates alone.
- Brush sounds were synthetic, in training and here. No real contact-microphone recording was available to measure with.
- Music is mostly of games; other styles, speech and field recordings were not measured. MIDI patterns use one SoundFont.
- `affect` and `tags` repeat their teachers' opinions and errors; they are no measurement of what anyone feels.
- Silence gives a constant embedding; ask the level before it.
"""


def text(report: dict) -> str:
    """The card."""
    embedding, data, speed = report["embedding"], report["training"], report["networks"]["audio"]
    test, validation, brush = embedding["test"], embedding["validation"], embedding["brush"]
    length = next(o["length"] for m in manifest.load()["model"] if m["name"] == "audio" for o in m["output"] if o["name"] == "embedding")
    numbers = list(PARTS.items())
    weights = data["weights"]
    size = lambda part: f"{part['chunks']} chunks of {part['tracks']} tracks of {part['works']} works"  # noqa: E731
    return CARD.format(
        length=length, points=manifest.load()["correspondence"]["points"], friction_keeps=FRICTION_KEEPS,
        parts=", ".join(f"{name} {count} (weight {weights[name]:.2f})" for name, count in numbers),
        kept=embedding["joint_variance_kept"], per_track=CHUNKS_PER_TRACK, fewer=FEWER_CHUNKS, training=data["text"],
        **{key: data[key] for key in ("music", "tracks", "works", "midi", "sound", "brush")},
        test=", ".join(TEST_WORKS) + f"; {len(HELD_OUT_PRESETS)} presets; drum kits " + ", ".join(HELD_OUT_KITS),
        validation=", ".join(VALIDATION_WORKS), test_size=size(test) + ".", validation_size=size(validation),
        retrieval=_retrieval(test, validation, length), instruments=_instruments(embedding["instruments"], length),
        presets=embedding["instruments"]["presets"], patterns=embedding["instruments"]["chunks"],
        silence=embedding["instruments"]["held"]["silence"], hum=embedding["instruments"]["held"]["hum"],
        level=_level(embedding["level"]), scenes=brush["scenes"], library=brush["library"], teachers_scenes=brush["teachers_scenes"],
        brush_table=_brush(brush, length), tolerances=_tolerances(brush),
        to_music=brush["shift"]["brush_to_music"], among=brush["shift"]["music_to_music"], shift=brush["shift"]["brush_to_music"] / brush["shift"]["music_to_music"],
        tags=embedding["agreement"]["tags_mean_r"], affect=", ".join(f"{k} {v:.2f}" for k, v in embedding["agreement"]["affect_r"].items()),
        failure=_failure(test), preset_learnt=embedding["instruments"]["learnt"]["map"]["mean"],
        preset_whole=embedding["instruments"]["network"]["map"]["mean"], **speed,
    )  # fmt: skip


def _cell(value: dict) -> str:
    return f"{value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def _retrieval(test: dict, validation: dict, length: int) -> str:
    lines = ["| space | same track, mAP | onsets of nearest | pitch classes of nearest | same track, validation |", "|---" * 5 + "|"]
    for key in SPACES:
        cells = [_cell(test[key][m]) for m in ("map", "onsets", "pitch")] + [_cell(validation[key]["map"])]
        lines.append(f"| {NAMES[key].format(length=length)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _instruments(instruments: dict, length: int) -> str:
    lines = ["| space | same instrument, mAP | pitch classes of nearest |", "|---" * 3 + "|"]
    lines += [f"| {NAMES[key].format(length=length)} | {' | '.join(_cell(instruments[key][m]) for m in ('map', 'pitch'))} |" for key in SPACES]
    return "\n".join(lines)


def _level(level: dict) -> str:
    lines = ["| space, change | moved, median | moved, 95 % | same track, mAP |", "|---" * 4 + "|"]
    lines += [f"| {key} | {v['moved_median']:.3f} | {v['moved_95']:.3f} | {_cell(v['map'])} |" for key, v in level.items()]
    return "\n".join(lines)


def _brush(brush: dict, length: int) -> str:
    lines = ["| space | pool | heard: won | heard: margin | known: won | known: margin |", "|---" * 6 + "|"]
    smoothing, lag = brushing.TOLERANCES[0]
    for key in SPACES:
        for pool in brushing.POOLS:
            values = [brush[f"{key} {kind} {smoothing * 12.5:.0f}/{lag * 12.5:.0f} ms"][str(pool)] for kind in ("heard", "known")]
            cells = [_cell(value[measure]) for value in values for measure in ("won", "margin")]
            lines.append(f"| {NAMES[key].format(length=length)} | {pool} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _tolerances(brush: dict) -> str:
    lines = ["| tolerance | heard | known |", "|---" * 3 + "|"]
    for smoothing, lag in brushing.TOLERANCES:
        name = f"{smoothing * 12.5:.0f}/{lag * 12.5:.0f} ms"
        lines.append(f"| {name} | {' | '.join(_cell(brush[f'network {kind} {name}']['200']['won']) for kind in ('heard', 'known'))} |")
    return "\n".join(lines)


def _failure(test: dict) -> str:
    mine, theirs, plain = (test[key]["map"]["mean"] for key in ("network", "teachers", "mfcc"))
    return (
        f"In same-track retrieval on works never heard it gets {mine:.3f} where its teachers get {theirs:.3f} and plain MFCC {plain:.3f}: "
        + ("it does not reach the teachers." if mine < theirs else "it was taught that task, and they were not.")
    )
