"""Learn from the written reports which words tell of which claim and which fill its slots.

``python -m en_condotta.recipe.claims --corpora PATH`` after the pipeline was trained; some minutes
on one core, kinds of sources and the sources of claims included. ``--hold-out`` leaves shares out
and says how well they are read.

The second look learns from what the first one makes of reports that it has not learned from:
shares are left out in turn.
"""

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from condotta import (
    carrying,
    claims,
    codebook,
    cues,
    entities,
    frames,
    language,
    reader,
    slots,
    weighing,
)
from condotta import sources as kinds_of_sources
from condotta import statements as statements_step
from en_condotta.recipe import corpora, sources, speakers

FEWEST = 3  # times a feature has to be seen
LEAST = 0.01  # weight below which a feature says nothing
# flat within a factor of three
STRENGTH = {"pages": 0.02, "triggers": 0.3, "roles": 0.1, "claims": 0.03, "fills": 0.02}
FOLDS = 3
TARGET = Path(__file__).parents[1] / "reader.npz"
FIRST = ("pages", "triggers", "roles")
FILLER = frozenset({"the", "a", "an", "of", "in", "and"}) | slots.GENERIC

Example = tuple[np.ndarray, str]
"""The hashed features of one case, and what it is."""


class Told(NamedTuple):
    """One claim of a report: its type, the words of its roles, and values that differ from them."""

    kind: str
    spans: Mapping[str, list[tuple[int, int]]]
    values: Mapping[str, str]


class Report(NamedTuple):
    """One written report and its claims."""

    share: str
    published: str | None
    title: str
    text: str
    claims: list[Told]


class Lessons(NamedTuple):
    """What the classifiers learn from."""

    pages: list[Example]
    triggers: list[Example]
    roles: list[Example]
    claims: list[Example]
    fills: list[Example]


def read_reports(files: Iterable[Path]) -> Iterator[Report]:
    """Yield the written reports of some shares."""
    for file in files:
        for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            head, _, body = block.partition("\n")
            marked, _, notes = body.partition("\n---")
            titled = marked.startswith("title:")
            marked = re.sub(r"^title:(.*)\n", r"\1\n\n", marked.strip())
            parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", marked.strip())]
            text, tags = corpora.untag("\n\n".join(parts))
            spans: dict[str, dict[str, list]] = defaultdict(lambda: defaultdict(list))
            for ref, role, start, end in tags:
                spans[ref][role].append((start, end))
            published = head.split("|")[3].strip()
            yield Report(
                file.stem,
                None if published == "-" else published,
                text.partition("\n")[0] if titled else "",
                text,
                [Told(kind, dict(spans[ref]), values) for ref, kind, values in _notes(notes)],
            )


def _notes(notes: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for line in re.findall(r"^c\d+ .*$", notes, flags=re.M):
        ref, kind, _, *rest = shlex.split(line)
        yield ref, kind, dict(word.split("=", 1) for word in rest if "=" in word)


def read_pages(reports: Iterable[Report]) -> Iterator[tuple[Report, claims.Page]]:
    """Yield reports with what the claims step would see of them."""
    book, nlp = codebook.load(), language.open_pipeline()
    lexicon, words = frames.index_triggers(book.claim_types), cues.index_cues(book)
    kinds = kinds_of_sources.index_kinds(book)
    for report in reports:
        doc = nlp(report.text)
        named = entities.find_entities([("", doc)], codebook=book)
        rows = named.astype(object).where(named.notna(), None).to_dict("records")
        names = kinds_of_sources.Names(rows)
        said = statements_step.read_article("", doc, names, words, kinds, book)
        article = {"article_id": "", "published_on": report.published, "title": report.title}
        yield report, claims.read_page(article, doc, rows, said, codebook=book, lexicon=lexicon)


def learn_first(read: Iterable[tuple[Report, claims.Page]]) -> Lessons:
    """Return the examples for the first look, at single sentences."""
    lessons = Lessons([], [], [], [], [])
    for report, page in read:
        _learn_page(page.view, report, lessons)
    return lessons


def _hashed(features: Iterable[str]) -> np.ndarray:
    return np.unique(np.fromiter(map(reader.hash_feature, features), dtype=np.int64))


def _learn_page(view: reader.View, report: Report, lessons: Lessons) -> None:
    relevant = "relevant" if report.claims else "quiet"
    lessons.pages.append((_hashed(reader.page_features(view)), relevant))
    told: dict[int, set[str]] = defaultdict(set)
    mentions = reader.mentions(view)
    for one in report.claims:
        trigger = _trigger(view, one)
        told[trigger.i].add(one.kind)
        roles = _roles(view, one.spans, mentions)
        _learn_roles(view, trigger, one.kind, roles, mentions, lessons)
    for token, features in reader.candidates(view):
        hashed = _hashed(features)
        for kind in sorted(told.get(token.i, {reader.NONE})):
            lessons.triggers.append((hashed, kind))


def _learn_roles(view, trigger, kind, roles, mentions, lessons) -> None:
    order: Counter[str] = Counter()
    for i in mentions:
        if view.sentence_of[i] != view.sentence_of[trigger.i]:
            continue
        category = view.categories[i]
        features = reader.role_features(view, trigger, kind, view.doc[i], order[category])
        order[category] += 1
        if i != trigger.i or i in roles:
            lessons.roles.append((_hashed(features), roles.get(i, reader.NONE)))


def _span(view: reader.View, run: tuple[int, int]):
    return view.doc.char_span(*run, alignment_mode="expand")


def _trigger(view: reader.View, told: Told):
    return _span(view, told.spans["trigger"][0]).root


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


def learn_second(read: Iterable[tuple[Report, claims.Page]], learned: reader.Reader) -> Lessons:
    """Return the examples for the second look, at what a first look proposes."""
    lessons = Lessons([], [], [], [], [])
    for report, page in read:
        likely = learned.pages.probabilities(reader.page_features(page.view))["relevant"]
        drafts = claims.propose(page, learned)
        told = match(page.view, report.claims, drafts)
        found = weighing.features(page, drafts, likely) if likely >= claims.DOUBTFUL else []
        for number, features in enumerate(found):
            lessons.claims.append((_hashed(features), "yes" if number in told else "no"))
        _learn_fills(page, report, [(drafts[n], told[n]) for n in sorted(told)], lessons)
    return lessons


def match(
    view: reader.View, told: Sequence[Told], drafts: Sequence[claims.Draft]
) -> dict[int, Told]:
    """Return which proposals are the claims of a report: by number, one for each claim."""
    ranked = sorted(
        (
            (fit, -number, -place)
            for place, one in enumerate(told)
            for number, draft in enumerate(drafts)
            if (fit := _fit(view, one, draft)) is not None
        ),
        reverse=True,
    )
    found: dict[int, Told] = {}
    places: set[int] = set()
    for _, number, place in ranked:
        if -number not in found and -place not in places:
            found[-number] = told[-place]
            places.add(-place)
    return found


def _fit(view: reader.View, told: Told, draft: claims.Draft) -> tuple | None:
    """Return how well a proposal agrees with a claim; None where it is another."""
    words = _span(view, told.spans["trigger"][0])
    apart = view.sentence_of[words.root.i] != view.sentence_of[draft.trigger.i]
    if draft.kind != told.kind or apart:
        return None
    agreed = 0
    for role in ("pay", "count"):
        quantity, bounds = draft.figures.get(role), told.values.get(role)
        if quantity is None or bounds is None:
            agreed -= (quantity is None) != (bounds is None)
        elif _bounds(bounds) == (quantity.min, quantity.max):
            agreed += 2
        else:
            return None
    return agreed, words.start <= draft.trigger.i < words.end, draft.score


def _bounds(written: str) -> tuple[float | None, float | None]:
    low, _, high = written.replace(",", "").partition("..")
    return float(low) if low else None, float(high) if high else None


def _learn_fills(
    page: claims.Page,
    report: Report,
    matched: Sequence[tuple[claims.Draft, Told]],
    lessons: Lessons,
) -> None:
    matched = sorted(matched, key=lambda pair: (pair[0].trigger.i, pair[0].kind))
    scene = carrying.set_scene(page, [draft for draft, _ in matched])
    for number, (_, told) in enumerate(matched):
        decided: dict[str, str | None] = {}
        for slot in carrying.ORDER:
            wanted = _wanted(report, told, slot)
            right = []
            for one in scene.offers[slot]:
                fills = any(_same(one.name, name) for name in wanted)
                features = carrying.features(scene, number, slot, one, decided)
                lessons.fills.append((_hashed(features), "yes" if fills else "no"))
                right += [one.name] if fills else []
            decided[slot] = right[0] if right else None


def _wanted(report: Report, told: Told, slot: str) -> list[str]:
    """Return the names in a slot: the value that the notes give, else the words."""
    if slot in told.values:
        return told.values[slot].split(";")
    words = [report.text[start:end] for start, end in told.spans.get(slot, ())]
    return [word for word in words if word.lower().split()[-1] not in slots.GENERIC]


def _same(one: str, other: str) -> bool:
    """Return whether two names share more than half the words of the shorter."""
    a, b = _words(one), _words(other)
    return bool(a and b) and len(a & b) > min(len(a), len(b)) / 2


def _words(name: str) -> set[str]:
    stems = {word.rstrip("s") for word in re.findall(r"\w+", name.lower())}
    return (stems - FILLER) or stems


def fit(examples: Sequence[Example], strength: float) -> dict[str, np.ndarray]:
    """Return the arrays of a classifier: classes, hashes of features, weights, bias."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    hashed = [keys for keys, _ in examples]
    keys, columns, seen = np.unique(np.concatenate(hashed), return_inverse=True, return_counts=True)
    ends = np.cumsum([0, *map(len, hashed)])
    table = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(hashed), len(keys)))
    table, keys = table[:, seen >= FEWEST], keys[seen >= FEWEST]
    labels = [label for _, label in examples]
    pages = set(labels) == {"relevant", "quiet"}
    weight = "balanced" if pages else None
    model = LogisticRegression(C=strength, max_iter=300, class_weight=weight).fit(table, labels)
    two = len(model.classes_) == 2
    weights = np.vstack([-model.coef_, model.coef_]) / 2 if two else model.coef_
    bias = np.concatenate([-model.intercept_, model.intercept_]) / 2 if two else model.intercept_
    kept = np.abs(weights).max(axis=0) > LEAST
    return {
        "classes": model.classes_.astype(str),
        "features": keys[kept],
        "weights": weights.T[kept].astype("float16"),
        "bias": bias.astype("float32"),
    }


def fit_all(lessons: Lessons, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return the arrays of several classifiers under the names that `reader.unpack` reads."""
    return {
        f"{name}_{key}": value
        for name in names
        for key, value in fit(getattr(lessons, name), STRENGTH[name]).items()
    }


def _first_look(arrays: Mapping[str, np.ndarray]) -> reader.Reader:
    looks = {name: reader.unpack(arrays, name) for name in FIRST}
    return reader.Reader(**looks, claims=looks["pages"], fills=looks["pages"])


def learn(read: Sequence[tuple[Report, claims.Page]]) -> dict[str, np.ndarray]:
    """Return the arrays of all classifiers, learned from some reports."""
    shares = sorted({report.share for report, _ in read})
    fold = {share: place % FOLDS for place, share in enumerate(shares)}
    parts = [[pair for pair in read if fold[pair[0].share] == n] for n in range(FOLDS)]
    parts = [part for part in parts if part]
    first = [learn_first(part) for part in parts]
    second = []
    for number, part in enumerate(parts):
        others = [lessons for n, lessons in enumerate(first) if n != number] or first
        second.append(learn_second(part, _first_look(fit_all(_joined(others), FIRST))))
    return fit_all(_joined(first), FIRST) | fit_all(_joined(second), ("claims", "fills"))


def _joined(parts: Sequence[Lessons]) -> Lessons:
    kinds = zip(*parts, strict=True)
    return Lessons(*([one for part in kind for one in part] for kind in kinds))


def score(learned: reader.Reader, read: Sequence[tuple[Report, claims.Page]]) -> dict[str, float]:
    """Return F of each classifier over its single cases."""
    first, second = learn_first(read), learn_second(read, learned)
    found = {name: _f_score(getattr(learned, name), getattr(first, name)) for name in FIRST[1:]}
    looks = ("claims", "fills")
    return found | {n: _f_score(getattr(learned, n), getattr(second, n)) for n in looks}


def _f_score(classifier: reader.Classifier, examples: Iterable[Example]) -> float:
    right = found = wanted = 0
    for keys, label in examples:
        scores = classifier.weigh(keys.tolist())
        best = max(scores, key=lambda name: (scores[name], name))
        found += best not in (reader.NONE, "no")
        wanted += label not in (reader.NONE, "no")
        right += best == label not in (reader.NONE, "no")
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
    read = list(read_pages(read_reports(f for f in files if f.stem not in without)))
    np.savez_compressed(target, **learn(read))
    typer.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    if not without:
        sources.write(reports)
        speakers.write(reports)
    else:
        held = list(read_pages(read_reports(f for f in files if f.stem in without)))
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
