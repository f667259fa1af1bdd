"""The review widget: in Python, in a browser with a model of its own, and in JupyterLab."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest

from condotta import codebook, reviewing, reviews, tables, tracker

HOSTILE = "<img src=x onerror='window.hit=1'><b>Officials</b>"
TEXT = f"قال شهود 🙂. {HOSTILE} said 300 Chadians were hired for Libya. Chad denied it."
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]


def at(words):
    start = TEXT.index(words)
    return start, start + len(words)


@pytest.fixture(scope="module")
def run():
    """Claims, articles and lines: one claim with slots, one big vague figure, one denial."""
    page = {"text": TEXT, "n_words": 12, "source_path": "p", "source_sha256": "0", "format": "txt"}
    articles = tables.shape("articles", [{"article_id": "a1", "publisher": "Gazette", **page}])
    said = {
        "source_name": "Witnesses",
        "source_kind": "anonymous_local",
        "stance": "asserts",
        "certainty": "reported",
    }
    base = {
        "article_id": "a1",
        "start": at("<img")[0],
        "end": at("for Libya.")[1],
        "rule": "test",
        **said,
    }
    slots = {
        f"{slot}_{side}": place
        for slot, words in {"recruits": "Chadians", "destination": "Libya", "count": "300"}.items()
        for side, place in zip(("start", "end"), at(words), strict=True)
    }
    hired = {
        "type": "recruitment",
        "recruiter": "Chad",
        "recruits": "Chadians",
        "destination": "Libya",
    }
    vague = {"type": "headcount", "count_min": 1234567, "certainty": "alleged"}
    claims = tables.shape(
        "claims",
        [
            {"claim_id": "c1", **base, **hired, **slots, "count_min": 300, "count_max": 300},
            {"claim_id": "c2", **base, **hired, **vague},
            {"claim_id": "c3", **base, **hired, "type": "denial", "stance": "denies",
             "source_name": "Chad", "source_kind": "government_body",
             "start": at("Chad denied")[0], "end": len(TEXT)},
        ],
    )  # fmt: skip
    lines = tracker.draw_lines(claims, articles, tables.empty("copies"), codebook=codebook.load())
    return claims, articles, lines


@pytest.fixture
def widget(run, tmp_path):
    return reviewing.Reviewing(*run, tmp_path / "reviews.sqlite", reviewer="Ana")


def kept(tmp_path):
    rows = reviews.read(tmp_path / "reviews.sqlite")
    return list(rows[["claim_id", "decision"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("show", "ids"),
    [
        pytest.param("unreviewed", ["c1", "c2", "c3"], id="unreviewed"),
        pytest.param("contested", ["c1", "c2", "c3"], id="contested"),
        pytest.param("low certainty", ["c2"], id="low certainty"),
        pytest.param("biggest figures", ["c2", "c1"], id="biggest figures"),
        pytest.param("another look", [], id="another look"),
        pytest.param("all", ["c1", "c2", "c3"], id="all"),
    ],
)
def test_queue_claims_filters(run, show, ids):
    queue = reviewing.queue_claims(*run, tables.empty("reviews"), show=show)
    assert list(queue["claim_id"]) == ids


def test_queue_claims_names_its_queues(run):
    with pytest.raises(ValueError, match="queues are unreviewed, contested"):
        reviewing.queue_claims(*run, tables.empty("reviews"), show="new")


def test_widget_decides_goes_on_and_resumes(run, widget, tmp_path):
    widget.receive({"action": "accept", "id": "c1", "reason": "both quotes read"})
    widget.receive({"action": "edit", "id": "c2", "slots": {"count_min": "1,200", "recruits": ""}})
    assert kept(tmp_path) == [("c1", "accept"), ("c2", "edit")]
    made = reviews.read(tmp_path / "reviews.sqlite")
    assert json.loads(made["edited_slots"][1]) == {"count_min": 1200, "recruits": None}
    assert made["reason"][0] == "both quotes read"
    assert json.loads(made["seen"][0])["c1"]["recruits"] == "Chadians"
    assert widget.progress == "2 of 3 claims have a decision"
    again = reviewing.Reviewing(*run, tmp_path / "reviews.sqlite", show="all")
    assert again.items[again.index]["id"] == "c3"


def test_widget_undoes_the_last_decision_of_this_reviewer(widget, tmp_path):
    widget.receive({"action": "reject", "id": "c1"})
    widget.receive({"action": "undo", "id": "c1"})
    assert widget.decisions == {}
    widget.receive({"action": "undo", "id": "c1"})
    assert "no decision of yours" in widget.message
    assert kept(tmp_path) == [("c1", "reject"), ("c1", "undo")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "nothing that can be decided", id="nothing"),
        pytest.param({"action": "rename", "id": "c1"}, "nothing that can", id="other action"),
        pytest.param({"action": "accept", "id": "c9"}, "not in this queue", id="unknown claim"),
        pytest.param({"action": "edit", "id": "c1"}, "is empty", id="empty edit"),
        pytest.param(
            {"action": "edit", "id": "c1", "slots": {"start": "1"}}, "no slot", id="a span"
        ),
        pytest.param(
            {"action": "edit", "id": "c1", "slots": {"count_min": "many"}},
            "a number",
            id="no number",
        ),
    ],
)
def test_widget_refuses_what_the_browser_must_not_send(widget, tmp_path, content, message):
    widget.receive(content)
    assert message in widget.message
    assert kept(tmp_path) == []


def test_widget_asks_for_a_name(run, tmp_path):
    nameless = reviewing.Reviewing(*run, tmp_path / "reviews.sqlite")
    nameless.receive({"action": "accept", "id": "c1"})
    assert "Write your name" in nameless.message
    assert not (tmp_path / "reviews.sqlite").exists()


def test_widget_spans_point_at_their_words(widget):
    item = widget.items[0]
    words = {span["slot"]: item["text"][span["start"] : span["end"]] for span in item["spans"]}
    assert (words["recruits"], words["destination"], words["count"]) == ("Chadians", "Libya", "300")


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


PAGE = """<meta charset=utf-8><div id=el></div><script type=module>
const url = URL.createObjectURL(new Blob([%s], {type: "text/javascript"}));
const state = %s, heard = {};
window.sent = [];
window.model = {
  get: (name) => state[name],
  set: (name, value) => {
    state[name] = value;
    for (const draw of heard["change:" + name] ?? []) draw();
  },
  save_changes() {}, on: (name, f) => (heard[name] ??= []).push(f), off() {},
  send: (message) => window.sent.push(message),
};
const { default: widget } = await import(url);
widget.render({ model: window.model, el: document.getElementById("el") });
window.ready = true;
</script>"""


@pytest.fixture
def page(browser, widget):
    names = ("items", "index", "decisions", "reviewer", "show", "filters", "progress", "message")
    state = {name: getattr(widget, name) for name in names}
    script = Path(reviewing.__file__).with_suffix(".js").read_text()
    safe = [json.dumps(part).replace("</", "<\\/") for part in (script, state)]
    opened = browser.new_page()
    opened.set_content(PAGE % tuple(safe))
    opened.wait_for_function("window.ready")
    yield opened
    opened.close()


def test_browser_shows_slots_on_their_words_and_runs_nothing(page):
    marks = page.eval_on_selector_all("mark", "all => all.map(m => [m.className, m.textContent])")
    assert marks == [
        ["cr-claim cr-count", "300"],
        ["cr-claim cr-recruits", "Chadians"],
        ["cr-claim cr-destination", "Libya"],
    ]
    assert HOSTILE in page.inner_text(".cr-text")
    assert page.evaluate("window.hit === undefined && !document.querySelector('.cr img')")


def test_browser_keys_and_buttons_decide(page):
    page.focus(".cr")
    page.keyboard.press("a")
    page.click("text=Reject (r)")
    sent = page.evaluate("sent.map(m => [m.action, m.id])")
    assert sent == [["accept", "c1"], ["reject", "c1"]]
    page.focus(".cr")
    page.keyboard.press("j")
    assert page.evaluate("model.get('index')") == 1
    page.keyboard.press("k")
    page.fill(".cr-reason", "read both")
    page.focus(".cr")
    page.keyboard.press("u")
    assert page.evaluate("sent.at(-1)") == {
        "action": "undo", "id": "c1", "slots": {}, "reason": "read both",
    }  # fmt: skip


def test_browser_edits_send_only_what_changed(page):
    page.focus(".cr")
    page.keyboard.press("e")
    page.fill("input[name=destination]", "Sudan")
    page.keyboard.press("Enter")
    sent = page.evaluate("sent")
    assert [(m["action"], m["slots"]) for m in sent] == [("edit", {"destination": "Sudan"})]


def test_browser_typing_a_letter_in_a_field_decides_nothing(page):
    page.focus(".cr-reason")
    page.keyboard.type("area 51")
    assert page.evaluate("sent") == []
    assert page.input_value(".cr-reason") == "area 51"


CELL = """
from condotta import reviewing, tables
run = {run!r}
read = [tables.read(run, name) for name in ("claims", "articles", "tracker")]
reviewing.Reviewing(*read, run + "/reviews.sqlite", reviewer="Ana")
"""


BROWSE = "from condotta import browsing\nbrowsing.Browsing(read[0])"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


@pytest.fixture
def lab(run, tmp_path):
    """JupyterLab on a notebook with the widget."""
    for name, table in zip(("claims", "articles", "tracker"), run, strict=True):
        tables.write(tmp_path, name, table)
    sources = [CELL.format(run=str(tmp_path)), "1 + 1", BROWSE]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    notebook.metadata["kernelspec"] = KERNEL
    nbformat.write(notebook, tmp_path / "review.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=t",
        "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={tmp_path}", "--allow-root",
    ]  # fmt: skip
    home = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    for _ in range(120):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/api?token=t", timeout=1)
            break
        time.sleep(0.5)
    yield f"{url}/lab/tree/review.ipynb?token=t"
    server.terminate()
    server.wait(timeout=30)


def wait_for_kernel(url):
    """Wait until the notebook has a kernel at rest; run before that, JupyterLab asks for one."""
    sessions = url.replace("/lab/tree/review.ipynb", "/api/sessions")
    for _ in range(120):
        found = json.load(urllib.request.urlopen(sessions, timeout=5))
        if found and found[0]["kernel"]["execution_state"] == "idle":
            return
        time.sleep(0.5)


def test_jupyterlab_reviews_by_key_and_deletes_no_cell(browser, lab, tmp_path):
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(lab, timeout=90_000)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    wait_for_kernel(lab)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_selector(".cr", timeout=90_000)
    page.locator(".cr-text").click()
    page.focus(".cr")
    for key in ("x", "d", "d", "a"):
        page.keyboard.press(key)
    page.wait_for_function("document.querySelector('.cr-at').textContent.startsWith('2 of')")
    page.keyboard.press("r")
    page.wait_for_function("document.querySelector('.cr-at').textContent.startsWith('3 of')")
    assert kept(tmp_path) == [("c1", "accept"), ("c2", "reject")]
    assert cells.count() == 3
    table = page.locator("table.dataTable tbody tr")
    table.first.scroll_into_view_if_needed(timeout=30_000)
    assert table.count() == 3
    page.locator(".dt-search input").first.fill("c2 no such words")
    page.wait_for_function("document.querySelector('.dt-empty')")
    assert hosts <= {"127.0.0.1", None}
    page.close()
