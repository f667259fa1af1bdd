"""Who, for whom and where, from the whole article: what a claim's own sentence leaves open.

Every name of the article may fill a slot of every claim. How near and how often it is named, what
the sentences of the claims say of it and what the other slots hold are weighed by the learned
reader; the likeliest name fills the slot, and the rule says where it was read.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import reader, slots
from condotta.slots import Value
from condotta.weighing import steps

if TYPE_CHECKING:
    from condotta.claims import Draft, Page

LEAST = {"destination": 0.08, "recruits": 0.08, "recruiter": 0.15, "beneficiary": 0.1}
ORDER = tuple(LEAST)  # what is decided first helps to decide what comes after
GIVEN = 0.35  # a claim's own sentence gives a value from here on
TOTALS = (0.1, 0.3, 0.6, 1, 1.5, 2.5, 4)
LEADS = (-2, -1, -0.5, -0.2, 0, 0.2, 0.5, 1, 2)
COUNTRIED = frozenset({"place", "facility", "state", "nationality"})


class Mention(NamedTuple):
    """One place in the text where a value is named."""

    value: Value
    token: int
    sentence: int


class Candidate(NamedTuple):
    """One value that may fill a slot: where it is named, what speaks for it, its country."""

    name: str
    mentions: tuple[Mention, ...]
    signs: tuple[str, ...]
    country: str | None


class Scene(NamedTuple):
    """The claims of an article, and what it offers for their slots.

    `given` and `rival` say, by claim, slot and value, how likely the claim's own sentence fills
    the slot with the value, and what else it takes it for; `totals` adds up the former.
    """

    page: "Page"
    drafts: Sequence["Draft"]
    offers: Mapping[str, list[Candidate]]
    given: Mapping[tuple[int, str], Mapping[str, float]]
    rival: Mapping[tuple[int, str, str], tuple[str, float]]
    totals: Mapping[str, Mapping[str, float]]
    homes: Mapping[str, str]


def set_scene(page: "Page", drafts: Sequence["Draft"]) -> Scene:
    """Return what an article offers for the open slots of its claims."""
    offers = gather(page)
    given: dict[tuple[int, str], dict[str, float]] = {}
    rival: dict[tuple[int, str, str], tuple[str, float]] = {}
    totals: dict[str, Counter[str]] = {slot: Counter() for slot in ORDER}
    for number, draft in enumerate(drafts):
        for slot, candidates in offers.items():
            for one in candidates:
                scores = [draft.roles[m.token] for m in one.mentions if m.token in draft.roles]
                if scores:
                    best = max(s.get(slot, 0.0) for s in scores)
                    others = [(p, k) for s in scores for k, p in s.items() if k != slot]
                    given.setdefault((number, slot), {})[one.name] = best
                    rival[number, slot, one.name] = max(others)[::-1]
                    totals[slot][one.name] += best
    homes = {people.people: people.country for people in page.codebook.nationalities}
    return Scene(page, drafts, offers, given, rival, totals, homes)


def gather(page: "Page") -> dict[str, list[Candidate]]:
    """Return, for every slot that carries over, the values that the article offers."""
    found: dict[str, dict[str, list[tuple[Mention, Any]]]] = {slot: {} for slot in ORDER}
    view, names = page.view, page.names
    for i in reader.mentions(view):
        if view.categories[i] in reader.FIGURES.values():
            continue
        token, row = page.doc[i], names.at(page.doc[i])
        people = view.categories[i] in reader.PEOPLE
        for slot in ORDER:
            value = _country(row, names) if slot == "destination" else None
            value = value or slots.read_value(slot, token, names, people=people)
            if value is not None and value.value:
                mention = Mention(value, i, view.sentence_of[i])
                found[slot].setdefault(value.value, []).append((mention, row))
    return {
        slot: [_candidate(page, slot, name, places) for name, places in by_name.items()]
        for slot, by_name in found.items()
    }


def _country(row: Mapping | None, names: slots.Names) -> Value | None:
    """Return the country that a name belongs to, whatever kind of name it is."""
    entry = names.entry(row) if row is not None and row["kind"] in COUNTRIED else None
    country = slots.country_of(entry) if entry is not None else None
    return Value(country, int(row["start"]), int(row["end"]), row["kind"]) if country else None


def _candidate(
    page: "Page", slot: str, name: str, found: Sequence[tuple[Mention, Any]]
) -> Candidate:
    signs, country = set(), name if slot == "destination" else None
    kinds = Counter(row["kind"] if row is not None else "-" for _, row in found)
    signs |= {f"kind={kind}" for kind in kinds}
    signs |= {f"most={min(kinds, key=lambda k: (-kinds[k], k))}", f"rule={found[0][0].value.rule}"}
    for mention, row in found:
        signs |= _context(page.doc[mention.token])
        entry = page.names.entry(row) if row is not None else None
        if entry is not None:
            country = country or entry.country
            signs |= _known(slot, entry)
    if slot == "recruits" and country is None:
        signs.add(f"w={page.doc[found[0][0].token].lemma_.lower()}")
    return Candidate(name, tuple(mention for mention, _ in found), tuple(sorted(signs)), country)


def _context(token) -> set[str]:
    case, head = reader.case_of(token), token.head.lemma_.lower()
    return {f"c={case}", f"h={head}", f"ch={case}{head}", f"d={token.dep_}"}


def _known(slot: str, entry) -> set[str]:
    if slot not in ("recruiter", "beneficiary"):
        return {"known"}
    side, sponsor = getattr(entry, "side", None), getattr(entry, "sponsor", None)
    kind = getattr(entry, "kind", None)
    return {"known", f"side={bool(side)}", f"sponsor={bool(sponsor)}", f"ek={kind}"}


def features(
    scene: Scene, number: int, slot: str, candidate: Candidate, decided: Mapping[str, str | None]
) -> list[str]:
    """Return what speaks for a value filling a slot of a claim.

    `decided` holds the slots of the same claim that were filled, or left open, before.
    """
    draft = scene.drafts[number]
    core = _own(scene, number, slot, candidate) + _near(scene, number, slot, candidate)
    core += _story(scene, slot, candidate) + _givers(scene, number, slot, candidate.name)
    core += _relations(scene, slot, candidate, decided)
    core.append(f"decided={'+'.join(sorted(k for k, v in decided.items() if v))}")
    core += [f"stance={draft.told.get('stance')}", f"speaks={_speaks(scene, draft, candidate)}"]
    here = candidate.name in scene.given.get((number, slot), ())
    found = core + [f"{draft.kind}:{sign}" for sign in core]
    found += [*candidate.signs, *(f"here={here}:{sign}" for sign in candidate.signs)]
    return [f"{slot}:{sign}" for sign in found]


def _own(scene: Scene, number: int, slot: str, candidate: Candidate) -> list[str]:
    """Return what the claim's own sentence says of a value and of those beside it."""
    given = scene.given.get((number, slot), {})
    rest = [p for name, p in given.items() if name != candidate.name]
    found = steps("elsewhere", max(rest)) if rest else ["alone"]
    if candidate.name not in given:
        return [*found, "out"]
    own = given[candidate.name]
    rival, score = scene.rival[number, slot, candidate.name]
    found += ["in", *steps("given", own), *steps(f"as={rival}", score)]
    return [*found, f"top={own >= max(given.values())}"]


def _near(scene: Scene, number: int, slot: str, candidate: Candidate) -> list[str]:
    """Return how near a value is named, and how many are named nearer."""
    at = scene.page.view.sentence_of[scene.drafts[number].trigger.i]
    gaps = [at - mention.sentence for mention in candidate.mentions]
    back = min((gap for gap in gaps if gap >= 0), default=None)
    fore = min((-gap for gap in gaps if gap < 0), default=None)
    reach = 99 if back is None else back
    nearer = sum(
        any(0 <= at - mention.sentence < reach for mention in other.mentions)
        for other in scene.offers[slot]
        if other.name != candidate.name
    )
    found = [f"back={back if back is None else min(back, 5)}", f"nearer={min(nearer, 3)}"]
    return [*found, f"fore={fore if fore is None else min(fore, 3)}"]


def _story(scene: Scene, slot: str, candidate: Candidate) -> list[str]:
    """Return how much of the article is about a value."""
    title = len(scene.page.article.get("title") or "")
    often = sum(len(o.mentions) > len(candidate.mentions) for o in scene.offers[slot])
    totals = scene.totals[slot]
    total = totals.get(candidate.name, 0.0)
    ahead = total - max((p for name, p in totals.items() if name != candidate.name), default=0.0)
    rank = sum(p > total for p in totals.values()) if candidate.name in totals else "no"
    return [
        f"lead={any(m.sentence <= 1 for m in candidate.mentions)}",
        f"title={any(m.value.start < title for m in candidate.mentions)}",
        *(f"often={min(often, 3)}", f"n={min(len(candidate.mentions), 5)}"),
        f"story={rank if rank == 'no' else min(rank, 3)}",
        *(f"total>{edge}" for edge in TOTALS if total >= edge),
        *(f"ahead>{edge}" for edge in LEADS if ahead >= edge),
    ]


def _givers(scene: Scene, number: int, slot: str, name: str) -> list[str]:
    """Return how near other claims stand whose own sentences give this value, or another."""
    ways = {"before": range(number - 1, -1, -1), "after": range(number + 1, len(scene.drafts))}
    found = []
    for way, others in ways.items():
        said = f"{way}=none"
        for distance, other in enumerate(others):
            given = scene.given.get((other, slot), {})
            best = max(given, key=lambda key: (given[key], key), default=None)
            if best is not None and given[best] >= GIVEN:
                said = f"{way}={'this' if best == name else 'else'}{min(distance, 3)}"
                break
        found.append(said)
    return found


def _speaks(scene: Scene, draft: "Draft", candidate: Candidate) -> bool:
    """Return whether a value is named among the words of the claim's source."""
    told = draft.told.get("statement_id")
    for row in scene.page.statements if told else ():
        if row["statement_id"] == told and row["source_start"] is not None:
            start, end = row["source_start"], row["source_end"]
            return any(start <= mention.value.start < end for mention in candidate.mentions)
    return False


def _relations(
    scene: Scene, slot: str, candidate: Candidate, decided: Mapping[str, str | None]
) -> list[str]:
    """Return how a value stands towards what the other slots hold, and towards the war."""
    found = []
    for other, value in decided.items():
        if value is None:
            found.append(f"no {other}")
            continue
        theirs = {scene.homes.get(v, v) for v in value.split("; ")}
        found.append(f"same {other}={value == candidate.name}")
        found.append(f"country {other}={candidate.country and candidate.country in theirs}")
    for other in ("recruits", "destination", "recruiter"):
        totals = scene.totals[other]
        if other != slot and totals:
            leader = min(totals, key=lambda name: (-totals[name], name))
            country = scene.homes.get(leader, leader)
            found.append(f"lead {other}={candidate.country and candidate.country == country}")
    if slot in ("recruiter", "beneficiary"):
        found += _war(scene, candidate.name, decided)
    return found


def _war(scene: Scene, name: str, decided: Mapping[str, str | None]) -> list[str]:
    """Return whether an actor is a side of the war, or backs one, or is backed by the recruiter."""
    book = scene.page.codebook
    war = book.alliances.get(decided.get("destination") or "")
    if war is None:
        return ["no war known"]
    entry, mine = book.find(name, kinds=slots.ACTORS), set(slots.backers(name, book))
    side = entry is not None and entry.id in war.sides
    found = [f"is side={side}", f"backs={any(mine & set(t) for t in war.sides.values())}"]
    recruiter = decided.get("recruiter")
    if recruiter:
        theirs = set(slots.backers(recruiter, book))
        backed = [side for side, backers in war.sides.items() if theirs & set(backers)]
        named = entry is not None and entry.id in backed
        found.append(f"backed={named}:{len(backed)}:{side}")
    return found


def fill(scene: Scene, number: int, learned: reader.Classifier) -> dict[str, Value]:
    """Return the slots of one claim, those that carry over decided one after the other."""
    draft = scene.drafts[number]
    at = scene.page.view.sentence_of[draft.trigger.i]
    values = {slot: value for slot, value in draft.values.items() if slot not in ORDER}
    decided: dict[str, str | None] = {}
    for slot in ORDER:
        own, chosen = draft.values.get(slot), None
        if own is None or draft.signs:  # the reader knows the type; else its frame decides
            chosen = _likeliest(scene, number, slot, decided, learned)
        value = _shown(*chosen, at) if chosen else None if draft.signs else own
        if own is not None and value is not None and slots.alike(own.value, value.value):
            value = own
        decided[slot] = value and value.value
        if value is not None:
            values[slot] = value
    return values


def _likeliest(
    scene: Scene,
    number: int,
    slot: str,
    decided: Mapping[str, str | None],
    learned: reader.Classifier,
) -> tuple[Candidate, float] | None:
    best: tuple[float, str, Candidate] | None = None
    for one in scene.offers[slot]:
        score = learned.probabilities(features(scene, number, slot, one, decided))["yes"]
        if score >= LEAST[slot] and (best is None or (score, one.name) > best[:2]):
            best = score, one.name, one
    return best and (best[2], best[0])


def _shown(candidate: Candidate, score: float, at: int) -> Value:
    """Return a value as it is named nearest: in the sentence, before it, or after it."""
    near = min(candidate.mentions, key=lambda m: (m.sentence > at, abs(m.sentence - at), m.token))
    gap = at - near.sentence
    side = "before" if gap > 0 else "after"
    where = f"carried from {abs(gap)} {side}" if gap else "in the sentence"
    return near.value._replace(rule=f"{where}, reader {score:.2f}")
