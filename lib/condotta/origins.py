"""Where the information of a claim comes from, as distinct from the outlets that repeat it.

Two claims have one origin unless the text shows that they have two: a named source is one
wherever it is quoted; what an agency had from people it does not name is the agency's; unnamed
sources are told apart only by the outlets that spoke to them, and copies are one outlet.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pandas as pd

from condotta import copies as repeats
from condotta import names

if TYPE_CHECKING:
    from condotta.codebook import Codebook

OFFICIAL = ("named_official", "government_body", "intelligence", "un_panel")
UNNAMED = ("anonymous_local", "recruit_testimony", "expert")
COUNTED = re.compile(
    r"^(?:(?:a|an|the|one|two|three|four|five|six|seven|eight|nine|ten|\d+|several|some|many|other|"
    r"another|both|various|multiple|unnamed|anonymous)\s+)+",
    re.IGNORECASE,
)
HEAD_ENDS = re.compile(r"\s(?:of|in|from|with|for|at|on|to|who|whose|based|near|inside)\s|[,(]")


class Origin(NamedTuple):
    """Where one claim comes from."""

    claim_id: str
    origin_key: str
    origin: str
    outlet_key: str
    reason: str


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
        ============  ===========================================================

    Notes
    -----
    Caution is built in: unnamed sources behind one agency or one outlet are one origin, as is the
    outlet's own voice, because nothing shows that they are independent. In an article that draws
    on one agency alone, unnamed sources count as that agency's. Two names that the codebook does
    not join are two origins.
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
        self._outlets = self._find_outlets(articles)
        self._relays = self._find_relays(rows)

    def origin(
        self, claim_id: str, article_id: str, source: str | None, kind: str, via: str | None
    ) -> Origin:
        """Return where one claim comes from."""
        outlet = self._outlets[article_id]
        first = self._outlets[self._first.get(article_id, article_id)]
        found, reason = self._find(article_id, source, kind, via, first)
        return Origin(claim_id, found.key, found.name, outlet.key, reason)

    def _find(
        self, article_id: str, source: str | None, kind: str, via: str | None, outlet: Voice
    ) -> tuple[Voice, str]:
        named = self._identify(source, kind) if kind != "outlet_voice" else None
        if named:
            return named, "named"
        repeated = f", repeated from {outlet.name}" if article_id in self._first else ""
        if kind == "outlet_voice" or source is None:
            return outlet, f"the outlet's own voice{repeated}"
        if relay := self._relay(via):
            return relay, f"“{source}” through {relay.name}"
        relays = self._relays[article_id]
        if len(relays) == 1:
            relay = next(iter(relays))
            return relay, f"“{source}” in an article that draws on {relay.name}"
        own = Voice(outlet.key, source) if outlet.name == article_id else outlet
        return own, f"“{source}”, unnamed{repeated}"

    def _find_outlets(self, articles: pd.DataFrame) -> Mapping[str, Voice]:
        columns = articles[["article_id", "publisher", "url"]].astype(object)
        rows = columns.where(columns.notna(), None).itertuples(index=False, name=None)
        return {key: self._outlet(key, publisher, url) for key, publisher, url in rows}

    def _outlet(self, article_id: str, publisher: str | None, url: str | None) -> Voice:
        host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
        name = publisher or host
        return self._voice(name) if name else Voice(article_id, article_id)

    def _find_relays(self, rows: pd.DataFrame) -> Mapping[str, set[Voice]]:
        relays = defaultdict(set)
        for article_id, via in zip(rows["article_id"], rows["via"], strict=True):
            if relay := self._relay(via):
                relays[article_id].add(relay)
        return relays

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
            self._voices[name] = (
                Voice(entry.id, entry.name) if entry else Voice(names.slug(plain) or name, name)
            )
        return self._voices[name]

    def _identify(self, source: str | None, kind: str) -> Voice | None:
        """Return the voice of a source that is named, or None for `two local sources`."""
        if source is None or kind == "anonymous_local":
            return None
        for part in (source, *source.split(" and ")):
            if self._codebook.find(part):
                return self._voice(part)
        words = COUNTED.sub("", source, count=1).split()
        if kind in OFFICIAL:
            return self._institution(words)
        return self._voice(" ".join(words)) if self._is_name(words) else None

    def _institution(self, words: list[str]) -> Voice | None:
        """Return `US officials`, however many; mere `officials` are nobody."""
        named = any(word[0].isupper() for word in words[1:])
        if words and (named or self._codebook.find(words[0])):
            printed = " ".join(words)
            return Voice(names.slug(printed).removesuffix("s"), printed)
        return None

    def _is_name(self, words: list[str]) -> bool:
        """Whether the head is capitalised, and not as the first word of a sentence is."""
        head = HEAD_ENDS.split(" ".join(words))[0].split()[-1:]
        alone = len(words) == 1 and words[0].lower() in self._nobody
        return bool(head) and head[0][0].isupper() and not alone


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
