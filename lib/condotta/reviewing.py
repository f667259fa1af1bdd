"""The review of claims in JupyterLab: a queue, and a widget that shows one claim at a time."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from condotta import reviews, tables
from condotta.ledger import EDITABLE, FIGURES, Ledger, LedgerError

AROUND = 300
"""Characters of the article shown before and after the claim."""

ONE_SITTING = 200
"""Claims sent to the browser at once."""

SHOWS = ("unreviewed", "contested", "low certainty", "biggest figures", "another look", "all")


def queue_claims(
    claims: pd.DataFrame,
    articles: pd.DataFrame,
    lines: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    show: str = "unreviewed",
) -> pd.DataFrame:
    """Return the claims that wait for a person, in the order in which they are best read.

    Parameters
    ----------
    claims, articles, lines, decisions : DataFrame
        The tables `claims`, `articles`, `tracker` and `reviews`.
    show : str
        ``unreviewed``: without a decision that stands. ``contested``: on a line that is denied or
        contradicted. ``low certainty``: alleged or possible. ``biggest figures``: most persons
        first. ``another look``: decided, but something moved or another reviewer disagrees.
        ``all``.

    Returns
    -------
    DataFrame
        One row per claim: `claim_id`, `line_id`, `status`, `type`, `recruiter`, `recruits`,
        `destination`, `certainty`, `persons`, `decision`.

    Raises
    ------
    ValueError
        If there is no such queue.
    """
    if show not in SHOWS:
        raise ValueError(f"show: no queue is called {show!r}; queues are {', '.join(SHOWS)}.")
    replay = reviews.replay(claims, articles, decisions)
    queue = _with_lines(claims, lines).assign(
        decision=lambda table: table["claim_id"].map(replay.marks).astype("str"),
        persons=lambda table: table[["count_min", "count_max"]].max(axis=1),
    )
    chosen = {
        "unreviewed": queue["decision"].isna(),
        "contested": queue["status"].eq("contested") | queue["contradictions"].notna(),
        "low certainty": queue["certainty"].isin(["alleged", "possible"]),
        "biggest figures": queue["persons"].notna(),
        "another look": queue["claim_id"].isin(replay.another_look["claim_id"]),
        "all": queue["claim_id"].notna(),
    }[show]
    columns = ["persons", "article_id", "start", "claim_id"]
    by = columns if show == "biggest figures" else columns[1:]
    ordered = queue[chosen].sort_values(by, ascending=[name != "persons" for name in by])
    return ordered[QUEUE].reset_index(drop=True)


QUEUE = [
    "claim_id", "line_id", "status", "type", "recruiter", "recruits", "destination", "certainty",
    "persons", "decision",
]  # fmt: skip


def _with_lines(claims: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return claims with the line each stands on; a denial with the first line it contests."""
    columns = ["line_id", "status", "contradictions"]
    stands = [
        lines[[*columns, ids]].rename(columns={ids: "claim_id"}).dropna(subset="claim_id")
        for ids in ("claim_ids", "denial_ids")
    ]
    on = pd.concat(stands).assign(claim_id=lambda table: table["claim_id"].str.split("; "))
    on = on.explode("claim_id").drop_duplicates("claim_id").astype({"claim_id": "str"})
    return claims.merge(on, on="claim_id", how="left", validate="one_to_one")


class Reviewing(anywidget.AnyWidget):
    """A widget that shows one claim after the other and writes decisions to a ledger.

    Parameters
    ----------
    claims, articles, lines : DataFrame
        The tables `claims`, `articles` and `tracker` of a run.
    ledger : str or Path
        File or database URL; made with the first decision.
    reviewer : str
        Who decides; can be written into the widget.
    show : str
        The queue; see `queue_claims`.

    Notes
    -----
    What the browser sends is checked like any input. Keys: `a` accept, `r` reject, `e` edit, `u`
    undo, `j` and `k` to go on and back; buttons do the same.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")
    items = traitlets.List(traitlets.Dict()).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True)
    decisions = traitlets.Dict().tag(sync=True)
    reviewer = traitlets.Unicode("").tag(sync=True)
    show = traitlets.Unicode("unreviewed").tag(sync=True)
    filters = traitlets.List(list(SHOWS)).tag(sync=True)
    progress = traitlets.Unicode("").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        claims: pd.DataFrame,
        articles: pd.DataFrame,
        lines: pd.DataFrame,
        ledger: str | Path,
        *,
        reviewer: str = "",
        show: str = "unreviewed",
    ) -> None:
        """Fill the queue and go to the first claim without a decision."""
        super().__init__(reviewer=reviewer, show=show)
        self._claims, self._articles, self._lines = claims, articles, lines
        self._where = ledger
        self._fill()
        self.observe(lambda _change: self._fill(), "show")
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))

    def __repr__(self) -> str:
        """Return how many claims are in the queue."""
        return f"Reviewing({len(self.items)} claims)"

    def _fill(self) -> None:
        made = reviews.read(self._where)
        show = self.show if self.show in SHOWS else "all"
        queue = queue_claims(self._claims, self._articles, self._lines, made, show=show)
        with self.hold_sync():
            self.items = _items(queue["claim_id"].head(ONE_SITTING), self._claims, self._articles)
            self._mark(made)
            ids = [item["id"] for item in self.items]
            self.index = next((n for n, key in enumerate(ids) if key not in self.decisions), 0)

    def _mark(self, made: pd.DataFrame) -> None:
        marks = reviews.replay(self._claims, self._articles, made).marks
        known = set(self._claims["claim_id"])
        self.decisions = {key: words for key, words in marks.items() if key in known}
        self.progress = f"{len(self.decisions)} of {len(known)} claims have a decision"

    def receive(self, content: Any) -> None:
        """Take one message of the browser: decide, and go on, or say what was wrong."""
        try:
            action, claim_id, slots, reason = _checked(content)
            if claim_id not in {item["id"] for item in self.items}:
                raise LedgerError(f"{claim_id!r} is not in this queue.")
            self.decide(action, claim_id, slots=slots, reason=reason)
            self.message = ""
        except LedgerError as error:
            self.message = str(error)

    def decide(
        self,
        action: str,
        claim_id: str,
        *,
        slots: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Write one decision to the ledger: ``accept``, ``reject``, ``edit`` or ``undo``."""
        if not self.reviewer.strip():
            raise LedgerError("Write your name first; every decision says whose it is.")
        with reviews.opened(self._where) as ledger:
            ledger.record(
                action,
                claim_id,
                reviewer=self.reviewer.strip(),
                reason=reason,
                edited_slots=slots or None,
                supersedes=self._last(ledger, claim_id) if action == "undo" else None,
                seen=reviews.look(self._claims, self._articles, [claim_id]),
            )
            made = ledger.decisions()
        self._mark(made)
        if action != "undo":
            self.index = min(self.index + 1, len(self.items))

    def _last(self, ledger: Ledger, claim_id: str) -> str:
        """Return this reviewer's last decision on a claim that still stands."""
        standing = reviews.standing(ledger.decisions())
        own = [
            row["review_id"]
            for row in standing
            if row["claim_id"] == claim_id and row["reviewer"] == self.reviewer.strip()
        ]
        if not own:
            raise LedgerError("There is no decision of yours on this claim to undo.")
        return own[-1]


def _checked(content: Any) -> tuple[str, str, dict[str, Any], str]:
    """Return what a message asks for; numbers typed into fields become numbers."""
    if not isinstance(content, Mapping) or content.get("action") not in (
        "accept", "reject", "edit", "undo",
    ):  # fmt: skip
        raise LedgerError("The browser sent nothing that can be decided.")
    typed = content.get("slots") if isinstance(content.get("slots"), Mapping) else {}
    slots = {str(slot): _typed(slot, value) for slot, value in typed.items()}
    return content["action"], str(content.get("id")), slots, str(content.get("reason") or "")


def _typed(slot: str, value: Any) -> Any:
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    if slot not in FIGURES:
        return text
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _items(
    keys: Iterable[str], claims: pd.DataFrame, articles: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return what the browser shows of each claim."""
    keys = list(keys)
    rows = claims[claims["claim_id"].isin(keys)].astype(object)
    rows = rows.where(rows.notna(), None).to_dict("records")
    pages = articles[articles["article_id"].isin({row["article_id"] for row in rows})]
    pages = pages.astype(object).where(pages.notna(), None).to_dict("records")
    page = {row["article_id"]: row for row in pages}
    items = {row["claim_id"]: _item(row, page[row["article_id"]]) for row in rows}
    return [items[key] for key in keys]


def _item(row: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    first = max(row["start"] - AROUND, 0)
    text = page["text"][first : row["end"] + AROUND]
    via = f", through {row['via']}" if row["via"] else ""
    source = row["source_name"] or "the outlet itself"
    told = (page["publisher"], page["published_on"], page["title"])
    return {
        "id": row["claim_id"],
        "text": text,
        "spans": _spans(row, first, len(text)),
        "from": " · ".join(part for part in told if part),
        "said": f"{source} ({row['source_kind']}{via}) {row['stance']}; {row['certainty']}",
        "slots": {slot: _shown(row[slot]) for slot in EDITABLE},
    }


def _spans(row: Mapping[str, Any], first: int, length: int) -> list[dict[str, Any]]:
    """Return the claim and its slots as spans of the passage; what lies outside is left out."""
    named = [("claim", row["start"], row["end"])]
    named += [(slot, row[f"{slot}_start"], row[f"{slot}_end"]) for slot in tables.SLOT_SPANS]
    return [
        {"slot": slot, "start": start - first, "end": end - first}
        for slot, start, end in named
        if start is not None and first <= start < end <= first + length
    ]


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else f"{value:.15g}"
