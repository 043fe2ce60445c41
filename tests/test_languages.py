"""Documents and questions in other languages than English, in an index that does not say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefqa import build, open_index, search
from briefqa.documents import loaders
from briefqa.documents.passages import cut
from briefqa.models.embedder import Embedder, HashingEmbedder
from briefqa.models.reader import OverlapReader, reads
from briefqa.text.language import supported_languages
from briefqa.text.sentences import sentences
from briefqa.text.words import question_words

MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
)


@pytest.mark.parametrize("month", MONTHS)
def test_a_file_that_says_it_is_german_is_read_as_german_when_asked(
    tmp_path: Path, month: str
) -> None:
    """Its words tell too little, so only what it says of itself keeps dates whole."""
    quays = [f"Kai {number}: Eröffnung 3. {month} 19{number}1." for number in range(1, 4)]
    path = tmp_path / "a.md"
    path.write_text(f"---\nlang: de\ntitle: Hafen\n---\n\n{' '.join(quays)}\n", "utf-8")
    assert sentences(quays[0], "en") != sentences(quays[0], "de")
    build(path, index=tmp_path / "index", model=HashingEmbedder())
    with open_index(
        tmp_path / "index", model=HashingEmbedder(), reader=OverlapReader()
    ) as searcher:
        (hit,) = searcher.search("Kai 2 Eröffnung")
        document = searcher.document("a.md")
    assert hit.passage.language == "de"
    assert hit.answer is not None
    marked = document.text[hit.answer.sentence_start : hit.answer.sentence_end]
    assert marked == quays[1]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("day", range(1, 32))
def test_a_long_german_paragraph_is_cut_at_the_ends_of_its_sentences(
    day: int, language: str
) -> None:
    sentence = (
        f"Der Hafen wurde am {day}. Mai 1921 eröffnet und am {32 - day}. August 1944 zerstört, wie "
        f"es im Gesetz vom {day}. Januar 1950 steht."
    )
    document = loaders.parse(f"# Hafen\n\n{' '.join([sentence] * 20)}\n".encode(), "h.md")
    found = cut(document, HashingEmbedder(), language)
    assert len(found) > 1
    assert all(passage.text.endswith("1950 steht.") for passage in found)


CLAUSES = "码头的修理、航道的疏浚、灯塔的看守、渡船的调度、货物的装卸、仓库的出租、气象的通报，"


@pytest.mark.parametrize("before", range(20))
def test_a_chinese_sentence_longer_than_a_passage_is_cut_where_it_pauses(
    real_embedder: Embedder, before: int
) -> None:
    text = "甲" * before + CLAUSES * 12 + "并由局长报告。"
    found = cut(loaders.parse(text.encode(), "z.txt"), real_embedder)
    assert len(found) > 1
    assert "".join(passage.text for passage in found) == text
    assert all(passage.text[-1] in "，、。" for passage in found)


TOWN = {
    "港口": "港口的码头长四十米。修理费为三百万元。",
    "学校": "学校有九个教室和一个花园。",
    "天气": "昨天刮了大风，下了雨。",
    "市场": "市场里卖鱼和水果。",
    "医院": "医院有三十张床和五名医生。",
    "图书馆": "图书馆藏书两万册，星期一闭馆。",
    "灯塔": "灯塔由王小明于一九二一年设计。",
    "工厂": "工厂生产船用的绳索和帆布。",
}
ASKED = {
    "码头有多长？": "港口",
    "修理费是多少？": "港口",
    "学校有几个教室？": "学校",
    "昨天刮了什么风？": "天气",
    "市场里卖什么水果？": "市场",
    "医院有多少张床？": "医院",
    "图书馆哪天闭馆？": "图书馆",
    "谁设计了灯塔？": "灯塔",
    "谁生产船用的绳索？": "工厂",
    "王小明设计了什么？": "灯塔",
}


def test_a_chinese_question_finds_the_file_that_has_its_words(
    tmp_path: Path, real_embedder: Embedder
) -> None:
    """The English reader has no say in it, whatever it thinks of Chinese."""
    folder = tmp_path / "town"
    folder.mkdir()
    for title, text in TOWN.items():
        (folder / f"{title}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")
    build(folder, index=tmp_path / "index", model=real_embedder)
    with open_index(tmp_path / "index", model=real_embedder) as searcher:
        found = {question: searcher.search(question) for question in ASKED}
        answer = searcher.ask("码头有多长？")
    assert {question: hits[0].passage.title for question, hits in found.items()} == ASKED
    assert all(hit.evidence.answerability is None for hits in found.values() for hit in hits)
    assert answer.hits[0].passage.title == "港口"
    assert "found by the words" in answer.text


def test_questions_in_scripts_without_spaces_are_searched_by_their_pairs_of_characters() -> None:
    asked = {
        "码头有多长？": ["码头", "长"],
        "谁修建了灯塔": ["修建", "灯塔"],
        "東京の人口は？": ["東京", "人口"],
        "多少": ["多少"],
        "什么是A型码头": ["A", "型码", "码头"],
    }
    typed = {
        question: [word for word, _ in question_words(question, str, frozenset())]
        for question in asked
    }
    assert typed == asked


def test_a_reader_reads_questions_in_its_languages_only() -> None:
    english = OverlapReader()
    assert reads(english, "码头有多长？", "en")  # it says of no language that it reads only that
    english.languages = ("en",)
    assert reads(english, "How long is the quay?", "en")
    assert not reads(english, "码头有多长？", "en")
    assert not reads(english, "Wie lang ist der Kai und wann wurde er eröffnet?", "en")
    english.languages = ("en", "de")
    assert reads(english, "Wie lang ist der Kai und wann wurde er eröffnet?", "en")
    english.languages = ("de",)
    assert reads(english, "Wie lang?", "de")
    assert not reads(None, "How long is the quay?", "en")


# A text of each language, and a word of it in another form than the text has.
OTHER_FORMS = {
    "ar": ("افتتح الميناء الجديد عام 1950 ويعمل فيه أربعون عاملا من سكان المدينة.", "ميناء"),
    "da": ("Havnen blev åbnet i 1950, og bådene kommer hver dag fra øerne.", "båd"),
    "de": ("Der Hafen wurde 1950 eröffnet, und die Boote kommen jeden Tag.", "Boot"),
    "en": ("The harbour was opened in 1950, and the boats come every day.", "boat"),
    "es": ("El puerto se abrió en 1950 y los barcos llegan todos los días.", "barco"),
    "fi": ("Satama avattiin vuonna 1950, ja laivat tulevat joka päivä.", "laivan"),
    "fr": ("Le port fut ouvert en 1950 et les bateaux arrivent chaque jour.", "bateau"),
    "hu": ("A kikötő 1950-ben nyílt meg, és a hajók minden nap jönnek.", "hajó"),
    "it": ("Il porto fu aperto nel 1950 e le barche arrivano ogni giorno.", "barca"),
    "nl": ("De haven werd in 1950 geopend en de boten komen elke dag.", "boot"),
    "no": ("Havnen ble åpnet i 1950, og båtene kommer hver dag fra øyene.", "båt"),
    "pt": ("O porto foi aberto em 1950 e os barcos chegam todos os dias.", "barco"),
    "ro": ("Portul a fost deschis în 1950, iar vapoarele vin în fiecare zi.", "vapor"),
    "ru": ("Порт был открыт в 1950 году, и корабли приходят каждый день.", "корабль"),
    "sv": ("Hamnen öppnades 1950, och båtarna kommer varje dag från öarna.", "båt"),
    "tr": ("Liman 1950 yılında açıldı ve gemiler her gün adalardan gelir.", "ada"),
}


def test_every_language_with_a_stemmer_has_a_text_here() -> None:
    assert tuple(OTHER_FORMS) == supported_languages()


@pytest.mark.parametrize("language", OTHER_FORMS)
def test_a_text_of_every_language_is_indexed_and_a_word_found_in_another_form(
    language: str, tmp_path: Path
) -> None:
    text, word = OTHER_FORMS[language]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "docs" / "b.txt").write_text("Kxq wvz 77.\n", encoding="utf-8")
    index = tmp_path / "index"
    build(tmp_path / "docs", index=index, model="hashing", language=language)
    found = search(word, index=index, mode="keyword")
    assert [hit.passage.document for hit in found] == ["a.txt"]
