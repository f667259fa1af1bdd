"""Where recruits are said to be taken, and what is said to have happened, as GeoJSON."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from condotta import charts, phrases
from condotta.exchange.contents import Contents, dump, known, plain
from condotta.report import web_address

STAGES = ("origin", "staging", "destination")
DIGITS = 6  # a tenth of a metre, finer than any place in a report

Point = tuple[float, float]


def to_geojson(contents: Contents) -> bytes:
    """Return lines of the tracker and events as one GeoJSON FeatureCollection (RFC 7946).

    Notes
    -----
    A line is drawn from origin through staging to destination, one way for each combination of
    the places it names; with one known place it is a point, with none it has no geometry. Places
    that are not known stand in `unplaced`. What a point stands for is in `precision`: that of a
    country is some point within it.
    """
    features = [*_flows(contents), *_events(contents)]
    return dump({"type": "FeatureCollection", "features": features})


def _flows(contents: Contents) -> Iterator[dict[str, Any]]:
    tracker, events = contents.run["tracker"], contents.run["events"]
    places = {p["name"]: p for p in plain(charts.places(tracker, events, contents.codebook))}
    for line in plain(tracker.sort_values("line_id")):
        named = [[n for n in phrases.parts(line.get(s))] for s in STAGES]
        told = sorted({name for stage in named for name in stage})
        more = known(
            unplaced=[name for name in told if name not in places],
            precision={name: places[name]["precision"] for name in told if name in places},
        )
        properties = {"feature": "flow", **line, **more}
        yield _feature(line["line_id"], _ways(named, places), properties)


def _ways(named: list[list[str]], places: Mapping[str, Mapping]) -> dict[str, Any] | None:
    stages = [[_point(places[name]) for name in stage if name in places] for stage in named]
    ways = []
    for way in itertools.product(*[stage for stage in stages if stage]):
        steps = [list(point) for point, _ in itertools.groupby(way)]
        if steps and steps not in ways:
            ways.append(steps)
    lines = [way for way in ways if len(way) > 1]
    if not lines:
        return _points(sorted({tuple(way[0]) for way in ways}))
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _points(spots: list[Point]) -> dict[str, Any] | None:
    if not spots:
        return None
    if len(spots) == 1:
        return {"type": "Point", "coordinates": list(spots[0])}
    return {"type": "MultiPoint", "coordinates": [list(spot) for spot in spots]}


def _events(contents: Contents) -> Iterator[dict[str, Any]]:
    for event in plain(contents.run["events"].sort_values("event_id")):
        article = contents.articles[event["article_id"]]
        has_point = "lat" in event and "lon" in event
        told = {k: v for k, v in event.items() if not k.endswith(("start", "end"))}
        more = known(
            words=contents.words(event),
            publisher=article.get("publisher"),
            published_on=article.get("published_on"),
            url=web_address(article.get("url")),
        )
        geometry = _points([_point(event)]) if has_point else None
        yield _feature(event["event_id"], geometry, {"feature": "event", **told, **more})


def _point(place: Mapping[str, Any]) -> Point:
    return round(place["lon"], DIGITS), round(place["lat"], DIGITS)


def _feature(key: str, geometry: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": dict(properties)}
