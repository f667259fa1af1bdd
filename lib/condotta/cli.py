"""The command line: ``condotta run``, and what surrounds it.

Exit status: 0 done; 1 refused or failed, with one line that says where and what to do; 3 done, but
some articles could not be read.
"""

import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from condotta import __version__, resources, tables, walk
from condotta import parameters as declared

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Reports of war in, claims about recruited fighters out: who says that whom is hired, by "
        "whom, from where, to which war, for what pay, and who denies it. Works without a network."
    ),
)
SOME_LOST = 3


def main() -> None:
    """Run the command line; an error is one line on standard error, not a traceback."""
    try:
        app()
    except (ValueError, RuntimeError, OSError) as error:
        said = str(error).splitlines() or [type(error).__name__]
        sys.exit(_fail(said[0]))


def _fail(line: str) -> int:
    typer.echo(f"condotta: {line}", err=True)
    return 1


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"condotta {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    source: Annotated[
        str, typer.Argument(help="File, folder or quoted glob of .txt, .jsonl or .csv reports.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results [default: runs/<name of SOURCE>]")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=VALUE",
            help="Set a parameter of the notebooks; may be given again. `condotta parameters` "
            "lists them.",
        ),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option(help="Folder with your own actors, places and words, added to ours."),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh/--resume", help="Start over, or keep the steps that still hold."),
    ] = False,
    cell_timeout: Annotated[
        int, typer.Option(min=1, help="Seconds after which a notebook cell counts as stuck.")
    ] = 3600,
) -> None:
    """Read reports and write tables, charts and a report page.

    Takes SOURCE through the notebooks in order. In the folder of the run you find tables/ (one
    Parquet file a table), notebooks/ (as they were executed), run.json (inputs, versions, counts)
    and report.html, which opens in any browser. The same command again only does what has changed.
    """
    outcome = walk.run(
        source,
        out or Path("runs") / _name_of(source),
        _pairs(parameter or []),
        codebook_dir=codebook,
        fresh=fresh,
        progress=sys.stderr.isatty(),
        cell_timeout=cell_timeout,
    )
    _tell(outcome)
    if outcome.lost:
        raise typer.Exit(SOME_LOST)


def _name_of(source: str) -> str:
    """Return the last part of a source that is no pattern, without its suffix."""
    parts = [part for part in Path(walk.absolute(source)).parts if not set(part) & set("*?[")]
    return Path(parts[-1]).stem.strip("/") or "reports"


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = dict(one.partition("=")[::2] for one in given)
    if bare := [one for one in given if "=" not in one]:
        raise walk.WalkError(f"-p {bare[0]}: give it as NAME=VALUE.")
    return pairs


def _tell(outcome: walk.Outcome) -> None:
    rows = walk.count_rows(outcome.run_dir)
    typer.echo(", ".join(f"{rows[name]:,} {name}" for name in tables.TABLES if rows.get(name)))
    if outcome.reused:
        typer.echo(f"kept from before: {', '.join(outcome.reused)}")
    if outcome.lost:
        typer.echo(f"{outcome.lost} could not be read: see the table `skipped` or the report")
    typer.echo(f"report: {outcome.report or outcome.run_dir}")


@app.command()
def review(
    run_dir: Annotated[
        Path, typer.Argument(metavar="RUN", help="Folder of the run, for --status.")
    ] = Path("runs/sample"),
    ledger: Annotated[
        str, typer.Option(help="File or database URL of people's decisions.")
    ] = "runs/reviews.sqlite",
    status: Annotated[
        bool, typer.Option("--status", help="Say how far the review is; done if nothing else is.")
    ] = False,
    write: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="Write every decision as a line of JSON."),
    ] = None,
    add: Annotated[
        Path | None, typer.Option("--import", metavar="FILE", help="Add the decisions of a file.")
    ] = None,
) -> None:
    """Say how far the review of claims is, or carry decisions to and from a text file.

    Decisions are made in JupyterLab, in the notebook 80-review. The text file can live in git:
    to import it adds what is not there yet and changes nothing.
    """
    from condotta import reviews, tables

    if add or write:
        with reviews.opened(ledger) as book:
            if add:
                typer.echo(f"{book.import_jsonl(add):,} decisions added to {ledger}")
            if write:
                typer.echo(f"{book.export_jsonl(write):,} decisions in {write}")
    if status or not (add or write):
        claims, articles = (tables.read(run_dir, name) for name in ("claims", "articles"))
        typer.echo(reviews.count_reviewed(claims, articles, reviews.read(ledger)))


@app.command()
def export(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    figures: Annotated[
        str, typer.Option(metavar="png|svg", help="Write the charts as pictures of this kind.")
    ] = "png",
    scale: Annotated[
        float, typer.Option(min=0.5, max=4, help="Pixels of a png for one of a chart; 2 for print.")
    ] = 1,
) -> None:
    """Write what a run holds in a form that other programs read.

    Pictures need Kaleido, `pip install 'condotta[pictures]'`, and Chrome or Chromium.
    """
    from condotta import charts

    for path in charts.write_pictures(run_dir, figures, scale=scale):
        typer.echo(path)


@app.command()
def parameters() -> None:
    """List the parameters of the notebooks, for `condotta run -p NAME=VALUE`."""
    for notebook in walk.notebooks():
        for name, spec in declared.read(notebook).items():
            if name not in walk.RESERVED:
                typer.echo(f"{name}={spec.default!r}  ({notebook.stem}) {spec.help}")


@app.command()
def notebooks(
    folder: Annotated[Path, typer.Argument(help="Where to put the folder `notebooks`.")],
) -> None:
    """Copy the notebooks to a folder to work in; nothing there is overwritten."""
    target = folder / "notebooks"
    if target.exists():
        raise walk.WalkError(f"{target}: exists already; choose another folder.")
    shutil.copytree(
        resources.find("notebooks"), target, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    typer.echo(f"{target}; next: condotta lab {folder}")


@app.command()
def lab(
    folder: Annotated[Path, typer.Argument(help="Folder that holds `notebooks`.")] = Path(),
) -> None:
    """Open JupyterLab on the first notebook."""
    first = folder / "notebooks" / "00-start-here.ipynb"
    if not first.exists():
        raise walk.WalkError(f"{first}: not there; `condotta notebooks {folder}` puts it there.")
    command = [sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", str(first)]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@app.command()
def doctor(
    folder: Annotated[Path, typer.Argument(help="Where results are to be written.")] = Path(),
) -> None:
    """Check this installation: versions, pipeline, codebook, write access, free space."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("python", lambda: sys.version.split()[0]),
        ("versions", _say_versions),
        ("pipeline", _say_pipeline),
        ("codebook", _say_codebook),
        ("notebooks", lambda: f"{len(walk.notebooks())} steps"),
        (f"writing to {folder.resolve()}", lambda: _say_writing(folder)),
    ]
    failed = 0
    for name, check in checks:
        try:
            typer.echo(f"ok    {name}: {check()}")
        except Exception as error:  # whatever is wrong is what the command is there to tell
            failed += 1
            typer.echo(f"FAIL  {name}: {str(error).splitlines()[0]}")
    if failed:
        typer.echo("reinstall with `pip install --force-reinstall condotta`, then look again")
        raise typer.Exit(1)


def _say_versions() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in walk.PACKAGES)


def _say_pipeline() -> str:
    from condotta import language

    words = len(language.open_pipeline()("Moscow denied sending anyone to Libya."))
    return f"{language.version()}, reads {words} words"


def _say_codebook() -> str:
    from condotta import codebook

    book = codebook.load()
    return f"{len(book.actors)} actors, {len(book.places)} places"


def _say_writing(folder: Path) -> str:
    walk.check_writable(folder)
    return f"{shutil.disk_usage(folder).free / 2**30:.1f} GiB free"
