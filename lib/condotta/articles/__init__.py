"""Raw files to one row per article; what could not be read, to one row in `skipped`.

Reading repairs a text once (encoding, line ends, NUL, half characters, what cannot be seen) and
says so; from then on every span of every table counts in the repaired text. Nothing is left out
in silence, nothing in an article is executed, and no date is taken from a file's clock.

`sources` the files of a source · `formats` which reader reads which · `isolation` the process in
which they do · `rows` what they gave, as one row of the table.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from condotta import tables
from condotta.articles import formats, isolation, sources
from condotta.articles.cleaning import decode
from condotta.articles.formats import FORMATS
from condotta.articles.headings import find_dateline, find_title
from condotta.articles.limits import DEFAULT, NO_ARTICLE, REASONS, Limits
from condotta.articles.publication import read_date
from condotta.articles.records import FIELDS, read_columns
from condotta.articles.rows import find_language
from condotta.articles.sources import SourceError, check_source, find_files, keep_input

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FIELDS",
    "FORMATS",
    "NO_ARTICLE",
    "REASONS",
    "Limits",
    "Reading",
    "SourceError",
    "check_source",
    "decode",
    "find_dateline",
    "find_files",
    "find_language",
    "find_title",
    "keep_input",
    "read_articles",
    "read_columns",
    "read_date",
    "unused_fields",
]


class Reading(NamedTuple):
    """What a source gave."""

    articles: "pd.DataFrame"
    skipped: "pd.DataFrame"


def read_articles(source: str | Path, *, columns: str = "", limits: Limits = DEFAULT) -> Reading:
    """Read every article of a file, a folder or a glob.

    Parameters
    ----------
    source : path or glob
        Files of the kinds in `formats.READERS` and `formats.CONTAINERS`. A text, a page, a PDF, a
        document or a mail is one article. A table (JSON, JSON lines, CSV, TSV, Parquet) is one a
        record, with the fields `url`, `publisher`, `published`, `title`, `byline`, `text` (other
        fields: `unused_fields`); a feed is one an entry, a web archive one a page, and a zip file
        whatever is in it.
    columns : str
        Which column of a table holds which field, such as ``text=body,published=date``.
    limits : Limits
        What one report may cost; what costs more is skipped.

    Returns
    -------
    Reading
        `articles`, one row an article, ordered by `article_id`; `skipped`, one row for everything
        else that was found, with its reason, so that both together have one row for each. The
        columns stand in `tables.ARTICLES` and `tables.SKIPPED`. What has the same content is one
        article with all its paths, and one row with the reason `copy` for each time it came again.

    Raises
    ------
    SourceError
        If nothing is there to read.

    Notes
    -----
    A headline is recognised only where it stands apart: a first line without a full stop, followed
    by an empty line or by a much longer one. A date of publication is the one given, or stands in
    the url, or at the head of the text, in this order. Day and month in figures alone, as in
    04/05/2020, could be either and are not read as a date.

    Files are parsed in a process of their own with a deadline and a bound on its memory, so that
    one that breaks a parser costs itself; see `isolation`.

    Examples
    --------
    >>> from condotta import resources
    >>> articles, skipped = read_articles(resources.find("data/sample"))
    >>> len(articles), len(skipped)
    (34, 0)
    """
    rows, skipped = [], []
    for answer, shown in _answers(source, read_columns(columns), limits):
        if answer.row:
            rows.append({**answer.row, "source_path": shown, "place": answer.place})
        else:
            skipped.append((answer.place, answer.reason, answer.detail))
    kept, copies = _merge_same(rows)
    lost = [dict(zip(tables.SKIPPED, row, strict=True)) for row in sorted([*skipped, *copies])]
    return Reading(tables.shape("articles", kept), tables.shape("skipped", lost))


def _answers(
    source: str | Path, columns: dict[str, str], limits: Limits, *, only_names: bool = False
) -> Iterator[tuple[isolation.Answer, str]]:
    """Yield what came of everything in a source, with the file it stands in."""
    child = isolation.open_child(limits)
    for path, shown in find_files(source):
        if why := sources.find_reason(path, shown):
            yield isolation.Answer(shown, None, *why), shown
            continue
        file, kind = str(path.absolute()), formats.find_kind(shown).lstrip(".")
        for answer in child.read(file, shown, kind, columns, only_names=only_names):
            yield answer, answer.place if answer.place.startswith(f"{shown}/") else shown


def _merge_same(rows: list[dict]) -> tuple[list[dict], list[tuple[str, str, str]]]:
    """Return rows ordered by key, those with one key as one with all its paths; and the others."""
    merged: dict[str, dict] = {}
    copies = []
    for row in sorted(rows, key=lambda row: (row["article_id"], row["source_path"], row["place"])):
        place = row.pop("place")
        known = merged.setdefault(row["article_id"], row)
        if known is row:
            continue
        copies.append((place, "copy", f"the same as {row['article_id']}, which is read"))
        if row["source_path"] not in known["source_path"].split("; "):
            for column in ("source_path", "source_sha256"):
                known[column] += f"; {row[column]}"
    return list(merged.values()), copies


def unused_fields(
    source: str | Path, *, columns: str = "", limits: Limits = DEFAULT
) -> dict[str, list[str]]:
    """Return, for each table file of a source, the fields that no column of `articles` takes."""
    named = read_columns(columns)
    taken = {named.get(field, field) for field in FIELDS}
    unused: dict[str, set[str]] = {}
    for answer, shown in _answers(source, named, limits, only_names=True):
        if left := set(answer.names) - taken:
            unused.setdefault(shown, set()).update(left)
    return {shown: sorted(names) for shown, names in sorted(unused.items())}
