"""Quotes that a reader keeps with a star: the button, their list, and their files.

The tab saves where they stand; what stands there is looked up in the index every time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from briefqa.errors import BriefQAError
from briefqa.receipts import quotes, word
from briefqa.receipts.quotes import Quote
from briefqa.records import Passage, Span
from briefqa.reports import table
from briefqa.ui import passage_view, popups
from briefqa.ui.html import Html, isolated, tag
from briefqa.ui.messages import KeptQuote, kept_quote
from briefqa.ui.service import IndexService

MOST_KEPT = 500

_FORMS = (("Markdown", "kept-markdown"), ("Word", "kept-word"), ("CSV", "kept-csv"))


def star(passage: Passage, spans: Iterable[Span], key: str) -> Html:
    """The button that keeps these characters of a passage, or lets go of them again.

    The page's script presses it where they are kept.
    """
    named = [json.dumps(asdict(_named(passage, span))) for span in dict.fromkeys(spans)]
    return tag(
        "button",
        "Keep",
        type="button",
        class_="keep",
        title="Keep this quote, to save it with others (Menu, Kept quotes)",
        data_quotes=json.dumps(named),
        data_key=f"keep-{key}",
    )


def found(service: IndexService, kept: Sequence[str]) -> list[Quote]:
    """Those that still stand in the index as they were kept, of the first `MOST_KEPT`.

    `kept` is as the tab sent it. Raises IndexFolderError where there is no index.
    """
    searcher = service.searcher()
    wanted = filter(None, map(kept_quote, dict.fromkeys(kept[:MOST_KEPT])))
    every = [(one, quotes.find(searcher, one.document, one.start, one.end)) for one in wanted]
    return [quote for one, quote in every if quote and _stamp(quote.text) == one.stamp]


def drawn(service: IndexService, kept: Sequence[str]) -> Html:
    """The quotes that were kept, each with its citation, and the ways to save them."""
    try:
        there = found(service, kept)
    except BriefQAError as error:
        return _popup(tag("p", str(error), class_="problem"))
    gone = len(kept) - len(there)
    if not kept:
        says = "None yet. “Keep”, beside a citation, keeps a quote here until this tab is closed."
    else:
        says = "1 quote" if len(there) == 1 else f"{len(there)} quotes"
    saves = [
        tag("button", name, type="button", data_form=form, data_key=f"form-{form}")
        for name, form in _FORMS
    ]
    lost = "1 is" if gone == 1 else f"{gone} are"
    return _popup(
        tag("p", says, *([" · Save as ", *saves] if there else ()), class_="of"),
        tag("p", f"{lost} no longer in the documents as kept, and left out.", class_="problem")
        if gone
        else None,
        tag("ul", *map(_item, there, range(len(there))), aria_label="Quotes") if there else None,
    )


def exported(service: IndexService, kept: Sequence[str], form: str) -> tuple[str, bytes]:
    """The quotes that were kept as a file, its name and content; raises IndexFolderError."""
    there = found(service, kept)
    match form:
        case "kept-word":
            return "quotes.docx", word.document(there)
        case "kept-csv":
            return "quotes.csv", table.content(quotes.table(there), table.Format.CSV)
        case _:
            return "quotes.md", quotes.markdown(there).encode("utf-8", "replace")


def _popup(*content: Html | None) -> Html:
    title = "Kept quotes"
    head = popups.head("kept", title)
    return tag("div", head, *content, class_="kept", role="dialog", aria_label=title)


def _item(quote: Quote, number: int) -> Html:
    return tag(
        "li",
        passage_view.excerpt(quote.passage, Span(quote.start, quote.end)),
        tag("p", isolated(quote.citation), class_="place"),
        star(quote.passage, [Span(quote.start, quote.end)], f"list-{number}"),
    )


def _named(passage: Passage, span: Span) -> KeptQuote:
    text = passage.text[span.start - passage.start : span.end - passage.start]
    return KeptQuote(passage.document, span.start, span.end, _stamp(text))


def _stamp(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
