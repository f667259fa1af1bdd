"""Learn from the written reports what kind of source its words show."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from condotta import codebook, cues, entities, language, sources
from en_condotta.recipe.corpora import untag

STRENGTH = 1.0  # of the weights; held-out shares are flat from 0.3
FEWEST = 2  # times a feature has to be seen


def read_sources(files: Iterable[Path]) -> Iterator[tuple[list[str], str]]:
    """Yield the features and the kind of every source that is named in its own words."""
    book = codebook.load()
    kinds, lexicon = sources.index_kinds(book), cues.index_cues(book)
    nlp = language.open_pipeline()
    for marked, notes in (report for file in files for report in read_marked(file)):
        text, tags = untag(marked)
        doc = nlp(text)
        found = entities.find_entities([("", doc)], codebook=book)
        names = sources.Names(found.astype(object).where(found.notna(), None).to_dict("records"))
        told = dict(re.findall(r"^(s\d+) .*?source_kind=(\w+)", notes, flags=re.M))
        for ref, role, start, end in tags:
            if role != "source" or told.get(ref, "outlet_voice") == "outlet_voice":
                continue
            words = doc.char_span(start, end, alignment_mode="expand")
            if words.root.pos_ == "PRON":
                continue
            at_head = sources.name_of_head(words, names, book)
            cue = next((tag for tag in tags[::-1] if tag[:2] == (ref, "cue")), None)
            said = doc.char_span(*cue[2:], alignment_mode="expand") if cue else None
            lemma = cues.head_of(said, lexicon).lemma_.lower() if said else ""
            yield list(sources.features(words, lemma, at_head, kinds, names)), told[ref]


def read_marked(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the text of every report of a share, tags and all, and the notes below it."""
    for block in re.split(r"^=== ", file.read_text(), flags=re.M)[1:]:
        marked, _, notes = block.partition("\n")[2].partition("\n---")
        paragraphs = re.split(r"\n\s*\n", re.sub(r"^title:(.*)\n", r"\1\n\n", marked.strip()))
        yield "\n\n".join(" ".join(part.split()) for part in paragraphs), notes


def fit(examples: Iterable[tuple[list[str], str]]) -> dict[str, np.ndarray]:
    """Return features, kinds and weights; the last row of the weights is the bias."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    found, kinds = zip(*examples, strict=True)
    counts = CountVectorizer(analyzer=list, min_df=FEWEST, binary=True)
    table = counts.fit_transform(found)
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(table, kinds)
    weights = np.vstack([model.coef_.T, model.intercept_]).astype("float16")
    return {
        "features": counts.get_feature_names_out().astype(str),
        "kinds": model.classes_.astype(str),
        "weights": weights,
    }


def write(folder: Path, target: Path = sources.WEIGHTS, *, leave_out: Iterable[str] = ()) -> None:
    """Learn from all shares in a folder but those left out, and write the weights."""
    files = [f for f in sorted(Path(folder).glob("*.txt")) if f.stem not in set(leave_out)]
    np.savez_compressed(target, **fit(read_sources(files)))
