"""Plain BM25: bm25s, as in its quick start.

https://github.com/xhluca/bm25s#quickstart: `tokenize` drops English stop words by default and
`BM25()` is Lucene's variant; a stemmer is optional there, and recommended.
"""
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

from collections.abc import Callable, Iterator

import bm25s
import Stemmer

PEER = "bm25s"
DISTRIBUTION = "bm25s"
SHARES_INDEX = False
TOP = 100


def settings(
    ids: list[str],
    texts: list[str],
    model: str,
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield BM25 without and with a stemmer."""
    for name, stemmer in (("default", None), ("stemmer", Stemmer.Stemmer("english"))):
        index = bm25s.BM25()
        index.index(
            bm25s.tokenize(texts, stemmer=stemmer, show_progress=False), show_progress=False
        )
        yield name, searcher(index, stemmer, ids)


def searcher(index: bm25s.BM25, stemmer: object, ids: list[str]) -> Callable[[str], list[str]]:
    """Return the search of one index."""

    def search(question: str) -> list[str]:
        tokens = bm25s.tokenize(question, stemmer=stemmer, show_progress=False)
        places, scores = index.retrieve(tokens, k=min(TOP, len(ids)), show_progress=False)
        pairs = zip(places[0], scores[0], strict=True)
        return [ids[place] for place, score in pairs if score > 0]

    return search
