"""What a reader says of passages: it reads the words that are shown, without markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from briefqa.documents import passages
from briefqa.models.reader import Reader
from briefqa.models.reading import Readable, Reading
from briefqa.records import Passage
from briefqa.text import plain_markdown

if TYPE_CHECKING:
    import numpy.typing as npt


def read(
    reader: Reader, window: passages.Window, question: str, texts: Sequence[tuple[Passage, str]]
) -> list[Reading]:
    """A reading of each text, which is a passage's own or a part of it, in the passage's context.

    The places in it are those of the text as it is given. The header of its table is read too;
    `window` is what the embedding model reads at once.
    """
    readable, offsets = [], []
    for passage, text in texts:
        words, places = text, None
        if plain_markdown.is_markdown(passage.document):
            words, places = plain_markdown.plain_with_offsets(text)
        line = passages.context(passage.title, passage.section, window)
        header = passages.plain_header(passage)
        readable.append(Readable(words, "\n".join(filter(None, (line, header)))))
        offsets.append(None if places is None or words == text else np.array(places, np.int64))
    readings = reader.read(question, readable) if readable else []
    return [
        reading if places is None else _placed(reading, places)
        for reading, places in zip(readings, offsets, strict=True)
    ]


def _placed(reading: Reading, places: npt.NDArray[np.int64]) -> Reading:
    """The reading with its pieces where the text as written has them, by that of each character.

    A piece ends behind its last character, wherever the next one stands.
    """
    begin, end = reading.pieces[:, 0], reading.pieces[:, 1]
    last = np.maximum(begin, end - 1)
    return replace(reading, pieces=np.column_stack([places[begin], places[last] + 1]))
