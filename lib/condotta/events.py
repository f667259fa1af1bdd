"""What is said to have happened: kind, actor, target, place, time, losses, and who is sure of it.

One engine of frames reads triggers of `event_kinds.yaml`; this module decides which frames of an
article are one event, and fills what a single frame leaves open. What may or will happen, and
what did not, is no event.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import frames, losses, places, quantities, responsibility, tables
from condotta.parties import ACTORS, THIRD, Party, Scene
from condotta.responsibility import Grade

if TYPE_CHECKING:
    import pandas as pd
    from spacy.tokens import Doc, Token

    from condotta.codebook import Codebook

# Kinds whose word alone does not tell the means: a later sentence may.
GENERAL = frozenset({"ground_attack", "killing"})
GENERAL_WORDS = frozenset(
    {"bombing", "bomb", "bombard", "bombardment", "explosion", "blast", "strike", "raid", "attack"}
)
STRIKES = frozenset({"airstrike", "drone_strike", "shelling", "bombing", "ground_attack"})
VIOLENT = STRIKES | {"clash", "killing", "abduction", "capture", "other"}
PACTS = frozenset({"ceasefire", "agreement"})
UNREAL = frozenset({"planned", "possible", "refused", "conditional"})
# An infinitive happened only below these.
BEGUN = frozenset(
    {"begin", "start", "continue", "resume", "manage", "proceed", "go", "use", "succeed", "accuse"}
)
BROAD_WORDS = frozenset(
    {"fighting", "battle", "combat", "hostility", "military operation", "operation", "offensive",
     "invasion", "siege", "confrontation", "conflict"}
)  # fmt: skip
ANOTHER = frozenset({"another", "second", "third", "separate", "fresh", "other", "later", "new"})
RECIPROCAL = frozenset({"one", "each", "another", "other", "one another", "each other"})
AFTER = frozenset({"after", "following", "since", "amid", "amidst"})
BECAUSE = frozenset(
    {"response", "retaliation", "revenge", "reprisal", "reply", "answer", "wake", "aftermath"}
)
OWN_WORDS, OWN_SENTENCE = 2, 1  # how near to an event its place is told; 0 is farther
SAME_SPOT = 0.05  # degrees, latitude and longitude together
NEARBY = {"exact": 0.2, "town": 0.3, "district": 0.6, "province": 1.5}
NEAR_CHARACTERS = 800  # how far back "the drones" may be those of another event
MEASURES = ("killed", "wounded", "captured", "missing")


@dataclass(frozen=True)
class Draft:
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


def find_events(
    docs: Iterable[tuple[str, "Doc"]],
    articles: "pd.DataFrame",
    entities: "pd.DataFrame",
    statements: "pd.DataFrame",
    *,
    codebook: "Codebook",
) -> "pd.DataFrame":
    """Find what is said to have happened in every article.

    Parameters
    ----------
    docs : iterable of (str, Doc)
        What `language.parse` yields.
    articles, entities, statements : DataFrame
        Tables of the steps before.
    codebook : Codebook
        Its `event_kinds` tell what counts and which words show it.

    Returns
    -------
    DataFrame
        One row is one event of one article, however often the article tells it; columns and units
        are in ``tables.EVENTS``. Ordered by article and by where the event is told first.

    Notes
    -----
    Triggers, positions and classes of nouns decide; there is no learned part. Missed are events
    that no trigger names ("the town woke to rubble"), actors more than a paragraph away, and
    dates that another sentence gives. Plans, conditions and negated events are left out; a
    denied one is kept, with who denies it.
    """
    lexicon = frames.index_triggers(codebook.event_kinds)
    article_of = {row["article_id"]: row for row in articles.to_dict("records")}
    names_of = _by_article(entities)
    said_of = _by_article(statements)
    rows: list[dict] = []
    for article_id, doc in docs:
        page = _open(
            article_of[article_id],
            doc,
            names_of.get(article_id, ()),
            said_of.get(article_id, ()),
            codebook,
            lexicon,
        )
        rows += _rows(page, read_events(page))
    table = tables.shape("events", rows)
    return table.sort_values(["article_id", "start", "end", "event_id"], ignore_index=True)


def _by_article(table: "pd.DataFrame") -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        found.setdefault(row["article_id"], []).append(row)
    return found


def _open(article, doc, names, said, codebook, lexicon) -> Page:
    scene = Scene(doc, names, codebook)
    published = article.get("published_on")
    amounts = quantities.find_quantities(
        doc, published=published if isinstance(published, str) else None, codebook=codebook
    )
    found = list(frames.find_frames(doc, lexicon, is_a=scene.is_a))
    return Page(article, doc, scene, said, amounts, found, frames.Tree(doc))


def read_events(page: Page) -> list[Draft]:
    """Return the events of one article in order, each told once."""
    kinds = page.scene.codebook.event_kinds
    told = [f for f in page.frames if not (kinds[f.kind].measures or kinds[f.kind].grades)]
    drafts = [d for frame in _sole(told, list(kinds)) if (d := _draft(page, frame)) is not None]
    drafts = _absorb(page, drafts)
    drafts = [d for d in drafts if _is_concrete(page, d)]
    drafts = [_fill(page, d, drafts[:i]) for i, d in enumerate(drafts)]
    drafts = [d for d in drafts if _is_anchored(page, d)]
    return _merge(page, _grade_later(page, drafts))


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


def _draft(page: Page, frame: frames.Frame) -> Draft | None:
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
    draft = Draft(
        kind,
        frame.kind,
        frame.root,
        (span.start_char, span.end_char),
        frame.rule,
        actor=actor,
        target=target,
        weapon=weapon,
        general=kind in GENERAL or words in GENERAL_WORDS and weapon is None,
        definite=is_noun and _is_definite(page, frame.root),
    )
    return _with_place(page, _with_owner(scene, frame, draft), frame)


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
        if root.dep_ == "compound" and root.head.pos_ in ("NOUN", "PROPN") and root.head.i > root.i:
            return True
        return any(
            c.lower_ in ("no", "any", "future", "possible", "potential", "further", "new")
            and c.dep_ in ("det", "amod")
            and c.lower_ in ("no", "any", "future", "possible", "potential")
            for c in children
        )
    to = any(c.dep_ == "mark" and c.lower_ == "to" for c in children)
    return to and root.tag_ == "VB" and root.head.lemma_.lower() not in BEGUN


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


def _with_owner(scene: Scene, frame: frames.Frame, draft: Draft) -> Draft:
    if draft.target is None or draft.target.entity_id:
        return draft
    for filler in frame.fillers_of("target"):
        owner = scene.owner(filler)
        if owner is not None:
            return replace(draft, target_owner=owner[1])
    return draft


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
        pair = f"{page.doc[at - 1].lemma_.lower()} {lemma}" if at > start else ""
        if pair in weapons:
            return page.doc[at - 1 : at + 1].text, pair
        if lemma in weapons:
            return page.doc[at].text, lemma
    return None


def _with_place(page: Page, draft: Draft, frame: frames.Frame) -> Draft:
    """Return an event with the place that its own words name."""
    heads = [page.doc[filler.head] for filler in frame.fillers_of("place")]
    if frame.rule.startswith("noun"):
        heads += [c for c in page.tree.children[frame.root] if c.dep_ == "compound"]
    targets = [page.doc[filler.head] for filler in frame.fillers_of("target")]
    for rule, words in (("place", heads), ("place in the target", targets)):
        placed = [
            _placed(page, draft, index, rule, ())
            for word in words
            for index in page.scene.places_in(word)
            if rule == "place" or _is_local(page, index)
        ]
        if placed:
            first = min(placed, key=lambda d: (d.site.precision in (None, "country"), d.place))
            return replace(first, nearness=OWN_WORDS)
    return draft


def _is_local(page: Page, index: int) -> bool:
    """Tell whether a place in a target's phrase is where it lies, not a state that acts."""
    mention = page.scene.mentions[index]
    row = page.scene.at.get(mention.start)
    return row is None or row["kind"] != "state"


def _placed(
    page: Page, draft: Draft, index: int, rule: str, grounds: Iterable[tuple[str, places.Site]]
) -> Draft:
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
    return replace(draft, site=site, place=(span.start_char, span.end_char), rule=draft.rule + note)


def _absorb(page: Page, drafts: list[Draft]) -> list[Draft]:
    """Return events with those frames joined that tell one event in one clause.

    "Airstrikes hit the market", "the convoy was hit by a drone strike", "shelled the town,
    killing three": the word that tells the means keeps the event, the other gives its slots.
    """
    kept: dict[int, Draft] = {d.root: d for d in drafts}
    for draft in drafts:
        if draft.root not in kept:
            continue
        for other in drafts:
            if other.root == draft.root or other.root not in kept or draft.root not in kept:
                continue
            if _tells_same(page, kept[draft.root], kept[other.root]):
                kept[draft.root] = _joined_drafts(kept[draft.root], kept[other.root])
                del kept[other.root]
    return [kept[root] for root in sorted(kept)]


def _tells_same(page: Page, main: Draft, other: Draft) -> bool:
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


def _same_hand(main: Draft, other: Draft) -> bool:
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


def _joined_drafts(main: Draft, other: Draft) -> Draft:
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


def _is_concrete(page: Page, draft: Draft) -> bool:
    """Tell whether an event names a party that can act or be hurt, in words that mean it."""
    words = draft.rule.split(";")[0].split(": ")[1].split(" + ")[0]
    if draft.actor is not None and not draft.actor.hard:
        return False
    verb = draft.rule.startswith("verb") and page.doc[draft.root].tag_ != "VBG"
    if draft.kind in PACTS:
        return _is_concluded(page, draft)
    if draft.kind == "buildup":
        return True
    if verb and draft.actor is None:
        return draft.target is not None and (draft.target.hard or _is_struck(page, draft))
    if draft.kind == "clash" and not verb:
        parties = [p for p in (draft.actor, draft.target) if p is not None and p.hard]
        return len(parties) + (draft.nearness == OWN_WORDS) + _breaks_out(page, draft) > 1
    if draft.kind == "clash" and draft.target is not None and not draft.target.hard:
        return False
    if draft.kind == "clash":
        several = draft.target is not None or ";" in draft.actor.name
        return several or draft.nearness == OWN_WORDS
    if verb and draft.target is None:
        return draft.kind == "other" or (draft.kind in STRIKES and draft.site is not None)
    broad = words in BROAD_WORDS
    return not broad or bool(draft.actor or draft.target or draft.nearness == OWN_WORDS)


def _breaks_out(page: Page, draft: Draft) -> bool:
    """Tell whether a verb says that a fight happened: "clashes erupted"."""
    verb = page.doc[draft.root].head
    return verb.pos_ == "VERB" and verb.lemma_.lower() in frames.OCCURRENCE_VERBS


def _is_struck(page: Page, draft: Draft) -> bool:
    """Tell whether a target is a thing of war or a building: not "the economy was hit"."""
    span = page.doc.char_span(draft.target.start, draft.target.end, alignment_mode="expand")
    classes = page.scene.classes
    return draft.site is not None or any(
        t.lemma_.lower() in classes["structure"] | classes["person"] | classes["machine"]
        for t in span
    )


def _is_concluded(page: Page, draft: Draft) -> bool:
    """Tell whether a deal has two sides, or a verb that concludes or breaks it."""
    if draft.actor is None and draft.target is None:
        return False
    if draft.actor is not None and draft.target is not None:
        return True
    root = page.doc[draft.root]
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


def _is_anchored(page: Page, draft: Draft) -> bool:
    """Tell whether anything ties an event down; a bare noun with nothing around it does not."""
    if draft.actor is not None or draft.target is not None:
        return True
    if draft.kind == "buildup" and draft.site is not None:
        return True
    return draft.nearness == OWN_WORDS or (draft.definite and draft.general)


def _fill(page: Page, draft: Draft, before: Sequence[Draft]) -> Draft:
    """Return an event with what its sentence and paragraph add."""
    draft = _with_named_culprit(page, _with_anaphor(page, draft, before))
    if draft.site is None or draft.site.lat is None:
        draft = _with_wider_place(page, draft, before)
    token = page.doc[draft.root]
    draft = replace(draft, when=_when(page, token), told=_words(page, draft))
    draft = _with_losses(page, draft, token)
    statement = _statement_at(page, draft.start)
    cues = [f for f in page.frames if page.scene.codebook.event_kinds[f.kind].grades]
    grades = responsibility.grade_sentence(page.scene, draft, cues, statement)
    return replace(
        draft, grades=tuple(grades), statement_id=statement["statement_id"] if statement else None
    )


def _with_named_culprit(page: Page, draft: Draft) -> Draft:
    """Return an event whose actor is whom someone blames, or who claims it."""
    if draft.actor is not None:
        return draft
    kinds, token = page.scene.codebook.event_kinds, page.doc[draft.root]
    for cue in page.frames:
        slot = {"accused": "whom", "claimed": "by"}.get(kinds[cue.kind].grades or "")
        if not slot or cue.negated or not responsibility.governs(page.doc[cue.root], token):
            continue
        for party in (page.scene.party(filler) for filler in cue.fillers_of(slot)):
            taken = [
                draft.trigger,
                *([(draft.target.start, draft.target.end)] if draft.target else []),
            ]
            if party.hard and not any(a < party.end and party.start < b for a, b in taken):
                return replace(draft, actor=party, rule=f"{draft.rule}; actor: {cue.rule}")
    return draft


def _words(page: Page, draft: Draft) -> tuple[int, int]:
    """Return the characters of trigger, actor, target and place that stand in one sentence."""
    sent = page.scene.sentence(page.doc[draft.root])
    parties = [(p.start, p.end) for p in (draft.actor, draft.target) if p]
    spans = [draft.trigger, *parties, *([draft.place] if draft.place else [])]
    near = [span for span in spans if sent.start_char <= span[0] < sent.end_char]
    return min(a for a, _ in near), max(b for _, b in near)


def _with_anaphor(page: Page, draft: Draft, before: Sequence[Draft]) -> Draft:
    """Return an event whose *they* or *the group* is the actor named last in the paragraph."""
    if draft.actor is None or draft.actor.entity_id:
        return draft
    owner = page.doc.char_span(draft.actor.start, draft.actor.end, alignment_mode="expand")
    if owner.start and page.doc[owner.start - 1].lower_ in ("its", "their"):
        return _with_owner_before(page, draft, page.doc[owner.start - 1])
    words = draft.actor.name.lower()
    if owner.start and page.doc[owner.start - 1].lower_ == "the" and draft.weapon:
        same = [o for o in before if o.kind == draft.kind and o.actor and o.actor.entity_id]
        if same and draft.start - same[-1].start < NEAR_CHARACTERS:
            found = same[-1].actor.name, same[-1].actor.entity_id
            return _with_actor(draft, found, f"actor: the {words} = those before")
    if words not in THIRD | {"group", "militia", "movement", "company", "faction"}:
        return draft
    kinds = ACTORS - {"person"} if words in THIRD else {"armed_group", "organisation"}
    for other in reversed(before):
        if (
            other.actor
            and other.actor.entity_id
            and _same_paragraph(page, other.start, draft.start)
        ):
            found = other.actor.name, other.actor.entity_id
            return _with_actor(draft, found, f"actor: {words} = actor before")
    for row in page.scene.before(page.doc[draft.root]):
        if row["kind"] in kinds and _same_paragraph(page, int(row["start"]), draft.start):
            return _with_actor(draft, page.scene.stand_for(row), f"actor: {words} = name before")
    return replace(draft, actor=None) if words in THIRD else draft


def _with_owner_before(page: Page, draft: Draft, pronoun: "Token") -> Draft:
    """Return an event whose *its warplanes* are those of the actor named before in the sentence."""
    first = page.scene.sentence(pronoun).start_char
    for row in page.scene.before(pronoun):
        if row["kind"] in ACTORS and int(row["start"]) >= first:
            return _with_actor(
                draft, page.scene.stand_for(row), f"actor: {pronoun.lower_} = name before"
            )
    return draft


def _with_actor(draft: Draft, found: tuple[str, str | None], rule: str) -> Draft:
    name, entity_id = found
    party = draft.actor._replace(name=name, entity_id=entity_id)
    return replace(draft, actor=party, rule=f"{draft.rule}; {rule}")


def _same_paragraph(page: Page, one: int, other: int) -> bool:
    first, last = sorted((one, other))
    return "\n" not in page.doc.text[first:last].strip("\n")


def _with_wider_place(page: Page, draft: Draft, before: Sequence[Draft]) -> Draft:
    """Return an event placed by its sentence, the event before it, or the dateline."""
    token, scene = page.doc[draft.root], page.scene
    sent = scene.sentence(token)
    grounds = list(_grounds(page, token, draft, before))
    if draft.site is not None:
        borrowed = [(where, g) for where, g in grounds if g.lat is not None]
        if borrowed:
            site = places._borrow(draft.site.name, borrowed[0][1], borrowed[0][0])
            return replace(draft, site=site, rule=f"{draft.rule}; {site.rule}")
        return draft
    inside = [
        i
        for i, m in enumerate(scene.mentions)
        if sent.start <= m.start < sent.end and _is_located(page, m)
    ]
    if inside:
        nearest = min(inside, key=lambda i: (abs(scene.mentions[i].start - draft.root), i))
        placed = _placed(page, draft, nearest, "place of its own sentence", ())
        return replace(placed, nearness=OWN_SENTENCE)
    for where, site in grounds:
        return replace(draft, site=site, rule=f"{draft.rule}; place: {where}: {site.rule}")
    return draft


def _is_located(page: Page, mention: places.Mention) -> bool:
    """Tell whether a place stands after a preposition of place: "in the eastern part of Idlib"."""
    if page.scene.is_backed(page.doc[mention.start]):
        return False
    for token in reversed(page.doc[max(0, mention.start - 9) : mention.start]):
        if token.lower_ in places.LOCATIVE:
            return True
        through = token.pos_ in ("DET", "ADJ", "PUNCT", "CCONJ", "PROPN") or token.lower_ == "of"
        if not through and token.lower_ not in places.PARTS:
            return False
    return False


def _grounds(
    page: Page, token: "Token", draft: Draft, before: Sequence[Draft]
) -> Iterator[tuple[str, places.Site]]:
    """Yield places near an event that may stand in for its own, the nearest first."""
    for other in reversed(before):
        if other.site is None or other.site.lat is None:
            continue
        if _same_paragraph(page, other.start, draft.start):
            yield "in the same paragraph", other.site
            break
    dateline = page.article.get("dateline")
    if not draft.violent:
        return
    if isinstance(dateline, str) and dateline:
        site = _dateline_site(page, dateline)
        if site is not None:
            yield "in the dateline", site


def _dateline_site(page: Page, dateline: str) -> places.Site | None:
    """Return the first place of the dateline, where its country is the one most named."""
    countries = page.scene.countries
    for part in dateline.replace(" and ", ",").replace(";", ",").split(","):
        site = places.resolve(
            part.strip().title(), codebook=page.scene.codebook, countries=countries
        )
        if site is not None:
            return site if site.country == next(iter(countries), None) else None
    return None


def _when(page: Page, token: "Token") -> Any:
    """Return the date nearest to a trigger in its own clause."""
    sent = page.scene.sentence(token)
    dates = [
        q
        for q in page.amounts
        if q.kind == "date"
        and sent.start_char <= q.start < sent.end_char
        and (q.date_from or q.date_to)
        and _is_of_clause(page, q, token)
    ]
    return min(dates, key=lambda q: (abs(q.start - token.idx), q.start), default=None)


def _is_of_clause(page: Page, date: quantities.Quantity, token: "Token") -> bool:
    """Tell whether no other verb stands between a date and a trigger in the tree."""
    word = page.doc.char_span(date.start, date.end, alignment_mode="expand").root
    own = {token.i, token.head.i, token.head.head.i}
    for _ in range(6):
        if word.i in own:
            return True
        if word.pos_ == "VERB" and word.dep_ not in ("acl", "xcomp"):
            return False
        word = word.head
    return False


def _with_losses(page: Page, draft: Draft, token: "Token") -> Draft:
    """Return an event with the losses its sentence tells, or the next one that tells nothing else."""
    if not draft.violent or draft.kind in ("capture", "other"):
        return draft
    kinds = page.scene.codebook.event_kinds
    own = page.scene.sentence(token)
    sentences = [own, *_following(page, own)]
    for sent in sentences:
        counting = [
            f
            for f in page.frames
            if kinds[f.kind].measures and sent.start <= f.root < sent.end and not f.negated
        ]
        lost = tuple(_owned(page, draft, losses.read_losses(page.scene, counting, page.amounts)))
        silence = losses.find_silence(page.doc.text, sent.start_char, sent.end_char)
        if lost or silence:
            return replace(draft, lost=lost if not silence else (), silence=silence)
    return draft


def _following(page: Page, sent: Any) -> Iterator[Any]:
    """Yield the next sentence, if no event of its own stands in it; over a blank line too."""
    if sent.end >= len(page.doc):
        return
    after = page.scene.sentence(page.doc[sent.end])
    kinds = page.scene.codebook.event_kinds
    own = [
        f
        for f in page.frames
        if after.start <= f.root < after.end
        and not (kinds[f.kind].measures or kinds[f.kind].grades)
        and f.kind != "killing"
    ]
    if not own or losses.find_silence(page.doc.text, after.start_char, after.end_char):
        yield after


def _owned(page: Page, draft: Draft, found: Iterable[losses.Loss]) -> Iterator[losses.Loss]:
    """Yield losses of persons; what was captured or killed beside is no loss of persons."""
    for loss in found:
        span = page.doc.char_span(loss.start, loss.end, alignment_mode="expand")
        people = any(
            page.scene.is_a(t, "person") or page.scene.is_a(t, "force") or t.pos_ == "PRON"
            for t in span
        )
        if people or loss.low is not None or loss.high is not None:
            yield loss


def _statement_at(page: Page, position: int) -> Mapping | None:
    """Return the innermost statement whose content holds a character."""
    around = []
    for row in page.statements:
        start, end = row["content_start"], row["content_end"]
        if start is not None and row["cue_start"] is not None and start <= row["cue_start"] < end:
            start = row["cue_end"]  # a content that holds its own cue is the whole sentence
        if start is not None and int(start) <= position < int(end):
            around.append((int(end) - int(start), str(row["statement_id"]), row))
    return min(around, key=lambda item: item[:2])[2] if around else None


def _grade_later(page: Page, drafts: list[Draft]) -> list[Draft]:
    """Return events with what sentences without an event of their own say of who did it.

    "It was not clear who was responsible for the bombing of the headquarters" speaks of the last
    event whose target or kind it names, or of the last violent one.
    """
    text = page.doc.text
    out = list(drafts)
    for sent in page.scene.sentences:
        unknown = responsibility.NO_ONE_KNOWN.search(text, sent.start_char, sent.end_char)
        if not unknown:
            continue
        inside = [
            d
            for d in out
            if sent.start_char <= d.start < sent.end_char and not (d.definite and d.general)
        ]
        if inside:
            continue
        earlier = [i for i, d in enumerate(out) if d.violent and d.start < sent.start_char]
        if not earlier:
            continue
        words = {t.lemma_.lower() for t in sent if t.pos_ in ("NOUN", "PROPN") and len(t) > 2}
        best = max(earlier, key=lambda i: (_overlap(page, out[i], words), i))
        grade = Grade("unclear", unknown.start(), unknown.end(), None, "a later sentence")
        out[best] = replace(out[best], grades=(*out[best].grades, grade))
    return out


def _overlap(page: Page, draft: Draft, words: set[str]) -> int:
    if draft.target is None:
        return 0
    span = page.doc.char_span(draft.target.start, draft.target.end, alignment_mode="expand")
    own = {t.lemma_.lower() for t in span if t.pos_ in ("NOUN", "PROPN")}
    names = set((draft.target.name or "").lower().split())
    return len(words & (own | names))


def _merge(page: Page, drafts: list[Draft]) -> list[Draft]:
    """Return events told once: a later telling joins the first that it does not contradict."""
    kept: list[Draft] = []
    headline = _headline_end(page)
    has_body = any(d.start >= headline for d in drafts)
    ordered = sorted(drafts, key=lambda d: (has_body and d.start < headline, d.start))
    for draft in ordered:
        match = next(
            (
                i
                for i in range(len(kept) - 1, -1, -1)
                if _is_retold(page, kept[i], draft, brief=has_body and draft.start < headline)
            ),
            None,
        )
        if match is None:
            kept.append(draft)
        else:
            kept[match] = _told_twice(kept[match], draft)
    kept.sort(key=lambda d: (d.start, d.root))
    return [d for d in kept if d.actor or d.target or (d.site and not d.definite)]


def _same_toll(first: Draft, later: Draft) -> bool:
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


def _is_retold(page: Page, first: Draft, later: Draft, *, brief: bool = False) -> bool:
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
    if brief or later.definite and later.general or first.definite and first.general:
        return sum(links) >= 1 or (later.actor is None and later.target is None)
    return sum(links) >= 2


def _is_another(page: Page, draft: Draft) -> bool:
    """Tell whether words set an event apart from those before: "another drone", "a second strike"."""
    near = page.doc.char_span(*draft.told, alignment_mode="expand")
    return any(token.lower_ in ANOTHER for token in near)


def _kinds_agree(first: Draft, later: Draft) -> bool:
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


def _agree_target(one: Draft, other: Draft) -> int:
    mine = one.target_owner or (one.target.entity_id if one.target else None)
    yours = other.target_owner or (other.target.entity_id if other.target else None)
    if mine and yours:
        return 1 if mine == yours else -1
    agreed = _agree(one.target, other.target)
    open_words = one.general and one.definite or other.general and other.definite
    both = one.target is not None and other.target is not None
    return -1 if both and not agreed and not open_words else agreed


def _places_agree(first: Draft, later: Draft) -> int:
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


def _told_twice(first: Draft, later: Draft) -> Draft:
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


def _place_rank(draft: Draft) -> tuple:
    """Return how well an event is placed: by its own words first, then the finer point."""
    if draft.site is None:
        return (-1, 0)
    return (draft.nearness, -_coarseness(draft.site))


def _coarseness(site: places.Site) -> int:
    order = tables.PLACE_PRECISIONS
    return len(order) if site.precision is None else order.index(site.precision)


def find_order(page: Page, drafts: Sequence[Draft]) -> dict[int, int]:
    """Return, by root, which event of the article another one is said to come after."""
    owner = {root: d.root for d in drafts for root in (d.root, *d.retold)}
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
    """Tell whether an event stands in a phrase opened by one of some words, and the other outside."""
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
    """Return the words that open a phrase or clause, one that the parser gave to its subject too."""
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


def _rows(page: Page, drafts: list[Draft]) -> Iterator[dict]:
    article_id = page.article["article_id"]
    keys = {d.root: tables.key("e", article_id, d.kind, d.start, d.end) for d in drafts}
    order = find_order(page, drafts)
    for draft in drafts:
        yield {
            "event_id": keys[draft.root],
            "article_id": article_id,
            **_span("", draft.told),
            **_span("also_", draft.also),
            "kind": draft.kind,
            **_party("actor", draft.actor),
            **_party("target", draft.target, draft.target_owner),
            "weapon": draft.weapon,
            **_site(draft),
            **_dates(draft.when),
            **_lost(draft),
            **_graded(draft),
            "statement_id": draft.statement_id,
            "follows_event_id": keys.get(order.get(draft.root)),
            "rule": draft.rule,
        }


def _span(prefix: str, span: tuple[int, int] | None) -> dict:
    return {f"{prefix}start": span[0], f"{prefix}end": span[1]} if span else {}


def _party(name: str, party: Party | None, owner: str | None = None) -> dict:
    if party is None:
        return {}
    found = {name: party.name, f"{name}_start": party.start, f"{name}_end": party.end}
    return {**found, f"{name}_entity_id": party.entity_id or owner}


def _site(draft: Draft) -> dict:
    site = draft.site
    if site is None:
        return {}
    return {
        "place": site.name,
        **_span("place_", draft.place),
        "place_id": site.place_id,
        "lat": site.lat,
        "lon": site.lon,
        "place_precision": site.precision,
    }


def _dates(when: Any) -> dict:
    """Return the columns of an interval; a bound that is open stays empty."""
    if when is None:
        return {}
    lengths = {10: "day", 7: "month", 4: "year"}
    same = when.date_from == when.date_to
    precision = lengths.get(len(when.date_from or ""), "range") if same else "range"
    return {
        "occurred_from": when.date_from,
        "occurred_to": when.date_to,
        "date_precision": precision,
    }


def _lost(draft: Draft) -> dict:
    """Return the columns of losses: stated with bounds, unknown, or not mentioned."""
    if draft.silence is not None:
        span = _span("losses_", (draft.silence.start, draft.silence.end))
        if not draft.silence.none:
            return {"losses": "unknown", **span}
        zeros = {f"{kind}_{bound}": 0 for kind in ("killed", "wounded") for bound in ("min", "max")}
        return {"losses": "stated", **zeros, **span}
    if not draft.lost:
        return {"losses": "not_mentioned"}
    found: dict[str, Any] = {"losses": "stated"}
    found["losses_of"] = "; ".join(dict.fromkeys(f"{loss.kind}: {loss.who}" for loss in draft.lost))
    found |= _span("losses_", (min(x.start for x in draft.lost), max(x.end for x in draft.lost)))
    for kind in MEASURES:
        found |= _bounds(kind, _first_told([x for x in draft.lost if x.kind == kind]))
    return found


def _first_told(lost: list[losses.Loss]) -> list[losses.Loss]:
    """Return the losses that the first words for them tell; later ones tell them again."""
    return [x for x in lost if x.frame == lost[0].frame]


def _bounds(kind: str, lost: list[losses.Loss]) -> dict:
    """Return the sum of what is told of several sides; a bound that one side leaves open is open."""
    lows = [x.low for x in lost if x.low is not None]
    highs = [x.high for x in lost]
    found = {f"{kind}_min": sum(lows)} if lows else {}
    if highs and None not in highs:
        found[f"{kind}_max"] = sum(highs)
    return found


def _graded(draft: Draft) -> dict:
    grade, against = responsibility.settle(draft.grades)
    if draft.actor is None and grade.value == "fact":
        grade = grade._replace(value="unclear")
    found = {"responsibility": grade.value, "responsibility_by": grade.by}
    found |= _span("responsibility_", (grade.start, grade.end))
    return {
        **found,
        **(_span("responsibility_also_", (against.start, against.end)) if against else {}),
    }
