"""The files of one generation of an index."""

from __future__ import annotations

GENERATION_FILES = [
    "documents.jsonl",
    "documents.starts.npy",
    "in-use",
    "keyword/gains.npy",
    "keyword/lengths.npy",
    "keyword/phrases.starts.npy",
    "keyword/phrases.vocabulary.txt",
    "keyword/phrases.words.npy",
    "keyword/rows.npy",
    "keyword/spellings.npy",
    "keyword/starts.npy",
    "keyword/terms.txt",
    "manifest.json",
    "passages.jsonl",
    "passages.starts.npy",
    "vectors.keys.npy",
    "vectors.npy",
    "vectors.starts.npy",
]
