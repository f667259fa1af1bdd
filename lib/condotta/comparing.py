"""Claims as they are compared: names as keys, figures and dates as intervals."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from condotta import names, origins, tables

if TYPE_CHECKING:
    from condotta.codebook import Codebook

Interval = tuple[float, float]

ROUNDING = 0.05
"""Figures are printed rounded: each is read as reaching one part in twenty to both sides."""

REACH = 2.0
"""`More than 900` says the same as 1,200, not the same as 9,000: a bound reaches to its double."""

UNDATED = "9999"
"""Sorts what has no date of publication behind all that has one."""


class Claim(NamedTuple):
    """What is compared of one claim: names as keys, figures and dates as intervals."""

    claim_id: str
    article_id: str
    type: str
    stance: str
    source_name: str | None
    own_voice: bool
    is_named: bool
    origin_key: str
    draws_on: tuple[str, ...]
    published_on: str
    denies: tuple[str, ...]
    recruiter: str | None
    recruits: str | None
    group: str | None
    origin: str | None
    staging: str | None
    destination: str | None
    beneficiary: str | None
    currency: str | None
    period: str | None
    pay_kind: str | None
    count_kind: str | None
    pay: Interval | None
    count: Interval | None
    contract: Interval | None
    dates: Interval | None

    @property
    def order(self) -> tuple[str, str]:
        """First published, then smallest key."""
        return self.published_on, self.claim_id


Line = list[Claim]

SHARED = ("destination", "recruits", "beneficiary", "group", "origin", "staging")


def read_claims(
    claims: pd.DataFrame, articles: pd.DataFrame, traced: pd.DataFrame, codebook: "Codebook"
) -> list[Claim]:
    """Return the claims as they are compared, in an order that is no matter of the input."""
    keys = _Keys(codebook)
    published = dict(zip(articles["article_id"], articles["published_on"], strict=True))
    origin = {row.claim_id: row for row in traced.itertuples(index=False)}
    read = [
        keys.claim(row, origin[row["claim_id"]], published[row["article_id"]])
        for row in rows_of(claims)
    ]
    return sorted(read, key=lambda claim: claim.order)


NEEDED = (
    "claim_id", "article_id", "type", *tables.SLOTS, "pay_min", "pay_max", "currency", "period",
    "pay_kind", "count_min", "count_max", "count_kind", "contract_months", "contract_months_max",
    "date_from", "date_to", "source_name", "source_kind", "stance", "denies_claim_id",
)  # fmt: skip


def rows_of(claims: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield claims as dictionaries in which what is missing is None."""
    columns = [claims[name].astype(object).where(claims[name].notna(), None) for name in NEEDED]
    for values in zip(*columns, strict=True):
        yield dict(zip(NEEDED, values, strict=True))


class _Keys:
    """The keys under which names are compared; each name is looked up once."""

    def __init__(self, codebook: "Codebook") -> None:
        self._codebook = codebook
        self._known: dict[str, str] = {}
        self._crowds: dict[str, tuple[str | None, str | None]] = {}
        self._nouns = origins.common_nouns(codebook)

    def claim(self, row: Mapping[str, Any], origin: Any, published_on: Any) -> Claim:
        recruits, group = self._crowd(row["recruits"])
        kind = self._codebook.claim_types.get(row["type"])
        return Claim(
            **{name: row[name] for name in ("claim_id", "article_id", "type", "stance")},
            **{name: row[name] for name in ("source_name", "currency", "period", "pay_kind")},
            **{name: self.name(row[name]) for name in tables.SLOTS if name != "recruits"},
            own_voice=row["source_kind"] == "outlet_voice" or row["source_name"] is None,
            is_named=origin.origin_key != origin.outlet_key
            or row["source_kind"] in origins.UNNAMED,
            origin_key=origin.origin_key,
            draws_on=origin.draws_on,
            published_on=published_on if isinstance(published_on, str) else UNDATED,
            denies=tuple((row["denies_claim_id"] or "").split("; ")),
            recruits=recruits,
            group=group,
            count_kind=row["count_kind"] or getattr(kind, "count_kind", None),
            pay=_bounds(row["pay_min"], row["pay_max"]),
            count=_bounds(row["count_min"], row["count_max"]),
            contract=_bounds(row["contract_months"], row["contract_months_max"]),
            dates=_days(row["date_from"], row["date_to"]),
        )

    def name(self, printed: str | None) -> str | None:
        """Return the key of a name, or of several joined by `;`, whatever their order."""
        if printed is None:
            return None
        if printed not in self._known:
            parts = sorted({self._one(part) for part in printed.split(";") if part.strip()})
            self._known[printed] = ";".join(parts)
        return self._known[printed]

    def _one(self, printed: str) -> str:
        entry = self._codebook.find(printed.strip())
        return entry.id if entry else names.slug(printed) or printed.strip()

    def _crowd(self, printed: str | None) -> tuple[str | None, str | None]:
        """Return the keys of a people and of the group in brackets; `fighters` are nobody's."""
        if printed is None:
            return None, None
        if printed not in self._crowds:
            base, _, group = printed.partition("(")
            parts = {self._people(part) for part in base.split(";")} - {None}
            self._crowds[printed] = ";".join(sorted(parts)) or None, names.slug(group) or None
        return self._crowds[printed]

    def _people(self, printed: str) -> str | None:
        words = printed.split()
        for candidate in (printed.strip(), *words):
            entry = self._codebook.find(candidate, kinds=["nationality"]) if candidate else None
            if entry:
                return entry.id
        head = words[-1].lower() if words else ""
        named = any(word[0].isupper() for word in words[1:])
        return None if not words or (head in self._nouns and not named) else names.slug(printed)


def _bounds(low: float | None, high: float | None) -> Interval | None:
    """Return a figure as an interval; a bound that the words leave open is infinite."""
    if low is None and high is None:
        return None
    return (-inf if low is None else float(low), inf if high is None else float(high))


def _days(first: str | None, last: str | None) -> Interval | None:
    """Return dates, which may be partial, as an interval of day numbers.

    >>> _days("2020-02", None)
    (737456.0, inf)
    """
    low, high = first_day(first, end=False), first_day(last, end=True)
    return None if low is None and high is None else (low or -inf, high or inf)


def first_day(printed: str | None, *, end: bool = False) -> float | None:
    """Return the number of the first day of a date, which may be partial, or of its last."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", printed or "")
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    month = month or (12 if end else 1)
    day = day or (monthrange(year, month)[1] if end else 1)
    return float(date(year, month, day).toordinal())


def reading(interval: Interval) -> Interval:
    """Return a figure as wide as it is meant: rounded, and open bounds not without end.

    >>> reading((900, inf))
    (855.0, 1890.0)
    """
    low, high = interval
    low, high = (high / REACH if low == -inf else low), (low * REACH if high == inf else high)
    return low * (1 - ROUNDING), high * (1 + ROUNDING)


def telling(interval: Interval | None) -> frozenset[Interval]:
    """Return by what a figure is known again elsewhere: ends no two reports share by chance.

    >>> sorted(telling((3500, 3800)))
    [(3500, 3500), (3500, 3800), (3800, 3800)]
    >>> telling((900, inf)) | telling((200, 999)) | telling(None)
    frozenset()
    """
    low, high = interval or (-inf, inf)
    if high < inf and not f"{high:.15g}".strip("9"):  # `hundreds` are 200 to 999
        return frozenset()
    ends = {(end, end) for end in (low, high) if abs(end) < inf and _digits(end) > 1}
    return frozenset(ends | ({(low, high)} if -inf < low < high < inf else set()))


def _digits(figure: float) -> int:
    """Return how many digits stand before the closing zeros."""
    return len(f"{figure:.15g}".replace(".", "").rstrip("0"))


def exclude(one: Interval, other: Interval) -> bool:
    """Whether two figures cannot both be right, rounding allowed."""
    return one[1] * (1 + ROUNDING) < other[0] or other[1] * (1 + ROUNDING) < one[0]
