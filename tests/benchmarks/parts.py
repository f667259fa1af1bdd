"""Parts of a run, each measured by itself: ``python -m benchmarks.parts NAME ...``."""

import gc
import json
import sys
import time
from pathlib import Path

from benchmarks import reports


def measured(work) -> None:
    """Print the CPU seconds of some work, after what starting took."""
    gc.collect()
    began = time.process_time()
    work()
    print(time.process_time() - began)


def texts_of(source: str) -> list[str]:
    """Return the texts of a file of reports."""
    return [json.loads(line)["text"] for line in Path(source).read_text().splitlines()]


def pipe(source: str) -> None:
    """The pipeline alone, in spaCy's own batches."""
    from condotta import language

    nlp, texts = language.open_pipeline(), texts_of(source)
    list(nlp.pipe(texts[:8]))
    measured(lambda: [None for _ in nlp.pipe(texts, batch_size=32)])


def tokenizer(source: str) -> None:
    """Words split, nothing else."""
    import spacy

    nlp, texts = spacy.blank("en"), texts_of(source)
    measured(lambda: [None for _ in nlp.pipe(texts)])


def rules(run_dir: str) -> None:
    """All rules over kept parses, rows made."""
    from condotta import codebook, language, plans, stages, tables

    docs, found, book = [], {}, codebook.load()
    for part in plans.read(Path(run_dir)):
        kept = plans.read_manifest(part.folder)["parses"]["ids"]
        docs += language.unpack((part.folder / stages.PARSES).read_bytes(), kept)
    table = tables.read(Path(run_dir), "articles")

    def work() -> None:
        for name, find in stages.FINDERS.items():
            found[name] = find(docs, table, found, book)

    work()  # gazetteer and readers are loaded
    measured(work)


def texts(
    run_dir: str, other: str, workers: str, scheduler: str = "", first_pass: str = ""
) -> None:
    """Partitions of a run read anew in another folder, by so many processes."""
    from condotta import partitions, plans, tables

    terms = plans.Terms(first_pass="" if first_pass == "all" else first_pass)
    partitions.read_texts(
        Path(other),
        tables.read(Path(run_dir), "articles"),
        terms=terms,
        runner=partitions.Runner(int(workers), scheduler or None),
    )


def articles(source: str, run_dir: str) -> None:
    """Reports as the table `articles`."""
    from condotta import tables
    from condotta.articles import read_articles

    tables.write(Path(run_dir), "articles", read_articles(source)[0])


def copies(n: str) -> None:
    """Copies among reports that all end with one footer, every tenth another's nearly."""
    import random

    from condotta import tables
    from condotta.copies import find_copies

    rows = []
    for number in range(int(n)):
        rng = random.Random(number - number % 10 if number % 10 == 1 else number)
        text = reports.compose(rng, 120, about=False) + reports.FOOTER
        rows.append(
            {
                "article_id": f"a{number:06}",
                "text": f"{text} {number}",
                "n_words": len(text.split()),
                "source_path": "made up",
                "source_sha256": "0",
                "format": "txt",
            }
        )
    table = tables.shape("articles", rows)
    find_copies(table.head(50))
    measured(lambda: find_copies(table))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
