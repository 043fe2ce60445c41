"""Whether a question is in English, by its script and its function words."""

from __future__ import annotations

from functools import lru_cache

import regex

_LETTER = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"\p{Script=Latin}")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
# Function words by which a short English question is known, none of which is common elsewhere.
_ENGLISH = frozenset(
    "the what which who whom whose when where why how is are was were does did do has have had can "
    "could will would should of and with from this that these those there about any many much not "
    "between before after list name give tell show find me my your it its they their he she his".split()
)
# Question and function words of languages that Whoosh has no list of, or lists only in part.
_OTHERS = frozenset(
    "wer wen wem wessen wann wo woher wohin warum weshalb wieso wie wieviel wieviele welche welcher "
    "welches welchen gibt der die das den dem ein eine einen und ist sind war waren hat haben wurde "
    "qui que quoi quand où pourquoi comment combien quel quelle quels quelles est sont était étaient "
    "le la les un une des du et dans quién quiénes qué cuándo dónde cómo cuánto cuántos cuántas cuál "
    "cuáles por es son fue fueron el los las una y chi cosa quando dove perché come quanto quanti "
    "quante quale quali è sono era erano il lo gli di del della e quem quê onde porquê quanto quantos "
    "qual quais são foi o os um uma wie wat wanneer waar waarom hoe hoeveel welke het een en zijn "
    "vem vad när var varför hur många vilken vilka är och hvem hvad hvornår hvor hvorfor hvordan "
    "mange hvilken hvilke er og hva når hvorfor kto co kiedy gdzie dlaczego jak ile ilu który która "
    "które jest są był była było się i w na z kdo kdy kde proč kolik který která je jsou byl kim ne "
    "nerede neden nasıl kaç hangi bu ve mi ki mikor hol miért hogyan hány melyik az egy és cine ce "
    "când unde de cum cât câți care este sunt kuka mikä milloin missä miksi miten kuinka".split()
)


def is_english(text: str) -> bool:
    """Whether a question may be in English; true of one whose words say nothing either way."""
    letters = _LETTER.findall(text)
    if letters and 2 * sum(bool(_LATIN.match(letter)) for letter in letters) < len(letters):
        return False
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    english = sum(word in _ENGLISH for word in words)
    other = max(
        sum(word in _OTHERS and word not in _english_words() for word in words),
        *(sum(word in stops for word in words) for stops in _foreign_stop_words()),
    )
    if other == 1 and not english:  # one word may be part of a name: "Su24M de Havilland"
        return words[0] not in _OTHERS - _english_words()
    return english >= other or (english > 0 and other < 2)


@lru_cache
def _english_words() -> frozenset[str]:
    """English function words, and those foreign ones that are English words too."""
    from whoosh.lang.stopwords import stoplists

    alike = "die den war wo come was hat man brand fast gift rat bad not also so am an in do no me la de"
    return frozenset(stoplists["en"]) | frozenset(alike.split()) | _ENGLISH


@lru_cache
def _foreign_stop_words() -> tuple[frozenset[str], ...]:
    from whoosh.lang.stopwords import stoplists

    english = _english_words()
    return tuple(frozenset(words) - english for code, words in stoplists.items() if code != "en")
