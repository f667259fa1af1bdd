"""Rows under headings of their own, which the timeline, the intervals and the origins share.

Headings stand above their marks, not beside the axis: they stay whole on a telephone.
"""

from collections.abc import Iterable

import pandas as pd
import plotly.graph_objects as go

from condotta import phrases
from condotta.charts import frame

PITCH = 40  # pixels from one row to the next
FEW = 20  # rows that can be read on one chart


def with_articles(claims: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the claims with their words and with outlet, title and date of their article."""
    known = articles[["article_id", "publisher", "title", "published_on", "text"]]
    joined = claims.merge(known, on="article_id", how="left", validate="many_to_one")
    joined["words"] = [
        " ".join(text[start:end].split()) if isinstance(text, str) else ""
        for text, start, end in zip(joined["text"], joined["start"], joined["end"], strict=True)
    ]
    return joined.drop(columns="text")


def most(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the lines with most of something, the same ones whatever the order."""
    return lines.sort_values([column, "line_id"], ascending=[False, True]).head(FEW)


def told_by(row) -> str:
    """Return source, outlet and title of a row as hover text has them."""
    title = phrases.shorten(row.title, 90)
    return f"{phrases.words(row.source_name)}, in {phrases.words(row.publisher)}: {title}"


def segments(lows: Iterable, highs: Iterable, ys: Iterable) -> tuple[list, list]:
    """Return coordinates that draw one separate stroke a row."""
    across = [x for low, high in zip(lows, highs, strict=True) for x in (low, high, None)]
    return across, [v for y in ys for v in (y, y, None)]


def head_rows(figure: go.Figure, headings: list[str], *, axis: str = "", lift: int = 15) -> None:
    """Put a heading above each row; row i lies at y = -i."""
    for position, heading in enumerate(headings):
        figure.add_annotation(
            text=frame.escape(phrases.shorten(heading, 70)),
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
