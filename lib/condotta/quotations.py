"""Where a text quotes: pairs of quotation marks, paragraph by paragraph.

Reports carry marks that were never closed, closed twice or typed straight. A quotation never leaves
its paragraph, so that one lost mark costs one paragraph at most.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

BREAK = re.compile(r"\n[^\S\n]*\n\s*|(?<=[.!?:”\"])[^\S\n]*\n\s*")
MARK = re.compile(r"[“”„«»\"]")
SINGLE = re.compile(r"(?<!\w)[‘'](?=\w)(?:[^‘’'\n]|[’'](?=\w))+[’'](?!\w)")
OPENS, CLOSES = "“„«", "”»"
WORDS_OF_A_SINGLE = 3


class Quotation(NamedTuple):
    """One quotation: characters of the text, marks included."""

    start: int
    end: int


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return start and end of every paragraph, in order.

    Blank lines part them, and line ends after the end of a sentence; others only wrap a line.

    Examples
    --------
    >>> paragraphs("One.\\n\\nTwo\\nlines.\\nThree.")
    [(0, 4), (6, 16), (17, 23)]
    """
    cuts = [(0, 0), *(match.span() for match in BREAK.finditer(text)), (len(text), len(text))]
    return [(a, b) for (_, a), (b, _) in pairwise(cuts) if a < b]


def find_quotations(text: str) -> list[Quotation]:
    """Return the quotations of a text, in order; they never overlap.

    A mark that is opened and not closed quotes to the end of its paragraph where it begins the
    paragraph (print repeats the opening mark in each paragraph of a long quotation); elsewhere it
    is left alone. Single marks count around three words or more, in paragraphs without double ones.

    Examples
    --------
    >>> [text[a:b] for text in ['He said "no" twice.'] for a, b in find_quotations(text)]
    ['"no"']
    >>> find_quotations('It cost 5" of rain and a "half')
    []
    """
    return [found for start, end in paragraphs(text) for found in _in_paragraph(text, start, end)]


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Quotation]:
    opened = None
    marks = list(MARK.finditer(text, start, end))
    for mark in marks:
        at = mark.start()
        if _opens(text, at, opened is not None):
            opened = at
        elif opened is not None:
            yield Quotation(opened, at + 1)
            opened = None
    if opened == start and not text[opened + 1 : opened + 2].isspace():
        yield Quotation(start, end)
    if not marks:
        for match in SINGLE.finditer(text, start, end):
            if match.group().count(" ") >= WORDS_OF_A_SINGLE - 1:
                yield Quotation(*match.span())


def _opens(text: str, at: int, inside: bool) -> bool:
    """Return whether a mark opens a quotation; a straight one shows it by the space around it."""
    if text[at] in OPENS:
        return True
    if text[at] in CLOSES:
        return False
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if inside:
        return False
    return (not before or before.isspace() or before in "([-–—:/") and not after.isspace()
