"""How the processor time of a call grows, for tests on machines that are busy with other things."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

TRIES = 3  # another process may be in the way in any one run
LEAST = 0.01  # seconds, below which runs are not told apart


def seconds(run: Callable[[], object]) -> float:
    """The processor time that a call takes in this process, without that of collecting garbage."""
    gc.disable()
    try:
        begun = time.process_time()
        run()
        return time.process_time() - begun
    finally:
        gc.enable()


def grows_as_its_input_does(taken: Callable[[int], float], size: int) -> bool:
    """Whether of four times as much `taken` is far less than sixteen times as long.

    `taken` gives the seconds that so much takes; `size` is the larger of the two.
    """
    return any(taken(size) < 9 * max(LEAST, taken(size // 4)) for _ in range(TRIES))
