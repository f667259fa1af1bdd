"""The theatre map: from where, through where, to which war. Cartesian, drawn without a network."""

import itertools
from collections.abc import Iterable
from itertools import groupby
from math import cos, hypot, radians
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from condotta import outlines, phrases
from condotta.charts import frame

if TYPE_CHECKING:
    from condotta.codebook import Codebook

STAGES = ("origin", "staging", "destination")
ROLE = {"origin": "circle", "staging": "square", "destination": "diamond"}
STRENGTH = ("corroborated", "contested", "single_source", "denied_only")
MANY = 40  # legs that can be told apart
NEAR = 25  # degrees
SEA, LAND, THEATRE, BORDER = "#EAF1F5", "#F7F6F2", "#E9E6DA", "#B5B2A8"


def places(
    tracker: pd.DataFrame, events: pd.DataFrame, codebook: "Codebook | None" = None
) -> pd.DataFrame:
    """Find where each place of the tracker lies.

    Returns
    -------
    DataFrame
        One row a place: `name`, `lat`, `lon` in degrees, `precision`. Places that neither the
        events, the codebook, the gazetteer nor the outlines of countries know are not in it.
    """
    names = sorted(
        {name for slot in STAGES for cell in tracker[slot] for name in phrases.parts(cell)}
    )
    seen = events.dropna(subset=["place", "lat", "lon"]).sort_values("event_id")
    seen = seen.drop_duplicates("place").set_index("place")
    found = [(name, *spot) for name in names if (spot := _spot(name, seen, codebook))]
    places = pd.DataFrame(found, columns=["name", "lat", "lon", "precision"])
    return _draw_near(places)


def _draw_near(places: pd.DataFrame) -> pd.DataFrame:
    """Move the point of a vast country to its part near the other places, or Russia is Siberia."""
    lat, lon = places["lat"].median(), places["lon"].median()
    far = (places["lon"] - lon).abs() > NEAR
    for row in places[far & (places["precision"] == "country")].itertuples():
        country = outlines.find_country(row.name)
        spot = outlines.middle(country, near=(lon, lat), within=NEAR) if country else None
        if spot:
            places.loc[row.Index, ["lon", "lat"]] = spot
    return places


def _spot(
    name: str, seen: pd.DataFrame, codebook: "Codebook | None"
) -> tuple[float, float, str] | None:
    from condotta import places as gazetteer

    if name in seen.index:
        return tuple(seen.loc[name, ["lat", "lon", "place_precision"]])
    site = gazetteer.resolve(name, codebook=codebook) if codebook else None
    if site and site.lat is not None:
        return site.lat, site.lon, site.precision
    country = outlines.find_country(name)
    if country:
        lon, lat = outlines.middle(country)
        return lat, lon, "country"
    return None


def theatre_map(tracker: pd.DataFrame, places: pd.DataFrame) -> go.Figure:
    """Draw the ways that recruits are said to take, from origin through staging to destination.

    One arc is a leg between two places, with the strongest status among the lines that tell it.
    Hollow marks stand for a whole country or province: no exact place is told there.

    Notes
    -----
    Where a line names several places of one stage, each gets its leg. Distances are not true:
    longitude and latitude are drawn as they are, in the proportion of the map's middle.
    """
    legs = _legs(tracker)
    known = set(places["name"])
    placed = legs[legs["from"].isin(known) & legs["to"].isin(known)]
    drawn = placed.head(MANY)
    unplaced = sorted({name for leg in legs[["from", "to"]].to_numpy() for name in leg} - known)
    source = "outlines Natural Earth 4.1 (de facto borders)"
    if unplaced:
        source += f"; not on the map: {phrases.shorten(', '.join(unplaced), 90)}"
    if len(drawn) < len(placed):
        source += f"; the {MANY} most claimed of {len(placed)} legs drawn"
    spots = _spots(tracker, places)
    if spots.empty:
        columns = ["from", "to", "lines", "claims", "persons", "status"]
        return frame.nothing("No line names a place that is known.", source=source, columns=columns)
    figure = go.Figure()
    window = _window(spots)
    _draw_land(figure, window, set(spots["name"]))
    _draw_legs(figure, drawn, places.set_index("name"))
    _draw_spots(
        figure, spots, 460 / max(window.north - window.south, (window.east - window.west) / 2)
    )
    stretch = 1 / cos(radians((window.south + window.north) / 2))
    bare = {"showgrid": False, "visible": False}
    figure.update_xaxes(range=[window.west, window.east], **bare)
    figure.update_yaxes(
        range=[window.south, window.north], scaleanchor="x", scaleratio=stretch, **bare
    )
    figure.update_layout(plot_bgcolor=SEA, dragmode="pan")
    return frame.frame(
        figure,
        title=_title(legs, spots),
        source=source,
        numbers=_numbers(legs),
        height=620,
        foot=8,
    ).update_layout(plot_bgcolor=SEA)


def _legs(tracker: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (start, end, line.status, line.n_claims, line.count_min, line.count_max)
        for line in tracker.itertuples()
        for start, end in _ways(line)
    ]
    columns = ["from", "to", "status", "claims", "count_min", "count_max"]
    legs = pd.DataFrame(rows, columns=columns)
    if legs.empty:
        return legs.assign(lines=0)
    legs["rank"] = legs["status"].map(STRENGTH.index)
    return (
        legs.groupby(["from", "to"])
        .agg(
            lines=("status", "size"),
            claims=("claims", "sum"),
            count_min=("count_min", "min"),
            count_max=("count_max", "max"),
            rank=("rank", "min"),
        )
        .reset_index()
        .assign(status=lambda df: df["rank"].map(dict(enumerate(STRENGTH))))
        .sort_values(["claims", "from", "to"], ascending=[False, True, True], kind="stable")
    )


def _ways(line) -> Iterable[tuple[str, str]]:
    stages = [phrases.parts(getattr(line, stage)) for stage in STAGES]
    named = [stage for stage in stages if stage]
    for before, after in itertools.pairwise(named):
        yield from ((start, end) for start in before for end in after if start != end)


def _spots(tracker: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (name, stage, line.n_claims)
        for line in tracker.itertuples()
        for stage in STAGES
        for name in phrases.parts(getattr(line, stage))
    ]
    counts = pd.DataFrame(rows, columns=["name", "role", "claims"])
    counts = counts.groupby(["name", "role"], as_index=False)["claims"].sum()
    main = counts.sort_values(["claims", "role"], ascending=[False, True], kind="stable")
    main = main.drop_duplicates("name").assign(
        claims=lambda df: df["name"].map(counts.groupby("name")["claims"].sum())
    )
    return main.merge(places, on="name").sort_values(["claims", "name"], ascending=[False, True])


def _window(spots: pd.DataFrame) -> outlines.Window:
    west, east = spots["lon"].min(), spots["lon"].max()
    south, north = spots["lat"].min(), spots["lat"].max()
    wide, high = max((east - west) * 0.12, 4), max((north - south) * 0.18, 4)
    return _clip(west - wide, south - high, east + wide, north + high)


def _clip(west: float, south: float, east: float, north: float) -> outlines.Window:
    return outlines.Window(max(west, -180), max(south, -85), min(east, 180), min(north, 85))


def _draw_land(figure: go.Figure, window: outlines.Window, named: set[str]) -> None:
    """Draw every country that meets the window, those the claims name a little darker."""
    # a wide or a tall screen shows more than the window asks for
    wide, high = window.east - window.west, window.north - window.south
    beside, above = max(3.4 * high - wide, wide / 3) / 2, max(1.6 * wide - high, high / 3) / 2
    around = _clip(
        window.west - beside, window.south - above, window.east + beside, window.north + above
    )
    named_iso = {c.iso for n in sorted(named) if (c := outlines.find_country(n)) and c.iso}
    step, points = (wide + 2 * beside) / 500, {}
    groups: dict[str, list[outlines.Ring]] = {LAND: [], THEATRE: []}
    for country in outlines.countries("50m" if wide < 50 else "110m"):
        rings = [
            _simplify(ring, around, step, points) for ring in country.rings if around.meets(ring)
        ]
        rings = [ring for ring in rings if len(ring) > 4]
        groups[THEATRE if country.iso in named_iso else LAND] += rings
    for colour, rings in groups.items():
        gap = (float("nan"), float("nan"))
        path = [point for ring in rings for point in (*ring, gap)]
        x, y = np.array(path, dtype="float32").reshape(-1, 2).T  # packed, a third of the size
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=colour,
            line={"color": BORDER, "width": 0.8},
            hoverinfo="skip",
            showlegend=False,
        )


def _simplify(
    ring: outlines.Ring, around: outlines.Window, step: float, points: dict
) -> outlines.Ring:
    """Return a ring without what cannot be seen: one point a step, none beyond the window.

    `points` remembers which point stands for a square, so that both sides of a border keep
    together; it is filled as rings are drawn.
    """
    seen = []
    for x, y in ring:
        x, y = min(max(x, around.west), around.east), min(max(y, around.south), around.north)
        seen.append(points.setdefault((round(x / step), round(y / step)), (x, y)))
    return tuple(point for point, _ in groupby(seen))


def _draw_legs(figure: go.Figure, legs: pd.DataFrame, at: pd.DataFrame) -> None:
    most = legs["claims"].max() if len(legs) else 1
    for leg in legs.iloc[::-1].to_dict("records"):
        look = frame.STATUS[leg["status"]]
        start, end = at.loc[leg["from"]], at.loc[leg["to"]]
        xs, ys = _arc((start["lon"], start["lat"]), (end["lon"], end["lat"]))
        told = frame.hover(
            f"{leg['from']} → {leg['to']} · {look.words}",
            f"{phrases.plural(leg['claims'], 'claim')} on {phrases.plural(leg['lines'], 'line')}",
            f"persons: {phrases.interval(leg['count_min'], leg['count_max'])}",
        )
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="lines+markers",
            line={
                "color": look.colour,
                "width": 1.5 + 5 * float(leg["claims"] / most) ** 0.5,
                "dash": "dot" if leg["status"] == "denied_only" else "solid",
            },
            marker={
                "symbol": "arrow",
                "angleref": "previous",
                "size": [0] * (len(xs) // 2) + [15] + [0] * (len(xs) - len(xs) // 2 - 1),
                "color": look.colour,
                "opacity": 1,
                "line": {"width": 0},
            },
            opacity=0.85,
            hovertext=told,
            hoverinfo="text",
            showlegend=False,
            legendgroup=look.words,
        )
    frame.legend(figure, [frame.STATUS[s] for s in frame.STATUS if s in set(legs["status"])])


def _arc(
    start: tuple[float, float], end: tuple[float, float], steps: int = 24
) -> tuple[list[float], list[float]]:
    (x1, y1), (x2, y2) = start, end
    bend = 0.18 if hypot(x2 - x1, y2 - y1) else 0
    x0, y0 = (x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend
    shares = [step / steps for step in range(steps + 1)]
    return (
        [round((1 - t) ** 2 * x1 + 2 * t * (1 - t) * x0 + t**2 * x2, 2) for t in shares],
        [round((1 - t) ** 2 * y1 + 2 * t * (1 - t) * y0 + t**2 * y2, 2) for t in shares],
    )


def _draw_spots(figure: go.Figure, spots: pd.DataFrame, degree: float) -> None:
    most = spots["claims"].max()
    sides = _label_sides(spots, degree)
    for role, symbol in ROLE.items():
        group = spots[spots["role"] == role]
        vague = group["precision"].isin(["country", "province", "district"])
        figure.add_scatter(
            x=group["lon"].tolist(),
            y=group["lat"].tolist(),
            mode="markers+text",
            text=[frame.escape(name) if name in sides else "" for name in group["name"]],
            textposition=[sides.get(name, "top center") for name in group["name"]],
            textfont={"size": 12, "color": frame.INK},
            marker={
                "symbol": [f"{symbol}-open" if v else symbol for v in vague],
                "size": [9 + 9 * float(n / most) ** 0.5 for n in group["claims"]],
                "color": frame.INK,
                "opacity": 0.85,
                "line": {"width": 2, "color": frame.INK},
            },
            name=f"mostly {role}",
            hovertext=[
                frame.hover(
                    f"{row.name}: {phrases.plural(row.claims, 'claim')}, mostly as {role}",
                    f"the point stands for: {phrases.words(row.precision)}",
                )
                for row in group.itertuples(index=False)
            ],
            hoverinfo="text",
            showlegend=bool(len(group)),
        )


def _label_sides(spots: pd.DataFrame, degree: float) -> dict[str, str]:
    """Return on which side each name is written, the most claimed first; none where it is full.

    `degree` is the width of a degree in pixels; names left out are still in the hover text.
    """
    sides = {
        "top center": (0, 15),
        "bottom center": (0, -15),
        "middle right": (1, 0),
        "middle left": (-1, 0),
    }
    taken = [(row.lon * degree, row.lat * degree, 8, 8) for row in spots.itertuples()]
    chosen = {}
    for row in spots.itertuples():
        half = 3.6 * len(row.name)
        for side, (across, up) in sides.items():
            x, y = row.lon * degree + across * (half + 12), row.lat * degree + up
            if not any(abs(x - a) < half + w and abs(y - b) < 8 + h for a, b, w, h in taken):
                chosen[row.name] = side
                taken.append((x, y, half, 8))
                break
    return chosen


def _title(legs: pd.DataFrame, spots: pd.DataFrame) -> str:
    if legs.empty:
        return f"{phrases.plural(len(spots), 'place')} named, but no way from one to another."
    top = legs.iloc[0]
    return (
        f"Of {phrases.plural(len(legs), 'leg')} between places, the one most claimed leads from "
        f"{top['from']} to {top['to']} ({phrases.plural(top['claims'], 'claim')})."
    )


def _numbers(legs: pd.DataFrame) -> pd.DataFrame:
    bounds = zip(legs["count_min"], legs["count_max"], strict=True)
    return legs.assign(
        persons=[phrases.interval(low, high) for low, high in bounds],
        status=legs["status"].map(phrases.words),
    )[["from", "to", "lines", "claims", "persons", "status"]]
