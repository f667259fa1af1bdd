import json

import pandas as pd
import pytest

from condotta import coding, gold, tables

READ = {"source_path": "a", "source_sha256": "b", "format": "txt", "n_words": 3}
SAID = {"source_kind": "unknown", "stance": "asserts", "certainty": "reported"}
SENT = {
    "type": "transfer",
    "recruits": "Syrians",
    "destination": "Libya",
    "words": "were sent",
} | SAID
TEXT = "Men were sent to Libya, a monitor said."


def make_run(many=40, with_claims=10):
    """The tables of a run: two outlets, four months; the first so many articles have a claim."""
    articles = tables.shape(
        "articles",
        [
            READ
            | {"article_id": f"a{n:02}", "text": f"Report {n}.", "url": f"https://a.example/{n}"}
            | {"publisher": f"Outlet {n % 2}", "published_on": f"2020-0{n % 4 + 1}-01"}
            for n in range(many)
        ],
    )
    rows = [
        {"claim_id": f"c{n}", "article_id": f"a{n:02}", "start": 0, "end": 1, "rule": "made"}
        | {"type": "transfer", "destination": ("Libya", "Sudan")[n % 2]}
        | SAID
        for n in range(with_claims)
    ]
    return articles, tables.shape("claims", rows), tables.empty("copies")


def page(*claims, text=TEXT, name="p", **more):
    coded = {"id": name, "article_id": name, "url": None, "text": text, "claims": list(claims)}
    return coded | {"relevant": bool(claims)} | more


def test_draw_sample_is_spread_over_all_strata():
    drawn = coding.draw_sample(*make_run(), n=16)
    assert drawn["with_claims"].value_counts().to_dict() == {"yes": 8, "no": 8}
    assert set(drawn["theatre"]) == {"Libya", "Sudan", "not told"}
    quiet = drawn[drawn["with_claims"].eq("no")]
    assert quiet["month"].nunique() == 4
    assert drawn["article_id"].is_unique


@pytest.mark.parametrize(("n", "found", "quiet"), [(30, 10, 20), (4, 2, 2), (100, 10, 30)])
def test_draw_sample_takes_half_with_claims_as_far_as_there_are(n, found, quiet):
    drawn = coding.draw_sample(*make_run(), n=n)
    assert drawn["with_claims"].value_counts().reindex(["yes", "no"]).tolist() == [found, quiet]


def test_draw_sample_fills_up_with_claims_where_quiet_pages_are_few():
    drawn = coding.draw_sample(*make_run(many=12), n=10)
    assert drawn["with_claims"].value_counts().to_dict() == {"yes": 8, "no": 2}


def test_draw_sample_follows_seed_and_not_order():
    articles, claims, copies = make_run()
    mixed = articles.sample(frac=1, random_state=3), claims.iloc[::-1], copies
    one = coding.draw_sample(articles, claims, copies, n=10, seed=1)
    pd.testing.assert_frame_equal(one, coding.draw_sample(*mixed, n=10, seed=1))
    assert not one.equals(coding.draw_sample(articles, claims, copies, n=10, seed=2))


def test_draw_sample_leaves_copies_out():
    articles, claims, _ = make_run(many=3, with_claims=0)
    repeat = {"article_id": "a01", "copy_of": "a00", "kind": "exact", "reason": "same words"}
    drawn = coding.draw_sample(articles, claims, tables.shape("copies", [repeat]), n=9)
    assert sorted(drawn["article_id"]) == ["a00", "a02"]


def test_draw_sample_refuses_an_empty_run():
    with pytest.raises(coding.CodingError, match="nothing to draw"):
        coding.draw_sample(*make_run(many=0, with_claims=0))


def test_write_sample_leads_no_coder_and_can_be_read_once_filled_in(tmp_path):
    articles, claims, copies = make_run()
    drawn = coding.draw_sample(articles, claims, copies, n=4)
    path = coding.write_sample(drawn, articles, tmp_path / "to-code.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {key for line in lines for key in line} == {
        *("id", "article_id", "url", "publisher", "published", "text", "relevant", "claims")
    }
    assert all(line["relevant"] is None and line["claims"] == [] for line in lines)
    with pytest.raises(gold.GoldError, match="none of 4 pages is coded"):
        gold.read_gold(path)
    with pytest.raises(coding.CodingError, match="exists, and may hold somebody's work"):
        coding.write_sample(drawn, articles, path)


def test_lay_side_by_side_matches_pages_and_refuses_strangers():
    one, other = page(SENT, url="u", article_id=None), page(name="q", url="u")
    assert coding.lay_side_by_side([one], [other]).pages == [(one, other)]
    with pytest.raises(coding.CodingError, match="no page in common: p and 0 more against q"):
        coding.lay_side_by_side([page()], [page(name="q")])


def agreement(one, other):
    measured = coding.measure_agreement(coding.lay_side_by_side(one, other))
    return measured.set_index("what")


def test_measure_agreement_of_one_with_herself_is_full():
    pages = [page(SENT, SENT | {"destination": "Sudan"}), page(name="q")]
    measured = agreement(pages, pages)
    assert measured.loc["claims"].tolist()[:3] == [4, 4, 1.0]
    assert measured.loc[["relevant", "destination"], "alpha"].tolist() == [1, 1]
    assert pd.isna(measured.loc["type", "alpha"])  # one type only: nothing varies


def test_measure_agreement_by_hand():
    sudan, chad = ({**SENT, "destination": name} for name in ("Sudan", "Chad"))
    one = [page(SENT), page(sudan, name="q"), page(SENT, name="r")]
    other = [page(SENT), page(chad, name="q"), page(name="r")]
    measured = agreement(one, other)
    assert measured.loc["relevant"].tolist()[:2] == [3, 2]
    assert measured.loc["destination"].tolist()[:2] == [2, 1]
    # Libya, Libya; Sudan, Chad: 1 of 4 ordered pairs within units differ from what chance, 10 of 12
    # pairs of the four values, gives: 1 - (2 / 4) / (10 / 12).
    assert measured.loc["destination", "alpha"] == pytest.approx(1 - (2 / 4) / (10 / 12))
    assert measured.loc["claims"].tolist()[:2] == [5, 4]


def test_measure_agreement_of_words_is_the_share_in_common():
    one, other = SENT | {"words": "were sent"}, SENT | {"words": "sent to Libya"}
    measured = agreement([page(one)], [page(other)])
    assert measured.loc["words", "share"] == pytest.approx(2 * len("sent") / (9 + 13))
    assert pd.isna(
        agreement([page(one, text=None)], [page(other, text=None)]).loc["words", "share"]
    )


def test_list_disagreements_gives_what_has_to_be_settled():
    one = [page({**SENT, "origin": "Idlib"}), page(SENT, name="q")]
    other = [page({**SENT, "recruits": "Syrian men", "certainty": "alleged"}), page(name="q")]
    listed = coding.list_disagreements(coding.lay_side_by_side(one, other))
    assert listed[["page", "slot", "one", "other"]].values.tolist() == [
        ["q", "relevant", True, False],
        ["p", "origin", "Idlib", coding.EMPTY],
        ["p", "certainty", "reported", "alleged"],
        ["q", None, "claim", None],
    ]
    assert listed["settled"].isna().all()
