"""How much would more reports help, and what does each reading give? Learning curve and ablations.

``python -m en_condotta.recipe.curve --reports data/corpus --run runs/sample`` learns the reader of
claims again from parts of the reports and scores it on shares left out and on coded pages.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated
from unittest.mock import patch

import numpy as np
import typer

from condotta import claims, codebook, gold, language, reader, resources, scoring, tables
from en_condotta.recipe import claims as recipe

if TYPE_CHECKING:
    from spacy.tokens import Doc

PARTS = (8, 4, 2, 1)  # every so manieth report
HELD_OUT = "africa-other,difficult"
MARKS = ("triggers", "slots")  # what the pipeline itself marks in a text


def learn(lessons: recipe.Lessons) -> reader.Reader:
    """Return a reader that was taught some lessons."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "reader.npz"
        recipe.write(lessons, target)
        return reader.read_weights(target)


def silence(classes: Sequence[str]) -> reader.Classifier:
    """Return a classifier that says of everything that it is none of some classes."""
    bias = np.array([0.0, *(-99.0 for _ in classes)])
    return reader.Classifier((reader.NONE, *classes), {}, np.zeros((0, len(bias))), bias)


def without_triggers(book: codebook.Codebook) -> codebook.Codebook:
    """Return a codebook whose claim types have their meanings and no words."""
    bare = {k: v.model_copy(update={"triggers": ()}) for k, v in book.claim_types.items()}
    return book.model_copy(update={"claim_types": bare})


def score_pages(
    learned: reader.Reader, run: Path, book: codebook.Codebook, *, marked: bool = True
) -> tuple[float, float]:
    """Return F of claims and of core slots on the coded pages of the sample."""
    read, named, said = (tables.read(run, n) for n in ("articles", "entities", "statements"))
    docs = ((key, doc if marked else unmark(doc)) for key, doc in language.parse(read))
    with patch.object(reader, "open_reader", lambda: learned):
        found = claims.find_claims(docs, read, named, said, codebook=book)
    pages = gold.read_gold(resources.find("data/gold/gold.jsonl"))
    summary = scoring.sum_up(scoring.pair_claims(pages, found, read), pages)
    return summary.loc["claims", "f"], summary.loc["core slots", "f"]


def unmark(doc: "Doc") -> "Doc":
    """Return a parsed text without the pipeline's own marks of triggers and slots."""
    for key in MARKS:
        doc.spans[key] = []
    return doc


def main(
    reports: Annotated[Path, typer.Option(help="folder of the written reports")],
    run: Annotated[Path, typer.Option(help="folder of a run of the sample")],
    hold_out: Annotated[str, typer.Option(help="shares to leave out and to score on")] = HELD_OUT,
) -> None:
    """Print the learning curve and the ablations as tables in Markdown."""
    files, without = sorted(reports.glob("*.txt")), set(hold_out.split(","))
    told = list(recipe.read_reports(f for f in files if f.stem not in without))
    held = recipe.learn_from(recipe.read_reports(f for f in files if f.stem in without))
    book = codebook.load()
    typer.echo("| reports | triggers | roles | claims | core slots |\n|---|---|---|---|---|")
    for part in PARTS:
        learned = learn(recipe.learn_from(told[::part]))
        words = recipe.score(learned, held)
        _tell(len(told[::part]), *words.values(), *score_pages(learned, run, book))
    bare = without_triggers(book)
    with patch.object(codebook, "load", lambda: bare):
        unruled = learn(recipe.learn_from(told))
    no_roles = learned._replace(roles=silence(reader.ROLES))
    rules = no_roles._replace(triggers=silence(()))
    typer.echo("\n| reading | claims | core slots |\n|---|---|---|")
    _tell("learned and codebook", *score_pages(learned, run, book))
    _tell("without the pipeline's marks", *score_pages(learned, run, book, marked=False))
    _tell("learned alone, no triggers of the codebook", *score_pages(unruled, run, bare))
    framed = rules._replace(roles=learned.roles)
    _tell("triggers of the codebook, slots learned", *score_pages(framed, run, book, marked=False))
    _tell("codebook alone, without figures", *score_pages(rules, run, book, marked=False))


def _tell(*cells: object) -> None:
    shown = (scoring.short(cell) if isinstance(cell, float) else str(cell) for cell in cells)
    typer.echo(f"| {' | '.join(shown)} |")


if __name__ == "__main__":
    typer.run(main)
