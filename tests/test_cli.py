import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import condotta
from condotta import cli, parameters, resources, walk

CONDOTTA = Path(sys.executable).with_name("condotta")
COMMANDS = cli.app.registered_commands


def call(*words, **options):
    """Run the command as a person would; returns status, output and the lines of the error."""
    done = subprocess.run(
        [CONDOTTA, *map(str, words)], capture_output=True, text=True, timeout=120, **options
    )
    return done.returncode, done.stdout, done.stderr.splitlines()


def test_version_is_the_package_version():
    assert call("--version") == (0, f"condotta {condotta.__version__}\n", [])


@pytest.mark.parametrize("command", [command.callback.__name__ for command in COMMANDS])
def test_help_explains_every_command_and_option(command):
    result = CliRunner().invoke(cli.app, [command, "--help"], terminal_width=200)
    assert result.exit_code == 0
    options = [line for line in result.output.splitlines() if line.lstrip().startswith("--")]
    assert all(len(line.split()) > 2 for line in options)


def test_help_of_run_says_what_comes_out():
    output = CliRunner().invoke(cli.app, ["run", "--help"]).output
    for word in ("SOURCE", "PDF", "tables/", "report.html", "-p", "--codebook", "--fresh"):
        assert word in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["none.txt"], "none.txt: no such file or folder", id="no source"),
        pytest.param(["empty"], "empty: no file there", id="empty folder"),
        pytest.param(["blank.txt"], "empty; 1 files hold no text", id="empty file"),
        pytest.param(
            ["a.txt", "-p", "sauce=x"], "`source` is set by|no notebook has it", id="name"
        ),
        pytest.param(["a.txt", "-p", "sauce"], "give it as NAME=VALUE", id="no value"),
        pytest.param(["a.txt", "--out", "a.txt"], "cannot be written", id="a file for a folder"),
        pytest.param(["a.txt", "--codebook", "none"], "no such folder", id="no codebook"),
    ],
)
def test_run_refuses_with_one_line(words, said, tmp_path):
    (tmp_path / "a.txt").write_text("They left.")
    (tmp_path / "blank.txt").write_text("\n")
    (tmp_path / "empty").mkdir()
    status, output, error = call("run", *words, cwd=tmp_path)
    assert (status, output, len(error)) == (1, "", 1)
    assert error[0].startswith("condotta: ")
    assert any(part in error[0] for part in said.split("|"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_run_refuses_a_folder_without_permission(tmp_path):
    (tmp_path / "a.txt").write_text("They left.")
    (tmp_path / "shut").mkdir(mode=0o500)
    status, _, error = call("run", "a.txt", "--out", "shut/run", cwd=tmp_path)
    assert (status, len(error)) == (1, 1)
    assert "Permission denied" in error[0]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a/reports.jsonl", "reports"),
        ("a/reports/", "reports"),
        ("a/reports/*.txt", "reports"),
        ("/", "reports"),
        ("..", "here"),
    ],
)
def test_run_names_its_folder_after_the_source(source, name, monkeypatch, tmp_path):
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    given = []
    outcome = walk.Outcome(tmp_path, None, 0, [], {})
    monkeypatch.setattr(walk, "run", lambda *words, **named: given.extend(words) or outcome)
    CliRunner().invoke(cli.app, ["run", source])
    assert given[1] == Path("runs") / name


@pytest.mark.parametrize("lost", [0, 2])
def test_run_says_by_its_status_that_articles_were_lost(lost, monkeypatch, tmp_path):
    outcome = walk.Outcome(tmp_path, tmp_path / "report.html", lost, ["01-articles"], {})
    monkeypatch.setattr(walk, "run", lambda *given, **named: outcome)
    result = CliRunner().invoke(cli.app, ["run", "x"])
    assert result.exit_code == (3 if lost else 0)
    assert "kept from before: 01-articles" in result.output
    assert ("2 could not be read" in result.output) == bool(lost)
    assert result.output.splitlines()[-1] == f"report: {tmp_path}/report.html"


def test_parameters_lists_what_run_takes():
    known = {name for path in walk.notebooks() for name in parameters.read(path)}
    listed = {line.partition("=")[0] for line in call("parameters")[1].splitlines()}
    assert listed == known - set(walk.RESERVED)


def test_notebooks_copies_them_and_overwrites_nothing(tmp_path):
    assert call("notebooks", tmp_path)[0] == 0
    copied = tmp_path / "notebooks" / "01-articles.ipynb"
    assert json.loads(copied.read_text())["cells"]
    status, _, error = call("notebooks", tmp_path)
    assert (status, len(error)) == (1, 1)
    assert "exists already" in error[0]


def test_lab_says_how_to_get_notebooks(tmp_path):
    status, _, error = call("lab", tmp_path)
    assert (status, len(error)) == (1, 1)
    assert f"condotta notebooks {tmp_path}" in error[0]


def test_doctor_finds_this_installation_sound(tmp_path):
    status, output, _ = call("doctor", tmp_path)
    assert status == 0, output
    assert all(line.startswith("ok") for line in output.splitlines())


def test_doctor_says_what_is_missing(tmp_path):
    (tmp_path / "file").write_text("")
    status, output, _ = call("doctor", tmp_path / "file")
    assert status == 1
    assert "FAIL  writing to" in output
    assert "type: condotta doctor" in output


def test_import_loads_nothing_heavy():
    code = "import sys, condotta, condotta.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"pandas", "numpy", "spacy", "plotly", "pandera", "papermill", "pydantic", "pyarrow"}
    assert not heavy & set(loaded.stdout.split())


def test_run_refuses_a_wrong_mapping_before_any_work(tmp_path):
    status, _, said = call("run", "data/sample", "--out", tmp_path / "run", "--columns", "body")
    assert status == 1
    assert "columns: 'body'; give them as text=body" in said[0]
    assert not (tmp_path / "run").exists()


def test_run_keeps_what_comes_through_standard_input(tmp_path, monkeypatch):
    def stop(source, *_, **__):
        raise walk.WalkError(source)

    monkeypatch.setattr(cli.walk, "run", stop)
    words = ["run", "-", "--out", str(tmp_path)]
    with pytest.raises(walk.WalkError, match=r"\.source/stdin\.txt"):
        CliRunner().invoke(cli.app, words, input="They left.", catch_exceptions=False)
    assert (tmp_path / ".source" / "stdin.txt").read_text() == "They left."


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["score", "RUN", "--errors", "FILE"], id="errors"),
        pytest.param(["sample", "RUN", "--out", "FILE"], id="pages to code"),
        pytest.param(["agree", "GOLD", "GOLD", "--out", "FILE"], id="what to settle"),
    ],
)
def test_what_people_fill_in_is_written_once(words, sample_run, tmp_path):
    gold = resources.find("data/gold/gold.jsonl")
    given = {"RUN": sample_run, "GOLD": gold, "FILE": tmp_path / "file"}
    words = [given.get(word, word) for word in words]
    assert call(*words)[0] == 0
    before = given["FILE"].read_bytes()
    status, _, error = call(*words)
    assert (status, len(error)) == (1, 1)
    assert "may hold somebody's work" in error[0]
    assert given["FILE"].read_bytes() == before
