"""The report in a real browser: it draws, it asks for nothing, and no article runs in it."""

import os
import shutil
from pathlib import Path

import pytest
from invented import invent_run
from test_report import HOSTILE, make_report

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
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
        """Object.fromEntries([...document.querySelectorAll('.chart')].map(
             e => [e.id, e.querySelectorAll('.point path, path.point, path.js-line').length]))"""
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
