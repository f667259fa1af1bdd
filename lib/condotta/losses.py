"""Killed, wounded, captured, missing: how many the text allows, and whether none are known.

An unknown loss is never a zero: "no information on losses" leaves every bound empty.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from condotta.frames import Filler, Frame
    from condotta.parties import Scene
    from condotta.quantities import Quantity

LOSS = (
    r"(?:loss(?:es)?|casualt(?:y|ies)|victims?|deaths?|dead|injur(?:y|ies)|fatalit(?:y|ies)|toll"
    r"|wounded|killed)"
)
KNOWN = r"(?:information|details?|reports?|word|figures?|data|confirmation|number|indication)"
NOT_KNOWN = (
    r"(?:unknown|unclear|undisclosed|unconfirmed|(?:could|can) ?not (?:\w+ )?be \w+ed"
    r"|not (?:\w+ )?(?:known|clear|available|reported|confirmed|released|disclosed))"
)
UNKNOWN = re.compile(
    rf"\bno (?:\w+ ){{0,3}}{KNOWN}\b[^.;]{{0,60}}\b{LOSS}\b"
    rf"|\b{LOSS}\b[^.;]{{0,60}}\b{NOT_KNOWN}\b"
    rf"|\b{NOT_KNOWN}\b[^.;]{{0,40}}\b(?:caused|how many|whether|if|any)\b[^.;]{{0,40}}\b{LOSS}\b"
    rf"|\bwithout (?:giving|providing|specifying|any)\b[^.;]{{0,40}}\b{LOSS}\b"
    rf"|\bnot (?:specify|say|give|provide|disclose|mention|report)\b[^.;]{{0,40}}\b{LOSS}\b"
    rf"|\b(?:extent|scale|number) of (?:the )?{LOSS}\b[^.;]{{0,40}}\b{NOT_KNOWN}\b",
    re.IGNORECASE,
)
NONE = re.compile(
    r"\bno (?:\w+ )?(?:casualties|losses|deaths|injuries|fatalities|victims)\b(?! figure)"
    r"|\b(?:no one|nobody|none) (?:was|were|had been) (?:hurt|killed|injured|wounded|harmed)\b"
    r"|\bwithout (?:causing )?(?:any )?(?:casualties|losses)\b",
    re.IGNORECASE,
)
FIGURES = ("count", "number")
SINGULAR = frozenset({"a", "an", "one", "another"})


class Loss(NamedTuple):
    """One kind of loss: bounds, who, and its characters in the article."""

    kind: str
    low: int | None
    high: int | None
    who: str
    start: int
    end: int
    frame: int


class Silence(NamedTuple):
    """Words that say that losses are unknown, or that there were none."""

    none: bool
    start: int
    end: int


def read_losses(
    scene: "Scene", frames: Iterable["Frame"], counts: Sequence["Quantity"]
) -> Iterator[Loss]:
    """Yield what frames that count losses say, each with who was lost.

    A plural without a figure has no bounds; "a soldier" and a person's name are one; "killed or
    wounded 30" gives each at most 30.
    """
    frames = list(frames)
    beside = {frame.root: _beside(scene, frame, counts) for frame in frames}
    shared: dict[tuple[int, int], str] = {}
    for frame in frames:
        others = [c for root, c in beside.items() if c is not None and root != frame.root]
        fillers = [f for f in frame.fillers_of("who") if not _holds(scene, f, others)]
        figure = beside[frame.root]
        if figure is not None and not any(_holds(scene, f, [figure]) for f in fillers):
            words = scene.doc.text[figure.start : figure.end]
            low, high = _whole(figure.min), _whole(figure.max)
            yield Loss(frame.kind, low, high, words, figure.start, figure.end, frame.root)
            fillers = []
        for filler in fillers:
            span = scene.doc[filler.start : filler.end]
            low, high = bounds(scene, filler, counts)
            if shared.setdefault((filler.start, filler.end), frame.kind) != frame.kind:
                low = None
            yield Loss(frame.kind, low, high, span.text, span.start_char, span.end_char, frame.root)


def _holds(scene: "Scene", filler: "Filler", figures: Iterable["Quantity"]) -> bool:
    span = scene.doc[filler.start : filler.end]
    return any(span.start_char <= figure.start < span.end_char for figure in figures)


def _beside(scene: "Scene", frame: "Frame", counts: Sequence["Quantity"]) -> "Quantity | None":
    """Return the figure right beside a word, whose it is: "and wounded 11", "20 wounded"."""
    end = scene.doc[frame.start : frame.end].end_char
    start = scene.doc[frame.start].idx
    after = [c for c in counts if c.kind in FIGURES and 0 <= c.start - end <= 1]
    before = [
        c
        for c in counts
        if c.kind in FIGURES and c.end == start - 1 and c.noun_start in (None, start)
    ]
    return (after or before or [None])[0]


def bounds(
    scene: "Scene", filler: "Filler", counts: Sequence["Quantity"]
) -> tuple[int | None, int | None]:
    """Return how many persons a noun phrase stands for, where it says so."""
    span = scene.doc[filler.start : filler.end]
    head = scene.doc[filler.head]
    for count in counts:
        if count.kind in FIGURES and span.start_char <= count.start < span.end_char:
            return _whole(count.min), _whole(count.max)
    before = next(
        (c for c in counts if c.kind in FIGURES and c.start <= span.start_char < c.end), None
    )
    if before is not None:
        return _whole(before.min), _whole(before.max)
    first = scene.doc[filler.start].lower_
    row = scene.at.get(head.i)
    named = row is not None and row["kind"] == "person"
    if named or (first in SINGULAR and head.tag_ in ("NN", "NNP", "CD")):
        return 1, 1
    return None, None


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def find_silence(text: str, start: int, end: int) -> Silence | None:
    """Return the words of a passage that say that losses are unknown, or that there were none.

    Examples
    --------
    >>> silence = find_silence("There was no information about casualties.", 0, 42)
    >>> silence.none
    False
    >>> find_silence("The strike caused no casualties.", 0, 32).none
    True
    """
    unknown = UNKNOWN.search(text, start, end)
    if unknown:
        return Silence(False, unknown.start(), unknown.end())
    none = NONE.search(text, start, end)
    return Silence(True, none.start(), none.end()) if none else None
