"""What do the figures of the speed benchmark say? Tables from figures, and nothing measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

Figures = dict[str, Any]
All = dict[str, Figures]

BEGIN, END = "<!-- speed:begin -->", "<!-- speed:end -->"
SLOW = "import sentence_transformers"
TOP_SIZE = 100_000  # passages of the goals
FAR = 10_000_000  # passages, on paper
FAR_FROM = 10_000  # passages; smaller corpora say little of large ones
# Which of ours does what the other tool does.
PEERS = {
    "bm25s": ("keyword", "bm25s"),
    "FAISS": ("vector", "FAISS, exact, whole passages"),
    "FAISS-sentences": ("vector", "FAISS, exact, sentences too"),
    "txtai": ("hybrid", "txtai, hybrid"),
    "LlamaIndex": ("hybrid", "LlamaIndex, hybrid"),
}
OURS = {
    "keyword": "BriefQA, keyword",
    "vector": "BriefQA, vectors (sentences too)",
    "hybrid": "BriefQA, hybrid",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and what it should be: at most `limit`, or at least."""

    what: str
    found: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure, unrounded, is as it should be."""
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    def cells(self) -> list[str]:
        """Its row of the table."""
        sign = "≥" if self.at_least else "≤"
        limit = f"{sign} {_plain(self.limit)} {self.unit}".strip()
        verdict = "met" if self.met else "**missed**"
        return [self.what, f"{number(self.found)} {self.unit}".strip(), limit, verdict]


def report(figures: All, sizes: Sequence[int]) -> str:
    """All tables, of the figures that there are, as Markdown."""
    parts = [
        _machine(figures),
        _section("Goals", goal_table(goals(figures))),
        _section("From a cold start", _cold(figures)),
        _section("Warm", _warm(figures, sizes)),
        _section("Building", _building(figures)),
        _section("Beside other tools", _peers(figures, sizes)),
        _section("Ten million passages, on paper", _far(figures, sizes)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def goals(figures: All) -> list[Goal]:
    """Those that were measured."""
    found: list[Goal] = []
    if cold := figures.get("cold"):
        seconds, slow = cold["median_s"], cold["median_s"][SLOW]
        found.append(Goal("`import briefqa`, by its own clock", cold["inside_ms"], 30, "ms"))
        for name, limit in (("--help", 0.2), ("search --mode keyword", 0.35)):
            found.append(Goal(f"`briefqa {name}`, cold", seconds[f"briefqa {name}"], limit, "s"))
        for name in ("search", "ask"):
            cost = seconds[f"briefqa {name}"]
            found.append(Goal(f"`briefqa {name}`, cold", cost, 1.0, "s"))
            found.append(Goal(f"the same, of `{SLOW}`", cost / slow, 1 / 6))
    at = f"{TOP_SIZE:,} passages"
    if warm := figures.get(f"warm-{TOP_SIZE}"):
        found += [
            Goal(f"keyword search, p50, {at}", warm["keyword"]["p50"], 2, "ms"),
            Goal(f"keyword search, p95, {at}", warm["keyword"]["p95"], 6, "ms"),
            Goal(f"vector search, p50, {at}", warm["vector"]["p50"], 10, "ms"),
            Goal(f"its recall@10, {at}", warm["recall"], 0.99, at_least=True),
            Goal(f"hybrid without embedding, p50, {at}", warm["hybrid"]["p50"], 12, "ms"),
        ]
    if whole := figures.get("whole"):
        ratio = whole["whole"]["p50"] / whole["embedding"]["p50"]
        found.append(Goal("whole search of the embedding alone, 1,000 passages", ratio, 1.5))
    if held := figures.get(f"held-{TOP_SIZE}"):
        found.append(Goal(f"memory of a searching process, {at}", held["rss_mb"], 700, "MB"))
    if load := figures.get("together"):
        waited = load["together"]["p95"]
        found += [
            Goal("50 at once, errors", len(load["errors"]), 0),
            Goal("their p95, of queueing for searches", waited / load["searched"]["p95"], 1.0),
            Goal("the same, of queueing for embeddings alone", waited / load["queued"]["p95"], 1.0),
        ]
    if pace := _pace(figures):
        found.append(Goal("a build of encoding alone", pace["build_s"] / pace["fastest_s"], 1.15))
    if index := figures.get(f"index-{TOP_SIZE}"):
        found.append(Goal(f"memory of a build, {at}", index["peak_mb"], 1_500, "MB"))
    if share := _rebuilt_share(figures):
        found.append(Goal("rebuild after one file of 1,000 changed, of a full one", share, 0.05))
    return found


def goal_table(found: Sequence[Goal]) -> str:
    """Each goal with what was measured and whether that is enough."""
    return table([["", "measured", "goal", ""], *(goal.cells() for goal in found)], left=1)


def _cold(figures: All) -> str:
    if "cold" not in figures:
        return ""
    seconds, least = figures["cold"]["median_s"], figures["cold"]["least_s"]
    rows = [["new process", "median s", "least s", "of the last row"]]
    rows += [
        [f"`{name}`", f"{found:.3f}", f"{least[name]:.3f}", f"{found / seconds[SLOW]:.3f}"]
        for name, found in seconds.items()
    ]
    return table(rows, left=1)


def _warm(figures: All, sizes: Sequence[int]) -> str:
    rows = [["passages", "vectors", "keyword ms", "vectors ms", "hybrid ms", "recall@10", "in 5"]]
    for size in sizes:
        if warm := figures.get(f"warm-{size}"):
            times = [f"{warm[m]['p50']:.2f} / {warm[m]['p95']:.2f}" for m in OURS]
            shares = [f"{warm['recall']:.4f}", f"{warm['found']:.3f}"]
            rows.append([f"{size:,}", f"{warm['vectors']:,}", *times, *shares])
    parts = [table(rows, left=0)] if len(rows) > 1 else []
    if whole := figures.get("whole"):
        parts.append(
            f"With the real model at 1,000 passages: a question's embedding {_times(whole)} ms, "
            f"the whole search {_times(whole, 'whole')} ms."
        )
    if load := figures.get("together"):
        parts.append(
            f"{load['asking']} people asking at once wait {_times(load, 'together')} ms; if they "
            f"queued for their searches, {_times(load, 'searched')} ms, and for the embeddings of "
            f"their questions alone, {_times(load, 'queued')} ms. "
            f"Errors: {len(load['errors'])}."
        )
    rows = [
        [
            "passages",
            "asking MB",
            "of it files",
            "most",
            "building MB",
            "of it the benchmark's",
            "index MB",
        ]
    ]
    for size in sizes:
        held, index = figures.get(f"held-{size}"), figures.get(f"index-{size}")
        if held or index:
            used = _cells(held, ("rss_mb", "file_mb", "peak_mb"))
            rows.append([f"{size:,}", *used, *_cells(index, ("peak_mb", "before_mb", "disk_mb"))])
    return "\n\n".join([*parts, table(rows, left=0)] if len(rows) > 1 else parts)


def _building(figures: All) -> str:
    parts = []
    if pace := _pace(figures):
        n_texts, n_passages = pace["texts"], pace["passages"]
        rows = [
            ["", "s", "texts/s", "of the faster"],
            *(
                [what, f"{s:.1f}", f"{n_texts / s:.1f}", f"{s / pace['fastest_s']:.2f}"]
                for what, s in (
                    ("encoding alone, ONNX Runtime", pace["onnx_s"]),
                    ("encoding alone, sentence-transformers", pace["torch_s"]),
                    ("the whole build", pace["build_s"]),
                )
            ),
        ]
        parts.append(
            f"The real model on {n_passages:,} passages, {n_texts:,} texts with their sentences, "
            f"{pace['pieces']:.0f} word pieces each on average; medians of {pace['rounds']} rounds."
        )
        parts.append(table(rows, left=1))
    share, again = _rebuilt_share(figures), figures.get("rebuild")
    if share and again and pace:
        parts.append(
            f"One file of {again['files']:,} changed, vectors made up: the rebuild embeds "
            f"{again['embedded']} of {again['passages']:,} passages and takes "
            f"{again['again_s']:.2f} s. With the real model's "
            f"{1_000 * pace['fastest_s'] / pace['passages']:.0f} ms for each passage embedded, and "
            f"a full build taken to be the same and that for all passages: {share:.1%}."
        )
    if really := figures.get("rebuild_really"):
        parts.append(
            f"One file of {really['files']} changed, with the real model: "
            f"{really['again_s']:.2f} s after {really['full_s']:.1f} s for all, "
            f"{really['again_s'] / really['full_s']:.1%}, of which the embedding of the file is "
            f"{really['embedded'] / really['passages']:.1%}."
        )
    return "\n\n".join(parts)


def _peers(figures: All, sizes: Sequence[int]) -> str:
    rows = [["passages", "", "index s", "p50 ms", "p95 ms", "p50, ours 1", "asking MB", "most MB"]]
    skipped = []
    for size in sizes:
        warm, index = figures.get(f"warm-{size}"), figures.get(f"index-{size}")
        if not warm or not index or not any(f"peer-{size}-{tool}" in figures for tool in PEERS):
            continue
        built = f"{index['seconds'] - index['own_seconds']:.1f}"
        for ours, name in OURS.items():
            times = [f"{warm[ours][p]:.2f}" for p in ("p50", "p95")]
            used = ["", ""]
            if ours == "hybrid":
                used = [f"{warm['rss_mb']:.0f}", f"{warm['peak_mb']:.0f}"]
            rows.append([f"{size:,}", name, built if ours == "hybrid" else "", *times, "1", *used])
        for tool, (ours, name) in PEERS.items():
            found = figures.get(f"peer-{size}-{tool}")
            if found and "skipped" in found:
                skipped.append(f"{name} at {size:,}: {found['skipped']}.")
            elif found:
                times = [f"{found[p]:.2f}" for p in ("p50", "p95")]
                ratio = number(found["p50"] / warm[ours]["p50"])
                used = _cells(found, ("rss_mb", "peak_mb"))
                rows.append([f"{size:,}", name, f"{found['build_s']:.1f}", *times, ratio, *used])
    return "\n\n".join([table(rows, left=2), *skipped]) if len(rows) > 1 else ""


def _far(figures: All, sizes: Sequence[int]) -> str:
    """What the slopes between the two largest sizes come to."""
    parts = ("warm", "held", "index")
    measured = [
        size
        for size in sizes
        if size >= FAR_FROM and all(f"{part}-{size}" in figures for part in parts)
    ]
    if len(measured) < 2:
        return ""
    small, large = measured[-2:]
    head = ["", f"{small:,}", f"{large:,}", "grows as N to the"]
    rows = [[*head, f"{FAR:,} at that power", f"{FAR:,} in a straight line"]]
    for way, name in OURS.items():
        one, two = (figures[f"warm-{size}"][way]["p50"] for size in (small, large))
        rows.append([f"{name}, p50 ms", *_grown(one, two, small, large)])
    for name, part, key in (
        ("asking, MB", "held", "rss_mb"),
        ("building, MB", "index", "peak_mb"),
        ("on disk, MB", "index", "disk_mb"),
    ):
        one, two = (figures[f"{part}-{size}"][key] for size in (small, large))
        rows.append([name, *_grown(one, two, small, large)])
    text = table(rows, left=1)
    index, pace = figures[f"index-{large}"], _pace(figures)
    if pace:
        hours = FAR * pace["fastest_s"] / pace["passages"] / 3_600
        others = FAR * (index["seconds"] - index["own_seconds"]) / large / 3_600
        text += (
            f"\n\nBuilding: {hours:,.0f} hours of embedding on this machine, and {others:,.1f} "
            "hours of everything else if that stays linear."
        )
    return text


def _grown(one: float, two: float, small: int, large: int) -> list[str]:
    slope = math.log(two / one) / math.log(large / small)
    power = two * (FAR / large) ** slope
    line = two + (two - one) / (large - small) * (FAR - large)
    return [number(one), number(two), f"{slope:.2f}", number(power), number(line)]


def _machine(figures: All) -> str:
    found = figures.get("machine")
    if not found:
        return ""
    days = sorted({part["started"][:10] for part in figures.values() if "started" in part})
    busy = [part["load_average"] for part in figures.values() if "load_average" in part]
    versions = dict(found["versions"])
    for name, part in figures.items():
        if name.startswith("peer-") and "version" in part:
            tool = name.split("-")[2]
            versions[f"{tool} (as another tool)"] = part["version"]
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"Measured {' to '.join(dict.fromkeys([days[0], days[-1]]))} on {found['cpu']}, "
        f"{found['cores']} cores, {found['memory_gb']:.0f} GB, no GPU, {found['system']}, Python "
        f"{found['python']}. Load average when a part was started: {min(busy):.1f} to "
        f"{max(busy):.1f} (it counts the part before). Versions: {listed}."
    )


def _pace(figures: All) -> Figures | None:
    """Medians of the rounds of encoding; None when there is none."""
    fast = [part for name, part in figures.items() if name.startswith("encode-")]
    slow = [part for name, part in figures.items() if name.startswith("slow-")]
    if not fast or not slow:
        return None
    onnx_s = median(part["encode_s"] for part in fast)
    torch_s = median(part["encode_s"] for part in slow)
    return {
        "onnx_s": onnx_s,
        "torch_s": torch_s,
        "fastest_s": min(onnx_s, torch_s),
        "build_s": median(part["build_s"] for part in fast),
        "rounds": len(fast),
        **{name: fast[0][name] for name in ("texts", "passages", "pieces")},
    }


def _rebuilt_share(figures: All) -> float | None:
    """What the rebuild takes of a full build, each with the model's time for what it embeds."""
    again, pace = figures.get("rebuild"), _pace(figures)
    if not again or not pace:
        return None
    each = pace["fastest_s"] / pace["passages"]
    full = again["again_s"] + again["passages"] * each
    return float((again["again_s"] + again["embedded"] * each) / full)


def _times(figures: Figures, which: str = "embedding") -> str:
    return f"{figures[which]['p50']:.1f} (p95 {figures[which]['p95']:.1f})"


def _cells(figures: Figures | None, names: Sequence[str]) -> list[str]:
    return [f"{figures[name]:.0f}" if figures else "–" for name in names]


def number(value: float) -> str:
    """Three digits that count, and no more after the point than they need."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 4)}f}"


def _plain(limit: float) -> str:
    return f"{limit:.3f}".rstrip("0").rstrip(".") if limit < 1_000 else f"{limit:,.0f}"


def table(rows: Sequence[Sequence[str]], left: int) -> str:
    """Markdown; the first row is the head, the first `left` columns are not numbers."""
    head, *body = rows
    rule = ["---" if column < left else "---:" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *body])


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def write_between_markers(path: Path, text: str) -> None:
    """Replace what stands between the two marker comments; raises ValueError without them."""
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", "utf-8")
