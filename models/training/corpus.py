"""Cut tracks and sounds into 4 s chunks and compute their mel frames.

One file a track under the cache: `audio` (16-bit, 44.1 kHz, one row a chunk, for the
teachers), `mel` (dB frames with `MARGIN` spare frames on either side, for the student,
whose training moves the window by that much) and `starts` (seconds).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from . import archives, manifest, midi, scenes
from .decode import Track, resample
from .frontend import MelFrontEnd
from .settings import DATA, HELD_OUT_WORKS, SEED, Cache, read_table

#: Rate at which chunks are kept for the teachers.
AUDIO_RATE = 44_100
#: Spare mel frames kept on either side of a chunk.
MARGIN = 16
#: At most this many chunks a track.
CHUNKS_PER_TRACK = 10
#: Works of the first collection; the teachers heard CHUNKS_PER_TRACK of their tracks' chunks, of later works' tracks FEWER_CHUNKS.
FIRST_WORKS = frozenset(
    "blobwars extremetuxracer fillets-ng flare freedroidrpg frozen-bubble gcompris hedgewars krank lincity-ng lordsawar naev neverball "
    "planetblupi plee-the-bear supertux supertuxkart trackballs tux4kids ufoai warmux warzone2100 wesnoth widelands zaz".split()
)
FEWER_CHUNKS = 6
#: Sample packs so large that one scene a sample is enough.
PACKS = ("hydrogen-drumkits", "lmms-common")
#: Drum kits and presets that are only tested with.
HELD_OUT_KITS = ("The Black Pearl 1.0", "circAfrique v4")
HELD_OUT_PRESETS = frozenset(midi.member(number) for number in range(3, 128, 8))
#: Chunks quieter than this are left out (dBFS, root mean square).
SILENCE_DB = -60.0


@dataclass(frozen=True)
class Item:
    """A track or a sound of the corpus."""

    kind: str
    work: str
    package: str
    path: str
    member: str
    #: At most this many of its chunks are shown to the teachers and learnt from.
    chunks: int = CHUNKS_PER_TRACK

    @property
    def key(self) -> str:
        """File name in the cache, from what the item is and where it lies."""
        name = "|".join((self.kind, self.package, self.path, self.member))
        return hashlib.sha256(name.encode()).hexdigest()[:16]


def held_out(item: Item) -> bool:
    """Whether no student trains on it: the held-out works, presets and drum kits, and every tenth other surface."""
    if item.kind == "midi":
        return item.member in HELD_OUT_PRESETS
    if item.kind == "surface":
        return int(item.path) % 10 == 0
    return item.work in HELD_OUT_WORKS or any(f"/{kit}/" in item.path for kit in HELD_OUT_KITS)


def music_items() -> list[Item]:
    """The tracks of `data/tracks.tsv`: works that have pictures as well."""
    return _music(DATA / "tracks.tsv")


def more_music_items() -> list[Item]:
    """The tracks of `data/more_tracks.tsv`: works without pictures, for the audio network alone."""
    return _music(DATA / "more_tracks.tsv")


def _music(table: Path) -> list[Item]:
    rows = read_table(table)
    chunks = {True: CHUNKS_PER_TRACK, False: FEWER_CHUNKS}
    return [Item("music", r["work"], r["package"], r["path"], r["member"], chunks[r["work"] in FIRST_WORKS]) for r in rows]


def rendered_items() -> list[Item]:
    """Patterns played by every preset and percussion kit of the SoundFont."""
    names = [midi.member(number) for number in midi.PRESETS] + [midi.member(number, True) for number in midi.KITS]
    return [Item("midi", "presets", midi.PACKAGE, midi.SOUNDFONT, name) for name in names]


def listened_items() -> list[Item]:
    """Everything the audio network is distilled on, held-out works included."""
    return music_items() + more_music_items() + rendered_items() + sound_items()


def sound_items() -> list[Item]:
    """The samples of `data/sounds.tsv` and the synthetic scenes."""
    rows = read_table(DATA / "sounds.tsv")
    samples = [Item("sound", r["package"], r["package"], r["path"], "", 1 if r["package"] in PACKS else 2) for r in rows]
    surfaces = [Item("surface", "surface", "", str(number), "") for number in range(scenes.SURFACE_SCENES)]
    strokes = [Item("strokes", "strokes", "", str(number), "") for number in range(scenes.STROKE_SCENES)]
    brushes = [Item("friction", "friction", "", str(number), "") for number in range(scenes.FRICTION_SCENES)]
    return samples + strokes + brushes + surfaces


def shuffled(items: list[Item]) -> list[Item]:
    """The items in a fixed random order, so that a stopped pass has seen something of every work."""
    return [items[i] for i in np.random.default_rng(SEED).permutation(len(items))]


def chunk_starts(seconds: float, chunk: float, margins: float, count: int) -> np.ndarray:
    """Evenly spread starts of `chunk` seconds and their margins, ordered so that any first few are spread as well."""
    room = seconds - chunk - margins
    n = int(min(count, max(1, room // chunk + 1)))
    starts = np.linspace(0.0, max(0.0, room), n) if n > 1 else np.array([max(0.0, room) / 2.0])
    order = sorted(range(n), key=lambda i: int(f"{i:04b}"[::-1], 2))
    return starts[order]


def build(cache: Cache, items: list[Item]) -> None:
    """Make the corpus files that are missing; files that cannot be decoded are named and skipped."""
    front_end = MelFrontEnd(manifest.front_end())
    for item in tqdm(items, desc="corpus", unit="track"):
        target = cache.corpus / f"{item.key}.npz"
        if target.exists():
            continue
        try:
            rows = ROWS.get(item.kind, _sound_rows)(cache, item, front_end)
        except (soundfile.LibsndfileError, KeyError, OSError) as error:
            tqdm.write(f"skipped {item.package} {item.path} {item.member}: {error}")
            continue
        save(target, rows)


def save(target: Path, rows: list[tuple[float, np.ndarray, np.ndarray]]) -> None:
    """Write (start, samples at 44.1 kHz, mel with margins) rows; first to a side file, so that a stop leaves none half written."""
    if not rows:
        return
    partial = target.with_suffix(".part.npz")
    np.savez(
        partial,
        starts=np.array([r[0] for r in rows], np.float32),
        audio=np.stack([np.round(np.clip(r[1], -1, 1) * 32767).astype(np.int16) for r in rows]),
        mel=np.stack([r[2] for r in rows]).astype(np.float16),
    )
    partial.replace(target)


def _row(stretch: np.ndarray, start: float, front_end: MelFrontEnd):
    """One row of a 44.1 kHz stretch that begins MARGIN frames before the chunk; None when silent."""
    definition = front_end.definition
    lead = round(MARGIN * definition.hop * AUDIO_RATE / definition.sample_rate)
    length = definition.chunk_samples * AUDIO_RATE // definition.sample_rate
    audio = np.zeros(length, np.float32)
    part = stretch[lead : lead + length]
    audio[: len(part)] = part
    if 10 * np.log10(np.mean(audio**2) + 1e-20) < SILENCE_DB:
        return None
    mel = front_end.chunk(resample(stretch, AUDIO_RATE, definition.sample_rate), 2 * MARGIN)
    return start, audio, mel


def _music_rows(cache: Cache, item: Item, front_end: MelFrontEnd):
    definition = front_end.definition
    content = archives.read(cache.files / item.package, item.path, item.member)
    track = Track(midi.render(cache, content) if item.path.endswith(".mid") else content, item.member or item.path)
    chunk = definition.chunk_samples / definition.sample_rate
    seconds = (definition.context_samples + 2 * MARGIN * definition.hop) / definition.sample_rate + 0.02
    rows = []
    margin = MARGIN * definition.hop_seconds
    for start in chunk_starts(track.seconds, chunk, 2.0 * margin, CHUNKS_PER_TRACK):
        row = _row(track.stretch(start, seconds, AUDIO_RATE), start + margin, front_end)
        if row:
            rows.append(row)
    return rows


def _rendered_rows(cache: Cache, item: Item, front_end: MelFrontEnd):
    """One row a pattern; `starts` tells which, for silent ones are left out."""
    track = Track(midi.render(cache, midi.file(item.member)))
    starts = [number * midi.SEGMENT_S for number in range(midi.SEGMENTS)]
    stretches = [(start, track.stretch(start, 4.5, AUDIO_RATE)) for start in starts]
    return [row for start, stretch in stretches if (row := _row(stretch, start, front_end))]


def _sound_rows(cache: Cache, item: Item, front_end: MelFrontEnd):
    seed = np.random.SeedSequence([SEED, int(item.key, 16)])
    rng = np.random.default_rng(seed)
    if item.kind in SCENES:
        stretches = [SCENES[item.kind](rng, AUDIO_RATE, 4.5)]
    else:
        track = Track((cache.files / item.package / item.path).read_bytes())
        sample = track.stretch(0.0, min(track.seconds, 4.5), AUDIO_RATE)
        stretches = [scenes.repeated(sample, rng, AUDIO_RATE, 4.5) for _ in range(2)]
    return [row for stretch in stretches if (row := _row(stretch, 0.0, front_end))]


#: Makers of synthetic scenes, and of rows, by kind of item.
SCENES = {"strokes": scenes.strokes, "friction": scenes.brush, "surface": scenes.surface}
ROWS = {"music": _music_rows, "midi": _rendered_rows}
