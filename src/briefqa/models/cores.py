"""How many threads a model may run in."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """The cores this process may run on, which may be fewer than the machine has; 1 or more."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # macOS, which has no affinity
