"""Score a pipeline on the corpora: ``python -m en_condotta.score --corpora PATH``."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from spacy.language import Language
from spacy.scorer import PRFScore, Scorer
from spacy.tokens import Doc, Span
from spacy.training import Example

import en_condotta
from condotta import codebook, entities, statements
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


def score_statements(nlp: Language, pages: Iterable[Mapping]) -> dict[str, float]:
    """Return how well `condotta.statements` reads articles whose statements people marked.

    F of statements whose content shares at least three (eight) tenths of its words with a marked
    one, the share of the first that have its source, and F over the words of all contents.

    Parameters
    ----------
    nlp : Language
        The pipeline.
    pages : iterable of mappings
        Articles with `text` and `attributions`: `source` and `content` of each, as lists of
        [start, end] in characters.
    """
    book = codebook.load()
    counts: Counter[str] = Counter()
    for page in pages:
        doc = nlp(page["text"])
        named = entities.find_entities([("", doc)], codebook=book)
        articles = pd.DataFrame({"article_id": [""], "text": [page["text"]]})
        said = statements.find_statements([("", doc)], articles, named, codebook=book)
        found = [
            tuple(_words(page["text"], _span_of(row, role)) for role in ("source", "content"))
            for row in said.to_dict("records")
        ]
        wanted = [
            tuple(_words(page["text"], one.get(role, ())) for role in ("source", "content"))
            for one in page["attributions"]
        ]
        counts += _agreement(found, [one for one in wanted if one[1]])
    statements_f = (2 * counts[limit] / (counts["found"] + counts["wanted"]) for limit in "38")
    return {
        **dict(zip(("F at .3", "F at .8"), statements_f, strict=True)),
        "source right": counts["source"] / max(1, counts["3"]),
        "content words": 2 * counts["both"] / (counts["our words"] + counts["their words"]),
    }


def _span_of(row: Mapping, role: str) -> list[tuple[int, int]]:
    start, end = row[f"{role}_start"], row[f"{role}_end"]
    return [] if pd.isna(start) else [(start, end)]


def _words(text: str, spans: Iterable[tuple[int, int]]) -> set[int]:
    return {a + m.start() for a, b in spans for m in re.finditer(r"\w+|[^\w\s]", text[a:b])}


def _agreement(found: list[tuple[set, set]], wanted: list[tuple[set, set]]) -> Counter[str]:
    counts = Counter({"found": len(found), "wanted": len(wanted)})
    ours, theirs = (set().union(*(one[1] for one in side)) for side in (found, wanted))
    counts += Counter({"both": len(ours & theirs)})
    counts += Counter({"our words": len(ours), "their words": len(theirs)})
    used = set()
    for source, content in found:
        shares = [len(content & theirs) / len(content | theirs) for _, theirs in wanted]
        best = max(range(len(shares)), key=lambda i: (shares[i], i), default=None)
        for limit in "38":
            if best is not None and shares[best] >= int(limit) / 10 and (limit, best) not in used:
                used.add((limit, best))
                counts[limit] += 1
                same = bool(source & wanted[best][0]) or not (source or wanted[best][0])
                counts["source"] += limit == "3" and same
    return counts


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
    marked = (corpora_dir / "polnear/dev.jsonl").read_text(encoding="utf-8").splitlines()
    show("PolNeAR dev, statements", score_statements(nlp, map(json.loads, marked)))
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
