"""The tracker: what is one line, what is one origin, who denies, what contradicts."""

import json
import math
import random
import time

import pandas as pd
import pytest

from condotta import comparing, copies, resources, reviews, tables, tracker

BASE = {
    "type": "deployment",
    "recruiter": "Russia",
    "recruits": "Syrians",
    "destination": "Libya",
    "source_kind": "outlet_voice",
    "stance": "asserts",
    "certainty": "reported",
    "start": 0,
    "end": 10,
    "rule": "test",
}
DENIAL = {"type": "denial", "stance": "denies", "source_kind": "government_body"}


SOHR = {"source_name": "SOHR", "source_kind": "monitor_ngo"}
EMIRATES = {"recruiter": "Emirates", "recruits": "Colombians", "destination": "Sudan"}
NEPAL = {
    "recruiter": "Russia",
    "recruits": "Nepalis",
    "destination": "Ukraine",
    "count_min": 14200,
    "count_max": 15100,
}


def run(*rows, publishers=(), days=(), texts=()):
    """Claims and their articles: each row names its article by number, `at`, or has its own."""
    rows = [{"at": n, **row} for n, row in enumerate(rows)]
    claims = [
        {**BASE, "claim_id": f"c{n}", "article_id": f"a{row['at']}"}
        | {name: value for name, value in row.items() if name != "at"}
        for n, row in enumerate(rows)
    ]
    numbers = sorted({row["at"] for row in rows})
    articles = [
        {
            "article_id": f"a{n}",
            "publisher": dict(enumerate(publishers)).get(n, f"Outlet {n}"),
            "published_on": dict(enumerate(days)).get(n),
            "text": dict(enumerate(texts)).get(n, f"Sentence {n} of a report."),
            "n_words": 5,
            "source_path": "p",
            "source_sha256": "0",
            "format": "txt",
        }
        for n in numbers
    ]
    return tables.shape("claims", claims), tables.shape("articles", articles)


def draw(book, *rows, repeats=(), **articles):
    claims, pages = run(*rows, **articles)
    repeated = tables.shape(
        "copies",
        [{"article_id": a, "copy_of": b, "kind": "near", "reason": "test"} for a, b in repeats],
    )
    return tracker.draw_lines(claims, pages, repeated, codebook=book)


def lines_of(drawn):
    """The claims of every line, as numbers."""
    return sorted(
        tuple(sorted(int(key[1:]) for key in ids.split("; "))) for ids in drawn["claim_ids"]
    )


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param([{}, {}], [(0, 1)], id="the same said twice"),
        pytest.param([{}, {"destination": "Ukraine"}], [(0,), (1,)], id="other war"),
        pytest.param([{}, {"type": "transfer"}], [(0,), (1,)], id="other type"),
        pytest.param([{}, {"recruits": "Sudanese"}], [(0,), (1,)], id="other people"),
        pytest.param([{}, {"recruits": "Syrian fighters"}], [(0, 1)], id="people and noun"),
        pytest.param([{}, {"recruits": "mercenaries"}], [(0,), (1,)], id="mercenaries of anywhere"),
        pytest.param(
            [
                {"recruiter": "Emirates", "recruits": "Colombians", "destination": "Sudan"},
                {"recruiter": "Emirates", "recruits": "former soldiers", "destination": "Sudan"},
            ]
            * 2,
            [(0, 2), (1, 3)],
            id="soldiers of anywhere",
        ),
        pytest.param([{}, {"recruits": "Syrians (minors)"}], [(0,), (1,)], id="a group of them"),
        pytest.param([{}, {"recruiter": None}], [(0, 1)], id="recruiter left open"),
        pytest.param([{}, {"recruiter": "Moscow"}], [(0, 1)], id="another name of it"),
        pytest.param([{}, {"recruiter": "Wagner Group"}], [(0, 1)], id="sponsor and only proxy"),
        pytest.param(
            [
                {"recruiter": "Turkey"},
                {"recruiter": "Sultan Murad Division"},
                {"recruiter": "Hamza Division"},
            ],
            [(0,), (1,), (2,)],
            id="a sponsor never chains two proxies",
        ),
        pytest.param([{"count_min": 300}, {"count_min": 300}], [(0, 1)], id="same figure"),
        pytest.param(
            [{"count_min": 300, "count_max": 300}, {"count_min": 310, "count_max": 310}],
            [(0, 1)],
            id="rounding",
        ),
        pytest.param(
            [{"count_min": 300, "count_max": 300}, {"count_min": 4000, "count_max": 4000}],
            [(0,), (1,)],
            id="figures that exclude each other",
        ),
        pytest.param(
            [{"count_min": 300, "count_max": 300}, {}, {"count_min": 4000, "count_max": 4000}],
            [(0,), (1,), (2,)],
            id="a claim without figure never chains two figures",
        ),
        pytest.param(
            [{"count_min": 3500, "count_max": 3800}, {"count_max": 3800}, {"count_max": 300}],
            [(0, 1), (2,)],
            id="up to 3,800 is not 300",
        ),
        pytest.param(
            [{"count_min": 900}, {"count_min": 1200, "count_max": 1200}, {"count_min": 9000}],
            [(0, 1), (2,)],
            id="more than 900 is 1,200 but not 9,000",
        ),
        pytest.param(
            [
                {"at": 0, "count_min": 1000, "count_max": 1000, "source_name": "Amaq"},
                {"at": 0, "count_min": 1040, "count_max": 1040, "source_name": "Amaq"},
            ],
            [(0,), (1,)],
            id="one source, two figures side by side",
        ),
        pytest.param(
            [{"origin": "Homs"}, {}], [(0,), (1,)], id="no place is not joined to a place"
        ),
        pytest.param(
            [{"origin": "Homs"}, {"origin": "Daraa"}],
            [(0,), (1,)],
            id="other place of origin",
        ),
        pytest.param(
            [{"date_from": "2020-05", "date_to": "2020-05"}, {"date_from": "2020-05-12"}],
            [(0, 1)],
            id="a day of that month",
        ),
        pytest.param(
            [
                {"date_from": "2019", "date_to": "2019"},
                {},
                {"date_from": "2021-02", "date_to": "2021-02"},
            ],
            [(0,), (1,), (2,)],
            id="dates apart, and an undated one",
        ),
        pytest.param(
            [
                {"type": "pay", "pay_min": 1000, "pay_max": 2000, "currency": "USD"},
                {"type": "pay", "pay_min": 1500, "pay_max": 1500, "currency": "USD"},
                {"type": "pay", "pay_min": 1500, "pay_max": 1500, "currency": "EUR"},
            ],
            [(0, 1), (2,)],
            id="pay and currency",
        ),
        pytest.param(
            [{**NEPAL, "beneficiary": "Ukraine"}, {**NEPAL, "beneficiary": "Russia"}],
            [(0, 1)],
            id="a figure told again, the side misread",
        ),
        pytest.param(
            [
                {**SOHR, **EMIRATES, "beneficiary": "Sudan"},
                {**SOHR, **EMIRATES, "beneficiary": "Chad"},
            ],
            [(0, 1)],
            id="one source, the side misread",
        ),
        pytest.param(
            [{**EMIRATES, "beneficiary": "Sudan"}, {**EMIRATES, "beneficiary": "Chad"}],
            [(0,), (1,)],
            id="two outlets, two sides",
        ),
        pytest.param(
            [{**NEPAL, "beneficiary": "Ukraine"}, {**NEPAL, "count_min": None, "recruiter": None}],
            [(0, 1)],
            id="one end of it told again",
        ),
        pytest.param(
            [{**NEPAL, "origin": "Kathmandu"}, NEPAL], [(0, 1)], id="a figure told again, no place"
        ),
        pytest.param(
            [{**NEPAL, "origin": "Kathmandu"}, {**NEPAL, "origin": "Pokhara"}],
            [(0,), (1,)],
            id="one figure of two places",
        ),
        pytest.param(
            [
                {**NEPAL, "count_min": 200, "count_max": 999, "origin": "Kathmandu"},
                {**NEPAL, "count_min": 200, "count_max": 999},
            ],
            [(0,), (1,)],
            id="hundreds tell nothing",
        ),
        pytest.param(
            [
                {**NEPAL, "date_from": f"{year}-05", "date_to": f"{year}-05"}
                for year in (2022, 2023)
            ],
            [(0,), (1,)],
            id="one figure in two years",
        ),
    ],
)
def test_draw_lines_joins_what_says_the_same(book, rows, lines):
    assert lines_of(draw(book, *rows)) == lines


def test_draw_lines_joins_an_open_claim_to_the_line_of_its_origin(book):
    sohr = {"source_name": "SOHR", "source_kind": "monitor_ngo"}
    drawn = draw(
        book,
        {"count_min": 300, "count_max": 300, **sohr},
        {"count_min": 4000, "count_max": 4000},
        sohr,
    )
    assert lines_of(drawn) == [(0, 2), (1,)]


def test_draw_lines_shows_the_range_of_what_was_said(book):
    row = draw(book, {"count_min": 3500, "count_max": 3800}, {"count_max": 3800}, {}).iloc[0]
    assert (row["count_min"], row["count_max"]) == (3500, 3800)
    open_above = draw(book, {"count_min": 900}).iloc[0]
    assert open_above["count_min"] == 900
    assert pd.isna(open_above["count_max"])


def test_draw_lines_says_why_it_joined(book):
    row = draw(book, {"recruiter": "Wagner Group", "count_min": 300}, {}).iloc[0]
    assert row["merge_reason"] == (
        "same type, destination, recruits; Wagner Group is sponsored by Russia; "
        "1 of 2 leave count open"
    )
    assert (row["n_claims"], row["n_articles"], row["n_outlets"]) == (2, 2, 2)


def called(book, sources):
    """Names as the codebook has them."""
    return [found.name if (found := book.find(name)) else name for name in sources]


LOCAL = {"source_name": "local sources", "source_kind": "anonymous_local"}
MINISTRY = {"source_kind": "government_body"}


@pytest.mark.parametrize(
    ("rows", "more", "named"),
    [
        pytest.param([LOCAL, LOCAL], {}, ["Outlet 0", "Outlet 1"], id="unnamed, two outlets"),
        pytest.param(
            [LOCAL, LOCAL], {"repeats": [("a1", "a0")]}, ["Outlet 0"], id="unnamed, in a copy"
        ),
        pytest.param([LOCAL, {"at": 0}], {}, ["Outlet 0"], id="an outlet and whom it heard"),
        pytest.param(
            [{}, {"at": 0, **SOHR}],
            {},
            ["SOHR"],
            id="an outlet and whom it cites",
        ),
        pytest.param(
            [{}, SOHR],
            {},
            ["SOHR", "Outlet 0"],
            id="an outlet, and whom another cites",
        ),
        pytest.param(
            [SOHR, {**SOHR, "source_name": "the Syrian Observatory for Human Rights"}],
            {},
            ["SOHR"],
            id="one monitor in two outlets",
        ),
        pytest.param(
            [{**LOCAL, "via": "Reuters"}, {**LOCAL, "source_name": "two rebels", "via": "Reuters"}],
            {},
            ["Reuters"],
            id="unnamed people of one agency",
        ),
        pytest.param(
            [{**LOCAL, "via": "Reuters"}, {"source_name": "Reuters", "source_kind": "media"}],
            {},
            ["Reuters"],
            id="the agency and whom it heard",
        ),
        pytest.param(
            [{**LOCAL, "via": "the other man; Reuters"}, {**LOCAL, "via": "Reuters"}],
            {},
            ["Reuters"],
            id="a relay without a name",
        ),
        pytest.param(
            [{**LOCAL, "via": "Reuters"}, {**LOCAL, "via": "AFP"}],
            {},
            ["Reuters", "AFP"],
            id="two agencies",
        ),
        pytest.param(
            [{**LOCAL, "via": "Reuters"}, {"at": 0, **LOCAL, "source_name": "a group"}],
            {},
            ["Reuters"],
            id="unnamed beside the only agency",
        ),
        pytest.param(
            [
                {"source_name": "four US officials", "source_kind": "government_body"},
                {"source_name": "a US official", "source_kind": "government_body"},
            ],
            {},
            ["United States"],
            id="officials of one state, however many",
        ),
        pytest.param(
            [
                {"source_name": "officials", "source_kind": "government_body"},
                {"source_name": "Officials", "source_kind": "government_body"},
            ],
            {},
            ["Outlet 0", "Outlet 1"],
            id="officials of nobody knows which state",
        ),
        pytest.param(
            [
                {"source_name": "Idris Abakar", "source_kind": "recruit_testimony", "via": "AFP"},
                {"source_name": "a recruit", "source_kind": "recruit_testimony", "via": "AFP"},
            ],
            {},
            ["Idris Abakar", "AFP"],
            id="a recruit by name, and one without",
        ),
        pytest.param(
            [{}, {"stance": "declines", **SOHR}], {}, ["Outlet 0"], id="no comment is no origin"
        ),
        pytest.param(
            [
                {**MINISTRY, "source_name": "Sudan's Ministry of Religious Affairs"},
                {**MINISTRY, "source_name": "the Sudanese Religious Affairs Ministry"},
            ],
            {},
            ["Sudan's Ministry of Religious Affairs"],
            id="a ministry in another order of words",
        ),
        pytest.param(
            [
                {**MINISTRY, "source_name": "Kenyan officials"},
                {**MINISTRY, "source_name": "a report by Kenyan authorities"},
            ],
            {},
            ["Kenya"],
            id="officials of a state and their report",
        ),
        pytest.param(
            [
                {**MINISTRY, "source_name": "a gazette in Port Sudan"},
                {**MINISTRY, "source_name": "a gazette in Nyala"},
            ],
            {},
            ["Outlet 0", "Outlet 1"],
            id="where it is printed is no name",
        ),
        pytest.param(
            [
                {**LOCAL, "source_name": "a Nepali recruit interviewed by AFP"},
                {**LOCAL, "source_name": "two families", "via": "AFP"},
            ],
            {},
            ["AFP"],
            id="the agency stands in the source",
        ),
        pytest.param(
            [LOCAL, {**LOCAL, "source_name": "villagers"}],
            {"texts": ["Local sources told AFP so.", "Villagers spoke to AFP of it."]},
            ["AFP"],
            id="the agency stands in the text alone",
        ),
        pytest.param(
            [LOCAL, LOCAL],
            {"texts": ["They told AFP so.", "They told AFP and Interfax so."]},
            ["AFP"],
            id="one agency, or one of two",
        ),
        pytest.param(
            [{"source_kind": "unknown"}, {"at": 0, **SOHR}], {}, ["SOHR"], id="a source missed"
        ),
        pytest.param(
            [{"source_kind": "unknown"}, SOHR, {"at": 0, "type": "pay", **SOHR}],
            {},
            ["SOHR"],
            id="a source missed, in an article that cites one",
        ),
        pytest.param(
            [{"count_min": 3700, "count_max": 3700}, {**SOHR, "count_min": 3700}],
            {},
            ["SOHR"],
            id="the figure of another, with no word of whom",
        ),
        pytest.param(
            [{"count_min": 300, "count_max": 300}, {**SOHR, "count_min": 300}],
            {},
            ["SOHR", "Outlet 0"],
            id="a round figure is nobody's",
        ),
    ],
)
def test_draw_lines_counts_independent_origins(book, rows, more, named):
    row = draw(book, *rows, **more).sort_values("n_claims").iloc[-1]
    named = called(book, named)
    assert row["n_claims"] >= 2
    assert (row["n_origins"], row["origins"]) == (len(named), "; ".join(named))
    assert row["status"] == ("corroborated" if len(named) > 1 else "single_source")


def test_draw_lines_says_why_origins_are_one(book):
    row = draw(book, {**LOCAL, "via": "Reuters"}, {**LOCAL, "via": "Reuters"}, SOHR).iloc[0]
    assert row["origin_reasons"] == "Reuters (2 claims): “local sources” through Reuters"


def test_an_article_without_a_publisher_is_an_outlet_of_its_own(book):
    row = draw(book, LOCAL, {**LOCAL, "at": 0}, publishers=[None]).iloc[0]
    assert (row["n_origins"], row["origins"]) == (1, "local sources")


@pytest.mark.parametrize(
    ("denial", "status"),
    [
        pytest.param({}, "contested", id="the same"),
        pytest.param({"recruits": "mercenaries"}, "contested", id="any mercenaries"),
        pytest.param({"recruits": None}, "contested", id="people left open"),
        pytest.param({"destination": None}, "contested", id="war left open"),
        pytest.param({"destination": "Ukraine"}, "single_source", id="another war"),
        pytest.param({"recruits": "Sudanese"}, "single_source", id="other people"),
        pytest.param({"recruiter": "Turkey"}, "single_source", id="about another"),
        pytest.param(
            {"destination": None, "recruits": None}, "single_source", id="nothing in common"
        ),
        pytest.param(
            {"recruiter": None, "recruits": None, "denies_claim_id": "c0"}, "contested", id="linked"
        ),
        pytest.param({"said": "It pays nobody there."}, "single_source", id="not paid"),
        pytest.param({"said": "Nobody was trained there."}, "single_source", id="not trained"),
        pytest.param({"said": "It sent nobody there."}, "contested", id="not sent"),
        pytest.param({"stance": "declines"}, "single_source", id="declines to comment"),
        pytest.param({"stance": "does_not_deny"}, "single_source", id="does not deny"),
    ],
)
def test_denials_contest_the_lines_they_deny(book, denial, status):
    given = {"source_name": "Russia", "said": "It sent no one there.", **denial}
    said = given.pop("said")
    drawn = draw(book, {}, {**DENIAL, **given, "end": len(said)}, texts=["So it is.", said])
    line = drawn[drawn["type"] == "deployment"].iloc[0]
    assert line["status"] == status
    assert (line["denied_by"] == "Russia") is (status == "contested")
    assert (line["denial_ids"] == "c1") is (status == "contested")


@pytest.mark.parametrize(
    ("line", "said", "status"),
    [
        pytest.param({"type": "transfer"}, "No one was sent.", "contested", id="movement"),
        pytest.param({"type": "pay"}, "No one was sent.", "single_source", id="pay, not denied"),
        pytest.param({"type": "pay"}, "It paid nobody.", "contested", id="pay, denied"),
        pytest.param(
            {"type": "casualty"}, "No one was sent.", "single_source", id="deaths, not denied"
        ),
        pytest.param(
            {"destination": None}, "No one was sent.", "single_source", id="not said where to"
        ),
        pytest.param({"destination": "Libya"}, "No one was sent.", "single_source", id="not there"),
        pytest.param({"recruiter": "Chad"}, "No one was sent.", "single_source", id="not us"),
        pytest.param(
            {"source_name": "Emirates", "source_kind": "government_body"},
            "No one was sent.",
            "single_source",
            id="what the denier says himself",
        ),
        pytest.param({"recruits": "mercenaries"}, "No one was sent.", "contested", id="general"),
    ],
)
def test_a_denial_contests_only_what_says_what_it_denies(book, line, said, status):
    denial = {**DENIAL, **EMIRATES, "source_name": "Emirates", "end": len(said)}
    drawn = draw(book, {**EMIRATES, **line}, denial, texts=["So it is.", said])
    assert drawn[drawn["type"] != "denial"].iloc[0]["status"] == status


@pytest.mark.parametrize(
    ("denier", "elsewhere", "status"),
    [
        pytest.param("Emirates", True, "contested", id="the accused"),
        pytest.param("Sudan", True, "contested", id="whose war it is"),
        pytest.param("Harbour Council", True, "contested", id="one the codebook does not know"),
        pytest.param("Norway", True, "single_source", id="one who has no part in it"),
        pytest.param("officials", True, "single_source", id="nobody named"),
        pytest.param("officials", False, "contested", id="nobody named, in the same article"),
    ],
)
def test_whose_denial_is_heard_elsewhere(book, denier, elsewhere, status):
    denial = {**DENIAL, **EMIRATES, "source_name": denier, "at": int(elsewhere)}
    drawn = draw(book, {**EMIRATES, **SOHR}, denial)
    assert drawn[drawn["type"] != "denial"].iloc[0]["status"] == status


def test_denials_alone_are_a_line(book):
    drawn = draw(book, DENIAL, {**DENIAL, "source_name": "Russia"})
    assert list(drawn["status"]) == ["denied_only"]
    assert drawn["claim_ids"].iloc[0] == "c0; c1"


def contradict(book, *rows, **articles):
    claims, pages = run(*rows, **articles)
    none = tables.empty("copies")
    drawn = tracker.draw_lines(claims, pages, none, codebook=book)
    return drawn, tracker.find_contradictions(drawn, claims, pages, none, codebook=book)


STOCK = {"type": "headcount", "count_kind": "stock"}
FEW, MANY = {"count_min": 300, "count_max": 300}, {"count_min": 4000, "count_max": 4000}
MAY = {"date_from": "2020-05", "date_to": "2020-05"}


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        pytest.param({**STOCK, **FEW}, {**STOCK, **MANY}, ["count"], id="figures"),
        pytest.param(FEW, MANY, [], id="two flights are not one"),
        pytest.param({**FEW, **MAY}, {**MANY, **MAY}, ["count"], id="one flight, dated"),
        pytest.param({**STOCK, **FEW}, {**STOCK, "count_min": 200}, [], id="300 is more than 200"),
        pytest.param(
            {**STOCK, **FEW, "origin": "Homs"}, {**STOCK, **MANY}, [], id="of another place"
        ),
        pytest.param(
            {**STOCK, **FEW, **SOHR}, {**STOCK, **MANY, **SOHR}, [], id="a monitor counts again"
        ),
        pytest.param(
            {**STOCK, **FEW, **SOHR},
            {"at": 0, **STOCK, **MANY},
            [],
            id="an outlet and whom it cites",
        ),
        pytest.param(
            {"type": "pay", "pay_min": 500, "pay_max": 500, "currency": "USD"},
            {"type": "pay", "pay_min": 2000, "pay_max": 2000, "currency": "USD"},
            ["pay"],
            id="pay",
        ),
        pytest.param(
            {**FEW, **MAY}, {**FEW, **MAY, "recruiter": "Turkey"}, ["recruiter"], id="who"
        ),
        pytest.param(FEW, {**FEW, "recruiter": "Turkey"}, [], id="who, on one figure alone"),
        pytest.param(
            {**FEW, **MAY}, {**FEW, **MAY, "destination": "Ukraine"}, ["destination"], id="where to"
        ),
        pytest.param({}, {**DENIAL, "source_name": "Russia"}, ["denial"], id="affirmed and denied"),
    ],
)
def test_find_contradictions(book, one, other, kinds):
    drawn, found = contradict(book, one, other)
    assert list(found["kind"]) == kinds
    assert drawn["contradictions"].notna().any() == bool(kinds)


def test_find_contradictions_minds_the_time(book):
    rows = {**STOCK, **FEW}, {**STOCK, **MANY}
    _, apart = contradict(book, *rows, days=["2020-01-03", "2021-06-01"])
    _, close = contradict(book, *rows, days=["2020-01-03", "2020-01-20"])
    assert (len(apart), len(close)) == (0, 1)


def test_find_contradictions_quotes_both(book):
    texts = ["Some 300\nmen are there, it said.", "There are 4,000 men."]
    _, found = contradict(
        book, {**STOCK, **FEW, "end": 18}, {**STOCK, **MANY, "end": 19}, texts=texts
    )
    row = found.iloc[0]
    assert row["difference"] == "300 against 4000"
    assert (row["quotation"], row["other_quotation"]) == (
        "Some 300 men are t",
        "There are 4,000 men",
    )


def test_draw_lines_follows_decisions(book, tmp_path):
    claims, pages = run({}, {}, {"destination": "Ukraine"}, {"recruits": "Sudanese"})
    opened = reviews.Ledger(tmp_path / "reviews.sqlite")
    opened.record("split", "c1", reviewer="Ana", edited_slots={"from": ["c0"]})
    opened.record("merge", "c1", reviewer="Ana", edited_slots={"with": ["c2"]})
    opened.record("reject", "c3", reviewer="Ben")
    opened.record("accept", "c0", reviewer="Ben")
    drawn = tracker.draw_lines(
        claims, pages, tables.empty("copies"), codebook=book, decisions=opened.decisions()
    )
    opened.close()
    assert lines_of(drawn) == [(0,), (1, 2)]
    by = drawn.set_index("claim_ids")
    assert by.loc["c0", "review"] == "accept by Ben; split by Ana"
    assert "merged in review" in by.loc["c1; c2", "merge_reason"]


def test_a_decision_survives_a_rerun_with_more_articles_and_other_rules(book, tmp_path):
    claims, pages = run({}, {"destination": "Ukraine"})
    opened = reviews.Ledger(tmp_path / "reviews.sqlite")
    seen = reviews.look(claims, pages, ["c0"])
    opened.record("edit", "c0", reviewer="Ana", edited_slots={"destination": "Sudan"}, seen=seen)
    more, more_pages = run({}, {"destination": "Mali", "rule": "new"}, {"destination": "Chad"})
    replay = reviews.replay(more, more_pages, opened.decisions())
    drawn = tracker.draw_lines(
        more, more_pages, tables.empty("copies"), codebook=book, decisions=opened.decisions()
    )
    opened.close()
    assert replay.another_look.empty
    assert drawn.set_index("claim_ids").loc["c0", "destination"] == "Sudan"


def synthetic(n, book, seed=7):
    """Claims that draw their slots by lot, five to an article."""
    lot = random.Random(seed)
    states = [actor.name for actor in book.actors if actor.kind == "state"][:40]
    peoples = [people.people for people in book.nationalities][:25]
    towns = [place.name for place in book.places if place.kind == "town"][:60]
    voices = [
        ("outlet_voice", None),
        ("anonymous_local", "local sources"),
        *(("monitor_ngo", f"Monitor {m}") for m in range(30)),
    ]

    def perhaps(choices, share):
        return lot.choice(choices) if lot.random() < share else None

    rows = []
    for number in range(n):
        kind, name = lot.choice(voices)
        figure, month = (
            int(10 ** lot.uniform(1, 4.5)),
            f"20{lot.randint(18, 24)}-{lot.randint(1, 12):02d}",
        )
        denial = lot.random() < 0.05
        recruiter = perhaps(states, 0.7)
        rows.append(
            {
                "at": number % max(n // 5, 1),
                "type": lot.choice(
                    ["recruitment", "transfer", "deployment", "headcount", "casualty"]
                ),
                "recruiter": recruiter,
                "recruits": perhaps(peoples, 0.9),
                "destination": perhaps(states, 0.9),
                "origin": perhaps(towns, 0.2),
                "staging": perhaps(towns, 0.1),
                "count_min": figure if lot.random() < 0.4 else None,
                "count_max": figure if lot.random() < 0.4 else None,
                "date_from": month if lot.random() < 0.4 else None,
                "source_kind": kind,
                "source_name": name,
                "via": perhaps(["Reuters", "AFP"], 0.2),
                **({**DENIAL, "source_name": recruiter} if denial else {}),
            }
        )
    return run(*rows)


@pytest.fixture(scope="module")
def lots(book):
    return synthetic(3000, book)


def test_draw_lines_does_not_depend_on_order(book, lots):
    claims, pages = lots
    none = tables.empty("copies")
    drawn = tracker.draw_lines(claims, pages, none, codebook=book)
    for seed in (1, 2):
        turned = tracker.draw_lines(
            claims.sample(frac=1, random_state=seed),
            pages.sample(frac=1, random_state=seed),
            none,
            codebook=book,
        )
        assert turned.equals(drawn)


def test_every_claim_stands_somewhere_and_no_line_holds_two_that_differ(book, lots):
    claims, pages = lots
    drawn = tracker.draw_lines(claims, pages, tables.empty("copies"), codebook=book)
    ids = drawn["claim_ids"].str.split("; ")
    asserted = [key for keys in ids for key in keys]
    assert len(asserted) == len(set(asserted))
    denied = {key for keys in drawn["denial_ids"].dropna().str.split("; ") for key in keys}
    assert set(asserted) | denied == set(claims["claim_id"])
    by = claims.set_index("claim_id")
    for keys in ids[ids.str.len() > 1]:
        line = by.loc[keys]
        for slot in ("type", "destination", "recruits", "origin", "staging"):
            assert line[slot].nunique() <= 1
        bounds = line[["count_min", "count_max"]].astype("float")
        low = bounds["count_min"].fillna(bounds["count_max"] / comparing.REACH).max()
        high = bounds["count_max"].fillna(bounds["count_min"] * comparing.REACH).min()
        assert math.isnan(low) or low * 0.95 <= high * 1.05


def test_draw_lines_leaves_its_input_alone(book, lots):
    claims, pages = lots
    before = claims.copy()
    tracker.draw_lines(claims, pages, tables.empty("copies"), codebook=book)
    assert claims.equals(before)


def test_draw_lines_cost_grows_with_the_claims(book):
    def seconds(n):
        claims, pages = synthetic(n, book)
        start = time.process_time()
        tracker.draw_lines(claims, pages, tables.empty("copies"), codebook=book)
        return time.process_time() - start

    seconds(200)
    assert seconds(6000) / seconds(1500) < 4 * 1.8


def test_draw_lines_takes_no_claims(book):
    none = {name: tables.empty(name) for name in ("claims", "articles", "copies")}
    drawn = tracker.draw_lines(**none, codebook=book)
    assert drawn.empty
    assert tracker.find_contradictions(drawn, **none, codebook=book).empty


@pytest.fixture(scope="module")
def gold(book):
    """Lines of the claims that a person read in the sample, and the cluster of each claim."""
    folder = resources.find("data")
    pages = [json.loads(line) for line in (folder / "gold/gold.jsonl").open(encoding="utf-8")]
    texts = (json.loads(line) for line in (folder / "sample/articles.jsonl").open(encoding="utf-8"))
    text = {page["url"]: page["text"] for page in texts}
    rows, cluster = [], {}
    for at, page in enumerate(pages):
        for number, told in enumerate(page["claims"]):
            key = f"{page['id']}-{number}"
            known = {k: v for k, v in told.items() if k in tables.CLAIMS and v is not None}
            known |= {"via": "; ".join(told.get("via") or []) or None, "pay_kind": None}
            rows.append({**dict.fromkeys(BASE), **known, "claim_id": key, "at": at})
            rows[-1] |= {"start": 0, "end": 1, "rule": "gold"}
            cluster[key] = page["cluster"]
    claims, articles = run(
        *rows,
        publishers=[page["publisher"] for page in pages],
        days=[page["published"] for page in pages],
        texts=[text[page["url"]] for page in pages],
    )
    repeats = copies.find_copies(articles)
    return tracker.draw_lines(claims, articles, repeats, codebook=book), cluster


@pytest.mark.parametrize(
    ("cluster", "kind", "n_articles", "origins"),
    [
        pytest.param("A", "recruitment", 3, {"Reuters", "SOHR"}, id="A"),
        pytest.param("D", "pay", 2, {"WSJ"}, id="D"),
        pytest.param("E", "deployment", 3, {"Pentagon's Inspector General"}, id="E"),
        pytest.param("G", "deployment", 2, {"Reuters"}, id="G"),
    ],
)
def test_retold_stories_are_one_line_with_the_origins_behind_them(
    gold, book, cluster, kind, n_articles, origins
):
    drawn, cluster_of = gold
    stories = drawn["claim_ids"].map(lambda ids: {cluster_of[key] for key in ids.split("; ")})
    found = drawn[(stories == {cluster}) & (drawn["type"] == kind)]
    line = found.sort_values("n_articles").iloc[-1]
    assert line["n_articles"] == n_articles
    assert set(line["origins"].split("; ")) == set(called(book, origins))
    assert line["n_origins"] == len(origins)


def test_no_line_holds_two_retold_stories(gold):
    drawn, cluster_of = gold
    for ids in drawn["claim_ids"].str.split("; "):
        assert len({cluster_of[key] for key in ids} - {None}) <= 1


@pytest.fixture(scope="module")
def read_by_rules(book, sample_run):
    """Lines of the claims that the rules read in the sample, and the cluster of each claim."""
    claims, articles, repeats = (
        tables.read(sample_run, name) for name in ("claims", "articles", "copies")
    )
    gold = (resources.find("data") / "gold/gold.jsonl").read_text(encoding="utf-8")
    pages = {page["url"]: page for page in map(json.loads, gold.splitlines())}
    page_of = {a.article_id: pages.get(a.url, {}) for a in articles.itertuples()}
    cluster = {c.claim_id: page_of[c.article_id].get("cluster") for c in claims.itertuples()}
    return tracker.draw_lines(claims, articles, repeats, codebook=book), cluster


RETOLD = {
    "A": {"Reuters", "SOHR"},
    "D": {"WSJ"},
    "E": {"Pentagon's Inspector General"},
    "G": {"Reuters"},
}


def test_half_of_the_retold_stories_are_one_line_when_the_rules_read_them(read_by_rules, book):
    drawn, cluster_of = read_by_rules
    found = [
        cluster
        for cluster, origins in RETOLD.items()
        for line in drawn[drawn["n_articles"] > 1].itertuples()
        if {cluster_of[key] for key in line.claim_ids.split("; ")} == {cluster}
        and set(line.origins.split("; ")) == set(called(book, origins))
    ]
    assert len(set(found)) >= len(RETOLD) / 2


def test_no_line_that_the_rules_read_holds_two_retold_stories(read_by_rules):
    drawn, cluster_of = read_by_rules
    for ids in drawn["claim_ids"].str.split("; "):
        assert len({cluster_of[key] for key in ids} - {None}) <= 1


def test_few_lines_of_the_sample_are_contested(read_by_rules):
    status = read_by_rules[0]["status"].value_counts()
    assert 0 < status["contested"] <= status.sum() / 4
