"""Score a pipeline on the corpora: ``python -m en_condotta.score --corpora PATH``."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from spacy.language import Language
from spacy.scorer import PRFScore, Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example

import en_condotta
from en_condotta.recipe import corpora

PRONOUNS = "he she it they his her its their him them who which we our us i my you that himself"
HELD_OUT = "africa-other,difficult"


def read_again(nlp: Language, gold: Iterable[Doc]) -> Iterator[Example]:
    """Yield each Doc as the pipeline reads its words, beside the Doc as people marked it."""
    for doc in gold:
        yield Example(nlp(corpora.copy_words(doc, nlp.vocab)), doc)


def score_trees(nlp: Language, gold: Iterable[Doc]) -> dict[str, float]:
    """Return accuracies of tags, lemmas and trees on given tokens."""
    examples = list(read_again(nlp, gold))
    scores = Scorer(nlp).score(examples)
    lemmas = Scorer.score_token_attr(examples, "lemma")
    kept = ("pos_acc", "tag_acc", "dep_uas", "dep_las", "sents_f")
    return {name: scores[name] for name in kept} | {"lemma_acc": lemmas["lemma_acc"]}


def score_words(examples: Iterable[Example], key: str) -> dict[str, float]:
    """Return F of each label over words: how many of them carry it rightly."""
    counts: dict[str, PRFScore] = {}
    for example in examples:
        pairs = (_labelled_words(doc, key) for doc in (example.predicted, example.reference))
        found, wanted = pairs
        for label in sorted({label for _, label in found | wanted}):
            ours = {i for i, name in found if name == label}
            theirs = {i for i, name in wanted if name == label}
            counts.setdefault(label, PRFScore()).score_set(ours, theirs)
    return {label: score.fscore for label, score in sorted(counts.items())}


def _labelled_words(doc: Doc, key: str) -> set[tuple[int, str]]:
    return {(token.i, span.label_) for span in doc.spans.get(key, []) for token in span}


def score_names(examples: Iterable[Example]) -> dict[str, float]:
    """Return F of exact names with their label, in all and by label."""
    scores = Scorer.score_spans(examples, "ents")
    by_label = {label: row["f"] for label, row in sorted(scores["ents_per_type"].items())}
    return {"all": scores["ents_f"], **by_label}


def score_found(examples: Iterable[Example]) -> dict[str, float]:
    """Return the share of marked names, pronouns left out, of which any word was read as a name."""
    wanted: dict[str, list[bool]] = {}
    for example in examples:
        names = {token.i for span in example.predicted.ents for token in span}
        for span in filter(_is_named, example.reference.ents):
            found = any(i in names for i in range(span.start, span.end))
            wanted.setdefault(span.label_, []).append(found)
    return {label: sum(found) / len(found) for label, found in sorted(wanted.items())}


def _is_named(span: Span) -> bool:
    return span.label_ in ("Person", "Organisation") and not all(
        token.lower_ in PRONOUNS.split() for token in span
    )


def measure_speed(nlp: Language, texts: list[str]) -> float:
    """Return words per second of processor time, the whole pipeline, each text by itself."""
    words = sum(len(nlp.make_doc(text)) for text in texts)
    nlp(texts[0])
    start = time.process_time()
    for text in texts:
        nlp(text)
    return words / (time.process_time() - start)


def main(
    corpora_dir: Annotated[Path, typer.Option("--corpora", help="folder of the corpora")],
    pipeline: Annotated[Path | None, typer.Option(help="the shipped one if left out")] = None,
    held_out: Annotated[str, typer.Option(help="shares of written reports to score")] = HELD_OUT,
) -> None:
    """Print every score of the model card that this folder of corpora can give."""
    start = time.perf_counter()
    nlp = en_condotta.load(pipeline)
    loaded = time.perf_counter() - start
    folder = pipeline or en_condotta.FOLDER
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    written = corpora.read_reports(corpora.find_reports(corpora_dir), nlp)
    shares = [doc for share in held_out.split(",") for doc in written[share]]
    articles = corpora.read_statements(corpora_dir / "polnear/polnear-dev.spacy", nlp.vocab)
    re3d = [
        doc
        for part in ("dev", "train")
        for doc in corpora.read_docbin(corpora_dir / f"re3d/re3d-{part}.spacy", nlp.vocab)
    ]
    treebank = corpora.read_docbin(corpora_dir / "ud-ewt/ewt-test.spacy", nlp.vocab)
    reports = list(read_again(nlp, shares))
    show("EWT test, gold tokens", score_trees(nlp, treebank))
    show("PolNeAR dev, statement words F", score_words(read_again(nlp, articles), "attribution"))
    show(f"{held_out}: names, exact F", score_names(reports))
    show(f"{held_out}: statement words F", score_words(reports, "attribution"))
    show(f"{held_out}: trigger words F", score_words(reports, "triggers"))
    show(f"{held_out}: slot words F", score_words(reports, "slots"))
    show("re3d, names found", score_found(read_again(nlp, re3d)))
    typer.echo(f"words per CPU-second: {measure_speed(nlp, [doc.text for doc in articles]):,.0f}")
    typer.echo(f"size: {size / 1e6:.1f} MB; opened in {loaded:.2f} s")


def show(title: str, scores: dict[str, float]) -> None:
    """Print one line of scores."""
    typer.echo(f"{title}: " + ", ".join(f"{name} {value:.3f}" for name, value in scores.items()))


if __name__ == "__main__":
    typer.run(main)
