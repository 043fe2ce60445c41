"""Evidence: answers, or a table with citations, as one HTML file that shows its sources.

It opens without a network and asks nobody for anything. Each quotation stands marked in what is
around it in its document, with its offsets and its hash; a script of the file's own compares what
is shown with the hashes when the file is opened. The receipt in it can be replayed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.citations import one_line
from briefqa.errors import UsageError
from briefqa.receipts.quotes import Quote
from briefqa.receipts.receipt import IN_PAGE, Receipt, RecordedTurn
from briefqa.records import Verdict
from briefqa.reports import table
from briefqa.reports.table import Table
from briefqa.text.html import Html, join, tag

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

AROUND = 600  # characters on either side of a quotation, up to a white space

_NEAREST = 3  # passages that are shown where nothing is quoted
_SCRIPT = Path(__file__).with_name("evidence.js")
_UNCHECKED = "Not checked: scripts are off, or this file is damaged."
_STYLE = Html(
    "body{font:16px/1.55 system-ui,sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem;"
    "overflow-wrap:anywhere}"
    ":root{color-scheme:light dark}h1,h2{line-height:1.25}h2{margin-top:2.5rem}"
    "blockquote{margin:1rem 0;padding:.2rem 1rem;border-inline-start:4px solid #8888}"
    "blockquote,td,th{white-space:pre-wrap}"
    "mark{background:#ffd84d;color:#000}mark.altered,#check.altered{background:#c00;color:#fff}"
    "#check{padding:.5rem 1rem;border:1px solid #8888}#check.whole{border-color:#080}"
    ".of{font-size:.85rem}.table{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:.85rem}td,th{border:1px solid #8888;"
    "padding:.3rem .5rem;text-align:start;vertical-align:top;min-width:7rem}"
)
_SPACE = re.compile(r"\s")
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Cited:
    """A place that is shown as evidence: characters of a document's text, half open.

    `words` are those in bold, as offsets too. `under` heads it, such as the question it answers;
    those that follow each other under one head stand together. `said` is a sentence under the head,
    `quoted` what stood there when it was found, empty where nobody knows.
    """

    document: str
    start: int
    end: int
    citation: str = ""
    under: str = ""
    said: str = ""
    words: tuple[int, int] | None = None
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class _Exhibit:
    """A place with what is around it: `text` begins with character `before` of its document.

    `more` says whether the document goes on after it.
    """

    cited: Cited
    text: str
    before: int
    more: bool
    sha256: str
    file_sha256: str


def page(
    searcher: Searcher,
    receipt: Receipt,
    *,
    title: str = "Evidence",
    shown: Table | None = None,
    cited: Iterable[Cited] = (),
) -> bytes:
    """The file: what is `cited`, after the answers of the receipt, and a table before both.

    `receipt` is of `briefqa.receipts.receipt.make`, with no turns for what is no answer. Raises
    UsageError for a document that the index does not hold, or not as it was quoted.
    """
    exhibits = [*_exhibits(searcher, receipt, [*_of_turns(receipt.turns), *cited])]
    kept = {
        **receipt.as_json(),
        **({} if shown is None else table.as_json(shown)),
        "evidence": [_as_json(one) for one in exhibits],
    }
    data = table.as_json_text(kept).replace("<", "\\u003c")
    body = join(
        tag("h1", title),
        _about(receipt),
        None if shown is None else tag("div", table.html(shown), class_="table", tabindex=0),
        *_shown(exhibits, receipt.turns),
    )
    whole = join(
        tag("header", tag("p", _UNCHECKED, id="check", role="status")),
        tag("main", body, data_sha256=_digest(_text_of(body))),
        Html(
            f'{IN_PAGE.decode()} data-sha256="{_digest(data)}">{data}</script>'
            f"<script>{script()}</script>"
        ),
    )
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in _own()]
    policy = (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return table.page(title, whole, style=_STYLE, policy=policy).encode()


@cache
def script() -> str:
    """What the file checks itself with."""
    return _SCRIPT.read_text("utf-8")


def _own() -> tuple[str, str]:
    return script(), str(_STYLE)


def of_quotes(quotes: Iterable[Quote]) -> list[Cited]:
    """Quotes that were kept, as what is cited."""
    return [
        Cited(one.passage.document, one.start, one.end, one.citation, quoted=one.text)
        for one in quotes
    ]


def _of_turns(turns: Sequence[RecordedTurn]) -> Iterator[Cited]:
    for number, turn in enumerate(turns, 1):
        for one in turn.quotations:
            words = None if one.start is None or one.end is None else (one.start, one.end)
            yield Cited(
                one.document,
                one.sentence_start,
                one.sentence_end,
                one.citation,
                f"{number}. {turn.question}",
                words=words,
                quoted=one.sentence,
            )


def _exhibits(searcher: Searcher, receipt: Receipt, cited: Iterable[Cited]) -> Iterator[_Exhibit]:
    text_of = cache(lambda name: searcher.document(name).text)
    digests = {source.name: source.sha256 for source in receipt.sources}
    for one in cited:
        text = text_of(one.document)
        before, after = _around(text, one.start, one.end)
        quoted = text[one.start : one.end]
        if one.quoted not in ("", quoted):
            raise UsageError(
                f"{one.document} has changed in the index since it was quoted; ask again first."
            )
        more = after < len(text)
        file = digests.get(one.document, "")
        yield _Exhibit(one, text[before:after], before, more, _digest(quoted), file)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where what is shown begins and ends: at white space, unless there is none near."""
    before, after = max(0, start - AROUND), min(len(text), end + AROUND)
    if before and (space := _SPACE.search(text, before, start)):
        before = space.end()
    if after < len(text):
        last = max(map(text[end:after].rfind, " \n\t"))
        after = end + last if last > 0 else after
    return before, after


def _as_json(one: _Exhibit) -> dict[str, object]:
    return {
        **asdict(one.cited),
        "context": one.text,
        "context_start": one.before,
        "sha256": one.sha256,
        "file_sha256": one.file_sha256,
    }


def _about(receipt: Receipt) -> Html:
    said = (
        f"Saved {receipt.created} by BriefQA {receipt.version} from the index "
        f"{receipt.generation}. Marked is what is quoted, as it stands in the document. The hashes "
        "show whether this file is as it was saved, not who saved it: briefqa replay, given this "
        "file, asks the index again."
    )
    return tag("p", said, class_="of")


def _shown(exhibits: Sequence[_Exhibit], turns: Sequence[RecordedTurn]) -> Iterator[Html]:
    """The exhibits under their heads; answers that quote nothing in their place among them."""
    number = 0
    left = list(exhibits)
    for place, turn in enumerate(turns, 1):
        yield tag("h2", one_line(f"{place}. {turn.question}"))
        yield tag("p", _verdict(turn))
        for _ in turn.quotations:
            number += 1
            yield _exhibit(left.pop(0), number)
        if not turn.quotations and turn.verdict is not Verdict.NOT_FOUND:
            yield from _nearest(turn)
    head = None
    for one in left:
        if one.cited.under != head:
            head = one.cited.under
            yield tag("h2", one_line(head)) if head else Html()
        if one.cited.said:
            yield tag("p", one_line(one.cited.said))
        number += 1
        yield _exhibit(one, number)


def _verdict(turn: RecordedTurn) -> str:
    match turn.verdict:
        case Verdict.ANSWERED:
            return f"Answered, with a confidence of {turn.confidence:.2f}."
        case None:
            return one_line(turn.text if not turn.quotations else turn.reason)
    return one_line(turn.reason if turn.quotations else f"{turn.text} {turn.reason}")


def _nearest(turn: RecordedTurn) -> Iterator[Html]:
    for hit in turn.hits[:_NEAREST]:
        yield tag("blockquote", _shown_text(hit.text))
        yield tag("p", f"Near, and no answer: {one_line(hit.citation)}", class_="of")


def _exhibit(one: _Exhibit, number: int) -> Html:
    cited, text = one.cited, one.text
    start, end = cited.start - one.before, cited.end - one.before
    quoted, bold = [_shown_text(text[start:end])], Html()
    if cited.words is not None:
        first, last = cited.words[0] - one.before, cited.words[1] - one.before
        parts = text[start:first], text[first:last], text[last:end]
        lead, words, rest = map(_shown_text, parts)
        bold = tag("b", words)
        quoted = [lead, bold, rest]
    mark = join(*quoted)
    hashed = _digest(f"{_text_of(mark)}\n{_text_of(bold)}")
    section = tag("mark", mark, data_sha256=hashed, data_number=number)
    around = _shown_text(text[:start]), _shown_text(text[end:])
    where = (
        f"{cited.document}, characters {cited.start} to {cited.end}; SHA-256 of the quotation "
        f"{one.sha256}, of the file {one.file_sha256 or 'unknown'}"
    )
    before, after = "…" if one.before else None, "…" if one.more else None
    return join(
        tag("blockquote", before, around[0], section, around[1], after),
        tag("p", f"[{number}] {one_line(cited.citation or cited.document)}"),
        tag("p", tag("code", one_line(where)), class_="of"),
    )


def _shown_text(text: str) -> str:
    """The text as a browser has it in the page: its line ends, and nothing that is not shown."""
    return _LINE_END.sub("\n", text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _text_of(markup: Html) -> str:
    """What a browser calls the text content of markup."""
    reader = _TextReader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.parts)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
