"""The corpora as Docs, each annotated with what its people marked and nothing else.

What a corpus does not say is missing, not absent: a treebank teaches no names, and a corpus of
statements no trees.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from condotta import resources
from en_condotta.recipe import reports
from en_condotta.recipe.reports import untag  # noqa: F401

ROLES = {"cue": "CUE", "source": "SOURCE", "content": "CONTENT"}
SLOTS = reports.ROLES["c"][1:]  # all but the trigger


def read_docbin(path: Path, vocab: Vocab) -> list[Doc]:
    """Return the Docs of a spaCy corpus file."""
    return list(DocBin().from_disk(path).get_docs(vocab))


def copy_words(doc: Doc, vocab: Vocab) -> Doc:
    """Return the words of a Doc without any annotation."""
    spaces = [bool(token.whitespace_) for token in doc]
    return Doc(vocab, words=[token.text for token in doc], spaces=spaces)


def read_statements(path: Path, vocab: Vocab) -> list[Doc]:
    """Return articles whose SOURCE, CUE and CONTENT entities have become attribution spans."""
    docs = []
    for marked in read_docbin(path, vocab):
        doc = copy_words(marked, vocab)
        doc.spans["attribution"] = [Span(doc, e.start, e.end, e.label_) for e in marked.ents]
        docs.append(doc)
    return docs


def find_reports(corpora: Path) -> Path:
    """Return the folder of written reports: one inside the corpora, else the project's own."""
    own = corpora / "written"
    return own if any(own.glob("*.txt")) else resources.find("data/corpus")


def read_reports(folder: Path, nlp) -> dict[str, list[Doc]]:
    """Return the written reports by share, with names, statements, triggers and slots.

    Raises
    ------
    FileNotFoundError
        If the folder holds no share.
    ValueError
        If a report breaks the format, naming share and report.
    """
    files = sorted(Path(folder).glob("*.txt"))
    if not files:
        raise FileNotFoundError(f"{folder}: no share of written reports (*.txt); check --corpora.")
    return {file.stem: [_as_doc(r, nlp) for r in reports.read([file])] for file in files}


def _as_doc(report: reports.Report, nlp) -> Doc:
    doc = nlp.make_doc(report.text)
    doc.set_ents(filter_spans([_span(doc, *name) for name in report.names]), default="outside")
    rows = report.statements.values()
    said = [_span(doc, *run, label) for role, label in ROLES.items() for run in _runs(rows, role)]
    order = list(ROLES.values())
    doc.spans["attribution"] = flatten(said, lambda s: (order.index(s.label_), len(s), s.start))
    rows = report.claims.values()
    told = [_span(doc, *run, row.type) for row in rows for run in row.spans["trigger"]]
    doc.spans["triggers"] = flatten(told, lambda s: (len(s), s.start))
    slots = [
        _span(doc, *run, slot)
        for row in rows
        for slot, runs in row.spans.items()
        for run in runs
        if slot in SLOTS
    ]
    doc.spans["slots"] = flatten(slots, lambda s: (len(s), s.start))
    return doc


def _runs(rows: Iterable[reports.Statement | reports.Claim], role: str) -> Iterator:
    return (run for row in rows for run in row.spans.get(role, ()))


def _span(doc: Doc, start: int, end: int, label: str) -> Span:
    return doc.char_span(start, end, label, alignment_mode="expand")


def flatten(spans: Iterable[Span], order) -> list[Span]:
    """Return spans that do not overlap: the first in order whole, of others what is left.

    A CONTENT that other spans interrupt is kept in pieces of two words and more; any other span
    is kept whole or not at all.
    """
    taken, kept = set(), []
    for span in sorted(spans, key=order):
        pieces = _free_pieces(span, taken)
        if span.label_ != "CONTENT":
            pieces = [piece for piece in pieces if len(piece) == len(span)]
        elif len(span) > 1:
            pieces = [piece for piece in pieces if len(piece) > 1]
        kept += pieces
        taken.update(i for piece in pieces for i in range(piece.start, piece.end))
    return sorted(kept, key=lambda span: span.start)


def _free_pieces(span: Span, taken: set[int]) -> list[Span]:
    free = [i for i in range(span.start, span.end) if i not in taken]
    starts = [i for i in free if i - 1 not in free]
    ends = [i + 1 for i in free if i + 1 not in free]
    return [Span(span.doc, a, b, span.label_) for a, b in zip(starts, ends, strict=True)]
