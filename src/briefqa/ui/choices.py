"""The documents that a tab has ticked, as it sends them: short, however many there are.

A document is named by a key of six characters made of its name. A choice is `+` and the keys of
those that are ticked, or `-` and the keys of those that are not: of 2,000 documents at most 6 kB,
and after documents have come and gone it still means the same ones.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence

KEY_LENGTH = 6


def key(name: str) -> str:
    """The key of the document of that name; of 2,000 documents two share one once in 34,000."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return base64.urlsafe_b64encode(digest)[:KEY_LENGTH].decode("ascii")


def written(names: Iterable[str]) -> str:
    """The choice of these documents."""
    every = tuple(names)
    if len(every) == 1 and _is_choice(every[0]):
        return every[0]
    return "+" + "".join(map(key, every))


def chosen(choice: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that are chosen, in their order; a key that none has is dropped.

    As long as there are no names, for want of an index, the choice itself stands for them, so that
    it can be written again.
    """
    sign, keys = choice[:1], choice[1:]
    if not names:
        return (choice,) if keys and _is_choice(choice) else ()
    listed = {keys[at : at + KEY_LENGTH] for at in range(0, len(keys), KEY_LENGTH)}
    return tuple(name for name in names if (key(name) in listed) is (sign == "+"))


def _is_choice(name: str) -> bool:
    """Whether this is no name of a file, which has a suffix, but a choice, which has no dot."""
    return name[:1] in ("+", "-") and "." not in name
