"""Where the information of a claim comes from, as distinct from the outlets that repeat it.

Two claims have one origin unless the text shows that they have two: a named source is one
wherever it is quoted; what an agency had from people it does not name is the agency's; unnamed
sources are told apart only by the outlets that spoke to them, and copies are one outlet.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pandas as pd

from condotta import copies as repeats
from condotta import names

if TYPE_CHECKING:
    from condotta.codebook import Actor, Codebook, People, Place

OFFICIAL = ("named_official", "government_body", "intelligence", "un_panel")
UNNAMED = ("anonymous_local", "recruit_testimony", "expert")
COUNTED = re.compile(
    r"^(?:(?:a|an|the|one|two|three|four|five|six|seven|eight|nine|ten|\d+|several|some|many|other|"
    r"another|both|various|multiple|unnamed|anonymous)\s+)+",
    re.IGNORECASE,
)
RELAYED = re.compile(
    r"\b(?:quoted|cited|interviewed|contacted|reached|seen|obtained) by\s+(?P<by>[^,;]+)"
    r"|\b(?:speaking|talking|who (?:spoke|talked)) (?:to|with)\s+(?P<to>[^,;]+)"
)
DOCUMENT = re.compile(
    r"^(?:(?:a|an|the|its|new|fresh|latest|recent|annual|quarterly|confidential|leaked)\s+)*"
    r"(?:report|study|statement|document|dispatch|briefing)s?\s+(?:of|by|from)\s+(?:the\s+)?",
    re.IGNORECASE,
)
PLACED = re.compile(r"\s(?:in|from|near|inside|based|with|who|whose)\s|[,(]")
STAFF = frozenset(
    ["official", "source", "authority", "government", "administration", "delegation", "diplomat",
     "spokesman", "spokeswoman", "spokesperson", "senior", "top", "current", "former", "local"]
)  # fmt: skip
"""Words that make no other institution of a state: `two US officials` speak for the US."""

JOINING = frozenset(["of", "the", "for", "and", "in", "s"])
HEAD_ENDS = re.compile(r"\s(?:of|in|from|with|for|at|on|to|who|whose|based|near|inside)\s|[,(]")


class Origin(NamedTuple):
    """Where one claim comes from."""

    claim_id: str
    origin_key: str
    origin: str
    outlet_key: str
    reason: str
    draws_on: tuple[str, ...]


class Voice(NamedTuple):
    """A source or an outlet, under a key that all its spellings share."""

    key: str
    name: str


def trace_origins(
    claims: pd.DataFrame, articles: pd.DataFrame, copies: pd.DataFrame, *, codebook: "Codebook"
) -> pd.DataFrame:
    """Find the origin of every claim.

    Returns
    -------
    DataFrame
        One row per claim, in its order:

        ============  ===========================================================
        column        meaning
        ============  ===========================================================
        `claim_id`    the claim
        `origin_key`  the same for claims of one origin
        `origin`      its name; for unnamed sources, the name of who spoke to them
        `outlet_key`  the same for articles of one outlet
        `reason`      why the claim counts for this origin
        `draws_on`    the keys of the agencies one of which an unnamed source may have spoken to
        ============  ===========================================================

    Notes
    -----
    Caution is built in: unnamed sources behind one agency or one outlet are one origin, as is the
    outlet's own voice, because nothing shows that they are independent. In an article that draws
    on one agency or one other outlet alone, unnamed sources count as that one's, and so do claims
    whose source was not found; without one, these count for the only source that the article
    cites. Which it draws on is read from its claims, and where they name none, from the outlets of
    the codebook that stand in its text.

    An institution is one under all orders of its words: `Ukraine's Ministry of Defence` and `the
    Ukrainian Defense Ministry`. Officials of a state without an institution are that state. Other
    names that the codebook does not join are two origins.
    """
    columns = ["claim_id", "article_id", "source_name", "source_kind", "via"]
    rows = claims[columns].astype(object).where(claims[columns].notna(), None)
    desk = _Desk(rows, articles, copies, codebook)
    return pd.DataFrame(
        [desk.origin(*row) for row in rows.itertuples(index=False, name=None)],
        columns=Origin._fields,
    )


class _Desk:
    """The outlets of a run, what each repeats, and whom each draws on."""

    def __init__(
        self,
        rows: pd.DataFrame,
        articles: pd.DataFrame,
        copies: pd.DataFrame,
        codebook: "Codebook",
    ) -> None:
        self._codebook = codebook
        self._voices: dict[str, Voice] = {}
        self._nobody = common_nouns(codebook) | plurals(
            word
            for kind in UNNAMED
            if kind in codebook.source_kinds
            for word in codebook.source_kinds[kind].words
        )
        self._first = repeats.first_of(copies)
        self._institutions = _institutions(codebook)
        self._outlets = self._find_outlets(articles)
        self._relays = self._find_relays(rows, articles)
        self._through = self._find_through(rows)
        self._cited = self._find_cited(rows)

    def origin(
        self, claim_id: str, article_id: str, source: str | None, kind: str, via: str | None
    ) -> Origin:
        """Return where one claim comes from."""
        outlet = self._outlets[article_id]
        first = self._outlets[self._first.get(article_id, article_id)]
        found, reason = self._find(article_id, source, kind, via, first)
        relays = self._relays[article_id] if found.key in (outlet.key, first.key) else ()
        keys = tuple(sorted(relay.key for relay in relays))
        return Origin(claim_id, found.key, found.name, outlet.key, reason, keys)

    def _find(
        self, article_id: str, source: str | None, kind: str, via: str | None, outlet: Voice
    ) -> tuple[Voice, str]:
        named = self._identify(source, kind) if kind != "outlet_voice" else None
        if named:
            return named, "named"
        repeated = f", repeated from {outlet.name}" if article_id in self._first else ""
        if kind == "outlet_voice":
            return outlet, f"the outlet's own voice{repeated}"
        said = f"“{source}”" if source else "no source found"
        if relay := self._relay(via) or self._through.get((article_id, source)):
            return relay, f"{said} through {relay.name}"
        relays = self._relays[article_id]
        if len(relays) == 1:
            return relays[0], f"{said} in an article that draws on {relays[0].name}"
        cited = self._cited[article_id]
        if source is None and len(cited) == 1:
            return cited[0], f"{said} in an article that cites {cited[0].name} alone"
        if source is None:
            return outlet, f"{said}{repeated}"
        own = Voice(outlet.key, source) if outlet.name == article_id else outlet
        return own, f"{said}, unnamed{repeated}"

    def _find_outlets(self, articles: pd.DataFrame) -> Mapping[str, Voice]:
        columns = articles[["article_id", "publisher", "url"]].astype(object)
        rows = columns.where(columns.notna(), None).itertuples(index=False, name=None)
        return {key: self._outlet(key, publisher, url) for key, publisher, url in rows}

    def _outlet(self, article_id: str, publisher: str | None, url: str | None) -> Voice:
        host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
        name = publisher or host
        return self._voice(name) if name else Voice(article_id, article_id)

    def _find_relays(self, rows: pd.DataFrame, articles: pd.DataFrame) -> Mapping[str, list[Voice]]:
        """Return the agencies and other outlets that every article draws on."""
        relays: dict[str, dict[Voice, None]] = defaultdict(dict)
        for _, article_id, source, kind, via in rows.itertuples(index=False, name=None):
            media = source if kind == "media" else None
            for name in (via, _relayed(source), media):
                if (relay := self._relay(name)) and relay.key != self._outlets[article_id].key:
                    relays[article_id][relay] = None
        press = _press(self._codebook)
        for article_id, text in zip(articles["article_id"], articles["text"], strict=True):
            if article_id not in relays:
                named = map(self._voice, _mentioned(text, press))
                outlet = self._outlets[article_id]
                relays[article_id] = {v: None for v in named if v.key != outlet.key}
        return defaultdict(list, {key: list(found) for key, found in relays.items()})

    def _find_through(self, rows: pd.DataFrame) -> Mapping[tuple[str, str], Voice]:
        """Return to whom a source of an article spoke, wherever the article tells."""
        told = rows.loc[rows["source_name"].notna(), ["article_id", "source_name", "via"]]
        ordered = told.fillna("").sort_values(["via"], kind="stable").itertuples(index=False)
        return {
            (article_id, source): relay
            for article_id, source, via in ordered
            if (relay := self._relay(via) or self._relay(_relayed(source)))
        }

    def _find_cited(self, rows: pd.DataFrame) -> Mapping[str, list[Voice]]:
        """Return the named sources of every article."""
        cited: dict[str, dict[Voice, None]] = defaultdict(dict)
        for _, article_id, source, kind, _ in rows.itertuples(index=False, name=None):
            if kind != "outlet_voice" and (voice := self._identify(source, kind)):
                cited[article_id][voice] = None
        return defaultdict(list, {key: list(found) for key, found in cited.items()})

    def _relay(self, via: str | None) -> Voice | None:
        """Return the first of those who passed it on that has a name."""
        parts = (via or "").split("; ")
        named = (part for part in parts if self._is_name(COUNTED.sub("", part, count=1).split()))
        return next(map(self._voice, named), None)

    def _voice(self, name: str) -> Voice:
        """Return a name under its codebook entry, or under its own letters."""
        if name not in self._voices:
            entry = self._codebook.find(name)
            plain = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
            entry = self._monitor_of(entry) or entry
            self._voices[name] = (
                Voice(entry.id, entry.name) if entry else Voice(names.slug(plain) or name, name)
            )
        return self._voices[name]

    def _monitor_of(self, entry: "Actor | Place | People | None") -> "Actor | None":
        """Return the monitor for which a person speaks."""
        person = getattr(entry, "kind", None) == "person" and entry.source_kind == "monitor_ngo"
        return self._codebook.entries.get(entry.sponsor) if person else None

    def _identify(self, source: str | None, kind: str) -> Voice | None:
        """Return the voice of a source that is named, or None for `two local sources`."""
        if source is None or kind == "anonymous_local":
            return None
        author = DOCUMENT.sub("", source)
        for part in (source, author, *source.split(" and ")):
            if self._codebook.find(part):
                return self._voice(part)
        words = COUNTED.sub("", author, count=1).split()
        if kind in OFFICIAL:
            return self._institution(words)
        return self._voice(" ".join(words)) if self._is_name(words) else None

    def _institution(self, words: list[str]) -> Voice | None:
        """Return an institution, or the state of `US officials`; mere `officials` are nobody."""
        printed = PLACED.split(" ".join(words))[0]
        letters, states = _read_institution(printed, self._codebook)
        if (entry := self._institutions.get(letters | states)) or (
            not letters and len(states) == 1 and (entry := self._codebook.find(min(states)))
        ):
            return Voice(entry.id, entry.name)
        named = states or any(word[0].isupper() for word in printed.split()[1:])
        return Voice("-".join(sorted(letters | states)), printed) if named and letters else None

    def _is_name(self, words: list[str]) -> bool:
        """Whether the head is capitalised, and not as the first word of a sentence is."""
        head = HEAD_ENDS.split(" ".join(words))[0].split()[-1:]
        alone = len(words) == 1 and words[0].lower() in self._nobody
        return bool(head) and head[0][0].isupper() and not alone


def _relayed(source: str | None) -> str | None:
    """Return to whom a source spoke, as its name tells.

    >>> _relayed("a recruit interviewed by Kyiv Post")
    'Kyiv Post'
    """
    match = RELAYED.search(source or "")
    return (match["by"] or match["to"]).strip() if match else None


def _press(codebook: "Codebook") -> Mapping[str, str]:
    """Return the outlets of the codebook by every name, the longest first."""
    spelled = {
        name: actor.name
        for actor in codebook.actors
        if actor.source_kind == "media"
        for name in (actor.name, *actor.aliases)
    }
    return dict(sorted(spelled.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _mentioned(text: str, press: Mapping[str, str]) -> Iterator[str]:
    """Yield the outlets that a text names; `The Moscow Times` does not name `The Times`."""
    for name, outlet in press.items():
        if name in text and re.search(rf"\b{re.escape(name)}\b", text):
            yield outlet
            text = text.replace(name, " ")


def _institutions(codebook: "Codebook") -> Mapping[frozenset[str], "Actor"]:
    """Return the institutions of the codebook by the words of their names, in no order."""
    found: dict[frozenset[str], Actor] = {}
    for actor in codebook.actors:
        if actor.kind != "person" and actor.source_kind in OFFICIAL:
            for name in actor.names:
                letters, states = _read_institution(name, codebook)
                own = {names.slug(actor.country)} if actor.country else set()
                for key in (letters | states, letters | own):
                    found.setdefault(frozenset(key), actor)
    return found


def _read_institution(printed: str, codebook: "Codebook") -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of an institution in one spelling, and the states among them."""
    letters, states = set(), set()
    for word in re.findall(r"[\w.]*\w", re.sub(r"['’]s?\b", "", printed)):
        if word[0].isupper() and (state := _state(word, codebook)):
            states.add(state)
        elif word.lower() not in JOINING:
            letters.add(_plain(word))
    return frozenset(letters - STAFF), frozenset(states)


def _plain(word: str) -> str:
    """Return a word in the singular and in one of two spellings.

    >>> [_plain(word) for word in ("Officials", "Defence", "centre", "authorities")]
    ['official', 'defense', 'center', 'authority']
    """
    singular = re.sub(r"(?<=\w{3})s$", "", re.sub(r"ies$", "y", word.lower()))
    return re.sub(r"tre$", "ter", re.sub(r"fence$", "fense", singular))


def _state(word: str, codebook: "Codebook") -> str | None:
    """Return the key of the state that a word names, as name or adjective."""
    entry = codebook.find(word, kinds=["nationality"]) or codebook.find(word, kinds=["state"])
    return names.slug(entry.country) if entry and entry.country else None


def common_nouns(codebook: "Codebook") -> frozenset[str]:
    """Return the codebook's nouns for those who fight, in both numbers."""
    return plurals(noun for people in codebook.people for noun in people.nouns)


def plurals(nouns: Iterable[str]) -> frozenset[str]:
    """Return nouns with their plurals.

    >>> sorted(plurals(["mercenary", "gunman"]))
    ['gunman', 'gunmen', 'mercenaries', 'mercenary']
    """
    forms = set()
    for noun in nouns:
        plural = re.sub(r"y$", "ies", noun) if re.search(r"[^aeiou]y$", noun) else f"{noun}s"
        forms |= {noun, re.sub(r"man$", "men", noun) if noun.endswith("man") else plural}
    return frozenset(forms)
