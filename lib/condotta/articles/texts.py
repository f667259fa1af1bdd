"""Plain text and Markdown: one report a file."""

import re

from condotta.articles import cleaning, markup
from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(?P<yaml>.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.S)
# What front matter calls the fields of an article; the first that is there counts.
_NAMES = {
    "title": ("title", "headline"),
    "byline": ("byline", "author", "authors"),
    "published": ("published", "date", "pubdate"),
    "publisher": ("publisher", "outlet", "site"),
    "url": ("url", "link", "source_url", "canonical"),
}


def read_text(file: File) -> dict:
    """Return the article of a text file."""
    content = file.content()
    if cleaning.is_binary(content):
        raise NoArticleError("binary", "no text; rename the file by what it is")
    text, notes = cleaning.decode(content)
    return {**file.known, "text": text, "notes": notes}


def read_markdown(file: File) -> dict:
    """Return the article of a Markdown file, with the fields of its front matter."""
    given = read_text(file)
    front = _FRONT_MATTER.match(given["text"])
    fields = _read_front_matter(front["yaml"]) if front else {}
    body = given["text"][front.end() :] if front else given["text"]
    return {**given, **fields, "text": _render(body)}


def _read_front_matter(text: str) -> dict:
    import yaml

    try:
        # Every value as written: a date without a day stays one.
        data = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        said = str(error).splitlines()[0]
        raise NoArticleError("damaged", f"front matter that is not YAML: {said}") from None
    if not isinstance(data, dict):
        raise NoArticleError("damaged", "front matter without fields")
    given = {str(name).lower(): _joined(value) for name, value in data.items()}
    return {
        field: next((given[name] for name in names if given.get(name)), None)
        for field, names in _NAMES.items()
    }


def _joined(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else None


def _render(body: str) -> str:
    from markdown_it import MarkdownIt

    return markup.strip_tags(MarkdownIt("commonmark").enable("table").render(body))
