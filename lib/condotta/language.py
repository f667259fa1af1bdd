"""The only door to spaCy: open the pipeline, yield Docs with their article id, pack parsed Docs."""

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from condotta import tables

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, DocBin

MAX_CHARS = 500_000  # takes 1.7 GB of memory at the peak; a book, not a report
ATTRIBUTES = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "LEMMA", "HEAD", "DEP", "SENT_START"]
ATTRIBUTES += ["ENT_IOB", "ENT_TYPE"]


@cache
def open_pipeline() -> "Language":
    """Return the pipeline that ships with the package, opened once.

    Raises
    ------
    OSError
        If its weights are missing or damaged; reinstall condotta.

    Examples
    --------
    >>> doc = open_pipeline()("The Kremlin denied it.")
    >>> [token.lemma_ for token in doc]
    ['the', 'Kremlin', 'deny', 'it', '.']
    """
    import en_condotta

    return en_condotta.load()


@cache
def version() -> str:
    """Return the key of the pipeline: other weights, rules or another spaCy give another key.

    Nothing is loaded for it.
    """
    folder = Path(util.find_spec("en_condotta").submodule_search_locations[0])
    paths = [
        *folder.glob("*.py"),
        folder / "clusters.npz",
        *(path for path in folder.glob("weights/**/*") if path.is_file()),
    ]
    named = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    digests = [blake2b(path.read_bytes(), digest_size=16).hexdigest() for _, path in named]
    names = (name for name, _ in named)
    return tables.key("p", metadata.version("spacy"), *ATTRIBUTES, *names, *digests)


def parse(articles: pd.DataFrame) -> Iterator[tuple[str, "Doc"]]:
    """Yield every article with its parsed text, one at a time, in the order of the table.

    Parameters
    ----------
    articles : DataFrame
        One row per article, with `article_id` and `text`.

    Yields
    ------
    (str, Doc)
        `doc.text` is the text of the article, character by character. Names are in `doc.ents`,
        SOURCE, CUE and CONTENT spans in ``doc.spans["attribution"]``.

    Notes
    -----
    Texts in other languages and those longer than `MAX_CHARS` are left out; `unparsed` lists
    them. Each text is read by itself, so that no article changes the parse of another, and one
    Doc is in memory at a time.
    """
    rows = articles.loc[~_too_long(articles) & ~_foreign(articles), ["text", "article_id"]]
    for text, article_id in rows.itertuples(index=False, name=None):
        yield article_id, open_pipeline()(text)


def new_pack() -> "DocBin":
    """Return what parsed Docs are put in one by one, to keep them; ``to_bytes()`` gives a file."""
    from spacy.tokens import DocBin

    return DocBin(attrs=ATTRIBUTES)


def unpack(content: bytes, article_ids: Iterable[str]) -> Iterator[tuple[str, "Doc"]]:
    """Yield kept Docs, each with the article it was parsed from."""
    from spacy.tokens import DocBin

    docs = DocBin().from_bytes(content).get_docs(open_pipeline().vocab)
    yield from zip(article_ids, docs, strict=True)


def unparsed(articles: pd.DataFrame) -> pd.DataFrame:
    """Return the articles that `parse` leaves out, and why.

    Returns
    -------
    DataFrame
        One row per article that is too long or not in English: `article_id`, `reason` and
        `detail`.

    Examples
    --------
    >>> articles = pd.DataFrame({"article_id": ["a1", "a2"], "text": ["Short.", "x" * 500_001]})
    >>> unparsed(articles)
      article_id    reason                                             detail
    0         a2  too_long  500,001 characters; the pipeline reads texts o...
    """
    foreign = _foreign(articles)
    rows = [
        (row.article_id, "language", f"in `{row.language}`; the pipeline reads English")
        for row in articles[foreign].itertuples()
    ]
    limit = f"the pipeline reads texts of up to {MAX_CHARS:,}; split the article."
    rows += [
        (row.article_id, "too_long", f"{len(row.text):,} characters; {limit}")
        for row in articles[_too_long(articles) & ~foreign].itertuples()
    ]
    return pd.DataFrame(rows, columns=["article_id", "reason", "detail"])


def _too_long(articles: pd.DataFrame) -> pd.Series:
    return articles["text"].str.len() > MAX_CHARS


def _foreign(articles: pd.DataFrame) -> pd.Series:
    """Return which articles are in a language other than English; where it is not known, none."""
    if "language" not in articles:
        return pd.Series(False, index=articles.index)
    return articles["language"].notna() & articles["language"].ne("en")
