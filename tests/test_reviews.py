"""Reviews: nothing is lost, nothing is overwritten, everything is replayed."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest

from condotta import ledger, reviews, tables

WRITER = """
import sys
from condotta.reviews import Ledger

ledger, who = Ledger(sys.argv[1]), sys.argv[2]
for n in range(int(sys.argv[3])):
    ledger.record("accept", f"c{n}", reviewer=who, reason="r" * 500)
    print(n, flush=True)
"""
TEXT = "Officials said 300 Chadians were hired for Libya. Residents spoke of 900 men in May."


def claim(claim_id, start, end, **slots):
    said = {"source_kind": "government_body", "stance": "asserts", "certainty": "reported"}
    where = {"claim_id": claim_id, "article_id": "a1", "start": start, "end": end}
    return {**where, **said, "type": "recruitment", "rule": "test", **slots}


@pytest.fixture
def articles():
    row = {"article_id": "a1", "text": TEXT, "n_words": 15, "source_path": "a", "format": "txt"}
    return tables.shape("articles", [{**row, "source_sha256": "0"}])


@pytest.fixture
def claims():
    first = claim(
        "c1", 0, 49, recruits="Chadians", destination="Libya", count_min=300, count_start=15
    )
    second = claim("c2", 50, len(TEXT), destination="Libya", count_min=900, recruiter="Acme; Zed")
    return tables.shape("claims", [first, second])


@pytest.fixture
def book(tmp_path):
    opened = reviews.Ledger(tmp_path / "reviews.sqlite")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server in a folder of its own, reached by a socket in that folder."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    on_path = [Path(shutil.which("pg_ctl")).parent] if shutil.which("pg_ctl") else []
    if not programs + on_path:
        pytest.skip("no PostgreSQL server is installed")
    found = (programs + on_path)[-1]
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = Path(tempfile.mkdtemp())
    who = {}
    if os.getuid() == 0:
        who = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")

    def run(program, *arguments):
        command = [f"{found}/{program}", *arguments]
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, cwd=folder, timeout=60, **quiet, **who)

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "desk", "-A", "trust", "-N", "--locale=C", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql+psycopg://desk@/{{}}?host={folder}"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """A place for a ledger: a file, and a database of a real server."""
    if request.param == "sqlite":
        return str(tmp_path / "reviews.sqlite")
    import psycopg

    url = request.getfixturevalue("server")
    name = "d" + tables.key("", request.node.name)
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.format(name)


def start_writer(where, who, n):
    command = [sys.executable, "-c", WRITER, where, who, str(n)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ledger_takes_three_writers_at_once(where):
    writers = [start_writer(where, who, 300) for who in ("Ana", "Ben", "Cem")]
    errors = [writer.communicate(timeout=120)[1] for writer in writers]
    assert errors == ["", "", ""]
    opened = reviews.Ledger(where)
    assert opened.decisions()["reviewer"].value_counts().to_dict() == dict.fromkeys(
        ("Ana", "Ben", "Cem"), 300
    )
    opened.close()


def test_ledger_holds_whole_decisions_after_a_kill(where):
    chance = random.Random(5)
    said = 0
    for n in range(4):
        writer = start_writer(where, f"reviewer {n}", 100_000)
        writer.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.3))
        writer.send_signal(signal.SIGKILL)
        said += 1 + len([line for line in writer.stdout if line.endswith("\n")])
        writer.wait()
        writer.stdout.close()
        writer.stderr.close()
    opened = reviews.Ledger(where)
    rows = opened.decisions()
    assert said <= len(rows) <= said + 4
    assert (rows["reason"].str.len() == 500).all()
    opened.record("accept", "c1", reviewer="after")
    opened.close()


def test_ledger_refuses_to_change_or_delete(where):
    import sqlalchemy as sql

    opened = reviews.Ledger(where)
    opened.record("accept", "c1", reviewer="Ana")
    for statement in ("UPDATE reviews SET reviewer = 'Ben'", "DELETE FROM reviews"):
        with (
            pytest.raises(sql.exc.DatabaseError, match="only added"),
            opened._engine.begin() as connection,
        ):
            connection.execute(sql.text(statement))
    assert list(opened.decisions()["reviewer"]) == ["Ana"]
    opened.close()


def test_ledger_goes_through_git(where, tmp_path):
    opened = reviews.Ledger(where)
    first = opened.record(
        "edit", "c1", reviewer="Zoë", edited_slots={"recruits": "Чадцы"}, reason="“ok”\n"
    )
    opened.record("undo", "c1", reviewer="Ana", supersedes=first)
    assert opened.export_jsonl(tmp_path / "one.jsonl") == 2
    other = reviews.Ledger(tmp_path / "other.sqlite")
    assert other.import_jsonl(tmp_path / "one.jsonl") == 2
    assert other.import_jsonl(tmp_path / "one.jsonl") == 0
    other.export_jsonl(tmp_path / "two.jsonl")
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert other.decisions().equals(opened.decisions())
    opened.close(), other.close()


def test_import_is_all_or_nothing(book, tmp_path):
    book.record("accept", "c1", reviewer="Ana")
    book.export_jsonl(tmp_path / "cut.jsonl")
    whole = (tmp_path / "cut.jsonl").read_text()
    (tmp_path / "cut.jsonl").write_text(whole.replace("c1", "c9") + whole[:40])
    with pytest.raises(ledger.LedgerError, match=r"cut\.jsonl: line 2 is no decision"):
        book.import_jsonl(tmp_path / "cut.jsonl")
    assert len(book.decisions()) == 1


@pytest.mark.parametrize(
    ("decision", "more", "message"),
    [
        pytest.param("approve", {}, "'approve' is not known", id="unknown decision"),
        pytest.param("accept", {"reviewer": " "}, "needs a reviewer", id="nobody"),
        pytest.param("undo", {}, "`supersedes`", id="undo of nothing"),
        pytest.param("undo", {"supersedes": "r0"}, "not in the ledger", id="undo of an unknown"),
        pytest.param("edit", {}, "`edited_slots` is empty", id="edit of nothing"),
        pytest.param("edit", {"edited_slots": {"start": 3}}, "no slot", id="edit of a span"),
        pytest.param("edit", {"edited_slots": {"count_min": "3"}}, "a number", id="text as number"),
        pytest.param("edit", {"edited_slots": {"stance": "sure"}}, "allowed", id="unknown word"),
        pytest.param("edit", {"edited_slots": {"type": None}}, "cannot be empty", id="no type"),
        pytest.param("merge", {}, "'with'", id="merge with nothing"),
        pytest.param("rename", {"edited_slots": {"name": "A"}}, "'canonical'", id="no new name"),
    ],
)
def test_record_refuses_what_no_rerun_could_follow(book, decision, more, message):
    with pytest.raises(ledger.LedgerError, match=message):
        book.record(decision, "c1", **{"reviewer": "Ana", **more})
    assert book.decisions().empty


def test_ledger_says_that_its_file_is_damaged(tmp_path):
    (tmp_path / "reviews.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises(ledger.LedgerError, match="import the last export"):
        reviews.Ledger(tmp_path / "reviews.sqlite")


def test_ledger_does_not_show_a_password():
    with pytest.raises(ledger.LedgerError) as caught:
        reviews.Ledger("postgresql+psycopg://desk:secret@127.0.0.1:1/reviews")
    assert "secret" not in str(caught.value)


def test_read_makes_no_file(tmp_path):
    assert reviews.read(tmp_path / "none.sqlite").empty
    assert list(tmp_path.iterdir()) == []


def test_sqlite_ledger_is_written_ahead(tmp_path):
    reviews.Ledger(tmp_path / "reviews.sqlite").close()
    with sqlite3.connect(tmp_path / "reviews.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def decide(book, claims, articles, *rows):
    """Record decisions one second apart and replay them."""
    for n, (decision, claim_id, reviewer, edited) in enumerate(rows):
        book.record(
            decision,
            claim_id,
            reviewer=reviewer,
            edited_slots=edited,
            seen=reviews.look(claims, articles, [claim_id]),
            decided_at=f"2024-01-01T00:00:{n:02d}",
        )
    return reviews.replay(claims, articles, book.decisions())


def test_replay_edits_and_rejects(book, claims, articles):
    edit = {"recruits": "Sudanese", "count_min": None, "count_max": 40}
    replay = decide(
        book, claims, articles, ("edit", "c1", "Ana", edit), ("reject", "c2", "Ana", None)
    )
    assert list(replay.claims["claim_id"]) == ["c1"]
    row = replay.claims.iloc[0]
    assert (row["recruits"], row["count_max"]) == ("Sudanese", 40)
    assert pd.isna(row["count_min"]) and pd.isna(row["count_start"])
    assert row["rule"] == "test; edited by Ana"
    assert replay.marks == {"c1": "edit by Ana", "c2": "reject by Ana"}
    assert replay.another_look.empty


def test_replay_renames_also_inside_a_list(book, claims, articles):
    replay = decide(book, claims, articles, ("rename", "Zed", "Ana", {"canonical": "Zed Group"}))
    assert replay.claims["recruiter"].iloc[1] == "Acme; Zed Group"


def test_replay_leaves_its_input_alone(book, claims, articles):
    before = claims.copy()
    decide(book, claims, articles, ("edit", "c1", "Ana", {"recruits": "Sudanese"}))
    assert claims.equals(before)


def test_undo_and_undoing_the_undo(book, claims, articles):
    first = book.record("reject", "c1", reviewer="Ana")
    undo = book.record("undo", "c1", reviewer="Ben", supersedes=first)
    assert len(reviews.replay(claims, articles, book.decisions()).claims) == 2
    book.record("undo", "c1", reviewer="Ana", supersedes=undo)
    assert len(reviews.replay(claims, articles, book.decisions()).claims) == 1
    assert len(book.decisions()) == 3


@pytest.mark.parametrize(
    ("first", "second", "about"),
    [
        pytest.param(("accept", None), ("reject", None), "c1", id="keep or not"),
        pytest.param(
            ("edit", {"recruits": "Sudanese"}),
            ("edit", {"recruits": "Libyans"}),
            "c1 `recruits`",
            id="slot",
        ),
        pytest.param(
            ("merge", {"with": ["c2"]}), ("split", {"from": ["c2"]}), "c1 and c2", id="line"
        ),
    ],
)
def test_conflicting_decisions_are_both_kept_and_shown(
    book, claims, articles, first, second, about
):
    replay = decide(
        book,
        claims,
        articles,
        (first[0], "c1", "Ana", first[1]),
        (second[0], "c1", "Ben", second[1]),
    )
    shown = replay.another_look
    assert list(shown["reviewer"]) == ["Ana", "Ben"]
    assert list(shown["applied"]) == [False, True]
    assert shown["why"].str.startswith(about).all()
    assert replay.marks["c1"] == f"{second[0]} by Ben; {first[0]} by Ana"


def test_agreeing_decisions_need_no_other_look(book, claims, articles):
    replay = decide(
        book,
        claims,
        articles,
        ("accept", "c1", "Ana", None),
        ("edit", "c1", "Ben", {"count_max": 9}),
    )
    assert replay.another_look.empty


@pytest.mark.parametrize(
    ("change", "why", "applied"),
    [
        pytest.param(
            lambda c, a: (c.assign(count_min=[310, 900]), a),
            "`count_min` was 300.0, is 310.0",
            True,
            id="slot moved",
        ),
        pytest.param(
            lambda c, a: (c.assign(end=[48, 84]), a), "`words` was", True, id="words moved"
        ),
        pytest.param(
            lambda c, a: (c[1:], a),
            "no rule finds it any more; it read 'Officials",
            False,
            id="claim gone",
        ),
        pytest.param(
            lambda c, a: (c[:0], a[:0]),
            "not in this run, or its text changed",
            False,
            id="article gone",
        ),
    ],
)
def test_what_moved_under_a_decision_is_listed(book, claims, articles, change, why, applied):
    decide(book, claims, articles, ("accept", "c1", "Ana", None))
    moved = reviews.replay(*change(claims, articles), book.decisions()).another_look
    assert why in moved["why"].iloc[0]
    assert bool(moved["applied"].iloc[0]) is applied


def test_a_decision_goes_to_the_claim_that_took_the_place_of_its_own(book, claims, articles):
    decide(book, claims, articles, ("edit", "c1", "Ana", {"destination": "Sudan"}))
    other = claims.assign(claim_id=["c9", "c2"], source_name=["officials", None])
    replay = reviews.replay(other, articles, book.decisions())
    assert list(replay.claims["destination"]) == ["Sudan", "Libya"]
    assert replay.marks == {"c9": "edit by Ana"}
    assert list(replay.another_look["claim_id"]) == ["c9"]
    assert "`source_name` was None, is 'officials'" in replay.another_look["why"].iloc[0]


@pytest.mark.parametrize(
    ("change", "decided"),
    [
        pytest.param(lambda c: c.assign(type="transfer"), ["c1"], id="of another type"),
        pytest.param(lambda c: c.assign(start=0, end=49), ["c1"], id="one of two"),
        pytest.param(lambda c: c.assign(start=[1, 50]), ["c1"], id="other words"),
        pytest.param(lambda c: c, ["c8"], id="the same"),
    ],
)
def test_a_decision_goes_to_no_claim_that_may_be_another(book, claims, articles, change, decided):
    decide(book, claims, articles, ("accept", "c1", "Ana", None))
    other = change(claims).assign(claim_id=["c8", "c9"])
    assert list(reviews.replay(other, articles, book.decisions()).marks) == decided


def test_decisions_do_not_depend_on_their_order_in_the_table(book, claims, articles):
    replay = decide(
        book, claims, articles,
        ("reject", "c1", "Ana", None), ("accept", "c1", "Ana", None), ("reject", "c2", "Ben", None),
    )  # fmt: skip
    turned = reviews.replay(claims, articles, book.decisions().iloc[::-1])
    assert turned.claims.equals(replay.claims) and turned.marks == replay.marks
    assert list(replay.claims["claim_id"]) == ["c1"]


def test_count_reviewed_counts(book, claims, articles):
    decide(book, claims, articles, ("accept", "c1", "Ana", None), ("reject", "c1", "Ben", None))
    assert reviews.count_reviewed(claims, articles, book.decisions()).splitlines() == [
        "1 of 2 claims have a decision; 2 decisions by 2 reviewers stand, of 2 ever made.",
        "2 decisions need another look.",
    ]


def test_seen_is_json(claims, articles):
    seen = reviews.look(claims, articles, ["c1", "gone"])
    assert json.loads(json.dumps(seen)) == seen
    assert seen["c1"]["words"] == TEXT[:49]
