"""From articles to outlets to independent origins: how far repetition is agreement."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from condotta import phrases
from condotta.charts import frame, rows

STEPS: Mapping[str, frame.Look] = {
    "articles": frame.Look("#9A9A9A", "circle-open", "articles"),
    "outlets": frame.Look("#5A5A5A", "square", "outlets"),
    "origins": frame.Look("#000000", "diamond", "independent origins"),
}


def origins(tracker: pd.DataFrame, articles: pd.DataFrame, copies: pd.DataFrame) -> go.Figure:
    """Draw how many independent origins stand behind how many articles, line by line.

    One row is a line of the tracker that more than one article repeats.
    """
    source = (
        f"{phrases.plural(len(articles), 'article')}, {len(copies):,} of them copies; "
        "an origin is who knows, not who repeats"
    )
    lines = rows.most(tracker[tracker["n_articles"] > 1], "n_articles")
    counts = pd.DataFrame(
        {
            "line": [phrases.line_name(line) for _, line in lines.iterrows()],
            "articles": lines["n_articles"].astype(int),
            "outlets": lines["n_outlets"].astype(int),
            "origins": lines["n_origins"].astype(int),
        }
    )
    if counts.empty:
        none = f"None of {phrases.plural(len(tracker), 'line')} of claims stands in two articles."
        return frame.nothing(none, source=source, columns=counts.columns)
    return _origin_chart(counts, tracker, source)


def _origin_chart(counts: pd.DataFrame, tracker: pd.DataFrame, source: str) -> go.Figure:
    figure = go.Figure()
    ys = [-position for position in range(len(counts))]
    xs, at = rows.segments(counts[[*STEPS]].min(axis=1), counts[[*STEPS]].max(axis=1), ys)
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
    rows.head_rows(figure, counts["line"].tolist(), lift=17)
    figure.update_xaxes(title="how many", **frame.whole(counts[[*STEPS]].max(axis=None)))
    repeated = int((tracker["n_articles"] > 1).sum())
    alone = int(((tracker["n_articles"] > 1) & (tracker["n_origins"] == 1)).sum())
    told = f"{phrases.plural(repeated, 'line')} of {len(tracker):,} stand in more than one article"
    return frame.frame(
        figure,
        title=f"{told}; behind {alone or 'none'} of them is a single origin.",
        source=source,
        numbers=counts,
        height=rows.PITCH * len(counts) + 190,
    )
