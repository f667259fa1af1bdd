"""How sure a text is of who did it: fact, accused, claimed, denied, unclear.

A grade comes from who tells the event (its statement), from words about responsibility in the
same sentence, and from later sentences that speak of the same event. Sentences that contradict
each other give *unclear*, with the words of both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Token

    from condotta.frames import Frame
    from condotta.incidents import Incident
    from condotta.parties import Scene

# Sources that stand on no side: what they report of others stays a fact, attributed.
NEUTRAL = frozenset(
    {"monitor_ngo", "media", "anonymous_local", "recruit_testimony", "expert", "un_panel",
     "outlet_voice", "unknown"}
)  # fmt: skip
UNSURE = re.compile(
    r"\b(?:suspected|alleged(?:ly)?|presumed|unidentified|unknown|apparent(?:ly)?|purported(?:ly)?"
    r"|reportedly|believed to|thought to|suspected of|appears? to (?:have|be)|may have|might have"
    r"|could have|possibly|likely)\b",
    re.IGNORECASE,
)
WHO = r"(?:who|whose|behind|which (?:side|party|group|country|force)|responsib\w+|perpetrators?)"
NO_ONE_KNOWN = re.compile(
    r"\b(?:not|un|in)(?: (?:immediately|yet|fully|entirely))?[ -]?"
    r"(?:clear|known|certain|determined)"
    rf"[^.;]{{0,60}}\b{WHO}\b"
    rf"|\b(?:{WHO}|identity|origin)\b[^.;]{{0,60}}\b(?:unclear|unknown|undetermined"
    r"|not (?:\w+ )?(?:clear|known|certain|determined|identified|established))\b"
    r"|\bno (?:immediate )?claims? of responsibility\b"
    r"|\bno (?:\w+ )?(?:one|group|party|side|faction|organi[sz]ation)(?: (?:has|had|have))?"
    r"(?: (?:yet|immediately|so far))?"
    r" (?:claimed|taken responsibility|admitted|said it (?:was|had))\b"
    r"|\bnot (?:immediately )?claimed by (?:any|a)\b"
    r"|\bnobody (?:has |had )?(?:yet |immediately )?claimed\b|\bunclaimed\b"
    r"|\bresponsibility (?:was|has|had)(?: \w+)? not\b|\bdid not (?:say|name|identify) who\b",
    re.IGNORECASE,
)


class Grade(NamedTuple):
    """One reading of who is responsible: its words, and who says so."""

    value: str
    start: int
    end: int
    by: str | None = None
    rule: str = ""


def grade_sentence(
    scene: "Scene", incident: "Incident", cues: Iterable["Frame"], statement: Mapping | None
) -> list[Grade]:
    """Return the grades that the sentence of an event gives it."""
    token = scene.doc[incident.root]
    grades = [*_from_cues(scene, incident, token, cues), *_from_words(scene, incident, token)]
    if statement is not None:
        grades += _from_statement(scene, incident, statement)
    if not grades:
        value = "fact" if incident.actor is not None else "unclear"
        grades.append(
            Grade(
                value,
                *_span(scene, incident),
                None,
                "no word of doubt" if value == "fact" else "no actor",
            )
        )
    return grades


def _span(scene: "Scene", incident: "Incident") -> tuple[int, int]:
    return incident.start, incident.end


def _from_cues(
    scene: "Scene", incident: "Incident", token: "Token", cues: Iterable["Frame"]
) -> Iterable[Grade]:
    """Yield what words of blame, claim and denial in a sentence make of its event."""
    for cue in cues:
        word = scene.doc[cue.root]
        if scene.sentence(word).start != scene.sentence(token).start or not governs(word, token):
            continue
        span = scene.doc[cue.start : cue.end]
        speaker = next(iter(cue.fillers_of("by")), None)
        by = scene.party(speaker) if speaker is not None else None
        value = "unclear" if cue.negated and cue.kind == "claimed" else cue.kind
        if cue.negated and value != "unclear":
            continue
        if value == "claimed" and not _is_self(by, incident):
            value = "accused" if by is not None and by.hard and incident.actor is not None else ""
        if value:
            yield Grade(
                value,
                span.start_char,
                span.end_char,
                by.name if by else None,
                f"cue: {span.lemma_}",
            )


def governs(cue: "Token", event: "Token") -> bool:
    """Tell whether a cue stands above an event, or the event's noun hangs on the cue's verb."""
    if cue.i == event.i:
        return False
    word = event
    for _ in range(8):
        if word.i == cue.i:
            return True
        if word.head.i == word.i:
            break
        word = word.head
    return cue.head.i == event.i and cue.dep_ in ("acl", "acl:relcl", "amod")


def _is_self(by, incident: "Incident") -> bool:
    if by is None or incident.actor is None:
        return incident.actor is None or by is None
    return by.name == incident.actor.name or (by.entity_id or 1) == (incident.actor.entity_id or 2)


def _from_words(scene: "Scene", incident: "Incident", token: "Token") -> Iterable[Grade]:
    """Yield what hedges next to the actor or the event, and words for not knowing, say."""
    sentence = scene.sentence(token)
    unknown = NO_ONE_KNOWN.search(scene.doc.text, sentence.start_char, sentence.end_char)
    if unknown:
        yield Grade("unclear", unknown.start(), unknown.end(), None, "words for not knowing who")
    left = min([incident.start, *([incident.actor.start] if incident.actor else [])])
    near = UNSURE.search(scene.doc.text, max(sentence.start_char, left - 24), incident.end)
    if near:
        yield Grade("unclear", near.start(), near.end(), None, "hedge")


def _from_statement(scene: "Scene", incident: "Incident", statement: Mapping) -> Iterable[Grade]:
    """Yield what the source of a statement makes of the event it tells."""
    start, end = _cue_span(statement)
    source = _text(statement.get("source_name")) or _text(statement.get("source_text"))
    stance = statement["stance"]
    actor = incident.actor
    own = actor is not None and _same_side(scene, statement, actor)
    if own and incident.violent and stance != "denies":
        yield Grade("claimed", start, end, source, "its own actor says so")
    elif stance == "denies":
        yield Grade("denied", start, end, source, "statement denies")
    elif stance == "accuses" and actor is not None:
        yield Grade("accused", start, end, source, "statement accuses")
    elif stance in ("alleges", "unclear") or statement["certainty"] in ("alleged", "possible"):
        if actor is not None:
            yield Grade(
                "accused" if not own and statement["source_kind"] not in NEUTRAL else "unclear",
                start,
                end,
                source,
                "statement hedges",
            )
    elif (
        stance == "asserts"
        and actor is not None
        and incident.violent
        and statement["source_kind"] not in NEUTRAL
    ):
        yield Grade("accused", start, end, source, "another side says so")


def _cue_span(statement: Mapping) -> tuple[int, int]:
    start, end = statement.get("cue_start"), statement.get("cue_end")
    if start is None or start != start or str(start) == "<NA>":
        return int(statement["start"]), int(statement["end"])
    return int(start), int(end)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _same_side(scene: "Scene", statement: Mapping, actor) -> bool:
    """Tell whether a source speaks for the actor: the same name, or its state."""
    ids = {actor.entity_id, actor.name} - {None}
    source_id = _text(statement.get("source_entity_id"))
    if source_id in ids or _text(statement.get("source_name")) in ids:
        return True
    source = scene.codebook.entries.get(source_id) if source_id else None
    mine = scene.codebook.entries.get(actor.entity_id) if actor.entity_id else None
    sides = {getattr(mine, "side", None), getattr(mine, "id", None)} - {None}
    if source is not None and (source.id in sides or getattr(source, "side", None) in sides):
        return True
    words = f"{statement.get('source_text')}".lower()
    if mine is None or source is not None:
        return False
    adjectives = {
        p.adjective.lower()
        for p in scene.codebook.nationalities
        if p.country in (mine.country, mine.name)
    }
    return any(re.search(rf"\b{re.escape(word)}\b(?!-)", words) for word in adjectives)


def settle(grades: Sequence[Grade]) -> tuple[Grade, Grade | None]:
    """Return the grade of an event told in one or more sentences, and one that contradicts it.

    A claim or a denial says more than an accusation. A plain statement of who did it and words
    for not knowing who did contradict each other: the event stays *unclear*, with both.

    Examples
    --------
    >>> first, other = settle([Grade("fact", 0, 9), Grade("unclear", 40, 51)])
    >>> first.value, (first.start, other.start)
    ('unclear', (40, 0))
    """
    values = {grade.value: grade for grade in reversed(grades)}
    for one, other in (("unclear", "fact"), ("unclear", "claimed"), ("unclear", "accused")):
        if one in values and other in values:
            if (one, other) == ("unclear", "accused") and values[one].rule == "hedge":
                continue
            return values[one], values[other]
    for value in ("denied", "claimed", "accused", "unclear", "fact"):
        if value in values:
            also = values.get("accused") if value in ("denied", "claimed") else None
            return values[value], also
    raise ValueError("an event has at least one grade")
