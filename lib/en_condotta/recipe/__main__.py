"""Make the pipeline from its corpora, with one command.

Every stage is kept by what it was made from: a run that was broken off goes on where it was, and
a changed corpus trains again what learned from it.
"""

import gzip
import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import spacy
import typer
from spacy.attrs import DEP, HEAD
from spacy.language import Language
from spacy.strings import hash_string
from spacy.tokens import Doc
from thinc.api import use_ops

import en_condotta
from en_condotta import embed, packing
from en_condotta.recipe import corpora
from en_condotta.recipe.train import CONFIG, Portion, initialize, open_untrained, train

TREES = ["tok2vec", "tagger", "morphologizer", "parser"]
SAYING = ["tok2vec", "statements"]
TREEBANK = "ud-ewt/ewt-train.spacy"
ARTICLES = "polnear/polnear-train.spacy"
CLUSTERED_WORDS = 100_000
SILVER_SHARE = 0.3  # of the articles get trees at first; more takes longer
HELD_OUT = "africa-other,difficult"
WORKPLACE = Path("training")


class Stage(NamedTuple):
    """How long a stage of training is, how many words of each corpus a step reads, how fast."""

    steps: int
    treebank: int = 0
    articles: int = 0
    reports: int = 0
    peak: float = 0.001


PARSER = Stage(2500, treebank=1200)
TOGETHER = (
    Stage(2000, treebank=900, articles=600, reports=500),
    Stage(1100, treebank=500, articles=1000, reports=800),
)
STATEMENTS = (
    *(Stage(steps, articles=1300, reports=600) for steps in (1000, 1000, 700)),
    Stage(1500, articles=1300, reports=1300),
)
LAST_TOGETHER = Stage(400, treebank=500, reports=700, peak=0.0005)
LAST_STATEMENTS = Stage(300, articles=1000, reports=700, peak=0.0003)


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
    return Corpora(
        corpora.read_docbin(folder / TREEBANK, nlp.vocab),
        corpora.read_statements(folder / ARTICLES, nlp.vocab) if polnear else [],
        corpora.read_reports(corpora.find_reports(folder), nlp),
    )


def digest(*files: Path) -> str:
    """Return a fingerprint of files that are learned from, and of how the heads are built."""
    parts = [file.name.encode() + file.read_bytes() for file in (CONFIG, *files)]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def kept(place: Path, made_from: tuple, learn: Callable[[], Language]) -> Language:
    """Return what a stage learned, from disk if it was made from the same before."""
    name = sha256(repr(made_from).encode()).hexdigest()[:12]
    place = place.with_name(f"{place.name}-{name}")
    if not place.exists():
        typer.echo(f"{place}: {made_from[-1]}")
        unfinished = place.with_name(f"{place.name}.unfinished")
        learn().to_disk(unfinished)
        unfinished.rename(place)
    with use_ops("numpy", use_blis=False):
        return spacy.load(place)


def open_some(pipeline: list[str]) -> Language:
    """Return some heads and their embedding, with no weights yet."""
    return open_untrained(**{"nlp.pipeline": pipeline})


def add_trees(docs: list[Doc], parser: Language) -> None:
    """Write the tags and trees that a parser reads into Docs that have none."""
    for doc in docs:
        parsed = parser(corpora.copy_words(doc, parser.vocab))
        for ours, theirs in zip(doc, parsed, strict=True):
            ours.tag_, ours.pos_ = theirs.tag_, theirs.pos_
            ours.set_morph(str(theirs.morph))
        doc.from_array([HEAD, DEP], parsed.to_array([HEAD, DEP]))


def add_silver(read: Corpora, parser: Language) -> Corpora:
    """Return the corpora with trees on some articles, in copies."""
    share = int(len(read.articles) * SILVER_SHARE)
    parsed = [doc.copy() for doc in read.articles[:share]]
    add_trees(parsed, parser)
    return read._replace(articles=parsed + read.articles[share:])


def learn_trees(read: Corpora) -> Language:
    """Return a parser that knows the treebank alone."""
    parser = open_some(TREES)
    initialize(parser, read.treebank)
    run_stage(parser, read, PARSER)
    return parser


def learn_together(read: Corpora, parser: Language, without: set[str]) -> Language:
    """Return all heads on one embedding; at first some articles have trees."""
    nlp, silver = open_untrained(), add_silver(read, parser)
    initialize(nlp, [doc for portion in silver.portions(TOGETHER[0]) for doc in portion.docs])
    for seed, (corpus, stage) in enumerate(zip((silver, read), TOGETHER, strict=True)):
        run_stage(nlp, corpus, stage, without, seed)
    return nlp


def learn_statements(read: Corpora, heads: Language, without: set[str]) -> Language:
    """Return the statement head with a copy of the embedding, which the two go on to train."""
    nlp = open_some(SAYING)
    initialize(nlp, read.articles + [doc for docs in read.reports.values() for doc in docs])
    for name in SAYING:
        nlp.get_pipe(name).from_bytes(heads.get_pipe(name).to_bytes(), exclude=["vocab"])
    for seed, stage in enumerate(STATEMENTS, len(TOGETHER)):
        run_stage(nlp, read, stage, without, seed)
    return nlp


def go_on(nlp: Language, read: Corpora, stage: Stage) -> Language:
    """Return a pipeline after one more stage, with the shares that were held out."""
    run_stage(nlp, read, stage, seed=len(TOGETHER) + len(STATEMENTS))
    return nlp


def run_stage(
    nlp: Language, read: Corpora, stage: Stage, without: set[str] = frozenset(), seed: int = 0
) -> None:
    """Train one stage, and say how it goes."""
    typer.echo(f"{stage}")
    portions = read.portions(stage, without)
    train(nlp, portions, steps=stage.steps, peak=stage.peak, seed=seed, report=_report)


def _report(step: int, losses: dict[str, float]) -> None:
    typer.echo(f"{step}: " + ", ".join(f"{name} {loss:,.0f}" for name, loss in losses.items()))


def join(heads: Language, saying: Language) -> Language:
    """Return the pipeline: the statement head with the embedding it learned on, then all others."""
    with use_ops("numpy", use_blis=False):
        saying.replace_listeners("tok2vec", "statements", ["model.tok2vec"])
        heads.remove_pipe("statements")
        heads.add_pipe("statements", source=saying, after="tok2vec")
    return heads


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


def finish(nlp: Language, treebank: list[Doc], folder: Path) -> None:
    """Fill the lemmas and pack a pipeline into a folder, in place of what was there."""
    fill_lemmas(nlp, treebank)
    nlp.meta |= {"name": "condotta", "version": en_condotta.__version__}
    nlp.meta["description"] = "English pipeline for conflict reporting"
    shutil.rmtree(folder, ignore_errors=True)
    packing.pack(nlp, folder)
    typer.echo(f"{folder}: packed")


def main(
    corpora_dir: Annotated[Path, typer.Option("--corpora", help="folder of the corpora")],
    without_polnear: Annotated[bool, typer.Option(help="leave out PolNeAR (no licence)")] = False,
    hold_out: Annotated[str, typer.Option(help="shares to measure on")] = HELD_OUT,
    workplace: Annotated[Path, typer.Option(help="where stages are kept")] = WORKPLACE,
    shipped: Annotated[Path, typer.Option(help="where the one with all goes")] = en_condotta.FOLDER,
) -> None:
    """Train what is measured without the shares held out; what ships goes on from it with all."""
    without, trees = set(hold_out.split(",")), corpora_dir / TREEBANK
    files = [trees, *sorted(corpora.find_reports(corpora_dir).glob("*.txt"))]
    files += [] if without_polnear else [corpora_dir / ARTICLES]
    read = read_corpora(corpora_dir, open_some(TREES), polnear=not without_polnear)
    made = digest(*files), hold_out
    workplace.mkdir(parents=True, exist_ok=True)
    make_clusters()

    parser = kept(workplace / "trees", (digest(trees), PARSER), lambda: learn_trees(read))
    for docs in read.reports.values():
        add_trees(docs, parser)

    together = (*made, PARSER, TOGETHER)
    said = (*together, STATEMENTS)

    def heads() -> Language:
        return kept(workplace / "heads", together, lambda: learn_together(read, parser, without))

    def saying() -> Language:
        return kept(workplace / "saying", said, lambda: learn_statements(read, heads(), without))

    def go_on_all(name: str, made: tuple, stage: Stage, learned: Callable[[], Language]):
        return kept(workplace / name, (*made, stage), lambda: go_on(learned(), read, stage))

    finish(join(heads(), saying()), read.treebank, workplace / "measured")
    all_heads = go_on_all("heads-all", together, LAST_TOGETHER, heads)
    all_said = go_on_all("saying-all", said, LAST_STATEMENTS, saying)
    finish(join(all_heads, all_said), read.treebank, shipped)


if __name__ == "__main__":
    typer.run(main)
