import json
import warnings

import pandas as pd
import plotly.graph_objects as go
import pytest
from invented import invent_run

from condotta import charts, outlines, tables

NAMES = ("articles", "skipped", "copies", "events", "claims", "tracker")
DRAW = {
    "timeline": lambda run: charts.timeline(run["tracker"], run["claims"], run["articles"]),
    "pay_offers": lambda run: charts.pay_offers(run["claims"], run["tracker"], run["articles"]),
    "head_counts": lambda run: charts.head_counts(run["claims"], run["tracker"], run["articles"]),
    "theatre_map": lambda run: charts.theatre_map(
        run["tracker"], charts.places(run["tracker"], run["events"])
    ),
    "actor_network": lambda run: charts.actor_network(run["tracker"]),
    "who_says_what": lambda run: charts.who_says_what(run["claims"]),
    "origins": lambda run: charts.origins(run["tracker"], run["articles"], run["copies"]),
    "events": lambda run: charts.events(run["events"]),
    "reading": lambda run: charts.reading(run["articles"], run["skipped"], run["copies"]),
}
EACH = pytest.mark.parametrize("name", DRAW)


@pytest.fixture(scope="module")
def few():
    return invent_run(40)


@pytest.fixture(scope="module")
def many():
    return invent_run(10_000)


@pytest.fixture(scope="module")
def none():
    return {name: tables.empty(name) for name in NAMES}


def marks(figure: go.Figure) -> int:
    return sum(pd.notna(x) for trace in figure.data if trace.x is not None for x in trace.x)


@EACH
def test_a_chart_says_what_is_seen_and_where_from(name, few):
    figure = DRAW[name](few)
    shown = figure.layout.title.text.replace("<br>", " ")
    assert shown.endswith(".") and any(character.isdigit() for character in shown)
    assert any("Source:" in (note.text or "") for note in figure.layout.annotations)
    assert len(charts.numbers(figure)) and marks(figure)


@EACH
def test_a_chart_of_nothing_says_so(name, none):
    figure = DRAW[name](none)
    assert figure.layout.title.text.endswith(".") and not figure.data
    assert charts.numbers(figure).empty and len(charts.numbers(figure).columns)


@EACH
def test_a_chart_of_one_claim_is_drawn(name):
    figure = DRAW[name](invent_run(1))
    assert figure.layout.title.text.endswith(".")


@EACH
def test_a_chart_of_ten_thousand_claims_stays_legible(name, many):
    figure = DRAW[name](many)
    assert marks(figure) <= 30_000 and figure.layout.height <= 1600
    assert len(figure.to_json()) < 1_000_000


@EACH
def test_the_same_tables_give_the_same_bytes_in_any_order(name, few):
    shuffled = {key: table.sample(frac=1, random_state=1) for key, table in few.items()}
    assert DRAW[name](few).to_json() == DRAW[name](shuffled).to_json()


@EACH
def test_inputs_are_untouched(name, few):
    before = {key: table.copy(deep=True) for key, table in few.items()}
    DRAW[name](few)
    for key, table in few.items():
        pd.testing.assert_frame_equal(table, before[key])


@EACH
def test_a_chart_draws_without_a_warning(name, few):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DRAW[name](few)


@EACH
def test_words_of_an_article_are_escaped(name):
    figure = DRAW[name](invent_run(12, hostile="<b>&x"))
    drawn = charts.bare(figure).to_json()
    assert "<b>&x" not in json.loads(f'"{drawn.replace(chr(34), chr(39))}"'.replace("\\'", "'"))


@EACH
def test_numbers_survive_the_way_through_json(name, few):
    figure = DRAW[name](few)
    again = go.Figure(json.loads(figure.to_json()))
    pd.testing.assert_frame_equal(charts.numbers(figure), charts.numbers(again))


def test_timeline_draws_a_month_as_a_month(few):
    chart = DRAW["timeline"](few)
    assert "2024-05-01" in [x for trace in chart.data for x in trace.x]
    assert "2024-05-31" in [x for trace in chart.data for x in trace.x]


def test_timeline_counts_claims_that_have_no_date(few):
    undated = few["articles"]["published_on"].isna()
    ids = few["articles"].loc[undated, "article_id"]
    count = few["claims"]["article_id"].isin(ids).sum()
    assert f"{count} of undated articles" in DRAW["timeline"](few).layout.meta["source"]


def test_pay_of_two_currencies_never_shares_an_axis(few):
    claims = few["claims"].copy()
    claims.loc[claims.index[:5], "currency"] = "TRY"
    chart = charts.pay_offers(claims, few["tracker"], few["articles"])
    titles = [chart.layout[axis].title.text for axis in ("xaxis", "xaxis2")]
    assert titles == ["USD per month", "TRY per month"]


def test_an_open_end_is_drawn_open(few):
    chart = DRAW["head_counts"](few)
    symbols = {s for trace in chart.data for s in trace.marker.symbol or ()}
    assert "triangle-left" in symbols
    assert charts.numbers(chart)["at least"].isna().any()


def test_flow_and_stock_stand_apart(few):
    units = set(charts.numbers(DRAW["head_counts"](few))["unit"])
    assert {"persons who went (flow)", "persons present (stock)"} <= units


def test_unknown_losses_are_counted_as_unknown(few):
    table = charts.numbers(DRAW["events"](few))
    unknown = table.loc[table["which"] == "unknown, says the text", "events"].sum()
    assert unknown == (few["events"]["losses"] == "unknown").sum() > 0


def test_every_claim_is_on_the_chart_of_sources(few):
    assert charts.numbers(DRAW["who_says_what"](few))["claims"].sum() == len(few["claims"])


def test_a_place_nobody_knows_is_named_below_the_map(few):
    tracker = few["tracker"].assign(origin="Cockaigne")
    chart = charts.theatre_map(tracker, charts.places(tracker, few["events"]))
    assert "not on the map: Cockaigne" in chart.layout.meta["source"]


def test_the_map_shows_the_theatre_wherever_it_is(few):
    tracker = few["tracker"].assign(origin="Peru", destination="Colombia")
    chart = charts.theatre_map(tracker, charts.places(tracker, few["events"]))
    west, east = chart.layout.xaxis.range
    assert west < -76 < east < -30


def test_a_vast_country_is_drawn_at_its_end_near_the_others(few):
    tracker = few["tracker"].assign(origin="Russia", staging="Turkey", destination="Libya")
    places = charts.places(tracker, few["events"]).set_index("name")
    assert 20 < places.loc["Russia", "lon"] < 60


def test_a_denial_leads_back_to_the_accused(few):
    ties = charts.numbers(DRAW["actor_network"](few))
    denied = few["tracker"].dropna(subset="denied_by").iloc[0]
    found = ties[(ties["tie"] == "denies") & (ties["to"] == denied["recruiter"])]
    assert set(denied["denied_by"].split("; ")) <= set(found["from"])


def test_a_chart_and_its_numbers_are_written_and_read_back(few, tmp_path):
    for name, draw in DRAW.items():
        charts.write_figure(tmp_path, name, draw(few))
    figures = charts.read_figures(tmp_path)
    assert list(figures) == [name for name in charts.ORDER if name in DRAW]
    table = pd.read_csv(tmp_path / "figures" / "origins.csv")
    assert list(table.columns) == ["line", "articles", "outlets", "origins"]


def test_a_picture_of_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'gif': pictures are png or svg"):
        charts.write_pictures(tmp_path, "gif")


def test_a_picture_without_a_browser_says_what_to_install(few, tmp_path, monkeypatch):
    charts.write_figure(tmp_path, "reading", DRAW["reading"](few))
    monkeypatch.setattr(go.Figure, "to_image", lambda *_, **__: 1 / 0)
    with pytest.raises(RuntimeError, match=r"condotta\[pictures\]"):
        charts.write_pictures(tmp_path, "png")


def test_charts_that_are_not_there_name_the_notebook_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="07-charts"):
        charts.read_figures(tmp_path)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        pytest.param("=1+1", "'=1+1", id="formula"),
        pytest.param(" +cmd|x", "' +cmd|x", id="blank in front"),
        pytest.param("\uff1d1", "'\uff1d1", id="full-width sign"),
        pytest.param("@sum", "'@sum", id="at sign"),
        pytest.param("-12.5", "-12.5", id="a number stays"),
        pytest.param("a\rb", "a b", id="carriage return splits no row"),
        pytest.param('say "so"', 'say ""so""', id="quotation marks doubled"),
    ],
)
def test_safe_csv_writes(cell, written):
    assert charts.safe_csv(pd.DataFrame({"c": [cell]})) == f'"c"\n"{written}"\n'


@pytest.mark.parametrize(
    ("name", "iso"),
    [
        pytest.param("Libya", "434", id="map name"),
        pytest.param("Central African Republic", "140", id="map name is short"),
        pytest.param("Democratic Republic of the Congo", "180", id="long form"),
        pytest.param("SDN", "729", id="three letters"),
        pytest.param("South Sudan", "728", id="south"),
        pytest.param("Russia", "643", id="common name"),
    ],
)
def test_find_country(name, iso):
    assert outlines.find_country(name).iso == iso


def test_outlines_close_and_stay_on_the_globe():
    for scale in ("110m", "50m"):
        world = outlines.countries(scale)
        assert len(world) > 170
        for ring in (ring for country in world for ring in country.rings):
            assert ring[0] == ring[-1]
            assert all(-180 <= x <= 180 and -90 <= y <= 90.01 for x, y in ring)
