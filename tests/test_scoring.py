"""Scores of made-up readings, worked out by hand."""

import pandas as pd
import pytest

from condotta import gold, resources, scoring, tables

KIND = {"source_kind": "monitor_ngo", "stance": "asserts", "certainty": "reported"}
SENT = {
    "type": "transfer",
    "recruiter": "Turkey",
    "recruits": "Syrians",
    "destination": "Libya",
} | KIND
PAID = {
    "type": "pay",
    "recruits": "Syrians",
    "pay_min": 500,
    "pay_max": 600,
    "currency": "USD",
} | KIND
PAGE = {"id": "p", "url": "u", "claims": [SENT, PAID]}
QUIET = {"id": "q", "url": "v", "claims": []}


def run_of(*claims):
    """The tables of a run that found these claims, each (url, slots)."""
    read = {"source_path": "a", "source_sha256": "b", "format": "txt", "n_words": 3}
    ids = {"u": "a1", "v": "a2"}
    articles = tables.shape(
        "articles",
        [read | {"article_id": i, "url": u, "text": "They left."} for u, i in ids.items()],
    )
    rows = [
        {
            "claim_id": f"c{n}",
            "article_id": ids[url],
            "start": 0,
            "end": 10,
            "rule": "made",
            **slots,
        }
        for n, (url, slots) in enumerate(claims)
    ]
    return tables.shape("claims", rows), articles


def pairs_of(*claims, pages=(PAGE, QUIET)):
    return scoring.pair_claims(pages, *run_of(*claims))


def row(scored, label):
    return tuple(scored.loc[label, ["gold", "found", "right"]].astype(int))


@pytest.mark.parametrize(
    ("slot", "one", "other", "same"),
    [
        ("pay_min", 500, 500.0, True),
        ("pay_min", 500, 501, False),
        ("date_from", "2020-05", "2020-05-17", True),
        ("date_from", "2020-05", "2020-06", False),
        ("recruits", "Syrians", "Syrian fighters", True),
        ("recruits", "Syrians; Libyans", "Libyans", True),
        ("recruits", "Syrians", "Libyans", False),
        ("recruiter", "Wagner Group", "the Wagner mercenary group", True),
        ("staging", "al-Watiya", "Watiya air base", True),
        ("origin", "Deir ez-Zor", "Deir Hafir", False),
        ("destination", "Côte d'Ivoire", "Cote d'Ivoire", True),
        ("stance", "asserts", "Asserts ", True),
        ("currency", "USD", "TRY", False),
    ],
)
def test_agree(slot, one, other, same):
    assert scoring.agree(slot, one, other) is same


def test_align_pairs_one_to_one_those_that_agree_best_first():
    near, far = SENT | {"recruiter": "Russia"}, {"type": "transfer"} | KIND
    assert scoring.align([SENT, PAID], [far, near, PAID]) == [(1, 2), (0, 1)]
    assert scoring.align([{"type": "pay"}], [{"type": "motive", "stance": "asserts"}]) == []


@pytest.mark.parametrize(
    ("found", "same"),
    [
        pytest.param(SENT, True, id="all"),
        pytest.param({"type": "transfer", "destination": "Libya"} | KIND, False, id="a third"),
        pytest.param({**SENT, "recruiter": None}, True, id="two thirds"),
        pytest.param(SENT | {"type": "deployment"}, False, id="another type"),
    ],
)
def test_is_same_asks_for_type_and_half_of_the_core_slots(found, same):
    assert scoring.is_same(SENT, found) is same


def test_is_same_allows_no_other_figure():
    assert not scoring.is_same(PAID, PAID | {"pay_max": 700})
    assert scoring.is_same(PAID, {**PAID, "pay_max": None})


def test_scores_of_a_run_by_hand():
    wrong = {**SENT, "destination": "Sudan", "staging": "Antalya"}
    pairs = pairs_of(("u", wrong), ("u", SENT | {"type": "denial"}), ("v", PAID))
    summed = scoring.sum_up(pairs, [PAGE, QUIET])
    # One of two is found, though its destination is wrong. The denial agrees with the pay in
    # people, kind of source and stance, and is set beside it; the quiet page's is left over.
    assert row(summed, "claims") == (2, 3, 1)
    # Right are type, recruiter, recruits of the one and recruits of the other.
    assert row(summed, "core slots") == (9, 14, 4)
    assert row(summed, "source slots") == (4, 6, 4)
    slots = scoring.score(scoring.count_slots(pairs))
    assert row(slots, "destination") == (1, 2, 0)
    assert row(slots, "staging") == (0, 1, 0)
    types = scoring.score(scoring.count_types(pairs))
    assert [row(types, kind) for kind in ("transfer", "pay", "denial")] == [
        (1, 1, 1),
        (1, 1, 0),
        (0, 1, 0),
    ]
    assert scoring.count_alarms(pairs, [PAGE, QUIET]) == (1, 1)
    assert scoring.share_certain(pairs) == 1
    assert tuple(summed.loc["claims", ["precision", "recall"]].round(3)) == (0.333, 0.5)
    assert summed.loc["claims", "f"] == pytest.approx(0.4)


def test_a_run_that_reads_as_the_person_did_is_perfect():
    summed = scoring.sum_up(pairs_of(("u", SENT), ("u", PAID)), [PAGE, QUIET])
    assert (summed[["f", "f_low", "f_high"]] == 1).all(axis=None)


def test_a_page_that_was_not_read_costs_recall():
    pairs = pairs_of(pages=[PAGE | {"url": "elsewhere"}])
    assert row(scoring.sum_up(pairs, [PAGE]), "claims") == (2, 0, 0)


def test_groups_of_a_pair():
    page = PAGE | {"theatre": "Turkey>Libya"}
    pairs = pairs_of(("u", SENT | {"source_kind": "expert"}), pages=[page])
    assert [scoring.by_theatre(pair) for pair in pairs] == ["Turkey>Libya"] * 2
    assert scoring.by_genre(pairs[0]) == "not told"
    # A claim that both have belongs to the kind of source that the person read.
    assert scoring.by_source(pairs[0]) == "monitor_ngo"
    assert [scoring.by_reading(pair) for pair in pairs] == ["made", "not found"]


def test_score_draws_pages_again_from_its_seed():
    pages = [{"id": f"p{n}", "url": "u", "claims": [SENT]} for n in range(8)]
    pairs = [
        scoring.Pair(page, SENT, SENT if n % 2 else None, n % 2 == 1)
        for n, page in enumerate(pages)
    ]
    counts = scoring.count_claims(pairs, scoring.every)
    one, again = (scoring.score(counts, seed=seed) for seed in (1, 1))
    pd.testing.assert_frame_equal(one, again)
    assert (
        one.loc["all claims", "f_low"]
        < one.loc["all claims", "f"]
        < one.loc["all claims", "f_high"]
    )


def test_list_errors_puts_both_readings_side_by_side():
    claims, articles = run_of(
        ("u", {**SENT, "destination": "Sudan", "recruiter": None}), ("v", PAID)
    )
    errors = scoring.list_errors(scoring.pair_claims([PAGE, QUIET], claims, articles), articles)
    assert errors[["page", "error", "slot", "gold", "found"]].astype(object).values.tolist() == [
        ["p", "missing slot", "recruiter", "Turkey", None],
        ["p", "wrong slot", "destination", "Libya", "Sudan"],
        ["p", "missing claim", None, scoring.tell(PAID), None],
        ["q", "spurious claim", None, None, scoring.tell(PAID)],
    ]
    assert errors["words"].tolist() == ["They left.", "They left.", None, "They left."]


def test_inputs_are_untouched():
    claims, articles = run_of(("u", SENT))
    before = claims.copy()
    scoring.pair_claims([PAGE], claims, articles)
    pd.testing.assert_frame_equal(claims, before)


def test_the_sample_is_scored(sample_run):
    pages = gold.read_gold(resources.find("data/gold/gold.jsonl"))
    claims, articles = (tables.read(sample_run, name) for name in ("claims", "articles"))
    pairs = scoring.pair_claims(pages, claims, articles)
    text = scoring.report(pairs, pages, articles)
    assert text.startswith("33 pages, 33 read")
    assert all(f"claims by {name}" in text for name in scoring.GROUPS)
    # Far below what is reached; a reading that breaks falls below it.
    assert scoring.sum_up(pairs, pages).loc["claims", "f"] > 0.4
