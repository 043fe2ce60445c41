"""BriefQA: how long does one question take, in each mode?

    python benchmarks/peers/with_briefqa.py INDEX QUERIES

Run it with the Python that BriefQA is installed in. INDEX is an index folder, QUERIES a BEIR
`queries.jsonl`. Its rankings come from `briefqa eval`; this only measures, as run_peer.py does for
the others: one question after another, the 100 best of each.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

TOP = 100


def main(index: str, queries: Path) -> None:
    """Print the version, the import time and, for each mode, the percentiles."""
    started = time.perf_counter()
    from briefqa import __version__, open_index
    from briefqa.records import Mode

    import_s = time.perf_counter() - started
    lines = queries.read_text("utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines if line.strip()]
    searcher = open_index(index, reader=None)  # retrieval alone, as for all
    searcher.search(questions[0])  # loads the model, which is part of building for the others
    modes = {}
    for mode in Mode:
        seconds = []
        for question in questions:
            started = time.perf_counter()
            searcher.search(question, k=TOP, mode=mode)
            seconds.append(time.perf_counter() - started)
        percentiles = statistics.quantiles(seconds, n=20, method="inclusive")
        modes[str(mode)] = {
            "query_p50_ms": round(1000 * percentiles[9], 2),
            "query_p95_ms": round(1000 * percentiles[18], 2),
        }
    print(json.dumps({"version": __version__, "import_s": round(import_s, 2), "modes": modes}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
