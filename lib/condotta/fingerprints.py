"""Fingerprints: what a step of a walk depends on, by content and never by path or clock."""

import os
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from importlib import util
from pathlib import Path
from typing import Any

from condotta import articles, resources


def of_code(codebook_dir: str | Path | None = None) -> dict[str, str]:
    """Return the SHA-256 of code, pipeline and codebook: what every step depends on."""
    pipeline = util.find_spec("en_condotta")
    folders = {
        "code": [resources.PACKAGE],
        "pipeline": [Path(path) for path in (pipeline.submodule_search_locations or [])],
        "codebook": [resources.find("data/codebook")],
    }
    if codebook_dir:
        folders["codebook"].append(Path(codebook_dir).expanduser())
    return {name: _digest(paths) for name, paths in folders.items()}


def _digest(folders: Iterable[Path]) -> str:
    digest = sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder)}\0{of_file(path)}\0".encode())
    return digest.hexdigest()


def inputs(source: str) -> list[dict[str, Any]]:
    """Return path, size and digest of every file of the source."""
    files = [(path, shown) for path, shown in articles.find_files(source) if path.is_file()]
    return [
        {"path": shown, "bytes": path.stat().st_size, "sha256": of_file(path)}
        for path, shown in files
        if os.access(path, os.R_OK)
    ]


def stamps(run_dir: Path, folders: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return when each output was last written; writing again gives a new file each time."""
    found = {}
    for name in folders:
        for path in (run_dir / name).glob("[!.]*"):
            status = path.stat()
            found[path.relative_to(run_dir).as_posix()] = (status.st_mtime_ns, status.st_ino)
    return found


def hold(run_dir: Path, outputs: Mapping[str, str]) -> bool:
    """Return whether every output is there with the digest it had."""
    return all(
        (run_dir / path).exists() and of_file(run_dir / path) == known
        for path, known in outputs.items()
    )


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
