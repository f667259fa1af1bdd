"""The written reports: texts with the statements, claims and names that people marked in them.

``python -m en_condotta.recipe.reports [FILE...]`` checks shares, all of `data/corpus` by default:
it counts what they hold, says what is wrong and where, and lists texts that are too near to one
another or to a gold page. `data/corpus/README.md` explains the format.
"""

import json
import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from condotta import codebook, resources, tables

TAG = re.compile(r"\{(?:@|([sc]\d+(?:\+[sc]\d+)*):([a-z]+)\|)|\}")
NAMES = [
    "person",
    "organisation",
    "armed_group",
    "state",
    "place",
    "facility",
    "nationality",
    "weapon",
    "platform",
]
ROLES = {
    "s": ["source", "cue", "content", "relay"],
    "c": [
        "trigger",
        "recruiter",
        "recruits",
        "origin",
        "staging",
        "destination",
        "beneficiary",
        "pay",
        "count",
        "contract",
        "date",
    ],
}
BOUNDS = {
    "count": ("count_min", "count_max"),
    "pay": ("pay_min", "pay_max"),
    "contract": ("contract_months", "contract_months_max"),
    "date": ("date_from", "date_to"),
}
FIGURES = {"pay": "pay", "headcount": "count"}  # types that are nothing without one
RUN = 5  # words in a row by which two texts are compared
NEAR = 0.25  # share of such runs in common from which on they are too near
FREE = {"relayed_by", "denies"}  # values that name another line of the report

Values = dict[str, str | float]
Spans = dict[str, list[tuple[int, int]]]


class Statement(NamedTuple):
    """Somebody who says something: what is noted of it, and the words of each role."""

    id: str
    values: Values
    spans: Spans


class Claim(NamedTuple):
    """Something claimed: type, the statement it stands on, noted values, words of each slot."""

    id: str
    type: str
    statement: str
    values: Values
    spans: Spans


class Report(NamedTuple):
    """One written report, its text without tags."""

    id: str
    share: str
    genre: str
    theatre: str
    published: str | None
    text: str
    statements: dict[str, Statement]
    claims: dict[str, Claim]
    names: list[tuple[int, int, str]]


def read(files: Iterable[Path]) -> Iterator[Report]:
    """Yield the reports of some shares.

    Raises
    ------
    ValueError
        If a report breaks the format, naming share, report and what is wrong.
    """
    for report in read_all(files):
        if isinstance(report, str):
            raise ValueError(report)
        yield report


def read_all(files: Iterable[Path]) -> Iterator[Report | str]:
    """Yield each report, or where it breaks the format the sentence that says how."""
    for file in files:
        for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            name = block.partition("|")[0].strip()
            try:
                yield _read(block, file.stem)
            except ValueError as error:
                yield f"{file.name}: report {name}: {error}"


def _read(block: str, share: str) -> Report:
    head, _, body = block.partition("\n")
    header = [part.strip() for part in head.split("|")]
    if len(header) != 4:
        raise ValueError(f"the header needs id | genre | theatre | date, this is {head!r}")
    marked, rule, notes = body.partition("\n---")
    if not rule:
        raise ValueError("the line --- between text and notes is missing")
    text, tags = untag(_flow(marked))
    spans: dict[str, Spans] = defaultdict(lambda: defaultdict(list))
    for ref, role, start, end in tags:
        if role not in ROLES[ref[0]]:
            raise ValueError(f"{ref}: {role!r} is not one of {', '.join(ROLES[ref[0]])}")
        spans[ref][role].append((start, end))
    statements, claims, names, quiet = _read_notes(notes, text, spans)
    if noteless := sorted(spans.keys() - statements.keys() - claims.keys()):
        raise ValueError(f"tags of {noteless[0]} have no line after ---")
    if quiet == bool(claims):
        raise ValueError("it needs either claims or the line 'quiet'")
    for claim in claims.values():
        _check_claim(claim, statements)
    name, genre, theatre, published = header
    published = None if published == "-" else published
    return Report(name, share, genre, theatre, published, text, statements, claims, names)


def _flow(marked: str) -> str:
    """Return the text with its title on top; a line break in a paragraph is a space."""
    marked = re.sub(r"^title:(.*)\n", r"\1\n\n", marked.strip())
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", marked.strip()))


def untag(marked: str) -> tuple[str, list[tuple[str, str, int, int]]]:
    """Return plain text, and its tags as (reference, role, start, end), one for each reference.

    Examples
    --------
    >>> untag("{s1:source|Reuters} {s1:cue|said} {s1:content|they left}.")
    ('Reuters said they left.',
     [('s1', 'source', 0, 7), ('s1', 'cue', 8, 12), ('s1', 'content', 13, 22)])
    """
    out, tags, stack, last, length = [], [], [], 0, 0
    for match in TAG.finditer(marked):
        out.append(marked[last : match.start()])
        length += len(out[-1])
        last = match.end()
        if match[0] != "}":
            stack.append((match[1], match[2], length))
        elif not stack:
            raise ValueError(f"a brace closes nothing at {marked[match.start() - 30 : last]!r}")
        else:
            refs, role, start = stack.pop()
            if refs:
                tags += [(ref, role, start, length) for ref in refs.split("+")]
    if stack:
        raise ValueError(f"tag {stack[-1][:2]} is never closed")
    return "".join(out) + marked[last:], tags


def _read_notes(notes: str, text: str, spans: dict[str, Spans]):
    statements, claims, names, quiet = {}, {}, [], False
    for line in filter(None, map(str.strip, notes.splitlines())):
        if line == "quiet":
            quiet = True
        elif line.startswith("@"):
            names += _find_names(line, text)
        elif re.match(r"s\d+ ", line):
            ref, *values = shlex.split(line)
            statements[ref] = Statement(ref, _values(ref, values), dict(spans[ref]))
        elif re.match(r"c\d+ \w+ s\d+", line):
            ref, kind, statement, *values = shlex.split(line)
            claims[ref] = Claim(ref, kind, statement, _values(ref, values), dict(spans[ref]))
        else:
            raise ValueError(f"this line is not understood: {line!r}")
    return statements, claims, sorted(names), quiet


def _find_names(line: str, text: str) -> Iterator[tuple[int, int, str]]:
    label, _, names = line[1:].partition(":")
    if label not in NAMES:
        raise ValueError(f"label {label!r} is not one of {', '.join(NAMES)}")
    for name in filter(None, map(str.strip, names.split(";"))):
        found = list(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text))
        if not found:
            raise ValueError(f"name {name!r} is not in the text")
        yield from ((*match.span(), label) for match in found)


def _values(ref: str, words: Iterable[str]) -> Values:
    values: Values = {}
    for word in words:
        key, given, value = word.partition("=")
        if not given:
            values |= _plain(ref, word)
        elif key in BOUNDS:
            values |= _bounds(ref, key, value)
        elif key in FREE or _is_allowed(key, value):
            values[key] = value
        else:
            raise ValueError(f"{ref}: {key}={value!r} is not a value of the tables")
    return values


@cache
def _book() -> codebook.Codebook:
    return codebook.load()


def _plain(ref: str, word: str) -> Values:
    """Read a currency, a period or a kind of pay, which stand without their names."""
    for key in ("period", "pay_kind"):
        if _is_allowed(key, word):
            return {key: word}
    if word in _book().currencies:
        return {"currency": word}
    if word == "none":
        return {}
    raise ValueError(f"{ref}: {word!r} is no period, kind of pay or currency of the codebook")


def _is_allowed(key: str, value: str) -> bool:
    column = tables.CLAIMS.get(key)
    return column is not None and (not column.allowed or value in column.allowed)


def _bounds(ref: str, key: str, value: str) -> Values:
    low, dots, high = value.partition("..")
    if not dots and key != "date":
        raise ValueError(f"{ref}: {key}={value!r} needs '..' between its bounds")
    pair = (low, high if dots else low)
    if key != "date":
        pair = [float(bound.replace(",", "")) if bound else "" for bound in pair]
    if all(pair) and pair[0] > pair[1]:
        raise ValueError(f"{ref}: {key}={value!r} is upside down")
    return {name: bound for name, bound in zip(BOUNDS[key], pair, strict=True) if bound != ""}


def _check_claim(claim: Claim, statements: dict[str, Statement]) -> None:
    if claim.type not in _book().claim_types:
        raise ValueError(f"{claim.id}: {claim.type!r} is not a claim type of the codebook")
    if claim.statement not in statements:
        raise ValueError(f"{claim.id}: there is no statement {claim.statement}")
    if "trigger" not in claim.spans:
        raise ValueError(f"{claim.id}: no words are tagged as its trigger")
    figure = FIGURES.get(claim.type)
    if figure and not set(BOUNDS[figure]) & claim.values.keys():
        raise ValueError(f"{claim.id}: {claim.type} without a figure")


def runs(text: str) -> set[tuple[str, ...]]:
    """Return all runs of five words in a text, by which texts are compared."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def find_near(texts: dict[str, str], others: dict[str, str]) -> Iterator[tuple[str, str, float]]:
    """Yield pairs of a text and an earlier or other one, with the share of runs in common."""
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    lengths = {}
    for name, text in {**others, **texts}.items():
        own = runs(text)
        lengths[name] = max(1, len(own))
        common = Counter(other for run in sorted(own) for other in holders[run])
        for run in own:
            holders[run].append(name)
        for other, n in sorted(common.items()) if name in texts else ():
            if n / min(lengths[name], lengths[other]) > NEAR:
                yield name, other, n / min(lengths[name], lengths[other])


def _gold_pages() -> dict[str, str]:
    lines = (resources.find("data/sample") / "articles.jsonl").read_text(encoding="utf-8")
    pages = map(json.loads, lines.splitlines())
    return {f"gold page {n}": page["text"] for n, page in enumerate(pages, 1)}


def count(read: Iterable[Report]) -> str:
    """Return a line on how much some reports hold."""
    read = list(read)
    words = sum(len(report.text.split()) for report in read)
    long = sum(len(report.text.split()) >= 150 for report in read)
    claims = [claim for report in read for claim in report.claims.values()]
    return (
        f"{len(read):,} reports ({long:,} of 150 words and more, "
        f"{sum(not report.claims for report in read):,} quiet), {words:,} words, "
        f"{len(claims):,} claims, {sum(len(r.statements) for r in read):,} statements, "
        f"{sum(len(r.names) for r in read):,} names"
    )


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="shares; all if left out")] = None,
) -> None:
    """Check written reports, count them, and list those that are too near to others."""
    files = files or sorted(resources.find("data/corpus").glob("*.txt"))
    everything = list(read_all(files))
    problems = [report for report in everything if isinstance(report, str)]
    reports = [report for report in everything if isinstance(report, Report)]
    names = Counter(report.id for report in reports)
    problems += [f"id {name} stands {n} times" for name, n in names.items() if n > 1]
    texts = {report.id: report.text for report in reports}
    for name, other, share in find_near(texts, _gold_pages()):
        problems.append(f"{name} and {other} share {share:.0%} of their runs of {RUN} words")
    for file in files:
        typer.echo(f"{file.stem}: {count(r for r in reports if r.share == file.stem)}")
    typer.echo(f"all: {count(reports)}")
    kinds = Counter(claim.type for report in reports for claim in report.claims.values())
    typer.echo(", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common()))
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(bool(problems))


if __name__ == "__main__":
    typer.run(main)
