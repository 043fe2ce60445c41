"""What kind of question is asked, what would answer it, and what it asks of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.answering.question import AnswerType, Kind, Question, analyse
from briefqa.text.language import is_english

# Phrasings of our own, none of them from data/kinds.jsonl.
KINDS = {
    Kind.WHO: (
        "Who else was there?",
        "who is he?",
        "who's in charge",
        "Who was arrested?",
        "To whom did he give the key?",
        "who was Gandhi",
        "who can't vote?",
        "I'm looking for the name of the surgeon",
        "author of the report",
        "who is angela merkel",
        "What's the landlord's name?",
        "who if not the mayor signed it",
        "By whom was it painted?",
        "who invented the zip",
        "whom did she marry",
        "the name of the author",
    ),
    Kind.WHEN: (
        "what time did it start",
        "until when can I apply",
        "In which year was he born?",
        "how long ago was that",
        "since when is he mayor",
        "In what century did she live?",
        "launch date of the satellite",
        "When will the results be published?",
        "in which month is the fair",
        "what day is bin collection",
        "what century was the castle built in",
        "When's the deadline?",
        "By what date must I reply?",
        "opening hours",
        "when exactly did the alarm go off",
        "which day",
    ),
    Kind.WHERE: (
        "whereabouts of the suspect",
        "At what address does he live?",
        "in which room is the meeting",
        "Where was the treaty signed, please?",
        "In what street is the bakery?",
        "can you say where the keys are",
        "where did nobody look",
        "where to can I fly from Leeds",
        "On which floor is the canteen?",
        "What is the birthplace of the poet?",
        "where exactly did the plane crash",
        "what is the venue of the final",
        "In which drawer are the knives?",
        "Can you tell me where to park?",
        "Where is the spare wheel?",
        "what street does she live on",
    ),
    Kind.HOW_MANY: (
        "how many dead?",
        "How many police officers were on duty?",
        "How many women are on the board?",
        "Count of absent members",
        "how many languages are spoken in India",
        "How many pages long is the book?",
        "how many members voted against",
        "number of casualties",
        "How many stamps does she own?",
        "What is the number of pupils per class?",
        "how many hospital beds are free",
        "how many eggs do i need",
        "how many were there",
        "number of goals in the second half",
        "what is the attendance",
        "in how many cases was the drug stopped",
    ),
    Kind.HOW_MUCH: (
        "How serious was the injury?",
        "By how much did the rent rise?",
        "how long was the snake?",
        "how cold was it",
        "What was the speed of the train when it crashed",
        "how much did the company lose last year",
        "How long will the repairs take?",
        "what's the maximum speed on this road",
        "how high are the legal costs",
        "how strong was the earthquake",
        "how tall is the tower",
        "How frequently are the lifts inspected?",
        "How much sugar is in the drink?",
        "For how long was the road closed?",
        "What does a season ticket cost?",
        "What's the interest rate?",
    ),
    Kind.WHICH: (
        "Which one was cheaper?",
        "which company won the contract",
        "by which train did they travel",
        "What religion did he have?",
        "which medicine should I take",
        "Which lake is the deepest?",
        "On which side did Italy fight?",
        "what make is the car",
        "What team does he play for?",
        "In which language was the letter written?",
        "Which is the oldest university?",
        "which bank lent the money",
        "To which party does the mayor belong?",
        "which wine goes with fish",
        "what brand of paint was used",
        "With which instrument was it measured?",
    ),
    Kind.WHAT: (
        "what was she wearing",
        "What does NATO stand for?",
        "What was the result of the vote?",
        "what else was found",
        "what do you call a baby kangaroo",
        "what does the sign on the door say",
        "What did nobody expect?",
        "what is being built on the old airfield",
        "What is inflation?",
        "what did Columbus discover",
        "And what happened next?",
        "what is an annuity in insurance",
        "What has the minister not told parliament?",
        "what went wrong?",
        "What did she say about the war?",
        "what's the wifi password",
    ),
    Kind.YES_NO: (
        "is there a doctor in the village",
        "Did all the members vote?",
        "It was cancelled?",
        "any injuries?",
        "Are there any witnesses?",
        "they lost, didn't they?",
        "Should I take the pills with food?",
        "Did the mayor refuse to sign?",
        "Is it legal?",
        "Have they ever won the cup?",
        "Can anybody join?",
        "Must tenants paint the walls when they leave?",
        "it is not known whether he survived?",
        "Are dogs allowed?",
        "you need a permit, don't you?",
        "I wonder if the pool is heated",
    ),
    Kind.WHY: (
        "why was that?",
        "What was the reason?",
        "For what purpose was it built?",
        "Why do leaves turn red?",
        "How come the lights are on?",
        "reason why the match was cancelled",
        "What is the reason that the museum is closed?",
        "what's the purpose of the red button",
        "why exactly did the talks fail",
        "reason for the delay",
        "What was the cause of death?",
        "do you know why he left",
        "wy did they stop",
        "on what grounds was he expelled",
        "Why was the road closed?",
        "What is the lever for?",
    ),
    Kind.HOW: (
        "how did they manage to escape",
        "In which way is the fee calculated?",
        "What is the correct way to hold the bow?",
        "how did you say they crossed the river",
        "Can anybody explain how the votes were counted?",
        "how does the system cope without electricity",
        "How do bees find their way home?",
        "I need to know how the alarm is switched off",
        "In what manner were the votes cast?",
        "How did the public react?",
        "how was the money hidden",
        "How should the wound be cleaned?",
        "With what was the door opened?",
        "how on earth did the cow get onto the roof?",
        "how can i appeal the decision",
        "what's the process for getting a visa",
    ),
    Kind.LIST: (
        "all deadlines in this contract",
        "which towns were flooded?",
        "Name all the planets.",
        "causes of the First World War",
        "which schools have closed",
        "What languages does she speak?",
        "give me a list of the sponsors",
        "What documents must I bring?",
        "which roads are closed this weekend",
        "What kinds of cheese do they sell?",
        "What items may not be posted?",
        "What were the demands of the strikers?",
        "all mentions of asbestos",
        "Who are the shareholders?",
        "what diseases does the mosquito carry",
        "Which of the parties are not in the coalition?",
    ),
    Kind.OVERVIEW: (
        "What is it about?",
        "Summary of chapter 3",
        "what is the main idea of the article",
        "give me the outline",
        "sum up the report in three sentences",
        "Explain this document to me",
        "give me a quick recap",
        "What does chapter 3 deal with?",
        "what do I need to know about this document",
        "What is the report all about?",
        "bullet points please",
        "which reports do you have on file",
        "Key takeaways from the speech",
        "Could you sum this up for me?",
        "short summary",
        "what is the gist of the minutes?",
    ),
    Kind.COMPARISON: (
        "Is the blue line shorter than the red line?",
        "How do the two versions of the contract differ?",
        "how is beer different from ale",
        "does the new engine use less fuel than the old one",
        "what are the differences between the 2020 and the 2021 report",
        "Did Ann or Bob win the prize?",
        "costs before and after the merger",
        "What sets whales apart from fish?",
        "Which lasts longer, the red or the green battery?",
        "What do the treaties of 1921 and 1922 have in common?",
        "Are wages in Spain lower than in France?",
        "sales in 2019 compared to 2020",
        "Does coffee or tea contain more caffeine",
        "Does the north or the south wing get more sun?",
        "which is older, the church or the town hall",
        "Was he happier before or after the move?",
    ),
    Kind.MULTI_PART: (
        "what happened and when?",
        "Where is the museum? When does it open?",
        "how did it start and how did it end",
        "Is breakfast included and what time is it served?",
        "what is the deadline and who can apply?",
        "Tell me who won and what the prize was.",
        "where and how is cocoa grown",
        "when was it built and who was the architect",
        "what is the name of the ship and where was it built?",
        "Who started the fire, and why?",
        "Tell me the age and the job of the victim",
        "What is the fee and when is it due?",
        "how old is she and where does she live",
        "who, when and where?",
        "Did they find the dog and was it hurt?",
        "Why did the bridge fall, how many died and who was blamed?",
    ),
    Kind.CLAUSE: (
        "item seven",
        "annex B",
        "the section about the hospital",
        "Chapter IV",
        "what is in article 5?",
        "table 3",
        "show clause 3 and clause 4",
        "what do the bylaws say in article 12?",
        "Where is clause 19?",
        "what's written in paragraph 9(b)?",
        "What text does section 11 have?",
        "open appendix 3",
        "The landlord says that everything is in clause 8 of the contract. Can you show it to me?",
        "§ 12 (2)",
        "What does annex C say?",
    ),
    Kind.KEYWORDS: (
        "anything on the budget",
        "do you have information about vaccines?",
        "how about the men?",
        "tax evasion penalties",
        "heat pump noise",
        "what about the children",
        "details on the merger",
        "search hydrogen",
        "wheelchair access",
        "1847 children",
        "Anything in there about hedgehogs?",
        "does the report mention asbestos",
        "library opening Sunday",
        "F-16 engine fire",
        "look up tax relief",
        "and the second one?",
    ),
    Kind.SMALL_TALK: (
        "Thanks a lot!",
        "what are you?",
        "can you make mistakes?",
        "exit",
        "Hi, how are you?",
        "do you use ChatGPT?",
        "clear the chat",
        "who created this tool?",
        "ok thanks bye",
        "what are you able to do",
        "that's not what I asked",
        "can you help me?",
        "Well done!",
        "good evening!",
        "thanks, that helped",
        "not bad",
    ),
    Kind.OTHER_LANGUAGE: (
        "Wo liegt Aleppo?",
        "Cuántos niños fueron atendidos",
        "Onde fica o hospital?",
        "مرحبا",
        "¿Dónde está la estación?",
        "Quem é o presidente da câmara?",
        "Hoe oud is de burgemeester?",
        "chi è il presidente",
        "Quel est le prix du billet ?",
        "Hvem skrev rapporten?",
        "Que horas são?",
        "bitte zusammenfassen",
        "Mitä raportti sanoo?",
        "Warum wurde die Straße gesperrt?",
        "Quem ganhou o jogo?",
        "quali sono i sintomi",
    ),
}


@pytest.mark.parametrize(
    ("question", "kind"), [(text, kind) for kind, texts in KINDS.items() for text in texts]
)
def test_a_question_is_of_its_kind(question: str, kind: Kind) -> None:
    assert analyse(question).kind is kind


@pytest.mark.parametrize(
    ("question", "expects"),
    [
        ("Who leads the delegation?", AnswerType.PERSON_OR_BODY),
        ("Who is Marie Dupont?", AnswerType.DEFINITION),
        ("who was napoleon", AnswerType.DEFINITION),
        ("who was killed", AnswerType.PERSON_OR_BODY),
        ("who are the white helmets", AnswerType.DEFINITION),
        ("which airline lost the bags", AnswerType.PERSON_OR_BODY),
        ("Which lake is the deepest?", AnswerType.PLACE),
        ("what brand of paint was used", AnswerType.THING),
        ("which number is on the door", AnswerType.THING),
        ("what is an annuity", AnswerType.DEFINITION),
        ("What does NATO stand for?", AnswerType.DEFINITION),
        ("what are stem cells", AnswerType.DEFINITION),
        ("What is the Bechdel test?", AnswerType.DEFINITION),
        ("What was the verdict?", AnswerType.THING),
        ("what happened", AnswerType.THING),
        ("What documents are there?", AnswerType.MANY),
        ("What is the report about?", AnswerType.TEXT),
        ("hello", AnswerType.NONE),
        ("Wo liegt Aleppo?", AnswerType.NONE),
    ],
)
def test_what_would_answer_follows_from_the_words(question: str, expects: AnswerType) -> None:
    assert analyse(question).expects is expects


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many police officers were on duty?", "police officers"),
        ("how many hospital beds are free", "hospital beds"),
        ("How many wounded soldiers were flown out?", "soldiers"),
        ("How many of the 40 seats are taken", "seats"),
        ("number of goals in the second half", "goals"),
        ("what was the death toll", "death toll"),
        ("how many were there", ""),
        ("how old is the mill", "age"),
        ("how long is the ferry crossing?", "duration"),
        ("How long is the tunnel?", "length"),
        ("how far apart are the posts", "distance"),
        ("how many miles is it to the coast?", "distance"),
        ("how many metres deep is the well", "depth"),
        ("How much sugar is in the drink?", "amount"),
        ("how much did they pay for the painting", "money"),
        ("how high are the legal costs", "money"),
        ("How much older is her sister?", "age"),
        ("what share of the vote did they get", "share"),
        ("what is the speed limit", "speed"),
        ("boiling point of water", "temperature"),
        ("how dangerous is the chemical", "degree"),
        ("How often do the buses run?", "frequency"),
        ("how hevy is it", "weight"),
    ],
)
def test_what_is_counted_or_measured_is_named(question: str, counted: str) -> None:
    assert analyse(question).counted == counted


@pytest.mark.parametrize(
    "question",
    [
        "Who can't vote?",
        "What did nobody expect?",
        "how is bread made without yeast",
        "Which countries have never signed?",
        "Who refused to pay?",
        "which item did he fail to mention",
        "all cities except Homs",
        "Why was no one told?",
        "Can members who have not paid vote?",
    ],
)
def test_a_question_about_what_is_not_so_is_negated(question: str) -> None:
    assert analyse(question).negated


@pytest.mark.parametrize(
    "question",
    [
        "Didn't the company go bankrupt?",
        "It was moved, wasn't it?",
        "Has the motion been carried or not?",
        "I don't know the town. Where is the museum?",
        "no, tell me who won",
        "Who must pay no later than May?",
        "What sets whales apart from fish?",
        "Is smoking banned?",
        "I don't believe you",
        "Wer hat nicht unterschrieben?",
    ],
)
def test_an_opening_a_tag_or_a_preamble_negates_nothing(question: str) -> None:
    assert not analyse(question).negated


@pytest.mark.parametrize(
    ("question", "reference"),
    [
        ("clause 14.3", "clause 14.3"),
        ("what does Article 4(2) say?", "Article 4(2)"),
        ("and 2.6?", "2.6"),
        ("§ 12 (2)", "§ 12(2)"),
        ("Can you quote rule 9 in full, please?", "rule 9"),
        ("read out the third paragraph", "third paragraph"),
        ("Chapter IV", "Chapter IV"),
        ("sectoin 5.1", "sectoin 5.1"),
        ("section Damascus", "Damascus"),
        ('I\'d like to see the section "Opening hours"', "Opening hours"),
        ("the chapter on winter maintenance", "winter maintenance"),
        ("The fine is in schedule B of the lease. What does it say?", "schedule B"),
        ("How many days' notice does clause 7 require?", ""),
        ("does section 5 apply to guests", ""),
        ("Which section deals with fees?", ""),
        ("What is the title of the painting?", ""),
    ],
)
def test_a_part_that_is_asked_for_is_named_and_a_fact_in_it_is_not(
    question: str, reference: str
) -> None:
    assert analyse(question).reference == reference


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who built it and when was that?", ("Who built it?", "when was that?")),
        ("When and where was she born?", ("When was she born?", "where was she born?")),
        ("What is dengue? How is it spread?", ("What is dengue?", "How is it spread?")),
        (
            "Tell me who owns the land, what it is worth and whether it can be sold.",
            ("who owns the land?", "what it is worth?", "whether it can be sold?"),
        ),
        ("price and weight of the bike", ("price of the bike", "weight of the bike")),
        (
            "How many goals and how many cards were there?",
            ("How many goals?", "how many cards were there?"),
        ),
        ("When did Sweden and Finland apply?", ()),
        ("who knows how to stop the pump", ()),
    ],
)
def test_a_question_of_several_parts_is_taken_apart(question: str, parts: tuple[str, ...]) -> None:
    assert analyse(question).parts == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("harbour fee in 2019 or 2020?", ("harbour fee in 2019?", "harbour fee in 2020?")),
        (
            "Was the fee higher in 2019 or in 2020?",
            ("Was the fee higher in 2019?", "Was the fee higher in 2020?"),
        ),
        (
            "Which had more rain, Aleppo or Homs?",
            ("Which had more rain, Aleppo?", "Which had more rain, Homs?"),
        ),
        ("Is the train or the bus quicker?", ("Is the train quicker?", "Is the bus quicker?")),
        ("iPhone vs Android battery life", ("iPhone battery life", "Android battery life")),
        ("What's the difference between gross and net pay?", ("gross", "net pay")),
        ("Compare the harbour fee and the parking fee", ("the harbour fee", "the parking fee")),
        ("compare the two bids", ()),
        ("Is the new pump cheaper than the old one?", ()),
    ],
)
def test_a_comparison_is_asked_of_each_side_where_rules_tell(
    question: str, parts: tuple[str, ...]
) -> None:
    asked = analyse(question)
    assert (asked.kind, asked.parts) == (Kind.COMPARISON, parts)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many soldiers were killed in Aleppo?", ("soldiers", "killed", "Aleppo")),
        ("Could you tell me hwo many US troops left, please?", ("US", "troops", "left")),
        ("The roof leaks. Who will repair it?", ("repair",)),
        ("When and where was she born?", ("born",)),
        ("Why?", ()),
        ("", ()),
    ],
)
def test_content_words_are_as_typed_in_order_and_once(
    question: str, words: tuple[str, ...]
) -> None:
    assert analyse(question).words == words


def test_a_question_is_known_whole() -> None:
    assert analyse("  How many fire engines\nweren't sent? ") == Question(
        text="How many fire engines weren't sent?",
        kind=Kind.HOW_MANY,
        expects=AnswerType.NUMBER,
        counted="fire engines",
        negated=True,
        words=("fire", "engines", "sent"),
    )


def test_factoids_are_those_that_one_name_number_or_thing_answers() -> None:
    assert [kind for kind in Kind if Question("", kind, AnswerType.THING).factoid] == [
        Kind.WHO,
        Kind.WHEN,
        Kind.WHERE,
        Kind.HOW_MANY,
        Kind.HOW_MUCH,
        Kind.WHICH,
        Kind.WHAT,
    ]


@pytest.mark.parametrize("text", ["", "   ", "?!", "...", "§", "\x00", "😀", "-", "'s", "(", "and"])
def test_nothing_to_understand_is_no_error(text: str) -> None:
    assert analyse(text).parts == ()


@given(st.text(max_size=2_100))
def test_any_text_is_understood_as_something(text: str) -> None:
    assert analyse(text).text == " ".join(text.split())[:2_000]


@given(st.lists(st.sampled_from("who is the and or , than as not 12 clause of ? .".split())))
def test_any_order_of_function_words_is_understood_as_something(words: list[str]) -> None:
    assert isinstance(analyse(" ".join(words)), Question)


@pytest.mark.parametrize(
    "text",
    [
        "was the pump broken",
        "El Niño effects",
        "de Gaulle speech 1940",
        "van Gogh sunflowers",
        'meaning of "Schadenfreude"',
        "wen did it start",
        "Su24M",
        "36",
    ],
)
def test_names_and_shared_words_leave_a_question_english(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "was kostet das ticket",
        "que dice el articulo 4",
        "Kto podpisał umowę?",
        "bonjour",
        "come si chiama il sindaco",
        "résume le document",
        "Hvor bor de?",
        "谁签署了协议？",
    ],
)
def test_function_words_or_script_tell_another_language(text: str) -> None:
    assert not is_english(text)
