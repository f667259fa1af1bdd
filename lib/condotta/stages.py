"""One partition in one process: texts in, rows of every table out, parses kept for the next time.

Nothing but a manifest leaves the process. A rule that fails costs the article it fails on; what
kills or hangs the process is for `workers`, which is told before every article what is at hand.
"""

import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pandas as pd

from condotta import claims, entities, events, language, plans, statements, tables
from condotta import codebook as codebooks
from condotta.sieve import FIRST_PASSES, Sieve

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin

    from condotta.codebook import Codebook

PARSES = "parses.spacy"
CHUNK = 20_000
"""Words read before rows are made of them; as many Docs are in memory at a time."""

FINDERS = {
    "entities": lambda docs, rows, found, book: entities.find_entities(docs, codebook=book),
    "statements": lambda docs, rows, found, book: statements.find_statements(
        docs, rows, found["entities"], codebook=book
    ),
    "events": lambda docs, rows, found, book: events.find_events(
        docs, rows, found["entities"], found["statements"], codebook=book
    ),
    "claims": lambda docs, rows, found, book: claims.find_claims(
        docs, rows, found["entities"], found["statements"], codebook=book
    ),
}
Say = Callable[[str, str], None]
"""Is told which article is at hand, and what is done with it."""
Found = dict[str, pd.DataFrame]
Docs = dict[str, "Doc"]
Left = dict[str, tuple[str, str]]


def read_partition(
    part: plans.Partition,
    terms: plans.Terms,
    keys: Mapping[str, str],
    left: Mapping[str, Any],
    say: Say = lambda article_id, doing: None,
) -> dict[str, int]:
    """Make all tables of a partition that are not there yet, and return what was done.

    Parameters
    ----------
    part, terms, keys
        What `plans.read` and `plans.Terms` give.
    left : mapping
        Articles to leave out, each with reason and detail.
    say : callable, optional
        Called with the article that is read next.

    Returns
    -------
    dict
        How many articles there are, how many were `parsed`, `kept` from before, and `left` out.
    """
    say("", "starting")
    book = codebooks.load(terms.codebook_dir)
    articles = tables.read(part.folder, "articles")
    given = {**_quiet(articles, Sieve(terms.first_pass, book)), **left}
    work = _Work(part, book, given, say)
    stale = [name for name in plans.STAGES if not work.has(name, keys)]
    found = work.run(articles, stale, keys["parse"])
    failed = {key: why for key, why in work.left.items() if key not in given}
    if failed and len(stale) < len(plans.STAGES):
        return read_partition(part, terms, keys, {**left, **failed}, say)  # out of every table
    say("", "writing")
    for name in stale:
        tables.write(part.folder, name, found[name])
    manifest = {
        "content": part.content,
        "deadline": terms.deadline,
        "left": work.left,
        "parses": work.keep(keys["parse"]),
        "tables": {name: _entry(part, name, keys[name]) for name in plans.STAGES},
    }
    plans.write_json(part.folder / "manifest.json", manifest)
    return {"articles": len(articles), **work.counts, "left": len(work.left)}


def _entry(part: plans.Partition, name: str, key: str) -> dict[str, str | None]:
    return {"key": key, "digest": plans.digest(tables.path_of(part.folder, name))}


def _quiet(articles: pd.DataFrame, sieve: Sieve) -> Left:
    """Return the articles that the first pass leaves out."""
    texts = zip(articles["article_id"], articles["text"], strict=True)
    why = (plans.QUIET, f"not parsed: {FIRST_PASSES[sieve.first_pass]}")
    return {article_id: why for article_id, text in texts if not sieve.passes(text)}


class _Work:
    """What is at hand while one partition is read."""

    def __init__(self, part: plans.Partition, book: "Codebook", left: Left, say: Say) -> None:
        self.part, self.book, self.left, self.say = part, book, dict(left), say
        self.before = plans.read_manifest(part.folder)
        self.counts = {"parsed": 0, "kept": 0}
        self._pack: DocBin | None = None
        self._packed: list[str] = []

    def has(self, name: str, keys: Mapping[str, str]) -> bool:
        """Return whether a table need not be made again."""
        same = plans.holds(self.part, self.before, name, keys[name])
        return same and self.before["left"].keys() == self.left.keys()

    def run(self, articles: pd.DataFrame, stale: list[str], parse_key: str) -> Found:
        """Return the tables that are stale, made anew."""
        made = {name: [tables.empty(name)] for name in stale}
        if stale:
            out = {*self.left, *language.unparsed(articles)["article_id"]}
            todo = articles[~articles["article_id"].isin(out)]
            held = {n: tables.read(self.part.folder, n) for n in plans.STAGES if n not in stale}
            for docs in _in_chunks(self._docs(todo, parse_key)):
                for name, table in self._read(docs, todo, held, stale).items():
                    made[name].append(table)
        return {name: tables.shape(name, pd.concat(found)) for name, found in made.items()}

    def _read(self, docs: Docs, todo: pd.DataFrame, held: Found, stale: list[str]) -> Found:
        """Return the rows of some articles; where reading fails, of those that can be read."""
        try:
            return self._find(docs, todo, held, stale)
        except Exception as error:
            if len(docs) == 1:
                self._give_up(*docs, error)
                return {}
        alone = [self._read({key: doc}, todo, held, stale) for key, doc in docs.items()]
        return {n: pd.concat([found[n] for found in alone if found]) for n in stale if any(alone)}

    def _find(self, docs: Docs, todo: pd.DataFrame, held: Found, stale: list[str]) -> Found:
        rows = todo[todo["article_id"].isin(list(docs))]
        found = {name: table[table["article_id"].isin(list(docs))] for name, table in held.items()}
        for name in stale:
            found[name] = FINDERS[name](self._watched(docs, name), rows, found, self.book)
        return {name: found[name] for name in stale}

    def _watched(self, docs: Docs, doing: str) -> Iterator[tuple[str, "Doc"]]:
        for article_id, doc in docs.items():
            self.say(article_id, doing)
            yield article_id, doc
        self.say("", doing)

    def _docs(self, todo: pd.DataFrame, parse_key: str) -> Iterator[tuple[str, "Doc"]]:
        known, kept = self._kept(parse_key)
        if not known.issuperset(todo["article_id"]):
            self._pack = language.new_pack()
        for article_id, text in zip(todo["article_id"], todo["text"], strict=True):
            self.say(article_id, "parse")
            doc = next((doc for key, doc in kept if key == article_id), None)
            if article_id in known and doc is not None and doc.text == text:
                self.counts["kept"] += 1
            else:
                doc = self._parse(article_id, text)
            if doc is not None:
                self._put(article_id, doc)
                yield article_id, doc

    def _kept(self, parse_key: str) -> tuple[set[str], Iterator[tuple[str, "Doc"]]]:
        """Return the articles whose parses were kept, and these, unless they do not hold now."""
        entry = self.before.get("parses") or {}
        path = self.part.folder / PARSES
        if entry.get("key") != parse_key or entry["digest"] != plans.digest(path):
            return set(), iter(())
        return set(entry["ids"]), language.unpack(path.read_bytes(), entry["ids"])

    def _parse(self, article_id: str, text: str) -> "Doc | None":
        try:
            doc = language.open_pipeline()(text)
        except Exception as error:
            return self._give_up(article_id, error)
        self.counts["parsed"] += 1
        return doc

    def _give_up(self, article_id: str, error: Exception) -> None:
        said = (str(error).splitlines() or [""])[0][:200]
        self.left[article_id] = (plans.FAILED, f"{type(error).__name__}: {said}")

    def _put(self, article_id: str, doc: "Doc") -> None:
        if self._pack is not None:
            self._pack.add(doc)
            self._packed.append(article_id)

    def keep(self, parse_key: str) -> dict[str, Any] | None:
        """Write the parses, if any is new, and return what the manifest says of them."""
        if self._pack is None:
            return self.before.get("parses")
        path = self.part.folder / PARSES
        tables.write_bytes(path, self._pack.to_bytes())
        return {"key": parse_key, "digest": plans.digest(path), "ids": self._packed}


def _in_chunks(docs: Iterable[tuple[str, "Doc"]]) -> Iterator[Docs]:
    """Yield parsed articles, some at a time, so that few Docs are in memory."""
    chunk: Docs = {}
    for article_id, doc in docs:
        chunk[article_id] = doc
        if sum(map(len, chunk.values())) >= CHUNK:
            yield chunk
            chunk = {}
    if chunk:
        yield chunk


def main() -> None:
    """Read partitions as they are asked for on standard input, until it is closed.

    One line of JSON asks for one partition; lines of JSON tell what is at hand and what was done.
    When the process that asks is gone, this one ends at once, in the midst of an article.
    """
    gc.set_threshold(200_000, 50, 100)  # gazetteer and pipeline are many objects, and stay
    asked: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is not taken for an answer

    def tell(**message: Any) -> None:
        told.write(json.dumps(message) + "\n")
        told.flush()

    while True:
        task = json.loads(asked.get())
        part = plans.Partition(Path(task["part"][0]), *task["part"][1:])
        say = lambda article_id, doing: tell(at=article_id, doing=doing)  # noqa: E731
        try:
            done = read_partition(
                part, plans.Terms(*task["terms"]), task["keys"], task["left"], say
            )
        except Exception as error:
            tell(error=f"{type(error).__name__}: {error}")
        else:
            tell(done=done)


def _listen(asked: "SimpleQueue[str]") -> None:
    for line in sys.stdin:
        asked.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
