"""A process that reads partitions, with a deadline for every article.

It is told on its standard input what to read, and tells before every article what is at hand. So
where it dies or hangs, the article is known: it is given up and all others are read.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections import Counter
from typing import Any

from condotta import plans

STRIKES = 2
"""Deaths on one article after which it is given up: the first may be somebody else's fault."""
DEATHS = 20
"""Deaths in one partition after which something other than its articles must be wrong."""
PATIENCE = 10
"""How many deadlines what is no article may take: opening the pipeline, writing."""
PARTITIONS = 20
"""Partitions after which a process is replaced, since spaCy keeps every word that it has met."""


class WorkError(RuntimeError):
    """Partitions could not be read, for a reason that lies in no article."""


class Worker:
    """One process for one partition after another; started when it is first needed."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen | None = None
        self._read = 0
        self._ended = False

    def __enter__(self) -> "Worker":
        """Return the worker; leaving ends its process."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End the process, whoever listens to it."""
        self._ended = True
        if self._process:  # another thread may still listen to it, so that no pipe is closed here
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int | None:
        """The number of its process, while there is one."""
        return self._process and self._process.pid

    def close(self) -> None:
        """End the process, in the midst of what it does."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def read(self, part: plans.Partition, terms: plans.Terms, keys: dict[str, str]) -> dict:
        """Read one partition and return what was done.

        Articles on which the process hangs, or dies twice, are left out: their reasons are
        `plans.SLOW` and `plans.CRASHED`.

        Raises
        ------
        WorkError
            If the process reports an error, or dies again and again.
        """
        left: dict[str, tuple[str, str]] = {}
        deaths: Counter[str] = Counter()
        while True:
            told = self._ask([[str(part.folder), *part[1:]], terms, keys, left], terms.deadline)
            if "done" in told:
                return told["done"]
            if "error" in told:
                raise WorkError(f"{part.folder}: {told['error']}")
            at, doing = told["at"], told["doing"]
            deaths[at] += 1
            if told["slow"] and at:
                left[at] = (plans.SLOW, f"{doing}: more than {terms.deadline} seconds")
            elif at and deaths[at] >= STRIKES:
                left[at] = (plans.CRASHED, f"{doing}: the process died twice ({told['why']})")
            elif deaths[""] >= STRIKES or deaths.total() >= DEATHS:
                raise WorkError(
                    f"{part.folder}: the process that reads it died {deaths.total()} times, "
                    f"last while {doing or 'starting'} ({told['why']})."
                )

    def _ask(self, task: list, deadline: int) -> dict[str, Any]:
        """Hand over a task; return the answer, or what was at hand when the process ended."""
        process = self._open()
        self._read += 1
        here = {"at": "", "doing": "", "slow": False}
        try:
            line = json.dumps(dict(zip(("part", "terms", "keys", "left"), task, strict=True)))
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            while told := self._hear(deadline if here["at"] else deadline * PATIENCE):
                if "at" not in told:
                    return told
                here |= told
        except TimeoutError:
            here["slow"] = True
        except OSError:
            pass  # gone before it was asked
        return here | {"why": self._bury()}

    def _open(self) -> subprocess.Popen:
        if self._ended:
            raise WorkError("the worker was stopped.")
        if self._read >= PARTITIONS:
            self.close()
        if self._process is None:
            self._read, self._heard = 0, b""
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the process)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "condotta.stages"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
                start_new_session=True,  # an interrupt is for the process that asks
            )
        return self._process

    def _hear(self, seconds: float) -> dict[str, Any]:
        """Return the next thing it tells; nothing where it ended."""
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._heard:
            if not select.select([pipe], [], [], seconds)[0]:
                raise TimeoutError
            part = os.read(pipe, 65536)
            if not part:
                return {}
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def _bury(self) -> str:
        """End the process, and return why it ended as far as it is known."""
        process = self._process
        self.close()
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        ended = f"signal {-process.returncode}" if process.returncode < 0 else "exit"
        return f"{ended}: {lines[-1][:200]}" if lines else ended
