"""What the tree of a sentence says: who reports, with what word, and what is reported.

Rules over Universal Dependencies: the subject of a cue is its source; its clause, its object or the
clause it is put into is its content.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from condotta import cues

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from condotta.codebook import Cue

Run = tuple[int, int]
"""Tokens from the first to one past the last."""

OBJECT_STANCES = ("denies", "accuses", "alleges", "declines", "unclear")
TOPIC_MARKS = ("of", "about", "on", "against", "that")
TOPICAL = ("accusation", "allegation", "denial", "rumour", "rumor")
CITING = ("cite", "quote")
NOMINAL = ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET")
IN_A_CLAUSE = ("nmod", "obl", "obj", "nsubj", "nsubj:pass", "conj", "appos", "nmod:poss", "iobj")
LONGEST_PHRASE = 8
ESTIMATING = ("put", "place")  # these report only with a figure: "put the dead at 64"
ACCUSED_OF = ("of", "for", "with")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One source, cue and content, as runs of tokens, and the rule that found them."""

    cue: Run | None
    source: Run | None
    content: Run | None
    rule: str


def read_trees(doc: "Doc", lexicon: cues.Lexicon) -> Iterator[Attribution]:
    """Yield what the codebook's cues report, by their place in the tree."""
    for token in doc:
        if token.pos_ in ("VERB", "AUX"):
            cue = lexicon.verbs.get(cues.lemma_of(token, lexicon))
            if token.lemma_ in ESTIMATING:
                yield from _of_estimate(token)
            elif cue and cue.stance != "unclear" and not _refuses_to_act(token, cue, lexicon):
                yield from _of_verb(token, cue)
            if token.lemma_ == "accord":
                yield from _according_to(token)
        elif token.lower_ == "according":
            yield from _according_to(token)
        elif token.pos_ == "NOUN":
            cue = lexicon.nouns.get(token.lemma_.lower())
            if cue:
                yield from _of_noun(token)


def _refuses_to_act(verb: "Token", cue: "Cue", lexicon: cues.Lexicon) -> bool:
    """Return whether what is refused is an act and no answer: "refused to fight"."""
    act = child_of(verb, "xcomp")
    return cue.stance == "declines" and act is not None and cues.cue_of(act, lexicon) is None


def _of_verb(verb: "Token", cue: "Cue") -> Iterator[Attribution]:
    source, passive = source_of(verb)
    if passive:
        yield from _of_passive(verb, cue)
        return
    content = _content_of(verb, cue)
    if content is None:
        return
    run = _cue_run(verb)
    rule = f"tree: {verb.lemma_}"
    said = words_of_source(source, verb) if source is not None else None
    yield Attribution(run, said, content, rule)


def source_of(verb: "Token") -> tuple["Token | None", bool]:
    """Return the word for who says it, and whether it is the patient of a passive instead."""
    for child in verb.children:
        if child.dep_ == "nsubj":
            return child, False
        if child.dep_ == "nsubj:pass":
            return child, verb.lemma_ not in CITING
    if verb.dep_ == "acl" and verb.tag_ == "VBG":
        return verb.head, False
    if verb.dep_ in ("conj", "advcl", "xcomp") and verb.head.pos_ in ("VERB", "AUX"):
        if verb.dep_ == "advcl" and verb.tag_ not in ("VBG", "VBN"):
            return None, False
        source, passive = source_of(verb.head)
        return (None, False) if passive else (source, False)
    return None, False


def estimates(verb: "Token") -> "Token | None":
    """Return the figure at which somebody puts something: "put the dead at 64", or None."""
    at = (c for c in verb.rights if c.dep_ in ("obl", "nmod") and mark_of(c) == "at")
    return next((c for c in at if any(t.like_num for t in c.subtree)), None)


def _of_estimate(verb: "Token") -> Iterator[Attribution]:
    """Yield "officials put the price at $10 million": what follows the verb is told."""
    source, passive = source_of(verb)
    figure = estimates(verb)
    if figure is not None and source is not None and not passive:
        end = max(c.right_edge.i for c in verb.rights if not c.is_punct) + 1
        said = words_of_source(source, verb)
        yield Attribution(_cue_run(verb), said, (verb.i + 1, end), f"tree: {verb.lemma_} at")


def opening_phrase(verb: "Token") -> Run | None:
    """Return the noun phrase that opens a sentence, where only an insertion parts it from a verb.

    "ECOWAS, at a summit in Accra, denounced" and "A prisoner, filmed in Kyiv, told": trees often
    lose such a subject to what stands between the commas.
    """
    first = verb.sent.start
    start = verb.i
    while (
        start > first
        and verb.doc[start - 1].dep_ in ("aux", "advmod")
        and (verb.doc[start - 1].head == verb)
    ):
        start -= 1
    end = next((t.i for t in verb.doc[first:start] if t.text == ","), start)
    words = verb.doc[first:end]
    nominal = all(t.pos_ not in ("VERB", "AUX", "ADP", "SCONJ") or t.is_upper for t in words)
    named = any(t.pos_ in NOMINAL[:3] or (t.is_upper and len(t) > 1) for t in words)
    joined = end == start or verb.doc[start - 1].text == ","
    return (
        (first, end) if 0 < len(words) <= LONGEST_PHRASE and nominal and named and joined else None
    )


def _of_passive(verb: "Token", cue: "Cue") -> Iterator[Attribution]:
    """Yield "is said to", "was quoted as saying" and "were accused of", by whomever."""
    agent = agent_of(verb)
    patient = child_of(verb, "nsubj:pass")
    clause = next((c for c in verb.rights if c.dep_ in ("xcomp", "ccomp", "csubj")), None)
    below = [c for c in verb.rights if c.dep_ in ("obl", "advcl") and mark_of(c) in ACCUSED_OF]
    if clause is None and not (below and cue.stance == "accuses"):
        return
    end = max(c.right_edge.i for c in ([clause] if clause is not None else []) + below) + 1
    start = patient.left_edge.i
    if patient.lower_ == "it":
        start = clause.left_edge.i if clause is not None else start
    source = words_below(agent, verb) if agent is not None else None
    yield Attribution(_cue_run(verb), source, (start, end), f"tree: passive {verb.lemma_}")


def _content_of(verb: "Token", cue: "Cue") -> Run | None:
    """Return what a verb reports: its clause, its object, or the clause it is put into."""
    clause = child_of(verb, "ccomp")
    if clause is not None:
        return words_below(clause, verb)
    if cue.stance == "accuses":
        return _accusation(verb)
    if cue.stance in OBJECT_STANCES:
        for dep in ("xcomp", "obj", "obl", "advcl"):
            child = child_of(verb, dep)
            if child is not None and child.i > verb.i and child.ent_type_ != "DATE":
                return words_below(child, verb)
    if cue.stance in ("denies", "declines"):
        return None
    if verb.dep_ == "parataxis":
        return _host(verb)
    for child in verb.children:
        if child.dep_ == "parataxis" and child.right_edge.i - child.left_edge.i > 2:
            return words_below(child, verb)
    return None


def _accusation(verb: "Token") -> Run | None:
    accused = child_of(verb, "obj")
    if accused is None:
        return None
    parts = [
        c for c in verb.rights if c.dep_ in ("obl", "advcl", "xcomp") and mark_of(c) in ACCUSED_OF
    ]
    ends = [accused.right_edge.i, *(part.right_edge.i for part in parts)]
    return (min(accused.left_edge.i, verb.i + 1), max(ends) + 1) if accused.i > verb.i else None


def _host(verb: "Token") -> Run | None:
    """Return the clause around "..., he said, ..." without the end it stands at."""
    host = verb.head
    start, end = host.left_edge.i, host.right_edge.i + 1
    first, last = verb.left_edge.i, verb.right_edge.i + 1
    if verb.i > host.i and last >= end - 2:
        end = first
    elif verb.i < host.i and first <= start + 1:
        start = last
    return (start, end) if end - start > 1 else None


def _according_to(token: "Token") -> Iterator[Attribution]:
    """Yield "according to X": the clause it stands in, told by X."""
    doc = token.doc
    if token.i + 2 >= len(doc) or doc[token.i + 1].lower_ != "to":
        return
    source = doc[token.i + 2]
    while source.head.i > token.i + 1 and source.head != source and source.head.pos_ in NOMINAL:
        source = source.head
    governor = source.head
    while governor.head != governor and (
        governor.i in (token.i, token.i + 1)
        or (governor.pos_ in NOMINAL and governor.dep_ in IN_A_CLAUSE)
    ):
        governor = governor.head
    said = (token.i + 2, source.right_edge.i + 1)
    sentence = token.sent
    start, end = governor.left_edge.i, governor.right_edge.i + 1
    if governor.i == source.i or end - start <= said[1] - token.i + 1:
        start, end = sentence.start, sentence.end
    if token.i - start <= 1:
        start = said[1]
    elif end - said[1] <= 2:
        end = token.i
    if said[0] < said[1] and end - start > 1:
        yield Attribution((token.i, token.i + 2), said, (start, end), "tree: according to")


def _of_noun(noun: "Token") -> Iterator[Attribution]:
    """Yield "reports that", "the claim that", "accusations of"."""
    below = [c for c in noun.rights if c.dep_ in ("acl", "acl:relcl", "ccomp")]
    clause = next((c for c in below if mark_of(c) == "that"), None)
    if clause is None and noun.lemma_ in TOPICAL:
        topics = (c for c in noun.rights if c.dep_ in ("nmod", "acl"))
        clause = next((c for c in topics if mark_of(c) in TOPIC_MARKS), None)
    if clause is None:
        return
    owner = child_of(noun, "nmod:poss")
    if owner is None:
        owner = next(
            (c for c in noun.rights if c.dep_ == "nmod" and mark_of(c) in ("by", "from")), None
        )
    source = words_below(owner, noun) if owner is not None else None
    yield Attribution(
        (noun.i, noun.i + 1), source, words_below(clause, noun), f"tree: noun {noun.lemma_}"
    )


def child_of(token: "Token", dep: str) -> "Token | None":
    """Return the first child with a relation, or None."""
    return next((child for child in token.children if child.dep_ == dep), None)


def agent_of(verb: "Token") -> "Token | None":
    """Return who does what a passive says, or None."""
    by = (c for c in verb.rights if c.dep_ == "obl" and mark_of(c) == "by")
    return child_of(verb, "obl:agent") or next(by, None)


def mark_of(token: "Token") -> str:
    """Return the preposition or conjunction that introduces a phrase."""
    return next((c.lower_ for c in token.lefts if c.dep_ in ("case", "mark")), "")


def words_of_source(source: "Token", cue: "Token") -> Run:
    """Return the words of a source, without whom it cites."""
    start, end = words_below(source, cue)
    citing = next((c for c in source.rights if cites(c)), None)
    return (start, min(end, citing.left_edge.i)) if citing is not None else (start, end)


def words_below(token: "Token", cue: "Token") -> Run:
    """Return the words below a token, on its side of the cue."""
    start, end = token.left_edge.i, token.right_edge.i + 1
    if start <= cue.i < end:
        return (cue.i + 1, end) if token.i > cue.i else (start, cue.i)
    return start, end


def _cue_run(verb: "Token") -> Run:
    """Return a verb with its auxiliaries and negation, where they stand together before it."""
    start = verb.i
    while start and verb.doc[start - 1].head == verb and verb.doc[start - 1].dep_ in (
        "aux", "aux:pass", "advmod",
    ):  # fmt: skip
        start -= 1
    return start, verb.i + 1


def cites(token: "Token") -> bool:
    """Return whether a word introduces who is cited: "citing two officials"."""
    return token.lemma_ in CITING and token.tag_ == "VBG"
