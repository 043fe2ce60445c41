"""The languages whose word endings are folded: stemmers, stop words and names.

Which of them a text is in is told by its script and its stop words.

Stemmers and stop words are Whoosh's (Snowball), but for two stemmers that it cannot load. English
has some more stop words, which occur in questions only.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from threading import Lock

import regex

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
NAMES = {
    "af": "Afrikaans",
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "gl": "Galician",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "hy": "Armenian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sq": "Albanian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "th": "Thai",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}

_NOT_OF_WHOOSH = {"ar": "arabic", "tr": "turkish"}  # it lists them, but cannot load them

# Three-letter codes, and others, that documents have for some of them.
_OTHER_CODES = dict(
    pair.split("=")
    for pair in (
        "nb=no nn=no nob=no nno=no nor=no ara=ar ces=cs cze=cs dan=da deu=de dut=nl ell=el eng=en "
        "fin=fi fra=fr fre=fr ger=de gre=el hun=hu ita=it jpn=ja kor=ko nld=nl pol=pl por=pt "
        "ron=ro rum=ro rus=ru spa=es swe=sv tur=tr ukr=uk zho=zh"
    ).split()
)


def supported_languages() -> tuple[str, ...]:
    """Two-letter codes of the languages whose words can be stemmed."""
    from whoosh.lang import languages

    return tuple(sorted(languages))


def language_name(language: str) -> str:
    """The English name of a two-letter language code; the code itself where there is none."""
    return NAMES.get(language, language)


def language_code(said: str) -> str:
    """The two-letter code of a language as a document names it, such as `de-AT`, `ger` or `German`.

    Empty for none that has a name here.
    """
    plain = said.strip().lower()[:40]
    by_name = (code for code, name in NAMES.items() if name.lower() == plain)
    code = plain.replace("_", "-").partition("-")[0]
    return next(by_name, _OTHER_CODES.get(code, code if code in NAMES else ""))


def stemmed_as(language: str, otherwise: str) -> str:
    """The language itself if its words can be stemmed, else the other one."""
    return language if language in supported_languages() else otherwise


@lru_cache
def stemmer(language: str) -> Stem:
    """The stemmer of a two-letter language code; raises UsageError for one without a stemmer."""
    from whoosh.lang import stemmer_for_language

    if language not in supported_languages():
        raise UsageError(
            f"There is no stemmer for the language '{language}'; choose one of: "
            f"{', '.join(supported_languages())}."
        )
    name = _NOT_OF_WHOOSH.get(language)
    return lru_cache(maxsize=65536)(_snowball(name) if name else stemmer_for_language(language))


def _snowball(name: str) -> Stem:
    """A stemmer of the Snowball project, which keeps a word's state: one thread at a time."""
    from snowballstemmer import stemmer

    stem, lock = stemmer(name).stemWord, Lock()

    def one_at_a_time(word: str) -> str:
        with lock:
            return str(stem(word))

    return one_at_a_time


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """Function words that are dropped from a question, never from a passage."""
    from whoosh.lang.stopwords import stoplists

    return QUESTION_WORDS.get(language, frozenset()).union(stoplists.get(language, ()))


_MOST_WORDS = 400  # that are looked at to tell a language
_LEAD = 2  # stop words that a language must be ahead by
_LETTERS = regex.compile(r"\p{L}+")
_OTHER_SCRIPTS = {
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "zh": regex.compile(r"\p{Han}"),
    "ru": regex.compile(r"\p{Cyrillic}"),
    "el": regex.compile(r"\p{Greek}"),
    "ar": regex.compile(r"\p{Arabic}"),
    "hi": regex.compile(r"\p{Devanagari}"),
}


def language_of(text: str, otherwise: str) -> str:
    """The language that the words of a text are plainly in; `otherwise` where they do not tell."""
    words = _LETTERS.findall(text)[:_MOST_WORDS]
    if not text.isascii():
        letters = "".join(words)
        for language, script in _OTHER_SCRIPTS.items():
            share = len(script.findall(letters)) / (len(letters) or 1)
            if share > (0.1 if language == "ja" else 0.5):
                return language
    known = _by_stop_word()
    found = Counter(code for word in words for code in known.get(word.lower(), ()))
    if not found:
        return otherwise
    best, count = max(found.items(), key=lambda item: (item[1], item[0] == otherwise))
    return best if count >= found[otherwise] + _LEAD else otherwise


@lru_cache
def _by_stop_word() -> dict[str, tuple[str, ...]]:
    """The languages of each stop word."""
    from whoosh.lang.stopwords import stoplists

    languages: dict[str, tuple[str, ...]] = {}
    for code, words in stoplists.items():
        for word in words:
            languages[word] = (*languages.get(word, ()), code)
    return languages
