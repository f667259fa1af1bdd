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

import en_condotta
from en_condotta import embed, packing
from en_condotta.recipe import corpora
from en_condotta.recipe.train import Portion, initialize, open_untrained, train

TREES = ["tok2vec", "tagger", "morphologizer", "parser"]
WORDS = {"treebank": 900, "articles": 600, "reports": 500}  # of each corpus in a step
SILVER_SHARE = 0.3  # of the articles get trees; more costs time and gives no score
CLUSTERED_WORDS = 100_000
HELD_OUT = "africa-other,difficult"
MEASURED = Path("training/work/measured")


class Corpora(NamedTuple):
    """What people annotated: trees, statements in articles, everything else in reports."""

    treebank: list[Doc]
    articles: list[Doc]
    reports: dict[str, list[Doc]]

    def portions(self, without: set[str] = frozenset()) -> list[Portion]:
        """Return what a training step reads of each corpus, some shares left out."""
        reports = [
            doc for share, docs in self.reports.items() if share not in without for doc in docs
        ]
        rows = {"treebank": self.treebank, "articles": self.articles, "reports": reports}
        return [Portion(docs, WORDS[name]) for name, docs in rows.items()]


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


def main(
    corpora_dir: Annotated[Path, typer.Option("--corpora", help="folder of the corpora")],
    without_polnear: Annotated[bool, typer.Option(help="leave out PolNeAR (no licence)")] = False,
    hold_out: Annotated[str, typer.Option(help="shares to measure on")] = HELD_OUT,
    measured: Annotated[Path, typer.Option(help="where the pipeline without them goes")] = MEASURED,
    shipped: Annotated[Path, typer.Option(help="where the one with all goes")] = en_condotta.FOLDER,
    tree_steps: Annotated[int, typer.Option(help="steps of the parser for silver trees")] = 4000,
    steps: Annotated[int, typer.Option(help="steps without the shares held out")] = 2000,
    last_steps: Annotated[int, typer.Option(help="further steps with everything")] = 1000,
    seed: Annotated[int, typer.Option(help="of order, dropout and first weights")] = 0,
) -> None:
    """Train twice: what is measured never saw the shares held out; what ships goes on from it."""
    make_clusters()
    parser = open_untrained(**{"nlp.pipeline": TREES})
    nlp = open_untrained()
    read = read_corpora(corpora_dir, nlp, polnear=not without_polnear)
    initialize(parser, read.treebank, seed)
    train(parser, [Portion(read.treebank, 1200)], steps=tree_steps, seed=seed, report=_report)
    add_trees(read.articles[: int(len(read.articles) * SILVER_SHARE)], parser)
    for docs in read.reports.values():
        add_trees(docs, parser)
    initialize(nlp, [doc for portion in read.portions() for doc in portion.docs], seed)
    fill_lemmas(nlp, read.treebank)
    train(nlp, read.portions(set(hold_out.split(","))), steps=steps, seed=seed, report=_report)
    finish(nlp, measured)
    train(nlp, read.portions(), steps=last_steps, seed=seed + 1, report=_report)
    finish(nlp, shipped)


if __name__ == "__main__":
    typer.run(main)
