"""The only door to spaCy: open the pipeline, yield Docs with their article id, keep parsed Docs."""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from condotta import tables

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

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
    """Return the key of the pipeline: other weights, rules or another spaCy give another key."""
    import spacy

    import en_condotta

    folder = Path(en_condotta.__file__).parent
    paths = [
        *folder.glob("*.py"),
        folder / "clusters.npz",
        *(path for path in folder.glob("weights/**/*") if path.is_file()),
    ]
    named = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    digests = [blake2b(path.read_bytes(), digest_size=16).hexdigest() for _, path in named]
    return tables.key("p", spacy.__version__, *(name for name, _ in named), *digests)


def parse(
    articles: pd.DataFrame, *, kept: Path | None = None, progress: bool = False
) -> Iterator[tuple[str, "Doc"]]:
    """Yield every article with its parsed text, one at a time, in the order of the table.

    Parameters
    ----------
    articles : DataFrame
        One row per article, with `article_id` and `text`.
    kept : Path, optional
        Folder in which parsed Docs are kept. What it holds of this pipeline is read instead of
        parsed again; a damaged file is parsed again.
    progress : bool
        Show a progress bar.

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
    if progress:
        from tqdm.auto import tqdm

        rows = tqdm(rows.itertuples(index=False, name=None), total=len(rows), unit="article")
    else:
        rows = rows.itertuples(index=False, name=None)
    for text, article_id in rows:
        yield article_id, _read_or_parse(text, kept)


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


def _read_or_parse(text: str, kept: Path | None) -> "Doc":
    if kept is None:
        return open_pipeline()(text)
    file = _file_of(text, kept)
    doc = _read(file, text)
    if doc is None:
        doc = open_pipeline()(text)
        _keep(file, doc)
    return doc


def _file_of(text: str, kept: Path) -> Path:
    name = tables.key("d", text)
    return Path(kept) / version() / name[1:3] / f"{name}.spacy"


def _read(file: Path, text: str) -> "Doc | None":
    """Return the Doc kept in a file, or None where there is none that is whole and of this text."""
    from spacy.tokens import DocBin

    try:
        (doc,) = DocBin().from_bytes(file.read_bytes()).get_docs(open_pipeline().vocab)
    except Exception:  # no file, or damaged bytes, which fail in whatever layer they reach first
        return None
    return doc if doc.text == text else None


def _keep(file: Path, doc: "Doc") -> None:
    from spacy.tokens import DocBin

    tables.write_bytes(file, DocBin(attrs=ATTRIBUTES, docs=[doc]).to_bytes())
