"""A decision outlives the run it was made in: the real notebooks, twice."""

import pytest

from condotta import resources, reviews, tables, walk

REPORTS = {
    "gulf": "The Emirates hired 340 Colombians for the war in Sudan, a former officer said on "
    "Monday.\n\nThe men were promised $2,600 a month, he said.",
    "mali": "Russia sent 120 Syrians to Mali in March, the Harbour Monitor said.",
    "later": "Chad denied that it had recruited Sudanese men for Libya. Militia leaders ransomed "
    "nine Nepali guards in Yemen, residents said.",
}
RANSOM = """
ransom:
  meaning: money asked for recruits who were captured
  triggers:
    - verbs: [ransom]
      slots: {subject: recruiter, object: recruits}
      where: {object: people}
"""


def put(folder, *reports):
    folder.mkdir(exist_ok=True)
    for name in reports:
        (folder / f"{name}.txt").write_text(REPORTS[name], encoding="utf-8")
    return folder


@pytest.fixture
def up_to_tracker(monkeypatch):
    """The walk up to the tracker: charts take longest, and follow it."""
    steps = sorted(resources.find("notebooks").glob("0[1-6]-*.ipynb"))
    monkeypatch.setattr(walk, "notebooks", lambda: steps)


def test_a_decision_outlives_its_run(up_to_tracker, tmp_path):
    where = {"ledger": str(tmp_path / "decided.sqlite")}
    first = walk.run(put(tmp_path / "reports", "gulf", "mali"), tmp_path / "first", where).run_dir
    claims, articles = (tables.read(first, name) for name in ("claims", "articles"))
    told = claims[claims["destination"] == "Sudan"].iloc[0]
    with reviews.opened(where["ledger"]) as ledger:
        seen = reviews.look(claims, articles, [told["claim_id"]])
        edited = {"destination": "Burkina Faso"}
        ledger.record("edit", told["claim_id"], reviewer="Ana", edited_slots=edited, seen=seen)

    (tmp_path / "codebook").mkdir()
    (tmp_path / "codebook" / "claim_types.yaml").write_text(RANSOM, encoding="utf-8")
    more = put(tmp_path / "reports", "later")
    again = walk.run(more, tmp_path / "second", where, codebook_dir=tmp_path / "codebook").run_dir
    lines = tables.read(again, "tracker")
    decided = lines[lines["claim_ids"].str.contains(told["claim_id"])].iloc[0]
    assert len(tables.read(again, "articles")) == 3
    assert (decided["destination"], decided["review"]) == ("Burkina Faso", "edit by Ana")
    assert tables.read(again, "another_look").empty
