"""The texts of a run, read in partitions: by processes here, by Dask, or one share of an array.

All three do the same: a partition is read by one process as `stages` says, and what it gave is
found by its manifest. So the tables are the same bytes whoever made them, with however many.
"""

import atexit
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from condotta import fingerprints, plans, tables
from condotta.plans import Partition, Terms
from condotta.workers import Worker, WorkError

if TYPE_CHECKING:
    import pandas as pd


class Runner(NamedTuple):
    """Who reads the partitions of a run."""

    workers: int = 1
    scheduler: str | None = None
    part: int | None = None
    parts: int = 1

    def share(self, todo: list[Partition]) -> list[Partition]:
        """Return the partitions that are this runner's: all, or one share of an array."""
        if self.part is None:
            return todo
        return [one for one in todo if int(one.folder.name) % self.parts == self.part]


ALONE = Runner()
_HERE = threading.local()  # a process for every thread of a Dask worker


def read_texts(
    run_dir: Path,
    articles: "pd.DataFrame",
    *,
    terms: Terms,
    runner: Runner = ALONE,
    size: int = plans.SIZE,
    progress: bool = False,
) -> dict[str, int]:
    """Read what is not read yet, and return what was done.

    Parameters
    ----------
    run_dir : Path
        Folder of the run.
    articles : DataFrame
        The table `articles`.
    terms : Terms
        Codebook, first pass, and seconds an article may take.
    runner : Runner
        How many processes, or the address of a Dask scheduler.
    size : int
        Most articles in a partition.
    progress : bool
        Draw a bar on standard error.

    Returns
    -------
    dict
        Counts of partitions (`partitions`, of them `read` now and `ready` before) and, for those
        that were read, of articles (`parsed`, `kept` from an earlier parse, `left` out).

    Raises
    ------
    WorkError
        If a partition could not be read for a reason that lies in no article.
    """
    if runner.workers > 1:  # of few articles each process gets some
        size = min(size, -(-len(articles) // (4 * runner.workers)) or 1)
    parts = plans.draw(run_dir, articles, size=size)
    plans.write_json(plans.folder_of(run_dir) / "terms.json", terms._asdict())
    return read_partitions(parts, terms, runner, progress=progress)


def read_partitions(
    parts: list[Partition], terms: Terms, runner: Runner = ALONE, *, progress: bool = False
) -> dict[str, int]:
    """Read those of some partitions that are not done, and return what was done."""
    from tqdm import tqdm

    keys = terms.keys()
    mine = runner.share(parts)
    todo = [part for part in mine if not plans.is_done(part, terms, keys)]
    counts = {"partitions": len(mine), "read": len(todo), "ready": len(mine) - len(todo)}
    counts |= {"parsed": 0, "kept": 0, "left": 0}
    read = partial(_by_dask, runner) if runner.scheduler else partial(_by_processes, runner)
    total = sum(part.n_articles for part in todo)
    with tqdm(total=total, unit="article", disable=not progress, leave=False) as bar:
        for row in read(todo, terms, keys) if todo else ():
            bar.update(row["articles"])
            for name in ("parsed", "kept", "left"):
                counts[name] += row[name]
    return counts


def _by_processes(
    runner: Runner, todo: list[Partition], terms: Terms, keys: dict[str, str]
) -> Iterator[dict]:
    """Yield what each partition gave, read by processes of this machine."""
    n_workers = min(runner.workers, len(todo))
    idle: SimpleQueue[Worker] = SimpleQueue()

    def read(part: Partition) -> dict:
        worker = idle.get()
        try:
            return worker.read(part, terms, keys)
        finally:
            idle.put(worker)

    with ExitStack() as held:
        pool = held.enter_context(ThreadPoolExecutor(n_workers))
        for _ in range(n_workers):
            idle.put(held.enter_context(Worker()))
        asked = [pool.submit(read, part) for part in todo]
        try:
            for done in as_completed(asked):
                yield done.result()
        except BaseException:
            for one in asked:
                one.cancel()
            raise


def _by_dask(
    runner: Runner, todo: list[Partition], terms: Terms, keys: dict[str, str]
) -> Iterator[dict]:
    """Yield what each partition gave, read by the workers of a Dask cluster.

    A partition is asked for when another is done, so that the scheduler never holds many.
    """
    try:
        from distributed import as_completed as completed
    except ImportError:
        raise WorkError("Dask is not installed; `pip install 'condotta[dask]'`.") from None
    with _cluster(runner) as client:
        _check_alike(client, todo[0])
        waiting = iter(todo)
        window = 2 * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        first = islice(waiting, window)
        asked = completed([_submit(client, part, terms, keys) for part in first])
        for done in asked:
            yield done.result()
            if (part := next(waiting, None)) is not None:
                asked.add(_submit(client, part, terms, keys))


def _submit(client: Any, part: Partition, terms: Terms, keys: dict[str, str]) -> Any:
    return client.submit(read_here, part, terms, keys, pure=False, retries=3)


def _cluster(runner: Runner) -> Any:
    """Return a client of the cluster at an address, or of one on this machine."""
    from distributed import Client

    if runner.scheduler != "local":
        return Client(runner.scheduler, timeout="30s")
    return Client(
        n_workers=runner.workers, threads_per_worker=1, dashboard_address=None, memory_limit=0
    )


def _check_alike(client: Any, part: Partition) -> None:
    """Raise unless every worker has this code and pipeline, and sees the folder of the run."""
    here = _version(str(part.folder))
    for address, there in client.run(_version, str(part.folder)).items():
        if there != here:
            raise WorkError(
                f"Dask worker {address}: its condotta is another, or it does not see "
                f"{part.folder}; install the same version there, on a shared file system."
            )


def _version(folder: str) -> tuple[dict[str, str], bool]:
    return fingerprints.of_code(), Path(folder).is_dir()


def read_here(part: Partition, terms: Terms, keys: dict[str, str]) -> dict:
    """Read one partition in a process of this machine, which stays for the next."""
    if not hasattr(_HERE, "worker"):
        _HERE.worker = Worker()
        atexit.register(_HERE.worker.__exit__)
    return _HERE.worker.read(Partition(*part), Terms(*terms), keys)


def read_terms(run_dir: Path) -> Terms:
    """Return on which terms the texts of a run were read last."""
    return Terms(**(plans.read_json(plans.folder_of(run_dir) / "terms.json") or {}))


def gather(
    run_dir: Path, name: str, articles: "pd.DataFrame", *, codebook_dir: str | None = None
) -> "pd.DataFrame":
    """Return one table of all partitions, in the order of articles and positions.

    Where code, codebook or articles have changed since the texts were read, they are read again
    first, from kept parses as far as these hold.

    Parameters
    ----------
    run_dir : Path
        Folder of the run.
    name : str
        One of `plans.STAGES`.
    articles : DataFrame
        The table `articles`.
    codebook_dir : str, optional
        Folder with additions to the codebook.
    """
    import pandas as pd

    terms = read_terms(run_dir)._replace(codebook_dir=codebook_dir or None)
    read_texts(run_dir, articles, terms=terms)
    parts = plans.read(run_dir)
    found = [tables.read(part.folder, name) for part in parts]
    whole = pd.concat([tables.empty(name), *found])
    return tables.shape(name, whole.sort_values("article_id", kind="stable", ignore_index=True))


def add_left_out(
    skipped: "pd.DataFrame", run_dir: Path, articles: "pd.DataFrame"
) -> "pd.DataFrame":
    """Return the table `skipped` with the articles that were not read as they stand now.

    One row is an article that the first pass left out (`no_trigger`), or that was given up: it took
    too long (`text_timeout`), killed the process that read it (`text_crashed`), or a rule failed on
    it (`text_failed`).
    """
    paths = dict(zip(articles["article_id"], articles["source_path"], strict=True))
    rows = [
        {"source_path": paths[article_id], "reason": reason, "detail": detail}
        for article_id, reason, detail in plans.left_out(run_dir)
    ]
    others = skipped[~skipped["reason"].isin(plans.REASONS)]
    rows.sort(key=lambda row: tuple(row.values()))
    return tables.shape("skipped", [*others.to_dict("records"), *rows])
