"""Parts of the page that are made of markup, and the one that hands files to the reader."""

from __future__ import annotations

import base64
import time

import gradio as gr

from briefqa.ui.html import Html, tag

TAKES_FILES = """
watch("value", () => {
  const file = element.querySelector("[data-name]");
  if (!file) return;
  const content = Uint8Array.from(atob(file.dataset.content), (sign) => sign.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([content]));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
});
"""
"""What the browser does with a `file` when it becomes the value of a part: the reader gets it."""


def view(value: Html, elem_id: str, js: str | None = None) -> gr.HTML:
    """A part of the page made of markup.

    The template names the value and nothing else, so that no document text is ever part of a
    template: gradio evaluates a rendered template as JavaScript once more.
    """
    return gr.HTML(
        value,
        html_template="${value}",
        js_on_load=js,
        apply_default_css=False,
        elem_id=elem_id,
    )


def file(name: str, content: bytes) -> Html:
    """A file for the part that hands files over."""
    encoded = base64.b64encode(content).decode("ascii")
    # The time, so that the same file is handed out a second time too.
    return tag("div", data_name=name, data_content=encoded, data_at=time.time_ns())
