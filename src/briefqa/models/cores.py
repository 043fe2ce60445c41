"""How many threads a model may run in."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """The cores this process may run on, which may be fewer than the machine has; 1 or more."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1  # macOS, which has no affinity
    return min([cores, *_share])


def use_at_most(n_cores: int) -> None:
    """Leave the others to other processes: models loaded from now on run in so many threads."""
    _share[:] = [n_cores]


_share: list[int] = []
