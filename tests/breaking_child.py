"""The process that reads, with a reader that does what the worst of parsers might do."""

import os
import pickle
import signal
import socket
import subprocess
import time
from pathlib import Path

from condotta.articles import child, formats, texts
from condotta.articles.pieces import whole

DEEDS = {
    "die": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": lambda: os._exit(7),
    "hang": lambda: time.sleep(3600),
    "swell": lambda: bytearray(2**33),
    "write": lambda: Path("/tmp/condotta-was-here").write_text("x"),
    "start": lambda: subprocess.run(["true"], check=True),
    "call": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
    "unpickle": lambda: pickle.loads(b"cposix\nsystem\n(S'true'\ntR."),
    "print": lambda: print("no answer"),
}


def read(file):
    given = texts.read_text(file)
    if given["text"].startswith("!"):
        DEEDS[given["text"].split()[0][1:]]()
    return given


if __name__ == "__main__":
    formats.READERS[".txt"] = whole(read)
    child.main()
