"""The corpora as Docs, each annotated with what its people marked and nothing else.

What a corpus does not say is missing, not absent: a treebank teaches no names, and a corpus of
statements no trees.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from condotta import resources

ROLES = {"cue": "CUE", "source": "SOURCE", "content": "CONTENT"}
SLOTS = "recruiter recruits origin staging destination beneficiary pay count contract date"
TAG = re.compile(r"\{(?:@|([sc]\d+(?:\+[sc]\d+)*):([a-z]+)\|)|\}")


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
        If a tag or a name does not fit its report, naming both.
    """
    files = sorted(Path(folder).glob("*.txt"))
    if not files:
        raise FileNotFoundError(f"{folder}: no share of written reports (*.txt); check --corpora.")
    return {file.stem: list(_read_share(file, nlp)) for file in files}


def _read_share(file: Path, nlp) -> Iterator[Doc]:
    for block in re.split(r"^=== ", file.read_text(), flags=re.M)[1:]:
        head, _, body = block.partition("\n")
        marked, _, notes = body.partition("\n---")
        try:
            yield _read_report(marked, notes, nlp)
        except ValueError as error:
            raise ValueError(f"{file.name}: report {head.split('|')[0].strip()}: {error}") from None


def _read_report(marked: str, notes: str, nlp) -> Doc:
    marked = re.sub(r"^title:(.*)\n", r"\1\n\n", marked.strip())
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", marked.strip())]
    text, tags = untag("\n\n".join(paragraphs))
    doc = nlp.make_doc(text)
    doc.set_ents(filter_spans(_names(doc, notes)), default="outside")
    types = dict(re.findall(r"^(c\d+)\s+(\w+)", notes, flags=re.M))
    said = [_span(doc, a, b, ROLES[role]) for _, role, a, b in tags if role in ROLES]
    order = list(ROLES.values())
    doc.spans["attribution"] = flatten(said, lambda s: (order.index(s.label_), len(s), s.start))
    triggers = [_span(doc, a, b, types[ref]) for ref, role, a, b in tags if role == "trigger"]
    doc.spans["triggers"] = flatten(triggers, lambda s: (len(s), s.start))
    slots = [_span(doc, a, b, role) for _, role, a, b in tags if role in SLOTS.split()]
    doc.spans["slots"] = flatten(slots, lambda s: (len(s), s.start))
    return doc


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


def _span(doc: Doc, start: int, end: int, label: str) -> Span:
    return doc.char_span(start, end, label, alignment_mode="expand")


def _names(doc: Doc, notes: str) -> Iterator[Span]:
    for label, names in re.findall(r"^@(\w+):(.*)$", notes, flags=re.M):
        for name in filter(None, map(str.strip, names.split(";"))):
            found = list(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", doc.text))
            if not found:
                raise ValueError(f"name {name!r} is not in the text")
            yield from (_span(doc, *match.span(), label) for match in found)


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
