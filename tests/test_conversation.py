"""What does a follow-up question refer to?"""

from __future__ import annotations

import functools
import itertools
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from briefqa import Searcher, UsageError, build, open_index
from briefqa.answering.conversation import Conversation
from briefqa.answering.follow_up import FRAGMENT, leans_by, says_all
from briefqa.answering.understood import offered, read_as
from briefqa.documents.loaders import parse
from briefqa.models.embedder import Embedder
from briefqa.records import (
    Answer,
    Carried,
    CarriedKind,
    Evidence,
    Hit,
    Passage,
    Place,
    PlaceUnit,
    Query,
    QuestionKind,
    Verdict,
    Where,
)
from briefqa.text.words import plain_words

TEXTS = {
    "Aleppo": "doctors helped people in aleppo and treated children",
    "Damascus": "doctors in damascus gave out medicine",
    "Port": "dockers of kestrand walked out over night shifts",
}


class Scripted:
    """Stands in for a Searcher: passages with more of the question's words are better."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, query: Query, /) -> Answer:
        self.asked.append(query.text)
        words, documents = set(plain_words(query.text)), query.where.documents
        hits = []
        for name, text in TEXTS.items():
            if documents is None or name in documents:
                held = words & set(text.split())
                share = 3 * len(held) / (len(words) or 1)
                matched = tuple(sorted(held))
                passage = Passage(
                    name, name, (), text, 0, len(text), (1, 1), Place(PlaceUnit.LINE, 1, 1)
                )
                hits.append(Hit(1, passage, Evidence(None, None, None, None, share, matched)))
        hits.sort(key=lambda hit: -hit.evidence.fused)
        found = tuple(hits[: query.k]) if words else ()
        verdict = Verdict.ANSWERED if found else Verdict.NOT_FOUND
        return Answer(query.text, verdict, 1.0, "", "", found)


def within(text: str) -> Carried:
    return Carried(CarriedKind.WITHIN, text)


def about(text: str) -> Carried:
    return Carried(CarriedKind.ABOUT, text)


def readings(*questions: str) -> list[str]:
    """Each question as it is read after those before it, whatever there is to find."""
    before, carried, found = questions[0], tuple[Carried, ...](), [questions[0]]
    for question in questions[1:]:
        chips = offered(question, before, carried) if leans_by(question) else ()
        before, carried = read_as(question, chips, before, carried), chips
        found.append(before)
    return found


@pytest.fixture(scope="module")
def nine_documents(
    repo: Path, real_embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Searcher:
    """A Searcher over the bundled briefs and the documents of tests/corpora/kinds."""
    index = tmp_path_factory.mktemp("nine") / "index"
    build([repo / "data", repo / "tests/corpora/kinds/documents"], index=index, model=real_embedder)
    return open_index(index, model=real_embedder)


@pytest.fixture
def chat() -> Conversation:
    return Conversation(Scripted())


def test_a_question_without_a_place_takes_over_place_and_matter(chat: Conversation) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    answer = chat.ask("How many children?")
    assert answer.question == "How many children?"
    assert answer.carried == (about("the doctors"), within("in Aleppo"))
    assert answer.read_as == "How many children? (about: the doctors, in Aleppo)"
    assert answer.hits[0].passage.document == "Aleppo"


def test_another_place_takes_the_place_of_the_first_and_keeps_the_question(
    chat: Conversation,
) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    answer = chat.ask("And in Damascus?")
    assert answer.read_as == "What did the doctors do in Damascus?"
    assert answer.carried == (about("the doctors"),)
    assert answer.hits[0].passage.document == "Damascus"


def test_a_question_that_stands_by_itself_is_not_dragged_back(chat: Conversation) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    answer = chat.ask("And why did the dockers of Kestrand walk out?")
    assert (answer.carried, answer.read_as) == ((), answer.question)
    assert answer.hits[0].passage.document == "Port"


def test_a_short_question_whose_words_lead_elsewhere_is_not_dragged_back(
    chat: Conversation,
) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    assert leans_by("Dockers?") > 0
    answer = chat.ask("Dockers?")
    assert (answer.carried, answer.hits[0].passage.document) == ((), "Port")


class Doubtful(Scripted):
    """Is sure of an answer only where many of a question's words are found."""

    def ask(self, query: Query, /) -> Answer:
        answer = super().ask(query)
        best = answer.hits[0].evidence.fused if answer.hits else 0
        verdict = (Verdict.NOT_FOUND, Verdict.UNSURE, Verdict.ANSWERED)[(best >= 0.5) + (best > 1)]
        return replace(answer, verdict=verdict)


def test_a_question_of_few_words_takes_over_what_leads_to_an_answer_and_nothing_else() -> None:
    chat = Conversation(Doubtful())
    assert chat.ask("What did the doctors do in Aleppo?").answered
    found = chat.ask("Who paid nurses?")
    assert (found.verdict, found.read_as) == (
        Verdict.ANSWERED,
        "Who paid nurses? (about: the doctors, in Aleppo)",
    )
    chat.ask_again(2, carry=())
    assert leans_by("Why is the sky blue?") > 0
    assert chat.ask("Why is the sky blue?").carried == ()


def test_few_words_that_all_stand_in_one_passage_take_nothing_over() -> None:
    chat = Conversation(Doubtful())
    chat.ask("What did the doctors do in Aleppo?")
    question = "How were the treated children then again?"
    assert leans_by(question) > 0
    assert (chat.ask(question).verdict, chat.turns[-1].carried) == (Verdict.UNSURE, ())


@pytest.mark.parametrize(("confidence", "carries"), [(0.4, True), (0.2, False)])
def test_few_words_take_nothing_over_that_makes_the_answer_much_less_sure(
    confidence: float, carries: bool
) -> None:
    class Unsure(Scripted):
        def ask(self, query: Query, /) -> Answer:
            sure = confidence if "(about:" in query.text else 0.5
            return replace(super().ask(query), verdict=Verdict.UNSURE, confidence=sure)

    chat = Conversation(Unsure())
    chat.ask("Who gave out medicine in Damascus?")
    assert bool(chat.ask("Did doctors come?").carried) is carries


def test_what_takes_nothing_over_is_answered_as_if_it_were_asked_alone() -> None:
    class Counting(Scripted):
        def ask(self, query: Query, /) -> Answer:
            return replace(super().ask(query), reason=f"of {query.k} passages")

    chat = Conversation(Counting(), k=2)
    chat.ask("What did the doctors do in Aleppo?")
    for question in ("Dockers?", "Why is the sky blue?"):
        assert leans_by(question) > 0
        assert chat.ask(question) == Conversation(Counting(), k=2).ask(question)


def test_nothing_is_taken_over_from_a_question_about_the_documents(chat: Conversation) -> None:
    asked = chat.ask("What did the doctors do in Aleppo?")
    about_all = replace(
        asked, question="What is this about?", read_as="What is this about?", carried=()
    )
    turns = [asked, replace(about_all, kind=QuestionKind.OVERVIEW)]
    answer = Conversation(Scripted(), turns=turns).ask("And in Damascus?")
    assert answer.read_as == "What did the doctors do in Damascus?"


def test_things_may_be_taken_away_and_none_may_be_left(chat: Conversation) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    chat.ask("How many children?")
    less = chat.ask_again(2, carry=[about("doctors")])
    assert (less.read_as, less.carried) == (
        "How many children? (about: the doctors)",
        (about("doctors"),),
    )
    alone = chat.ask_again(2, carry=())
    assert (alone.read_as, alone.carried) == ("How many children?", ())
    assert chat.turns[1] == alone
    assert len(chat.turns) == 2


def test_asking_again_leaves_the_other_turns_and_is_read_after_those_before_it(
    chat: Conversation,
) -> None:
    first = chat.ask("What did the doctors do in Aleppo?")
    chat.ask("And in Damascus?")
    third = chat.ask("Why?")
    again = chat.ask_again(2)
    assert again.read_as == "What did the doctors do in Damascus?"
    assert chat.turns == (first, again, third)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_turn_that_is_not_there_cannot_be_asked_again(chat: Conversation, number: int) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    with pytest.raises(UsageError, match=f"no turn {number} to ask again"):
        chat.ask_again(number)


def test_a_conversation_is_made_again_from_its_questions_and_what_they_carried(
    chat: Conversation,
) -> None:
    for question in ("What did the doctors do in Aleppo?", "And in Damascus?", "Why?", "dockers"):
        chat.ask(question)
    chat.ask_again(3, carry=[about("medicine")])
    again = Conversation(Scripted())
    for turn in chat.turns:
        again.ask(turn.question, carry=turn.carried)
    assert again.turns == chat.turns
    gone_on = Conversation(Scripted(), turns=chat.turns)
    assert gone_on.ask("How many?") == again.ask("How many?")


def test_an_empty_question_is_no_turn_to_refer_to(chat: Conversation) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    blank = chat.ask("  ")
    assert (blank.answered, blank.carried) == (False, ())
    assert chat.ask("How many children?").carried == (about("the doctors"), within("in Aleppo"))


def test_the_first_question_takes_over_nothing(chat: Conversation) -> None:
    assert chat.ask("Why?").carried == ()
    assert (
        Conversation(Scripted()).ask("Why?", carry=[about("doctors")]).read_as
        == "Why? (about: doctors)"
    )


def test_what_is_asked_for_holds_for_every_turn() -> None:
    chat = Conversation(Scripted(), k=1, where=Where(("Damascus", "Port")))
    first = chat.ask("What did the doctors do in Aleppo?")
    assert [hit.passage.document for hit in first.hits] == ["Damascus"]
    assert [hit.passage.document for hit in chat.ask("dockers").hits] == ["Port"]


@pytest.mark.parametrize(
    "question", ["it " * 1000, "x" * 5000, "and " * 500, "(" * 2000, "— , — \u202e\x00"]
)
def test_a_hostile_question_is_answered_and_does_no_harm(chat: Conversation, question: str) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    chat.ask(question)
    answer = chat.ask("And in Damascus?")
    assert len(answer.read_as) < 2500
    assert all(len(chip.text) <= 60 for chip in answer.carried)
    chat.ask("Why?", carry=[about(question)] * 50)
    assert len(chat.turns[-1].read_as) < 500


def test_quoted_words_are_looked_for_as_they_stand_and_are_not_carried_over_as_quotes(
    chat: Conversation,
) -> None:
    chat.ask('Who said "night shifts" in Kestrand?')
    assert '"' not in chat.ask("Why?").read_as
    assert chat.ask('"gave out medicine"').carried == ()


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote Pride and Prejudice?",
        "Why did Verhey say the embankment broke when it did?",
        "Did Castell Brothers raise wages before they paid for safety boots?",
        "And how much did the strike in the port cost?",
        "But when did Islamic State attack Palmyra again?",
        "And the mayor of Kestrand, what did he ask for?",
        "How long does it take to travel from Berlin to Prague?",
        "Is it safe to eat raw salmon when pregnant?",
        "What are sphingolipids?",
        "How will it be decided which traders get a pitch?",
        "Will it cost foot passengers more in 2026?",
        "Whose job was it to present the accounts of the club?",
        "Where did those made homeless by the flood sleep?",
        "What are the extremists in Palmyra carrying with them besides guns?",
        "Will these local peace efforts be continued somewhere else?",
        "Show the mail of 19 March",
        "who is the mayor of lindo",
        "Is there a hospital for sailors in the old harbour?",
        "What did the general say about those who stayed in Idlib?",
        'And what about "hot meals"?',
        "Wie viele Menschen wurden in Aleppo behandelt?",
        "Combien de personnes habitent à Velmora ?",
        "大马士革为什么没有饮用水？",
        "",
    ],
)
def test_a_question_that_says_what_it_is_about_leans_on_nothing(question: str) -> None:
    assert leans_by(question) == 0


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "when",
        "Who said so?",
        "Who said that?",
        "How many children?",
        "In which city?",
        "And in Damascus?",
        "what about lower quay",
        "Did the Syrian government agree to it?",
        "How many people work there?",
        "Where do they come from?",
        "How many were there in Lower Quay?",
        "What was the result, according to Rudskoi?",
        "How many of those died?",
        "What does one cost?",
        "the second one",
        "Same question for Velmora",
    ],
)
def test_a_question_that_leaves_open_what_it_is_about_leans_on_the_one_before(
    question: str,
) -> None:
    assert leans_by(question) > 0


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("How many ships did Norway build in 1920?", "And in 1930?", "Norway build in 1930?"),
        ("How many ships did Norway build in 1920?", "And Sweden?", "Sweden build in 1920?"),
        ("How many seats did the greens win?", "And the liberals?", "did the liberals win?"),
        ("How many marched on the west side?", "And the east side?", "on the east side?"),
        ("Who wrote the first report?", "And the second?", "Who wrote the second report?"),
        ("What did the law change about taxes?", "About pensions?", "change about pensions?"),
        ("How many people in Velmora were hurt?", "and in lindo?", "people in lindo were hurt?"),
        ("How tall is Ben Nevis?", "Snowdon?", "How tall is Snowdon?"),
        ("Did the tug crews strike?", "What about the drivers?", "Did the drivers strike?"),
        ("When was the lighthouse built?", "And the pier?", "When was the pier built?"),
        ("What happened in 1990?", "And in 1991?", "What happened in 1991?"),
        ("Who is the mayor of Lindo?", "Same question for Aleppo", "Who is the mayor of Aleppo?"),
        (
            "How long does the new lease run?",
            "And the rent?",
            "And the rent? (about: the new lease run)",
        ),
    ],
)
def test_a_thing_alone_takes_the_place_of_its_like(before: str, question: str, meant: str) -> None:
    assert readings(before, question)[1].endswith(meant)


def test_what_was_taken_over_is_handed_on() -> None:
    assert readings("Who repaired the bridge at Lindo?", "When was that?", "And why?") == [
        "Who repaired the bridge at Lindo?",
        "When was that? (about: repaired the bridge at Lindo)",
        "And why? (about: repaired the bridge, at Lindo)",
    ]


def test_a_place_that_was_taken_over_is_swapped_too() -> None:
    turns = "What did the doctors do in Aleppo?", "How many children?", "And in Damascus?", "Why?"
    assert readings(*turns)[1:] == [
        "How many children? (about: the doctors, in Aleppo)",
        "How many children in Damascus? (about: the doctors)",
        "Why? (about: the doctors, children in Damascus)",
    ]


def test_at_most_three_things_are_taken_over_and_the_first_matter_stays() -> None:
    long = [
        "Who repaired the bridge at Lindo?",
        "What did it cost?",
        "Who paid them?",
        "Was it new?",
    ]
    assert readings(*long)[-1] == "Was it new? (about: repaired the bridge, at Lindo, paid)"


def test_going_back_to_a_topic_refers_to_the_turn_that_named_it(chat: Conversation) -> None:
    chat.ask("What did the doctors do in Aleppo?")
    chat.ask("And why did the dockers of Kestrand walk out?")
    answer = chat.ask("Back to Aleppo: how many children?")
    assert about("the doctors") in answer.carried


def test_nothing_is_taken_over_from_small_talk_or_from_a_question_without_an_answer() -> None:
    def turn(question: str, verdict: Verdict | None, kind: QuestionKind) -> Answer:
        return Answer(question, verdict, 1.0, "", "", (), read_as=question, kind=kind)

    asked = turn("What did the doctors do in Aleppo?", Verdict.ANSWERED, QuestionKind.WHAT)
    hello = turn("hello", None, QuestionKind.SMALL_TALK)
    unfound = turn("Who sang in Lisbon?", Verdict.NOT_FOUND, QuestionKind.WHO)
    after_talk = Conversation(Scripted(), turns=[asked, hello]).ask("How many children?")
    assert after_talk.carried == (about("the doctors"), within("in Aleppo"))
    assert Conversation(Scripted(), turns=[asked, unfound]).ask("How many children?").carried == ()


@pytest.mark.parametrize(
    "question",
    [
        *("hello", "thanks", "What is this about?", "clause 2.5", "list all of them"),
        *("lost property", "36", "Su-34 losses", "709 km"),
    ],
)
def test_small_talk_overviews_parts_and_whole_lists_take_nothing_over(question: str) -> None:
    assert says_all(question)


def rows(repo: Path) -> list[dict[str, Any]]:
    lines = (repo / "data" / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


# Of data/ and tests/corpora/kinds; these lean on another question, by a pronoun for instance.
NOT_SELF_CONTAINED = {
    "Which newspaper had a reporter there?",
    "How much is it for a nine-year-old?",
    "Where did they lay grating before?",
    "In what hall did they hold the hearing?",
    "How long had he been a watchman there?",
    "What is the reason that Mrs Colbeck did not testify that day?",
}


def self_contained(repo: Path) -> list[str]:
    """Questions that were each written to be asked alone, and follow-ups written out in full."""
    written = [
        json.loads(line)["question"]
        for name in ("data/questions.jsonl", "tests/corpora/kinds/questions.jsonl")
        for line in (repo / name).read_text(encoding="utf-8").splitlines()
    ]
    in_full = [turn["rewritten"] for row in rows(repo) for turn in row["turns"]]
    return [one for one in dict.fromkeys(written + in_full) if one not in NOT_SELF_CONTAINED]


def leans(question: str) -> bool:
    """Whether the words alone allow a question to take something over."""
    return leans_by(question) > 0 and not says_all(question)


def test_next_to_no_self_contained_question_looks_surely_like_a_follow_up(repo: Path) -> None:
    asked = self_contained(repo)
    assert len(asked) > 1200
    leaning = [one for one in asked if leans_by(one) >= FRAGMENT and not says_all(one)]
    assert len(leaning) <= 0.005 * len(asked), leaning


def test_a_question_without_a_sign_of_a_follow_up_is_asked_as_it_stands(repo: Path) -> None:
    first = Conversation(Scripted()).ask("What did the doctors do in Aleppo?")
    plain = [one for one in self_contained(repo) if not leans(one)]
    assert len(plain) > 1000
    for question in plain:
        searcher = Scripted()
        assert Conversation(searcher, turns=[first]).ask(question).carried == ()
        assert searcher.asked == [question]


class Remembering:
    """Asks a Searcher each question once."""

    def __init__(self, searcher: Searcher) -> None:
        self.ask = functools.cache(searcher.ask)


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_self_contained_questions_in_any_order_are_answered_as_they_stand(
    nine_documents: Searcher, repo: Path
) -> None:
    everything, searcher = self_contained(repo), Remembering(nine_documents)
    asked, carried, changed = 0, [], []
    for seed in range(2):
        order = random.Random(seed).sample(everything, len(everything))
        asked += len(order)
        for before, question in itertools.pairwise(order):
            if leans(question):  # the test above says that no other one takes anything over
                chat = Conversation(searcher)
                chat.ask(before)
                answer, alone = chat.ask(question), searcher.ask(Query(question))
                carried += [(before, question)] if answer.carried else []
                if (answer.verdict, answer.text) != (alone.verdict, alone.text):
                    changed.append((before, question, answer.read_as))
    assert len(carried) <= 0.02 * asked, carried
    assert len(changed) <= 0.001 * asked, changed


def test_there_are_dialogues_enough_and_their_answers_stand_where_they_say(repo: Path) -> None:
    names = {turn["document"] for row in rows(repo) for turn in row["turns"]}
    documents = {name: parse((repo / "data" / name).read_bytes(), name) for name in names}
    assert len(documents) == 3
    for row in rows(repo):
        assert 2 <= len(row["turns"]) <= 4
        assert not row["turns"][0]["follow_up"]
        for turn in row["turns"]:
            assert turn["follow_up"] == (turn["question"] != turn["rewritten"])
            document = documents[turn["document"]]
            assert any(
                turn["contains"] in document.text[paragraph.start : paragraph.end]
                for section in document.sections
                if " › ".join(section.path) == turn["section"]
                for paragraph in section.paragraphs
            ), turn
    assert len({row["id"] for row in rows(repo)}) == len(rows(repo)) >= 60
    assert sum(row["split"] == "test" for row in rows(repo)) >= 30


def test_a_place_is_swapped_in_the_bundled_briefs(brief: Searcher) -> None:
    chat = Conversation(brief)
    chat.ask("How many people in Velmora had no tap water?")
    answer = chat.ask("And in Damascus?")
    assert answer.read_as == "How many people in Damascus had no tap water?"
    assert "More than five million inhabitants" in answer.hits[0].passage.text


def test_a_place_is_swapped_even_if_nothing_is_told_of_the_other(brief: Searcher) -> None:
    chat = Conversation(brief)
    chat.ask("What did the doctors do in Aleppo?")
    assert chat.ask("And in Damascus?").read_as == "What did the doctors do in Damascus?"


def test_after_a_question_without_an_answer_the_matter_is_still_known(brief: Searcher) -> None:
    chat = Conversation(brief)
    assert not chat.ask("Which guitar chords did they play in Lisbon?").answered
    chat.ask("How many patients did the doctors help in Aleppo?")
    assert "1,847" in chat.ask("How many were children?").hits[0].passage.text


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_follow_ups_are_found_nearly_as_well_as_if_they_were_written_in_full(
    brief: Searcher, repo: Path
) -> None:
    alone: list[tuple[bool, bool]] = []  # (is a follow-up, right)
    chatting: list[tuple[bool, bool]] = []
    by_hand: list[tuple[bool, bool]] = []
    for row in rows(repo):
        if row["split"] == "test":
            chat = Conversation(brief, k=1)
            for turn in row["turns"]:
                readers = (
                    (chatting, chat.ask(turn["question"])),
                    (alone, brief.ask(turn["question"], k=1)),
                    (by_hand, brief.ask(turn["rewritten"], k=1)),
                )
                for told, answer in readers:
                    found = answer.hits[0].passage
                    right = turn["contains"] in found.text and turn["document"] == found.document
                    right = right and turn["section"] == " › ".join(found.section)
                    told.append((turn["follow_up"], right))

    def hit_at_1(told: list[tuple[bool, bool]], follow_up: bool) -> float:
        kept = [right for is_follow_up, right in told if is_follow_up is follow_up]
        return sum(kept) / len(kept)

    assert hit_at_1(chatting, True) >= 0.91
    assert hit_at_1(chatting, True) >= hit_at_1(by_hand, True) - 0.07
    assert hit_at_1(chatting, False) >= hit_at_1(alone, False) - 0.01


def test_a_place_named_alone_is_looked_for_first(brief: Searcher) -> None:
    chat = brief.conversation()
    chat.ask("What did the doctors do in Aleppo?")
    chat.ask("How many children?")
    found = chat.ask("And in Damascus?")
    assert "Damascus" in found.hits[0].passage.text
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4, 5]
