"""JSON of any content is decoded into records, or refused in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.json_decoding import Count, Malformed, Share, decode, decode_exactly, encode
from briefqa.records import Document, Metadata, Passage, Place, PlaceUnit, Section, Span


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Thing:
    text: str
    count: Count
    share: Share = 0.5
    colour: Colour = Colour.RED
    parts: tuple[Part, ...] = ()
    sizes: Mapping[str, tuple[Count, str]] = field(default_factory=dict)
    note: str | None = None

    def __post_init__(self) -> None:
        if self.count != len(self.parts):
            raise ValueError("the parts are not as many\nas counted")


THING = Thing("bridge", 1, 0.25, Colour.RED, (Part("pier", (3, 4)),), {"a": (1, "b")}, "yes")
FIELDS = json.loads(encode(THING))


def test_what_is_encoded_is_decoded_as_the_record_it_was() -> None:
    assert decode(encode(THING), Thing) == THING
    assert decode(encode(THING), Thing, any_text=True) == THING
    assert encode(THING).count(b"\n") == 0


def test_a_field_with_a_default_may_be_missing_and_an_unknown_one_is_ignored() -> None:
    assert decode(b'{"text": "bridge", "count": 0, "more": [1]}', Thing) == Thing("bridge", 0)


WRONG = {
    "another type": {"text": 1},
    "a bool for a number": {"count": True},
    "a float for a number": {"count": 1.0},
    "a number below 0": {"count": -1},
    "a number of more than 64 bits": {"count": 2**63},
    "a number without end": {"count": 10**400},
    "a share above 1": {"share": 1.1},
    "an unknown member": {"colour": "blue\nand long " * 1_000},
    "a part of another type": {"parts": [{"name": "pier", "place": ["3", 4]}]},
    "a part too short": {"parts": [{"name": "pier", "place": [3]}]},
    "a mapping to something else": {"sizes": {"a": [1, 2]}},
    "no mapping": {"sizes": []},
    "what the record itself refuses": {"parts": []},
}


@pytest.mark.parametrize("any_text", [False, True])
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_value_of_another_type_is_refused_in_one_line(
    wrong: dict[str, object], any_text: bool
) -> None:
    with pytest.raises(Malformed) as raised:
        decode(json.dumps({**FIELDS, **wrong}).encode(), Thing, any_text=any_text)
    assert 0 < len(str(raised.value)) <= 200
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("any_text", [False, True])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"text": "\xff", "count": 0}',
        b"[" * 100_000,
        b'{"text": ' + b"[" * 100_000,
        b'{"more": ' + b"[" * 100_000,
        b'{"more": ' + b'{"a":' * 100_000,
        b'{"text": "bridge", "count": 0} {}',
        b'{"text": "bridge", "count": 0, "share": NaN}',
        b'{"text": "bridge", "count": 0, "share": 1e999}',
        b'{"text": "bridge", "count": ' + b"1" * 10_000 + b"}",
    ],
    ids=range(14),
)
def test_what_is_no_json_of_the_type_is_refused(content: bytes, any_text: bool) -> None:
    with pytest.raises(Malformed):
        decode(content, Thing, any_text=any_text)


def test_lone_surrogates_are_refused_unless_they_are_asked_for() -> None:
    content = json.dumps({"text": "\udcff", "count": 0}).encode()
    with pytest.raises(Malformed, match="surrogate"):
        decode(content, Thing)
    assert decode(content, Thing, any_text=True).text == "\udcff"


@given(st.binary(max_size=60), st.booleans())
def test_no_bytes_raise_another_error(content: bytes, any_text: bool) -> None:
    with pytest.raises(Malformed):
        decode(content, Thing, any_text=any_text)


PLACE = Place(PlaceUnit.LINE, 3, 4)
PASSAGE = Passage("a.md", "A", ("B", "C"), "The quay is long.", 10, 27, (1, 2), PLACE)
DOCUMENT = Document(
    "a.md",
    Metadata("A"),
    "# A\n\n## B\n\nThe quay is long.",
    (Section(("B",), Span(5, 9), (Span(11, 28),)), Section((), None, ())),
    page_starts=(0, 5),
)


@pytest.mark.parametrize("record", [PASSAGE, DOCUMENT])
def test_a_record_of_an_index_is_read_as_it_was_written(record: Passage | Document) -> None:
    assert decode_exactly(encode(record), type(record)) == record


def values_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value in plain JSON, with the keys that lead to it."""
    yield path, value
    inner = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        inner = dict(enumerate(value))
    for key, one in inner.items():
        yield from values_in(one, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of plain JSON with one value in it replaced."""
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = changed(value[path[0]], path[1:], new)
    return copied


@pytest.mark.parametrize("record", [PASSAGE, DOCUMENT])
def test_no_number_below_0_no_fraction_and_no_other_field_gets_into_a_record(
    record: Passage | Document,
) -> None:
    written = json.loads(encode(record))
    wrong = []
    for path, value in values_in(written):
        if isinstance(value, dict):
            wrong.append(changed(written, path, {**value, "other": 1}))
        elif isinstance(value, int) and not isinstance(value, bool):
            wrong += [changed(written, path, one) for one in (-1, 0.5, float(value), True, 2**70)]
    assert len(wrong) > 20
    for content in wrong:
        with pytest.raises(Malformed) as refused:
            decode_exactly(json.dumps(content).encode(), type(record))
        assert "\n" not in str(refused.value)


AT_ONCE = """
import sys, threading
from dataclasses import make_dataclass
from briefqa.json_decoding import decode, encode

sys.setswitchinterval(1e-6)

def read():
    barrier.wait()
    read_as.append(decode(content, kind, any_text=len(read_as) % 2 == 0))

for _ in range(60):
    inner = make_dataclass("Inner", [(f"field_{n}", int) for n in range(12)], frozen=True)
    kind = make_dataclass("Kind", [(f"field_{n}", inner) for n in range(6)], frozen=True)
    record = kind(*(inner(*range(12)) for _ in range(6)))
    content, barrier, read_as = encode(record), threading.Barrier(4), []
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_as == [record] * 4
"""


def test_threads_may_read_records_of_one_kind_for_the_first_time_at_once() -> None:
    run = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
