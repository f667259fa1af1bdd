"""Claims of many articles drawn into lines: what is said once, by whom, and who denies it.

A line holds the claims that say the same. It counts the independent origins behind them, not the
outlets that repeat them, and shows side by side what cannot be true together.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

from condotta import origins, reviews, tables
from condotta.comparing import SHARED, UNDATED, Claim, Line, read_claims, rows_of, telling
from condotta.contradictions import contradict, find_contradictions, note, words_of
from condotta.parting import part_claims, sponsors

if TYPE_CHECKING:
    from condotta.codebook import Codebook

__all__ = ["draw_lines", "find_contradictions"]

ASSERTING = frozenset({"asserts", "accuses", "alleges", "unclear"})
"""What makes a source an origin; who declines to comment asserts nothing."""

DENIED = ("recruiter", "destination", "recruits")
ANY = "*"
WORD = re.compile(r"\w+")


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
    stated one without such an origin. What is left is joined where lines of different articles
    tell one figure that is no round one and differ in nothing but the side fought for.

    An outlet's own voice, and a claim whose source was not found, is an origin only where its
    article cites nobody for the same line and no named source gives the same telling figure.

    A denial contests what says the thing that it denies: lines about the same recruiter, the same
    destination, the same recruits or recruits that one of both leaves open, and of a type that its
    words are about. That men were paid is denied by `Moscow pays nobody`, not by `Moscow sent
    nobody` (`denied_as` in the codebook's claim types). It never contests what the denier himself
    is the only one to say. A denial by nobody named, or by one who the codebook knows has no part
    in it, contests only what its own article holds. Denials that fit none make a line of their own.

    Two reports of one event whose figures differ by more than rounding are two lines and one
    contradiction; no rule here knows that they mean one event.
    """
    none = tables.empty("reviews")
    replay = reviews.replay(claims, articles, none if decisions is None else decisions)
    traced = origins.trace_origins(replay.claims, articles, copies, codebook=codebook)
    read = read_claims(replay.claims, articles, traced, codebook)
    denials = [claim for claim in read if claim.stance == "denies"]
    lines = part_claims([claim for claim in read if claim.stance != "denies"], codebook)
    lines = _follow(lines, replay)
    scopes = _scopes(denials, claims, articles, codebook)
    parties = {claim.claim_id for claim in denials if _is_party(claim, codebook)}
    denied, unheard = _attach(denials, lines, scopes, parties)
    lines += part_claims(unheard, codebook)
    rows = _describe(lines, denied, replay, articles, traced, codebook)
    drawn = tables.shape("tracker", rows)
    pairs = contradict(drawn, read, codebook)
    return drawn.assign(contradictions=note(drawn, pairs))


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


def _scopes(
    denials: list[Claim], claims: pd.DataFrame, articles: pd.DataFrame, codebook: "Codebook"
) -> dict[str, frozenset[str]]:
    """Return which types of claims every denial is about, by its words."""
    words = words_of({claim.claim_id for claim in denials}, claims, articles)
    narrow = {name: kind.denied_as for name, kind in codebook.claim_types.items()}
    broad = frozenset(name for name, forms in narrow.items() if not forms)
    scopes = {}
    for key, said in words.items():
        bare = f" {' '.join(WORD.findall(said.lower()))} "
        named = (n for n, forms in narrow.items() if any(f" {form} " in bare for form in forms))
        scopes[key] = frozenset(named) or broad
    return scopes


def _is_party(denial: Claim, codebook: "Codebook") -> bool:
    """Whether a denier has a name, and is not known to stand outside of what he denies."""
    said = (denial.recruiter, denial.destination, denial.beneficiary)
    about = {key for name in said for key in _belongs(name, codebook)}
    own = _belongs(denial.origin_key, codebook)
    known = denial.origin_key in codebook.entries
    return denial.is_named and (not known or not own.isdisjoint(about))


def _belongs(key: str | None, codebook: "Codebook") -> set[str]:
    """Return an entry of the codebook with its country, and those it stands for."""
    entry = codebook.entries.get(key or "")
    named = (getattr(entry, name, None) for name in ("id", "country", "sponsor", "side"))
    return set(named) - {None}


def _attach(
    denials: list[Claim],
    lines: list[Line],
    scopes: Mapping[str, frozenset[str]],
    parties: Container[str],
) -> tuple[list[Line], list[Claim]]:
    """Return the denials of each line, and those that fit none."""
    at = {claim.claim_id: n for n, line in enumerate(lines) for claim in line}
    about = _index(lines)
    denied: list[Line] = [[] for _ in lines]
    unheard = []
    for denial in denials:
        scope = scopes[denial.claim_id]
        known = {at[claim] for claim in denial.denies if claim in at}
        alike = {n for topic in _topics(denial) for n in about.get(topic, ())}
        said = {n for n in known | alike if lines[n][0].type in scope}
        heard = said if denial.claim_id in parties else known
        against = [n for n in sorted(said) if _is_against(denial, lines[n], heard=n in heard)]
        for n in against:
            denied[n].append(denial)
        if not against:
            unheard.append(denial)
    return denied, unheard


def _is_against(denial: Claim, line: Line, *, heard: bool) -> bool:
    """Whether others say what is denied; if the denier is not heard elsewhere, his own article."""
    here = any(claim.article_id == denial.article_id for claim in line)
    others = any(claim.origin_key != denial.origin_key for claim in line)
    return others and (here or heard)


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
    """Return what a denial is about: a line that leaves the destination open says less."""
    recruiter, destination, recruits = (getattr(denial, slot) for slot in DENIED)
    if recruiter is None or not (destination or recruits):
        return []
    if destination and recruits:
        return [(recruiter, destination, recruits), (recruiter, destination, None)]
    return [(recruiter, destination or ANY, recruits or ANY)]


def _describe(
    lines: list[Line],
    denied: list[Line],
    replay: reviews.Replay,
    articles: pd.DataFrame,
    traced: pd.DataFrame,
    codebook: "Codebook",
) -> list[dict[str, Any]]:
    """Return the rows of the tracker, the best attested first."""
    facts = {row["claim_id"]: row for row in rows_of(replay.claims)}
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
    """Return the claims of each origin; an outlet that cites one for a line is not another.

    Nor is one that gives the telling figure of another without saying from whom it has it, or an
    unnamed source of an article that draws on an agency which says the same.
    """
    cited: dict[str, str] = {}
    told: dict[Any, str] = {}
    borrowed: dict[str, str] = {}
    by: dict[str, Line] = defaultdict(list)
    for claim in sorted(claims, key=_last_to_speak):
        key, article = claim.origin_key, claim.article_id
        figures = sorted(telling(claim.count) | telling(claim.pay))
        if not claim.is_named:
            known = next((told[figure] for figure in figures if figure in told), None)
            if known:
                borrowed.setdefault(article, known)
            own = cited.get(article) if claim.own_voice else None
            key = known or own or borrowed.get(article, key)
        if key == claim.origin_key:
            key = next((agency for agency in claim.draws_on if agency in by), key)
        by[key].append(claim)
        if not claim.own_voice:
            cited.setdefault(article, key)
            told |= {figure: told.get(figure, key) for figure in figures}
    return by


def _last_to_speak(claim: Claim) -> tuple[bool, ...]:
    """Return an order in which those come last who may have it from the others."""
    figures = telling(claim.count) | telling(claim.pay)
    return not claim.is_named, bool(claim.draws_on), not figures, claim.own_voice


def _reason(claim: Claim, key: str, origin: Mapping[str, Any]) -> str:
    if claim.origin_key != key:
        return f"{origin[claim.claim_id].origin}, which draws on it or gives its figure"
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
    stated = {slot: {getattr(claim, slot) for claim in line} - {None} for slot in SHARED}
    said = [f"same {', '.join(['type', *(s for s in SHARED if len(stated[s]) == 1)])}"]
    said += [f"different {slot}" for slot in SHARED if len(stated[slot]) > 1]
    recruiters = sorted({claim.recruiter for claim in line} - {None})
    said += [
        f"{codebook.entry(lower).name} is sponsored by {codebook.entry(upper).name}"
        for lower in recruiters
        for upper in recruiters
        if upper in sponsors(lower, codebook)
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
