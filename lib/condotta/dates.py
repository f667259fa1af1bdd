"""Dates of a text as intervals: what the words say, and never a day that they do not.

"late 2016" is 2016, "last month" the month before publication, "since May" has no end. Words that
need a publication date stay without bounds where there is none.
"""

import datetime
import re
from calendar import monthrange
from collections.abc import Iterator
from typing import Any, NamedTuple

from condotta.letters import Letters, Unit

Day = tuple[int, int | None, int | None]
Interval = tuple[str | None, str | None]
UNKNOWN: Interval = (None, None)

# After a month a year may stand before an adjective ("in May 2020 Syrian fighters"); by itself a
# figure before persons, things or money is a count ("2000 men").
THEN = "y(?![NCX%S]|-?[DC])"
YEAR = "y(?!x?[NCX%S]|-?[DC])"
AFTER_WORD = "(?<=[qsIbFBglic])"
OF_YEAR = f"(?:,?{THEN}|o?[lc]D|o{THEN})?"
POINT = re.compile(
    rf"(?P<iso>@)"
    rf"|(?P<days>[jO][-T&]d?[jO]o?[ma](?:,?{THEN})?|[ma][jO][-T&]d?[jO](?!x?[NXC])(?:,?{THEN})?)"
    rf"|(?P<day>(?:[jO]o?[ma]|[ma]d?[jO](?!x?[NXCD%S]|-[DC]|-?5)){OF_YEAR})"
    rf"|(?P<part>r[HQ](?:o(?:{THEN}|[lci]?D|dD|[ma]{OF_YEAR}))?)"
    rf"|(?P<first>[rl][njv]?Do(?:{THEN}|dD|[lc]D|[ma]{OF_YEAR}))"
    rf"|(?P<month>(?:g-?[dco]?)?[lci]?"
    rf"(?:m|{AFTER_WORD}a|(?<=[majy][&T-])a|a(?=,?{THEN}|o{THEN}|o[lc]D)){OF_YEAR})"
    rf"|(?P<season>(?:g-?d?|[lci])?"
    rf"(?:[e3]o?(?:{THEN}|[lc]D)|(?:(?<=[lcig])|(?<=[qsIbFg]d))e|(?<=l)3))"
    rf"|(?P<ago>[njv1]DG)"
    rf"|(?P<window>[7l][njv]D|7D|(?<=d)lD)"
    rf"|(?P<unit>g-?d?[lci]?D|[lci]D)"
    rf"|(?P<years>y-[yj](?!x?[NCX%S]|-?[DC])|g-?{YEAR}|{AFTER_WORD}y(?![CXS%]|-?[DC])"
    rf"|(?<![S<>~njvL|-]){YEAR})"
    rf"|(?P<weekday>[li]?w)"
    rf"|(?P<near>Y|9)"
)
TIE = re.compile(r"(?:-?T|-|T?I)[dq~]?|&[dq~]?")
OPENING = re.compile(r"([FBsIb])[qd0~]?$")
WHOLE = frozenset({"days", "part", "first"})
DAYS_OF = {"day": 1, "week": 7, "fortnight": 14, "hour": 1 / 24}
LONGEST = 1000


class Point(NamedTuple):
    """One date as printed: its words, its form, and its letters with their values."""

    first: int
    last: int
    form: str
    items: tuple[tuple[str, Any], ...]

    def all(self, letters: str) -> list[Any]:
        """Return the values of all words with one of these letters."""
        return [value for letter, value in self.items if letter in letters]

    def one(self, letters: str) -> Any:
        """Return the value of the first such word, or None."""
        return next(iter(self.all(letters)), None)

    def has(self, letters: str) -> bool:
        """Return whether there is such a word."""
        return any(letter in letters for letter, _ in self.items)


class Date(NamedTuple):
    """The words of a date, and the first and last ISO date, day, month or year, they allow."""

    first: int
    last: int
    since: str | None
    until: str | None


def read_published(published: Any) -> Day | None:
    """Return a publication date as year, month and day; what it does not give is None.

    Raises
    ------
    ValueError
        If it is neither empty nor an ISO date.

    Examples
    --------
    >>> read_published("2020-05")
    (2020, 5, None)
    """
    if published is None or published != published or str(published) in ("", "NaT", "<NA>"):
        return None
    match = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?=$|[T ]))?)?(?=$|[T ])", str(published))
    try:
        year, month, day = (part and int(part) for part in match.groups())
        datetime.date(year, month or 1, day or 1)
    except (AttributeError, ValueError):
        raise ValueError(
            f"published: {published!r} is no ISO date; give 2020-05-12, 2020-05, 2020 or None."
        ) from None
    return year, month, day


def find_dates(letters: Letters, published: Day | None) -> Iterator[Date]:
    """Yield the dates of a text from left to right, as intervals."""
    points = [
        Point(
            *match.span(),
            str(match.lastgroup),
            tuple(zip(match.group(), letters.values[slice(*match.span())], strict=True)),
        )
        for match in POINT.finditer(letters.codes)
    ]
    at = 0
    while at < len(points):
        one, two = points[at], points[at + 1] if at + 1 < len(points) else None
        opening = OPENING.search(letters.before(one.first, 2))
        word = opening[1] if opening else ""
        if two and _are_tied(letters, one, two, word):
            at, last, interval = at + 2, two.last, _read_range(one, two, published)
        else:
            word = "" if word == "B" or (word == "F" and one.form in WHOLE) else word
            at, last, interval = at + 1, one.last, _opened(_read_point(one, published), word)
        first = one.first - len(opening.group()) if opening and word else one.first
        yield Date(first, last, *interval)


def _are_tied(letters: Letters, one: Point, two: Point, word: str) -> bool:
    between = letters.codes[one.last : two.first] if two.first - one.last <= 3 else ""
    return bool(TIE.fullmatch(between)) and ("&" not in between or word == "B")


def _opened(interval: Interval, word: str) -> Interval:
    """Return an interval without the end that since, from and after leave open, or until."""
    if word and word in "sFb":
        return interval[0], None
    return (None, interval[1]) if word == "I" else interval


def _read_range(one: Point, two: Point, limit: Day | None) -> Interval:
    """Return from the start of one date to the end of the other; either lends its year."""
    until = _read_point(two, limit)[1]
    since = _read_point(one, _parts(until) or limit)[0]
    month = two.one("ma")
    if until is None and since is not None and month:
        year = int(since[:4])
        year += str(_iso(year, month)) < since[:7]
        until = _read_point(two, (year, month, None))[1]
    if since and until and since > until and not since.startswith(until):
        return UNKNOWN
    return since, until


def _read_point(point: Point, limit: Day | None) -> Interval:
    return READERS[point.form](point, limit)


def _iso(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    if year is None:
        return None
    return (
        f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if month and day else "")
    )


def _parts(iso: str | None) -> Day | None:
    if iso is None:
        return None
    year, month, day = ([int(part) for part in iso.split("-")] + [None, None])[:3]
    return year, month, day


def _twice(iso: str | None) -> Interval:
    return iso, iso


def _year_of(point: Point, limit: Day | None) -> int | None:
    """Return the year that is printed, or that "last year" and "the year" stand for."""
    figure = point.one("y")
    if figure is not None:
        return int(figure.low)
    units = [unit for unit in point.all("D") if unit.name == "year"]
    if units and limit:
        return limit[0] - point.has("l")
    return None


def _latest(month: int, day: int | None, limit: Day | None, *, before: bool = False) -> int | None:
    """Return the latest year in which a month, or its day, is not after the limit."""
    if limit is None or limit[1] is None:
        return None
    here = (month, day or 1)
    there = (limit[1], (limit[2] or 31) if day else 1)
    return limit[0] - (here > there or (before and here == there))


def _read_iso(point: Point, limit: Day | None) -> Interval:
    year, month, day = (*point.one("@"), None, None)[:3]
    if month and not 1 <= month <= 12:
        return _twice(_iso(year))
    known = month and day and 1 <= day <= monthrange(year, month)[1]
    return _twice(_iso(year, month, day if known else None))


def _read_day(point: Point, limit: Day | None) -> Interval:
    month = point.one("ma")
    days = [int(getattr(value, "low", value)) for value in point.all("jO")]
    year = _year_of(point, limit) or _latest(month, days[-1], limit)
    if year is None or not days[0] <= days[-1] <= monthrange(year, month)[1]:
        return _twice(_iso(year, month))
    return _iso(year, month, days[0]), _iso(year, month, days[-1])


def _read_month(point: Point, limit: Day | None) -> Interval:
    month = point.one("ma")
    year = _year_of(point, limit)
    if year is None and limit and limit[1] and point.has("i"):
        year = limit[0] + (month <= limit[1])
    if year is None:
        year = _latest(month, None, limit, before=point.has("l"))
    return _twice(_iso(year, month))


def _read_season(point: Point, limit: Day | None) -> Interval:
    """Return the months of a season; a winter of a stated year is that year, being two."""
    first, last = point.one("e3")
    year = _year_of(point, limit)
    if year is not None and first > last:
        return _twice(_iso(year))
    if year is None:
        year = _latest(first, None, limit, before=point.has("l"))
        under_way = limit and limit[1] and 0 < (limit[1] - first) % 12 <= (last - first) % 12
        year = year - 1 if year and under_way and point.has("l") else year
    return _iso(year, first), year and _iso(year + (first > last), last)


def _read_part(point: Point, limit: Day | None) -> Interval:
    """Return a half or a quarter of a year; the half of a month is that month."""
    if point.has("ma"):
        return _read_month(point, limit)
    length = 3 if point.has("Q") else 6
    last = point.one("r") * length
    if last > 12:
        return UNKNOWN
    year = point.has("yl") and _year_of(point, limit)
    year = year or _latest(last - length + 1, None, limit)
    return _iso(year, last - length + 1), _iso(year, last)


def _read_first(point: Point, limit: Day | None) -> Interval:
    """Return "the first three months of 2020"; days and weeks of a month are that month."""
    if point.has("ma"):
        return _read_month(point, limit)
    figure, unit = point.one("njv"), point.one("D")
    of = point.items[[letter for letter, _ in point.items].index("o") :]
    year = _year_of(point._replace(items=of), limit)
    if unit.name != "month" or figure is None or point.has("l") or not 1 <= figure.low <= 12:
        return _twice(_iso(year))
    return _iso(year, 1), _iso(year, int(figure.low))


def _before(limit: Day | None, unit: Unit, times: float) -> str | None:
    """Return the day, month or year that lies so many units before the limit."""
    if limit is None or not -LONGEST < times < LONGEST:
        return None
    year, month, day = limit
    if unit.name in DAYS_OF and month and day:
        away = datetime.timedelta(days=int(times * DAYS_OF[unit.name]))
        try:
            return (datetime.date(year, month, day) - away).isoformat()
        except OverflowError:
            return None
    if unit.name == "month" and month:
        year, month = divmod(year * 12 + month - 1 - int(times), 12)
        return _iso(year, month + 1) if year > 0 else None
    if unit.months >= 12:
        year -= int(times * unit.months / 12)
        return _iso(year, month) if 0 < year < 10000 else None
    return None


def _read_ago(point: Point, limit: Day | None) -> Interval:
    figure = point.one("njv1")
    known = figure.low == figure.high
    return _twice(_before(limit, point.one("D"), figure.low) if known else None)


def _read_window(point: Point, limit: Day | None) -> Interval:
    """Return "the past six months": from so long before publication until then."""
    figure = point.one("njv")
    if limit is None or (figure and figure.low != figure.high):
        return UNKNOWN
    since = _before(limit, point.one("D"), figure.low if figure else 1)
    return since, since and str(_iso(*limit))[: len(since)]


def _read_unit(point: Point, limit: Day | None) -> Interval:
    """Return "last month", "this year", "next week": the whole month, year or week."""
    unit = point.one("D")
    times = point.has("l") - point.has("i")
    since = _before(limit, unit, times)
    if since is None or unit.name not in ("week", "month", "year"):
        return UNKNOWN
    if unit.name == "week":
        return _week_of(since)
    return _twice(since[:4] if unit.name == "year" else since)


def _week_of(iso: str) -> Interval:
    day = datetime.date.fromisoformat(iso)
    year, week, _ = day.isocalendar()
    try:
        monday = datetime.date.fromisocalendar(year, week, 1)
        return monday.isoformat(), (monday + datetime.timedelta(days=6)).isoformat()
    except (OverflowError, ValueError):
        return UNKNOWN


def _read_years(point: Point, limit: Day | None) -> Interval:
    """Return "late 2016", "2014-15" and "2014-2016" in whole years."""
    years = [int(figure.low) for figure in point.all("yj")]
    last = years[-1] if years[-1] > 99 else years[0] // 100 * 100 + years[-1]
    return (_iso(years[0]), _iso(last)) if years[0] <= last else UNKNOWN


def _read_weekday(point: Point, limit: Day | None) -> Interval:
    """Return the latest such day not after publication; "last" is before it, "next" after."""
    if limit is None or limit[1] is None or limit[2] is None:
        return UNKNOWN
    back = (datetime.date(*limit).weekday() - point.one("w")) % 7
    back += 7 * (back == 0 and point.has("l")) - 7 * point.has("i")
    return _twice(_before(limit, Unit("day", 0, "day"), back))


def _read_near(point: Point, limit: Day | None) -> Interval:
    away = point.one("Y")
    return UNKNOWN if away is None else _twice(_before(limit, Unit("day", 0, "day"), -away))


READERS = {
    "iso": _read_iso,
    "days": _read_day,
    "day": _read_day,
    "part": _read_part,
    "first": _read_first,
    "month": _read_month,
    "season": _read_season,
    "ago": _read_ago,
    "window": _read_window,
    "unit": _read_unit,
    "years": _read_years,
    "weekday": _read_weekday,
    "near": _read_near,
}
