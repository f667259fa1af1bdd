"""The headline a text opens with, and the places its dateline names."""

import re

# Words that open a line as a dateline would, before a dash or a colon, and name no place.
LABELS = {"update", "updated", "breaking", "exclusive", "analysis", "opinion", "video", "watch"}

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]*\.?"

_NO_TITLE = re.compile(r"[.:;,!—–-][\"”’')]*$|^(?:date|published)\b", re.I)
DATELINE = re.compile(
    r"(?P<places>[^\W\d_][^\n—–:()/]{1,70}?)\s*"
    r"(?:(?P<agency>\([^()\n]{2,50}\)|/[A-Z]{2,12}/)\.?\s*(?:—|–|-+\s|(?<=\d\)) |(?<=/\.) )"
    r"|(?P<mark>—|–|--|:|\s-)\s*(?=\S)|(?<=, )[A-Z]{3,12}\.\s)"
)
_DAY = rf"(?:{MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{MONTH})"
_DAY_IN_DATELINE = re.compile(
    rf",\s*(?:{_DAY}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\b).*$", re.I
)


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
        match = DATELINE.match(line)
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
