"""The notebooks in order, by papermill: checked before a kernel starts, resumed where it stopped.

Papermill's own output cannot say whether a step succeeded: after a kernel died or a cell ran out
of time it marks every cell as completed. So each step gets a mark of its own, written after
papermill returned and holding what the step depends on; a step is done if its mark still fits.
"""

import json
import os
import platform
import shutil
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from condotta import (
    articles,
    fingerprints,
    kernels,
    parameters,
    partitions,
    plans,
    resources,
    tables,
)
from condotta.partitions import Runner

PACKAGES = ("condotta", "spacy", "pandas", "pyarrow", "papermill", "plotly")
# Parameters that `run` sets by itself: which, and what to use instead.
RESERVED = {"run_dir": "--out", "source": "SOURCE", "codebook_dir": "--codebook"}
OUTPUTS = ("tables", "figures")
REPORT = "report.html"


class WalkError(RuntimeError):
    """A walk was refused or failed; the message says where, and what to do."""


class Step(NamedTuple):
    """One notebook and the parameters it will get."""

    notebook: Path
    parameters: dict[str, Any]

    @property
    def name(self) -> str:
        """The notebook's file name without its suffix, such as ``05-claims``."""
        return self.notebook.stem


class Outcome(NamedTuple):
    """What a walk left behind."""

    run_dir: Path
    report: Path | None
    lost: int
    reused: list[str]
    texts: dict[str, int]


def notebooks() -> list[Path]:
    """Return the notebooks of the walk, in order."""
    return sorted(resources.find("notebooks").glob("0[1-7]-*.ipynb"))


def plan(given: Mapping[str, Any], fixed: Mapping[str, Any]) -> list[Step]:
    """Return the steps of a walk; every name goes to each notebook that declares it.

    Parameters
    ----------
    given : mapping
        What a person asks for. Text is turned into the declared type.
    fixed : mapping
        What the walk itself sets, see `RESERVED`.

    Raises
    ------
    parameters.ParameterError
        If no notebook declares a name, or a value is not of the declared type.
    """
    declared = {path: parameters.read(path) for path in notebooks()}
    known = {name: spec for specs in declared.values() for name, spec in specs.items()}
    values = parameters.convert(given, known, reserved=RESERVED) | fixed
    return [
        Step(path, {name: values.get(name, spec.default) for name, spec in specs.items()})
        for path, specs in declared.items()
    ]


def run(
    source: str | Path,
    run_dir: str | Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    codebook_dir: str | Path | None = None,
    fresh: bool = False,
    progress: bool = False,
    cell_timeout: int = 3600,
    runner: Runner = partitions.ALONE,
    gather: bool = False,
) -> Outcome:
    """Take reports through every notebook, and return where the results are.

    Parameters
    ----------
    source : path or glob
        What `articles.read_articles` reads.
    run_dir : path
        Folder of the run; made if missing. Steps that are done there and whose notebook,
        parameters, inputs, code, codebook and pipeline are the same are not run again.
    parameters : mapping, optional
        Values for parameters of the notebooks, as `parameters.read` lists them.
    codebook_dir : path, optional
        Folder with additions to the shipped codebook.
    fresh : bool
        Forget what is done there, kept parses included.
    progress : bool
        Draw a bar on standard error.
    cell_timeout : int
        Seconds after which a cell counts as stuck.
    runner : Runner
        Who reads the texts: so many processes, a Dask scheduler, or one share of an array. With a
        share nothing but this is done, and `report` is None.
    gather : bool
        Read no texts: all shares of an array are done.

    Raises
    ------
    WalkError, articles.SourceError, parameters.ParameterError, codebook.CodebookError
        Refused before a kernel started, or failed: where, and what to do.
    """
    run_dir = Path(run_dir).expanduser().resolve()
    articles.check_source(source)
    fixed = {"run_dir": str(run_dir), "source": absolute(source)}
    if codebook_dir:
        fixed["codebook_dir"] = absolute(codebook_dir)
    steps = plan(parameters or {}, fixed)
    _check_codebook(codebook_dir)
    _check_folder(run_dir)
    one_of_many = runner.part is not None
    with _locked(run_dir, wait=one_of_many):
        if fresh:
            for name in ("steps", "partitions"):
                shutil.rmtree(run_dir / name, ignore_errors=True)
        tables.sweep(run_dir)
        walk = _Walk(run_dir, steps, parameters or {}, codebook_dir, progress, cell_timeout)
        if not one_of_many:
            return walk.take(runner, gather)
        walk.take_until_texts()
    # Shares of an array work beside each other, so that none of them holds the folder.
    return Outcome(run_dir, None, 0, [], walk.read_share(runner))


def absolute(path: str | Path) -> str:
    """Return a path, or a glob, from the root, without asking whether it is there."""
    return os.path.abspath(Path(path).expanduser())  # noqa: PTH100 (a glob cannot be resolved)


def _check_codebook(codebook_dir: str | Path | None) -> None:
    if codebook_dir:
        from condotta import codebook

        codebook.load(codebook_dir)


def check_writable(folder: Path) -> None:
    """Raise `WalkError` unless the folder can be made and written."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tables.write_bytes(probe, b"")
        probe.unlink()
    except OSError as error:
        raise WalkError(
            f"{folder}: cannot be written ({error.strerror}); choose another folder (--out)."
        ) from None


def _check_folder(run_dir: Path) -> None:
    """Raise unless the folder of a run can be written, and holds a run or nothing."""
    check_writable(run_dir)
    held = {path.name for path in run_dir.iterdir() if not path.name.startswith(".")}
    if held and not held & {"run.json", "steps", "notebooks", *OUTPUTS}:
        raise WalkError(
            f"{run_dir}: holds other files ({min(held)}); choose a folder of its own for the run."
        )


@contextmanager
def _locked(run_dir: Path, *, wait: bool = False) -> Iterator[None]:
    """Keep a second walk out of the folder; the lock goes with the process that holds it."""
    import fcntl

    with (run_dir / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            file.seek(0)
            raise WalkError(
                f"{run_dir}: in use by {file.read().strip() or 'another process'}; "
                "wait until it is done, or choose another --out."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()} since {_now()}")
        file.flush()
        yield
        file.truncate(0)


class _Walk:
    """One walk through the steps, in a folder that is locked."""

    def __init__(
        self,
        run_dir: Path,
        steps: list[Step],
        given: Mapping[str, Any],
        codebook_dir: str | Path | None,
        progress: bool,
        cell_timeout: int,
    ) -> None:
        self.run_dir, self.steps, self.progress = run_dir, steps, progress
        self.cell_timeout = cell_timeout
        source = steps[0].parameters["source"]
        self.base, self.sources = fingerprints.of_code(codebook_dir), fingerprints.inputs(source)
        self.marks: dict[str, dict] = {}
        self.reused: list[str] = []
        self.texts: dict[str, int] = {}
        self.before = plans.read_json(run_dir / "run.json") or {}
        self.record = {
            "condotta": metadata.version("condotta"),
            "python": platform.python_version(),
            "digests": self.base,
            "packages": {name: metadata.version(name) for name in PACKAGES},
            "source": source,
            "codebook": absolute(codebook_dir) if codebook_dir else None,
            "parameters": dict(given),
            "inputs": self.sources,
            "started_at": _now(),
        }

    def take(self, runner: Runner, gather: bool) -> Outcome:
        """Take all steps and write the report."""
        self._write(status="running")
        try:
            self._take(self.steps, runner, gather)
            if len(self.reused) == len(self.steps) and self._is_reported():
                found = {name: self.before[name] for name in ("rows", "lost", "report")}
            else:
                found = {"rows": count_rows(self.run_dir), "lost": count_lost(self.run_dir)}
                found["report"] = _digest(_write_report(self.run_dir))
        except WalkError as error:
            self._write(status="failed", error=str(error))
            raise
        self._write(status="done", **found)
        report = self.run_dir / REPORT if found["report"] else None
        return Outcome(self.run_dir, report, found["lost"], self.reused, self.texts)

    def take_until_texts(self) -> None:
        """Take the steps before texts are read, and draw the partitions."""
        at = next(i for i, step in enumerate(self.steps) if reads_texts(step))
        self._take(self.steps[:at], partitions.ALONE, gather=False)
        plans.draw(self.run_dir, tables.read(self.run_dir, "articles"))
        self._write(status="reading texts")

    def read_share(self, runner: Runner) -> dict[str, int]:
        """Read the texts of one share of an array."""
        step = next(step for step in self.steps if reads_texts(step))
        return partitions.read_partitions(
            plans.read(self.run_dir), _terms(step), runner, progress=self.progress
        )

    def _take(self, steps: list[Step], runner: Runner, gather: bool) -> None:
        from tqdm import tqdm

        with tqdm(steps, unit="step", disable=not self.progress, leave=False) as bar:
            for step in bar:
                bar.set_description(step.name)
                key = _key(step, self.base, self.sources, self.marks.values())
                mark = _read_mark(self.run_dir, step)
                if mark and mark["key"] == key and self._holds(step, mark):
                    self.reused.append(step.name)
                else:
                    if reads_texts(step):
                        self._read_texts(step, runner, gather)
                    mark = _execute(step, self.run_dir, key, self.cell_timeout)
                self.marks[step.name] = mark

    def _holds(self, step: Step, mark: dict) -> bool:
        """Return whether every output is as this step left it, or as a later one did."""
        later = self.steps[self.steps.index(step) + 1 :]
        marks = [mark, *filter(None, (_read_mark(self.run_dir, one) for one in later))]
        allowed = {path: [m["outputs"].get(path) for m in marks] for path in mark["outputs"]}
        return fingerprints.hold(self.run_dir, allowed)

    def _read_texts(self, step: Step, runner: Runner, gather: bool) -> None:
        """Read the texts before the notebook that gathers what they gave, by many if asked."""
        try:
            read = tables.read(self.run_dir, "articles")
            if gather:
                _check_gathered(plans.draw(self.run_dir, read), _terms(step))
            self.texts = partitions.read_texts(
                self.run_dir, read, terms=_terms(step), runner=runner, progress=self.progress
            )
        except (partitions.WorkError, OSError) as error:
            raise WalkError(
                f"reading texts failed: {error} What was done before is kept, so give the same "
                "command again once this is mended."
            ) from error

    def _is_reported(self) -> bool:
        """Return whether the report is the one that was written for these steps."""
        known = self.before.get("report")
        same = self.before.get("digests") == self.base and self.before.get("status") == "done"
        return same and bool(known) and _digest(self.run_dir / REPORT) == known

    def _write(self, **more: Any) -> None:
        seconds = {name: mark["seconds"] for name, mark in self.marks.items()}
        done = {"seconds": seconds, "reused": self.reused, "texts": self.texts}
        write = {**self.record, **more, **done, "ended_at": _now()}
        _write_json(self.run_dir / "run.json", write)


def reads_texts(step: Step) -> bool:
    """Return whether a step is the one before which texts are read."""
    return "first_pass" in step.parameters


def _terms(step: Step) -> plans.Terms:
    given = step.parameters
    return plans.Terms(given["codebook_dir"] or None, given["first_pass"], given["deadline"])


def _check_gathered(parts: list[plans.Partition], terms: plans.Terms) -> None:
    """Raise unless every share of an array has done its part."""
    keys = terms.keys()
    missing = [part.folder for part in parts if not plans.is_done(part, terms, keys)]
    if missing:
        raise WalkError(
            f"{missing[0]}: not read yet, as {len(missing)} of {len(parts)} partitions; run the "
            "shares that are missing, or leave --gather away to read them here."
        )


def _digest(path: Path | None) -> str | None:
    return fingerprints.of_file(path) if path and path.exists() else None


def _write_report(run_dir: Path) -> Path | None:
    if not (run_dir / "figures").exists():  # a walk cut short before its charts
        return None
    from condotta import report

    return report.write_report(run_dir)


def count_lost(run_dir: Path) -> int:
    """Return how many rows of `skipped` stand for an article that could not be read."""
    skipped = tables.read(run_dir, "skipped")
    return int((~skipped["reason"].isin({*articles.NO_ARTICLE, plans.QUIET})).sum())


def _execute(step: Step, run_dir: Path, key: str, cell_timeout: int) -> dict:
    """Run one notebook and write its mark; the executed copy stays, whichever way it went."""
    target = run_dir / "notebooks" / step.notebook.name
    failed = target.with_suffix(".failed.ipynb")
    part = target.with_name(f".{step.name}.part.ipynb")
    target.parent.mkdir(exist_ok=True)
    _mark_of(run_dir, step).unlink(missing_ok=True)
    before, began = fingerprints.stamps(run_dir, OUTPUTS), time.monotonic()
    try:
        kernels.execute(step.notebook, part, step.parameters, cell_timeout=cell_timeout)
    except BaseException as error:
        if part.exists():
            part.replace(failed)
        if isinstance(error, Exception):
            raise WalkError(
                f"{step.name} {kernels.explain(error)} See {failed}; what was done before is kept, "
                "so give the same command again once this is mended."
            ) from error
        raise
    part.replace(target)
    failed.unlink(missing_ok=True)
    made = sorted(
        path
        for path, stamp in fingerprints.stamps(run_dir, OUTPUTS).items()
        if before.get(path) != stamp
    )
    mark = {
        "key": key,
        "seconds": round(time.monotonic() - began, 2),
        "outputs": {path: fingerprints.of_file(run_dir / path) for path in made},
    }
    _write_json(_mark_of(run_dir, step), mark)
    return mark


def _key(step: Step, base: Mapping[str, str], sources: list[dict], marks: Iterable[dict]) -> str:
    """Return the digest of all that a step depends on, without the paths of this machine."""
    cells = json.loads(step.notebook.read_text(encoding="utf-8"))["cells"]
    parts = [
        dict(base),
        [cell["source"] for cell in cells],
        {k: v for k, v in step.parameters.items() if k not in RESERVED},
        sources if "source" in step.parameters else None,
        [mark["outputs"] for mark in marks],
        _decided(step),
    ]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _decided(step: Step) -> str | None:
    """Return the key of all decisions of people, for a step that follows them."""
    if not (ledger := step.parameters.get("ledger")):
        return None
    if "://" not in ledger and not resources.locate(ledger).exists():
        return tables.key("d")  # nobody decided; to say so, no table library is loaded
    from condotta import reviews

    return tables.key("d", *reviews.read(ledger)["review_id"])


def _mark_of(run_dir: Path, step: Step) -> Path:
    return run_dir / "steps" / f"{step.name}.json"


def _read_mark(run_dir: Path, step: Step) -> dict | None:
    try:
        return json.loads(_mark_of(run_dir, step).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def count_rows(run_dir: Path) -> dict[str, int]:
    """Return how many rows each table of a run has."""
    import pyarrow.parquet as parquet

    paths = sorted((run_dir / "tables").glob("[!.]*.parquet"))
    return {path.stem: parquet.read_metadata(path).num_rows for path in paths}


def _write_json(target: Path, content: dict) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False)
    tables.write_bytes(target, f"{text}\n".encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
