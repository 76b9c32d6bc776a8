"""Works that share authors, pictures or music: one family never straddles what is learnt and what is tested."""

from __future__ import annotations

#: First word of the work, and its family.
FAMILIES = {
    "pinball-gnu": "pinball", "pinball-hurd": "pinball", "cavepacker": "caveexpress", "freedroidrpg": "freedroid", "muldjord": "muldjord",
    "rrootage": "kenta-cho", "val-and-rick": "kenta-cho", "parsec47": "kenta-cho", "nexuiz": "quake-like", "openarena": "quake-like",
}  # fmt: skip


def of(work: str) -> str:
    """The family of a work; its own name where it stands alone."""
    return FAMILIES.get(work, work)
