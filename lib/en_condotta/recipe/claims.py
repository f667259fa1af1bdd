"""Learn from the written reports which words tell of which claim and which fill its slots.

``python -m en_condotta.recipe.claims --corpora PATH`` after the pipeline was trained; a minute on
one core, kinds of sources and the sources of claims included. ``--hold-out`` leaves shares out and
says how well they are read.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from condotta import claims, codebook, entities, frames, language, reader
from en_condotta.recipe import corpora, sources, speakers

FEWEST = 3  # times a feature has to be seen
LEAST = 0.01  # weight below which a feature says nothing
STRENGTH = {"pages": 0.02, "triggers": 0.3, "roles": 0.1}  # flat within a factor of three
TARGET = Path(__file__).parents[1] / "reader.npz"

Example = tuple[list[str], str]


class Report(NamedTuple):
    """One written report: its text, and for each claim its type and the words of its roles."""

    share: str
    published: str | None
    text: str
    claims: list[tuple[str, dict[str, list[tuple[int, int]]]]]


class Lessons(NamedTuple):
    """What the three classifiers learn from."""

    pages: list[Example]
    triggers: list[Example]
    roles: list[Example]


def read_reports(files: Iterable[Path]) -> Iterator[Report]:
    """Yield the written reports of some shares."""
    for file in files:
        for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            head, _, body = block.partition("\n")
            marked, _, notes = body.partition("\n---")
            marked = re.sub(r"^title:(.*)\n", r"\1\n\n", marked.strip())
            parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", marked.strip())]
            text, tags = corpora.untag("\n\n".join(parts))
            spans: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
            for ref, role, start, end in tags:
                spans[ref][role].append((start, end))
            types = re.findall(r"^(c\d+)\s+(\w+)", notes, flags=re.M)
            published = head.split("|")[3].strip()
            yield Report(
                file.stem,
                None if published == "-" else published,
                text,
                [(kind, dict(spans[ref])) for ref, kind in types],
            )


def learn_from(reports: Iterable[Report]) -> Lessons:
    """Return the examples in some reports, as the claims step would see them."""
    book, nlp = codebook.load(), language.open_pipeline()
    lexicon = frames.index_triggers(book.claim_types)
    lessons = Lessons([], [], [])
    for report in reports:
        doc = nlp(report.text)
        named = entities.find_entities([("", doc)], codebook=book)
        rows = named.astype(object).where(named.notna(), None).to_dict("records")
        article = {"article_id": "", "published_on": report.published}
        page = claims.read_page(article, doc, rows, (), codebook=book, lexicon=lexicon)
        _learn_page(page.view, report, lessons)
    return lessons


def _learn_page(view: reader.View, report: Report, lessons: Lessons) -> None:
    relevant = "relevant" if report.claims else "quiet"
    lessons.pages.append((reader.page_features(view), relevant))
    told: dict[int, set[str]] = defaultdict(set)
    mentions = reader.mentions(view)
    for kind, spans in report.claims:
        trigger = _span(view, spans["trigger"][0]).root
        told[trigger.i].add(kind)
        _learn_roles(view, trigger, kind, _roles(view, spans, mentions), mentions, lessons)
    for token, features in reader.candidates(view):
        for kind in sorted(told.get(token.i, {reader.NONE})):
            lessons.triggers.append((features, kind))


def _learn_roles(view, trigger, kind, roles, mentions, lessons) -> None:
    order: Counter[str] = Counter()
    for i in mentions:
        if view.sentence_of[i] != view.sentence_of[trigger.i]:
            continue
        category = view.categories[i]
        features = reader.role_features(view, trigger, kind, view.doc[i], order[category])
        order[category] += 1
        if i != trigger.i or i in roles:
            lessons.roles.append((features, roles.get(i, reader.NONE)))


def _span(view: reader.View, run: tuple[int, int]):
    return view.doc.char_span(*run, alignment_mode="expand")


def _roles(view: reader.View, spans: Mapping, mentions: Sequence[int]) -> dict[int, str]:
    """Return the mention that stands for the words of each role: a figure, the head, the first."""
    roles = {}
    for role in reader.ROLES:
        for run in spans.get(role, ()):
            words = _span(view, run)
            inside = [i for i in mentions if words.start <= i < words.end]
            figures = [i for i in inside if view.categories[i] in reader.FIGURES]
            if role in claims.FIGURE_ROLES and figures:
                roles[figures[0]] = role
            elif words.root.i in inside:
                roles[words.root.i] = role
            elif inside:
                roles[inside[0]] = role
    return roles


def fit(examples: Sequence[Example], strength: float) -> dict[str, np.ndarray]:
    """Return the arrays of a classifier: classes, hashes of features, weights, bias."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    hashed = [sorted({reader.hash_feature(f) for f in features}) for features, _ in examples]
    seen = Counter(key for keys in hashed for key in keys)
    keys = sorted(key for key, count in seen.items() if count >= FEWEST)
    at = {key: column for column, key in enumerate(keys)}
    columns = [[at[key] for key in keys if key in at] for keys in hashed]
    ends = np.cumsum([0, *map(len, columns)])
    cells = np.concatenate([np.array(c, dtype=int) for c in columns])
    table = csr_matrix((np.ones(len(cells)), cells, ends), shape=(len(columns), len(keys)))
    labels = [label for _, label in examples]
    two = len(set(labels)) == 2
    model = LogisticRegression(C=strength, max_iter=200, class_weight="balanced" if two else None)
    model.fit(table, labels)
    weights = np.vstack([-model.coef_, model.coef_]) / 2 if two else model.coef_
    bias = np.concatenate([-model.intercept_, model.intercept_]) / 2 if two else model.intercept_
    kept = np.abs(weights).max(axis=0) > LEAST
    return {
        "classes": model.classes_.astype(str),
        "features": np.array(keys)[kept],
        "weights": weights.T[kept].astype("float16"),
        "bias": bias.astype("float32"),
    }


def write(lessons: Lessons, target: Path = TARGET) -> None:
    """Fit the three classifiers and write them as one file of arrays."""
    arrays = {
        f"{name}_{key}": value
        for name, examples in lessons._asdict().items()
        for key, value in fit(examples, STRENGTH[name]).items()
    }
    np.savez_compressed(target, **arrays)


def score(learned: reader.Reader, lessons: Lessons) -> dict[str, float]:
    """Return F of triggers with their type, and of roles, over single words."""
    return {
        name: _f_score(getattr(learned, name), getattr(lessons, name))
        for name in ("triggers", "roles")
    }


def _f_score(classifier: reader.Classifier, examples: Iterable[Example]) -> float:
    right = found = wanted = 0
    for features, label in examples:
        scores = classifier.probabilities(features)
        best = max(scores, key=lambda name: (scores[name], name))
        found += best != reader.NONE
        wanted += label != reader.NONE
        right += best == label != reader.NONE
    return 2 * right / max(1, found + wanted)


def main(
    corpora_dir: Annotated[Path, typer.Option("--corpora", help="folder of the corpora")],
    hold_out: Annotated[str, typer.Option(help="shares to leave out and to score on")] = "",
    target: Annotated[Path, typer.Option(help="where the weights go")] = TARGET,
) -> None:
    """Learn the claims reader from written reports; with all of them, kinds of sources too."""
    reports = corpora.find_reports(corpora_dir)
    files = sorted(reports.glob("*.txt"))
    if not files:
        raise FileNotFoundError(f"{reports}: no share of written reports (*.txt); check --corpora.")
    without = set(filter(None, hold_out.split(",")))
    write(learn_from(read_reports(f for f in files if f.stem not in without)), target)
    typer.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    if not without:
        sources.write(reports)
        speakers.write(reports)
    else:
        held = learn_from(read_reports(f for f in files if f.stem in without))
        for name, value in score(reader.read_weights(target), held).items():
            typer.echo(f"{name} F {value:.3f}")
        _score_speakers(files, without)


def _score_speakers(files: Sequence[Path], without: set[str]) -> None:
    lessons = list(speakers.read_lessons(files))
    learned = speakers.fit([one for one in lessons if one.share not in without])
    held = [one for one in lessons if one.share in without]
    typer.echo(f"sources of claims, right {speakers.share_right(learned, held):.3f}")


if __name__ == "__main__":
    typer.run(main)
