"""The markup of `briefqa.text.html`, and what only the page needs of it."""

from __future__ import annotations

import re

from briefqa.text.html import Html as Html
from briefqa.text.html import escape as escape
from briefqa.text.html import join as join
from briefqa.text.html import tag as tag

_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_JOINTS = re.compile("( › | · |, )")


def isolated(text: str) -> Html:
    """A title, a name, a citation: what turns the direction of writing in it does so nowhere else.

    Of a citation each part by itself, if there is such a character in it.
    """
    parts = _JOINTS.split(text) if _DIRECTIONS.search(text) else [text]
    names = (tag("bdi", part) if place % 2 == 0 else part for place, part in enumerate(parts))
    return tag("bdi", text) if len(parts) == 1 else tag("bdi", *names)
