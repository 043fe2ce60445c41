"""The loaded models of this process, shared by everything that uses them.

A model is known by the fingerprint of its files. It stays in memory as long as somebody uses it:
the cache itself holds weak references only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar, cast
from weakref import WeakValueDictionary

Loaded = TypeVar("Loaded")

_models: WeakValueDictionary[tuple[type, Hashable], object] = WeakValueDictionary()
_loading: WeakValueDictionary[tuple[type, Hashable], _Loading] = WeakValueDictionary()
_lock = threading.Lock()


class _Loading:
    """Held by the threads that want one model, so that the first loads it and the others wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def shared(kind: type[Loaded], fingerprint: Hashable, load: Callable[[], Loaded]) -> Loaded:
    """The loaded object of that kind and fingerprint: the one in use, or else what `load` returns.

    Raises what `load` raises; the next call tries again.
    """
    key = (kind, fingerprint)
    with _lock:
        loading = _loading.get(key)
        if loading is None:
            loading = _loading[key] = _Loading()
    with loading.lock:
        model = _models.get(key)
        if model is None:
            model = _models[key] = load()
        return cast(Loaded, model)
