"""Whom or what the words of an event stand for: names of the article by token, classes of nouns.

A nationality stands for its state only beside words for a state's forces ("Turkish drones"), never
in "Turkish-backed" or "Syrian rebels".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from condotta import places

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from condotta.codebook import Codebook
    from condotta.frames import Filler

ACTORS = frozenset({"person", "organisation", "armed_group", "state"})
GROUNDS = frozenset({"place", "facility"})
BACKED = frozenset(
    {"backed", "led", "allied", "aligned", "funded", "supported", "made", "linked", "based",
     "held", "controlled", "sponsored", "trained", "paid", "affiliated", "run", "speaking",
     "supplied", "occupied", "built"}
)  # fmt: skip
OWNED = frozenset({"belong", "operate", "fly", "own", "launch", "fire", "pilot", "command"})
CALENDAR = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
     "february", "march", "april", "may", "june", "july", "august", "september", "october",
     "november", "december", "day", "week", "month", "year", "night", "morning", "evening",
     "afternoon", "hour", "minute", "dawn", "today", "yesterday", "tomorrow", "time", "weekend"}
)  # fmt: skip
OPPOSED = frozenset({"opposition", "rebel", "separatist", "anti", "dissident", "insurgent"})
OPENERS = frozenset(
    {
        "the",
        "a",
        "an",
        "its",
        "their",
        "his",
        "her",
        "these",
        "those",
        "several",
        "and",
        "or",
        "at",
        "on",
    }
)
FUNCTION_WORDS = frozenset({"amid", "amidst", "since", "after", "following", "meanwhile", "while"})
THIRD = frozenset({"it", "they", "he", "she", "them", "him", "her"})


class Party(NamedTuple):
    """An actor or a target: its name as understood, its id, and its words in the article."""

    name: str
    entity_id: str | None
    start: int
    end: int
    hard: bool = True


class Scene:
    """One parsed article with its names, and the classes of nouns the codebook tells apart."""

    def __init__(self, doc: "Doc", entities: Iterable[Mapping], codebook: "Codebook") -> None:
        """Lay the names of the table `entities` over the tokens of the Doc."""
        self.doc = doc
        self.codebook = codebook
        self.at: dict[int, Mapping] = {}
        self.spans: list[tuple[int, int, Mapping]] = []
        for row in entities:
            span = doc.char_span(int(row["start"]), int(row["end"]), alignment_mode="expand")
            if span is not None and not self._is_plain(span, row):
                self.spans.append((span.start, span.end, row))
                self.at.update(dict.fromkeys(range(span.start, span.end), row))

    def _is_plain(self, span: "Span", row: Mapping) -> bool:
        """Tell whether an unlinked name is only a capitalised word: *Drones* opening a line."""
        unlinked = not isinstance(row.get("entity_id"), str) and len(span) == 1
        common = self._of(span[0], "weapon") or self._of(span[0], "force")
        return unlinked and (common or span[0].lower_ in FUNCTION_WORDS)

    @cached_property
    def classes(self) -> Mapping[str, frozenset[str]]:
        """Classes of nouns by name, and the weapons of each kind."""
        kinds = self.codebook.event_kinds
        found = {name: frozenset(kind.nouns) for name, kind in kinds.items() if kind.nouns}
        people = {noun for block in self.codebook.people for noun in block.nouns}
        found["person"] = found.get("person", frozenset()) | people
        found["force"] = found.get("force", frozenset()) | people
        found["weapon"] = frozenset(w for kind in kinds.values() for w in kind.weapons)
        return found

    @cached_property
    def weapon_words(self) -> frozenset[str]:
        """Weapons in the singular and the plural."""
        return frozenset(w for weapon in self.classes["weapon"] for w in (weapon, f"{weapon}s"))

    @cached_property
    def mentions(self) -> list[places.Mention]:
        """Places of the article in order, those that no list holds included."""
        known = [
            places.Mention(start, end, row.get("entity_id"))
            for start, end, row in self.spans
            if self.is_ground(row)
        ]
        return places.find_mentions(
            self.doc, known, codebook=self.codebook, countries=self.countries
        )

    @cached_property
    def _mention_at(self) -> dict[int, int]:
        return {i: n for n, m in enumerate(self.mentions) for i in range(m.start, m.end)}

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        """Return first and last token of each token's sentence; a line break ends a sentence."""
        doc = self.doc
        cuts = {0, len(doc)} | {s.start for s in doc.sents}
        cuts |= {t.i + 1 for t in doc if "\n" in t.text or "\n" in t.whitespace_}
        edges = sorted(cuts)
        return [(a, b) for a, b in pairwise(edges) for _ in range(a, b)]

    def sentence(self, token: "Token") -> "Span":
        """Return the sentence of a word; a headline is one by itself."""
        start, end = self._bounds[token.i]
        return self.doc[start:end]

    @cached_property
    def sentences(self) -> "list[Span]":
        """Return the sentences of the article in order."""
        return [self.doc[a:b] for a, b in dict.fromkeys(self._bounds)]

    @cached_property
    def _adjectives(self) -> frozenset[str]:
        return frozenset({p.adjective for p in self.codebook.nationalities} | {"European"})

    def is_ground(self, row: Mapping) -> bool:
        """Tell whether a name may be where something happened."""
        if " " in row["name"] and row["name"].split()[-1] in self._adjectives:
            return False
        if row["kind"] in GROUNDS:
            return True
        if row["kind"] not in ("state", "organisation"):
            return False
        return self.codebook.find(row["name"], kinds=["place"]) is not None

    @cached_property
    def countries(self) -> dict[str, str]:
        """Countries of the article, the most named first."""
        counts: Counter[str] = Counter()
        for start, _, row in self.spans:
            country = self._country(row)
            if country:
                counts[country] += 1 + (start == 0)
        order = sorted(counts, key=lambda country: (-counts[country], country))
        return {country: "named in the article" for country in order}

    def _country(self, row: Mapping) -> str | None:
        entry = self.entry(row)
        country = getattr(entry, "country", None) if entry is not None else None
        if (
            country is None
            and entry is not None
            and getattr(entry, "kind", "") in ("state", "country")
        ):
            country = entry.name
        return country

    def entry(self, row: Mapping):
        """Return the codebook's entry of a name, or None."""
        entity_id = row.get("entity_id")
        if not isinstance(entity_id, str):
            return None
        return self.codebook.entries.get(entity_id)

    def sentence_countries(self, token: "Token") -> dict[str, str]:
        """Return countries, those of the word's own sentence first, with where they are named."""
        here: dict[str, str] = {}
        first, last = self._bounds[token.i]
        for start, _, row in self.spans:
            if first <= start < last and (country := self._country(row)):
                here.setdefault(country, "named in the sentence")
        return {**here, **{k: v for k, v in self.countries.items() if k not in here}}

    def is_a(self, token: "Token", name: str) -> bool:
        """Tell whether the head of a noun phrase is of a class that a trigger asks for."""
        if name == "place":
            return bool(self.places_in(token))
        if self.is_date(token):
            return False
        if name == "nation":
            return self.nation_at(token) is not None
        if name == "person":
            row = self.at.get(token.i)
            return self._of(token, "person") or (
                row is not None and row["kind"] in ("person", "nationality")
            )
        if name == "force":
            row = self.at.get(token.i)
            group = row is not None and row["kind"] in ("armed_group", "organisation")
            return group or self._of(token, "force")
        if name == "ground":
            return (token.i in self.at and self.is_ground(self.at[token.i])) or self._of(
                token, "ground"
            )
        if name in ("actor", "target"):
            return token.pos_ in (
                "NOUN",
                "PROPN",
                "PRON",
                "NUM",
                "ADJ",
                "X",
            ) and token.lower_ not in ("we", "i", "you", "own")
        return self._of(token, name)

    def is_date(self, token: "Token") -> bool:
        """Tell whether a word is of the calendar."""
        return token.lemma_.lower() in CALENDAR or (
            token.pos_ == "NUM" and token.text.isdigit() and len(token.text) == 4
        )

    def _of(self, token: "Token", name: str) -> bool:
        words = self.classes.get(name, frozenset())
        lemma = token.lemma_.lower()
        if words & {lemma, token.lower_, lemma.removesuffix("s")}:
            return True
        before = self.doc[token.i - 1].lemma_.lower() if token.i else ""
        return f"{before} {lemma}" in words

    def nation_at(self, token: "Token") -> Mapping | None:
        """Return the name of a modifier that is an actor: *Russian*, *SDF*, *Turkey*."""
        row = self.at.get(token.i)
        if row is None or self.is_backed(token):
            return None
        return row if row["kind"] in ACTORS | {"nationality"} or self._governs(row) else None

    def _governs(self, row: Mapping) -> bool:
        entry = self.entry(row)
        return getattr(entry, "government_of", None) is not None

    def is_backed(self, token: "Token") -> bool:
        """Tell whether a name is the *Turkish* of "Turkish-backed"."""
        row = self.at.get(token.i)
        end = token.i + 1
        while row is not None and end < len(self.doc) and self.at.get(end) is row:
            end += 1
        after = [t.lower_ for t in self.doc[end : end + 2]]
        return bool(after) and (
            (after[-1] in BACKED and after[0] == "-") or after[0] in ("backed", "allied")
        )

    def places_in(self, token: "Token") -> list[int]:
        """Return the places, as indexes of `mentions`, in the noun phrase of a word."""
        if token.i in self._mention_at:
            return [self._mention_at[token.i]]
        if token.pos_ not in ("NOUN", "PROPN"):
            return []
        inside = range(token.left_edge.i, min(token.right_edge.i, token.i + 9) + 1)
        found = [self._mention_at[i] for i in inside if i in self._mention_at]
        return list(dict.fromkeys(found))

    def parties(
        self, filler: "Filler", *, event_noun: bool = False, acts: bool = True
    ) -> list[Party]:
        """Return whom a noun phrase stands for: canonical where a name says so, else as printed.

        "Armenian and Azerbaijani forces" are two. What is acted upon keeps its own words, unless
        it is the name itself.
        """
        head = self.doc[filler.head]
        span = self._widened(*self._trim(filler.start, filler.end))
        names = self._named(filler, head, event_noun)
        if not acts and not self._is_itself(head):
            names = []
        if names:
            found = dict.fromkeys(self._commanded(row, head) for row in names)
            return [Party(name, key, span.start_char, span.end_char) for name, key in found]
        place_only = head.i in self.at and self.at[head.i]["kind"] in GROUNDS
        hard = not place_only and (
            head.i in self.at
            or head.lower_ in THIRD
            or any(self._of(head, name) for name in ("force", "weapon", "person"))
        )
        return [Party(span.text, None, span.start_char, span.end_char, hard)]

    def _is_itself(self, head: "Token") -> bool:
        """Tell whether a head is the name of a party, not of a town where it sits."""
        row = self.at.get(head.i)
        if row is None or row["kind"] == "nationality":
            return False
        if row["kind"] in ("armed_group", "person"):
            return True
        place = self.codebook.find(row["name"], kinds=["place"])
        return row["kind"] not in GROUNDS if place is None else place.kind == "country"

    def party(self, filler: "Filler") -> Party:
        """Return the first of whom a noun phrase stands for."""
        return self.parties(filler)[0]

    def _widened(self, start: int, end: int) -> "Span":
        """Return a phrase with the whole of a name that it cuts: *El* of "El-Fasher"."""
        for first, last, _ in self.spans:
            if first < end < last:
                end = last
            if first < start < last:
                start = first
        return self.doc[start:end]

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        for at in range(start, min(start + 4, end - 1)):
            if self.doc[at].lower_ in ("earlier", "later", "ago"):
                start = at + 1
        while end - start > 1 and self.doc[start].lower_ in OPENERS:
            start += 1
        return start, end

    def _named(self, filler: "Filler", head: "Token", event_noun: bool) -> list[Mapping]:
        """Return the names that a phrase stands for, its head's own before its modifiers'."""
        row = self.at.get(head.i)
        if row is not None and (row["kind"] in ACTORS or self._governs(row)):
            return [row]
        if row is not None and row["kind"] == "nationality":
            return [row] if event_noun or row["name"] in self._adjectives else []
        owner = self._commander(head)
        if owner is not None:
            return [owner]
        names = [
            self.at[i]
            for i in range(filler.start, filler.end)
            if i in self.at and i != head.i and not self.is_backed(self.doc[i])
        ]
        groups = [r for r in names if r["kind"] in ACTORS - {"state"}]
        if groups and (self._of(head, "force") or self._of(head, "weapon")):
            return groups[:1]
        if self._is_opposed(filler) or not self._of(head, "state_force"):
            return []
        states = [r for r in names if r["kind"] in ("nationality", "state") or self._governs(r)]
        return states if self._are_joined(states) else states[:1]

    def _commander(self, head: "Token") -> Mapping | None:
        """Return the X of "drones belonging to X", "jets flown by X", "forces loyal to X"."""
        if not (self._of(head, "weapon") or self._of(head, "force")):
            return None
        for child in (*head.children, head.head):
            if child.i > head.i and (child.lower_ == "loyal" or child.lemma_.lower() in OWNED):
                for noun in child.children:
                    row = self.at.get(noun.i)
                    if row is not None and (row["kind"] in ACTORS or self._governs(row)):
                        return row
        return None

    def _are_joined(self, rows: list[Mapping]) -> bool:
        """Tell whether names are listed: *Armenian and Azerbaijani*."""
        text = self.doc.text
        return all(
            text[int(a["end"]) : int(b["start"])].strip() in ("and", ",", "–", "-", "/")
            for a, b in pairwise(rows)
        )

    def _is_opposed(self, filler: "Filler") -> bool:
        words = {t.lower_ for t in self.doc[filler.start : filler.end]}
        return bool(words & OPPOSED)

    def stand_for(self, row: Mapping) -> tuple[str, str | None]:
        """Return name and id of whom a name stands for; a nationality for its state."""
        entry = self.entry(row)
        if entry is None:
            return row["name"], None
        if row["kind"] == "nationality":
            state = self.codebook.find(entry.country)
            if state is not None:
                return state.name, state.id
            return entry.country, entry.id
        entry = self.codebook.stands_for(entry)
        return entry.name, entry.id

    def _commanded(self, row: Mapping, head: "Token") -> tuple[str, str | None]:
        """Return name and id of whom a name stands for; "Haftar's forces" are his side."""
        side = getattr(self.entry(row), "side", None)
        if row["kind"] == "person" and side and self.at.get(head.i) is not row:
            entry = self.codebook.entries[side]
            return entry.name, entry.id
        return self.stand_for(row)

    def owner(self, filler: "Filler") -> tuple[str, str] | None:
        """Return name and id of whom a target belongs to: *positions of the Fifth Corps*."""
        for i in range(filler.start, filler.end):
            row = self.at.get(i)
            if (
                row is not None
                and row["kind"] in ACTORS
                and not self.is_backed(self.doc[i])
                and self.entry(row) is not None
            ):
                return self.stand_for(row)
        return None

    def _of_edge(self, head: "Token") -> int:
        """Return the last token of what a noun has after *of*."""
        for child in head.children:
            if child.i > head.i and child.dep_ == "nmod" and child.left_edge.lower_ == "of":
                return max(child.i, self._of_edge(child))
        return head.i

    def before(self, token: "Token") -> Iterator[Mapping]:
        """Yield names before a word, the nearest first."""
        for start, _, row in sorted(self.spans, key=lambda s: -s[0]):
            if start < token.i:
                yield row
