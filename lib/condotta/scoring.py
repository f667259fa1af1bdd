"""How well claims were read: a run against what a person read, claim by claim and slot by slot.

The measure is that of the Message Understanding Conferences: claims of a page are paired one to
one, and every filled slot is right, wrong (which costs precision and recall), missing (recall) or
spurious (precision).
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import gold, tables

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("pay_min", "pay_max", "count_min", "count_max", "contract_months")
NAMES = (*tables.SLOTS, "source_name")
CORE = ("type", *tables.SLOTS, *FIGURES, "currency", "period", *gold.DATES)
SOURCE = ("source_name", "source_kind", "stance")
SCORED = (*CORE, *SOURCE)
# Words that tell no two names apart: "the Hamza fighters" are "Hamza group".
FILLER = frozenset(
    {"the", "of", "in", "on", "and", "a", "an", "to", "group", "fighter", "mercenary", "men"}
    | {"mercenarie", "force", "rebel", "militant", "soldier", "citizen", "national", "people"}
)
ARTICLES = frozenset({"al", "el", "as", "ad"})
COUNTS = ["gold", "found", "right"]
SHARES = ["precision", "recall", "f"]

Claim = Mapping[str, Any]


class Pair(NamedTuple):
    """A claim of the gold beside the claim of the run that is closest to it; one may be missing."""

    page: Mapping
    gold: Claim | None
    found: Claim | None
    same: bool


def stems(name: object) -> frozenset[str]:
    """Return the words of a name without accents, plural endings, articles and filler.

    Examples
    --------
    >>> sorted(stems("the Hamza fighters")), sorted(stems("al-Hamza")), sorted(stems("the group"))
    (['hamza'], ['hamza'], ['group', 'the'])
    """
    plain = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    every = frozenset(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words)
    return (every - FILLER - ARTICLES) or every


def agree(slot: str, one: object, other: object) -> bool:
    """Return whether two readings of a filled slot say the same.

    Figures have to be equal; dates agree as far as both are given, from the year on; names if any
    of those joined by ``;`` share more than half of the shorter one's words; all else if equal.

    Examples
    --------
    >>> agree("date_from", "2020-05", "2020-05-31"), agree("recruits", "Syrians", "Syrian rebels")
    (True, True)
    """
    if slot in FIGURES:
        return float(one) == float(other)
    if slot in gold.DATES:
        first, second = str(one)[:10], str(other)[:10]
        shorter = min(len(first), len(second))
        return shorter >= 4 and first[:shorter] == second[:shorter]
    if slot in NAMES:
        names, others = ([stems(n) for n in str(value).split(";")] for value in (one, other))
        return any(a and b and 2 * len(a & b) > min(len(a), len(b)) for a in names for b in others)
    return str(one).strip().lower() == str(other).strip().lower()


def filled(claim: Claim | None, slots: Collection[str] = SCORED) -> dict[str, Any]:
    """Return the slots of a claim that hold a value."""
    given = ((slot, (claim or {}).get(slot)) for slot in slots)
    return {slot: value for slot, value in given if value is not None and str(value).strip()}


def align(one: Sequence[Claim], other: Sequence[Claim]) -> list[tuple[int, int]]:
    """Return pairs of positions, one to one, those that agree best first.

    An agreeing type counts 3 and another slot 1, a disagreeing one takes half a point away; pairs
    below 2 points are none.
    """
    ones, others = ([filled(claim) for claim in claims] for claims in (one, other))
    points = [(_points(a, b), i, j) for i, a in enumerate(ones) for j, b in enumerate(others)]
    left, right, pairs = set(range(len(one))), set(range(len(other))), []
    for score, i, j in sorted(points, key=lambda item: (-item[0], *item[1:])):
        if score >= 2 and i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((i, j))
    return pairs


def _points(one: Claim, other: Claim) -> float:
    both = [slot for slot in one if slot in other]
    right = [slot for slot in both if agree(slot, one[slot], other[slot])]
    return len(right) + 2 * ("type" in right) - 0.5 * (len(both) - len(right))


def is_same(one: Claim, other: Claim) -> bool:
    """Return whether a claim counts as found.

    The type is the same, no figure contradicts, and half of the filled core slots agree.
    """
    first, second = filled(one, CORE), filled(other, CORE)
    right = {slot for slot in first if slot in second and agree(slot, first[slot], second[slot])}
    if "type" not in right or any(s in second and s not in right for s in FIGURES if s in first):
        return False
    return 2 * (len(right) - 1) >= len(first) - 1


def pair_claims(
    pages: Sequence[Mapping], claims: "pd.DataFrame", articles: "pd.DataFrame"
) -> list[Pair]:
    """Pair the claims of a run with those of gold pages.

    Parameters
    ----------
    pages : sequence of mappings
        As `gold.read_gold` returns them.
    claims, articles : DataFrame
        The tables of the run. What stands in articles that are no page of the gold is left aside.

    Returns
    -------
    list of Pair
        In the order of the pages: their gold claims, then what only the run found. A page that
        the run did not read has its gold claims alone.
    """
    rows = claims.astype(object).where(claims.notna(), None).to_dict("records")
    read = gold.articles_of(pages, articles)
    pairs: list[Pair] = []
    for page in pages:
        found = [row for row in rows if row["article_id"] in read[page["id"]]]
        pairs += pair_page(page, page["claims"], found)
    return pairs


def pair_page(page: Mapping, coded: Sequence[Claim], found: Sequence[Claim]) -> Iterator[Pair]:
    """Yield the pairs of one page: gold claims in their order, then what only the run found."""
    partner = dict(align(coded, found))
    for i, claim in enumerate(coded):
        other = found[partner[i]] if i in partner else None
        yield Pair(page, claim, other, other is not None and is_same(claim, other))
    taken = set(partner.values())
    yield from (Pair(page, None, one, False) for j, one in enumerate(found) if j not in taken)


def count_claims(pairs: Iterable[Pair], group: Callable[[Pair], str]) -> "pd.DataFrame":
    """Count claims by page and group, such as `by_theatre` or `by_source`.

    Returns
    -------
    DataFrame
        One row per page and group, with claims in the gold, found and right; index (page, label).
    """
    rows = [
        (p.page["id"], group(p), p.gold is not None, p.found is not None, p.same) for p in pairs
    ]
    return _summed(rows)


def count_types(pairs: Iterable[Pair]) -> "pd.DataFrame":
    """Count claims by page and type; a claim that was found with another type counts for both."""
    rows = []
    for pair in pairs:
        if pair.gold:
            rows.append((pair.page["id"], pair.gold["type"], 1, 0, pair.same))
        if pair.found:
            rows.append((pair.page["id"], pair.found["type"], 0, 1, 0))
    return _summed(rows)


def count_slots(pairs: Iterable[Pair], slots: Collection[str] = SCORED) -> "pd.DataFrame":
    """Count filled slots by page and slot, over all pairs."""
    rows = []
    for pair in pairs:
        one, other = filled(pair.gold, slots), filled(pair.found, slots)
        for slot in slots:
            both = slot in one and slot in other
            right = both and agree(slot, one[slot], other[slot])
            rows.append((pair.page["id"], slot, slot in one, slot in other, right))
    return _summed(rows)


def _summed(rows: Iterable[tuple]) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["page", "label", *COUNTS])
    return frame.astype(dict.fromkeys(COUNTS, int)).groupby(["page", "label"], sort=True).sum()


def every(pair: Pair) -> str:
    """Return one group for all pairs."""
    return "all claims"


def by_theatre(pair: Pair) -> str:
    """Return from where to which war the page tells."""
    return pair.page.get("theatre") or "not told"


def by_genre(pair: Pair) -> str:
    """Return what kind of text the page is."""
    return pair.page.get("genre") or "not told"


def by_source(pair: Pair) -> str:
    """Return the kind of source in the gold, that of the run for what only the run found."""
    return (pair.gold or pair.found or {})["source_kind"]


def by_reading(pair: Pair) -> str:
    """Return what found a claim, the first words of its rule; nothing for what was missed."""
    rule = str((pair.found or {}).get("rule") or "not found")
    return re.sub(r"\s*[\d.]*$", "", rule.partition(";")[0])


def score(
    counts: "pd.DataFrame",
    *,
    pages: Sequence[str] | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> "pd.DataFrame":
    """Score what was counted, with intervals.

    Parameters
    ----------
    counts : DataFrame
        As `count_claims`, `count_types` and `count_slots` return them.
    pages : sequence of str, optional
        Ids of all pages that were compared, those without any claim too; by default those counted.
    draws, seed : int
        How often, and from where, pages are drawn again.

    Returns
    -------
    DataFrame
        One row per label, most frequent in the gold first: `gold`, `found`, `right`, `precision`,
        `recall`, `f`, and `f_low` to `f_high`, which hold 95 % of the F of pages drawn again.
        Empty where nothing was there to count: no gold for recall, nothing found for precision.

    Notes
    -----
    Whole pages are drawn, with replacement, because claims of a page rise and fall together. That
    several pages retell one story is not accounted for, so that true intervals are wider.
    """
    import numpy as np
    import pandas as pd

    labels = counts.groupby("label")[COUNTS].sum()
    labels = labels[labels[["gold", "found"]].sum(axis=1) > 0]
    scored = labels.join(pd.DataFrame(_shares(labels.to_numpy(float)), labels.index, SHARES))
    order = list(dict.fromkeys(pages if pages is not None else counts.index.unique("page")))
    rows = [counts.xs(name, level="label").reindex(order, fill_value=0) for name in labels.index]
    cube = np.stack([row[COUNTS].to_numpy(float) for row in rows], axis=1) if rows else None
    drawn = np.random.default_rng(seed).multinomial(
        len(order), [1 / len(order)] * len(order), draws
    )
    if cube is not None:
        again = _shares(np.tensordot(drawn, cube, axes=1))[..., 2]
        low, high = np.nanquantile(again, [0.025, 0.975], axis=0)
        scored = scored.assign(f_low=low, f_high=high)
    return scored.sort_values(["gold", "found"], ascending=False, kind="stable")


def _shares(counts: Any) -> Any:
    """Return precision, recall and F of counts of gold, found and right in the last axis."""
    import numpy as np

    coded, found, right = (counts[..., n] for n in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        # F from counts is defined as soon as there is anything, also where nothing was found.
        return np.stack([right / found, right / coded, 2 * right / (coded + found)], axis=-1)


def sum_up(pairs: Sequence[Pair], pages: Sequence[Mapping], *, seed: int = 1) -> "pd.DataFrame":
    """Return the scores that are quoted: claims, core slots, slots of the source.

    Returns
    -------
    DataFrame
        As `score` returns it, with the rows ``claims``, ``core slots`` and ``source slots``.
    """
    import pandas as pd

    ids = [page["id"] for page in pages]
    parts = {
        "claims": count_claims(pairs, every),
        "core slots": count_slots(pairs, CORE),
        "source slots": count_slots(pairs, SOURCE),
    }
    scored = []
    for name, counts in parts.items():
        one = counts.groupby(level="page").sum().assign(label=name).set_index("label", append=True)
        scored.append(score(one, pages=ids, seed=seed))
    return pd.concat(scored)


def count_alarms(pairs: Iterable[Pair], pages: Sequence[Mapping]) -> tuple[int, int]:
    """Return on how many pages without a claim the run found one, and how many those pages are."""
    quiet = [page["id"] for page in pages if not page["claims"]]
    found = {pair.page["id"] for pair in pairs if pair.found is not None}
    return sum(page in found for page in quiet), len(quiet)


def share_certain(pairs: Iterable[Pair]) -> float | None:
    """Return in which share of the pairs both have the same certainty, None if there is none."""
    readings = [[filled(claim, ["certainty"]) for claim in (p.gold, p.found)] for p in pairs]
    both = [one == other for one, other in readings if one and other]
    return sum(both) / len(both) if both else None


def list_errors(pairs: Iterable[Pair], articles: "pd.DataFrame") -> "pd.DataFrame":
    """List every disagreement with the gold, both readings side by side.

    Returns
    -------
    DataFrame
        One row per claim that only one of the two has, and per slot in which a pair disagrees:

        ==========  ==============================================================
        column      meaning
        ==========  ==============================================================
        `page`      id of the page
        `claim_id`  claim of the run; empty where it is missing
        `error`     missing claim, spurious claim, wrong, missing or spurious slot
        `slot`      the slot; empty where a whole claim is meant
        `gold`      what the person read
        `found`     what the run read
        `words`     the words of the run's claim, as printed
        `rule`      what found them
        ==========  ==============================================================
    """
    import pandas as pd

    texts = dict(zip(articles["article_id"], articles["text"], strict=True))
    columns = ["page", "claim_id", "error", "slot", "gold", "found", "words", "rule"]
    rows = []
    for pair in pairs:
        claim = pair.found or {}
        words = texts.get(claim.get("article_id"), "")[claim.get("start", 0) : claim.get("end", 0)]
        read = (" ".join(words.split()) or None, claim.get("rule"))
        rows += [(pair.page["id"], claim.get("claim_id"), *e, *read) for e in _errors(pair)]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _errors(pair: Pair) -> Iterator[tuple[str, str | None, object, object]]:
    one, other = filled(pair.gold), filled(pair.found)
    if pair.found is None:
        yield "missing claim", None, tell(pair.gold), None
    elif pair.gold is None:
        yield "spurious claim", None, None, tell(pair.found)
    else:
        for slot in SCORED:
            a, b = one.get(slot), other.get(slot)
            if a is None and b is not None:
                yield "spurious slot", slot, None, b
            elif a is not None and b is None:
                yield "missing slot", slot, a, None
            elif a is not None and not agree(slot, a, b):
                yield "wrong slot", slot, a, b


def tell(claim: Claim | None) -> str:
    """Return the filled slots of a claim in one line.

    Examples
    --------
    >>> tell({"type": "pay", "recruits": "Syrians", "pay_min": 500.0})
    'pay; recruits: Syrians; pay_min: 500'
    """
    given = filled(claim)
    kind = given.pop("type", "")
    shown = (f"{v:g}" if isinstance(v, float) else v for v in given.values())
    return "; ".join([str(kind), *(f"{s}: {v}" for s, v in zip(given, shown, strict=True))])


GROUPS = {
    "theatre": by_theatre,
    "genre": by_genre,
    "kind of source": by_source,
}


def report(
    pairs: Sequence[Pair], pages: Sequence[Mapping], articles: "pd.DataFrame", *, seed: int = 1
) -> str:
    """Return all scores of a run as text: summed up, by type and slot, by group."""
    ids = [page["id"] for page in pages]
    read = sum(bool(found) for found in gold.articles_of(pages, articles).values())
    alarms, quiet = count_alarms(pairs, pages)
    parts = {
        f"{len(pages)} pages, {read} read": sum_up(pairs, pages, seed=seed),
        "claims by type": score(count_types(pairs), pages=ids, seed=seed),
        "slots": score(count_slots(pairs), pages=ids, seed=seed),
    }
    for name, group in GROUPS.items():
        parts[f"claims by {name}"] = score(count_claims(pairs, group), pages=ids, seed=seed)
    laid_out = "\n\n".join(f"{name}\n{lay_out(scored)}" for name, scored in parts.items())
    return (
        f"{laid_out}\n\npages without claims on which some were found: {alarms} of {quiet}\n"
        f"certainty right where a claim was found: {short(share_certain(pairs))}"
    )


def lay_out(scored: "pd.DataFrame") -> str:
    """Return scores as lines of text, one a label; a dash stands where there was nothing to count.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"gold": 4, "found": 2, "right": 2, "precision": 1.0, "recall": 0.5, "f": 2 / 3}
    >>> print(lay_out(pd.DataFrame([row | {"f_low": 0.4, "f_high": 0.8}], ["pay"])))
                          gold found right     P    R    F  95 %
    pay                      4     2     2  1.00  .50  .67  .40 to .80
    """
    lines = [f"{'':<20} {'gold':>5} {'found':>5} {'right':>5}  {'P':>4} {'R':>4} {'F':>4}  95 %"]
    for row in scored.itertuples():
        shares = " ".join(f"{short(share):>4}" for share in (row.precision, row.recall, row.f))
        numbers = f"{row.gold:5} {row.found:5} {row.right:5}"
        bounds = f"{short(row.f_low)} to {short(row.f_high)}"
        lines.append(f"{row.Index:<20} {numbers}  {shares}  {bounds}")
    return "\n".join(lines)


def short(share: float) -> str:
    """Return a share with two decimals and no leading nought, a dash where there is none.

    Examples
    --------
    >>> short(0.5), short(-0.25), short(1), short(None)
    ('.50', '-.25', '1.00', '-')
    """
    return "-" if share is None or share != share else f"{share:.2f}".replace("0.", ".", 1)
