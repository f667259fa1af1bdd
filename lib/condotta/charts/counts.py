"""Charts that count: who says what, what is said to have happened, what was read."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from condotta import phrases
from condotta.charts import frame
from condotta.tables import SOURCE_KINDS, STANCES

FEW = 12


def who_says_what(claims: pd.DataFrame) -> go.Figure:
    """Draw which kind of source does what with the claims: asserts, accuses, denies.

    One disc is a kind of source and a stance; its area and number are claims. Works on any
    table with `source_kind` and `stance`, so on statements too.
    """
    counts = claims.groupby(["source_kind", "stance"], as_index=False).agg(n=("stance", "size"))
    columns = ["source kind", "stance", "claims"]
    if counts.empty:
        return frame.nothing("No claim, so no source.", source="0 claims", columns=columns)
    counts = counts.sort_values(["n", "source_kind", "stance"], ascending=[False, True, True])
    total = counts.groupby("source_kind")["n"].sum()
    kinds = sorted(total.index, key=lambda kind: (-total[kind], SOURCE_KINDS.index(kind)))
    stances = [stance for stance in STANCES if stance in set(counts["stance"])]
    figure = go.Figure()
    _draw_discs(figure, counts, kinds, stances)
    _name_axes(figure, kinds, stances)
    source = f"{phrases.plural(len(claims), 'claim')}; the source is who is quoted, not the outlet"
    words = counts.assign(
        **{column: counts[column].map(phrases.words) for column in ("source_kind", "stance")}
    )
    return frame.frame(
        figure,
        title=_stance_title(claims, kinds[0]),
        source=source,
        numbers=words.set_axis(columns, axis=1),
        height=48 * len(kinds) + 170,
        legend=False,
    )


def _draw_discs(
    figure: go.Figure, counts: pd.DataFrame, kinds: list[str], stances: list[str]
) -> None:
    small = counts["n"] < counts["n"].max() / 12  # the number does not fit inside
    figure.add_scatter(
        x=[stances.index(stance) for stance in counts["stance"]],
        y=[-kinds.index(kind) for kind in counts["source_kind"]],
        mode="markers+text",
        text=[f"{n:,}" for n in counts["n"]],
        textposition=["middle right" if s else "middle center" for s in small],
        textfont={"size": 12, "color": [frame.INK if s else frame.PAPER for s in small]},
        marker={
            "size": [8 + 34 * (n / counts["n"].max()) ** 0.5 for n in counts["n"]],
            "color": [
                frame.DENIAL.colour if s == "denies" else frame.DARK for s in counts["stance"]
            ],
            "opacity": 1,
        },
        hovertext=[
            frame.hover(
                f"{phrases.words(row.source_kind)} {phrases.words(row.stance)}",
                phrases.plural(row.n, "claim"),
            )
            for row in counts.itertuples()
        ],
        hoverinfo="text",
    )


def _name_axes(figure: go.Figure, kinds: list[str], stances: list[str]) -> None:
    figure.update_xaxes(
        tickvals=list(range(len(stances))),
        ticktext=[phrases.words(s).replace("does not ", "does not<br>") for s in stances],
        range=[-0.6, len(stances) - 0.4],
        showgrid=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        tickvals=[-position for position in range(len(kinds))],
        ticktext=[phrases.words(kind) for kind in kinds],
        range=[-len(kinds) + 0.4, 0.6],
        fixedrange=True,
    )


def _stance_title(claims: pd.DataFrame, kind: str) -> str:
    share = (claims["source_kind"] == kind).mean()
    denials = int((claims["stance"] == "denies").sum())
    unnamed = claims["source_kind"].isin(["anonymous_local", "unknown"]).mean()
    return (
        f"{share:.0%} of {phrases.plural(len(claims), 'claim')} come from one kind of source, "
        f"“{phrases.words(kind)}”; {unnamed:.0%} from sources without a name; "
        f"{phrases.plural(denials, 'is a denial', 'are denials')}."
    )


def events(events: pd.DataFrame) -> go.Figure:
    """Draw what is said to have happened: by kind, by place, and whether losses are told.

    Bars are events, shaded by how sure the text is of who did it. Losses that the text calls
    unknown are counted as unknown, and never as none.
    """
    source = f"{phrases.plural(len(events), 'event')} as told; one event told twice counts twice"
    columns = ["by", "which", "responsibility", "events"]
    if events.empty:
        return frame.nothing("No event is told.", source=source, columns=columns)
    table = _event_counts(events)
    parts = [table[table["by"] == by] for by in ("kind", "place", "losses")]
    parts = [part for part in parts if len(part)]
    sizes = [part["which"].nunique() for part in parts]
    figure = make_subplots(
        rows=len(parts),
        cols=1,
        row_heights=sizes,
        vertical_spacing=min(62 / (30 * sum(sizes) + 62 * len(sizes)), 0.3),
        subplot_titles=[f"<b>by {part['by'].iloc[0]}</b>" for part in parts],
    )
    for number, part in enumerate(parts, start=1):
        _stack(figure, part, number)
    figure.update_annotations(font_size=13, x=0, xanchor="left")
    figure.update_layout(barmode="stack", bargap=0.35)
    figure.update_xaxes(title="events", row=len(parts), col=1)
    return frame.frame(
        figure,
        title=_event_title(events),
        source=source,
        numbers=table.assign(responsibility=table["responsibility"].map(phrases.words)),
        height=(tall := 30 * sum(sizes) + 62 * len(sizes)) + 190,
    ).update_layout(legend_y=1 + 28 / tall)


def _event_counts(events: pd.DataFrame) -> pd.DataFrame:
    views = {
        "kind": events["kind"],
        "place": events["place"],
        "losses": events["losses"].replace({"unknown": "unknown, says the text"}),
    }
    counts = [
        events.assign(which=values)
        .dropna(subset="which")
        .pipe(lambda df: df[df["which"].isin(df["which"].value_counts().head(FEW).index)])
        .groupby(["which", "responsibility"], as_index=False)
        .size()
        .assign(by=by)
        for by, values in views.items()
    ]
    table = pd.concat(counts).rename(columns={"size": "events"})
    table["which"] = table["which"].map(phrases.words)
    table["total"] = table.groupby(["by", "which"])["events"].transform("sum")
    table["rank"] = table["by"].map(list(views).index)
    order = ["rank", "total", "which", "responsibility"]
    table = table.sort_values(order, ascending=[True, False, True, True], kind="stable")
    return table[["by", "which", "responsibility", "events"]]


def _stack(figure: go.Figure, part: pd.DataFrame, number: int) -> None:
    part = part.assign(which=part["which"].map(frame.escape))
    names = list(dict.fromkeys(part["which"]))[::-1]
    for grade, look in frame.RESPONSIBILITY.items():
        group = part[part["responsibility"] == grade]
        figure.add_bar(
            y=group["which"].tolist(),
            x=group["events"].tolist(),
            orientation="h",
            name=look.words,
            legendgroup=grade,
            showlegend=number == 1,
            marker={
                "color": look.colour,
                "pattern": {"shape": look.symbol, "fgcolor": "#FFFFFF", "solidity": 0.25},
                "line": {"color": "#FFFFFF", "width": 1},
            },
            hovertext=[
                f"{row.which}: {phrases.plural(row.events, 'event')}, {look.words}"
                for row in group.itertuples()
            ],
            hoverinfo="text",
            row=number,
            col=1,
        )
    labels = {"ticktext": [phrases.shorten(name, 26) for name in names], "tickvals": names}
    figure.update_yaxes(categoryorder="array", categoryarray=names, **labels, row=number, col=1)
    most = part.groupby("which")["events"].sum().max()
    figure.update_xaxes(**frame.whole(most), row=number, col=1)


def _event_title(events: pd.DataFrame) -> str:
    kind = events["kind"].value_counts().sort_index().idxmax()
    sure = int((events["responsibility"] == "fact").sum())
    unknown = int((events["losses"] == "unknown").sum())
    most = f"{phrases.plural(len(events), 'event')}, most often “{phrases.words(kind)}”"
    return (
        f"{most}; who did it is told as fact in {sure or 'none'}, and losses are called unknown in "
        f"{unknown or 'none'}."
    )


def reading(
    articles: pd.DataFrame, skipped: pd.DataFrame, copies: pd.DataFrame | None = None
) -> go.Figure:
    """Draw what was read, which of it repeats something else, what was skipped and why."""
    repeats = {} if copies is None else dict(copies.set_index("article_id")["kind"])
    how = articles["article_id"].map(repeats)
    rows = [("read", "new text", int(how.isna().sum()))]
    rows += [("copy", kind, count) for kind, count in _tally(how.dropna())]
    rows += [("skipped", phrases.words(why), count) for why, count in _tally(skipped["reason"])]
    table = pd.DataFrame(rows, columns=["what", "which", "files"])
    source = f"{phrases.plural(len(articles) + len(skipped), 'file or record', 'files or records')}"
    if not len(articles) + len(skipped):
        return frame.nothing("Nothing was read.", source=source, columns=table.columns)
    figure = go.Figure()
    for what, group in table.groupby("what", sort=False):
        _draw_reading(figure, what, group)
    names = [f"{row.what}: {phrases.shorten(row.which, 30)}" for row in table.itertuples()]
    figure.update_yaxes(
        tickvals=list(range(len(table))),
        ticktext=[frame.escape(name) for name in names],
        range=[len(table) - 0.4, -0.6],
        showgrid=False,
    )
    figure.update_xaxes(title="files or records", **frame.whole(table["files"].max()))
    return frame.frame(
        figure.update_layout(bargap=0.4),
        title=_reading_title(articles, skipped, int(how.notna().sum())),
        source=source,
        numbers=table,
        height=36 * len(table) + 190,
        legend=False,
    )


def _draw_reading(figure: go.Figure, what: str, group: pd.DataFrame) -> None:
    shade = {"read": frame.DARK, "copy": "#9A9A9A", "skipped": frame.PAPER}[what]
    figure.add_bar(
        y=group.index.tolist(),
        x=group["files"].tolist(),
        orientation="h",
        text=[f"{n:,}" for n in group["files"]],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": shade,
            "line": {"color": frame.DARK, "width": 1.5},
            "pattern": {"shape": "/" if what == "skipped" else "", "fgcolor": frame.DARK},
        },
        hovertext=[
            frame.hover(f"{what}, {row.which}: {row.files:,}") for row in group.itertuples()
        ],
        hoverinfo="text",
    )


def _reading_title(articles: pd.DataFrame, skipped: pd.DataFrame, repeats: int) -> str:
    outlets = phrases.plural(articles["publisher"].nunique(), "outlet")
    read = f"{phrases.plural(len(articles), 'article')} of {outlets} read"
    return f"{read}, {repeats or 'none'} repeating another; {len(skipped) or 'none'} skipped."


def _tally(values: pd.Series) -> list[tuple[str, int]]:
    counts = values.value_counts()
    return sorted(
        ((str(k), int(n)) for k, n in counts.items()), key=lambda pair: (-pair[1], pair[0])
    )
