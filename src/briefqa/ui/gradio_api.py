"""The functions for other programs as gradio's own calls, for its clients."""

from __future__ import annotations

import functools

import gradio as gr

from briefqa.programs.functions import Programs, Source, with_plain_errors


def add_programs(searcher: Source) -> None:
    """Offer `/search`, `/ask` and `/documents` to gradio's clients; to be called in a gr.Blocks."""
    programs = Programs(searcher)
    for function in (programs.search, programs.ask, programs.documents):
        gr.api(
            with_plain_errors(function, functools.partial(gr.Error, print_exception=False)),
            api_name=function.__name__,
            concurrency_limit=8,
        )
