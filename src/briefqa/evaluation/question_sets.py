"""Question sets: what is asked, and what would be right.

Three kinds of question set: a BEIR folder and a SQuAD file, which bring their own passages, and a
questions file for an index that is already there.
"""

from __future__ import annotations

import csv
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefqa.errors import UsageError
from briefqa.records import Document, Metadata, Passage, Section, Span, section_text


@dataclass(frozen=True, slots=True)
class Item:
    """A place that answers, `start` to `end` in a document's text, and the words there that do.

    Without `words` it is the sentence that answers and no part of it.
    """

    document: str
    start: int
    end: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set.

    `relevant` gives the gain, 1 or more, of each unit that answers it; a unit is what is ranked.
    `dropped` units are taken out of its ranking. `answerable` is False where nothing answers: the
    question then counts for abstention only; `asked_about` is the unit it was written to look
    answerable by, if that is known. A `near_miss` is on the documents' own subjects and not
    answered by them. `answers` are words of a relevant unit, any of which is right. It is asked of
    one `document`, of all where that is None. Where its kind is known from the set, `kind` says it;
    `items` are then the places that answer, each with the words that do.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    dropped: frozenset[str] = frozenset()
    answerable: bool = True
    answers: tuple[str, ...] = ()
    asked_about: str | None = None
    near_miss: bool = False
    document: str | None = None
    kind: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the unit that the passage of each row belongs to.

    `left_out` counts those of a questions file that nothing right is known of.
    """

    name: str
    questions: tuple[Question, ...]
    units: tuple[str, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class BeirFolder:
    """A BEIR folder: its passages as documents, and its questions.

    Passages that name the same `metadata.document`, or else the same title, are one document, each
    passage a section of it, so that they are indexed as they are given.
    """

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    _ids: Mapping[tuple[str, int], str]

    def question_set(self, passages: Iterable[Passage]) -> QuestionSet:
        """The questions over these passages; parts of a passage belong to the same unit."""
        begins: dict[str, list[int]] = {}
        for document, start in sorted(self._ids):
            begins.setdefault(document, []).append(start)
        units = []
        for passage in passages:
            starts = begins[passage.document]
            start = starts[bisect_right(starts, passage.start) - 1]
            units.append(self._ids[passage.document, start])
        return QuestionSet(self.name, self.questions, tuple(units))


def read_with_passages(path: Path) -> BeirFolder | None:
    """The question set that brings its own passages, None for a questions file.

    Raises UsageError for a folder or a SQuAD file that is none.
    """
    if not brings_passages(path):
        return None
    return read_beir(path) if path.is_dir() else read_squad(path)


def brings_passages(path: Path) -> bool:
    """Whether it is a folder, or a file that looks like SQuAD's: one JSON object with `data`."""
    if path.is_dir():
        return True
    try:
        stored = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False  # several lines of JSON are a questions file, and the rest its reader tells
    return isinstance(stored, dict) and "data" in stored


def read_beir(folder: Path) -> BeirFolder:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` (or the only file in `qrels`).

    A query with `metadata.answerable` false is unanswerable, any other without a judgement is left
    out, documents in `metadata.base_document` are dropped from its ranking. Raises UsageError for
    anything that is not such a folder.
    """
    try:
        return _beir(folder)
    except (AttributeError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise UsageError(f"{folder} is no BEIR folder: {error!r} in its files.") from error


def _beir(folder: Path) -> BeirFolder:
    documents, ids = _documents(_json_lines(folder / "corpus.jsonl"))
    judged = _read_qrels(folder)
    questions = []
    for entry in _json_lines(folder / "queries.jsonl"):
        metadata = entry.get("metadata") or {}
        dropped = metadata.get("base_document") or []
        answers = metadata.get("answers") or ()
        gains = judged.get(str(entry["_id"]), {})
        if gains or not metadata.get("answerable", True):
            questions.append(
                Question(
                    id=str(entry["_id"]),
                    text=str(entry["text"]),
                    relevant=gains,
                    dropped=frozenset([dropped] if isinstance(dropped, str) else map(str, dropped)),
                    answerable=bool(gains),
                    answers=(answers,) if isinstance(answers, str) else tuple(map(str, answers)),
                    asked_about=metadata.get("asked_about"),
                    near_miss=not gains and metadata.get("asked_about") is not None,
                )
            )
    _check(questions, folder)
    return BeirFolder(folder.name, documents, tuple(questions), ids)


def read_squad(path: Path) -> BeirFolder:
    """Read a SQuAD file, version 1.1 or 2.0: each paragraph is a unit, each article a document.

    Raises UsageError for anything that is not such a file.
    """
    try:
        articles = json.loads(path.read_text("utf-8"))["data"]
        return _squad(path, articles)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no SQuAD file: {error!r} in it.") from error


def _squad(path: Path, articles: Sequence[Mapping[str, Any]]) -> BeirFolder:
    entries, questions, numbers = [], [], Counter[str]()
    for article in articles:
        title = str(article["title"])
        for paragraph in article["paragraphs"]:
            unit = f"{title}#{numbers[title]}"
            numbers[title] += 1
            entries.append({"_id": unit, "title": title, "text": str(paragraph["context"])})
            for asked in paragraph["qas"]:
                answers = tuple(dict.fromkeys(str(one["text"]) for one in asked["answers"]))
                questions.append(
                    Question(
                        id=str(asked["id"]),
                        text=str(asked["question"]).strip(),
                        relevant={unit: 1} if answers else {},
                        answerable=bool(answers),
                        answers=answers,
                        asked_about=None if answers else unit,
                        near_miss=not answers,
                    )
                )
    _check(questions, path)
    documents, ids = _documents(entries)
    return BeirFolder(path.stem, documents, tuple(questions), ids)


def read_questions(
    path: Path, passages: Iterable[Passage], *, split: str | None = None
) -> QuestionSet:
    """A questions file (`question`, `section`, `contains` on each line) for these passages.

    The `kind` of one that nothing answers may be "near-miss". Instead of section and contains a
    line may have `items`, the places that answer (tests/corpora/kinds/README.md): then it is asked
    of its `document`, and its `kind` is what it is reported under. With `split` only the lines are
    read whose `split` is that.

    A passage is right when it is in the section, whose headings are joined by ` › `, and
    contains the string, and is of `document`, where the line names one; where section and contains
    are null nothing answers. Of the lines with a `rating` the last of each question counts. It is
    left out if what is right is not known: it is "down", or nothing answered in the documents that
    were `searched` then and there are others now. Raises UsageError for anything else.
    """
    passages = list(passages)
    quotable = [
        (passage.document, section_text(passage.section), passage.text) for passage in passages
    ]
    names = {document for document, _, _ in quotable}
    entries = [
        (number, entry)
        for number, entry in enumerate(_json_lines(path), 1)
        if split is None or entry.get("split") == split
    ]
    places = Places(passages)
    last_rated = {str(entry.get("question")): at for at, entry in entries if entry.get("rating")}
    questions, left_out = [], 0
    for number, entry in entries:
        if "items" in entry:
            try:
                questions.append(_with_items(str(number), entry, places))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise UsageError(f"{path}, line {number}: {error!r} in its items.") from error
            continue
        try:
            text, section, contains = entry["question"], entry["section"], entry["contains"]
        except KeyError as error:
            raise UsageError(
                f"{path}, line {number} has no {error}; each line needs question, section and "
                "contains."
            ) from None
        if not isinstance(section, str | None) or not isinstance(contains, str | None):
            raise UsageError(f"{path}, line {number}: section and contains are text or null.")
        rating = entry.get("rating")
        if rating not in (None, "up", "down"):
            raise UsageError(f"{path}, line {number} is rated neither up nor down.")
        if rating and last_rated[str(text)] != number:
            continue
        answerable = section is not None or contains is not None
        searched = entry.get("searched")
        unseen = isinstance(searched, list) and not names <= set(map(str, searched))
        if rating == "down" or (unseen and not answerable):
            left_out += 1
            continue
        right = {
            str(row): 1
            for row, (document, heading, quoted) in enumerate(quotable)
            if answerable
            and entry.get("document") in (None, document)
            and section in (None, heading)
            and (contains or "") in quoted
        }
        answers = (contains,) if contains else ()
        questions.append(
            Question(
                id=str(number),
                text=str(text),
                relevant=right,
                answerable=answerable,
                answers=answers,
                near_miss=not answerable and entry.get("kind") == "near-miss",
            )
        )
    _check(questions, path, left_out)
    return QuestionSet(path.stem, tuple(questions), tuple(map(str, range(len(quotable)))), left_out)


def _with_items(number: str, entry: Mapping[str, Any], places: Places) -> Question:
    """A question with the places that answer it; those in documents not indexed are left out."""
    answerable, document = bool(entry["answerable"]), entry.get("document")
    items: list[Item] = []
    words: list[str] = []
    for one in entry["items"]:
        item = places.item(one)
        if item is not None:
            items.append(item)
            words += item.words or (str(one["contains"]),)
    return Question(
        id=str(entry.get("id", number)),
        text=str(entry["question"]),
        relevant={str(row): 1 for item in items for row in places.rows(item)},
        answerable=answerable,
        answers=tuple(dict.fromkeys(words)),
        near_miss=entry["kind"] == "near-miss",
        document=None if document is None else str(document),
        kind=str(entry["kind"]),
        items=tuple(items),
    )


class Places:
    """Where sentences stand in the documents that these passages, by row, are cut from."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._rows: dict[str, list[tuple[int, Passage]]] = {}
        for row, passage in enumerate(passages):
            self._rows.setdefault(passage.document, []).append((row, passage))

    def item(self, stored: Mapping[str, Any]) -> Item | None:
        """The place of a stored item; None where its document, or it, is in no passage."""
        document, contains = str(stored["document"]), str(stored["contains"])
        starts = sorted(
            {
                passage.start + found.start()
                for _, passage in self._rows.get(document, ())
                for found in re.finditer(re.escape(contains), passage.text)
            }
        )
        occurrence = int(stored.get("occurrence", 1))
        if not contains or len(starts) < occurrence:
            return None
        start = starts[occurrence - 1]
        words = tuple(map(str, stored.get("words", ())))
        return Item(document, start, start + len(contains), words)

    def rows(self, item: Item) -> list[int]:
        """The rows of the passages that hold it."""
        return [
            row
            for row, passage in self._rows[item.document]
            if passage.start <= item.start and item.end <= passage.end
        ]


def _documents(
    entries: Iterable[Mapping[str, Any]],
) -> tuple[tuple[Document, ...], dict[tuple[str, int], str]]:
    """The documents, and the id of the passage that begins at each place of each of them."""
    parts: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        if str(entry["text"]).strip():
            metadata = entry.get("metadata") or {}
            name = metadata.get("document") or entry.get("title") or entry["_id"]
            parts.setdefault(str(name), []).append(entry)
    documents, ids = [], {}
    for name, members in parts.items():
        text, sections = "", []
        for entry in members:
            start = len(text)
            text += str(entry["text"]).strip()
            heading = (entry.get("metadata") or {}).get("section")
            path = (str(heading),) if heading else ()
            sections.append(Section(path, None, (Span(start, len(text)),)))
            ids[name, start] = str(entry["_id"])
            text += "\n\n"
        title = str(members[0].get("title") or "").replace("_", " ")
        documents.append(Document(name, Metadata(title), text, tuple(sections)))
    return tuple(documents), ids


def _read_qrels(folder: Path) -> dict[str, dict[str, int]]:
    path = folder / "qrels" / "test.tsv"
    if not path.is_file():
        files = sorted((folder / "qrels").glob("*.tsv"))
        if len(files) != 1:
            raise UsageError(f"{folder} is no BEIR folder: it has no qrels/test.tsv.")
        path = files[0]
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) == 3 and row[2].lstrip("-").isdigit() and int(row[2]) > 0:
                judged.setdefault(row[0], {})[row[1]] = int(row[2])
    return judged


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    entry = json.loads(line)
                    if not isinstance(entry, dict):
                        raise UsageError(f"{path}, line {number} is not a JSON object.")
                    yield entry
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON lines: {error}.") from error


def _check(questions: Sequence[Question], path: Path, left_out: int = 0) -> None:
    if not any(question.relevant for question in questions):
        others = f" ({left_out} left out)" if left_out else ""
        raise UsageError(
            f"Nothing to measure: no question of {path}{others} has an answer in what is indexed."
        )
