"""Many walks from one file: a theatre, a month or a source each, and a page that compares them.

The walks are threads of one process: each notebook has a kernel of its own, and the process that
starts them only waits. Walks over the same reports share what they read: the first of them reads,
the others start from a copy of its folder, of which only the charts are made anew.
"""

import datetime
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from condotta import names, tables, walk

SHOWN = ("corroborated", "contested", "single_source", "denied_only")
INDEX = "index.html"


class BatchError(ValueError):
    """A batch file that cannot be read; the message says where, and what is wanted."""


class Wanted(NamedTuple):
    """One walk that is asked for."""

    name: str
    source: str
    codebook: str | None
    parameters: dict[str, Any]


class Result(NamedTuple):
    """How one walk ended; `outcome` is None where it failed, and `error` says why."""

    wanted: Wanted
    outcome: walk.Outcome | None
    error: str | None


def read_batch(path: Path) -> list[Wanted]:
    """Return the walks a batch file asks for.

    What stands at the top holds for all. `vary` names parameters with a list of values each: one
    walk for every combination. `runs` lists further walks, with a `name` and what they change.
    `source` and `codebook` are paths from the folder of the file; `month` stands for `since` and
    `until`; all else are parameters of the notebooks.

    Raises
    ------
    BatchError
        If the file is no YAML of that form, a walk has no source, or two have one name.
    """
    import yaml

    try:
        asked = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BatchError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    asked = _checked(asked, dict, path, "the file", "names and values")
    vary = _checked(asked.pop("vary", {}), dict, path, "`vary`", "names with a list of values")
    runs = _checked(asked.pop("runs", []), list, path, "`runs`", "a list of walks")
    for name, values in vary.items():
        _checked(values, list, path, f"`vary: {name}`", "a list of values")
    sets = [dict(zip(vary, values, strict=True)) for values in product(*vary.values()) if vary]
    sets += [_checked(one, dict, path, "a walk of `runs`", "names and values") for one in runs]
    wanted = [_read_set(asked | one, one, path) for one in sets or [{}]]
    if twice := [name for name, n in Counter(one.name for one in wanted).items() if n > 1]:
        raise BatchError(f"{path}: two walks are called {twice[0]!r}; give each a `name`.")
    return wanted


def _checked(value: Any, kind: type, path: Path, what: str, wanted: str) -> Any:
    if not isinstance(value, kind):
        raise BatchError(f"{path}: {what} should hold {wanted}, holds {value!r}.")
    return value


def _read_set(given: Mapping[str, Any], own: Mapping[str, Any], path: Path) -> Wanted:
    values = {str(name): _plain(value) for name, value in given.items() if value is not None}
    told = (_plain(value) for value in own.values() if not isinstance(value, list))
    name = names.slug(str(values.pop("name", None) or " ".join(map(str, told)))) or "all"
    if not values.get("source"):
        raise BatchError(f"{path}: walk {name!r} has no `source`; give one, or one for all on top.")
    if month := values.pop("month", None):
        values |= {"since": month, "until": month}
    source, codebook = (
        str(path.parent / found) if (found := values.pop(key, None)) else None
        for key in ("source", "codebook")
    )
    return Wanted(name, source, codebook, values)


def _plain(value: Any) -> Any:
    """Return a value as it would be typed; YAML makes dates and numbers of what are words here."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def run(
    wanted: Iterable[Wanted],
    out: Path,
    *,
    at_once: int = 2,
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Take every walk, in a folder of its own under `out`, and write a page that compares them.

    Parameters
    ----------
    wanted : iterable of Wanted
        As `read_batch` returns them.
    out : path
        Folder of the batch. What is done there is kept, and done again only where it changed.
    at_once : int
        Walks at one time; about 1 GB of memory each.
    tell : callable
        Called with each result as it comes.

    Returns
    -------
    list of Result
        In the order asked for. A walk that fails ends no other.
    """
    wanted = list(wanted)
    walk.check_writable(out)
    first: dict[tuple, Wanted] = {}
    for one in wanted:
        first.setdefault((one.source, one.codebook), one)
    leaders = [one for one in wanted if one in first.values()]
    results: dict[str, Result] = {}

    def take(one: Wanted) -> None:
        leader = first[one.source, one.codebook]
        if leader is not one and results[leader.name].outcome:
            _start_from(out / leader.name, out / one.name)
        results[one.name] = _take(one, out / one.name)
        tell(results[one.name])

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(take, leaders))
        list(pool.map(take, [one for one in wanted if one not in leaders]))
    ordered = [results[one.name] for one in wanted]
    write_index(ordered, out)
    return ordered


def _take(one: Wanted, folder: Path) -> Result:
    try:
        outcome = walk.run(one.source, folder, one.parameters, codebook_dir=one.codebook)
    except Exception as error:  # whatever ends one walk must not end the others
        said = str(error).splitlines() or [type(error).__name__]
        return Result(one, None, said[0])
    return Result(one, outcome, None)


def _start_from(done: Path, folder: Path) -> None:
    """Copy a finished run, so that a walk over the same reports has little left to do."""
    if not folder.exists():
        part = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(done, part, ignore=shutil.ignore_patterns(".lock", "report.html"))
        part.replace(folder)


def write_index(results: Iterable[Result], out: Path) -> Path:
    """Write the page that compares the walks of a batch, and return where it is."""
    from condotta import report

    rows = list(map(_row, results))
    asked = dict.fromkeys(name for row in rows for name in row["asked"])
    page = (
        report.environment().get_template("batch.html").render(rows=rows, asked=asked, shown=SHOWN)
    )
    tables.write_bytes(out / INDEX, page.encode("utf-8"))
    return out / INDEX


def _row(result: Result) -> dict[str, Any]:
    wanted = result.wanted
    asked = {"source": Path(wanted.source).name, **wanted.parameters}
    row = {"name": wanted.name, "asked": asked, "error": result.error, "report": None}
    if result.outcome is None:
        return row
    report = result.outcome.report
    link = f"{wanted.name}/{report.name}" if report else None
    return row | {"report": link, "lost": result.outcome.lost} | dict(_counts(result.outcome))


def _counts(outcome: walk.Outcome) -> Iterator[tuple[str, Any]]:
    """Yield how much a walk read, and how the lines stand that were asked for."""
    rows = walk.count_rows(outcome.run_dir)
    yield from ((name, rows.get(name, 0)) for name in ("articles", "claims"))
    if {"tracker", "selection"} <= rows.keys():
        lines = tables.read(outcome.run_dir, "tracker")
        chosen = tables.read(outcome.run_dir, "selection")["line_id"]
        lines = lines[lines["line_id"].isin(chosen)]
        yield "lines", len(lines)
        yield "status", lines["status"].value_counts().to_dict()
