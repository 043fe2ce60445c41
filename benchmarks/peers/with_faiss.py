"""Plain FAISS: whole passages, one vector each, exact inner product.

https://github.com/facebookresearch/faiss/wiki/Getting-started (the flat index) and
https://sbert.net/docs/quickstart.html (`encode`; the model's vectors have unit length).
"""
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from collections.abc import Callable, Iterator

import faiss
from sentence_transformers import SentenceTransformer

PEER = "FAISS"
DISTRIBUTION = "faiss-cpu"
SHARES_INDEX = True
TOP = 100


def settings(
    ids: list[str], texts: list[str], model: str
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield the one setting there is."""
    encoder = SentenceTransformer(model, device="cpu")
    vectors = encoder.encode(texts, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)

    def search(question: str) -> list[str]:
        vector = encoder.encode([question], show_progress_bar=False)
        _, places = index.search(vector, min(TOP, len(ids)))
        return [ids[place] for place in places[0]]

    yield "default", search
