"""The ledger of people's decisions: a table to which rows are only added.

One SQLite file for one desk, a PostgreSQL server for a team, JSON lines for git.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from condotta import resources, tables

if TYPE_CHECKING:
    import sqlalchemy as sql

DECISIONS = tables.REVIEWS["decision"].allowed
FIGURES = (
    *("pay_min", "pay_max", "count_min", "count_max"),
    *("contract_months", "contract_months_max"),
)
WORDS = ("currency", "period", "pay_kind", "count_kind", "date_from", "date_to", "via")
EDITABLE = (
    "type", *tables.SLOTS, *FIGURES, *WORDS, "source_name", "source_kind", "stance", "certainty",
)  # fmt: skip
NEEDS = {"merge": "with", "split": "from", "rename": "canonical"}
WAIT_S = 60
"""Seconds a writer waits for another to finish."""
CHUNK = 500
"""Keys asked for in one query."""


class LedgerError(ValueError):
    """A decision that cannot be kept, or a ledger that cannot be trusted."""


class Ledger:
    """Decisions in a database to which rows are only added.

    Parameters
    ----------
    where : str or Path
        A SQLite file, made if it is not there, or a database URL such as
        ``postgresql+psycopg://host/reviews`` for a team.

    Raises
    ------
    LedgerError
        If the file is damaged; it then says how to restore it from an export.

    Notes
    -----
    Writers of a SQLite file take turns (`BEGIN IMMEDIATE`, write-ahead log), which asks for a
    local disk: a share on the network may lose writes, so that a team uses a server. The
    database itself refuses to change or delete a row.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = Ledger(Path(folder) / "reviews.sqlite")
    ...     _ = ledger.record("accept", "c1", reviewer="Nadia", reason="both quotes read")
    ...     ledger.decisions()[["claim_id", "decision", "reviewer"]]
      claim_id decision reviewer
    0       c1   accept    Nadia
    """

    def __init__(self, where: str | Path) -> None:
        """Open the ledger; make it where there is none."""
        self._file = find_file(where)
        self.where = str(where)
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        self._prepare()

    @cached_property
    def _engine(self) -> "sql.Engine":
        import sqlalchemy as sql

        if not self._file:
            return sql.create_engine(self.where)
        engine = sql.create_engine(f"sqlite:///{self._file}", connect_args={"timeout": WAIT_S})
        sql.event.listen(engine, "connect", _open_sqlite)
        sql.event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    @cached_property
    def _table(self) -> "sql.Table":
        import sqlalchemy as sql

        columns = (
            sql.Column(name, sql.Text, primary_key=spec.key, nullable=not spec.required)
            for name, spec in tables.REVIEWS.items()
        )
        return sql.Table("reviews", sql.MetaData(), *columns)

    def _prepare(self) -> None:
        import sqlalchemy as sql

        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sql.text("SELECT pg_advisory_xact_lock(7219)"))
                if not sql.inspect(connection).has_table("reviews"):
                    self._table.create(connection)
                    for statement in FORBID[connection.dialect.name]:
                        connection.execute(sql.text(statement))
        except sql.exc.DatabaseError as error:
            raise LedgerError(
                f"{self._shown}: cannot be used as a ledger ({error.orig}). "
                "If the file is damaged, move it away and import the last export "
                "(`condotta review --import FILE`)."
            ) from error

    @property
    def _shown(self) -> str:
        """The place without a password."""
        return self.where if self._file else str(self._engine.url)

    def record(
        self,
        decision: str,
        claim_id: str,
        *,
        reviewer: str,
        reason: str | None = None,
        edited_slots: Mapping[str, Any] | None = None,
        supersedes: str | None = None,
        seen: Mapping[str, Any] | None = None,
        decided_at: str | None = None,
    ) -> str:
        """Add one decision and return its key.

        Parameters
        ----------
        decision : str
            ``accept``, ``reject`` or ``edit`` a claim; ``merge`` its line with those of other
            claims or ``split`` it from them; ``rename`` an entity; ``undo`` a decision.
        claim_id : str
            The claim; for ``rename`` the name as it stands.
        reviewer, reason : str
            Who decided, and why.
        edited_slots : mapping, optional
            ``edit``: slot to new value, None to empty it. ``merge``: ``{"with": [claim ids]}``.
            ``split``: ``{"from": [claim ids]}``. ``rename``: ``{"canonical": name}``.
        supersedes : str, optional
            Key of the decision that this one replaces; ``undo`` needs it.
        seen : mapping, optional
            What the reviewer saw; see `reviews.look`.
        decided_at : str, optional
            Moment in UTC; the default is now.

        Raises
        ------
        LedgerError
            If the decision is not known, lacks what it needs, or replaces one that is not there.
        """
        row = {
            "claim_id": claim_id,
            "decision": decision,
            "edited_slots": _packed(edited_slots),
            "reason": reason or None,
            "reviewer": reviewer,
            "decided_at": decided_at or datetime.now(UTC).isoformat(timespec="microseconds"),
            "supersedes": supersedes,
            "seen": _packed(seen),
        }
        row = {"review_id": tables.key("r", *row.values()), **row}
        self._add([row])
        return row["review_id"]

    def _add(self, rows: list[dict]) -> int:
        """Add the rows that are not there yet, all or none, and return how many that were."""
        import sqlalchemy as sql

        for row in rows:
            _check(row)
        with self._engine.begin() as connection:
            named = {row[name] for row in rows for name in ("review_id", "supersedes")}
            there = self._find(connection, sorted(named - {None}))
            known = there | {row["review_id"] for row in rows}
            lost = [row for row in rows if row["supersedes"] and row["supersedes"] not in known]
            if lost:
                raise LedgerError(
                    f"{self._shown}: {len(lost)} of {len(rows)} decisions replace one that is not "
                    f"in the ledger; the first is {lost[0]['supersedes']!r}."
                )
            new = [row for row in rows if row["review_id"] not in there]
            if new:
                connection.execute(sql.insert(self._table), new)
        return len(new)

    def _find(self, connection: "sql.Connection", keys: list[str]) -> set[str]:
        """Return which of these keys the ledger holds."""
        import sqlalchemy as sql

        key = self._table.c.review_id
        chunks = (keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK))
        queries = (sql.select(key).where(key.in_(chunk)) for chunk in chunks)
        return {found for query in queries for found in connection.scalars(query)}

    def decisions(self) -> pd.DataFrame:
        """Return every decision ever made, oldest first (table `reviews`)."""
        import sqlalchemy as sql

        with self._engine.connect() as connection:
            rows = connection.execute(sql.select(self._table)).mappings().all()
        return _ordered(dict(row) for row in rows)

    def export_jsonl(self, target: Path) -> int:
        """Write every decision as one line of JSON, oldest first, and return how many.

        The same ledger gives the same bytes, and one more decision gives one more line, so that
        the file can be kept in git.
        """
        rows = self.decisions().astype(object).where(lambda cell: cell.notna(), None)
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows.to_dict("records"))
        tables.write_bytes(Path(target), "".join(lines).encode())
        return len(rows)

    def import_jsonl(self, source: Path) -> int:
        """Add the decisions of an export that are not there yet, and return how many were new."""
        lines = Path(source).read_text(encoding="utf-8").split("\n")
        return self._add([_parsed(source, n, line) for n, line in enumerate(lines, 1) if line])

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


FORBID = {
    "sqlite": [
        f"CREATE TRIGGER reviews_no_{verb.lower()} BEFORE {verb} ON reviews "
        "BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION reviews_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'decisions are only added'; END $$",
        "CREATE TRIGGER reviews_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON reviews "
        "FOR EACH STATEMENT EXECUTE FUNCTION reviews_only_added()",
    ],
}


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {WAIT_S * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _packed(value: Mapping | None) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None


def _parsed(source: Path, number: int, line: str) -> dict:
    try:
        row = json.loads(line)
        return {name: row[name] for name in tables.REVIEWS}
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(
            f"{source}: line {number} is no decision ({error!r}); nothing was imported."
        ) from error


def _ordered(rows: Iterable[Mapping]) -> pd.DataFrame:
    table = tables.shape("reviews", rows)
    return table.sort_values(["decided_at", "review_id"], ignore_index=True)


def _check(row: Mapping) -> None:
    """Stop a decision that no rerun could follow."""
    decision, edited = row["decision"], json.loads(row["edited_slots"] or "{}")
    if decision not in DECISIONS:
        raise LedgerError(f"decision {decision!r} is not known; known are {list(DECISIONS)}.")
    if not str(row["reviewer"] or "").strip():
        raise LedgerError("a decision needs a reviewer: a name or initials.")
    if decision in NEEDS and not edited.get(NEEDS[decision]):
        raise LedgerError(f"{decision}: `edited_slots` has to hold {NEEDS[decision]!r}.")
    if decision == "undo" and not row["supersedes"]:
        raise LedgerError("undo: `supersedes` has to name the decision that is undone.")
    if decision == "edit":
        _check_slots(edited)


def _check_slots(edited: Mapping[str, Any]) -> None:
    if not edited:
        raise LedgerError("edit: `edited_slots` is empty.")
    for slot, value in edited.items():
        if slot not in EDITABLE:
            raise LedgerError(f"edit: {slot!r} is no slot of a claim; slots are {list(EDITABLE)}.")
        spec = tables.CLAIMS[slot]
        if value is None and spec.required:
            raise LedgerError(f"edit: `{slot}` ({spec.meaning}) cannot be empty.")
        if spec.allowed and value is not None and value not in spec.allowed:
            raise LedgerError(f"edit: `{slot}` cannot be {value!r}; allowed {list(spec.allowed)}.")
        if slot in FIGURES and not (value is None or type(value) in (int, float)):
            raise LedgerError(f"edit: `{slot}` ({spec.meaning}) has to be a number, not {value!r}.")


def find_file(where: str | Path) -> Path | None:
    """Return the file of a ledger; None for a database URL.

    A relative path counts from the project's folder, as for runs.

    Examples
    --------
    >>> find_file("postgresql+psycopg://host/reviews") is None
    True
    """
    return None if "://" in str(where) else resources.locate(where).absolute()


def read(where: str | Path) -> pd.DataFrame:
    """Return the decisions of a ledger; of a file that is not there yet, none.

    Examples
    --------
    >>> len(read("no-such-ledger.sqlite"))
    0
    """
    file = find_file(where)
    if file and not file.exists():
        return tables.empty("reviews")
    with opened(where) as ledger:
        return ledger.decisions()


@contextmanager
def opened(where: str | Path) -> Iterator[Ledger]:
    """Give a ledger and let go of its database afterwards."""
    ledger = Ledger(where)
    try:
        yield ledger
    finally:
        ledger.close()
