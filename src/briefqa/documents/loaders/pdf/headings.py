"""Which blocks are headings: by the outline, by the tags, else by how they are set."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from briefqa.documents.loaders.pdf.lines import Block, Kind, Line
from briefqa.documents.loaders.pdf.paragraphs import is_item
from briefqa.documents.loaders.pdf.pdfium import Bookmark

_MOST_CHARS = 200
_MOST_LINES = 3
_LARGER = 1.12  # than the text of the document
_REPEATED = 5  # times the same words are no heading
_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[A-Z]\.\d{1,2}(?:\.\d{1,2})*|[A-Z]\.|[IVX]{1,5}\.|§{1,2}\s?\d+\w?\.?"
    r"|(?:Chapter|Part|Section|Article|Appendix|Annex|Kapitel|Teil|Artikel|Abschnitt|Anhang"
    r"|Chapitre|Partie|Titre|Annexe|Capítulo|Artículo)\s+(?:\d+|[IVXLC]+|[A-Z])\b[.:]?)(?:\s|$)",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"[A-Z]\.\s")
_CAPTION = re.compile(
    r"(?:Figure|Fig\.|Table|Tab\.|Box|Chart|Exhibit|Listing|Algorithm|Abbildung|Abb\.|Tabelle|Tableau"
    r"|Figura|Tabla|Рис|Табл|図|表|그림|표)\s*\d",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?:|www\.|\S@\S|\.\w{2,3}/", re.IGNORECASE)
_SIGN = re.compile(r"[^\W\d_]")
_KNOWN = re.compile(
    r"(?:abstract|summary|executive summary|introduction|conclusions?|references|bibliography"
    r"|acknowledge?ments?|appendix|preface|foreword|contents|zusammenfassung|einleitung|literatur"
    r"|vorwort|résumé|introducción|resumen|bibliographie)\W*",
    re.IGNORECASE,
)

Style = tuple[float, bool, int]  # the size, rounded to half points, whether it is bold, its ink


def body_size(lines: Iterable[Line]) -> float:
    """The size most characters are set in, 0 where there are none."""
    counts: Counter[float] = Counter()
    for line in lines:
        counts[round(line.size * 4) / 4] += len(line.text)
    return max(counts, key=lambda size: (counts[size], -size)) if counts else 0.0


def by_outline(blocks: dict[int, list[Block]], bookmarks: Sequence[Bookmark]) -> int:
    """Make headings of the blocks, by page, whose words an entry of the outline has; how many.

    A block that goes on behind those words is split.
    """
    found = 0
    used: set[int] = set()
    for bookmark in bookmarks:
        words = letters(bookmark.title)
        if len(words) < 2:
            continue
        for page in (bookmark.page, bookmark.page + 1, bookmark.page - 1):
            if _match(blocks.get(page, []), words, bookmark.level, used):
                found += 1
                break
    return found


def _match(blocks: list[Block], words: str, level: int, used: set[int]) -> bool:
    for place, block in enumerate(blocks):
        if id(block) in used or block.kind in (Kind.TABLE, Kind.NOTE):
            continue
        count = _lines_that_say(block.lines, words)
        if not count:
            continue
        heading = block
        if count < len(block.lines):
            if block.whole and block.kind is Kind.PARAGRAPH and len(block.lines) > count + 2:
                continue  # a paragraph that begins with the words of a heading
            heading = Block(Kind.HEADING, block.lines[:count])
            rest = Block(block.kind, block.lines[count:], whole=block.whole)
            blocks[place : place + 1] = [heading, rest]
        heading.level = heading.level if heading.kind is Kind.HEADING and heading.level else level
        heading.kind, heading.breaks = Kind.HEADING, set()
        used.add(id(heading))
        return True
    return False


def _lines_that_say(lines: Sequence[Line], words: str) -> int:
    """How many lines from the first on say just these words, a number before them aside."""
    said = ""
    for count, line in enumerate(lines[:4], start=1):
        said += letters(line.text)
        if said == words:
            return count
        bare = letters(_NUMBER.sub("", " ".join(one.text for one in lines[:count]), count=1))
        other = _without_number(words)
        if len(bare) > 2 and bare in (words, other):
            return count
        if len(said) > len(words) + 12:
            break
    return 0


def is_usual(text: str) -> bool:
    """Whether it is a heading that any document may have: Contents, Preface, Summary …"""
    return _KNOWN.fullmatch(text) is not None


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case: what two spellings of a title share."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _without_number(words: str) -> str:
    return words.lstrip("0123456789")


def by_fonts(blocks: Sequence[Block], body: float, first_page: int = 0) -> None:
    """Make headings of the blocks that are set as such: larger, or bold and alone, and short.

    Strict, since captions, names of authors and formulas look much the same. Levels are the ranks
    of their sizes.
    """
    if not body:
        return
    said = Counter(letters(_text(block)) for block in blocks if len(block.lines) <= _MOST_LINES)
    shares = _shares(blocks)
    main_ink = max(shares, key=shares.__getitem__, default=(0.0, False, 0))[2]
    candidates = []
    in_front = True  # of the text of the first page, where names and addresses stand
    for place, block in enumerate(blocks):
        text = _text(block)
        if block.lines and (block.lines[0].page > first_page or _is_text(block, body)):
            in_front = False
        if block.kind not in (Kind.PARAGRAPH, Kind.ITEM) or not _may_be(block, text):
            continue
        leads = place + 1 < len(blocks) and _is_text(blocks[place + 1], body)
        numbered = _NUMBER.match(text) and not _INITIAL.match(text)  # or it may be of a name
        if in_front and not (leads or numbered or _KNOWN.fullmatch(text)):
            continue
        if _is_set_apart(block, text, body, shares, main_ink):
            candidates.append(block)
    leading = _leading_in(blocks, candidates, body)
    repeated = [block for block in leading if said[letters(_text(block))] >= _REPEATED]
    candidates = [block for block in leading if said[letters(_text(block))] < _REPEATED]
    # What returns is a heading only if others are set like it.
    styles = Counter(_style(block.lines[0]) for block in candidates)
    candidates += [block for block in repeated if styles[_style(block.lines[0])] > 1]
    _rank(candidates)


def _leading_in(blocks: Sequence[Block], candidates: Sequence[Block], body: float) -> list[Block]:
    """Those that text follows, others that it follows between: labels in a picture lead in none."""
    asked = {id(block) for block in candidates}
    leads: set[int] = set()
    after: Block | None = None
    for block in reversed(blocks):
        if (
            id(block) in asked
            and after is not None
            and (_NUMBER.match(_text(block)) or _is_led(block, after, leads, body))
        ):
            leads.add(id(block))
        if block.kind is not Kind.NOTE:
            after = block
    return [block for block in candidates if id(block) in leads]


def _is_led(block: Block, after: Block, leads: set[int], body: float) -> bool:
    return _is_under(block, after) and (id(after) in leads or _is_read(after, body))


def _is_read(block: Block, body: float) -> bool:
    """Whether a block is text or a table, rather than a caption or a label."""
    if block.kind in (Kind.TABLE, Kind.ITEM):
        return True
    text = _text(block)
    length = sum(len(line.text) for line in block.lines)
    return (
        block.lines[0].size > 0.85 * body
        and (length > 60 or text.endswith((".", ":", "。")))
        and not _CAPTION.match(text)
    )


def _is_under(block: Block, after: Block) -> bool:
    """Whether what follows stands below a block, or in another column or on another page."""
    one, other = block.lines[-1], after.lines[0]
    if one.page != other.page or other.baseline < one.baseline:
        return True
    return min(one.box.x1, other.box.x1) > max(one.box.x0, other.box.x0)


def _text(block: Block) -> str:
    return " ".join(line.text for line in block.lines[: _MOST_LINES + 1])


def _is_text(block: Block, body: float) -> bool:
    return len(block.lines) >= 3 and abs(block.lines[1].size - body) < 0.1 * body


def _shares(blocks: Sequence[Block]) -> dict[Style, float]:
    counts: Counter[Style] = Counter()
    for block in blocks:
        for line in block.lines:
            counts[_style(line)] += len(line.text)
    total = sum(counts.values()) or 1
    return {style: count / total for style, count in counts.items()}


def _style(line: Line) -> Style:
    return round(line.size * 2) / 2, line.bold, line.ink


def _may_be(block: Block, text: str) -> bool:
    if len(block.lines) > _MOST_LINES or not 2 <= len(text) <= _MOST_CHARS or block.lines[0].turned:
        return False
    signs = len(_SIGN.findall(text))
    if signs < 2 or 2 * signs < len(text.replace(" ", "")) or _CAPTION.match(text):
        return False
    if block.kind is Kind.ITEM and not _NUMBER.match(text):
        return False
    return not text.rstrip().endswith((".", ",", ";", ":", "。", "，", "；", "：", "\ufffe", "-"))


def _is_set_apart(
    block: Block, text: str, body: float, shares: dict[Style, float], main_ink: int
) -> bool:
    line = block.lines[0]
    if any(abs(other.size - line.size) > 0.06 * line.size for other in block.lines):
        return False
    if shares[_style(line)] > 0.2:
        return False
    numbered = bool(_NUMBER.match(text)) and not is_item(text.split(maxsplit=1)[-1])
    if line.size >= _LARGER * body:
        return True
    if line.size < 0.95 * body:
        return False
    if line.bold:
        return all(other.bold for other in block.lines)
    if line.ink != main_ink and not _LINK.search(text):
        return all(other.ink == line.ink for other in block.lines) and len(text) < 90
    return numbered and (line.size > 1.04 * body or line.italic) and len(text) < 90


def _rank(headings: Sequence[Block]) -> None:
    """Levels by size, the bold before the others; a number with more parts stands deeper."""
    known = list(headings)
    styles = sorted({_style(block.lines[0]) for block in known}, reverse=True)
    ranks = {style: rank for rank, style in enumerate(styles[:6], start=1)}
    depths: dict[Style, list[int]] = defaultdict(list)
    for block in known:
        depths[_style(block.lines[0])].append(_depth(_text(block)))
    level, taken = 0, {}
    for style in ranks:
        level += 1
        numbers = [depth for depth in depths[style] if depth]
        base = min(numbers) if numbers else 0
        taken[style] = (level, base)
        if numbers:
            level += max(numbers) - base
    for block in known:
        level, base = taken.get(_style(block.lines[0]), (6, 0))
        depth = _depth(_text(block))
        block.kind, block.breaks = Kind.HEADING, set()
        block.level = min(6, level + (depth - base if depth and base else 0))


def _depth(text: str) -> int:
    number = _NUMBER.match(text)
    return len([part for part in re.split(r"\.", number[0].strip()) if part]) if number else 0
