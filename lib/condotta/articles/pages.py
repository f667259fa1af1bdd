"""HTML pages: the main text and what the page says of itself."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from condotta.articles import cleaning, markup
from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# libxml2 and what reads its trees are safe to this depth; below it they lose text in silence.
DEPTH = 250
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{3,30})", re.I)
# Where pages say when they were published, the most exact first; never when they were changed.
_DATES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@property='og:article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[@name='pubdate' or @name='publishdate' or @name='publish-date']/@content",
    "//meta[@name='parsely-pub-date' or @name='sailthru.date']/@content",
    "//meta[@name='DC.date.issued' or @name='dcterms.issued' or @name='DC.date']/@content",
    "//meta[@name='citation_publication_date' or @name='date']/@content",
    "//time[@pubdate]/@datetime",
    "//time[contains(@class, 'publish')]/@datetime",
)


def read_page(file: File) -> dict:
    """Return the main text of a page and what it says of itself.

    Where trafilatura finds no main text, or the page is nested deeper than its parser can follow,
    all words of the page are taken, which is noted.

    Raises
    ------
    NoArticleError
        If the page has no words.
    """
    content, known = file.content(), file.known
    html, notes = cleaning.decode(content, known.get("charset") or _declared(content))
    tree = _parse(html)
    if tree is None:
        notes.append("HTML cannot be parsed: all words of the page taken")
        given, text = {}, None
    elif _depth(tree) > DEPTH:
        notes.append(f"HTML nested deeper than {DEPTH}: all words of the page taken")
        given, text = {"title": tree.findtext(".//title"), "published": _published(tree)}, None
    else:
        given, text = _describe(tree, known.get("url")), _find_main_text(tree, notes)
    text = text or markup.strip_tags(html)
    if not re.search(r"\w", text):
        raise NoArticleError("no_main_text", "no words; a page that needs scripts to show them?")
    return {**given, "text": text, "notes": notes, **known}


def _declared(content: bytes) -> str | None:
    found = _CHARSET.search(content[:4096])
    return found[1].decode() if found else None


def _parse(html: str) -> "HtmlElement | None":
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(
        huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        return lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _depth(tree: "HtmlElement") -> int:
    from lxml import etree

    depth = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _find_main_text(tree: "HtmlElement", notes: list[str]) -> str | None:
    import trafilatura

    # Its memory of paragraphs seen before would make a page depend on those read before it.
    found = trafilatura.extract(tree, include_comments=False, deduplicate=False)
    if not found:
        notes.append("no main text found: all words of the page taken")
    return re.sub(r"\n+", "\n\n", found) if found else None


def _describe(tree: "HtmlElement", url: str | None) -> dict:
    """Return title, byline, outlet, address and date, as the page gives them."""
    import trafilatura

    quick = {"extensive_search": False, "original_date": True}
    data = trafilatura.extract_metadata(tree, default_url=url, date_config=quick)
    return {
        "title": data.title,
        "byline": _byline(tree) or data.author,
        "publisher": data.sitename,
        "url": data.url if re.match(r"https?://", data.url or "", re.I) else None,
        "published": _published(tree),
    }


def _byline(tree: "HtmlElement") -> str | None:
    """Return the author as the page prints it; trafilatura leaves out dots and repeats."""
    named = [name.strip() for name in tree.xpath("//meta[@name='author']/@content")]
    return next((name for name in named if name and "/" not in name), None)


def _published(tree: "HtmlElement") -> str | None:
    for path in _DATES:
        if found := [value.strip() for value in tree.xpath(path) if value.strip()]:
            return found[0]
    return next((data["datePublished"] for data in _linked_data(tree)), None)


def _linked_data(tree: "HtmlElement") -> Iterator[dict]:
    """Yield the parts of JSON-LD that tell of an article and its date."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            waiting = [json.loads(script)]
        except (ValueError, RecursionError):
            continue
        for part in waiting:  # grows while it is walked
            if isinstance(part, list):
                waiting += part
            elif isinstance(part, dict):
                waiting += [part["@graph"]] if "@graph" in part else []
                if _is_dated_article(part):
                    yield part


def _is_dated_article(part: dict) -> bool:
    kind, day = str(part.get("@type")), part.get("datePublished")
    return bool(re.search("Article|Posting|Report", kind)) and isinstance(day, str)
