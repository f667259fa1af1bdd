"""Gold files: what a person reads in pages, one page a line, checked when it is read.

The format is that of ``data/gold``; `data/gold/README.md` says what each field means. A page whose
`relevant` is empty was not coded yet and is left out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from condotta import tables

if TYPE_CHECKING:
    import pandas as pd

    from condotta.codebook import Codebook

NUMBERS = (
    *("pay_min", "pay_max", "count_min", "count_max"),
    *("contract_months", "contract_months_max"),
)
DATES = ("date_from", "date_to")
FLAGS = ("count_approx", "pay_approx")
FREE = ("note", "words")
FIELDS = ("type", *tables.SLOTS, *NUMBERS, *DATES, "currency", "period", "pay_kind",
          "source_name", "source_kind", "stance", "certainty", "via", *FLAGS, *FREE)  # fmt: skip
REQUIRED = ("type", "source_kind", "stance")
PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

Page = dict[str, Any]


class GoldError(ValueError):
    """A gold file cannot be used; the message says which line and field, and what is allowed."""


def read_gold(path: str | Path, *, codebook: "Codebook | None" = None) -> list[Page]:
    """Return the coded pages of a gold file, in its order.

    Parameters
    ----------
    path : path
        One JSON object a line.
    codebook : Codebook, optional
        If given, the types of claims have to be known to it.

    Returns
    -------
    list of dict
        One item is one page: `id`, `url` or `article_id`, and `claims`, each a mapping of slots
        in which an empty slot is None or absent. Pages not coded yet are left out.

    Raises
    ------
    GoldError
        If a line is no page, a field is unknown or holds what is not allowed, or no page is coded.
    """
    path = Path(path)
    types = tuple(codebook.claim_types) if codebook else ()
    pages = [_check_page(page, f"{path}, line {n}", types) for n, page in _lines(path)]
    if twice := _repeated(str(page["id"]) for page in pages):
        raise GoldError(f"{path}: two pages have the id {twice}; every page needs its own.")
    if coded := [page for page in pages if page["relevant"] is not None]:
        return coded
    raise GoldError(
        f"{path}: none of {len(pages)} pages is coded; set `relevant` to true or false where it is."
    )


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read ({error}); give a gold file, UTF-8.") from error
    for n, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield n, json.loads(line)
            except json.JSONDecodeError as error:
                raise GoldError(
                    f"{path}, line {n}: no JSON at character {error.pos}: {error.msg}."
                ) from error


def _repeated(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    return next((one for one in ids if one in seen or seen.add(one)), None)


def _check_page(page: Any, where: str, types: tuple[str, ...]) -> Page:
    if not isinstance(page, dict) or not isinstance(page.get("claims"), list):
        raise GoldError(f"{where}: no page; it needs an object with a list `claims`.")
    if not (page.get("url") or page.get("article_id")):
        raise GoldError(f"{where}: neither `url` nor `article_id` says which article it is.")
    claims = page["claims"]
    relevant = page.get("relevant", True if claims else None)
    if relevant not in (True, False, None) or (claims and not relevant):
        raise GoldError(
            f"{where}: `relevant` is {relevant} with {len(claims)} claims; it is true for a page "
            "with claims, false for one without, null for one that is not coded yet."
        )
    for n, claim in enumerate(claims, start=1):
        _check_claim(claim, f"{where}, claim {n}", types)
    return {"id": page.get("article_id") or page["url"], **page, "relevant": relevant}


def _check_claim(claim: Any, where: str, types: tuple[str, ...]) -> None:
    if not isinstance(claim, dict):
        raise GoldError(f"{where}: no object of slots.")
    for field, value in claim.items():
        if field not in FIELDS:
            raise GoldError(f"{where}: no field is called `{field}`; known are {list(FIELDS)}.")
        if value is not None and (wrong := _wrong(field, value, types)):
            raise GoldError(f"{where}: `{field}` is {value!r}; {wrong}.")
    if missing := [field for field in REQUIRED if not claim.get(field)]:
        raise GoldError(f"{where}: `{missing[0]}` is empty; a claim needs {list(REQUIRED)}.")
    for low, high in (("pay_min", "pay_max"), ("count_min", "count_max"), DATES):
        if None not in (a := claim.get(low), b := claim.get(high)) and not _in_order(a, b):
            raise GoldError(f"{where}: `{low}` {a} is after `{high}` {b}; exchange them.")


def _in_order(low: Any, high: Any) -> bool:
    """Return whether two bounds stand in order; of two dates, as far as both are given."""
    if isinstance(low, str):
        return low[: len(high)] <= high[: len(low)]
    return low <= high


def _wrong(field: str, value: Any, types: tuple[str, ...]) -> str | None:
    """Return what a value should be, None if it is."""
    column = tables.CLAIMS.get(field)
    open_to_all = field == "pay_kind"  # coders name kinds that the run does not tell apart
    allowed = types if field == "type" else column.allowed if column and not open_to_all else ()
    if field in NUMBERS:
        number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return None if number else "it should be a number, not negative"
    if field in FLAGS:
        return None if isinstance(value, bool) else "it should be true or false"
    if field == "via":
        named = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return None if named else "it should be a list of names"
    if not isinstance(value, str) or not value.strip():
        return "it should be text, or null if the page does not say"
    if field in DATES and not PARTIAL_DATE.fullmatch(value):
        return "it should be a date such as 2020-05-31, 2020-05 or 2020"
    return f"allowed are {list(allowed)}" if allowed and value not in allowed else None


def articles_of(pages: Iterable[Mapping], articles: "pd.DataFrame") -> dict[str, list[str]]:
    """Return the articles of a run that each page stands for, by the page's id.

    An article is a page if it has its `article_id`, else if it has its `url`. A page that the run
    did not read has none.
    """
    by_url: dict[str, list[str]] = {}
    for article_id, url in zip(articles["article_id"], articles["url"], strict=True):
        by_url.setdefault(url, []).append(article_id)
    known = set(articles["article_id"])
    return {
        page["id"]: [page["article_id"]]
        if page.get("article_id") in known
        else by_url.get(page.get("url") or "", [])
        for page in pages
    }
