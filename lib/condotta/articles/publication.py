"""When an article was published, as exactly as its source says it, and never more exactly."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from condotta.articles import headings

_MONTH = rf"(?P<m>{headings.MONTH})"
_WRITTEN_DATES = (
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<y>\d{{4}})\b", re.I),
)
_PARTIAL = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{2})(?:-(?P<d>\d{2}))?)?$")
_URL_DATE = re.compile(
    r"/(?P<y>(?:19|20)\d{2})[/-](?P<m>\d{1,2}|[a-z]{3})(?:[/-](?P<d>\d{1,2}))?(?=[/-]|$)", re.I
)
_DATE_LINE = re.compile(
    r"(?:date|published)(?: on)?:?\s+(?P<date>\d{4}(?:-\d{2}(?:-\d{2})?)?)\b", re.I
)


class Publication(NamedTuple):
    """A date of publication: ISO day or part of one, UTC moment where given, and how exact."""

    published_on: str | None
    published_at: str | None
    published_precision: str | None


def find_published(given: str | None, url: str | None, body: str) -> tuple[Publication, list[str]]:
    """Return when an article was published, and what of it could not be understood.

    The date given counts; without one, the date in the url; without that, one at the head of the
    text. The clock of a file, a mail server's folder or a crawler is never asked.

    Examples
    --------
    >>> find_published(None, "https://a.org/2020/06/story", "They left.")[0]
    Publication(published_on='2020-06', published_at=None, published_precision='month')
    """
    if given and (moment := _moment(given)):
        return Publication(moment.date().isoformat(), _in_utc(moment), "day"), []
    if given and (found := read_date(given)):
        return _precise(found), []
    note = [f"published {given[:40]!r} is not a date that can be read"] if given else []
    return _precise(_url_date(url or "") or _head_date(body)), note


def _in_utc(moment: datetime) -> str | None:
    try:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo else None
    except OverflowError:  # the first or last day of the calendar
        return None


def _precise(day: str | None) -> Publication:
    return Publication(day, None, {4: "year", 7: "month", 10: "day"}[len(day)] if day else None)


def _moment(text: str) -> datetime | None:
    """Return a full time stamp, as machines write it."""
    if not re.search(r"\d:\d", text):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def read_date(text: str) -> str | None:
    """Return a date as ISO, as exact as it is written.

    Examples
    --------
    >>> read_date("7 June 2020"), read_date("Sept. 2020"), read_date("2020-09"), read_date("4/5/20")
    ('2020-06-07', '2020-09', '2020-09', None)
    """
    for pattern in (_PARTIAL, *_WRITTEN_DATES):
        if match := (pattern.match if pattern is _PARTIAL else pattern.search)(text.strip()):
            return _iso(match.groupdict())
    return None


def _iso(parts: dict[str, str | None]) -> str | None:
    """Return year, month and day as ISO, or None where no calendar has that day."""
    year, month, day = int(parts["y"]), parts.get("m"), parts.get("d")
    if month and not month.isdigit():
        name = month.lower()[:3]
        month = str(headings.MONTHS.index(name) + 1) if name in headings.MONTHS else None
    try:
        date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    pieces = [f"{year:04}", *(f"{int(piece):02}" for piece in (month, day) if piece)]
    return "-".join(pieces if month else pieces[:1])


def _url_date(url: str) -> str | None:
    found = _URL_DATE.search(url)
    return _iso(found.groupdict()) if found else None


def _head_date(body: str) -> str | None:
    """Return the date in the first lines of a text, where a line holds little else."""
    if match := _DATE_LINE.match(body):
        return read_date(match["date"])
    for line in body.split("\n")[:5]:
        places = headings.DATELINE.match(line)
        head = places[0] if places else line
        found = next((p.search(head) for p in _WRITTEN_DATES[:2] if p.search(head)), None)
        if found and (places or len(line) - len(found[0]) <= 40):
            return _iso(found.groupdict())
    return None
