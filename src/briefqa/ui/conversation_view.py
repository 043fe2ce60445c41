"""The conversation as markup; nothing here asks or remembers."""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.citations import ShortCitations
from briefqa.records import Answer, DocumentInfo, Verdict, Where, section_text
from briefqa.ui import answer_view, choices, documents_view, messages, popups
from briefqa.ui.html import Html, isolated, join, tag
from briefqa.ui.turns import Problem, Turn, Turns

_LISTED = 8
_HEADINGS = 10
"""Documents that are named before the first question, and headings of each."""

ABOVE_QUESTION = join(
    tag(
        "p",
        tag("span", "Looking only in ", tag("bdi")),
        tag("button", "Look everywhere", type="button", class_="everywhere"),
        class_="where",
        hidden=True,
    ),
    tag("p", class_="spoken", role="status"),
)
"""Where a tab looks, if not everywhere, and a sentence for those who listen to the page; its script
fills them in."""


def welcome(
    documents: Sequence[DocumentInfo], questions: Sequence[str], reader_note: str = ""
) -> Html:
    """What stands in the conversation before the first question, with `questions` to try.

    `reader_note` says why no reader reads, if none does.
    """
    if not documents:
        return _welcome(
            "There are no documents yet.",
            "Add files under Documents, or index a folder in a terminal: briefqa build FOLDER",
        )
    asked_of = (
        f"“{documents[0].title}”" if len(documents) == 1 else f"these {len(documents)} documents"
    )
    return _welcome(
        f"Ask {asked_of} a question.",
        "An answer is a sentence of theirs, word for word, with the place it stands in. "
        "Where none surely answers, or none comes close, that is said instead.",
        _questions(questions, "welcome"),
        _contents(documents),
        tag("p", reader_note, class_="manners") if reader_note else None,
    )


def unopened(sentence: str, *, rebuildable: bool) -> Html:
    """What stands there when there is no index to ask, and why; with a button to rebuild it."""
    invitation = tag("p", "Nothing can be asked yet.", class_="invitation")
    return tag("div", invitation, _problem(sentence, rebuildable))


def conversation(
    turns: Turns,
    waiting: Turn | None = None,
    *,
    citations: ShortCitations,
    rateable: bool,
    rebuildable: bool,
    watchable: bool = False,
) -> Html:
    """Every turn so far, oldest first, and what the tab is to save of them.

    Last the one that is `waiting` for its first answer, if any. Answers can be rated where they
    are `rateable`, watched where they are `watchable`, and an index that is not there rebuilt where
    it is `rebuildable`.
    """
    shown: list[Html] = []
    generation = ""
    failed = [
        n for n, each in enumerate(turns, 1) if isinstance(each.reply, Problem) and each.reply.again
    ]
    last_failed = max(failed, default=0)
    for number, turn in enumerate(turns, 1):
        if generation and turn.generation not in ("", generation):
            shown.append(tag("p", "The documents were indexed anew here.", class_="rebuilt"))
        generation = turn.generation or generation
        offered = rebuildable and number == last_failed  # once, at the newest
        reply = _reply(turn, number, citations, rateable, offered, watchable)
        shown.append(_turn(turn, number, reply))
    if waiting is not None:
        looking = tag("p", "Looking …", class_="waiting")
        shown.append(_turn(waiting, len(turns) + 1, looking))
    return tag("div", *shown, class_="turns", data_turns=messages.saved(turns))


def menu(n_documents: int, questions: Sequence[str], tools: Sequence[tuple[str, str]] = ()) -> Html:
    """What can be done beside asking, with `questions` to try; and the keys.

    `tools` are the names and the titles of those that stand in place of the conversation.
    """
    documents = "1 document" if n_documents == 1 else f"{n_documents} documents"
    names = (("examples", "Example questions"), ("kept", "Kept quotes"), ("keys", "Keys"))
    opening = [
        tag("button", name, type="button", popovertarget=popup, data_key=f"to-{popup}")
        for popup, name in names
        if questions or popup != "examples"
    ]
    forms = [
        tag("button", name, type="button", data_form=form, data_key=f"form-{form}")
        for form, name in (("markdown", "Save as Markdown"), ("receipt", "Save as a receipt"))
    ]
    other = [
        tag("button", title, type="button", data_tool=name, data_key=f"to-{name}")
        for name, title in tools
    ]
    nav = tag(
        "nav",
        tag("button", documents, type="button", class_="to-documents", data_key="to-documents"),
        tag(
            "details",
            tag("summary", "Menu", data_key="menu"),
            tag("ul", *(tag("li", one) for one in (*opening[:-1], *other, *forms, opening[-1]))),
            class_="menu drop-down",
            data_fold="menu",
        ),
        tag(
            "button",
            "New",
            type="button",
            class_="anew",
            data_key="anew",
            aria_label="New conversation",
            title="New conversation",
        ),
        aria_label="Page",
    )
    tried = _questions(questions, "menu")
    return join(
        nav,
        popups.popup("examples", "Example questions", tried) if tried else None,
        popups.popup("keys", "Keys", popups.KEYS),
    )


def _questions(questions: Sequence[str], where: str) -> Html | None:
    """Questions that are asked by a click."""
    if not questions:
        return None
    buttons = [
        tag("button", one, type="button", class_="example", dir="auto", data_key=f"{where}-{place}")
        for place, one in enumerate(questions)
    ]
    listed = (tag("li", button) for button in buttons)
    return tag("ul", *listed, class_="examples", aria_label="Example questions")


def _contents(documents: Sequence[DocumentInfo]) -> Html | None:
    """Titles, dates and headings, each of which opens its document there."""
    if len(documents) == 1 and not documents[0].sections:
        return None  # its title is named already
    by_title = sorted(documents, key=lambda info: (info.title.casefold(), info.name))
    shown = [_content(info, alone=len(documents) == 1) for info in by_title[:_LISTED]]
    every = f"All {len(documents)} documents"
    more = tag("button", every, type="button", class_="to-all", data_key="to-all")
    return tag(
        "details",
        tag("summary", "What is in it" if len(documents) == 1 else "What is in them"),
        *shown,
        tag("p", more) if len(documents) > _LISTED else None,
        class_="contents",
        open=len(documents) == 1,
        data_fold="contents",
    )


def _content(info: DocumentInfo, *, alone: bool) -> Html:
    """What one document holds: its highest headings, as many as are taken in at a glance."""
    own = choices.key(info.name)
    title = tag(
        "button", isolated(info.title), type="button", class_="read", data_key=f"content-{own}"
    )
    date = tag("bdi", info.date, class_="of") if info.date else None
    tops = list(dict.fromkeys(path[:1] for path in info.sections))
    headings = [
        tag(
            "li",
            tag(
                "button",
                *map(isolated, path),
                type="button",
                class_="to-section",
                data_section=section_text(path),
                data_key=f"content-{own}-{place}",
            ),
        )
        for place, path in enumerate(tops[:_HEADINGS])
    ]
    more = len(tops) - len(headings)
    and_more = tag("li", f"and {more} more", class_="of") if more > 0 else None
    return tag(
        "div",
        None if alone and headings else tag("p", title, " ", date),
        tag("ul", *headings, and_more) if headings else None,
        data_document=info.name,
    )


def _welcome(invitation: str, manners: str, *more: Html | None) -> Html:
    return tag(
        "div",
        tag("p", invitation, class_="invitation"),
        tag("p", manners, class_="manners"),
        *more,
        class_="welcome",
    )


def _turn(turn: Turn, number: int, reply: Html) -> Html:
    return tag(
        "section",
        tag("h2", turn.question, class_="question", dir="auto"),
        _within(turn.where),
        reply,
        class_="turn",
        data_number=number,
    )


def _within(where: Where) -> Html | None:
    """Where the question was asked, if not everywhere."""
    names = where.documents or ()
    only = names[0] if len(names) == 1 else f"{len(names)} documents" if names else None
    if where.section is None:
        return None if only is None else tag("p", "Only in ", tag("bdi", only), class_="within")
    of = None if only is None else join(" (", tag("bdi", only), ")")
    return tag("p", "Only in ", isolated(where.section), of, class_="within")


def _reply(
    turn: Turn,
    number: int,
    citations: ShortCitations,
    rateable: bool,
    rebuildable: bool,
    watchable: bool,
) -> Html:
    match turn.reply:
        case None:
            return tag("p", "Asking again …", class_="pending")
        case Problem(sentence, again):
            return _problem(sentence, again and rebuildable)
        case Answer() as answer:
            return tag(
                "div",
                _understood(answer, number),
                *answer_view.body(answer, number, citations),
                _rating(turn, number) if rateable and _is_rateable(turn, answer) else None,
                _watch(number) if watchable and answer.verdict is not None else None,
                class_=f"reply {answer.verdict or 'search'}",
            )


def _is_rateable(turn: Turn, answer: Answer) -> bool:
    """Whether a verdict was passed; of one section it would not be known what is in the rest."""
    if answer.verdict is Verdict.NOT_FOUND:
        return turn.where.section is None
    return answer.verdict is not None


def _problem(sentence: str, rebuildable: bool) -> Html:
    rebuild = documents_view.rebuild("Build the index again") if rebuildable else None
    return tag("div", tag("p", sentence), rebuild, class_="problem")


def _understood(answer: Answer, number: int) -> Html | None:
    """What a follow-up was understood as, with a button that asks it as it was typed."""
    if not answer.carried:
        return None
    return tag(
        "p",
        "Understood as: ",
        tag("bdi", answer.read_as),
        " ",
        tag("button", "Ask as typed", type="button", data_alone=number, data_key=f"alone-{number}"),
        class_="understood",
    )


def _watch(number: int) -> Html:
    """The button that keeps watch over the answer of a turn."""
    says = "Tell me when this changes"
    button = tag(
        "button", says, type="button", data_tool="watches", data_turn=number,
        data_key=f"watch-{number}",
    )  # fmt: skip
    return tag("p", button, class_="rating")


def _rating(turn: Turn, number: int) -> Html:
    """Whether the answer is right, if its reader wants to say so; what was said is pressed."""
    thumbs = [
        tag(
            "button",
            says,
            type="button",
            class_="thumb",
            aria_pressed="true" if turn.rating is helpful else "false",
            data_turn=number,
            data_rate="up" if helpful else "down",
            data_key=f"rate-{number}-{says}",
        )
        for says, helpful in (("Yes", True), ("No", False))
    ]
    verdict = turn.reply.verdict if isinstance(turn.reply, Answer) else None
    asks = "Does this answer it? "
    if turn.rating is not None:
        asks = "You said (kept on this machine): "
    elif verdict is Verdict.UNSURE:
        asks = "Does the first passage answer it? "
    elif verdict is Verdict.NOT_FOUND:
        asks = "Is that right? "
    return tag("p", tag("span", asks, class_="of"), *thumbs, class_="rating")
