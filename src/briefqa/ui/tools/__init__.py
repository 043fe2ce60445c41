"""The tools that stand in place of the conversation when the menu opens one."""

from __future__ import annotations

from typing import Any

import gradio as gr

from briefqa.ui import messages, opened_source, session, sources_view
from briefqa.ui.service import IndexService
from briefqa.ui.tools.draft import DraftTool
from briefqa.ui.tools.frame import QUIET, Tool
from briefqa.ui.tools.mentions import AllMentions
from briefqa.ui.tools.questionnaire import Questionnaire
from briefqa.ui.tools.watches import Watches

# Where the keyboard goes on: in the tool that opened, or in the conversation again.
_FOCUS = """() => setTimeout(() => {
  const one = [".tool textarea, .tool input", ".tool [data-tool]", "#question textarea"];
  one.map((each) => document.querySelector(each)).find(Boolean)?.focus();
}, 50)"""


class Tools:
    """All of them, one shown at a time; `named` are their names and titles."""

    def __init__(self, service: IndexService) -> None:
        """Make the components where they stand on the page."""
        self._service = service
        self._tools: list[Tool] = [
            AllMentions(service), DraftTool(service), Questionnaire(service)
        ]  # fmt: skip
        if service.library is not None:  # watches are kept beside the index
            self._tools.append(Watches(service))
        self.named = tuple((tool.name, tool.title) for tool in self._tools)

    def connect(self, event: gr.HTML, tab: gr.Textbox, exported: gr.HTML, js: str) -> None:
        """Say what their events do; `event` is the part that the page's script triggers."""
        columns = [tool.column for tool in self._tools]
        # What is chosen while a tool is still opening is done too, not dropped, and after it.
        in_order: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_limit": 1}
        opened = event.option_select(
            self._choose, tab, [*columns, event], js=js, **in_order, **QUIET
        )
        opened.then(None, None, None, js=_FOCUS)
        for tool in self._tools:
            tool.connect(event, tab, exported, js)

    def _choose(self, event: gr.EventData, sent: str) -> list[Any]:
        """A tool, with no source beside it yet; or the conversation with its newest."""
        wanted = messages.decoded(event._data, messages.OpenTool)
        if wanted and wanted.batch:  # a file for the one that is open
            return [gr.skip()] * (len(self._tools) + 1)
        name = wanted.tool if wanted else ""
        columns = [gr.update(visible=tool.name == name) for tool in self._tools]
        if any(tool.name == name for tool in self._tools):
            return [*columns, sources_view.closed(None)]
        turns = session.restored(self._service, messages.tab(sent).turns)
        return [*columns, opened_source.first(self._service, turns, len(turns))]
