import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from invented import invent_run, write_run
from test_charts import DRAW

from condotta import charts, findings, passages, report, selection, tables

HOSTILE = "<script>window.ran=1</script><img src=x onerror='window.ran=1'>"


def make_report(run_dir, run):
    write_run(run_dir, run)
    for name, draw in DRAW.items():
        charts.write_figure(run_dir, name, draw(run))
    return report.write_report(run_dir)


class Page(HTMLParser):
    """The elements of a page in order, each with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def run():
    return invent_run(30)


@pytest.fixture(scope="module")
def text(run, tmp_path_factory):
    return make_report(tmp_path_factory.mktemp("run"), run).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_the_same_tables_give_the_same_bytes(run, text, tmp_path):
    assert make_report(tmp_path, run).read_text(encoding="utf-8") == text


def test_the_page_of_a_sample_is_under_six_megabytes(text):
    assert len(text.encode()) < 6_000_000


def test_nothing_on_the_page_is_fetched(page):
    assert not page.all("link") and not page.all("iframe") and not page.all("img")
    assert not [attrs for attrs in page.all("script") if "src" in attrs]
    (policy,) = [a["content"] for a in page.all("meta") if "http-equiv" in a]
    assert "default-src 'none'" in policy and "connect-src" not in policy


def test_links_leave_only_for_the_web_and_tell_no_one(page, text):
    outward = [attrs for attrs in page.all("a") if not attrs["href"].startswith("#")]
    assert outward and all(attrs["href"].startswith("https://") for attrs in outward)
    assert all("noopener" in attrs["rel"] for attrs in outward)
    assert "javascript:alert" not in text


def test_the_page_can_be_walked_without_eyes_or_mouse(page):
    tags = [tag for tag, _ in page.elements]
    assert {"header", "nav", "main", "footer"} <= set(tags) and tags.count("h1") == 1
    assert all("scope" in attrs for attrs in page.all("th"))
    drawn = [attrs for attrs in page.all("div") if attrs.get("class") == "chart"]
    assert len(drawn) == len(DRAW)
    assert all(a["role"] == "img" and re.search(r"\d", a["aria-label"]) for a in drawn)
    assert dict(page.elements)["html"]["lang"] == "en"


def test_every_link_within_the_page_arrives(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    wanted = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    assert wanted <= set(ids)


def test_every_line_shows_every_claim_it_rests_on(run, page):
    shown = {attrs.get("id") for attrs in page.all("li")}
    assert shown >= set(run["claims"]["claim_id"])


def test_hostile_words_stay_words(tmp_path):
    text = make_report(tmp_path, invent_run(12, hostile=HOSTILE)).read_text(encoding="utf-8")
    assert HOSTILE not in text and not Page(text).all("img")
    assert len(Page(text).all("script")) == 3


def test_a_run_without_claims_has_a_report(tmp_path):
    empty = {name: tables.empty(name) for name in (*report.NAMES, "selection")}
    text = make_report(tmp_path, empty).read_text(encoding="utf-8")
    assert "No claim about recruitment was found" in text


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="articles"):
        report.write_report(tmp_path)


def test_figures_of_the_page_carry_no_title_twice(run):
    drawn = report.figure_json(DRAW["timeline"](run))
    assert "meta" not in drawn["layout"]
    assert not [n for n in drawn["layout"]["annotations"] if n.get("name") == "source"]


@pytest.mark.parametrize(
    ("url", "link"),
    [
        pytest.param("https://example.org/a", "https://example.org/a", id="web"),
        pytest.param("HTTP://example.org", "HTTP://example.org", id="upper case"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("data:text/html,x", None, id="data"),
        pytest.param("//example.org", None, id="no scheme"),
        pytest.param("http://", None, id="no host"),
        pytest.param("http://[x", None, id="broken"),
        pytest.param(None, None, id="none"),
        pytest.param(float("nan"), None, id="missing"),
    ],
)
def test_web_address_links_only_to_the_web(url, link):
    assert report.web_address(url) == link


SENTENCE = "Milan hired 300 Swiss. Later it rained."


@pytest.mark.parametrize(
    ("slots", "pieces"),
    [
        pytest.param({}, [("Milan hired 300 Swiss.", ())], id="no slot"),
        pytest.param(
            {"count": (12, 15)},
            [("Milan hired ", ()), ("300", ("count",)), (" Swiss.", ())],
            id="one slot",
        ),
        pytest.param(
            {"recruits": (12, 21), "count": (12, 15)},
            [
                ("Milan hired ", ()),
                ("300", ("recruits", "count")),
                (" Swiss", ("recruits",)),
                (".", ()),
            ],
            id="one slot within another",
        ),
        pytest.param(
            {"recruiter": (0, 900)}, [("Milan hired 300 Swiss.", ())], id="beyond the text"
        ),
    ],
)
def test_quote_claim_marks(slots, pieces):
    claim = {"start": 0, "end": 22}
    for slot, (start, end) in slots.items():
        claim |= {f"{slot}_start": start, f"{slot}_end": end}
    (excerpt,) = passages.quote_claim(claim, SENTENCE)
    assert [tuple(piece) for piece in excerpt] == pieces


def test_quote_claim_leaves_out_what_lies_between():
    text = "Milan was rich. " + "It rained. " * 60 + "They hired 300 Swiss."
    at = text.index("They")
    claim = {"start": at, "end": len(text), "recruiter_start": 0, "recruiter_end": 5}
    first, last = passages.quote_claim(claim, text)
    assert first[0] == ("Milan", ("recruiter",)) and len("".join(p.text for p in first)) < 90
    assert "".join(piece.text for piece in last).endswith("They hired 300 Swiss.")


def test_quote_claim_shows_the_words_of_the_text(run):
    texts = dict(run["articles"].set_index("article_id")["text"])
    for claim in run["claims"].to_dict("records"):
        text = texts[claim["article_id"]]
        for excerpt in passages.quote_claim(claim, text):
            assert "".join(piece.text for piece in excerpt) in text


def test_findings_count_what_the_tables_hold(run):
    told = " ".join(finding.text for finding in findings.find_findings(run))
    assert f"{len(run['articles'])} articles" in told
    assert f"{len(run['claims'])} claims on {len(run['tracker'])} lines" in told


def test_findings_of_one_claim_are_in_the_singular():
    for finding in findings.find_findings(invent_run(1)):
        assert not re.search(r"\b1 \w+s\b(?! said)|\b1 \w+ (are|were|have)\b", finding.text)


def test_findings_point_to_lines_that_exist(run):
    pointed = {line for finding in findings.find_findings(run) for line in finding.line_ids}
    assert pointed and pointed <= set(run["tracker"]["line_id"])


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        pytest.param({}, lambda line: True, id="nothing asked for"),
        pytest.param({"theatre": "mali"}, lambda line: line.destination == "Mali", id="theatre"),
        pytest.param(
            {"actor": "red pass"}, lambda line: line.recruiter == "Red Pass Group", id="actor"
        ),
        pytest.param(
            {"since": "2024-04"},
            lambda line: pd.notna(line.last_on) and line.last_on >= "2024-04",
            id="since",
        ),
        pytest.param(
            {"until": "2023"},
            lambda line: pd.notna(line.first_on) and line.first_on < "2024",
            id="until",
        ),
        pytest.param({"theatre": "Cockaigne"}, lambda line: False, id="no such place"),
    ],
)
def test_choose_lines(asked, fits, run):
    chosen = selection.choose_lines(run["tracker"], **asked)
    expected = [line.line_id for line in run["tracker"].itertuples() if fits(line)]
    assert chosen["line_id"].tolist() == expected


def test_choose_lines_refuses_what_is_no_date(run):
    with pytest.raises(ValueError, match="since: 'spring' is no date"):
        selection.choose_lines(run["tracker"], since="spring")


def test_narrow_keeps_what_belongs_to_the_lines(run):
    chosen = selection.choose_lines(run["tracker"], theatre="Mali")
    part = selection.narrow(run, chosen["line_id"])
    assert set(part["claims"]["destination"]) == {"Mali"}
    assert len(part["articles"]) == len(run["articles"])
    assert len(run["claims"]) == 30, "inputs are untouched"


def test_the_page_of_a_part_says_which_part(run, tmp_path):
    part = run | {"selection": selection.choose_lines(run["tracker"], theatre="Mali")}
    text = make_report(tmp_path, part).read_text(encoding="utf-8")
    assert "shown are only lines of theatre Mali" in text
    data = re.search(r'<script type="application/json" id="figures">(.*?)</script>', text, re.S)
    assert set(json.loads(data[1])) == set(DRAW)
