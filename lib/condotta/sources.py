"""Whom the words of a source stand for, and what kind of source that is.

A source is described once and named in short afterwards: "the source", "it", "he added". Each such
word is resolved to a source introduced before, and the rule that did it is kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from spacy.tokens import Span, Token

    from condotta.codebook import Codebook

SINGULAR_PERSON = frozenset(["he", "she", "him", "her", "himself", "herself", "his"])
SPEAKER = frozenset(["i", "we", "me", "us", "my", "our"])
BODY = frozenset(["it", "its", "itself"])
SEVERAL = frozenset(["they", "them", "their", "both", "all", "neither", "themselves"])
RELATIVE = frozenset(["who", "which", "that", "whom"])
PART = frozenset(
    [
        "one",
        "some",
        "several",
        "another",
        "many",
        "most",
        "two",
        "three",
        "others",
        "few",
        "first",
        "second",
        "third",
        "fourth",
        "each",
        "nobody",
        "none",
    ]
)
DEFINITE = frozenset({"the", "this", "that", "these", "those", "same"})
ANY_BODY = frozenset(
    {"group", "organisation", "organization", "body", "outfit", "institution", "network"}
    | {"association", "committee", "company", "firm", "union", "collective", "movement", "brigade"}
)
ANY_PERSON = frozenset(["man", "woman", "speaker", "interviewee", "person", "official", "latter"])
BODIES = frozenset({"government_body", "monitor_ngo", "media", "un_panel", "intelligence"})
SEEN = frozenset(["see", "obtain", "review", "quote", "cite", "read", "hear", "examine", "view"])
OWNED_BY = ("of", "by", "from")
OFFICE_OF = ("monitor_ngo", "un_panel", "media", "expert", "intelligence", "recruit_testimony")
AGE = re.compile(r", [1-9]\d\b(?! )|\b[1-9]\d-year-old|\baged? [1-9]\d\b")
SPOKEN_ON = re.compile(
    r"\s+(?:on|in|late|early|last|this|earlier)\s+(?:(?:late|early|last|this)\s+)?"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Janu|Febr|March|April|May|June|July|Aug|Sept|Octo"
    r"|Nov|Dec|week|month|year|night).*$"
)
TRIM = re.compile(r"^(?:the|that|this|these|those)\s+|['’]s?$", re.I)
REACH = 60  # words before a pronoun in which its noun is looked for
STRAY = ' ,;:"“”—–-'
AUTHORS = ("organisation", "armed_group")
RELAYS = ("media", "monitor_ngo", "un_panel")
NOT_SPEAKERS = ("nationality", "weapon", "platform")
WEIGHTS = Path(__file__).parents[1] / "en_condotta" / "sources.npz"


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
    at: int = field(default=-1, compare=False)


class Kinds(NamedTuple):
    """The codebook's words for kinds of sources, ready to be looked up."""

    words: Mapping[str, str]
    phrases: Sequence[tuple[str, str]]
    documents: frozenset[str]


NOBODY = Source(None, "unknown", rule="no source in the text")


def index_kinds(codebook: "Codebook") -> Kinds:
    """Return the codebook's words and phrases by kind of source, the longest phrase first."""
    words = {word: kind for kind, row in codebook.source_kinds.items() for word in row.words}
    phrases = {
        phrase: kind for kind, row in codebook.source_kinds.items() for phrase in row.phrases
    }
    documents = frozenset(n for cue in codebook.cues if cue.stance == "asserts" for n in cue.nouns)
    by_length = sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0]))
    return Kinds(words, by_length, documents)


class Names(NamedTuple):
    """The names of one article, by the characters they take."""

    rows: Sequence[Mapping]

    def within(self, start: int, end: int) -> list[Mapping]:
        """Return the names that stand between two characters, in order."""
        return [row for row in self.rows if start <= row["start"] and row["end"] <= end]

    def at(self, start: int, end: int) -> Mapping | None:
        """Return the name that covers a word, or None."""
        return next((r for r in self.rows if r["start"] <= start and end <= r["end"]), None)


def describe(words: "Span", cue: str, kinds: Kinds, names: Names, codebook: "Codebook") -> Source:
    """Return a source as its own words and its cue describe it, nothing resolved."""
    author = _author(words, kinds, names)
    if author is not None:
        one = describe(author, cue, kinds, names, codebook)
        rule = f"whose {words.root.lemma_.lower()}: {one.rule}"
        return replace(
            one, rule=rule, words=one.words | {words.root.lemma_.lower()}, at=words.start
        )
    head = words.root
    at_head = name_of_head(words, names, codebook)
    kind, rule = read_kind(words, cue, at_head, kinds, names, codebook)
    held = names.within(*_ends(words))
    person = next((row for row in held if row["kind"] == "person"), None)
    named = at_head or (
        person if kind == "named_official" and _names_itself(words, person) else None
    )
    body = _monitor_of(words, named, names, codebook)
    if body is not None:
        named, kind, rule = body, "monitor_ngo", f"speaks for {body['canonical']}"
    return Source(
        _name(words, named),
        kind,
        named.get("entity_id") if named else None,
        rule,
        frozenset(t.lemma_.lower() for t in words if t.pos_ in ("NOUN", "PROPN", "ADJ")),
        head.tag_ in ("NNS", "NNPS") or any(t.dep_ == "conj" and t.head == head for t in words),
        body is None and _is_person(head, at_head, kind, kinds),
        words.start,
    )


def _author(words: "Span", kinds: Kinds, names: Names) -> "Span | None":
    """Return whose report a source is: "a report by X", "X's statement", "a list published by X".

    Who has seen a document is not who wrote it.
    """
    head = words.root
    if head.lemma_.lower() not in kinds.documents or names.at(head.idx, head.idx + len(head)):
        return None
    for child in head.children:
        owner = None
        if child.dep_ == "nmod:poss" or (child.dep_ == "nmod" and _case(child) in OWNED_BY):
            owner = child
        elif child.dep_ == "acl" and child.lemma_ not in SEEN:
            owner = next((c for c in child.children if _case(c) == "by"), None)
        if owner is None or not words.start <= owner.i < words.end:
            continue
        phrase = _phrase(owner)
        start = next((t.i for t in phrase if t.dep_ != "case"), phrase.start)
        phrase = owner.doc[start : min(phrase.end, words.end)]
        if len(phrase) and owner.pos_ in ("NOUN", "PROPN"):
            speaks = names.at(owner.idx, owner.idx + len(owner))
            speaks = speaks is not None and speaks["kind"] not in NOT_SPEAKERS
            if speaks or _listed(phrase, phrase.root, kinds)[1] in ("word", "phrase"):
                return phrase
    return None


def _case(token: "Token") -> str:
    return next((c.lower_ for c in token.children if c.dep_ == "case"), "")


def _monitor_of(
    words: "Span", named: Mapping | None, names: Names, codebook: "Codebook"
) -> Mapping | None:
    """Return the monitor for which a source speaks: its director, its activists, its founder."""
    rows = [named] if named is not None else names.within(*_ends(_phrase(words.root)))
    for row in rows:
        entry = codebook.entries.get(row.get("entity_id"))
        body = codebook.entries.get(getattr(entry, "sponsor", None))
        entry = body if getattr(entry, "kind", None) == "person" else entry
        if getattr(entry, "source_kind", None) == "monitor_ngo":
            return {**row, "entity_id": entry.id, "canonical": entry.name, "kind": entry.kind}
    return None


def name_of_head(words: "Span", names: Names, codebook: "Codebook") -> Mapping | None:
    """Return the name that is the head of a source, not one that owns it: "Ali X's aide"."""
    head = words.root
    found = names.at(head.idx, head.idx + len(head))
    if found is None or found["kind"] in NOT_SPEAKERS:
        return None
    owner = words.doc.text[found["end"] : found["end"] + 2] in ("'s", "’s")
    return None if owner and found["end"] + 2 < words.end_char else _government(found, codebook)


def _government(name: Mapping, codebook: "Codebook") -> Mapping:
    """Return the name of a place that speaks as that of its government, where one is known."""
    if name["kind"] not in ("place", "state") or not name.get("entity_id"):
        return name
    entry = codebook.stands_for(codebook.entry(name["entity_id"]))
    return {**name, "entity_id": entry.id, "canonical": entry.name, "kind": entry.entity_kind}


def _ends(words: "Span") -> tuple[int, int]:
    return words.start_char, words.end_char


def _names_itself(words: "Span", person: Mapping | None) -> bool:
    """Return whether the person named is the source: "the minister, Ali X", not "Ali X's aide"."""
    if person is None:
        return False
    after = words.doc.text[person["end"] : person["end"] + 2]
    before = words.text[: person["start"] - words.start_char].lower().split()
    return not after.startswith(("'", "’")) and not {"of", "for", "to", "with", "by"} & set(before)


def read_kind(
    words: "Span",
    cue: str,
    at_head: Mapping | None,
    kinds: Kinds,
    names: Names,
    codebook: "Codebook",
) -> tuple[str, str]:
    """Return the kind of a source and what showed it.

    What the codebook knows of a name decides. Otherwise its phrases and words and what stands
    around them are weighed, as learned from the written reports.
    """
    if at_head is not None and at_head.get("entity_id"):
        entry = codebook.entries.get(at_head["entity_id"])
        known = getattr(entry, "source_kind", None)
        if known:
            return known, f"known: {entry.name}"
    return weigh(list(features(words, cue, at_head, kinds, names)))


def features(
    words: "Span", cue: str, at_head: Mapping | None, kinds: Kinds, names: Names
) -> Iterator[str]:
    """Yield what shows the kind of a source: words, codebook, names in it, grammar, cue."""
    head = words.root
    listed, how = _listed(words, head, kinds)
    yield f"codebook {how} {listed}"
    yield f"head {'NAME' if head.pos_ == 'PROPN' else head.lemma_.lower()}"
    yield f"ending {head.lower_[-4:]}"
    yield f"tag {head.tag_}"
    yield f"length {min(6, len(words))}"
    first = words[0]
    yield f"first {first.lower_ if first.pos_ in ('DET', 'PRON', 'NUM') else first.pos_}"
    for token in words:
        if token.pos_ in ("NOUN", "ADJ", "VERB", "NUM") and token != head:
            yield f"word {token.lemma_.lower()}"
        if token.dep_ == "case":
            yield f"case {token.lower_}"
    for row in names.within(*_ends(words)):
        place = "head" if at_head and row["start"] == at_head["start"] else "holds"
        yield f"{place} {row['kind']}"
    if at_head is not None:
        yield f"head {at_head['kind']} of {min(3, at_head['name'].count(' ') + 1)} words"
    yield f"cue {cue}"
    yield f"age {AGE.search(words.text) is not None}"


def _listed(words: "Span", head: "Token", kinds: Kinds) -> tuple[str, str]:
    """Return the kind that the codebook's phrases or words give, and where they stand."""
    text = f" {words.text.lower()} ".replace(",", " ,").replace("’s", " 's").replace("'s", " 's")
    for phrase, kind in kinds.phrases:
        if f" {phrase} " in text:
            return kind, "phrase"
    beside = [t for t in words if t.dep_ in ("appos", "conj", "flat", "compound") and t != head]
    rest = [t for t in words if t.pos_ == "NOUN" and t != head and t not in beside]
    for how, nouns in (("word", [head]), ("beside", beside), ("below", rest)):
        for noun in nouns:
            for form in (noun.lemma_.lower(), noun.lower_):
                if form in kinds.words:
                    return kinds.words[form], how
    return "unknown", "nothing"


@cache
def read_weights() -> tuple[dict[str, int], "np.ndarray", list[str]]:
    """Return the row of every feature, the weights (the last row is the bias), and the kinds."""
    import numpy as np

    with np.load(WEIGHTS) as held:
        rows = {feature: row for row, feature in enumerate(held["features"].tolist())}
        return rows, held["weights"].astype("float32"), held["kinds"].tolist()


def weigh(found: Sequence[str]) -> tuple[str, str]:
    """Return the kind that features speak for, and the feature that says it loudest."""
    rows, weights, kinds = read_weights()
    held = [rows[feature] for feature in found if feature in rows]
    best = int((weights[held].sum(axis=0) + weights[-1]).argmax())
    loudest = max(held, key=lambda row: (weights[row, best], -row), default=None)
    shown = next((feature for feature in found if rows.get(feature) == loudest), "nothing known")
    return kinds[best], shown


def _is_person(head: "Token", at_head: Mapping | None, kind: str, kinds: Kinds) -> bool:
    lemma = head.lemma_.lower()
    if at_head is not None:
        return at_head["kind"] == "person"
    if head.pos_ == "PROPN" and lemma not in kinds.words:
        return True
    if kind in BODIES:
        return lemma in ANY_PERSON or lemma.endswith(
            ("man", "woman", "person", "er", "or", "ist", "ian", "ser", "mat")
        )
    return lemma not in ANY_BODY


def read_relay(noun: "Token", names: Names, kinds: Kinds) -> str | None:
    """Return the outlet, monitor or panel that a noun names, or None: who passes a statement on."""
    name = names.at(noun.idx, noun.idx + len(noun))
    words = noun.doc[noun.left_edge.i : noun.right_edge.i + 1]
    start = next((t.i for t in words if t.dep_ != "case" and not t.is_punct), noun.i)
    words = noun.doc[start : noun.i + 1]
    kind, _ = _listed(words, noun, kinds)
    if name is not None and name["kind"] == "organisation":
        return name.get("canonical") or name["name"]
    return _name(words, None) if kind in RELAYS else None


def relay(name: str, codebook: "Codebook") -> Source:
    """Return who passes a statement on as a source that "the agency" can mean afterwards."""
    entry = codebook.find(name)
    kind = getattr(entry, "source_kind", None) or "media"
    return Source(name, kind, entry.id if entry else None, "passes it on")


def _name(words: "Span", named: Mapping | None) -> str | None:
    if named is not None and named.get("canonical"):
        return named["canonical"]
    if named is not None and named["kind"] in ("person", *AUTHORS):
        return named["name"]
    clause = next((c for c in words.root.rights if c.dep_ == "acl:relcl"), None)
    if clause is not None and words.root.pos_ in ("NOUN", "PROPN"):
        words = words.doc[words.start : max(clause.left_edge.i, words.root.i + 1)]
    text = SPOKEN_ON.sub("", " ".join(words.text.split(",")[0].split()))
    return TRIM.sub("", text).strip(STRAY) or None


def resolve(
    words: "Span | None",
    cue: str,
    known: Sequence[Source],
    kinds: Kinds,
    names: Names,
    codebook: "Codebook",
    told: Sequence[tuple[int, int]] = (),
) -> Source:
    """Return the source that words stand for, given the sources introduced before, in order.

    Pronouns and bare definite phrases ("the source", "the group") go back to the last source that
    fits in number and nature; "one of them" keeps the kind of those it is part of. A subject that
    no content (`told`, as runs of tokens) holds may be the last to have been spoken of.
    """
    if words is None:
        return NOBODY
    head = words.root
    bare = len(words) <= 2 and head.pos_ in ("PRON", "DET", "NUM", "ADJ", "ADV")
    if len(words) == 1 or (bare and not any(t.pos_ in ("NOUN", "PROPN") for t in words)):
        found = _pronoun(head, cue, known, kinds, names, codebook, told)
        if found:
            return replace(found, at=head.i)
        if head.lower_ in RELATIVE:
            return Source(None, "unknown", rule=f"{head.lower_}: nobody before it")
    found = _part(words, cue, known, kinds, names, codebook)
    if found:
        return found
    one = describe(words, cue, kinds, names, codebook)
    if words[0].lower_ in ("its", "their") and words[0].head == head:
        return _office(words, one, known)
    if one.entity_id:
        same = [k for k in known if k.entity_id == one.entity_id]
        return replace(one, kind=same[-1].kind, rule="same name") if same else one
    found = _definite(words, one, known, kinds)
    return replace(found, at=head.i) if found else one


def _part(
    words: "Span",
    cue: str,
    known: Sequence[Source],
    kinds: Kinds,
    names: Names,
    codebook: "Codebook",
) -> Source | None:
    """Return the source that "one of them" or "two of the residents" is part of, as its kind."""
    head = words.root
    whole = next((c for c in head.rights if c.dep_ == "nmod" and _case(c) == "of"), None)
    if whole is None or whole.i >= words.end or head.lower_ not in PART:
        return None
    if whole.pos_ == "PRON":
        several = [k for k in known if k.plural] or list(known)
        one = several[-1] if several else None
    else:
        phrase = _phrase(whole)
        phrase = phrase.doc[min(phrase.start + 1, whole.i) : min(phrase.end, words.end)]
        one = describe(phrase, cue, kinds, names, codebook)
        one = _definite(phrase, one, known, kinds) or one
    if one is None:
        return None
    name = f"{head.text} of {one.name}" if one.name else words.text
    return replace(one, name=name, entity_id=None, rule=f"part of: {one.rule}", plural=False,
                   person=True, at=head.i)  # fmt: skip


def _office(words: "Span", one: Source, known: Sequence[Source]) -> Source:
    """Return who holds an office of the last body that spoke: "its director"."""
    bodies = [k for k in known if not k.person]
    if not bodies or not bodies[-1].name:
        return one
    body = bodies[-1]
    kind = body.kind if body.kind in OFFICE_OF else one.kind
    office = words.doc[words.start + 1 : words.end].text
    return replace(one, name=f"{office} of {body.name}", kind=kind, rule=f"{words[0].lower_}: body")


def _pronoun(
    head: "Token",
    cue: str,
    known: Sequence[Source],
    kinds: Kinds,
    names: Names,
    codebook: "Codebook",
    told: Sequence[tuple[int, int]],
) -> Source | None:
    word = head.lower_
    if word in RELATIVE and head.head.dep_.startswith("acl"):
        words = _phrase(head.head.head)
        one = describe(words, cue, kinds, names, codebook)
        return _definite(words, one, known, kinds) or one
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
    last = fits[-1].at if fits else -1
    for subject in _subjects_before(head, told):
        if subject.i <= last:
            break
        phrase = _phrase(subject)
        if not fits or _may_speak(subject, word, kinds, names):
            one = describe(phrase, cue, kinds, names, codebook)
            same = _definite(phrase, one, known, kinds)
            if word in SEVERAL or one.person == (word in SINGULAR_PERSON):
                return carry(same or one, f"pronoun: {word}, a subject before it")
    if fits:
        return carry(fits[-1], f"pronoun: {word}")
    return Source(None, "unknown", rule=f"{word}: nobody before it")


def _may_speak(subject: "Token", word: str, kinds: Kinds, names: Names) -> bool:
    """Return whether a subject is somebody for whom a pronoun can stand, rather than a thing."""
    name = names.at(subject.idx, subject.idx + len(subject))
    listed = subject.lemma_.lower() in kinds.words
    plural = subject.tag_ in ("NNS", "NNPS") or any(c.dep_ == "conj" for c in subject.children)
    if word in SEVERAL:
        return plural and listed
    if word in SINGULAR_PERSON:
        return not plural and (listed or (name is not None and name["kind"] == "person"))
    return not plural and name is not None and name["kind"] == "organisation"


def _subjects_before(head: "Token", told: Sequence[tuple[int, int]]) -> Iterator["Token"]:
    """Yield the nouns that are subjects shortly before a word and told by nobody, nearest first."""
    for at in range(head.i - 1, max(-1, head.i - REACH), -1):
        token = head.doc[at]
        subject = token.dep_ in ("nsubj", "nsubj:pass") and token.pos_ in ("NOUN", "PROPN")
        if subject and not any(start <= at < end for start, end in told):
            yield token


def _phrase(noun: "Token") -> "Span":
    """Return a noun with what describes it, without relative clauses."""
    clause = next((c for c in noun.rights if c.dep_.startswith("acl")), None)
    end = clause.left_edge.i if clause is not None else noun.right_edge.i + 1
    return noun.doc[noun.left_edge.i : max(end, noun.i + 1)]


def _definite(words: "Span", one: Source, known: Sequence[Source], kinds: Kinds) -> Source | None:
    """Return the source a definite phrase repeats, or None if it introduces one."""
    head, first = words.root, words[0].lower_
    lemma = head.lemma_.lower()
    if head.pos_ == "PROPN":
        same = [
            k
            for k in known
            if lemma in k.words and k.name and (head.text in k.name or k.kind == "monitor_ngo")
        ]
        same = [k for k in same if k.name.split()[-1] == head.text] or same
        return carry(same[-1], "part of the name") if same else None
    if first not in DEFINITE:
        return None
    short = len([t for t in words if t.pos_ in ("NOUN", "PROPN", "ADJ", "NUM")]) <= 2
    same = [k for k in known if lemma in k.words]
    if same and short:
        return carry(same[-1], f"same noun: {lemma}")
    if not short or len(words) > 3:
        return None
    if lemma == "source":
        fits = list(known)
    elif lemma in ANY_BODY:
        fits = [k for k in known if not k.person]
    elif lemma in ANY_PERSON:
        fits = [k for k in known if k.person]
    elif lemma in kinds.documents:
        fits = [k for k in known if not k.person]
    else:
        listed = _listed(words, head, kinds)[0]
        fits = [k for k in known if k.kind == listed in RELAYS]
    return carry(fits[-1], f"the {lemma}") if fits else None


def carry(source: Source, rule: str) -> Source:
    """Return a source that is meant again, with the rule that found it."""
    return replace(source, rule=rule)
