"""Where the package keeps what it ships: codebook, sample, outlines, gold, notebooks.

In a checkout these are the top-level folders `data/` and `notebooks/`; in an installed wheel
they travel inside the package. Callers ask by name and never build a path themselves.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parents[1]


def find(name: str) -> Path:
    """Return the folder or file shipped under a name such as ``data/codebook`` or ``notebooks``.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete, naming both places that were tried.

    Examples
    --------
    >>> find("data/codebook").name
    'codebook'
    """
    places = (PACKAGE / name, CHECKOUT / name)
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(
        f"{name}: not in this installation (tried {places[0]} and {places[1]}); reinstall condotta."
    )


def locate(path: str | Path) -> Path:
    """Return an absolute path; a relative one counts from the folder that holds `notebooks/`.

    Papermill runs a notebook in the shell's folder and nbval in the notebook's own. Counting
    from the project's folder gives the same place in both.
    """
    path = Path(path).expanduser()
    if path.is_absolute():
        return path
    here = Path.cwd()
    return (here.parent if here.name == "notebooks" else here) / path
