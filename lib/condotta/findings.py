"""What a run found, in sentences computed from its tables; no number is ever typed."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from condotta import articles, phrases
from condotta.charts import frame


class Finding(NamedTuple):
    """One sentence, and the lines of the tracker that it speaks of."""

    text: str
    line_ids: tuple[str, ...] = ()


def find_findings(run: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Yield what the tables of a run say, the whole first, then the lines that stand out.

    Parameters
    ----------
    run : mapping
        The tables `articles`, `skipped`, `copies`, `events`, `claims`, `tracker` and
        `contradictions` by name.

    Notes
    -----
    A sentence is left out where its table gives nothing to say. Counts are of what the rules
    found, and inherit whatever the rules miss.
    """
    yield _reading(run["articles"], run["skipped"], run["copies"])
    if run["claims"].empty:
        yield Finding("No claim about recruitment was found in them.")
        return
    yield _standing(run["claims"], run["tracker"])
    yield from _most_repeated(run["tracker"])
    yield from _corroborated(run["tracker"])
    yield from _denied(run["tracker"])
    yield from _pay(run["claims"])
    yield from _largest(run["tracker"])
    yield from _contradictions(run["contradictions"])
    yield from _losses(run["events"])


def _reading(read: pd.DataFrame, skipped: pd.DataFrame, copies: pd.DataFrame) -> Finding:
    dates = read["published_on"].dropna()
    when = f", published from {dates.min()} to {dates.max()}" if dates.nunique() > 1 else ""
    outlets = phrases.plural(read["publisher"].nunique(), "outlet")
    verb = "was" if len(read) == 1 else "were"
    told = f"{phrases.plural(len(read), 'article')} of {outlets} {verb} read{when}"
    repeats = copies["article_id"].nunique()
    told += f", {repeats:,} of them repeating another" if repeats else ""
    lost = int((~skipped["reason"].isin(articles.NO_ARTICLE)).sum())
    told += f"; {phrases.plural(lost, 'file')} could not be read" if lost else ""
    return Finding(told + ".")


def _standing(claims: pd.DataFrame, tracker: pd.DataFrame) -> Finding:
    counts = tracker["status"].value_counts()
    stands = [
        f"{phrases.plural(int(counts[status]), 'line is', 'lines are')} {look.words}"
        if status != "single_source"
        else f"{phrases.plural(int(counts[status]), 'line has', 'lines have')} a single source"
        for status, look in frame.STATUS.items()
        if counts.get(status, 0)
    ]
    lines = phrases.plural(len(tracker), "line")
    told = f"What they say comes to {phrases.plural(len(claims), 'claim')} on {lines}"
    return Finding(f"{told}: {', '.join(stands)}.")


def _most_repeated(tracker: pd.DataFrame) -> Iterator[Finding]:
    line = tracker.sort_values(["n_articles", "n_claims"], kind="stable").iloc[-1]
    if line["n_articles"] < 2:
        return
    behind = phrases.plural(int(line["n_origins"]), "independent origin")
    yield Finding(
        f"The line most repeated is “{phrases.line_name(line)}”: {int(line['n_articles']):,} "
        f"articles of {phrases.plural(int(line['n_outlets']), 'outlet')}, {behind}.",
        (line["line_id"],),
    )


def _corroborated(tracker: pd.DataFrame) -> Iterator[Finding]:
    lines = tracker[tracker["status"] == "corroborated"].sort_values(
        ["n_origins", "n_articles"], kind="stable"
    )
    if len(lines):
        line = lines.iloc[-1]
        yield Finding(
            f"Best corroborated is “{phrases.line_name(line)}”, by "
            f"{phrases.plural(int(line['n_origins']), 'independent origin')}"
            f"{_named(line['origins'])}.",
            (line["line_id"],),
        )


def _named(origins: object) -> str:
    names = phrases.parts(origins)
    return f" ({phrases.shorten(', '.join(names), 140)})" if names else ""


def _denied(tracker: pd.DataFrame) -> Iterator[Finding]:
    lines = tracker[tracker["denied_by"].notna()]
    if lines.empty:
        return
    deniers = sorted({name for cell in lines["denied_by"] for name in phrases.parts(cell)})
    who = phrases.shorten(", ".join(deniers), 140)
    verb = "is" if len(lines) == 1 else "are"
    yield Finding(
        f"{phrases.plural(len(lines), 'line')} {verb} denied, by {who}.",
        tuple(lines["line_id"].head(8)),
    )


def _pay(claims: pd.DataFrame) -> Iterator[Finding]:
    paid = claims[claims["stance"].ne("denies")].dropna(subset=["currency", "period"])
    units = paid.groupby(["currency", "period"]).size()
    if units.empty:
        return
    currency, period = units.sort_index().idxmax()
    chosen = paid[(paid["currency"] == currency) & (paid["period"] == period)]
    values = pd.concat([chosen["pay_min"], chosen["pay_max"]]).dropna()
    per = "as a single sum or otherwise" if period == "other" else f"per {period}"
    sources = phrases.plural(chosen["source_name"].nunique(), "source")
    yield Finding(
        f"Pay in {currency} {per} is told in {phrases.plural(len(chosen), 'claim')} by {sources}: "
        f"{phrases.interval(values.min(), values.max())}."
    )


def _largest(tracker: pd.DataFrame) -> Iterator[Finding]:
    lines = tracker[tracker["count_max"].notna() & (tracker["status"] != "denied_only")]
    if lines.empty:
        return
    line = lines.sort_values(["count_max", "n_claims"], kind="stable").iloc[-1]
    told = phrases.interval(line["count_min"], line["count_max"], "persons")
    status = frame.STATUS[line["status"]].words
    yield Finding(
        f"The largest head count, {told}, is that of “{phrases.line_name(line)}” ({status}).",
        (line["line_id"],),
    )


def _contradictions(contradictions: pd.DataFrame) -> Iterator[Finding]:
    if contradictions.empty:
        return
    kinds = contradictions["kind"].value_counts().sort_index()
    told = ", ".join(f"{phrases.words(kind)} {count}" for kind, count in kinds.items())
    pairs = phrases.plural(len(contradictions), "pair of claims", "pairs of claims")
    yield Finding(
        f"{pairs} cannot both hold ({told}).", tuple(contradictions["line_id"].unique()[:8])
    )


def _losses(events: pd.DataFrame) -> Iterator[Finding]:
    if events.empty:
        return
    unknown = int((events["losses"] == "unknown").sum())
    sure = int((events["responsibility"] == "fact").sum())
    told = f"{phrases.plural(len(events), 'event is', 'events are')} told besides"
    yield Finding(
        f"{told}; who did it is told as fact in {sure or 'none'}, and losses are called unknown in "
        f"{unknown or 'none'}."
    )
