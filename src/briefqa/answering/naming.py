"""Which document or section is meant by what somebody typed, and which are near it.

Names are compared by their words, in small letters: `joint strikes > seventeen` finds the section
`Joint strikes near al-Bab › The seventeen aircraft`. A name in full goes before one that only holds
the words.
"""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath

from briefqa.records import section_path

_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(r"[›>]")
_COMPARED = 200  # characters of a name that are compared where none is found
_ALIKE = 0.7  # of difflib's ratio, 0..1
_LIKELY = 200  # forms, by the pairs of letters they share, that difflib compares; it is slow
_NEAR = 3  # names that are offered in place of one that is not there
_SHOWN = 5  # names that are told where several are meant

Words = tuple[str, ...]


def documents_meant(typed: str, titles: Iterable[tuple[str, str]]) -> list[str]:
    """The documents, of these names and titles, that may be meant; several leave it open."""
    wanted = _words(typed)
    in_full, in_part = [], []
    for name, title in titles:
        path = PurePosixPath(name)
        forms = [_words(name), _words(title)]
        if wanted in (*forms, *map(_words, (str(path.with_suffix("")), path.name, path.stem))):
            in_full.append(name)
        elif any(_holds(form, wanted) for form in forms):
            in_part.append(name)
    return in_full or in_part


def sections_meant(typed: str, sections: Iterable[str]) -> list[str]:
    """The sections, written as `section_text` does, that may be meant; several leave it open.

    The last headings of a section in full name it, or words of its heading after words of those
    above it.
    """
    wanted = _words(typed)
    parts = [words for words in map(_words, _MARK.split(typed)) if words]
    in_full, in_part = [], []
    for section in sections:
        headings = [_words(heading) for heading in section_path(section)]
        if any(wanted == _joined(headings[at:]) for at in range(len(headings))):
            in_full.append(section)
        elif parts and headings and _holds(headings[-1], parts[-1]):
            above = iter(headings[:-1])
            if all(any(_holds(one, part) for one in above) for part in parts[:-1]):
                in_part.append(section)
    return in_full or in_part


def near(typed: str, names: Iterable[tuple[str, str]]) -> list[str]:
    """The names most like what was typed, each given with a form of it that is compared.

    The names that hold it come first, then the most alike, by a whole form or a word of it.
    """
    wanted = typed.casefold().strip()[:_COMPARED]
    spelt: dict[str, str] = {}
    for name, form in names:
        compared = form.casefold()[:_COMPARED]
        for each in (compared, *_words(compared)):
            spelt.setdefault(each, name)
    held = [form for form in spelt if wanted and wanted in form]
    pairs = _pairs(wanted)
    likely = heapq.nlargest(_LIKELY, spelt, key=lambda form: _overlap(pairs, _pairs(form)))
    alike = difflib.get_close_matches(wanted, likely, n=_NEAR, cutoff=_ALIKE)
    return list(dict.fromkeys(spelt[form] for form in (*held, *alike)))[:_NEAR]


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one) + len(other) or 1)


def document_forms(titles: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What `near` compares of documents of these names and titles."""
    for name, title in titles:
        yield from ((name, name), (name, PurePosixPath(name).stem), (name, title))


def section_forms(sections: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What `near` compares of sections that are written as `section_text` does."""
    for section in sections:
        yield from ((section, section), (section, section_path(section)[-1]))


def offered(names: Sequence[str], otherwise: str) -> str:
    """`; did you mean 'a' or 'b'?`, or what is said where there are none."""
    if not names:
        return f"; {otherwise}."
    quoted = [f"'{name}'" for name in names]
    return f"; did you mean {' or '.join(filter(None, (', '.join(quoted[:-1]), quoted[-1])))}?"


def told(names: Sequence[str]) -> str:
    """`'a', 'b'`, the first of them where there are many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + more


def _words(text: str) -> Words:
    return tuple(_WORD.findall(text.casefold()))


def _joined(headings: Iterable[Words]) -> Words:
    return tuple(chain.from_iterable(headings))


def _holds(words: Words, wanted: Words) -> bool:
    """Whether the words stand in these one after the other."""
    n = len(wanted)
    return n > 0 and any(words[at : at + n] == wanted for at in range(len(words) - n + 1))
