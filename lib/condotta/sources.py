"""Whom the words of a source stand for, and what kind of source that is.

A source is described once and named in short afterwards: "the source", "it", "he added". Each such
word is resolved to a source introduced before, and the rule that did it is kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from condotta.codebook import Codebook

SINGULAR_PERSON = frozenset({"he", "she", "him", "her", "himself", "herself", "his"})
SPEAKER = frozenset({"i", "we", "me", "us", "my", "our"})
BODY = frozenset({"it", "its", "itself"})
SEVERAL = frozenset({"they", "them", "their", "both", "all", "neither", "themselves"})
RELATIVE = frozenset({"who", "which", "that", "whom"})
PART = frozenset({"one", "some", "several", "another", "many", "most", "two", "three", "others", "few",
                  "second", "third", "fourth", "each", "nobody", "none", "first", "eight"})  # fmt: skip
DEFINITE = frozenset({"the", "this", "that", "these", "those", "same"})
OWNED = frozenset({"his", "her", "its", "their"})
ANY_BODY = frozenset(
    {"group", "organisation", "organization", "body", "outfit", "institution", "network"}
)
ANY_PERSON = frozenset({"man", "woman", "speaker", "interviewee", "person", "official", "latter"})
BODIES = frozenset({"government_body", "monitor_ngo", "media", "un_panel", "intelligence"})
TRIM = re.compile(r"^(?:the|that|this|these|those)\s+|['’]s?$", re.I)
PERSONAL = ("named_official", "recruit_testimony", "expert", "anonymous_local")


@dataclass(frozen=True, slots=True)
class Source:
    """One source: printed or known name, kind, and how it was understood."""

    name: str | None
    kind: str
    entity_id: str | None = None
    rule: str = "as printed"
    words: frozenset[str] = field(default=frozenset(), compare=False)
    plural: bool = False
    person: bool = False


class Kinds(NamedTuple):
    """The codebook's words for kinds of sources, ready to be looked up."""

    words: Mapping[str, str]
    phrases: Sequence[tuple[str, str]]


NOBODY = Source(None, "unknown", rule="no source in the text")


def index_kinds(codebook: "Codebook") -> Kinds:
    """Return the codebook's words and phrases by kind of source, the longest phrase first."""
    words = {word: kind for kind, row in codebook.source_kinds.items() for word in row.words}
    phrases = {
        phrase: kind for kind, row in codebook.source_kinds.items() for phrase in row.phrases
    }
    return Kinds(words, sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0])))


class Names(NamedTuple):
    """The names of one article, by the characters they take."""

    rows: Sequence[Mapping]

    def within(self, start: int, end: int) -> list[Mapping]:
        """Return the names that stand between two characters, in order."""
        return [row for row in self.rows if start <= row["start"] and row["end"] <= end]

    def at(self, start: int, end: int) -> Mapping | None:
        """Return the name that covers a word, or None."""
        return next((r for r in self.rows if r["start"] <= start and end <= r["end"]), None)


def describe(words: "Span", kinds: Kinds, names: Names, codebook: "Codebook") -> Source:
    """Return a source as its own words describe it, nothing resolved."""
    head = words.root
    held = names.within(words.start_char, words.end_char)
    at_head = names.at(head.idx, head.idx + len(head))
    person = next((row for row in held if row["kind"] == "person"), None)
    if at_head is not None and at_head["kind"] in ("nationality", "weapon", "platform"):
        at_head = None
    kind, rule = _kind(words, head, at_head, kinds, codebook)
    named = at_head or (person if kind == "named_official" else None)
    is_person = _is_person(head, at_head, kind)
    return Source(
        _name(words, named, codebook),
        kind,
        named.get("entity_id") if named else None,
        rule,
        frozenset(t.lemma_.lower() for t in words if t.pos_ in ("NOUN", "PROPN", "ADJ")),
        head.tag_ in ("NNS", "NNPS") or any(t.dep_ == "conj" and t.head == head for t in words),
        is_person,
    )


def _kind(
    words: "Span", head: "Token", at_head: Mapping | None, kinds: Kinds, codebook: "Codebook"
) -> tuple[str, str]:
    text = f" {words.text.lower()} ".replace(",", " ,").replace("’s", " 's").replace("'s", " 's")
    for phrase, kind in kinds.phrases:
        if f" {phrase} " in text:
            return kind, f"phrase: {phrase}"
    if at_head is not None:
        entry = codebook.entries.get(at_head["entity_id"]) if at_head.get("entity_id") else None
        known = getattr(entry, "source_kind", None)
        if known:
            return known, f"known: {entry.name}"
    nouns = [
        head,
        *(t for t in words if t.dep_ in ("appos", "conj", "flat", "compound") and t != head),
    ]
    for noun in nouns:
        for form in (noun.lemma_.lower(), noun.lower_):
            if form in kinds.words:
                return kinds.words[form], f"word: {form}"
    if at_head is not None:
        return _kind_of_name(words, at_head)
    for noun in words:
        if noun.pos_ == "NOUN" and noun.lemma_.lower() in kinds.words:
            return kinds.words[noun.lemma_.lower()], f"word: {noun.lemma_.lower()}"
    return "unknown", "no word of the codebook"


def _kind_of_name(words: "Span", at_head: Mapping) -> tuple[str, str]:
    kind = at_head["kind"]
    if kind in ("state", "place"):
        return "government_body", f"a {kind} that speaks"
    if kind == "person":
        single = " " not in at_head["name"] or at_head["name"].split()[0] in ("Abu", "Umm", "Um")
        return ("recruit_testimony", "one name only") if single else ("named_official", "full name")
    if kind == "armed_group":
        return "anonymous_local", "an armed group"
    return "unknown", f"an {kind} the codebook does not know"


def _is_person(head: "Token", at_head: Mapping | None, kind: str) -> bool:
    if at_head is not None:
        return at_head["kind"] == "person"
    if kind in BODIES:
        return head.lemma_.lower() in ANY_PERSON or head.lemma_.lower().endswith(
            ("man", "woman", "person", "er", "or", "ist", "ian", "ser", "mat")
        )
    return True


def _name(words: "Span", named: Mapping | None, codebook: "Codebook") -> str | None:
    if named is not None and named.get("canonical"):
        return named["canonical"]
    if named is not None and named["kind"] == "person":
        return named["name"]
    text = words.text.split(",")[0] if words.text.count(",") else words.text
    text = TRIM.sub("", " ".join(text.split())).strip(' ,;:"“”—–-')
    return text or None


def resolve(
    words: "Span | None",
    known: Sequence[Source],
    kinds: Kinds,
    names: Names,
    codebook: "Codebook",
) -> Source:
    """Return the source that words stand for, given the sources introduced before, in order.

    Pronouns and bare definite phrases ("the source", "the group") go back to the last source that
    fits in number and nature; "one of them" keeps the kind of those it is part of.
    """
    if words is None:
        return NOBODY
    head = words.root
    if len(words) <= 2 and head.pos_ in ("PRON", "DET", "NUM", "ADJ", "ADV") or len(words) == 1:
        found = _pronoun(head, known, kinds, names, codebook)
        if found:
            return found
    one = describe(words, kinds, names, codebook)
    if one.entity_id:
        same = [k for k in known if k.entity_id == one.entity_id]
        return one if not same else _carry(same[-1], "same name")
    return _definite(words, one, known) or one


def _pronoun(
    head: "Token", known: Sequence[Source], kinds: Kinds, names: Names, codebook: "Codebook"
) -> Source | None:
    word = head.lower_
    if word in RELATIVE and head.head.dep_.startswith("acl"):
        doc, noun = head.doc, head.head.head
        edge = min(head.i, noun.right_edge.i + 1)
        return describe(doc[noun.left_edge.i : edge], kinds, names, codebook)
    if word in SINGULAR_PERSON:
        fits = [k for k in known if k.person and not k.plural] or [k for k in known if k.person]
    elif word in BODY:
        fits = [k for k in known if not k.person]
    elif word in SEVERAL:
        fits = [k for k in known if k.plural] or [k for k in known if not k.person]
    elif word in SPEAKER:
        fits = list(known)
    elif word in PART:
        whole = [k for k in known if k.plural]
        kind = whole[-1].kind if whole else "recruit_testimony"
        return Source(head.text, kind, None, f"part of those before: {word}", person=True)
    else:
        return None
    if not fits:
        return Source(None, "unknown", rule=f"{word}: nobody before it")
    return _carry(fits[-1], f"pronoun: {word}")


def _definite(words: "Span", one: Source, known: Sequence[Source]) -> Source | None:
    """Return the source a definite phrase repeats, or None if it introduces one."""
    head, first = words.root, words[0].lower_
    lemma = head.lemma_.lower()
    if head.pos_ == "PROPN":
        same = [k for k in known if lemma in k.words and k.name and head.text in k.name]
        return _carry(same[-1], "part of the name") if same else None
    if first not in DEFINITE:
        return None
    short = len([t for t in words if t.pos_ in ("NOUN", "PROPN", "ADJ", "NUM")]) <= 2
    same = [k for k in known if lemma in k.words]
    if same and short:
        return _carry(same[-1], f"same noun: {lemma}")
    if not short or len(words) > 3:
        return None
    if lemma in ANY_BODY:
        fits = [k for k in known if not k.person]
    elif lemma in ANY_PERSON:
        fits = [k for k in known if k.person]
    else:
        fits = [
            k
            for k in known
            if k.kind == one.kind and one.kind in ("media", "monitor_ngo", "un_panel")
        ]
    return _carry(fits[-1], f"the {lemma}") if fits else None


def _carry(source: Source, rule: str) -> Source:
    return Source(
        source.name, source.kind, source.entity_id, rule, source.words, source.plural, source.person
    )
