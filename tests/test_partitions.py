"""Texts in partitions: the same tables whoever reads them, and one bad article costs one."""

import json
import random
import re
import resource
import subprocess
import sys
import textwrap
import threading
import time

import pandas as pd
import pytest

from condotta import codebook, partitions, plans, resources, stages, tables, workers
from condotta.partitions import Runner
from condotta.plans import Terms
from condotta.workers import Worker, WorkError

# A pipeline that only splits words, and rules that count them: what is tested is who reads what.
STAND_IN = """
import os, signal, time
import spacy
from condotta import claims, entities, events, language, statements, tables

blank = spacy.blank("en")

def parse(text):
    if "HANG" in text:
        time.sleep(600)
    if "DIE" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "SLOWLY" in text:
        time.sleep(0.02)
    return blank(text)

def find(docs, *tables_, codebook):
    rows = [{"article_id": key, "start": 0, "end": len(doc.text), "name": doc.text,
             "kind": "place", "method": "pipeline"} for key, doc in docs]
    return tables.shape("entities", rows)

parse.vocab = blank.vocab
language.open_pipeline = lambda: parse
entities.find_entities = find
statements.find_statements = lambda docs, *a, codebook: list(docs) and tables.empty("statements")
events.find_events = lambda docs, *a, codebook: list(docs) and tables.empty("events")
claims.find_claims = lambda docs, *a, codebook: list(docs) and tables.empty("claims")
"""


def articles_of(*texts):
    rows = [
        {
            "article_id": tables.key("a", text),
            "text": text,
            "n_words": len(text.split()),
            "source_path": f"{number}.txt",
            "source_sha256": "0",
            "format": "txt",
        }
        for number, text in enumerate(texts)
    ]
    return tables.shape("articles", sorted(rows, key=lambda row: row["article_id"]))


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Processes that read with the stand-in; they start in a second."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(textwrap.dedent(STAND_IN))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))


def read(run_dir, articles, *, terms=Terms(), **options):  # noqa: B008
    return partitions.read_texts(run_dir, articles, terms=terms, **options)


def names_in(run_dir):
    """Return what the stand-in found in all partitions, ordered."""
    found = [tables.read(part.folder, "entities") for part in plans.read(run_dir)]
    return sorted(pd.concat(found)["name"])


def reasons(run_dir):
    return [reason for _, reason, _ in plans.left_out(run_dir)]


# Which articles form which partition.


def folders(parts):
    return {part.folder.name: part.n_articles for part in parts}


def test_draw_puts_new_articles_in_new_partitions(tmp_path):
    first = [f"report {number}" for number in range(5)]
    assert folders(plans.draw(tmp_path, articles_of(*first), size=3)) == {"00000": 3, "00001": 2}
    before = {p.folder.name: p.content for p in plans.read(tmp_path)}
    more = plans.draw(tmp_path, articles_of(*first, "one more"), size=3)
    assert folders(more) == {"00000": 3, "00001": 2, "00002": 1}
    assert before.items() < {p.folder.name: p.content for p in more}.items()


def test_draw_does_not_depend_on_the_order_of_articles(tmp_path):
    articles = articles_of(*(f"report {number}" for number in range(9)))
    drawn = [
        [part.content for part in plans.draw(tmp_path / name, table, size=4)]
        for name, table in {"one": articles, "other": articles.iloc[::-1]}.items()
    ]
    assert sorted(drawn[0]) == sorted(drawn[1])


def test_draw_drops_partitions_without_articles(tmp_path):
    plans.draw(tmp_path, articles_of("a", "b"), size=1)
    assert len(plans.draw(tmp_path, articles_of("b"), size=1)) == 1
    assert len([p for p in plans.folder_of(tmp_path).iterdir() if p.is_dir()]) == 1


def test_draw_writes_changed_rows_and_nothing_else(tmp_path):
    articles = articles_of("a", "b")
    (part,) = plans.draw(tmp_path, articles)
    path = tables.path_of(part.folder, "articles")
    written = path.stat().st_mtime_ns
    plans.draw(tmp_path, articles.assign(source_path="elsewhere"))
    assert path.stat().st_mtime_ns == written, "where an article came from is not what it says"
    (other,) = plans.draw(tmp_path, articles.assign(published_on="2020-01-01"))
    assert other.content != part.content
    assert tables.read(part.folder, "articles")["published_on"].tolist() == ["2020-01-01"] * 2


# What is read, and what is kept.


@pytest.fixture(scope="module")
def sample(sample_run):
    return tables.read(sample_run, "articles")


def read_here(run_dir, articles, *, size=plans.SIZE, terms=Terms(first_pass="triggers")):  # noqa: B008
    """Read all partitions in this process, whose pipeline is open already."""
    keys = terms.keys()
    parts = plans.draw(run_dir, articles, size=size)
    plans.write_json(plans.folder_of(run_dir) / "terms.json", terms._asdict())
    done = [stages.read_partition(part, terms, keys, {}) for part in parts]
    return {name: sum(one[name] for one in done) for name in ("parsed", "kept", "left")}


def bytes_of(run_dir, articles):
    found = {name: partitions.gather(run_dir, name, articles) for name in plans.STAGES}
    return {name: tables.write(run_dir, name, table).read_bytes() for name, table in found.items()}


@pytest.mark.parametrize(
    ("size", "chunk"),
    [
        pytest.param(1000, 20_000, id="one partition"),
        pytest.param(9, 300, id="small partitions and chunks"),
    ],
)
def test_tables_are_the_same_bytes_however_texts_are_cut(
    size, chunk, sample, sample_run, tmp_path, monkeypatch
):
    monkeypatch.setattr(stages, "CHUNK", chunk)
    shuffled = sample.sample(frac=1, random_state=3)
    assert read_here(tmp_path, shuffled, size=size)["parsed"] == len(sample)
    made = bytes_of(tmp_path, sample)
    assert made == {name: tables.path_of(sample_run, name).read_bytes() for name in plans.STAGES}


@pytest.fixture
def few(sample):
    return sample.head(4)


def test_nothing_is_read_twice(few, tmp_path):
    assert read_here(tmp_path, few) == {"parsed": 4, "kept": 0, "left": 0}
    terms = Terms(first_pass="triggers")
    assert all(plans.is_done(part, terms, terms.keys()) for part in plans.read(tmp_path))
    assert read_here(tmp_path, few) == {"parsed": 0, "kept": 0, "left": 0}


@pytest.mark.parametrize(
    ("change", "done"),
    [
        pytest.param(lambda run: damage(run, "claims"), (0, 4), id="damaged table"),
        pytest.param(lambda run: change_key(run, "events"), (0, 4), id="changed rule"),
        pytest.param(lambda run: change_key(run, "entities"), (0, 4), id="changed first rule"),
        pytest.param(lambda run: parses_of(run).write_bytes(b"x"), (0, 0), id="parses not needed"),
        pytest.param(lambda run: lose_parses(run), (4, 0), id="damaged parses and changed rule"),
    ],
)
def test_a_change_repeats_what_it_touches(change, done, few, tmp_path):
    read_here(tmp_path, few)
    first = bytes_of(tmp_path, few)
    change(tmp_path)
    assert read_here(tmp_path, few) == {"parsed": done[0], "kept": done[1], "left": 0}
    assert bytes_of(tmp_path, few) == first


def parses_of(run_dir):
    return plans.read(run_dir)[0].folder / stages.PARSES


def damage(run_dir, name):
    path = tables.path_of(plans.read(run_dir)[0].folder, name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def change_key(run_dir, name):
    folder = plans.read(run_dir)[0].folder
    manifest = plans.read_manifest(folder)
    manifest["tables"][name]["key"] = "of other code"
    plans.write_json(folder / "manifest.json", manifest)


def lose_parses(run_dir):
    parses_of(run_dir).write_bytes(b"x")
    change_key(run_dir, "claims")


def test_keys_of_a_stage_move_with_what_it_rests_on(monkeypatch):
    before = Terms().keys()
    real = plans.fingerprints.of_module
    monkeypatch.setattr(
        plans.fingerprints, "of_module", lambda name: "new" if name == "claims" else real(name)
    )
    assert [name for name, key in Terms().keys().items() if key != before[name]] == ["claims"]
    monkeypatch.setattr(
        plans.fingerprints, "of_module", lambda name: "new" if name == "entities" else real(name)
    )
    assert set(Terms().keys().items()) & set(before.items()) == {("parse", before["parse"])}
    assert Terms(first_pass="hired").keys()["claims"] != before["claims"]
    assert Terms(deadline=7).keys() == Terms().keys()


def test_a_rule_that_fails_costs_one_article(few, tmp_path, monkeypatch):
    whole = read_here(tmp_path / "whole", few) and bytes_of(tmp_path / "whole", few)
    victim, real = few["article_id"][1], stages.events.find_events

    def find_events(docs, articles, *rest, codebook):
        def watched():
            for article_id, doc in docs:
                if article_id == victim:
                    raise KeyError("no such slot")
                yield article_id, doc

        return real(watched(), articles, *rest, codebook=codebook)

    monkeypatch.setattr(stages.events, "find_events", find_events)
    for run, before in ((tmp_path / "cold", lambda run: None), (tmp_path / "whole", spoil)):
        before(run)
        assert read_here(run, few)["left"] == 1
        assert list(plans.left_out(run)) == [(victim, "text_failed", "KeyError: 'no such slot'")]
    made = [bytes_of(tmp_path / run, few) for run in ("cold", "whole")]
    assert made[0] == made[1] != whole, "history makes no difference"
    entities = tables.read(tmp_path / "cold", "entities")
    assert set(entities["article_id"]) == set(few["article_id"]) - {victim}


def spoil(run_dir):
    change_key(run_dir, "events")


def test_left_out_articles_are_skipped_with_their_reason(stand_in, tmp_path):
    articles = articles_of("one", "DIE", "three")
    read(tmp_path, articles)
    skipped = tables.shape("skipped", [{"source_path": "x.pdf", "reason": "format"}])
    for _ in range(2):
        skipped = partitions.add_left_out(skipped, tmp_path, articles)
        assert skipped["reason"].tolist() == ["format", "text_crashed"]
    assert skipped["source_path"].tolist() == ["x.pdf", "1.txt"]
    assert re.search(r"parse: the process died twice \(signal 9", skipped["detail"][1])


# Who reads: processes, Dask, an array; what dies and what hangs.


@pytest.fixture
def processes(monkeypatch):
    """The processes that were started to read."""
    started, start = [], subprocess.Popen

    def note(*given, **named):
        started.append(start(*given, **named))
        return started[-1]

    monkeypatch.setattr(workers.subprocess, "Popen", note)
    return started


def test_one_killed_process_and_one_hung_article_cost_one_article(stand_in, tmp_path, processes):
    def kill_one():
        while not processes:
            time.sleep(0.1)
        time.sleep(1)
        processes[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    texts = [f"SLOWLY {number}" for number in range(60)]
    articles = articles_of(*texts, "HANG")
    done = read(tmp_path, articles, runner=Runner(workers=2), terms=Terms(deadline=1))
    killer.join()
    assert len(processes) == 4, "each death brings a new one"
    assert names_in(tmp_path) == sorted(texts)
    assert reasons(tmp_path) == ["text_timeout"]
    assert done["left"] == 1


def test_a_longer_deadline_gives_an_article_another_chance(stand_in, tmp_path):
    articles = articles_of("one", "HANG")
    for deadline, read_again in ((1, 1), (1, 0), (2, 1)):
        done = read(tmp_path, articles, terms=Terms(deadline=deadline))
        assert done["read"] == read_again
    assert reasons(tmp_path) == ["text_timeout"]


@pytest.mark.parametrize(
    "runners",
    [
        pytest.param([Runner(workers=2)], id="two processes"),
        pytest.param([Runner(part=n, parts=3) for n in (2, 0, 1)], id="an array of three shares"),
        pytest.param([Runner(part=0, parts=2), Runner()], id="a share that failed, done here"),
    ],
)
def test_every_runner_gives_the_same(runners, stand_in, tmp_path):
    articles = articles_of(*(f"report {number}" for number in range(12)))
    for runner in runners:
        read(tmp_path / "many", articles, size=3, runner=runner)
    read(tmp_path / "one", articles)
    assert bytes_of(tmp_path / "many", articles) == bytes_of(tmp_path / "one", articles)


def test_dask_gives_the_same_and_survives_a_poisoned_article(stand_in, tmp_path):
    pytest.importorskip("distributed")
    texts = [f"report {number}" for number in range(8)]
    articles = articles_of(*texts, "DIE")
    read(tmp_path, articles, size=3, runner=Runner(workers=2, scheduler="local"))
    assert names_in(tmp_path) == texts
    assert reasons(tmp_path) == ["text_crashed"]


def test_an_error_that_is_no_articles_stops_the_run(stand_in, tmp_path):
    articles = articles_of("one")
    (part,) = plans.draw(tmp_path, articles)
    tables.path_of(part.folder, "articles").write_bytes(b"torn")
    with pytest.raises(WorkError, match=r"articles.parquet: damaged"):
        read(tmp_path, articles)


def test_a_process_that_cannot_start_stops_the_run(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import os; os._exit(7)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(WorkError, match="died 2 times, last while starting"):
        read(tmp_path / "run", articles_of("one"))


def test_a_worker_ends_with_those_who_ask(stand_in, tmp_path, processes):
    (part,) = plans.draw(tmp_path, articles_of("HANG"))
    failed = []

    def ask(worker):
        try:
            worker.read(part, Terms(), Terms().keys())
        except WorkError as error:
            failed.append(str(error))

    with Worker() as worker:
        asking = threading.Thread(target=ask, args=(worker,))
        asking.start()
        while not processes:
            time.sleep(0.05)
    asking.join()
    assert failed == ["the worker was stopped."]
    assert [process.poll() for process in processes] == [-9]


# What is killed or finds no room goes on where it stopped.

READ = """
import sys
from pathlib import Path
from condotta import partitions, plans, tables
run = Path(sys.argv[1])
runner = partitions.Runner(workers=2)
read = tables.read(run, "articles")
partitions.read_texts(run, read, terms=plans.Terms(), size=4, runner=runner)
"""


def start(run_dir, **options):
    command = [sys.executable, "-c", READ, str(run_dir)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)


def test_killed_again_and_again_it_ends_with_the_same_tables(stand_in, tmp_path):
    articles = articles_of(*(f"SLOWLY {number}" for number in range(60)))
    for name in ("killed", "whole"):
        tables.write(tmp_path / name, "articles", articles)
    rng, kills = random.Random(7), 0
    for longest in (1, 2, 3, 4, 4, 4):
        process = start(tmp_path / "killed")
        try:
            process.communicate(timeout=rng.uniform(0.2, longest))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
    assert kills >= 2
    for name in ("killed", "whole"):
        assert start(tmp_path / name).wait() == 0
    assert bytes_of(tmp_path / "killed", articles) == bytes_of(tmp_path / "whole", articles)
    tables.sweep(tmp_path)
    assert not list(tmp_path.rglob(".*.part"))


def test_a_full_disk_is_told_and_reading_goes_on_once_there_is_room(stand_in, tmp_path):
    noise = random.Random(1).randbytes(40_000).hex()
    articles = articles_of("short", noise)
    tables.write(tmp_path, "articles", articles)
    plans.draw(tmp_path, articles, size=1)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    process = start(tmp_path, preexec_fn=limit)
    said = process.communicate()[1].splitlines()[-1]
    assert process.returncode == 1
    assert re.search(r"WorkError: .*/partitions/0000\d: OSError: .*File too large", said)
    assert start(tmp_path).wait() == 0
    assert names_in(tmp_path) == sorted([noise, "short"])


# The first pass.


@pytest.mark.parametrize(
    ("text", "first_pass", "passes"),
    [
        pytest.param("Two mercenaries were seen in town.", "hired", True, id="hired people"),
        pytest.param("Forty men were flown to the front.", "hired", False, id="men are not hired"),
        pytest.param("Forty men were flown to the front.", "triggers", True, id="men, flown"),
        pytest.param("Shells hit the town: a rocket attack.", "triggers", True, id="an event"),
        pytest.param("The recipe needs two eggs.", "triggers", False, id="a recipe"),
        pytest.param("The recipe needs two eggs.", "", True, id="everything"),
        pytest.param("The firm hired a cook. It rained.", "triggers", True, id="inflected"),
        pytest.param("", "triggers", False, id="nothing"),
    ],
)
def test_sieve_lets_through_what_holds_the_words(text, first_pass, passes, book):
    assert stages.Sieve(first_pass, book).passes(text) is passes


def test_sieve_costs_no_article_of_the_sample_that_people_found_claims_in(book, sample):
    lines = (resources.find("data/gold") / "gold.jsonl").read_text().splitlines()
    told = {row["url"] for row in map(json.loads, lines) if row["claims"]}
    sieve = stages.Sieve("triggers", book)
    texts = sample[sample["url"].isin(told)]["text"]
    assert len(texts) >= 20
    assert all(map(sieve.passes, texts))


def test_quiet_articles_are_not_parsed(few, tmp_path):
    recipe = articles_of("The recipe needs two eggs and a spoon of sugar.")
    both = tables.shape("articles", pd.concat([few, recipe]).sort_values("article_id"))
    assert read_here(tmp_path, both) == {"parsed": 4, "kept": 0, "left": 1}
    assert reasons(tmp_path) == ["no_trigger"]
    terms = Terms(first_pass="")
    assert read_here(tmp_path, both, terms=terms) == {"parsed": 1, "kept": 4, "left": 0}


def test_first_pass_with_a_wrong_name_is_refused():
    with pytest.raises(ValueError, match=r"first_pass: 'hird' is none of '', 'triggers', 'hired'"):
        stages.Sieve("hird", codebook.load())
