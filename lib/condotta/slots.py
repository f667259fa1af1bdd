"""What the words of a slot stand for.

A value is canonical where the codebook knows it and as printed where it does not.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from condotta import reader, tables

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from condotta.codebook import Codebook

ACTORS = frozenset({"person", "organisation", "armed_group", "state"})
GROUPED = "fighters"  # how recruits read who are known by their group alone
GROUNDS = frozenset({"place", "facility"})
PARTITIVES = frozenset(
    {"hundred", "thousand", "dozen", "score", "ten", "number", "batch", "group", "contingent"}
    | {"wave", "some", "many", "most", "rest", "total", "several", "all", "part", "majority"}
    | {"first", "second", "third", "lot"}
)
GENERIC = PARTITIVES | frozenset(
    {"one", "other", "another", "they", "them", "those", "these", "he", "him", "she", "her", "we"}
    | {"us", "who", "each", "man", "men", "people", "person", "personnel", "fighter", "recruit"}
    | {"mercenary", "force", "member", "volunteer"}
)
DROPPED = frozenset({"det", "acl", "acl:relcl", "advcl", "appos", "parataxis", "cc", "conj"})


class Value(NamedTuple):
    """What fills a slot: the value, the characters it was read from, and the rule."""

    value: str
    start: int
    end: int
    rule: str


class Names:
    """The names of one article by token."""

    def __init__(self, doc: "Doc", entities: Sequence[Mapping], codebook: "Codebook") -> None:
        """Read which token stands in which row of `entities`."""
        self.codebook = codebook
        self.rows = entities
        self.doc = doc
        self._at = {token.i: row for row in entities for token in self.tokens(row)}

    def at(self, token: "Token") -> Mapping | None:
        """Return the row of `entities` that covers a token, or None."""
        return self._at.get(token.i)

    def tokens(self, row: Mapping) -> Iterator["Token"]:
        """Return the tokens of a row of `entities`."""
        return reader.tokens_of(self.doc, row["start"], row["end"])

    def inside(self, token: "Token") -> Iterator[tuple["Token", Mapping]]:
        """Yield the names that stand in a noun phrase, the head's own first."""
        seen = []
        for inner in (token, *_phrase(token)):
            row = self.at(inner)
            if row is not None and row not in seen:
                seen.append(row)
                yield inner, row

    def entry(self, row: Mapping):
        """Return the codebook's entry of a row, or None."""
        known = row.get("entity_id")
        return self.codebook.entries.get(known) if isinstance(known, str) else None


def _phrase(token: "Token") -> Iterator["Token"]:
    """Yield what belongs to a noun: modifiers, parts and 'of' phrases, no clauses."""
    for child in token.children:
        if child.dep_ in DROPPED:
            continue
        if child.dep_ == "nmod" and reader.case_of(child) not in ("of", "from", "in"):
            continue
        yield child
        yield from _phrase(child)


def read_value(slot: str, token: "Token", names: Names, *, people: bool = False) -> Value | None:
    """Return what a noun phrase means in a slot; None where it only points elsewhere.

    `people` says whether the head of the phrase is a noun for people or a name of them.
    """
    token = _whole(token, names)
    if slot == "recruits":
        return _recruits(token, names, people)
    if slot in ("recruiter", "beneficiary"):
        return _actor(token, names)
    return _ground(slot, token, names)


def _whole(token: "Token", names: Names) -> "Token":
    """Return the person that a title or a description stands before: 'army general Haftar'."""
    if names.at(token) is None and token.pos_ in ("NOUN", "PROPN"):
        for after in token.doc[token.i + 1 : token.i + 4]:
            row = names.at(after)
            if row is not None and row["kind"] == "person":
                return after
            if after.pos_ not in ("NOUN", "PROPN", "ADJ"):
                break
    return token


def _spanned(value: str, tokens: Sequence["Token"], rule: str) -> Value:
    first, last = min(tokens, key=lambda t: t.i), max(tokens, key=lambda t: t.i)
    return Value(value, first.idx, last.idx + len(last), rule)


def _named(value: str, row: Mapping, rule: str) -> Value:
    return Value(value, int(row["start"]), int(row["end"]), rule)


def _recruits(token: "Token", names: Names, people: bool) -> Value | None:
    peoples, groups = [], []
    for inner, row in names.inside(token):
        entry = names.entry(row)
        backed = inner.dep_ in ("compound", "amod", "obl", "nmod") and inner.head.lemma_ in (
            "backed", "back", "aligned", "held", "led", "controlled", "trained", "based",
        )  # fmt: skip
        if row["kind"] == "nationality" and not backed:
            peoples.append((entry.name if entry else row["name"], row))
        elif row["kind"] in ("armed_group", "organisation") and not backed:
            groups.append((entry.name if entry else row["name"], row))
        elif row["kind"] == "place" and reader.case_of(inner) == "from" and entry is not None:
            theirs = _people_of(entry.country, names.codebook)
            peoples += [(theirs, row)] if theirs else []
    if peoples:
        value = "; ".join(dict.fromkeys(name for name, _ in peoples))
        rows = [row for _, row in peoples]
        start, end = min(int(r["start"]) for r in rows), max(int(r["end"]) for r in rows)
        return Value(value, start, end, "nationality")
    if groups and people:
        return _named(f"{groups[0][0]} {GROUPED}", groups[0][1], "group")
    if token.pos_ == "PRON" or token.lemma_.lower() in GENERIC or not people:
        return None
    return _printed(token)


def _people_of(country: str | None, codebook: "Codebook") -> str | None:
    return next((p.people for p in codebook.nationalities if p.country == country), None)


def _printed(token: "Token") -> Value | None:
    if token.pos_ not in ("NOUN", "PROPN") or token.lemma_.lower() in PARTITIVES:
        return None
    kept = [c for c in token.children if c.dep_ in ("amod", "compound", "flat") and c.i < token.i]
    tokens = [*kept, token]
    text = token.doc[min(t.i for t in tokens) : token.i + 1].text
    return _spanned(text, tokens, "as printed") if text[0].isalnum() else None


def _actor(token: "Token", names: Names) -> Value | None:
    found = list(names.inside(token))
    for wanted in (ACTORS, GROUNDS | {"nationality"}):
        for inner, row in found:
            if row["kind"] in wanted:
                value = _government(row, names)
                alone = inner.i == token.i and token.dep_ not in ("amod", "compound")
                if value and (alone or _speaks_for(token, row, names)):
                    return _named(value, row, "name")
    if token.lemma_.lower() not in names.codebook.state_bodies - GENERIC or token.ent_type_:
        return None
    return _printed(token)


def _speaks_for(head: "Token", row: Mapping, names: Names) -> bool:
    """Return whether a phrase with a name in it stands for that name: 'Russian officers'."""
    if row["kind"] == "nationality" and head.dep_ in ("amod", "compound"):
        head = head.head
    return row["kind"] in ACTORS or head.lemma_.lower() in names.codebook.state_bodies


def _government(row: Mapping, names: Names) -> str | None:
    entry = names.entry(row)
    if entry is None:
        return row["name"] if row["kind"] in ACTORS else None
    return acts_as(entry, names.codebook)


def acts_as(entry, codebook: "Codebook") -> str | None:
    """Return the actor an entry acts as: a capital or an army its state, a leader his side.

    A town or a base that is no seat of government acts for nobody.
    """
    entry = codebook.stands_for(entry)
    if entry.entity_kind == "person" and entry.side:
        return acts_as(codebook.entry(entry.side), codebook)
    if entry.entity_kind not in ACTORS:
        whole = entry.entity_kind == "nationality" or entry.kind == "country"
        return entry.country if whole else None
    if entry.source_kind == "government_body" and entry.sponsor:
        return codebook.entry(entry.sponsor).name
    return entry.name


def _ground(slot: str, token: "Token", names: Names) -> Value | None:
    for inner, row in names.inside(token):
        entry = names.entry(row)
        if row["kind"] in (*GROUNDS, "state"):
            if slot == "destination" and entry is not None:
                return _named(country_of(entry), row, "name")
            if slot == "destination" and row["kind"] == "facility":
                continue
            return _named(entry.name if entry else row["name"], row, "name")
        if row["kind"] == "nationality" and slot == "destination" and inner.i != token.i and entry:
            return _named(entry.country, row, "nationality of the war")
    return None


def country_of(entry) -> str:
    """Return the country a place lies in; a disputed territory stands for itself."""
    if getattr(entry, "kind", "") == "territory" or not entry.country:
        return entry.name
    return entry.country


def is_abroad(values: Mapping[str, Value], codebook: "Codebook") -> bool | None:
    """Return whether recruits are meant for a country that is not theirs; None if not known.

    People of several countries, one of them the destination, leave it open.
    """
    if "recruits" not in values or "destination" not in values:
        return None
    if serves_own_state(values, codebook):
        return False
    homes, war = homes_of(values["recruits"].value, codebook), values["destination"].value
    if not homes or (war in homes and len(homes) > 1):
        return None
    return war not in homes


def serves_own_state(values: Mapping[str, Value], codebook: "Codebook") -> bool:
    """Return whether recruits are of a state's army, and nobody but that state hires them."""
    army = codebook.find(values["recruits"].value.removesuffix(f" {GROUPED}"), kinds=ACTORS)
    if army is None or army.kind != "armed_group" or army.source_kind != "government_body":
        return False
    hirers = (values[slot].value for slot in ("recruiter", "beneficiary") if slot in values)
    known = (codebook.find(hirer, kinds=ACTORS) for hirer in hirers)
    return all(hirer is not None and hirer.id in (army.id, army.sponsor) for hirer in known)


def homes_of(recruits: str, codebook: "Codebook") -> set[str]:
    """Return the countries of nationalities; of a group that is named instead, its country."""
    parts = recruits.split("; ")
    homes = {people.country for people in codebook.nationalities if people.people in parts}
    if homes:
        return homes
    groups = (codebook.find(part.removesuffix(f" {GROUPED}"), kinds=ACTORS) for part in parts)
    return {group.country for group in groups if group is not None and group.country}


def alike(one: str, other: str) -> bool:
    """Return whether two values share a name."""
    return bool(set(one.split("; ")) & set(other.split("; ")))


def backers(name: str, codebook: "Codebook") -> Iterator[str]:
    """Yield the ids of an actor and of those behind it."""
    for part in name.split("; "):
        entry, seen = codebook.find(part, kinds=ACTORS), set()
        while entry is not None and entry.id not in seen:
            yield entry.id
            seen.add(entry.id)
            behind = getattr(entry, "sponsor", None)
            entry = codebook.entry(behind) if behind else None


def span_columns(slot: str, value: Value | None) -> dict[str, int | None]:
    """Return the two span columns of a slot."""
    assert slot in tables.SLOT_SPANS
    return {f"{slot}_start": value and value.start, f"{slot}_end": value and value.end}
