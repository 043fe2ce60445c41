"""How fast is BriefQA, beside what it costs to do without, and beside other tools?

    python benchmarks/speed.py --out DIR [--sizes 100 10000 100000] [--peers PYTHON] [--write]

Run it with the Python that BriefQA is installed in, on a machine that does nothing else; PYTHON is
the one that holds `benchmarks/requirements.txt`. Every part is measured in processes of its own and
its figures are kept in DIR, so that a second call goes on where the first stopped; `--only PART`
measures one part again. The tables go to DIR/tables.md and, with --write, into
`benchmarks/SPEED.md` between its two marker comments, the plot to `docs/speed.png`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for the parts beside this file, however it is started

from benchmarks import speed_plot, speed_report  # noqa: E402

# The parts, and what their figures are called, at each size and apart from sizes.
NAMES_OF = {
    "cold": ("cold",),
    "build": ("index-{}", "encode-*", "slow-*", "rebuild*"),
    "warm": ("warm-{}", "whole"),
    "memory": ("held-{}",),
    "load": ("together",),
    "peers": ("peer-{}-*",),
}
TOOLS = ("bm25s", "FAISS", "FAISS-sentences", "txtai", "LlamaIndex")
WHOLE_AT = 1_000  # passages of the whole search with the real model, and of many asking at once
COLD_ROUNDS, BUILD_ROUNDS = 7, 3
LONGEST = 600  # seconds that another tool may take, asking included
QUESTION = "Who is Sergei Rudskoi?"
PACKAGES = (
    "briefqa numpy faiss-cpu onnxruntime tokenizers Whoosh sentence-transformers torch".split()
)
# Nobody fetches or reports anything, and idle threads sleep instead of spinning.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
}

Figures = dict[str, Any]


class Kept:
    """The figures of each part, measured now or kept from before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "figures"
        self._folder.mkdir(parents=True, exist_ok=True)

    def measure(self, name: str, how: Callable[[], Figures]) -> None:
        """Measure what `name` stands for, unless that was done before."""
        path = self._folder / f"{name}.json"
        if path.exists():
            return
        print(f"{name} ...", file=sys.stderr, flush=True)
        started = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
        busy = os.getloadavg()[0]
        figures = how() | {"started": started, "load_average": busy}
        path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")

    def forget(self, *patterns: str) -> None:
        """Have the parts measured again whose names are like that; `*` stands for anything."""
        for pattern in patterns:
            for path in self._folder.glob(f"{pattern}.json"):
                path.unlink()

    def all(self) -> dict[str, Figures]:
        """Everything there is, by name."""
        paths = sorted(self._folder.glob("*.json"))
        return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


def main() -> None:
    """Measure what is not yet measured, then write the tables and the plot."""
    parser = argparse.ArgumentParser(description="The speed of BriefQA.")
    parser.add_argument("--out", type=Path, required=True, help="where figures are kept")
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 10_000, 100_000])
    parser.add_argument("--peers", help="the Python that the other tools are installed in")
    parser.add_argument(
        "--only", choices=list(NAMES_OF), help="measure this part again, and no other"
    )
    parser.add_argument("--write", action="store_true", help="write SPEED.md and docs/speed.png")
    given = parser.parse_args()

    out, sizes = given.out.resolve(), sorted(given.sizes)
    kept = Kept(out)
    wanted = (given.only,) if given.only else tuple(NAMES_OF)
    for name in NAMES_OF.get(given.only, ()):
        kept.forget(*(name.format(size) for size in sizes))
    kept.measure("machine", machine)
    build_brief(out / "brief")
    for part in wanted:
        measure(part, kept, out, sizes, given.peers)
    figures = kept.all()
    text = speed_report.report(figures, sizes)
    (out / "tables.md").write_text(text, "utf-8")
    print(text)
    if given.write:
        speed_report.write_between_markers(ROOT / "benchmarks" / "SPEED.md", text)
        speed_plot.draw(figures, sizes, ROOT / "docs" / "speed.png")


def measure(part: str, kept: Kept, out: Path, sizes: Sequence[int], peers: str | None) -> None:
    """Measure one part; a corpus that it needs is made first."""
    if part == "cold":
        kept.measure("cold", partial(cold, out / "brief"))
        return
    for size in [*sizes, WHOLE_AT] if part in ("build", "warm", "load") else sizes:
        make_corpus(kept, out, size)
    for size in sizes:
        corpus = out / "corpora" / str(size)
        if part == "warm":
            kept.measure(f"warm-{size}", partial(child, "measures", "warm", corpus))
        if part == "memory":
            kept.measure(f"held-{size}", partial(child, "measures", "held", corpus))
        for tool in TOOLS if part == "peers" and peers else ():
            kept.measure(f"peer-{size}-{tool}", partial(peer, str(peers), tool, corpus))
    at_thousand = out / "corpora" / str(WHOLE_AT)
    if part == "warm":
        kept.measure("whole", partial(child, "measures", "whole", at_thousand))
    if part == "load":
        kept.measure("together", partial(child, "measures", "load", at_thousand))
    if part == "build":
        scratch = out / "scratch"
        for number in range(1, BUILD_ROUNDS + 1):
            kept.measure(f"encode-{number}", partial(child, "builds", "encode", scratch))
            kept.measure(f"slow-{number}", partial(child, "builds", "encode_slowly", scratch))
        kept.measure("rebuild", partial(child, "builds", "rebuild", scratch))
        kept.measure("rebuild_really", partial(child, "builds", "rebuild_really", scratch))


def make_corpus(kept: Kept, out: Path, size: int) -> None:
    """Index a made-up corpus, unless its folder is there from before."""
    corpus = out / "corpora" / str(size)
    if not (corpus / "passages.jsonl").exists():
        kept.forget(f"index-{size}")

    def make() -> Figures:
        shutil.rmtree(corpus, ignore_errors=True)
        corpus.mkdir(parents=True)
        return child("builds", "index", corpus, str(size))

    kept.measure(f"index-{size}", make)


def child(module: str, part: str, *arguments: str | Path) -> Figures:
    """What one part prints in a fresh process; raises CalledProcessError with its output shown."""
    command = [sys.executable, "-m", f"benchmarks.speed_{module}", part, *map(str, arguments)]
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    figures: Figures = json.loads(found.stdout.splitlines()[-1])
    return figures


def peer(python: str, tool: str, corpus: Path) -> Figures:
    """The figures of another tool, or why there are none."""
    from briefqa.index import generations

    stored = generations.open_current(corpus / "index").folder
    command = [python, "-m", "benchmarks.speed_peers", tool, str(corpus), str(stored)]
    try:
        found = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return {"skipped": f"not done after {LONGEST // 60} minutes"}
    if found.returncode:
        print(found.stderr[-2_000:], file=sys.stderr)
        return {"skipped": f"it failed: {(found.stderr.strip() or '?').splitlines()[-1]}"}
    figures: Figures = json.loads(found.stdout.splitlines()[-1])
    return figures


def build_brief(index: Path) -> None:
    """Index the bundled brief, if it is not; this also exports the real model, if nobody did."""
    command = [briefqa(), "build", str(ROOT / "data"), "--index", str(index)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def briefqa() -> str:
    """The command beside the Python that runs this."""
    return str(Path(sys.executable).parent / "briefqa")


def cold(index: Path) -> Figures:
    """Seconds of each command in seven fresh processes, taken in turns after one round unmeasured.

    And the milliseconds of `import briefqa` by the process's own clock.
    """
    ours = [briefqa()]
    where = ["--index", str(index)]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import briefqa": [sys.executable, "-c", "import briefqa"],
        "briefqa --help": [*ours, "--help"],
        "briefqa search --mode keyword": [*ours, "search", "--mode", "keyword", *where, QUESTION],
        "briefqa search": [*ours, "search", *where, QUESTION],
        "briefqa ask": [*ours, "ask", *where, QUESTION],
        "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
    }
    clocked = "import time as t; s = t.perf_counter(); import briefqa; print(t.perf_counter() - s)"
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    inside = []
    for number in range(COLD_ROUNDS + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            if number:
                seconds[name].append(time.perf_counter() - started)
        found = subprocess.run(
            [sys.executable, "-c", clocked], check=True, capture_output=True, encoding="utf-8"
        )
        if number:
            inside.append(float(found.stdout))
    return {
        "median_s": {name: statistics.median(found) for name, found in seconds.items()},
        "least_s": {name: min(found) for name, found in seconds.items()},
        "inside_ms": 1_000 * statistics.median(inside),
    }


def machine() -> Figures:
    """What everything is measured on and with."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    release = platform.freedesktop_os_release()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": memory / 1e9,
        "system": f"{release.get('PRETTY_NAME', '?')}, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


if __name__ == "__main__":
    main()
