"""Batches: what is asked for, one run after the other, and the page that compares them."""

import pytest
from test_report import Page
from test_walk import Walk, short  # noqa: F401 (a fixture)

from condotta import batch, walk

ALL = "source: reports\n"


def asked(tmp_path, text):
    path = tmp_path / "batch.yml"
    path.write_text(text, encoding="utf-8")
    return batch.read_batch(path)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(ALL, ["all"], id="one run"),
        pytest.param(
            f"{ALL}vary: {{theatre: [Libya, Sudan], month: [2020-05, 2020-06]}}",
            ["libya-2020-05", "libya-2020-06", "sudan-2020-05", "sudan-2020-06"],
            id="every combination",
        ),
        pytest.param(
            f"{ALL}runs:\n- {{name: The Gulf, actor: Emirates}}\n- {{theatre: Mali}}",
            ["the-gulf", "mali"],
            id="a list, named or not",
        ),
        pytest.param(
            f"{ALL}vary: {{theatre: [Libya]}}\nruns: [{{name: all}}]", ["libya", "all"], id="both"
        ),
        pytest.param(
            "vary: {source: [north.jsonl, south.jsonl]}",
            ["north-jsonl", "south-jsonl"],
            id="sources",
        ),
    ],
)
def test_read_batch_lists_the_runs(tmp_path, text, names):
    assert [one.name for one in asked(tmp_path, text)] == names


def test_read_batch_takes_paths_from_the_folder_of_the_file(tmp_path):
    (one,) = asked(tmp_path, "source: reports\ncodebook: mine")
    assert (one.source, one.codebook) == (str(tmp_path / "reports"), str(tmp_path / "mine"))


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        pytest.param("month: 2020-05", {"since": "2020-05", "until": "2020-05"}, id="a month"),
        pytest.param("since: 2020-05-01", {"since": "2020-05-01"}, id="a day is no date here"),
        pytest.param("since: 2020", {"since": "2020"}, id="a year is no number here"),
        pytest.param("theatre: Libya", {"theatre": "Libya"}, id="a word"),
        pytest.param("actor: null", {}, id="nothing"),
    ],
)
def test_read_batch_reads_values_as_they_would_be_typed(tmp_path, text, parameters):
    (one,) = asked(tmp_path, f"{ALL}{text}")
    assert one.parameters == parameters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("- a\n- b", "the file should hold names and values", id="a list"),
        pytest.param("theatre: Libya", "walk 'all' has no `source`", id="no source"),
        pytest.param(f"{ALL}vary: Libya", "`vary` should hold names", id="vary"),
        pytest.param(f"{ALL}vary: {{theatre: Libya}}", "a list of values", id="one value"),
        pytest.param(f"{ALL}runs: {{theatre: Libya}}", "a list of walks", id="runs"),
        pytest.param(
            f"{ALL}runs: [{{name: a}}, {{name: A}}]", "two walks are called 'a'", id="twice"
        ),
        pytest.param("source: [", "cannot be read", id="no YAML"),
        pytest.param("", "holds None", id="empty"),
    ],
)
def test_read_batch_says_what_is_wrong(tmp_path, text, said):
    with pytest.raises(batch.BatchError, match=r"batch\.yml") as refused:
        asked(tmp_path, text)
    assert said in str(refused.value)


@pytest.fixture
def walked(monkeypatch):
    """Walks that are only written down; those called `broken` fail."""
    taken = []

    def take(source, run_dir, parameters, *, codebook_dir):
        taken.append((run_dir.name, (run_dir / "steps").exists()))
        (run_dir / "steps").mkdir(parents=True, exist_ok=True)
        if run_dir.name == "broken":
            raise KeyError("<b>no such column</b>")
        return walk.Outcome(run_dir, run_dir / "report.html", 2, [], {})

    monkeypatch.setattr(walk, "run", take)
    return taken


def test_run_goes_on_after_a_run_that_fails(tmp_path, walked):
    names = ["broken", "north", "south"]
    wanted = [batch.Wanted(name, f"{name}.csv", None, {}) for name in names]
    told = []
    results = batch.run(wanted, tmp_path, at_once=1, tell=told.append)
    assert [bool(result.error) for result in results] == [True, False, False]
    assert [result.wanted.name for result in told] == names


def test_run_starts_from_a_run_over_the_same_reports(tmp_path, walked):
    wanted = [batch.Wanted(name, "a.csv", None, {"theatre": name}) for name in ("x", "y", "z")]
    batch.run(wanted, tmp_path)
    assert walked[0] == ("x", False)
    assert sorted(walked[1:]) == [("y", True), ("z", True)]


def test_index_compares_runs_and_escapes_what_failed(tmp_path, walked):
    wanted = [
        batch.Wanted("broken", "a.csv", None, {"theatre": "<i>"}),
        batch.Wanted("north", "b.csv", None, {"since": "2020"}),
    ]
    batch.run(wanted, tmp_path)
    text = (tmp_path / batch.INDEX).read_text(encoding="utf-8")
    page = Page(text)
    assert [attrs["href"] for attrs in page.all("a")] == ["north/report.html"]
    assert len(page.all("tr")) == 3 and not page.all("i") and not page.all("b")
    assert "failed: " in text and "theatre" in text and "since" in text
    batch.run(wanted, tmp_path)
    assert (tmp_path / batch.INDEX).read_text(encoding="utf-8") == text


def test_batch_takes_real_notebooks_two_at_once_and_resumes(short: Walk, tmp_path):  # noqa: F811
    path = tmp_path / "batch.yml"
    path.write_text("source: reports\nruns:\n- {words: x}\n- {words: y}\n- {sauce: z}\n")
    first = batch.run(batch.read_batch(path), tmp_path / "out")
    assert [one.outcome and one.outcome.reused for one in first] == [[], ["01-first"], None]
    assert "no notebook has it" in first[2].error
    echo = (tmp_path / "out" / "y" / "tables" / "echo.json").read_text()
    assert echo == "['y']"
    again = batch.run(batch.read_batch(path), tmp_path / "out")
    assert again[1].outcome.reused == ["01-first", "02-second"]
