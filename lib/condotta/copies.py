"""Which articles repeat which: the same text, nearly the same text, or one agency's passages.

Copies are named, never removed: a claim printed by nine outlets from one dispatch is nine claims
of one origin, and only a reader who sees all nine can tell.
"""

import re
import sys
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zlib import crc32

import pandas as pd

from condotta import tables

RUN = 5
"""Words in a run: two texts that share one by chance share few."""

BANDS, ROWS = 42, 3
"""Chance that two texts meet in a bucket: 99.6 % at half their runs in common, 4 % at a tenth."""

HEADS = 16
"""Originals compared in one bucket; what fills more buckets than that is boilerplate."""

SAMPLE = 4
"""One run in so many is indexed for passages: 25 words in common are missed once in 400 times."""

OPENING = re.compile(r"^[A-Z][\w ,.'/-]{2,60}\(([A-Z][\w .&-]{1,30})\)\s*[-–—]", re.MULTILINE)
CLOSING = re.compile(
    r"^\W*(?:source|via|credit|written by|reporting by)\b\s*:?\s*([\w .&-]{2,40}?)\W*$"
    r"|^\W*(?:copyright\s|©)?\s*(?:\d{4}\s)?((?-i:[A-Z][\w.&-]*)(?: (?-i:[A-Z][\w.&-]*)){0,3})\W*$"
    r"|[-–—/(]\s?((?-i:[A-Z])[A-Za-z.&]{1,20})\)?\W*$",
    re.MULTILINE | re.IGNORECASE,
)


class Text(NamedTuple):
    """One article as it is compared."""

    article_id: str
    words: tuple[str, ...]
    runs: array
    credits: frozenset[str]


class Likeness(NamedTuple):
    """How one article repeats another."""

    kind: str
    similarity: float
    reason: str


def find_copies(
    articles: pd.DataFrame,
    *,
    alike: float = 0.5,
    contained: float = 0.8,
    credited: float = 0.5,
    passage: int = 25,
) -> pd.DataFrame:
    """Find the articles that repeat an earlier one.

    Parameters
    ----------
    articles : DataFrame
        The table `articles`.
    alike : float
        Share of all five-word runs two articles have in common from which they are near copies.
    contained : float
        Share of the shorter one's runs that stand in the longer from which they are near copies:
        a preview and the full text.
    credited : float
        The same where a credit line says that both print one agency's dispatch.
    passage : int
        Words in a row that the two must have in common, besides, for the last two.

    Returns
    -------
    DataFrame
        One row per article that repeats another (table `copies`). `copy_of` is never itself a
        copy: it is the first published of those that are alike, then the one with the smallest
        key. Articles without a date count as the last.

    Notes
    -----
    Texts meet in the buckets of a MinHash, or in a run of words they share, and are then compared
    in full; at most 16 originals of one bucket are, so that a footer printed under every page
    costs no more than any other text. A retelling in other words is no copy and is not found, nor
    is a translation.

    References
    ----------
    Broder, A. (1997): On the resemblance and containment of documents.

    Examples
    --------
    >>> dispatch = "Two brokers in the town signed up forty men for the war abroad last week."
    >>> pages = tables.shape("articles", [
    ...     {"article_id": key, "text": text, "n_words": 15, "source_path": key,
    ...      "source_sha256": key, "format": "txt", "published_on": day}
    ...     for key, text, day in [("a1", dispatch, "2021-03-02"), ("a2", dispatch, "2021-03-01")]])
    >>> find_copies(pages)[["article_id", "copy_of", "kind", "similarity"]]
      article_id copy_of   kind  similarity
    0         a1      a2  exact         1.0
    """
    columns = ["article_id", "text", "byline", "published_on"]
    order = articles[columns].fillna({"published_on": "9999", "byline": ""})
    order = order.sort_values(["published_on", "article_id"])
    whole: dict[tuple[str, ...], str] = {}
    originals = _Originals(alike, contained, credited, passage)
    rows = []
    for article in order.itertuples(index=False):
        text = _read(article.article_id, article.text, article.byline)
        first = whole.setdefault(text.words, text.article_id)
        if first != text.article_id:
            like = Likeness("exact", 1.0, f"the same {len(text.words)} words")
        else:
            first, like = originals.place(text)
        if like:
            rows.append({"article_id": text.article_id, "copy_of": first, **like._asdict()})
    return tables.shape("copies", sorted(rows, key=lambda row: row["article_id"]))


class _Originals:
    """The articles that repeat none before them, and the buckets in which they are met again."""

    def __init__(self, *limits: float) -> None:
        self._limits = limits
        self._texts: dict[str, Text] = {}
        self._buckets: dict[int, list[str]] = defaultdict(list)

    def place(self, text: Text) -> tuple[str, Likeness | None]:
        """Return the original a text repeats and how; without one, keep it as an original."""
        buckets = list(_buckets(text))
        met = sorted({key for bucket in buckets for key in self._buckets.get(bucket, ())})
        likes = ((key, compare(text, self._texts[key], *self._limits)) for key in met)
        found = [(like.kind == "near", like.similarity, key, like) for key, like in likes if like]
        if found:
            best = max(found, key=lambda row: row[:2])
            return best[2], best[3]
        self._texts[text.article_id] = text
        for bucket in buckets:
            if len(self._buckets[bucket]) < HEADS:
                self._buckets[bucket].append(text.article_id)
        return text.article_id, None


def compare(
    text: Text, other: Text, alike: float, contained: float, credited: float, passage: int
) -> Likeness | None:
    """Return how a text repeats another, or None."""
    mine, theirs = set(text.runs), set(other.runs)
    shared = mine & theirs
    similarity = round(len(shared) / max(len(mine | theirs), 1), 4)
    part = len(shared) / max(min(len(mine), len(theirs)), 1)
    start, length = _longest(text, theirs)
    words = " ".join(text.words[start : start + 8])
    reason = f"{length} words in a row, from “{words} …”"
    if similarity >= alike or (part >= contained and length >= passage):
        return Likeness("near", similarity, reason)
    credit = _common_credit(text, other)
    if credit and part >= credited and length >= passage:
        return Likeness("wire", similarity, f"credit “{credit}” and {reason}")
    return None


def _common_credit(text: Text, other: Text) -> str | None:
    """Return the credit that both print, or the one that only one of them prints."""
    both = text.credits & other.credits
    if both or not (text.credits and other.credits):
        return min(both or text.credits | other.credits, default=None)
    return None


def _longest(text: Text, theirs: set[int]) -> tuple[int, int]:
    """Return where the longest passage in common starts, and its length, in words."""
    best = start = 0
    longest = 0
    for at, run in enumerate((*text.runs, -1)):
        if run in theirs:
            continue
        if at - start > longest:
            best, longest = start, at - start
        start = at + 1
    return best, longest + RUN - 1 if longest else 0


def _read(article_id: str, text: str, byline: str) -> Text:
    found = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    words = tuple(map(sys.intern, found))  # a word of a thousand texts is in memory once
    ends = range(RUN, len(words) + 1)
    runs = array("L", (crc32(" ".join(words[at - RUN : at]).encode()) for at in ends))
    return Text(article_id, words, runs, frozenset(find_credits(text, byline)))


def find_credits(text: str, byline: str = "") -> Iterator[str]:
    """Yield the agencies and authors a text credits: dateline, source line, closing words, byline.

    Only the first and the last lines are read: elsewhere a name in brackets is no credit.

    Examples
    --------
    >>> list(find_credits("BENGHAZI (Gazette) - Forty men left.", "By Nadia Karim"))
    ['Gazette', 'Nadia Karim']
    """
    lines = [line for line in text.splitlines() if line.strip()]
    for match in OPENING.finditer("\n".join(lines[:3])):
        yield match[1].strip()
    for match in CLOSING.finditer("\n".join(lines[1:][-2:])):
        yield next(name for name in match.groups() if name).strip()
    if author := re.sub(r"^\s*by\s+", "", byline, flags=re.IGNORECASE).strip():
        yield author


def _buckets(text: Text) -> Iterator[int]:
    """Yield where a text meets others: bands of its MinHash, and a sample of its runs."""
    from datasketch import MinHash

    if not text.runs:
        return
    sketch = MinHash(num_perm=BANDS * ROWS, seed=1, hashfunc=int)
    sketch.update_batch(sorted(set(text.runs)))
    values = sketch.hashvalues.tolist()
    for band in range(BANDS):
        yield hash((band, *values[band * ROWS : (band + 1) * ROWS]))
    for run in sorted({run for run in text.runs if run % SAMPLE == 0}):
        yield hash((-1, run))


def first_of(copies: pd.DataFrame) -> Mapping[str, str]:
    """Return, for every article that repeats another, the article it repeats.

    Examples
    --------
    >>> first_of(tables.empty("copies"))
    {}
    """
    return dict(zip(copies["article_id"], copies["copy_of"], strict=True))
