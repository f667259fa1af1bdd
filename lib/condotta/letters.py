"""A text as one letter a word, so that a grammar of figures and dates is a few short patterns.

`~` is about, `<` up to, `n` a figure, `S` a currency sign, `D` a unit of time: "up to $1,500 a
month" is ``<Sn1D``. Which words become which letter is in `data/codebook/quantities.yaml`; money
comes from `currencies.yaml`, persons also from `people.yaml` and `nationalities.csv`. A text is
read in one pass, in time that grows with its length and no faster.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from condotta import codebook, resources

if TYPE_CHECKING:
    from condotta.codebook import Codebook

LETTERS = {
    "approximators": "~",
    "approximators_after": "`",
    "at_most": "<",
    "at_most_after": "{",
    "at_least": ">",
    "at_least_after": "}",
    "neutral": "0",
    "equivalents": "=",
    "the": "d",
    "a": "A",
    "and": "&",
    "or": "|",
    "of": "o",
    "from": "F",
    "between": "B",
    "to": "T",
    "for": "4",
    "in": "q",
    "rises": "R",
    "percent": "%",
    "shares": ";",
    "per": "P",
    "each": "E",
    "periods": "M",
    "contracts": "Z",
    "labels": "L",
    "gatherings": "2",
    "aged": "W",
    "old": "5",
    "persons": "N",
    "person_states": "K",
    "things": "X",
    "stops": "V",
    "hundred": "h",
    "dozen": "z",
    "half": "H",
    "magnitudes": "k",
    "vague": "p",
    "several": "f",
    "quarter": "Q",
    "months": "m",
    "months_in_context": "a",
    "weekdays": "w",
    "seasons": "e",
    "seasons_in_context": "3",
    "parts": "g",
    "ordinals": "r",
    "last": "l",
    "past": "7",
    "this": "c",
    "next": "i",
    "ago": "G",
    "days_away": "Y",
    "unknown_days": "9",
    "since": "s",
    "until": "I",
    "after": "b",
}
CAPITALISED = frozenset("maw")
MARKS = {
    **dict.fromkeys("-‐‑‒–", "-"),
    **dict.fromkeys(",;:—", ","),
    **dict.fromkeys(".?!", "."),
    **dict.fromkeys("([", "("),
    **dict.fromkeys(")]", ")"),
}
# A longer run of digits is a key or a phone number, not a figure.
LONGEST = 15

SMALL = "(?:t-?u|t|u)"
BELOW = f"(?:(?:{SMALL}|A)?h(?:&?{SMALL})?|{SMALL})"
BIG = f"(?:{BELOW}|A)?k"
FIGURE = re.compile(
    rf"(?P<vague>fo?[zhk]k?|p(?:op)?)"
    rf"|(?P<half>(?:{SMALL}|A)k?&AHk?|HA?[zhk]k?|HA?(?=-?D)|(?:A?Q|;)oA(?=D))"
    rf"|(?P<digits>[njy](?:z|h|k{{1,2}}|p))"
    rf"|(?P<words>(?:{SMALL}|A)z|{SMALL}p|{BIG}(?:&?{BIG}){{0,3}}(?:&?{BELOW})?|{BELOW})"
    rf"|(?P<article>A(?=D))"
    rf"|(?P<several>f(?=-?D))"
)
WORDS_OF_DIGITS = (
    r"\+\d[\d ()-]{6,18}\d",
    r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)",
    r"(?<!\d)\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d(?!\d)",
    r"\d{1,2}:\d\d(?::\d\d)?|\d{1,2}/\d{1,2}(?![\d/])",
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)[kK]?",
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)",
    r"\d{1,3}(?:\.\d{3}){2,}(?!\d)",
    r"\d+(?:\.\d+|,\d{1,2}(?![\d,]))?(?:[^\W\d_]\w*)?",
)
# T-72, Covid-19, G7; but mid-2016 is two words.
NAME_WITH_DIGITS = (
    r"(?<!\w)(?=[^\W\d_]{0,20}[A-Z])(?![Mm]id|[Ee]arly|[Ll]ate)[^\W\d_]{1,30}[-–]?\d\w*(?:-\d\w*)*"
    r"|(?<!\w)[^\W\d_]{1,30}\d\w*"
)


DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}([./])\d{1,2}\1\d{4}")


class Figure(NamedTuple):
    """A number as read: its bounds, the magnitude it ends in, how it was written."""

    low: float
    high: float
    scale: float = 1
    form: str = "words"


class Unit(NamedTuple):
    """A unit of time: its length, and the pay period that "a" or "per" it gives."""

    name: str
    months: float
    period: str


class Fold(NamedTuple):
    """A run of words that is one letter."""

    first: int
    last: int
    letter: str
    value: Any


class Letters(NamedTuple):
    """A text as letters: one for each word, with the word's place and what it stands for."""

    text: str
    codes: str
    values: list[Any]
    starts: list[int]
    ends: list[int]

    def word(self, at: int) -> str:
        """Return a word as printed."""
        return self.text[self.starts[at] : self.ends[at]]

    def before(self, at: int, length: int) -> str:
        """Return the letters of so many words before one."""
        return self.codes[max(0, at - length) : at]

    def glued(self, at: int) -> bool:
        """Return whether nothing stands between a word and the one before it."""
        return at > 0 and self.ends[at - 1] == self.starts[at]

    def folded(self, folds: Iterable[Fold]) -> "Letters":
        """Return it with each of these runs of words as one."""
        codes, values, ends = list(self.codes), list(self.values), list(self.ends)
        kept = bytearray(b"\x01") * len(codes)
        for first, last, letter, value in folds:
            codes[first], values[first], ends[first] = letter, value, ends[last - 1]
            kept[first + 1 : last] = bytes(last - first - 1)
        return Letters(
            self.text,
            "".join(compress(codes, kept)),
            list(compress(values, kept)),
            list(compress(self.starts, kept)),
            list(compress(ends, kept)),
        )

    def masked(self, spans: Iterable[tuple[int, int]]) -> "Letters":
        """Return it with these runs of words hidden from further patterns."""
        codes = list(self.codes)
        for first, last in spans:
            codes[first:last] = "_" * (last - first)
        return self._replace(codes="".join(codes))


class Alphabet:
    """The words of a codebook, and the letter that each of them is."""

    def __init__(self, words: Mapping[str, Any], book: "Codebook") -> None:
        """Sort the words of `quantities.yaml` and of the codebook by their first word."""
        self.currencies = book.currencies
        self.scan = _scanner(book.currencies)
        self.suffixes = words["suffixes"]
        self.vague = {p["of"]: (p["min"], p["max"]) for p in words["vague"].values()}
        self.endings = tuple(words["person_endings"])
        self.people_endings = tuple(words["people_endings"])
        self.exact: dict[str, tuple[str, Any]] = {}
        self.single: dict[str, tuple[str, Any]] = {}
        self.phrases: dict[str, dict[tuple[str, ...], tuple[str, Any]]] = defaultdict(dict)
        self._add_words(words)
        self._add_people(book)
        self._add_currencies()
        self.lengths = {
            first: sorted({len(rest) for rest in ends}, reverse=True)
            for first, ends in self.phrases.items()
        }
        self.seconds = {
            first: frozenset(rest[0] for rest in ends) for first, ends in self.phrases.items()
        }
        self.letter = lru_cache(maxsize=1 << 16)(self._letter)

    def _add(self, entry: str, letter: str, value: Any = None) -> None:
        first, *rest = self.scan.findall(entry.lower())
        if rest:
            self.phrases[first][tuple(rest)] = (letter, value)
        else:
            self.single[first] = (letter, value)

    def _add_words(self, words: Mapping[str, Any]) -> None:
        for name, letter in LETTERS.items():
            values = words[name] if isinstance(words[name], dict) else {}
            for entry in words[name]:
                self._add(entry, letter, values.get(entry))
        for word, number in words["numbers"].items():
            self._add(word, "t" if number >= 20 else "u", number)
        for unit in words["units"]:
            for word in unit["words"]:
                self._add(word, "D", Unit(unit["words"][0], unit["months"], unit["period"]))

    def _add_people(self, book: "Codebook") -> None:
        for noun in (noun for block in book.people for noun in block.nouns):
            self._add(_plural(noun), "N")
            if " " not in noun:
                self.single.setdefault(noun.lower(), ("U", None))
        for people in book.nationalities:
            if people.people != people.adjective:
                self._add(people.people, "N")

    def _add_currencies(self) -> None:
        names: dict[str, list[str]] = defaultdict(list)
        shared: dict[str, list[str]] = defaultdict(list)
        for code, currency in self.currencies.items():
            for sign in (code, *currency.signs):
                self.exact[sign] = ("S", (code,))
            for name in (*currency.names, *currency.short):
                (names if name in currency.names else shared)[name].append(code)
                for adjective in currency.adjectives:
                    names[f"{adjective} {name}"].append(code)
        for name, codes in {**shared, **names}.items():
            for form in (name, _plural(name)):
                self._add(form, "C", tuple(dict.fromkeys(codes)))

    def _letter(self, word: str) -> tuple[str, Any, str | None]:
        """Return the letter and value of a word, and the word if phrases begin with it."""
        lower = word.lower().replace("’", "'")
        lower = lower.replace(".", "") if len(lower) > 1 and lower[0].isalpha() else lower
        first = lower if lower in self.phrases else None
        if word[0].isdecimal():
            return *self._read_digits(lower), first
        found = self.exact.get(word) or self.single.get(lower)
        if found is None and lower.endswith("'s"):
            found = self.single.get(lower[:-2])
        if found and (found[0] not in CAPITALISED or word[0].isupper()):
            return *found, first
        return MARKS.get(word) or self._guess(word, lower), None, first

    def _guess(self, word: str, lower: str) -> str:
        if word.isspace():
            return "¶"
        people = word[0].isupper() and lower.endswith(self.people_endings)
        return "N" if people or lower.endswith(self.endings) else "x"

    def _read_digits(self, word: str) -> tuple[str, Any]:
        """Return the letter and value of a word that begins with a digit."""
        number = re.match(r"[\d.,:/ \u00a0\u202f-]*\d", word).group()
        suffix = word[len(number) :]
        if DATE.fullmatch(number):
            return "@", _read_date(number)
        if ":" in number or "/" in number:
            return "x", None
        digits = re.sub(r"[^\d.,]", "", number)
        if len(digits) > LONGEST or (suffix and suffix not in self.suffixes):
            return _read_ordinal(digits, suffix)
        value = _value_of(digits) * self.suffixes.get(suffix, 1)
        if suffix:
            form = "metres" if suffix == "m" else "digits"
            return "n", Figure(value, value, self.suffixes[suffix], form)
        return _letter_of(digits, value), Figure(value, value, 1, "digits")

    def read(self, text: str) -> Letters:
        """Return a text as letters, with phrases and figures as one each."""
        spans = [match.span() for match in self.scan.finditer(text)]
        words = [text[start:end] for start, end in spans]
        found = list(map(self.letter, words))
        letters = Letters(
            text,
            "".join([letter for letter, _, _ in found]),
            [value for _, value, _ in found],
            [start for start, _ in spans],
            [end for _, end in spans],
        )
        firsts = [(i, first) for i, (_, _, first) in enumerate(found[:-1]) if first]
        letters = letters.folded(self._find_phrases(words, firsts))
        return letters.folded(self._find_figures(letters))

    def _find_phrases(self, words: list[str], firsts: list[tuple[int, str]]) -> Iterator[Fold]:
        done = 0
        for i, first in firsts:
            if i < done or words[i + 1].lower() not in self.seconds[first]:
                continue
            for length in self.lengths[first]:
                rest = tuple([word.lower() for word in words[i + 1 : i + 1 + length]])
                if rest in self.phrases[first]:
                    done = i + 1 + len(rest)
                    yield Fold(i, done, *self.phrases[first][rest])
                    break

    def _find_figures(self, letters: Letters) -> Iterator[Fold]:
        """Yield number words, and digits with number words, as figures."""
        for match in FIGURE.finditer(letters.codes):
            codes, values = match.group(), letters.values[match.start() : match.end()]
            if match.lastgroup == "vague":
                yield Fold(*match.span(), "v", self._read_vague(values))
            elif match.lastgroup == "several":
                yield Fold(*match.span(), "v", Figure(2, 9, 1, "vague"))
            elif match.lastgroup == "article":
                yield Fold(*match.span(), "1", Figure(1, 1))
            else:
                read = _read_half if match.lastgroup == "half" else _read_words
                value, scale = read(codes, values)
                form = "one" if codes == "u" and value == 1 else "words"
                yield Fold(*match.span(), "n", Figure(value, value, scale, form))

    def _read_vague(self, values: list[Any]) -> Figure:
        """Return the bounds of "hundreds", "several hundred", "tens of thousands"."""
        sizes = [v["of"] if isinstance(v, dict) else v for v in values if v is not None]
        low, high = self.vague.get(sizes[0], (2 * sizes[0], 10 * sizes[0] - 1))
        times = sizes[1] if len(sizes) > 1 else 1
        return Figure(low * times, (high + 1) * times - 1, 1, "vague")


def _plural(noun: str) -> str:
    """Return the plural of a noun: of "soldier of fortune", that of its head."""
    head, tie, rest = re.match(r"(.*?)( (?:of|for|in) |$)(.*)", noun).groups()
    if tie:
        return _plural(head) + tie + rest
    if noun.endswith("man"):
        return noun[:-2] + "en"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun if noun.endswith("s") else noun + "s"


def _scanner(currencies: Mapping[str, Any]) -> re.Pattern[str]:
    """Return the pattern that cuts a text into words, figures and marks."""
    signs = sorted({s for c in currencies.values() for s in c.signs}, key=lambda s: (-len(s), s))
    marks = [re.escape(sign) for sign in signs if not sign.isalpha()]
    glued = sorted({*currencies, *(sign for sign in signs if sign.isalpha())})
    return re.compile(
        "|".join(
            [
                r"[A-Za-z]+(?=[ ,)])",
                *marks,
                rf"(?<!\w)(?:{'|'.join(glued)})(?=\d)",
                r"https?://\S+",
                r"\bNos?\. ?\d+",
                r"(?:[^\W\d_]\.){2,}",
                NAME_WITH_DIGITS,
                r"[^\W\d_]+(?:['’][^\W\d_]+)*",
                *WORDS_OF_DIGITS,
                r"\n\s*\n",
                r"\S",
            ]
        )
    )


def _read_date(word: str) -> tuple[int, ...]:
    """Return year, month and day of 2020-05-12 or 12.05.2020; of 05/12/2020 the year only."""
    parts = tuple(int(part) for part in re.split(r"[-./]", word))
    if "-" in word:
        return parts
    first, second, year = parts
    if "." in word or first > 12:
        return year, second, first
    return (year, first, second) if second > 12 else (year,)


def _read_ordinal(digits: str, suffix: str) -> tuple[str, Any]:
    if suffix in ("st", "nd", "rd", "th") and digits.isdigit() and 0 < int(digits[:4]) <= 31:
        return "O", int(digits)
    return "x", None


def _value_of(digits: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return float(digits.replace(",", ""))
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", digits):
        return float(digits.replace(".", ""))
    return float(digits.replace(",", "."))


def _letter_of(digits: str, value: float) -> str:
    if not digits.isdigit():
        return "n"
    if len(digits) == 4 and 1900 <= value < 2100:
        return "y"
    return "j" if len(digits) <= 2 and 1 <= value <= 31 else "n"


def _read_words(codes: str, values: list[Any]) -> tuple[float, float]:
    """Return the value of number words, and the magnitude they end in."""
    total = current = 0.0
    scale = 1.0
    for letter, value in zip(codes, values, strict=True):
        if letter in "utnjy":
            current += getattr(value, "low", value)
        elif letter == "A":
            current = 1
        elif letter == "h":
            current, scale = (current or 1) * value, value
        elif letter in "zkp":
            scale = value["of"] if letter == "p" else value
            total, current = total + (current or 1) * scale, 0
    return total + current, scale if codes[-1] in "hzkp" else 1


def _read_half(codes: str, values: list[Any]) -> tuple[float, float]:
    """Return the value of "half a million", "one and a half", "a quarter of" a unit."""
    scale = 1.0
    for letter, value in zip(codes, values, strict=True):
        scale *= value if letter in "hzk" else 1
    whole = sum(v for c, v in zip(codes, values, strict=True) if c in "ut")
    part = {"Q": 0.25, ";": values[0]}.get(codes.lstrip("A")[0], 0.5)
    mixed = codes[0] == "A" and "H" in codes
    return ((1 if mixed else whole) + part) * scale, scale


class _Same(NamedTuple):
    """A codebook by identity: it is read once, and too large to compare."""

    book: Any

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.book is other.book


@lru_cache(maxsize=4)
def _alphabet(same: _Same) -> Alphabet:
    path = resources.find("data/codebook") / "quantities.yaml"
    words = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return Alphabet(words, codebook.load() if same.book is None else same.book)


def alphabet(book: "Codebook | None" = None) -> Alphabet:
    """Return the alphabet of a codebook; without one, of the shipped codebook.

    Examples
    --------
    >>> alphabet().read("up to $1,500 a month").codes
    '<Sn1D'
    """
    return _alphabet(_Same(book))
