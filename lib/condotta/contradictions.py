"""Claims that cannot both hold, with the words of both."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from condotta import origins, tables
from condotta.comparing import (
    SHARED,
    UNDATED,
    Claim,
    Interval,
    Line,
    exclude,
    first_day,
    read_claims,
)
from condotta.parting import sponsors

if TYPE_CHECKING:
    from condotta.codebook import Codebook

SAME_TIME_DAYS = 31
"""Undated figures printed within a month are about one time."""

WINDOW = 4
"""Figures above it with which each is compared."""


class Pair(NamedTuple):
    """Two claims that cannot both hold."""

    line_id: str
    other_line_id: str
    kind: str
    difference: str
    claim_id: str
    other_claim_id: str


def find_contradictions(
    lines: pd.DataFrame,
    claims: pd.DataFrame,
    articles: pd.DataFrame,
    copies: pd.DataFrame,
    *,
    codebook: "Codebook",
) -> pd.DataFrame:
    """Find claims that cannot both hold, with the words of both.

    Parameters
    ----------
    lines : DataFrame
        The table `tracker`.
    claims, articles, copies : DataFrame
        The tables it was drawn from; after a review the claims of `reviews.replay`.
    codebook : Codebook
        The one it was drawn with.

    Returns
    -------
    DataFrame
        One row per contradiction of two lines (table `contradictions`).

    Notes
    -----
    *count*, *pay*: the same about the same people at the same time, from two origins, in figures
    that exclude each other. Numbers that moved (flows) have to be dated alike, since two flights
    are not one. A line is compared with the next few figures above it, not with all.
    *recruiter*, *destination*: two of figure, place of origin, staging and date agree to the
    letter, the recruiter or the destination does not. *denial*: affirmed and denied, one row for
    each who denies.
    """
    traced = origins.trace_origins(claims, articles, copies, codebook=codebook)
    pairs = contradict(lines, read_claims(claims, articles, traced, codebook), codebook)
    words = words_of({key for pair in pairs for key in pair[-2:]}, claims, articles)
    rows = [
        {
            **pair._asdict(),
            "quotation": words[pair.claim_id],
            "other_quotation": words[pair.other_claim_id],
        }
        for pair in pairs
    ]
    return tables.shape("contradictions", rows)


def words_of(keys: set[str], claims: pd.DataFrame, articles: pd.DataFrame) -> dict[str, str]:
    """Return the sentence of each claim, on one line."""
    quoted = claims.loc[claims["claim_id"].isin(keys), ["claim_id", "article_id", "start", "end"]]
    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    return {
        claim_id: " ".join(texts[article_id][start:end].split())
        for claim_id, article_id, start, end in quoted.itertuples(index=False, name=None)
    }


def note(lines: pd.DataFrame, pairs: Iterable[Pair]) -> pd.Series:
    """Return, for every line, what contradicts it."""
    notes = defaultdict(list)
    for pair in pairs:
        for line_id in dict.fromkeys((pair.line_id, pair.other_line_id)):
            notes[line_id].append(f"{pair.kind}: {pair.difference}")
    joined = {line_id: "; ".join(dict.fromkeys(found)) for line_id, found in notes.items()}
    return lines["line_id"].map(joined).astype("str")


def contradict(lines: pd.DataFrame, read: Iterable[Claim], codebook: "Codebook") -> list[Pair]:
    """Return the contradictions of lines, sorted, as keys of claims."""
    by_id = {claim.claim_id: claim for claim in read}
    told = [
        (row.line_id, [by_id[key] for key in row.claim_ids.split("; ")])
        for row in lines.sort_values("line_id").itertuples(index=False)
    ]
    told = [(line_id, line) for line_id, line in told if line[0].stance != "denies"]
    leaf = {line_id: _leaf(line, codebook) for line_id, line in told}
    pairs = [
        *_figures(told, leaf, "count"),
        *_figures(told, leaf, "pay"),
        *_movements(told, leaf, codebook),
        *_denials(lines, by_id),
    ]
    return sorted(dict.fromkeys(pairs))


def _leaf(line: Line, codebook: "Codebook") -> str | None:
    """Return the recruiter of a line: the proxy, where its sponsor is named too."""
    recruiters = sorted({claim.recruiter for claim in line} - {None})
    return max(recruiters, key=lambda r: len(sponsors(r, codebook)), default=None)


Told = list[tuple[str, Line]]


def _figures(told: Told, leaf: Mapping[str, str | None], slot: str) -> Iterator[Pair]:
    """Yield figures about one thing, and of one time, that exclude each other."""
    about: dict[tuple, list[tuple[Interval, str, Claim]]] = defaultdict(list)
    for line_id, line in told:
        claim = next((claim for claim in line if getattr(claim, slot)), None)
        if claim and leaf[line_id]:
            unit = ("count_kind",) if slot == "count" else ("currency", "period", "pay_kind")
            thing = tuple(_value(line, name) for name in (*SHARED, "type", *unit))
            about[leaf[line_id], *thing].append((getattr(claim, slot), line_id, claim))
    for stated in about.values():
        stated.sort(key=lambda row: row[:2])
        for at, (figure, line_id, claim) in enumerate(stated):
            for other, other_id, rival in stated[at + 1 : at + 1 + WINDOW]:
                if exclude(figure, other) and _one_time(claim, rival, slot):
                    said = f"{_printed(figure)} against {_printed(other)}"
                    yield Pair(line_id, other_id, slot, said, claim.claim_id, rival.claim_id)


def _value(line: Line, slot: str) -> Any:
    return next((v for claim in line if (v := getattr(claim, slot)) is not None), None)


def _printed(figure: Interval) -> str:
    low, high = ("" if abs(bound) == inf else f"{bound:.15g}" for bound in figure)
    return low if low == high else f"{low}..{high}"


def _one_time(claim: Claim, other: Claim, slot: str) -> bool:
    """Whether two origins speak of one time; for flows, only where both say which."""
    cites = claim.article_id == other.article_id and (claim.own_voice or other.own_voice)
    if cites or claim.origin_key == other.origin_key:
        return False
    if claim.dates and other.dates:
        return claim.dates[0] <= other.dates[1] and other.dates[0] <= claim.dates[1]
    if slot == "count" and claim.count_kind == "flow":
        return False
    days = [first_day(c.published_on) for c in (claim, other) if c.published_on != UNDATED]
    return len(days) < 2 or abs(days[0] - days[1]) <= SAME_TIME_DAYS


def _movements(told: Told, leaf: Mapping[str, str | None], codebook: "Codebook") -> Iterator[Pair]:
    """Yield movements told alike, of which one names another recruiter or destination."""
    alike: dict[tuple, list[tuple[str, Claim, str]]] = defaultdict(list)
    for line_id, line in told:
        destination, recruits = _value(line, "destination"), _value(line, "recruits")
        if not (destination and recruits and leaf[line_id]):
            continue
        stated = [(s, v) for s in ("count", "origin", "staging", "dates") if (v := _value(line, s))]
        for both in combinations(stated, 2):
            same = line[0].type, recruits, both
            alike["recruiter", destination, *same].append((line_id, line[0], leaf[line_id]))
            alike["destination", leaf[line_id], *same].append((line_id, line[0], destination))
    for (kind, *_), rivals in alike.items():
        for (line_id, claim, one), (other_id, rival, other) in pairwise(rivals):
            backed = (*sponsors(one, codebook), one), (*sponsors(other, codebook), other)
            if one not in backed[1] and other not in backed[0]:
                said = f"{_shown(one, codebook)} against {_shown(other, codebook)}"
                yield Pair(line_id, other_id, kind, said, claim.claim_id, rival.claim_id)


def _shown(key: str, codebook: "Codebook") -> str:
    entries = (codebook.entries.get(part) for part in key.split(";"))
    parts = zip(key.split(";"), entries, strict=True)
    return "; ".join(entry.name if entry else part for part, entry in parts)


def _denials(lines: pd.DataFrame, by_id: Mapping[str, Claim]) -> Iterator[Pair]:
    contested = lines[lines["denial_ids"].notna()]
    for row in contested.itertuples(index=False):
        affirmed = by_id[row.claim_ids.split("; ")[0]]
        first: dict[str, Claim] = {}
        for key in row.denial_ids.split("; "):
            first.setdefault(by_id[key].origin_key, by_id[key])
        for denial in first.values():
            said = f"affirmed against denied by {denial.source_name or 'the outlet'}"
            yield Pair(row.line_id, row.line_id, "denial", said, affirmed.claim_id, denial.claim_id)
