"""Reading in a process of its own, with a deadline: what kills it costs one article.

One process reads many files, since a process for each file takes many times longer. The place it
named last is what it died of; it is started again and goes on after that place.
"""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from condotta.articles.limits import Limits

COMMAND = (sys.executable, "-m", "condotta.articles.child")
# A file that ends the process over and over is given up.
DEATHS = 20
# What parsers leak is given back after so many files.
FILES = 1000
_STARTING_SECONDS = 120
_LONGEST_ANSWER = 2**28


class Answer(NamedTuple):
    """What came of one piece: a row, a reason why there is none, or names of columns."""

    place: str
    row: dict[str, Any] | None = None
    reason: str | None = None
    detail: str | None = None
    names: tuple[str, ...] = ()


class _EndedError(Exception):
    """The process is gone, or was ended."""

    def __init__(self, reason: str, detail: str):
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Child:
    """A process that reads files, started when it is needed and again when it died.

    `close` it in the end; `open_child` does.
    """

    def __init__(self, limits: Limits):
        """Take the limits; nothing is started yet."""
        self.limits = limits
        self.files = 0
        self.process: subprocess.Popen | None = None

    def read(
        self,
        path: str,
        shown: str,
        kind: str,
        columns: dict[str, str] | None = None,
        *,
        only_names: bool = False,
    ) -> Iterator[Answer]:
        """Yield an answer for every piece of a file, in order; a piece that kills costs itself."""
        request = {
            "path": path,
            "shown": shown,
            "kind": kind,
            "columns": columns or {},
            "limits": list(self.limits),
            "only_names": only_names,
        }
        self.files += 1
        if self.files % FILES == 0:
            self.close()
        finished = False
        try:
            yield from self._read(request)
            finished = True
        finally:
            if not finished:  # answers to this request may still be under way
                self.close()

    def _read(self, request: dict[str, Any]) -> Iterator[Answer]:
        place, done, shown = None, 0, request["shown"]
        for _ in range(DEATHS):
            try:
                for message in self._ask({**request, "after": done}):
                    if "at" in message:
                        place = message["at"]
                    else:
                        yield _as_answer(place or shown, message)
                        place, done = None, done + 1
                return
            except _EndedError as death:
                self.close()
                yield Answer(place or shown, None, death.reason, death.detail)
                if place is None:  # it died between two pieces, and would again
                    return
                place, done = None, done + 1
        said = f"ended the process {DEATHS} times; the rest is not read"
        yield Answer(shown, None, "crashed", said)

    def _ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield what the process says to a request; raise `_EndedError` if it dies or hangs."""
        self._start()
        try:
            self.outgoing.send_bytes(json.dumps(request).encode())
            while "done" not in (message := self._receive(self.limits.seconds)):
                yield message
        except (EOFError, OSError):
            raise _EndedError(*self._cause_of_death()) from None

    def _receive(self, seconds: float) -> dict[str, Any]:
        if not self.incoming.poll(seconds):
            said = f"took more than {seconds:g} seconds; give more with -p seconds_per_report=..."
            raise _EndedError("timeout", said)
        return json.loads(self.incoming.recv_bytes(_LONGEST_ANSWER))

    def _cause_of_death(self) -> tuple[str, str]:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        return "crashed", f"the process that read it ended with status {self.process.returncode}"

    def _start(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        self.close()
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [*COMMAND, str(self.limits.memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **threads, "ARROW_DEFAULT_MEMORY_POOL": "system"},
        )
        # Raw bytes over pipes: `Connection` frames them, and its pickling half is never called.
        self.outgoing = Connection(os.dup(self.process.stdin.fileno()), readable=False)
        self.incoming = Connection(os.dup(self.process.stdout.fileno()), writable=False)
        try:
            self._receive(_STARTING_SECONDS)
        except (EOFError, OSError, _EndedError):
            self.close()
            raise RuntimeError(
                "the process that reads files does not start; `condotta doctor` says why"
            ) from None

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process is None:
            return
        self.outgoing.close()
        self.incoming.close()
        self.process.kill()
        self.process.communicate()
        self.process = None


@cache
def open_child(limits: Limits) -> Child:
    """Return the one process that reads within these limits; it ends with this one."""
    child = Child(limits)
    atexit.register(child.close)
    return child


def _as_answer(place: str, message: dict[str, Any]) -> Answer:
    if "row" in message:
        return Answer(place, message["row"])
    if "names" in message:
        return Answer(place, names=tuple(message["names"]))
    return Answer(place, None, message["skip"], message["detail"])
