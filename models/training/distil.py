"""Distil the teachers into the student."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from . import manifest
from .augment import augment, brush_view
from .batches import Batches
from .corpus import MARGIN, Item, held_out
from .settings import SEED, Cache
from .student import EMBEDDING, Student

#: Standardised teacher features are limited to this many deviations: some pools have long tails.
CLIP = 4.0
#: Tags are told apart down to this probability.
LEAST_TAG = 3e-3
#: Kinds of scene that stand for a brush, and the spread of their targets relative to that of music.
BRUSH_KINDS = ("strokes", "friction", "surface")
BRUSH_SPREAD = 0.6
#: Finding the other chunk of a track: temperature of the cosine, and weight beside the teachers' words.
TEMPERATURE, SAME_TRACK = 0.1, 0.15
#: A music chunk seen as brush counts this much: most of what the teachers said of it is no longer there to be heard.
BRUSH_VIEW_WEIGHT = 0.5


@dataclass
class Data:
    """Chunks with their teachers' words; rows of all arrays belong together."""

    mel: np.ndarray
    aisfx: np.ndarray
    pools: np.ndarray
    tags: np.ndarray
    affect: np.ndarray
    track: np.ndarray
    work: np.ndarray
    kind: np.ndarray
    held_out: np.ndarray
    keys: list[str]


def load(cache: Cache, items: list[Item]) -> Data:
    """Everything that has both corpus and targets."""
    names = ("mel", "aisfx", "pools", "tags", "affect", "track", "work", "kind", "held_out")
    columns: dict[str, list] = {name: [] for name in names}
    keys = []
    for item in items:
        source, target = cache.corpus / f"{item.key}.npz", cache.targets / f"{item.key}.npz"
        if not (source.exists() and target.exists()):
            continue
        with np.load(source) as corpus, np.load(target) as said:
            n = min(len(said["tags"]), item.chunks)
            columns["mel"].append(corpus["mel"][:n])
            columns["aisfx"].append(said["aisfx"][:n])
            columns["pools"].append(np.concatenate([said["mean_pool"], said["max_pool"]], axis=1)[:n])
            columns["tags"].append(said["tags"][:n])
            columns["affect"].append(said["affect"][:n])
        columns["track"].append(np.full(n, len(keys)))
        columns["work"].append(np.full(n, item.work))
        columns["kind"].append(np.full(n, item.kind))
        columns["held_out"].append(np.full(n, held_out(item)))
        keys.append(item.key)
    return Data(**{name: np.concatenate(rows) for name, rows in columns.items()}, keys=keys)


class Joint:
    """Joint teacher space: sound-effects embedding and music pools, each standardised and given equal say, then principal components.

    Scaled so that the mean squared distance of two random chunks is 1, and centred on music.
    Brush-like scenes lie far from all music in the teachers' ears, as one clump. They are to be
    compared with music, so the clump's mean is moved to that of music and its spread limited:
    what tells one stroke from another remains, what tells all strokes from music does not.
    """

    def __init__(self, data: Data, rows: np.ndarray):
        self.groups = []
        for values in (data.aisfx[rows], data.pools[rows]):
            mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-3 * values.std()
            self.groups.append((mean, spread))
        joined = self._join(data.aisfx[rows], data.pools[rows])
        self.mean = joined.mean(axis=0)
        _, singular, axes = np.linalg.svd(joined - self.mean, full_matrices=False)
        self.axes = axes[:EMBEDDING].T
        self.kept = float((singular[:EMBEDDING] ** 2).sum() / (singular**2).sum())
        music, brush = data.kind[rows] == "music", np.isin(data.kind[rows], BRUSH_KINDS)
        if music.any():
            self.mean = joined[music].mean(axis=0)
        coordinates = (joined - self.mean) @ self.axes
        self.scale = 1.0 / np.sqrt(2.0 * (coordinates[music] if music.any() else coordinates).var(axis=0).sum())
        self.brush_mean = coordinates[brush].mean(axis=0) if brush.any() else np.zeros(EMBEDDING)
        spread = self.scale * np.sqrt(coordinates[brush].var(axis=0).sum()) if brush.any() else 1.0
        self.brush_gain = min(1.0, BRUSH_SPREAD * np.sqrt(0.5) / spread)

    def _join(self, *values: np.ndarray) -> np.ndarray:
        parts = []
        for value, (mean, spread) in zip(values, self.groups):
            parts.append(np.clip((value - mean) / spread, -CLIP, CLIP) / np.sqrt(value.shape[1]))
        return np.concatenate(parts, axis=1)

    def project(self, aisfx: np.ndarray, pools: np.ndarray) -> np.ndarray:
        """Points of what the teachers say, [n, 128]; brush sounds where the teachers put them."""
        return (self._join(aisfx, pools) - self.mean) @ self.axes * self.scale

    def __call__(self, data: Data) -> np.ndarray:
        """Targets of the embedding, [n, 128]."""
        points = self.project(data.aisfx, data.pools)
        brush = np.isin(data.kind, BRUSH_KINDS)
        points[brush] = (points[brush] - self.brush_mean * self.scale) * self.brush_gain
        return points.astype(np.float32)


def logit(probability: np.ndarray, least: float) -> np.ndarray:
    """Log-odds with the probability kept at least `least` away from 0 and 1."""
    p = np.clip(probability, least, 1.0 - least)
    return np.log(p / (1.0 - p)).astype(np.float32)


@dataclass
class Targets:
    """What the student is to say, and the spread by which each error is measured."""

    embedding: np.ndarray
    tags: np.ndarray
    affect: np.ndarray
    tag_spread: np.ndarray
    affect_spread: np.ndarray

    @classmethod
    def of(cls, data: Data, rows: np.ndarray) -> "Targets":
        tags, affect = logit(data.tags, LEAST_TAG), logit(data.affect, 0.02)
        # A tag that is nearly always absent must not be measured by its own tiny spread.
        spreads = (np.maximum(values[rows].std(axis=0), 0.5) for values in (tags, affect))
        return cls(Joint(data, rows)(data), tags, affect, *spreads)


def losses(outputs, targets, weight=None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Relative squared errors of embedding, tags and affect (1 = no better than the mean), and of the distances in the batch.

    `weight` [n] says how much each row counts (1 when left out).
    """
    embedding, tags, affect = outputs
    wanted, wanted_tags, wanted_affect, tag_spread, affect_spread = targets
    weight = torch.ones_like(embedding[:, 0]) if weight is None else weight
    share = weight / weight.sum()
    # Twice the squared error, because the mean squared *distance* (twice the variance) is 1.
    point = 2.0 * ((embedding - wanted).square().sum(dim=1) * share).sum()
    pair = share[:, None] * share[None]
    distance = ((torch.cdist(embedding, embedding) - torch.cdist(wanted, wanted)).square() * pair).sum() / pair.sum()
    tag = (((tags - wanted_tags) / tag_spread).square().mean(dim=1) * share).sum()
    feeling = (((affect - wanted_affect) / affect_spread).square().mean(dim=1) * share).sum()
    return point, tag, feeling, distance


def same_track(embedding: torch.Tensor, partner: torch.Tensor, track: torch.Tensor) -> torch.Tensor:
    """Cross-entropy (nats) of finding each row's `partner` (-1: none) by cosine among rows of other tracks."""
    rows = torch.nonzero(partner >= 0)[:, 0]
    if not len(rows):
        return embedding.new_zeros(())
    unit = nn.functional.normalize(embedding, dim=1)
    logits = unit[rows] @ unit.T / TEMPERATURE
    rival = track[rows][:, None] != track[None]
    rival[torch.arange(len(rows), device=rows.device), partner[rows]] = True
    return nn.functional.cross_entropy(logits.masked_fill(~rival, -1e4), partner[rows])


@dataclass(frozen=True)
class Schedule:
    """Length and speed of a training run."""

    steps: int
    batch: int = 64
    rate: float = 3e-3
    threads: int = 1
    #: Name of an earlier run whose averaged weights this one begins with.
    start_from: str = ""
    #: Stop after this step of the schedule, the learning rate still up (0: at its end).
    until: int = 0


def train(cache: Cache, items: list[Item], name: str, plan: Schedule) -> Path:
    """Train the student and return the checkpoint; a stopped run goes on where it was."""
    torch.manual_seed(SEED)
    torch.set_num_threads(plan.threads)
    data = load(cache, items)
    rows, check = np.flatnonzero(~data.held_out), np.flatnonzero(data.held_out)
    targets = Targets.of(data, rows)
    print(f"{len(rows)} chunks to learn from, {len(check)} held out, {len(data.keys)} tracks and sounds")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = Student().to(memory_format=torch.channels_last)
    if plan.start_from:
        net.load_state_dict(student_of(cache.runs / plan.start_from / "checkpoint.pt").state_dict())
        _refit(net, data, targets, rows, manifest.front_end().frames)
    net = net.to(device)
    average = Student().to(device, memory_format=torch.channels_last)
    average.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=plan.steps, pct_start=0.1)
    path = cache.folder(f"runs/{name}") / "checkpoint.pt"
    start = _resume(path, net, average, optimiser, schedule) if path.exists() else 0
    front_end = manifest.front_end()
    batches = Batches(data, rows)
    last = plan.until or plan.steps
    bar = tqdm(range(start, last), initial=start, total=last, desc=f"distil {name}", unit="step", mininterval=5)
    for step in bar:
        rng = np.random.default_rng([SEED, step])
        chosen, partner = batches.draw(plan.batch, rng)
        mel, viewed = brush_view(data.mel[chosen], data.kind[chosen] == "music", front_end, rng)
        mel = augment(mel, front_end, rng)
        weight = torch.from_numpy(np.where(viewed, BRUSH_VIEW_WEIGHT, 1.0).astype(np.float32))
        outputs = net(tensor(mel).to(device))
        wanted = [value.to(device) for value in _targets(targets, chosen)]
        point, tag, feeling, distance = losses(outputs, wanted, weight.to(device))
        partner[viewed | viewed[partner]] = -1
        found = same_track(outputs[0], torch.from_numpy(partner).to(device), torch.from_numpy(data.track[chosen]).to(device))
        loss = point + 0.5 * tag + 0.5 * feeling + 0.5 * distance + SAME_TRACK * found
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        _follow(average, net, min(0.998, (1 + step) / (10 + step)))
        if step % 20 == 0:
            bar.set_postfix(point=f"{point.item():.3f}", tag=f"{tag.item():.3f}", affect=f"{feeling.item():.3f}", track=f"{found.item():.3f}")
        if (step + 1) % 250 == 0 or step + 1 == last:
            report = validate(average, data, targets, check, front_end.frames)
            tqdm.write(f"step {step + 1}: held out " + " ".join(f"{k} {v:.3f}" for k, v in report.items()))
            _save(path, plan, step + 1, net, average, optimiser, schedule, report)
    return path


@torch.no_grad()
def _refit(net: Student, data: Data, targets: "Targets", rows: np.ndarray, frames: int) -> None:
    """Fit the embedding's last layer to these targets by ridge regression: the axes of an earlier run's targets were others."""
    net.eval()
    rows = rows[:: max(1, len(rows) // 2000)]
    centred = data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)
    hidden = torch.cat([net.hear(tensor(part)) for part in np.array_split(centred, max(1, len(rows) // 48))]).double()
    wanted = torch.from_numpy(targets.embedding[rows]).double()
    mean, middle = hidden.mean(dim=0), wanted.mean(dim=0)
    gram = (hidden - mean).T @ (hidden - mean)
    gram += 0.01 * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype)
    matrix = torch.linalg.solve(gram, (hidden - mean).T @ (wanted - middle))
    net.embedding.weight.copy_(matrix.T)
    net.embedding.bias.copy_(middle - mean @ matrix)
    net.train()


def tensor(mel: np.ndarray) -> torch.Tensor:
    """dB frames [n, bands, frames] as the student takes them."""
    return torch.from_numpy(mel[:, None]).contiguous(memory_format=torch.channels_last)


def _targets(targets: Targets, rows: np.ndarray):
    values = (targets.embedding[rows], targets.tags[rows], targets.affect[rows], targets.tag_spread, targets.affect_spread)
    return [torch.from_numpy(np.ascontiguousarray(v)) for v in values]


@torch.no_grad()
def _follow(average: Student, net: Student, keep: float) -> None:
    """Moving average of the weights, which is what gets exported."""
    for mine, fresh in zip(average.state_dict().values(), net.state_dict().values()):
        if mine.dtype.is_floating_point:
            mine.mul_(keep).add_(fresh, alpha=1.0 - keep)
        else:
            mine.copy_(fresh)


@torch.no_grad()
def validate(net: Student, data: Data, targets: Targets, rows: np.ndarray, frames: int) -> dict[str, float]:
    """Relative errors on rows, without augmentation."""
    net.eval()
    rows = rows[:: max(1, len(rows) // 384)]
    centred = data.mel[rows][:, :, MARGIN : MARGIN + frames].astype(np.float32)
    device = next(net.parameters()).device
    outputs = [net(tensor(part).to(device)) for part in np.array_split(centred, max(1, len(rows) // 48))]
    joined = [torch.cat(column).cpu() for column in zip(*outputs)]
    values = losses(joined, _targets(targets, rows))
    net.train()
    return {key: float(value) for key, value in zip(("embedding", "tags", "affect", "distance"), values)}


def _save(path: Path, plan: Schedule, step: int, net, average, optimiser, schedule, report) -> None:
    state = {
        "plan": asdict(plan), "step": step, "net": net.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(), "report": report, "time": time.time(),
    }  # fmt: skip
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    partial.replace(path)


def _resume(path: Path, net, average, optimiser, schedule) -> int:
    state = torch.load(path, map_location=next(net.parameters()).device)
    for part, key in ((net, "net"), (average, "average"), (optimiser, "optimiser"), (schedule, "schedule")):
        part.load_state_dict(state[key])
    return state["step"]


def student_of(path: Path) -> Student:
    """The averaged student of a checkpoint, in evaluation mode."""
    net = Student()
    net.load_state_dict(torch.load(path, map_location="cpu")["average"])
    return net.eval()


def summary(cache: Cache, items: list[Item], run: str) -> dict:
    """How a run came about, for the card."""
    data = load(cache, items)
    music = data.kind == "music"
    steps, name = [], run
    while name:
        state = torch.load(cache.runs / name / "checkpoint.pt", map_location="cpu")
        plan = state["plan"]
        steps.insert(0, f"{state['step']} of {plan['steps']} steps of {plan['batch']} chunks at up to {plan['rate']:g}")
        name = plan["start_from"]
    report = torch.load(cache.runs / run / "checkpoint.pt", map_location="cpu")["report"]
    errors = ", ".join(f"{name} {value:.2f}" for name, value in report.items())
    count = lambda *kinds: int(np.isin(data.kind, kinds).sum())  # noqa: E731
    return {
        "music": count("music"), "midi": count("midi"), "sound": count("sound"), "brush": count(*BRUSH_KINDS),
        "tracks": len(np.unique(data.track[music])), "works": len(np.unique(data.work[music])),
        "text": f"AdamW, one cycle of the learning rate a run; {'; then '.join(steps)}. "
        f"Relative squared errors on what was held out (1 = no better than the mean): {errors}.",
    }  # fmt: skip
