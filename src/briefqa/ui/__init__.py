"""The page: conversation left, sources and documents right.

The only folder that imports gradio, and only once `page` or `serve` is called: importing it is
cheap and sets nothing.
"""

from __future__ import annotations

from briefqa.ui.server import page, serve

__all__ = ["page", "serve"]
