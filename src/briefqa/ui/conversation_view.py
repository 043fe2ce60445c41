"""The conversation as markup; nothing here asks or remembers."""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.records import Answer, DocumentInfo, Hit, Verdict, Where
from briefqa.ui import messages, passage_view
from briefqa.ui.html import Html, join, tag
from briefqa.ui.turns import Problem, Turn, Turns

_NAMED = 12
"""Documents that are named where nothing answers; of more, their number is told."""


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
    turns: Turns, waiting: Turn | None = None, *, rateable: bool, rebuildable: bool
) -> Html:
    """Every turn so far, oldest first, and what the tab is to save of them.

    Last the one that is `waiting` for its first answer, if any. Answers can be rated where they
    are `rateable`, and an index that is not there rebuilt where it is `rebuildable`.
    """
    shown: list[Html] = []
    generation = ""
    for number, turn in enumerate(turns, 1):
        if generation and turn.generation not in ("", generation):
            shown.append(tag("p", "The documents were indexed anew here.", class_="rebuilt"))
        generation = turn.generation or generation
        shown.append(_turn(turn, number, _reply(turn, number, rateable, rebuildable)))
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
            class_="save",
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


def citation(hit: Hit, turn: int, *, key: str) -> Html:
    """The numbered citation, a button that opens the passage where it stands."""
    return tag(
        "button",
        *cited(hit),
        type="button",
        class_="citation",
        data_turn=turn,
        data_hit=hit.rank,
        data_key=f"{key}-{turn}-{hit.rank}",
    )


def cited(hit: Hit) -> list[str]:
    """`[1] Title › Section › ¶2`, the title apart so that the place in it stands out."""
    title, place = hit.citation.rsplit(" › ", 1)
    if hit.passage.section:
        title, *rest = hit.citation.split(" › ")
        place = " › ".join(rest)
    return [
        tag("span", f"[{hit.rank}]", class_="number"),
        " ",
        tag("bdi", tag("span", f"{title} › ", class_="of"), place),
    ]


def place_of(hit: Hit) -> str:
    """`harbour.md, lines 3–4`: where a person finds the passage in the file."""
    return hit.passage.location


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
    return tag("p", "Only in ", tag("bdi", where.section), of, class_="within")


def _reply(turn: Turn, number: int, rateable: bool, rebuildable: bool) -> Html:
    match turn.reply:
        case None:
            return tag("p", "Asking again …", class_="pending")
        case Problem(sentence, again):
            return _problem(sentence, again and rebuildable)
        case Answer() as answer:
            return tag(
                "div",
                _understood(answer, number),
                *_body(answer, number),
                _rating(turn, number) if rateable and _is_rateable(turn, answer) else None,
                class_=f"reply {answer.verdict or 'search'}",
            )


def _body(answer: Answer, number: int) -> list[Html | None]:
    """What is said to the question, and the passages it rests on."""
    match answer.verdict:
        case Verdict.ANSWERED:
            quoted = {one.passage for one in answer.quotations}
            others = [hit for hit in answer.hits if hit.passage not in quoted]
            return [*_quotations(answer, number), _also(others, number)]
        case Verdict.UNSURE:
            first, rest = answer.hits[:1], answer.hits[1:]
            return [
                tag("p", answer.text, class_="verdict"),
                tag("p", answer.reason, class_="reason"),
                *(_passage(hit, number) for hit in first),
                _folded("More passages", rest, number),
            ]
        case Verdict.NOT_FOUND:
            return [
                tag("p", answer.text, class_="verdict"),
                tag("p", answer.reason, class_="reason"),
                _looked_in(answer.searched, number),
                _folded("Nearest passages, which do not answer this", answer.hits, number),
            ]
        case _ if answer.quotations:  # of what was asked for as a whole: an overview, a clause
            note = tag("p", answer.reason, class_="note") if answer.reason else None
            return [note, *_quotations(answer, number)]
        case _ if answer.hits:  # of a search
            note = tag("p", answer.text, class_="note")
            found = (_passage(hit, number, hit.evidence.matched) for hit in answer.hits)
            return [note, *found]
        case _:
            return [tag("p", answer.text, class_="remark")]


def _is_rateable(turn: Turn, answer: Answer) -> bool:
    """Whether a verdict was passed; of one section it would not be known what is in the rest."""
    if answer.verdict is Verdict.NOT_FOUND:
        return turn.where.section is None
    return answer.verdict is not None


def _problem(sentence: str, rebuildable: bool) -> Html:
    button = tag(
        "button", "Build the index again", type="button", class_="rebuild", data_key="rebuild"
    )
    return tag("div", tag("p", sentence), button if rebuildable else None, class_="problem")


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


def _quotations(answer: Answer, turn: int) -> list[Html]:
    """The passages that are quoted, in the answer's order, what is quoted marked in each."""
    hits = {hit.passage: hit for hit in answer.hits}
    shown = []
    for passage in dict.fromkeys(one.passage for one in answer.quotations):
        quoted = answer.quotations_from(passage)
        parts = dict.fromkeys(one.part for one in quoted if one.part)
        hit = hits.get(passage)
        shown.append(
            tag(
                "figure",
                *(tag("p", part, class_="part", dir="auto") for part in parts),
                passage_view.passage(passage, quoted),
                tag(
                    "figcaption",
                    tag("bdi", passage.citation)
                    if hit is None
                    else citation(hit, turn, key="quote"),
                ),
            )
        )
    return shown


def _passage(hit: Hit, turn: int, searched: Sequence[str] = ()) -> Html:
    """A passage that nothing is claimed of; the words `searched` for are marked in it."""
    return tag(
        "figure",
        passage_view.passage(hit.passage, searched=searched),
        tag("figcaption", citation(hit, turn, key="quote")),
    )


def _also(hits: Sequence[Hit], turn: int) -> Html | None:
    if not hits:
        return None
    buttons = [
        tag(
            "button",
            f"[{hit.rank}]",
            type="button",
            class_="citation",
            title=hit.citation,
            aria_label=f"[{hit.rank}] {hit.citation}",
            data_turn=turn,
            data_hit=hit.rank,
            data_key=f"also-{turn}-{hit.rank}",
        )
        for hit in hits
    ]
    return tag("p", "See also ", *buttons, class_="also")


def _looked_in(names: Sequence[str], number: int) -> Html | None:
    """The documents that hold no answer, by name where they are few."""
    if not names:
        return None
    if len(names) == 1:
        return tag("p", "Looked in ", tag("bdi", names[0]), class_="looked")
    shown = [tag("li", tag("bdi", name)) for name in names[:_NAMED]]
    more = len(names) - _NAMED
    return tag(
        "details",
        tag("summary", f"Looked in {len(names)} documents"),
        tag("ul", *shown, tag("li", f"and {more} more") if more > 0 else None),
        class_="looked",
        data_fold=f"looked-{number}",
    )


def _folded(summary: str, hits: Sequence[Hit], turn: int) -> Html | None:
    """Passages that are not shown until they are wanted."""
    if not hits:
        return None
    return tag(
        "details",
        tag("summary", summary),
        *(_passage(hit, turn) for hit in hits),
        class_="nearest",
        data_fold=f"nearest-{turn}",
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
