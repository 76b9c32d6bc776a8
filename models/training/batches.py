"""Which chunks make up a batch of distillation: pairs from one track, rendered patterns, sounds and brush scenes."""

from __future__ import annotations

import numpy as np

#: Share of a batch by kind of item; what is missing in the data goes to the others.
SHARES = (("music", 0.62), ("midi", 0.16), ("sound", 0.11), ("brush", 0.11))
#: Kinds drawn two chunks a track, so that a chunk has its like in the batch.
PAIRED = ("music", "midi")


class Batches:
    """Draws rows of the data, big works no more often than the square root of their size."""

    def __init__(self, data, rows: np.ndarray):
        kinds = np.where(np.isin(data.kind, ("music", "midi", "sound")), data.kind, "brush")
        self._kinds: dict[str, tuple[list[np.ndarray], np.ndarray]] = {}
        for kind, _ in SHARES:
            mine = rows[kinds[rows] == kind]
            tracks = [mine[data.track[mine] == track] for track in np.unique(data.track[mine])]
            tracks = [chunks for chunks in tracks if len(chunks) >= (2 if kind in PAIRED else 1)]
            if not tracks:
                continue
            work = np.array([data.work[chunks[0]] for chunks in tracks])
            weight = np.array([np.sqrt(len(chunks)) / np.sqrt((work == name).sum()) for chunks, name in zip(tracks, work)])
            self._kinds[kind] = (tracks, weight / weight.sum())
        if not self._kinds:
            raise ValueError("no chunks to learn from: run the stages corpus and targets first")

    def draw(self, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Rows [size] and, for each, the place in the batch of its partner of the same track (-1: none)."""
        total = sum(share for kind, share in SHARES if kind in self._kinds)
        chosen: list[int] = []
        partner: list[int] = []
        for kind, share in SHARES:
            if kind not in self._kinds:
                continue
            tracks, weight = self._kinds[kind]
            group = 2 if kind in PAIRED else 1
            count = max(1, round(size * share / total / group))
            for number in rng.choice(len(tracks), min(count, len(tracks)), replace=False, p=weight):
                place = len(chosen)
                chosen += rng.choice(tracks[number], group, replace=False).tolist()
                partner += [place + 1, place] if group == 2 else [-1]
        return np.array(chosen), np.array(partner)
