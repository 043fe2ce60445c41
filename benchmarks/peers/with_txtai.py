"""txtai: an embeddings index with `hybrid=True`.

https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid: BM25 with normalised
scores beside the vectors; https://neuml.github.io/txtai/embeddings/query/#hybrid-search: both
weighted equally, a convex sum. The second setting is the other normalisation it offers, "bb25",
fused as log-odds: https://neuml.github.io/txtai/embeddings/configuration/scoring/#normalize and
https://github.com/neuml/txtai/pull/1041, where it is better on four sets of five. It changes only
how scores are fused, so it is switched on in the same index.
"""
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from collections.abc import Callable, Iterator

from txtai import Embeddings
from txtai.scoring.normalize import Normalize

PEER = "txtai"
DISTRIBUTION = "txtai"
SHARES_INDEX = True
TOP = 100


def settings(
    ids: list[str], texts: list[str], model: str
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield the default fusion, then the Bayesian one."""
    index = Embeddings(path=model, hybrid=True, gpu=False)
    index.index(zip(ids, texts, strict=True))

    def search(question: str) -> list[str]:
        return [passage_id for passage_id, _ in index.search(question, TOP)]

    yield "default", search
    index.scoring.normalize = "bb25"
    index.scoring.normalizer = Normalize("bb25")
    yield "bb25", search
