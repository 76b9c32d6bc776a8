"""The tables of docs/scale.md and the growth plot, from what was measured."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
# What is listed before the peers, and under which name.
FLOORS = {
    "read": "reading the pool's bytes once, warm",
    "read, cold": "reading the pool's bytes once, cold",
    "search, cold": "search, cold",
}


def write(measured: dict, docs: Path) -> None:
    """Replaces the tables between the marks, and draws the plot."""
    page = docs / "scale.md"
    before, rest = page.read_text().split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}\n{tables(measured)}\n{END}{after}")
    plot(measured, docs / "scale.png")


def tables(measured: dict) -> str:
    """All tables as Markdown."""
    machine, sizes = measured["machine"], measured["sizes"]
    title = (
        f"Measured on {measured['date']}, {machine['processor']}, {machine['cores']} cores "
        f"(load {machine['load']:.1f} at the end), one thread."
    )
    return "\n\n".join([title, growth(sizes), comparison(sizes), kernels(sizes)])


def number(value: float) -> str:
    """Two significant digits at least."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"


def pair(times: dict, name: str) -> str:
    """Least and median."""
    if name not in times:
        return "–"
    return "/".join(number(value) for value in times[name])


def ours(size: dict) -> str:
    """The name under which our own search was measured."""
    return next(name for name in size["ms"] if name.startswith("**Impasto"))


def growth(sizes: list[dict]) -> str:
    """How our own times grow."""
    head = "| least/median, ms | " + " | ".join(f"{s['size']:,} chunks" for s in sizes) + " |"
    rows = [head, "|---" * (len(sizes) + 1) + "|"]

    def row(name: str, cell) -> None:
        rows.append(f"| {name} | " + " | ".join(cell(size) for size in sizes) + " |")

    row("pool", lambda s: f"{s['pool']:,} chunks, {s['pool'] * 512 / 1e6:.2g} MB")
    row("new painting → new pool", lambda s: pair(s["ms"], "new painting"))
    row("the same with numpy and FAISS flat", lambda s: pair(s["ms"], "new painting, numpy"))
    row(FLOORS["read"], lambda s: pair(s["ms"], "read"))
    row("search, warm", lambda s: pair(s["ms"], ours(s)))
    row("ratio of the medians", lambda s: f"{s['ms'][ours(s)][1] / s['ms']['read'][1]:.2f}")
    row(FLOORS["read, cold"], lambda s: pair(s["ms"], "read, cold"))
    row(FLOORS["search, cold"], lambda s: pair(s["ms"], "search, cold"))
    row(
        "ratio of the medians",
        lambda s: f"{s['ms']['search, cold'][1] / s['ms']['read, cold'][1]:.2f}",
    )
    row("pool shared with that of float32 points", lambda s: f"{s['pool_agrees']:.2%}")
    row("opening the index", lambda s: pair(s, "open"))
    row("first painting after that", lambda s: pair(s, "first painting"))
    row("memory of its own, library to pool", lambda s: f"{s['private'] / 1e6:.1f} MB")
    row("embeddings and points, mapped", lambda s: f"{mapped(s):.0f} MB")
    return "\n".join(rows)


def mapped(size: dict) -> float:
    """Megabytes of the vectors that a search needs."""
    return (size["bytes"]["embedding_bytes"] + size["bytes"]["point_bytes"]) / 1e6


def comparison(sizes: list[dict]) -> str:
    """The peers beside us: recall and time."""
    head = [f"{s['size']:,}: recall@1, @10 | ms" for s in sizes]
    rows = ["| the ten nearest | " + " | ".join(head) + " |", "|---" * (2 * len(sizes) + 1) + "|"]
    first = ours(sizes[0])
    known = set(FLOORS) | {"new painting", "new painting, numpy"}
    names = [first] + [
        name
        for name in sizes[0]["ms"]
        if name != first and name not in known and not name.startswith("kernel ")
    ]
    for name in names:
        cells = []
        for size in sizes:
            recall = size["recall"].get(name)
            cells.append(f"{recall[0]:.3f}, {recall[1]:.3f}" if recall else "–")
            cells.append(pair(size["ms"], name))
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def kernels(sizes: list[dict]) -> str:
    """The scan alone, by each kernel of the machine."""
    names = [name for name in sizes[0]["ms"] if name.startswith("kernel ")]
    rows = ["| scan of the pool | " + " | ".join(f"{s['size']:,}" for s in sizes) + " |"]
    rows.append("|---" * (len(sizes) + 1) + "|")
    for name in names:
        times = " | ".join(pair(size["ms"], name) for size in sizes)
        rows.append(f"| {name.removeprefix('kernel ')} | {times} |")
    return "\n".join(rows)


def plot(measured: dict, path: Path) -> None:
    """Query, memory and opening against the number of chunks, relative to a linear growth."""
    sizes = measured["sizes"]
    chunks = [size["size"] for size in sizes]
    figure, axes = plt.subplots(figsize=(7, 4.5))
    axes.loglog(chunks, [s["ms"][ours(s)][1] for s in sizes], "o-", label="warm query, 1 % pool (ms)")
    axes.loglog(chunks, [s["ms"]["new painting"][1] for s in sizes], "s-", label="new painting → new pool (ms)")
    axes.loglog(chunks, [s["open"][1] for s in sizes], "^-", label="opening the index (ms)")
    axes.loglog(chunks, [mapped(s) for s in sizes], "d--", color="tab:gray", label="vectors, mapped (MB)")
    private = [s["private"] / 1e6 for s in sizes]
    axes.loglog(chunks, private, "v--", color="tab:brown", label="memory of its own (MB)")
    axes.set_xlabel("chunks")
    axes.grid(True, which="major", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)
