"""How names are compared, and how many of them are found in a text in one pass.

Two printings of a name are the same where they differ only in case, accents, apostrophes, hyphens,
doubled letters or Arabic articles. Acronyms keep their capitals.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼʻʿ‘`´][^\W_]+)*")
SEPARATOR = re.compile(r"[ \u00a0]?|[-‐‑–+./] ?|'s |’s | ?['’] ?|, | & ")
ARTICLES = frozenset(
    ["al", "el", "ul", "as", "ash", "es", "esh", "an", "en", "ar", "er", "az", "ez", "ad", "ed"]
)
ORDINALS = {
    "1st": "first",
    "2nd": "second",
    "3rd": "third",
    "4th": "fourth",
    "5th": "fifth",
    "6th": "sixth",
    "7th": "seventh",
    "8th": "eighth",
    "9th": "ninth",
    "10th": "tenth",
}
LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "ð": "d"})
ARTICLE = "al"
SHORTEST = 4
ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,5}|[A-Z]\d")
BRACKET = re.compile(r"(?<=\w) \([^()]*\)$")
OWNED = re.compile(r"['’]s ")
GENITIVE = re.compile(r"['’][sS]$")


@cache
def fold(word: str) -> str:
    """Return a word without case, accents, apostrophes and doubled letters.

    Examples
    --------
    >>> fold("Sana'a") == fold("Sanaa"), fold("Erdoğan"), fold("5th")
    (True, 'erdogan', 'fifth')
    """
    bare = unicodedata.normalize("NFKD", word.casefold().translate(LETTERS))
    letters = "".join(letter for letter in bare if letter.isalnum())
    return re.sub(r"([^\W\d])\1+", r"\1", ORDINALS.get(letters, letters))


def slug(name: str) -> str:
    """Return a name as an id: ``Deir ez-Zor`` gives ``deir-ez-zor``."""
    bare = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    bare = re.sub(r"['’ʼʻʿ‘`´]", "", "".join(c for c in bare if not unicodedata.combining(c)))
    return "-".join(re.findall(r"[a-z0-9]+", bare))


class Piece(NamedTuple):
    """One word of a name or a text, and whether it is only an article of the next."""

    fold: str
    start: int
    end: int
    article: bool
    joined: bool


def pieces(text: str) -> list[Piece]:
    """Return the words of a text as names are compared: folded, articles marked.

    `al` and `el` are articles wherever a capital follows. Their assimilated forms (`as`, `ash`,
    `ez` ...) are English words too, and count only with a hyphen, or with a capital of their own
    inside a sentence. `joined` says whether a piece may continue the name begun by the one before.
    """
    found = list(WORD.finditer(text))
    out: list[Piece] = []
    before = -1
    for here, after in zip(found, [*found[1:], None], strict=False):
        word = here.group()
        trim = GENITIVE.search(word)
        end = here.end() - len(trim.group()) if trim else here.end()
        joined = before >= 0 and bool(SEPARATOR.fullmatch(text, before, here.start()))
        if joined and text.startswith(". ", before):
            joined = len(out[-1].fold) <= 3  # St. Petersburg, but not the end of a sentence
        article = after is not None and _is_article(word, text[here.end() : after.start()], joined)
        piece = ARTICLE if article else fold(text[here.start() : end])
        out.append(Piece(piece, here.start(), end, article, joined))
        before = end
    return out


def _is_article(word: str, tie: str, joined: bool) -> bool:
    if word.lower() not in ARTICLES:
        return False
    if tie == " ":
        return word.lower() in ("al", "el") or (joined and word[0].isupper())
    return tie in ("-", "‐", "‑")


class Keys(NamedTuple):
    """Sequences of pieces under which a name is found."""

    printed: frozenset[tuple[str, ...]]
    grown: frozenset[tuple[str, ...]]


@cache
def keys(name: str) -> Keys:
    """Return the sequences of pieces under which a name is found.

    `printed`: with its articles and without them; a name of which only three letters would remain
    keeps its article, and one that is written `The Times` its `The`. `grown`: each article grown
    together with the next word (`Ezzor`), two words or all of them written as one (`airbase`). A
    grown form gives way to another name that is printed so: `Adana` is not `Ad-Dana`.

    Examples
    --------
    >>> sorted(keys("Deir ez-Zor").printed), sorted(keys("Deir ez-Zor").grown)
    ([('deir', 'al', 'zor'), ('deir', 'zor')], [('deir', 'ezor'), ('deirezor',), ('deirzor',)])
    """
    name = BRACKET.sub("", name)
    parts = pieces(name)
    if not name.startswith("The "):
        parts = [part for part in parts if part.fold != "the"] or parts
    whole = tuple(part.fold for part in parts)
    bare = tuple(part.fold for part in parts if not part.article)
    long = len("".join(bare)) >= SHORTEST or bare == whole
    printed = {whole, bare} if long else {whole}
    glued = tuple(_glued(name, parts))
    pairs = {(*glued[:i], glued[i] + glued[i + 1], *glued[i + 2 :]) for i in range(len(glued) - 1)}
    grown = {glued, ("".join(glued),)} | pairs | ({("".join(bare),)} if long else set())
    return Keys(
        frozenset(form for form in printed if all(form)),
        frozenset(tuple(map(fold, form)) for form in grown if all(form)) - printed,
    )


def _glued(name: str, parts: list[Piece]) -> Iterator[str]:
    """Yield the words of a name, each article grown together with the word after it."""
    before = ""
    for part in parts:
        word = before + name[part.start : part.end]
        before = word if part.article else ""
        if not part.article:
            yield fold(word)


def letters(printed: str) -> str:
    """Return an acronym without its periods."""
    return printed.replace(".", "")


def is_acronym(name: str) -> bool:
    """Return whether a name is short and all capitals, and so is compared letter by letter."""
    return bool(ACRONYM.fullmatch(letters(name)))


class Owner(NamedTuple):
    """An entry, one spelling of it, and what that spelling asks of the text."""

    entry: Any
    spelling: str
    exact: bool
    in_context: bool


class Names:
    """All spellings of all entries, found in a text in one pass, the longest first."""

    def __init__(self, entries: Iterable[Any]) -> None:
        """Lay out the spellings of entries, each with `names` and perhaps `short` names."""
        self._root: dict = {}
        owners = [
            Owner(entry, spelling, is_acronym(spelling), spelling in getattr(entry, "short", ()))
            for entry in entries
            for spelling in entry.names
        ]
        for owner in owners:
            for form in sorted(keys(owner.spelling).printed):
                self._node(form).setdefault(None, []).append(owner)
        for owner in owners:
            for form in sorted(keys(owner.spelling).grown):
                self._node(form).setdefault(None, [owner])

    def _node(self, form: tuple[str, ...]) -> dict:
        node = self._root
        for piece in form:
            node = node.setdefault(piece, {})
        return node

    def whole(self, name: str) -> list[Owner]:
        """Return the owners of a name given by itself, in whatever case; the sure ones first."""
        printed = BRACKET.sub("", name.strip())
        parts = pieces(printed)
        bare = [part for part in parts if part.fold != "the"]
        owners = [
            owner
            for run in dict.fromkeys([tuple(parts), tuple(bare)])
            for end, found in self._walk(list(run), 0)
            if end == len(run)
            for owner in found
            if not owner.exact or letters(printed) == letters(owner.spelling)
        ]
        return sorted(owners, key=lambda owner: owner.in_context)

    def longest(
        self, text: str, parts: list[Piece] | None = None
    ) -> Iterator[tuple[int, int, list[Owner]]]:
        """Yield start, end and owners of every name in a text, from left to right."""
        parts = pieces(text) if parts is None else parts
        at = 0
        while at < len(parts):
            if parts[at].fold in self._root or parts[at].article:
                for end, owners in self._walk(parts, at):
                    the = parts[at].fold == "the"
                    start, stop = parts[at + the].start, parts[end - 1].end
                    fitting = [o for o in owners if _fits(o, text[start:stop])]
                    if fitting:
                        yield start, stop, fitting
                        at = end - 1
                        break
            at += 1

    def _walk(self, parts: list[Piece], at: int) -> list[tuple[int, list[Owner]]]:
        """Return where a name that begins at a piece may end, the longest first."""
        ends: list[tuple[int, list[Owner]]] = []
        nodes = [self._root]
        for i in range(at, len(parts)):
            part = parts[i]
            if i > at and not part.joined:
                break
            step = [node[part.fold] for node in nodes if part.fold in node]
            nodes = [*step, *nodes] if part.article or (i > at and part.fold == "the") else step
            if not nodes:
                break
            owners = [owner for node in step for owner in node.get(None, ())]
            if owners:
                ends.append((i + 1, list(dict.fromkeys(owners))))
        return ends[::-1]


def _fits(owner: Owner, printed: str) -> bool:
    """Return whether capitals and commas are where the spelling has them, as far as they matter.

    In a text the owner is a name of its own: in *Ukraine's military intelligence*, Ukraine is.
    """
    if owner.exact:
        return letters(printed) == letters(owner.spelling)
    if (", " in printed) != (", " in owner.spelling) or OWNED.search(printed):
        return False
    words = [part for part in pieces(printed) if not part.article and part.fold != "the"]
    first = printed[words[0].start] if words else printed[0]
    return first.isupper() or first.isdigit() or owner.spelling.islower()
