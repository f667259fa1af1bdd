"""What all charts share: one palette, one frame, and each chart's own numbers.

The colours are those of Okabe and Ito (2008), told apart by people with any common colour
vision; no meaning rests on colour alone, so that a chart survives a black-and-white printer.
"""

import html
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from condotta import phrases

INK, DARK, QUIET, FAINT, PAPER = "#222222", "#444444", "#6B6B6B", "#D5D5D5", "#FFFFFF"


class Look(NamedTuple):
    """How one value of a category is drawn and what it is called."""

    colour: str
    symbol: str
    words: str


STATUS = {
    "corroborated": Look("#0072B2", "circle", "corroborated"),
    "contested": Look("#E69F00", "diamond", "contested"),
    "single_source": Look("#56B4E9", "circle-open", "single source"),
    "denied_only": Look("#D55E00", "x", "denied only"),
}
DENIAL = Look("#D55E00", "x", "denial")
RESPONSIBILITY = {
    "fact": Look(DARK, "", "told as fact"),
    "claimed": Look("#009E73", "", "claimed by the actor"),
    "accused": Look("#CC79A7", "/", "accused by others"),
    "denied": Look("#D55E00", "x", "denied"),
    "unclear": Look("#BDBDBD", ".", "unclear"),
}
TEMPLATE = {
    "layout": {
        "font": {"family": "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif", "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "hoverlabel": {"bgcolor": PAPER, "align": "left", "font": {"color": INK, "size": 13}},
        "hovermode": "closest",
        "xaxis": {"gridcolor": "#E8E8E8", "zeroline": False, "automargin": True},
        "yaxis": {"gridcolor": "#E8E8E8", "zeroline": False, "automargin": True},
        "legend": {"orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
    }
}
SOURCE_NOTE = "source"


def frame(
    figure: go.Figure,
    *,
    title: str,
    source: str,
    numbers: pd.DataFrame,
    height: int,
    legend: bool = True,
    foot: int = 54,
) -> go.Figure:
    """Return the figure with title, source line and numbers set, in the common look.

    The source line stands `foot` pixels below the marks, to leave room for an axis.
    """
    notes = textwrap.wrap(f"Source: {source}.", 125)
    lines = textwrap.wrap(title, 88)
    figure.update_layout(
        template=TEMPLATE,
        title={
            "text": "<br>".join(map(escape, lines)),
            "font": {"size": 17},
            "x": 0,
            "xanchor": "left",
            "xref": "container",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 14 + 11 * (len(lines) - 1), "l": 12},  # Plotly centres what it wraps
        },
        margin={
            "l": 12,
            "r": 16,
            "t": 24 + 23 * len(lines) + 34 * legend,
            "b": foot + 14 + 16 * len(notes),
        },
        height=height,
        showlegend=legend,
        meta={"title": title, "source": source, "numbers": _pack(numbers)},
    )
    return figure.add_annotation(
        name=SOURCE_NOTE,
        text="<br>".join(map(escape, notes)),
        align="left",
        xref="paper",
        yref="paper",
        x=0,
        y=0,
        xanchor="left",
        yanchor="top",
        yshift=-foot,
        showarrow=False,
        font={"size": 11, "color": QUIET},
    )


def bare(figure: go.Figure) -> go.Figure:
    """Return a copy without title, source line and numbers, for a page that prints them itself."""
    copy = go.Figure(figure)
    (note,) = copy.select_annotations({"name": SOURCE_NOTE})
    old, foot = copy.layout.margin, -note.yshift
    top = old.t - 23 * (copy.layout.title.text.count("<br>") + 1) - 14
    copy.layout.annotations = [n for n in copy.layout.annotations if n.name != SOURCE_NOTE]
    copy.update_layout(
        title=None, meta=None, height=copy.layout.height - old.t - old.b + top + foot
    )
    return copy.update_layout(margin={"t": top, "b": foot})


def _pack(numbers: pd.DataFrame) -> dict:
    plain = numbers.astype(object).where(numbers.notna(), None)
    return {"columns": list(plain.columns), "rows": plain.to_numpy().tolist()}


def numbers(figure: go.Figure) -> pd.DataFrame:
    """Return the numbers that a chart shows, one row a mark, bar, leg or line of it.

    Examples
    --------
    >>> from condotta import charts, tables
    >>> chart = charts.reading(tables.empty("articles"), tables.empty("skipped"))
    >>> list(charts.numbers(chart).columns)
    ['what', 'which', 'files']
    """
    packed = figure.layout.meta["numbers"]
    table = pd.DataFrame(packed["rows"], columns=packed["columns"], dtype=object)
    return table.infer_objects().convert_dtypes()


def describe(figure: go.Figure, *, rows: int = 12) -> str:
    """Return what a chart shows, in words and numbers, for those who cannot see it."""
    packed = figure.layout.meta["numbers"]
    told = [
        ", ".join(f"{c} {v}" for c, v in zip(packed["columns"], row, strict=True) if v is not None)
        for row in packed["rows"][:rows]
    ]
    more = len(packed["rows"]) - len(told)
    rest = [f"and {more} more in the table below"] if more > 0 else []
    return f"{figure.layout.meta['title']} " + "; ".join(told + rest)


def nothing(title: str, *, source: str, columns: Sequence[str]) -> go.Figure:
    """Return a chart that says in words that there is nothing to draw."""
    figure = go.Figure()
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    figure.add_annotation(
        text="nothing to draw", showarrow=False, font={"size": 15, "color": QUIET}
    )
    empty = pd.DataFrame(columns=list(columns))
    return frame(figure, title=title, source=source, numbers=empty, height=220, legend=False)


def escape(text: object) -> str:
    """Return text that Plotly shows as it is; Plotly reads a subset of HTML in every label."""
    return html.escape(str(text), quote=False)


def hover(*lines: object, width: int = 64) -> str:
    """Return hover text: one line each, long ones wrapped, empty ones left out."""
    shown = [line for line in lines if not (line is None or line is pd.NA or line == "")]
    return "<br>".join("<br>".join(map(escape, textwrap.wrap(str(line), width))) for line in shown)


def lines_of(tracker: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return for each claim, and for each denial, the line it stands on and that line's status."""
    return {
        claim: (line.line_id, line.status)
        for line in tracker.itertuples()
        for claim in (*phrases.parts(line.denial_ids), *phrases.parts(line.claim_ids))
    }


def status_of(claims: pd.DataFrame, tracker: pd.DataFrame) -> pd.Series:
    """Return for each claim where its line stands; a claim on no line has a single source."""
    lines = lines_of(tracker)
    return claims["claim_id"].map(lambda claim: lines.get(claim, ("", "single_source"))[1])


def whole(most: float) -> dict:
    """Return axis settings that tick whole numbers only."""
    few = {"dtick": 1} if most <= 8 else {"nticks": 8}
    return {"rangemode": "tozero", "tickformat": ",d", **few}


def legend(figure: go.Figure, looks: Iterable[Look]) -> go.Figure:
    """Return the figure with one legend entry a look, whatever the order of its traces."""
    for look in looks:
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=look.words,
            legendgroup=look.words,
            marker={
                "color": look.colour,
                "symbol": look.symbol,
                "size": 10,
                "line": {"width": 2, "color": look.colour},
            },
        )
    return figure
