"""Learn from the written reports on whose word a claim stands."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from condotta import codebook, cues, entities, language, names, reader, sources, speakers
from condotta import statements as statements_step
from en_condotta.recipe.corpora import untag
from en_condotta.recipe.sources import read_marked

STRENGTH = 0.3  # of the weights; held-out shares are flat within a factor of three
FEWEST = 3  # times a feature has to be seen
LEAST = 0.02  # weight below which a feature says nothing


class Lesson(NamedTuple):
    """One claim: the features of every candidate, and which of them tell it."""

    share: str
    features: list[tuple[str, ...]]
    right: list[bool]


class Told(NamedTuple):
    """The source of a claim as its report names it."""

    name: str | None
    kind: str
    spans: list[tuple[int, int]]


def read_lessons(files: Iterable[Path]) -> Iterator[Lesson]:
    """Yield the claims of some shares whose source is among the candidates."""
    book, nlp = codebook.load(), language.open_pipeline()
    lexicon, kinds = cues.index_cues(book), sources.index_kinds(book)
    for file in files:
        for marked, notes in read_marked(file):
            text, tags = untag(marked)
            doc = nlp(text)
            found = entities.find_entities([("", doc)], codebook=book)
            rows = found.astype(object).where(found.notna(), None).to_dict("records")
            named = sources.Names(rows)
            said = statements_step.read_article("", doc, named, lexicon, kinds, book)
            view = reader.look(doc, entities=rows, quantities=(), codebook=book)
            layout = speakers.lay_out(view, said, book)
            for kind, trigger, told in _claims(notes, tags, text):
                token = doc.char_span(*trigger, alignment_mode="expand").root
                near = list(speakers.candidates(layout, token, kind))
                right = [_tells(one.row, told) for one in near]
                if any(right):
                    yield Lesson(file.stem, [one.features for one in near], right)


def _claims(notes: str, tags, text: str) -> Iterator[tuple[str, tuple[int, int], Told]]:
    told = {}
    for line in re.findall(r"^s\d+ .*$", notes, flags=re.M):
        ref, *words = shlex.split(line)
        row = dict(word.split("=", 1) for word in words)
        spans = [(a, b) for r, role, a, b in tags if (r, role) == (ref, "source")]
        name = row.get("source_name") or (text[slice(*spans[0])] if spans else None)
        told[ref] = Told(name, row["source_kind"], spans)
    triggers = {ref: (a, b) for ref, role, a, b in tags[::-1] if role == "trigger"}
    for ref, kind, statement in re.findall(r"^(c\d+)\s+(\w+)\s+(s\d+)", notes, flags=re.M):
        if ref in triggers:  # one that no word tells has no place from which to look for a source
            yield kind, triggers[ref], told[statement]


def _tells(row: Mapping | None, told: Told) -> bool:
    """Return whether a statement has the source that is wanted: its words, or a name alike."""
    if row is None or told.kind == "outlet_voice":
        return row is None and told.kind == "outlet_voice"
    start, end = row["source_start"], row["source_end"]
    if start is not None and any(start < b and a < end for a, b in told.spans):
        return True
    ours, theirs = (_words(name) for name in (row["source_name"], told.name))
    return bool(ours and theirs) and 2 * len(ours & theirs) > min(len(ours), len(theirs))


def _words(name: str | None) -> set[str]:
    words = re.findall(r"\w+", names.fold(name).lower()) if name else []
    return {word for word in words if word not in ("the", "of", "a", "an", "in", "for", "s")}


def fit(lessons: Sequence[Lesson]) -> dict[str, np.ndarray]:
    """Return features and weights under which the right candidates are likeliest of their claim."""
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    rows = [set(features) for lesson in lessons for features in lesson.features]
    seen = Counter(feature for row in rows for feature in row)
    features = sorted(feature for feature, count in seen.items() if count >= FEWEST)
    at = {feature: column for column, feature in enumerate(features)}
    columns = [sorted(at[feature] for feature in row if feature in at) for row in rows]
    ends = np.cumsum([0, *map(len, columns)])
    cells = np.concatenate([np.array(c, dtype=int) for c in columns])
    table = csr_matrix((np.ones(len(cells)), cells, ends), shape=(len(rows), len(features)))
    right = np.array([flag for lesson in lessons for flag in lesson.right], dtype=float)
    sizes = [len(lesson.right) for lesson in lessons]
    starts = np.cumsum([0, *sizes[:-1]])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = table @ weights
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        every, ours = np.add.reduceat(scores, starts), np.add.reduceat(scores * right, starts)
        slope = scores / np.repeat(every, sizes) - scores * right / np.repeat(ours, sizes)
        missed = np.log(every).sum() - np.log(ours).sum()
        penalty = weights @ weights / (2 * STRENGTH)
        return missed + penalty, table.T @ slope + weights / STRENGTH

    weights = minimize(loss, np.zeros(len(features)), jac=True, method="L-BFGS-B").x
    kept = np.abs(weights) > LEAST
    return {"features": np.array(features)[kept], "weights": weights[kept].astype("float16")}


def share_right(arrays: Mapping[str, np.ndarray], lessons: Sequence[Lesson]) -> float:
    """Return the share of claims of which a right candidate scores highest."""
    worth = dict(zip(arrays["features"].tolist(), arrays["weights"].tolist(), strict=True))
    hits = 0
    for lesson in lessons:
        scores = [sum(worth.get(f, 0.0) for f in features) for features in lesson.features]
        hits += lesson.right[scores.index(max(scores))]
    return hits / max(1, len(lessons))


def write(folder: Path, target: Path = speakers.WEIGHTS, *, leave_out: Iterable[str] = ()) -> None:
    """Learn from all shares in a folder but those left out, and write the weights."""
    files = [f for f in sorted(Path(folder).glob("*.txt")) if f.stem not in set(leave_out)]
    np.savez_compressed(target, **fit(list(read_lessons(files))))
