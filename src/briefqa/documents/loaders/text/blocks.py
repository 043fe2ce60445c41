"""What belongs together in a text: the blocks that become its headings and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from briefqa.documents.loaders.outline import one_line, trimmed
from briefqa.documents.loaders.text import lines as shape
from briefqa.documents.loaders.text import numbers, voices
from briefqa.documents.loaders.text.lines import Line, lines_of
from briefqa.documents.loaders.text.voices import Mail, Voices
from briefqa.records import Span

_HASHES = re.compile(r"(#{1,6})[ \t]{1,9}(\S.*)")
_CODE = 4  # columns beyond the margin: code, or what is set in the middle
_MIDDLE = 8
_LONGEST_BOX = 40  # lines between two rules
_BOX_RULE = 10  # characters
_BULLET = re.compile(r"[*+•·‣▪] ")
_FENCE = ("```", "~~~")
_FEWEST_RUN_INS = 3  # of the headings that open their own paragraph, where only numbers tell them
_MOST_HEADINGS = 5  # below each other, right above their text
_BEGINNING = 200  # characters
_GOES_ON = 35  # characters; a line so long may go on below a blank one


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together.

    `level` is not 0 for a heading that is marked as one, `text` says that it can be none, `indent`
    are the columns before its first line. `question` and `opens` say that it is a heading: the
    question that is answered below, or the name that opens the paragraph. `mail` is the header that
    it is. A line with `columns` has wide gaps in it.
    """

    span: Span
    words: str
    lines: int
    level: int = 0
    text: bool = False
    indent: int = 0
    question: bool = False
    opens: bool = False
    mail: Mail | None = None
    columns: bool = False


def blocks(text: str) -> tuple[list[Block], Voices]:
    """The blocks of a text in order, and who speaks in it."""
    runs = _runs(text)
    known = voices.voices([run for run, _ in runs])
    margin = min((line.indent for run, _ in runs for line in run), default=0)
    found: list[Block] = []
    if runs and not runs[0][1] and _is_title_and_more(runs[0][0]):
        (title, *more), _ = runs[0]
        runs[:1] = [([title], False), (more, True)]
    for number, (run, kept) in enumerate(runs):
        named = voices.speaker(run[0].words)
        named_once = named is not None and named[1] not in known.names
        titles = not number and named_once and not known.asks
        speak = Voices() if titles else known
        found += [_block(text, run, text_only=True)] if kept else _of_run(text, run, speak, margin)
    return _joined(text, _with_names(found, known)), known


def _runs(text: str) -> list[tuple[list[Line], bool]]:
    """The runs of lines between blank ones, and whether one holds no heading: code, boxed notes."""
    lines = lines_of(text)
    filled = [line for line in lines if line]
    above = sum(1 for _ in takewhile(lambda line: shape.is_crumb(line.words), filled[:-1]))
    begin = filled[above].span.start if filled else 0
    runs: list[tuple[list[Line], bool]] = []
    run: list[Line] = []
    kept_until = -1
    for number, line in enumerate([*lines, Line(Span(len(text), len(text)), "", 0)]):
        if line and line.span.start < begin:
            continue
        if number > kept_until and (end := _kept(lines, number)) > number:
            if run:
                runs.append((run, False))
                run = []
            kept_until = end
        if line and (number > kept_until or not _is_edge(lines, number, kept_until)):
            run.append(line)
        if (not line or number == kept_until) and run:
            runs.append((run, number <= kept_until))
            run = []
    return runs


def _kept(lines: Sequence[Line], number: int) -> int:
    """The last line of the code or boxed note that begins on a line; that line for none."""
    if number >= len(lines):
        return number
    words = lines[number].words
    box = (
        len(words) >= _BOX_RULE and shape.RULE.fullmatch(words) and not any(map(str.isalnum, words))
    )
    fence = _is_fence(lines, number)
    if not (box or fence):
        return number
    for end in range(number + 1, min(len(lines), number + _LONGEST_BOX)):
        if fence and lines[end].words.startswith(words[:3]):
            return end
        if box and lines[end].words == words:
            inner = sum(1 for line in lines[number + 1 : end] if line)
            touches = bool(lines[number + 1] and lines[end - 1])
            return end if inner > 2 and touches else number
    return number


def _is_edge(lines: Sequence[Line], number: int, end: int) -> bool:
    return (
        number == end
        or shape.RULE.fullmatch(lines[number].words) is not None
        or _is_fence(lines, number)
    )


def _is_fence(lines: Sequence[Line], number: int) -> bool:
    """Whether a line begins or ends code, and does not underline what is above it."""
    words, above = lines[number].words, lines[number - 1].words if number else ""
    underlines = shape.UNDERLINE.fullmatch(words) and len(words) > 3 and above
    return words.startswith(_FENCE) and not (underlines and abs(len(words) - len(above)) <= 2)


def _of_run(text: str, run: Sequence[Line], known: Voices, margin: int) -> Iterator[Block]:
    """The blocks of lines that no blank line parts; rules around them are decoration."""
    begin, end = 0, len(run)
    while begin < end:
        underline = run[begin + 1] if begin + 1 < end else run[begin]
        if shape.RULE.fullmatch(run[begin].words) or shape.SEPARATOR.fullmatch(run[begin].words):
            begin += 1
        elif shape.UNDERLINE.fullmatch(underline.words) and shape.looks_like_heading(
            run[begin].words
        ):
            yield replace(
                _block(text, run[begin : begin + 1]), level=1 + "=-~".index(underline.words[0])
            )
            begin += 2
        else:
            break
    while end > begin and shape.RULE.fullmatch(run[end - 1].words):
        end -= 1
    run = run[begin:end]
    if mail := voices.mail_at(run):
        yield replace(_block(text, run[: mail.lines], text_only=True), mail=mail)
        run = run[mail.lines :]
    columns = len(run) > 1 and all(shape.GAP.search(line.words) for line in run)
    if run and (columns or shape.are_rows(run) or _is_contents(run)):
        yield _block(text, run, text_only=True)
        return
    for quoted, lines in _by_writer(run):
        if quoted:
            yield _block(text, lines, text_only=True)
        else:
            yield from _by_speaker(text, lines, known, margin)


def _by_writer(run: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """The lines by how often they are quoted, and whether they are; `Ada wrote:` goes with those
    below it.
    """
    waiting: list[Line] = []
    for level, group in groupby(run, lambda line: voices.depth(line.words)):
        lines = list(group)
        if not level and lines[-1].words.endswith(":"):
            waiting = lines
            continue
        yield level > 0, [*waiting, *lines]
        waiting = []
    if waiting:
        yield False, waiting


def _by_speaker(text: str, run: Sequence[Line], known: Voices, margin: int) -> Iterator[Block]:
    """The turns of speakers in some lines, or what else they are."""
    turns = {n for n, line in enumerate(run) if voices.begins_turn(line.words, known)}
    starts = sorted({0, *turns})
    for begin, end in zip(starts, [*starts[1:], len(run)], strict=True):
        if begin in turns:
            yield _block(text, run[begin:end], text_only=True)
        else:
            yield from _plain(text, run[begin:end], known, margin)


def _plain(text: str, run: Sequence[Line], known: Voices, margin: int) -> Iterator[Block]:
    """The headings and paragraphs in lines that nobody is named in."""
    asked = voices.question_lines(run) if known.asks else 0
    if asked == 1 and run[1:] and _are_listed(run):
        yield _block(text, run, text_only=True)
        return
    if asked:
        yield _question(text, run[:asked])
        if run[asked:]:
            yield _block(text, run[asked:], text_only=True)
        return
    for _ in range(_MOST_HEADINGS):
        if len(run) < 2 or _each_line_alone(run):
            break
        if bare := numbers.bare_unit([line.words for line in run[:3]]):
            yield _block(text, run[:bare])
            run = run[bare:]
        elif _heads_its_run(run):
            yield _heading_line(text, run[:1], margin)
            run = run[1:]
        else:
            break
    if len(run) == 1 or (run and _each_line_alone(run)):
        yield from (_heading_line(text, [line], margin) for line in run)
    elif run:
        yield _block(text, run)


def _are_listed(run: Sequence[Line]) -> bool:
    """Whether lines are the questions of a table of contents."""
    return all(shape.LIST_ITEM.match(line.words) and voices.question_lines([line]) for line in run)


def _question(text: str, run: Sequence[Line]) -> Block:
    """A question that heads its answer, without the bullet before it."""
    block = _block(text, run)
    bullet = _BULLET.match(block.words)
    if bullet:
        span = trimmed(text, block.span.start + bullet.end(), block.span.end)
        block = replace(block, span=span, words=block.words[bullet.end() :])
    return replace(block, question=True)


def _heading_line(text: str, run: Sequence[Line], margin: int) -> Block:
    """A line by itself, which a hash may mark as a heading unless it is set in as code is."""
    line = run[0]
    hashes = _HASHES.fullmatch(line.words)
    if hashes and line.indent < margin + _CODE:
        words = hashes[2].rstrip("#").rstrip() or hashes[2]
        start = line.span.start + hashes.start(2)
        own = trimmed(text, start, start + len(words))
        return Block(own, one_line(words), 1, len(hashes[1]), indent=line.indent)
    if hashes or margin + _CODE <= line.indent < margin + _MIDDLE:
        return _block(text, run, text_only=bool(hashes))
    return _block(text, run)


def _block(text: str, run: Sequence[Line], *, text_only: bool = False) -> Block:
    span = Span(run[0].span.start, run[-1].span.end)
    words = one_line(text[span.start : span.end])
    columns = len(run) == 1 and shape.GAP.search(run[0].words) is not None
    return Block(span, words, len(run), text=text_only, indent=run[0].indent, columns=columns)


def _is_contents(run: Sequence[Line]) -> bool:
    """Whether lines are entries of a table of contents, with dots up to their pages."""
    entries = sum(1 for line in run if len(line.words) < 200 and shape.LEADERS.match(line.words))
    return entries > 0 and 2 * entries >= len(run)


def _is_title_and_more(run: Sequence[Line]) -> bool:
    """Whether a text begins with a title and other lines right below it: set in the middle, or in
    capitals over a line that is not.
    """
    middle = len(run) > 1 and all(line.indent >= _MIDDLE for line in run)
    shouted = len(run) == 2 and run[0].words.isupper() and not run[1].words.isupper()
    if not (middle or shouted):
        return False
    return shape.looks_like_heading(run[0].words) and not numbers.unit_rank(run[0].words)


def _each_line_alone(run: Sequence[Line]) -> bool:
    """Whether every line is a paragraph: too long to be wrapped, or ending as sentences do."""
    if max(len(line.words) for line in run) > shape.WRAP_WIDTH:
        return True
    long = [line for line in run[:-1] if len(line.words) > shape.LONG_LINE]
    ended = sum(bool(shape.ENDS_SENTENCE.search(line.words)) for line in long)
    return bool(long) and ended >= 0.6 * len(long)


def _heads_its_run(run: Sequence[Line]) -> bool:
    """Whether the first line is a heading set right on its paragraph: it stops far too early."""
    first, second = run[0].words, run[1].words
    if first.isupper() and all(line.indent > run[0].indent for line in run[1:]):
        return shape.looks_like_heading(first)
    if numbers.opens_clauses(first, second) or numbers.names_section(first, second):
        return True
    if numbers.NUMBERED.match(first) and numbers.NUMBERED.match(second) and len(run) > 2:
        return _heads_its_run(run[1:]) and shape.looks_like_heading(
            numbers.NUMBERED.sub("", first, count=1)
        )
    return (
        len(second) >= shape.LONG_LINE
        and len(first) < 0.6 * len(second)
        and not second[0].islower()
        and not shape.LIST_ITEM.match(second)
        and shape.looks_like_heading(numbers.NUMBERED.sub("", first, count=1))
    )


def _with_names(found: list[Block], known: Voices) -> list[Block]:
    """The blocks, a name on a line of its own joined with what is said below it."""
    joined: list[Block] = []
    for block in found:
        above = joined[-1] if joined else None
        if above and above.words in known.alone and block.words not in known.alone:
            joined[-1] = _both(above, block)
        else:
            joined.append(block)
    return joined


def _joined(text: str, found: list[Block]) -> list[Block]:
    """The blocks, run-in headings parted from their text and sentences joined over blank lines."""
    joined: list[Block] = []
    run_ins = [numbers.numbered_run_in(text[one.span.start : one.span.end]) for one in found]
    numbered = sum(map(bool, run_ins)) >= _FEWEST_RUN_INS
    for block in found:
        above = joined[-1] if joined else None
        if (
            above
            and len(joined) > 1
            and not (above.text or above.level or block.text or block.level)
            and len(above.words) >= _GOES_ON
            and block.words[0].islower()
            and not shape.LIST_ITEM.match(block.words)
            and not shape.ENDS_SENTENCE.search(above.words)
            and not above.words.endswith((":", ";"))
            and (not above.words.endswith(",") or block.lines == 1)
        ):
            joined[-1] = _both(above, block)
            continue
        source = text[block.span.start : block.span.end]
        heading = 0
        if not (block.text or block.level):
            heading = numbers.run_in(source) or (numbered and numbers.numbered_run_in(source))
        if heading:
            start, end = block.span.start, block.span.end
            own = Span(start, start + heading)
            rest = trimmed(text, own.end, end)
            words = one_line(text[start : own.end])
            joined.append(Block(own, words, 1, indent=block.indent, opens=True))
            joined.append(Block(rest, one_line(text[rest.start : end]), block.lines, text=True))
        else:
            joined.append(block)
    return joined


def _both(one: Block, other: Block) -> Block:
    words = f"{one.words[:_BEGINNING]} {other.words}"  # its beginning and its end tell
    return replace(
        one, span=Span(one.span.start, other.span.end), words=words, lines=one.lines + other.lines
    )
