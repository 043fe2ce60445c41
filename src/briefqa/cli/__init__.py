"""The command line."""

from __future__ import annotations

from briefqa.cli.commands import main

__all__ = ["main"]
