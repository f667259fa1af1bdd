"""Events as rows after ACLED's columns, with its precision codes and nothing that is not told."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from condotta import phrases
from condotta.charts import safe_csv
from condotta.exchange.contents import Contents, joined, known, plain
from condotta.report import web_address

COLUMNS = (
    *("event_id_cnty", "event_date", "date_from", "date_to", "year", "time_precision"),
    *("event_type", "sub_event_type", "categories", "kind"),
    *("actor1", "actor1_id", "actor2", "actor2_id", "target", "country", "admin1", "location"),
    *("latitude", "longitude", "geo_precision", "place_precision"),
    *("source", "source_url", "source_date", "said_by", "notes"),
    *("fatalities", "fatalities_max", "losses", "responsibility", "responsibility_by"),
    *("article_id", "start", "end", "rule"),
)
# ACLED: 1 the town, 2 a part of the region, 3 the region. It has no code for a country.
GEO_PRECISION = {"exact": 1, "town": 1, "district": 2, "province": 3}
WEEK, MONTH = 7, 31


def to_acled(contents: Contents) -> bytes:
    """Return events as CSV in the columns of ACLED, safe in a spreadsheet.

    Notes
    -----
    Unlike ACLED's coders it fills nothing in: `event_date` only where the text gives the day,
    `time_precision` 1 for a day, 2 for a week, 3 for a month, empty for less; `geo_precision`
    empty where only a country is told; `fatalities` the fewest killed that the text allows, empty
    where none are told, with `fatalities_max` beside it. Where a kind of event fits several of
    ACLED's, `sub_event_type` is empty and `categories` has them all. `target` is who or what was
    struck; only one the codebook knows as an actor is `actor2`. Two reports of one event are two
    rows.
    """
    rows = [_row(event, contents) for event in plain(contents.run["events"])]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    whole = ["year", "time_precision", "geo_precision", "fatalities", "fatalities_max"]
    table = table.astype(dict.fromkeys([*whole, "start", "end"], "Int64"))
    return safe_csv(table.sort_values("event_id_cnty")).encode()


def _row(event: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    article = contents.articles[event["article_id"]]
    same = ("kind", "date_from", "target", "place_precision", "losses", "responsibility")
    same += ("responsibility_by", "article_id", "start", "end", "rule")
    return known(
        event_id_cnty=event["event_id"],
        **_date(event),
        **_category(event["kind"], contents),
        **_actors(event, contents),
        **_place(event, contents),
        source=article.get("publisher"),
        source_url=web_address(article.get("url")),
        source_date=article.get("published_on"),
        said_by=_speaker(event, contents),
        notes=contents.words(event),
        fatalities=event.get("killed_min"),
        fatalities_max=event.get("killed_max"),
        **{name: event[name] for name in same if name in event},
    )


def _date(event: Mapping[str, Any]) -> dict[str, Any]:
    first, last = event.get("occurred_from"), event.get("occurred_to")
    told = {"date_from": first, "date_to": last}
    if not (first and last):
        return told
    earliest, latest = phrases.days(first)[0], phrases.days(last)[1]
    length = (latest - earliest).days + 1
    if length == 1:
        told["event_date"] = str(earliest.date())
    if earliest.year == latest.year:
        told["year"] = earliest.year
    steps = ((1, 1), (WEEK, 2), (MONTH, 3))
    precision = next((code for most, code in steps if length <= most), None)
    return told | {"time_precision": precision}


def _category(kind: str, contents: Contents) -> dict[str, Any]:
    """Return the event type that the codebook gives, and its sub-type where it is one."""
    known_kind = contents.codebook.event_kinds.get(kind)
    told = (known_kind.acled if known_kind else None) or ""
    fitting, heading = [], None
    for category in phrases.parts(told):
        above, colon, below = category.partition(": ")
        heading = above if colon else heading
        fitting.append((heading, below if colon else category))
    types, single = {above for above, _ in fitting}, len(fitting) == 1
    return {
        "event_type": fitting[0][0] if len(types) == 1 else None,
        "sub_event_type": fitting[0][1] if single else None,
        "categories": told,
    }


def _actors(event: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    struck = contents.codebook.entries.get(event.get("target_entity_id"))
    is_actor = struck is not None and hasattr(struck, "sponsor")
    return {
        "actor1": event.get("actor"),
        "actor1_id": event.get("actor_entity_id"),
        "actor2": struck.name if is_actor else None,
        "actor2_id": struck.id if is_actor else None,
    }


def _place(event: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    """Return where it was; country and province only of a place that the codebook has."""
    spot = place = contents.codebook.entries.get(event.get("place_id"))
    while spot is not None and getattr(spot, "kind", None) != "province":
        spot = contents.codebook.entries.get(getattr(spot, "parent", None))
    return {
        "country": place.country or (place.name if place.kind == "country" else None)
        if place
        else None,
        "admin1": spot.name if spot else None,
        "location": event.get("place"),
        "latitude": event.get("lat"),
        "longitude": event.get("lon"),
        "geo_precision": GEO_PRECISION.get(event.get("place_precision")),
    }


def _speaker(event: Mapping[str, Any], contents: Contents) -> str | None:
    """Return whose words tell it, None for the outlet's own."""
    said = contents.statements.get(event.get("statement_id"), {})
    return joined([said.get("source_name") or said.get("source_text")])
