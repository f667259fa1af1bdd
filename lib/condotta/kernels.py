"""One notebook in one kernel, by papermill: this Python, this package, the same hashes again."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def execute(
    notebook: Path,
    target: Path,
    values: Mapping[str, Any],
    *,
    cell_timeout: int,
    attempts: int = 3,
) -> None:
    """Run one notebook; try again only where the kernel did not come up (a lost race for ports)."""
    _prepare()
    import papermill
    from nbclient.exceptions import DeadKernelError

    for attempt in range(1, attempts + 1):
        try:
            papermill.execute_notebook(
                notebook,
                target,
                dict(values),
                kernel_name="python3",
                progress_bar=False,
                start_timeout=30,
                execution_timeout=cell_timeout,
                # a `condotta` folder in the shell must not stand in for the installed one
                extra_arguments=["--InteractiveShellApp.ignore_cwd=True", "--log-level=CRITICAL"],
            )
            return
        except RuntimeError as error:
            if isinstance(error, DeadKernelError) or attempt == attempts or _started(target):
                raise


def _prepare() -> None:
    """Make kernels run this Python, with hashes and charts that are the same every time."""
    own = str(Path(sys.prefix) / "share" / "jupyter")
    others = [path for path in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if path]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(dict.fromkeys([own, *others]))
    os.environ.setdefault("PYTHONHASHSEED", "0")
    os.environ.setdefault("PLOTLY_RENDERER", "plotly_mimetype")


def _started(executed: Path) -> bool:
    """Return whether any cell of an executed copy was begun."""
    if not executed.exists():
        return False
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return any(cell["metadata"].get("papermill", {}).get("start_time") for cell in cells)


def explain(error: Exception) -> str:
    """Return, in one line, in which cell a step failed and why."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        code = next((line for line in error.source.splitlines() if line.strip()), "")
        said = f"{error.ename}: {error.evalue}".splitlines()[0]
        return f"failed in cell {error.exec_count} (`{code.strip()}`): {said.rstrip('.')}."
    if isinstance(error, DeadKernelError):
        return "failed: its kernel died, most often for want of memory."
    if isinstance(error, CellTimeoutError):
        return "failed: a cell ran out of time (--cell-timeout)."
    return f"failed: {type(error).__name__}: {(str(error).splitlines() or [''])[0]}."
