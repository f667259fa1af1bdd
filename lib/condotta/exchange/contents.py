"""What every export reads: a run's tables, its articles by key, and what people decided."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from condotta import phrases, reviews, tables

if TYPE_CHECKING:
    from condotta.codebook import Codebook

OPTIONAL = ("selection", "reviews", "another_look")
AROUND = 32
"""Characters before and after a quotation that tell it from the same words elsewhere."""


class Contents:
    """The tables of one run, and what is looked up in them.

    Parameters
    ----------
    run : mapping
        The tables by name; those of `OPTIONAL` may be missing.
    codebook_dir : path, optional
        The researcher's own codebook.
    """

    def __init__(self, run: Mapping[str, pd.DataFrame], codebook_dir: Any = None) -> None:
        """Hold the tables; nothing is computed yet."""
        self.run = {name: tables.empty(name) for name in OPTIONAL} | dict(run)
        self.codebook_dir = codebook_dir

    @classmethod
    def read(cls, run_dir: str | Path, codebook_dir: Any = None) -> "Contents":
        """Read a run's tables, and in ``run.json`` which codebook it was made with."""
        run_dir = Path(run_dir)
        names = [n for n in tables.TABLES if n not in OPTIONAL or _is_there(run_dir, n)]
        told = run_dir / "run.json"
        if codebook_dir is None and told.exists():
            codebook_dir = json.loads(told.read_text(encoding="utf-8")).get("codebook")
        return cls({name: tables.read(run_dir, name) for name in names}, codebook_dir)

    @cached_property
    def codebook(self) -> "Codebook":
        """The codebook the run was made with."""
        from condotta import codebook

        return codebook.load(self.codebook_dir)

    @cached_property
    def articles(self) -> Mapping[str, Mapping[str, Any]]:
        """The articles by key, without what is not known of them."""
        return {row["article_id"]: row for row in plain(self.run["articles"])}

    @cached_property
    def statements(self) -> Mapping[str, Mapping[str, Any]]:
        """The statements by key."""
        return {row["statement_id"]: row for row in plain(self.run["statements"])}

    @cached_property
    def decided(self) -> reviews.Replay:
        """The claims as people decided."""
        return reviews.replay(self.run["claims"], self.run["articles"], self.run["reviews"])

    @cached_property
    def line_of(self) -> Mapping[str, str]:
        """The line of the tracker that a claim is on, or that it denies."""
        return {
            claim: line["line_id"]
            for line in plain(self.run["tracker"])
            for column in ("denial_ids", "claim_ids")
            for claim in phrases.parts(line.get(column))
        }

    def words(self, row: Mapping[str, Any], slot: str = "") -> str:
        """Return the words that a span of a row covers.

        Raises
        ------
        ValueError
            If the span does not lie in the text of its article.
        """
        text = self.articles[row["article_id"]]["text"]
        start, end = (row[f"{slot}_{side}" if slot else side] for side in ("start", "end"))
        if not 0 <= start < end <= len(text):
            raise ValueError(
                f"article {row['article_id']}: no characters {start} to {end} for "
                f"`{slot or 'start'}`, the text has {len(text)}; run it again."
            )
        return text[start:end]

    def around(self, row: Mapping[str, Any], slot: str = "") -> tuple[str, str]:
        """Return what stands before and after a span."""
        text = self.articles[row["article_id"]]["text"]
        start, end = (row[f"{slot}_{side}" if slot else side] for side in ("start", "end"))
        return text[max(0, start - AROUND) : start], text[end : end + AROUND]


def _is_there(run_dir: Path, name: str) -> bool:
    return tables.path_of(run_dir, name).exists()


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as mappings of Python's own values, without the cells that are empty.

    Examples
    --------
    >>> plain(tables.shape("skipped", [{"source_path": "a.txt", "reason": "empty"}]))
    [{'source_path': 'a.txt', 'reason': 'empty'}]
    """
    return [
        {name: value for name, value in row.items() if pd.notna(value)}
        for row in table.astype(object).to_dict("records")
    ]


def dump(value: object) -> bytes:
    r"""Return JSON that can stand inside a script element whatever its strings hold.

    Examples
    --------
    >>> dump({"said": "</script>"})
    b'{"said":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8")


def known(**values: Any) -> dict[str, Any]:
    """Return the values that are there: no None, no empty list or text.

    Examples
    --------
    >>> known(name="Milan", url=None, n=0)
    {'name': 'Milan', 'n': 0}
    """
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def joined(values: Iterable[Any]) -> str | None:
    """Return values joined by ``; ``, each once, None where there is none."""
    return "; ".join(dict.fromkeys(str(value) for value in values if value)) or None
