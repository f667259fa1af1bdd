"""The data dictionary: every column of every table, as `tables` defines it, in Markdown."""

from collections.abc import Iterator, Mapping

from condotta import tables

TYPES = {"str": "text", "Float64": "number", "Int64": "whole number", "boolean": "yes or no"}
INTRODUCTION = """\
# Tables of a run

Written by `condotta dictionary` from `lib/condotta/tables.py`; change it there. A run keeps each
table as `tables/<name>.parquet`. Spans count characters of `articles.text`; the end is one past the
last. Where a column is not *always* filled, an empty cell means that the words do not say it.
"""


def write_dictionary(described: Mapping[str, Mapping[str, tables.Column]] = tables.TABLES) -> str:
    """Return all tables as Markdown, one section a table, one line a column.

    Examples
    --------
    >>> print(write_dictionary({"skipped": tables.SKIPPED}).splitlines()[-1])
    | `detail` | what was wrong, in a sentence | text | | |
    """
    sections = ("\n".join(_section(name, columns)) for name, columns in described.items())
    return "\n".join([INTRODUCTION, *sections])


def _section(name: str, columns: Mapping[str, tables.Column]) -> Iterator[str]:
    yield f"## {name}\n"
    yield "| column | meaning | type | unit | filled |"
    yield "|---|---|---|---|---|"
    for column, spec in columns.items():
        allowed = f"; one of: {', '.join(spec.allowed)}" if spec.allowed else ""
        filled = "always, unique" if spec.key else "always" if spec.required else ""
        unit = "" if spec.unit == TYPES[spec.dtype] else spec.unit
        cells = (f"`{column}`", spec.meaning + allowed, TYPES[spec.dtype], unit, filled)
        yield "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
    yield ""
