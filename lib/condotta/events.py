"""What is said to have happened: kind, actor, target, place, time, losses, and who is sure of it.

One engine of frames reads the triggers of `event_kinds.yaml`; an incident is what one clause tells,
its circumstances are what stands around it, and an event is all tellings of one incident.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from condotta import (
    circumstances,
    frames,
    incidents,
    losses,
    quantities,
    responsibility,
    retellings,
    tables,
)
from condotta.incidents import Incident, Page
from condotta.parties import Party, Scene

if TYPE_CHECKING:
    import pandas as pd
    from spacy.tokens import Doc

    from condotta.codebook import Codebook

MEASURES = ("killed", "wounded", "captured", "missing")


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


def read_events(page: Page) -> list[Incident]:
    """Return the events of one article in order, each told once."""
    found: list[Incident] = []
    for incident in incidents.read_incidents(page):
        found.append(circumstances.complete(page, incident, found))
    anchored = [d for d in found if incidents.is_anchored(page, d)]
    graded = circumstances.grade_later(page, anchored)
    return retellings.merge_retellings(page, graded)


def _rows(page: Page, tellings: list[Incident]) -> Iterator[dict]:
    article_id = page.article["article_id"]
    keys = {d.root: tables.key("e", article_id, d.kind, d.start, d.end) for d in tellings}
    order = retellings.find_order(page, tellings)
    for incident in tellings:
        yield {
            "event_id": keys[incident.root],
            "article_id": article_id,
            **_span("", incident.told),
            **_span("also_", incident.also),
            "kind": incident.kind,
            **_party("actor", incident.actor),
            **_party("target", incident.target, incident.target_owner),
            "weapon": incident.weapon,
            **_site(incident),
            **_dates(incident.when),
            **_lost(incident),
            **_graded(incident),
            "statement_id": incident.statement_id,
            "follows_event_id": keys.get(order.get(incident.root)),
            "rule": incident.rule,
        }


def _span(prefix: str, span: tuple[int, int] | None) -> dict:
    return {f"{prefix}start": span[0], f"{prefix}end": span[1]} if span else {}


def _party(name: str, party: Party | None, owner: str | None = None) -> dict:
    if party is None:
        return {}
    found = {name: party.name, f"{name}_start": party.start, f"{name}_end": party.end}
    return {**found, f"{name}_entity_id": party.entity_id or owner}


def _site(incident: Incident) -> dict:
    site = incident.site
    if site is None:
        return {}
    return {
        "place": site.name,
        **_span("place_", incident.place),
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


def _lost(incident: Incident) -> dict:
    """Return the columns of losses: stated with bounds, unknown, or not mentioned."""
    if incident.silence is not None:
        span = _span("losses_", (incident.silence.start, incident.silence.end))
        if not incident.silence.none:
            return {"losses": "unknown", **span}
        zeros = {f"{kind}_{bound}": 0 for kind in ("killed", "wounded") for bound in ("min", "max")}
        return {"losses": "stated", **zeros, **span}
    if not incident.lost:
        return {"losses": "not_mentioned"}
    found: dict[str, Any] = {"losses": "stated"}
    found["losses_of"] = "; ".join(
        dict.fromkeys(f"{loss.kind}: {loss.who}" for loss in incident.lost)
    )
    found |= _span(
        "losses_", (min(x.start for x in incident.lost), max(x.end for x in incident.lost))
    )
    for kind in MEASURES:
        found |= _bounds(kind, _first_told([x for x in incident.lost if x.kind == kind]))
    return found


def _first_told(lost: list[losses.Loss]) -> list[losses.Loss]:
    """Return the losses that the first words for them tell; later ones tell them again."""
    return [x for x in lost if x.frame == lost[0].frame]


def _bounds(kind: str, lost: list[losses.Loss]) -> dict:
    """Return the sum of what is told of several sides; a bound that one leaves open is open."""
    lows = [x.low for x in lost if x.low is not None]
    highs = [x.high for x in lost]
    found = {f"{kind}_min": sum(lows)} if lows else {}
    if highs and None not in highs:
        found[f"{kind}_max"] = sum(highs)
    return found


def _graded(incident: Incident) -> dict:
    grade, against = responsibility.settle(incident.grades)
    if incident.actor is None and grade.value == "fact":
        grade = grade._replace(value="unclear")
    found = {"responsibility": grade.value, "responsibility_by": grade.by}
    found |= _span("responsibility_", (grade.start, grade.end))
    return {
        **found,
        **(_span("responsibility_also_", (against.start, against.end)) if against else {}),
    }
