"""A run in the forms that other programs read: sheets, databases, maps, graphs and annotations.

What the text does not say stays empty in every form, decisions of people travel along, and the
same tables give the same bytes. Words of reports are hostile until shown otherwise: no cell is a
formula, no address other than http and https is a link, no JSON can end a script element.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["FORMATS", "Format", "write_export"]


class Format(NamedTuple):
    """Which module writes a format, what comes out, and whether that is a folder of files."""

    module: str
    holds: str
    is_folder: bool = False


FORMATS = {
    "csv": Format("sheets", "every table, one file each, safe in a spreadsheet", True),
    "xlsx": Format("sheets", "every table, one sheet each, safe in a spreadsheet"),
    "parquet": Format("sheets", "every table with types, meanings and units", True),
    "sqlite": Format("sheets", "every table in one database"),
    "geojson": Format("geojson", "lines from origin through staging to destination, and events"),
    "ftm": Format("ftm", "FollowTheMoney entities, one a line of JSON"),
    "claimreview": Format("claimreview", "lines of the tracker as schema.org ClaimReview, JSON-LD"),
    "webannotation": Format(
        "webannotation", "every slot anchored in its text, W3C Web Annotations"
    ),
    "acled": Format("acled", "events as rows with precision codes, after ACLED's columns"),
}


def write_export(
    run_dir: str | Path, form: str, out: str | Path, *, codebook_dir: str | Path | None = None
) -> list[Path]:
    """Write a run in another form and return the files that were written.

    Parameters
    ----------
    run_dir : path
        Folder of a finished run.
    form : str
        One of `FORMATS`.
    out : path
        A file; for `csv` and `parquet` a folder, in which files of the same names are replaced.
    codebook_dir : path, optional
        The researcher's own codebook; the default is the one the run was made with.

    Raises
    ------
    ValueError
        If no format is called so, or `out` is a folder where a file is wanted or the reverse.
    FileNotFoundError
        If the run lacks a table, naming it.
    RuntimeError
        If the format needs a package that is not installed, with what to type.
    """
    from condotta import tables
    from condotta.exchange.contents import Contents

    format, out = _choose(form), Path(out)
    if out.exists() and out.is_dir() != format.is_folder:
        wanted = "a folder" if format.is_folder else f"a file, such as {out / f'run.{form}'}"
        raise ValueError(f"{out}: --to {form} writes {wanted}; name that with --out.")
    writer = importlib.import_module(f"condotta.exchange.{format.module}")
    contents = Contents.read(run_dir, codebook_dir)
    written = []
    for name, content in _files(writer, form, contents):
        target = out / name if format.is_folder else out
        tables.write_bytes(target, content)
        written.append(target)
    return written


def _choose(form: str) -> Format:
    if form not in FORMATS:
        known = "; ".join(f"{name}: {format.holds}" for name, format in FORMATS.items())
        raise ValueError(f"--to {form}: no format is called so; known are {known}.")
    return FORMATS[form]


def _files(writer, form: str, contents) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents; one file without a name where the format is a single file."""
    made = getattr(writer, f"to_{form}")(contents)
    yield from [("", made)] if isinstance(made, bytes) else made.items()
