"""Make the pipeline from its corpora, with one command."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from spacy.attrs import DEP, HEAD
from spacy.language import Language
from spacy.strings import hash_string
from spacy.tokens import Doc
from thinc.api import use_ops

import en_condotta
from en_condotta import embed, packing
from en_condotta.recipe import corpora
from en_condotta.recipe.train import Portion, initialize, open_untrained, train

TREES = ["tok2vec", "tagger", "morphologizer", "parser"]
CLUSTERED_WORDS = 100_000
SILVER_SHARE = 0.3  # of the articles get trees in the first stage; more takes longer
HELD_OUT = "africa-other,difficult"
MEASURED = Path("training/measured")


class Stage(NamedTuple):
    """How long a stage of training is, how many words of each corpus a step reads, how fast."""

    steps: int
    treebank: int
    articles: int
    reports: int
    peak: float


TOGETHER = (
    Stage(2000, treebank=900, articles=600, reports=500, peak=0.001),
    Stage(1100, treebank=500, articles=1300, reports=500, peak=0.001),
)
STATEMENTS = (
    Stage(1400, treebank=0, articles=900, reports=500, peak=0.001),
    Stage(700, treebank=0, articles=1300, reports=500, peak=0.001),
)
LAST_TOGETHER = Stage(400, treebank=500, articles=0, reports=600, peak=0.0005)
LAST_STATEMENTS = Stage(250, treebank=0, articles=1000, reports=700, peak=0.0003)


class Corpora(NamedTuple):
    """What people annotated: trees, statements in articles, everything else in reports."""

    treebank: list[Doc]
    articles: list[Doc]
    reports: dict[str, list[Doc]]

    def portions(self, stage: Stage, without: set[str] = frozenset()) -> list[Portion]:
        """Return what a step of a stage reads of each corpus, some shares left out."""
        shares = (docs for share, docs in self.reports.items() if share not in without)
        reports = [doc for docs in shares for doc in docs]
        return [
            Portion(self.treebank, stage.treebank),
            Portion(self.articles, stage.articles),
            Portion(reports, stage.reports),
        ]


def read_corpora(folder: Path, nlp: Language, *, polnear: bool = True) -> Corpora:
    """Read the treebank, the articles and the written reports."""
    articles = folder / "polnear/polnear-train.spacy"
    return Corpora(
        corpora.read_docbin(folder / "ud-ewt/ewt-train.spacy", nlp.vocab),
        corpora.read_statements(articles, nlp.vocab) if polnear else [],
        corpora.read_reports(corpora.find_reports(folder), nlp),
    )


def add_trees(docs: list[Doc], parser: Language) -> None:
    """Write the tags and trees that a parser reads into Docs that have none."""
    for doc in docs:
        parsed = parser(corpora.copy_words(doc, parser.vocab))
        for ours, theirs in zip(doc, parsed, strict=True):
            ours.tag_, ours.pos_ = theirs.tag_, theirs.pos_
            ours.set_morph(str(theirs.morph))
        doc.from_array([HEAD, DEP], parsed.to_array([HEAD, DEP]))


def add_silver(read: Corpora, parser: Language) -> Corpora:
    """Give every report a tree in place, and return the corpora with trees on some articles."""
    for docs in read.reports.values():
        add_trees(docs, parser)
    share = int(len(read.articles) * SILVER_SHARE)
    parsed = [doc.copy() for doc in read.articles[:share]]
    add_trees(parsed, parser)
    return read._replace(articles=parsed + read.articles[share:])


def make_clusters(target: Path = embed.TABLE) -> None:
    """Write the clusters of the most frequent words, from the lookup tables of spaCy."""
    clusters, frequency = _lookups("en_lexeme_cluster"), _lookups("en_lexeme_prob")
    known = (word for word, cluster in clusters.items() if int(cluster))
    words = sorted(known, key=lambda word: (-frequency.get(word, -99), word))[:CLUSTERED_WORDS]
    hashes = np.array([hash_string(word) for word in words], dtype="uint64")
    order = hashes.argsort()
    values = np.array([int(clusters[word]) for word in words], dtype="uint32")
    np.savez_compressed(target, words=hashes[order], clusters=values[order])


def fill_lemmas(nlp: Language, treebank: list[Doc]) -> None:
    """Fill the tables of the lemmatizer from the treebank and from WordNet's word lists."""
    exceptions, words = _lookups("en_lemma_exc"), _lookups("en_lemma_index")
    lemmatizer = nlp.get_pipe("lemmatizer")
    lemmatizer.learn(treebank, exceptions, words)
    lemmatizer.forms["NNS"]["bases"] = "base"  # the two in the treebank are plurals of basis


def _lookups(name: str) -> dict:
    import spacy_lookups_data

    file = Path(spacy_lookups_data.__file__).parent / "data" / f"{name}.json.gz"
    return json.loads(gzip.decompress(file.read_bytes()))


def finish(nlp: Language, folder: Path) -> None:
    """Pack a pipeline into a folder, in place of what was there."""
    nlp.meta |= {"name": "condotta", "version": en_condotta.__version__}
    nlp.meta["description"] = "English pipeline for conflict reporting"
    shutil.rmtree(folder, ignore_errors=True)
    packing.pack(nlp, folder)
    typer.echo(f"{folder}: packed")


def _report(step: int, losses: dict[str, float]) -> None:
    typer.echo(f"{step}: " + ", ".join(f"{name} {loss:,.0f}" for name, loss in losses.items()))


def separate_statements(nlp: Language) -> None:
    """Give the statement head its own copy of the embedding, which it goes on to train alone."""
    with use_ops("numpy", use_blis=False):
        nlp.replace_listeners("tok2vec", "statements", ["model.tok2vec"])


def train_together(nlp: Language, read: Corpora, silver: Corpora, without: set[str]) -> None:
    """Train all heads on one embedding, with trees on some articles at first."""
    initialize(nlp, [doc for portion in silver.portions(TOGETHER[0]) for doc in portion.docs])
    run_stage(nlp, silver, TOGETHER[0], without, seed=0)
    run_stage(nlp, read, TOGETHER[1], without, seed=1)


def train_statements(nlp: Language, read: Corpora, without: set[str]) -> None:
    """Train the statement head further, with an embedding of its own."""
    separate_statements(nlp)
    with nlp.select_pipes(enable=["statements"]):
        for seed, stage in enumerate(STATEMENTS, 2):
            run_stage(nlp, read, stage, without, seed)


def train_on_everything(nlp: Language, read: Corpora) -> None:
    """Go on with the shares that were held out."""
    with nlp.select_pipes(disable=["statements"]):
        run_stage(nlp, read, LAST_TOGETHER, seed=4)
    with nlp.select_pipes(enable=["statements"]):
        run_stage(nlp, read, LAST_STATEMENTS, seed=5)


def run_stage(
    nlp: Language, read: Corpora, stage: Stage, without: set[str] = frozenset(), seed: int = 0
) -> None:
    """Train one stage, and say how it goes."""
    typer.echo(f"{stage}")
    portions = read.portions(stage, without)
    train(nlp, portions, steps=stage.steps, peak=stage.peak, seed=seed, report=_report)


def main(
    corpora_dir: Annotated[Path, typer.Option("--corpora", help="folder of the corpora")],
    without_polnear: Annotated[bool, typer.Option(help="leave out PolNeAR (no licence)")] = False,
    hold_out: Annotated[str, typer.Option(help="shares to measure on")] = HELD_OUT,
    measured: Annotated[Path, typer.Option(help="where the pipeline without them goes")] = MEASURED,
    shipped: Annotated[Path, typer.Option(help="where the one with all goes")] = en_condotta.FOLDER,
    tree_steps: Annotated[int, typer.Option(help="steps of the parser for silver trees")] = 4000,
) -> None:
    """Train what is measured without the shares held out; what ships goes on from it with all."""
    without = set(hold_out.split(","))
    make_clusters()
    parser, nlp = open_untrained(**{"nlp.pipeline": TREES}), open_untrained()
    read = read_corpora(corpora_dir, nlp, polnear=not without_polnear)
    initialize(parser, read.treebank)
    train(parser, [Portion(read.treebank, 1200)], steps=tree_steps, report=_report)
    train_together(nlp, read, add_silver(read, parser), without)
    train_statements(nlp, read, without)
    fill_lemmas(nlp, read.treebank)
    finish(nlp, measured)
    train_on_everything(nlp, read)
    finish(nlp, shipped)


if __name__ == "__main__":
    typer.run(main)
