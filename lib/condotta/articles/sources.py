"""The files of a source: a file, a folder, a glob, or what comes through standard input."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from condotta.articles import cleaning, formats, records


class SourceError(ValueError):
    """A source cannot be read at all."""


def find_files(source: str | Path) -> list[tuple[Path, str]]:
    """Return every file of a source, with its path as seen from the source, in order of that path.

    A source is a file, a folder (read with its sub-folders; links to folders are not followed) or
    a glob. Files that hold no article are listed too: `read_articles` says why it skips them.

    Raises
    ------
    SourceError
        If nothing is there, or the folder may not be listed.
    """
    text = str(Path(source).expanduser())
    path = Path(text)
    if path.is_dir():
        found = [(p, p.relative_to(path).as_posix()) for p in _walk(path)]
    elif path.exists():
        found = [(path, path.name)]
    elif re.search(r"[*?\[]", text):
        found = _glob(text)
    else:
        raise SourceError(f"{source}: no such file or folder.")
    if not found:
        raise SourceError(f"{source}: no file there; give a file, a folder or a quoted glob.")
    return sorted(
        ((path, cleaning.mend_name(shown)) for path, shown in found), key=lambda one: one[1]
    )


def _walk(folder: Path) -> Iterator[Path]:
    """Yield files, links to folders, and folders that may not be listed."""
    unlisted = []

    def note(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise SourceError(f"{error.filename}: cannot be listed ({error.strerror}).")
        unlisted.append(Path(error.filename))

    for here, folders, names in os.walk(folder, onerror=note):
        yield from (Path(here) / name for name in names)
        yield from (path for name in folders if (path := Path(here) / name).is_symlink())
    yield from unlisted


def _glob(pattern: str) -> list[tuple[Path, str]]:
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if re.search(r"[*?\[]", part))
    root = Path(*parts[:fixed])
    found = root.glob(str(Path(*parts[fixed:])))
    return [(path, path.relative_to(root).as_posix()) for path in found if path.is_file()]


def find_reason(path: Path, shown: str) -> tuple[str, str] | None:
    """Return why a file of a source is not opened, as reason and detail, or None."""
    if path.is_dir():
        if path.is_symlink():
            return "special", "a link to a folder; give that folder itself"
        return "unreadable", "a folder that may not be listed"
    if not path.name.startswith(".") and not path.is_file():
        return "special", "a link to nothing, or no plain file"
    return formats.find_reason(shown)


def check_source(source: str | Path) -> int:
    """Return how many files of a source may hold articles; raise `SourceError` if none can."""
    paths = [path for path, _ in find_files(source)]
    usable = [path for path in paths if formats.find_kind(path.name) and path.is_file()]
    if not usable:
        raise SourceError(
            f"{source}: none of {len(paths)} files is of a kind that is read "
            f"({', '.join((*formats.READERS, *formats.CONTAINERS))}); the first is {paths[0].name}."
        )
    readable = [path for path in usable if os.access(path, os.R_OK)]
    if not readable:
        raise SourceError(f"{usable[0]}: no permission to read it; check its owner and mode.")
    if not any(_holds_text(path) for path in readable):
        raise SourceError(f"{source}: empty; {len(readable)} files hold no text.")
    return len(readable)


def _holds_text(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(file.read(4096).strip(cleaning.BLANK))


def keep_input(stream: BinaryIO, folder: Path, columns: str = "") -> Path:
    """Write what comes through standard input to a file of the kind it is, and return its path.

    Raises
    ------
    SourceError
        If nothing came.
    """
    head = stream.read(8192)
    if not head.strip(cleaning.BLANK):
        raise SourceError("-: nothing came through standard input.")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("stdin.*"):
        old.unlink()
    names = {*records.FIELDS, *records.read_columns(columns).values()}
    path = folder / f"stdin{formats.guess_kind(head, names)}"
    with path.open("wb") as file:
        file.write(head)
        shutil.copyfileobj(stream, file)
    return path
