"""HTML to plain text without building a tree, so that no depth of nesting loses a word."""

import re
from html.parser import HTMLParser

_SILENT = {"head", "math", "noscript", "object", "script", "style", "svg", "template"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt"),
    *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
    *("hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "table", "td", "th"),
    *("title", "tr", "ul"),
}
_TAG = re.compile(r"</(?:p|div|a|span|strong|em|b|i|li|h\d)>|<br ?/?>|<p>", re.I)


class _Flat(HTMLParser):
    """Collects what a reader of the page would see, one line a block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def strip_tags(html: str) -> str:
    """Return the words of HTML as paragraphs; scripts, styles and what stands in the head go.

    Examples
    --------
    >>> strip_tags("<p>They <b>left</b>.</p><script>run()</script><p>Others &amp; more came.")
    'They left.\\n\\nOthers & more came.'
    """
    flat = _Flat()
    flat.feed(html)
    flat.close()
    lines = (line.strip() for line in "".join(flat.parts).split("\n"))
    return "\n\n".join(re.sub(" +", " ", line) for line in lines if line)


def has_tags(text: str) -> bool:
    """Return whether a field that should be text is HTML."""
    return len(_TAG.findall(text)) > 1
