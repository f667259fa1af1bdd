"""The command line: ``condotta run``, and what surrounds it.

Exit status: 0 done; 1 refused or failed, with one line that says where and what to do; 3 done, but
some articles could not be read.
"""

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condotta import __version__, articles, resources, tables, walk
from condotta import batch as batches
from condotta import parameters as declared
from condotta.partitions import Runner

if TYPE_CHECKING:
    import pandas as pd

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
STDIN = "-"
# What `doctor` looks for: packages that read files, and room for a run of some thousand reports.
READERS = ("trafilatura", "lxml", "pypdf", "pdfminer.six", "warcio", "defusedxml", "markdown-it-py")
LEAST_GIB = 0.5
EXTRAS = {
    "ftm": "followthemoney",
    "pictures": "kaleido",
    "postgres": "psycopg",
    "test": "pytest",
}


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
        str,
        typer.Argument(
            help="File, folder or quoted glob of reports: text, Markdown, HTML, PDF, DOCX, mail, "
            "JSON, CSV, Parquet, feeds, web archives, zip; or - for standard input."
        ),
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
    columns: Annotated[
        str,
        typer.Option(
            metavar="FIELD=COLUMN,...",
            help="Which column of a table holds which field, as in text=body,published=date.",
        ),
    ] = "",
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
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that read texts; about 0.7 GB of memory each.")
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="local|ADDRESS",
            help="Read texts on a Dask cluster, here or at tcp://...; needs the extra `dask`.",
        ),
    ] = None,
    part: Annotated[
        int | None,
        typer.Option(min=0, help="Only read share PART of --parts, for arrays of a job scheduler."),
    ] = None,
    parts: Annotated[int, typer.Option(min=1, help="How many shares there are.")] = 1,
    gather: Annotated[
        bool, typer.Option("--gather", help="Finish a run whose shares are all done.")
    ] = False,
) -> None:
    """Read reports and write tables, charts and a report page.

    Takes SOURCE through the notebooks in order. In the folder of the run you find tables/ (one
    Parquet file a table), notebooks/ (as they were executed), run.json (inputs, versions, counts)
    and report.html, which opens in any browser. The same command again only does what has changed.
    """
    out = out or Path("runs") / _name_of(source)
    outcome = walk.run(
        _taken_in(source, out, columns),
        out,
        _pairs(parameter or []) | _mapped(columns),
        codebook_dir=codebook,
        fresh=fresh,
        progress=sys.stderr.isatty(),
        cell_timeout=cell_timeout,
        runner=Runner(workers, scheduler, _share(part, parts), parts),
        gather=gather,
    )
    if part is not None:
        typer.echo(f"share {part} of {parts}: {_count(outcome.texts)}")
        return
    _tell(outcome)
    if outcome.lost:
        raise typer.Exit(SOME_LOST)


def _name_of(source: str) -> str:
    """Return the last part of a source that is no pattern, without its suffix."""
    if source == STDIN:
        return "stdin"
    parts = [part for part in Path(walk.absolute(source)).parts if not set(part) & set("*?[")]
    return Path(parts[-1]).stem.strip("/") or "reports"


def _share(part: int | None, parts: int) -> int | None:
    if part is not None and part >= parts:
        raise walk.WalkError(f"--part {part}: the shares of --parts {parts} are 0 to {parts - 1}.")
    if part is None and parts > 1:
        raise walk.WalkError(f"--parts {parts}: say which, as in --part 0; --gather needs neither.")
    return part


def _count(texts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in texts.items())


def _taken_in(source: str, out: Path, columns: str) -> str:
    """Return the source; what comes through standard input is kept beside its results."""
    if source != STDIN:
        return source
    walk.check_writable(out)
    return str(articles.keep_input(sys.stdin.buffer, out / ".source", columns))


def _mapped(columns: str) -> dict[str, str]:
    articles.read_columns(columns)
    return {"columns": columns} if columns else {}


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
def batch(
    file: Annotated[
        Path, typer.Argument(metavar="BATCH", help="YAML file that lists what to run; see below.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results [default: runs/<name of BATCH>]")
    ] = None,
    at_once: Annotated[
        int, typer.Option(min=1, help="Runs at one time; about 1 GB of memory each.")
    ] = 2,
) -> None:
    """Run several sets of parameters, and write a page that compares them.

    In BATCH, what stands at the top holds for all: `source`, `codebook` and any parameter of the
    notebooks. `vary` gives some of them a list of values, as in `theatre: [Libya, Ukraine]` or
    `month: [2020-05, 2020-06]`, and every combination is a run; `runs` lists others by `name`. The
    same command again only does what has changed; a run that fails ends no other.
    """
    out = out or Path("runs") / file.stem
    results = batches.run(batches.read_batch(file), out, at_once=at_once, tell=_tell_of_one)
    failed = [result for result in results if result.error]
    typer.echo(f"{len(results) - len(failed)} of {len(results)} runs done: {out / batches.INDEX}")
    if failed:
        raise typer.Exit(1)
    if any(result.outcome.lost for result in results):
        raise typer.Exit(SOME_LOST)


def _tell_of_one(result: batches.Result) -> None:
    said = f"failed: {result.error}" if result.error else f"done, {result.outcome.lost} not read"
    typer.echo(f"{result.wanted.name}: {said}", err=bool(result.error))


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
    to: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="csv, xlsx, parquet, sqlite (all tables), geojson, ftm (FollowTheMoney), "
            "claimreview, webannotation or acled (events).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write with --to; for csv and parquet a folder of files."),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option(help="Folder with your own codebook [default: the one of the run]"),
    ] = None,
    figures: Annotated[
        str, typer.Option(metavar="png|svg", help="Write the charts as pictures of this kind.")
    ] = "png",
    scale: Annotated[
        float, typer.Option(min=0.5, max=4, help="Pixels of a png for one of a chart; 2 for print.")
    ] = 1,
) -> None:
    """Write what a run holds in a form that other programs read: data with --to, else pictures.

    Pictures need Kaleido, `pip install 'condotta[pictures]'`, and Chrome or Chromium;
    FollowTheMoney needs `pip install 'condotta[ftm]'`.
    """
    if (to is None) != (out is None):
        raise ValueError("--to and --out go together, as in --to xlsx --out claims.xlsx.")
    if to and out:
        from condotta import exchange

        written = exchange.write_export(run_dir, to, out, codebook_dir=codebook)
    else:
        from condotta import charts

        written = charts.write_pictures(run_dir, figures, scale=scale)
    for path in written:
        typer.echo(path)


@app.command()
def score(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    coded: Annotated[
        Path | None,
        typer.Argument(metavar="GOLD", help="File of coded pages [default: that of the sample]"),
    ] = None,
    errors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every error, both readings, to a new CSV file."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Where chance begins, for the intervals.")] = 1,
) -> None:
    """Say how well a run read the claims that a person read in the same pages.

    Precision, recall and F of claims and slots, by type, slot, theatre, genre and kind of source,
    with intervals that hold 95 % when pages are drawn again.
    """
    from condotta import gold, scoring

    pages = gold.read_gold(coded or resources.find("data/gold/gold.jsonl"))
    claims, read = (tables.read(run_dir, name) for name in ("claims", "articles"))
    pairs = scoring.pair_claims(pages, claims, read)
    typer.echo(scoring.report(pairs, pages, read, seed=seed))
    if errors:
        _write_new(errors, scoring.list_errors(pairs, read))


def _write_new(path: Path, table: "pd.DataFrame") -> None:
    from condotta import charts

    if path.exists():
        raise walk.WalkError(f"{path}: exists, and may hold somebody's work; choose another name.")
    tables.write_bytes(path, charts.safe_csv(table).encode())


@app.command()
def sample(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    n: Annotated[int, typer.Option("--n", min=1, help="How many pages.")] = 50,
    seed: Annotated[int, typer.Option(help="Where chance begins; another gives others.")] = 1,
    out: Annotated[
        Path, typer.Option(help="File for the coder; nothing there is overwritten.")
    ] = Path("to-code.jsonl"),
) -> None:
    """Draw pages for a person to code, spread over theatres, months and publishers.

    Half of them are pages in which the run found claims. The file has one page a line, with its
    text and no claims: fill in `relevant` and `claims` as data/gold/README.md describes.
    """
    from condotta import coding

    claims, read, copies = (tables.read(run_dir, t) for t in ("claims", "articles", "copies"))
    drawn = coding.draw_sample(read, claims, copies, n=n, seed=seed)
    typer.echo(
        f"{coding.write_sample(drawn, read, out)}: {coding.tell_strata(drawn, read, claims)}"
    )


@app.command()
def agree(
    one: Annotated[Path, typer.Argument(metavar="ONE", help="Pages as one person coded them.")],
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="As another person did.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what they have to settle to a new CSV file."),
    ] = None,
) -> None:
    """Say how far two coders agree: pages, claims, words, and Krippendorff's alpha per slot."""
    from condotta import coding, gold

    codings = coding.lay_side_by_side(gold.read_gold(one), gold.read_gold(other))
    typer.echo(coding.lay_out(coding.measure_agreement(codings)))
    if out:
        _write_new(out, coding.list_disagreements(codings))


@app.command()
def dictionary() -> None:
    """Print what every column of every table means, in Markdown."""
    from condotta import dictionary

    typer.echo(dictionary.write_dictionary(), nl=False)


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
    """Check this installation: versions, readers, pipeline, codebook, write access, free space."""
    again = "pip install --force-reinstall condotta"
    checks: list[tuple[str, Callable[[], str], str]] = [
        ("python", lambda: sys.version.split()[0], again),
        ("versions", _say_versions, again),
        ("reading", _say_reading, again),
        ("pipeline", _say_pipeline, again),
        ("codebook", _say_codebook, again),
        ("notebooks", lambda: f"{len(walk.notebooks())} steps", again),
        ("extras", _say_extras, again),
        (f"writing to {folder.resolve()}", lambda: _say_writing(folder), "condotta doctor FOLDER"),
    ]
    if not all([_passes(*check) for check in checks]):
        raise typer.Exit(1)


def _passes(name: str, check: Callable[[], str], remedy: str) -> bool:
    try:
        typer.echo(f"ok    {name}: {check()}")
    except Exception as error:  # whatever is wrong is what the command is there to tell
        said = str(error).splitlines() or [type(error).__name__]
        typer.echo(f"FAIL  {name}: {said[0]}\n      type: {remedy}")
        return False
    return True


def _say_versions() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in walk.PACKAGES)


def _say_reading() -> str:
    """Return which readers there are, after one report went through the process that reads."""
    found = {name: importlib.metadata.version(name) for name in READERS}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.html").write_text("<html><body><p>They left.</p></body></html>")
        read, skipped = articles.read_articles(folder)
    if len(read) != 1:
        raise RuntimeError(f"a page of two words is not read: {skipped['detail'].iloc[0]}")
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _say_extras() -> str:
    """Return which extras are there, and what to type for the others."""
    return ", ".join(
        name if importlib.util.find_spec(module) else f"no {name} (pip install 'condotta[{name}]')"
        for name, module in EXTRAS.items()
    )


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
    free = shutil.disk_usage(folder).free / 2**30
    if free < LEAST_GIB:
        raise RuntimeError(f"{free:.2f} GiB free; make room, a run needs about {LEAST_GIB}")
    return f"{free:.1f} GiB free"
