"""How do the parts of the page hang together? Components, events and what each person has asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Protocol

import gradio as gr

from briefqa.errors import BriefQAError
from briefqa.records import Answer, Document
from briefqa.ui import views
from briefqa.ui.markup import Html, tag
from briefqa.ui.views import Turn

LONGEST_QUESTION = 2000
"""Characters; a longer question is answered with a sentence."""

EXAMPLES = (
    "How many aircraft took part altogether?",
    "Why did Damascus have no drinking water?",
    "How many children were treated by the Russian doctors?",
    "When did the Syrian army retake Palmyra?",
    "Who guarantees the ceasefire?",
)
EXAMPLES_ARE_ABOUT = "syria-january-2017.md"
"""The bundled brief: its questions are offered only where it is the one document indexed."""

_log = logging.getLogger(__name__)


class Library(Protocol):
    """What the page asks of an open index."""

    def ask(self, question: str, *, k: int = 5) -> Answer:
        """What the documents say to `question`."""

    def document(self, name: str) -> Document:
        """The document of that name."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        """(name, title) of every document."""


def stylesheet() -> str:
    """The page's own CSS."""
    return files("briefqa.ui").joinpath("page.css").read_text(encoding="utf-8")


def theme() -> gr.themes.Base:
    """Plain ground for the stylesheet, which names the fonts."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def build_page(library: Library) -> gr.Blocks:
    """The page over `library`, not yet served.

    Each visitor's conversation is theirs alone and lives as long as their tab.
    """
    with gr.Blocks(title="BriefQA", analytics_enabled=False, fill_width=True) as demo:
        turns = gr.State(())
        with gr.Row(elem_id="masthead"):
            _view(tag("h1", "BriefQA"), "brand")
            shelf = _view(Html(), "shelf")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="chat", scale=3):
                log = _view(Html(), "log", js=_LOG)
                question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask a question",
                    lines=1,
                    max_lines=6,
                    max_length=LONGEST_QUESTION,
                    submit_btn="Ask",
                    autofocus=True,
                    elem_id="question",
                )
            with gr.Column(elem_id="panel", scale=2):
                _view(tag("h2", "Sources"), "panel-title")
                listing = _view(views.sources(None), "sources")
                script = files("briefqa.ui").joinpath("page.js").read_text(encoding="utf-8")
                opened = _view(Html(), "opened", js=script)

        def start() -> tuple[Html, Html]:
            documents = _documents(library)
            if isinstance(documents, str):
                return Html(), tag("p", documents, class_="problem")
            bundled = [name for name, _ in documents] == [EXAMPLES_ARE_ABOUT]
            return (
                views.library(documents),
                views.welcome(documents, EXAMPLES if bundled else ()),
            )

        def ask(text: str | None, so_far: tuple[Turn, ...]) -> Iterator[list[Any]]:
            asked = (text or "").strip()
            if not asked:
                yield [gr.skip()] * 5
                return
            number = len(so_far) + 1
            waiting = Turn(number, _clipped(asked), None)
            kept = asked if len(asked) > LONGEST_QUESTION else ""
            yield [kept, gr.skip(), views.conversation([*so_far, waiting]), gr.skip(), Html()]
            turn = Turn(number, waiting.question, _reply(library, asked))
            now = (*so_far, turn)
            yield [gr.skip(), now, views.conversation(now), views.sources(turn), gr.skip()]

        def ask_example(event: gr.EventData, so_far: tuple[Turn, ...]) -> Iterator[list[Any]]:
            place = _number(event, "place")
            yield from ask(EXAMPLES[place] if 0 <= place < len(EXAMPLES) else "", so_far)

        def choose(event: gr.EventData, so_far: tuple[Turn, ...]) -> tuple[Html, Html]:
            chosen = _number(event, "turn")
            turn = next((turn for turn in so_far if turn.number == chosen), None)
            return views.sources(turn), _open(library, turn, _number(event, "hit"))

        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        after_asking = [question, turns, log, listing, opened]
        demo.load(start, None, [shelf, log], queue=False, **private)
        question.submit(ask, [question, turns], after_asking, concurrency_limit=4, **private)
        opened.example(ask_example, [turns], after_asking, concurrency_limit=4, **private)
        opened.select(choose, [turns], [listing, opened], concurrency_limit=8, **private)
    return demo


# The newest question comes to the top of the conversation as its answer arrives.
_LOG = """
element.setAttribute("role", "log");
element.setAttribute("aria-label", "Conversation");
watch("value", () => {
  const newest = element.querySelector(".turn:last-child");
  if (newest) newest.scrollIntoView({ block: "start" });
});
"""


def _view(value: Html, elem_id: str, js: str | None = None) -> gr.HTML:
    """A part of the page made of markup.

    The template names the value and nothing else, so that no document text is ever part of a
    template: gradio evaluates a rendered template as JavaScript once more.
    """
    return gr.HTML(
        value,
        html_template="${value}",
        js_on_load=js,
        apply_default_css=False,
        elem_id=elem_id,
    )


def _documents(library: Library) -> tuple[tuple[str, str], ...] | str:
    try:
        return library.documents()
    except BriefQAError as error:
        return str(error)


def _reply(library: Library, question: str) -> Answer | str:
    """The answer, or the one sentence that says why there is none."""
    if len(question) > LONGEST_QUESTION:
        return (
            f"A question can have {LONGEST_QUESTION:,} characters and this one has "
            f"{len(question):,}: ask for one thing at a time."
        )
    try:
        return library.ask(question.encode("utf-8", "replace").decode("utf-8"))
    except BriefQAError as error:
        return str(error)
    except Exception:  # noqa: BLE001  a bug is told in the terminal; the page must not hang on it
        _log.exception("A question could not be answered")
        return "Something went wrong while answering; the terminal says what. You can ask again."


def _open(library: Library, turn: Turn | None, rank: int) -> Html:
    """The article behind a citation, or why it cannot be shown."""
    if turn is None or not isinstance(turn.reply, Answer):
        return views.unopened("The page was restarted since this answer: ask the question again.")
    hit = next((hit for hit in turn.reply.hits if hit.rank == rank), None)
    if hit is None:
        return views.unopened(f"That answer has no source {rank}.")
    try:
        document = library.document(hit.passage.document)
    except BriefQAError as error:
        return views.unopened(str(error))
    if document.text[hit.passage.start : hit.passage.end] != hit.passage.text:
        return views.unopened(
            f"{hit.passage.document} was indexed anew since this answer: ask the question again."
        )
    return views.article(document, hit)


def _clipped(question: str) -> str:
    return question if len(question) <= LONGEST_QUESTION else f"{question[:200]} …"


def _number(event: gr.EventData, name: str) -> int:
    """A number the browser sent along; -1 if it sent anything else."""
    value = (event._data or {}).get(name)
    return value if type(value) is int else -1
