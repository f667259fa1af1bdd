"""Pay and head counts as intervals: closed where the words bound them, open where they do not."""

from math import floor, log10

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from condotta import phrases
from condotta.charts import frame, rows

GAP = 74  # pixels between two axes
COLUMNS = (
    "source",
    "recruits",
    "destination",
    "at least",
    "at most",
    "unit",
    "first published",
    "articles",
    "status",
)
COUNTED = {
    "flow": "persons who went (flow)",
    "stock": "persons present (stock)",
    "total": "persons in all (total)",
}


def pay_offers(claims: pd.DataFrame, tracker: pd.DataFrame, articles: pd.DataFrame) -> go.Figure:
    """Draw what pay is said to be offered, as ranges, by source and date.

    One row is one offer of one source; offers of different currency or period never share an
    axis, since no rate is assumed. An end that the words leave open is drawn open.
    """
    paid = claims[claims[["pay_min", "pay_max"]].notna().any(axis=1)]
    units = [_pay_unit(row.currency, row.period) for row in paid.itertuples()]
    return _draw(
        _tell(paid.assign(unit=units), tracker, articles, "pay"),
        noun="pay figure",
        empty="No claim gives pay.",
        source=f"{phrases.plural(len(paid), 'claim')} with pay of {len(claims):,}; "
        "bounds as printed",
    )


def head_counts(claims: pd.DataFrame, tracker: pd.DataFrame, articles: pd.DataFrame) -> go.Figure:
    """Draw how many persons are said to have been recruited, sent or present, as intervals.

    One row is one figure of one source. How many went (flow), how many are there (stock) and how
    many in all (total) stand apart, since they must never be added.
    """
    counted = claims[claims[["count_min", "count_max"]].notna().any(axis=1)]
    units = counted["count_kind"].map(COUNTED).fillna("persons, kind of count not stated")
    return _draw(
        _tell(counted.assign(unit=units), tracker, articles, "count"),
        noun="head count",
        empty="No claim gives a number of persons.",
        source=f"{phrases.plural(len(counted), 'claim')} with a number of {len(claims):,}; "
        "“hundreds” is 200 to 999, “thousands” 2,000 to 9,999",
    )


def _pay_unit(currency: object, period: object) -> str:
    money = "currency not stated" if pd.isna(currency) else currency
    if pd.isna(period):
        return f"{money} (period not stated)"
    return f"{money} in one sum or another period" if period == "other" else f"{money} per {period}"


def _tell(
    claims: pd.DataFrame, tracker: pd.DataFrame, articles: pd.DataFrame, slot: str
) -> pd.DataFrame:
    """Return one row a figure of a source: bounds, unit, status, articles that give it."""
    told = rows.with_articles(claims, articles).sort_values(["published_on", "claim_id"])
    for bound in ("min", "max"):
        told[bound] = (
            told[f"{slot}_{bound}"].astype("Float64").to_numpy(float, na_value=float("nan"))
        )
    told["status"] = frame.status_of(told, tracker)
    told["denies"] = told["stance"].eq("denies")
    keys = ["unit", "min", "max", "source_name", "recruits", "destination", "status", "denies"]
    kept = ("words", "publisher", "title")
    return (
        told.groupby(keys, dropna=False, sort=True)
        .agg(
            n_articles=("article_id", "nunique"),
            published=("published_on", "first"),
            **{column: (column, "first") for column in kept},
        )
        .reset_index()
        .sort_values(["published", *keys], kind="stable", na_position="last", ignore_index=True)
    )


def _draw(figures: pd.DataFrame, *, noun: str, empty: str, source: str) -> go.Figure:
    if figures.empty:
        return frame.nothing(empty, source=source, columns=COLUMNS)
    shown = figures.sort_values("n_articles", ascending=False, kind="stable").head(rows.FEW)
    shown = shown.sort_index()
    if len(shown) < len(figures):
        source += f"; the {len(shown)} most repeated of {len(figures):,} figures drawn"
    sizes = shown["unit"].value_counts(sort=False)
    units = sorted(sizes.index, key=lambda unit: (-sizes[unit], unit))
    chart = _panels([int(sizes[unit]) for unit in units])
    for number, unit in enumerate(units, start=1):
        _draw_panel(chart, shown[shown["unit"] == unit], number, unit)
    held = set(shown.loc[~shown["denies"], "status"])
    looks = [look for status, look in frame.STATUS.items() if status in held]
    frame.legend(chart, [*looks, *([frame.DENIAL] if shown["denies"].any() else [])])
    return frame.frame(
        chart,
        title=_title(figures, noun),
        source=source,
        numbers=_numbers(shown),
        height=rows.PITCH * len(shown) + GAP * len(units) + 130,
    )


def _panels(sizes: list[int]) -> go.Figure:
    total = rows.PITCH * sum(sizes) + GAP * (len(sizes) - 1)
    return make_subplots(
        rows=len(sizes),
        cols=1,
        row_heights=[rows.PITCH * size for size in sizes],
        vertical_spacing=GAP / total if len(sizes) > 1 else 0,
    )


def _draw_panel(chart: go.Figure, figures: pd.DataFrame, number: int, unit: str) -> None:
    """Draw the figures of one unit on an axis of their own."""
    axis = "" if number == 1 else str(number)
    low, high, is_log = _reach(figures)
    figures = figures.assign(
        y=[-position for position in range(len(figures))],
        low=figures["min"].fillna(low),
        high=figures["max"].fillna(high),
        is_open=figures[["min", "max"]].isna().any(axis=1),
        look=[frame.DENIAL if f.denies else frame.STATUS[f.status] for f in figures.itertuples()],
    )
    for (is_open, status), group in figures.groupby(["is_open", "status"], sort=True):
        _draw_lines(chart, group, frame.STATUS[status].colour, is_open, number)
    _draw_ends(chart, figures, figures["low"], figures["min"].isna(), "triangle-left", number)
    _draw_ends(chart, figures, figures["high"], figures["max"].isna(), "triangle-right", number)
    rows.head_rows(chart, [_heading(figure) for figure in figures.itertuples()], axis=axis)
    look = {"title": unit, "range": [low, high], "tickformat": ","}
    if is_log:
        look |= {"title": f"{unit}, on a log scale", "type": "log", "dtick": 1}
        look["range"] = [log10(low), log10(high)]
    chart.update_layout({f"xaxis{axis}": look})


def _reach(figures: pd.DataFrame) -> tuple[float, float, bool]:
    """Return the axis bounds, with room for open ends, and whether the axis is logarithmic."""
    values = pd.concat([figures["min"], figures["max"]]).dropna()
    least, most = values.min(), values.max()
    if least > 0 and most / least > 30:  # steps of a quarter of a power of ten
        low, high = floor(log10(least) * 4 - 0.9) / 4, (floor(log10(most) * 4) + 1.9) / 4
        return 10**low, 10**high, True
    return 0.0, most * 1.15 or 1.0, False


def _draw_lines(
    chart: go.Figure, figures: pd.DataFrame, colour: str, is_open: bool, number: int
) -> None:
    xs, ys = rows.segments(figures["low"], figures["high"], figures["y"])
    line = {"color": colour, "width": 3 if is_open else 5, "dash": "dot" if is_open else "solid"}
    chart.add_scatter(
        x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", showlegend=False, row=number, col=1
    )


def _draw_ends(
    chart: go.Figure,
    figures: pd.DataFrame,
    xs: pd.Series,
    is_open: pd.Series,
    open_symbol: str,
    number: int,
) -> None:
    colours = [look.colour for look in figures["look"]]
    chart.add_scatter(
        x=xs.tolist(),
        y=figures["y"].tolist(),
        mode="markers",
        marker={
            "symbol": [
                open_symbol if opened else look.symbol
                for opened, look in zip(is_open, figures["look"], strict=True)
            ],
            "color": colours,
            "size": 11,
            "line": {"width": 2, "color": colours},
        },
        cliponaxis=False,
        hovertext=[_hover(figure) for figure in figures.itertuples()],
        hoverinfo="text",
        showlegend=False,
        row=number,
        col=1,
    )


def _hover(figure) -> str:
    return frame.hover(
        f"{phrases.interval(figure.min, figure.max)} · {figure.unit}",
        f"“{phrases.shorten(figure.words, 220)}”",
        rows.told_by(figure),
        f"in {phrases.plural(figure.n_articles, 'article')}",
    )


def _heading(figure) -> str:
    way = " → ".join(str(v) for v in (figure.recruits, figure.destination) if pd.notna(v))
    when = "undated" if pd.isna(figure.published) else figure.published
    bounds = phrases.interval(figure.min, figure.max)
    told = f"{bounds}: {phrases.words(figure.source_name)}, {when}"
    return f"{told} · {way}" if way else told


def _numbers(figures: pd.DataFrame) -> pd.DataFrame:
    status = figures["status"].map(phrases.words)
    return figures.assign(status=status.where(~figures["denies"], "denied by this source")).rename(
        columns={
            "source_name": "source",
            "min": "at least",
            "max": "at most",
            "published": "first published",
            "n_articles": "articles",
        }
    )[[*COLUMNS]]


def _title(figures: pd.DataFrame, noun: str) -> str:
    unit = figures["unit"].value_counts().sort_index().idxmax()
    most = figures[figures["unit"] == unit]
    values = pd.concat([most["min"], most["max"]]).dropna()
    sources = phrases.plural(figures["source_name"].nunique(), "source")
    others = len(figures) - len(most)
    told = f"{phrases.plural(len(figures), noun)} by {sources}"
    rest = f"; {others} in other terms" if others else ""
    return f"{told}: {phrases.interval(values.min(), values.max())} {unit}{rest}."
