"""What the sentence and the paragraph around an event add: who *they* are, where, when, losses.

What carries over says so in `rule`; nothing is carried over against something that is nearer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from condotta import losses, places, quantities, responsibility
from condotta.incidents import OWN_SENTENCE, Incident, Page, placed_at
from condotta.parties import ACTORS, THIRD
from condotta.responsibility import Grade

if TYPE_CHECKING:
    from spacy.tokens import Token

NEAR_CHARACTERS = 800  # how far back "the drones" may be those of another event


def complete(page: Page, incident: Incident, before: Sequence[Incident]) -> Incident:
    """Return an event with what its sentence and paragraph add."""
    incident = _with_named_culprit(page, _with_anaphor(page, incident, before))
    incident = _with_target_before(incident, before)
    if incident.site is None or incident.site.lat is None:
        incident = _with_wider_place(page, incident, before)
    token = page.doc[incident.root]
    incident = replace(incident, when=_when(page, token), told=_words(page, incident))
    incident = _with_losses(page, incident, token)
    statement = _statement_at(page, incident.start)
    cues = [f for f in page.frames if page.scene.codebook.event_kinds[f.kind].grades]
    grades = responsibility.grade_sentence(page.scene, incident, cues, statement)
    return replace(
        incident,
        grades=tuple(grades),
        statement_id=statement["statement_id"] if statement else None,
    )


def _with_named_culprit(page: Page, incident: Incident) -> Incident:
    """Return an event whose actor is whom someone blames, or who claims it."""
    if incident.actor is not None:
        return incident
    kinds, token = page.scene.codebook.event_kinds, page.doc[incident.root]
    for cue in page.frames:
        slot = {"accused": "whom", "claimed": "by"}.get(kinds[cue.kind].grades or "")
        if not slot or cue.negated or not responsibility.governs(page.doc[cue.root], token):
            continue
        for party in (page.scene.party(filler) for filler in cue.fillers_of(slot)):
            taken = [
                incident.trigger,
                *([(incident.target.start, incident.target.end)] if incident.target else []),
            ]
            if party.hard and not any(a < party.end and party.start < b for a, b in taken):
                return replace(incident, actor=party, rule=f"{incident.rule}; actor: {cue.rule}")
    return incident


def _with_target_before(incident: Incident, before: Sequence[Incident]) -> Incident:
    """Return an incident whose *it* or *them* is the target of the one before."""
    target = incident.target
    if target is None or target.name.lower() not in THIRD:
        return incident
    struck = next((o.target for o in reversed(before) if o.target is not None), None)
    if struck is None:
        return replace(incident, target=None)
    party = target._replace(name=struck.name, entity_id=struck.entity_id, hard=struck.hard)
    rule = f"{incident.rule}; target: {target.name} = target before"
    return replace(incident, target=party, rule=rule)


def _words(page: Page, incident: Incident) -> tuple[int, int]:
    """Return the characters of trigger, actor, target and place that stand in one sentence."""
    sent = page.scene.sentence(page.doc[incident.root])
    parties = [(p.start, p.end) for p in (incident.actor, incident.target) if p]
    spans = [incident.trigger, *parties, *([incident.place] if incident.place else [])]
    near = [span for span in spans if sent.start_char <= span[0] < sent.end_char]
    return min(a for a, _ in near), max(b for _, b in near)


def _with_anaphor(page: Page, incident: Incident, before: Sequence[Incident]) -> Incident:
    """Return an event whose *they* or *the group* is the actor named last in the paragraph."""
    if incident.actor is None or incident.actor.entity_id:
        return incident
    owner = page.doc.char_span(incident.actor.start, incident.actor.end, alignment_mode="expand")
    if owner.start and page.doc[owner.start - 1].lower_ in ("its", "their"):
        return _with_owner_before(page, incident, page.doc[owner.start - 1])
    words = incident.actor.name.lower()
    if owner.start and page.doc[owner.start - 1].lower_ == "the" and incident.weapon:
        same = [o for o in before if o.kind == incident.kind and o.actor and o.actor.entity_id]
        if same and incident.start - same[-1].start < NEAR_CHARACTERS:
            found = same[-1].actor.name, same[-1].actor.entity_id
            return _with_actor(incident, found, f"actor: the {words} = those before")
    if words not in THIRD | {"group", "militia", "movement", "company", "faction"}:
        return incident
    kinds = ACTORS - {"person"} if words in THIRD else {"armed_group", "organisation"}
    for other in reversed(before):
        if (
            other.actor
            and other.actor.entity_id
            and _same_paragraph(page, other.start, incident.start)
        ):
            found = other.actor.name, other.actor.entity_id
            return _with_actor(incident, found, f"actor: {words} = actor before")
    for row in page.scene.before(page.doc[incident.root]):
        if row["kind"] in kinds and _same_paragraph(page, int(row["start"]), incident.start):
            return _with_actor(incident, page.scene.stand_for(row), f"actor: {words} = name before")
    bare_weapon = incident.weapon is not None and words.split()[-1] in page.scene.weapon_words
    return replace(incident, actor=None) if words in THIRD or bare_weapon else incident


def _with_owner_before(page: Page, incident: Incident, pronoun: "Token") -> Incident:
    """Return an event whose *its warplanes* are those of the actor named before in the sentence."""
    first = page.scene.sentence(pronoun).start_char
    for row in page.scene.before(pronoun):
        if row["kind"] in ACTORS and int(row["start"]) >= first:
            return _with_actor(
                incident, page.scene.stand_for(row), f"actor: {pronoun.lower_} = name before"
            )
    return incident


def _with_actor(incident: Incident, found: tuple[str, str | None], rule: str) -> Incident:
    name, entity_id = found
    party = incident.actor._replace(name=name, entity_id=entity_id)
    return replace(incident, actor=party, rule=f"{incident.rule}; {rule}")


def _same_paragraph(page: Page, one: int, other: int) -> bool:
    first, last = sorted((one, other))
    return "\n" not in page.doc.text[first:last].strip("\n")


def _with_wider_place(page: Page, incident: Incident, before: Sequence[Incident]) -> Incident:
    """Return an event placed by its sentence, the event before it, or the dateline."""
    token, scene = page.doc[incident.root], page.scene
    sent = scene.sentence(token)
    grounds = list(_grounds(page, token, incident, before))
    if incident.site is not None:
        borrowed = [(where, g) for where, g in grounds if g.lat is not None]
        if borrowed:
            site = places.borrow(incident.site.name, borrowed[0][1], borrowed[0][0])
            return replace(incident, site=site, rule=f"{incident.rule}; {site.rule}")
        return incident
    inside = [
        i
        for i, m in enumerate(scene.mentions)
        if sent.start <= m.start < sent.end and _is_located(page, m)
    ]
    if inside:
        nearest = min(inside, key=lambda i: (abs(scene.mentions[i].start - incident.root), i))
        placed = placed_at(page, incident, nearest, "place of its own sentence", ())
        return replace(placed, nearness=OWN_SENTENCE)
    for where, site in grounds:
        return replace(incident, site=site, rule=f"{incident.rule}; place: {where}: {site.rule}")
    return incident


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
    page: Page, token: "Token", incident: Incident, before: Sequence[Incident]
) -> Iterator[tuple[str, places.Site]]:
    """Yield places near an event that may stand in for its own, the nearest first."""
    for other in reversed(before):
        if other.site is None or other.site.lat is None:
            continue
        if _same_paragraph(page, other.start, incident.start):
            yield "in the same paragraph", other.site
            break
    dateline = page.article.get("dateline")
    if not incident.violent:
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


def _with_losses(page: Page, incident: Incident, token: "Token") -> Incident:
    """Return an event with the losses its sentence tells, or the next that tells no event."""
    if not incident.violent or incident.kind in ("capture", "other"):
        return incident
    kinds = page.scene.codebook.event_kinds
    own = page.scene.sentence(token)
    sentences = [own, *_following(page, own)]
    for sent in sentences:
        counting = [
            f
            for f in page.frames
            if kinds[f.kind].measures and sent.start <= f.root < sent.end and not f.negated
        ]
        lost = tuple(_owned(page, incident, losses.read_losses(page.scene, counting, page.amounts)))
        silence = losses.find_silence(page.doc.text, sent.start_char, sent.end_char)
        if lost or silence:
            return replace(incident, lost=lost if not silence else (), silence=silence)
    return incident


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


def _owned(page: Page, incident: Incident, found: Iterable[losses.Loss]) -> Iterator[losses.Loss]:
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
        cue = row["cue_start"]
        if cue is not None and ";" in page.doc.text[position : int(cue)]:
            continue
        if start is not None and row["cue_start"] is not None and start <= row["cue_start"] < end:
            start = row["cue_end"]  # a content that holds its own cue is the whole sentence
        if start is not None and int(start) <= position < int(end):
            around.append((int(end) - int(start), str(row["statement_id"]), row))
    return min(around, key=lambda item: item[:2])[2] if around else None


def grade_later(page: Page, tellings: list[Incident]) -> list[Incident]:
    """Return events with what sentences without an event of their own say of who did it.

    "It was not clear who was responsible for the bombing of the headquarters" speaks of the last
    event whose target or kind it names, or of the last violent one.
    """
    text = page.doc.text
    out = list(tellings)
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


def _overlap(page: Page, incident: Incident, words: set[str]) -> int:
    if incident.target is None:
        return 0
    span = page.doc.char_span(incident.target.start, incident.target.end, alignment_mode="expand")
    own = {t.lemma_.lower() for t in span if t.pos_ in ("NOUN", "PROPN")}
    names = set((incident.target.name or "").lower().split())
    return len(words & (own | names))
