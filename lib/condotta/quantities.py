"""Money, head counts, durations and dates of a text, as intervals with the words they come from.

The grammar is a few patterns over a text as letters (`condotta.letters`). It keeps what a figure
is bounded by (up to, more than, around), which currency, per what, and what is counted; dates are
read in `condotta.dates`. All words are in `data/codebook/quantities.yaml`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta.dates import find_dates, read_published
from condotta.letters import Alphabet, Figure, Letters, alphabet

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from condotta.codebook import Codebook


class Quantity(NamedTuple):
    """One figure or date: where its words stand, and the interval that they allow."""

    start: int
    end: int
    kind: str
    min: float | None = None
    max: float | None = None
    approx: bool = False
    unit: str | None = None
    period: str | None = None
    noun: str | None = None
    noun_start: int | None = None
    noun_end: int | None = None
    date_from: str | None = None
    date_to: str | None = None
    conversion: tuple[int, int] | None = None


# n any figure, j an integer to 31, y a possible year, v a vague figure, 1 an article before a unit.
N = "(?:[njyv]|1(?=-?D))"
TAIL = "(?:[{}`](?![~0d=]?S?[njyv]))?"
CURRENCY = "(?:-?C|S(?![njyv])|qC)?"
AMOUNT = re.compile(
    rf"(?P<lead>[<>~BF{{}}][<>~0d={{}}]{{0,3}})?(?P<sign>S?)(?P<one>{N})(?P<tail>{TAIL})"
    rf"(?P<name>{CURRENCY})"
    rf"(?:(?P<tie>-?T|-|\||&|<)(?P<lead2>[<>~0d=]{{0,2}})(?P<sign2>S?)(?P<two>{N})"
    rf"(?P<tail2>{TAIL})(?P<name2>{CURRENCY}))?(?P<tail3>{TAIL})"
)
PER = re.compile(r"(?:P|1|-[A1]-)(?P<unit>D)|[AP](?P<contract>Z)|(?P<adverb>M)|(?P<quarter>P?Q|;)")
PER_SOON = re.compile(
    rf"\)?(?:[xEqNUdTF]{{0,4}}4?P(?P<each>D)"
    rf"|[xEqNU]{{0,2}}(?:{PER.pattern}|4[A0d]{{0,2}}(?P<term>[njv1]-?D|Z)))"
)
PERIOD = re.compile(r"M|PD")
UNIT = re.compile(r"-?D(?!-?5)")
AGE = re.compile(r"-?D-?5")
AND_A_HALF = re.compile(r"&AH(?![hkz])")
OF_WHAT = re.compile(r"-?x?Z|(?<=-D)-?[xXUN]")
SHORTEST_MONTHS = 0.03
NOUN = re.compile(r"[^.,()¶VqTA14FBPRIsb<>~njyvSC_|;]{0,5}")
SHARE = re.compile(r";(?=o)|(?<!r)H(?=[od])")
RESTATED = re.compile(r"(?:1D|P[DZ]|M)?(?:\(=?|,?\|=?|[,-]?=)[0d]{0,2}")
PLURAL = re.compile(r"[^\W\d_]+(?:[^siu]s|ies)|[^\W\d_]+(?:men|people|folk)")


class Amount(NamedTuple):
    """A figure, or a range of two, with the words that bound it."""

    first: int
    last: int
    low: float | None
    high: float | None
    approx: bool
    currency: tuple[str, ...]
    lead: str
    figure: Figure


class Found(NamedTuple):
    """A quantity and its words."""

    first: int
    last: int
    quantity: Quantity


def find_quantities(
    doc: "Doc | str", *, published: Any = None, codebook: "Codebook | None" = None
) -> list[Quantity]:
    """Return every figure and date of a text, in order, as intervals.

    Parameters
    ----------
    doc : Doc or str
        The text. Of a Doc only `doc.text` is used.
    published : str or date, optional
        When the text was published, ISO, may be partial. Without it "last month" and "in May"
        have no bounds.
    codebook : Codebook, optional
        Whose currencies, nationalities and nouns for persons are known. The default is the
        shipped one.

    Returns
    -------
    list of Quantity
        One item is one figure or date:

        ====================  =============  ====================================================
        field                 unit           meaning
        ====================  =============  ====================================================
        `start`, `end`        character      its words, with those that bound it; end exclusive
        `kind`                               money, count (of persons), duration, date, share,
                                             number (what is counted is not known), other (ages,
                                             things, figures in names)
        `min`, `max`          see `unit`     bounds; None where the words leave an end open
        `approx`                             whether the words say "about"
        `unit`                               ISO 4217 code; persons; months; share (0 to 1); of
                                             other: age, name. None where the text leaves open
                                             which pounds, dinars or pesos are meant
        `period`                             month, day, year, contract, other: what the sum or
                                             the count is for
        `noun`                               what is counted, as printed, with `noun_start` and
                                             `noun_end`; of a duration, what lasts
        `date_from`           ISO, partial   first day, month or year of a date; None if open
        `date_to`             ISO, partial   last of it; None if open
        `conversion`          character      span of the same sum in another currency
        ====================  =============  ====================================================

    Raises
    ------
    ValueError
        If `published` is no ISO date.

    Notes
    -----
    "N", "about N": N to N; "up to N": none to N; "more than N": N to none; "hundreds": 200 to
    999; see the codebook for all words. A day is never made up: "last week" is seven days,
    "late 2016" a year, "today" nothing. Missed: sums of two counts ("five officers and 170 men"),
    figures told by others ("twice that"), and a currency that only an earlier sum names; such
    figures are of kind `number`, as are counts whose noun is unknown or left out.

    Examples
    --------
    >>> pay, term = find_quantities("up to $1,500 a month on three- to six-month contracts")
    >>> pay.min, pay.max, pay.unit, pay.period
    (None, 1500, 'USD', 'month')
    >>> term.min, term.max, term.unit, term.noun
    (3, 6, 'months', 'contracts')
    >>> since, = find_quantities("since last month", published="2020-06-12")
    >>> since.date_from, since.date_to
    ('2020-05', None)
    """
    text = doc if isinstance(doc, str) else doc.text
    limit = read_published(published)
    words = alphabet(codebook)
    letters = words.read(text)
    dates = list(find_dates(letters, limit))
    letters = letters.masked((date.first, date.last) for date in dates)
    found = [*_find_shares(letters), *_find_amounts(letters)]
    found = sorted(found, key=lambda one: one.first)
    quantities = [_settled(one.quantity, words, text) for one in _joined(letters, found)]
    quantities += [
        Quantity(
            letters.starts[date.first],
            letters.ends[date.last - 1],
            "date",
            date_from=date.since,
            date_to=date.until,
        )
        for date in dates
    ]
    return sorted(quantities, key=lambda one: one[:2])


def _find_shares(letters: Letters) -> Iterator[Found]:
    """Yield "half of" and "a third of"; per cent are amounts."""
    for match in SHARE.finditer(letters.codes):
        first = match.start()
        share = letters.values[first]
        span = letters.starts[first], letters.ends[first]
        yield Found(first, first + 1, Quantity(*span, "share", share, share, unit="share"))


def _find_amounts(letters: Letters) -> Iterator[Found]:
    """Yield figures and ranges, each as what it is an amount of."""
    at = 0
    while match := AMOUNT.search(letters.codes, at):
        ends = _ends_of(match, letters) if match["two"] else None
        end = match.end() if ends or not match["two"] else match.start("tie")
        at = end
        if found := _kind_of(_bounded(match, letters, ends, end), letters):
            yield found
            at = max(end, found.last)


def _ends_of(match: re.Match[str], letters: Letters) -> tuple[Figure, Figure] | None:
    """Return the two ends of a range, or None where two figures only stand side by side."""
    one, two = letters.values[match.start("one")], letters.values[match.start("two")]
    tie, lead = match["tie"], match["lead"] or ""
    if one.scale == 1 < two.scale and one.high <= two.high / two.scale:
        one = _times(one, two.scale)
    if tie == "-" and one.low < 10 and two.low % 1000 == 0 and one.low < two.low / 1000 < 20:
        one = _times(one, 1000)
    if tie == "|" and one.low == one.scale > 1 and two.high < 10:
        two = _times(two, one.scale)
    apart = (
        one.low > two.high
        or (tie == "|" and two.high > 10 * one.low)
        or (tie == "&" and "B" not in lead)
        or ("F" in lead and _rises(letters, match.start()))
    )
    return None if apart else (one, two)


def _times(figure: Figure, scale: float) -> Figure:
    return figure._replace(low=figure.low * scale, high=figure.high * scale)


def _rises(letters: Letters, first: int) -> bool:
    """Return whether a verb of change stands before "from N to M", which then is no range."""
    return "R" in letters.before(first, 4)


def _bounded(
    match: re.Match[str], letters: Letters, ends: tuple[Figure, Figure] | None, end: int
) -> Amount:
    """Return an amount with the bounds that the words around it set."""
    groups = {name: word or "" for name, word in match.groupdict().items()}
    if not ends and match["two"]:
        groups |= dict.fromkeys(("lead2", "sign2", "tail2", "name2", "tail3"), "")
    one, two = ends or (letters.values[match.start("one")],) * 2
    currency = _currency_of(match, groups, letters)
    first, lead = match.start(), groups["lead"].replace("{", "<").replace("}", ">")
    opens = lead[:1] == "F" and currency and not ends and not _rises(letters, first)
    if not ends and not opens and lead[:1] in ("B", "F"):
        kept = lead[1:].lstrip("0d=")
        first, lead = first + len(lead) - len(kept), kept
    tails = groups["tail"] + groups["tail2"] + groups["tail3"]
    low = None if "<" in lead or "{" in tails else one.low
    high = None if opens or ">" in lead + groups["lead2"] or "}" in tails else two.high
    if low is None and high is None:
        low, high = one.low, two.high
    approx = "~" in lead + groups["lead2"] or "`" in tails
    return Amount(first, end, low, high, approx, currency, lead, one)


def _currency_of(match: re.Match[str], groups: dict[str, str], letters: Letters) -> tuple[str, ...]:
    """Return the codes that the sign or name at an amount may stand for."""
    for group in ("sign", "name", "sign2", "name2"):
        if groups[group]:
            return letters.values[match.end(group) - 1]
    return ()


def _kind_of(amount: Amount, letters: Letters) -> Found | None:
    for rule in (_as_money, _as_share, _as_age, _as_duration, _as_name, _as_count):
        if found := rule(amount, letters):
            return found
    return None


def _found(
    amount: Amount, letters: Letters, kind: str, *, last: int | None = None, **fields: Any
) -> Found:
    """Return an amount as a quantity; fields that differ from the amount's own replace them."""
    first, last = fields.pop("first", amount.first), last or amount.last
    low, high = fields.pop("bounds", (amount.low, amount.high))
    quantity = Quantity(
        letters.starts[first],
        letters.ends[last - 1],
        kind,
        _whole(low),
        _whole(high),
        amount.approx,
        **fields,
    )
    return Found(first, last, quantity)


def _whole(value: float | None) -> float | None:
    """Return a whole number as such, also where binary fractions missed it by a hair."""
    nearest = None if value is None else round(value)
    return nearest if value is not None and abs(value - nearest) <= abs(value) * 1e-12 else value


def _noun_at(at: int, letters: Letters) -> dict[str, Any]:
    return {
        "noun": letters.word(at),
        "noun_start": letters.starts[at],
        "noun_end": letters.ends[at],
    }


def _as_money(amount: Amount, letters: Letters) -> Found | None:
    if not amount.currency:
        return None
    told = PER.match(letters.codes, amount.last)
    return _found(
        amount,
        letters,
        "money",
        last=told.end() if told else amount.last,
        unit=" ".join(amount.currency),
        period=_period_after(amount.last, letters) or _period_before(amount.first, letters),
    )


def _period_after(last: int, letters: Letters) -> str | None:
    """Return the period of "a month", "in cash per day", "for a three-month contract"."""
    match = PER_SOON.match(letters.codes, last)
    if match is None:
        return None
    if match["adverb"]:
        return letters.values[match.start("adverb")]
    unit = "each" if match["each"] else "unit"
    if match[unit]:
        return letters.values[match.start(unit)].period
    return "other" if match["quarter"] else "contract"


def _period_before(first: int, letters: Letters) -> str | None:
    """Return the period of "a monthly salary of", "each month it was": of the same clause."""
    before = letters.before(first, 8)
    told = list(PERIOD.finditer(before))
    if not told or set(before[told[-1].start() :]) & set(".¶(SC"):
        return None
    value = letters.values[first - len(before) + told[-1].end() - 1]
    return getattr(value, "period", value)


def _as_share(amount: Amount, letters: Letters) -> Found | None:
    if letters.codes[amount.last : amount.last + 1] != "%":
        return None
    bounds = [None if b is None else round(b / 100, 6) for b in (amount.low, amount.high)]
    return _found(amount, letters, "share", last=amount.last + 1, bounds=bounds, unit="share")


def _as_age(amount: Amount, letters: Letters) -> Found | None:
    """Return "aged 27", "27-year-old", "boys of 16" and the figure of "Ahmad, 27, said"."""
    before = letters.before(amount.first, 2)
    after = letters.codes[amount.last : amount.last + 1]
    years = 10 <= (amount.high or 0) < 100 and amount.figure.scale == 1
    told = (
        before[-1:] == "W"
        or AGE.match(letters.codes, amount.last)
        or (years and before in ("No", "Uo"))
        or (years and before == "x," and after == ",")
    )
    return _found(amount, letters, "other", unit="age") if told else None


def _as_duration(amount: Amount, letters: Letters) -> Found | None:
    unit = UNIT.match(letters.codes, amount.last)
    if unit is None:
        return None
    months = letters.values[unit.end() - 1].months
    if months < SHORTEST_MONTHS:
        return _found(amount, letters, "other", **_noun_at(unit.end() - 1, letters))
    half = AND_A_HALF.match(letters.codes, unit.end())
    last, more = (half.end(), 0.5) if half else (unit.end(), 0)
    first, low, high = amount.first, amount.low, amount.high
    if amount.lead == ">" and letters.word(first).lower() == "over":
        first, high = first + 1, low
    bounds = [None if b is None else round((b + more) * months, 2) for b in (low, high)]
    noun = OF_WHAT.match(letters.codes, last)
    return _found(
        amount,
        letters,
        "duration",
        first=first,
        last=last,
        bounds=(None, None) if amount.figure.form == "vague" else bounds,
        unit="months",
        **(_noun_at(noun.end() - 1, letters) if noun else {}),
    )


def _as_name(amount: Amount, letters: Letters) -> Found | None:
    """Return a figure that is part of a name: article 5, Covid-19, Suwayda 24, note (3)."""
    first, last = amount.first, amount.last
    before, after = letters.before(first, 2), letters.codes[last : last + 1]
    joined = before[-1:] == "-" and letters.glued(first)
    short = amount.figure.form == "digits" and (amount.high or 0) < 1000
    if (
        before[-1:] == "L"
        or joined
        or (after == "-" and short and letters.codes[last + 1 : last + 2] in ("n", "j"))
        or (short and before[-1:] == "(" and after == ")")
        or (short and before[-1:] in ("", "¶") and after == ".")
        or (short and before[-1:] == "x" and _is_title(amount, letters))
    ):
        return _found(amount, letters, "other", unit="name")
    return None


def _is_title(amount: Amount, letters: Letters) -> bool:
    named = letters.word(amount.first - 1)[0].isupper()
    return named and letters.word(amount.first).isdigit() and not _noun_of(amount, letters)


def _noun_of(amount: Amount, letters: Letters) -> tuple[str, int] | None:
    """Return the letter and place of the noun that a figure counts, if it stands near."""
    run = NOUN.match(letters.codes, amount.last).group()
    for i, letter in enumerate(run):
        if letter in "NK" or (letter == "X" and run[i + 1 : i + 2] != "N"):
            return letter, amount.last + i
        if letter == "U" and (run[0] == "-" or amount.high == 1):
            return "N", amount.last + i
    return None


def _as_count(amount: Amount, letters: Letters) -> Found | None:
    """Return a count of persons, a figure of other things, or one whose noun is not known."""
    noun = _noun_of(amount, letters)
    if noun is None and amount.figure.form in ("one", "metres"):
        return None
    if noun and (noun[0] == "X" or (amount.figure.form == "metres" and noun[0] != "N")):
        return _found(amount, letters, "other", **_noun_at(noun[1], letters))
    gathering = re.search(r"2o?$", letters.before(amount.first, 2))
    at = noun[1] if noun else gathering and amount.first - len(gathering.group())
    if at is not None:
        return _found(amount, letters, "count", unit="persons", **_noun_at(at, letters))
    plural = _plural_after(amount.last, letters)
    fields = {} if plural is None else _noun_at(plural, letters)
    return _found(amount, letters, "number", **fields)


def _plural_after(last: int, letters: Letters) -> int | None:
    run = NOUN.match(letters.codes, last).group()[:3]
    for at, letter in enumerate(run, start=last):
        if letter == "x" and PLURAL.fullmatch(letters.word(at)):
            return at
    return None


def _joined(letters: Letters, found: Iterable[Found]) -> Iterator[Found]:
    """Yield the quantities, those that two amounts tell together as one."""
    before: Found | None = None
    for one in found:
        merged = before and _merged(letters, before, one)
        if before and not merged:
            yield before
        before = merged or one
    if before:
        yield before


def _merged(letters: Letters, one: Found, two: Found) -> Found | None:
    between = letters.codes[one.last : two.first] if two.first - one.last <= 5 else "."
    kinds = one.quantity.kind, two.quantity.kind
    if kinds == ("money", "money") and RESTATED.fullmatch(between):
        return _with_conversion(one, two)
    if kinds == ("duration", "duration"):
        return _from_one_to_other(letters, one, two, between)
    if kinds[1] == "duration" and letters.codes[two.first] == "1":
        return _with_period(letters, one, two, between)
    return None


def _with_conversion(one: Found, two: Found) -> Found | None:
    """Return "204,000 rubles ($2,250) a month" as one sum."""
    if one.quantity.unit == two.quantity.unit:
        return None
    period = one.quantity.period or two.quantity.period
    span = two.quantity.start, two.quantity.end
    return Found(one.first, two.last, one.quantity._replace(period=period, conversion=span))


def _from_one_to_other(letters: Letters, one: Found, two: Found, between: str) -> Found | None:
    """Return "six months to a year" and "between three months and a year" as one duration."""
    low, high = one.quantity.min, two.quantity.max
    paired = between == "&" and letters.before(one.first, 1) == "B"
    if low is None or high is None or low > high:
        return None
    if not paired and not re.fullmatch(r"-?T|-|\|", between):
        return None
    later = two.quantity
    first = one.first - paired
    merged = one.quantity._replace(
        start=letters.starts[first],
        end=later.end,
        max=high,
        noun=later.noun,
        noun_start=later.noun_start,
        noun_end=later.noun_end,
    )
    return Found(first, two.last, merged)


def _with_period(letters: Letters, one: Found, two: Found, between: str) -> Found | None:
    """Return "50 fighters a month" and "$2,000 in cash a month" with their period."""
    apart = ".¶,(4VT&" if one.quantity.kind == "money" else ".¶,(4qVT&"
    if one.quantity.kind not in ("money", "count", "number") or set(between) & set(apart):
        return None
    unit = letters.values[two.last - 1]
    period = one.quantity.period or getattr(unit, "period", "other")
    return Found(one.first, two.last, one.quantity._replace(period=period))


def _settled(quantity: Quantity, words: Alphabet, text: str) -> Quantity:
    """Return a sum in the one currency that the text leaves possible, or in none.

    Pounds and dinars are those of the only country, among those that have them, which the text
    names.
    """
    codes = (quantity.unit or "").split() if quantity.kind == "money" else []
    if len(codes) < 2:
        return quantity
    owners = {
        name: code
        for code in codes
        for name in (*words.currencies[code].adjectives, *words.currencies[code].countries)
    }
    longest_first = sorted(owners, key=lambda name: (-len(name), name))
    names = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?=s?\b)")
    told = {owners[name] for name in names.findall(text)}
    return quantity._replace(unit=told.pop() if len(told) == 1 else None)
