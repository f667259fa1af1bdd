"""People who code pages: which pages to give them, and how far two of them agree."""

import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import gold, scoring, tables

if TYPE_CHECKING:
    import pandas as pd

EMPTY = "(empty)"  # that a slot is left empty is a decision of the coder, not a missing value
STRATA = ["with_claims", "theatre", "month", "publisher"]


class CodingError(ValueError):
    """A sample cannot be drawn or two codings not compared; the message says what to do."""


def lay_strata(articles: "pd.DataFrame", claims: "pd.DataFrame") -> "pd.DataFrame":
    """Return what pages are drawn by, one row per article.

    Returns
    -------
    DataFrame
        `article_id`, `with_claims` (yes, no), `theatre` (the war most of its claims are about),
        `month` of publication, `publisher`; ``not told`` where it is not known.
    """
    wars = claims.dropna(subset=["destination"]).groupby("article_id")["destination"]
    main = wars.agg(lambda named: named.value_counts().sort_index().idxmax())
    ids = articles["article_id"]
    strata = articles[["article_id", "publisher"]].assign(
        with_claims=ids.isin(claims["article_id"]).map({True: "yes", False: "no"}),
        theatre=ids.map(main).astype(object),
        month=articles["published_on"].astype(object).str[:7],
    )
    return strata.fillna("not told")[["article_id", *STRATA]]


def draw_sample(
    articles: "pd.DataFrame",
    claims: "pd.DataFrame",
    copies: "pd.DataFrame",
    *,
    n: int = 50,
    seed: int = 1,
) -> "pd.DataFrame":
    """Draw pages to be coded, spread over publishers, months and theatres.

    Parameters
    ----------
    articles, claims, copies : DataFrame
        The tables of a run. Articles that repeat another are not drawn.
    n : int
        How many pages; half of them with claims of the run, as far as there are.
    seed : int
        Where chance begins. The same run and seed give the same pages in the same order.

    Returns
    -------
    DataFrame
        One row per page, as `lay_strata` gives it, in an order that tells nothing.

    Raises
    ------
    CodingError
        If `n` is below 1 or there are no articles.

    Notes
    -----
    Systematic sampling: pages with and without claims apart, each sorted by theatre, month and
    publisher, with chance deciding among the rest; then every so manieth is taken from a start
    drawn by chance. So no theatre, month or publisher that is frequent enough is left out. Pages
    with claims are drawn more often than they occur; to speak of all pages, weight both halves.
    """
    import pandas as pd

    if n < 1 or not len(articles):
        raise CodingError(f"{n} pages of {len(articles)}: nothing to draw; ask for 1 or more.")
    strata = lay_strata(articles[~articles["article_id"].isin(copies["article_id"])], claims)
    chance = random.Random(seed)
    strata = strata.sort_values("article_id").assign(chance=[chance.random() for _ in strata.index])
    strata = strata.sort_values(["theatre", "month", "publisher", "chance"], kind="stable")
    yes, no = (strata[strata["with_claims"].eq(word)] for word in ("yes", "no"))
    wanted = max(n - len(no), min(len(yes), math.ceil(n / 2)))
    drawn = [
        part.iloc[sorted(_every(len(part), many, chance))]
        for part, many in ((yes, wanted), (no, n - wanted))
    ]
    both = pd.concat(drawn).drop(columns="chance")
    return both.iloc[chance.sample(range(len(both)), len(both))].reset_index(drop=True)


def _every(of: int, many: int, chance: random.Random) -> Iterator[int]:
    """Yield so many positions at equal distances, from a start drawn by chance."""
    many = max(0, min(many, of))
    start = chance.random()
    yield from (int((start + k) * of / many) for k in range(many))


def write_sample(sample: "pd.DataFrame", articles: "pd.DataFrame", path: str | Path) -> Path:
    """Write the file that a coder fills in: pages in the format of the gold, without claims.

    It holds nothing that the run read in them, so that a coder is not led.

    Raises
    ------
    CodingError
        If there is such a file: it may hold somebody's work.
    """
    path = Path(path)
    if path.exists():
        raise CodingError(f"{path}: exists, and may hold somebody's work; choose another name.")
    given = articles.set_index("article_id").loc[sample["article_id"]].reset_index()
    given = given.astype(object).where(given.notna(), None)
    lines = [json.dumps(_blank(row), ensure_ascii=False) for row in given.to_dict("records")]
    tables.write_bytes(path, "".join(f"{line}\n" for line in lines).encode())
    return path


def _blank(article: Mapping) -> dict[str, Any]:
    told = {key: article[key] for key in ("article_id", "url", "publisher")}
    page = {"id": article["article_id"], **told, "published": article["published_on"]}
    return page | {"text": article["text"], "relevant": None, "claims": []}


def tell_strata(sample: "pd.DataFrame", articles: "pd.DataFrame", claims: "pd.DataFrame") -> str:
    """Return in one line how many pages of how many were drawn, with claims and without."""
    of, drawn = articles["article_id"].isin(claims["article_id"]), sample["with_claims"].eq("yes")
    return (
        f"{len(sample)} pages, {drawn.sum()} of the {of.sum()} with claims and {(~drawn).sum()} of "
        f"the {(~of).sum()} without, {sample['theatre'].nunique()} theatres, "
        f"{sample['month'].nunique()} months, {sample['publisher'].nunique()} publishers"
    )


class Codings(NamedTuple):
    """The pages that two people coded, and their claims side by side.

    In a pair, `gold` is the claim of the one and `found` that of the other.
    """

    pages: list[tuple[gold.Page, gold.Page]]
    pairs: list[scoring.Pair]


def lay_side_by_side(one: Sequence[gold.Page], other: Sequence[gold.Page]) -> Codings:
    """Pair the claims of two codings of the same pages.

    Pages are the same if their `article_id` or, where one has none, their `url` is.

    Raises
    ------
    CodingError
        If the two have no page in common.
    """
    known = {page[key]: page for page in other for key in ("url", "article_id") if page.get(key)}
    both = [
        (page, match)
        for page in one
        if (match := known.get(page.get("article_id")) or known.get(page.get("url")))
    ]
    if not both:
        raise CodingError(
            f"no page in common: {one[0]['id']} and {len(one) - 1} more against {other[0]['id']} "
            f"and {len(other) - 1} more; pages are matched by `article_id` or `url`."
        )
    pairs = [
        pair
        for page, match in both
        for pair in scoring.pair_page(page, page["claims"], match["claims"])
    ]
    return Codings(both, pairs)


def measure_agreement(codings: Codings) -> "pd.DataFrame":
    """Measure how far two coders agree: pages, claims, words, and slot by slot.

    Returns
    -------
    DataFrame
        One row per `what`: ``relevant`` (the page holds a claim), ``claims``, ``words``, and the
        slots.

        ==========  ==================================================================
        column      meaning
        ==========  ==================================================================
        `what`      see above
        `units`     pages, claims of either coder, or pairs of claims that were compared
        `agreed`    of them, how many agree; for words, the mean share in common
        `share`     `agreed` of `units`; for claims, the F that both directions share
        `alpha`     Krippendorff's alpha, nominal; 1 is full agreement, 0 that of chance
        ==========  ==================================================================

        `alpha` is empty where nothing varies, since chance then explains all, and for claims and
        words, which have no fixed units.

    Notes
    -----
    Slots are compared on claims that were paired, so that disagreement about whether there is a
    claim shows in ``claims`` alone. A slot that both leave empty is a unit only for alpha. Two
    spellings that `scoring.agree` takes for the same count as the same.

    References
    ----------
    Krippendorff, K. (2019), Content Analysis, 4th ed., chapter 12.
    """
    import pandas as pd

    relevant = [(str(a["relevant"]), str(b["relevant"])) for a, b in codings.pages]
    same = sum(pair.same for pair in codings.pairs)
    units = sum((pair.gold is not None) + (pair.found is not None) for pair in codings.pairs)
    rows = [
        ("relevant", *_of_units(relevant)),
        ("claims", units, 2 * same, 2 * same / units if units else None, None),
        _of_words(codings),
    ]
    paired = [pair for pair in codings.pairs if pair.gold and pair.found]
    for slot in (*scoring.SCORED, "certainty"):
        rows.append((slot, *_of_units([_values(pair, slot) for pair in paired])))
    frame = pd.DataFrame(rows, columns=["what", "units", "agreed", "share", "alpha"])
    return frame.astype({"share": float, "alpha": float})


def _values(pair: scoring.Pair, slot: str) -> tuple[str, str]:
    """Return both readings of a slot, under one spelling if they say the same."""
    one, other = (scoring.filled(claim, [slot]).get(slot) for claim in (pair.gold, pair.found))
    if one is not None and other is not None and scoring.agree(slot, one, other):
        other = one
    return tuple(EMPTY if value is None else str(value) for value in (one, other))


def _of_units(units: Sequence[tuple[str, str]]) -> tuple[int, int, float | None, float | None]:
    stated = [unit for unit in units if unit != (EMPTY, EMPTY)]
    agreed = sum(one == other for one, other in stated)
    return len(stated), agreed, agreed / len(stated) if stated else None, find_alpha(units)


def find_alpha(units: Sequence[tuple[str, str]]) -> float | None:
    """Return Krippendorff's alpha of two coders, None where all values are one.

    Examples
    --------
    >>> find_alpha([("a", "a"), ("b", "b")]), find_alpha([("a", "a"), ("a", "a")])
    (1.0, None)
    """
    import krippendorff

    codes = {value: n for n, value in enumerate(sorted({v for unit in units for v in unit}))}
    if len(codes) < 2:
        return None
    values = [[codes[unit[coder]] for unit in units] for coder in (0, 1)]
    return float(krippendorff.alpha(values, level_of_measurement="nominal"))


def _of_words(codings: Codings) -> tuple[str, int, float | None, float | None, None]:
    texts = {one["id"]: one.get("text") or other.get("text") for one, other in codings.pages}
    shares = []
    for pair in codings.pairs:
        if pair.gold and pair.found:
            spans = [_find(texts[pair.page["id"]], claim) for claim in (pair.gold, pair.found)]
            if all(spans):
                shares.append(_overlap(*spans))
    total = sum(shares)
    return "words", len(shares), total, total / len(shares) if shares else None, None


def _find(text: str | None, claim: Mapping) -> tuple[int, int] | None:
    """Return where the words of a claim stand in its page."""
    words = claim.get("words")
    start = (text or "").find(words) if words else -1
    return None if start < 0 else (start, start + len(words))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the characters in common, as a share of the mean length."""
    common = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return 2 * common / (one[1] - one[0] + other[1] - other[0])


def list_disagreements(codings: Codings) -> "pd.DataFrame":
    """List what two coders have to settle, for a third column to be filled in.

    Returns
    -------
    DataFrame
        One row per page, claim or slot in which they differ: `page`, `about` (claim of the one, or
        of the other, in one line), `slot`, `one`, `other`, and an empty `settled`.
    """
    import pandas as pd

    columns = ["page", "about", "slot", "one", "other", "settled"]
    rows = [
        (one["id"], None, "relevant", one["relevant"], other["relevant"], None)
        for one, other in codings.pages
        if one["relevant"] != other["relevant"]
    ]
    rows += [row for pair in codings.pairs for row in _differences(pair)]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _differences(pair: scoring.Pair) -> Iterator[tuple]:
    page, about = pair.page["id"], scoring.tell(pair.gold or pair.found)
    if pair.gold is None or pair.found is None:
        one, other = (None if claim is None else "claim" for claim in (pair.gold, pair.found))
        yield page, about, None, one, other, None
        return
    for slot in (*scoring.SCORED, "certainty"):
        one, other = _values(pair, slot)
        if one != other:
            yield page, about, slot, one, other, None


def lay_out(agreement: "pd.DataFrame") -> str:
    """Return an agreement as lines of text, one for each thing compared.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"what": "type", "units": 4, "agreed": 3, "share": 0.75, "alpha": None}
    >>> print(lay_out(pd.DataFrame([row])))
                         units  agreed  share  alpha
    type                     4       3    .75      -
    """
    lines = [f"{'':<20} {'units':>5} {'agreed':>7} {'share':>6} {'alpha':>6}"]
    for row in agreement.itertuples():
        shares = " ".join(f"{scoring.short(share):>6}" for share in (row.share, row.alpha))
        lines.append(f"{row.what:<20} {row.units:5} {row.agreed:7.4g} {shares}")
    return "\n".join(lines)
