"""Claims parted slot by slot until what is left of each part says the same."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from condotta.comparing import SHARED, Claim, Interval, Line, reading, telling

if TYPE_CHECKING:
    from condotta.codebook import Codebook

TRIED = 8
"""Lines with one telling figure that are compared with a new one."""

Split = Callable[[list[Claim]], list[Line]]


class Level(NamedTuple):
    """One slot by which claims are parted."""

    value: Callable[[Claim], Hashable]
    split: Split
    needs_origin: bool = False


def _levels(codebook: "Codebook") -> list[Level]:
    return [
        _by_name("destination"),
        _by_name("recruits", needs_origin=True),
        _by_name("beneficiary"),
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


def part_claims(claims: list[Claim], codebook: "Codebook") -> list[Line]:
    """Part claims by type, then by one slot after the other."""
    levels = _levels(codebook)
    lines = _split_equal(claims, value=lambda claim: claim.type)
    for level in levels:
        lines = [part for line in lines for part in _part(line, level)]
    return _reunite(lines, codebook)


def _reunite(lines: list[Line], codebook: "Codebook") -> list[Line]:
    """Join lines of different articles that a figure shows to be one, whatever one of them missed.

    They have a telling figure in common and differ in no slot but the side fought for, which most
    reports leave to the reader. Where all but the side is the same, so is one source.
    """
    held: dict[Hashable, list[int]] = defaultdict(list)
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: min(claim.order for claim in line)):
        marks = sorted(_marks(line))
        near = sorted({at for mark in marks for at in held[mark][-TRIED:]})
        at = next((at for at in near if _is_retold(kept[at], line, codebook)), len(kept))
        if at == len(kept):
            kept.append([])
        kept[at] = kept[at] + line
        for mark in marks:
            if at not in held[mark][-TRIED:]:
                held[mark].append(at)
    return kept


def _marks(line: Line) -> Iterator[tuple]:
    """Yield what lines have in common that tell one figure, or one source's words of two sides."""
    for claim in line:
        who = claim.recruiter, claim.recruits, claim.destination
        if all(who) and claim.beneficiary and claim.is_named:
            yield claim.type, *map(str, who), claim.origin_key
        for figure in sorted(_figures([claim])):
            yield claim.type, claim.destination or "", *map(str, figure)


def _is_retold(line: Line, other: Line, codebook: "Codebook") -> bool:
    """Whether two lines of different articles differ in nothing that tells stories apart."""
    both = [*line, *other]
    names = [slot for slot in (*SHARED, "currency", "period") if slot != "beneficiary"]
    alike = all(len({getattr(claim, name) for claim in both} - {None}) < 2 for name in names)
    recruiters = {claim.recruiter for claim in both} - {None}
    leaf = max(recruiters, key=lambda r: (len(sponsors(r, codebook)), r), default="")
    overlap = all(_meet(both, figure) for figure in ("count", "pay", "contract", "dates"))
    apart = {claim.article_id for claim in line}.isdisjoint(claim.article_id for claim in other)
    sides = [{claim.beneficiary for claim in part} - {None} for part in (line, other)]
    alike &= _figures(line) & _figures(other) != set() or (all(sides) and sides[0] != sides[1])
    return alike and apart and overlap and recruiters <= {leaf, *sponsors(leaf, codebook)}


def _figures(line: Line) -> set[tuple]:
    """Return the telling figures of a line."""
    return {
        (figure, *ends)
        for claim in line
        for figure in ("count", "pay")
        for ends in telling(getattr(claim, figure))
    }


def _meet(line: Line, figure: str) -> bool:
    """Whether all figures that are stated have a point in common."""
    values = [value for claim in line if (value := getattr(claim, figure))]
    stated = values if figure == "dates" else [reading(value) for value in values]
    return not stated or max(low for low, _ in stated) <= min(high for _, high in stated)


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
    above = {recruiter: sponsors(recruiter, codebook) for recruiter in by}
    leaves = [r for r in by if not any(r in above[other] for other in by)]
    parts = [by[leaf] for leaf in leaves]
    upper = sorted(by.keys() - set(leaves), key=lambda r: (-len(above[r]), r))
    for sponsor in upper:
        below = [at for at, leaf in enumerate(leaves) if sponsor in above[leaf]]
        if len(below) == 1:
            parts[below[0]] = parts[below[0]] + by[sponsor]
        else:
            under = _join([parts[at] for at in below], by[sponsor], needs_origin=True)
            for at, part in zip(below, under, strict=False):
                parts[at] = part
            parts += under[len(below) :]
    return parts


def sponsors(recruiter: str, codebook: "Codebook") -> tuple[str, ...]:
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
    for part in _pierce(line, interval=lambda claim: reading(value(claim))):
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
