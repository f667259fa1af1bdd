"""What people decided about claims, replayed on every rerun.

A decision is about a claim, never about a row of one run: it is found again by the claim's key
after articles were added, rules changed or the run moved. It also keeps the words and the slots
the reviewer saw; where these moved, it is listed for another look, and never dropped.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from condotta import tables
from condotta.ledger import EDITABLE, NEEDS, Ledger, LedgerError, opened, read

__all__ = [
    "Ledger",
    "LedgerError",
    "Replay",
    "count_reviewed",
    "look",
    "opened",
    "read",
    "replay",
    "standing",
]

VERDICTS = ("accept", "reject", "edit")
NAMES = (*tables.SLOTS, "source_name", "via")


def look(
    claims: pd.DataFrame, articles: pd.DataFrame, claim_ids: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Return claims as a reviewer sees them: article, words and filled slots, ready for `record`.

    A claim that is not in the table is left out.
    """
    wanted = claims[claims["claim_id"].isin(list(claim_ids))]
    printed = articles.set_index("article_id")["text"]
    return {
        row["claim_id"]: _seen(row, printed[row["article_id"]]) for row in wanted.to_dict("records")
    }


def _seen(row: Mapping[str, Any], text: str) -> dict[str, Any]:
    words = text[row["start"] : row["end"]]
    slots = {slot: _plain(row[slot]) for slot in EDITABLE if pd.notna(row[slot])}
    return {"article_id": row["article_id"], "words": words, **slots}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


class Replay(NamedTuple):
    """Claims as people decided, and what has to be done with lines."""

    claims: pd.DataFrame
    together: list[tuple[str, str]]
    apart: list[tuple[str, str]]
    marks: dict[str, str]
    another_look: pd.DataFrame


def replay(claims: pd.DataFrame, articles: pd.DataFrame, decisions: pd.DataFrame) -> Replay:
    """Apply every decision that stands to the claims of a run.

    Returns
    -------
    Replay
        `claims`: renamed and edited, rejected ones left out. `together`, `apart`: pairs of claims
        whose lines were merged or split. `marks`: for every claim its latest decisions in words.
        `another_look`: decisions under which the words or slots moved, whose claim is gone, or
        with which another reviewer disagrees. Of two that conflict the later one is applied.

    Notes
    -----
    A rule that now reads another source or figure in the same words makes another claim of them.
    Where it is the only claim of its type there, and nobody decided on it, it takes the place of
    the one that is gone, and the decision is listed with what moved.

    Examples
    --------
    >>> replay(tables.empty("claims"), tables.empty("articles"), tables.empty("reviews")).marks
    {}
    """
    rows = _rebind(standing(decisions), claims, articles)
    links = _latest_links(rows)
    named = _rename(claims, rows)
    edited = _edit(named, rows)
    last = {row["claim_id"]: row["decision"] for row in rows if row["decision"] in VERDICTS}
    rejected = [claim for claim, verdict in last.items() if verdict == "reject"]
    return Replay(
        edited[~edited["claim_id"].isin(rejected)].reset_index(drop=True),
        [pair for decision, pair in links if decision == "merge"],
        [pair for decision, pair in links if decision == "split"],
        _marks(rows),
        _another_look(rows, claims, articles),
    )


def standing(decisions: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the decisions that no standing one replaces; undoing an undo restores."""
    ordered = decisions.sort_values(["decided_at", "review_id"]).astype(object)
    rows = ordered.where(ordered.notna(), None).to_dict("records")
    later = defaultdict(list)
    for row in rows:
        row["edited_slots"] = json.loads(row["edited_slots"] or "{}")
        row["seen"] = json.loads(row["seen"] or "{}")
        later[row["supersedes"]].append(row["review_id"])

    def stands(review_id: str) -> bool:
        return not any(stands(other) for other in later.get(review_id, ()))

    return [row for row in rows if row["decision"] != "undo" and stands(row["review_id"])]


def _rebind(
    rows: list[dict[str, Any]], claims: pd.DataFrame, articles: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return decisions with the claims that took the place of those that are gone."""
    seen = {claim: facts for row in rows for claim, facts in row["seen"].items()}
    there = set(claims["claim_id"])
    gone = {claim: _place(facts) for claim, facts in seen.items() if claim not in there and facts}
    if not gone:
        return rows
    near = claims[claims["article_id"].isin({place[0] for place in gone.values()})]
    free: dict[tuple, list[str]] = defaultdict(list)
    for claim, facts in look(near, articles, near["claim_id"]).items():
        if claim not in seen:
            free[_place(facts)].append(claim)
    wanted = Counter(gone.values())
    heir = {
        claim: free[place][0]
        for claim, place in gone.items()
        if len(free[place]) == 1 and wanted[place] == 1
    }
    return [_inherited(row, heir) for row in rows] if heir else rows


def _place(facts: Mapping[str, Any]) -> tuple:
    """Return in which article, in which words and of what type a claim was seen."""
    return facts.get("article_id"), facts.get("words"), facts.get("type")


def _inherited(row: Mapping[str, Any], heir: Mapping[str, str]) -> dict[str, Any]:
    """Return a decision on the heirs of its claims."""
    edited = dict(row["edited_slots"])
    if row["decision"] in ("merge", "split"):
        part = NEEDS[row["decision"]]
        edited[part] = [heir.get(claim, claim) for claim in edited[part]]
    return {
        **row,
        "claim_id": heir.get(row["claim_id"], row["claim_id"]),
        "edited_slots": edited,
        "seen": {heir.get(claim, claim): facts for claim, facts in row["seen"].items()},
    }


def _others(row: Mapping[str, Any]) -> list[str]:
    """Return the other claims of a decision about lines."""
    edited = row["edited_slots"]
    return sorted(edited[NEEDS[row["decision"]]]) if row["decision"] in ("merge", "split") else []


def _latest_links(rows: Iterable[Mapping]) -> list[tuple[str, tuple[str, str]]]:
    """Return the latest decision on every two claims whose lines were merged or split."""
    links = {
        frozenset((row["claim_id"], other)): (row["decision"], (row["claim_id"], other))
        for row in rows
        for other in _others(row)
    }
    return list(links.values())


def _rename(claims: pd.DataFrame, rows: Iterable[Mapping]) -> pd.DataFrame:
    """Return the claims with renamed entities, also where several names are joined."""
    names = {
        row["claim_id"]: row["edited_slots"]["canonical"]
        for row in rows
        if row["decision"] == "rename"
    }
    if not names:
        return claims

    def renamed(cell: str) -> str:
        return "; ".join(names.get(name, name) for name in cell.split("; "))

    return claims.assign(
        **{slot: claims[slot].map(renamed, na_action="ignore").astype("str") for slot in NAMES}
    )


def _edit(claims: pd.DataFrame, rows: Iterable[Mapping]) -> pd.DataFrame:
    """Return the claims with edited slots; an edited slot no longer points at words."""
    edits: dict[str, dict[str, Any]] = defaultdict(dict)
    authors: dict[str, str] = {}
    for row in rows:
        if row["decision"] == "edit":
            authors[row["claim_id"]] = f"edited by {row['reviewer']}"
            for slot, value in row["edited_slots"].items():
                edits[slot][row["claim_id"]] = value
    changed = claims.copy()
    for slot, values in edits.items():
        hit = changed["claim_id"].isin(values)
        new = changed.loc[hit, "claim_id"].map(values.get)
        changed.loc[hit, slot] = new.where(new.notna(), pd.NA)
        spans = [f"{slot.split('_')[0]}_{side}" for side in ("start", "end")]
        changed.loc[hit, [column for column in spans if column in changed]] = pd.NA
    hit = changed["claim_id"].isin(authors)
    changed.loc[hit, "rule"] += "; " + changed.loc[hit, "claim_id"].map(authors)
    return tables.shape("claims", changed)


def _marks(rows: Iterable[Mapping]) -> dict[str, str]:
    """Return for every claim the latest decision of each reviewer, the newest first."""
    latest: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        for claim in (row["claim_id"], *_others(row)):
            latest[claim].pop(row["reviewer"], None)
            latest[claim][row["reviewer"]] = row["decision"]
    return {
        claim: "; ".join(f"{decision} by {who}" for who, decision in reversed(by.items()))
        for claim, by in latest.items()
    }


def _another_look(
    rows: list[dict[str, Any]], claims: pd.DataFrame, articles: pd.DataFrame
) -> pd.DataFrame:
    subjects = {claim for row in rows for claim in (row["claim_id"], *_others(row))}
    now = look(claims, articles, subjects)
    names = {name for slot in NAMES for cell in claims[slot].dropna() for name in cell.split("; ")}
    there = set(articles["article_id"])
    conflicts = _conflicts(rows)
    listed = [
        {**{name: row[name] for name in ("review_id", "claim_id", "decision", "reviewer")},
         "why": why, "applied": applied}
        for row in rows
        for why, applied in (
            *_moved(row, now, names, there), *conflicts.get(row["review_id"], ())
        )
    ]  # fmt: skip
    return tables.shape("another_look", listed)


def _moved(
    row: Mapping[str, Any], now: Mapping[str, Mapping], names: set[str], there: set[str]
) -> Iterator[tuple[str, bool]]:
    """Yield what moved under a decision, and whether it can still be applied."""
    if row["decision"] == "rename":
        if row["claim_id"] not in names:
            yield "no claim holds this name any more", False
        return
    for claim in (row["claim_id"], *_others(row)):
        seen = row["seen"].get(claim, {})
        if claim in now:
            moved = [
                f"`{slot}` was {seen.get(slot)!r}, is {now[claim].get(slot)!r}"
                for slot in ("words", *EDITABLE)
                if seen and seen.get(slot) != now[claim].get(slot)
            ]
            if moved:
                yield f"{claim}: " + ", ".join(moved), True
        elif seen.get("article_id") in there:
            yield f"{claim}: no rule finds it any more; it read {seen['words']!r}", False
        else:
            yield f"{claim}: its article is not in this run, or its text changed", False


def _conflicts(rows: Iterable[Mapping]) -> dict[str, list[tuple[str, bool]]]:
    """Return, by decision, the latest decisions of other reviewers that say the opposite."""
    latest: dict[tuple, dict[str, tuple[Any, Mapping]]] = defaultdict(dict)
    for row in rows:
        for topic, opinion in _opinions(row):
            latest[topic].pop(row["reviewer"], None)
            latest[topic][row["reviewer"]] = opinion, row
    found = defaultdict(list)
    for (_, about), by in latest.items():
        for (opinion, row), (other, later) in combinations(by.values(), 2):
            if opinion != other:
                words = f"{about}: {row['reviewer']} says {opinion}, {later['reviewer']} {other}"
                found[row["review_id"]].append((words, False))
                found[later["review_id"]].append((words, True))
    return found


def _opinions(row: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield what a decision is about, and what it says on that."""
    claim, decision = row["claim_id"], row["decision"]
    if decision in VERDICTS:
        yield ("verdict", claim), "reject" if decision == "reject" else "keep"
    if decision == "edit":
        for slot, value in row["edited_slots"].items():
            yield ("slot", f"{claim} `{slot}`"), value
    if decision == "rename":
        yield ("name", claim), row["edited_slots"]["canonical"]
    for other in _others(row):
        yield ("line", " and ".join(sorted((claim, other)))), decision


def count_reviewed(claims: pd.DataFrame, articles: pd.DataFrame, decisions: pd.DataFrame) -> str:
    """Return how far a review is, in a sentence a line.

    Examples
    --------
    >>> print(count_reviewed(*map(tables.empty, ("claims", "articles", "reviews"))))
    0 of 0 claims have a decision; 0 decisions by 0 reviewers stand, of 0 ever made.
    0 decisions need another look.
    """
    rows = _rebind(standing(decisions), claims, articles)
    decided = claims["claim_id"].isin({row["claim_id"] for row in rows}).sum()
    reviewers = {row["reviewer"] for row in rows}
    again = replay(claims, articles, decisions).another_look["review_id"].nunique()
    return (
        f"{decided:,} of {len(claims):,} claims have a decision; {len(rows):,} decisions by "
        f"{len(reviewers):,} reviewers stand, of {len(decisions):,} ever made.\n"
        f"{again:,} decisions need another look."
    )
