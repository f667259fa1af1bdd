"""The embedding all heads share: hashed word shapes, and word clusters from unlabelled text."""

from functools import cache
from pathlib import Path

import numpy as np
from spacy.attrs import ORTH, intify_attr
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import (
    HashEmbed,
    Maxout,
    Model,
    chain,
    concatenate,
    list2ragged,
    ragged2list,
    with_array,
)

TABLE = Path(__file__).parent / "clusters.npz"
COARSE = 6  # leading bits of a cluster that make the coarse feature


@cache
def read_clusters() -> tuple[np.ndarray, np.ndarray]:
    """Return the hashes of known words, ascending, and the cluster of each."""
    with np.load(TABLE) as table:
        return table["words"], table["clusters"]


def find_clusters(words: np.ndarray) -> np.ndarray:
    """Return the cluster of each word hash; 0 for words in none."""
    known, clusters = read_clusters()
    at = np.searchsorted(known, words).clip(max=len(known) - 1)
    return np.where(known[at] == words, clusters[at], 0).astype("uint64")


@registry.architectures("condotta.WordEmbed.v1")
def make_embedding(
    width: int, attrs: list[str], rows: list[int], cluster_rows: list[int]
) -> Model[list[Doc], list]:
    """Make one vector a word out of hashed attributes, its cluster and its coarse cluster."""
    columns = [intify_attr(attr) for attr in attrs]
    tables = [
        HashEmbed(width, count, column=i, seed=8 + i, dropout=0.0)
        for i, count in enumerate([*rows, *cluster_rows])
    ]
    mixed = Maxout(width, width * len(tables), nP=3, dropout=0.0, normalize=True)
    features = Model("word_features", _extract, attrs={"columns": columns})
    return chain(
        features, list2ragged(), with_array(concatenate(*tables)), with_array(mixed), ragged2list()
    )


def _extract(model: Model, docs: list[Doc], is_train: bool):
    columns = model.attrs["columns"]
    return [_features(doc, columns) for doc in docs], lambda gradient: []


def _features(doc: Doc, columns: list[int]) -> np.ndarray:
    words = doc.to_array([ORTH, *columns]).reshape(len(doc), -1)
    clusters = find_clusters(words[:, 0])
    coarse = clusters & ((1 << COARSE) - 1)
    return np.column_stack([words[:, 1:], clusters, coarse]).astype("uint64")
