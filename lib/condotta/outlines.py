"""Outlines of countries for the theatre map, decoded from `data/outlines`.

The files are TopoJSON: borders are stored once, as arcs of small integer steps, and a country
is a list of arcs. See https://github.com/topojson/topojson-specification.
"""

import json
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from condotta import resources

Ring = tuple[tuple[float, float], ...]


class Country(NamedTuple):
    """One country: ISO numeric code (empty for disputed areas), map name, closed rings."""

    iso: str
    name: str
    rings: tuple[Ring, ...]


class Window(NamedTuple):
    """A rectangle of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def meets(self, ring: Ring) -> bool:
        """Tell whether the box around a ring touches this window."""
        xs, ys = zip(*ring, strict=True)
        return (
            min(xs) <= self.east
            and max(xs) >= self.west
            and min(ys) <= self.north
            and max(ys) >= self.south
        )


@cache
def countries(scale: str = "110m") -> tuple[Country, ...]:
    """Return every country of the world with its outline in degrees, at 110m or 50m.

    Examples
    --------
    >>> [country.name for country in countries() if country.iso == "434"]
    ['Libya']
    """
    file = resources.find(f"data/outlines/countries-{scale}.json")
    topology = json.loads(file.read_text(encoding="utf-8"))
    arcs = _decode(topology)
    return tuple(
        Country(shape.get("id") or "", shape["properties"]["name"], _rings(shape, arcs))
        for shape in topology["objects"]["countries"]["geometries"]
    )


def _decode(topology: dict) -> list[Ring]:
    (scale_x, scale_y), (x0, y0) = topology["transform"].values()
    return [
        tuple(
            (round(x * scale_x + x0, 2), round(y * scale_y + y0, 2))
            for x, y in accumulate(arc, lambda at, step: (at[0] + step[0], at[1] + step[1]))
        )
        for arc in topology["arcs"]
    ]


def _rings(shape: dict, arcs: list[Ring]) -> tuple[Ring, ...]:
    polygons = {"Polygon": [shape.get("arcs")], "MultiPolygon": shape.get("arcs")}
    return tuple(
        _ring(indices, arcs) for polygon in polygons.get(shape["type"], []) for indices in polygon
    )


def _ring(indices: list[int], arcs: list[Ring]) -> Ring:
    # a negative index means the arc read backwards; neighbouring arcs share one point
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return parts[0] + tuple(point for part in parts[1:] for point in part[1:])


def find_country(name: str) -> Country | None:
    """Return the country of that name or ISO code, in any case, or None if there is none.

    Examples
    --------
    >>> find_country("Türkiye").name, find_country("DR Congo") is None
    ('Turkey', True)
    """
    return _by_name().get(name.casefold())


@cache
def _by_name() -> dict[str, Country]:
    """Return countries by map name, code, ISO name and the ISO name read from behind its comma."""
    import pycountry

    by_iso = {country.iso: country for country in countries("50m") if country.iso}
    names = {country.name: country for country in countries("50m")}
    for entry in pycountry.countries:
        if entry.numeric in by_iso:
            front, _, behind = entry.name.partition(", ")
            turned = f"{behind.removeprefix('The ')} {front}"
            for name in (*dict(entry).values(), turned if behind else front):
                names.setdefault(name, by_iso[entry.numeric])
    return {name.casefold(): country for name, country in names.items()}


def middle(
    country: Country, *, near: tuple[float, float] | None = None, within: float = 25
) -> tuple[float, float] | None:
    """Return longitude and latitude that stand for a whole country.

    It is the centre of the country's largest piece of land; with `near`, the centre of those of
    its border points that lie within so many degrees, None if there are none. Either way it says
    nothing about a place inside the country.

    Examples
    --------
    >>> middle(find_country("Libya"))
    (18.0, 27.0)
    """
    if near is None:
        _, x, y = max((_centre(ring) for ring in country.rings), key=lambda part: part[0])
        return round(x, 1), round(y, 1)
    close = [
        (x, y)
        for ring in country.rings
        for x, y in ring
        if abs(x - near[0]) < within and abs(y - near[1]) < within
    ]
    if not close:
        return None
    x, y = (sum(values) / len(close) for values in zip(*close, strict=True))
    return round(x, 1), round(y, 1)


def _centre(ring: Ring) -> tuple[float, float, float]:
    doubled = x = y = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        x += (x1 + x2) * cross
        y += (y1 + y2) * cross
    return abs(doubled), x / (3 * doubled), y / (3 * doubled)
