"""Claims of many articles drawn into lines: what is said once, by whom, and who denies it.

A line holds the claims that say the same. It counts the independent origins behind them, not the
outlets that repeat them, and shows side by side what cannot be true together.
"""

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from itertools import combinations, pairwise, product
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from condotta import codebook as names
from condotta import origins, reviews, tables

if TYPE_CHECKING:
    from condotta.codebook import Codebook

Interval = tuple[float, float]

ROUNDING = 0.05
"""Figures are printed rounded: each is read as reaching one part in twenty to both sides."""

REACH = 2.0
"""`More than 900` says the same as 1,200, not the same as 9,000: a bound reaches to its double."""

SAME_TIME_DAYS = 31
"""Undated figures printed within a month are about one time."""

WINDOW = 4
"""Figures above it with which each is compared."""

UNDATED = "9999"
"""Sorts what has no date of publication behind all that has one."""

ASSERTING = frozenset({"asserts", "accuses", "alleges", "unclear"})
"""What makes a source an origin; who declines to comment asserts nothing."""


class Claim(NamedTuple):
    """What is compared of one claim: names as keys, figures and dates as intervals."""

    claim_id: str
    article_id: str
    type: str
    stance: str
    source_name: str | None
    own_voice: bool
    origin_key: str
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

DENIED = ("recruiter", "destination", "recruits")
ANY = "*"
SHARED = ("destination", "recruits", "beneficiary", "group", "origin", "staging")


def draw_lines(
    claims: pd.DataFrame,
    articles: pd.DataFrame,
    copies: pd.DataFrame,
    *,
    codebook: "Codebook",
    decisions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Draw claims that say the same into lines.

    Parameters
    ----------
    claims, articles, copies : DataFrame
        The tables of a run.
    codebook : Codebook
        Tells which names stand for one actor, and who sponsors whom.
    decisions : DataFrame, optional
        The table `reviews`; `reviews.replay` says what is done with it.

    Returns
    -------
    DataFrame
        One row per line (table `tracker`), the best attested first. `pay_*` and `count_*` are
        the range of what was said.

    Notes
    -----
    Claims of one type are parted by destination, recruits, side, recruiter, group, place of
    origin, staging, pay, count, contract and date, in that order. Those that fill a slot are parted
    by its values: names have to agree (a proxy agrees with its sponsor), intervals of one line have
    a point in common. A claim that leaves the slot open joins the only part there is; of several,
    the only one that holds a claim of the same origin in another article; else it stays apart.
    So a claim without a figure never chains two lines whose figures exclude each other, and the
    order of the input changes nothing. A claim from an unstated place never joins those from a
    stated one without such an origin.

    An outlet's own voice is an origin only where its article cites nobody for the same line.

    A denial contests every line about the same recruiter that it does not differ from in
    destination and recruits, and the lines of the claims it is known to deny. Where it fits none,
    denials make a line of their own.

    Two reports of one event whose figures differ by more than rounding are two lines and one
    contradiction; no rule here knows that they mean one event.
    """
    none = tables.empty("reviews")
    replay = reviews.replay(claims, articles, none if decisions is None else decisions)
    traced = origins.trace_origins(replay.claims, articles, copies, codebook=codebook)
    read = _read(replay.claims, articles, traced, codebook)
    denials = [claim for claim in read if claim.stance == "denies"]
    lines = _part_all([claim for claim in read if claim.stance != "denies"], codebook)
    lines = _follow(lines, replay)
    denied, unheard = _attach(denials, lines)
    lines += _part_all(unheard, codebook)
    rows = _describe(lines, denied, replay, articles, traced, codebook)
    drawn = tables.shape("tracker", rows)
    pairs = _contradict(drawn, read, codebook)
    return drawn.assign(contradictions=_note(drawn, pairs))


def _read(
    claims: pd.DataFrame, articles: pd.DataFrame, traced: pd.DataFrame, codebook: "Codebook"
) -> list[Claim]:
    """Return the claims as they are compared, in an order that is no matter of the input."""
    keys = _Keys(codebook)
    published = dict(zip(articles["article_id"], articles["published_on"], strict=True))
    origin = dict(zip(traced["claim_id"], traced["origin_key"], strict=True))
    read = [
        keys.claim(row, origin[row["claim_id"]], published[row["article_id"]])
        for row in _rows(claims)
    ]
    return sorted(read, key=lambda claim: claim.order)


NEEDED = (
    "claim_id", "article_id", "type", *tables.SLOTS, "pay_min", "pay_max", "currency", "period",
    "pay_kind", "count_min", "count_max", "count_kind", "contract_months", "contract_months_max",
    "date_from", "date_to", "source_name", "source_kind", "stance", "denies_claim_id",
)  # fmt: skip


def _rows(claims: pd.DataFrame) -> Iterator[dict[str, Any]]:
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

    def claim(self, row: Mapping[str, Any], origin: str, published_on: Any) -> Claim:
        recruits, group = self._crowd(row["recruits"])
        kind = self._codebook.claim_types.get(row["type"])
        return Claim(
            **{name: row[name] for name in ("claim_id", "article_id", "type", "stance")},
            **{name: row[name] for name in ("source_name", "currency", "period", "pay_kind")},
            **{name: self.name(row[name]) for name in tables.SLOTS if name != "recruits"},
            own_voice=row["source_kind"] == "outlet_voice",
            origin_key=origin,
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
    low, high = _day(first, end=False), _day(last, end=True)
    return None if low is None and high is None else (low or -inf, high or inf)


def _day(printed: str | None, *, end: bool) -> float | None:
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", printed or "")
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    month = month or (12 if end else 1)
    day = day or (monthrange(year, month)[1] if end else 1)
    return float(date(year, month, day).toordinal())


def _reading(interval: Interval) -> Interval:
    """Return a figure as wide as it is meant: rounded, and open bounds not without end.

    >>> _reading((900, inf))
    (855.0, 1890.0)
    """
    low, high = interval
    low, high = (high / REACH if low == -inf else low), (low * REACH if high == inf else high)
    return low * (1 - ROUNDING), high * (1 + ROUNDING)


def _exclude(one: Interval, other: Interval) -> bool:
    """Whether two figures cannot both be right, rounding allowed."""
    return one[1] * (1 + ROUNDING) < other[0] or other[1] * (1 + ROUNDING) < one[0]


Split = Callable[[list[Claim]], list[Line]]


class Level(NamedTuple):
    """One slot by which claims are parted."""

    value: Callable[[Claim], Hashable]
    split: Split
    needs_origin: bool = False


def _levels(codebook: "Codebook") -> list[Level]:
    return [
        *(_by_name(slot) for slot in ("destination", "recruits", "beneficiary")),
        Level(lambda claim: claim.recruiter, partial(_split_recruiters, codebook=codebook)),
        *(_by_name(slot, needs_origin=True) for slot in ("group", "origin", "staging")),
        *(_by_name(slot) for slot in ("currency", "period", "pay_kind")),
        _by_figure("pay"),
        _by_name("count_kind"),
        _by_figure("count"),
        _by_figure("contract"),
        Level(
            lambda claim: claim.dates, partial(_pierce, interval=lambda claim: claim.dates)
        ),
    ]  # fmt: skip


def _by_name(slot: str, *, needs_origin: bool = False) -> Level:
    def value(claim: Claim) -> Hashable:
        return getattr(claim, slot)

    return Level(value, partial(_split_equal, value=value), needs_origin)


def _by_figure(slot: str) -> Level:
    def value(claim: Claim) -> Interval | None:
        return getattr(claim, slot)

    return Level(value, partial(_split_figures, value=value))


def _part_all(claims: list[Claim], codebook: "Codebook") -> list[Line]:
    """Part claims by type, then by one slot after the other."""
    levels = _levels(codebook)
    lines = _split_equal(claims, value=lambda claim: claim.type)
    for level in levels:
        lines = [part for line in lines for part in _part(line, level)]
    return lines


def _part(line: Line, level: Level) -> list[Line]:
    if len(line) == 1:
        return [line]
    filled = [claim for claim in line if level.value(claim) is not None]
    open_ = [claim for claim in line if level.value(claim) is None]
    return _join(level.split(filled), open_, needs_origin=level.needs_origin)


def _join(parts: list[Line], open_: list[Claim], *, needs_origin: bool) -> list[Line]:
    """Give each open claim to the part it belongs to; the others stay together."""
    if not open_ or not parts:
        return parts or [open_]
    if len(parts) == 1 and not needs_origin:
        return [parts[0] + open_]
    heard = _heard(parts)
    joined = [list(part) for part in parts]
    rest = []
    for claim in open_:
        where = _elsewhere(heard[claim.origin_key], claim.article_id)
        (joined[where[0]] if len(where) == 1 else rest).append(claim)
    return [*joined, rest] if rest else joined


def _heard(parts: list[Line]) -> Mapping[str, dict[int, set[str]]]:
    """Return for each origin the parts in which it is heard, with two articles of each."""
    heard: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for at, part in enumerate(parts):
        for claim in part:
            if len(heard[claim.origin_key][at]) < 2:
                heard[claim.origin_key][at].add(claim.article_id)
    return heard


def _elsewhere(parts: Mapping[int, set[str]], article_id: str) -> list[int]:
    """Return at most two of the parts that hold another article."""
    found = []
    for at, articles in parts.items():
        if articles - {article_id}:
            found.append(at)
            if len(found) == 2:
                break
    return found


def _split_equal(line: Line, *, value: Callable[[Claim], Hashable]) -> list[Line]:
    parts: dict[Hashable, Line] = defaultdict(list)
    for claim in line:
        parts[value(claim)].append(claim)
    return [parts[key] for key in sorted(parts)]


def _split_recruiters(line: Line, *, codebook: "Codebook") -> list[Line]:
    """Part claims by recruiter; a sponsor's go with its proxy's where it has but one of them."""
    by = {part[0].recruiter: part for part in _split_equal(line, value=lambda c: c.recruiter)}
    above = {recruiter: _sponsors(recruiter, codebook) for recruiter in by}
    leaves = [r for r in by if not any(r in above[other] for other in by)]
    parts = [by[leaf] for leaf in leaves]
    sponsors = sorted(by.keys() - set(leaves), key=lambda r: (-len(above[r]), r))
    for sponsor in sponsors:
        below = [at for at, leaf in enumerate(leaves) if sponsor in above[leaf]]
        if len(below) == 1:
            parts[below[0]] = parts[below[0]] + by[sponsor]
        else:
            under = _join([parts[at] for at in below], by[sponsor], needs_origin=True)
            for at, part in zip(below, under, strict=False):
                parts[at] = part
            parts += under[len(below) :]
    return parts


def _sponsors(recruiter: str, codebook: "Codebook") -> tuple[str, ...]:
    """Return who stands behind an actor, the nearest first."""
    chain: list[str] = []
    entry = codebook.entries.get(recruiter)
    while entry and (sponsor := getattr(entry, "sponsor", None)) and sponsor not in chain:
        chain.append(sponsor)
        entry = codebook.entries.get(sponsor)
    return tuple(chain)


def _split_figures(line: Line, *, value: Callable[[Claim], Interval | None]) -> list[Line]:
    """Part claims by figure; one source that gives two side by side means two things by them."""
    parts = []
    for part in _pierce(line, interval=lambda claim: _reading(value(claim))):
        given: dict[tuple, set] = defaultdict(set)
        for claim in part:
            given[claim.article_id, claim.source_name].add(value(claim))
        apart = any(len(figures) > 1 for figures in given.values())
        parts += _split_equal(part, value=value) if apart else [part]
    return parts


def _pierce(line: Line, *, interval: Callable[[Claim], Interval]) -> list[Line]:
    """Part intervals into as few parts as can be so that each part has a point in common.

    The smallest upper bound is a point, and so is the next one above all intervals that hold it.
    An interval that holds several points goes to the one nearest to its own bounds.
    """
    points: list[float] = []
    for low, high in sorted(map(interval, line), key=lambda bounds: (bounds[1], bounds[0])):
        if not points or low > points[-1]:
            points.append(high)
    parts: dict[float, Line] = defaultdict(list)
    for claim in line:
        parts[_nearest(points, interval(claim))].append(claim)
    return [parts[point] for point in sorted(parts)]


def _nearest(points: list[float], bounds: Interval) -> float:
    """Return the point inside an interval that is nearest to one of its ends."""
    first = bisect_left(points, bounds[0])
    last = bisect_right(points, bounds[1]) - 1
    low, high = points[first], points[last]
    return low if low - bounds[0] <= bounds[1] - high else high


def _follow(lines: list[Line], replay: reviews.Replay) -> list[Line]:
    """Split and merge lines as people decided: splits first, the claim that was named leaves."""
    at = {claim.claim_id: n for n, line in enumerate(lines) for claim in line}
    lines = [list(line) for line in lines]
    for claim_id, other in replay.apart:
        if claim_id in at and at[claim_id] == at.get(other):
            line = lines[at[claim_id]]
            lines.append([claim for claim in line if claim.claim_id == claim_id])
            line[:] = [claim for claim in line if claim.claim_id != claim_id]
            at[claim_id] = len(lines) - 1
    for claim_id, other in replay.together:
        here, there = at.get(claim_id), at.get(other)
        if here is not None and there is not None and here != there:
            at |= {claim.claim_id: here for claim in lines[there]}
            lines[here] += lines[there]
            lines[there] = []
    return [sorted(line, key=lambda claim: claim.order) for line in lines if line]


def _attach(denials: list[Claim], lines: list[Line]) -> tuple[list[Line], list[Claim]]:
    """Return the denials of each line, and those that fit none."""
    at = {claim.claim_id: n for n, line in enumerate(lines) for claim in line}
    about = _index(lines)
    denied: list[Line] = [[] for _ in lines]
    unheard = []
    for denial in denials:
        fitting = {at[claim] for claim in denial.denies if claim in at}.union(
            *(about.get(topic, ()) for topic in _topics(denial))
        )
        for n in sorted(fitting):
            denied[n].append(denial)
        if not fitting:
            unheard.append(denial)
    return denied, unheard


Topic = tuple[str | None, ...]


def _index(lines: list[Line]) -> Mapping[Topic, set[int]]:
    """Return the lines about a recruiter with a destination, with recruits, and with both."""
    about: dict[Topic, set[int]] = defaultdict(set)
    for n, line in enumerate(lines):
        stated = ({getattr(claim, slot) for claim in line} - {None} for slot in DENIED)
        recruiters, destinations, recruits = (sorted(values) for values in stated)
        for recruiter in recruiters:
            for both in product(destinations or [None], recruits or [None]):
                for topic in {both, (both[0], ANY), (ANY, both[1])}:
                    about[recruiter, *topic].add(n)
    return about


def _topics(denial: Claim) -> list[Topic]:
    """Return what a denial is about: it differs in nothing, and agrees beyond the recruiter."""
    recruiter, destination, recruits = (getattr(denial, slot) for slot in DENIED)
    if recruiter is None:
        return []
    if destination and recruits:
        both = (destination, recruits), (destination, None), (None, recruits)
        return [(recruiter, *topic) for topic in both]
    if destination:
        return [(recruiter, destination, ANY)]
    return [(recruiter, ANY, recruits)] if recruits else []


def _describe(
    lines: list[Line],
    denied: list[Line],
    replay: reviews.Replay,
    articles: pd.DataFrame,
    traced: pd.DataFrame,
    codebook: "Codebook",
) -> list[dict[str, Any]]:
    """Return the rows of the tracker, the best attested first."""
    facts = {row["claim_id"]: row for row in _rows(replay.claims)}
    origin = {row.claim_id: row for row in traced.itertuples(index=False)}
    denied = denied + [[] for _ in range(len(lines) - len(denied))]
    rows = [
        {
            "line_id": tables.key("l", line[0].claim_id),
            "type": facts[line[0].claim_id]["type"],
            **{slot: _joined(facts[c.claim_id][slot] for c in line) for slot in tables.SLOTS},
            **_count_origins(line, origin),
            **_published(line),
            **_ranges(line, facts),
            **_status(line, against, origin, facts),
            "merge_reason": _merge_reason(line, replay, codebook),
            "review": _review(line, replay.marks),
        }
        for line, against in zip(lines, denied, strict=True)
    ]
    return sorted(rows, key=lambda r: (-r["n_origins"], -r["n_articles"], r["line_id"]))


def _joined(values: Iterable[str | None]) -> str | None:
    """Return the values that occur, the most frequent first."""
    stated = [value for value in values if value is not None]
    if len(stated) < 2:
        return stated[0] if stated else None
    counts = Counter(stated)
    return "; ".join(sorted(counts, key=lambda value: (-counts[value], value)))


def _count_origins(line: Line, origin: Mapping[str, Any]) -> dict[str, Any]:
    by = _hear(claim for claim in line if claim.stance in ASSERTING or claim.stance == "denies")
    reasons = [
        f"{origin[found[0].claim_id].origin} ({len(found)} claims): "
        + ", ".join(dict.fromkeys(_reason(claim, key, origin) for claim in found))
        for key, found in by.items()
        if len(found) > 1
    ]
    named = dict.fromkeys(origin[found[0].claim_id].origin for found in by.values())
    return {
        "n_claims": len(line),
        "n_articles": len({claim.article_id for claim in line}),
        "n_outlets": len({origin[claim.claim_id].outlet_key for claim in line}),
        "n_origins": len(by),
        "origins": "; ".join(named) or None,
        "origin_reasons": "; ".join(reasons) or None,
    }


def _hear(claims: Iterable[Claim]) -> Mapping[str, Line]:
    """Return the claims of each origin; an outlet that cites one for a line is not another."""
    voices = sorted(claims, key=lambda claim: claim.own_voice)
    cited: dict[str, str] = {}
    by: dict[str, Line] = defaultdict(list)
    for claim in voices:
        key = claim.origin_key
        if claim.own_voice:
            key = cited.get(claim.article_id, key)
        else:
            cited.setdefault(claim.article_id, key)
        by[key].append(claim)
    return by


def _reason(claim: Claim, key: str, origin: Mapping[str, Any]) -> str:
    if claim.origin_key != key:
        return f"{origin[claim.claim_id].origin}, which cites it"
    return origin[claim.claim_id].reason


def _published(line: Line) -> dict[str, str | None]:
    days = [claim.published_on for claim in line if claim.published_on != UNDATED]
    return {"first_on": min(days, default=None), "last_on": max(days, default=None)}


def _ranges(line: Line, facts: Mapping[str, Mapping]) -> dict[str, Any]:
    """Return the least and the most that was said, and the unit of pay where it is one."""
    rows = [facts[claim.claim_id] for claim in line]
    ranges: dict[str, Any] = {}
    for figure in ("pay", "count"):
        lows = [r[f"{figure}_min"] for r in rows if r[f"{figure}_min"] is not None]
        highs = [r[f"{figure}_max"] for r in rows if r[f"{figure}_max"] is not None]
        ranges[f"{figure}_min"] = min(lows + highs) if lows else None
        ranges[f"{figure}_max"] = max(lows + highs) if highs else None
    return ranges | {unit: _joined(r[unit] for r in rows) for unit in ("currency", "period")}


def _status(
    line: Line, denials: Line, origin: Mapping[str, Any], facts: Mapping[str, Mapping]
) -> dict[str, Any]:
    """Return where a line stands: denials alone, against it, or none."""
    against = [claim for claim in line if claim.stance == "denies"] or denials
    n_origins = len(_hear(claim for claim in line if claim.stance in ASSERTING))
    status = "corroborated" if n_origins > 1 else "single_source"
    if against:
        status = "denied_only" if against != denials else "contested"
    deniers = dict.fromkeys(origin[claim.claim_id].origin for claim in against)
    return {
        "status": status,
        "denied_by": "; ".join(deniers) or None,
        "denial_ids": "; ".join(claim.claim_id for claim in denials) or None,
        "claim_ids": "; ".join(claim.claim_id for claim in line),
    }


def _review(line: Line, marks: Mapping[str, str]) -> str | None:
    return "; ".join(dict.fromkeys(marks[c.claim_id] for c in line if c.claim_id in marks)) or None


def _merge_reason(line: Line, replay: reviews.Replay, codebook: "Codebook") -> str:
    """Return what the claims of a line share, where they differ, and what some leave open."""
    if len(line) == 1:
        return "one claim"
    shared = [s for s in SHARED if len({getattr(claim, s) for claim in line} - {None}) == 1]
    said = [f"same {', '.join(['type', *shared])}"]
    recruiters = sorted({claim.recruiter for claim in line} - {None})
    said += [
        f"{codebook.entry(lower).name} is sponsored by {codebook.entry(upper).name}"
        for lower in recruiters
        for upper in recruiters
        if upper in _sponsors(lower, codebook)
    ]
    said += [text for figure in ("pay", "count", "dates") if (text := _common(line, figure))]
    held = {claim.claim_id for claim in line}
    said += ["merged in review"] if any({*pair} <= held for pair in replay.together) else []
    for slot in (*SHARED, "recruiter", "pay", "count", "dates"):
        empty = sum(getattr(claim, slot) is None for claim in line)
        if 0 < empty < len(line):
            said.append(f"{empty} of {len(line)} leave {slot} open")
    return "; ".join(dict.fromkeys(said))


def _common(line: Line, slot: str) -> str | None:
    """Return how the figures or dates of a line agree."""
    stated = {getattr(claim, slot) for claim in line} - {None}
    if len(stated) == 1 and sum(getattr(claim, slot) is not None for claim in line) > 1:
        return f"same {slot}"
    return f"{slot} overlap" if len(stated) > 1 else None


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
    pairs = _contradict(lines, _read(claims, articles, traced, codebook), codebook)
    words = _words({key for pair in pairs for key in pair[-2:]}, claims, articles)
    rows = [
        {
            **pair._asdict(),
            "quotation": words[pair.claim_id],
            "other_quotation": words[pair.other_claim_id],
        }
        for pair in pairs
    ]
    return tables.shape("contradictions", rows)


def _words(keys: set[str], claims: pd.DataFrame, articles: pd.DataFrame) -> dict[str, str]:
    """Return the sentence of each claim, on one line."""
    quoted = claims.loc[claims["claim_id"].isin(keys), ["claim_id", "article_id", "start", "end"]]
    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    return {
        claim_id: " ".join(texts[article_id][start:end].split())
        for claim_id, article_id, start, end in quoted.itertuples(index=False, name=None)
    }


def _note(lines: pd.DataFrame, pairs: Iterable[Pair]) -> pd.Series:
    """Return, for every line, what contradicts it."""
    notes = defaultdict(list)
    for pair in pairs:
        for line_id in dict.fromkeys((pair.line_id, pair.other_line_id)):
            notes[line_id].append(f"{pair.kind}: {pair.difference}")
    joined = {line_id: "; ".join(dict.fromkeys(found)) for line_id, found in notes.items()}
    return lines["line_id"].map(joined).astype("str")


def _contradict(lines: pd.DataFrame, read: Iterable[Claim], codebook: "Codebook") -> list[Pair]:
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
    return max(recruiters, key=lambda r: len(_sponsors(r, codebook)), default=None)


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
                if _exclude(figure, other) and _one_time(claim, rival, slot):
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
    days = [_day(c.published_on, end=False) for c in (claim, other) if c.published_on != UNDATED]
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
            backed = (*_sponsors(one, codebook), one), (*_sponsors(other, codebook), other)
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
