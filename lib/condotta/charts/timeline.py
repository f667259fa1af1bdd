"""The timeline of claims and denials."""

from math import log10

import pandas as pd
import plotly.graph_objects as go

from condotta import phrases
from condotta.charts import frame, rows


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
    source = f"{phrases.plural(len(claims), 'claim')} on {phrases.plural(len(tracker), 'line')}"
    undated = len(told) - told["day_from"].notna().sum()
    if undated:
        source += f"; {undated:,} of undated articles or on no line not drawn"
    told = told[told["day_from"].notna()]
    lines = rows.most(tracker[tracker["line_id"].isin(told["line_id"])], "n_claims")
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
    rows.head_rows(figure, [phrases.line_name(line) for _, line in lines.iterrows()])
    first, last = told["day_from"].min(), told["day_to"].max()
    margin = max((last - first) / 25, pd.Timedelta(days=2))
    figure.update_xaxes(title="published", type="date", range=[first - margin, last + margin])
    return frame.frame(
        figure,
        title=_timeline_title(lines, tracker, told),
        source=source,
        numbers=_timeline_numbers(marks, lines)[columns],
        height=rows.PITCH * len(lines) + 190,
    )


def _told(tracker: pd.DataFrame, claims: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    lines = frame.lines_of(tracker)
    told = rows.with_articles(claims, articles)
    told["line_id"] = told["claim_id"].map({claim: line for claim, (line, _) in lines.items()})
    told["status"] = frame.status_of(told, tracker)
    told["denies"] = told["stance"].eq("denies")
    spans = [phrases.days(iso) or (pd.NaT, pd.NaT) for iso in told["published_on"]]
    told["day_from"] = pd.to_datetime([first for first, _ in spans])
    told["day_to"] = pd.to_datetime([last for _, last in spans])
    told.loc[told["line_id"].isna(), ["day_from", "day_to"]] = pd.NaT
    return told


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
    xs, ys = rows.segments(_iso(long["day_from"]), _iso(long["day_to"]), long["y"])
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
                f"{row.published} · {phrases.plural(row.n, 'denial' if row.denies else 'claim')}",
                f"“{phrases.shorten(row.words, 220)}”",
                rows.told_by(row),
            )
            for row in marks.itertuples()
        ],
        hoverinfo="text",
        showlegend=False,
        legendgroup=look.words,
    )


def _iso(days: pd.Series) -> list[str]:
    return days.dt.strftime("%Y-%m-%d").tolist()


def _timeline_title(lines: pd.DataFrame, tracker: pd.DataFrame, told: pd.DataFrame) -> str:
    first, last = told["published_on"].min(), told["published_on"].max()
    denied = int((lines["denied_by"].notna()).sum())
    when = f"on {first}" if first == last else f"from {first} to {last}"
    what = phrases.plural(len(lines), "line")
    if len(lines) < len(tracker):
        what = f"The {len(lines)} most repeated of {phrases.plural(len(tracker), 'line')}"
    verb = "was" if len(lines) == 1 else "were"
    return f"{what} of claims {verb} published {when}; {denied or 'none'} of them met a denial."


def _timeline_numbers(marks: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    names = {row["line_id"]: phrases.line_name(row) for _, row in lines.iterrows()}
    return pd.DataFrame(
        {
            "line": marks["line_id"].map(names),
            "status": marks["status"].map(phrases.words),
            "published": marks["published"],
            "claims": marks["n"].where(~marks["denies"], 0),
            "denials": marks["n"].where(marks["denies"], 0),
        }
    )
