"""The written corpus: it keeps its format, and a report that breaks it is named."""

import pytest
import typer
from typer.testing import CliRunner

from condotta import resources
from en_condotta.recipe import reports

REPORT = """=== x-001 | wire | Arna>Lodra | 2021-03-04
title: Herders hired in Arna
{s1:source|An elder} {s1:cue|said} {s1:content|{c1:recruiter|brokers} had {c1:trigger|hired}
{c1:count|40} {c1+c2:recruits|herders}, {c2:trigger|promising} {c2:pay|$90 a month}}.

Nobody answered.
---
s1 source_kind=anonymous_local stance=asserts certainty=reported
c1 recruitment s1 count=40..40 destination="Lodra"
c2 pay s1 pay=90..90 USD month salary date=2021..2021-03 recruiter="Brokers"
@place: Arna
"""


def write(folder, text):
    file = folder / "share.txt"
    file.write_text(text)
    return file


def test_a_report_is_read_with_its_spans_and_values(tmp_path):
    (report,) = reports.read([write(tmp_path, REPORT)])
    assert report[:5] == ("x-001", "share", "wire", "Arna>Lodra", "2021-03-04")
    assert report.text.startswith("Herders hired in Arna\n\nAn elder said brokers had hired 40")
    words = {slot: report.text[a:b] for slot, [(a, b)] in report.claims["c2"].spans.items()}
    assert words == {"recruits": "herders", "trigger": "promising", "pay": "$90 a month"}
    assert report.claims["c2"].values == {
        "pay_min": 90,
        "pay_max": 90,
        "currency": "USD",
        "period": "month",
        "pay_kind": "salary",
        "date_from": "2021",
        "date_to": "2021-03",
        "recruiter": "Brokers",
    }
    assert [report.text[a:b] for a, b, _ in report.names] == ["Arna"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param((" | wire", ""), "header needs", id="header"),
        pytest.param(("---", ""), "line --- .* missing", id="no notes"),
        pytest.param(("c1:count|", "c1:number|"), "c1: 'number' is not one of", id="role"),
        pytest.param(("c1 recruitment s1", "c1 hiring s1"), "'hiring' is not a claim type", id="t"),
        pytest.param(("c1 recruitment s1", "c1 recruitment s7"), "no statement s7", id="statement"),
        pytest.param(("{c1:trigger|hired}", "hired"), "c1: no words .* trigger", id="trigger"),
        pytest.param(("count=40..40", "count=40..4"), "upside down", id="bounds"),
        pytest.param(("count=40..40", "count=40"), "needs '..'", id="no bounds"),
        pytest.param(("pay=90..90 USD", "USD"), "c2: pay without a figure", id="figure"),
        pytest.param(("USD", "XQQ"), "'XQQ' is no period", id="currency"),
        pytest.param(("stance=asserts", "stance=swears"), "stance='swears'", id="stance"),
        pytest.param(("c2 pay", "x2 pay"), "not understood: 'x2", id="line"),
        pytest.param(("@place: Arna", "@town: Arna"), "label 'town'", id="label"),
        pytest.param(("@place: Arna", "@place: Arno"), "'Arno' is not in the text", id="name"),
        pytest.param(("@place: Arna", "quiet"), "either claims or the line 'quiet'", id="quiet"),
        pytest.param(("Nobody", "{c5:date|Nobody}"), "tags of c5 have no line", id="no line"),
    ],
)
def test_a_report_that_breaks_the_format_is_named(change, message, tmp_path):
    assert change[0] in REPORT
    file = write(tmp_path, REPORT.replace(*change, 1))
    with pytest.raises(ValueError, match=f"share.txt: report x-001: .*{message}"):
        list(reports.read([file]))


def test_near_texts_are_found_and_far_ones_are_not():
    one = "Forty herders from the hills of Arna were hired in spring by two brokers from the coast"
    other = "Yesterday " + one
    far = "The ministry of Lodra said on Monday that no foreigner had ever fought in its ranks"
    assert list(reports.find_near({"b": other, "c": far}, {"a": one})) == [("b", "a", 1.0)]


def test_the_corpus_keeps_its_format_and_its_distance():
    app = typer.Typer()
    app.command()(reports.main)
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 0, result.output
    shares = sorted(resources.find("data/corpus").glob("*.txt"))
    assert all(f"{share.stem}: " in result.output for share in shares)
    assert "all: 2," in result.output
