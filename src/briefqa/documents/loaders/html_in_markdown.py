"""The tags of HTML that stand in Markdown, and HTML blocks written as Markdown.

Headings become headings, items become items, rows become rows; other blocks become paragraphs,
and what is left is text. There are as many lines: blocks that stand on one line are parted by
U+2029, and a line end within a heading or a row goes behind it.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from briefqa.documents.loaders.html_styles import unseen

PARAGRAPH_SEPARATOR = "\u2029"

_DEEPEST = 20  # lists within lists that are indented
_LONGEST_TAG = 3_000  # characters; what is longer is text
_TAG = regex.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]{0,40})"
    r"(?P<attributes>(?=[\s/>])(?:\"[^\"]*+\"|'[^']*+'|[^<>\"'])*+)>"
)
_NAMED = regex.compile(r"<(/?)([a-z][a-z0-9-]{0,40})(?=[\s/>])")
_GAP = regex.compile(r"\s++(?P<text>[^<\s])?+")
_BLANK = regex.compile(r"(?:\r\n|[\r\n])[ \t]*+[\r\n]")
_DECLARATION = regex.compile(r"<[!?][^<>]{0,2000}>")
_ALT = regex.compile(r"(?<![\w-])(?i:alt)\s{0,9}=\s{0,9}(?:\"([^\"]*+)\"|'([^']*+)')")
_BLOCK_NAMES = frozenset(
    "address article aside base basefont blockquote body br button caption center col colgroup dd "
    "details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 "
    "h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol "
    "optgroup option p param pre script search section select style summary svg table tbody td "
    "template textarea tfoot th thead title tr track ul video".split()
)
_NAMES = _BLOCK_NAMES | frozenset(
    "a abbr acronym applet area audio b bdi bdo big blink canvas cite code data datalist del dfn "
    "em embed font g i img input ins kbd label map mark marquee math meta meter nobr noscript "
    "object output path picture progress q rp rt ruby s samp slot small source span strike strong "
    "sub sup time tt u var wbr".split()
)
_UNSHOWN = frozenset({"script", "style", "template", "svg", "noscript"})
_RAW = ("script", "style")  # whatever looks like a tag in them is none
_VOID = frozenset("area base basefont br col embed frame hr img input link meta param wbr".split())
_ATTRIBUTE = regex.compile(
    r"([^\s\"'=/>]++)(?:\s{0,9}+=\s{0,9}+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?+"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INSTEAD = {"del": "~~", "s": "~~", "strike": "~~", "sup": "^"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and where it ends; `shown` is the text that stands for it.

    `hides` says whether nothing is shown of the element that it opens.
    """

    name: str
    closing: bool
    end: int
    shown: str
    hides: bool = False


class Finder:
    """Finds tags, and what closes something, in one pass over a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lower = text.lower() if len(text.lower()) == len(text) else text
        self._found: dict[str, int] = {}
        self._paired: set[str] | None = None
        self._text_above: dict[int, int] = {}
        self._ends: dict[int, int] | None = None

    def tag(self, place: int) -> Tag | None:
        """The tag that begins at a place; None where none does, or none of HTML.

        A name that HTML does not know is text, unless it is opened and closed somewhere, closes
        itself, or has an attribute with a value.
        """
        match = _TAG.match(self._text, place, place + _LONGEST_TAG)
        if match is None:
            declaration = _DECLARATION.match(self._text, place)
            return Tag("!", True, declaration.end(), "") if declaration else None
        name, attributes = match["name"].lower(), match["attributes"]
        if name not in _NAMES and "=" not in attributes and not attributes.endswith("/"):
            if self._paired is None:
                named = _NAMED.findall(self._lower)
                closed = {each for end, each in named if end}
                self._paired = closed & {each for end, each in named if not end}
            if name not in self._paired:
                return None
        shown = _INSTEAD.get(name, "")
        opens = not match["end"]
        if opens and (name in _UNSHOWN or _hides(attributes)):
            return Tag(name, False, match.end(), "", hides=name not in _VOID)
        if name == "sup" and (match["end"] or not _raised(self._text, place, match.end())):
            shown = ""
        elif name == "img" and (alt := _ALT.search(attributes)):
            shown = html.unescape(alt[1] or alt[2] or "")
        return Tag(name, not opens, match.end(), shown)

    def behind(self, closing: str, start: int) -> int | None:
        """Where the next such string, in lower case, ends; None if there is no other."""
        place = self._found.get(closing, start - 1)
        if 0 <= place < start or closing not in self._found:
            place = self._found[closing] = self._lower.find(closing, start)
        return None if place < 0 else place + len(closing)

    def behind_tags(self, closing: str, start: int) -> int | None:
        """Where the next such string ends, if only tags begin below blank lines up to it."""
        behind = self.behind(closing, start)
        if behind is not None and behind not in self._text_above:
            gaps = _GAP.finditer(self._text, start, behind)
            below = (gap.start() for gap in gaps if gap["text"] and _BLANK.search(gap[0]))
            self._text_above[behind] = max(below, default=-1)
        return behind if behind is not None and self._text_above[behind] < start else None

    def behind_element(self, place: int) -> int | None:
        """Where the element that a tag opens at a place ends; None where nothing closes it."""
        if self._ends is None:
            self._ends = {}
            opened: dict[str, list[int]] = {}
            for tag in _NAMED.finditer(self._lower):
                same = opened.setdefault(tag[2], [])
                if not tag[1]:
                    if tag[2] in _BLOCK_NAMES and opened.get("p"):
                        self._ends[opened["p"].pop()] = tag.start()  # a paragraph holds no block
                    if not (same and tag[2] in _RAW):
                        same.append(tag.start())
                elif same:
                    end = self._text.find(">", tag.end(), tag.end() + 100)
                    self._ends[same.pop()] = end + 1 if end >= 0 else tag.end()
        return self._ends.get(place)


def _hides(attributes: str) -> bool:
    """Whether the attributes of a tag say that its element is not shown."""
    if "hid" not in attributes.lower() and "style" not in attributes.lower():
        return False
    for name, *values in _ATTRIBUTE.findall(attributes):
        if name.lower() == "hidden" or (
            name.lower() == "style" and unseen("".join(values)[:1_000], only_text=True)
        ):
            return True
    return False


def _raised(text: str, before: int, behind: int) -> bool:
    """Whether `<sup>` raises a number to a power."""
    base, power = text[max(0, before - 1) : before], text[behind : behind + 2]
    return base.isalnum() and power.lstrip("-−+")[:1].isdigit()


def markdown_of(source: str, *, under_text: bool) -> str:
    """A block of HTML as Markdown with as many lines.

    `under_text` says whether there is text on the line above.
    """
    writer, finder = _Writer(under_text=under_text), Finder(source)
    place = 0
    for begin, end in _marks(source):
        if begin < place:
            continue
        writer.text(source[place:begin])
        place = end
        if source[begin] != "<":
            writer.line_end(source[begin:end])
            continue
        if source.startswith("<!--", begin):
            place = finder.behind("-->", begin + 4) or len(source)
        elif tag := finder.tag(begin):
            place = tag.end
            if tag.hides:
                place = finder.behind_element(begin) or len(source)
            writer.tag(tag)
        else:
            writer.text("<")
        writer.hold(source[begin:place])
    writer.text(source[place:])
    return writer.finished()


_MARK = regex.compile(r"<|\r\n|\r|\n")


def _marks(source: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _MARK.finditer(source))


def line_ends(text: str) -> list[str]:
    """The line ends of a text."""
    return [mark for mark in _MARK.findall(text) if mark != "<"]


class _Writer:
    """Writes Markdown as the tags of a block come.

    `_cells` are those of the row that is being read, `_heading` what a heading holds so far;
    `_held` are line ends that come later than they stand in the source.
    """

    def __init__(self, *, under_text: bool) -> None:
        self._parts: list[str] = []
        self._held: list[str] = []
        self._gap = 0
        self._ended = 1 if under_text else 2  # line ends that were just written
        self._mark = ""
        self._lists: list[int] = []  # the next number of each open list, 0 of one with bullets
        self._heading: list[str] | None = None
        self._level = 0
        self._cells: list[list[str]] | None = None
        self._rows = 0
        self._header = False
        self._in_table = False
        self._verbatim = False

    def text(self, text: str) -> None:
        if self._heading is not None:
            self._heading.append(text)
        elif self._cells is not None:
            if self._cells or text.strip():
                self._cells = self._cells or [[]]
                self._cells[-1].append(text)
        elif self._verbatim:
            if text:
                self._open("    " if self._ended or self._gap else "")
                self._write(html.unescape(text))
        else:
            if self._ended or self._gap:
                text = text.lstrip(" \t\v\f")
            if text:
                self._open(self._mark)
                self._mark = ""
                self._write(text)

    def line_end(self, end: str) -> None:
        if self._heading is not None or self._cells is not None:
            self.text(" ")
            self._held.append(end)
        elif self._in_table:
            self._held.append(end)
        else:
            self._parts.append(end)
            self._ended += 1

    def hold(self, skipped: str) -> None:
        """Keep the line ends of what is not written."""
        self._held += line_ends(skipped)

    def tag(self, tag: Tag) -> None:
        name = tag.name
        if name in _HEADINGS and self._cells is None:
            self._end_heading()
            self._break(2)
            if not tag.closing:
                self._heading, self._level = [], _HEADINGS[name]
        elif name == "table":
            self._end_row()
            self._break(2)
            self._rows, self._header = 0, False
            self._in_table = not tag.closing
        elif name == "tr":
            self._end_row()
            self._break(1 if self._rows else 2)
            self._cells = None if tag.closing else []
        elif name in ("td", "th") and self._cells is not None:
            if not tag.closing:
                self._cells.append([])
                self._header |= name == "th"
        elif name in ("thead", "tbody", "tfoot") and self._in_table:
            self._end_row()
        elif name == "br" or self._heading is not None or self._cells is not None:
            inline = name not in _BLOCK_NAMES
            self.text(tag.shown if inline else " ")
            self._break(1)
        elif name in ("ul", "ol", "menu"):
            self._list(tag)
        elif name == "li":
            self._break(1)
            self._mark = "" if tag.closing else self._item()
        elif name in _BLOCK_NAMES or name == "!":
            self._break(2)
            self._verbatim = name == "pre" and not tag.closing
        else:
            self.text(tag.shown)

    def finished(self) -> str:
        self._end_heading()
        self._end_row()
        self._parts += self._held
        return "".join(self._parts)

    def _list(self, tag: Tag) -> None:
        self._break(2 if len(self._lists) <= tag.closing else 1)
        if not tag.closing:
            self._lists.append(1 if tag.name == "ol" else 0)
        elif self._lists:
            self._lists.pop()
        self._mark = ""

    def _item(self) -> str:
        above = self._lists[:-1][:_DEEPEST]
        indent = "".join("   " if number else "  " for number in above)
        number = self._lists[-1] if self._lists else 0
        if not number:
            return f"{indent}- "
        self._lists[-1] += 1
        return f"{indent}{number}. "

    def _end_heading(self) -> None:
        words = " ".join("".join(self._heading or ()).split())
        self._heading = None
        if words:
            self._break(2)
            self._open("#" * self._level + " ")
            self._write(words)
            self._break(2)

    def _end_row(self) -> None:
        cells = [" ".join("".join(cell).split()) for cell in self._cells or ()]
        self._cells = None
        if len(cells) < 2:
            self.text(cells[0] if cells else "")
        elif any(cells):
            self._open("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
            self._write("")
            self._rows += 1
            if self._header and self._rows == 1:
                self._break(1)
                self._open("|" + "---|" * len(cells))
                self._write("")
        self._break(1)

    def _break(self, gap: int) -> None:
        if self._heading is None and self._cells is None:
            self._gap = max(self._gap, gap)

    def _open(self, mark: str) -> None:
        """Write what parts the blocks, and the mark of the next.

        Between rows of a table that is one line end, of the source where one is held.
        """
        if self._gap and self._in_table and self._rows:
            self._parts.append(self._held.pop(0) if self._held else PARAGRAPH_SEPARATOR)
            self._gap = 0
        elif self._gap:
            self._parts += self._held
            self._ended += len(self._held)
            self._held = []
            self._parts.append(PARAGRAPH_SEPARATOR * max(0, self._gap - self._ended))
            self._gap = 0
        self._parts.append(mark)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._ended = 0
