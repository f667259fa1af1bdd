"""Words that report: what they do with what is said, and how sure they and the hedges leave it.

Stance and certainty are kept apart. A denial is the source's, not the content's: "said that nobody
was hired" asserts, "denied that anybody was hired" denies, "did not deny" does neither.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from condotta import tables

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

    from condotta.codebook import Codebook, Cue

NEGATIONS = frozenset({"not", "n't", "n’t", "never", "neither", "nor", "hardly"})
NOBODY = frozenset({"no", "nobody", "none", "neither", "nothing"})
STOPS = frozenset({"decline", "refuse", "stop", "fail", "avoid", "without"})
FIRST_WORDS = 4
GOVERNORS = ("aux", "aux:pass", "advmod", "cop", "mark", "amod")


class Lexicon(NamedTuple):
    """The codebook's cues and hedges, ready to be looked up."""

    verbs: Mapping[str, "Cue"]
    nouns: Mapping[str, "Cue"]
    phrases: tuple[tuple[str, "Cue"], ...]
    verdicts: frozenset[str]
    hedge_words: Mapping[str, str]
    hedge_lemmas: Mapping[str, str]
    hedge_phrases: tuple[tuple[str, str], ...]


class Reading(NamedTuple):
    """What a cue does with its content."""

    stance: str
    certainty: str
    rule: str


def index_cues(codebook: "Codebook") -> Lexicon:
    """Return the codebook's cues and hedges by word; a word in two blocks belongs to the later."""
    phrases = {phrase: cue for cue in codebook.cues for phrase in cue.phrases}
    hedged = {phrase: hedge.certainty for hedge in codebook.hedges for phrase in hedge.phrases}
    return Lexicon(
        {verb: cue for cue in codebook.cues for verb in cue.verbs},
        {noun: cue for cue in codebook.cues for noun in cue.nouns},
        tuple(sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0]))),
        frozenset(word for cue in codebook.cues for word in cue.verdicts),
        {word: hedge.certainty for hedge in codebook.hedges for word in hedge.words},
        {lemma: hedge.certainty for hedge in codebook.hedges for lemma in hedge.lemmas},
        tuple(sorted(hedged.items())),
    )


def lemma_of(token: "Token", lexicon: Lexicon) -> str:
    """Return the dictionary form of a cue, with its particle where the codebook lists it so."""
    lemma = token.lemma_.lower()
    if token.i + 1 < len(token.doc):
        phrasal = f"{lemma} {token.nbor().lower_}"
        if phrasal in lexicon.verbs:
            return phrasal
    return lemma


def cue_of(token: "Token", lexicon: Lexicon) -> "Cue | None":
    """Return the codebook's block for a word that reports, or None.

    Taggers take "denies" for a plural: what is no noun of the codebook is looked up as a verb.
    """
    if token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in lexicon.nouns:
        return lexicon.nouns[token.lemma_.lower()]
    return lexicon.verbs.get(lemma_of(token, lexicon))


def head_of(cue: "Span", lexicon: Lexicon) -> "Token":
    """Return the word of a cue that reports: the last listed verb, else noun, else its root."""
    listed = [token for token in cue if cue_of(token, lexicon)]
    verbs = [token for token in listed if token.pos_ in ("VERB", "AUX")]
    return (verbs or listed or [cue.root])[-1]


def read_cue(cue: "Span", lexicon: Lexicon) -> Reading:
    """Return stance and certainty of a cue, before its content is looked at."""
    head = head_of(cue, lexicon)
    phrase = _phrase_at(cue, head, lexicon)
    if phrase:
        return phrase
    block = cue_of(head, lexicon)
    if block is None:
        return Reading("asserts", "reported", "cue not listed")
    stopped = head.dep_ in ("xcomp", "ccomp", "advcl") and head.head.lemma_ in STOPS
    if stopped and block.negated:
        return Reading(block.negated, "reported", f"{head.head.lemma_} to {head.lemma_}")
    if block.stance == "declines":
        below = [c for c in head.children if c.dep_ in ("xcomp", "ccomp")]
        inner = cue_of(below[0], lexicon) if below else None
        if inner and inner.negated == "does_not_deny":
            return Reading("does_not_deny", "reported", f"{head.lemma_} to {below[0].lemma_}")
        if below and inner is None:
            return Reading("asserts", "reported", f"{head.lemma_} to {below[0].lemma_}")
    if block.negated and is_negated(head):
        return Reading(block.negated, block.certainty, f"not {head.lemma_}")
    words = f" {cue.doc[cue.start : cue.end + 1].text.lower()} "
    hedged = next((phrase for phrase, _ in lexicon.hedge_phrases if f" {phrase} " in words), None)
    if hedged and block.stance == "asserts":
        return Reading("alleges", "alleged", hedged)
    return Reading(block.stance, block.certainty, head.lemma_)


def _phrase_at(cue: "Span", head: "Token", lexicon: Lexicon) -> Reading | None:
    doc = cue.doc
    first = min([cue.start, *(c.i for c in head.lefts if c.dep_ in (*GOVERNORS, "cc:preconj"))])
    words = f" {doc[first : min(len(doc), cue.end + 3)].text.lower()} ".replace(",", " ")
    for phrase, block in lexicon.phrases:
        if f" {phrase} " in words:
            return Reading(block.stance, block.certainty, phrase)
    return None


def is_negated(token: "Token") -> bool:
    """Return whether a verb or noun is negated by its own words, its auxiliary or its subject."""
    for child in token.children:
        if child.lower_ in NEGATIONS and child.dep_ in ("advmod", "cc:preconj", "cc", "aux", "det"):
            return True
        if child.dep_ == "det" and child.lower_ in NOBODY:
            return True
        if child.dep_.startswith("nsubj") and (
            child.lower_ in NOBODY or any(c.lower_ in NOBODY for c in child.children)
        ):
            return True
    return False


def more_hedged(*certainties: str) -> str:
    """Return the most hedged of several certainties.

    Examples
    --------
    >>> more_hedged("reported", "possible", "alleged")
    'possible'
    """
    return max(certainties, key=tables.CERTAINTIES.index)


def hedge_of(clause: "Span", lexicon: Lexicon) -> str | None:
    """Return the certainty of the hedges that govern a clause, or None where nothing hedges it.

    Only the words that govern the clause's own verb count: a doubt in a relative clause is not a
    doubt about the clause.
    """
    root = clause.root
    found = [hedge for token in _governing(root) if (hedge := _hedges(token, lexicon))]
    if root.lemma_ in lexicon.hedge_lemmas and _has_clause(root):
        found.append(lexicon.hedge_lemmas[root.lemma_])
    text = f" {clause.text.lower()} "
    found += [hedge for phrase, hedge in lexicon.hedge_phrases if f" {phrase} " in text]
    return more_hedged(*found) if found else None


def _governing(root: "Token") -> Iterator["Token"]:
    for child in root.children:
        if child.dep_ in GOVERNORS:
            yield child


def _hedges(token: "Token", lexicon: Lexicon) -> str | None:
    return lexicon.hedge_words.get(token.lower_)


def _has_clause(token: "Token") -> bool:
    return any(child.dep_ in ("xcomp", "ccomp", "csubj", "advcl") for child in token.children)


def verdict_in(content: "Span", lexicon: Lexicon) -> bool:
    """Return whether what is said is that a report is false: "the claims are fiction"."""
    root = content.root
    if root.lemma_.lower() in lexicon.verdicts and not is_negated(root):
        return True
    words = [token for token in content if not token.is_punct]
    return len(words) <= 6 and any(token.lemma_.lower() in lexicon.verdicts for token in words)


def rejects(cue: "Span | None", content: "Span", lexicon: Lexicon) -> str | None:
    """Return the rule by which an official's statement rejects a report, or None.

    Officials, armies and companies who speak of what they are charged with deny it by negation
    ("said it had hired nobody") or by an answer ("insisted that ..."). From other sources the same
    words are information.
    """
    head = content.root
    first = content[:FIRST_WORDS]
    if is_negated(head) or any(token.lower_ in NEGATIONS | NOBODY for token in first):
        return "official negates"
    block = cue_of(head_of(cue, lexicon), lexicon) if cue is not None else None
    return "official answers" if block is not None and block.by_officials == "denies" else None
