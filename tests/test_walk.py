import json
import random
import sys
from pathlib import Path

import nbformat
import pytest

from condotta import articles, fingerprints, parameters, resources, tables, walk
from condotta.partitions import Runner

FIRST = """
from pathlib import Path
Path(run_dir, "tables").mkdir(exist_ok=True)
Path(run_dir, "tables", "read.json").write_text("[]")
"""
SECOND = "from pathlib import Path\nPath(run_dir, 'tables', 'echo.json').write_text(repr(words))"


def write_notebook(path, parameters, *cells):
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": spec})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in (parameters, *cells)]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)


class Walk:
    """Two short notebooks, a report, and a folder to run them in."""

    def __init__(self, folder):
        self.folder, self.run_dir = folder, folder / "run"
        self.source = folder / "reports" / "a.txt"
        self.source.parent.mkdir()
        self.source.write_text("They left.")
        self.first(FIRST)
        self.second(SECOND)

    def first(self, *cells):
        declared = 'run_dir: str = ""  # folder\nsource: str = ""  # reports'
        write_notebook(self.folder / "01-first.ipynb", declared, *cells)

    def second(self, *cells):
        declared = 'run_dir: str = ""  # folder\nwords: list[str] = []\nlimit: int = 3  # most'
        write_notebook(self.folder / "02-second.ipynb", declared, *cells)

    def __call__(self, **options):
        return walk.run(self.source, self.run_dir, **options)

    def echo(self):
        return (self.run_dir / "tables" / "echo.json").read_text()


@pytest.fixture
def short(tmp_path, monkeypatch):
    monkeypatch.setattr(walk, "notebooks", lambda: sorted(tmp_path.glob("*.ipynb")))
    monkeypatch.setattr(fingerprints, "of_code", lambda codebook_dir: {"code": "the same"})
    monkeypatch.setattr(walk, "_write_report", lambda run_dir: None)
    monkeypatch.setattr(walk, "count_lost", lambda run_dir: 0)
    monkeypatch.chdir(tmp_path)
    return Walk(tmp_path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"wrds": "x"}, "`wrds`: no .* did you mean `words`", id="misspelt"),
        pytest.param({"colour": "x"}, "known are: limit, words", id="unknown"),
        pytest.param({"n=1;import os;n": 5}, "no notebook has it", id="code for a name"),
        pytest.param({"run_dir": "x"}, "set by the walk; use --out", id="set by the walk"),
        pytest.param({"limit": "many"}, r"`limit` \(most\): 'many' is no int", id="no number"),
        pytest.param({"limit": "1.5"}, "1.5 is no int", id="no whole number"),
        pytest.param({"limit": True}, "True is no int", id="yes is no number"),
        pytest.param({"words": 3}, r"3 is no list\[str\]", id="no text"),
        pytest.param({"words": ["\ud83d"]}, "is no list", id="half a character"),
        pytest.param({"words": None}, "None is no list", id="nothing"),
    ],
)
def test_run_refuses_parameters_before_a_kernel_starts(given, said, short):
    with pytest.raises(parameters.ParameterError, match=said):
        short(parameters=given)
    assert not short.run_dir.exists()


def test_run_hands_values_over_unchanged(short):
    words = ["plain", "'; import os #", '"""', "\\n\n{x}", "مرتزقة 🪖", "$(rm -rf .)", "=1+1"]
    short(parameters={"words": words})
    assert short.echo() == repr(words)


def test_run_keeps_steps_that_still_hold(short):
    assert short().reused == []
    assert short().reused == ["01-first", "02-second"]
    assert short(parameters={"words": "new"}).reused == ["01-first"]
    assert short.echo() == "['new']"
    assert short(parameters={"words": "new"}, fresh=True).reused == []


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        pytest.param(lambda w: w.source.write_text("They came."), ["02-second"], id="a report"),
        pytest.param(lambda w: w.first(FIRST, "1"), ["02-second"], id="the first notebook"),
        pytest.param(lambda w: w.second(SECOND, "1"), ["01-first"], id="the second notebook"),
        pytest.param(
            lambda w: (w.run_dir / "tables/read.json").write_text("x"),
            ["02-second"],
            id="a damaged table, made again as it was",
        ),
        pytest.param(
            lambda w: (w.run_dir / "tables/echo.json").unlink(), ["01-first"], id="a lost table"
        ),
        pytest.param(
            lambda w: (w.run_dir / "steps/02-second.json").write_text("{"), ["01-first"], id="mark"
        ),
        pytest.param(
            lambda w: w.run_dir.rename(w.folder / "moved"), [], id="another folder starts anew"
        ),
    ],
)
def test_run_repeats_what_a_change_touches(change, kept, short):
    short()
    change(short)
    assert [name for name in short().reused if name in ("02-second", "01-first")] == kept


def test_run_keeps_a_step_whose_output_a_later_one_completed(short):
    table = "Path(run_dir, 'tables', 'read.json')"
    more = f"from pathlib import Path\n{table}.write_text('[1]')"
    short.second(SECOND, more)
    short()
    assert short().reused == ["01-first", "02-second"]
    (short.run_dir / "tables" / "read.json").write_text("torn")
    assert short().reused == []
    assert (short.run_dir / "tables" / "read.json").read_text() == "[1]"


def test_shares_of_an_array_are_read_and_gathered(short):
    short.first(
        "from condotta import tables\nfrom condotta.articles import read_articles",
        "tables.write(run_dir, 'articles', read_articles(source).articles)",
    )
    declared = 'run_dir: str = ""  # folder\ncodebook_dir: str = ""  # folder'
    declared += '\nfirst_pass: str = "hired"  # words\ndeadline: int = 60  # seconds'
    write_notebook(short.folder / "02-second.ipynb", declared, "print(run_dir)")
    with pytest.raises(walk.WalkError, match="not read yet, as 1 of 1 partitions"):
        short(gather=True)
    shares = [short(runner=Runner(part=number, parts=2)).texts for number in (1, 0)]
    assert [share["read"] for share in shares] == [0, 1]
    done = short(gather=True)
    assert done.reused == ["01-first"]
    assert done.texts["ready"] == 1
    assert json.loads((short.run_dir / "run.json").read_text())["texts"] == done.texts


@pytest.mark.parametrize(
    ("cell", "timeout", "said"),
    [
        pytest.param(
            "limit / 0",
            60,
            "02-second failed in cell 3 .`limit / 0`.: ZeroDivisionError",
            id="error",
        ),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            60,
            "its kernel died",
            id="kill",
        ),
        pytest.param("import time; time.sleep(60)", 1, "a cell ran out of time", id="stuck"),
        pytest.param("raise SystemExit(3)", 60, "SystemExit: 3", id="exit"),
    ],
)
def test_run_names_the_step_that_failed_and_goes_on_from_it(cell, timeout, said, short):
    short.second(cell)
    with pytest.raises(walk.WalkError, match=said) as caught:
        short(cell_timeout=timeout)
    assert "\n" not in str(caught.value)
    assert (short.run_dir / "notebooks" / "02-second.failed.ipynb").exists()
    assert not (short.run_dir / "notebooks" / "02-second.ipynb").exists()
    assert json.loads((short.run_dir / "run.json").read_text())["status"] == "failed"
    short.second(SECOND)
    assert short().reused == ["01-first"]
    assert [p.name for p in sorted((short.run_dir / "notebooks").iterdir())] == [
        "01-first.ipynb",
        "02-second.ipynb",
    ]


def test_run_tries_again_where_the_kernel_did_not_come_up(short, monkeypatch):
    import papermill

    real, calls = papermill.execute_notebook, []

    def lose_the_first_race(*given, **named):
        calls.append(given)
        if len(calls) == 1:
            raise RuntimeError("Kernel didn't respond in 60 seconds")
        return real(*given, **named)

    monkeypatch.setattr(papermill, "execute_notebook", lose_the_first_race)
    assert short().reused == []
    assert len(calls) == 3


def test_run_uses_this_python_and_the_installed_package(short, tmp_path, monkeypatch):
    for name in ("condotta", "pandas"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong one')")
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        '{"argv": ["false"], "display_name": "x", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    short.second("import sys, condotta\nwords = sys.executable, condotta.__file__", SECOND)
    short()
    assert short.echo() == repr(
        (sys.executable, walk.resources.PACKAGE.as_posix() + "/__init__.py")
    )


def test_run_refuses_a_folder_another_walk_holds(short):
    short.run_dir.mkdir()
    with walk._locked(short.run_dir), pytest.raises(walk.WalkError, match="in use by process"):
        short()
    assert short().reused == []


def test_run_refuses_a_folder_with_other_files(short):
    short.run_dir.mkdir()
    (short.run_dir / "thesis.odt").write_text("mine")
    with pytest.raises(walk.WalkError, match=r"holds other files \(thesis.odt\)"):
        short()


def test_run_refuses_a_folder_that_cannot_be_written(short):
    short.run_dir.write_text("a file")
    with pytest.raises(walk.WalkError, match="cannot be written"):
        short()


def test_run_refuses_an_empty_source(short):
    short.source.write_text("")
    with pytest.raises(articles.SourceError, match="empty"):
        short()


def test_run_refuses_a_wrong_codebook(short, tmp_path):
    with pytest.raises((ValueError, OSError), match="no such folder"):
        short(codebook_dir=tmp_path / "none")


def test_run_records_inputs_versions_and_counts(short):
    short(parameters={"words": "new"})
    record = json.loads((short.run_dir / "run.json").read_text())
    assert record["inputs"][0] | {"sha256": ""} == {"path": "a.txt", "bytes": 10, "sha256": ""}
    assert record["parameters"] == {"words": "new"}
    assert set(record["seconds"]) == {"01-first", "02-second"}
    assert record["status"] == "done"


def test_sample_gives_the_same_tables_in_another_folder_and_order(sample_run, tmp_path):
    lines = (resources.find("data/sample") / "articles.jsonl").read_text().splitlines()
    random.Random(2).shuffle(lines)
    (tmp_path / "articles.jsonl").write_text("\n".join(lines))
    again = walk.run(tmp_path / "articles.jsonl", tmp_path / "run").run_dir
    names = sorted(path.name for path in (sample_run / "tables").glob("*.parquet"))
    assert names == sorted(path.name for path in (again / "tables").glob("*.parquet"))
    differ = [name for name in names if _bytes(sample_run, name) != _bytes(again, name)]
    assert differ == ["articles.parquet"], "only the digest of the shuffled file may differ"
    one, other = (tables.read(run, "articles") for run in (sample_run, again))
    assert one.drop(columns="source_sha256").equals(other.drop(columns="source_sha256"))


def _bytes(run_dir: Path, name: str) -> bytes:
    return (run_dir / "tables" / name).read_bytes()
