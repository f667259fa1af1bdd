"""Charts with one row a line, an offer or a figure, each row under its own heading.

Headings stand above their marks, not beside the axis: they stay whole on a telephone.
"""

from collections.abc import Iterable, Mapping
from math import floor, log10

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from condotta.charts import frame

PITCH = 40  # pixels from one row to the next
FEW = 24  # rows that can be read on one chart


def timeline(tracker: pd.DataFrame, claims: pd.DataFrame, articles: pd.DataFrame) -> go.Figure:
    """Draw when each line was claimed and when it was denied.

    One row is a line of the tracker, one mark the claims or denials of one publication date. A
    date of which only month or year is known is drawn as that month or year.

    Notes
    -----
    The date is that of publication, not of what is claimed. Claims of undated articles are
    counted in the source line and not drawn.
    """
    told = _told(tracker, claims, articles)
    source = f"{frame.plural(len(claims), 'claim')} on {frame.plural(len(tracker), 'line')}"
    undated = len(told) - told["day_from"].notna().sum()
    if undated:
        source += f"; {undated:,} of undated articles or on no line not drawn"
    told = told[told["day_from"].notna()]
    lines = _most(tracker[tracker["line_id"].isin(told["line_id"])], "n_claims")
    lines = lines.sort_values(["first_on", "line_id"], kind="stable")
    columns = ["line", "status", "published", "claims", "denials"]
    if lines.empty:
        return frame.nothing("No claim can be placed in time.", source=source, columns=columns)
    told = told[told["line_id"].isin(lines["line_id"])]
    marks = _marks(told, lines)
    figure = go.Figure()
    for (status, denies), group in marks.groupby(["status", "denies"], sort=True):
        _draw_marks(figure, group, frame.DENIAL if denies else frame.STATUS[status])
    frame.legend(figure, [frame.STATUS[s] for s in frame.STATUS if s in set(marks["status"])])
    if marks["denies"].any():
        frame.legend(figure, [frame.DENIAL])
    _head_rows(figure, [frame.line_name(line) for _, line in lines.iterrows()])
    first, last = told["day_from"].min(), told["day_to"].max()
    margin = max((last - first) / 25, pd.Timedelta(days=2))
    figure.update_xaxes(title="published", type="date", range=[first - margin, last + margin])
    return frame.frame(
        figure,
        title=_timeline_title(lines, tracker, told),
        source=source,
        numbers=_timeline_numbers(marks, lines)[columns],
        height=PITCH * len(lines) + 190,
    )


def _told(tracker: pd.DataFrame, claims: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    lines = frame.lines_of(tracker)
    told = with_articles(claims, articles)
    told["line_id"] = told["claim_id"].map({claim: line for claim, (line, _) in lines.items()})
    told["status"] = frame.status_of(told, tracker)
    told["denies"] = told["stance"].eq("denies")
    spans = [frame.days(iso) or (pd.NaT, pd.NaT) for iso in told["published_on"]]
    told["day_from"] = pd.to_datetime([first for first, _ in spans])
    told["day_to"] = pd.to_datetime([last for _, last in spans])
    told.loc[told["line_id"].isna(), ["day_from", "day_to"]] = pd.NaT
    return told


def with_articles(claims: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the claims with their words and with outlet, title and date of their article."""
    known = articles[["article_id", "publisher", "title", "published_on", "text"]]
    joined = claims.merge(known, on="article_id", how="left", validate="many_to_one")
    joined["words"] = [
        " ".join(text[start:end].split()) if isinstance(text, str) else ""
        for text, start, end in zip(joined["text"], joined["start"], joined["end"], strict=True)
    ]
    return joined.drop(columns="text")


def _most(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    return lines.sort_values([column, "line_id"], ascending=[False, True]).head(FEW)


def _marks(told: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    rank = {line_id: -position for position, line_id in enumerate(lines["line_id"])}
    marks = (
        told.sort_values("claim_id")
        .groupby(["line_id", "day_from", "day_to", "status", "denies"], sort=True)
        .agg(
            n=("claim_id", "size"),
            published=("published_on", "first"),
            words=("words", "first"),
            source_name=("source_name", "first"),
            publisher=("publisher", "first"),
            title=("title", "first"),
        )
        .reset_index()
    )
    return marks.assign(y=marks["line_id"].map(rank)).sort_values(["y", "day_from"], kind="stable")


def _draw_marks(figure: go.Figure, marks: pd.DataFrame, look: frame.Look) -> None:
    middle = marks["day_from"] + (marks["day_to"] - marks["day_from"]) / 2
    long = marks[marks["day_from"] != marks["day_to"]]
    xs, ys = _segments(_iso(long["day_from"]), _iso(long["day_to"]), long["y"])
    figure.add_scatter(
        x=xs,
        y=ys,
        mode="lines",
        line={"color": look.colour, "width": 3},
        opacity=0.45,
        hoverinfo="skip",
        showlegend=False,
        legendgroup=look.words,
    )
    figure.add_scatter(
        x=_iso(middle),
        y=marks["y"].tolist(),
        mode="markers",
        marker={
            "color": look.colour,
            "symbol": look.symbol,
            "size": [10 + 9 * log10(n) for n in marks["n"]],
            "opacity": 0.9,
            "line": {"width": 2, "color": look.colour},
        },
        hovertext=[
            frame.hover(
                f"{row.published} · {frame.plural(row.n, 'denial' if row.denies else 'claim')}",
                f"“{frame.shorten(row.words, 220)}”",
                _told_by(row),
            )
            for row in marks.itertuples()
        ],
        hoverinfo="text",
        showlegend=False,
        legendgroup=look.words,
    )


def _iso(days: pd.Series) -> list[str]:
    return days.dt.strftime("%Y-%m-%d").tolist()


def _told_by(row) -> str:
    title = frame.shorten(row.title, 90)
    return f"{frame.words(row.source_name)}, in {frame.words(row.publisher)}: {title}"


def _segments(lows: Iterable, highs: Iterable, ys: Iterable) -> tuple[list, list]:
    across = [x for low, high in zip(lows, highs, strict=True) for x in (low, high, None)]
    return across, [v for y in ys for v in (y, y, None)]


def _timeline_title(lines: pd.DataFrame, tracker: pd.DataFrame, told: pd.DataFrame) -> str:
    first, last = told["published_on"].min(), told["published_on"].max()
    denied = int((lines["denied_by"].notna()).sum())
    when = f"on {first}" if first == last else f"from {first} to {last}"
    what = frame.plural(len(lines), "line")
    if len(lines) < len(tracker):
        what = f"The {len(lines)} most repeated of {frame.plural(len(tracker), 'line')}"
    verb = "was" if len(lines) == 1 else "were"
    return f"{what} of claims {verb} published {when}; {denied or 'none'} of them met a denial."


def _timeline_numbers(marks: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    names = {row["line_id"]: frame.line_name(row) for _, row in lines.iterrows()}
    return pd.DataFrame(
        {
            "line": marks["line_id"].map(names),
            "status": marks["status"].map(frame.words),
            "published": marks["published"],
            "claims": marks["n"].where(~marks["denies"], 0),
            "denials": marks["n"].where(marks["denies"], 0),
        }
    )


def _head_rows(figure: go.Figure, headings: list[str], *, axis: str = "", lift: int = 15) -> None:
    """Put a heading above each row; row i lies at y = -i."""
    for position, heading in enumerate(headings):
        figure.add_annotation(
            text=frame.escape(frame.shorten(heading, 62)),
            x=0,
            xref=f"x{axis} domain",
            y=-position,
            yref=f"y{axis}",
            xanchor="left",
            yshift=lift,
            showarrow=False,
            font={"size": 12},
            bgcolor="rgba(255,255,255,0.8)",
            borderpad=0,
        )
    bounds = {"range": [-len(headings) + 0.45, 0.8], "fixedrange": True}
    look = {"showticklabels": False, "showgrid": False}
    figure.update_layout({f"yaxis{axis}": bounds | look})


def pay_offers(claims: pd.DataFrame, tracker: pd.DataFrame, articles: pd.DataFrame) -> go.Figure:
    """Draw what pay is said to be offered, as ranges, by source and date.

    One row is one offer of one source; offers of different currency or period never share an
    axis, since no rate is assumed. An end that the words leave open is drawn open.
    """
    paid = claims[claims[["pay_min", "pay_max"]].notna().any(axis=1)]
    rows = _figures(paid, tracker, articles, "pay", ["currency", "period"])
    return _interval_chart(
        rows,
        panel=lambda row: f"{_or_not(row.currency, 'currency')} {_per(row.period)}",
        title=_pay_title,
        empty="No claim gives pay.",
        source=f"{frame.plural(len(paid), 'claim')} with pay of {len(claims):,}; bounds as printed",
        measure="pay",
    )


def head_counts(claims: pd.DataFrame, tracker: pd.DataFrame, articles: pd.DataFrame) -> go.Figure:
    """Draw how many persons are said to have been recruited, sent or present, as intervals.

    One row is one figure of one source. How many went (flow), how many are there (stock) and how
    many in all (total) stand apart, since they must never be added.
    """
    counted = claims[claims[["count_min", "count_max"]].notna().any(axis=1)]
    rows = _figures(counted, tracker, articles, "count", ["count_kind"])
    names = {
        "flow": "persons who went (flow)",
        "stock": "persons present (stock)",
        "total": "persons in all (total)",
    }
    return _interval_chart(
        rows,
        panel=lambda row: names.get(row.count_kind, "persons, kind of count not stated"),
        title=_count_title,
        empty="No claim gives a number of persons.",
        source=f"{frame.plural(len(counted), 'claim')} with a number of {len(claims):,}; "
        "“hundreds” is 200 to 999, “thousands” 2,000 to 9,999",
        measure="persons",
    )


def _or_not(value: object, what: str) -> str:
    return f"{what} not stated" if pd.isna(value) else str(value)


def _per(period: object) -> str:
    if pd.isna(period):
        return "(period not stated)"
    return "in one sum or another period" if period == "other" else f"per {period}"


def _figures(
    claims: pd.DataFrame,
    tracker: pd.DataFrame,
    articles: pd.DataFrame,
    slot: str,
    unit: list[str],
) -> pd.DataFrame:
    """Return one row a figure of a source: bounds, unit, status, articles that give it."""
    told = with_articles(claims, articles).assign(
        low=claims[f"{slot}_min"].astype("Float64").to_numpy(dtype=float, na_value=float("nan")),
        high=claims[f"{slot}_max"].astype("Float64").to_numpy(dtype=float, na_value=float("nan")),
        status=frame.status_of(claims, tracker).to_numpy(),
    )
    told["denies"] = told["stance"].eq("denies")
    keys = [*unit, "low", "high", "source_name", "recruits", "destination", "status", "denies"]
    if told.empty:
        return told.assign(n_articles=pd.Series(dtype="int64"))
    return (
        told.sort_values(["published_on", "claim_id"], kind="stable")
        .groupby(keys, dropna=False, sort=True)
        .agg(
            n_articles=("article_id", "nunique"),
            published=("published_on", "first"),
            words=("words", "first"),
            publisher=("publisher", "first"),
            title=("title", "first"),
        )
        .reset_index()
        .sort_values(["published", *keys], kind="stable", na_position="last", ignore_index=True)
    )


def _interval_chart(rows, *, panel, title, empty, source, measure) -> go.Figure:
    columns = [
        "source",
        "recruits",
        "destination",
        "at least",
        "at most",
        "unit",
        "first published",
    ]
    columns += ["articles", "status"]
    if rows.empty:
        return frame.nothing(empty, source=source, columns=columns)
    rows = rows.assign(unit=[panel(row) for row in rows.itertuples()])
    shown = rows.sort_values("n_articles", ascending=False, kind="stable")
    shown = shown.head(FEW).sort_index()
    if len(shown) < len(rows):
        source += f"; the {len(shown)} most repeated of {len(rows):,} figures drawn"
    order = shown["unit"].value_counts(sort=False)
    units = sorted(order.index, key=lambda unit: (-order[unit], unit))
    figure = _panels([int(order[unit]) for unit in units])
    for number, unit in enumerate(units, start=1):
        _draw_intervals(figure, shown[shown["unit"] == unit], number, unit)
    looks = [
        frame.STATUS[s] for s in frame.STATUS if s in set(shown.loc[~shown["denies"], "status"])
    ]
    frame.legend(figure, [*looks, *([frame.DENIAL] if shown["denies"].any() else [])])
    return frame.frame(
        figure,
        title=title(rows),
        source=source,
        numbers=_interval_numbers(shown)[columns],
        height=PITCH * len(shown) + 74 * len(units) + 130,
    )


def _panels(sizes: list[int]) -> go.Figure:
    gap = 74
    total = PITCH * sum(sizes) + gap * (len(sizes) - 1)
    return make_subplots(
        rows=len(sizes),
        cols=1,
        row_heights=[PITCH * size for size in sizes],
        vertical_spacing=gap / total if len(sizes) > 1 else 0,
    )


def _draw_intervals(figure: go.Figure, rows: pd.DataFrame, number: int, unit: str) -> None:
    axis = "" if number == 1 else str(number)
    low, high, is_log = _reach(rows)
    ys = [-position for position in range(len(rows))]
    lows, highs = rows["low"].fillna(low), rows["high"].fillna(high)
    for dash, part in (("solid", rows["low"].notna() & rows["high"].notna()), ("dot", None)):
        part = part if part is not None else rows["low"].isna() | rows["high"].isna()
        for status in sorted(set(rows.loc[part, "status"])):
            chosen = (part & (rows["status"] == status)).to_numpy()
            xs, at = _segments(
                lows[chosen], highs[chosen], [y for y, c in zip(ys, chosen, strict=False) if c]
            )
            figure.add_scatter(
                x=xs,
                y=at,
                mode="lines",
                hoverinfo="skip",
                showlegend=False,
                line={
                    "color": frame.STATUS[status].colour,
                    "width": 5 if dash == "solid" else 3,
                    "dash": dash,
                },
                row=number,
                col=1,
            )
    for end, shift in (("low", "triangle-left"), ("high", "triangle-right")):
        _draw_ends(figure, rows, ys, end, {"low": low, "high": high}[end], shift, number)
    heads = [_interval_heading(row) for row in rows.itertuples()]
    _head_rows(figure, heads, axis=axis)
    reach = [log10(low), log10(high)] if is_log else [low, high]
    figure.update_layout(
        {
            f"xaxis{axis}": {
                "title": unit + (", on a log scale" if is_log else ""),
                "type": "log" if is_log else "linear",
                "range": reach,
                "tickformat": ",",
                **({"dtick": 1} if is_log else {}),
            }
        }
    )


def _draw_ends(figure, rows, ys, end, edge, open_symbol, number) -> None:
    is_open = rows[end].isna()
    looks = [frame.DENIAL if row.denies else frame.STATUS[row.status] for row in rows.itertuples()]
    figure.add_scatter(
        x=rows[end].fillna(edge).tolist(),
        y=ys,
        mode="markers",
        marker={
            "symbol": [
                open_symbol if opened else look.symbol
                for opened, look in zip(is_open, looks, strict=True)
            ],
            "color": [look.colour for look in looks],
            "size": 11,
            "line": {"width": 2, "color": [look.colour for look in looks]},
        },
        cliponaxis=False,
        hovertext=[
            frame.hover(
                f"{frame.interval(row.low, row.high)} · {row.unit}",
                f"“{frame.shorten(row.words, 220)}”",
                _told_by(row),
                f"in {frame.plural(row.n_articles, 'article')}",
            )
            for row in rows.itertuples()
        ],
        hoverinfo="text",
        showlegend=False,
        row=number,
        col=1,
    )


def _reach(rows: pd.DataFrame) -> tuple[float, float, bool]:
    """Return the axis bounds, with room for open ends, and whether the axis is logarithmic."""
    values = pd.concat([rows["low"], rows["high"]]).dropna()
    least, most = values.min(), values.max()
    if least > 0 and most / least > 30:
        return (
            10 ** (floor(log10(least) * 4 - 0.9) / 4),
            10 ** ((floor(log10(most) * 4) + 1.9) / 4),
            True,
        )
    return 0.0, most * 1.15 or 1.0, False


def _interval_heading(row) -> str:
    way = " → ".join(str(v) for v in (row.recruits, row.destination) if pd.notna(v))
    when = "undated" if pd.isna(row.published) else row.published
    told = f"{frame.interval(row.low, row.high)}: {frame.words(row.source_name)}, {when}"
    return f"{told} · {way}" if way else told


def _interval_numbers(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": rows["source_name"],
            "recruits": rows["recruits"],
            "destination": rows["destination"],
            "at least": rows["low"],
            "at most": rows["high"],
            "unit": rows["unit"],
            "first published": rows["published"],
            "articles": rows["n_articles"],
            "status": rows["status"]
            .map(frame.words)
            .where(~rows["denies"], "denied by this source"),
        }
    )


def _pay_title(rows: pd.DataFrame) -> str:
    unit = rows["unit"].value_counts().sort_index().idxmax()
    most = rows[rows["unit"] == unit]
    told = f"{frame.plural(len(rows), 'pay figure')} by {_sources(rows)}"
    return f"{told}: {_span(most)} {unit}{_others(rows, unit)}."


def _count_title(rows: pd.DataFrame) -> str:
    unit = rows["unit"].value_counts().sort_index().idxmax()
    most = rows[rows["unit"] == unit]
    told = f"{frame.plural(len(rows), 'head count')} by {_sources(rows)}"
    return f"{told}: {_span(most)} {unit}{_others(rows, unit)}."


def _sources(rows: pd.DataFrame) -> str:
    return frame.plural(rows["source_name"].nunique(), "source")


def _span(rows: pd.DataFrame) -> str:
    values = pd.concat([rows["low"], rows["high"]]).dropna()
    return frame.interval(values.min(), values.max())


def _others(rows: pd.DataFrame, unit: str) -> str:
    others = int((rows["unit"] != unit).sum())
    return f"; {others} in other terms" if others else ""


def origins(tracker: pd.DataFrame, articles: pd.DataFrame, copies: pd.DataFrame) -> go.Figure:
    """Draw how many independent origins stand behind how many articles, line by line.

    One row is a line of the tracker that more than one article repeats.
    """
    source = (
        f"{frame.plural(len(articles), 'article')}, {len(copies):,} of them copies; "
        "an origin is who knows, not who repeats"
    )
    lines = _most(tracker[tracker["n_articles"] > 1], "n_articles")
    counts = pd.DataFrame(
        {
            "line": [frame.line_name(line) for _, line in lines.iterrows()],
            "articles": lines["n_articles"].astype(int),
            "outlets": lines["n_outlets"].astype(int),
            "origins": lines["n_origins"].astype(int),
        }
    )
    if counts.empty:
        none = f"None of {frame.plural(len(tracker), 'line')} of claims stands in two articles."
        return frame.nothing(none, source=source, columns=counts.columns)
    return _origin_chart(counts, tracker, source)


STEPS: Mapping[str, frame.Look] = {
    "articles": frame.Look("#9A9A9A", "circle-open", "articles"),
    "outlets": frame.Look("#5A5A5A", "square", "outlets"),
    "origins": frame.Look("#000000", "diamond", "independent origins"),
}


def _origin_chart(counts: pd.DataFrame, tracker: pd.DataFrame, source: str) -> go.Figure:
    figure = go.Figure()
    ys = [-position for position in range(len(counts))]
    xs, at = _segments(counts[[*STEPS]].min(axis=1), counts[[*STEPS]].max(axis=1), ys)
    figure.add_scatter(
        x=xs,
        y=at,
        mode="lines",
        line={"color": frame.FAINT, "width": 6},
        hoverinfo="skip",
        showlegend=False,
    )
    for size, (step, look) in zip((18, 13, 9), STEPS.items(), strict=True):
        figure.add_scatter(
            x=counts[step].tolist(),
            y=ys,
            mode="markers",
            name=look.words,
            marker={"color": look.colour, "symbol": look.symbol, "size": size, "line_width": 2},
            hovertext=[
                frame.hover(
                    row.line,
                    f"{row.articles} articles, {row.outlets} outlets, {row.origins} origins",
                )
                for row in counts.itertuples()
            ],
            hoverinfo="text",
        )
    _head_rows(figure, counts["line"].tolist(), lift=17)
    figure.update_xaxes(title="how many", **frame.whole(counts[[*STEPS]].max(axis=None)))
    repeated = int((tracker["n_articles"] > 1).sum())
    alone = int(((tracker["n_articles"] > 1) & (tracker["n_origins"] == 1)).sum())
    told = f"{frame.plural(repeated, 'line')} of {len(tracker):,} stand in more than one article"
    return frame.frame(
        figure,
        title=f"{told}; behind {alone} of them is a single origin.",
        source=source,
        numbers=counts,
        height=PITCH * len(counts) + 190,
    )
