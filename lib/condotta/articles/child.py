"""The process that reads: it may die of what it reads, and may do nothing else with it.

It is asked for one file at a time and answers in JSON, never in pickles: first the place of every
piece, then what came of it, so that the last place said names what killed it. Reading may not
write, start a program, open a connection or unpickle; an audit hook refuses what a library might
try. The hook and the limits hold back mistakes of parsers; they are no jail for machine code.
"""

import contextlib
import faulthandler
import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from hashlib import file_digest
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO

from condotta.articles import cleaning, formats, rows
from condotta.articles.limits import Limits, NoArticleError
from condotta.articles.pieces import File, Piece

_REFUSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "shutil.")
_REFUSED_NAMES = {
    *("os.system", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"),
    *("os.chmod", "os.chown", "os.truncate", "pickle.find_class", "pty.spawn", "urllib.Request"),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ForbiddenError(PermissionError):
    """Reading tried what reading may not do."""


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    requests, answers = (os.dup(stream.fileno()) for stream in (sys.stdin, sys.stdout))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    _prepare(int(sys.argv[1]))
    incoming = Connection(requests, writable=False)
    outgoing = Connection(answers, readable=False)
    with contextlib.suppress(EOFError, BrokenPipeError):
        outgoing.send_bytes(json.dumps({"ready": True}).encode())
        while True:
            request = json.loads(incoming.recv_bytes())
            armed, seconds = 0.0, Limits(*request["limits"]).seconds
            for answer in _answer(request):
                if time.monotonic() - armed > seconds / 2:
                    armed = _end_after(3 * seconds)
                outgoing.send_bytes(json.dumps(answer).encode())
            faulthandler.cancel_dump_traceback_later()


def _end_after(seconds: float) -> float:
    """End this process if it hangs and the parent, which would end it sooner, is gone."""
    faulthandler.dump_traceback_later(seconds, exit=True)
    return time.monotonic()


def _prepare(memory_mb: int) -> None:
    """Load what cannot be loaded later, then give up what reading does not need."""
    import resource

    rows.find_language("Ready.")
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and does not keep it
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * 2**20, memory_mb * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple) -> None:
    if event == "open":
        if isinstance(arguments[2], int) and arguments[2] & _WRITING:
            raise ForbiddenError(f"reading may not write {arguments[0]}")
    elif event in _REFUSED_NAMES or event.startswith(_REFUSED):
        raise ForbiddenError(f"reading may not do {event}")


def _answer(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield where each piece stands, then its row or why there is none; at last that it is done."""
    limits = Limits(*request["limits"])
    try:
        with _open(request["path"]) as stream:
            formats.check_size(f".{request['kind']}", os.fstat(stream.fileno()).st_size, limits)
            digest = file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            file = File(stream, request["shown"], request["kind"], limits, request["columns"], {})
            for number, piece in enumerate(formats.find_pieces(file)):
                if number < request["after"]:
                    continue
                place = cleaning.mend_name(piece.place)
                yield {"at": place}
                yield _names(piece) if request["only_names"] else _row(piece, digest, limits)
    except MemoryError:
        yield {"skip": "memory", "detail": _said_of_memory(limits), "ends": True}
    except Exception as error:
        yield {**_skip(error), "ends": True}
    yield {"done": True}


def _open(path: str) -> BinaryIO:
    """Open a plain file; a pipe put in its place would wait for ever."""
    try:
        stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise NoArticleError("unreadable", str(error.strerror)) from None
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise NoArticleError("special", "no plain file")
    return stream


def _names(piece: Piece) -> dict[str, Any]:
    return {"names": [cleaning.mend_name(str(name)) for name in piece.names]}


def _row(piece: Piece, digest: str, limits: Limits) -> dict[str, Any]:
    try:
        row = rows.make_row(piece.read(), limits)
    except MemoryError:
        return {"skip": "memory", "detail": _said_of_memory(limits)}
    except Exception as error:
        return _skip(error)
    return {"row": {**row, "source_sha256": digest, "format": piece.kind}}


def _said_of_memory(limits: Limits) -> str:
    return f"needs more than {limits.memory_mb} MB; give more with -p memory_mb=..."


def _skip(error: Exception) -> dict[str, str]:
    """Return the reason for an error; what a parser did not foresee is damage of the file."""
    if isinstance(error, NoArticleError):
        return {"skip": error.reason, "detail": cleaning.mend(error.detail)[0][:300]}
    reason = "forbidden" if isinstance(error, ForbiddenError) else "damaged"
    said = cleaning.mend(str(error))[0].split("\n")[0][:200]
    return {"skip": reason, "detail": f"{type(error).__name__}: {said}"}


if __name__ == "__main__":
    main()
