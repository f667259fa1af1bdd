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

from condotta import articles, fingerprints, kernels, parameters, resources, tables

PACKAGES = ("condotta", "spacy", "pandas", "pyarrow", "papermill", "plotly")
# Parameters that `run` sets by itself: which, and what to use instead.
RESERVED = {"run_dir": "--out", "source": "SOURCE", "codebook_dir": "--codebook"}
OUTPUTS = ("tables", "figures")


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
    with _locked(run_dir):
        if fresh:
            for name in ("steps", "parses"):
                shutil.rmtree(run_dir / name, ignore_errors=True)
        return _take(steps, run_dir, parameters or {}, codebook_dir, progress, cell_timeout)


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
def _locked(run_dir: Path) -> Iterator[None]:
    """Keep a second walk out of the folder; the lock goes with the process that holds it."""
    import fcntl

    with (run_dir / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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


def _take(
    steps: list[Step],
    run_dir: Path,
    parameters: Mapping[str, Any],
    codebook_dir: str | Path | None,
    progress: bool,
    cell_timeout: int,
) -> Outcome:
    from tqdm import tqdm

    base, sources = (
        fingerprints.of_code(codebook_dir),
        fingerprints.inputs(steps[0].parameters["source"]),
    )
    record = {
        "condotta": metadata.version("condotta"),
        "python": platform.python_version(),
        "digests": base,
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "source": steps[0].parameters["source"],
        "codebook": absolute(codebook_dir) if codebook_dir else None,
        "parameters": dict(parameters),
        "inputs": sources,
        "started_at": _now(),
    }
    marks: dict[str, dict] = {}
    reused: list[str] = []
    _write_record(run_dir, record | {"status": "running"}, marks, reused)
    try:
        with tqdm(steps, unit="step", disable=not progress, leave=False) as bar:
            for step in bar:
                bar.set_description(step.name)
                key = _key(step, base, sources, marks.values())
                mark = _read_mark(run_dir, step)
                if mark and mark["key"] == key and fingerprints.hold(run_dir, mark["outputs"]):
                    reused.append(step.name)
                else:
                    mark = _execute(step, run_dir, key, cell_timeout)
                marks[step.name] = mark
    except WalkError as error:
        _write_record(run_dir, record | {"status": "failed", "error": str(error)}, marks, reused)
        raise
    report = _write_report(run_dir)
    record |= {"status": "done", "rows": count_rows(run_dir)}
    _write_record(run_dir, record, marks, reused)
    return Outcome(run_dir, report, count_lost(run_dir), reused)


def _write_report(run_dir: Path) -> Path | None:
    if not (run_dir / "figures").exists():  # a walk cut short before its charts
        return None
    from condotta import report

    return report.write_report(run_dir)


def count_lost(run_dir: Path) -> int:
    """Return how many rows of `skipped` stand for an article that could not be read."""
    skipped = tables.read(run_dir, "skipped")
    return int((~skipped["reason"].isin(articles.NO_ARTICLE)).sum())


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


def _write_record(
    run_dir: Path, record: dict, marks: Mapping[str, dict], reused: list[str]
) -> None:
    seconds = {name: mark["seconds"] for name, mark in marks.items()}
    more = {"seconds": seconds, "reused": reused, "ended_at": _now()}
    _write_json(run_dir / "run.json", record | more)


def _write_json(target: Path, content: dict) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False)
    tables.write_bytes(target, f"{text}\n".encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
