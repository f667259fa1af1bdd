"""A run's charts on disk: each as a figure and, beside it, the numbers that it shows."""

import csv
import re
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import plotly.io

from condotta import tables
from condotta.charts import frame

ORDER = (
    "timeline",
    "theatre_map",
    "actor_network",
    "pay_offers",
    "head_counts",
    "who_says_what",
    "origins",
    "events",
    "reading",
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
FORMULA = re.compile("^[\\s\u200b\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def write_figure(run_dir: Path, name: str, figure: go.Figure) -> list[Path]:
    """Write ``figures/<name>.json`` and, with the chart's numbers, ``figures/<name>.csv``.

    The same figure gives the same bytes.
    """
    folder = Path(run_dir) / "figures"
    target, beside = folder / f"{name}.json", folder / f"{name}.csv"
    tables.write_bytes(target, figure.to_json(pretty=False).encode("utf-8"))
    tables.write_bytes(beside, safe_csv(frame.numbers(figure)).encode("utf-8"))
    return [target, beside]


def read_figures(run_dir: Path) -> dict[str, go.Figure]:
    """Return the charts of a run by name, in the order in which they are read.

    Raises
    ------
    FileNotFoundError
        If the run has no charts yet.
    """
    found = {path.stem: path for path in sorted((Path(run_dir) / "figures").glob("*.json"))}
    if not found:
        raise FileNotFoundError(
            f"{Path(run_dir) / 'figures'}: no chart yet; run notebooks/07-charts.ipynb first, "
            "or `condotta run`."
        )
    names = [name for name in ORDER if name in found]
    names += [name for name in found if name not in ORDER]
    return {name: plotly.io.from_json(found[name].read_text(encoding="utf-8")) for name in names}


def write_pictures(run_dir: Path, kind: str, *, width: int = 900, scale: float = 1) -> list[Path]:
    """Write every chart of a run as a picture, ``figures/<name>.<kind>``.

    `width` is in pixels; a `scale` of 2 doubles a png's pixels for print.

    Raises
    ------
    RuntimeError
        If Kaleido, which draws them, or the Chrome that it needs is not installed.
    ValueError
        If the kind of picture is neither png nor svg.
    """
    if kind not in ("png", "svg"):
        raise ValueError(f"{kind!r}: pictures are png or svg.")
    figures = read_figures(run_dir)
    targets = [Path(run_dir) / "figures" / f"{name}.{kind}" for name in figures]
    for target, figure in zip(targets, figures.values(), strict=True):
        tables.write_bytes(target, _picture(figure, kind, width, scale))
    return targets


def _picture(figure: go.Figure, kind: str, width: int, scale: float) -> bytes:
    try:
        return figure.to_image(kind, width=width, height=figure.layout.height, scale=scale)
    except Exception as error:  # Kaleido's own errors come in many classes, one a way to fail
        raise RuntimeError(
            "pictures need Kaleido and Chrome or Chromium: `pip install 'condotta[pictures]'`, "
            f"and set BROWSER_PATH if the browser is not found ({str(error).split(chr(10))[0]})."
        ) from error


def safe_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV in which no cell is taken for a formula by a spreadsheet.

    Text that begins like a formula gets an apostrophe in front, as spreadsheets do for text;
    control characters, which can split a row, become spaces. Plain numbers stay as they are.

    Examples
    --------
    >>> print(safe_csv(pd.DataFrame({"said": ["=1+1", "-5", "about 5"], "n": [1, 2, 3]})))
    "said","n"
    "'=1+1",1
    "-5",2
    "about 5",3
    """
    plain = table.copy()
    for column in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[column]):
            plain[column] = plain[column].map(safe_text, na_action="ignore")
    plain.columns = [safe_text(str(column)) for column in plain.columns]
    return plain.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")


def safe_text(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; `safe_csv` says how."""
    if not isinstance(value, str):
        return value
    value = CONTROL.sub(" ", value)
    return f"'{value}" if FORMULA.match(value) and not NUMBER.fullmatch(value) else value
