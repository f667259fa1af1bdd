"""What tests and notebooks share: the pipeline, opened once, and a run of the shipped sample."""

import fcntl
import os
from functools import cache
from pathlib import Path

import pytest

from condotta import walk

CHECKOUT = Path(__file__).resolve().parent

# Hashes and charts of a notebook have to be what they were when its outputs were stored.
os.environ.setdefault("PYTHONHASHSEED", "0")
os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"


@cache
def run_sample() -> Path:
    """Make or refresh `runs/sample`; the second of two test processes waits for the first."""
    runs = CHECKOUT / "runs"
    runs.mkdir(exist_ok=True)
    with (runs / ".tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return walk.run(CHECKOUT / "data" / "sample", runs / "sample").run_dir


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A notebook reads what those before it wrote, and may take its time; so does the README."""
    if item.path.suffix == ".ipynb" or item.path.name == "README.md":
        run_sample()
        item.output_timeout = 60


@pytest.fixture(scope="session")
def nlp():
    """The shipped pipeline; opening it costs about a second, so that every test shares one."""
    from condotta import language

    return language.open_pipeline()


@pytest.fixture(scope="session")
def sample_run():
    """The folder of a run of the shipped sample."""
    return run_sample()
