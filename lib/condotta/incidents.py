"""One telling of an event: what a single clause says of kind, actor, target, weapon and place.

What may or will happen, what did not, and what is only a purpose is no event. Frames of one clause
that tell one event are joined: "airstrikes hit the market", "was killed in a raid".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import frames, losses, places, quantities
from condotta.parties import Party, Scene
from condotta.responsibility import Grade

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# Kinds whose word alone does not tell the means: a later sentence may.
GENERAL = frozenset({"ground_attack", "killing"})
GENERAL_WORDS = frozenset(
    {"bombing", "bomb", "bombard", "bombardment", "explosion", "blast", "strike", "raid", "attack"}
)
STRIKES = frozenset({"airstrike", "drone_strike", "shelling", "bombing", "ground_attack"})
VIOLENT = STRIKES | {"clash", "killing", "abduction", "capture", "other"}
PACTS = frozenset({"ceasefire", "agreement"})
UNREAL = frozenset({"planned", "possible", "refused", "conditional"})
UNREAL_WORDS = frozenset({"no", "any", "future", "possible", "potential", "without"})
# A gerund after these is a topic, not an event, unless someone answers for it.
ABOUT = frozenset({"in", "for", "of", "at", "from", "about"})
BLAMED = frozenset(
    {
        "accuse",
        "accused",
        "blame",
        "suspect",
        "charge",
        "convict",
        "condemn",
        "criticise",
        "criticize",
        "admit",
        "guilty",
        "responsible",
        "responsibility",
        "accusation",
        "suspicion",
        "capable",
        "denounce",
    }
)
# An infinitive happened only below these.
BEGUN = frozenset(
    {"begin", "start", "continue", "resume", "manage", "proceed", "go", "use", "succeed", "accuse"}
)
BROAD_WORDS = frozenset(
    {"fighting", "battle", "combat", "hostility", "military operation", "operation", "offensive",
     "invasion", "siege", "confrontation", "conflict"}
)  # fmt: skip
RECIPROCAL = frozenset({"one", "each", "another", "other", "one another", "each other"})
OWN_WORDS, OWN_SENTENCE = 2, 1  # how near to an event its place is told; 0 is farther


@dataclass(frozen=True)
class Incident:
    """One event while it is read."""

    kind: str
    base: str
    root: int
    trigger: tuple[int, int]
    rule: str
    actor: Party | None = None
    target: Party | None = None
    target_owner: str | None = None
    weapon: str | None = None
    site: places.Site | None = None
    place: tuple[int, int] | None = None
    nearness: int = 0
    told: tuple[int, int] = (0, 0)
    when: Any = None
    lost: tuple[losses.Loss, ...] = ()
    silence: losses.Silence | None = None
    grades: tuple[Grade, ...] = ()
    also: tuple[int, int] | None = None
    statement_id: str | None = None
    general: bool = False
    definite: bool = False
    retold: tuple[int, ...] = ()

    @property
    def start(self) -> int:
        """First character of the words that tell it."""
        return self.trigger[0]

    @property
    def end(self) -> int:
        """One past the last character of the words that tell it."""
        return self.trigger[1]

    @property
    def violent(self) -> bool:
        """Whether someone has to answer for it."""
        return self.kind in VIOLENT


class Page(NamedTuple):
    """One article with what the steps before found in it."""

    article: Mapping
    doc: "Doc"
    scene: Scene
    statements: Sequence[Mapping]
    amounts: Sequence[quantities.Quantity]
    frames: Sequence[frames.Frame]
    tree: frames.Tree


def read_incidents(page: Page) -> list[Incident]:
    """Return what each clause of an article tells, in order; later ones may tell the same event."""
    kinds = page.scene.codebook.event_kinds
    told = [f for f in page.frames if not (kinds[f.kind].measures or kinds[f.kind].grades)]
    found = [d for frame in _sole(told, list(kinds)) if (d := _incident(page, frame)) is not None]
    return [d for d in _absorb(page, found) if _is_concrete(page, d)]


def _sole(found: Sequence[frames.Frame], order: list[str]) -> list[frames.Frame]:
    """Return one frame a word: the longest trigger, then the kind that stands first."""
    ranked = sorted(
        found,
        key=lambda f: (-(f.end - f.start), order.index(f.kind), -len(f.fillers), f.start),
    )
    taken: set[int] = set()
    kept = []
    for frame in ranked:
        inside = (
            set(range(frame.start, frame.end)) if frame.rule.startswith("noun") else {frame.root}
        )
        if not (inside | {frame.root}) & taken:
            taken |= inside | {frame.root}
            kept.append(frame)
    return sorted(kept, key=lambda f: (f.start, f.root))


def _incident(page: Page, frame: frames.Frame) -> Incident | None:
    """Return a frame as an event, or nothing where it did not happen."""
    if frame.negated or frame.modality in UNREAL or _is_unreal(page, frame):
        return None
    scene, span = page.scene, page.doc[frame.start : frame.end]
    is_noun = frame.rule.startswith("noun")
    actor, target = _parties(scene, frame, is_noun)
    words = frame.rule.split(": ")[1]
    kind, weapon = _kind_by_weapon(page, frame)
    if weapon is None and frame.kind == "airstrike" and not is_noun and not _is_state(scene, actor):
        kind = "bombing"
    incident = Incident(
        kind,
        frame.kind,
        frame.root,
        (span.start_char, span.end_char),
        frame.rule,
        actor=actor,
        target=target,
        weapon=weapon,
        general=kind in GENERAL or (words in GENERAL_WORDS and weapon is None),
        definite=is_noun and _is_definite(page, frame.root),
    )
    return _with_place(page, _with_owner(scene, frame, incident), frame)


def _is_state(scene: Scene, actor: Party | None) -> bool:
    """Tell whether an actor has aircraft: a state or its forces; who "bombed" is not told else."""
    if actor is None:
        return False
    entry = scene.codebook.entries.get(actor.entity_id) if actor.entity_id else None
    last = actor.name.lower().split()[-1]
    return getattr(entry, "kind", "") == "state" or last.rstrip("s") in scene.classes[
        "state_force"
    ] | {"force"}


def _is_unreal(page: Page, frame: frames.Frame) -> bool:
    """Tell whether a trigger is a purpose, a modifier of another noun, or a hypothetical."""
    root = page.doc[frame.root]
    children = page.tree.children[root.i]
    if frame.rule.startswith("noun"):
        modifies = root.dep_ == "compound" and root.head.i > root.i and root.tag_ != "NNS"
        return modifies or any(c.lower_ in UNREAL_WORDS for c in children if c.i < root.i)
    if root.dep_ == "amod" and not (frame.fillers_of("actor") or frame.fillers_of("sides")):
        return True
    above = root.head.lemma_.lower()
    marks = {c.lower_ for c in children if c.dep_ in ("mark", "case")}
    if root.dep_ == "compound" and root.lower_.endswith("ing"):
        above, marks = root.head.head.lemma_.lower(), {page.tree.preposition(root.head)}
    if root.lower_.endswith("ing") and marks & ABOUT:
        return above not in BLAMED
    return "to" in marks and root.tag_ == "VB" and above not in BEGUN


def _is_definite(page: Page, root: int) -> bool:
    return any(
        c.dep_ in ("det", "nmod:poss")
        and c.lower_ in ("the", "this", "that", "these", "those", "its", "their")
        for c in page.tree.children[root]
    )


def _parties(scene: Scene, frame: frames.Frame, is_noun: bool) -> tuple[Party | None, Party | None]:
    """Return actor and target; of two sides the first acts, unless a target is named."""
    actors = _named(scene, frame, "actor", is_noun)
    targets = _named(scene, frame, "target", is_noun)
    sides = _named(scene, frame, "sides", is_noun)
    struck = {f.head for f in frame.fillers_of("target") if f.position == "object"}
    if struck and not actors:
        others = [f for f in frame.fillers_of("target") if f.head not in struck]
        by = [p for f in others for p in scene.parties(f) if p.entity_id or p.hard]
        actors, targets = by, [t for t in targets if t.start not in {p.start for p in by}]
    if len(actors or sides) > 1 and any(t.name.lower() in RECIPROCAL for t in targets):
        sides, actors, targets = actors or sides, [], []
    if sides and not actors:
        actors, targets = (sides, targets) if targets else (sides[:1], sides[1:])
    return _joined(actors), _joined(targets)


def _named(scene: Scene, frame: frames.Frame, slot: str, is_noun: bool) -> list[Party]:
    found: dict[str, Party] = {}
    for filler in frame.fillers_of(slot):
        if scene.doc[filler.head].i == frame.root:
            continue
        modifier = is_noun and filler.position == "compound"
        for party in scene.parties(
            filler, event_noun=modifier, acts=slot != "target" or frame.kind == "clash"
        ):
            found.setdefault(party.name, party)
    return list(found.values())


def _joined(parties: Sequence[Party]) -> Party | None:
    if not parties:
        return None
    return Party(
        "; ".join(p.name for p in parties),
        next((p.entity_id for p in parties if p.entity_id), None),
        min(p.start for p in parties),
        max(p.end for p in parties),
        any(p.hard for p in parties),
    )


def _with_owner(scene: Scene, frame: frames.Frame, incident: Incident) -> Incident:
    if incident.target is None or incident.target.entity_id:
        return incident
    for filler in frame.fillers_of("target"):
        owner = scene.owner(filler)
        if owner is not None:
            return replace(incident, target_owner=owner[1])
    return incident


def _kind_by_weapon(page: Page, frame: frames.Frame) -> tuple[str, str | None]:
    """Return the kind that a weapon near a trigger makes of it, and the weapon as printed."""
    kinds = page.scene.codebook.event_kinds
    weapon = _weapon_of(page, frame)
    if weapon is None:
        return frame.kind, None
    printed, lemma = weapon
    if frame.kind in STRIKES | {"killing"} and _is_open(frame):
        for name, kind in kinds.items():
            if lemma in kind.weapons:
                return name, printed
    return frame.kind, printed


def _is_open(frame: frames.Frame) -> bool:
    words = frame.rule.split(": ")[1]
    return frame.kind in GENERAL or words in GENERAL_WORDS or not frame.rule.startswith("noun")


def _weapon_of(page: Page, frame: frames.Frame) -> tuple[str, str] | None:
    """Return the weapon of an event as printed, and under which word the codebook has it."""
    weapons = page.scene.classes["weapon"]
    spans = [(f.start, f.end) for slot in ("weapon", "actor") for f in frame.fillers_of(slot)]
    root = page.doc[frame.root]
    if frame.rule.startswith("noun"):
        spans += [(page.tree.phrase(root)[0], frame.start)]
    spans += [(f.end, root.i) for f in frame.fillers_of("actor") if 0 < root.i - f.end < 3]
    spans += [
        page.tree.phrase(c)
        for c in page.tree.children[root.i]
        if c.dep_ in ("obl", "advcl", "nmod")
        and page.tree.preposition(c) in ("with", "using", "by", "from")
    ]
    spans += [
        page.tree.phrase(o)
        for c in page.tree.children[root.i]
        if c.lower_ in ("using", "involving", "firing")
        for o in page.tree.children[c.i]
        if o.dep_ == "obj"
    ]
    found = [weapon for start, end in spans if (weapon := _last_weapon(page, start, end, weapons))]
    return found[0] if found else None


def _last_weapon(
    page: Page, start: int, end: int, weapons: frozenset[str]
) -> tuple[str, str] | None:
    """Return the last weapon of a phrase, two words before one: its head stands last."""
    for at in range(end - 1, start - 1, -1):
        lemma = page.doc[at].lemma_.lower()
        lemma = lemma if lemma in weapons else lemma.removesuffix("s")
        pair = f"{page.doc[at - 1].lemma_.lower()} {lemma}" if at > start else ""
        if pair in weapons:
            return page.doc[at - 1 : at + 1].text, pair
        if lemma in weapons:
            return page.doc[at].text, lemma
    return None


def _with_place(page: Page, incident: Incident, frame: frames.Frame) -> Incident:
    """Return an event with the place that its own words name."""
    heads = [page.doc[filler.head] for filler in frame.fillers_of("place")]
    if frame.rule.startswith("noun"):
        heads += [c for c in page.tree.children[frame.root] if c.dep_ == "compound"]
    targets = [page.doc[filler.head] for filler in frame.fillers_of("target")]
    for rule, words in (("place", heads), ("place in the target", targets)):
        placed = [
            placed_at(page, incident, index, rule, ())
            for word in words
            for index in page.scene.places_in(word)
            if rule == "place" or _is_local(page, index)
        ]
        if placed:
            first = min(placed, key=lambda d: (d.site.precision in (None, "country"), d.place))
            return replace(first, nearness=OWN_WORDS)
    return incident


def _is_local(page: Page, index: int) -> bool:
    """Tell whether a place in a target's phrase is where it lies, not a state that acts."""
    mention = page.scene.mentions[index]
    row = page.scene.at.get(mention.start)
    return row is None or row["kind"] != "state"


def placed_at(
    page: Page,
    incident: Incident,
    index: int,
    rule: str,
    grounds: Iterable[tuple[str, places.Site]],
) -> Incident:
    """Return an incident placed at one of the article's places, with the rule that chose it."""
    scene = page.scene
    linked = places.chain(page.doc, scene.mentions, index)
    site = places.locate(
        page.doc,
        linked,
        codebook=scene.codebook,
        countries=scene.sentence_countries(page.doc[linked[0].start]),
        grounds=grounds,
    )
    span = page.doc[linked[0].start : linked[0].end]
    note = f"; {rule}: {site.rule}"
    return replace(
        incident, site=site, place=(span.start_char, span.end_char), rule=incident.rule + note
    )


def _absorb(page: Page, tellings: list[Incident]) -> list[Incident]:
    """Return events with those frames joined that tell one event in one clause.

    "Airstrikes hit the market", "the convoy was hit by a drone strike", "shelled the town,
    killing three": the word that tells the means keeps the event, the other gives its slots.
    """
    kept: dict[int, Incident] = {d.root: d for d in tellings}
    for incident in tellings:
        if incident.root not in kept:
            continue
        for other in tellings:
            if other.root == incident.root or other.root not in kept or incident.root not in kept:
                continue
            if _tells_same(page, kept[incident.root], kept[other.root]):
                kept[incident.root] = _joined_incidents(kept[incident.root], kept[other.root])
                del kept[other.root]
    return [kept[root] for root in sorted(kept)]


def _tells_same(page: Page, main: Incident, other: Incident) -> bool:
    """Tell whether another trigger of the sentence only says more about the main one."""
    one, two = page.doc[main.root], page.doc[other.root]
    if page.scene.sentence(one).start != page.scene.sentence(two).start:
        return False
    if main.kind in PACTS and other.kind in PACTS:
        return (
            main.rule.startswith("noun") and other.rule.startswith("verb") and one.head.i == two.i
        )
    if main.base == other.base and main.rule.startswith("noun") and _is_subject(one, two):
        return True
    if main.base not in STRIKES | {"clash", "killing"} or not (
        other.general or other.base in GENERAL
    ):
        return False
    if other.base == "killing":
        return _near(one, two) and _same_hand(main, other)
    if main.base == "killing":
        return False
    return _is_subject(one, two) or _is_means(page, one, two)


def _same_hand(main: Incident, other: Incident) -> bool:
    """Tell whether nothing says that two actors did what two triggers tell."""
    if main.actor is None or other.actor is None or not other.actor.entity_id:
        return True
    return main.actor.name == other.actor.name


def _is_subject(noun: "Token", verb: "Token") -> bool:
    """Tell whether an event's noun is what struck: "airstrikes hit", "a blast that killed"."""
    if noun.dep_.startswith("nsubj") and noun.head.i == verb.i:
        return True
    return verb.dep_ in ("acl", "acl:relcl") and verb.head.i == noun.i and verb.pos_ == "VERB"


def _is_means(page: Page, noun: "Token", verb: "Token") -> bool:
    """Tell whether an event's noun hangs on a verb: "was hit by a strike", "killed in a raid"."""
    if noun.head.i != verb.i or noun.dep_ not in ("obl", "obl:agent", "nmod", "advcl"):
        return False
    return page.tree.preposition(noun) in (
        "by",
        "in",
        "with",
        "during",
        "from",
        "of",
        "as a result of",
    )


def _near(one: "Token", two: "Token") -> bool:
    """Tell whether two words stand in one clause: within three steps of the tree."""
    for first, second in ((one, two), (two, one)):
        word = first
        for _ in range(3):
            if word.head.i == second.i:
                return True
            word = word.head
    return one.head.i == two.head.i and one.head.i not in (one.i, two.i)


def _joined_incidents(main: Incident, other: Incident) -> Incident:
    target = main.target
    inside = other.target and other.target.start <= main.start < other.target.end
    if target is None and not inside:
        target = other.target
    if main.kind in PACTS and other.actor is not None:
        main = replace(main, actor=other.actor)
        target = other.target if other.target and not inside else main.target
        target = None if target and target.name in main.actor.name.split("; ") else target
    struck = other.actor if other.actor and other.actor.hard else None
    actor = main.actor or (
        struck if struck and not struck.start <= main.start < struck.end else None
    )
    return replace(
        main,
        actor=actor,
        target=target,
        target_owner=main.target_owner or other.target_owner,
        weapon=main.weapon or other.weapon,
        site=main.site or other.site,
        place=main.place if main.site else other.place,
        nearness=main.nearness if main.site else other.nearness,
        rule=f"{main.rule} + {other.rule}",
    )


def _is_concrete(page: Page, incident: Incident) -> bool:
    """Tell whether an event names a party that can act or be hurt, in words that mean it."""
    words = incident.rule.split(";")[0].split(": ")[1].split(" + ")[0]
    if incident.actor is not None and not incident.actor.hard:
        return False
    verb = incident.rule.startswith("verb") and page.doc[incident.root].tag_ != "VBG"
    if incident.kind in PACTS:
        return _is_concluded(page, incident)
    if incident.kind == "buildup":
        return True
    if verb and incident.actor is None:
        return incident.target is not None and (incident.target.hard or _is_struck(page, incident))
    if incident.kind == "clash" and not verb:
        parties = [p for p in (incident.actor, incident.target) if p is not None and p.hard]
        return len(parties) + (incident.nearness == OWN_WORDS) + _breaks_out(page, incident) > 1
    if incident.kind == "clash" and incident.target is not None and not incident.target.hard:
        return False
    if incident.kind == "clash":
        several = incident.target is not None or ";" in incident.actor.name
        clause = page.doc[incident.root].dep_ not in ("acl", "acl:relcl", "amod")
        return several or (clause and incident.nearness == OWN_WORDS)
    if verb and incident.target is None:
        return incident.kind == "other" or (incident.kind in STRIKES and incident.site is not None)
    broad = words in BROAD_WORDS
    return not broad or bool(incident.actor or incident.target or incident.nearness == OWN_WORDS)


def _breaks_out(page: Page, incident: Incident) -> bool:
    """Tell whether a verb says that a fight happened: "clashes erupted"."""
    root = page.doc[incident.root]
    verb = root.head
    return (
        root.dep_.startswith("nsubj")
        and verb.pos_ == "VERB"
        and verb.lemma_.lower() in frames.OCCURRENCE_VERBS
    )


def _is_struck(page: Page, incident: Incident) -> bool:
    """Tell whether a target is a thing of war or a building: not "the economy was hit"."""
    span = page.doc.char_span(incident.target.start, incident.target.end, alignment_mode="expand")
    classes = page.scene.classes
    return incident.site is not None or any(
        t.lemma_.lower() in classes["structure"] | classes["person"] | classes["machine"]
        for t in span
    )


def _is_concluded(page: Page, incident: Incident) -> bool:
    """Tell whether a deal has two sides, or a verb that concludes or breaks it."""
    if incident.actor is None and incident.target is None:
        return False
    if incident.actor is not None and incident.target is not None:
        return True
    root = page.doc[incident.root]
    verb = root if root.pos_ == "VERB" else root.head
    return verb.lemma_.lower() in frames.LIGHT_VERBS | frames.OCCURRENCE_VERBS | {
        "agree",
        "violate",
        "breach",
        "break",
        "broker",
        "declare",
        "announce",
        "implement",
    }


def is_anchored(page: Page, incident: Incident) -> bool:
    """Tell whether anything ties an event down; a bare noun with nothing around it does not."""
    if incident.actor is not None or incident.target is not None:
        return True
    if incident.kind == "buildup" and incident.site is not None:
        return True
    return incident.nearness == OWN_WORDS or (incident.definite and incident.general)
