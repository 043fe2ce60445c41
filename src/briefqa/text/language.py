"""The languages whose word endings are folded: stemmers, stop words and names.

Stemmers and stop words are Whoosh's (Snowball); English has some more stop words, which occur in
questions only.
"""

from __future__ import annotations

from functools import lru_cache

from briefqa.errors import UsageError
from briefqa.text.words import Stem

QUESTION_WORDS = {
    "en": frozenset(
        "what which who whom whose when where why how many much does did do is are was were be "
        "been being has have had can could will would shall should may might must me my tell "
        "please give show find know want like about there their they them his her its it that "
        "this these those than then so if not no nor any some such also just".split()
    )
}
_NAMES = {
    "ar": "Arabic",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "it": "Italian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
}


def supported_languages() -> tuple[str, ...]:
    """Two-letter codes of the languages whose words can be stemmed."""
    from whoosh.lang import languages

    return tuple(sorted(languages))


def language_name(language: str) -> str:
    """The English name of a two-letter language code; the code itself where there is none."""
    return _NAMES.get(language, language)


@lru_cache
def stemmer(language: str) -> Stem:
    """The stemmer of a two-letter language code; raises UsageError for one without a stemmer."""
    from whoosh.lang import stemmer_for_language

    if language not in supported_languages():
        raise UsageError(
            f"There is no stemmer for the language '{language}'; choose one of: "
            f"{', '.join(supported_languages())}."
        )
    return lru_cache(maxsize=65536)(stemmer_for_language(language))


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """Function words that are dropped from a question, never from a passage."""
    from whoosh.lang.stopwords import stoplists

    return QUESTION_WORDS.get(language, frozenset()).union(stoplists.get(language, ()))
