"""The language of each document: who or what tells it, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from briefqa import api, build, open_index
from briefqa.answering.question_terms import analyze
from briefqa.models.embedder import Embedder, HashingEmbedder
from briefqa.models.reader import OverlapReader
from briefqa.records import DocumentInfo, Verdict
from briefqa.text.detection import detected
from briefqa.text.language import language_code
from briefqa.ui.documents_view import document_list

PARAGRAPHS = {
    "en": "The strike lasted fifty days, and on the last evening the dockers walked home in the "
    "rain without a contract.",
    "de": "Der Streik dauerte fünfzig Tage, und am letzten Abend gingen die Hafenarbeiter ohne "
    "Vertrag im Regen nach Hause.",
    "fr": "La grève a duré cinquante jours, et le dernier soir les dockers sont rentrés chez eux "
    "sous la pluie, sans contrat.",
    "es": "La huelga duró cincuenta días, y la última tarde los estibadores volvieron a casa bajo "
    "la lluvia sin contrato.",
    "it": "Lo sciopero durò cinquanta giorni, e l'ultima sera i portuali tornarono a casa sotto la "
    "pioggia senza un contratto.",
    "pt": "A greve durou cinquenta dias, e na última noite os estivadores voltaram para casa à "
    "chuva, sem contrato.",
    "nl": "De staking duurde vijftig dagen, en op de laatste avond liepen de havenarbeiders zonder "
    "contract door de regen naar huis.",
    "sv": "Strejken varade i femtio dagar, och den sista kvällen gick hamnarbetarna hem i regnet "
    "utan avtal.",
    "fi": "Lakko kesti viisikymmentä päivää, ja viimeisenä iltana satamatyöläiset kävelivät "
    "sateessa kotiin ilman sopimusta.",
    "pl": "Strajk trwał pięćdziesiąt dni, a ostatniego wieczoru dokerzy wrócili do domu w deszczu "
    "bez umowy.",
    "tr": "Grev elli gün sürdü ve son akşam liman işçileri yağmurda sözleşmesiz eve döndü.",
    "hu": "A sztrájk ötven napig tartott, és az utolsó estén a kikötői munkások szerződés nélkül "
    "mentek haza az esőben.",
    "ro": "Greva a durat cincizeci de zile, iar în ultima seară docherii au plecat acasă prin "
    "ploaie, fără contract.",
    "ru": "Забастовка длилась пятьдесят дней, и в последний вечер докеры разошлись по домам под "
    "дождём без договора.",
    "el": "Η απεργία κράτησε πενήντα μέρες και το τελευταίο βράδυ οι λιμενεργάτες γύρισαν στα "
    "σπίτια τους μέσα στη βροχή.",
    "zh": "罢工持续了五十天，最后一个晚上，码头工人在雨中回家，没有签订合同。",
    "ja": "ストライキは五十日続き、最後の晩、港の労働者たちは契約のないまま雨の中を家に帰った。",
}  # fmt: skip
# What is in no language, or too little to tell.
UNCLEAR = (
    "",
    "Snow.",
    "Kai 3: 12 Meter",
    "Harbour notes",
    "Anna Müller, Jean Dupont, Carlos García, Olga Ivanova, Piet de Vries, Lars Olsen",
    "\n".join(f"SKU-{number:05} XPT {number} pcs 12.50 EUR" for number in range(60)),
    "\n".join(f"| Quay {number} | {number * 3} m | open |" for number in range(60)),
    "https://example.org/der/und/die/nicht/mit/haus/garten/strasse/regen/abend/vertrag",
)


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_paragraph_tells_its_language(language: str) -> None:
    assert detected(PARAGRAPHS[language]) == language


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_tells_too_little_has_no_language(text: str) -> None:
    assert detected(text) == ""


def test_a_long_text_is_told_by_a_sample_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Identifier:
        def classify(self, text: str) -> tuple[str, float]:
            seen.append(text)
            return "de", 1.0

    monkeypatch.setattr("briefqa.text.detection._identifier", Identifier)
    assert detected(PARAGRAPHS["de"] * 50_000) == "de"
    assert len(seen) == 1
    assert len(seen[0]) < 7_000


@pytest.mark.parametrize(
    ("said", "code"),
    [
        *(("de-AT", "de"), ("de_AT", "de"), ("ger", "de"), ("German", "de"), ("EN", "en")),
        *(("nb-NO", "no"), ("zh-Hans", "zh"), ("klingon", ""), ("", ""), ("x" * 100_000, "")),
    ],
)
def test_what_documents_call_their_language(said: str, code: str) -> None:
    assert language_code(said) == code


def written(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return folder


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Four documents: English, German, one that says it is French, one that tells nothing."""
    return written(
        tmp_path / "mixed",
        english=f"# Strike\n\n{PARAGRAPHS['en']} The committees were elected by the crews.\n",
        german=f"# Streik\n\n{PARAGRAPHS['de']} Die Ausschüsse wurden in den Häusern gewählt.\n",
        said=f"---\nlang: fr-CH\n---\n# Said\n\n{PARAGRAPHS['de']} Unruhen.\n",
        unclear="# Notes\n\nKai 3: 12 Meter\n",
    )


def languages(index: Path) -> dict[str, str]:
    return {source.name: source.language for source in api.info(index).sources}


def test_each_document_has_its_language_in_the_index_and_where_it_is_shown(
    mixed: Path, tmp_path: Path
) -> None:
    build(mixed, index=tmp_path / "index", model=HashingEmbedder())
    assert languages(tmp_path / "index") == {
        "english.md": "en", "german.md": "de", "said.md": "fr", "unclear.md": "",
    }  # fmt: skip
    with open_index(tmp_path / "index", reader=None) as searcher:
        infos = searcher.documents()
        passages = {hit.passage.document: hit.passage.language for hit in searcher.search("Streik")}
        metadata = searcher.document("german.md").metadata
    assert [info.language for info in infos] == ["en", "de", "fr", ""]
    assert passages["german.md"] == metadata.language == "de"
    shown = str(document_list(infos, changeable=False, formats=()))
    assert ">German<" in shown
    assert "unclear, read as" not in shown
    assert "English" not in str(document_list(infos[:1], changeable=False, formats=()))


def test_a_named_language_wins_over_the_words_but_not_over_the_document(
    mixed: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    build(mixed, index=index, model=HashingEmbedder(), language="de")
    assert set(languages(index).values()) == {"de", "fr"}
    assert api.info(index).language_named
    assert not build(index=index, model=HashingEmbedder()).changed  # it is repeated
    assert build(mixed, index=index, model=HashingEmbedder()).changed
    assert languages(index)["english.md"] == "en"


def test_a_long_text_that_is_surely_not_what_its_document_says_is_in_its_own_language(
    tmp_path: Path,
) -> None:
    text = "\n\n".join([PARAGRAPHS["de"]] * 20)
    said = {"template": ("en", text), "dutch": ("nl", text), "short": ("en", PARAGRAPHS["de"])}
    said["english"] = ("de", "\n\n".join([PARAGRAPHS["en"]] * 20))
    said["told"] = ("en", text + "\n\nEnde.")
    folder = written(
        tmp_path / "said",
        **{name: f"---\nlang: {code}\n---\n# A\n\n{own}\n" for name, (code, own) in said.items()},
    )
    (folder / "told.md.meta.yaml").write_text("language: en\n", "utf-8")
    build(folder, index=tmp_path / "index", model=HashingEmbedder())
    assert languages(tmp_path / "index") == {
        "template.md": "de", "dutch.md": "nl", "short.md": "en", "english.md": "en",
        "told.md": "en",
    }  # fmt: skip


def test_words_of_a_question_find_every_language_by_its_own_endings(
    mixed: Path, tmp_path: Path
) -> None:
    build(mixed, index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index", reader=None) as searcher:
        found = {
            asked: searcher.search(asked, mode="keyword")[0].passage.document
            for asked in ("electing committee", "Ausschuss im Hause", '"den Häusern"', "Kai 3")
        }
        keyword_only = searcher.search("Haus", mode="keyword")
        with searcher.opened() as snapshot:
            german = analyze("Welche Ausschüsse gab es in den Häusern?", snapshot.context.keyword)
            english = analyze("Which committees were elected?", snapshot.context.keyword)
    assert found == {
        "electing committee": "english.md",
        "Ausschuss im Hause": "german.md",
        '"den Häusern"': "german.md",
        "Kai 3": "unclear.md",
    }
    assert {hit.passage.document for hit in keyword_only} >= {"german.md"}
    assert (german.language, english.language) == ("de", "en")
    assert [word.typed for word in german.words] == ["Ausschüsse", "gab", "Häusern"]
    assert all(word.occurs for word in english.words)


def test_an_index_of_english_documents_has_no_other_terms(tmp_path: Path) -> None:
    folder = written(tmp_path / "one", english=f"# Strike\n\n{PARAGRAPHS['en']}\n")
    build(folder, index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index", reader=None) as searcher, searcher.opened() as snapshot:
        assert snapshot.context.keyword.languages == ("en",)
        assert not analyze("Streiks", snapshot.context.keyword).others


class EnglishReader(OverlapReader):
    """The fake reader, of English only, which remembers what it has read."""

    languages = ("en",)

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, question: str, texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        self.texts += [text.text for text in texts]
        return super().read(question, texts)


def test_an_english_reader_reads_no_passage_of_another_language(
    mixed: Path, tmp_path: Path
) -> None:
    build(mixed, index=tmp_path / "index", model=HashingEmbedder())
    reader = EnglishReader()
    with open_index(tmp_path / "index", model=HashingEmbedder(), reader=reader) as searcher:
        hits = searcher.search("How long was the Streik and the strike in the Regen?", k=4)
        answer = searcher.ask("When did the Hafenarbeiter walk im Regen nach Hause?")
    read = {hit.passage.document: hit.evidence.answerability is not None for hit in hits}
    assert read == {"english.md": True, "german.md": False, "said.md": False, "unclear.md": True}
    assert reader.texts
    assert not any("Streik" in text for text in reader.texts)
    assert answer.hits[0].passage.language != "en"
    assert answer.verdict is Verdict.UNSURE
    assert any("no English words" in lack for lack in answer.missing)


def test_a_passage_in_english_answers_though_one_in_another_language_comes_first(
    tmp_path: Path,
) -> None:
    folder = written(
        tmp_path / "ferry",
        english="# Notes\n\nAda Lindqvist kept the lighthouse of Kestrand.\n",
        said="---\nlang: sv\n---\n# Who kept the lighthouse of Kestrand?\n\n"
        "Who kept the lighthouse of Kestrand, of Kestrand?\n",
    )
    build(folder, index=tmp_path / "index", model=HashingEmbedder())
    with open_index(
        tmp_path / "index", model=HashingEmbedder(), reader=EnglishReader()
    ) as searcher:
        found = searcher.search("Who kept the lighthouse of Kestrand?")
        answer = searcher.ask("Who kept the lighthouse of Kestrand?")
    assert found[0].passage.document == "said.md"
    assert answer.verdict is Verdict.ANSWERED
    assert [quoted.passage.document for quoted in answer.quotations] == ["english.md"]
    assert [(hit.rank, hit.passage.document) for hit in answer.hits] == [
        (1, "english.md"),
        (2, "said.md"),
    ]


def test_many_documents_that_are_not_english_are_told_where_the_model_is(
    mixed: Path, tmp_path: Path, real_embedder: Embedder
) -> None:
    index = tmp_path / "index"
    report = build(mixed, index=index, model=real_embedder)
    assert report.note.startswith("2 of 4 documents are not in English, and the embedding model")
    assert api.info(index).language_note in report.note
    again = build(mixed, index=index, model=real_embedder)
    assert not again.changed
    assert again.note == report.note
    assert build(mixed / "english.md", mixed / "unclear.md", mixed / "german.md", index=index,
                 model=real_embedder).note == ""  # fmt: skip


def test_info_as_json_has_the_languages(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from briefqa.cli import main

    build(mixed, index=tmp_path / "index", model=HashingEmbedder())
    assert main(["info", "--index", str(tmp_path / "index"), "--json"]) == 0
    sources = json.loads(capsys.readouterr().out)["sources"]
    assert [source["language"] for source in sources] == ["en", "de", "fr", ""]
    main(["info", "--index", str(tmp_path / "index")])
    out = capsys.readouterr().out
    assert "german.md: indexed, 1 passage; German\n" in out
    assert "unclear.md: indexed, 1 passage; language unclear, read as English\n" in out


def test_a_list_of_documents_says_no_language_of_english_ones() -> None:
    info = DocumentInfo("a.md", "A", "", 1, (), language="en")
    assert "small" not in str(document_list([info], changeable=False, formats=()))


def test_a_list_quotes_no_places_of_a_document_in_another_language(tmp_path: Path) -> None:
    """The words are English, so that nothing but what the document says keeps it out."""
    ports = "# Harbours\n\nThe harbours on the coast of the country are:\n\n- {}\n- {}\n"
    folder = written(
        tmp_path / "ports",
        english="# Market\n\nThe market sells herring by the barrel before the sun is up.\n",
        said=f"---\nlang: sv\n---\n{ports.format('Lund', 'Kestrand')}",
    )
    build(folder, index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index", reader=None) as searcher:
        answer = searcher.ask("Which harbours are on the coast?", k=5)
    assert answer.hits[0].passage.document == "said.md"
    assert answer.verdict is Verdict.UNSURE
    assert answer.quotations == ()
