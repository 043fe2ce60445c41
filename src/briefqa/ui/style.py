"""How the page looks: its stylesheet and the theme under it, and its own static files."""

from __future__ import annotations

from importlib.resources import files

import gradio as gr

_STYLES = ("page.css", "reading.css")


def stylesheet() -> str:
    """The page's own CSS."""
    return "\n".join(map(own_file, _STYLES))


def theme() -> gr.themes.Base:
    """Plain ground for the stylesheet, and the fonts it names.

    They are files of the gradio package that hold the whole Latin, Greek and Cyrillic alphabets
    (most of its others hold a fragment); nothing is fetched.
    """
    sans = gr.themes.LocalFont("Source Sans Pro", weights=(400, 700))
    mono = gr.themes.LocalFont("IBM Plex Mono", weights=(400,))
    return gr.themes.Base(
        font=[sans, "system-ui", "sans-serif"], font_mono=[mono, "ui-monospace", "monospace"]
    )


def own_file(name: str) -> str:
    """The text of a static file of the page's."""
    return files("briefqa.ui").joinpath("static", name).read_text(encoding="utf-8")
