"""A conversation is kept as a receipt that can be replayed, or as Markdown."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import briefqa
from briefqa import (
    Searcher,
    UsageError,
    __version__,
    build,
    cli,
    open_index,
)
from briefqa.answering.abstention import WITHOUT_READER
from briefqa.receipts import receipt
from briefqa.receipts.receipt import Turn
from briefqa.receipts.replay import replay
from briefqa.receipts.saving import save
from briefqa.receipts.transcript import markdown
from briefqa.records import Carried, CarriedKind, Place, PlaceUnit, Verdict, Where
from briefqa.text.markdown import line, quote
from tests.lighthouse import quotation

HARBOUR = (
    "# Harbour\n\n## Ships\n\nNine ferries work there. They are green.\n\n## Crew\n\nMara leads.\n"
)
GOLD = "What is the price of gold?"
GARDEN = "# Garden\n\n## Roses\n\nRoses want water every morning.\n"
HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil.example/x.png) [a](javascript:alert) "
    "<img src=x onerror=alert(1)> https://evil.example www.evil.example me@evil.example "
    "`code` **bold** {{ site }} <https://evil.example> [ref]: http://evil.example &lt;b&gt;"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents, and an index of them."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "harbour.md").write_text(HARBOUR)
    (tmp_path / "docs" / "garden.md").write_text(GARDEN)
    build(tmp_path / "docs", index=tmp_path / "index", model="hashing")
    return tmp_path


@pytest.fixture
def searcher(folder: Path) -> Searcher:
    return open_index(folder / "index")


def conversation(searcher: Searcher) -> list[Turn]:
    """A question, a follow-up that carries something over, and one that nothing answers."""
    chat = searcher.conversation()
    chat.ask("How many ferries work there?")
    chat.ask("And Mara?", carry=[Carried(CarriedKind.ABOUT, "crew leads")])
    chat.ask(GOLD, carry=())
    return [Turn(answer) for answer in chat.turns]


def saved(folder: Path, turns: list[Turn], searcher: Searcher) -> Path:
    path = folder / "receipt.json"
    save(path, searcher, turns)
    return path


def changed(path: Path, *places: str | int, value: object) -> Path:
    """The receipt with another value at one place."""
    content: Any = json.loads(path.read_text())
    inner = content
    for place in places[:-1]:
        inner = inner[place]
    inner[places[-1]] = value
    path.write_text(json.dumps(content))
    return path


def test_a_receipt_holds_the_conversation_and_the_index_that_answered(searcher: Searcher) -> None:
    turns = conversation(searcher)
    turn = replace(turns[1], where=Where(("harbour.md",), "Crew"))
    made = receipt.make(searcher, [turn]).as_json()
    manifest = searcher.manifest()
    assert {name: made[name] for name in made if name not in ("created", "turns", "sources")} == {
        "format": 1,
        "version": __version__,
        "generation": searcher.generation(),
        "model": "hashing",
        "fingerprint": manifest.fingerprint,
        "settings": {
            "language": "en",
            "recipe": manifest.recipe,
            "reader": None,
            "answer_from": WITHOUT_READER.answer_from,
        },
    }
    assert [source["name"] for source in made["sources"]] == ["garden.md", "harbour.md"]
    assert made["sources"][1]["sha256"] == manifest.indexed()[1].sha256
    (turn,) = made["turns"]
    assert (turn["documents"], turn["section"], turn["k"]) == (("harbour.md",), "Crew", 5)
    assert turn["carried"] == ({"kind": "about", "text": "crew leads"},)
    assert turn["question"] == "And Mara?"
    assert "crew leads" in turn["read_as"]
    hit = turn["hits"][0]
    assert HARBOUR[hit["start"] : hit["end"]] == hit["text"] == "Mara leads."


def test_the_same_index_gives_the_same_answers(folder: Path, searcher: Searcher) -> None:
    path = saved(folder, conversation(searcher), searcher)
    report = briefqa.replay(path, index=folder / "index")
    assert report.same
    assert [(turn.question, turn.difference, turn.numbers) for turn in report.turns] == [
        ("How many ferries work there?", "", ""),
        ("And Mara?", "", ""),
        (GOLD, "", ""),
    ]
    assert report.changes == ()
    assert report.generation == searcher.generation()


def test_each_question_is_asked_again_where_it_looked(folder: Path, searcher: Searcher) -> None:
    answer = searcher.ask("ferries", documents=["garden.md"], section="Roses", k=1)
    turn = Turn(answer, Where(("garden.md",), "Roses"), 1)
    assert replay(receipt.read(saved(folder, [turn], searcher)), searcher).same


def test_a_build_of_the_same_sources_is_told_from_a_change(
    folder: Path, searcher: Searcher
) -> None:
    path = saved(folder, conversation(searcher), searcher)
    shutil.rmtree(folder / "index")
    build(folder / "docs", index=folder / "index", model="hashing")
    report = briefqa.replay(path, index=folder / "index")
    assert report.same
    assert report.changes == ("The index was built again since, of the same sources.",)


def test_a_changed_source_is_named_and_so_is_what_differs(folder: Path, searcher: Searcher) -> None:
    path = saved(folder, conversation(searcher), searcher)
    (folder / "docs" / "harbour.md").write_text(HARBOUR.replace("Nine", "Seven"))
    (folder / "docs" / "garden.md").unlink()
    (folder / "docs" / "bees.md").write_text("# Bees\n\nBees like heather.\n")
    build(folder / "docs", index=folder / "index", model="hashing")
    report = replay(receipt.read(path), searcher)
    assert not report.same
    assert report.changes == (
        "Sources changed since: harbour.md.",
        "Sources gone since: garden.md.",
        "Sources new since: bees.md.",
    )
    assert report.turns[0].difference == (
        "[1] is “Harbour › Ships › ¶1” (harbour.md, 21–62) now, "
        "and was “Harbour › Ships › ¶1” (harbour.md, 21–61)."
    )


def test_an_answer_of_an_earlier_index_than_the_receipts_is_told(
    folder: Path, searcher: Searcher
) -> None:
    question, first = "How many ferries work there?", searcher.generation()
    before = Turn(searcher.ask(question), generation=first)
    (folder / "docs" / "harbour.md").write_text(HARBOUR.replace("Nine", "Seven"))
    build(folder / "docs", index=folder / "index", model="hashing")
    path = saved(folder, [before, Turn(searcher.ask(question))], searcher)
    made = receipt.read(path)
    assert [turn.generation for turn in made.turns] == [first, searcher.generation()]
    report = replay(made, searcher)
    assert [turn.same for turn in report.turns] == [False, True]
    (said,) = report.changes
    assert said == (
        "The index was built anew during the conversation: 1 of 2 answers are of another one than "
        "the receipt describes."
    )


def test_a_document_that_is_gone_is_what_differs(folder: Path, searcher: Searcher) -> None:
    turn = Turn(searcher.ask("Roses", documents=["garden.md"]), Where(("garden.md",)))
    path = saved(folder, [turn], searcher)
    (folder / "docs" / "garden.md").unlink()
    build(folder / "docs", index=folder / "index", model="hashing")
    (replayed,) = replay(receipt.read(path), searcher).turns
    assert replayed.difference.startswith("There is no document 'garden.md' in the index")


def test_a_receipt_from_before_there_was_a_reader_replays(folder: Path, searcher: Searcher) -> None:
    turns = [Turn(searcher.ask(question)) for question in ("How many ferries work there?", GOLD)]
    path = saved(folder, turns, searcher)
    made = json.loads(path.read_text("utf-8"))
    for name in ("reader", "answer_from"):
        del made["settings"][name]
    for turn in made["turns"]:
        for name in ("verdict", "kind", "missing"):
            del turn[name]
        if turn["answered"]:
            turn["text"] = answering_before(turn)
        for hit in turn["hits"]:
            del hit["evidence"]["answerability"]
            del hit["place"]
    path.write_text(json.dumps(made), "utf-8")
    report = replay(receipt.read(path), searcher)
    assert report.same
    assert [turn.numbers for turn in report.turns] == ["", ""]
    assert report.changes == ()


def answering_before(turn: dict[str, Any]) -> str:
    """The text of an answer as it was when it began with the passage."""
    return "\n\n".join(
        f"{hit['text']}\n[{hit['rank']}] {hit['citation']}" for hit in turn["hits"][:2]
    )


@pytest.mark.parametrize(
    "place",
    [
        ("documents",),
        ("section",),
        ("hits",),
        ("hits", 0, "answer"),
        ("hits", 0, "evidence", "bm25"),
    ],
)
def test_a_receipt_that_lacks_anything_else_is_refused(
    folder: Path, searcher: Searcher, place: tuple[str | int, ...]
) -> None:
    path = saved(folder, conversation(searcher), searcher)
    made = json.loads(path.read_text("utf-8"))
    inner = made["turns"][0]
    for step in place[:-1]:
        inner = inner[step]
    del inner[place[-1]]
    path.write_text(json.dumps(made), "utf-8")
    with pytest.raises(UsageError, match="is not a receipt"):
        receipt.read(path)


@pytest.mark.parametrize(
    ("places", "value", "said"),
    [
        (("answered",), False, "It was not answered then, and is now."),
        (("verdict",), "unsure", "Its verdict is answered now, and was unsure."),
        (("missing",), ["no date"], "It is said to lack nothing now, and was to lack no date."),
        (("read_as",), "ships", "It is read as “How many ferries work there?” now, and was as"),
        (("hits", 0, "text"), "Ten ferries.", "[1] “Harbour › Ships › ¶1” (harbour.md, 21–61) has"),
        (("hits", 0, "answer", "start"), 24, "Other words of [1] “Harbour › Ships › ¶1”"),
        (("hits", 0, "answer", "sentence_end"), 24, "Another sentence of [1] “Harbour › Ships"),
        (("hits", 0, "place", "last"), 6, "[1] “Harbour › Ships › ¶1” (harbour.md, 21–61) stands"),
        (("hits", 0, "document"), "a.md", "[1] is “Harbour › Ships › ¶1” (harbour.md, 21–61) now"),
        (("hits",), [], "It finds 3 passages now, and 0 then."),
        (("text",), "Ten ferries.", "The words of the answer differ."),
    ],
)  # fmt: skip
def test_whatever_differs_in_an_answer_is_said_in_a_sentence(
    folder: Path, searcher: Searcher, places: tuple[str | int, ...], value: object, said: str
) -> None:
    path = saved(folder, conversation(searcher), searcher)
    changed(path, "turns", 0, *places, value=value)
    report = replay(receipt.read(path), searcher)
    assert [turn.same for turn in report.turns] == [False, True, True]
    assert report.turns[0].difference.startswith(said)


def test_other_numbers_alone_are_not_another_answer(folder: Path, searcher: Searcher) -> None:
    path = saved(folder, conversation(searcher), searcher)
    cosine = receipt.read(path).turns[0].hits[0].evidence.cosine
    assert cosine is not None
    changed(path, "turns", 0, "hits", 0, "evidence", "cosine", value=cosine + 0.001)
    report = replay(receipt.read(path), searcher)
    assert report.same
    assert report.turns[0].numbers == "The evidence for it differs, its numbers by up to 0.001."


@pytest.mark.parametrize(
    ("places", "value", "said"),
    [
        (("version",), "0.0.1", f"Another BriefQA: 0.0.1 then, {__version__} now."),
        (("fingerprint",), "x", "Another model: hashing, changed."),
        (("settings", "language"), "de", "Another language of the documents."),
        (("settings", "recipe"), 0, "Another way of cutting and embedding passages."),
        (
            ("settings", "answer_from"),
            0.9,
            "Another confidence from which questions are answered.",
        ),
    ],
)  # fmt: skip
def test_another_model_setting_or_version_is_said(
    folder: Path, searcher: Searcher, places: tuple[str, ...], value: object, said: str
) -> None:
    path = changed(saved(folder, conversation(searcher), searcher), *places, value=value)
    assert replay(receipt.read(path), searcher).changes == (said,)


@pytest.mark.parametrize(
    ("places", "value", "said"),
    [
        (("format",), 2, "of a format that this version does not read"),
        (("format",), True, "(Expected `int`, got `bool` - at `$.format`)"),
        (("turns",), {}, "(Expected `array`, got `object` - at `$.turns`)"),
        (("turns",), [[]], "(Expected `object`, got `array` - at `$.turns[0]`)"),
        (("turns", 1, "question"), 5, "(Expected `str`, got `int` - at `$.turns[1].question`)"),
        (("turns", 1, "carried", 0, "kind"), "beside", "at `$.turns[1].carried[0].kind`)"),
        (("turns", 1, "documents"), "a.md", "at `$.turns[1].documents`)"),
        (("turns", 0, "hits", 0, "start"), 1.5, "at `$.turns[0].hits[0].start`)"),
        (("turns", 0, "hits", 0, "place", "unit"), "mile", "at `$.turns[0].hits[0].place.unit`)"),
        (("turns", 0, "confidence"), float("nan"), "(NaN is no JSON)"),
        (("turns", 0, "confidence"), float("inf"), "(Infinity is no JSON)"),
        (("turns", 0, "confidence"), 10**400, "at `$.turns[0].confidence`)"),
    ],
)  # fmt: skip
def test_a_malformed_receipt_is_one_sentence(
    folder: Path, searcher: Searcher, places: tuple[str | int, ...], value: object, said: str
) -> None:
    path = changed(saved(folder, conversation(searcher), searcher), *places, value=value)
    with pytest.raises(UsageError) as raised:
        receipt.read(path)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_field_that_this_version_does_not_know_is_ignored(
    folder: Path, searcher: Searcher
) -> None:
    path = saved(folder, conversation(searcher), searcher)
    before = receipt.read(path)
    assert receipt.read(changed(path, "turns", 0, "surprise", value=1)) == before


def test_a_receipt_that_gives_lines_alone_is_compared_by_them(
    folder: Path, searcher: Searcher
) -> None:
    path = saved(folder, conversation(searcher), searcher)
    content = json.loads(path.read_text())
    hit = content["turns"][0]["hits"][0]
    del hit["place"]
    path.write_text(json.dumps(content))
    assert replay(receipt.read(path), searcher).same
    hit["lines"] = [1, 2]
    path.write_text(json.dumps(content))
    assert replay(receipt.read(path), searcher).turns[0].difference == (
        "[1] “Harbour › Ships › ¶1” (harbour.md, 21–61) stands elsewhere now."
    )


def test_a_passage_on_a_page_is_kept_with_its_page(folder: Path, searcher: Searcher) -> None:
    answer = searcher.ask("How many ferries work there?", k=1)
    (hit,) = answer.hits
    place = Place(PlaceUnit.PAGE, 12, 12)
    on_page = replace(hit, passage=replace(hit.passage, place=place))
    turn = Turn(replace(answer, hits=(on_page,), quotations=(quotation(on_page),)), k=1)
    assert "(`harbour.md`, page 12)" in markdown([turn])
    path = saved(folder, [turn], searcher)
    assert receipt.read(path).turns[0].hits[0].place == place
    assert replay(receipt.read(path), searcher).turns[0].difference == (
        "[1] is “Harbour › Ships › ¶1” (harbour.md, 21–61) now, and was "
        "“Harbour › Ships › ¶1, p. 12” (harbour.md, 21–61)."
    )


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[1]", b"null", b"[" * 100_000])
def test_a_file_that_is_no_receipt_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"r\.json (is not a receipt|cannot be read)"):
        receipt.read(path)


def test_a_receipt_that_is_not_there_or_endless_is_one_sentence(
    folder: Path, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt, "MOST_TURNS", 1_000)
    with pytest.raises(UsageError, match="cannot be read"):
        receipt.read(folder / "none.json")
    with pytest.raises(UsageError, match="cannot be read"):
        receipt.read(Path("/dev/zero"))
    path = saved(folder, conversation(searcher), searcher)
    turns = json.loads(path.read_text())["turns"]
    changed(path, "turns", value=turns[2:] * (receipt.MOST_TURNS + 1))
    with pytest.raises(UsageError, match="more than 1000 questions"):
        receipt.read(path)


def test_nothing_is_overwritten_and_the_name_says_what_is_written(
    folder: Path, searcher: Searcher
) -> None:
    turns = conversation(searcher)
    save(folder / "talk.md", searcher, turns)
    assert (folder / "talk.md").read_text("utf-8") == markdown(turns)
    with pytest.raises(UsageError, match=r"talk\.md cannot be written \(File exists\)"):
        save(folder / "talk.md", searcher, turns)
    with pytest.raises(UsageError, match=r"ends in none of \.json"):
        save(folder / "talk.txt", searcher, turns)


def test_replay_exits_with_1_when_an_answer_differs(
    folder: Path, searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(folder, conversation(searcher), searcher)
    command = ["replay", str(path), "--index", str(folder / "index")]
    assert cli.main(command) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "1. How many ferries work there?: The same.",
        "2. And Mara?: The same.",
        f"3. {GOLD}: The same.",
        "The index has not changed since.",
    ]
    changed(path, "turns", 2, "text", value="\x1b[2JGold costs\nnothing.")
    assert cli.main([*command, "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == "briefqa: 1 answer of 3 not the same (see the list).\n"
    report = json.loads(out)
    assert report["same"] is False
    assert report["turns"][2]["difference"] == "The words of the answer differ."


def test_markdown_reads_as_a_document(searcher: Searcher) -> None:
    turns = conversation(searcher)
    turns[0] = replace(turns[0], where=Where(("harbour.md",), "Ships"))
    text = markdown(turns)
    first = turns[0].answer.hits[0].passage
    assert text.startswith(
        "# Conversation with BriefQA\n\n"
        "## 1. How many ferries work there?\n\n"
        "Looked in: `garden.md`, `harbour.md`, section Ships\n\n"
        "> **Nine ferries work there.** They are green.\n\n"
        f"\\[1\\] {first.citation} (`harbour.md`, line 5)\n\n"
    )
    assert "## 2. And Mara?\n\nUnderstood as: And Mara? (about: crew leads)\n\n" in text
    assert f"\n\n## 3. {GOLD}\n\nNot in these documents. " in text
    assert text.endswith("\n")


def test_in_markdown_only_what_is_quoted_is_bold(searcher: Searcher) -> None:
    unsure = searcher.ask("How many captains work there?")
    assert unsure.verdict is Verdict.UNSURE
    for answer in (unsure, searcher.ask("ferries")):
        text = markdown([Turn(answer)])
        assert f"\n\n{answer.text}" in text
        assert "\n\n> Nine ferries work there. They are green.\n\n\\[1\\] Harbour › Ships" in text
        assert "**" not in text
    greeting = searcher.ask("hello")
    assert markdown([Turn(greeting)]).endswith(f"## 1. hello\n\n{line(greeting.text)}\n")


def test_an_answer_that_is_unsure_now_is_told_from_none_before(
    folder: Path, searcher: Searcher
) -> None:
    turn = Turn(searcher.ask("How many captains work there?"))
    path = saved(folder, [turn], searcher)
    assert replay(receipt.read(path), searcher).same
    made = json.loads(path.read_text("utf-8"))
    for name in ("verdict", "kind", "missing"):
        del made["turns"][0][name]
    path.write_text(json.dumps(made), "utf-8")
    assert replay(receipt.read(path), searcher).turns[0].difference == (
        "Its verdict is unsure now, and was not-found."
    )


def rendered(text: str) -> list[Token]:
    """All tokens, as a renderer that knows every extension at hand makes them."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return [each for token in tokens for each in (token, *(token.children or ()))]


def shown(text: str) -> str:
    return "".join(
        "\n" if token.type in ("hardbreak", "softbreak") else token.content
        for token in rendered(text)
        if token.type in ("text", "code_inline", "hardbreak", "softbreak", "text_special")
    )


def test_hostile_text_stays_text_in_markdown(folder: Path) -> None:
    (folder / "docs" / "evil.md").write_text(f"# Evil\n\n## {HOSTILE}\n\nHostile. {HOSTILE}\n")
    build(folder / "docs", index=folder / "index", model="hashing")
    chat = open_index(folder / "index").conversation()
    carried = Carried(CarriedKind.WITHIN, HOSTILE)
    chat.ask(f'hostile "evil example" {HOSTILE}', carry=[carried])
    (answer,) = chat.turns
    assert answer.hits[0].passage.document == "evil.md"
    quoted = replace(answer, verdict=Verdict.ANSWERED, quotations=(quotation(answer.hits[0]),))
    unsure = replace(answer, verdict=Verdict.UNSURE, text=HOSTILE, quotations=())
    none = replace(unsure, verdict=Verdict.NOT_FOUND, reason=HOSTILE)
    search = replace(unsure, verdict=None)
    for each in (quoted, unsure, none, search):
        text = markdown([Turn(each, Where(("evil.md",), HOSTILE))])
        kinds = {token.type for token in rendered(text)}
        assert not kinds & {
            "html_inline",
            "html_block",
            "link_open",
            "image",
            "fence",
            "table_open",
        }
        assert "https://evil.example www.evil.example me@evil.example" in shown(text)
        assert "`https://evil.example` `www.evil.example` `me@evil.example`" in text
        assert "{{" not in text
        assert "<" not in text


BLOCKS = "# a\n- b\n+ c\n1. d\n2) e\n===\n---\n> f\n    g\n\th\n| i | j |\n|---|---|\n~~~\n```\n: k"


@pytest.mark.parametrize("text", [BLOCKS, *BLOCKS.split("\n"), "a\n===", "a\n---", "[a]: /b"])
def test_no_line_of_a_quote_begins_a_block(text: str) -> None:
    kinds = [token.type for token in rendered(quote(text)) if token.type != "hardbreak"]
    assert set(kinds) <= {
        *("blockquote_open", "paragraph_open", "inline", "text"),
        *("paragraph_close", "blockquote_close"),
    }
    assert shown(quote(text)).split() == text.split()


@given(st.text("ab1 \n\t.:-+=#*_`~|<>&[](){}!\\/@^$\"'\u202e\x00\u00a0é", max_size=40))
def test_any_text_is_shown_as_it_is_and_nothing_else(text: str) -> None:
    def plain(read: str) -> str:
        return "".join(
            sign if sign.isprintable() else " " if sign.isspace() else "�" for sign in read
        )

    for written in (quote(text), line(text)):
        kinds = {token.type for token in rendered(written)}
        assert kinds <= {
            *("blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close"),
            *("inline", "text", "text_special", "code_inline", "hardbreak", "softbreak"),
        }
        paragraphs = " ".join(
            shown(token.content) for token in rendered(written) if token.type == "inline"
        )
        assert paragraphs.split() == plain(text).split()


def test_the_answering_sentence_is_bold_where_a_renderer_can_show_it() -> None:
    assert quote("One. Two.", (0, 4)) == "> **One.** Two."
    assert quote("Eins。Zwei", (0, 5)) == "> Eins。Zwei"
    assert quote("a\n\nb", (0, 4)) == "> a  \n>\n> b"
    assert quote("a *b*\nc d", (2, 7)) == "> a **\\*b\\*  \n> c** d"
