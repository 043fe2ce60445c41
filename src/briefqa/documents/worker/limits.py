"""Processor time for a parser that gets on: a long file takes longer than a hostile one may."""

from __future__ import annotations

from contextlib import suppress


def renew(seconds: float) -> None:
    """Give the parser of this process so much more processor time; nothing outside a worker.

    For what is done after each page of a file. Fractions of a second count when they add up.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        if soft == resource.RLIM_INFINITY:
            return
        _owed[0] += seconds
        whole = int(_owed[0])
        if whole:
            _owed[0] -= whole
            resource.setrlimit(resource.RLIMIT_CPU, (soft + whole, hard))


_owed = [0.0]
