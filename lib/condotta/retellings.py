"""Tellings of one event as one, and which event comes after which.

Two tellings are one event where something agrees and nothing differs: kind, actor, target, place,
date. A place that was carried over from elsewhere contradicts nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from condotta import places, tables
from condotta.incidents import OWN_WORDS, STRIKES, Incident, Page
from condotta.parties import Party

if TYPE_CHECKING:
    from spacy.tokens import Token

ANOTHER = frozenset({"another", "second", "third", "separate", "fresh", "other", "later", "new"})
AFTER = frozenset({"after", "following", "since", "amid", "amidst"})
BECAUSE = frozenset(
    {"response", "retaliation", "revenge", "reprisal", "reply", "answer", "wake", "aftermath"}
)
SAME_SPOT = 0.05  # degrees, latitude and longitude together
NEARBY = {"exact": 0.2, "town": 0.3, "district": 0.6, "province": 1.5}


def merge_retellings(page: Page, tellings: list[Incident]) -> list[Incident]:
    """Return events told once: a later telling joins the last that it does not contradict.

    A headline tells again what the body tells, and its place is the last to count.
    """
    end = _headline_end(page)
    headline = [d for d in tellings if d.start < end]
    body = [d for d in tellings if d.start >= end]
    kept: list[Incident] = []
    for incident in body:
        _join(page, kept, incident, brief=False)
    for incident in headline:
        _join(page, kept, incident, brief=bool(body))
    kept.sort(key=lambda d: (d.start, d.root))
    return [d for d in kept if d.actor or d.target or (d.site and not d.definite)]


def _join(page: Page, kept: list[Incident], incident: Incident, *, brief: bool) -> None:
    """Join a telling to the last event that it may tell, or keep it as one more."""
    for i in reversed(range(len(kept))):
        if _is_retold(page, kept[i], incident, brief=brief):
            told = replace(incident, nearness=0) if brief else incident
            kept[i] = _told_twice(kept[i], told)
            return
    kept.append(incident)


def _same_toll(first: Incident, later: Incident) -> bool:
    """Tell whether a bare "three were killed" gives the toll of another event again."""
    tolls = [
        [(x.low, x.high) for x in d.lost if x.kind == "killed" and x.low is not None][:1]
        for d in (first, later)
    ]
    bare = any(d.kind == "killing" and d.actor is None and d.site is None for d in (first, later))
    return bare and bool(tolls[0]) and tolls[0] == tolls[1]


def _headline_end(page: Page) -> int:
    """Return where the headline ends: a first line without a full stop."""
    first = page.scene.sentences[0] if page.scene.sentences else None
    text = first.text if first is not None else ""
    whole = "\n" in text and text.rstrip()[-1:] not in (".", "!", '"', "”")
    return first.end_char if first is not None and whole else 0


def _is_retold(page: Page, first: Incident, later: Incident, *, brief: bool = False) -> bool:
    """Tell whether a later event may be the first told again, and nothing says otherwise.

    A headline is brief: one thing in common is enough.
    """
    if "killing" in (first.kind, later.kind) and _same_toll(first, later):
        return True
    if not _kinds_agree(first, later) or _is_another(page, later):
        return False
    same_sentence = (
        page.scene.sentence(page.doc[first.root]).start
        == page.scene.sentence(page.doc[later.root]).start
    )
    links = (
        _agree(first.actor, later.actor),
        _agree_target(first, later),
        _places_agree(first, later),
    )
    if -1 in links or _dates_differ(first.when, later.when):
        return False
    if same_sentence:
        return sum(links) >= 2 and first.kind == later.kind
    if brief or (later.definite and later.general) or (first.definite and first.general):
        return sum(links) >= 1 or (later.actor is None and later.target is None)
    return sum(links) >= 2


def _is_another(page: Page, incident: Incident) -> bool:
    """Tell whether words set an event apart from those before: "another drone"."""
    near = page.doc.char_span(*incident.told, alignment_mode="expand")
    return any(token.lower_ in ANOTHER for token in near)


def _kinds_agree(first: Incident, later: Incident) -> bool:
    if first.kind == later.kind:
        return True
    violent = STRIKES | {"killing"}
    return first.kind in violent and later.kind in violent and (first.general or later.general)


def _agree(one: Party | None, other: Party | None) -> int:
    """Return 1 for the same party, 0 where one is open, -1 for two that differ."""
    if one is None or other is None:
        return 0
    if one.entity_id and other.entity_id:
        return 1 if one.entity_id == other.entity_id else -1
    first, second = set(one.name.lower().split()), set(other.name.lower().split())
    if first & second - {"the", "of", "and", "a"}:
        return 1
    return -1 if one.hard and other.hard else 0


def _agree_target(one: Incident, other: Incident) -> int:
    mine = one.target_owner or (one.target.entity_id if one.target else None)
    yours = other.target_owner or (other.target.entity_id if other.target else None)
    if mine and yours:
        return 1 if mine == yours else -1
    agreed = _agree(one.target, other.target)
    open_words = (one.general and one.definite) or (other.general and other.definite)
    both = one.target is not None and other.target is not None
    return -1 if both and not agreed and not open_words else agreed


def _places_agree(first: Incident, later: Incident) -> int:
    """Return 1 for places within each other's precision, -1 for two that differ.

    A place taken from elsewhere than the event's own words contradicts nothing.
    """
    one, other = first.site, later.site
    if one is None or other is None:
        return 0
    if one.name == other.name or (one.place_id and one.place_id == other.place_id):
        return 1
    if None in (one.lat, other.lat) or min(first.nearness, later.nearness) < OWN_WORDS:
        return 0
    broad = max((one.precision, other.precision), key=tables.PLACE_PRECISIONS.index)
    apart = abs(one.lat - other.lat) + abs(one.lon - other.lon)
    if broad == "country":
        return 0 if one.country in (None, other.country) else -1
    return 1 if apart < SAME_SPOT else 0 if apart < NEARBY[broad] else -1


def _dates_differ(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return False
    spans = [(q.date_from or q.date_to, q.date_to or q.date_from) for q in (one, other)]
    (a, b), (c, d) = spans
    return not (a[: len(d)] <= d[: len(a)] and c[: len(b)] <= b[: len(c)])


def _told_twice(first: Incident, later: Incident) -> Incident:
    """Return one event of two tellings: the first keeps its words, the later fills what is open."""
    known = first if not first.general else later if not later.general else first
    placed = max((first, later), key=_place_rank)
    return replace(
        first,
        kind=known.kind,
        general=first.general and later.general,
        actor=_better(first.actor, later.actor),
        target=_better(first.target, later.target),
        target_owner=first.target_owner or later.target_owner,
        weapon=first.weapon or later.weapon,
        site=placed.site,
        place=placed.place,
        nearness=placed.nearness,
        when=first.when or later.when,
        lost=first.lost or later.lost,
        silence=first.silence or later.silence,
        grades=(*first.grades, *later.grades)
        if later.actor or later.grades[0].value != "unclear" or later.grades[0].rule != "no actor"
        else first.grades,
        also=first.also or later.told,
        retold=(*first.retold, later.root, *later.retold),
        statement_id=first.statement_id or later.statement_id,
        rule=f"{first.rule}; told again ({later.rule.split(';')[0]})",
    )


def _better(one: Party | None, other: Party | None) -> Party | None:
    if one is None or other is None:
        return one or other
    return other if other.entity_id and not one.entity_id else one


def _place_rank(incident: Incident) -> tuple:
    """Return how well an event is placed: by its own words first, then the finer point."""
    if incident.site is None:
        return (-1, 0)
    return (incident.nearness, -_coarseness(incident.site))


def _coarseness(site: places.Site) -> int:
    order = tables.PLACE_PRECISIONS
    return len(order) if site.precision is None else order.index(site.precision)


def find_order(page: Page, tellings: Sequence[Incident]) -> dict[int, int]:
    """Return, by root, which event of the article another one is said to come after."""
    owner = {root: d.root for d in tellings for root in (d.root, *d.retold)}
    order: dict[int, int] = {}
    for root in sorted(owner):
        for other in sorted(owner):
            if owner[root] == owner[other] or owner[root] in order:
                continue
            if (
                _comes_after(page, page.doc[root], page.doc[other])
                and order.get(owner[other]) != owner[root]
            ):
                order[owner[root]] = owner[other]
    return order


def _comes_after(page: Page, later: "Token", earlier: "Token") -> bool:
    """Tell whether words put one event after another: *after*, *followed by*, *in response to*."""
    if page.scene.sentence(later).start != page.scene.sentence(earlier).start:
        return False
    if _introduced(page, earlier, later, AFTER) or _introduced(page, earlier, later, BECAUSE):
        return True
    if _introduced(page, later, earlier, frozenset({"before"})):
        return True
    verb = later.head
    for one, other in ((later, earlier), (earlier, later)):
        verb = one.head
        if verb.lemma_.lower() == "follow" and one.dep_.startswith("nsubj"):
            passive = page.tree.is_passive(verb)
            hangs = other.head.i == verb.i
            if hangs and passive == (one is earlier):
                return True
    return False


def _introduced(page: Page, inner: "Token", outer: "Token", words: frozenset[str]) -> bool:
    """Tell whether an event stands in a phrase that some words open, and the other outside."""
    if _follows_words(page, inner, words):
        return outer.i < inner.i
    word = inner
    for _ in range(6):
        marks = _openers(page, word)
        if (marks & words) or (word.lower_ in words):
            edge = min([word.left_edge.i, word.i])
            return not edge <= outer.i <= word.right_edge.i
        if word.head.i == word.i:
            return False
        word = word.head
        if word.i == outer.i:
            return False
    return False


def _openers(page: Page, word: "Token") -> set[str]:
    """Return the words that open a phrase or clause, also one that hangs on its subject."""
    near = list(page.tree.children[word.i])
    near += [c for s in near if s.dep_.startswith("nsubj") for c in page.tree.children[s.i]]
    labels = ("case", "mark", "fixed", "advmod")
    return {c.lower_ for c in near if c.dep_ in labels and c.i < word.i}


def _follows_words(page: Page, inner: "Token", words: frozenset[str]) -> bool:
    """Tell whether "in retaliation for a" or "after the" stands right before an event."""
    at = inner.i - 1
    while at > 0 and page.doc[at].pos_ in ("DET", "ADJ", "PROPN", "NOUN") and inner.i - at < 5:
        if page.doc[at].lower_ in words:
            return True
        at -= 1
    if page.doc[at].lower_ in ("to", "for", "of") and at:
        at -= 1
    return page.doc[at].lower_ in words
