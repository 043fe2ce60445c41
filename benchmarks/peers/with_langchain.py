"""LangChain: EnsembleRetriever of BM25Retriever and FAISS, reciprocal ranks, equal weights.

https://python.langchain.com/docs/how_to/ensemble_retriever/ is the default: BM25Retriever splits
at white space and keeps case. https://docs.langchain.com/oss/python/integrations/retrievers/bm25
recommends NLTK's `word_tokenize` as its `preprocess_func`: the second setting, with NLTK's
untrained sentence splitter, as the trained one is a download. The third is our own, so that no
reader need wonder: the words lower-cased, stemmed and without stop words, as plain bm25s has them.

Each list is 100 deep, as for every tool here, where the pages ask for a few: a weak list does more
harm then. With 10 of each, the default's nDCG@10 is 0.80 on clapnq-dev instead of 0.64 (its
questions are in lower case) and 0.86 on squad-dev instead of 0.85.
"""
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

from collections.abc import Callable, Iterator

import bm25s
import Stemmer
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktSentenceTokenizer

PEER = "LangChain"
DISTRIBUTION = "langchain-classic"
SHARES_INDEX = True
TOP = 100


def settings(
    ids: list[str], texts: list[str], model: str
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield the ensemble with three ways to split the words."""
    embeddings = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})
    metadatas = [{"id": passage_id} for passage_id in ids]
    vectors = FAISS.from_texts(texts, embeddings, metadatas=metadatas)
    semantic = vectors.as_retriever(search_kwargs={"k": TOP})
    for name, split in (
        ("default", None),
        ("word_tokenize", word_tokenize()),
        ("stemmer (ours)", stemmed()),
    ):
        options = {} if split is None else {"preprocess_func": split}
        keyword = BM25Retriever.from_texts(texts, metadatas=metadatas, k=TOP, **options)
        ensemble = EnsembleRetriever(
            retrievers=[keyword, semantic], weights=[0.5, 0.5], id_key="id"
        )
        yield name, searcher(ensemble)


def searcher(ensemble: EnsembleRetriever) -> Callable[[str], list[str]]:
    """Return the search of one ensemble."""
    return lambda question: [hit.metadata["id"] for hit in ensemble.invoke(question)][:TOP]


def word_tokenize() -> Callable[[str], list[str]]:
    """Return what `nltk.word_tokenize` does, with the untrained sentence splitter."""
    sentences, words = PunktSentenceTokenizer(), NLTKWordTokenizer()
    return lambda text: [word for line in sentences.tokenize(text) for word in words.tokenize(line)]


def stemmed() -> Callable[[str], list[str]]:
    """Return the splitting that plain bm25s uses with a stemmer."""
    stemmer = Stemmer.Stemmer("english")

    def split(text: str) -> list[str]:
        tokens = bm25s.tokenize(text, stemmer=stemmer, return_ids=False, show_progress=False)
        words: list[str] = tokens[0]
        return words

    return split
