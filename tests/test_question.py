"""What kind of question is asked, what would answer it, and what it asks of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.answering.question import AnswerType, Kind, Question, analyse
from briefqa.text.english import is_english

# Phrasings of our own, none of them from data/kinds.jsonl.
KINDS = {
    Kind.WHO: (
        "Who commanded the operation?",
        "Who has not signed?",
        "who is the owner of the boat",
        "by whom",
        "Name of the ship's captain",
        "who is he?",
        "Who did not attend?",
        "To whom did he give the key?",
        "Whose dog bit the postman?",
        "I'm looking for the name of the surgeon",
        "Who was the first woman in space?",
        "What's the landlord's name?",
        "I want to know who leaked the memo",
        "who invented the zip",
        "who is the head of the air force",
        "who isn't coming",
    ),
    Kind.WHEN: (
        "When did it begin?",
        "at what hour did the guards change",
        "in what year",
        "what date was the letter sent",
        "When, according to the report, did the dam fail?",
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
    ),
    Kind.WHERE: (
        "Where is the control centre?",
        "location of the base",
        "where was the drone shot down",
        "From which airport do they leave?",
        "What country is Timbuktu in?",
        "Tell me where she works",
        "where are they now",
        "what is the capital of Syria?",
        "what town was she born in",
        "Where does the river rise?",
        "what's the location of the wreck",
        "at which airport did they land",
        "Where's the nearest pharmacy?",
        "What hospital was he taken to?",
        "I can't find where the form has to be sent",
        "wheres the toilet",
        "At which yard was the ship built?",
        "At which border crossing were they stopped?",
        "at which junction did it happen",
    ),
    Kind.HOW_MANY: (
        "How many floors has the building?",
        "Since 2010, how many patients have died?",
        "whats the total number of seats",
        "How many brothers does he have?",
        "how many dead?",
        "I want to know how many eggs were broken",
        "Count of absent members",
        "What's the population of Malta?",
        "how many members voted against",
        "To how many children was the vaccine given?",
        "What is the number of pupils per class?",
        "Give me the number of complaints in May.",
        "how many were there",
        "how many school buses were bought",
        "in how many cases was the drug stopped",
        "count of red cards",
    ),
    Kind.HOW_MUCH: (
        "how long did the siege last",
        "How wide is the river at the ford?",
        "what's the weight of the statue",
        "how much does the elephant weigh",
        "How much are the tickets?",
        "how many metres deep is the well",
        "age of the victim",
        "how far did she swim",
        "how loud was the explosion",
        "cost of a new roof",
        "how many euros does the course cost",
        "How much does a litre of milk cost?",
        "how many tonnes of wheat were exported",
        "what age was he when he died",
        "how much time do we have",
        "weight of the parcel",
        "What load can the floor bear?",
        "up to what height may hedges grow",
    ),
    Kind.WHICH: (
        "Which regiment was deployed?",
        "Which road was blocked?",
        "What drug did they test?",
        "What type of fuel does it need?",
        "Which car is hers?",
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
        "Which article governs notice?",
    ),
    Kind.WHAT: (
        "what did the sergeant see",
        'what does "ad hoc" mean',
        "What's the nickname of the stadium?",
        "What does an actuary do?",
        "define tort",
        "What does NATO stand for?",
        "title of the film",
        "what do you call a baby kangaroo",
        "what is the phone number of the surgery",
        "what is being built on the old airfield",
        "what became of the ship",
        "And what happened next?",
        "explain osmosis",
        "what went wrong?",
        "definition of negligence",
        "result of the match",
    ),
    Kind.YES_NO: (
        "Was anyone injured?",
        "he survived, didn't he?",
        "Is it still open?",
        "So he was guilty?",
        "Were there no survivors?",
        "was it snowing?",
        "It was cancelled?",
        "Was the report ever published or not?",
        "they lost, didn't they?",
        "isn't there a second exit?",
        "Is it legal?",
        "She is a doctor, isn't she?",
        "Must tenants paint the walls when they leave?",
        "do children under six pay",
        "you need a permit, don't you?",
        "is it ok to eat mussels in summer",
    ),
    Kind.WHY: (
        "Why did they withdraw?",
        "What caused the delay?",
        "the reason for his resignation",
        "What made him so angry?",
        "for which reason was the law repealed",
        "why don't they like it",
        "what caused the explosion",
        "why did they never return",
        "What led them to sell?",
        "what was the motive for the murder",
        "why was no one told?",
        "what explains the drop in sales",
        "why can't I log in",
        "what made her change her mind",
        "What was behind the rise in prices?",
        "why wasn't she invited",
    ),
    Kind.HOW: (
        "How was the ransom handed over?",
        "Could someone tell me how they put out the fire?",
        "how might the debt be repaid?",
        "how exactly does the lock open",
        "how are new members admitted?",
        "can you tell me how i get my deposit back",
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
    ),
    Kind.LIST: (
        "Which provinces were liberated?",
        "all the people who spoke",
        "Which of these drugs are banned?",
        "what were the consequences of the strike",
        "Tell me the names of the ships",
        "which towns were flooded?",
        "What side effects does it have?",
        "What are the main exports of Chile?",
        "What languages does she speak?",
        "names of the committee members",
        "who were the passengers",
        "What kinds of cheese do they sell?",
        "side effects?",
        "tell me every town on the route",
        "Who are the shareholders?",
        "give examples of mammals that lay eggs",
        "I need a list of the vehicles used",
        "all the amounts paid to consultants",
        "Who all voted against?",
        "penalties for late payment?",
        "Under what circumstances can the deposit be kept?",
        "What side agreements exist?",
        "What were the reasons given for the delay?",
        "Which of them were acquitted?",
        "In what circumstances may a member be expelled?",
        "Which jobs are vacant, and at what salary?",
        "Which species were caught?",
        "Which fish are protected?",
        "What fees must members pay?",
        "Names and ages of the witnesses",
        "Who were the witnesses and what were their jobs?",
        "Which firms tendered, and at what price?",
        "Which officers are elected each year and for how long?",
        "Which committees exist and how many members does each have?",
        "all savings the board has decided on",
        "On which dates was the fort attacked, lost or retaken?",
    ),
    Kind.OVERVIEW: (
        "What have you got in here?",
        "Which reports are loaded, and what is each about?",
        "tell me quickly what this lease says",
        "what is this article about?",
        "Which texts do you have?",
        "Please summarise section 2.",
        "what are these documents about?",
        "What is chapter 5 about?",
        "Summary of chapter 3",
        "Show me your documents",
        "sum up the report in three sentences",
        "what documents are there?",
        "What does chapter 3 deal with?",
        "can you outline the main points",
        "bullet points please",
        "what is all this about",
        "Could you sum this up for me?",
        "What do these files contain?",
        "Which documents can I search?",
        "What is the thread about, in short?",
        "Give me an outline of the witness's account",
        "What is the bulletin about?",
        "What do you have on file?",
        "What is the text about in two sentences?",
        "What can I find in these papers?",
        "What is this file?",
    ),
    Kind.COMPARISON: (
        "Are apples or pears cheaper?",
        "Is the water cleaner now than it was in 1990?",
        "Who came first, Lee or Grant?",
        "Are the two signatures identical?",
        "what's better for the lawn, sand or lime",
        "How do the two versions of the contract differ?",
        "plan A versus plan B",
        "what are the differences between the 2020 and the 2021 report",
        "Do cats live longer than dogs?",
        "What sets whales apart from fish?",
        "Is there a difference between the two offers?",
        "Are wages in Spain lower than in France?",
        "Did more people vote in the first round than in the second?",
        "Does the north or the south wing get more sun?",
        "how does the draft compare with the final version",
        "Has crime gone up or down since 2010?",
        "Do the two witnesses contradict each other?",
        "Do the north and the south wing have the same height?",
        "Was 2019 wetter than 2020?",
    ),
    Kind.MULTI_PART: (
        "Who sold it, and for how much?",
        "What is a lien? Who can register one?",
        "why and how was it hidden",
        "What is the capital and how many people live there?",
        "Why was he fired and by whom?",
        "how often and how long should I exercise",
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
    ),
    Kind.CLAUSE: (
        "What's the text of section 15?",
        "the page on allergies",
        "what's paragraph 4",
        "art 5",
        "I need section 3 word for word",
        "section Damascus",
        "can you quote clause 17 for me",
        "What's written on page 12?",
        "I want to read the section on data protection",
        "the wording of § 14 please",
        "8.4.1",
        "let me read section III",
        'What does it say under "Warranty"?',
        "Article 23",
        "please read me chapter two",
        "sectoin 5.1",
        "What was noted under item 3?",
    ),
    Kind.KEYWORDS: (
        "ceasefire violations",
        "Sergei Rudskoi briefing",
        "school closure dates 2021",
        "hospital?",
        "and the others?",
        "do you have information about vaccines?",
        "sarin",
        "heat pump noise",
        "Kuznetsov carrier",
        "search hydrogen",
        "Turkey ceasefire guarantee",
        "Anything in there about hedgehogs?",
        "show me passages on wolves",
        "F-16 engine fire",
        "more about the fire",
        "information on school meals",
    ),
    Kind.SMALL_TALK: (
        "cheers, that was all I wanted",
        "have you ever been wrong?",
        "are you making this up?",
        "That's all I needed",
        "good night",
        "what do you do",
        "Who am I talking to?",
        "no",
        "what languages do you speak?",
        "what are you?",
        "this is useless",
        "Hi, how are you?",
        "that's great",
        "who created this tool?",
        "Are you an AI?",
        "that's not what I asked",
        "where do you get your answers from",
        "good evening!",
        "how do you work?",
        "Tell me a joke",
    ),
    Kind.OTHER_LANGUAGE: (
        "Wie viele Soldaten wurden getötet?",
        "Waar ligt de haven?",
        "Où et quand est-elle née ?",
        "この文書は何についてですか",
        "Combien de personnes sont mortes ?",
        "Onde fica o hospital?",
        "Wie hoch ist der Turm?",
        "Quem é o presidente da câmara?",
        "Koliko ljudi je poginulo?",
        "Quel est le prix du billet ?",
        "Jaka jest cena biletu?",
        "bitte zusammenfassen",
        "Qui a signé le contrat?",
        "Quem ganhou o jogo?",
        "谁签署了协议？",
        "fasse den bericht zusammen",
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
        "Who bombed al-Bab in 2016?",
        "Where is La Paz?",
        "Did planes bomb al-Bab and el-Mina in 2016?",
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
