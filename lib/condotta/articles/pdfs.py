"""PDF files: pypdf first, pdfminer where the letters of a layout come apart."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from condotta.articles.limits import NoArticleError
from condotta.articles.pieces import File


def read_pdf(file: File) -> dict:
    """Return the article of a PDF file.

    Raises
    ------
    NoArticleError
        If it needs a password, is no PDF, or its pages are pictures.

    Notes
    -----
    What a PDF says of itself is left aside: its title is mostly that of a template and its date
    that of an export. Lines are joined to paragraphs, and words that a line end divides.
    """
    content = file.content()
    with _warnings() as warned:
        pages = _read_pages(content, file.limits.text_chars)
    blank = sum(not re.search(r"\w", page) for page in pages)
    if blank == len(pages):
        raise NoArticleError("no_text_layer", f"{len(pages)} pages without text; run OCR first")
    notes = [f"{blank} of {len(pages)} pages hold no text"] if blank else []
    notes += [f"PDF damaged in places: {warned[0]}"] if warned else []
    text = "\n\n".join(pages)
    if is_poor(text):
        text = _read_with_pdfminer(content)
        notes.append("read with pdfminer: the letters came apart")
        if is_poor(text):
            notes.append("words may be run together")
    return {**file.known, "text": join_lines(text), "notes": notes}


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what pypdf logs: it leaves out what it cannot decode, and only the log says so."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage()[:100])
    logger = logging.getLogger("pypdf")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def _read_pages(content: bytes, most: int) -> list[str]:
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NoArticleError("encrypted", "needs a password; save it without one")
        pages = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > most:
                raise NoArticleError("too_large", f"more than {most:,} characters")
    except pypdf.errors.PyPdfError as error:
        raise NoArticleError("damaged", f"no PDF that can be read: {error}") from None
    if not pages:
        raise NoArticleError("damaged", "a PDF without pages")
    return pages


def _read_with_pdfminer(content: bytes) -> str:
    from pdfminer.high_level import extract_text

    return extract_text(io.BytesIO(content)).replace("\f", "\n\n")


def is_poor(text: str) -> bool:
    """Return whether the letters of a layout came apart, or its words ran together.

    Examples
    --------
    >>> is_poor("T h e y l e f t o n M o n d a y ."), is_poor("They left on Monday.")
    (True, False)
    """
    words = re.findall(r"[^\W\d_]+", text)
    if len(words) < 5:
        return False
    single = sum(len(word) == 1 for word in words) / len(words)
    garbled = len(re.findall(r"\(cid:\d+\)|\ufffd", text)) / len(words)
    return single > 0.4 or garbled > 0.1 or sum(map(len, words)) / len(words) > 12


def join_lines(text: str) -> str:
    """Return text whose lines were cut by a layout as paragraphs.

    A line goes on in the next one if it is nearly as long as the longest and ends no sentence, or
    if the next begins with a small letter. A word divided at a line end is joined, unless its parts
    stand elsewhere in the text by themselves or the first is a name.

    Examples
    --------
    >>> print(join_lines("Dozens of merce-\\nnaries left for the Russian-\\nbacked army."))
    Dozens of mercenaries left for the Russian-backed army.
    """
    lines = [line.strip() for line in text.split("\n")]
    width = sorted(map(len, lines))[-max(1, len(lines) // 10)]
    words = set(re.findall(r"[^\W\d_]+", re.sub(r"\w+-\s*\n\s*\w+", " ", text.lower())))
    joined = [""]
    for before, line in zip(["", *lines], lines, strict=False):
        if not line or not before:
            joined.append(line)
        elif divided := re.search(r"([^\W\d_]+)-$", before):
            joined[-1] = _join_word(joined[-1], line, divided[1], words)
        elif line[0].islower() or len(before) > width * _least_share(before):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return re.sub(r"\n{2,}", "\n\n", "\n".join(joined)).strip()


def _least_share(line: str) -> float:
    """Return how full a line has to be, of the longest, for the next to go on with it."""
    return 0.9 if re.search(r"[.!?][\"”’')]*$", line) else 0.7


def _join_word(last: str, line: str, first: str, words: set[str]) -> str:
    second = re.match(r"[^\W\d_]*", line)[0]
    known = (first + second).lower() in words
    apart = first[0].isupper() or (first.lower() in words and second.lower() in words)
    return f"{last if apart and not known else last[:-1]}{line}"
