"""The conversation as markup; nothing here asks or remembers."""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.citations import ShortCitations
from briefqa.records import Answer, DocumentInfo, Verdict, Where
from briefqa.ui import answer_view, documents_view, messages
from briefqa.ui.html import Html, isolated, join, tag
from briefqa.ui.turns import Problem, Turn, Turns


def welcome(
    documents: Sequence[DocumentInfo], examples: Sequence[str], reader_note: str = ""
) -> Html:
    """What stands in the conversation before the first question; `examples` ask themselves.

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
    buttons = [
        tag(
            "li",
            tag(
                "button",
                question,
                type="button",
                data_example=place,
                data_key=f"example-{place}",
            ),
        )
        for place, question in enumerate(examples)
    ]
    return _welcome(
        f"Ask {asked_of} a question.",
        "An answer is a sentence of theirs, word for word, with the place it stands in. "
        "Where none surely answers, or none comes close, that is said instead.",
        tag("ul", *buttons, class_="examples", aria_label="Example questions") if buttons else None,
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
) -> Html:
    """Every turn so far, oldest first, and what the tab is to save of them.

    Last the one that is `waiting` for its first answer, if any. Answers can be rated where they
    are `rateable`, and an index that is not there rebuilt where it is `rebuildable`.
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
        shown.append(_turn(turn, number, _reply(turn, number, citations, rateable, offered)))
    if waiting is not None:
        looking = tag("p", "Looking …", class_="waiting")
        shown.append(_turn(waiting, len(turns) + 1, looking))
    return tag("div", *shown, class_="turns", data_turns=messages.saved(turns))


def menu(n_documents: int) -> Html:
    """What can be done beside asking."""
    documents = "1 document" if n_documents == 1 else f"{n_documents} documents"
    forms = [
        tag("li", tag("button", name, type="button", data_form=form, data_key=f"form-{form}"))
        for form, name in (("markdown", "As Markdown"), ("receipt", "As a receipt"))
    ]
    return tag(
        "nav",
        tag("button", documents, type="button", class_="to-documents", data_key="to-documents"),
        tag(
            "details",
            tag("summary", "Save"),
            tag("ul", *forms),
            class_="save drop-down",
            data_fold="save",
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
    turn: Turn, number: int, citations: ShortCitations, rateable: bool, rebuildable: bool
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
