"""Whether a country or capital acts, or is the ground on which others act.

*Moscow denied it* names a government, *flown to Moscow* a town. The position in the tree decides
where English is clear; elsewhere the caller's guess stands.
"""

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# How English shows that a country is ground ...
GROUND = _set(
    "in into inside within from to toward towards across through throughout via near around at "
    "outside off over onto on"
)
GROUND_NOUNS = _set(
    "capital city town village north south east west centre center coast shore border frontier "
    "desert province region countryside territory soil airspace side mountain war conflict "
    "battlefield front population river island airport port suburb outskirts street district"
)
MOVES = _set("leave reach enter cross visit flee quit tour exit approach invade occupy overrun")
LIES = _set("lie border adjoin face neighbour neighbor stretch")
# ... and that it acts.
PARTNERS = _set("by with between against among behind")
LOYAL = _set("loyal close linked tied allied opposed hostile friendly sympathetic")
TAKES_A_SIDE = _set(
    "accuse blame support back help arm fund finance aid ask urge tell warn thank criticise "
    "criticize condemn sue pay represent join fight serve defend attack implicate"
)
OFFICES = _set(
    "government ministry minister president presidency parliament army military force troop "
    "intelligence service agency embassy ambassador consulate secretary spokesman spokeswoman "
    "spokesperson command commander leader leadership authority denial statement answer ally "
    "support backing role decision interest offer demand rank soldier warplane jet drone navy"
)
BACKED = re.compile(
    r"[-‐‑–](?:backed|aligned|linked|led|allied|funded|supported|trained|paid|run)\b"
)

DATELINE = re.compile(r"/[A-Z]|,? (?:\([A-Z][\w ]+\) ?)?[-–—] |,? \([A-Z][\w ]+\)")
PLACES_BEFORE = re.compile(r"(?:[A-Z][\w’'-]*(?:,? and |, ?|/| ))*")


def top_of(doc: "Doc", starts: list[int], start: int, end: int) -> "Token":
    """Return the word of a name on which its other words depend."""
    first, last = bisect_right(starts, start) - 1, bisect_left(starts, end)
    return next((t for t in doc[first:last] if not first <= t.head.i < last), doc[first])


def acts(top: "Token", start: int, end: int, label: str | None, *, capital: bool) -> bool:
    """Return whether a country or capital acts or speaks here, rather than being the ground.

    The tree decides where it is clear (subject, agent, "with Turkey"; "in Turkey", "Libya's
    capital"); elsewhere the pipeline's label does.
    """
    text = top.doc.text
    if _is_dateline(text, start, end):
        return False
    if BACKED.match(text, end):
        return True
    clear = _acting(top, capital)
    return label == "state" if clear is None else clear


def _is_dateline(text: str, start: int, end: int) -> bool:
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return bool(DATELINE.match(text, end)) and bool(PLACES_BEFORE.fullmatch(line))


def _acting(token: "Token", capital: bool) -> bool | None:
    """Return True where it acts, False where it is ground, None where the tree leaves it open."""
    while token.dep_ in ("conj", "appos", "flat") and token.head is not token:
        token = token.head
    case = next((child.lemma_.lower() for child in token.children if child.dep_ == "case"), None)
    head = token.head.lemma_.lower()
    if token.dep_ in ("nsubj", "nsubj:pass"):
        return head not in LIES if token.head.pos_ in ("VERB", "ADJ") else None
    if token.dep_ == "nmod:poss":
        return False if head in GROUND_NOUNS else capital or head in OFFICES or None
    if token.dep_ == "obj":
        return False if head in MOVES else True if head in TAKES_A_SIDE else None
    if token.dep_ == "obl:agent" or case in PARTNERS:
        return True
    return head in LOYAL if case in GROUND else None
