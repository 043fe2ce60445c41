"""HTML in which a document's text can only ever be text.

Everything the page and the reports show is made here. A plain `str` is text and is escaped where
it enters; an `Html` is already markup and only `tag`, `join` and `escape` make one, so the type
checker and the tests see every way in. There is no other escaping, and no templating of document
text.
"""

from __future__ import annotations

import re


class Html(str):
    """A piece of finished markup."""

    __slots__ = ()


# Letters, digits, white space, a few marks without meaning to any renderer, and all that is not
# ASCII stay as they are. Whatever HTML, Markdown or a template could read as syntax becomes a
# numeric reference; what no page can show becomes the replacement character.
_SYNTAX = re.compile(r"[!-+\-./:<->@\[-`{-~]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_VOID = ("br", "hr", "input")  # elements without content, and so without an end


def escape(text: str) -> Html:
    """The markup that shows exactly `text`, in an element or in a quoted attribute."""
    shown = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return Html(_SYNTAX.sub(lambda match: f"&#{ord(match[0])};", shown))


def join(*children: str | None) -> Html:
    """Children one after another; a plain `str` is escaped, None leaves nothing."""
    return Html("".join(_markup(child) for child in children if child is not None))


def tag(name: str, *children: str | None, **attributes: str | int | bool | None) -> Html:
    """An element; a plain `str` child is escaped, an `Html` child is kept, None leaves nothing.

    Attributes are spelled as Python names: `class_`, `data_turn`, `aria_label`. True writes the
    bare attribute; None and False leave it out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def _markup(child: str) -> Html:
    return child if isinstance(child, Html) else escape(child)
