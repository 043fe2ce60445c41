"""Which language a text is written in, as py3langid tells by its letters in sequence.

Its model comes with the package, so that nothing is fetched. It reads a sample of bounded size, and
where it is not sure, as of a few words, a list of names or code, there is no language.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from briefqa.text.language import NAMES

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SURE = 0.9  # least probability of a language that is told
_SAMPLE = 2_000  # characters from the beginning, the middle and the end
_LEAST = 40  # letters; fewer tell nothing, but in a script that few languages have
_LEAST_UNSPACED = 8
_LETTER = regex.compile(r"\p{L}")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
_NO_WORDS = regex.compile(r"https?://\S++|<[^<>]{0,200}+>|`[^`\n]{0,200}+`")


def detected(text: str) -> str:
    """The two-letter code of the language of a text; empty where it cannot be told surely."""
    middle = max(_SAMPLE, (len(text) - _SAMPLE) // 2)
    end = max(middle + _SAMPLE, len(text) - _SAMPLE)
    parts = (text[start : start + _SAMPLE] for start in (0, middle, end))
    sample = _NO_WORDS.sub(" ", "\n".join(parts))
    letters = len(_LETTER.findall(sample))
    if letters < _LEAST and len(_UNSPACED.findall(sample)) < _LEAST_UNSPACED:
        return ""
    # A text in capitals would look like none: the model has seen few.
    language, probability = _identifier().classify(sample.lower() if sample.isupper() else sample)
    return str(language) if probability >= SURE and language in NAMES else ""


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """The model, which is read in half a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*NAMES, "la"])  # Latin, so that filler text is none of the others
    return identifier
