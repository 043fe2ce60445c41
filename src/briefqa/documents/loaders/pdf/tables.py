"""Tables of pages without tags: blocks that stand side by side in rows with the same columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.documents.loaders.pdf.lines import Block, Box, Kind, Line

_LEVEL = 0.6  # of the size
_ALIGNED = 4.0  # points
_NARROW = 110.0  # points
_FAR = 4.0  # lines: rows farther apart are no table
_PROSE = 400  # characters of a cell; cells like that in every row are columns of text
_STACKED = 8  # blocks among which the next cell of a row is
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A block with its box, which takes a while to work out."""

    block: Block
    box: Box

    @property
    def lines(self) -> list[Line]:
        return self.block.lines


def with_tables(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of a page, those that form the rows of a table as one table each."""
    found: list[Block] = []
    cells = [_Cell(block, block.box) for block in blocks]
    place = 0
    while place < len(blocks):
        rows, after = _rows(cells, place)
        if len(rows) >= 2:
            found.append(_table(rows))
            place = after
        else:
            found.append(blocks[place])
            place += 1
    return found


def _rows(blocks: Sequence[_Cell], place: int) -> tuple[list[list[_Cell]], int]:
    """The rows of the table that begins at a block, and the place behind it."""
    rows: list[list[_Cell]] = []
    columns: list[Box] = []
    boxes: list[list[Box]] = []
    ends: list[int] = []
    while place < len(blocks):
        row, taken = _row(blocks, place)
        if rows and not _below(rows[-1], row):
            break
        if len(row) < 2 and not (rows and _continues(rows, row, columns)):
            break
        cells = [block.box for block in row]
        if rows and not _fit(columns, boxes, cells):
            break
        boxes.append(cells)
        columns = _columns(boxes)
        rows.append(row)
        place += taken
        ends.append(place)
    if rows and all(_prose(row) for row in rows):
        return [], place
    return rows, ends[-1] if ends else place


def _row(blocks: Sequence[_Cell], place: int) -> tuple[list[_Cell], int]:
    """The blocks from a place on that stand side by side, and how many there were.

    Those that stand in one cell, one below the other, are one.
    """
    row, taken = [blocks[place]], 1
    if row[0].block.kind is Kind.TABLE or row[0].lines[0].turned:
        return row, taken
    for at in range(place + 1, len(blocks)):
        block = blocks[at]
        if block.block.kind is Kind.TABLE:
            break
        if _beside(row, block):
            row.append(block)
        elif _under(row[-1], block) and any(
            _beside(row, other) and other.box.x0 >= block.box.x1 - 0.5
            for other in blocks[at + 1 : at + _STACKED]
        ):
            row[-1] = _Cell(
                Block(row[-1].block.kind, row[-1].lines + block.lines), row[-1].box.with_(block.box)
            )
        else:
            break
        taken += 1
    return row, taken


def _under(cell: _Cell, block: _Cell) -> bool:
    """Whether a block stands right below another, as in one cell."""
    above, below = cell.box, block.box
    size = cell.lines[-1].size
    return (
        block.lines[0].page == cell.lines[-1].page
        and min(above.x1, below.x1) - max(above.x0, below.x0) > 0
        and -0.5 * size < below.y0 - above.y1 < size
    )


def _beside(row: Sequence[_Cell], block: _Cell) -> bool:
    last, box = row[-1].box, block.box
    size = block.lines[0].size
    if box.x0 < last.x1 - 0.5 or block.lines[0].page != row[-1].lines[0].page:
        return False
    first, own = row[0].lines[0], block.lines[0]
    if abs(first.baseline - own.baseline) < _LEVEL * size:
        return True
    # A cell may be set in the middle of its row's height.
    top, bottom = min(one.box.y0 for one in row), max(one.box.y1 for one in row)
    shared = min(bottom, box.y1) - max(top, box.y0)
    return shared > 0.8 * min(bottom - top, box.y1 - box.y0)


def _below(row: Sequence[_Cell], following: Sequence[_Cell]) -> bool:
    bottom = max(block.box.y1 for block in row)
    top = min(block.box.y0 for block in following)
    size = following[0].lines[0].size
    return (
        following[0].lines[0].page == row[0].lines[0].page
        and bottom - 0.5 * size <= top <= bottom + _FAR * size
    )


def _continues(rows: list[list[_Cell]], row: Sequence[_Cell], columns: Sequence[Box]) -> bool:
    """Whether a block alone is the rest of a cell, or a row with one cell: it is in one column."""
    box, lines = row[0].box, row[0].lines
    above = rows[-1][0].lines[0]
    if len(lines) > 3 or abs(lines[0].size - above.size) > 0.1 * above.size:
        return False
    near = box.y0 - max(block.box.y1 for block in rows[-1]) < 1.2 * above.size
    over = [
        place
        for place, column in enumerate(columns)
        if min(column.x1, box.x1) - max(column.x0, box.x0) > 0
    ]
    return near and len(over) == 1 and over[0] > 0 and _aligned(columns[over[0]], box)


def _aligned(column: Box, cell: Box) -> bool:
    return (
        abs(column.x0 - cell.x0) < _ALIGNED
        or abs(column.x1 - cell.x1) < _ALIGNED
        or abs(column.x0 + column.x1 - cell.x0 - cell.x1) < 2 * _ALIGNED
    )


def _fit(columns: Sequence[Box], rows: Sequence[Sequence[Box]], cells: Sequence[Box]) -> bool:
    """Whether a row of cells fits those above: each stands in a column of its own, as theirs do.

    Some must be level with the edges of their columns, most of them if they hold much.
    """
    if len(cells) == 1:
        return True
    shared = [(column, cell) for cell in cells for column in columns if _shared(column, cell) > 0]
    aligned = sum(_aligned(column, cell) for column, cell in shared)
    narrow = all(cell.x1 - cell.x0 < _NARROW for cell in cells)
    if len(shared) < 2 or not aligned or (not narrow and 2 * aligned < len(cells)):
        return False
    merged = _columns([*rows, cells])
    return all(len({_place(merged, cell) for cell in row}) == len(row) for row in (*rows, cells))


def _shared(one: Box, other: Box) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def _columns(rows: Sequence[Sequence[Box]]) -> list[Box]:
    """The columns of rows of cells: what stands over or under each other is in one."""
    columns: list[Box] = []
    for cell in sorted(cell for row in rows for cell in row):
        if columns and cell.x0 < columns[-1].x1:
            columns[-1] = columns[-1].with_(cell)
        else:
            columns.append(cell)
    return columns


def _place(columns: Sequence[Box], cell: Box) -> int:
    """Which column a cell is in."""
    return max(range(len(columns)), key=lambda place: _shared(columns[place], cell))


def _prose(row: Sequence[_Cell]) -> bool:
    lengths = [sum(len(line.text) for line in block.lines) for block in row]
    return len(row) < 4 and min(lengths) > _PROSE


def _table(rows: Sequence[Sequence[_Cell]]) -> Block:
    columns = _columns([[cell.box for cell in row] for row in rows])
    table = Block(Kind.TABLE, [])
    for row in rows:
        cells: list[list[Line]] = [[] for _ in columns]
        for block in row:
            cells[_place(columns, block.box)].extend(block.lines)
        if len(row) == 1 and table.rows:  # the rest of a cell that was taken for a block
            for cell, more in zip(table.rows[-1], cells, strict=True):
                cell.extend(more)
        else:
            table.rows.append(cells)
        table.lines.extend(line for block in row for line in block.lines)
    table.head = _names_columns(table.rows)
    return table


def _names_columns(rows: Sequence[Sequence[Sequence[Line]]]) -> bool:
    """Whether the first row names the columns: it is bold, or has no figures where others have."""
    first, rest = rows[0], rows[1:]
    filled = [cell for cell in first if cell]
    if len(filled) < len(first) - 1:
        return False
    if all(line.bold for cell in filled for line in cell):
        return not all(line.bold for row in rest for cell in row for line in cell)
    words = all(not _DIGIT.search(line.text) for cell in filled for line in cell)
    figures = sum(any(_DIGIT.search(line.text) for cell in row for line in cell) for row in rest)
    return words and 2 * figures > len(rest)
