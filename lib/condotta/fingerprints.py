"""Fingerprints: what a step of a walk depends on, by content and never by path or clock."""

import ast
import os
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import file_digest, sha256
from importlib import util
from pathlib import Path
from typing import Any

from condotta import articles, resources


def of_code(codebook_dir: str | Path | None = None) -> dict[str, str]:
    """Return the SHA-256 of code, pipeline and codebook: what every step depends on."""
    return {
        "code": _digest([resources.PACKAGE]),
        "pipeline": _digest([_pipeline()]),
        "codebook": of_codebook(codebook_dir),
    }


def of_codebook(codebook_dir: str | Path | None = None) -> str:
    """Return the SHA-256 of the codebook, with a researcher's additions to it."""
    own = [Path(codebook_dir).expanduser()] if codebook_dir else []
    return _digest([resources.find("data/codebook"), *own])


def of_module(name: str) -> str:
    """Return the SHA-256 of a module and of all that it imports from the package."""
    digest = sha256()
    for path in sorted(_imported(name), key=lambda path: path.as_posix()):
        digest.update(f"{path.relative_to(resources.PACKAGE).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def of_learned() -> str:
    """Return the SHA-256 of what rules have learned: the readers that ship with the pipeline."""
    paths = sorted(_pipeline().glob("*.npz"))
    return sha256("".join(of_file(path) for path in paths).encode()).hexdigest()


def _pipeline() -> Path:
    """Return the folder of the pipeline without importing it, which would load spaCy."""
    return Path(util.find_spec("en_condotta").submodule_search_locations[0])


def _imported(name: str, seen: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """Return the files of a module and of those it imports, at the top or in a function."""
    for path in _files(name):
        if path not in seen:
            seen |= {path}
            for other in _names_imported(path):
                seen = _imported(other, seen)
    return seen


def _files(name: str) -> list[Path]:
    """Return the file of a module, or those of a package of modules; none for other names."""
    one, many = resources.PACKAGE / f"{name}.py", resources.PACKAGE / name
    return [one] if one.exists() else sorted(many.rglob("*.py"))


@cache
def _names_imported(path: Path) -> frozenset[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    own = {a.name for node in imports if node.module == "condotta" for a in node.names}
    inner = {node.module.split(".")[1] for node in imports if node.module.startswith("condotta.")}
    return frozenset(own | inner)


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


def hold(run_dir: Path, outputs: Mapping[str, Iterable[str | None]]) -> bool:
    """Return whether every output is there with one of the digests it may have."""
    return all(
        (run_dir / path).exists() and of_file(run_dir / path) in known
        for path, known in outputs.items()
    )


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
