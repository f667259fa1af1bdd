"""The words behind a claim: its sentence, with every slot marked where the text gives it."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from condotta.tables import SLOT_SPANS

NEAR = 240  # characters between two marks that still stand in one excerpt
AROUND = 60  # characters of context beyond the outermost mark


class Piece(NamedTuple):
    """A run of text and the slots that it fills, none for plain text."""

    text: str
    slots: tuple[str, ...]


Excerpt = tuple[Piece, ...]


def quote_claim(claim: Mapping, text: str) -> list[Excerpt]:
    """Return the excerpts of an article that a claim rests on, cut into marked pieces.

    The first excerpt is not always the claim's own sentence: excerpts stand in the order of
    the article. Words between them are left out, however many.

    Examples
    --------
    >>> claim = {"start": 0, "end": 12, "recruiter_start": 0, "recruiter_end": 5}
    >>> quote_claim(claim, "Milan hired. Then it rained.")
    [(Piece(text='Milan', slots=('recruiter',)), Piece(text=' hired.', slots=()))]
    """
    marks = list(_marks(claim, len(text)))
    body = (int(claim["start"]), min(int(claim["end"]), len(text)))
    return [
        tuple(_cut(text, start, end, marks))
        for start, end in _excerpts(text, [body, *((start, end) for start, end, _ in marks)], body)
    ]


def _marks(claim: Mapping, length: int):
    for slot in SLOT_SPANS:
        start, end = claim.get(f"{slot}_start"), claim.get(f"{slot}_end")
        if pd.notna(start) and pd.notna(end) and 0 <= start < end <= length:
            yield int(start), int(end), slot


def _excerpts(text: str, spans: list[tuple[int, int]], body: tuple[int, int]):
    """Yield the stretches of text to show: the claim whole, far slots with a little context."""
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start - merged[-1][1] <= NEAR:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    for start, end in merged:
        inside = start <= body[0] and body[1] <= end
        pad = 0 if inside and (start, end) == body else AROUND
        yield _to_word(text, start - pad, -1), _to_word(text, end + pad, 1)


def _to_word(text: str, at: int, step: int) -> int:
    """Move outward from a position to the nearest edge of a word or the end of the text."""
    at = min(max(at, 0), len(text))
    while 0 < at < len(text) and not (text[at - 1].isspace() or text[at].isspace()):
        if step > 0 and text[at - 1] in '.!?”"':
            break
        at += step
    return at


def _cut(text: str, start: int, end: int, marks: list[tuple[int, int, str]]):
    """Yield the pieces between all edges of marks; overlapping slots share a piece."""
    within = [(max(a, start), min(b, end), slot) for a, b, slot in marks if a < end and b > start]
    edges = sorted({start, end, *(a for a, _, _ in within), *(b for _, b, _ in within)})
    for left, right in itertools.pairwise(edges):
        slots = tuple(slot for a, b, slot in within if a <= left and right <= b)
        yield Piece(text[left:right], slots)
