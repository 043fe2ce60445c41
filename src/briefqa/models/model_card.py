"""What the card of a model, the README.md in its folder, says of its languages."""

from __future__ import annotations

from pathlib import Path

from briefqa.errors import ModelUnavailable
from briefqa.models.sentence_transformer import DEFAULT_MODEL, folder_of
from briefqa.text.language import language_code

_MOST_CHARS = 100_000


def languages_of(model: str) -> tuple[str, ...]:
    """The two-letter codes of the languages an embedding model was made for, by its name or folder.

    Empty where its card does not say, or says that it is multilingual without naming them.
    """
    if model == DEFAULT_MODEL:
        return ("en",)
    try:
        folder = folder_of(model)
    except ModelUnavailable:
        return ()
    return languages_on(folder)


def languages_on(folder: Path) -> tuple[str, ...]:
    """The same of a model in a folder."""
    import yaml

    try:
        with (folder / "README.md").open(encoding="utf-8", errors="replace") as card:
            text = card.read(_MOST_CHARS)
        head = text.split("\n---", 1)[0].removeprefix("---") if text.startswith("---") else ""
        said = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506  # strings, lists, mappings
    except (OSError, yaml.YAMLError, RecursionError, ValueError):
        return ()
    languages = said.get("language", ()) if isinstance(said, dict) else ()
    named = [languages] if isinstance(languages, str) else languages
    codes = [language_code(one) for one in named if isinstance(one, str)]
    return tuple(dict.fromkeys(filter(None, codes)))
