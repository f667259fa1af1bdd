"""Lemmas from tables: forms seen in the treebank, irregular forms, then regular inflections.

A trained lemmatizer invents words for verbs that it has not seen; here a candidate is taken
only where the word list knows it, and an unknown word is undone by spelling alone.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

WORD_CLASSES = {"N": "noun", "V": "verb", "J": "adj", "R": "adv"}
ENDINGS = {
    "NNS": "s", "NNPS": "s", "VBZ": "s", "VBD": "ed", "VBN": "ed", "VBG": "ing",
    "JJR": "er", "RBR": "er", "JJS": "est", "RBS": "est",
}  # fmt: skip
KEPT = frozenset(("NNP", "ADD", "GW"))
ANY = "any"
UNKNOWN = "_"  # in the treebank, the rest of a word that was written apart
VOWELS = frozenset("aeiou")


def mine_forms(docs: Iterable[Doc]) -> dict[str, dict[str, str]]:
    """Return tag -> lower-case form -> its most frequent lemma, for all words but proper names.

    Under the tag `ANY` stands the most frequent lemma of a form whatever its tag.
    """
    counts: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for doc in docs:
        for token in doc:
            if not token.tag_.startswith(tuple(KEPT)) and token.lemma_ != UNKNOWN:
                counts[token.tag_, token.lower_][token.lemma_] += 1
                counts[ANY, token.lower_][token.lemma_] += 1
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for (tag, form), lemmas in sorted(counts.items()):
        forms[tag][form] = min(lemmas, key=lambda lemma: (-lemmas[lemma], lemma))
    return forms


def undo_ending(form: str, ending: str) -> Iterator[str]:
    """Yield base forms that a regularly inflected form may come from, the likeliest first.

    Examples
    --------
    >>> next(undo_ending("hoping", "ing")), next(undo_ending("testing", "ing"))
    ('hope', 'test')
    >>> list(undo_ending("parties", "s"))
    ['party', 'partie', 'parti']
    """
    if ending == "s" and form.endswith("men"):
        yield form[:-3] + "man"
    if not form.endswith(ending) or len(form) <= len(ending) + 1:
        return
    stem = form[: -len(ending)]
    if ending == "s":
        if stem.endswith("ie"):
            yield stem[:-2] + "y"
        if stem.endswith("ve"):
            yield from (stem[:-2] + "f", stem[:-2] + "fe")
        if stem.endswith("e"):
            yield from (stem[:-1], stem) if stem[:-1].endswith(SIBILANTS) else (stem, stem[:-1])
        elif not stem.endswith(("s", "u")):
            yield stem
        return
    if stem.endswith("i") and ending != "ing":
        yield stem[:-1] + "y"
    yield from (stem + "e", stem) if _wants_e(stem) else (stem, stem + "e")
    if stem[-1] == stem[-2]:
        yield stem[:-1]


SIBILANTS = ("s", "x", "z", "ch", "sh")


def _wants_e(stem: str) -> bool:
    """Whether the base form would have doubled its last letter if it had no final e."""
    if len(stem) < 3:
        return True
    before, vowel, last = stem[-3:]
    return vowel in VOWELS and before not in VOWELS and last not in "aeiouwxy"


class TableLemmatizer:
    """Writes `token.lemma_` from tables, given the word and its tag."""

    def __init__(self) -> None:
        """Start with empty tables, to be filled by `learn` or `from_disk`."""
        self.forms: dict[str, dict[str, str]] = {}
        self.exceptions: dict[str, dict[str, str]] = {}
        self.words: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[int, int], str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemma of every word, and mark white space as such."""
        for token in doc:
            if token.is_space:
                token.pos_, token.lemma_ = "SPACE", token.text
                continue
            key = token.orth, token.tag
            if key not in self._known:
                self._known[key] = self.lemma(token.text, token.tag_)
            token.lemma_ = self._known[key]
        return doc

    def lemma(self, word: str, tag: str) -> str:
        """Return the base form of a word that carries an English tag such as VBD or NNS."""
        form = word.lower()
        if tag == "NNPS":
            return next(undo_ending(word, "s"), word)
        if tag in KEPT:
            return word
        if seen := self.forms.get(tag, {}).get(form):
            return seen
        if tag in ENDINGS:
            return self._uninflected(form, tag)
        if seen := self.forms.get(ANY, {}).get(form):
            return seen
        if tag == "CD":
            return form.replace(",", "")
        return form if word == form or self._is_word(form) else word

    def _uninflected(self, form: str, tag: str) -> str:
        kind = WORD_CLASSES[tag[0]]
        if irregular := self.exceptions.get(kind, {}).get(form):
            return irregular
        bases = list(undo_ending(form, ENDINGS[tag]))
        known = [base for base in bases if base in self.words.get(kind, ())]
        return (known or bases or [form])[0]

    def _is_word(self, form: str) -> bool:
        return any(form in words for words in self.words.values())

    def learn(self, docs: Iterable[Doc], exceptions: dict, words: dict) -> None:
        """Fill the tables: forms from tagged text, irregular forms and base forms by word class."""
        self.forms = mine_forms(docs)
        kinds = WORD_CLASSES.values()
        self.exceptions = {k: {f: b[0] for f, b in sorted(exceptions[k].items())} for k in kinds}
        self.words = {kind: frozenset(words[kind]) for kind in kinds}

    def to_disk(self, path: str | Path, **_) -> None:
        """Write the tables, the same bytes every time."""
        tables = {
            "forms": self.forms,
            "exceptions": self.exceptions,
            "words": {kind: sorted(words) for kind, words in self.words.items()},
        }
        content = json.dumps(tables, ensure_ascii=False, sort_keys=True).encode()
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "tables.json.gz").write_bytes(gzip.compress(content, mtime=0))

    def from_disk(self, path: str | Path, **_) -> "TableLemmatizer":
        """Read the tables."""
        tables = json.loads(gzip.decompress((Path(path) / "tables.json.gz").read_bytes()))
        self.forms, self.exceptions = tables["forms"], tables["exceptions"]
        self.words = {kind: frozenset(words) for kind, words in tables["words"].items()}
        return self


@Language.factory("table_lemmatizer", assigns=["token.lemma"])
def make_table_lemmatizer(nlp: Language, name: str) -> TableLemmatizer:
    """Make a lemmatizer with empty tables."""
    return TableLemmatizer()
