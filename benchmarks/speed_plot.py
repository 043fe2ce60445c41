"""What do the figures of the speed benchmark look like over the size of the corpus?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.speed_report import OURS, PEERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

All = dict[str, dict[str, Any]]
# Told apart by mark and line as well as by colour, so that they are in grey too.
MARKS = {"keyword": "o", "vector": "s", "hybrid": "D"}
PEER_MARKS = {"bm25s": "o", "FAISS": "s", "FAISS-sentences": "P", "txtai": "D", "LlamaIndex": "^"}
OUR_COLOUR, PEER_COLOUR = "#0b3d6b", "#b8864b"


def draw(figures: All, sizes: Sequence[int], path: Path) -> None:
    """Write the plot: what a question costs and what memory is held, over passages."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    figure = Figure(figsize=(10, 5.6), layout="constrained")
    times, held = figure.subplots(1, 2)
    for way, name in OURS.items():
        found = [(n, figures[f"warm-{n}"][way]["p50"]) for n in sizes if f"warm-{n}" in figures]
        _line(times, found, name, MARKS[way], ours=True)
    for key, name in (("warm", "BriefQA, without the model"), ("held", "BriefQA, with the model")):
        found = [(n, figures[f"{key}-{n}"]["rss_mb"]) for n in sizes if f"{key}-{n}" in figures]
        _line(held, found, name, "D" if key == "warm" else "*", ours=True)
    for tool, (_, name) in PEERS.items():
        parts = [(n, figures.get(f"peer-{n}-{tool}", {})) for n in sizes]
        asked = [(n, part) for n, part in parts if "p50" in part]
        for axes, key in ((times, "p50"), (held, "rss_mb")):
            _line(axes, [(n, part[key]) for n, part in asked], name, PEER_MARKS[tool], ours=False)
    for axes, title, unit in (
        (times, "One question, median, without its embedding", "ms"),
        (held, "Memory of the process that answers", "MB"),
    ):
        axes.set(title=title, xlabel="passages", ylabel=unit, xscale="log", yscale="log")
        axes.grid(which="major", color="0.88")
        axes.spines[["top", "right"]].set_visible(False)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=8, frameon=False
        )
    figure.savefig(path, dpi=130)


def _line(
    axes: Axes, points: Sequence[tuple[int, float]], name: str, mark: str, *, ours: bool
) -> None:
    if points:
        axes.plot(
            [n for n, _ in points],
            [value for _, value in points],
            marker=mark,
            label=name,
            color=OUR_COLOUR if ours else PEER_COLOUR,
            linestyle="-" if ours else "--",
            linewidth=2.2 if ours else 1.2,
            markersize=6,
        )
