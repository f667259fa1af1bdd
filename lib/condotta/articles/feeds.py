"""RSS and Atom files: one article an entry."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from condotta.articles import markup, xml
from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File, Piece, refuse

# What feeds call the fields of an article, by local name; the first that is there counts. When an
# entry was last changed is no date of publication.
_NAMES = {
    "title": ("title",),
    "byline": ("creator", "author"),
    "published": ("pubDate", "published", "issued", "date"),
    "text": ("encoded", "content", "description", "summary"),
}


def read_feed(file: File) -> Iterator[Piece]:
    """Yield the entries of a feed; those before a damaged place are read."""
    count, publisher, path = 0, None, []
    try:
        for event, element in xml.walk(file.stream):
            name = _local(element)
            if event == "start":
                path.append(name)
                continue
            path.pop()
            if not path and name not in {"rss", "feed", "RDF"}:
                raise NoArticleError("format", f"XML, but no feed: its root is <{name}>")
            if name == "title" and path[-1:] in (["channel"], ["feed"]):
                publisher = publisher or _words(element)
            elif name in {"item", "entry"}:
                count += 1
                yield _piece(file, count, _fields(element), publisher)
                element.clear()
    except NoArticleError as damage:
        if not count:
            raise
        yield refuse(f"{file.place}:{count + 1}", file.kind, damage.reason, damage.detail)


def _piece(file: File, number: int, fields: dict, publisher: str | None) -> Piece:
    given = {**fields, "publisher": publisher, **file.known}
    return Piece(f"{file.place}:{number}", file.kind, lambda: given)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _fields(entry: Element) -> dict:
    parts: dict[str, Element] = {}
    for element in entry:
        parts.setdefault(_local(element), element)
    given = {
        field: next((words for name in names if (words := _words(parts.get(name)))), None)
        for field, names in _NAMES.items()
    }
    text = given["text"] or ""
    return {**given, "text": markup.strip_tags(text), "url": _find_url(entry), "notes": []}


def _words(element: Element | None) -> str | None:
    """Return the text of an element; of an Atom author, the name."""
    if element is None:
        return None
    name = next((part for part in element if _local(part) == "name"), element)
    return re.sub(r"[ \t]+", " ", "".join(name.itertext())).strip() or None


def _find_url(entry: Element) -> str | None:
    links = [element for element in entry if _local(element) == "link"]
    for link in links:
        url = link.get("href") if link.get("rel", "alternate") == "alternate" else None
        if url := (url or (link.text or "").strip()):
            return url
    return None
