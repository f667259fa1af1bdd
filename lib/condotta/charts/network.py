"""The network of actors: who sponsors and recruits whom for whom, and who denies it."""

from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from condotta import phrases
from condotta.charts import frame
from condotta.charts.theatre import STRENGTH

COLUMNS = ("who sponsors<br>or recruits", "who is<br>recruited", "for whom<br>they fight")
SPONSORS = {"sponsorship", "training"}
FEW = 9  # names a column can show
Name = tuple[int, str]  # column and name: a state may both recruit and be fought for


def actor_network(tracker: pd.DataFrame) -> go.Figure:
    """Draw who is said to sponsor, recruit and fight for whom, and who denies that.

    Names stand in three columns. A tie leads from who recruits to whom, and on to the side they
    fight for; a denial leads from who denies to who is accused, a ring where that is the same.
    """
    ties = _ties(tracker)
    source = f"{phrases.plural(len(tracker), 'line')} of the tracker"
    columns = ["from", "tie", "to", "lines", "claims", "status"]
    if ties.empty:
        return frame.nothing("No line names two actors.", source=source, columns=columns)
    at = _layout(ties)
    drawn = ties[ties["start"].isin(at) & ties["end"].isin(at)]
    if len(drawn) < len(ties):
        source += f"; ties between the {len(at)} most named drawn"
    figure = go.Figure()
    for tie in drawn.iloc[::-1].to_dict("records"):
        _draw_tie(figure, tie, at, int(ties["claims"].max()))
    _draw_names(figure, at, drawn)
    _draw_legend(figure, drawn)
    figure.update_xaxes(visible=False, range=[-0.12, 2.12], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-0.04, 1.16], fixedrange=True)
    tall = max(sum(column == c for column, _ in at) for c in range(3))
    return frame.frame(
        figure,
        title=_title(ties),
        source=source,
        numbers=ties[columns].assign(status=ties["status"].map(phrases.words)),
        height=220 + 56 * tall,
        foot=10,
    )


def _ties(tracker: pd.DataFrame) -> pd.DataFrame:
    """Return one row a tie: both ends, what it is, lines, claims, strongest status."""
    found = [tie for line in tracker.itertuples() for tie in _line_ties(line)]
    ties = pd.DataFrame(found, columns=["start", "tie", "end", "rank", "claims"])
    ties = (
        ties.groupby(["start", "tie", "end"], as_index=False)
        .agg(lines=("rank", "size"), claims=("claims", "sum"), rank=("rank", "min"))
        .sort_values(["claims", "start", "end", "tie"], ascending=[False, True, True, True])
    )
    return ties.assign(
        status=[STRENGTH[rank] for rank in ties["rank"]],
        **{"from": [name for _, name in ties["start"]], "to": [name for _, name in ties["end"]]},
    )


def _line_ties(line) -> Iterator[tuple[Name, str, Name, int, int]]:
    who, whom, side = (
        [(column, name) for name in phrases.parts(cell)]
        for column, cell in enumerate((line.recruiter, line.recruits, line.beneficiary))
    )
    weight = STRENGTH.index(line.status), line.n_claims
    verb = "sponsors" if line.type in SPONSORS else "recruits"
    yield from ((a, verb, b, *weight) for a in who for b in whom)
    yield from ((a, "fight for", b, *weight) for a in whom for b in side)
    if not whom:
        yield from ((a, "sponsors", b, *weight) for a in who for b in side)
    deniers = [(0, name) for name in phrases.parts(line.denied_by)]
    yield from ((a, "denies", b, *weight) for a in deniers for b in who)


def _layout(ties: pd.DataFrame) -> dict[Name, tuple[float, float]]:
    """Place the most named of each column, neighbours at one height so that few ties cross."""
    ends = pd.concat(
        [ties[[end, "claims"]].set_axis(["name", "claims"], axis=1) for end in ("start", "end")]
    )
    weight = ends.groupby("name")["claims"].sum()
    weight = sorted(weight.items(), key=lambda pair: (-pair[1], pair[0]))
    columns = [[name for name, _ in weight if name[0] == c][:FEW] for c in range(3)]
    height = {name: i / max(len(c) - 1, 1) for c in columns for i, name in enumerate(c)}
    for _ in range(8):
        for column in columns:
            column.sort(key=lambda name: (_pull(name, ties, height), name))
            height.update({name: i / max(len(column) - 1, 1) for i, name in enumerate(column)})
    return {
        name: (name[0], 1 - (i + 0.5) / len(column))
        for column in columns
        for i, name in enumerate(column)
    }


def _pull(name: Name, ties: pd.DataFrame, height: dict[Name, float]) -> float:
    pulls = [
        (height[other], claims)
        for end, start in (("end", "start"), ("start", "end"))
        for other, claims in ties.loc[ties[end] == name, [start, "claims"]].itertuples(index=False)
        if other in height and other[0] != name[0]
    ]
    total = sum(claims for _, claims in pulls)
    return sum(at * claims for at, claims in pulls) / total if total else height[name]


def _draw_tie(figure: go.Figure, tie: dict, at: dict, most: int) -> None:
    denies = tie["tie"] == "denies"
    look = frame.DENIAL if denies else frame.STATUS[tie["status"]]
    loop = tie["start"] == tie["end"]
    xs, ys = ([at[tie["end"]][0]], [at[tie["end"]][1]]) if loop else _curve(tie, at)
    figure.add_scatter(
        x=xs,
        y=ys,
        mode="markers" if loop else "lines",
        line={
            "color": look.colour,
            "width": 1.5 + 8 * (tie["claims"] / most) ** 0.5,
            "dash": "dot" if denies else "solid",
        }
        if not loop
        else None,
        marker={"symbol": "circle-open", "size": 26, "color": look.colour, "line_width": 3},
        opacity=1 if loop else 0.65,
        hovertext=frame.hover(
            f"{tie['from']} {tie['tie']} {'it' if loop else tie['to']}",
            f"{phrases.plural(tie['claims'], 'claim')} on {phrases.plural(tie['lines'], 'line')}"
            f" · {look.words}",
        ),
        hoverinfo="text",
        showlegend=False,
    )


def _curve(tie: dict, at: dict) -> tuple[list[float], list[float]]:
    (x1, y1), (x2, y2) = at[tie["start"]], at[tie["end"]]
    shares = [step / 20 for step in range(21)]
    if x1 == x2:  # a denial between two of the first column bends out to the right
        return [round(x1 + 0.9 * t * (1 - t), 3) for t in shares], [
            round(y1 + (y2 - y1) * t, 3) for t in shares
        ]
    return [round(x1 + (x2 - x1) * t, 3) for t in shares], [
        round(y1 + (y2 - y1) * t * t * (3 - 2 * t), 3) for t in shares
    ]


def _draw_names(figure: go.Figure, at: dict, ties: pd.DataFrame) -> None:
    claims = {
        name: int(ties.loc[(ties["start"] == name) | (ties["end"] == name), "claims"].sum())
        for name in at
    }
    figure.add_scatter(
        x=[x for x, _ in at.values()],
        y=[y for _, y in at.values()],
        mode="markers",
        marker={"size": 12, "color": frame.INK},
        hovertext=[frame.hover(name, f"in ties of {claims[c, name]} claims") for c, name in at],
        hoverinfo="text",
        showlegend=False,
    )
    for (column, name), (x, y) in at.items():
        # below its mark in the middle, so that neighbours do not run into each other
        _write(
            figure,
            frame.escape(phrases.shorten(name, 26)),
            x,
            y,
            column,
            yshift=(17, -17, 17)[column],
        )
    for column, heading in enumerate(COLUMNS):
        _write(figure, f"<i>{heading}</i>", column, 1.13, column, yanchor="top", size=11)


def _write(figure, text, x, y, column, *, size=12, **place) -> None:
    """Write a name over its mark, the outer columns flush with the edge of the chart."""
    figure.add_annotation(
        text=text,
        x=x,
        y=y,
        showarrow=False,
        xanchor=("left", "center", "right")[column],
        xshift=(-8, 0, 8)[column],
        align=("left", "center", "right")[column],
        font={"size": size, "color": frame.INK},
        bgcolor="rgba(255,255,255,0.75)",
        borderpad=1,
        **place,
    )


def _draw_legend(figure: go.Figure, ties: pd.DataFrame) -> None:
    seen = set(ties.loc[ties["tie"] != "denies", "status"])
    looks = [frame.STATUS[status] for status in frame.STATUS if status in seen]
    frame.legend(figure, [*looks, *([frame.DENIAL] if (ties["tie"] == "denies").any() else [])])


def _title(ties: pd.DataFrame) -> str:
    verbs = ties["tie"].isin(["recruits", "sponsors"])
    who, whom = ties.loc[verbs, "from"].nunique(), ties.loc[verbs, "to"].nunique()
    deny = ties.loc[ties["tie"] == "denies", "from"].nunique()
    told = f"{phrases.plural(who, 'actor is', 'actors are')} said to sponsor or recruit"
    groups = f"{whom} {'people or group' if whom == 1 else 'peoples or groups'}"
    return f"{told} {groups}; {deny or 'none'} {'deny' if deny > 1 else 'denies'} it."
