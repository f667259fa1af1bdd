"""Raw files to one row per article; what could not be read, to one row in `skipped`.

Reading repairs a text once (encoding, line ends, NUL, half characters) and says so; from then on
every span of every table counts in the repaired text. Nothing is left out in silence, and no date
is taken from a file's clock.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from condotta import tables

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".txt", ".jsonl", ".csv")
FIELDS = ("url", "publisher", "published", "title", "byline", "text")
# Files that accompany articles; the first word of the file name decides.
DOCUMENTATION = {"readme", "license", "licence", "copying", "notice", "changelog", "authors"}
# Reasons that do not mean that an article was lost.
NO_ARTICLE = {"documentation", "hidden"}
BLANK = b"\xef\xbb\xbf \t\r\n"
# Words that open a line as a dateline would, before a dash or a colon, and name no place.
LABELS = {"update", "updated", "breaking", "exclusive", "analysis", "opinion", "video", "watch"}

ENGLISH = {
    "the",
    "of",
    "and",
    "to",
    "that",
    "was",
    "for",
    "by",
    "with",
    "from",
    "were",
    "said",
    "who",
}

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS_RE = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_MONTH = rf"(?P<m>{_MONTHS_RE})"
_WRITTEN_DATES = (
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b{_MONTH}\s+(?P<y>\d{{4}})\b", re.I),
)
_PARTIAL = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{2})(?:-(?P<d>\d{2}))?)?$")
_URL_DATE = re.compile(
    r"/(?P<y>(?:19|20)\d{2})[/-](?P<m>\d{1,2}|[a-z]{3})(?:[/-](?P<d>\d{1,2}))?(?=[/-]|$)", re.I
)
_NO_TITLE = re.compile(r"[.:;,!—–-][\"”’')]*$|^(?:date|published)\b", re.I)
_DATE_LINE = re.compile(
    r"(?:date|published)(?: on)?:?\s+(?P<date>\d{4}(?:-\d{2}(?:-\d{2})?)?)\b", re.I
)
_DATELINE = re.compile(
    r"(?P<places>[^\W\d_][^\n—–:()/]{1,70}?)\s*"
    r"(?:(?P<agency>\([^()\n]{2,50}\)|/[A-Z]{2,12}/)\.?\s*(?:—|–|-+\s|(?<=\d\)) |(?<=/\.) )"
    r"|(?P<mark>—|–|--|:|\s-)\s*(?=\S)|(?<=, )[A-Z]{3,12}\.\s)"
)
_DAY = rf"(?:{_MONTHS_RE}\s+\d{{1,2}}|\d{{1,2}}\s+{_MONTHS_RE})"
_DAY_IN_DATELINE = re.compile(
    rf",\s*(?:{_DAY}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\b).*$", re.I
)


class Reading(NamedTuple):
    """What a source gave."""

    articles: "pd.DataFrame"
    skipped: "pd.DataFrame"


class SourceError(ValueError):
    """A source cannot be read at all."""


class _NoArticleError(Exception):
    """One file or record gives no article."""

    def __init__(self, reason: str, detail: str):
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def find_files(source: str | Path) -> list[tuple[Path, str]]:
    """Return every file of a source, with its path as seen from the source, in order of that path.

    A source is a file, a folder (read with its sub-folders; links to folders are not followed) or
    a glob. Files that hold no article are listed too: `read_articles` says why it skips them.

    Raises
    ------
    SourceError
        If nothing is there, or the folder may not be listed.
    """
    text = str(Path(source).expanduser())
    path = Path(text)
    if path.is_dir():
        found = sorted((p, p.relative_to(path).as_posix()) for p in _walk(path))
    elif path.exists():
        found = [(path, path.name)]
    elif re.search(r"[*?\[]", text):
        found = _glob(text)
    else:
        raise SourceError(f"{source}: no such file or folder.")
    if not found:
        raise SourceError(f"{source}: no file there; give a file, a folder or a quoted glob.")
    return sorted(found, key=lambda one: one[1])


def _walk(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise SourceError(f"{error.filename}: cannot be listed ({error.strerror}).")

    for here, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(here) / name for name in names)


def _glob(pattern: str) -> list[tuple[Path, str]]:
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if re.search(r"[*?\[]", part))
    root = Path(*parts[:fixed])
    found = root.glob(str(Path(*parts[fixed:])))
    return [(path, path.relative_to(root).as_posix()) for path in found if path.is_file()]


def check_source(source: str | Path) -> int:
    """Return how many files of a source may hold articles; raise `SourceError` if none can."""
    paths = [path for path, _ in find_files(source)]
    usable = [path for path in paths if path.suffix.lower() in FORMATS and path.is_file()]
    if not usable:
        raise SourceError(
            f"{source}: none of {len(paths)} files is of a kind that is read "
            f"({', '.join(FORMATS)}); the first is {paths[0].name}."
        )
    readable = [path for path in usable if os.access(path, os.R_OK)]
    if not readable:
        raise SourceError(f"{usable[0]}: no permission to read it; check its owner and mode.")
    if not any(_holds_text(path) for path in readable):
        raise SourceError(f"{source}: empty; {len(readable)} files hold no text.")
    return len(readable)


def _holds_text(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(file.read(4096).strip(BLANK))


def read_articles(source: str | Path) -> Reading:
    """Read every article of a file, a folder or a glob.

    Parameters
    ----------
    source : path or glob
        `.txt` holds one article; `.jsonl` one a line and `.csv` one a row, with the fields `url`,
        `publisher`, `published`, `title`, `byline`, `text` (other fields: `unused_fields`).

    Returns
    -------
    Reading
        `articles`, one row an article, ordered by `article_id`; `skipped`, one row a file, line or
        row that gave none, with its reason. The columns stand in `tables.ARTICLES` and
        `tables.SKIPPED`. Files with the same content are one article with both paths.

    Raises
    ------
    SourceError
        If nothing is there to read.

    Notes
    -----
    A headline is recognised only where it stands apart: a first line without a full stop, followed
    by an empty line or by a much longer one. A date of publication is the one given, or stands in
    the url, or at the head of the text, in this order. Day and month in figures alone, as in
    04/05/2020, could be either and are not read as a date.

    Examples
    --------
    >>> from condotta import resources
    >>> articles, skipped = read_articles(resources.find("data/sample"))
    >>> len(articles), len(skipped)
    (34, 0)
    """
    rows, skipped = [], []
    for path, shown in find_files(source):
        try:
            for place, record in _records(path, shown):
                try:
                    rows.append(_article(record))
                except _NoArticleError as skip:
                    skipped.append((place, skip.reason, skip.detail))
        except _NoArticleError as skip:
            skipped.append((shown, skip.reason, skip.detail))
    frame = tables.shape("articles", _merge_same(rows))
    columns = ("source_path", "reason", "detail")
    lost = [dict(zip(columns, row, strict=True)) for row in sorted(skipped)]
    return Reading(frame, tables.shape("skipped", lost))


def unused_fields(source: str | Path) -> dict[str, list[str]]:
    """Return, for each table file of a source, the fields that no column of `articles` takes."""
    unused = {}
    for path, shown in find_files(source):
        try:
            names = {name for _, record in _records(path, shown) for name in record["given"]}
        except _NoArticleError:
            continue
        if left := sorted(names - set(FIELDS)):
            unused[shown] = left
    return unused


def _records(path: Path, shown: str) -> Iterator[tuple[str, dict]]:
    """Yield every record of a file with the place it stands at."""
    content, kind = _bytes(path), path.suffix.lower()
    text, repairs = decode(content)
    origin = {
        "source_path": shown,
        "source_sha256": sha256(content).hexdigest(),
        "format": kind[1:],
    }
    for place, given in _READERS[kind](text):
        where = f"{shown}:{place}" if place else shown
        if isinstance(given, _NoArticleError):
            yield where, {"given": {}, "skip": given, "repairs": repairs, **origin}
        else:
            yield where, {"given": given, "repairs": repairs, **origin}


def _bytes(path: Path) -> bytes:
    if path.name.startswith("."):
        raise _NoArticleError("hidden", "a hidden file; rename it if it holds an article")
    if not path.is_file():
        raise _NoArticleError("special", "a link to nothing, or no plain file")
    if re.split(r"[\W_]", path.stem.lower())[0] in DOCUMENTATION:
        raise _NoArticleError(
            "documentation", "a file about the folder; rename it if it holds an article"
        )
    if path.suffix.lower() not in FORMATS:
        kinds = ", ".join(FORMATS)
        raise _NoArticleError("format", f"{path.suffix or 'no suffix'} is not read; {kinds} are")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _NoArticleError("unreadable", str(error.strerror)) from None
    if not content.strip(BLANK):
        raise _NoArticleError("empty", "no text in the file")
    return content


def _read_txt(text: str) -> Iterator[tuple[str, dict]]:
    yield "", {"text": text}


def _read_jsonl(text: str) -> Iterator[tuple[str, dict | _NoArticleError]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            yield str(number), _NoArticleError("json", f"line {number} is not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield str(number), record
        else:
            yield str(number), _NoArticleError("json", f"line {number} is no JSON object")


def _read_csv(text: str) -> Iterator[tuple[str, dict | _NoArticleError]]:
    csv.field_size_limit(2**27)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(rows)
        if "text" not in head:
            raise _NoArticleError("columns", f"no column `text`; the columns are {head[:12]}")
        for row in rows:
            if len(row) == len(head):
                yield str(rows.line_num), dict(zip(head, row, strict=True))
            elif row:
                said = f"the row ending on line {rows.line_num} has {len(row)} cells of {len(head)}"
                yield str(rows.line_num), _NoArticleError("csv", said)
    except csv.Error as error:
        yield (
            str(rows.line_num),
            _NoArticleError("csv", f"line {rows.line_num}: {error}; the rest is not read"),
        )


_READERS = {".txt": _read_txt, ".jsonl": _read_jsonl, ".csv": _read_csv}


def decode(content: bytes) -> tuple[str, list[str]]:
    """Return the text of a file and what had to be mended for it.

    A byte-order mark decides; then UTF-8; and what is neither is read as Windows-1252, which gives
    some text for any bytes, so that the guess is noted.

    Examples
    --------
    >>> decode(b"caf\\xe9")
    ('café', ['encoding guessed: cp1252'])
    """
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if content.startswith(mark)), "utf-8")
    try:
        text, notes = content.decode(encoding), []
    except UnicodeDecodeError:
        text, notes = content.decode("cp1252", "replace"), ["encoding guessed: cp1252"]
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _mend(text: str) -> tuple[str, list[str]]:
    """Replace what neither a table nor a page can hold, one character for one."""
    mended = re.sub(r"[\x00\ud800-\udfff]", "\ufffd", text)
    count = sum(a != b for a, b in zip(text, mended, strict=True))
    return mended, [f"{count} unprintable characters replaced"] if count else []


def _article(record: dict) -> dict:
    """Return one row of `articles`, or raise why there is none."""
    if "skip" in record:
        raise record["skip"]
    notes, given = list(record["repairs"]), {}
    for field in FIELDS:
        value, mended = _mend(_clean(record["given"].get(field)))
        given[field] = value.strip() or None
        notes += mended
    body = given.pop("text")
    if not body:
        raise _NoArticleError("empty", "no text")
    title = given["title"] or find_title(body)
    text = body if not title or body.startswith(title) else f"{title}\n\n{body}"
    published, moment, precision, note = _published(given.pop("published"), given["url"], body)
    return {
        **given,
        "article_id": tables.key("a", given["url"], given["publisher"], published, title, text),
        "title": title,
        "text": text,
        "published_on": published,
        "published_at": moment,
        "published_precision": precision,
        "dateline": find_dateline(text[len(title or "") :].lstrip()),
        "language": find_language(text),
        "n_words": len(text.split()),
        "repairs": "; ".join(dict.fromkeys([*notes, *note])) or None,
        **{name: record[name] for name in ("source_path", "source_sha256", "format")},
    }


def _clean(value: object) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _merge_same(rows: list[dict]) -> list[dict]:
    """Return rows ordered by key, those with one key as one, with all their paths."""
    merged: dict[str, dict] = {}
    for row in sorted(rows, key=lambda row: (row["article_id"], row["source_path"])):
        known = merged.setdefault(row["article_id"], row)
        if known["source_path"] != row["source_path"]:
            for column in ("source_path", "source_sha256"):
                known[column] += f"; {row[column]}"
    return list(merged.values())


def find_title(text: str) -> str | None:
    """Return the headline a text opens with, where it stands apart from what follows.

    Examples
    --------
    >>> find_title("Duke hires captain\\n\\nThe duke has hired a captain.")
    'Duke hires captain'
    >>> find_title("The duke has hired\\na captain.") is None
    True
    """
    first, _, rest = text.partition("\n")
    first, following = first.strip(), rest.split("\n", 1)[0].strip()
    if not rest.strip() or not 2 < len(first) <= 200 or _NO_TITLE.search(first):
        return None
    return first if not following or len(following) >= 2 * len(first) else None


def find_dateline(body: str) -> str | None:
    """Return the places a report names before its first dash, as printed.

    Examples
    --------
    >>> find_dateline("IDLIB and LATAKIA, Syria — Drones struck.")
    'IDLIB and LATAKIA, Syria'
    >>> find_dateline("Tripoli (AFP) - A ship came in.")
    'Tripoli'
    >>> find_dateline("Nobody knows — not even they.") is None
    True
    """
    for number, line in enumerate(body.lstrip().split("\n")[:5]):
        match = _DATELINE.match(line)
        if match and (number == 0 or match["mark"] != ":") and (places := _places(match)):
            return places
    return None


def _places(match: re.Match) -> str | None:
    """Return the places of what looks like a dateline, if capitals or an agency confirm it."""
    places = _DAY_IN_DATELINE.sub("", match["places"]).strip(" ,./")
    first = re.match(r"[^\W\d_]+", places)
    if not first or first[0].lower() in LABELS or (match["mark"] == ":" and not places.isupper()):
        return None
    shouted = len(first[0]) > 2 and first[0].isupper()
    credited = match["agency"] and re.fullmatch(r"(?:[A-Z][\w'’-]*,? ?){1,4}", places)
    return places if shouted or credited else None


def find_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language a text is in, judged without a network.

    Letter statistics decide, unless one word in eight is a grammatical word of English: a short
    English text full of names looks like another language by its letters.

    Examples
    --------
    >>> find_language("Des dizaines de Syriens sont partis pour la Libye lundi.")
    'fr'
    """
    import py3langid

    words = re.findall(r"[^\W\d_]+", re.sub(r"https?://\S+", " ", text).lower())
    if not words:
        return None
    english = sum(word in ENGLISH for word in words) >= len(words) / 8
    return "en" if english else py3langid.classify(" ".join(words))[0]


def _published(
    given: str | None, url: str | None, body: str
) -> tuple[str | None, str | None, str | None, list[str]]:
    """Return day, moment and precision of publication, and what could not be understood."""
    note = []
    if given:
        if moment := _moment(given):
            zoned = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo else None
            return moment.date().isoformat(), zoned, "day", []
        if found := read_date(given):
            return *_precise(found), []
        note = [f"published {given[:40]!r} is not a date that can be read"]
    found = _url_date(url or "") or _head_date(body)
    return *_precise(found), note


def _precise(day: str | None) -> tuple[str | None, None, str | None]:
    return day, None, {4: "year", 7: "month", 10: "day"}[len(day)] if day else None


def _moment(text: str) -> datetime | None:
    """Return a full time stamp, as machines write it."""
    if not re.search(r"\d:\d", text):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except ValueError:
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
        month = str(_MONTHS.index(name) + 1) if name in _MONTHS else None
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
        places = _DATELINE.match(line)
        head = places[0] if places else line
        found = next((p.search(head) for p in _WRITTEN_DATES[:2] if p.search(head)), None)
        if found and (places or len(line) - len(found[0]) <= 40):
            return _iso(found.groupdict())
    return None
