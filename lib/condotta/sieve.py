"""A first pass over words: which articles are worth parsing.

Parsing is most of the work of a run. What an article that holds none of the words looked for could
give is little, and how little is measured (`docs` of the parameter `first_pass`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from condotta import frames, language

if TYPE_CHECKING:
    from condotta.codebook import Codebook

FIRST_PASSES = {
    "": "every article is parsed",
    "triggers": "no trigger of an event, nor one of a claim beside people in one sentence",
    "hired": "no word for hired people",
}
FORMS = ("NN", "NNS", "VBZ", "VBD", "VBG", "VBN")
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
WORDS = re.compile(r"[^\W\d_]+")

Terms = frozenset[tuple[str, ...]]


class Sieve:
    """What lets an article through, made once from a codebook."""

    def __init__(self, first_pass: str, codebook: "Codebook") -> None:
        """Collect the words that are looked for."""
        if first_pass not in FIRST_PASSES:
            raise ValueError(
                f"first_pass: {first_pass!r} is none of {', '.join(map(repr, FIRST_PASSES))}."
            )
        self.first_pass = first_pass
        self.hired = _terms(codebook.hired_nouns)
        self.people = _terms(codebook.people_nouns)
        self.claims = _triggers(codebook.claim_types)
        self.events = _triggers(codebook.event_kinds)

    def passes(self, text: str) -> bool:
        """Return whether an article may tell of what the codebook looks for."""
        if not self.first_pass:
            return True
        words = lemmas_of(text)
        if _holds(words, self.hired):
            return True
        if self.first_pass == "hired":
            return False
        return _holds(words, self.events) or any(
            _holds(here, self.people) and _holds(here, self.claims)
            for here in map(lemmas_of, SENTENCES.split(text))
        )


def lemmas_of(text: str) -> set[str]:
    """Return the words of a text with every dictionary form they may have.

    Examples
    --------
    >>> sorted(lemmas_of("They hired mercenaries"))
    ['hire', 'hired', 'mercenaries', 'mercenary', 'they']
    """
    found: set[str] = set()
    for word in set(WORDS.findall(text)):
        found |= _lemmas(word)
    return found


@lru_cache(100_000)
def _lemmas(word: str) -> frozenset[str]:
    lemma = language.open_pipeline().get_pipe("lemmatizer").lemma
    return frozenset([word.lower(), *(lemma(word, tag).lower() for tag in FORMS)])


def _terms(words: Iterable[str]) -> Terms:
    return frozenset(tuple(WORDS.findall(word.lower())) for word in words)


def _triggers(kinds) -> Terms:
    found = (t.words for triggers in frames.index_triggers(kinds).values() for t in triggers)
    return _terms(" ".join(words) for words in found)


def _holds(words: set[str], terms: Terms) -> bool:
    return any(all(part in words for part in term) for term in terms)
