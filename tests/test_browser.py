"""The report and the notebook of charts in a real browser: they draw and ask for nothing."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from invented import invent_run
from test_report import HOSTILE, make_report

from condotta import resources

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
MARKS = ".point path, path.point, path.js-line"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium found; install it, or set CHROMIUM to its path"
)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return make_report(tmp_path_factory.mktemp("run"), invent_run(60))


class Visit:
    """A page that was opened, with everything it said and asked for."""

    def __init__(self, browser, path: Path, width: int = 1280):
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def draw_all(self):
        for chart in self.page.query_selector_all(".chart"):
            chart.scroll_into_view_if_needed()
        self.page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every(e => e.querySelector('.main-svg'))"
        )


@pytest.fixture(scope="module")
def visit(browser, report):
    visit = Visit(browser, report)
    visit.draw_all()
    return visit


def test_every_chart_has_drawn_marks(visit):
    marks = visit.page.evaluate(
        f"""Object.fromEntries([...document.querySelectorAll('.chart')].map(
             e => [e.id, e.querySelectorAll('{MARKS}').length]))"""
    )
    assert len(marks) == 9 and all(marks.values()), marks


def test_the_page_is_quiet_and_asks_for_nothing(visit, report):
    assert visit.said == []
    assert [url for url in visit.asked if not url.startswith(("data:", "blob:"))] == [
        report.as_uri()
    ]


def test_the_page_answers_within_three_seconds(browser, report):
    page = Visit(browser, report).page
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
    assert timing < 3000


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_the_screen(browser, report, width):
    visit = Visit(browser, report, width)
    visit.draw_all()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_words_run_nothing(browser, tmp_path):
    visit = Visit(browser, make_report(tmp_path, invent_run(12, hostile=HOSTILE)))
    visit.draw_all()
    visit.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert visit.page.evaluate("window.ran") is None
    assert visit.said == [] and len(visit.asked) == 1
    assert "<script>window.ran=1</script>" in visit.page.inner_text("main")


def test_a_script_that_got_in_would_not_run(browser, report, tmp_path):
    broken = tmp_path / "report.html"
    page = report.read_text(encoding="utf-8")
    broken.write_text(page.replace("<main", f"{HOSTILE}<main"), encoding="utf-8")
    assert Visit(browser, broken).page.evaluate("window.ran") is None


def test_the_tracker_sorts_filters_and_searches(browser, report):
    page = Visit(browser, report).page
    names = "[...document.querySelectorAll('#tracker-table tbody tr:not([hidden])')]"
    total = page.evaluate(f"{names}.length")
    page.click("th button:has-text('articles')")
    page.click("th button:has-text('articles')")
    counts = page.evaluate(f"{names}.map(row => Number(row.cells[2].textContent))")
    assert counts == sorted(counts, reverse=True)
    page.select_option("select[name=status]", "single_source")
    status = page.evaluate(f"{names}.map(row => row.dataset.status)")
    assert set(status) == {"single_source"}
    page.fill("input[name=search]", "red pass")
    found = page.evaluate(f"{names}.map(row => row.cells[0].textContent)")
    assert 0 < len(found) < total and all("Red Pass" in name for name in found)
    assert page.inner_text("output") == f"{len(found)} line{'s' * (len(found) != 1)}"
    assert page.evaluate("document.querySelectorAll('details.line:not([hidden])').length") == len(
        found
    )


def test_a_link_opens_its_line_by_keyboard(browser, report):
    page = Visit(browser, report).page
    page.focus("#tracker-table tbody a")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('details.line[open]')")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.inner_text("details.line[open] mark")


def test_paper_shows_every_claim(browser, report, tmp_path):
    page = Visit(browser, report).page
    page.pdf(path=tmp_path / "report.pdf")
    assert page.evaluate("[...document.querySelectorAll('details')].every(e => e.open)")
    assert page.evaluate("document.querySelectorAll('.chart .main-svg').length") >= 9


def test_two_thousand_claims_stay_usable(browser, tmp_path):
    path = make_report(tmp_path, invent_run(2000))
    assert path.stat().st_size < 15_000_000
    page = Visit(browser, path).page
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive") < 5000
    page.fill("input[name=search]", "harbour monitor mali")
    assert page.inner_text("output") != "0 lines"


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the notebook of charts, away from any settings of this machine."""
    shutil.copy(resources.find("notebooks") / "07-charts.ipynb", tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    folders = {f"JUPYTER_{name}": str(tmp_path / name) for name in kept}
    folders |= {
        f"JUPYTERLAB_{name}_DIR": str(tmp_path / name) for name in ("SETTINGS", "WORKSPACES")
    }
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    options += [
        "--port-retries=0",
        "--IdentityProvider.token=t",
        f"--ServerApp.root_dir={tmp_path}",
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env={**os.environ, **folders, "IPYTHONDIR": str(tmp_path / "ipython")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token=t")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            return urllib.request.urlopen(url).close()
        except URLError:
            time.sleep(0.2)
    raise TimeoutError(url)


def test_the_notebook_of_charts_draws_in_jupyterlab(browser, lab):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors, hosts = [], set()
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(f"{lab}/lab/workspaces/charts/tree/07-charts.ipynb?reset&token=t")
    page.wait_for_selector(".jp-Notebook", timeout=60_000)
    for _ in range(60):
        page.evaluate("document.querySelector('.jp-WindowedPanel-outer')?.scrollBy(0, 700)")
        page.wait_for_timeout(100)
        marks = page.evaluate(
            f"""[...document.querySelectorAll('.js-plotly-plot')].map(
                 e => e.querySelectorAll('{MARKS}').length)"""
        )
        if len(marks) == 9 and all(marks):
            break
    assert len(marks) == 9 and all(marks), marks
    assert errors == [] and hosts <= {"127.0.0.1", None}
