"""Findings counted otherwise: by articles instead of origins, with other bounds, without hearsay.

What a table shows depends on what one counts as one, and on what a vague word stands for. Here the
same claims are counted by several definitions, so that a finding that hangs on one of them shows.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from condotta import origins, tracker

if TYPE_CHECKING:
    from condotta.codebook import Codebook

UNITS = ("claims", "articles", "outlets", "origins")
ENOUGH = 2  # claims, articles, outlets or origins behind a line that counts as corroborated


def widen_vague(
    claims: pd.DataFrame, articles: pd.DataFrame, *, word: str = "hundreds", low: int = 100
) -> pd.DataFrame:
    """Return the claims with another lower bound for a vague plural.

    Parameters
    ----------
    claims, articles : DataFrame
        The tables of a run; the words of a count are looked up in the text.
    word : str
        The plural, as printed; also found where a half or several stands before it.
    low : int
        The fewest it shall stand for.

    Returns
    -------
    DataFrame
        All claims; those whose count is given by that word alone have `low` as `count_min`.

    Notes
    -----
    Changes what is counted in a finished run. To read reports by other bounds from the start,
    change `quantities.yaml`.
    """
    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    columns = ["article_id", "count_start", "count_end", "count_min"]
    vague = [
        pd.notna(start) and pd.notna(least) and _is_vague(texts[article_id][start:end], word)
        for article_id, start, end, least in claims[columns].itertuples(index=False)
    ]
    return claims.assign(count_min=claims["count_min"].mask(pd.Series(vague, claims.index), low))


def _is_vague(words: str, word: str) -> bool:
    """Return whether a plural stands for a count by itself, without a figure.

    Examples
    --------
    >>> _is_vague("hundreds", "hundreds"), _is_vague("300", "hundreds")
    (True, False)
    >>> _is_vague("hundreds of thousands", "hundreds")
    False
    """
    plurals = [one for one in words.lower().replace("-", " ").split() if one.endswith("s")]
    return plurals == [word] and not any(letter.isdigit() for letter in words)


def count_voices(
    claims: pd.DataFrame,
    articles: pd.DataFrame,
    copies: pd.DataFrame,
    *,
    codebook: "Codebook",
    by: str = "destination",
) -> pd.DataFrame:
    """Count what stands behind each value of a slot, from claims down to independent origins.

    Returns
    -------
    DataFrame
        One row per value, most claims first: `claims`, `articles`, `outlets`, `origins`.
    """
    traced = origins.trace_origins(claims, articles, copies, codebook=codebook)
    both = claims[["claim_id", "article_id", by]].merge(traced, on="claim_id")
    keys = ("claim_id", "article_id", "outlet_key", "origin_key")
    groups = both.dropna(subset=[by]).groupby(by)
    counted = groups[list(keys)].nunique().set_axis(UNITS, axis=1)
    return counted.sort_values("claims", ascending=False, kind="stable")


def compare_definitions(
    variants: Mapping[str, pd.DataFrame],
    articles: pd.DataFrame,
    copies: pd.DataFrame,
    *,
    codebook: "Codebook",
) -> pd.DataFrame:
    """Draw lines from several versions of the claims and set their findings side by side.

    Parameters
    ----------
    variants : mapping of str to DataFrame
        A name of the definition, and the claims by it.
    articles, copies : DataFrame
        The tables of the run.
    codebook : Codebook
        As for `tracker.draw_lines`.

    Returns
    -------
    DataFrame
        One row per finding, one column per definition, all of them numbers of lines, pairs of
        lines or persons.

    Notes
    -----
    Decisions of people are left aside: they were made on one definition.
    """
    return pd.DataFrame(
        {
            name: _find(claims, articles, copies, codebook=codebook)
            for name, claims in variants.items()
        },
        dtype="Int64",
    )


def _find(
    claims: pd.DataFrame, articles: pd.DataFrame, copies: pd.DataFrame, *, codebook: "Codebook"
) -> dict[str, int]:
    lines = tracker.draw_lines(claims, articles, copies, codebook=codebook)
    against = tracker.find_contradictions(lines, claims, articles, copies, codebook=codebook)
    counted = {f"lines with {ENOUGH} {unit}": lines[f"n_{unit}"].ge(ENOUGH).sum() for unit in UNITS}
    standing = lines["status"].value_counts()
    return {
        "claims": len(claims),
        "lines": len(lines),
        **counted,
        "lines corroborated and undenied": standing.get("corroborated", 0),
        "lines contested": standing.get("contested", 0),
        "pairs that contradict on a count": against["kind"].eq("count").sum(),
        "fewest persons on any counted line, summed": lines["count_min"].sum(),
    }
