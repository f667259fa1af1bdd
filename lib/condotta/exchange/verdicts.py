"""What people decided, claim by claim: whether it stands, by whom, why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from condotta import reviews, tables
from condotta.exchange.contents import Contents, joined, plain
from condotta.ledger import NEEDS
from condotta.tables import Column

VERDICTS: Mapping[str, Column] = {
    "claim_id": Column("claim that is decided about; empty where a name is"),
    "name": Column("name that is decided about"),
    "line_id": Column("line of the tracker that the claim is on; empty where it was rejected"),
    **{
        name: tables.REVIEWS[name]
        for name in ("review_id", "decision", "edited_slots", "reason", "reviewer", "decided_at")
    },
    "is_standing": Column("whether no later decision replaces it", "boolean", "yes or no", True),
    "another_look": Column("why a person should look again, joined by '; '"),
}
OF_CLAIMS = {
    "line_id": Column("line of the tracker that the claim is on; empty where it was rejected"),
    "review": Column("latest human decision of each reviewer, joined by '; '"),
}


def list_verdicts(contents: Contents) -> pd.DataFrame:
    """Return every decision ever made, one row a claim or name that it is about.

    A decision that merges or splits lines has a row for each of its claims. Decisions about claims
    that are not in this run are kept too.
    """
    rows = list(_verdicts(contents))
    return pd.DataFrame(rows, columns=list(VERDICTS)).astype(
        {name: column.dtype for name, column in VERDICTS.items()}
    )


def _verdicts(contents: Contents) -> Iterator[dict[str, Any]]:
    subjects = {
        row["review_id"]: [
            row["claim_id"],
            *row["edited_slots"].get(NEEDS.get(row["decision"]), ()),
        ]
        for row in reviews.standing(contents.run["reviews"])
    }
    again = defaultdict(list)
    for row in plain(contents.decided.another_look):
        again[row["review_id"]].append(row["why"])
    for row in plain(contents.run["reviews"].sort_values(["decided_at", "review_id"])):
        review = row["review_id"]
        row |= {"is_standing": review in subjects, "another_look": joined(again[review])}
        told = {name: row[name] for name in VERDICTS if name in row}
        if row["decision"] == "rename":
            yield told | {"claim_id": None, "name": row["claim_id"]}
            continue
        for claim in subjects.get(review, [row["claim_id"]]):
            yield told | {"claim_id": claim, "line_id": contents.line_of.get(claim)}


def mark_claims(contents: Contents) -> pd.DataFrame:
    """Return the claims as they were read, with their line and what was decided about them."""
    claims = contents.run["claims"]
    found = {"line_id": contents.line_of, "review": contents.decided.marks}
    marks = {name: claims["claim_id"].map(by.get).astype("str") for name, by in found.items()}
    return claims.assign(**marks)
