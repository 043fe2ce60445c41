"""Parts of the page that the browser shows over the rest, and closes with Escape."""

from __future__ import annotations

from briefqa.ui.html import Html, tag

KEYS = tag(
    "dl",
    *(
        part
        for key, does in (
            ("Enter", "asks the question; with Shift it begins a line"),
            ("Escape", "closes what is open, or leaves the question box"),
            ("1 to 9", "open a source of the answer, outside the box"),
            ("?", "shows these keys, outside the box"),
        )
        for part in (tag("dt", key), tag("dd", does))
    ),
)
"""What each key does."""


def popup(name: str, title: str, *content: Html) -> Html:
    """A part that a button with its name in `popovertarget` opens; it has the focus until then."""
    return tag(
        "div",
        head(name, title),
        *content,
        id=name,
        popover="auto",
        role="dialog",
        aria_label=title,
        class_="popup",
    )


def head(name: str, title: str) -> Html:
    """Its title, and the button that closes it."""
    close = tag(
        "button",
        "Close",
        type="button",
        popovertarget=name,
        popovertargetaction="hide",
        autofocus=True,
        data_key=f"close-{name}",
    )
    return tag("div", tag("h2", title), close, class_="panel-head")
