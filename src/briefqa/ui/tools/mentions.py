"""Every mention: each place of a name, word or phrase, by document or as a concordance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import gradio as gr

from briefqa.concordance.finding import mentions_in
from briefqa.concordance.found import Mention, Mentions
from briefqa.concordance.lines import Side, columns, ordered
from briefqa.errors import BriefQAError
from briefqa.index.watches import WatchKind
from briefqa.reports import table
from briefqa.ui.html import Html, isolated, tag
from briefqa.ui.tools.frame import SHOWN, Outcome, Tool, outcome, problem, source
from briefqa.watching import running

_BY_DOCUMENT = "By document"
_ORDERS = (
    (_BY_DOCUMENT, _BY_DOCUMENT),
    ("By the words left of it", str(Side.LEFT)),
    ("By the words right of it", str(Side.RIGHT)),
)
_FORMS = 12  # spellings that are counted apart


class AllMentions(Tool):
    """A box for a query, one for aliases, and the places in the order that is chosen."""

    name = "mentions"
    title = "All mentions"
    says = (
        "Every place where a name, word or phrase stands, in all its forms. Also “as spelled” in "
        "quotes, begin*, spelling~, AND, OR, NOT, near/5, in:title, date:2017-01..2017-03."
    )
    forms = ("csv", "xlsx", "docx", "html", "json")

    def _make(self) -> None:
        self._query = gr.Textbox(
            label="Name, word or phrase", max_lines=1, submit_btn="Find", autofocus=True
        )
        self._aliases = gr.Textbox(label="Other names for it, one a line", lines=1, max_lines=4)
        self._order = gr.Radio(_ORDERS, value=_BY_DOCUMENT, label="Order")

    def _make_beside(self) -> None:
        # Watches are kept beside the index.
        self._watch = gr.Button(
            "Tell me when this changes", size="sm", visible=self._service.library is not None
        )

    def _connect(self, event: gr.HTML, tab: gr.Textbox, options: dict[str, Any]) -> None:
        asked = [self._query, self._aliases, self._order, tab]
        self._query.submit(self._look, asked, self._outcome, **options)
        order = {**options, "js": None}
        self._order.input(self._redraw, [self._found, self._order], self._shown, **order)
        watched = [self._found, self._order, tab]
        self._watch.click(self._keep_watch, watched, self._shown, **options)

    def _look(self, query: str, aliases: str, order: str, sent: str) -> Outcome:
        names = [line.strip() for line in aliases.splitlines() if line.strip()]
        try:
            documents = self._where(sent).documents
            found = mentions_in(self._service.index, query, aliases=names, documents=documents)
        except BriefQAError as error:
            return problem(error)
        return outcome(drawn(found, order), found)

    def _redraw(self, found: Mentions | None, order: str) -> Any:
        return gr.skip() if found is None else drawn(found, order)

    def _keep_watch(self, found: Mentions | None, order: str, sent: str) -> Any:
        """Watch what was found, where the tab looks."""
        if found is None or self._service.library is None:
            return gr.skip()
        try:
            documents = self._where(sent).documents
            running.add(
                self._service.index, found.query, WatchKind.MENTIONS, documents=documents,
                aliases=found.aliases,
            )  # fmt: skip
        except BriefQAError as error:
            gr.Warning(str(error))
            return gr.skip()
        return drawn(found, order, "Watched from now on: see Watches in the menu.")

    def _content(self, found: Mentions, form: str) -> bytes:
        if form == "json":  # which `briefqa verify --places` reads
            return table.as_json_text(found.as_json()).encode()
        return table.content(found.table(), table.Format(form))


def drawn(found: Mentions, order: str = _BY_DOCUMENT, says: str = "") -> Html:
    """The places, and what was compared to find them, after what else is to be said."""
    left = len(found.mentions) - SHOWN
    forms = [f"{form} {times}" for form, times in found.forms.items()]
    more = f" and {len(forms) - _FORMS} more spellings" if len(forms) > _FORMS else ""
    spelled = f"Spelled: {', '.join(forms[:_FORMS])}{more}." if len(forms) > 1 else ""
    by_document = order not in tuple(Side)
    places = _by_document(found) if by_document else _concordance(found, Side(order))
    return tag(
        "div",
        tag("p", says, class_="remark", role="status") if says else None,
        tag("p", found.statement, class_="remark", role="status", dir="auto"),
        tag("p", spelled, class_="of", dir="auto") if spelled else None,
        *places,
        tag("p", f"{left} more are in the file.", class_="of") if left > 0 else None,
    )


def _by_document(found: Mentions) -> Iterator[Html]:
    counts = {each.document: each.places for each in found.documents}
    numbered = enumerate(found.mentions[:SHOWN])
    for document, group in groupby(numbered, lambda item: item[1].document):
        places = list(group)
        first = places[0][1]
        n = counts[document]
        about = [document, first.date, "1 place" if n == 1 else f"{n} places"]
        known = [part for each in filter(None, about) for part in (" · ", isolated(each))]
        yield tag("h3", isolated(first.title), class_="part", dir="auto")
        yield tag("p", *known[1:], class_="place")
        yield tag("ul", *(_place(number, each) for number, each in places), class_="mentions")


def _place(number: int, each: Mention) -> Html:
    title = f"{each.title} ({each.document})" if each.title_shared else each.title
    cited = each.citation.removeprefix(f"{' '.join(title.split())} › ")
    where = ", ".join(filter(None, (cited, "" if each.place.in_citation else each.place.in_words)))
    left, right = each.around
    return tag(
        "li",
        source(where, each.document, each.start, each.end, f"mention-{number}"),
        tag("p", left, tag("mark", each.text, class_="word"), right, dir="auto"),
    )


def _concordance(found: Mentions, side: Side) -> Iterator[Html]:
    if not found.mentions:
        return
    every = ordered(found.mentions, side)[:SHOWN]
    lines = zip(every, columns(every), strict=True)
    rows = [
        tag(
            "tr",
            tag("td", left.lstrip(), class_="right"),
            tag("td", tag("mark", text, class_="word")),
            tag("td", right),
            tag("td", source(each.document, each.document, each.start, each.end, f"line-{number}")),
        )
        for number, (each, (left, text, right)) in enumerate(lines)
    ]
    head = (tag("th", name, scope="col") for name in ("before", "mention", "after", "document"))
    whole = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows))
    yield tag("div", whole, class_="table", tabindex=0, role="region", aria_label="Concordance")
