"""A row of a table that answers a question: its label and, where it is asked for, a column.

A row is quoted as a sentence is, and a cell as its words. Pure, over text in which tables stand as
lines of cells between `|`, the second line of a table made of dashes, or, as those of sheets are
written, as records: lines of cells each after its column's name (`Town: Alm; Births: 25`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from briefqa.answering import entities
from briefqa.answering.question import AnswerType, Question
from briefqa.answering.question.nouns import ADJECTIVES
from briefqa.records import Passage, Span
from briefqa.text.sentences import sentences

_LINE = regex.compile(r"[^\r\n]+")
_DASHES = frozenset("|-: \t")  # of the line under a table's header
_MADE_OF = 4  # letters of a stem that others may be made of
_CAPTION = 120  # characters of a line that is a table's caption as a whole
_LONGEST_NAME = 80  # characters of a column's name in a record
# Words that say nothing of a table's cells which its columns do not.
_LIGHT = tuple(
    "get got come came go goes went run make made pay paid spend spent cost money price amount sum "
    "receive have take took give gave given total number much many name call leave depart arrive "
    "start work live visit exactly time year date day kind".split()
)
# Such words, but not what is made of them: service, operation, firmware.
_LIGHT_ALONE = (
    "need needed require use used carry travel serve sail run operate weigh last company firm "
    "person percentage percent proportion".split()
)
_ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
    )
}

_PHYSICAL = ("length", "weight", "speed", "temperature")  # whose units stand for nothing else
# Words by which a column of a dimension may be named, though the question does not.
_NAMED_BY = {
    one: one for one in ("length", "weight", "speed", "temperature", "height", "depth", "width")
} | {"money": "price cost"}
_ANY = (AnswerType.THING, AnswerType.MANY)  # of them any cell is one

Stems = Callable[[str], Collection[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row that answers: its range of the text, and that of the cell which does, if one does."""

    line: Span
    cell: Span | None


@dataclass(frozen=True, slots=True)
class _Table:
    """A table: the cells of its header and of each row, as ranges of the text.

    The header of records has each name where it stands first.
    """

    caption: str
    header: tuple[Span, ...]
    rows: tuple[tuple[Span, tuple[Span, ...]], ...]


def unsaid(
    question: Question, text: str, words: Span, above: str, stems: Stems
) -> list[str] | None:
    """The words of a question that neither the table in which `words` stand nor what is `above` it
    says, as typed; None where they stand in no table.
    """
    for table in _tables(text):
        if words.start < table.rows[-1][0].end and words.end > table.header[0].start:
            cells = [cell for _, row in table.rows for cell in row]
            return _unsaid(question, table, cells, text, above, stems)
    return None


def names_over(text: str, words: Span) -> str | None:
    """The names of the columns in which `words` stand; None where they stand in no row."""
    for table in _tables(text):
        for line, cells in table.rows:
            if line.start <= words.start < line.end:
                over = zip(cells, table.header, strict=False)
                names = [
                    text[name.start : name.end]
                    for cell, name in over
                    if words.start < cell.end and words.end > cell.start
                ]
                return " ".join(names)
    return None


def with_header(passage: Passage) -> tuple[str, int]:
    """A passage's text after the header of its table, and how long that is; 0 where it has none."""
    header = f"{passage.table_header}\n" if passage.table_header else ""
    return header + passage.text, len(header)


_NO = frozenset(("no", "none", "-", "–", "—", "✗", "false", "n", "not"))
_YES = frozenset(("yes", "✓", "✔", "true", "y"))


def denied(question: Question, text: str, stems: Stems) -> list[Span]:
    """The rows whose cell says no to what a list asks for: `Pool` of hotels with a pool."""
    asked, lines = _asked(question, stems), list[Span]()
    for table in _tables(text):
        names = [set(stems(text[cell.start : cell.end])) for cell in table.header]
        for place, name in enumerate(names):
            if not name or not name <= set(asked):
                continue
            said = [
                (line, text[cells[place].start : cells[place].end].lower())
                for line, cells in table.rows
                if place < len(cells)
            ]
            if {cell for _, cell in said} <= _YES | _NO and {cell for _, cell in said} & _YES:
                against = _YES if question.negated else _NO
                lines += [line for line, cell in said if cell in against]
    return lines


def _unsaid(
    question: Question,
    table: _Table,
    cells: Sequence[Span],
    text: str,
    above: str,
    stems: Stems,
) -> list[str]:
    """The words of the question that these cells, the header and what is above do not have."""
    said = set(stems(f"{table.caption} {above}"))
    for cell in (*table.header, *cells):
        said.update(stems(text[cell.start : cell.end]))
    degree = (word for word in question.words if word.lower() in ADJECTIVES)  # not cooling: cool
    said.update(stem for word in (*_LIGHT, *degree) for stem in stems(word))
    alone = {stem for word in _LIGHT_ALONE for stem in stems(word)}
    return [
        word
        for word in question.words
        for stem in stems(_ORDINALS.get(word.lower(), word))
        if stem not in alone and not any(_same(stem, other) for other in said)
    ]


def _same(stem: str, other: str) -> bool:
    """Whether two stems are one, or one is made of the other: lead, leader."""
    short, long = sorted((stem, other), key=len)
    return stem == other or (len(short) >= _MADE_OF and long.startswith(short))


def answering_row(question: Question, text: str, above: str, stems: Stems) -> Row | None:
    """The one row of the tables in a text that a question names and that answers it, if any.

    All that the question says has to stand in the row, its columns' names, the caption or `above`,
    the title and headings over the text: a word that stands nowhere there may ask for what the
    table does not say.
    """
    stems = _with_letters(stems)
    asked = _asked(question, stems)
    found = [
        (table, *named)
        for table in _tables(text)
        if (named := _named(table, asked, text, stems))
        and not _unsaid(question, table, named[0][1], text, above, stems)
    ]
    if len(found) != 1:
        return None
    table, (line, cells), places = found[0]
    names = [set(stems(text[cell.start : cell.end])) for cell in table.header]
    others = [place for place in range(min(len(cells), len(names))) if place not in places]
    asked_column = _column(asked, names, others)
    label = " ".join(text[cells[place].start : cells[place].end] for place in places)
    fits = [
        place
        for place in others
        if not _of_another_year(asked, names, place)
        and _fits(
            question,
            text[cells[place].start : cells[place].end],
            text[table.header[place].start : table.header[place].end],
            f"{label} {table.caption} {above}" if place == asked_column else "",
            place == asked_column and _says(asked, names[place]),
            stems,
        )
    ]
    column = asked_column
    if column is None and len(fits) == 1 and question.expects not in _ANY:
        column = fits[0]
    if column is None and question.expects is AnswerType.MANY:
        return None
    if not fits or (column is not None and column not in fits):
        return None
    return Row(line, None if column is None else cells[column])


_LETTER = regex.compile(r"(?<![\p{L}(.'’])[A-Z](?![\p{L}).'’])")


def _with_letters(stems: Stems) -> Stems:
    """The stems with single capital letters, which may name a row or a column: model S."""
    return lambda text: {*stems(text), *map(str.lower, _LETTER.findall(text))}


def _asked(question: Question, stems: Stems) -> list[str]:
    words = [_ORDINALS.get(word.lower(), word) for word in question.words]
    words += _NAMED_BY.get(question.counted, "").split()
    return list(dict.fromkeys(stem for word in words for stem in stems(word)))


def _named(
    table: _Table, asked: Sequence[str], text: str, stems: Stems
) -> tuple[tuple[Span, tuple[Span, ...]], list[int]] | None:
    """The row whose cells the question names best, with the places of those; None if several.

    Words that a cell has of its column's name (Port 7 under Port) name no row.
    """
    names = [set(stems(text[cell.start : cell.end])) for cell in table.header]
    heads = set().union(*names)
    scored = []
    for row in table.rows:
        cells = [set(stems(text[cell.start : cell.end])) for cell in row[1]]
        above = [*names, *(set[str]() for _ in cells[len(names) :])]
        own = [cell - name or cell for cell, name in zip(cells, above, strict=False)]
        shared = [of_cell & set(asked) for of_cell in own]
        named = [n for n, cell in enumerate(own) if cell and 2 * len(shared[n]) >= len(cell)]
        whole = sum(shared[n] == own[n] for n in named)
        apart = sum(len(shared[n] - heads) for n in named)  # what no column's name has
        scored.append(((sum(len(shared[n]) for n in named), whole, apart), row, named))
    best = max((score for score, _, _ in scored), default=(0, 0, 0))
    first = [(row, named) for score, row, named in scored if score == best]
    return first[0] if best[0] and len(first) == 1 else None


def _column(
    asked: Sequence[str], names: Sequence[Collection[str]], others: Sequence[int]
) -> int | None:
    """The column whose name the question has most words of, of equals the one it names first."""
    shared = {place: [stem for stem in asked if stem in names[place]] for place in others}
    best = max(others, key=lambda place: len(shared[place]), default=None)
    if best is None or not shared[best]:
        return None
    equal = [place for place in others if len(shared[place]) == len(shared[best])]
    return min(equal, key=lambda place: asked.index(shared[place][0]))


def _of_another_year(asked: Collection[str], names: Sequence[Collection[str]], place: int) -> bool:
    """Whether a column is of a year and the question is of one that other columns have."""
    own = {stem for stem in names[place] if _YEAR.fullmatch(stem)}
    years = {stem for stem in asked if _YEAR.fullmatch(stem)}
    return bool(own and years) and not own & years


_YEAR = regex.compile(r"(?:1[5-9]|20)\d\d")


def _says(asked: Collection[str], name: Collection[str]) -> bool:
    """Whether a question says a column's name in full, and that is more than a year."""
    return set(name) <= set(asked) and any(not stem.isdigit() for stem in name)


def _fits(question: Question, cell: str, name: str, above: str, named: bool, stems: Stems) -> bool:
    """Whether a cell, in a column of this name, is of the type that the question asks for.

    `above` is where the unit may stand of a column that the question names. One that is `named` in
    full needs no unit ("Fine 2023"), but has none of another dimension.
    """
    figure = any(sign.isdigit() for sign in cell)
    match question.expects:
        case AnswerType.QUANTITY if question.counted in entities.DIMENSIONS:
            shown = f"{name} {cell} {above}"
            return figure and (
                entities.has_quantity(question.counted, shown)
                or (named and not any(entities.has_quantity(one, shown) for one in _PHYSICAL))
            )
        case AnswerType.QUANTITY:
            counted = set(stems(question.counted))
            return figure and (bool(above) or not counted.isdisjoint(stems(name)))
        case AnswerType.NUMBER:
            return figure
        case AnswerType.TIME:
            return figure or entities.FINDERS[AnswerType.TIME](cell)
        case AnswerType.PERSON_OR_BODY:
            return entities.FINDERS[AnswerType.PERSON_OR_BODY](cell)
        case _:
            return bool(cell)


@lru_cache(maxsize=64)  # the tables of a passage are looked at several times for a question
def _tables(text: str) -> tuple[_Table, ...]:
    lines = list(_LINE.finditer(text))
    return (*_found(text, lines), *_of_records(text, lines))


def _found(text: str, lines: Sequence[regex.Match[str]]) -> Iterator[_Table]:
    place = 1
    while place < len(lines):
        header = lines[place - 1]
        under = set(lines[place][0])
        if "|" not in header[0] or not {"|", "-"} <= under <= _DASHES:
            place += 1
            continue
        before = lines[place - 2][0] if place > 1 else ""
        rows = []
        place += 1
        while place < len(lines) and "|" in lines[place][0]:
            line = lines[place]
            if text.count("\n", lines[place - 1].end(), line.start()) > 1:
                break  # another table
            rows.append((Span(*_trimmed(text, *line.span())), _cells(text, *line.span())))
            place += 1
        if rows:
            yield _Table(_caption(before), _cells(text, *header.span()), tuple(rows))
        place += 1  # what follows is no delimiter of a header yet


def _caption(line: str) -> str:
    """What the line above a table says of it: the last sentence of a paragraph."""
    if len(line) <= _CAPTION or not (spans := sentences(line, "en")):
        return line
    return line[spans[-1].start : spans[-1].end]


def _of_records(text: str, lines: Sequence[regex.Match[str]]) -> Iterator[_Table]:
    """The tables whose rows are records, one after the other."""
    group: list[tuple[Span, list[tuple[Span, Span]]]] = []
    before = above = ""
    for line in lines:
        if record := _record(text, *line.span()):
            above = above if group else before
            group.append((Span(*_trimmed(text, *line.span())), record))
        elif group:
            yield _of_group(text, above, group)
            group = []
        before = line[0]
    if group:
        yield _of_group(text, above, group)


def _of_group(
    text: str, above: str, group: Sequence[tuple[Span, list[tuple[Span, Span]]]]
) -> _Table:
    """These records as a table; the cell that a record leaves out is empty."""
    header: dict[str, Span] = {}
    for _, record in group:
        for name, _ in record:
            header.setdefault(text[name.start : name.end], name)
    rows = []
    for line, record in group:
        cells = {text[name.start : name.end]: cell for name, cell in record}
        rows.append((line, tuple(cells.get(name, Span(line.end, line.end)) for name in header)))
    return _Table(_caption(above), tuple(header.values()), tuple(rows))


def _record(text: str, start: int, end: int) -> list[tuple[Span, Span]]:
    """The names and cells of a record, two or more; none where a line is no record."""
    found: list[tuple[Span, Span]] = []
    while start < end:
        stop = text.find("; ", start, end)
        stop = end if stop < 0 else stop
        colon = text.find(": ", start, min(stop, start + _LONGEST_NAME + 2))
        if colon > start:
            name = Span(*_trimmed(text, start, colon))
            found.append((name, Span(*_trimmed(text, colon + 1, stop))))
        elif not found:
            return []
        else:  # of a cell with a semicolon in it
            name, cell = found[-1]
            found[-1] = (name, Span(cell.start, _trimmed(text, start, stop)[1]))
        start = stop + 2
    return found if len(found) > 1 else []


def _cells(text: str, start: int, end: int) -> tuple[Span, ...]:
    start, end = _trimmed(text, start, end)
    start += text[start : start + 1] == "|"
    end -= text[end - 1 : end] == "|"
    ends = [place for place in range(start, end) if text[place] == "|"] + [end]
    starts = [start, *(place + 1 for place in ends[:-1])]
    return tuple(Span(*_trimmed(text, *one)) for one in zip(starts, ends, strict=True))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return left, max(left, start + len(piece.rstrip()))
