"""A question that somebody asks in a text is no answer to itself, and no version is another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from briefqa import Searcher, build, open_index
from briefqa.models.embedder import Embedder
from briefqa.records import Span
from briefqa.text.lead_in import lead_ins
from briefqa.text.sentences import sentences

LABELS = ["[{}]: ", "{}: ", "**{}:** ", "**{}**: ", "[{}] "]
REPLIES = {
    "How many boats were counted?": "Seventeen.",
    "Who pays for the bridge?": "The county.",
    "Where was the dredger sold?": "In Lisbon.",
    "When did the fog come?": "At four in the morning.",
}


def transcript(label: str) -> str:
    turns = [
        f"{label.format('Chair')}{asked}\n\n{label.format('Witness')}{reply}"
        for asked, reply in REPLIES.items()
    ]
    return "# Hearing\n\n" + "\n\n".join(turns) + "\n"


@pytest.mark.parametrize("label", [*LABELS, "{0:.1}: "])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_turn_after_a_question_stands_under_it(label: str, gap: str) -> None:
    names = ("Q", "A") if label.startswith("{0") else ("Chair", "Ana Ruiz")
    asked, reply = (label.format(name) for name in names)
    text = gap.join((f"{asked}We begin. How many?", f"{reply}Seven. Or more.", f"{asked}Where?"))
    spans = sentences(text, "en")
    under = {
        text[span.start : span.end]: [text[one.start : one.end] for one in above]
        for span, above in zip(spans, lead_ins(text, spans), strict=True)
    }
    assert [words for words, above in under.items() if above] == [f"{reply}Seven."]
    assert under[f"{reply}Seven."] == ["How many?"]


@pytest.mark.parametrize(
    "text", ["How many? Seven.", "Why?\n\nNobody said it.", "A: Yes.\n\nB: No."]
)
def test_what_follows_a_question_without_a_speaker_stands_under_nothing(text: str) -> None:
    spans: list[Span] = sentences(text, "en")
    assert not any(lead_ins(text, spans))


@pytest.mark.parametrize("label", LABELS)
def test_the_reply_is_marked_and_not_the_question(
    label: str, tmp_path: Path, real_embedder: Embedder
) -> None:
    (tmp_path / "hearing.md").write_text(transcript(label), "utf-8")
    build(tmp_path / "hearing.md", index=tmp_path / "index", model=real_embedder)
    with open_index(tmp_path / "index", model=real_embedder) as searcher:
        for asked, reply in REPLIES.items():
            hit = searcher.ask(asked).hits[0]
            assert hit.sentence == f"{label.format('Witness')}{reply}"
        if label == LABELS[0]:
            told = searcher.ask("What did the chair ask about the fog?").hits[0].sentence
            assert told == "[Chair]: When did the fog come?"


VERSIONS = {"1.2.3": "tide", "2.1.3": "map", "3.2.1": "crane", "10.2.3": "pilot", "1.23.0": "lock"}


@pytest.fixture(scope="module")
def changes(
    tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder
) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("versions")
    (folder / "changes").mkdir()
    for number, (version, added) in enumerate(VERSIONS.items()):
        text = f"Version v{version} added the {added} view."
        (folder / "changes" / f"{number}.md").write_text(f"# Note {number}\n\n{text}\n")
    sections = "\n\n".join(
        f"## 5.{one}\n\nAdds the {added} list." for one, added in VERSIONS.items()
    )
    (folder / "changes" / "log.md").write_text(f"# Changes\n\n{sections}\n")
    build(folder / "changes", index=folder / "index", model=real_embedder)
    with open_index(folder / "index", model=real_embedder) as searcher:
        yield searcher


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sign", ["", "v"])
def test_the_version_that_is_asked_for_comes_first(
    changes: Searcher, version: str, sign: str
) -> None:
    added = VERSIONS[version]
    first = changes.ask(f"What did version {sign}{version} add?").hits[0]
    assert first.sentence == f"Version v{version} added the {added} view."
    first = changes.ask(f"What was added in {sign}5.{version}?").hits[0]
    assert first.sentence == f"Adds the {added} list."
