"""Every command that the README shows is run, or the reason stands here why it is not."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from condotta import cli, resources, tables

CHECKOUT = resources.CHECKOUT
README = (CHECKOUT / "README.md").read_text()
CONDOTTA = Path(sys.executable).with_name("condotta")
PROGRAMS = ("condotta", "make", "git", "cd", "pip", "time")

# What is run: the command of the README -> the same with what stands for its capitals.
RUN = {
    "condotta --help": "condotta --help",
    "condotta doctor": "condotta doctor",
    "condotta parameters": "condotta parameters",
    "condotta dictionary": "condotta dictionary",
    "condotta notebooks FOLDER": "condotta notebooks {tmp}/work",
    "condotta score runs/sample": "condotta score {sample}",
    "condotta sample runs/mine --n 50 --seed 1": "condotta sample {sample} --n 50 --seed 1",
    "condotta agree ONE OTHER": "condotta agree {gold} {gold}",
    "condotta score runs/mine ONE": "condotta score {sample} {gold}",
    "condotta export runs/sample --to FORMAT --out PATH": (
        "condotta export {sample} --to xlsx --out {tmp}/run.xlsx"
    ),
    "condotta review --status": "condotta review {sample} --ledger {tmp}/l.sqlite --status",
}
# What other tests run, and which.
ELSEWHERE = {
    "git clone <this repository> condotta": "a clone is what a tester works in",
    "cd condotta": "the same",
    ".venv/bin/condotta run my-reports --out runs/mine": "test_a_folder_of_ones_own_...",
    "condotta export runs/sample --figures png": "tests/test_charts.py; needs a browser",
    "pip install .": "tests/test_install.py builds the wheel and reads with it",
}

EXTRA = re.compile(r"""pip install ["']\.\[(\w+)\]["']$""")  # needs a network


def commands():
    """Return the commands of the README: lines of its blocks and what it quotes in sentences."""
    blocks = re.findall(r"^    (\S.*)$", README, flags=re.M)
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.S))
    both = dict.fromkeys([*blocks, *quoted])
    return [c for c in both if Path(c.split()[0]).name in PROGRAMS and len(c.split()) > 1]


def subcommands():
    """Return the calls of condotta with a subcommand, as words."""
    calls = (command.split() for command in commands())
    return [words for words in calls if words[0].endswith("condotta") and words[1][0] != "-"]


def test_every_command_is_run_here_or_elsewhere():
    unknown = [c for c in commands() if c not in RUN and c not in ELSEWHERE]
    unknown = [c for c in unknown if "make " not in c and not EXTRA.match(c)]
    others = [c for c in unknown if c.split() not in subcommands()]
    assert not others, f"tests/test_readme.py does not know {others}"


def test_extras_are_those_of_the_package():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    named = {found[1] for command in commands() if (found := EXTRA.match(command))}
    assert named and named <= set(project["optional-dependencies"])


@pytest.mark.parametrize("words", subcommands(), ids=" ".join)
def test_subcommand_and_its_options_are_there(words):
    asked = CliRunner().invoke(cli.app, [words[1], "--help"], terminal_width=200)
    assert asked.exit_code == 0, asked.output
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    assert [option for option in options if option not in asked.output] == []


@pytest.mark.parametrize("target", [c.split("make ")[1] for c in commands() if "make " in c])
def test_make_knows_the_target(target):
    # Only shown: `make test` is what runs this, and conftest.run_sample does what `make run` does.
    done = subprocess.run(["make", "-n", *target.split()], cwd=CHECKOUT, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", RUN)
def test_command_ends_well(command, sample_run, tmp_path):
    given = {"sample": sample_run, "tmp": tmp_path, "gold": CHECKOUT / "data/gold/gold.jsonl"}
    call = [CONDOTTA, *shlex.split(RUN[command].format(**given))[1:]]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_folder_of_ones_own_reports_becomes_a_chart(tmp_path):
    reports = tmp_path / "my-reports"
    reports.mkdir()
    for n, (people, place) in enumerate([("Colombians", "Sudan"), ("Nepalis", "Russia")] * 5):
        (reports / f"{n}.txt").write_text(
            f"Recruiters sent {n + 20} {people} to fight in {place} as mercenaries for $2,000 a "
            f"month, monitor number {n} said on Monday. Officials denied it.\n"
        )
    command = [CONDOTTA, "run", "my-reports", "--out", "runs/mine"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "mine" / "report.html").stat().st_size > 10_000
    assert (tmp_path / "runs" / "mine" / "figures" / "timeline.json").exists()
    assert len(tables.read(tmp_path / "runs" / "mine", "claims")) >= 10


@pytest.mark.parametrize(
    "path", sorted(p.relative_to(CHECKOUT) for p in CHECKOUT.glob("data/docs/*.md"))
)
def test_links_of_a_page_lead_somewhere(path):
    page = CHECKOUT / path
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", README)
    assert [link for link in links if "://" not in link and not (CHECKOUT / link).exists()] == []
