"""Which articles form which partition, and what of it is done.

A partition is about a thousand articles that one process reads from parse to claims. Articles that
are new form new partitions and leave the old ones as they were. What a partition gave counts only
if its manifest, written last, lists it with the digest that the file has.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import fingerprints, tables

if TYPE_CHECKING:
    import pandas as pd

SIZE = 1000
STAGES = {
    "entities": (),
    "statements": ("entities",),
    "events": ("entities", "statements"),
    "claims": ("entities", "statements"),
}
"""The tables that are read from texts, each with those it is read with."""
PLACE = ["source_path", "source_sha256", "format"]  # where an article came from, not what it says
QUIET, SLOW, CRASHED, FAILED = REASONS = "no_trigger", "text_timeout", "text_crashed", "text_failed"
"""Why an article was not read: left out by the first pass, or given up."""


class Partition(NamedTuple):
    """Some articles of a run, in a folder of their own."""

    folder: Path
    content: str
    n_articles: int
    n_words: int


class Terms(NamedTuple):
    """What a run asks of its partitions."""

    codebook_dir: str | None = None
    first_pass: str = ""
    deadline: int = 120

    def keys(self) -> dict[str, str]:
        """Return the key of every stage: it moves with code, codebook, readers and parameters."""
        from condotta import language

        book = fingerprints.of_codebook(self.codebook_dir)
        keys = {"parse": language.version()}
        sieved = [fingerprints.of_module("sieve"), book] if self.first_pass else []
        base = [keys["parse"], self.first_pass, *sieved, book, fingerprints.of_learned()]
        for name, needs in STAGES.items():
            code = fingerprints.of_module(name)
            keys[name] = tables.key("k", name, code, *base, *(keys[need] for need in needs))
        return keys


def folder_of(run_dir: Path) -> Path:
    """Return where a run keeps its partitions."""
    return Path(run_dir) / "partitions"


def draw(run_dir: Path, articles: "pd.DataFrame", *, size: int = SIZE) -> list[Partition]:
    """Return the partitions of a run, having put new articles in new ones.

    Parameters
    ----------
    run_dir : Path
        Folder of the run.
    articles : DataFrame
        The table `articles`.
    size : int
        Most articles in a new partition.
    """
    articles = articles.sort_values("article_id", ignore_index=True)
    members = _assign(read_members(run_dir), articles["article_id"], size)
    numbers = articles["article_id"].map(members.set_index("article_id")["partition"])
    parts = [_lay(run_dir, number, rows) for number, rows in articles.groupby(numbers)]
    tables.write_frame(folder_of(run_dir) / "members.parquet", members)
    _sweep(run_dir, parts)
    listed = [part._asdict() | {"folder": part.folder.name} for part in parts]
    write_json(folder_of(run_dir) / "plan.json", listed)
    return parts


def read_members(run_dir: Path) -> "pd.DataFrame":
    """Return which article is in which partition, as it was drawn last."""
    import pandas as pd

    path = folder_of(run_dir) / "members.parquet"
    if path.exists():
        return tables.read_frame(path)
    return pd.DataFrame({"article_id": [], "partition": []}).astype(
        {"article_id": "str", "partition": "int64"}
    )


def read(run_dir: Path) -> list[Partition]:
    """Return the partitions as they were drawn last; none before that."""
    listed = read_json(folder_of(run_dir) / "plan.json") or []
    return [Partition(**one | {"folder": folder_of(run_dir) / one["folder"]}) for one in listed]


def _assign(members: "pd.DataFrame", article_ids: "pd.Series", size: int) -> "pd.DataFrame":
    """Return members with those that are gone left out and those that are new put at the end."""
    import pandas as pd

    kept = members[members["article_id"].isin(article_ids)]
    new = article_ids[~article_ids.isin(kept["article_id"])].sort_values(ignore_index=True)
    first = int(members["partition"].max()) + 1 if len(members) else 0
    added = pd.DataFrame({"article_id": new, "partition": first + new.index // size})
    return pd.concat([kept, added], ignore_index=True)


def _lay(run_dir: Path, number: int, rows: "pd.DataFrame") -> Partition:
    """Write the articles of one partition, unless they are there as they are now."""
    from pandas.util import hash_pandas_object

    said = hash_pandas_object(rows.drop(columns=PLACE), index=False)
    content = blake2b(said.to_numpy().tobytes(), digest_size=8).hexdigest()
    part = Partition(
        folder_of(run_dir) / f"{int(number):05}", content, len(rows), int(rows["n_words"].sum())
    )
    mark = part.folder / "content"
    if not mark.exists() or mark.read_text() != content:
        mark.unlink(missing_ok=True)
        tables.write(part.folder, "articles", rows)
        tables.write_bytes(mark, content.encode())
    return part


def _sweep(run_dir: Path, parts: list[Partition]) -> None:
    """Remove partitions of which no article is left."""
    current = {part.folder.name for part in parts}
    for folder in folder_of(run_dir).iterdir():
        if folder.is_dir() and folder.name not in current:
            shutil.rmtree(folder, ignore_errors=True)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a partition says it holds; nothing where it was not finished."""
    return read_json(folder / "manifest.json") or {}


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, or None where there is none that is whole."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file, whole or not at all."""
    tables.write_bytes(path, f"{json.dumps(content, ensure_ascii=False)}\n".encode())


def digest(path: Path) -> str | None:
    """Return the digest of a file, or None where there is none."""
    try:
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except FileNotFoundError:
        return None


def holds(part: Partition, manifest: Mapping[str, Any], name: str, key: str) -> bool:
    """Return whether a table of a partition is there, whole, and made from what is given now."""
    made = manifest.get("tables", {}).get(name)
    return bool(
        made
        and manifest["content"] == part.content
        and made["key"] == key
        and made["digest"] == digest(tables.path_of(part.folder, name))
    )


def is_done(part: Partition, terms: Terms, keys: Mapping[str, str]) -> bool:
    """Return whether nothing is left to do in a partition."""
    manifest = read_manifest(part.folder)
    slow = any(reason == SLOW for reason, _ in manifest.get("left", {}).values())
    return not (slow and manifest["deadline"] < terms.deadline) and all(
        holds(part, manifest, name, keys[name]) for name in STAGES
    )


def left_out(run_dir: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the articles that were not read to the end: key, reason, detail."""
    for part in read(run_dir):
        for article_id, (reason, detail) in read_manifest(part.folder).get("left", {}).items():
            yield article_id, reason, detail
