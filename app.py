"""Opens the page over index/; `make app` or `briefqa build data` makes that folder."""

from __future__ import annotations

import sys
from pathlib import Path

from briefqa import BriefQAError
from briefqa.ui import serve

if __name__ == "__main__":
    try:
        serve(Path(__file__).resolve().parent / "index")
    except BriefQAError as error:
        sys.exit(str(error))
