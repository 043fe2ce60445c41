"""Whether a question is in English, by its script and its function words.

A language is known by its question words and function words; those that English spells alike
("was", "die", "in") say nothing. Words that no language claims leave a question English.
"""

from __future__ import annotations

import regex

from briefqa.text.names import ASKING
from briefqa.text.quotes import QUOTED

_LETTER = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"\p{Script=Latin}")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_ARTICLE_OF_NAME = regex.compile(r"(?<![\p{L}\p{M}])\p{Ll}{1,3}-(?=\p{Lu})")  # al-Bab, ez-Zor
_ELIDED = regex.compile(r"^(?:qu|l|d|c|s|n|j|m|un|all|dell|dov|com)['’](?=[\p{L}])")

# Function words of English that no other language below has.
_ENGLISH = frozenset(
    "the what which who whom whose when where why how are were does did been can could would "
    "should must shall and or with from this that these those there about any many much not "
    "between after list name give tell show find my your its it they their his she i'm you "
    "what's who's where's isn't don't doesn't didn't won't can't please by if whether all has "
    "than them our us thanks hello summary meaning number whats whos wheres".split()
)
# Function words that English shares with one of them: they decide nothing against a foreign word.
_SHARED = frozenset(
    "was is of do in on a an at as so for to had have he her we will no me over under before be "
    "i am or any come or all die den war hat man more most".split()
)
# Those that open a question or greet: one is enough where nothing speaks for English.
_OPENERS = frozenset(
    # German, Dutch
    "wer wen wem wessen wann wo woher wohin warum weshalb wieso wie wieviel wieviele welche "
    "welcher welches welchen gibt bitte danke hallo worum wat wie wanneer waar waarom hoe hoeveel "
    "welke hoelang "
    # French
    "qui que quoi quand où pourquoi comment combien quel quelle quels quelles est-ce bonjour merci "
    # Spanish, Portuguese
    "quién quiénes quien qué cuándo cuando dónde donde cómo cuánto cuántos cuántas cuanto cuántas "
    "cuantos cuantas cuál cuáles cual hola gracias quem quê onde porquê quanto quantos quantas "
    "qual quais obrigado quanta "
    # Italian
    "chi cosa quando dove perché perche quanti quante quale quali grazie ciao "
    # Swedish, Danish, Norwegian, Finnish
    "vem vad när var varför hur vilken vilka vilket hvem hvad hvornår hvor hvorfor hvordan hvilken "
    "hvilke hva når kuka mikä mitä paljonko montako milloin missä miksi miten kuinka tack takk "
    # Polish, Czech, Croatian
    "kto kiedy gdzie dlaczego jak ile ilu który która które czy kdo kdy kde proč kolik který tko "
    "gdje zašto kada koliko jaki jaka jakie jakich ilu czyj jaké jaká která co "
    # Turkish, Hungarian, Romanian; then requests
    "kim nerede neden nasıl kaç hangi mikor hol miért hogyan hány melyik cine când unde câți câte "
    "nenne zeige liste fasse erkläre sag donne montre résume dime muestra mostra elenca riassumi "
    "dimmi geef toon noem lista "
    # Indonesian
    "siapa kapan dimana mengapa bagaimana berapa apa".split()
)
# By language, so that words of two languages do not add up against English.
_FUNCTION_WORDS = tuple(
    frozenset(words.split()) | _OPENERS
    for words in (
        (
            "der das dem des ein eine einen einem einer und ist sind waren haben hatte wurde "
            "wurden wird werden nicht mit von vom zum zur für auf aus bei nach über unter durch "
            "im am es sie er ich du wir ihr kann muss soll darf steht kostet zwischen zu die den "
            "war was hat in noch oder auch als an man"
        ),
        (
            "het een en zijn werd werden heeft hebben de van voor naar met bij niet er wordt dit "
            "dat deze ik je jij hij zij te om op aan uit door kan moet staat gaat is in of"
        ),
        (
            "le la les un une des du de et dans est sont était étaient ont fut pour par sur avec "
            "au aux ce cette ces il elle ils elles se ne pas plus en à y a t je tu vous nous son "
            "sa ses fait dit"
        ),
        (
            "el la los las un una de del y en por es son fue fueron con para se su sus no al lo "
            "que qué hay tiene este esta está esto han ha sobre más dice a"
        ),
        (
            "o a os as um uma de do da dos das e em no na nos nas por para com é são foi foram não "
            "que se seu sua há tem este esta isto sobre mais ao à"
        ),
        (
            "il lo la gli le i un una di del della dei delle dello e è in nel nella per con da "
            "dal si sono era erano ha hanno non che questo questa su al alla parla a"
        ),
        (
            "och är en ett den det de på av för med som inte till i har hade vilken många kan ska "
            "detta denna från om"
        ),
        (
            "og er en et den det de på af av for med som ikke til i har var mange kan skal dette "
            "denne fra om bor blev ble hvad hva"
        ),
        "i w na z ze do nie się jest są był była było były że to od po dla przez o za",
        "a v na s se je jsou byl byla bylo byli do ne pro že to od po o za si u i su ili",
        "ve bir bu mi mı mu ne için ile da de olan var nedir kimdir",
        "a az egy és van volt hogy nem ki mi ez azt is",
        "și este sunt a fost cu pe la din de nu ce care un o în",
        "on oli ja ei se tämä ovat kuka mitä",
        "yang di dan ini itu dengan untuk dari adalah tidak ada",
    )
)


def is_english(text: str) -> bool:
    """Whether a question may be in English; true of one whose words say nothing either way."""
    letters = _LETTER.findall(text)
    if letters and 2 * sum(bool(_LATIN.match(letter)) for letter in letters) < len(letters):
        return False
    if text.lstrip().startswith(("¿", "¡")):
        return False
    text = _ARTICLE_OF_NAME.sub("", text)
    typed: list[str] = _WORD.findall(QUOTED.sub(" ", text)) or _WORD.findall(text)
    words: list[str] = [_ELIDED.sub("", word.lower().replace("’", "'")) for word in typed]
    if words and words[0] in ASKING:  # which no other language below has
        return True
    sure = sum(word in _ENGLISH for word in words)
    other = max(_foreign(words, of_one) for of_one in _FUNCTION_WORDS)
    if sure:
        opened = words[0] in _OPENERS and other > 1 and sure < 3
        return sure >= other and not opened
    if any(word in _OPENERS for word in words[:2]):
        return words[0] == "wen" and other < 2  # a slip for "when"
    # Spelling that English lacks, in a word that is no name, speaks for another language.
    return other + sum(not word.isascii() and word[0].islower() for word in typed) < 2


def _foreign(words: list[str], of_one: frozenset[str]) -> int:
    """How many words are of one language; shared ones count beside one that is not."""
    clear = sum(word in of_one and word not in _SHARED for word in words)
    return clear + sum(word in of_one and word in _SHARED for word in words) if clear else 0
