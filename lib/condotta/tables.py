"""What each table of a run holds: columns, meaning, unit. One place, used on write and on read.

A table that breaks its schema is never written, and a file whose bytes were changed is never
read: it carries the digest of its bytes. Writing is a rename, so that a table is whole or absent.
"""

import os
import platform
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

SOURCE_KINDS = [
    "named_official",
    "government_body",
    "intelligence",
    "monitor_ngo",
    "media",
    "anonymous_local",
    "recruit_testimony",
    "expert",
    "un_panel",
    "outlet_voice",
    "unknown",
]
STANCES = ["asserts", "accuses", "alleges", "denies", "declines", "does_not_deny", "unclear"]
CERTAINTIES = ["stated_fact", "reported", "alleged", "possible"]
DATE_PRECISIONS = ["day", "month", "year", "range"]
PLACE_PRECISIONS = ["exact", "town", "district", "province", "country"]

SEAL = 32  # bytes of a SHA-256


class Column(NamedTuple):
    """What one column of a table means."""

    meaning: str
    dtype: str = "str"
    unit: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    key: bool = False


def _text(meaning: str, *, required: bool = False, allowed: Iterable[str] = ()) -> Column:
    return Column(meaning, "str", "", required, tuple(allowed))


def _key(meaning: str) -> Column:
    return Column(meaning, "str", "", True, (), True)


def _number(meaning: str, unit: str, *, required: bool = False) -> Column:
    return Column(meaning, "Float64", unit, required)


def _count(meaning: str, unit: str, *, required: bool = False) -> Column:
    return Column(meaning, "Int64", unit, required)


def _flag(meaning: str) -> Column:
    return Column(meaning, "boolean", "yes or no")


def _span(what: str, prefix: str = "", *, required: bool = False) -> dict[str, Column]:
    return {
        f"{prefix}start": _count(
            f"where {what} starts in articles.text", "character", required=required
        ),
        f"{prefix}end": _count(f"one past where {what} ends", "character", required=required),
    }


SLOTS = ("recruiter", "recruits", "origin", "staging", "destination", "beneficiary")
SLOT_SPANS = (*SLOTS, "pay", "count", "contract", "date", "trigger")

ARTICLES = {
    "article_id": _key("stable key of one article, made from its content"),
    "url": _text("address of the article as given"),
    "publisher": _text("outlet that published it, as given"),
    "title": _text("headline, as given; also the first line of `text` where there is one"),
    "byline": _text("author line"),
    "published_at": _text("moment of publication in UTC, where the source states a time"),
    "published_on": _text("day of publication, ISO; partial where only month or year is given"),
    "published_precision": _text("how exact `published_on` is", allowed=DATE_PRECISIONS),
    "dateline": _text("places named before the first dash of the body, as printed"),
    "language": _text("ISO 639-1 code of the language the text is in"),
    "text": _text("title and body; every span of every table counts in this text", required=True),
    "n_words": _count("length of the text", "words", required=True),
    "source_path": _text(
        "file it was read from, relative to the source, and where in it; joined by '; '",
        required=True,
    ),
    "source_sha256": _text("SHA-256 of each file, joined by '; '", required=True),
    "format": _text(
        "how it was read: txt, jsonl, csv ..., zip/html for a page in a zip file", required=True
    ),
    "repairs": _text("what was mended or could not be understood in reading, joined by '; '"),
}

SKIPPED = {
    "source_path": _text(
        "file, member, line or record that gave no article of its own", required=True
    ),
    "reason": _text("reason code, of `articles.REASONS` or of a later step", required=True),
    "detail": _text("what was wrong, in a sentence"),
}

COPIES = {
    "article_id": _key("the article that repeats another"),
    "copy_of": _text(
        "the article it repeats: the first published, then the smallest key", required=True
    ),
    "kind": _text("how alike they are", required=True, allowed=("exact", "near", "wire")),
    "similarity": _number("share of five-word runs in common", "share 0 to 1"),
    "reason": _text("the words or the credit line that led to it", required=True),
}

ENTITIES = {
    "article_id": _text("the article", required=True),
    **_span("the name", required=True),
    "name": _text("the name exactly as printed", required=True),
    "kind": _text(
        "what is named",
        required=True,
        allowed=[
            "person",
            "organisation",
            "armed_group",
            "state",
            "nationality",
            "place",
            "facility",
            "weapon",
            "platform",
            "money",
            "quantity",
            "date",
        ],
    ),
    "entity_id": _text("codebook id of whom or what it stands for, where known"),
    "canonical": _text("the codebook's name for it, else the long form that the article gives"),
    "method": _text(
        "what found it: codebook, pipeline, quantities, or a longer name of the same article",
        required=True,
    ),
}

STATEMENTS = {
    "statement_id": _key("stable key of one statement"),
    "article_id": _text("the article that reports it", required=True),
    **_span("the statement", required=True),
    **_span("the words that name the source", "source_"),
    "source_text": _text("those words, as printed"),
    "source_entity_id": _text("codebook id of the source, where known"),
    "source_name": _text("whom those words stand for: the origin of the information"),
    "source_kind": _text("kind of source", required=True, allowed=SOURCE_KINDS),
    **_span("the cue", "cue_"),
    "cue_lemma": _text("dictionary form of the cue"),
    **_span("what is said", "content_"),
    "quote": _text("how it is quoted", required=True, allowed=("direct", "reported", "mixed")),
    "stance": _text("what the source does with the content", required=True, allowed=STANCES),
    "certainty": _text("most hedged reading", required=True, allowed=CERTAINTIES),
    "relayed_by": _text("who passes it on before the outlet, innermost first, joined by '; '"),
    "parent_id": _text("statement in whose content this one stands"),
    "rule": _text("what found it", required=True),
}

EVENTS = {
    "event_id": _key("stable key of one reported event"),
    "article_id": _text("the article that reports it", required=True),
    **_span("the words that tell it", required=True),
    **_span("the words that tell it again", "also_"),
    "kind": _text("event kind of the codebook", required=True),
    "actor": _text("who is said to have done it, canonical where known"),
    **_span("the actor's words", "actor_"),
    "actor_entity_id": _text("codebook id of the actor, where known"),
    "target": _text("to whom or what it was done, canonical where known"),
    **_span("the target's words", "target_"),
    "target_entity_id": _text("codebook id of the target or of whom it belongs to, where known"),
    "weapon": _text("with what, as printed"),
    "place": _text("where, as understood"),
    **_span("the place's words", "place_"),
    "place_id": _text("codebook or gazetteer id of the place"),
    "lat": _number("latitude of the place", "degrees north"),
    "lon": _number("longitude of the place", "degrees east"),
    "place_precision": _text("what the point stands for", allowed=PLACE_PRECISIONS),
    "occurred_from": _text("earliest day the text allows, ISO, may be partial"),
    "occurred_to": _text("latest day the text allows, ISO, may be partial"),
    "date_precision": _text("how exact the interval is", allowed=DATE_PRECISIONS),
    "killed_min": _count("fewest killed the text allows", "persons"),
    "killed_max": _count("most killed the text allows", "persons"),
    "wounded_min": _count("fewest wounded the text allows", "persons"),
    "wounded_max": _count("most wounded the text allows", "persons"),
    "captured_min": _count("fewest captured the text allows", "persons"),
    "captured_max": _count("most captured the text allows", "persons"),
    "missing_min": _count("fewest missing the text allows", "persons"),
    "missing_max": _count("most missing the text allows", "persons"),
    "losses_of": _text("who was lost as printed, by kind of loss, joined by '; '"),
    **_span("the words that tell of losses, or that none are known", "losses_"),
    "losses": _text(
        "whether losses are told; unknown means that the text says so",
        required=True,
        allowed=("stated", "unknown", "not_mentioned"),
    ),
    "responsibility": _text(
        "how sure the text is of the actor",
        required=True,
        allowed=("fact", "accused", "claimed", "denied", "unclear"),
    ),
    **_span("the words that grade responsibility", "responsibility_"),
    **_span("the words that contradict them", "responsibility_also_"),
    "responsibility_by": _text("who accuses, claims or denies, canonical where known"),
    "statement_id": _text("the statement that tells it; empty for the outlet's own voice"),
    "follows_event_id": _text("event of the same article it is said to come after"),
    "rule": _text("what found it", required=True),
}

CLAIMS = {
    "claim_id": _key("stable key of one claim"),
    "article_id": _text("the article", required=True),
    "statement_id": _text("the statement it stands on; empty for the outlet's own voice"),
    **_span("the sentence or clause of the claim", required=True),
    "type": _text("claim type of the codebook", required=True),
    "recruiter": _text("actor the claim makes responsible, canonical where known"),
    "recruits": _text("who is recruited: nationality, group"),
    "origin": _text("where recruits come from"),
    "staging": _text("base, camp, crossing or transit before the destination"),
    "destination": _text("country of the war they are meant for"),
    "beneficiary": _text("side fought for"),
    "pay_min": _number("least pay the words allow", "`currency` per `period`"),
    "pay_max": _number("most pay the words allow", "`currency` per `period`"),
    "currency": _text("ISO 4217 code of the currency stated first"),
    "period": _text("what the pay is for", allowed=["month", "day", "year", "contract", "other"]),
    "pay_kind": _text(
        "kind of pay", allowed=["salary", "bonus", "advance", "compensation", "fee", "contract_fee"]
    ),
    "count_min": _count("fewest persons the words allow", "persons"),
    "count_max": _count("most persons the words allow", "persons"),
    "count_kind": _text("what is counted", allowed=("flow", "stock", "total")),
    "contract_months": _number("shorter bound of the contract", "months"),
    "contract_months_max": _number("longer bound of the contract", "months"),
    "date_from": _text("earliest date the words allow, ISO, may be partial"),
    "date_to": _text("latest date the words allow, ISO, may be partial"),
    "source_name": _text("origin of the information"),
    "source_kind": _text("kind of that origin", required=True, allowed=SOURCE_KINDS),
    "via": _text("who relays it, joined by '; '"),
    "stance": _text("what the source does with the claim", required=True, allowed=STANCES),
    "certainty": _text("most hedged reading", required=True, allowed=CERTAINTIES),
    "denies_claim_id": _text("claims of the same article that a denial denies, joined by '; '"),
    "rule": _text("what found it, and for every slot the rule that filled it", required=True),
    **{k: v for slot in SLOT_SPANS for k, v in _span(f"the words of `{slot}`", f"{slot}_").items()},
}

TRACKER = {
    "line_id": _key("stable key of one line: claims that say the same"),
    "type": _text("claim type", required=True),
    **{slot: CLAIMS[slot] for slot in SLOTS},
    "n_claims": _count("claims on this line", "claims", required=True),
    "n_articles": _count("articles they stand in", "articles", required=True),
    "n_outlets": _count("outlets that published those", "outlets", required=True),
    "n_origins": _count("independent origins behind them", "origins", required=True),
    "origins": _text("those origins, joined by '; '"),
    "origin_reasons": _text("why claims were counted as one origin"),
    "first_on": _text("publication date of the first, ISO, may be partial"),
    "last_on": _text("publication date of the last, ISO, may be partial"),
    "pay_min": CLAIMS["pay_min"],
    "pay_max": CLAIMS["pay_max"],
    "currency": CLAIMS["currency"],
    "period": CLAIMS["period"],
    "count_min": CLAIMS["count_min"],
    "count_max": CLAIMS["count_max"],
    "status": _text(
        "where it stands",
        required=True,
        allowed=("single_source", "corroborated", "contested", "denied_only"),
    ),
    "denied_by": _text("who denies it, joined by '; '"),
    "denial_ids": _text("claims that deny it, joined by '; '"),
    "contradictions": _text("what in it contradicts what, joined by '; '"),
    "claim_ids": _text("its claims, joined by '; '", required=True),
    "merge_reason": _text("why these claims are one line", required=True),
    "review": _text("latest human decision"),
}

CONTRADICTIONS = {
    "line_id": _text("the line of the one claim", required=True),
    "other_line_id": _text("the line of the other; the same for a denial", required=True),
    "kind": _text(
        "what differs",
        required=True,
        allowed=("count", "pay", "recruiter", "destination", "denial"),
    ),
    "difference": _text("the one value against the other", required=True),
    "claim_id": _text("one claim", required=True),
    "other_claim_id": _text("the other", required=True),
    "quotation": _text("words of the one", required=True),
    "other_quotation": _text("words of the other", required=True),
}

SELECTION = {
    "line_id": _key("line of the tracker that charts and report show"),
    "chosen_by": _text("what was asked for: theatre, actor, dates; empty where all are shown"),
}

REVIEWS = {
    "review_id": _key("stable key of one decision"),
    "claim_id": _text("claim it is about; for `rename`, the name", required=True),
    "decision": _text(
        "what was decided",
        required=True,
        allowed=("accept", "reject", "edit", "merge", "split", "rename", "undo"),
    ),
    "edited_slots": _text("JSON object of what the decision changes: slots, claims or a name"),
    "reason": _text("why, in the reviewer's words"),
    "reviewer": _text("who decided", required=True),
    "decided_at": _text("moment of the decision, UTC", required=True),
    "supersedes": _text("decision that this one replaces"),
    "seen": _text("JSON object of the claims as they were when it was made: words and slots"),
}

ANOTHER_LOOK = {
    "review_id": _text("the decision", required=True),
    "claim_id": _text("what it is about", required=True),
    "decision": _text("what was decided", required=True),
    "reviewer": _text("who decided", required=True),
    "why": _text("what moved under it, or which decision it conflicts with", required=True),
    "applied": _flag("whether it still shapes the tracker"),
}

TABLES: Mapping[str, Mapping[str, Column]] = {
    "articles": ARTICLES,
    "skipped": SKIPPED,
    "copies": COPIES,
    "entities": ENTITIES,
    "statements": STATEMENTS,
    "events": EVENTS,
    "claims": CLAIMS,
    "tracker": TRACKER,
    "contradictions": CONTRADICTIONS,
    "selection": SELECTION,
    "reviews": REVIEWS,
    "another_look": ANOTHER_LOOK,
}


class TableError(ValueError):
    """A table does not hold what its schema says, or its file cannot be trusted."""


@cache
def schema(name: str) -> "pa.DataFrameSchema":
    """Return the pandera schema of a table, made from the one list of columns."""
    import pandera.pandas as pa

    columns = {
        column: pa.Column(
            spec.dtype,
            [pa.Check.isin(spec.allowed)] if spec.allowed else [],
            nullable=not spec.required,
            unique=spec.key,
            description=spec.meaning,
            metadata={"unit": spec.unit},
        )
        for column, spec in TABLES[name].items()
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=name)


def shape(name: str, rows: "Iterable[Mapping] | pd.DataFrame") -> "pd.DataFrame":
    """Return rows as a table with the schema's columns, order and types, checked.

    A column that no row gives is empty; a column that the schema does not know is an error.

    Raises
    ------
    TableError
        Naming the table, the column and what it means, how many of how many, the first case.

    Examples
    --------
    >>> shape("skipped", [{"source_path": "a.txt", "reason": "empty"}])
      source_path reason detail
    0       a.txt  empty    NaN
    """
    import pandas as pd

    frame = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    columns = TABLES[name]
    unknown = [c for c in frame.columns if c not in columns]
    if unknown:
        raise TableError(f"{name}: no column is called `{unknown[0]}`; known are {list(columns)}.")
    frame = frame.reindex(columns=list(columns))
    for column, spec in columns.items():
        try:
            frame[column] = frame[column].astype(spec.dtype)
        except (TypeError, ValueError) as error:
            raise TableError(
                f"{name}: `{column}` ({spec.meaning}) should be {spec.dtype}: {error}."
            ) from error
    return check(name, frame.reset_index(drop=True))


def check(name: str, frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return the table unchanged if it keeps to its schema; raise with the first case if not."""
    import pandera.errors

    try:
        return schema(name).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        raise TableError(_first_failure(name, frame, error.failure_cases)) from None


def _first_failure(name: str, frame: "pd.DataFrame", cases: "pd.DataFrame") -> str:
    import pandas as pd

    case = cases.iloc[0]
    column, spec = case["column"], TABLES[name].get(case["column"])
    if spec is None:
        return (
            f"{name}: {case['check']} ({case['failure_case']}); columns are {list(TABLES[name])}."
        )
    same = cases[(cases["column"] == column) & (cases["check"] == case["check"])]
    wrong = {
        "not_nullable": "is empty",
        "field_uniqueness": f"repeats {case['failure_case']!r}",
    }.get(str(case["check"]), f"holds {case['failure_case']!r}")
    allowed = f"; allowed are {list(spec.allowed)}" if spec.allowed else ""
    first = frame.iloc[int(case["index"])].dropna().to_dict() if pd.notna(case["index"]) else {}
    short = {key: value for key, value in first.items() if len(str(value)) <= 60}
    return (
        f"{name}: `{column}` ({spec.meaning}) {wrong} in {len(same)} of {len(frame)} "
        f"rows{allowed}; the first is {short}."
    )


def empty(name: str) -> "pd.DataFrame":
    """Return the table with no rows."""
    return shape(name, [])


def path_of(run_dir: Path, name: str) -> Path:
    """Return where a run keeps a table."""
    return Path(run_dir) / "tables" / f"{name}.parquet"


def write(run_dir: Path, name: str, frame: "pd.DataFrame") -> Path:
    """Check a table and write it, whole or not at all; the same rows give the same bytes."""
    target = path_of(run_dir, name)
    write_frame(target, check(name, frame))
    return target


def write_frame(target: Path, frame: "pd.DataFrame") -> None:
    """Write a table that is none of a run's, sealed with the digest of its bytes."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    table = arrow.Table.from_pandas(frame, preserve_index=False)
    sink = arrow.BufferOutputStream()
    parquet.write_table(
        table.replace_schema_metadata(None), sink, compression="zstd", write_page_checksum=True
    )
    write_bytes(target, _seal(sink.getvalue().to_pybytes()))


def read(run_dir: Path, name: str) -> "pd.DataFrame":
    """Read and check one table of a run.

    Raises
    ------
    FileNotFoundError
        If the step that makes it has not run in this folder.
    TableError
        If its bytes were changed after they were written, or it breaks its schema.
    """
    target = path_of(run_dir, name)
    if not target.exists():
        raise FileNotFoundError(
            f"{target}: no table `{name}` yet; run the notebooks before this one, "
            "or `condotta run`."
        )
    return shape(name, read_frame(target))


def read_frame(target: Path) -> "pd.DataFrame":
    """Read a table as it was written; `TableError` if its bytes were changed since."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    content = target.read_bytes()
    if not _is_sealed(content):
        raise TableError(
            f"{target}: damaged after it was written, or written by another program; "
            "delete it and run again."
        )
    return parquet.read_table(arrow.BufferReader(content), use_threads=False).to_pandas()


def _seal(content: bytes) -> bytes:
    """Return a Parquet file with its digest before the footer, where no reader looks.

    Checksums of pages leave out what stands between them: of 300 flipped bits they miss 16 to 80.
    """
    footer = _footer_of(content)
    return content[:footer] + sha256(content).digest() + content[footer:]


def _is_sealed(content: bytes) -> bool:
    footer = _footer_of(content)
    seal = content[footer - SEAL : footer]
    return seal == sha256(content[: footer - SEAL] + content[footer:]).digest()


def _footer_of(content: bytes) -> int:
    """Return where the footer of a Parquet file starts, by the length that it ends with."""
    return max(SEAL, len(content) - 8 - int.from_bytes(content[-8:-4], "little"))


def write_bytes(target: Path, content: bytes) -> None:
    """Write a file so that at any moment it is the old one or the new one, never a part.

    It is on the disk, name and bytes, when this returns.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    owner = f"{platform.node()}-{os.getpid()}"  # folders may be shared by machines
    part = target.with_name(f".{target.name}.{owner}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)


def sweep(folder: Path) -> None:
    """Remove what processes of this machine that are gone left half written."""
    for part in Path(folder).rglob(".*.part"):
        node, _, number = part.name.removesuffix(".part").rpartition("-")
        if node.endswith(platform.node()) and number.isdigit() and not _is_alive(int(number)):
            part.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder last; some network file systems cannot, and need not."""
    held = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(held)
    finally:
        os.close(held)


def key(letter: str, *parts: object) -> str:
    """Return a stable key made from content: the same parts give the same key anywhere.

    Examples
    --------
    >>> key("a", "text", 3) == key("a", "text", 3)
    True
    >>> key("a", "text", None) == key("a", "text", "")
    False
    """
    from hashlib import blake2b

    parted = "\x1f".join(
        "\x00" if part is None else re.sub(r"[\x00\x1f]", " ", str(part)) for part in parts
    )
    return letter + blake2b(parted.encode(), digest_size=8).hexdigest()
